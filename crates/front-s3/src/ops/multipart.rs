//! Uploads by parts.
//!
//! Parts are contents of their own; an object that is made of them names them in order, so that nothing is
//! copied when an upload is completed.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use md5::{Digest, Md5};
use s3s::dto::*;

use super::making::wishes;
use super::objects::Checks;
use super::reading::tell_sums;
use crate::Backend;
use crate::access::{Asked, Place};
use crate::blobs::{Piece, hex};
use crate::fault::{Result, fault};
use crate::rows::objects::{self, Conditions};
use crate::rows::uploads::{self, Upload};
use crate::rows::{Object, time};
use crate::sums::{Hasher, Sums, Way};

/// The least size of a part that is not the last.
const LEAST: u64 = 5 << 20;

/// The most parts of an upload.
const PARTS: i32 = 10_000;

pub(crate) async fn create(
    s3: &Backend,
    asked: &Asked,
    i: CreateMultipartUploadInput,
) -> Result<CreateMultipartUploadOutput> {
    let place = asked.place()?;
    let object = s3.wanted(asked, place, &i.key, &wishes!(i)).await?;
    let mut head = object.head;
    if let Some(name) = &i.checksum_algorithm {
        let name = name.as_str();
        let way = Way::named(name);
        head.way = Some(way.ok_or_else(|| fault!(InvalidRequest, "There is no checksum {name}."))?);
    }
    let kind = i.checksum_type.as_ref().map(ChecksumType::as_str);
    head.composite = match (head.way, kind) {
        (None, _) | (Some(Way::Crc64nvme), None | Some("FULL_OBJECT")) => false,
        (Some(Way::Sha1 | Way::Sha256), Some("FULL_OBJECT")) | (Some(Way::Crc64nvme), Some(_)) => {
            return Err(fault!(InvalidRequest, "That checksum cannot be of that type."));
        }
        (Some(_), kind) => kind != Some("FULL_OBJECT"),
    };
    let upload = Upload {
        id: uuid::Uuid::now_v7().simple().to_string(),
        key: i.key.clone(),
        at: object.at,
        owner: object.owner,
        tags: object.tags,
        acl: object.acl,
        locked: object.locked,
        head,
    };
    let id = upload.id.clone();
    let told = upload.head.way.map(|_| kind_of(upload.head.composite));
    let name = place.name();
    place.depot.write(move |change| uploads::add(change, &name, &upload)).await?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(i.bucket),
        key: Some(i.key),
        upload_id: Some(id),
        checksum_algorithm: i.checksum_algorithm,
        checksum_type: told,
        ..Default::default()
    })
}

fn kind_of(composite: bool) -> ChecksumType {
    ChecksumType::from_static(if composite { "COMPOSITE" } else { "FULL_OBJECT" })
}

/// An upload of a key that is under way.
pub(crate) async fn upload(place: &Place, key: &str, id: &str) -> Result<Upload> {
    let (name, key, id) = (place.name(), key.to_owned(), id.to_owned());
    place.depot.read(move |rows| uploads::get(rows, &name, &key, &id)).await
}

/// Keeps a part of an upload.
pub(crate) async fn keep(
    s3: &Backend,
    place: &Place,
    id: &str,
    number: i32,
    taken: (Piece, crate::blobs::Fresh),
) -> Result<i64> {
    let (piece, fresh) = taken;
    let (id, at) = (id.to_owned(), s3.clock.now());
    let part = uploads::Part { number, at, piece };
    place
        .depot
        .write_with(vec![fresh], move |change| uploads::add_part(change, &id, &part))
        .await?;
    Ok(at)
}

/// Refuses a number that no part can have.
pub(crate) fn sound_number(number: i32) -> Result<()> {
    if (1..=PARTS).contains(&number) {
        return Ok(());
    }
    Err(fault!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"))
}

pub(crate) async fn part(
    s3: &Backend,
    asked: &Asked,
    i: UploadPartInput,
) -> Result<UploadPartOutput> {
    let place = asked.place()?;
    sound_number(i.part_number)?;
    let upload = upload(place, &i.key, &i.upload_id).await?;
    let asks = i.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str);
    let algorithm = upload.head.way.map(Way::name).or(asks);
    let checks = Checks::of(asked, i.content_md5.as_deref(), algorithm)?;
    let taken = checks.take(asked, &place.depot, i.body).await?;
    let (etag, sums) = (taken.0.md5.clone(), taken.0.sums.clone());
    keep(s3, place, &i.upload_id, i.part_number, taken).await?;
    let mut output = UploadPartOutput { e_tag: Some(ETag::Strong(etag)), ..Default::default() };
    tell_sums!(output, sums);
    Ok(output)
}

pub(crate) async fn parts(
    s3: &Backend,
    asked: &Asked,
    i: ListPartsInput,
) -> Result<ListPartsOutput> {
    let place = asked.place()?;
    let upload = upload(place, &i.key, &i.upload_id).await?;
    let most = i.max_parts.unwrap_or(1000).clamp(0, 1000);
    let after = i.part_number_marker.unwrap_or(0);
    let id = i.upload_id.clone();
    let count = usize::try_from(most).unwrap_or(0) + 1;
    let found = move |rows: &rusqlite::Connection| uploads::parts(rows, &id, after, count);
    let mut found = place.depot.read(found).await?;
    let more = found.len() >= count && most > 0;
    found.truncate(count - 1);
    let last = found.last().map(|part| part.number);
    let parts = found.into_iter().map(|found| {
        let mut part = Part {
            part_number: Some(found.number),
            size: i64::try_from(found.piece.size).ok(),
            e_tag: Some(ETag::Strong(found.piece.md5)),
            last_modified: Some(time(found.at)),
            ..Default::default()
        };
        tell_sums!(part, found.piece.sums);
        part
    });
    let owner = s3.owner(asked, &upload.owner).await?;
    let initiator = Initiator { display_name: owner.display_name.clone(), id: owner.id.clone() };
    Ok(ListPartsOutput {
        bucket: Some(i.bucket),
        key: Some(i.key),
        upload_id: Some(i.upload_id),
        parts: Some(parts.collect()),
        is_truncated: Some(more),
        max_parts: Some(most),
        part_number_marker: Some(after),
        next_part_number_marker: last,
        owner: Some(owner),
        initiator: Some(initiator),
        storage_class: Some(StorageClass::from_static("STANDARD")),
        checksum_algorithm: upload.head.way.map(|way| ChecksumAlgorithm::from_static(way.name())),
        checksum_type: upload.head.way.map(|_| kind_of(upload.head.composite)),
        ..Default::default()
    })
}

/// Uploads and what their keys have in common, one less than `count` of them, and whether there are more.
fn page(
    rows: &rusqlite::Connection,
    bucket: &str,
    prefix: &str,
    delimiter: &str,
    (mut key, mut id): (String, Option<String>),
    count: usize,
) -> Result<(Vec<Upload>, Vec<String>, bool)> {
    let (mut uploads, mut prefixes): (Vec<Upload>, Vec<String>) = (Vec::new(), Vec::new());
    while uploads.len() + prefixes.len() < count {
        let found = uploads::list(rows, bucket, prefix, (&key, id.as_deref()), 1)?;
        let Some(upload) = found.into_iter().next() else { break };
        let rest = &upload.key[prefix.len()..];
        match rest.find(delimiter).filter(|_| !delimiter.is_empty()) {
            Some(at) => {
                let common = format!("{prefix}{}", &rest[..at + delimiter.len()]);
                let next = crate::rows::after_all(&common);
                prefixes.push(common);
                let Some(next) = next else { break };
                (key, id) = (next, Some(String::new()));
            }
            None => {
                (key, id) = (upload.key.clone(), Some(upload.id.clone()));
                uploads.push(upload);
            }
        }
    }
    let more = uploads.len() + prefixes.len() >= count;
    // The last of all is one too many.
    if more && uploads.last().map(|upload| &upload.key) > prefixes.last() {
        uploads.pop();
    } else if more {
        prefixes.pop();
    }
    Ok((uploads, prefixes, more))
}

pub(crate) async fn list(
    s3: &Backend,
    asked: &Asked,
    i: ListMultipartUploadsInput,
) -> Result<ListMultipartUploadsOutput> {
    let place = asked.place()?;
    let most = i.max_uploads.unwrap_or(1000).clamp(0, 1000);
    let count = usize::try_from(most).unwrap_or(0) + 1;
    let (name, prefix) = (place.name(), i.prefix.clone().unwrap_or_default());
    let delimiter = i.delimiter.clone().unwrap_or_default();
    let from = (i.key_marker.clone().unwrap_or_default(), i.upload_id_marker.clone());
    let (uploads, prefixes, more) =
        place.depot.read(move |rows| page(rows, &name, &prefix, &delimiter, from, count)).await?;
    let encoded = |text: &str| match &i.encoding_type {
        Some(how) if how.as_str() == "url" => crate::text::encoded(text),
        _ => text.to_owned(),
    };
    let last = uploads.last().map(|last| (last.key.clone(), last.id.clone()));
    let mut told = Vec::new();
    for upload in uploads {
        let owner = s3.owner(asked, &upload.owner).await?;
        told.push(MultipartUpload {
            key: Some(encoded(&upload.key)),
            upload_id: Some(upload.id),
            initiated: Some(time(upload.at)),
            initiator: Some(Initiator {
                display_name: owner.display_name.clone(),
                id: owner.id.clone(),
            }),
            owner: Some(owner),
            storage_class: Some(StorageClass::from_static("STANDARD")),
            ..Default::default()
        });
    }
    let common = prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(encoded(prefix)) });
    let (next_key, next_id) = last.filter(|_| more).unzip();
    Ok(ListMultipartUploadsOutput {
        bucket: Some(i.bucket),
        prefix: i.prefix.map(|prefix| encoded(&prefix)),
        delimiter: i.delimiter.map(|delimiter| encoded(&delimiter)),
        key_marker: Some(encoded(&i.key_marker.unwrap_or_default())),
        upload_id_marker: i.upload_id_marker,
        max_uploads: Some(most),
        is_truncated: Some(more),
        next_key_marker: next_key.map(|key| encoded(&key)),
        next_upload_id_marker: next_id,
        common_prefixes: Some(common.collect()),
        uploads: Some(told),
        encoding_type: i.encoding_type,
        request_charged: None,
    })
}

pub(crate) async fn abort(
    _: &Backend,
    asked: &Asked,
    i: AbortMultipartUploadInput,
) -> Result<AbortMultipartUploadOutput> {
    let (place, id) = (asked.place()?, i.upload_id.clone());
    upload(place, &i.key, &i.upload_id).await?;
    place.depot.write(move |change| uploads::end(change, &id, &[])).await?;
    Ok(AbortMultipartUploadOutput::default())
}

/// The pieces that a request names, in order, if they are as it says.
fn chosen(wanted: &[CompletedPart], there: Vec<uploads::Part>) -> Result<Vec<Piece>> {
    let there: BTreeMap<i32, Piece> =
        there.into_iter().map(|part| (part.number, part.piece)).collect();
    if !wanted.is_sorted_by(|one, next| one.part_number < next.part_number) {
        return Err(fault!(InvalidPartOrder));
    }
    let mut pieces = Vec::with_capacity(wanted.len());
    for (n, part) in wanted.iter().enumerate() {
        let number = part.part_number.unwrap_or_default();
        let missing = || {
            fault!(InvalidPart, "Part {number} is not there, or is another than that entity tag's.")
        };
        let piece = there.get(&number).ok_or_else(missing)?;
        if part.e_tag.as_ref().is_some_and(|etag| etag.value() != piece.md5) {
            return Err(missing());
        }
        if n + 1 < wanted.len() && piece.size < LEAST {
            return Err(fault!(EntityTooSmall));
        }
        let said = [
            (Way::Crc32, &part.checksum_crc32),
            (Way::Crc32c, &part.checksum_crc32c),
            (Way::Crc64nvme, &part.checksum_crc64nvme),
            (Way::Sha1, &part.checksum_sha1),
            (Way::Sha256, &part.checksum_sha256),
        ];
        let said = said.into_iter().filter_map(|(way, sum)| Some((way, sum.clone()?)));
        if piece.sums.check(&Sums(said.collect())).is_err() {
            return Err(fault!(InvalidPart, "Part {number} has another checksum."));
        }
        pieces.push(piece.clone());
    }
    Ok(pieces)
}

pub(crate) async fn complete(
    s3: &Backend,
    asked: &Asked,
    i: CompleteMultipartUploadInput,
) -> Result<CompleteMultipartUploadOutput> {
    let place = asked.place()?;
    let conditions =
        Conditions { matches: i.if_match, differs: i.if_none_match, size: None, made: None };
    let upload = match upload(place, &i.key, &i.upload_id).await {
        Ok(upload) => upload,
        Err(fault) => return again(asked, place, &i.key, &i.upload_id, fault).await,
    };
    let wanted = i.multipart_upload.and_then(|parts| parts.parts).unwrap_or_default();
    if wanted.is_empty() {
        return Err(fault!(MalformedXML, "An upload is completed with at least one part."));
    }
    let id = i.upload_id.clone();
    let there = move |rows: &rusqlite::Connection| uploads::parts(rows, &id, 0, usize::MAX);
    let pieces = chosen(&wanted, place.depot.read(there).await?)?;
    let mut object = assembled(upload, &pieces, s3.clock.now());
    if i.mpu_object_size.is_some_and(|size| u64::try_from(size) != Ok(object.size)) {
        return Err(fault!(InvalidRequest, "The parts are not of that size together."));
    }
    let said = Sums::said(asked.facts.headers())?;
    if let Some(way) = object.head.way {
        object.head.sums = summed(place, way, object.head.composite, &pieces).await?;
        // A sum of sums may be told with the number of parts.
        let bare = |text: String| text.split('-').next().unwrap_or_default().to_owned();
        let bare =
            |sums: &Sums| Sums(sums.0.iter().map(|(way, sum)| (*way, bare(sum.clone()))).collect());
        bare(&object.head.sums).check(&bare(&said))?;
    }
    let (name, versioning, id) = (place.name(), place.versioning, i.upload_id.clone());
    let made = object.clone();
    let version = place
        .depot
        .write(move |change| {
            // Another may have completed or aborted it meanwhile, or put another part.
            uploads::get(&change.rows, &name, &made.key, &id)?;
            let now = uploads::parts(&change.rows, &id, 0, usize::MAX)?;
            if !pieces.iter().all(|piece| now.iter().any(|part| part.piece == *piece)) {
                return Err(fault!(InvalidPart));
            }
            let version = objects::put(change, &name, &made, versioning, &conditions)?;
            uploads::end(change, &id, &pieces)?;
            Ok(version)
        })
        .await?;
    completed(asked, place, &object, &version)
}

/// The answer to a completion.
fn completed(
    asked: &Asked,
    place: &Place,
    object: &Object,
    version: &str,
) -> Result<CompleteMultipartUploadOutput> {
    let name = place.name();
    let mut output = CompleteMultipartUploadOutput {
        location: Some(format!(
            "http://{}/{name}/{}",
            place.store.host,
            crate::text::encoded(&object.key)
        )),
        bucket: Some(name),
        key: Some(object.key.clone()),
        e_tag: Some(object.etag()),
        version_id: asked.version(version)?.filter(|version| version != "null"),
        ..Default::default()
    };
    tell_sums!(output, object.head.sums);
    output.checksum_type = super::reading::sum_type(object);
    Ok(output)
}

/// Whoever did not hear that an upload was completed may say so again.
async fn again(
    asked: &Asked,
    place: &Place,
    key: &str,
    id: &str,
    fault: crate::fault::Fault,
) -> Result<CompleteMultipartUploadOutput> {
    let (name, key, id) = (place.name(), key.to_owned(), id.to_owned());
    let find = move |rows: &rusqlite::Connection| objects::find(rows, &name, &key, None);
    let found = place.depot.read(find).await?;
    let Some(object) = found.filter(|object| object.head.upload.as_ref() == Some(&id)) else {
        return Err(fault);
    };
    completed(asked, place, &object, &object.version)
}

/// The object that an upload with these pieces makes.
fn assembled(upload: Upload, pieces: &[Piece], now: i64) -> Object {
    let mut hash = Md5::new();
    for piece in pieces {
        let digits = piece.md5.as_bytes().chunks(2);
        let digits =
            digits.filter_map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        hash.update(digits.collect::<Vec<u8>>());
    }
    let mut head = upload.head;
    head.parts = i32::try_from(pieces.len()).ok();
    head.upload = Some(upload.id);
    Object {
        key: upload.key,
        size: pieces.iter().map(|piece| piece.size).sum(),
        etag: format!("{}-{}", hex(&hash.finalize()), pieces.len()),
        at: now,
        owner: upload.owner,
        head,
        body: pieces.to_vec(),
        tags: upload.tags,
        acl: upload.acl,
        locked: upload.locked,
        ..Object::default()
    }
}

/// The sum of all pieces, or of their sums.
async fn summed(place: &Arc<Place>, way: Way, composite: bool, pieces: &[Piece]) -> Result<Sums> {
    use futures_util::StreamExt as _;
    let mut hasher = Hasher::new([way]);
    if !composite {
        let size = pieces.iter().map(|piece| piece.size).sum();
        let mut all = crate::blobs::open(&place.depot, pieces, 0, size).await?;
        while let Some(bytes) = all.next().await {
            hasher.update(&bytes.map_err(|error| fault!(InternalError, "{error}"))?);
        }
        return Ok(hasher.finish());
    }
    for piece in pieces {
        let sum = piece.sums.get(way).unwrap_or_default();
        hasher.update(&base64::engine::general_purpose::STANDARD.decode(sum).unwrap_or_default());
    }
    let sums = hasher.finish().0.into_iter();
    Ok(Sums(sums.map(|(way, sum)| (way, format!("{sum}-{}", pieces.len()))).collect()))
}
