//! `--wait`: what a command leads to, and waiting until it is there.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use sdk::wait::{Pace, leaving, poll, standing};
use sdk::{Client, State};
use serde_json::{Map, Value};

use crate::call::{self, unwrap};
use crate::error::Failure;
use crate::operations::Operation;
use crate::schema;
use crate::text::clean;

/// Commands below a thing's path that the thing itself tells the end of.
const ACTIONS: &[&str] = &["attach", "detach", "halt", "reboot", "reinstall", "restore", "start"];

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
    if operation.op.method == api::Method::GET {
        return None;
    }
    let path = operation.pattern();
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
    let visible = end == End::Gone || tells((get.response)(), operation.command);
    visible.then_some(Target { end, get, command: operation.command })
}

/// Whether a thing says how far it is with what the command led to.
fn tells(schema: schemars::Schema, command: &str) -> bool {
    let told = match command {
        // Bare metal does not say whether it is on.
        "halt" | "reboot" | "start" => &["power_status"][..],
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

    /// Waits, and brings what is to be printed.
    pub(crate) async fn wait(
        &self,
        client: &Client,
        fields: &Map<String, Value>,
        answer: Value,
        timeout: Duration,
        progress: bool,
    ) -> Result<Value, Failure> {
        let own = self.fields(fields, &answer)?;
        let what = self.name(&own);
        let request = call::encode(self.get, own)?;
        let bar = bar(progress);
        let fetch = async || {
            let answer = client.call(&self.get.op, &request).await?;
            unwrap(&self.get.op, client, &request.uri, answer)
        };
        let judge = |answer: Result<&Value, &sdk::Error>| match (self.end, answer) {
            (End::Gone, answer) => leaving(answer),
            (_, Ok(value)) => Some(self.standing(value, fields)),
            (_, Err(_)) => None,
        };
        let show = |state: &str, after: Duration| {
            bar.set_message(clean(&format!("{what}: {state}, {} s", after.as_secs())));
        };
        let pace = Pace { timeout, ..Pace::default() };
        let end = poll(pace, fetch, judge, show).await;
        bar.finish_and_clear();
        match end {
            Ok(thing) => Ok(merged(thing.unwrap_or_default(), answer)),
            Err(error) => Err(Failure::Wait { what, error }),
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

    fn name(&self, fields: &Map<String, Value>) -> String {
        let last = self.get.path_fields().pop().unwrap_or_default();
        let id = fields.get(&last).and_then(Value::as_str).unwrap_or_default();
        format!("{} {id}", self.get.group.name)
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

fn bar(progress: bool) -> ProgressBar {
    if !progress {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::default_spinner());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Reads `90`, `90s`, `10m`, `1h`.
pub(crate) fn parse_time(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.trim_end_matches(|c: char| !c.is_ascii_digit()).len());
    let factor = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        _ => return Err("expected a time such as 90s, 10m or 1h".into()),
    };
    let seconds = number.parse::<u64>().ok().and_then(|n| n.checked_mul(factor));
    // Beyond a year nobody waits, and clocks overflow.
    seconds
        .filter(|s| *s <= 365 * 86_400)
        .map(Duration::from_secs)
        .ok_or_else(|| "expected a time such as 90s, 10m or 1h".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let seconds = |text| parse_time(text).map(|d| d.as_secs());
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("10m"), Ok(600));
        assert_eq!(seconds("1h"), Ok(3600));
        for wrong in ["", "m", "1d", "-1s", "1.5h", "99999999999999999999h"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
