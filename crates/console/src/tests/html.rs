//! Reads pages as a browser does: what a form would send, and whether each control has a label.

use std::collections::BTreeSet;

/// A tag of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) closes: bool,
    attributes: Vec<(String, String)>,
    /// The text after it, up to the next tag.
    pub(crate) text: String,
}

impl Tag {
    /// An attribute's value; none where it is not there.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// The tags of a page, in order.
pub(crate) fn tags(page: &str) -> Vec<Tag> {
    let parts = page.split('<').skip(1);
    parts
        .map(|part| {
            let (inside, text) = cut(part);
            let closes = inside.starts_with('/');
            let inside = inside.trim_start_matches('/');
            let (name, rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
            let attributes = attributes(rest);
            Tag { name: name.to_owned(), closes, attributes, text: plain(text) }
        })
        .collect()
}

/// Where a tag ends: not within quotes.
fn cut(part: &str) -> (&str, &str) {
    let mut quoted = false;
    for (place, letter) in part.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '>' if !quoted => return (&part[..place], &part[place + 1..]),
            _ => {}
        }
    }
    (part, "")
}

fn attributes(mut rest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start();
        let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return found;
        }
        rest = after;
        let mut value = "";
        if let Some(quoted) = after.strip_prefix("=\"") {
            let end = quoted.find('"').unwrap();
            value = &quoted[..end];
            rest = &quoted[end + 1..];
        }
        found.push((name.to_owned(), plain(value)));
    }
}

fn plain(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// What a browser would send of the page's form of an operation, with nothing typed.
pub(crate) fn filled(page: &str) -> Vec<(String, String)> {
    let tags = tags(page);
    let start = tags.iter().position(|tag| tag.has("data-form")).expect("a form of an operation");
    let end = start + tags[start..].iter().position(|t| t.name == "form" && t.closes).unwrap();
    let mut found = Vec::new();
    let mut inert = 0;
    let mut select: Option<(String, Option<String>, Option<String>, bool)> = None;
    for tag in &tags[start..end] {
        match (tag.name.as_str(), tag.closes) {
            ("template", closes) => inert += if closes { -1 } else { 1 },
            _ if inert > 0 => {}
            ("input", _) => {
                let kind = tag.get("type").unwrap_or("text");
                let counts = !matches!(kind, "checkbox" | "radio") || tag.has("checked");
                if let Some(name) = tag.get("name").filter(|_| counts && !tag.has("disabled")) {
                    let value = tag.get("value").unwrap_or_default();
                    found.push((name.to_owned(), value.to_owned()));
                }
            }
            ("textarea", false) => {
                let text = tag.text.strip_prefix('\n').unwrap_or(&tag.text);
                found.push((tag.get("name").unwrap().to_owned(), text.to_owned()));
            }
            ("select", false) => {
                let name = tag.get("name").unwrap_or_default().to_owned();
                select = Some((name, None, None, tag.has("multiple")));
            }
            ("option", false) => {
                let Some((name, first, chosen, many)) = &mut select else { continue };
                let value = tag.get("value").unwrap_or(&tag.text).to_owned();
                if *many && tag.has("selected") {
                    found.push((name.clone(), value.clone()));
                }
                if tag.has("selected") {
                    *chosen = Some(value.clone());
                }
                if first.is_none() && !tag.has("disabled") {
                    *first = Some(value);
                }
            }
            ("select", true) => {
                if let Some((name, first, chosen, false)) = select.take()
                    && let Some(value) = chosen.or(first)
                {
                    found.push((name, value));
                }
            }
            _ => {}
        }
    }
    found
}

/// The controls of a page that nothing says the name of.
pub(crate) fn unlabelled(page: &str) -> Vec<String> {
    let tags = tags(page);
    let named: BTreeSet<&str> =
        tags.iter().filter(|t| t.name == "label").filter_map(|t| t.get("for")).collect();
    let mut inside = 0;
    let mut found = Vec::new();
    for tag in &tags {
        match (tag.name.as_str(), tag.closes) {
            ("label", closes) => inside += if closes { -1 } else { 1 },
            ("input" | "select" | "textarea", false) => {
                let is_hidden = matches!(tag.get("type"), Some("hidden" | "submit"));
                let by_id = tag.get("id").is_some_and(|id| named.contains(id));
                let own = tag.get("aria-label").is_some_and(|label| !label.is_empty());
                if !is_hidden && inside == 0 && !by_id && !own {
                    found.push(format!("{tag:?}"));
                }
            }
            _ => {}
        }
    }
    found
}

/// The ids that stand on a page more than once.
pub(crate) fn twice(page: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let tags = tags(page);
    let ids = tags.iter().filter_map(|tag| tag.get("id"));
    ids.filter(|id| !seen.insert((*id).to_owned())).map(str::to_owned).collect()
}

/// The ids that something on a page refers to, and that are not there.
pub(crate) fn astray(page: &str) -> Vec<String> {
    let tags = tags(page);
    let ids: BTreeSet<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
    let names = ["aria-describedby", "aria-labelledby", "for", "list"];
    let refers = tags.iter().flat_map(|tag| names.iter().filter_map(|name| tag.get(name)));
    let each = refers.flat_map(|ids| ids.split(' '));
    each.filter(|id| !ids.contains(id)).map(str::to_owned).collect()
}
