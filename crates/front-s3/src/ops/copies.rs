//! Copies of objects, and of ranges of them as parts.

use s3s::dto::*;

use super::making::wishes;
use super::multipart;
use super::objects::settle;
use super::reading::{Wanted, tell_sums};
use crate::Backend;
use crate::access::{Asked, Need, Place};
use crate::blobs::{self, Fresh, Piece};
use crate::fault::{Result, fault};
use crate::rows::buckets::Versioning;
use crate::rows::objects::{self, Conditions};
use crate::rows::{Object, time};
use crate::sums::{Hasher, Way};
use std::sync::Arc;

/// What is copied, if whoever asks may read it.
async fn source(s3: &Backend, asked: &Asked, from: &CopySource) -> Result<(Arc<Place>, Object)> {
    let CopySource::Bucket { bucket, key, version_id } = from else {
        return Err(fault!(NotImplemented, "A copy is made from a bucket and a key."));
    };
    let host = asked.place()?.store.host.clone();
    let place = s3.place(asked.caller.as_deref(), Some(&host), bucket).await?;
    let (name, wanted, version) = (bucket.to_string(), key.to_string(), version_id.clone());
    let find = move |rows: &rusqlite::Connection| {
        objects::get(rows, &name, &wanted, version.as_deref().filter(|version| !version.is_empty()))
    };
    let found = place.depot.read(find).await;
    let action = if version_id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
    asked.may(&place, action, Some(key), Need::ObjectRead, found.as_ref().ok())?;
    Ok((place, found?))
}

/// Takes what another object holds, or a range of it, as a content of its own.
async fn take(
    from: &Arc<Place>,
    to: &Place,
    object: &Object,
    range: (u64, u64),
    way: Option<Way>,
) -> Result<(Piece, Fresh)> {
    let whole = range == (0, object.size);
    if let ([piece], true) = (&object.body[..], whole) {
        let summed = way.is_none_or(|way| piece.sums.get(way).is_some());
        let same = Arc::ptr_eq(&from.depot, &to.depot);
        if summed && same && object.head.parts.is_none() {
            return blobs::link(&to.depot, piece).await;
        }
    }
    let body = blobs::open(&from.depot, &object.body, range.0, range.1).await?;
    let ways = way.into_iter().chain(object.head.sums.way().filter(|_| way.is_none()));
    blobs::take(&to.depot, Some(body), Hasher::new(ways)).await
}

pub(crate) async fn object(
    s3: &Backend,
    asked: &Asked,
    i: CopyObjectInput,
) -> Result<CopyObjectOutput> {
    let place = asked.place()?;
    let (from, object) = source(s3, asked, &i.copy_source).await?;
    let conditions = Wanted {
        matches: i.copy_source_if_match.clone(),
        differs: i.copy_source_if_none_match.clone(),
        since: i.copy_source_if_modified_since.clone(),
        unless: i.copy_source_if_unmodified_since.clone(),
    };
    conditions.check(&object, false)?;
    let replaces = i.metadata_directive.as_ref().is_some_and(|how| how.as_str() == "REPLACE");
    let retags = i.tagging_directive.as_ref().is_some_and(|how| how.as_str() == "REPLACE");
    let itself = from.store.id == place.store.id && from.name() == i.bucket && object.key == i.key;
    let mut wishes = wishes!(i);
    if itself && object.latest && !replaces && !retags && wishes.head.redirect.is_none() {
        return Err(fault!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing \
             the object's metadata, storage class, website redirect location or encryption attributes."
        ));
    }
    if !retags {
        wishes.tagging = None;
    }
    let mut copy = s3.wanted(asked, place, &i.key, &wishes).await?;
    if !replaces {
        let redirect = copy.head.redirect.take();
        copy.head = crate::rows::Head { redirect, ..object.head.clone() };
    }
    (copy.head.parts, copy.head.upload, copy.head.way, copy.head.composite) =
        (None, None, None, false);
    if !retags {
        copy.tags.clone_from(&object.tags);
    }
    let way = match i.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str) {
        Some(name) => Some(
            Way::named(name)
                .ok_or_else(|| fault!(InvalidRequest, "There is no checksum {name}."))?,
        ),
        None => None,
    };
    let (piece, fresh) = take(&from, place, &object, (0, object.size), way).await?;
    let copy = copy.filled(piece);
    let mut result = CopyObjectResult {
        e_tag: Some(copy.etag()),
        last_modified: Some(time(copy.at)),
        ..Default::default()
    };
    tell_sums!(result, copy.head.sums);
    result.checksum_type = super::reading::sum_type(&copy);
    let version = settle(place, copy, vec![fresh], Conditions::default()).await?;
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        version_id: asked.version(&version)?.filter(|version| version != "null"),
        copy_source_version_id: (from.versioning != Versioning::Never).then_some(object.version),
        ..Default::default()
    })
}

pub(crate) async fn part(
    s3: &Backend,
    asked: &Asked,
    i: UploadPartCopyInput,
) -> Result<UploadPartCopyOutput> {
    let place = asked.place()?;
    multipart::sound_number(i.part_number)?;
    let upload = multipart::upload(place, &i.key, &i.upload_id).await?;
    let (from, object) = source(s3, asked, &i.copy_source).await?;
    let conditions = Wanted {
        matches: i.copy_source_if_match.clone(),
        differs: i.copy_source_if_none_match.clone(),
        since: i.copy_source_if_modified_since.clone(),
        unless: i.copy_source_if_unmodified_since.clone(),
    };
    conditions.check(&object, false)?;
    let range = match i.copy_source_range.as_deref() {
        None => (0, object.size),
        Some(text) => copied_range(text, object.size)?,
    };
    let taken = take(&from, place, &object, range, upload.head.way).await?;
    let (etag, sums) = (taken.0.md5.clone(), taken.0.sums.clone());
    let at = multipart::keep(s3, place, &i.upload_id, i.part_number, taken).await?;
    let mut result = CopyPartResult {
        e_tag: Some(ETag::Strong(etag)),
        last_modified: Some(time(at)),
        ..Default::default()
    };
    tell_sums!(result, sums);
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: (from.versioning != Versioning::Never).then_some(object.version),
        ..Default::default()
    })
}

/// Where a range begins and how long it is: `bytes=0-9`, both ends said and within the object.
fn copied_range(text: &str, size: u64) -> Result<(u64, u64)> {
    let unclear = || {
        fault!(
            InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last \
             are the zero-based offsets of the first and last bytes to copy"
        )
    };
    let (first, last) =
        text.strip_prefix("bytes=").and_then(|range| range.split_once('-')).ok_or_else(unclear)?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| unclear());
    let (first, last) = (number(first)?, number(last)?);
    if first > last {
        return Err(unclear());
    }
    if last >= size {
        return Err(fault!(InvalidRange, "The source object is {size} bytes."));
    }
    Ok((first, last - first + 1))
}
