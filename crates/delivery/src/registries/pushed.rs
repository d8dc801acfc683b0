//! What the protocol of registries would bring, told by hand: `POST /_kettle/pushed/{registry-id}`
//! says that an artifact was pushed, `POST /_kettle/pulled/{registry-id}` that one was pulled. Both
//! need a key that may change the registry. No bytes of an image are ever kept.

use api::Access;
use serde::Deserialize;

use super::handlers::{filled, full};
use super::{
    ARTIFACTS_MAX, Artifact, IMAGES, REPOSITORIES_MAX, Registry, Repository, Tag, in_registry,
};
use crate::secret::random_text;
use crate::{Cx, Doc, Refusal, Result, Told, Tx, ensure, refuse};

/// The media types of an image's configuration and manifest.
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What was pushed or pulled.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct What {
    /// The image's name, without that of the registry.
    repository: String,
    /// Its tag; none: it has no tag.
    tag: Option<String>,
    /// Its digest; left out, one is made up.
    digest: Option<String>,
    /// Its size in bytes.
    #[serde(default)]
    size: u64,
    /// The media type of its configuration; left out, that of an image.
    media_type: Option<String>,
}

fn read(told: &Told) -> Result<What> {
    let what: What = serde_json::from_slice(&told.body)
        .map_err(|wrong| Refusal::bad("Bad request.").help(wrong.to_string()))?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let is_part = |part: &str| !part.is_empty() && part.chars().all(allowed);
    let name = &what.repository;
    let is_right = name.len() <= 255 && name.split('/').all(is_part);
    let text = format_args!("`{name}` is no name of an image, such as `web` or `shop/web`");
    ensure(is_right, "repository", text)?;
    if let Some(tag) = &what.tag {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let is_right = (1..=128).contains(&tag.len()) && tag.chars().all(allowed);
        ensure(is_right, "tag", format_args!("`{tag}` is no tag, such as `v1.2`"))?;
    }
    if let Some(digest) = &what.digest {
        let hex = digest.strip_prefix("sha256:").unwrap_or_default();
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let is_right = hex.len() == 64 && hex.bytes().all(is_hex);
        let text = format_args!("`{digest}` is not `sha256:` and 64 hexadecimal digits");
        ensure(is_right, "digest", text)?;
    }
    Ok(what)
}

/// The repository of this name, if there is one.
async fn repository(tx: &mut Tx, told: &Told, image: &str) -> Result<Option<Doc<Repository>>> {
    match tx.taken(IMAGES, &format!("{}/{image}", told.id)).await? {
        Some(id) => tx.find(id).await,
        None => Ok(None),
    }
}

/// Notes that something was pushed: a new artifact, or a tag that moves to one.
pub(super) async fn pushed(cx: Cx, told: Told) -> Result<()> {
    cx.needs(Access::Subscriptions)?;
    let (what, mut tx) = (read(&told)?, cx.begin());
    let registry = tx.get::<Registry>(told.id).await?;
    let found = repository(&mut tx, &told, &what.repository).await?;
    let mut repository = match found {
        Some(found) => found,
        None => {
            let count = tx.count::<Repository>(in_registry(registry.id())).await?;
            full("repositories", REPOSITORIES_MAX).unless(count < REPOSITORIES_MAX as u64)?;
            let new = tx.new_doc(Repository {
                registry: registry.id(),
                namespace: registry.name.clone(),
                image: what.repository.clone(),
                ..Repository::default()
            });
            tx.take(IMAGES, format!("{}/{}", registry.id(), what.repository), new.id());
            new
        }
    };
    let digest = match &what.digest {
        Some(digest) => digest.clone(),
        None => format!("sha256:{}", random_text(b"0123456789abcdef", 64)),
    };
    let now = cx.now();
    let tag = what.tag.map(|name| Tag { name, pushed: now, pulled: None });
    if let Some(tag) = &tag {
        for artifact in &mut repository.artifacts {
            artifact.tags.retain(|other| other.name != tag.name);
        }
    }
    match repository.artifacts.iter_mut().find(|artifact| artifact.digest == digest) {
        Some(artifact) => {
            artifact.pushed = now;
            artifact.tags.extend(tag);
        }
        None => {
            let (used, room) = (filled(&mut tx, registry.id()).await?, registry.room(&cx));
            let text = format_args!("the registry has room for {room} bytes, and {used} are used");
            ensure(what.size <= room.saturating_sub(used), "size", text)?;
            let text = format_args!(
                "`{}` has {ARTIFACTS_MAX} artifacts, the most there can be",
                what.repository
            );
            ensure(repository.artifacts.len() < ARTIFACTS_MAX, "repository", text)?;
            let media_type = what.media_type.unwrap_or_else(|| CONFIG.into());
            let kind = if media_type.contains("helm") { "CHART" } else { "IMAGE" };
            repository.artifacts.push(Artifact {
                digest,
                size: what.size,
                media_type,
                manifest_media_type: MANIFEST.into(),
                kind: kind.into(),
                pushed: now,
                pulled: None,
                tags: tag.into_iter().collect(),
            });
        }
    }
    repository.updated = now;
    tx.save(&repository).await
}

/// Notes that something was pulled, by its tag or its digest.
pub(super) async fn pulled(cx: Cx, told: Told) -> Result<()> {
    cx.needs(Access::Subscriptions)?;
    let (what, mut tx) = (read(&told)?, cx.begin());
    tx.get::<Registry>(told.id).await?;
    let Some(mut repository) = repository(&mut tx, &told, &what.repository).await? else {
        return Err(Refusal::not_found("Invalid repository").into());
    };
    let now = cx.now();
    let is_it = |artifact: &&mut Artifact| match (&what.digest, &what.tag) {
        (Some(digest), _) => artifact.digest == *digest,
        (None, tag) => artifact.tags.iter().any(|other| Some(&other.name) == tag.as_ref()),
    };
    let Some(artifact) = repository.artifacts.iter_mut().find(is_it) else {
        return refuse("tag", "nothing of this tag or digest was pushed");
    };
    artifact.pulled = Some(now);
    for tag in artifact.tags.iter_mut().filter(|tag| Some(&tag.name) == what.tag.as_ref()) {
        tag.pulled = Some(now);
    }
    repository.pulls += 1;
    tx.save(&repository).await
}
