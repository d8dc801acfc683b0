//! Operations, and calls of API v1, that are defined and not served yet: `tests/gaps.txt`, which
//! may only shrink.
//!
//! A line is `METHOD path reason`; lines that begin with `#` are for people.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use api::{Endpoint, Group, Visitor};

/// An operation as the list names it: `GET /v2/blocks/{block-id}`.
pub type Name = String;

/// Every operation, and every call of API v1, that is defined.
pub fn defined() -> BTreeSet<Name> {
    struct Collect(BTreeSet<Name>);
    impl Visitor for Collect {
        fn operation<E: Endpoint>(&mut self, _: &Group, _: &'static str) {
            self.0.insert(format!("{} {}", E::OP.method, E::OP.path));
        }
    }
    let mut collect = Collect(BTreeSet::new());
    api::visit(&mut collect);
    collect.0.extend(v1::calls::all().map(version_1));
    collect.0
}

fn version_1(call: &v1::Call) -> Name {
    format!("{} /v1/{}", call.verb.as_str(), call.path)
}

/// Every operation, and every call of API v1, that is served, as often as it is.
pub fn served() -> Vec<Name> {
    let routes = control::routes().0;
    let operations = routes.iter().map(|route| format!("{} {}", route.op.method, route.op.path));
    let calls = v1::calls::all().map(version_1);
    operations.chain(calls).collect()
}

/// Where the list is.
pub fn file() -> PathBuf {
    crate::root().join("tests/gaps.txt")
}

/// What is listed: each operation with its reason.
///
/// # Errors
/// When the file cannot be read, or a line is not `METHOD path reason`.
pub fn listed() -> Result<BTreeMap<Name, String>> {
    let path = file();
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.splitn(3, ' ');
            let (method, path, reason) = (words.next(), words.next(), words.next());
            let parts = method.zip(path).zip(reason.filter(|reason| !reason.trim().is_empty()));
            let ((method, path), reason) =
                parts.with_context(|| format!("`{line}` is not `METHOD path reason`"))?;
            Ok((format!("{method} {path}"), reason.to_owned()))
        })
        .collect()
}

/// Drops from the file what is served by now. Nothing is ever added: a new gap is written by hand,
/// with its reason.
///
/// # Errors
/// When the file cannot be read or written.
pub fn shrink() -> Result<ExitCode> {
    let served: BTreeSet<Name> = served().into_iter().collect();
    let path = file();
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let is_served = |line: &str| {
        let name: Vec<_> = line.splitn(3, ' ').take(2).collect();
        served.contains(&name.join(" "))
    };
    let kept: String =
        text.split_inclusive('\n').filter(|line| !is_served(line.trim_end())).collect();
    let dropped = text.lines().count() - kept.lines().count();
    std::fs::write(&path, kept).with_context(|| path.display().to_string())?;
    println!("{dropped} dropped, {} left", listed()?.len());
    Ok(ExitCode::SUCCESS)
}
