//! From a file's text to the things that it wants: which kinds there are, which fields these have, and
//! how often one is to be made.

use std::collections::BTreeMap;
use std::rc::Rc;

use presentation::schema;
use presentation::yaml::{self, At, Field, Held, Node};
use serde_json::{Map, Value};

use super::kinds::{self, Kind};
use super::shape::{self, Found, meant};
use super::{FORMAT, Mistake, Place, Wanted, Wish, expand, stored};

/// The key that tells a file's format.
const KETTLE: &str = "kettle";
/// The field that says how many are to be made of a thing.
const COUNT: &str = "count";
/// So many fields are too many to be told in a line.
const MANY: usize = 12;
/// How many may be made of one.
const MOST: u64 = 1000;

/// Reads files, each with its name, into one wish.
///
/// # Errors
/// Every mistake in them.
pub fn read(files: &[(String, String)]) -> Result<Wanted, Vec<Mistake>> {
    let mut all = Reader::default();
    for (name, text) in files {
        all.file = name.as_str().into();
        match yaml::read(text) {
            Ok(Some(node)) => all.top(&node),
            Ok(None) => {}
            Err(wrong) => {
                let at = wrong.at.unwrap_or(At { line: text.lines().count(), column: 1 });
                all.refuse("", at, unreadable(&wrong.text, text, at));
            }
        }
    }
    all.compare_names();
    if all.mistakes.is_empty() {
        Ok(Wanted { wishes: all.wishes })
    } else {
        all.mistakes.sort_by_key(|mistake| (mistake.place.file.clone(), mistake.place.at));
        // Of what is made several times, each would be told.
        all.mistakes.dedup();
        Err(all.mistakes)
    }
}

/// What a parser says, with what usually leads there.
fn unreadable(said: &str, text: &str, at: At) -> String {
    let line = text.lines().nth(at.line.saturating_sub(1)).unwrap_or_default();
    let indent = &line[..line.len() - line.trim_start().len()];
    let help = if indent.contains('\t') {
        "; YAML is indented by spaces, and this line begins with a tab"
    } else if line.contains("{n}") || line.contains(": {") {
        "; a text with braces is written in quotes within { }, as \"web-{n}\""
    } else {
        "; what belongs together is indented alike, and a name is followed by `: `"
    };
    format!("this is no YAML: {said}{help}")
}

#[derive(Default)]
struct Reader {
    file: Rc<str>,
    wishes: Vec<Wish>,
    mistakes: Vec<Mistake>,
}

/// What a list of things lies in.
#[derive(Clone, Copy)]
struct Within<'a> {
    kind: Kind,
    owner: Option<usize>,
    way: &'a str,
}

impl Reader {
    fn refuse(&mut self, way: &str, at: At, text: impl Into<String>) {
        let place = Place { file: self.file.clone(), at };
        self.mistakes.push(Mistake { place, way: way.to_owned(), text: text.into() });
    }

    fn top(&mut self, node: &Node) {
        let Held::Fields(fields) = &node.held else {
            let text = "expected kinds of things, each with a list of them: `instances:` and below it `- label: web`";
            return self.refuse("", node.at, text);
        };
        for field in fields {
            if field.name == KETTLE {
                self.format(field);
            } else if let Some(kind) = self.kind(field) {
                self.list(Within { kind, owner: None, way: &field.name }, &field.node);
            }
        }
    }

    fn format(&mut self, field: &Field) {
        match field.node.value().as_u64() {
            Some(FORMAT) => {}
            Some(newer) if newer > FORMAT => {
                let text = format!(
                    "this file is of format {newer}, which a later release of Kettle reads; this one reads {FORMAT}"
                );
                self.refuse(KETTLE, field.node.at, text);
            }
            _ => {
                let text = format!("the file's format is {FORMAT}: write `{KETTLE}: {FORMAT}`");
                self.refuse(KETTLE, field.node.at, text);
            }
        }
    }

    /// The kind that a key at the top means.
    fn kind(&mut self, field: &Field) -> Option<Kind> {
        let word = field.name.replace('_', "-").to_lowercase();
        let group = presentation::places::meant(&word);
        let inner = || kinds::all().find(|kind| kind.key() == word && kind.owner().is_some());
        let kind = group.and_then(kinds::kind).or_else(inner);
        let text = match (kind, group) {
            (Some(kind), _) => match kind.owner() {
                None => return Some(kind),
                Some(owner) => format!(
                    "these lie within {}: write them under `{}` of one",
                    owner.key(),
                    kind.key()
                ),
            },
            (None, Some(group)) => {
                format!("a file makes no {group}; it makes {}", top_keys().join(", "))
            }
            (None, None) => {
                let keys = top_keys();
                let known: Vec<&str> = keys.iter().map(String::as_str).collect();
                format!("there is no such kind of things; {}", meant(&word, &known))
            }
        };
        self.refuse(&field.name, field.at, text);
        None
    }

    fn list(&mut self, within: Within<'_>, node: &Node) {
        let items = match &node.held {
            Held::List(items) => items,
            Held::One(Value::Null) => return,
            _ => {
                let text = "expected a list of them: begin each with `- `";
                return self.refuse(within.way, node.at, text);
            }
        };
        for (place, item) in items.iter().enumerate() {
            let way = format!("{}[{place}]", within.way);
            let within = Within { way: &way, ..within };
            let Held::Fields(_) = &item.held else {
                let name = within.kind.name_field();
                let text = format!("expected the fields of a thing, as `- {name}: ...`");
                self.refuse(&way, item.at, text);
                continue;
            };
            match self.count(within, item) {
                None => self.thing(within, item),
                Some(count) => {
                    (1..=count).for_each(|n| self.thing(within, &expand::numbered(item, n)));
                }
            }
        }
    }

    /// How many are to be made of a thing, where that is said.
    fn count(&mut self, within: Within<'_>, node: &Node) -> Option<u64> {
        let Held::Fields(fields) = &node.held else { return None };
        let field = fields.iter().find(|field| field.name == COUNT)?;
        let count = field.node.value().as_u64().filter(|count| (1..=MOST).contains(count));
        if count.is_none() {
            let way = format!("{}.{COUNT}", within.way);
            let text = format!("how many of these to make: a number from 1 to {MOST}");
            self.refuse(&way, field.node.at, text);
        }
        count
    }

    fn thing(&mut self, within: Within<'_>, node: &Node) {
        let Held::Fields(given) = &node.held else { return };
        let (kind, index) = (within.kind, self.wishes.len());
        let is_given = |name: &str| given.iter().any(|field| field.name == name);
        let create = kind.create(is_given);
        let (mut schema, params) = (create.request(), create.path_fields());
        if let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            fields.retain(|name, _| !params.contains(name));
        }
        let mut wish = Wish {
            kind,
            owner: within.owner,
            fields: Map::new(),
            extras: Map::new(),
            place: Place { file: self.file.clone(), at: node.at },
            way: within.way.to_owned(),
            ats: BTreeMap::new(),
        };
        let mut found = Found::default();
        let own = given.iter().filter(|field| field.name != COUNT);
        let inner: Vec<(Kind, &Field)> =
            own.filter_map(|field| fill(&mut wish, &schema, field, &mut found)).collect();
        let needed = schema::required(&schema).into_iter();
        for name in needed.filter(|name| !params.iter().any(|p| p == name) && !is_given(name)) {
            found.refuse(name, node.at, format!("is missing: every {} has one", kind.noun()));
        }
        for (way, at, text) in found.wrong {
            self.refuse(&format!("{}.{way}", within.way), at, text);
        }
        wish.ats = found.ats;
        let owner = within.owner.map(|owner| self.wishes[owner].name().to_owned());
        stored::settle(kind, &mut wish.fields, &owner.unwrap_or_default());
        self.wishes.push(wish);
        for (kind, field) in inner {
            let way = format!("{}.{}", within.way, field.name);
            self.list(Within { kind, owner: Some(index), way: &way }, &field.node);
        }
    }

    /// Things are found again by their names: each has one, and no two have the same.
    fn compare_names(&mut self) {
        let mut found: Vec<Mistake> = Vec::new();
        let mut names: BTreeMap<(&str, Option<usize>, &str), &Wish> = BTreeMap::new();
        for wish in self.wishes.iter().filter(|wish| !wish.kind.name_field().is_empty()) {
            let (field, key) =
                (wish.kind.name_field(), (wish.kind.noun(), wish.owner, wish.name()));
            if wish.name().is_empty() {
                let way = format!("{}.{field}", wish.way);
                let is_told = self.mistakes.iter().any(|mistake| mistake.way == way);
                found.extend((!is_told).then(|| wish.mistake(field, nameless(wish))));
            } else if let Some(first) = names.get(&key) {
                found.push(wish.mistake(field, again(wish, first)));
            } else {
                names.insert(key, wish);
            }
        }
        self.mistakes.extend(found);
    }
}

/// What is said of a thing without a name.
fn nameless(wish: &Wish) -> String {
    let noun = wish.kind.noun();
    format!("is missing: by it the {noun} is found when the file is applied again")
}

/// What is said of a name that another thing has.
fn again(wish: &Wish, first: &Wish) -> String {
    let (name, field) = (wish.name(), wish.kind.name_field());
    if first.place == wish.place {
        let key = wish.kind.key();
        return format!(
            "all {key} are to be called `{name}`: put {{n}} in it, which is the number of each"
        );
    }
    let (way, line) = (&first.way, first.place.at.line);
    let place = match first.place.file == wish.place.file {
        true => format!("in line {line}"),
        false => format!("at {}:{line}", first.place.file),
    };
    format!("`{name}` is the {field} of {way} {place} already; by it one is told from others")
}

/// Takes a field into a wish. What lies within it is handed back with its kind.
fn fill<'a>(
    wish: &mut Wish,
    schema: &Value,
    field: &'a Field,
    found: &mut Found,
) -> Option<(Kind, &'a Field)> {
    let (kind, name, node) = (wish.kind, &field.name, &field.node);
    found.ats.insert(name.clone(), node.at);
    if let Some(extra) = kind.extras().iter().find(|extra| extra.field == name) {
        let shape = extra.schema();
        let value = shape::check(&shape, &shape, node, name, false, found);
        wish.extras.insert(name.clone(), value);
    } else if let Some(own) = schema.get("properties").and_then(|fields| fields.get(name)) {
        let number = schema::Kind::Integer;
        let names =
            schema::kind(schema, own) == number && presentation::pointers::points(&number, name);
        let value = shape::check(schema, own, node, name, names, found);
        wish.fields.insert(name.clone(), value);
    } else if let Some(inner) = child(kind, name) {
        return Some((inner, field));
    } else {
        found.refuse(name, field.at, unknown(kind, schema, name));
    }
    None
}

/// The kind that a field of a thing is a list of.
fn child(kind: Kind, name: &str) -> Option<Kind> {
    let word = format!("{} {}", kind.noun(), name.replace('_', "-"));
    let group = presentation::places::meant(&word)?;
    kinds::kind(group).filter(|own| own.source.within == Some(kind.noun()))
}

/// The keys of the kinds that stand at a file's top.
fn top_keys() -> Vec<String> {
    kinds::all().filter(|kind| kind.owner().is_none()).map(Kind::key).collect()
}

/// What is said of a field that there is not.
fn unknown(kind: Kind, schema: &Value, name: &str) -> String {
    let own = schema::fields(schema).map(|(name, _)| name.clone());
    let extras = kind.extras().iter().map(|extra| extra.field.to_owned());
    let within = kind.within().map(Kind::key);
    let known: Vec<String> = own.chain(extras).chain(within).chain([COUNT.to_owned()]).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let shown = kind.get().map(|get| get.response()).unwrap_or_default();
    let is_shown = schema::fields(&shown).any(|(shown, _)| shown == name);
    if is_shown {
        return "is told of one, and follows by itself: it cannot be asked for".into();
    }
    let told = meant(name, &known);
    match told.starts_with("did you mean") || known.len() < MANY {
        true => format!("there is no such field; {told}"),
        false => {
            format!("there is no such field; `kettle {} create --help` tells of all", kind.noun())
        }
    }
}
