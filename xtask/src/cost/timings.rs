//! Seconds of building, from the page that `cargo build --timings` leaves.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// What stands before the figures in the page's script.
const BEFORE: &str = "const UNIT_DATA = ";

/// A step of cargo's.
#[derive(Deserialize)]
struct Unit {
    name: String,
    duration: f64,
}

/// The seconds of each of our crates in the newest page of a folder; none where there is no page.
///
/// # Errors
/// When the page cannot be read, or is not as cargo wrote it when this was written.
pub fn newest(folder: &Path) -> Result<Option<BTreeMap<String, f64>>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|ending| ending == "html") {
            pages.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    let Some((_, page)) = pages.into_iter().max() else { return Ok(None) };
    let text = std::fs::read_to_string(&page)?;
    seconds(&text).with_context(|| format!("{}: not as expected", page.display())).map(Some)
}

/// The seconds of each of our crates in a page.
///
/// # Errors
/// When it holds no figures.
pub fn seconds(page: &str) -> Result<BTreeMap<String, f64>> {
    let (_, data) = page.split_once(BEFORE).context("there are no figures")?;
    let mut data = serde_json::Deserializer::from_str(data).into_iter::<Vec<Unit>>();
    let units = data.next().context("there are no figures")??;
    let mut sums = BTreeMap::new();
    for unit in units {
        let ours =
            unit.name.strip_prefix("kettle-").or((unit.name == "kettle").then_some("kettle"));
        if let Some(name) = ours {
            *sums.entry(name.to_owned()).or_default() += unit.duration;
        }
    }
    Ok(sums)
}
