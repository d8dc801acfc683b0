//! Reading of objects: the whole, ranges, parts, under conditions.

use std::sync::PoisonError;

use s3s::dto::*;

use crate::Backend;
use crate::access::Asked;
use crate::blobs;
use crate::fault::{Result, fault};
use crate::rows::objects::{self, holds};
use crate::rows::{Object, buckets::Versioning, millis, time};
use crate::sums::{Sums, Way};

/// Puts sums where outputs have them.
macro_rules! tell_sums {
    ($output:expr, $sums:expr) => {{
        let sums = &$sums;
        $output.checksum_crc32 = sums.get($crate::sums::Way::Crc32);
        $output.checksum_crc32c = sums.get($crate::sums::Way::Crc32c);
        $output.checksum_crc64nvme = sums.get($crate::sums::Way::Crc64nvme);
        $output.checksum_sha1 = sums.get($crate::sums::Way::Sha1);
        $output.checksum_sha256 = sums.get($crate::sums::Way::Sha256);
    }};
}
pub(crate) use tell_sums;

/// What a request says about what it wants to read.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) matches: Option<ETagCondition>,
    pub(crate) differs: Option<ETagCondition>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) unless: Option<Timestamp>,
}

impl Wanted {
    /// Refuses where a condition does not hold; `reads`: what did not change need not be told again.
    pub(crate) fn check(&self, object: &Object, reads: bool) -> Result<()> {
        let failed = || {
            fault!(
                PreconditionFailed,
                "At least one of the pre-conditions you specified did not hold"
            )
        };
        let same = || if reads { unchanged(object) } else { failed() };
        let seconds = |at: i64| at.div_euclid(1000);
        match (&self.matches, &self.unless) {
            (Some(wanted), _) if !holds(wanted, object) => return Err(failed()),
            (None, Some(unless)) if seconds(object.at) > seconds(millis(unless)) => {
                return Err(failed());
            }
            _ => {}
        }
        match (&self.differs, &self.since) {
            (Some(other), _) if holds(other, object) => Err(same()),
            (None, Some(since)) if seconds(object.at) <= seconds(millis(since)) => Err(same()),
            _ => Ok(()),
        }
    }
}

/// That an object is still what it was.
fn unchanged(object: &Object) -> crate::fault::Fault {
    let mut fault = fault!(NotModified);
    let mut headers = http::HeaderMap::new();
    if let Ok(etag) = format!("\"{}\"", object.etag).parse() {
        headers.insert(http::header::ETAG, etag);
    }
    let mut text = Vec::new();
    if time(object.at).format(TimestampFormat::HttpDate, &mut text).is_ok()
        && let Ok(at) = http::HeaderValue::from_bytes(&text)
    {
        headers.insert(http::header::LAST_MODIFIED, at);
    }
    fault.0.set_headers(headers);
    fault
}

/// What of an object is read: from where, how much, whether that is a part of it, and its sums.
struct Slice {
    from: u64,
    length: u64,
    partial: bool,
    sums: Sums,
    parts: Option<i32>,
}

fn slice(object: &Object, range: Option<Range>, part: Option<i32>) -> Result<Slice> {
    let whole = || Slice {
        from: 0,
        length: object.size,
        partial: false,
        sums: object.head.sums.clone(),
        parts: None,
    };
    match (range, part) {
        (Some(_), Some(_)) => Err(fault!(
            InvalidRequest,
            "Cannot specify both Range header and partNumber query parameter"
        )),
        (None, None) => Ok(whole()),
        (Some(range), None) => {
            let Ok(range) = range.check(object.size) else {
                let mut fault = fault!(InvalidRange);
                let mut headers = http::HeaderMap::new();
                if let Ok(size) = format!("bytes */{}", object.size).parse() {
                    headers.insert(http::header::CONTENT_RANGE, size);
                }
                fault.0.set_headers(headers);
                return Err(fault);
            };
            let (from, length) = (range.start, range.end - range.start);
            Ok(Slice { from, length, partial: true, sums: Sums::default(), parts: None })
        }
        (None, Some(number)) => {
            let Some(parts) = object.head.parts else {
                return if number == 1 { Ok(whole()) } else { Err(fault!(InvalidPart)) };
            };
            let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            let piece = at.and_then(|at| object.body.get(at)).ok_or_else(|| fault!(InvalidPart))?;
            let before = object.body.iter().take(at.unwrap_or(0)).map(|piece| piece.size);
            Ok(Slice {
                from: before.sum(),
                length: piece.size,
                partial: true,
                sums: piece.sums.clone(),
                parts: Some(parts),
            })
        }
    }
}

async fn found(asked: &Asked, key: &str, version: Option<String>) -> Result<Object> {
    let place = asked.place()?;
    let (name, key) = (place.name(), key.to_owned());
    place.depot.read(move |rows| objects::get(rows, &name, &key, version.as_deref())).await
}

impl Asked {
    /// The version as answers tell it: nothing where there are no versions.
    pub(crate) fn version(&self, version: &str) -> Result<Option<String>> {
        Ok((self.place()?.versioning != Versioning::Never).then(|| version.to_owned()))
    }
}

pub(crate) async fn get(s3: &Backend, asked: &Asked, i: GetObjectInput) -> Result<GetObjectOutput> {
    let place = asked.place()?;
    let mut object = found(asked, &i.key, i.version_id.clone()).await?;
    let wanted = Wanted {
        matches: i.if_match,
        differs: i.if_none_match,
        since: i.if_modified_since,
        unless: i.if_unmodified_since,
    };
    wanted.check(&object, true)?;
    let mut cut = slice(&object, i.range, i.part_number)?;
    let body = match blobs::open(&place.depot, &object.body, cut.from, cut.length).await {
        Ok(body) => body,
        Err(_) => {
            // Another took its place between the look and the reading.
            object = found(asked, &i.key, i.version_id).await?;
            wanted.check(&object, true)?;
            cut = slice(&object, i.range, i.part_number)?;
            blobs::open(&place.depot, &object.body, cut.from, cut.length).await?
        }
    };
    let range = || {
        format!("bytes {}-{}/{}", cut.from, (cut.from + cut.length).saturating_sub(1), object.size)
    };
    let head = object.head.clone();
    let mut output = GetObjectOutput {
        body: Some(body),
        content_length: i64::try_from(cut.length).ok(),
        content_range: (cut.partial && cut.length > 0).then(range),
        accept_ranges: Some("bytes".to_owned()),
        e_tag: Some(object.etag()),
        last_modified: Some(time(object.at)),
        content_type: head.kind.or(Some("binary/octet-stream".to_owned())),
        content_encoding: head.encoding,
        content_disposition: head.disposition,
        content_language: head.language,
        cache_control: head.cache,
        expires: head.expires.map(time),
        website_redirect_location: head.redirect,
        metadata: Some(head.user.into_iter().collect()),
        tag_count: (!object.tags.is_empty())
            .then(|| i32::try_from(object.tags.len()).unwrap_or(i32::MAX)),
        parts_count: cut.parts,
        expiration: s3.end_of(asked, &object).await?,
        version_id: asked.version(&object.version)?,
        object_lock_mode: object.locked.mode.clone().map(ObjectLockMode::from),
        object_lock_retain_until_date: object.locked.until.map(time),
        object_lock_legal_hold_status: object.locked.hold.map(hold),
        ..Default::default()
    };
    if i.checksum_mode.is_some_and(|mode| mode.as_str() == "ENABLED") {
        tell_sums!(output, cut.sums);
        output.checksum_type = sum_type(&object);
    }
    Ok(output)
}

pub(crate) async fn head(
    s3: &Backend,
    asked: &Asked,
    i: HeadObjectInput,
) -> Result<HeadObjectOutput> {
    let object = found(asked, &i.key, i.version_id).await?;
    let wanted = Wanted {
        matches: i.if_match,
        differs: i.if_none_match,
        since: i.if_modified_since,
        unless: i.if_unmodified_since,
    };
    wanted.check(&object, true)?;
    let cut = slice(&object, i.range, i.part_number)?;
    let range = || {
        format!("bytes {}-{}/{}", cut.from, (cut.from + cut.length).saturating_sub(1), object.size)
    };
    let head = object.head.clone();
    if !object.tags.is_empty() {
        let mut more = asked.more.lock().unwrap_or_else(PoisonError::into_inner);
        more.insert("x-amz-tagging-count", http::HeaderValue::from(object.tags.len()));
    }
    let mut output = HeadObjectOutput {
        content_length: i64::try_from(cut.length).ok(),
        content_range: (cut.partial && cut.length > 0).then(range),
        accept_ranges: Some("bytes".to_owned()),
        e_tag: Some(object.etag()),
        last_modified: Some(time(object.at)),
        content_type: i
            .response_content_type
            .or(head.kind)
            .or(Some("binary/octet-stream".to_owned())),
        content_encoding: i.response_content_encoding.or(head.encoding),
        content_disposition: i.response_content_disposition.or(head.disposition),
        content_language: i.response_content_language.or(head.language),
        cache_control: i.response_cache_control.or(head.cache),
        expires: i.response_expires.or(head.expires.map(time)),
        website_redirect_location: head.redirect,
        metadata: Some(head.user.into_iter().collect()),
        parts_count: cut.parts,
        expiration: s3.end_of(asked, &object).await?,
        version_id: asked.version(&object.version)?,
        object_lock_mode: object.locked.mode.clone().map(ObjectLockMode::from),
        object_lock_retain_until_date: object.locked.until.map(time),
        object_lock_legal_hold_status: object.locked.hold.map(hold),
        ..Default::default()
    };
    if i.checksum_mode.is_some_and(|mode| mode.as_str() == "ENABLED") {
        tell_sums!(output, cut.sums);
        output.checksum_type = sum_type(&object);
    }
    Ok(output)
}

/// A legal hold in words.
pub(crate) fn hold(held: bool) -> ObjectLockLegalHoldStatus {
    ObjectLockLegalHoldStatus::from_static(if held { "ON" } else { "OFF" })
}

/// Whether an object's sums are of all of it, or of the sums of its parts.
pub(crate) fn sum_type(object: &Object) -> Option<ChecksumType> {
    let name = if object.head.composite { "COMPOSITE" } else { "FULL_OBJECT" };
    object.head.sums.way().map(|_: Way| ChecksumType::from_static(name))
}

pub(crate) async fn attributes(
    _: &Backend,
    asked: &Asked,
    i: GetObjectAttributesInput,
) -> Result<GetObjectAttributesOutput> {
    let object = found(asked, &i.key, i.version_id).await?;
    // One header may name several.
    let wanted: Vec<String> = i
        .object_attributes
        .iter()
        .flat_map(|names| names.as_str().split(','))
        .map(|name| name.trim().to_owned())
        .collect();
    let known = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];
    if wanted.is_empty() || wanted.iter().any(|name| !known.contains(&name.as_str())) {
        return Err(fault!(InvalidArgument, "Invalid attribute name specified."));
    }
    let asks = |name: &str| wanted.iter().any(|other| other == name);
    let mut output = GetObjectAttributesOutput {
        last_modified: Some(time(object.at)),
        version_id: asked.version(&object.version)?,
        e_tag: asks("ETag").then(|| object.etag()),
        object_size: asks("ObjectSize").then(|| i64::try_from(object.size).unwrap_or(i64::MAX)),
        storage_class: asks("StorageClass").then(|| StorageClass::from_static("STANDARD")),
        ..Default::default()
    };
    if asks("Checksum") && !object.head.sums.is_empty() {
        let mut sums = Checksum { checksum_type: sum_type(&object), ..Default::default() };
        tell_sums!(sums, object.head.sums);
        output.checksum = Some(sums);
    }
    if asks("ObjectParts") && object.head.parts.is_some() {
        let (most, after) =
            (i.max_parts.unwrap_or(1000).clamp(0, 1000), i.part_number_marker.unwrap_or(0));
        output.object_parts = Some(parts_of(&object, most, after));
    }
    Ok(output)
}

fn parts_of(object: &Object, most: i32, after: i32) -> GetObjectAttributesParts {
    let numbered = (1i32..).zip(&object.body).filter(|(number, _)| *number > after);
    let parts: Vec<ObjectPart> = numbered
        .take(usize::try_from(most).unwrap_or(0))
        .map(|(number, piece)| {
            let mut part = ObjectPart {
                part_number: Some(number),
                size: i64::try_from(piece.size).ok(),
                ..Default::default()
            };
            tell_sums!(part, piece.sums);
            part
        })
        .collect();
    let last = parts.last().and_then(|part| part.part_number).unwrap_or(after);
    GetObjectAttributesParts {
        is_truncated: Some(object.head.parts.is_some_and(|all| last < all)),
        max_parts: Some(most),
        part_number_marker: Some(after),
        next_part_number_marker: Some(last),
        total_parts_count: object.head.parts,
        parts: Some(parts),
    }
}
