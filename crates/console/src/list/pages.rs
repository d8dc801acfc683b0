//! One page of a list: by cursor where the API has one, else cut out of the whole; searched where
//! something is searched for.

use form_urlencoded::Serializer;
use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::link::family::Node;
use crate::link::words;
use crate::upstream::Refusal;

/// How many rows a page has; the first where nobody has chosen.
pub(crate) const SIZES: &[usize] = &[25, 100, 500];
/// How many things are searched.
pub(crate) const SEARCHED: usize = 5000;
/// How deep a thing is searched.
const DEPTH: usize = 4;

/// One page of a list.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) things: Vec<Value>,
    /// How many there are in all.
    pub(crate) total: Option<usize>,
    /// Which of them is the first here, from 1; zero where nobody knows.
    first: usize,
    /// What the address of the page before this one and of the one after sets.
    prev: Option<Step>,
    next: Option<Step>,
    /// How many were searched, where there may be more.
    pub(crate) searched: Option<usize>,
}

/// A way to another page: the cursor where there is one, and which thing is the first there.
struct Step {
    cursor: Option<String>,
    from: usize,
}

impl Page {
    /// Reads the page that `cx` asks for.
    ///
    /// # Errors
    /// As the API refuses it.
    pub(crate) async fn load(
        cx: &Cx,
        node: &Node,
        asked: &Map<String, Value>,
    ) -> Result<Self, Refusal> {
        let size = size(cx);
        let from = cx.asked("from").parse::<usize>().unwrap_or(1).max(1);
        let sought = cx.asked("q").trim().to_lowercase();
        if !sought.is_empty() {
            let all = cx.caller.all(&node.operation, asked.clone(), SEARCHED).await?;
            let searched = (all.len() >= SEARCHED).then_some(SEARCHED);
            let found = all.into_iter().filter(|thing| has(thing, &sought, DEPTH)).collect();
            return Ok(Self { searched, ..Self::cut(found, from, size) });
        }
        if !node.is_paged {
            let answer = cx.caller.call(&node.operation, asked.clone()).await?;
            let Value::Array(all) = answer.value else { return Ok(Self::default()) };
            return Ok(Self::cut(all, from, size));
        }
        let mut fields = asked.clone();
        fields.insert("per_page".into(), size.into());
        let cursor = cx.asked("cursor");
        if !cursor.is_empty() {
            fields.insert("cursor".into(), cursor.into());
        }
        let answer = cx.caller.call(&node.operation, fields).await?;
        let total = answer.total.and_then(|total| usize::try_from(total).ok());
        let Value::Array(things) = answer.value else { return Ok(Self::default()) };
        let first = match (cursor.is_empty(), cx.asked("from").is_empty()) {
            (true, _) => 1,
            (false, true) => 0,
            (false, false) => from,
        };
        let step = |cursor: String, from| {
            (!cursor.is_empty()).then_some(Step { cursor: Some(cursor), from })
        };
        let next = step(answer.next, first + things.len());
        let prev = step(answer.prev, first.saturating_sub(size).max(1));
        Ok(Self { things, total, first, prev, next, searched: None })
    }

    /// The page that begins at a place of the whole.
    fn cut(all: Vec<Value>, from: usize, size: usize) -> Self {
        let total = all.len();
        let skipped = (from - 1).min(total.saturating_sub(1));
        let step = |from| Step { cursor: None, from };
        Self {
            total: Some(total),
            first: skipped + 1,
            prev: (skipped > 0).then(|| step((skipped + 1).saturating_sub(size).max(1))),
            next: (skipped + size < total).then(|| step(skipped + size + 1)),
            things: all.into_iter().skip(skipped).take(size).collect(),
            searched: None,
        }
    }

    /// Whether all that there is stands on it.
    pub(crate) fn is_all(&self) -> bool {
        self.prev.is_none() && self.next.is_none()
    }
}

fn size(cx: &Cx) -> usize {
    let asked = cx.asked("per_page").parse().ok();
    asked.filter(|size| SIZES.contains(size)).unwrap_or(SIZES[0])
}

/// Whether a text stands somewhere in a thing, in capitals or not.
fn has(value: &Value, sought: &str, depth: usize) -> bool {
    match value {
        Value::String(text) => text.to_lowercase().contains(sought),
        Value::Number(number) => number.to_string() == sought,
        Value::Array(items) if depth > 0 => items.iter().any(|item| has(item, sought, depth - 1)),
        Value::Object(fields) if depth > 0 => fields.iter().any(|(name, value)| {
            // Nobody finds a thing by its password, nor means the time by a number.
            !is_hidden(name) && !super::columns::is_time(name) && has(value, sought, depth - 1)
        }),
        _ => false,
    }
}

fn is_hidden(name: &str) -> bool {
    ["password", "secret", "api_key", "access_key"].iter().any(|part| name.contains(part))
}

/// The address of this page with fields set, or taken out where they are `None`. Another choice
/// begins at the first page again.
pub(crate) fn address(cx: &Cx, set: &[(&str, Option<&str>)]) -> String {
    let is_kept = |name: &str| {
        !set.iter().any(|(own, _)| *own == name) && !matches!(name, "cursor" | "from" | "as")
    };
    let kept = cx.query.iter().filter(|(name, value)| is_kept(name) && !value.is_empty());
    let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
    let more = set.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
    let query = Serializer::new(String::new()).extend_pairs(kept.chain(more)).finish();
    if query.is_empty() { cx.path.clone() } else { format!("{}?{query}", cx.path) }
}

/// The address of this very page.
pub(crate) fn here(cx: &Cx) -> String {
    let pairs = cx.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { cx.path.clone() } else { format!("{}?{query}", cx.path) }
}

/// The query's fields but those, as inputs of a form that sets those.
pub(crate) fn others(cx: &Cx, but: &[&str]) -> Markup {
    let is_kept = |name: &str| !but.contains(&name) && !matches!(name, "cursor" | "from" | "as");
    html! {
        @for (name, value) in cx.query.iter().filter(|(n, v)| is_kept(n) && !v.is_empty()) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// What stands below a table: which of how many, other pages, and how many a page has.
pub(crate) fn pager(cx: &Cx, node: &Node, page: &Page) -> Markup {
    let count = page.things.len();
    let is_small = page.is_all() && count <= SIZES[0] && page.searched.is_none();
    if count == 0 || is_small && cx.asked("per_page").is_empty() {
        return html! {};
    }
    let one = super::noun(node);
    html! {
        div.pager {
            span {
                @if page.first > 0 { (page.first) " to " (page.first + count - 1) } @else { (count) }
                @if let Some(total) = page.total { " of " (total) }
                @if let Some(most) = page.searched {
                    ", of the first " (words::count(most, &one)) ": there are more, which were not searched"
                }
            }
            span {
                "Rows: "
                @for size in SIZES {
                    @let text = size.to_string();
                    @if *size == self::size(cx) { b aria-current="true" { (text) } " " } @else {
                        a href=(address(cx, &[("per_page", Some(&text))])) { (text) } " "
                    }
                }
            }
            nav aria-label="Pages" {
                (step(cx, "Previous", page.prev.as_ref()))
                (step(cx, "Next", page.next.as_ref()))
            }
        }
    }
}

fn step(cx: &Cx, word: &str, step: Option<&Step>) -> Markup {
    let address = step.map(|step| {
        let from = step.from.to_string();
        let from = (step.from > 0).then_some(from.as_str());
        address(cx, &[("cursor", step.cursor.as_deref()), ("from", from)])
    });
    html! {
        @match address {
            Some(address) => { a.btn.slim href=(address) { (word) } },
            None => { span.btn.slim aria-disabled="true" { (word) } },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_is_cut_out_of_the_whole() {
        let all: Vec<Value> = (0..60).map(Value::from).collect();
        let page = |from| Page::cut(all.clone(), from, 25);
        let first = page(1);
        assert_eq!((first.first, first.things.len(), first.total), (1, 25, Some(60)));
        assert!(first.prev.is_none() && first.next.is_some_and(|step| step.from == 26));
        let last = page(51);
        assert_eq!((last.first, last.things.len()), (51, 10));
        assert!(last.next.is_none() && last.prev.is_some_and(|step| step.from == 26));
        assert_eq!(page(1000).things.len(), 1);
        assert!(Page::cut(Vec::new(), 1, 25).things.is_empty());
    }

    #[test]
    fn nobody_finds_a_thing_by_its_password() {
        let thing = json!({"label": "Web", "vpcs": [{"id": "abc"}], "default_password": "hidden"});
        assert!(has(&thing, "web", DEPTH) && has(&thing, "abc", DEPTH));
        assert!(!has(&thing, "hidden", DEPTH));
    }
}
