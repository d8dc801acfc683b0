//! `--wait`: what a command leads to, and waiting until it is there.

use std::time::Duration;

use presentation::operations::Operation;
use presentation::places;
use presentation::schema;
use presentation::text::{clean, quoted};
use sdk::wait::{Pace, leaving, poll, standing};
use sdk::{Client, State, WaitError};
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::call::{self, unwrap};
use crate::error::Failure;
use crate::spinner::Spinner;

/// Commands below a thing's path that the thing itself tells the end of.
const ACTIONS: &[&str] = &["attach", "detach", "halt", "reboot", "reinstall", "restore", "start"];

/// How long even the last of several is waited for.
const AT_LEAST: Duration = Duration::from_millis(100);

/// The longest pause between two questions to a server on this machine.
const AT_HOME: Duration = Duration::from_millis(300);

/// Until when a command waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Instant,
    /// How long that was from the start: what is said when it is over.
    after: Duration,
}

impl Deadline {
    pub(crate) fn after(time: Duration) -> Self {
        Self { at: Instant::now() + time, after: time }
    }

    /// The error in terms of the whole command.
    fn own(self, error: WaitError) -> WaitError {
        match error {
            WaitError::TimedOut { state, .. } => WaitError::TimedOut { after: self.after, state },
            error => error,
        }
    }
}

/// What there is to wait for.
pub(crate) struct Target<'a> {
    end: End,
    /// Gets the thing.
    get: &'a Operation,
    /// The command that led here.
    command: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// What the answer describes becomes ready.
    Created,
    /// What the path names becomes ready.
    Ready,
    /// What the path names is gone.
    Gone,
}

/// What `operation` leads to, where its group has a way to look at it, and where it can be seen.
pub(crate) fn target<'a>(operation: &Operation, all: &'a [Operation]) -> Option<Target<'a>> {
    let path = operation.pattern();
    if operation.reads() {
        let own = |o: &&Operation| o.op.id == operation.op.id;
        let shows = path.ends_with("/{}") && !operation.is_list();
        let get = all.iter().find(own).filter(|_| shows)?;
        let visible = tells(get.response(), operation.command);
        return visible.then_some(Target { end: End::Ready, get, command: operation.command });
    }
    let action = path.strip_suffix(operation.command).and_then(|p| p.strip_suffix('/'));
    let action = action.filter(|_| ACTIONS.contains(&operation.command)).unwrap_or_default();
    let created = format!("{path}/{{}}");
    let (end, get) = all
        .iter()
        .filter(|o| o.op.method == api::Method::GET && o.pattern().ends_with("/{}"))
        .find_map(|get| match get.pattern() {
            own if own == created && operation.command == "create" => Some((End::Created, get)),
            own if own == path && operation.op.method == api::Method::DELETE => {
                Some((End::Gone, get))
            }
            own if own == path || own == action => Some((End::Ready, get)),
            _ => None,
        })?;
    let visible = end == End::Gone || tells(get.response(), operation.command);
    visible.then_some(Target { end, get, command: operation.command })
}

/// Whether a thing says how far it is with what the command led to.
fn tells(schema: Value, command: &str) -> bool {
    let told = match command {
        // Bare metal does not say whether it is on.
        "halt" | "reboot" | "start" => &["power_status"][..],
        "get" => &["status", "state"],
        _ => &["status", "state", "attached_to_instance", "instance_id"],
    };
    schema::fields(&schema).any(|(name, _)| told.contains(&name.as_str()))
}

impl Target<'_> {
    /// The help of `--wait`.
    pub(crate) fn help(&self) -> String {
        let noun = self.get.group.name;
        match self.end {
            End::Gone => format!("Wait until the {noun} is gone"),
            End::Created => {
                format!("Print the {noun}, wait until it is ready, and print what has changed")
            }
            _ => format!("Wait until the {noun} is {}, and print it", self.end_word()),
        }
    }

    /// What it is when the command is through.
    fn end_word(&self) -> &'static str {
        match self.command {
            "attach" => "attached",
            "detach" => "detached",
            "halt" => "stopped",
            "start" | "reboot" => "running",
            _ => "ready",
        }
    }

    /// What is said when it has come to its end.
    pub(crate) fn reached(&self) -> &'static str {
        if self.end == End::Gone { "gone" } else { self.end_word() }
    }

    /// Waits until `deadline`. `seen` is what the command answered, and becomes what was seen last:
    /// whoever drops this future halfway still has it.
    pub(crate) async fn wait(
        &self,
        client: &Client,
        fields: &Map<String, Value>,
        seen: &mut Value,
        deadline: Deadline,
        progress: bool,
    ) -> Result<(), Failure> {
        let own = self.fields(fields, seen)?;
        let what = format!("{} {}", self.get.group.name, self.id(&own));
        let request = call::encode(self.get, own)?;
        let spinner = Spinner::new(progress);
        let fetch = async || {
            let answer = client.call(&self.get.op, &request).await?;
            unwrap(&self.get.op, client, &request.uri, answer)
        };
        let first = seen.clone();
        let judge = |answer: Result<&Value, &sdk::Error>| match (self.end, answer) {
            (End::Gone, answer) => leaving(answer),
            (_, Ok(value)) => {
                *seen = merged(value.clone(), first.clone());
                Some(self.standing(value, fields))
            }
            (_, Err(_)) => None,
        };
        let show = |state: &str, after: Duration| {
            spinner.say(clean(&format!("{what}: {state}, {} s", after.as_secs())));
        };
        // Of several, the last ones are looked at once even when the time is over.
        let left = deadline.at.saturating_duration_since(Instant::now()).max(AT_LEAST);
        let pace = Pace { timeout: left, ..Pace::default() };
        // Who answers on this machine can be asked often.
        let longest = if client.is_loopback() { AT_HOME } else { pace.longest };
        let end = poll(Pace { longest, ..pace }, fetch, judge, show).await;
        match end {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = deadline.own(error);
                Err(Failure::Wait { what: what.into(), error, go_on: "".into() })
            }
        }
    }

    /// What is waited for: its noun and its id.
    pub(crate) fn subject(
        &self,
        fields: &Map<String, Value>,
        seen: &Value,
    ) -> (&'static str, String) {
        let own = self.fields(fields, seen).unwrap_or_default();
        (self.get.group.name, self.id(&own))
    }

    /// How to go on after waiting has ended early: commands to paste, that begin with `kettle`.
    /// `again` is whether to wait once more makes sense.
    pub(crate) fn go_on(
        &self,
        kettle: &str,
        fields: &Map<String, Value>,
        seen: &Value,
        again: bool,
    ) -> String {
        let own = self.fields(fields, seen).unwrap_or_default();
        let mut get = format!("{kettle} {}", places::path(self.get));
        for param in self.get.path_fields() {
            get = format!("{get} {}", quoted(&text(own.get(&param))));
        }
        let meant = matches!(self.command, "create" | "get" | "reinstall" | "restore");
        match again && meant && tells(self.get.response(), "get") {
            true => format!("`{get}` shows how it stands, `{get} --wait` waits on"),
            false => format!("`{get}` shows how it stands"),
        }
    }

    /// The fields of the request that looks at the thing.
    fn fields(
        &self,
        fields: &Map<String, Value>,
        answer: &Value,
    ) -> Result<Map<String, Value>, Failure> {
        let mut params = self.get.path_fields();
        let mut found = Map::new();
        if self.end == End::Created {
            let own = params.pop().unwrap_or_default();
            let id =
                answer.get("id").or_else(|| answer.get("domain")).cloned().ok_or_else(|| {
                    Failure::Answer("the answer has no id, so there is nothing to wait for".into())
                })?;
            found.insert(own, id);
        }
        for param in params {
            if let Some(value) = fields.get(&param) {
                found.insert(param, value.clone());
            }
        }
        Ok(found)
    }

    fn id(&self, own: &Map<String, Value>) -> String {
        text(self.get.path_fields().last().and_then(|last| own.get(last)))
    }

    /// Ready in the API's words, and attached or powered as the command wanted it.
    fn standing(&self, value: &Value, fields: &Map<String, Value>) -> State {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let wanted = fields.get("instance_id").and_then(Value::as_str).unwrap_or_default();
        let holder = text("attached_to_instance").or_else(|| text("instance_id"));
        let power = text("power_status").filter(|p| !p.is_empty());
        let met = match (self.command, holder, power) {
            ("attach", Some(holder), _) => holder == wanted,
            ("detach", Some(holder), _) => holder.is_empty(),
            ("halt", _, Some(power)) => power == "stopped",
            ("create" | "start" | "reboot" | "reinstall" | "restore", _, Some(power)) => {
                power == "running"
            }
            _ => true,
        };
        match standing(value) {
            State::Done if !met => State::Pending(format!("not {}", self.end_word())),
            state => state,
        }
    }
}

/// What is there now, and what only the first answer told, such as a password. An answer about
/// something else stays what it is.
fn merged(thing: Value, first: Value) -> Value {
    match (thing, first) {
        (Value::Object(mut thing), Value::Object(first)) if thing.get("id") == first.get("id") => {
            for (key, value) in first {
                thing.entry(key).or_insert(value);
            }
            Value::Object(thing)
        }
        (thing, Value::Null) => thing,
        (_, first) => first,
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// Reads `90`, `90s`, `10m`, `1h`, and several with their units one after the other: `1m30s`.
pub(crate) fn parse_time(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a time such as 90s, 1m30s or 1h".to_owned();
    let mut seconds = 0_u64;
    let mut rest = text;
    while !rest.is_empty() || text.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let unit = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let factor = match unit {
            "s" => 1,
            // Seconds need no unit where there is nothing else.
            "" if number.len() == text.len() => 1,
            "m" | "min" => 60,
            "h" => 3600,
            _ => return Err(wrong()),
        };
        let part = number.parse::<u64>().ok().and_then(|n| n.checked_mul(factor));
        seconds = part.and_then(|part| seconds.checked_add(part)).ok_or_else(wrong)?;
        rest = after;
    }
    if seconds == 0 {
        return Err("expected a time above 0, such as 90s".to_owned());
    }
    // Beyond a year nobody waits, and clocks overflow.
    Some(seconds).filter(|s| *s <= 365 * 86_400).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_pasted_is_one_word_to_a_shell() {
        assert_eq!(quoted("cb676a46-66fd"), "cb676a46-66fd");
        assert_eq!(quoted("a'b; rm"), r"'a'\''b; rm'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn times_have_units() {
        let seconds = |text| parse_time(text).map(|d| d.as_secs());
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("10m"), Ok(600));
        assert_eq!(seconds("1h"), Ok(3600));
        assert_eq!(seconds("1m30s"), Ok(90));
        assert_eq!(seconds("1h30m"), Ok(5400));
        assert_eq!(seconds("1h2min3s"), Ok(3723));
        for wrong in [
            "",
            "m",
            "0",
            "0s",
            "1d",
            "-1s",
            "1.5h",
            "99999999999999999999h",
            "1m30",
            "30 s",
            "1m-1s",
            "9999h1h",
        ] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
