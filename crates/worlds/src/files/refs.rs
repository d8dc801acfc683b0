//! References: names in place of ids, `web-*` for several, `{instances.web-1.main_ip}` for what another
//! thing shows, and names of what the catalogue has numbers for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use presentation::operations::{self, Operation};
use presentation::schema::{self, Kind as Takes};
use presentation::{places, pointers};
use serde_json::{Map, Value};

use super::kinds::{self, Kind};
use super::shape::meant;
use super::{Mistake, Wish};
use crate::copy::is_id;
use crate::{Reading, Thing};

/// A thing that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// One of the file, by its place among the wishes.
    Wish(usize),
    /// One that is there, by its place in the reading.
    Thing(usize),
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it is written.
    Text(String),
    /// What a thing has in a field; its id where there is no name.
    Of(Target, String),
}

/// A text that is not known before other things are.
#[derive(Debug, Clone)]
pub(super) struct Ref {
    /// Where it stands in the wish: a JSON pointer.
    pub(super) pointer: String,
    /// What it is made of.
    pub(super) pieces: Vec<Piece>,
}

/// Where a field of a kind leads.
#[derive(Clone, Copy)]
enum Leads {
    /// To things of a kind that a file makes.
    To(Kind),
    /// To numbers of the catalogue, which this lists.
    Catalogue(Operation),
}

/// What lists of the catalogue hold, by the operation that lists them.
pub(super) type Catalogue = BTreeMap<&'static str, Vec<Value>>;

/// The lists of the catalogue in which wishes name something.
pub(super) fn named_lists(wishes: &[Wish]) -> Catalogue {
    let mut lists = Catalogue::new();
    for wish in wishes {
        let texts = wish.fields.iter().filter(|(_, value)| value.is_string());
        for (field, _) in texts {
            if let Some(Leads::Catalogue(list)) = leads(wish.kind, field) {
                lists.insert(list.op.id, Vec::new());
            }
        }
    }
    lists
}

/// Where a field leads, if anywhere.
fn leads(kind: Kind, field: &str) -> Option<Leads> {
    static ALL: LazyLock<BTreeMap<(&str, String), Leads>> = LazyLock::new(|| {
        let all = operations::all();
        kinds::all().flat_map(|kind| leading(kind, &all)).collect()
    });
    ALL.get(&(kind.noun(), field.to_owned())).copied()
}

/// The fields of a kind that lead somewhere.
fn leading(kind: Kind, all: &[Operation]) -> Vec<((&'static str, String), Leads)> {
    let mut found = Vec::new();
    let mut add = |field: &str, leads: Option<Leads>| {
        found.extend(leads.map(|leads| ((kind.noun(), field.to_owned()), leads)));
    };
    for create in [kind.create(|_| false), kind.create(|_| true)] {
        let (schema, params) = (create.request(), create.path_fields());
        for (field, shape) in schema::fields(&schema).filter(|(name, _)| !params.contains(name)) {
            let takes = schema::kind(&schema, shape);
            let is_id = schema::target(&schema, shape).get("x-id").is_some();
            if is_id || pointers::points(&takes, field) {
                let list = pointers::list_for(&create, &params, field, all);
                add(field, list.and_then(|list| Leads::of(*list, &takes)));
            }
        }
    }
    for extra in kind.extras() {
        add(extra.field, extra.points_to().and_then(kinds::kind).map(Leads::To));
    }
    if kind.noun() == "firewall-rule" {
        add("source", kinds::kind("load-balancer").map(Leads::To));
    }
    found
}

impl Leads {
    /// Where an operation lists what a field leads to.
    fn of(list: Operation, takes: &Takes) -> Option<Self> {
        match kinds::kind(list.group.name) {
            Some(kind) => Some(Self::To(kind)),
            None if *takes == Takes::Integer => Some(Self::Catalogue(list)),
            None => None,
        }
    }
}

/// What resolves the references of a file.
pub(super) struct Names<'a> {
    pub(super) wishes: &'a [Wish],
    pub(super) reading: &'a Reading,
    pub(super) catalogue: &'a Catalogue,
}

/// A wish whose references are known.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// `fields` and `extras`.
    pub(super) value: Value,
    pub(super) refs: Vec<Ref>,
}

impl Names<'_> {
    /// Finds what a wish refers to.
    pub(super) fn resolve(&self, wish: &Wish, mistakes: &mut Vec<Mistake>) -> Resolved {
        let mut resolved = Resolved::default();
        let mut part = |part: &str, fields: &Map<String, Value>| -> Value {
            let named = fields.iter().map(|(name, value)| {
                let way = format!("/{part}/{}", step(name));
                (name.clone(), self.field(wish, name, value, &way, &mut resolved.refs, mistakes))
            });
            Value::Object(named.collect())
        };
        let fields = part("fields", &wish.fields);
        let extras = part("extras", &wish.extras);
        resolved.value = serde_json::json!({ "fields": fields, "extras": extras });
        resolved
    }

    fn field(
        &self,
        wish: &Wish,
        name: &str,
        value: &Value,
        way: &str,
        refs: &mut Vec<Ref>,
        mistakes: &mut Vec<Mistake>,
    ) -> Value {
        match (leads(wish.kind, name), value) {
            (Some(Leads::Catalogue(list)), Value::String(text)) => {
                self.number(&list, text).unwrap_or_else(|why| {
                    mistakes.push(wish.mistake(name, why));
                    Value::Null
                })
            }
            (Some(Leads::To(kind)), Value::Array(items)) => {
                let items = self.spread(kind, items);
                for (place, item) in items.iter().enumerate() {
                    let Some(text) = item.as_str() else { continue };
                    let field = format!("{name}[{place}]");
                    self.one(wish, &field, kind, text, &format!("{way}/{place}"), refs, mistakes);
                }
                items.into()
            }
            (Some(Leads::To(kind)), Value::String(text)) => {
                self.one(wish, name, kind, text, way, refs, mistakes);
                value.clone()
            }
            _ => {
                self.templates(wish, name, value, way, refs, mistakes);
                value.clone()
            }
        }
    }

    /// A list in which `web-*` stands for all of the file that are called so.
    fn spread(&self, kind: Kind, items: &[Value]) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        for item in items {
            match item.as_str().and_then(|text| text.split_once('*')) {
                Some((begin, end)) if !self.is_name(kind, item) => {
                    let own = self.wishes.iter().filter(|wish| wish.kind.noun() == kind.noun());
                    let fits = own.map(Wish::name).filter(|name| {
                        name.len() >= begin.len() + end.len()
                            && name.starts_with(begin)
                            && name.ends_with(end)
                    });
                    let before = all.len();
                    all.extend(fits.map(Value::from));
                    // What fits nothing is told by its own words.
                    all.extend((all.len() == before).then(|| item.clone()));
                }
                _ => all.push(item.clone()),
            }
        }
        all
    }

    fn is_name(&self, kind: Kind, item: &Value) -> bool {
        self.wishes.iter().any(|wish| wish.kind.noun() == kind.noun() && item == wish.name())
    }

    #[expect(clippy::too_many_arguments, reason = "where it stands, what it is, and where it goes")]
    fn one(
        &self,
        wish: &Wish,
        field: &str,
        kind: Kind,
        text: &str,
        way: &str,
        refs: &mut Vec<Ref>,
        mistakes: &mut Vec<Mistake>,
    ) {
        let is_word = (wish.kind.noun(), field) == ("firewall-rule", "source")
            && (text == "cloudflare" || text.contains('/'));
        if text.is_empty() || is_id(text) || is_word {
            return;
        }
        // Behind a load balancer are servers of both kinds.
        let is_either = (wish.kind.noun(), kind.noun()) == ("load-balancer", "instance");
        let metal = kinds::kind("bare-metal").filter(|_| is_either);
        let found = self.find(kind, text);
        match found.or_else(|why| metal.and_then(|metal| self.find(metal, text).ok()).ok_or(why)) {
            Ok(target) => {
                let pieces = vec![Piece::Of(target, String::new())];
                refs.push(Ref { pointer: way.to_owned(), pieces });
            }
            Err(why) => mistakes.push(wish.mistake(field, why)),
        }
    }

    /// The thing of a kind that is called so: in the file, or else among what is there.
    fn find(&self, kind: Kind, text: &str) -> Result<Target, String> {
        let is_it = |name: &str| name == text;
        let own = self.wishes.iter().enumerate();
        let own = own.filter(|(_, wish)| wish.kind.noun() == kind.noun() && is_it(wish.name()));
        let own: Vec<Target> = own.map(|(place, _)| Target::Wish(place)).collect();
        let there = self.reading.things.iter().enumerate();
        let there =
            there.filter(|(_, thing)| thing.kind == kind.noun() && is_it(kind.name_of(thing)));
        let there: Vec<Target> = there.map(|(place, _)| Target::Thing(place)).collect();
        match (own.as_slice(), there.as_slice()) {
            ([one], _) | ([], [one]) => Ok(*one),
            ([], []) => {
                let names = self.wishes.iter().filter(|wish| wish.kind.noun() == kind.noun());
                let names = names.map(Wish::name);
                let things = self.reading.of(kind.noun()).map(|thing| kind.name_of(thing));
                let mut names: Vec<&str> = names.chain(things).filter(|n| !n.is_empty()).collect();
                names.sort_unstable();
                names.dedup();
                let noun = kind.noun();
                let meant = meant(text, &names);
                Err(format!(
                    "there is no {noun} `{text}`, in the file or among what is there; {meant}"
                ))
            }
            _ => Err(format!("more than one {} is called `{text}`: give its id", kind.noun())),
        }
    }

    /// The number that a name of the catalogue stands for.
    fn number(&self, list: &Operation, text: &str) -> Result<Value, String> {
        let items = self.catalogue.get(list.op.id).map_or(&[][..], Vec::as_slice);
        let names = |item: &Value| -> Vec<String> {
            let name = |key: &&str| Some(item.get(*key)?.as_str()?.to_lowercase());
            pointers::NAMES.iter().filter_map(name).collect()
        };
        let text_lower = text.to_lowercase();
        let matching = |fits: &dyn Fn(&String) -> bool| -> Vec<&Value> {
            items.iter().filter(|item| names(item).iter().any(fits)).collect()
        };
        let mut found = matching(&|name| *name == text_lower);
        if found.is_empty() {
            found = matching(&|name| name.starts_with(&text_lower));
        }
        let noun = list.group.name;
        match found[..] {
            [one] => Ok(one.get("id").cloned().unwrap_or_default()),
            [] => {
                let mut first: Vec<&str> = items.iter().filter_map(pointers::label).collect();
                first.iter_mut().for_each(|name| *name = name.split(' ').next().unwrap_or(name));
                let word = text.split(' ').next().unwrap_or(text);
                let meant = catalog::nearest(word, first.iter().map(|name| (*name, *name)));
                let meant = meant.filter(|meant| *meant != word);
                let meant = meant.map(|meant| format!("did you mean `{meant} ...`? "));
                let list = format!("`kettle {noun} list` has them all");
                Err(format!("there is no {noun} `{text}`; {}{list}", meant.unwrap_or_default()))
            }
            _ => {
                let names = found.iter().take(5).filter_map(|item| pointers::label(item));
                let names = names.collect::<Vec<_>>().join(", ");
                Err(format!("`{text}` may be more than one {noun}: {names}"))
            }
        }
    }

    /// What texts have in braces.
    fn templates(
        &self,
        wish: &Wish,
        field: &str,
        value: &Value,
        way: &str,
        refs: &mut Vec<Ref>,
        mistakes: &mut Vec<Mistake>,
    ) {
        let mut below = |own: String, name: &str, value: &Value| {
            self.templates(wish, &own, value, &format!("{way}/{}", step(name)), refs, mistakes);
        };
        match value {
            Value::Object(fields) => {
                fields
                    .iter()
                    .for_each(|(name, value)| below(format!("{field}.{name}"), name, value));
            }
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    below(format!("{field}[{place}]"), &place.to_string(), item);
                }
            }
            Value::String(text) if text.contains('{') => match self.pieces(text) {
                Ok(pieces) if pieces.iter().any(|p| matches!(p, Piece::Of(..))) => {
                    refs.push(Ref { pointer: way.to_owned(), pieces });
                }
                Ok(_) => {}
                Err(why) => mistakes.push(wish.mistake(field, why)),
            },
            _ => {}
        }
    }

    /// A text in pieces: braces that name no field of a thing are what they are.
    fn pieces(&self, text: &str) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let inner = behind.split_once('}').filter(|(inner, _)| !inner.contains('{'));
            let of = inner.and_then(|(inner, after)| Some((self.of(inner)?, after)));
            match of {
                Some((of, after)) => {
                    pieces.extend([Piece::Text(before.to_owned()), of?]);
                    rest = after;
                }
                None => {
                    pieces.push(Piece::Text(format!("{before}{{")));
                    rest = behind;
                }
            }
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(pieces)
    }

    /// What `instances.web-1.main_ip` means; none where it begins with no kind.
    fn of(&self, inner: &str) -> Option<Result<Piece, String>> {
        let (kind, rest) = inner.split_once('.')?;
        let (name, field) = rest.rsplit_once('.')?;
        let kind = kinds::kind(places::meant(&kind.replace('_', "-"))?)?;
        let shown = kind.get()?.response();
        let fields: Vec<&str> = schema::fields(&shown).map(|(name, _)| name.as_str()).collect();
        if !fields.contains(&field) {
            let (noun, meant) = (kind.noun(), meant(field, &fields));
            return Some(Err(format!("{{{inner}}}: no {noun} shows a `{field}`; {meant}")));
        }
        let found = self.find(kind, name).map_err(|why| format!("{{{inner}}}: {why}"));
        Some(found.map(|target| Piece::Of(target, field.to_owned())))
    }
}

/// A name as a step of a JSON pointer.
fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Resolved {
    /// The wishes that have to be there before this one is made.
    pub(super) fn needs(&self) -> impl Iterator<Item = usize> {
        self.refs.iter().filter(|one| one.pointer.starts_with("/fields/")).flat_map(Ref::wishes)
    }

    /// The things that it refers to.
    pub(super) fn targets(&self) -> Vec<Target> {
        self.asked("/").into_iter().map(|(target, _)| target).collect()
    }

    /// What is asked of other things below a way: of each a field, and its id where that has no name.
    pub(super) fn asked(&self, below: &str) -> Vec<(Target, String)> {
        let refs = self.refs.iter().filter(|one| one.pointer.starts_with(below));
        let pieces = refs.flat_map(|one| &one.pieces).filter_map(|piece| match piece {
            Piece::Of(target, field) => Some((*target, field.clone())),
            Piece::Text(_) => None,
        });
        pieces.collect()
    }

    /// The wish with all that is known in its place. What is not stays as it is written.
    pub(super) fn filled(&self, known: impl Fn(Target, &str) -> Option<String>) -> Value {
        let mut value = self.value.clone();
        for one in &self.refs {
            let piece = |piece: &Piece| match piece {
                Piece::Text(text) => Some(text.clone()),
                Piece::Of(target, field) => known(*target, field),
            };
            let text: Option<String> = one.pieces.iter().map(piece).collect();
            if let (Some(text), Some(place)) = (text, value.pointer_mut(&one.pointer)) {
                *place = text.into();
            }
        }
        value
    }
}

impl Ref {
    /// The wishes that it names.
    pub(super) fn wishes(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Of(Target::Wish(place), _) => Some(*place),
            _ => None,
        })
    }
}

/// What a thing that is there has in a field, as text.
pub(super) fn shown(thing: &Thing, field: &str) -> Option<String> {
    if field.is_empty() {
        return Some(thing.id.clone());
    }
    text(thing.item.get(field)?)
}

/// A value within a text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}
