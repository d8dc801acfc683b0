//! Versions of Kubernetes that clusters can have, and how one becomes another.
//!
//! Entries are facts read from data files, as `data/README.md` documents them. They must never hold
//! state.

use serde::Deserialize;

use super::Catalog;

/// A version of Kubernetes, as clusters have it: `v1.36.5+1`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesVersion {
    /// Its name: `v`, the version of Kubernetes, and the number of its build.
    pub id: String,
    /// Withdrawn: no new cluster gets it, and clusters that had it go on.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

/// The numbers of a version, which are in the order in which versions followed each other: major,
/// minor, patch, build. None: it is no version.
pub(super) fn numbers(id: &str) -> Option<[u32; 4]> {
    let (version, build) = id.strip_prefix('v')?.split_once('+')?;
    let mut parts = version.split('.').chain([build]).map(|part| part.parse().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

impl Catalog {
    /// The versions that a new cluster can have, the newest first.
    pub fn kubernetes_versions(&self) -> impl Iterator<Item = &KubernetesVersion> {
        self.kubernetes_versions.listed(self.with_retired)
    }

    /// A version, withdrawn or not.
    pub fn kubernetes_version(&self, id: &str) -> Option<&KubernetesVersion> {
        self.kubernetes_versions.get(id)
    }

    /// What a cluster of a version can become, the newest first: the newest of the next minor
    /// version, as no control plane may skip one, and the newest of its own. Never an older one.
    pub fn kubernetes_upgrades(&self, from: &str) -> Vec<&str> {
        let Some(from) = numbers(from) else { return Vec::new() };
        let [major, minor, ..] = from;
        let newest = |minor: u32| {
            let all = self.kubernetes_versions.all();
            let all = all.filter_map(|version| Some((numbers(&version.id)?, version.id.as_str())));
            all.filter(|(of, _)| of[..2] == [major, minor] && *of > from).max()
        };
        [newest(minor + 1), newest(minor)].into_iter().flatten().map(|(_, id)| id).collect()
    }
}
