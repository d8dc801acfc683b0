//! The page of a list: what matters of each thing, by page, filtered and searched, and what can be
//! done to several at once. All that it shows stands in its address.

mod bar;
mod cells;
mod columns;
mod costs;
mod filters;
mod pages;
mod sums;

use axum::response::Response;
use maud::{Markup, html};
use presentation::{Operation, places};
use serde_json::{Map, Value};

#[cfg(test)]
pub(crate) use self::bar::operations as bulk;
pub(crate) use self::cells::{brief, value};
use self::columns::What;
pub(crate) use self::costs::Costs;
pub(crate) use self::filters::form as filter_form;
pub(crate) use self::pages::here;
use crate::act::words::{self as acts, Act};
use crate::cx::Cx;
use crate::icon::{bird, icon};
use crate::layout::{self, Page};
use crate::link::family::{self, Node};
use crate::link::{self, Names, words};
use crate::one::gone;
use crate::upstream::Refusal;
use crate::{code, href, live, nav};

/// Among how many things within a page nobody has to search.
const FEW: usize = 8;

pub(crate) async fn show(cx: Cx, operation: Operation, path: Map<String, Value>) -> Response {
    let Some(node) = family::node(&operation) else {
        let text = format!("There is no page of {}.", operation.op.id);
        return layout::refused(&cx, &Refusal { status: 404, text, field: None });
    };
    let view = match View::load(&cx, node, path.clone()).await {
        Ok(view) => view,
        Err(refusal) => return gone::page(&cx, node, &path, &refusal).await,
    };
    let item = nav::item_of(&operation);
    let title = title(node);
    let crumbs = link::crumbs(&cx, node, &path).await;
    let here = item.map(|item| item.shows.to_owned()).unwrap_or_default();
    let sums = view.sums().await;
    let content = html! {
        div.head {
            div {
                h1 { (title) }
                p.row {
                    span id="x-sums" data-whole { (sums) }
                    @if !operation.lists_catalogue() { (live::sign()) }
                }
            }
            div.row data-acts {
                details.menu.wide {
                    summary.btn { (icon("script")) " As code" }
                    div.pop { (code::panel(&cx, &operation, &view.asked)) }
                }
                (creates(node, &path))
            }
        }
        (view.panel())
    };
    // What is sold does not change while one looks.
    let main = match operation.lists_catalogue() {
        true => content,
        false => live::region(&cx, &content),
    };
    layout::page(&cx, Page { title, here, crumbs, main, ..Page::default() })
}

/// What a list is called.
pub(crate) fn title(node: &Node) -> String {
    let item = nav::item_of(&node.operation).filter(|item| {
        // A title that is made of the operation's id says twice what stands above it.
        let own = node.operation.op.id.split('-').skip(1).collect::<Vec<_>>().join(" ");
        let is_made = item.title.to_lowercase() == own && node.parent().is_some();
        item.shows == node.operation.op.id && !is_made
    });
    item.map_or_else(|| words::of_path(node.operation.op.path), |item| item.title)
}

/// What one of its things is called, within a sentence.
pub(crate) fn noun(node: &Node) -> String {
    let item = nav::item_of(&node.operation).filter(|item| {
        let is_group = item.one == node.operation.group.name.replace('-', " ");
        item.shows == node.operation.op.id && !is_group
    });
    item.map_or_else(|| words::one_of_path(node.operation.op.path), |item| item.one)
}

/// What makes things of a list, and whatever else is done to all of it.
fn creates(node: &'static Node, path: &Map<String, Value>) -> Markup {
    let (first, others) = made_here(node);
    html! {
        @if !others.is_empty() {
            details.menu {
                summary.btn.icon aria-label="More actions" { (icon("dots")) }
                div.pop { @for other in &others {
                    @let act = acts::of(&other.operation);
                    a href=(acts::address(other, path)) { (icon(act.icon)) " " (act.title) }
                } }
            }
        }
        @if let Some(first) = first {
            a.btn.primary href=(href::form(&first.operation, path)) {
                (icon("plus")) " " (acts::of(&first.operation).title)
            }
        }
    }
}

/// Of a list, what makes one of its things, and what else stands at it.
pub(crate) fn made_here(node: &'static Node) -> (Option<&'static Node>, Vec<&'static Node>) {
    let is_shown = |child: &&Node| child.is_page() && (child.extra() == 0 || child.is_of_a_row());
    let mut all: Vec<&Node> =
        node.children().filter(|child| !is_shown(child) && !child.is_of_a_row()).collect();
    let makes =
        |child: &&Node| child.is_at_its_parent() && child.operation.op.method == api::Method::POST;
    let first = all.iter().position(makes).map(|place| all.remove(place));
    (first, all)
}

/// A list as it is looked at.
pub(crate) struct View<'a> {
    cx: &'a Cx,
    node: &'static Node,
    path: Map<String, Value>,
    /// What the API is asked for.
    pub(crate) asked: Map<String, Value>,
    filters: Vec<filters::Filter>,
    page: pages::Page,
    columns: columns::Columns,
    names: Names,
    costs: Costs,
}

impl<'a> View<'a> {
    /// Reads the list that `cx` asks for.
    ///
    /// # Errors
    /// As the API refuses it.
    pub(crate) async fn load(
        cx: &'a Cx,
        node: &'static Node,
        path: Map<String, Value>,
    ) -> Result<Self, Refusal> {
        let schema = node.operation.request();
        let mut asked = path.clone();
        asked.extend(filters::asked(cx, &schema, &path));
        let page = pages::Page::load(cx, node, &asked).await?;
        let mut columns = columns::of(cx, node);
        let costs = Costs::load(cx, &node.operation, &page.things).await;
        columns.add_cost(&costs, &page.things);
        let names = Names::load(cx, &columns.pointers(&page.things)).await;
        let filters = filters::of(cx, &node.operation, &schema, &path).await;
        Ok(Self { cx, node, path, asked, filters, page, columns, names, costs })
    }

    /// What there is, in a line: how many of each status, and what it costs.
    pub(crate) async fn sums(&self) -> String {
        sums::line(self.cx, self.node, &self.asked, &self.page, &self.costs).await
    }

    /// Tools, table, pages, and what is done to those selected.
    pub(crate) fn panel(&self) -> Markup {
        let bulk = self.bulk();
        html! {
            div.panel { (self.inner(&bulk, true)) }
            (bar::bar(self.cx, self.node, &self.path, &bulk))
        }
    }

    /// The same within a panel that is there already.
    pub(crate) fn within(&self) -> Markup {
        let bulk = self.bulk();
        let has_tools = !self.page.is_all() || !filters::sought(self.cx, &self.filters).is_empty();
        let has_tools = has_tools || self.page.things.len() > FEW;
        html! { (self.inner(&bulk, has_tools)) (bar::bar(self.cx, self.node, &self.path, &bulk)) }
    }

    fn bulk(&self) -> Vec<&'static Node> {
        if self.page.things.is_empty() { Vec::new() } else { bar::operations(self.node) }
    }

    fn inner(&self, bulk: &[&'static Node], has_tools: bool) -> Markup {
        html! {
            @if has_tools {
                (filters::tools(self.cx, self.node, &self.filters, &self.columns, &self.page))
            }
            p.news.small data-news hidden role="status" {
                b {} " since this page was made. " a href=(pages::here(self.cx)) { "Show" }
            }
            @if self.page.things.is_empty() {
                (self.empty())
            } @else {
                (self.forms())
                (self.table(bulk))
            }
            (pages::pager(self.cx, self.node, &self.page))
        }
    }

    /// The forms that the rows' boxes and buttons belong to: a form cannot be around rows that have
    /// others in them.
    fn forms(&self) -> Markup {
        html! {
            @for id in ["many", "one"] {
                form id=(id) method="post" hidden {
                    // Enter in a box would press the first button: that is this one, which does nothing.
                    button type="submit" disabled {}
                    (layout::token(self.cx))
                    input type="hidden" name="back" value=(pages::here(self.cx));
                    @for (name, value) in &self.path {
                        input type="hidden" name=(name) value=(link::text(value));
                    }
                }
            }
        }
    }

    fn table(&self, bulk: &[&'static Node]) -> Markup {
        let title = title(self.node);
        let shown = &self.columns.shown;
        let acts = bar::of_rows(self.node);
        let acts: Vec<_> = acts.into_iter().map(|node| (node, acts::of(&node.operation))).collect();
        let has_page = self.node.thing().is_some();
        html! {
            div.scroll tabindex="0" role="region" aria-label=(title) {
                table class=(self.width(!acts.is_empty() && !has_page)) data-list[!bulk.is_empty()] {
                    caption.sr { (title) }
                    thead { tr {
                        @if !bulk.is_empty() {
                            td.pick { input type="checkbox" aria-label="Select all on this page"; }
                        }
                        @for column in shown {
                            th scope="col" class=(column.head_class()) { (column.head) }
                        }
                        @if !acts.is_empty() { th scope="col" class=[has_page.then_some("p2")] { span.sr { "Actions" } } }
                    } }
                    tbody { @for thing in &self.page.things { (self.row(thing, bulk, &acts)) } }
                }
            }
        }
    }

    /// How much room a phone has for names: the fewer the more stands beside them.
    fn width(&self, has_menu: bool) -> &'static str {
        let columns =
            self.columns.shown.iter().skip(1).filter(|c| !c.is_hidden_on_phones()).count();
        match columns + usize::from(has_menu) {
            0 => "w1",
            1 => "w2",
            _ => "w3",
        }
    }

    fn row(&self, thing: &Value, bulk: &[&'static Node], acts: &[(&'static Node, Act)]) -> Markup {
        let name = cells::name(self.node, &self.columns, &self.names, thing);
        let address = link::of_row(&self.node.operation, &self.path, thing);
        // Some rows are nothing but what they point at.
        let pointer = || {
            let first = self.columns.shown.first()?;
            first.target?.address(first.values(thing).first()?)
        };
        let address = address.or_else(pointer);
        let fields = bulk.first().and_then(|node| link::row_fields(node, &self.path, thing));
        let own = bulk.first().and_then(|node| node.operation.path_fields().pop());
        let own = own.and_then(|own| fields?.get(&own).map(link::text));
        let key = cells::key(self.node, thing);
        let id = live::id(live::ROW, &key);
        let status = crate::status::of(thing).map(|(_, word)| format!("{name}: {word}"));
        html! {
            tr id=(id) data-say=[status] {
                @if !bulk.is_empty() {
                    td.pick {
                        input type="checkbox" name="id" form="many" value=(own.unwrap_or_default())
                            data-name=(name) aria-label={ "Select " (name) };
                    }
                }
                @for column in &self.columns.shown {
                    @if column.what == What::Name {
                        th scope="row" class=(column.class()) {
                            (cells::head(column, &name, address.as_deref()))
                            (self.sub(thing))
                        }
                    } @else {
                        td class=(column.class()) {
                            (cells::cell(column, thing, &self.names, &self.costs))
                        }
                    }
                }
                @if !acts.is_empty() {
                    td.num.p2[self.node.thing().is_some()] { (bar::menu(acts, &self.path, thing, &name)) }
                }
            }
        }
    }

    /// The second line that a phone shows, instead of the columns that it has no room for.
    fn sub(&self, thing: &Value) -> Markup {
        // Where several columns tell the things apart, no more is needed.
        if self.columns.shown.iter().filter(|c| c.tells() && !c.is_hidden_on_phones()).count() > 1 {
            return html! {};
        }
        let hidden = self.columns.shown.iter().filter(|column| column.is_hidden_on_phones());
        let (first, others): (Vec<_>, Vec<_>) = hidden.partition(|column| column.tells());
        let others = others.into_iter().filter(|column| column.what != What::Time);
        let texts: Vec<String> = first
            .into_iter()
            .chain(others)
            .map(|column| cells::brief_of(column, thing, &self.names, &self.costs))
            .filter(|text| !text.is_empty())
            .take(2)
            .collect();
        html! { @if !texts.is_empty() { span.sub { (texts.join(" · ")) } } }
    }

    fn empty(&self) -> Markup {
        let sought = filters::sought(self.cx, &self.filters);
        let one = noun(self.node);
        if !sought.is_empty() {
            return html! { div.empty {
                (bird())
                h2 { "Nothing fits" }
                p { "No " (one) " with " (sought.join(", ")) "." }
                a.btn href=(self.cx.path) { "Show all" }
            } };
        }
        let (first, _) = made_here(self.node);
        html! { div.empty {
            (bird())
            h2 { "No " (words::many(&one)) @if first.is_some() { " yet" } }
            @if let Some(first) = first {
                @let about = first.operation.group.about;
                @if !about.eq_ignore_ascii_case(&title(self.node)) { p { (about) "." } }
                a.btn href=(href::form(&first.operation, &self.path)) {
                    (icon("plus")) " " (acts::of(&first.operation).title)
                }
                pre tabindex="0" role="region" aria-label="The same by the command line" {
                    "kettle " (places::path(&first.operation))
                }
            }
        } }
    }
}
