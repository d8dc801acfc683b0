//! Which operations of the API are served: `docs/coverage.md`, made from the list of all that are
//! known (`api::known`) and from the routes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use api::known::{Known, is_same};
use api::{Endpoint, Group, Visitor};

/// An operation as it is written down: `GET /v2/blocks/{block-id}`.
pub type Name = String;

/// Every operation that is defined.
pub fn defined() -> BTreeSet<Name> {
    struct Collect(BTreeSet<Name>);
    impl Visitor for Collect {
        fn operation<E: Endpoint>(&mut self, _: &Group, _: &'static str) {
            self.0.insert(format!("{} {}", E::OP.method, E::OP.path));
        }
    }
    let mut collect = Collect(BTreeSet::new());
    api::visit(&mut collect);
    collect.0
}

/// Every operation that is served, as often as it is.
pub fn served() -> Vec<Name> {
    let routes = control::routes().0;
    routes.iter().map(|route| format!("{} {}", route.op.method, route.op.path)).collect()
}

/// Where the page is.
pub fn file() -> PathBuf {
    crate::root().join("docs/coverage.md")
}

/// The page.
pub fn page() -> String {
    let served = control::routes().0;
    let all_known = api::known::all();
    let is_known = |op: &api::Op| {
        all_known.iter().any(|known| op.method == known.method && is_same(op.path, known.path))
    };
    let is_served = |known: &Known| {
        let mut ops = served.iter().map(|route| &route.op);
        ops.any(|op| op.method == known.method && is_same(op.path, known.path))
    };
    let mut families = BTreeMap::<_, Vec<&Known>>::new();
    for known in &all_known {
        families.entry(known.family).or_default().push(known);
    }
    let (mut table, mut missing, mut sums) = (String::new(), String::new(), (0, 0));
    for (family, all) in &families {
        let not: Vec<_> = all.iter().filter(|known| !is_served(known)).collect();
        let counts = (all.len(), all.len() - not.len());
        sums = (sums.0 + counts.0, sums.1 + counts.1);
        line(&mut table, format_args!("| {family} | {} | {} |", counts.0, counts.1));
        if !not.is_empty() {
            line(&mut missing, format_args!("\n### {family}"));
        }
        for known in not {
            line(&mut missing, format_args!("- `{} {}`", known.method, known.path));
        }
    }
    let mut page = head(sums) + &table;
    line(&mut page, format_args!("| **all** | **{}** | **{}** |", sums.0, sums.1));
    let beyond = served.iter().map(|route| &route.op).filter(|op| !is_known(op));
    let beyond: String = beyond.map(|op| format!("- `{} {}`\n", op.method, op.path)).collect();
    if !beyond.is_empty() {
        page += &format!(
            "\nServed because clients call them, though the API's list lacks them:\n\n{beyond}"
        );
    }
    page + "\n## Not served\n" + &missing
}

/// What stands above the table, with how many operations there are and how many of them are served.
fn head((known, served): (usize, usize)) -> String {
    format!(
        "\
# What Kettle serves of the API

Of the {known} operations that API v2 is known to have, Kettle serves {served}: with state, checks and refusals, not only in the shape of
the answer. Where they differ from the real API on purpose, [differences.md](differences.md) says so; API v1 has
[a page of its own](api-v1.md).

An operation that is not served answers 501 and says so (404 under `--behave vultr`), and the server's log has a warning when one is
called. The families that lack some are listed below the table, operation by operation.

Made by `cargo xtask coverage`; a test holds it to what the program does.

| family | operations | served |
|---|---:|---:|
"
    )
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a text takes all that is written");
}

/// Writes the page.
///
/// # Errors
/// When the file cannot be written.
pub fn write() -> Result<ExitCode> {
    let path = file();
    std::fs::write(&path, page()).with_context(|| path.display().to_string())?;
    println!("{}", path.display());
    Ok(ExitCode::SUCCESS)
}
