//! Lists of what is in a bucket.

use std::collections::BTreeMap;

use s3s::dto::*;

use crate::Backend;
use crate::access::{Asked, Place};
use crate::fault::{Result, fault};
use crate::rows::list::{Page, Wanted};
use crate::rows::{Entry, objects, time};
use crate::text::{encoded, token, untoken};

/// How many at once, at most.
const MOST: i32 = 1000;

fn most(asked: Option<i32>) -> Result<i32> {
    match asked {
        Some(number) if number < 0 => Err(fault!(InvalidArgument, "A maximum cannot be negative.")),
        Some(number) => Ok(number.min(MOST)),
        None => Ok(MOST),
    }
}

/// Names as a list has them: encoded where that was asked for.
struct Names(bool);

impl Names {
    fn of(how: Option<&EncodingType>) -> Result<Self> {
        match how.map(EncodingType::as_str) {
            None => Ok(Self(false)),
            Some("url") => Ok(Self(true)),
            Some(_) => Err(fault!(InvalidArgument, "encoding-type can only be url.")),
        }
    }

    fn told(&self, text: &str) -> String {
        if self.0 { encoded(text) } else { text.to_owned() }
    }

    /// The prefix that was asked for, which clients of the first list do not decode.
    fn told_plainly(&self, text: String) -> String {
        let plain =
            text.chars().all(|c| matches!(c, '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..));
        if plain { text } else { self.told(&text) }
    }

    fn prefixes(&self, page: &Page) -> Option<Vec<CommonPrefix>> {
        let told = page.prefixes.iter().map(|prefix| self.told(prefix));
        Some(told.map(|prefix| CommonPrefix { prefix: Some(prefix) }).collect())
    }

    fn objects(
        &self,
        page: &Page,
        owners: Option<&BTreeMap<String, Owner>>,
    ) -> Option<Vec<Object>> {
        let objects = page.entries.iter().map(|entry| Object {
            key: Some(self.told(&entry.key)),
            size: i64::try_from(entry.size).ok(),
            e_tag: Some(ETag::Strong(entry.etag.clone())),
            last_modified: Some(time(entry.at)),
            storage_class: Some(ObjectStorageClass::from_static("STANDARD")),
            owner: owners.and_then(|owners| owners.get(&entry.owner).cloned()),
            ..Default::default()
        });
        Some(objects.collect())
    }
}

async fn page(place: &Place, wanted: Wanted) -> Result<Page> {
    let name = place.name();
    place.depot.read(move |rows| crate::rows::list::list(rows, &name, &wanted)).await
}

impl Backend {
    /// Who has what is on a page.
    async fn owners(&self, asked: &Asked, entries: &[Entry]) -> Result<BTreeMap<String, Owner>> {
        let mut owners = BTreeMap::new();
        for entry in entries {
            if !owners.contains_key(&entry.owner) {
                owners.insert(entry.owner.clone(), self.owner(asked, &entry.owner).await?);
            }
        }
        Ok(owners)
    }
}

pub(crate) async fn objects(
    s3: &Backend,
    asked: &Asked,
    i: ListObjectsInput,
) -> Result<ListObjectsOutput> {
    let (names, most) = (Names::of(i.encoding_type.as_ref())?, most(i.max_keys)?);
    let delimiter = i.delimiter.filter(|delimiter| !delimiter.is_empty());
    let wanted = Wanted {
        prefix: i.prefix.clone().unwrap_or_default(),
        delimiter: delimiter.clone().unwrap_or_default(),
        after: i.marker.clone().unwrap_or_default(),
        most: usize::try_from(most).unwrap_or(0),
        ..Wanted::default()
    };
    let page = page(asked.place()?, wanted).await?;
    let owners = s3.owners(asked, &page.entries).await?;
    Ok(ListObjectsOutput {
        name: Some(i.bucket),
        prefix: Some(names.told_plainly(i.prefix.unwrap_or_default())),
        delimiter: delimiter.map(|delimiter| names.told(&delimiter)),
        marker: Some(names.told(&i.marker.unwrap_or_default())),
        max_keys: Some(most),
        encoding_type: i.encoding_type,
        is_truncated: Some(page.next.is_some()),
        next_marker: page.next.as_ref().map(|next| names.told(next)),
        common_prefixes: names.prefixes(&page),
        contents: names.objects(&page, Some(&owners)),
        request_charged: None,
    })
}

pub(crate) async fn objects_v2(
    s3: &Backend,
    asked: &Asked,
    i: ListObjectsV2Input,
) -> Result<ListObjectsV2Output> {
    let (names, most) = (Names::of(i.encoding_type.as_ref())?, most(i.max_keys)?);
    let delimiter = i.delimiter.filter(|delimiter| !delimiter.is_empty());
    let begun = i.continuation_token.as_deref().filter(|token| !token.is_empty());
    let after = begun.map(untoken).transpose()?.or(i.start_after.clone());
    let wanted = Wanted {
        prefix: i.prefix.clone().unwrap_or_default(),
        delimiter: delimiter.clone().unwrap_or_default(),
        after: after.unwrap_or_default(),
        most: usize::try_from(most).unwrap_or(0),
        ..Wanted::default()
    };
    let page = page(asked.place()?, wanted).await?;
    let owners = match i.fetch_owner {
        Some(true) => Some(s3.owners(asked, &page.entries).await?),
        _ => None,
    };
    Ok(ListObjectsV2Output {
        name: Some(i.bucket),
        prefix: Some(names.told(&i.prefix.unwrap_or_default())),
        delimiter: delimiter.map(|delimiter| names.told(&delimiter)),
        max_keys: Some(most),
        key_count: i32::try_from(page.entries.len() + page.prefixes.len()).ok(),
        encoding_type: i.encoding_type,
        is_truncated: Some(page.next.is_some()),
        continuation_token: i.continuation_token,
        next_continuation_token: page.next.as_ref().map(|next| token(next)),
        start_after: i.start_after.map(|after| names.told(&after)),
        common_prefixes: names.prefixes(&page),
        contents: names.objects(&page, owners.as_ref()),
        request_charged: None,
    })
}

/// The place of a version in the order of its key's, for a list that goes on after it.
async fn after_version(place: &Place, key: &str, version: Option<String>) -> Result<Option<i64>> {
    let Some(version) = version.filter(|version| !version.is_empty()) else { return Ok(None) };
    if key.is_empty() {
        return Err(fault!(
            InvalidArgument,
            "A version-id marker cannot be specified without a key marker."
        ));
    }
    // Ours names a place in the order, which stays when the version itself is deleted.
    if let Some(Ok(seq)) = version.strip_prefix("after-").map(str::parse) {
        return Ok(Some(seq));
    }
    let (name, key) = (place.name(), key.to_owned());
    place.depot.read(move |rows| objects::place(rows, &name, &key, &version)).await
}

pub(crate) async fn versions(
    s3: &Backend,
    asked: &Asked,
    i: ListObjectVersionsInput,
) -> Result<ListObjectVersionsOutput> {
    let (names, most) = (Names::of(i.encoding_type.as_ref())?, most(i.max_keys)?);
    let place = asked.place()?;
    let delimiter = i.delimiter.filter(|delimiter| !delimiter.is_empty());
    let after = i.key_marker.clone().unwrap_or_default();
    let after_seq = after_version(place, &after, i.version_id_marker.clone()).await?;
    let wanted = Wanted {
        prefix: i.prefix.clone().unwrap_or_default(),
        delimiter: delimiter.clone().unwrap_or_default(),
        after,
        after_seq,
        most: usize::try_from(most).unwrap_or(0),
        versions: true,
    };
    let page = page(place, wanted).await?;
    let owners = s3.owners(asked, &page.entries).await?;
    let last = page.entries.last().filter(|last| page.next.as_ref() == Some(&last.key));
    let next_version = last.map(|last| format!("after-{}", last.seq));
    let (markers, versions): (Vec<&Entry>, Vec<&Entry>) =
        page.entries.iter().partition(|entry| entry.marker);
    let owner = |entry: &Entry| owners.get(&entry.owner).cloned();
    let markers = markers.into_iter().map(|entry| DeleteMarkerEntry {
        key: Some(names.told(&entry.key)),
        version_id: Some(entry.version.clone()),
        is_latest: Some(entry.latest),
        last_modified: Some(time(entry.at)),
        owner: owner(entry),
    });
    let versions = versions.into_iter().map(|entry| ObjectVersion {
        key: Some(names.told(&entry.key)),
        version_id: Some(entry.version.clone()),
        is_latest: Some(entry.latest),
        last_modified: Some(time(entry.at)),
        size: i64::try_from(entry.size).ok(),
        e_tag: Some(ETag::Strong(entry.etag.clone())),
        storage_class: Some(ObjectVersionStorageClass::from_static("STANDARD")),
        owner: owner(entry),
        ..Default::default()
    });
    Ok(ListObjectVersionsOutput {
        name: Some(i.bucket),
        prefix: Some(names.told(&i.prefix.unwrap_or_default())),
        delimiter: delimiter.map(|delimiter| names.told(&delimiter)),
        key_marker: Some(names.told(&i.key_marker.unwrap_or_default())),
        version_id_marker: i.version_id_marker,
        max_keys: Some(most),
        encoding_type: i.encoding_type,
        is_truncated: Some(page.next.is_some()),
        next_key_marker: page.next.as_ref().map(|next| names.told(next)),
        next_version_id_marker: next_version,
        common_prefixes: names.prefixes(&page),
        delete_markers: Some(markers.collect()),
        versions: Some(versions.collect()),
        request_charged: None,
    })
}
