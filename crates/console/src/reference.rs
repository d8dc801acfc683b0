//! The reference: all operations there are, and each of them with all that is known of it
//! ([`one`]). What the API has and is not served here stands there, too.

mod fields;
mod one;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use api::known::{self, Known};
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use presentation::operations::{self, Operation};
use presentation::schema;

use crate::cx::Cx;
use crate::icon::{bird, icon};
use crate::layout::{self, Page};
use crate::{ROOT, Shared};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(&format!("{ROOT}/reference"), get(show))
        .route(&format!("{ROOT}/reference/{{id}}"), get(one::show))
}

/// Where an operation's page is.
pub(crate) fn address(operation: &Operation) -> String {
    format!("{ROOT}/reference/{}", operation.op.id)
}

/// What operations do, by their ids: told once, as it is in their schemas, which are made each time.
static ABOUT: LazyLock<BTreeMap<&str, (String, String)>> = LazyLock::new(|| {
    operations::with_own().iter().map(|operation| (operation.op.id, told(operation))).collect()
});

/// What an operation does, in a few words, and what else is said of it.
pub(crate) fn about(operation: &Operation) -> (&'static str, &'static str) {
    ABOUT.get(operation.op.id).map(|(what, more)| (&**what, &**more)).unwrap_or_default()
}

fn told(operation: &Operation) -> (String, String) {
    let text = schema::description(Some(&operation.request()));
    let ends = [". ", ": ", "; ", " from one of "].iter().filter_map(|sign| {
        let at = text.find(sign)?;
        // What begins with a word keeps it.
        Some((at, at + if sign.starts_with(' ') { 1 } else { sign.len() }))
    });
    let (end, next) = ends.min().unwrap_or((text.len(), text.len()));
    let mut rest = text[next..].to_owned();
    if let Some(first) = rest.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    (text[..end].trim_end_matches('.').to_owned(), rest)
}

/// A method as it is coloured.
pub(crate) fn verb(method: &api::Method) -> Markup {
    let name = method.as_str();
    html! { span class={ "verb " (name.to_lowercase()) } { (name) } }
}

/// Whether every word of a search stands in one of these texts.
pub(crate) fn fits(wanted: &str, texts: &[&str]) -> bool {
    let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let found = |word: &str| texts.iter().any(|text| text.contains(word));
    wanted.to_lowercase().split_whitespace().all(found)
}

/// Whether an operation is meant by a search: by its id, its path, what it does, or its command.
pub(crate) fn is_meant(operation: &Operation, about: &str, wanted: &str) -> bool {
    let (op, command) = (&operation.op, presentation::places::path(operation));
    fits(wanted, &[op.id, op.method.as_str(), op.path, about, &command])
}

/// What the API has and is not served here.
pub(crate) fn unserved() -> Vec<Known> {
    let all = operations::all();
    let is_served = |known: &Known| {
        all.iter().any(|o| o.op.method == known.method && known::is_same(o.op.path, known.path))
    };
    known::all().into_iter().filter(|known| !is_served(known)).collect()
}

/// A group's operations, each with what it does.
type Group = (&'static str, &'static str, Vec<(Operation, &'static str)>);

/// The operations that are meant, by their groups, in the order of the definition; Kettle's own last.
fn groups(wanted: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for operation in operations::with_own() {
        let (about, _) = about(&operation);
        let group = operation.group;
        if !is_meant(&operation, about, wanted) && !fits(wanted, &[group.about]) {
            continue;
        }
        match groups.iter_mut().find(|(name, ..)| *name == group.name) {
            Some((.., members)) => members.push((operation, about)),
            None => groups.push((group.name, group.about, vec![(operation, about)])),
        }
    }
    groups
}

/// All operations, or those that are looked for.
async fn show(cx: Cx) -> Response {
    let wanted = cx.asked("q").trim().to_owned();
    let groups = groups(&wanted);
    let mut missing = unserved();
    let known = known::all().len();
    let served = known - missing.len();
    missing.retain(|known| fits(&wanted, &[known.method.as_str(), known.path, known.family]));
    let found: usize = groups.iter().map(|(.., members)| members.len()).sum();
    let main = html! {
        div.head { div {
            h1 { "All operations" }
            p {
                (served) " are served, of the " (known) " that the API is known to have. Each is a page \
                here, a command of kettle and a form to try. What is Kettle's own stands behind them."
            }
        } }
        (filter(&wanted, found))
        @if groups.is_empty() && missing.is_empty() { (nothing(&wanted)) }
        div.stack.ops {
            @for (name, about, members) in &groups { (group(name, about, members)) }
            @if !missing.is_empty() { (not_served(&missing, !wanted.is_empty())) }
        }
    };
    let here = format!("{ROOT}/reference");
    layout::page(&cx, Page { title: "All operations".into(), here, main, ..Page::default() })
}

fn filter(wanted: &str, found: usize) -> Markup {
    html! {
        div.panel { div.tools {
            form.find.wide role="search" aria-label="Operations" action={ (ROOT) "/reference" } {
                label.sr for="op-q" { "Filter operations by name, path or what they do" }
                (icon("search"))
                input id="op-q" name="q" type="search" value=(wanted) autocomplete="off"
                    placeholder="Filter by name, path or what it does" data-filter=".ops li";
            }
            span.muted.small aria-live="polite" { (found) " shown" }
            @if !wanted.is_empty() {
                a.btn.quiet.slim href={ (ROOT) "/reference" } { (icon("x")) " Show all" }
            }
        } }
    }
}

fn nothing(wanted: &str) -> Markup {
    html! {
        div.panel { div.empty {
            (bird())
            h2 { "No operation fits" }
            p { "Looked for “" (wanted) "” in ids, paths, commands and what operations do." }
            a.btn href={ (ROOT) "/reference" } { "Show all" }
        } }
    }
}

fn group(name: &str, about: &str, members: &[(Operation, &str)]) -> Markup {
    html! {
        section.panel id=(name) aria-labelledby={ "h-" (name) } {
            header { h2 id={ "h-" (name) } { (about) } span.tag { (members.len()) } }
            ul.feed { @for (operation, about) in members {
                li {
                    (verb(&operation.op.method))
                    div {
                        a href=(address(operation)) { (fields::coded(about)) }
                        code.path { (operation.op.path) }
                    }
                    code.t { (operation.op.id) }
                }
            } }
        }
    }
}

/// What the API has, and this server answers with 501.
fn not_served(missing: &[Known], open: bool) -> Markup {
    html! {
        section.panel aria-labelledby="h-none" {
            header { h2 id="h-none" { "Not served here" } span.tag { (missing.len()) } }
            div.body.small { p {
                "The API has these, Kettle does not yet: it answers 501 and says so, or 404 where it \
                behaves as Vultr does. Nothing is pretended."
            } }
            details.more open[open] {
                summary { "Which" span.n.muted { (missing.len()) " operations" } }
                ul.feed { @for known in missing {
                    li {
                        (verb(&known.method))
                        div { code.path { (known.path) } }
                        span.t { (known.family) }
                    }
                } }
            }
        }
    }
}
