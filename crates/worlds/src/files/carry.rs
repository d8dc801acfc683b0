//! Carries out a plan, a request at a time. What is refused is noted with its place, and what needs it is
//! left; the rest goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use presentation::operations::Operation;
use sdk::wait::{Pace, poll, standing};
use sdk::{Client, State};
use serde_json::{Map, Value, json};

use super::differ::{Current, fits, missing};
use super::kinds::{Kind, STOPPED};
use super::plan::{Deed, POOLS, Plan, pool_there};
use super::refs::{Target, shown, text};
use super::{Applied, Done, How, Mistake, Wish};
use crate::read::{ask, path};
use crate::{Error, Progress, Reading, Result, Thing};

/// Carries out a plan.
pub(super) struct Carrier<'a> {
    pub(super) client: &'a Client,
    pub(super) wishes: &'a [Wish],
    pub(super) reading: &'a Reading,
    pub(super) plan: &'a Plan,
    pub(super) how: How,
    /// The ids of the wishes that are there.
    ids: BTreeMap<usize, String>,
    failed: BTreeSet<usize>,
    /// What lies within an owner that was made now, by kind: some of it comes with the owner.
    along: BTreeMap<(usize, &'static str), Vec<Value>>,
    applied: Applied,
}

/// Why one thing did not come about.
enum Failure {
    /// It was refused: in which field, and why.
    Refused(String, String),
    /// What it needs was.
    Needs,
    /// Nothing can go on.
    Over(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Call(sdk::Error::Refused(refused)) if refused.status != 401 => {
                Self::Refused(String::new(), refused.error)
            }
            Error::Unreadable { operation, text } => {
                Self::Refused(String::new(), format!("{operation}: {text}"))
            }
            other => Self::Over(other),
        }
    }
}

type Outcome<T> = std::result::Result<T, Failure>;

impl<'a> Carrier<'a> {
    pub(super) fn new(
        client: &'a Client,
        wishes: &'a [Wish],
        reading: &'a Reading,
        plan: &'a Plan,
        how: How,
    ) -> Self {
        let (ids, failed, along) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        let applied = Applied::default();
        Self { client, wishes, reading, plan, how, ids, failed, along, applied }
    }

    /// Does everything, and tells what became of it.
    pub(super) async fn carry_out(mut self, progress: Progress<'_>) -> Result<Applied> {
        for (place, deed) in self.plan.deeds.iter().enumerate() {
            if let Some(thing) = self.thing(deed) {
                self.ids.insert(place, thing.id.clone());
            }
        }
        let count = self.plan.order.len();
        for (done, place) in self.plan.order.iter().enumerate() {
            progress(self.wishes[*place].kind.noun(), done, count);
            let outcome = self.one(*place).await;
            self.note(*place, "", outcome)?;
        }
        for place in &self.plan.order {
            for field in &self.plan.deeds[*place].late {
                let outcome = self.late(*place, field).await;
                self.note(*place, field, outcome)?;
            }
        }
        if let Some(ready) = self.how.ready {
            self.wait_at_the_end(ready).await?;
        }
        let untouched = |place: &usize| {
            let deed = &self.plan.deeds[*place];
            deed.found.is_some() && deed.changed.is_empty() && deed.late.is_empty()
        };
        self.applied.unchanged = (0..self.wishes.len()).filter(untouched).count();
        Ok(self.applied)
    }

    fn thing(&self, deed: &Deed) -> Option<&'a Thing> {
        self.reading.things.get(deed.found?)
    }

    fn note(&mut self, place: usize, field: &str, outcome: Outcome<()>) -> Result<()> {
        let wish = &self.wishes[place];
        match outcome {
            Ok(()) => {}
            Err(Failure::Needs) => {
                self.failed.insert(place);
            }
            Err(Failure::Refused(own, text)) => {
                self.failed.insert(place);
                let field = if own.is_empty() { field } else { &own };
                self.applied.mistakes.push(refused(wish, field, text));
            }
            Err(Failure::Over(error)) => return Err(error),
        }
        Ok(())
    }

    /// Makes or changes one.
    async fn one(&mut self, place: usize) -> Outcome<()> {
        let (wish, plan) = (&self.wishes[place], self.plan);
        let deed = &plan.deeds[place];
        let found = self.thing(deed);
        let needs = deed.resolved.needs().chain(wish.owner);
        if needs.into_iter().any(|other| self.failed.contains(&other)) {
            return Err(Failure::Needs);
        }
        if found.is_some() && deed.changed.is_empty() {
            return Ok(());
        }
        let filled = self.filled(deed, "/fields/").await?;
        let fields = filled["fields"].as_object().cloned().unwrap_or_default();
        match found {
            Some(thing) => self.change(place, thing, &fields).await,
            None => self.make(place, fields).await,
        }
    }

    async fn make(&mut self, place: usize, fields: Map<String, Value>) -> Outcome<()> {
        let wish = &self.wishes[place];
        if let Some(id) = self.came_along(place, &fields).await? {
            self.ids.insert(place, id);
            self.tell(place, true, Vec::new());
            return Ok(());
        }
        let create = wish.kind.create(|name| fields.contains_key(name));
        let owner = wish.owner.and_then(|owner| self.ids.get(&owner)).cloned().unwrap_or_default();
        let mut sent = path(create.op.id, &owner, "");
        sent.extend(fields.clone());
        let answer = self.send(place, create, sent).await?;
        let thing = presentation::answer::thing(answer);
        let id = thing.get(wish.kind.source.key).and_then(text);
        let id = id.unwrap_or_else(|| wish.name().to_owned());
        self.ids.insert(place, id);
        self.tell(place, true, Vec::new());
        Ok(())
    }

    /// Whether what has no name came with its owner, which was made just now: as a domain's own records.
    async fn came_along(
        &mut self,
        place: usize,
        fields: &Map<String, Value>,
    ) -> Outcome<Option<String>> {
        let wish = &self.wishes[place];
        let Some(owner) = wish.owner.filter(|_| wish.kind.name_field().is_empty()) else {
            return Ok(None);
        };
        let is_new = self.plan.deeds[owner].found.is_none();
        let Some(id) = self.ids.get(&owner).cloned().filter(|_| is_new) else { return Ok(None) };
        let key = (owner, wish.kind.noun());
        if !self.along.contains_key(&key) {
            let mut fields = path(wish.kind.source.list, &id, "");
            fields.insert("per_page".into(), 500.into());
            let (held, _) = ask(self.client, wish.kind.source.list, fields).await?;
            self.along.insert(key, held.as_array().cloned().unwrap_or_default());
        }
        let there = self.along.entry(key).or_default();
        let is_it = |item: &Value| fits(&fields.clone().into(), item);
        let found = there.iter().position(is_it).map(|found| there.remove(found));
        Ok(found.and_then(|item| item.get(wish.kind.source.key).and_then(text)))
    }

    async fn change(
        &mut self,
        place: usize,
        thing: &Thing,
        wanted: &Map<String, Value>,
    ) -> Outcome<()> {
        let (wish, deed) = (&self.wishes[place], &self.plan.deeds[place]);
        let Some(update) = wish.kind.update() else { return Ok(()) };
        let current = Current::new(wish.kind, thing, self.reading);
        let own = if thing.owner.is_empty() { &thing.id } else { &thing.owner };
        let mut sent = path(update.op.id, own, &thing.id);
        for (field, value) in wanted.iter().filter(|(field, _)| deed.changed.contains(field)) {
            let value = match Kind::adds(field) {
                true => missing(value, &current.get(field).unwrap_or_default()).into(),
                false => value.clone(),
            };
            sent.insert(field.clone(), value);
        }
        // What the operation cannot do without goes along.
        for name in presentation::schema::required(&update.request()) {
            let value = || wanted.get(name).cloned().or_else(|| current.get(name));
            if let Some(value) = (!sent.contains_key(name)).then(value).flatten() {
                sent.insert(name.to_owned(), value);
            }
        }
        self.send(place, update, sent).await?;
        self.tell(place, false, deed.changed.clone());
        Ok(())
    }

    fn tell(&mut self, place: usize, is_new: bool, fields: Vec<String>) {
        let wish = &self.wishes[place];
        let id = self.ids.get(&place).cloned().unwrap_or_default();
        let done = match wish.owner {
            None => wish.title(),
            Some(owner) => format!("{} of {}", wish.title(), self.wishes[owner].title()),
        };
        let all = if is_new { &mut self.applied.made } else { &mut self.applied.changed };
        match all.iter_mut().find(|one| one.title == done && one.id == id) {
            Some(one) => one.fields.extend(fields),
            None => all.push(Done { kind: wish.kind.noun().to_owned(), title: done, id, fields }),
        }
    }

    /// Sends a request. Where it is refused while something that it is about is still on its way, it is
    /// sent again when that has come about.
    async fn send(
        &self,
        place: usize,
        operation: Operation,
        fields: Map<String, Value>,
    ) -> Outcome<Value> {
        let first = ask(self.client, operation.op.id, fields.clone()).await;
        match first.map_err(Failure::from) {
            Ok((held, _)) => Ok(held),
            Err(Failure::Refused(field, why)) => {
                if !self.wait_for_all(place).await? {
                    return Err(Failure::Refused(field, why));
                }
                let again = ask(self.client, operation.op.id, fields).await;
                Ok(again.map(|(held, _)| held)?)
            }
            Err(other) => Err(other),
        }
    }

    /// Waits for a wish and all that it refers to; whether there was something to wait for.
    async fn wait_for_all(&self, place: usize) -> Outcome<bool> {
        let mut waited = false;
        let targets = self.plan.deeds[place].resolved.targets();
        let owner = self.wishes[place].owner.map(Target::Wish);
        for target in targets.into_iter().chain(owner).chain([Target::Wish(place)]) {
            waited |= self.wait_for(target, |_| true).await?;
        }
        Ok(waited)
    }

    fn kind_and_ids(&self, target: Target) -> Option<(Kind, String, String)> {
        match target {
            Target::Wish(place) => {
                let wish = &self.wishes[place];
                let owner = wish.owner.and_then(|owner| self.ids.get(&owner)).cloned();
                Some((wish.kind, self.ids.get(&place)?.clone(), owner.unwrap_or_default()))
            }
            Target::Thing(place) => {
                let thing = self.reading.things.get(place)?;
                let kind = super::kinds::kind(&thing.kind)?;
                Some((kind, thing.id.clone(), thing.owner.clone()))
            }
        }
    }

    async fn look(&self, target: Target) -> std::result::Result<Value, sdk::Error> {
        let Some((kind, id, owner)) = self.kind_and_ids(target) else { return Ok(Value::Null) };
        let Some(get) = kind.get() else { return Ok(Value::Null) };
        let own = if owner.is_empty() { &id } else { &owner };
        match ask(self.client, get.op.id, path(get.op.id, own, &id)).await {
            Ok((held, _)) => Ok(presentation::answer::thing(held)),
            Err(Error::Call(error)) => Err(error),
            Err(_) => Ok(Value::Null),
        }
    }

    /// Waits until a thing has come about, and has what is asked of it; whether it had not before.
    async fn wait_for(&self, target: Target, has: impl Fn(&Value) -> bool) -> Outcome<bool> {
        self.wait_so_long(target, self.how.patience, has).await
    }

    /// Waits until everything has come about that was made. What takes longer is left to itself.
    async fn wait_at_the_end(&self, patience: Duration) -> Result<()> {
        for place in &self.plan.order {
            let is_new = self.plan.deeds[*place].found.is_none() && !self.failed.contains(place);
            if !is_new {
                continue;
            }
            match self.wait_so_long(Target::Wish(*place), patience, |_| true).await {
                Ok(_) => {}
                Err(Failure::Over(error)) => return Err(error),
                Err(_) => break,
            }
        }
        Ok(())
    }

    async fn wait_so_long(
        &self,
        target: Target,
        patience: Duration,
        has: impl Fn(&Value) -> bool,
    ) -> Outcome<bool> {
        let mut looks = 0;
        let pace = Pace { timeout: patience, first: Duration::from_millis(5), ..Pace::default() };
        let judge = |answer: std::result::Result<&Value, &sdk::Error>| {
            looks += 1;
            Some(match standing(answer.ok()?) {
                State::Done if !answer.is_ok_and(&has) => State::Pending("without it".into()),
                state => state,
            })
        };
        let waited = poll(pace, || self.look(target), judge, |_, _| {}).await;
        let title =
            || self.kind_and_ids(target).map(|(kind, id, _)| format!("{} {id}", kind.noun()));
        match waited {
            Ok(_) => Ok(looks > 1),
            Err(sdk::WaitError::Operation(error)) => Err(Error::from(error).into()),
            Err(why) => {
                let text = format!(
                    "{} was waited for: {why}. Where the clock stands still, `kettle world clock resume` lets it go on",
                    title().unwrap_or_default()
                );
                Err(Failure::Refused(String::new(), text))
            }
        }
    }

    /// A wish with everything in its place that it refers to below this way.
    async fn filled(&self, deed: &Deed, below: &str) -> Outcome<Value> {
        let mut known: Vec<(Target, String, String)> = Vec::new();
        for (target, field) in deed.resolved.asked(below) {
            let value = match (target, field.as_str()) {
                (Target::Wish(place), _) if self.failed.contains(&place) => {
                    return Err(Failure::Needs);
                }
                (Target::Wish(place), "") => self.ids.get(&place).cloned(),
                (Target::Thing(place), "") => {
                    self.reading.things.get(place).and_then(|thing| shown(thing, ""))
                }
                (_, field) => Some(self.field(target, field).await?),
            };
            known.extend(value.map(|value| (target, field, value)));
        }
        Ok(deed.resolved.filled(|target, field| {
            let found = known.iter().find(|(own, name, _)| *own == target && name == field);
            found.map(|(.., value)| value.clone())
        }))
    }

    /// What a thing shows in a field, as soon as it does.
    async fn field(&self, target: Target, field: &str) -> Outcome<String> {
        let is_there = |text: &String| !matches!(text.as_str(), "" | "0.0.0.0" | "::");
        let get = |thing: &Value| thing.get(field).and_then(text).filter(is_there);
        let now = self.look(target).await.map_err(Error::from)?;
        if let Some(text) = get(&now) {
            return Ok(text);
        }
        self.wait_for(target, |thing| get(thing).is_some()).await?;
        let then = self.look(target).await.map_err(Error::from)?;
        Ok(get(&then).unwrap_or_default())
    }

    /// Brings about what no request does that makes the thing.
    async fn late(&mut self, place: usize, field: &str) -> Outcome<()> {
        let deed = &self.plan.deeds[place];
        let (Some(id), false) = (self.ids.get(&place).cloned(), self.failed.contains(&place))
        else {
            return Err(Failure::Needs);
        };
        let filled = self.filled(deed, "/").await?;
        let part = if field == POOLS { "fields" } else { "extras" };
        let wanted = &filled[part][field];
        let thing = self.thing(deed);
        let is_power = field == "power_status";
        if is_power {
            // One that is being installed would be running in the end.
            self.wait_for(Target::Wish(place), |_| true).await?;
        }
        for (operation, fields) in calls(field, wanted, thing, &id) {
            self.call(place, operation, fields).await?;
        }
        if is_power {
            self.wait_for(Target::Wish(place), |thing| thing.get(field) == Some(wanted)).await?;
        }
        if field == "ipv4" {
            self.addresses(place, wanted, &id).await?;
        }
        if thing.is_some() {
            self.tell(place, false, vec![field.to_owned()]);
        }
        Ok(())
    }

    async fn call(&self, place: usize, id: &str, fields: Value) -> Outcome<Value> {
        let operation = presentation::operations::find(id);
        let operation = operation.expect("a test looks for what brings extras about");
        let fields = fields.as_object().cloned().unwrap_or_default();
        self.send(place, operation, fields).await
    }

    /// Gives a machine further addresses, and names to those that it has.
    async fn addresses(&self, place: usize, wanted: &Value, id: &str) -> Outcome<()> {
        let wanted = wanted.as_array().cloned().unwrap_or_default();
        let reserved = self.call(place, "list-reserved-ips", json!({ "per_page": 500 })).await?;
        let reserved = reserved.as_array().cloned().unwrap_or_default();
        let is_reserved = |ip: &str| reserved.iter().any(|one| one["subnet"] == ip);
        let own = json!({ "instance_id": id });
        let list = async || -> Outcome<Vec<Value>> {
            let held = self.call(place, "list-instance-ipv4", own.clone()).await?;
            let mut all = held.as_array().cloned().unwrap_or_default();
            all.retain(|one| super::kinds::is_own_address(one, is_reserved));
            Ok(all)
        };
        self.wait_for(Target::Wish(place), |_| true).await?;
        for _ in list().await?.len()..wanted.len() {
            self.call(place, "add-instance-ipv4", json!({ "instance_id": id, "reboot": false }))
                .await?;
        }
        for (wanted, is) in wanted.iter().zip(list().await?) {
            let name = wanted.get("reverse").filter(|name| **name != is["reverse"] && **name != "");
            if let Some(name) = name {
                let fields = json!({ "instance_id": id, "ip": is["ip"], "reverse": name });
                self.call(place, "set-instance-reverse-ipv4", fields).await?;
            }
        }
        Ok(())
    }
}

/// The requests that bring about what a field says, given the thing as it is.
fn calls(
    field: &str,
    wanted: &Value,
    thing: Option<&Thing>,
    id: &str,
) -> Vec<(&'static str, Value)> {
    let with = |mut own: Value| {
        for (name, value) in wanted.as_object().into_iter().flatten() {
            own[name] = value.clone();
        }
        own
    };
    match field {
        _ if wanted == "" => Vec::new(),
        "attached_to_instance" => {
            vec![("attach-block", json!({ "block_id": id, "instance_id": wanted, "live": true }))]
        }
        "instance_id" => {
            vec![("attach-reserved-ip", json!({ "reserved_ip": id, "instance_id": wanted }))]
        }
        "attachments" => {
            let is = thing.map(super::kinds::attachments).unwrap_or_default();
            let attach = |one: Value| ("attach-vfs", json!({ "vfs_id": id, "vps_id": one }));
            missing(wanted, &is).into_iter().map(attach).collect()
        }
        "power_status" if wanted == STOPPED => {
            vec![("halt-instance", json!({ "instance_id": id }))]
        }
        "power_status" if thing.is_some() => vec![("start-instance", json!({ "instance_id": id }))],
        "backup_schedule" => {
            vec![("set-instance-backup-schedule", with(json!({ "instance_id": id })))]
        }
        "soa" => vec![("update-domain-soa", with(json!({ "dns_domain": id })))],
        POOLS => thing.map(|thing| pools(wanted, thing, id)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The requests that add pools to a cluster, and change those that it has.
fn pools(wanted: &Value, thing: &Thing, id: &str) -> Vec<(&'static str, Value)> {
    let mut calls = Vec::new();
    for pool in wanted.as_array().into_iter().flatten() {
        let Some(is) = pool_there(thing, pool) else {
            let mut fields = pool.clone();
            fields["vke_id"] = id.into();
            calls.push(("create-node-pool", fields));
            continue;
        };
        let mut fields = json!({ "vke_id": id, "nodepool_id": is["id"] });
        let given = pool.as_object().into_iter().flatten();
        let differing =
            given.filter(|(name, wanted)| !fits(wanted, is.get(*name).unwrap_or(&Value::Null)));
        let before = fields.as_object().map_or(0, Map::len);
        differing.for_each(|(name, value)| fields[name] = value.clone());
        if fields.as_object().map_or(0, Map::len) > before {
            calls.push(("update-node-pool", fields));
        }
    }
    calls
}

/// A refusal, at the field that it names, where that is one of the file's.
fn refused(wish: &Wish, field: &str, text: String) -> Mistake {
    let is_way = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    let words = text.split(|c: char| !is_way(c)).map(|word| word.trim_end_matches('.'));
    let named = words.filter(|word| !word.is_empty()).find(|word| wish.ats.contains_key(*word));
    let field = if field.is_empty() { named.unwrap_or_default() } else { field };
    let field = field.to_owned();
    wish.mistake(&field, text)
}
