//! One rule: which requests it is for, and what it does to them.

use std::net::IpAddr;
use std::time::Duration;

use api::world::faults::{AddFault, Dropped, Fault};
use control::auth::Caller;
use engine::chance::Stream;
use http::Method;
use serde_json::Value;

use crate::span;
use crate::wanted::{Call, Wanted};

/// The longest that a rule says: nobody waits longer.
const MOST_DAYS: u32 = 366;

/// A rule that is in force, with its counts.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: u32,
    pub(crate) said: AddFault,
    pub(crate) fits: Fits,
    pub(crate) does: Does,
    /// Its number in the engine, where it is about lifecycles.
    pub(crate) life: Option<u64>,
    acted: u64,
    left: Option<u32>,
    /// What it does by chance, it does again with the same seed.
    chance: Stream,
}

/// What is known of a request.
pub(crate) struct Facts<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) operation: Option<&'static str>,
    pub(crate) needs_key: bool,
    pub(crate) agent: &'a str,
    pub(crate) address: Option<IpAddr>,
    pub(crate) caller: Option<&'a Caller>,
    /// Fields of its query and its body.
    pub(crate) fields: &'a [(String, Value)],
    pub(crate) body: &'a str,
}

/// Which requests a rule is for.
#[derive(Debug, Default)]
pub(crate) struct Fits {
    operation: Option<Call>,
    family: Option<Wanted>,
    account: Option<String>,
    pub(crate) thing: Option<String>,
    /// In milliseconds.
    pub(crate) younger_than: Option<i64>,
    client: Option<String>,
    having: Vec<(String, Value)>,
    needs_key: bool,
}

/// What a rule does.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    /// To a request.
    Request { latency: Option<(Duration, Duration)>, answer: Option<Answer>, drop: Option<Dropped> },
    /// Things seem not to be there.
    Hide,
    /// Things are shown with other values.
    Show(Vec<(String, Value)>),
    /// Nothing is left of these.
    SoldOut(Vec<Stock>),
    /// Lifecycles are stopped, or fail: the engine does that.
    Life(engine::Which, engine::Does),
}

/// An answer in the place of the real one.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) error: Option<String>,
    pub(crate) body: Option<String>,
}

/// What is sold out: a plan, a region, or one in the other.
#[derive(Debug, Clone)]
pub(crate) struct Stock {
    pub(crate) region: Option<String>,
    pub(crate) plan: Option<String>,
}

impl Stock {
    pub(crate) fn has(&self, region: &str, plan: &str) -> bool {
        self.region.as_ref().is_none_or(|own| own == region)
            && self.plan.as_ref().is_none_or(|own| own == plan)
    }
}

impl Rule {
    /// A rule as it was said; `is_region` and `is_plan` say what the catalogue has.
    pub(crate) fn new(
        id: u32,
        said: AddFault,
        is_region: impl Fn(&str) -> bool,
        is_plan: impl Fn(&str) -> bool,
        kinds: &[&'static str],
    ) -> Result<Self, String> {
        let does = match super::life::read(&said, kinds)? {
            Some((which, does)) => Does::Life(which, does),
            None => Does::read(&said, is_region, is_plan)?,
        };
        // The engine looks at what a rule about lifecycles is for.
        let fits = match &does {
            Does::Life(..) => Fits::default(),
            _ => Fits::read(&said)?,
        };
        let is_of_things = fits.thing.is_some() || fits.younger_than.is_some();
        if matches!(does, Does::Hide) && !is_of_things {
            return Err("hidden: say which things, by `thing` or `younger_than`".into());
        }
        if let Some(chance) = said.probability.filter(|chance| !(0.0..=1.0).contains(chance)) {
            return Err(format!("probability: {chance} is not from 0 to 1"));
        }
        if said.times == Some(0) {
            return Err("times: must be at least 1".into());
        }
        let (left, chance) = (said.times, Stream::of(said.seed.unwrap_or_default(), &[b"fault"]));
        Ok(Self { id, said, fits, does, life: None, acted: 0, left, chance })
    }

    /// What people call it.
    pub(crate) fn name(&self) -> String {
        match &self.said.name {
            Some(name) => format!("fault {} ({name})", self.id),
            None => format!("fault {}", self.id),
        }
    }

    /// Whether it may act now: it draws, where that is by chance.
    pub(crate) fn fires(&mut self) -> bool {
        self.left != Some(0) && self.said.probability.is_none_or(|p| self.chance.fraction() < p)
    }

    pub(crate) fn count(&mut self) {
        self.acted += 1;
        self.left = self.left.map(|left| left.saturating_sub(1));
    }

    /// How long it waits this time.
    pub(crate) fn wait(&mut self, (from, to): (Duration, Duration)) -> Duration {
        if from == to { from } else { from + (to - from).mul_f64(self.chance.fraction()) }
    }

    /// As it stands: `life` has what the engine says of rules about lifecycles.
    pub(crate) fn shown(&self, life: &[engine::Rule]) -> Fault {
        let own = life.iter().find(|own| Some(own.number) == self.life);
        let acted = own.map_or(self.acted, |own| own.acted);
        let left = match own {
            Some(own) => self
                .said
                .times
                .map(|times| times.saturating_sub(u32::try_from(own.acted).unwrap_or(u32::MAX))),
            None => self.left,
        };
        Fault { id: self.id, acted, left, ..as_shown(&self.said) }
    }
}

/// What was said, as a rule is shown.
pub(crate) fn as_shown(said: &AddFault) -> Fault {
    let said = said.clone();
    Fault {
        id: 0,
        acted: 0,
        left: None,
        name: said.name,
        operation: said.operation,
        family: said.family,
        account: said.account,
        thing: said.thing,
        younger_than: said.younger_than,
        client: said.client,
        having: said.having.unwrap_or_default(),
        needs_key: said.needs_key,
        status: said.status,
        error: said.error,
        body: said.body,
        latency: said.latency,
        drop: said.drop,
        hidden: said.hidden,
        show: said.show.unwrap_or_default(),
        sold_out: said.sold_out.unwrap_or_default(),
        stuck: said.stuck,
        fails: said.fails,
        times: said.times,
        probability: said.probability,
        seed: said.seed,
    }
}

impl Fits {
    fn read(said: &AddFault) -> Result<Self, String> {
        let operation = said.operation.as_deref().map(|text| Call::named("operation", text));
        let family = said.family.as_deref().map(|text| Wanted::named("family", text));
        let young = said.younger_than.as_deref().map(|text| {
            span::duration(text, MOST_DAYS).map_err(|wrong| format!("younger_than: {wrong}"))
        });
        let young = young.transpose()?.map(|young| i64::try_from(young.as_millis()));
        Ok(Self {
            operation: operation.transpose()?,
            family: family.transpose()?,
            account: said.account.clone(),
            thing: said.thing.clone(),
            younger_than: young.map(|young| young.unwrap_or(i64::MAX)),
            client: said.client.as_ref().map(|client| client.to_lowercase()),
            having: pairs("having", said.having.as_deref())?,
            needs_key: said.needs_key.unwrap_or(false),
        })
    }

    /// Whether the request is one of those that it is for, whatever things it is about.
    pub(crate) fn has(&self, facts: &Facts<'_>) -> bool {
        let caller = |account: &String| facts.caller.is_some_and(|caller| is_of(caller, account));
        let has = |(name, value): &(String, Value)| {
            let mut own = facts.fields.iter().filter(|(own, _)| own == name);
            own.any(|(_, own)| own == value || text(own) == text(value))
        };
        (!self.needs_key || facts.needs_key)
            && self
                .operation
                .as_ref()
                .is_none_or(|own| own.has(facts.method, facts.path, facts.operation))
            && self.family.as_ref().is_none_or(|own| own.has(facts.path, facts.operation))
            && self.client.as_ref().is_none_or(|own| facts.agent.to_lowercase().contains(own))
            && self.account.as_ref().is_none_or(caller)
            && self.having.iter().all(has)
    }

    /// Whether somebody has to be looked up.
    pub(crate) fn asks_who(&self) -> bool {
        self.account.is_some()
    }

    /// Whether it is for some things only.
    pub(crate) fn is_of_things(&self) -> bool {
        self.thing.is_some() || self.younger_than.is_some()
    }

    /// Whether a thing is one of those: `age` in milliseconds, where it is known.
    pub(crate) fn has_thing(&self, id: &str, age: Option<i64>) -> bool {
        self.thing.as_ref().is_none_or(|thing| thing.eq_ignore_ascii_case(id))
            && self.younger_than.is_none_or(|young| age.is_some_and(|age| age < young))
    }
}

/// Whether somebody is of an account, or is it: by number, id or address.
fn is_of(caller: &Caller, account: &str) -> bool {
    caller.account != 0
        && (caller.email.eq_ignore_ascii_case(account)
            || caller.user.to_string().eq_ignore_ascii_case(account)
            || caller.account.to_string() == account)
}

impl Does {
    fn read(
        said: &AddFault,
        is_region: impl Fn(&str) -> bool,
        is_plan: impl Fn(&str) -> bool,
    ) -> Result<Self, String> {
        let latency = said
            .latency
            .as_deref()
            .map(|text| span::spread(text, MOST_DAYS).map_err(|wrong| format!("latency: {wrong}")));
        let latency = latency.transpose()?;
        if let Some(status) = said.status.filter(|status| !(200..=599).contains(status)) {
            return Err(format!("status: {status} is not from 200 to 599"));
        }
        if said.status.is_none() && (said.error.is_some() || said.body.is_some()) {
            return Err("status: must be said where `error` or `body` is".into());
        }
        if said.error.is_some() && said.body.is_some() {
            return Err("body: the answer has either `error` or `body`".into());
        }
        let answer = said.status.map(|status| Answer {
            status,
            error: said.error.clone(),
            body: said.body.clone(),
        });
        let to_request = answer.is_some() || latency.is_some() || said.drop.is_some();
        let hides = said.hidden.unwrap_or(false);
        let shows = pairs("show", said.show.as_deref())?;
        let sold = said.sold_out.iter().flatten();
        let sold =
            sold.map(|text| stock(text, &is_region, &is_plan)).collect::<Result<Vec<_>, _>>()?;
        let kinds = [to_request, hides, !shows.is_empty(), !sold.is_empty()];
        match kinds.iter().filter(|does| **does).count() {
            1 => {}
            0 => {
                return Err("it does nothing: say one of status, latency, drop, hidden, show, \
                            sold_out, stuck and fails"
                    .into());
            }
            _ => {
                return Err("hidden, show and sold_out go into a rule of their own each; status, \
                            latency and drop may stand in one"
                    .into());
            }
        }
        Ok(match (hides, shows.is_empty(), sold.is_empty()) {
            (true, ..) => Self::Hide,
            (_, false, _) => Self::Show(shows),
            (.., false) => Self::SoldOut(sold),
            _ => Self::Request { latency, answer, drop: said.drop },
        })
    }
}

/// What is sold out, as it was said.
fn stock(
    text: &str,
    is_region: &impl Fn(&str) -> bool,
    is_plan: &impl Fn(&str) -> bool,
) -> Result<Stock, String> {
    let wrong =
        |word: &str, what: &str| format!("sold_out: `{word}` is no {what} of the catalogue");
    let Some((region, plan)) = text.split_once('/') else {
        return match (is_region(text), is_plan(text)) {
            (true, _) => Ok(Stock { region: Some(text.into()), plan: None }),
            (_, true) => Ok(Stock { region: None, plan: Some(text.into()) }),
            _ => Err(wrong(text, "region and no plan")),
        };
    };
    match (is_region(region), is_plan(plan)) {
        (true, true) => Ok(Stock { region: Some(region.into()), plan: Some(plan.into()) }),
        (true, false) => Err(wrong(plan, "plan")),
        (false, _) => Err(wrong(region, "region")),
    }
}

/// `name=value` each: the value is JSON, or else a text.
fn pairs(field: &str, texts: Option<&[String]>) -> Result<Vec<(String, Value)>, String> {
    let pair = |text: &String| {
        let wrong = || format!("{field}: `{text}` is not as `region=ewr`");
        let (name, value) = text.split_once('=').ok_or_else(wrong)?;
        if name.is_empty() {
            return Err(wrong());
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        Ok((name.to_owned(), value))
    };
    texts.unwrap_or_default().iter().map(pair).collect()
}

/// A value as a query has it.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
