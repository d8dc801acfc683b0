//! The state of all there is: snapshots, a file, and nothing at all.

use axum::response::Response;
use maud::{Markup, html};
use presentation::columns::readable;
use serde_json::Value;

use super::{Tab, World, commands, form, form_at, panel, text, time};
use crate::cx::Cx;
use crate::form::SURE;
use crate::icon::icon;
use crate::layout::token;
use crate::{ROOT, href};

/// The word that is typed before a file takes the place of all there is.
pub(super) const IMPORT: &str = "import";

pub(super) async fn show(cx: Cx) -> Response {
    let world = match World::look(&cx).await {
        Ok(world) => world,
        Err(response) => return response,
    };
    let content = html! { div.cols.main {
        div.stack { (snapshots(&cx, &world.snapshots)) (reset()) }
        aside.stack aria-label="File and commands" {
            (export())
            (import(&cx))
            (commands(&lines(&world.snapshots)))
        }
    } };
    world.page(&cx, Tab::State, &html! {}, &content)
}

fn lines(snapshots: &[Value]) -> Vec<String> {
    let last = snapshots.last().map_or("monday", |last| text(last, "name"));
    vec![
        format!("kettle world snapshot save {last}"),
        format!("kettle world snapshot diff {last}"),
        format!("kettle world snapshot restore {last}"),
        "kettle world export world.kettle".to_owned(),
        "kettle world reset".to_owned(),
    ]
}

/// The page on which a snapshot is compared.
pub(super) fn page_of(name: &str) -> String {
    let mut path = format!("{ROOT}/world/snapshots/");
    path += &href::segment(name);
    path
}

fn snapshots(cx: &Cx, all: &[Value]) -> Markup {
    let content = html! {
        div.tools {
            (form(cx, "save-world-snapshot", &html! {
                label.sr for="snapshot" { "Name of the snapshot" }
                input.input.fit id="snapshot" name="name" required maxlength="64" size="24"
                    placeholder="Name, such as monday" autocomplete="off" spellcheck="false";
                button.btn.primary type="submit" { (icon("camera")) " Save snapshot" }
            }))
        }
        @if all.is_empty() {
            div.empty {
                (icon("camera"))
                h2 { "No snapshot yet" }
                p { "One holds all there is at a moment: things, users, keys, what is billed. It is saved \
                     and put back in an instant, with the same ids and addresses." }
            }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Snapshots, by name" { table {
                caption.sr { "Snapshots, by name" }
                thead { tr {
                    th scope="col" { "Name" } th.p2 scope="col" { "Saved" }
                    th.num.p2 scope="col" { "Things" } th.num.p4 scope="col" { "Size" }
                    th scope="col" { span.sr { "What can be done" } }
                } }
                tbody { @for one in all { (snapshot(one)) } }
            } }
        }
    };
    let every = html! {};
    panel("h-snapshots", "Snapshots", all.len(), &every, &content)
}

fn snapshot(one: &Value) -> Markup {
    let (name, saved) = (text(one, "name"), text(one, "date_created"));
    let things = one["things"].as_u64().unwrap_or_default();
    html! {
        tr {
            th scope="row" {
                a href=(page_of(name)) { (name) }
                span.sub { (time(saved)) ", " (readable("size", &one["bytes"])) }
            }
            td.p2.muted { (time(saved)) }
            td.num.p2 { (things) }
            td.num.p4.muted { (readable("size", &one["bytes"])) }
            td { div.row.end {
                a.btn.slim.p2 href=(page_of(name)) aria-label={ "Compare " (name) " with now" } { "Compare" }
                a.btn.slim href=(form_at("restore-world-snapshot", &[("name", name)]))
                    aria-label={ "Restore " (name) } { "Restore" }
                a.btn.slim.icon.quiet href=(form_at("delete-world-snapshot", &[("name", name)]))
                    aria-label={ "Delete " (name) } { (icon("trash")) }
            } }
        }
    }
}

fn reset() -> Markup {
    html! {
        section.panel aria-labelledby="h-reset" {
            header { h2 id="h-reset" { "Reset" } }
            div.body.row.apart.wraps {
                p.muted { "Takes all of it away in one moment: things, users, keys, what is billed. The owner's \
                     account and key stay, and so do snapshots." }
                a.btn.danger href=(form_at("reset-world", &[])) { "Reset the world" }
            }
        }
    }
}

fn export() -> Markup {
    html! {
        section.panel aria-labelledby="h-export" {
            header { h2 id="h-export" { "Export" } }
            div.body.stack {
                p.muted.small { "All there is as one file, which this and later versions read. It holds keys and \
                     passwords: keep it as you keep those." }
                div.row { a.btn href={ (ROOT) "/world/export" } download="world.kettle" { "Download world.kettle" } }
            }
        }
    }
}

fn import(cx: &Cx) -> Markup {
    html! {
        section.panel aria-labelledby="h-import" {
            header { h2 id="h-import" { "Import" } }
            // What is asked stands before the file: it is read first.
            form.body.stack method="post" action={ (ROOT) "/world/import" } enctype="multipart/form-data" {
                (token(cx))
                p.muted.small { "Such a file, in place of all there is here. Snapshots stay." }
                div.field {
                    label for="sure" { "Type " b { (IMPORT) } " to go on" }
                    input.input id="sure" name=(SURE) required pattern=(IMPORT) title={ "the word " (IMPORT) }
                        autocomplete="off" spellcheck="false";
                }
                div.field {
                    label for="file" { "Exported file" }
                    input id="file" name="world" type="file" required;
                }
                div.row { button.btn.danger type="submit" { "Import in place of all" } }
            }
        }
    }
}
