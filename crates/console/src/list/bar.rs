//! What is done to rows: to several that are selected, and to each by itself.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::act::sense;
use crate::act::words::{self as acts, Act};
use crate::cx::Cx;
use crate::icon::icon;
use crate::link::family::Node;
use crate::link::{self, words};
use crate::one::actions::senseless;
use crate::{ROOT, href, layout};

/// The operations that can be carried out on several things of a list, one after the other: those
/// right at a thing's id that need nothing said. What destroys comes last.
pub(crate) fn operations(list: &'static Node) -> Vec<&'static Node> {
    let own = |node: &&Node| {
        let operation = &node.operation;
        let is_delete = operation.op.method == api::Method::DELETE;
        let is_loss = operation.loses(|_| false);
        let is_act = matches!(operation.op.method, api::Method::POST | api::Method::DELETE);
        is_act
            && !operation.reads()
            && node.required.is_empty()
            && node.is_done_at_once() | (is_delete && node.is_at_thing())
            && (!is_loss || is_delete)
    };
    let mut found: Vec<&Node> = at_rows(list).into_iter().filter(own).collect();
    found.sort_by_key(|node| node.operation.op.method == api::Method::DELETE);
    found
}

/// All that is done to one thing of a list, and names nothing else.
fn at_rows(list: &'static Node) -> Vec<&'static Node> {
    let mut found: Vec<&Node> =
        list.children().filter(|c| c.is_of_a_row() && c.extra() == 1).collect();
    if let Some(thing) = list.thing().filter(|thing| thing.extra() == 1) {
        found.extend(thing.children().filter(|child| child.extra() == 0));
    }
    found.retain(|node| !node.operation.reads());
    found
}

/// What a row's own menu has: of things that have a page, changing and deleting; of others, all.
pub(crate) fn of_rows(list: &'static Node) -> Vec<&'static Node> {
    let has_page = list.thing().is_some();
    let own = |node: &&Node| {
        !has_page || node.is_at_thing() && node.operation.op.method != api::Method::POST
    };
    let mut found: Vec<&Node> = match list.thing() {
        Some(thing) => {
            thing.children().filter(|c| c.extra() == 0 && !c.operation.reads()).collect()
        }
        None => list.children().filter(|c| c.is_of_a_row()).collect(),
    };
    found.retain(own);
    found.sort_by_key(|node| node.operation.op.method == api::Method::DELETE);
    found
}

/// The bar over a list while something is selected.
pub(crate) fn bar(
    cx: &Cx,
    list: &'static Node,
    path: &Map<String, Value>,
    all: &[&'static Node],
) -> Markup {
    if all.is_empty() {
        return html! {};
    }
    let one = super::noun(list);
    html! {
        div.bar data-bar data-acts role="toolbar" aria-label="Selected" {
            b { "Selected" }
            @for node in all {
                @let act = acts::of(&node.operation);
                @let is_delete = node.operation.op.method == api::Method::DELETE;
                button.btn.slim.danger[is_delete] type="submit" form="many"
                    formaction={ (ROOT) "/act/" (node.operation.op.id) }
                    data-open=[is_delete.then_some("many-gone")] { (icon(act.icon)) " " (act.short) }
            }
            button.btn.quiet.slim.icon type="button" data-none aria-label="Select none" { (icon("x")) }
        }
        @if let Some(node) = all.iter().find(|n| n.operation.op.method == api::Method::DELETE) {
            (many_gone(cx, node, path, &one))
        }
    }
}

/// The dialog that has the count typed before several things are destroyed. Without script the
/// button leads to a page that does.
fn many_gone(cx: &Cx, node: &Node, path: &Map<String, Value>, one: &str) -> Markup {
    let act = acts::of(&node.operation);
    html! {
        dialog id="many-gone" aria-labelledby="many-gone-h" data-many={ (one) "|" (words::many(one)) } {
            form method="post" action={ (ROOT) "/act/" (node.operation.op.id) } {
                (layout::token(cx))
                input type="hidden" name="back" value=(super::here(cx));
                @for (name, value) in path {
                    input type="hidden" name=(name) value=(link::text(value));
                }
                span data-ids hidden {}
                h2 id="many-gone-h" { (act.short) " " span data-count { } "?" }
                p { "This cannot be taken back." }
                ul.plain {}
                div.field {
                    label for="many-gone-n" { "Type " b data-count { } " to go on" }
                    input.input id="many-gone-n" name="confirm" data-must="" autocomplete="off"
                        spellcheck="false";
                }
                div.row {
                    button.btn type="button" data-close { "Keep them" }
                    button.btn.danger.primary type="submit" { (act.short) " " span data-count {} }
                }
            }
        }
    }
}

/// A row's own menu.
pub(crate) fn menu(
    acts: &[(&'static Node, Act)],
    path: &Map<String, Value>,
    thing: &Value,
    name: &str,
) -> Markup {
    html! {
        details.menu data-acts {
            summary.btn.quiet.slim.icon aria-label={ "More for " (name) } { (icon("dots")) }
            div.pop {
                @for (node, act) in acts {
                    @if let Some(fields) = link::row_fields(node, path, thing) {
                        @let own = node.operation.path_fields().pop().unwrap_or_default();
                        @let is_delete = node.operation.op.method == api::Method::DELETE;
                        @if let Some(why) = sense::obstacle(&node.operation, thing) {
                            (senseless(node, act, None, why))
                        } @else if node.is_done_at_once() && node.extra() <= 1 {
                            button type="submit" form="one" name=(own) value=(fields.get(&own).map(link::text).unwrap_or_default())
                                formaction={ (ROOT) "/act/" (node.operation.op.id) } {
                                (icon(act.icon)) " " (act.title)
                            }
                        } @else {
                            a.bad[is_delete] href=(href::form(&node.operation, &fields)) {
                                (icon(act.icon)) " " (act.title)
                            }
                        }
                    }
                }
                @if let Some(id) = thing["id"].as_str() {
                    button type="button" data-copy=(id) { (icon("copy")) " Copy id" }
                }
            }
        }
    }
}
