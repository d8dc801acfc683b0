//! Repositories and their artifacts, as they are looked at, described and deleted. How they come to
//! be is in `pushed`.

use api::registries::{self as wire, *};
use api::{OrEmpty, Time};
use store::Facet;

use super::{Artifact, Registry, Repository, Tag, in_registry};
use crate::{Cx, Doc, Part, Refusal, Result, Routes, Shown, Tx, alike, lies_in, set};

pub(super) fn routes() -> Routes {
    let repositories = Routes::of::<Repository>()
        .list::<ListRepositories>()
        .get::<GetRepository>()
        .update_shown(|cx, repository, req: UpdateRepository| {
            set(&mut repository.description, req.description);
            repository.updated = cx.now();
            Ok(())
        })
        .delete::<DeleteRepository>();
    let artifacts = Routes::parts::<Artifact>()
        .list::<ListArtifacts>()
        .get::<GetArtifact>()
        .remove::<DeleteArtifact>();
    repositories.and(artifacts).done()
}

impl Shown for Repository {
    type View = wire::Repository;
    type With = ();

    async fn within(tx: &mut Tx, registry: &[String]) -> Result<Vec<Facet>> {
        Ok(vec![in_registry(tx.in_path::<Registry>(registry).await?.id())])
    }

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> wire::Repository {
        alike!(doc => wire::Repository {
            image, description;
            name: doc.full_name(),
            added_at: doc.created(),
            updated_at: Time::from_millis(doc.updated),
            pull_count: doc.pulls,
            artifact_count: u32::try_from(doc.artifacts.len()).unwrap_or(u32::MAX),
        })
    }
}

impl Repository {
    fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.image)
    }
}

impl Part for Artifact {
    lies_in!(Repository, artifacts);
    type View = wire::Artifact;
    const UNKNOWN: &'static str = "Invalid artifact";

    fn is(&self, digest: &str) -> bool {
        self.digest == digest
    }
    fn view(&self, repository: &Doc<Repository>) -> wire::Artifact {
        alike!(self => wire::Artifact {
            digest, size, media_type, manifest_media_type, kind;
            artifact_type: self.media_type.clone(),
            pull_time: OrEmpty(self.pulled.map(Time::from_millis)),
            push_time: Time::from_millis(self.pushed),
            repository_name: repository.full_name(),
            tags: self.tags.iter().map(tag).collect(),
        })
    }
    fn changed(repository: &mut Doc<Repository>, cx: &Cx) {
        repository.updated = cx.now();
    }
    fn unknown(digest: &str) -> Refusal {
        Refusal::not_found(Self::UNKNOWN).help(format!("there is no `{digest}`"))
    }
    async fn owner(tx: &mut Tx, path: &[String]) -> Result<Doc<Repository>> {
        tx.in_path(&path[..2]).await
    }
}

fn tag(tag: &Tag) -> ArtifactTag {
    ArtifactTag {
        name: tag.name.clone(),
        immutable: false,
        pull_time: OrEmpty(tag.pulled.map(Time::from_millis)),
        push_time: Time::from_millis(tag.pushed),
    }
}
