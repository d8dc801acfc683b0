//! What can be done to a thing: what is pressed often as buttons, the rest in a menu, and what takes it
//! away last and red.

use maud::{Markup, html};

use super::Subject;
use crate::act::sense;
use crate::act::words::{self as acts, Act};
use crate::icon::icon;
use crate::link::family::Node;
use crate::link::{self};
use crate::{ROOT, href, layout, terminal};

/// All that is done to the thing itself, what takes it away last.
pub(super) fn all(node: &'static Node) -> Vec<&'static Node> {
    let mut all: Vec<&Node> = node.children().filter(|child| !child.is_page()).collect();
    all.sort_by_key(|child| is_delete(child));
    all
}

fn is_delete(node: &Node) -> bool {
    node.operation.op.method == api::Method::DELETE
}

/// Whether it changes the thing itself.
fn is_change(node: &Node) -> bool {
    matches!(node.operation.op.method, api::Method::PATCH | api::Method::PUT)
        && node.is_at_its_parent()
}

/// Whether it takes the thing itself away.
fn takes_away(node: &Node) -> bool {
    is_delete(node) && node.is_at_its_parent()
}

/// The buttons at the right of the head.
pub(super) fn buttons(subject: &Subject<'_>) -> Markup {
    let all = all(subject.node);
    // What runs is restarted, what does not is started.
    let one = |wanted: &str| {
        all.iter().find(|node| node.operation.command == wanted && node.is_done_at_once())
    };
    let first = match one("reboot") {
        Some(reboot) if sense::obstacle(&reboot.operation, &subject.value).is_some() => {
            one("start")
        }
        reboot => reboot,
    };
    let change = all.iter().find(|node| is_change(node));
    let shown = [first, change].map(|node| node.map(|node| node.operation.op.id));
    let others: Vec<&&Node> =
        all.iter().filter(|node| !shown.contains(&Some(node.operation.op.id))).collect();
    html! {
        (console(subject))
        @for node in [first, change].into_iter().flatten() {
            (button(subject, node, &acts::of(&node.operation), "btn"))
        }
        @match others[..] {
            [] => {},
            [node] => (button(subject, node, &acts::of(&node.operation), if takes_away(node) { "btn danger" } else { "btn" })),
            _ => {
                details.menu {
                    summary.btn.icon aria-label="More actions" { (icon("dots")) }
                    div.pop { @for (place, node) in others.iter().enumerate() {
                        @let is_first_delete = is_delete(node) && place > 0 && !is_delete(others[place - 1]);
                        @if is_first_delete { hr; }
                        (button(subject, node, &acts::of(&node.operation), if is_delete(node) { "bad" } else { "" }))
                    } }
                }
            }
        }
    }
}

/// What leads to the console of a machine that is real.
fn console(subject: &Subject<'_>) -> Markup {
    let address = terminal::address(subject.cx, &subject.node.operation, &subject.value);
    let Some(address) = address else { return html! {} };
    if subject.value["power_status"] == "stopped" {
        let why = "It is stopped: start it";
        return html! {
            button.btn type="button" disabled title=(why) data-act="console" {
                (icon("script")) span { "Console" span.why { (why) } }
            }
        };
    }
    html! { a.btn href=(address) { (icon("script")) " Console" } }
}

/// One action: done at once by a form, or led to its own.
fn button(subject: &Subject<'_>, node: &Node, act: &Act, class: &str) -> Markup {
    let class = (!class.is_empty()).then_some(class);
    if let Some(why) = sense::obstacle(&node.operation, &subject.value) {
        return senseless(node, act, class, why);
    }
    if node.is_done_at_once() && node.extra() == 0 {
        return html! {
            form method="post" action={ (ROOT) "/act/" (node.operation.op.id) } {
                (layout::token(subject.cx))
                input type="hidden" name="back" value=(crate::list::here(subject.cx));
                @for (name, value) in &subject.path {
                    input type="hidden" name=(name) value=(link::text(value));
                }
                button class=[class] type="submit" { (icon(act.icon)) " " (act.title) }
            }
        };
    }
    let open = takes_away(node).then_some("gone");
    html! {
        a class=[class] href=(href::form(&node.operation, &subject.path)) data-open=[open] {
            (icon(act.icon)) " " (act.title)
        }
    }
}

/// One that makes no sense now, with the reason. Its form is there for whoever wants it anyway, among
/// all operations.
pub(crate) fn senseless(node: &Node, act: &Act, class: Option<&str>, why: &str) -> Markup {
    html! {
        button class=[class] type="button" disabled title=(why)
            data-act=(node.operation.op.id) {
            (icon(act.icon)) span { (act.title) span.why { (why) } }
        }
    }
}

/// The dialog that has the thing's name typed before it is taken away.
pub(super) fn dialog(subject: &Subject<'_>) -> Markup {
    let all = all(subject.node);
    let Some(node) = all.iter().find(|node| takes_away(node)) else { return html! {} };
    let act = acts::of(&node.operation);
    let name = subject.name.trim();
    let list = subject.node.parent().filter(|parent| parent.is_list);
    let list = list.and_then(|list| href::page(&list.operation, &subject.path));
    html! {
        dialog id="gone" aria-labelledby="gone-h" {
            form method="post" action={ (ROOT) "/act/" (node.operation.op.id) } {
                (layout::token(subject.cx))
                input type="hidden" name="back" value=(list.unwrap_or_else(|| format!("{ROOT}/")));
                input type="hidden" name="page" value=(crate::list::here(subject.cx));
                @for (name, value) in &subject.path {
                    input type="hidden" name=(name) value=(link::text(value));
                }
                h2 id="gone-h" { (act.short) " " (name) "?" }
                p { "This cannot be taken back." }
                div.field {
                    label for="gone-n" { "Type " b { (name) } " to go on" }
                    input.input id="gone-n" name="confirm" data-must=(name) autocomplete="off"
                        spellcheck="false";
                }
                div.row {
                    button.btn type="button" data-close { "Keep it" }
                    button.btn.danger.primary type="submit" { (act.short) " " (name) }
                }
            }
        }
    }
}
