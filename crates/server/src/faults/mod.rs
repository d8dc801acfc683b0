//! What goes wrong on purpose: rules that the server's owner adds (`api::world::faults`), kept in order
//! in memory, for as long as the server runs or until a reset.
//!
//! Of each effect (waiting, an answer, a dropped connection, what things are shown with) the first rule
//! that fits and fires has its way, so that one rule may be slow and another refuse. What a rule did
//! stands in the history. What is Kettle's own, the console's pages and what v1 asks of v2 are never
//! touched. Where there are no rules, a request costs one look at a flag.

mod act;
mod answer;
mod life;
mod ready;
mod rule;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api::world::faults::{AddFault, Dropped, Fault, ReadyFault};
use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use control::catalog::Catalog;
use engine::Engine;

use crate::App;
pub(crate) use act::Cut;
use rule::{Answer, Does, Facts, Rule, Stock};

/// How many rules there may be.
const RULES: usize = 1000;
/// How many things are remembered as new.
const YOUNG: usize = 10_000;

/// The rules.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Whether there are any: all that a request looks at where there are none.
    any: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last: u32,
    rules: Vec<Rule>,
    made: Made,
}

/// When things were made, as far as that was seen while there were rules.
#[derive(Debug, Default)]
struct Made {
    at: BTreeMap<String, i64>,
    order: VecDeque<String>,
}

impl Made {
    fn note(&mut self, id: String, now: i64) {
        if self.at.insert(id.clone(), now).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > YOUNG
            && let Some(oldest) = self.order.pop_front()
        {
            self.at.remove(&oldest);
        }
    }

    /// How old a thing is at `now`, in milliseconds.
    fn age(&self, id: &str, now: i64) -> Option<i64> {
        self.at.get(id).map(|at| now - at)
    }
}

/// What becomes of one request.
#[derive(Debug, Default)]
struct Plan {
    /// What the rules that acted did.
    did: Vec<String>,
    wait: Option<Duration>,
    answer: Option<Answer>,
    drop: Option<Dropped>,
    /// The id in its path that is to seem nobody's.
    hides: Option<String>,
    /// What may be changed of its answer.
    edits: Vec<Edit>,
}

/// What a rule may change of an answer: it has acted once it does.
#[derive(Debug)]
struct Edit {
    rule: u32,
    name: String,
    what: Change,
}

#[derive(Debug)]
enum Change {
    Hide,
    Show(Vec<(String, serde_json::Value)>),
    SoldOut(Vec<Stock>),
}

/// Has these routes touched by the rules, and each request written down with what they did to it.
pub(crate) fn layer(routes: Router, app: Arc<App>) -> Router {
    // One to be counted for each request.
    let both = Arc::new((app, routes.clone()));
    routes.layer(axum::middleware::from_fn(move |request: Request, next: Next| {
        let both = both.clone();
        async move {
            let (app, routes) = &*both;
            let serve = |request| serve(app, routes, request, next);
            let watched = app.journal.watch(request, serve).await;
            match watched.extensions().get::<Cut>() {
                None => watched,
                Some(_) => act::cut(watched).await,
            }
        }
    }))
}

async fn serve(app: &Arc<App>, routes: &Router, request: Request, next: Next) -> Response {
    if !app.faults.any.load(Acquire) || !is_touched(request.uri().path()) {
        return next.run(request).await;
    }
    // On the heap: what few requests have is not to make the state of each large.
    Box::pin(act::serve(app, routes, request, next)).await
}

/// Whether a path is one of the API's.
fn is_touched(path: &str) -> bool {
    ["/v2/", "/v1/"].iter().any(|api| path.starts_with(api))
}

impl Faults {
    /// Adds a rule behind the others.
    pub(crate) fn add(
        &self,
        said: AddFault,
        catalog: &Catalog,
        engine: &Engine,
    ) -> Result<Fault, String> {
        let kinds: Vec<_> = engine.kinds().collect();
        let mut inner = self.inner();
        if inner.rules.len() >= RULES {
            return Err(format!("there are {RULES} rules, the most there can be"));
        }
        let id = inner.last + 1;
        let (region, plan) = (|id: &str| is_region(catalog, id), |id: &str| is_plan(catalog, id));
        let mut rule = Rule::new(id, said, region, plan, &kinds)?;
        if let Does::Life(which, does) = &rule.does {
            rule.life = Some(engine.rules().add(which.clone(), does.clone()));
        }
        inner.last = id;
        let shown = rule.shown(&[]);
        inner.rules.push(rule);
        self.any.store(true, Release);
        Ok(shown)
    }

    /// Adds the rules of a name.
    pub(crate) fn add_ready(
        &self,
        name: &str,
        catalog: &Catalog,
        engine: &Engine,
    ) -> Result<Vec<Fault>, String> {
        let rules = ready::named_rules(name)?;
        rules.into_iter().map(|rule| self.add(rule, catalog, engine)).collect()
    }

    pub(crate) fn ready() -> Vec<ReadyFault> {
        ready::all()
    }

    pub(crate) fn list(&self, engine: &Engine) -> Vec<Fault> {
        let life = engine.rules().list();
        self.inner().rules.iter().map(|rule| rule.shown(&life)).collect()
    }

    /// Whether there was such a rule. What it has stopped goes on.
    pub(crate) async fn delete(&self, id: u32, engine: &Engine) -> control::Result<bool> {
        let gone = self.take(|rule| rule.id == id);
        end(&gone, engine).await?;
        Ok(!gone.is_empty())
    }

    pub(crate) async fn clear(&self, engine: &Engine) -> control::Result<()> {
        end(&self.take(|_| true), engine).await
    }

    /// Takes these rules away.
    fn take(&self, is_meant: impl Fn(&Rule) -> bool) -> Vec<Rule> {
        let mut inner = self.inner();
        let (gone, stay) = std::mem::take(&mut inner.rules).into_iter().partition(is_meant);
        inner.rules = stay;
        if inner.rules.is_empty() {
            self.forget(&mut inner);
        }
        gone
    }

    /// What the rule is called that has this number in the engine.
    fn name_of(&self, life: u64) -> Option<String> {
        self.inner().rules.iter().find(|rule| rule.life == Some(life)).map(Rule::name)
    }

    /// Nothing is looked at any more.
    fn forget(&self, inner: &mut Inner) {
        inner.made = Made::default();
        self.any.store(false, Release);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of what rules that are gone have stopped.
async fn end(gone: &[Rule], engine: &Engine) -> control::Result<()> {
    for number in gone.iter().filter_map(|rule| rule.life) {
        engine.remove_rule(number).await?;
    }
    Ok(())
}

/// Has the log told what rules do to lifecycles.
pub(crate) fn tell(app: &Arc<App>) {
    let app = Arc::downgrade(app);
    let Some(engine) = app.upgrade().map(|app| app.engine.clone()) else { return };
    engine.rules().tell(move |acted| {
        let name = app.upgrade().and_then(|app| app.faults.name_of(acted.rule));
        let (Some(name), id, kind) = (name, acted.id, &acted.kind) else { return };
        match &acted.error {
            Some(error) => tracing::info!("{name}: had a step of {kind} {id} fail: {error}"),
            None => tracing::info!("{name}: stopped {kind} {id}"),
        }
    });
}

fn is_region(catalog: &Catalog, id: &str) -> bool {
    catalog.region(id).is_some_and(|region| region.id == id)
}

fn is_plan(catalog: &Catalog, id: &str) -> bool {
    catalog.plan(id).is_some() || catalog.metal_plan(id).is_some()
}

impl Inner {
    /// What the rules do to a request.
    fn plan(&mut self, facts: &Facts<'_>, now: i64) -> Plan {
        let Self { rules, made, .. } = self;
        let mut plan = Plan::default();
        for rule in rules.iter_mut().filter(|rule| rule.fits.has(facts)) {
            let meant = meant(rule, facts, made, now);
            match rule.does.clone() {
                Does::Request { latency, answer, drop } => {
                    if rule.fits.is_of_things() && meant.is_none() {
                        continue;
                    }
                    let latency = latency.filter(|_| plan.wait.is_none());
                    let answer = answer.filter(|_| plan.answer.is_none());
                    let drop = drop.filter(|_| plan.drop.is_none());
                    let acts = latency.is_some() || answer.is_some() || drop.is_some();
                    if !acts || !rule.fires() {
                        continue;
                    }
                    rule.count();
                    let name = rule.name();
                    if let Some(latency) = latency {
                        let wait = rule.wait(latency);
                        plan.did.push(format!("{name}: waited {}", crate::time_taken(wait)));
                        plan.wait = Some(wait);
                    }
                    if let Some(answer) = answer {
                        plan.did.push(format!("{name}: answered {}", answer.status));
                        plan.answer = Some(answer);
                    }
                    if let Some(drop) = drop {
                        plan.did.push(format!("{name}: {}", said_of(drop)));
                        plan.drop = Some(drop);
                    }
                }
                Does::Hide => match meant.filter(|meant| facts.path.contains(&**meant)) {
                    Some(id) if plan.hides.is_none() && rule.fires() => {
                        rule.count();
                        plan.did.push(format!("{}: hid {id}", rule.name()));
                        plan.hides = Some(id);
                    }
                    Some(_) => {}
                    None => plan.may(rule, Change::Hide),
                },
                Does::Life(..) => {}
                Does::Show(values) => plan.may(rule, Change::Show(values)),
                Does::SoldOut(stock) => match ordered(&stock, facts) {
                    true if plan.answer.is_none() && rule.fires() => {
                        rule.count();
                        plan.did.push(format!("{}: sold out", rule.name()));
                        plan.answer = Some(sold_out());
                    }
                    true => {}
                    false => plan.may(rule, Change::SoldOut(stock)),
                },
            }
        }
        plan
    }

    fn count(&mut self, id: u32) {
        if let Some(rule) = self.rules.iter_mut().find(|rule| rule.id == id) {
            rule.count();
        }
    }

    fn has_thing(&self, rule: u32, id: &str, now: i64) -> bool {
        let rule = self.rules.iter().find(|own| own.id == rule);
        rule.is_some_and(|rule| rule.fits.has_thing(id, self.made.age(id, now)))
    }
}

impl Plan {
    /// A rule that acts where the answer has what it is for.
    fn may(&mut self, rule: &mut Rule, what: Change) {
        if rule.fires() {
            self.edits.push(Edit { rule: rule.id, name: rule.name(), what });
        }
    }
}

fn said_of(drop: Dropped) -> &'static str {
    match drop {
        Dropped::Before => "dropped the connection before anything was done",
        Dropped::After => "dropped the connection in the place of the answer",
        Dropped::Half => "dropped the connection after half of the answer",
    }
}

/// The first thing in the path or the body of a request that a rule is for.
fn meant(rule: &Rule, facts: &Facts<'_>, made: &Made, now: i64) -> Option<String> {
    if !rule.fits.is_of_things() {
        return None;
    }
    let has = |id: &str| rule.fits.has_thing(id, made.age(id, now));
    let mut in_path = facts.path.split('/').filter(|part| !part.is_empty());
    if let Some(id) = in_path.find(|part| has(part)) {
        return Some(id.to_owned());
    }
    if facts.body.is_empty() {
        return None;
    }
    let known = rule.fits.thing.iter().map(String::as_str);
    let known =
        known.chain(made.at.keys().map(String::as_str).filter(|_| rule.fits.thing.is_none()));
    let mut in_body = known.filter(|id| has(id) && facts.body.contains(*id));
    in_body.next().map(str::to_owned)
}

/// Whether a request orders what is sold out.
fn ordered(stock: &[Stock], facts: &Facts<'_>) -> bool {
    if facts.method != http::Method::POST {
        return false;
    }
    let field = |name: &str| {
        let value = facts.fields.iter().find(|(own, _)| own == name);
        value.and_then(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let mut plans = vec![field("plan")];
    let pools = facts.fields.iter().filter(|(name, _)| name == "node_pools");
    let pools = pools.flat_map(|(_, pools)| pools.as_array().into_iter().flatten());
    plans.extend(pools.filter_map(|pool| pool["plan"].as_str()));
    let plans = plans.into_iter().filter(|plan| !plan.is_empty());
    plans.into_iter().any(|plan| stock.iter().any(|stock| stock.has(field("region"), plan)))
}

/// What the API says of a plan that is not to be had in a region.
fn sold_out() -> Answer {
    let error = "plan is not available in the selected region".to_owned();
    Answer { status: 400, error: Some(error), body: None }
}
