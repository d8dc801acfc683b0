//! What was asked and answered: what tests say of it, and where it begins.

use std::sync::Arc;

use api::world::history::{Calls, CheckCalls, ClearHistory, Mark, MarkHistory};
use control::{Refusal, Result, Routes};
use regex_bites::Regex;
use serde_json::Value;

use crate::App;
use crate::journal::{Ask, Entry, Journal, KEPT};
use crate::wanted::Call;

/// How many calls are told where there are not those that there should be.
const TOLD: usize = 5;
/// How much of a body is told then.
const BODY: usize = 200;

pub(crate) fn routes(app: &Arc<App>) -> Routes {
    let (calls, marked, cleared) =
        (app.journal.clone(), app.journal.clone(), app.journal.clone());
    Routes::default()
        .on(move |_, check: CheckCalls| {
            let journal = calls.clone();
            // It reads bodies, megabytes of them at worst.
            async move {
                let checked = tokio::task::spawn_blocking(move || called(&journal, &check)).await;
                Ok(checked.unwrap_or_else(|error| Err(wrong(error.to_string())))?)
            }
        })
        .on(move |_, _: MarkHistory| {
            let sequence = marked.marks().last;
            async move { Ok(Mark { sequence }) }
        })
        .on(move |_, _: ClearHistory| {
            let sequence = cleared.clear();
            async move { Ok(Mark { sequence }) }
        })
}

fn wrong(text: String) -> Refusal {
    Refusal::bad(format!("Bad request. {text}"))
}

/// How often something is to have been called.
struct Wanted {
    least: u32,
    most: u32,
}

impl Wanted {
    fn read(check: &CheckCalls) -> Result<Self, Refusal> {
        if check.times.is_some() && (check.at_least.is_some() || check.at_most.is_some()) {
            return Err(wrong("times: goes without `at_least` and `at_most`".into()));
        }
        let most = check.times.or(check.at_most).unwrap_or(u32::MAX);
        let usual = if check.at_most.is_some() { 0 } else { 1 };
        let least = check.times.or(check.at_least).unwrap_or(usual);
        if least > most {
            let text = format!("at_least: {least} is more than `at_most`, which is {most}");
            return Err(wrong(text));
        }
        Ok(Self { least, most })
    }

    fn said(&self) -> String {
        match (self.least, self.most) {
            (least, most) if least == most => times(least),
            (least, u32::MAX) => format!("at least {}", times(least)),
            (0, most) => format!("at most {}", times(most)),
            (least, most) => format!("from {least} to {}", times(most)),
        }
    }
}

fn times(number: u32) -> String {
    match number {
        0 => "never".into(),
        1 => "once".into(),
        2 => "twice".into(),
        more => format!("{more} times"),
    }
}

/// What a body must have.
enum Body {
    Any,
    Matching(Box<Regex>),
    Having(Value),
}

impl Body {
    fn read(text: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = text else { return Ok(Self::Any) };
        if let Some(pattern) = text.strip_prefix('~') {
            let regex = Regex::new(pattern)
                .map_err(|error| wrong(format!("body: no regular expression: {error}")))?;
            return Ok(Self::Matching(Box::new(regex)));
        }
        serde_json::from_str(text).map(Self::Having).map_err(|error| {
            wrong(format!("body: neither JSON ({error}) nor `~` and a regular expression"))
        })
    }

    /// What a body lacks, in words; nothing where it is right.
    fn lacks(&self, shown: &str) -> Option<String> {
        match self {
            Self::Any => None,
            Self::Matching(regex) if regex.is_match(shown) => None,
            Self::Matching(regex) => Some(format!("its body does not match `{}`", regex.as_str())),
            Self::Having(wanted) => match serde_json::from_str(shown) {
                Ok(own) => lacks(wanted, &own, ""),
                Err(_) if shown.is_empty() => Some("it has no body".into()),
                Err(_) => Some("its body is no JSON".into()),
            },
        }
    }
}

/// What JSON lacks of other JSON: fields of objects, items of lists.
fn lacks(wanted: &Value, own: &Value, at: &str) -> Option<String> {
    let called = if at.is_empty() { "its body" } else { at };
    match (wanted, own) {
        (Value::Object(fields), Value::Object(own)) => fields.iter().find_map(|(name, wanted)| {
            let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            match own.get(name) {
                Some(own) => lacks(wanted, own, &at),
                None => Some(format!("it has no {at}")),
            }
        }),
        (Value::Array(items), Value::Array(own)) => items.iter().find_map(|wanted| {
            let has = own.iter().any(|own| lacks(wanted, own, at).is_none());
            (!has).then(|| format!("{called} has no {wanted}"))
        }),
        (wanted, own) if wanted == own => None,
        (wanted, own) => Some(format!("{called} is {own}, not {wanted}")),
    }
}

fn called(journal: &Journal, check: &CheckCalls) -> Result<Calls, Refusal> {
    let call = Call::named("call", &check.call).map_err(wrong)?;
    let (wanted, body) = (Wanted::read(check)?, Body::read(check.body.as_deref())?);
    let marks = journal.marks();
    let since = check.since.unwrap_or(marks.begun);
    if since > marks.last {
        let text = format!("since: the last request is {}, not {since}", marks.last);
        return Err(wrong(text));
    }
    let ask = Ask { after: Some(since), before: None, limit: KEPT };
    let found = journal.find(&ask, |_| true);
    let is_call = |e: &&Arc<Entry>| call.has(&e.method, e.path(), e.seen.operation());
    let (mut right, mut near) = (Vec::new(), Vec::new());
    for entry in found.entries.iter().filter(is_call) {
        let status = check.status.filter(|status| *status != entry.status);
        let why = status.map(|status| format!("it was answered {}, not {status}", entry.status));
        match why.or_else(|| body.lacks(&entry.request.shown())) {
            None => right.push(entry.clone()),
            Some(why) => near.push((entry.clone(), why)),
        }
    }
    let number = u32::try_from(right.len()).unwrap_or(u32::MAX);
    if (wanted.least..=wanted.most).contains(&number) {
        let sequences = right.iter().map(|entry| entry.sequence).collect();
        return Ok(Calls { found: number, sequences, since });
    }
    let mut text = format!(
        "Precondition failed. `{}` was to be called {}, and was called {} since request {since}.",
        check.call.trim(),
        wanted.said(),
        times(number)
    );
    if found.missed > 0 {
        text += &format!(" ({} requests since then are not kept any more.)", found.missed);
    }
    if number > wanted.most {
        text += &list("It was", right.iter().map(|entry| line(entry)));
    } else {
        let nearly = near.iter().rev().map(|(entry, why)| format!("{}: {why}", line(entry)));
        text += &list("Nearly", nearly);
        if near.is_empty() {
            let others = found.entries.iter().rev().filter(|e| e.method != http::Method::GET);
            text += &list("What was called instead", others.map(|entry| line(entry)));
        }
    }
    Err(Refusal::new(412, text))
}

/// Some of these, a line each.
fn list(what: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{what}:");
    for line in lines.iter().take(TOLD) {
        text += &format!("\n  {line}");
    }
    match lines.len().checked_sub(TOLD) {
        Some(more @ 1..) => text + &format!("\n  and {more} more"),
        _ => text,
    }
}

/// A request in one line.
fn line(entry: &Entry) -> String {
    let Entry { sequence, method, status, .. } = entry;
    let mut text = format!("#{sequence} {method} {} {status}", entry.address());
    let body = entry.request.shown();
    if !body.is_empty() {
        let short: String = body.chars().take(BODY).collect();
        let cut = if short.len() < body.len() { "…" } else { "" };
        text += &format!(" {short}{cut}");
    }
    text
}
