//! Objects are put and copied.

use base64::Engine as _;
use s3s::dto::*;

use super::making::wishes;
use super::reading::tell_sums;
use crate::Backend;
use crate::access::{Asked, Place};
use crate::blobs::{self, Fresh, Piece, hex};
use crate::depot::Depot;
use crate::fault::{Result, fault};
use crate::rows::Object;
use crate::rows::objects::{self, Conditions};
use crate::sums::{Hasher, Sums, Way};

/// What a client said about a body, to check it by.
pub(crate) struct Checks {
    md5: Option<String>,
    pub(crate) said: Sums,
    ways: Vec<Way>,
}

impl Checks {
    /// What headers say; `algorithm`: what is to be summed up besides.
    pub(crate) fn of(asked: &Asked, md5: Option<&str>, algorithm: Option<&str>) -> Result<Self> {
        let md5 = md5.map(|text| {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim());
            let bytes = bytes.ok().filter(|bytes| bytes.len() == 16);
            bytes.map(|bytes| hex(&bytes)).ok_or_else(|| fault!(InvalidDigest))
        });
        let headers = asked.facts.headers();
        let said = Sums::said(headers)?;
        if said.0.len() > 1 {
            return Err(fault!(
                InvalidRequest,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
            ));
        }
        let mut ways: Vec<Way> = said.0.iter().map(|(way, _)| *way).collect();
        // Those that come after the body are announced.
        let trailers =
            headers.get_all("x-amz-trailer").iter().filter_map(|name| name.to_str().ok());
        let names = trailers.flat_map(|names| names.split(',')).map(str::trim);
        ways.extend(names.filter_map(|name| Way::named(name.strip_prefix("x-amz-checksum-")?)));
        if let Some(name) = algorithm.filter(|_| ways.is_empty()) {
            let way = Way::named(name);
            ways.push(way.ok_or_else(|| fault!(InvalidRequest, "There is no checksum {name}."))?);
        }
        Ok(Self { md5: md5.transpose()?, said, ways })
    }

    /// Takes a body in and checks it.
    pub(crate) async fn take(
        mut self,
        asked: &Asked,
        depot: &std::sync::Arc<Depot>,
        body: Option<StreamingBlob>,
    ) -> Result<(Piece, Fresh)> {
        let hasher = Hasher::new(self.ways.iter().copied());
        let (piece, fresh) = blobs::take(depot, body, hasher).await?;
        if self.md5.as_ref().is_some_and(|said| *said != piece.md5) {
            return Err(fault!(
                BadDigest,
                "The Content-MD5 you specified did not match what we received."
            ));
        }
        if let Some(after) = asked.trailers.as_ref().and_then(s3s::TrailingHeaders::take) {
            self.said.0.extend(Sums::said(&after)?.0);
        }
        piece.sums.check(&self.said)?;
        Ok((piece, fresh))
    }
}

/// Puts an object in its place: the version that is told.
pub(crate) async fn settle(
    place: &Place,
    object: Object,
    fresh: Vec<Fresh>,
    conditions: Conditions,
) -> Result<String> {
    let (name, versioning) = (place.name(), place.versioning);
    place
        .depot
        .write_with(fresh, move |change| {
            objects::put(change, &name, &object, versioning, &conditions)
        })
        .await
}

impl Object {
    /// Fills it with one piece.
    pub(crate) fn filled(mut self, piece: Piece) -> Self {
        self.size = piece.size;
        self.etag.clone_from(&piece.md5);
        self.head.sums = piece.sums.clone();
        self.body = if piece.blob.is_empty() { Vec::new() } else { vec![piece] };
        self
    }
}

pub(crate) async fn put(s3: &Backend, asked: &Asked, i: PutObjectInput) -> Result<PutObjectOutput> {
    // Headers are refused before; a form says it inside.
    if i.server_side_encryption.is_some()
        || i.sse_customer_algorithm.is_some()
        || i.ssekms_key_id.is_some()
    {
        return Err(fault!(NotImplemented, "Kettle does not encrypt objects."));
    }
    let place = asked.place()?;
    let object = s3.wanted(asked, place, &i.key, &wishes!(i)).await?;
    let conditions =
        Conditions { matches: i.if_match, differs: i.if_none_match, size: None, made: None };
    if !conditions.is_empty() {
        // What is refused anyway need not be sent.
        let (name, key, early) = (place.name(), i.key.clone(), conditions.clone());
        let check = move |rows: &rusqlite::Connection| {
            early.check(objects::find(rows, &name, &key, None)?.as_ref())
        };
        place.depot.read(check).await?;
    }
    let algorithm = i.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str);
    let checks = Checks::of(asked, i.content_md5.as_deref(), algorithm)?;
    let (piece, fresh) = checks.take(asked, &place.depot, i.body).await?;
    let object = object.filled(piece);
    let (etag, sums) = (object.etag(), object.head.sums.clone());
    let expiration = s3.end_of(asked, &object).await?;
    let version = settle(place, object, vec![fresh], conditions).await?;
    let mut output = PutObjectOutput {
        e_tag: Some(etag),
        expiration,
        version_id: asked.version(&version)?.filter(|version| version != "null"),
        ..Default::default()
    };
    if !sums.is_empty() {
        output.checksum_type = Some(ChecksumType::from_static("FULL_OBJECT"));
    }
    tell_sums!(output, sums);
    Ok(output)
}
