//! What there is to do: which of the wanted things are there, which of them differ, and in which order
//! the others are made.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::differ::{Current, fits, missing};
use super::kinds::{Extra, STOPPED};
use super::refs::{Catalogue, Names, Resolved, Target, shown};
use super::{Mistake, Wish};
use crate::{Reading, Thing};

/// The pools of a cluster: made with it, and later one by one.
pub(super) const POOLS: &str = "node_pools";

/// What is to be done about one wish.
#[derive(Debug, Default)]
pub(super) struct Deed {
    /// The thing as it is there, by its place in the reading.
    pub(super) found: Option<usize>,
    pub(super) resolved: Resolved,
    /// The fields in which it differs.
    pub(super) changed: Vec<String>,
    /// What is brought about afterwards.
    pub(super) late: Vec<String>,
}

/// What there is to do about all.
pub(super) struct Plan {
    pub(super) deeds: Vec<Deed>,
    /// The order in which things are made.
    pub(super) order: Vec<usize>,
    pub(super) mistakes: Vec<Mistake>,
}

impl Plan {
    pub(super) fn new(wishes: &[Wish], reading: &Reading, catalogue: &Catalogue) -> Self {
        let mut planner = Planner { wishes, reading, deeds: Vec::new(), mistakes: Vec::new() };
        planner.find_named();
        let names = Names { wishes, reading, catalogue };
        for (place, wish) in wishes.iter().enumerate() {
            planner.deeds[place].resolved = names.resolve(wish, &mut planner.mistakes);
        }
        planner.find_alike();
        for place in 0..wishes.len() {
            planner.compare(place);
        }
        let order = planner.order();
        Self { order, deeds: planner.deeds, mistakes: planner.mistakes }
    }
}

struct Planner<'a> {
    wishes: &'a [Wish],
    reading: &'a Reading,
    deeds: Vec<Deed>,
    mistakes: Vec<Mistake>,
}

impl<'a> Planner<'a> {
    fn thing(&self, place: usize) -> Option<&'a Thing> {
        self.reading.things.get(self.deeds[place].found?)
    }

    /// The things that may be a wish: of its kind and within its owner, where that is there.
    fn candidates(&self, wish: &Wish) -> Vec<usize> {
        let owner = match wish.owner {
            None => "",
            Some(owner) => match self.thing(owner) {
                Some(thing) => thing.id.as_str(),
                None => return Vec::new(),
            },
        };
        let things = self.reading.things.iter().enumerate();
        let things =
            things.filter(|(_, thing)| thing.kind == wish.kind.noun() && thing.owner == owner);
        things.map(|(place, _)| place).collect()
    }

    /// Finds what is there by its name. Owners come before what lies within them.
    fn find_named(&mut self) {
        for wish in self.wishes {
            let name = wish.name();
            let mut found = self.candidates(wish);
            found.retain(|place| {
                let thing = &self.reading.things[*place];
                // What a cluster has made is no thing of its own.
                wish.kind.name_of(thing) == name
                    && !(wish.kind.source.steps)(thing, self.reading).is_empty()
            });
            let found = if name.is_empty() { Vec::new() } else { found };
            if found.len() > 1 {
                let ids: Vec<&str> =
                    found.iter().map(|place| self.reading.things[*place].id.as_str()).collect();
                let text = format!(
                    "{} of them are called `{name}` there, and which one is meant cannot be told: rename all \
                     but one of {}",
                    found.len(),
                    ids.join(", ")
                );
                self.mistakes.push(wish.mistake(wish.kind.name_field(), text));
            }
            self.deeds.push(Deed { found: found.first().copied(), ..Deed::default() });
        }
    }

    /// Finds what has no name: what is there with all that is wanted, and then the only one of an
    /// identity, which is to be changed.
    fn find_alike(&mut self) {
        let mut taken = BTreeSet::new();
        let nameless = || {
            let wishes = self.wishes.iter().enumerate();
            wishes.filter(|(_, wish)| wish.kind.name_field().is_empty()).map(|(place, _)| place)
        };
        let all: Vec<usize> = nameless().collect();
        for is_exact in [true, false] {
            for place in &all {
                if self.deeds[*place].found.is_some() {
                    continue;
                }
                let found = match is_exact {
                    true => self.alike(*place, &taken),
                    false => self.only_one(*place, &all, &taken),
                };
                taken.extend(found);
                self.deeds[*place].found = found;
            }
        }
    }

    fn alike(&self, place: usize, taken: &BTreeSet<usize>) -> Option<usize> {
        let (wish, fields) = (&self.wishes[place], self.fields(place));
        let is_it = |other: &usize| {
            let thing = &self.reading.things[*other];
            !taken.contains(other)
                && Current::new(wish.kind, thing, self.reading).differing(&fields).is_empty()
        };
        self.candidates(wish).into_iter().find(is_it)
    }

    /// The one thing that is told by the same fields, where one wish alone is.
    fn only_one(&self, place: usize, all: &[usize], taken: &BTreeSet<usize>) -> Option<usize> {
        let wish = &self.wishes[place];
        let identity = wish.kind.identity();
        let told = |fields: &Map<String, Value>| -> Vec<Value> {
            identity.iter().map(|name| fields.get(*name).cloned().unwrap_or_default()).collect()
        };
        let own = told(&wish.fields);
        let rivals = all.iter().filter(|other| {
            let other = &self.wishes[**other];
            other.owner == wish.owner
                && other.kind.noun() == wish.kind.noun()
                && told(&other.fields) == own
        });
        if identity.is_empty() || rivals.count() > 1 {
            return None;
        }
        let mut there = self.candidates(wish);
        there.retain(|other| {
            let item = self.reading.things[*other].item.as_object();
            !taken.contains(other) && item.is_some_and(|fields| told(fields) == own)
        });
        if let [one] = there[..] { Some(one) } else { None }
    }

    /// A wish's fields, with the ids of what is there.
    fn filled(&self, place: usize) -> Value {
        self.deeds[place].resolved.filled(|target, field| {
            let thing = match target {
                Target::Wish(other) => self.thing(other)?,
                Target::Thing(other) => self.reading.things.get(other)?,
            };
            shown(thing, field)
        })
    }

    fn fields(&self, place: usize) -> Map<String, Value> {
        self.filled(place)["fields"].as_object().cloned().unwrap_or_default()
    }

    /// Notes in what a thing differs, and refuses what cannot be changed.
    fn compare(&mut self, place: usize) {
        let (wish, filled) = (&self.wishes[place], self.filled(place));
        let part = |name: &str| filled[name].as_object().cloned().unwrap_or_default();
        let (fields, extras) = (part("fields"), part("extras"));
        let Some(thing) = self.thing(place) else {
            self.deeds[place].late = order_of(wish, extras.keys());
            return;
        };
        let current = Current::new(wish.kind, thing, self.reading);
        let update = wish.kind.update();
        let schema = update.map(|update| update.request()).unwrap_or_default();
        let (mut changed, mut late) = (Vec::new(), Vec::new());
        for field in current.differing(&fields) {
            let takes = presentation::schema::fields(&schema).any(|(name, _)| *name == field);
            let loses = update.is_some_and(|update| update.loses(|name| name == field));
            if field == POOLS {
                self.mistakes.extend(fixed_pools(wish, &fields[POOLS], thing));
                late.push(field);
            } else if takes && !loses {
                changed.push(field);
            } else {
                let is = current.get(&field).unwrap_or_default();
                self.mistakes.push(wish.mistake(&field, fixed(wish, &is, loses)));
            }
        }
        for (field, wanted) in &extras {
            let Some(extra) = wish.kind.extras().iter().find(|extra| extra.field == field) else {
                continue;
            };
            let is = extra.shown(thing, self.reading);
            if let Some(text) = self.held_elsewhere(*extra, wanted, &is) {
                self.mistakes.push(wish.mistake(field, text));
            } else if !is_so(*extra, wanted, &is) {
                late.push(field.clone());
            }
        }
        let late = order_of(wish, late.iter());
        let deed = &mut self.deeds[place];
        (deed.changed, deed.late) = (changed, late);
    }

    /// What is said of what is attached to something else already.
    fn held_elsewhere(&self, extra: Extra, wanted: &Value, is: &Value) -> Option<String> {
        let is = is.as_str().filter(|is| !is.is_empty() && wanted != is)?;
        extra.points_to().filter(|_| !extra.is_list)?;
        let there = self.reading.things.iter().find(|thing| thing.id == is);
        let name = there.and_then(|thing| Some(super::kinds::kind(&thing.kind)?.name_of(thing)));
        let name = name.filter(|name| !name.is_empty()).unwrap_or(is);
        Some(format!("it is attached to `{name}`, and nothing is taken away: detach it first"))
    }

    /// The order in which things are made: as in the file's kinds, and what others need before these.
    fn order(&mut self) -> Vec<usize> {
        let mut by_kind: Vec<usize> = (0..self.wishes.len()).collect();
        let rank = |place: &usize| {
            let noun = self.wishes[*place].kind.noun();
            super::kinds::all().position(|kind| kind.noun() == noun)
        };
        by_kind.sort_by_key(rank);
        let (mut order, mut seen) = (Vec::new(), BTreeMap::new());
        for place in by_kind {
            self.visit(place, &mut order, &mut seen);
        }
        order
    }

    fn visit(&mut self, place: usize, order: &mut Vec<usize>, seen: &mut BTreeMap<usize, bool>) {
        match seen.get(&place) {
            Some(true) => return,
            Some(false) => {
                let text = "it needs itself to be there first, by way of what it refers to";
                return self.mistakes.push(self.wishes[place].mistake("", text));
            }
            None => {}
        }
        seen.insert(place, false);
        let needs: Vec<usize> = self.deeds[place].resolved.needs().collect();
        for other in self.wishes[place].owner.into_iter().chain(needs) {
            self.visit(other, order, seen);
        }
        seen.insert(place, true);
        order.push(place);
    }
}

/// Fields that are brought about afterwards, in the order of their kind.
fn order_of<'a>(wish: &Wish, fields: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut fields: Vec<String> = fields.cloned().collect();
    fields.sort_by_key(|field| wish.kind.extras().iter().position(|extra| extra.field == field));
    fields
}

/// What is said of a field that stays as it is.
fn fixed(wish: &Wish, is: &Value, loses: bool) -> String {
    let why = if loses {
        "is not changed here, as what is on its disks would be lost"
    } else {
        "cannot be changed"
    };
    let is = if is.is_null() { "empty".to_owned() } else { is.to_string() };
    format!("{why}: it is {is}. Write that, or delete the {} and apply again", wish.kind.noun())
}

/// What cannot be changed of the pools that a cluster has.
fn fixed_pools(wish: &Wish, wanted: &Value, thing: &Thing) -> Vec<Mistake> {
    let update = presentation::operations::find("update-node-pool").map(|o| o.request());
    let update = update.unwrap_or_default();
    let takes = |name: &str| presentation::schema::fields(&update).any(|(own, _)| own == name);
    let mut mistakes = Vec::new();
    for (place, pool) in wanted.as_array().into_iter().flatten().enumerate() {
        let Some(is) = pool_there(thing, pool) else { continue };
        for (name, wanted) in pool.as_object().into_iter().flatten() {
            let is = is.get(name).unwrap_or(&Value::Null);
            if !fits(wanted, is) && !takes(name) {
                let text =
                    format!("cannot be changed: it is {is}. A pool of another label can be added");
                mistakes.push(wish.mistake(&format!("{POOLS}[{place}].{name}"), text));
            }
        }
    }
    mistakes
}

/// The pool that a cluster has by that label.
pub(super) fn pool_there<'a>(thing: &'a Thing, wanted: &Value) -> Option<&'a Value> {
    let mut pools = thing.item[POOLS].as_array()?.iter();
    pools.find(|pool| pool["label"] == wanted["label"])
}

/// Whether what another request brings about is so already.
fn is_so(extra: Extra, wanted: &Value, is: &Value) -> bool {
    match extra.field {
        "attachments" => missing(wanted, is).is_empty(),
        "power_status" => (wanted == STOPPED) == (is == STOPPED),
        "ipv4" => {
            let (wanted, is) = (wanted.as_array(), is.as_array());
            let [wanted, is] = [wanted, is].map(|list| list.map_or(&[][..], Vec::as_slice));
            wanted.len() <= is.len() && wanted.iter().zip(is).all(|(wanted, is)| fits(wanted, is))
        }
        _ => fits(wanted, is),
    }
}
