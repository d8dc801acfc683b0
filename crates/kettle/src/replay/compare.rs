//! In what an answer differs from the recorded one, without what must differ.

use std::collections::BTreeMap;
use std::net::IpAddr;

use api::mask;
use serde_json::Value;
use uuid::Uuid;

use super::session::Step;

/// What stands in the place of a secret.
const MASK: &str = "***";
/// What is sent in the place of a secret that was not recorded: it passes every rule for passwords.
const SECRET: &str = "Replayed-Passw0rd-1";
/// What is sent in the place of a text of which only the length was recorded, in base64.
const LONG: &str = "IyEvYmluL3NoCg==";
/// Fields that differ with time, or by chance.
const PASSING: &[&str] =
    &["pending_charges", "balance", "next", "prev", "mac_address", "mac", "sequence"];
/// How many differences of one answer are told.
const TOLD: usize = 20;

/// What things of the recording are called now.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(BTreeMap<String, String>);

impl Known {
    /// A text of the recording with what things are called now.
    pub(super) fn renewed(&self, text: &str) -> String {
        // Whole words alone: the `7` of one id is no other one.
        let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        let (mut out, mut rest) = (String::new(), text);
        while !rest.is_empty() {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            out += self.0.get(word).map_or(word, String::as_str);
            let next = after.find(is_word).unwrap_or(after.len());
            out += &after[..next];
            rest = &after[next..];
        }
        out
    }

    /// A recorded body as it is sent now.
    pub(super) fn sent(&self, body: &str) -> String {
        match serde_json::from_str::<Value>(body) {
            Ok(mut body) => {
                self.fill(&mut body);
                body.to_string()
            }
            Err(_) => self.renewed(body).replace(MASK, SECRET),
        }
    }

    fn fill(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => fields.values_mut().for_each(|value| self.fill(value)),
            Value::Array(items) => items.iter_mut().for_each(|value| self.fill(value)),
            Value::String(text) if text == MASK => *text = SECRET.into(),
            Value::String(text) if is_length(text) => *text = LONG.into(),
            Value::String(text) => *text = self.renewed(text),
            _ => {}
        }
    }

    /// In what an answer differs. What is called otherwise now is known from here on.
    pub(super) fn compare(&mut self, step: &Step, status: u16, answer: &str) -> Vec<String> {
        let mut told = Vec::new();
        if step.status == 0 {
            // A rule had dropped the connection: nothing is known of what would have been answered.
            return told;
        }
        if step.status != status {
            told.push(format!("status: {} → {status}", step.status));
        }
        let Some(recorded) = &step.answer else { return told };
        let answer = mask::answer(answer.as_bytes());
        match (serde_json::from_str(recorded), serde_json::from_str(&answer)) {
            (Ok(recorded), Ok(answer)) => self.differ(&recorded, &answer, "", "", &mut told),
            _ if self.renewed(recorded) == answer => {}
            _ => told.push(format!("{recorded:?} → {answer:?}")),
        }
        let more = told.len().saturating_sub(TOLD);
        told.truncate(TOLD);
        if more > 0 {
            told.push(format!("and {more} more"));
        }
        told
    }

    fn differ(&mut self, was: &Value, is: &Value, name: &str, at: &str, told: &mut Vec<String>) {
        if passes(name) {
            return;
        }
        match (was, is) {
            (Value::Object(was), Value::Object(is)) => {
                let inner =
                    |name: &str| if at.is_empty() { name.into() } else { format!("{at}.{name}") };
                for (name, was) in was {
                    match is.get(name) {
                        Some(is) => self.differ(was, is, name, &inner(name), told),
                        None if passes(name) => {}
                        None => told.push(format!("{}: {was} → nothing", inner(name))),
                    }
                }
                for (name, is) in is.iter().filter(|(name, _)| !was.contains_key(*name)) {
                    if !passes(name) {
                        told.push(format!("{}: nothing → {is}", inner(name)));
                    }
                }
            }
            (Value::Array(was), Value::Array(is)) => {
                if was.len() != is.len() {
                    told.push(format!("{at}: {} items → {}", was.len(), is.len()));
                }
                for (number, (was, is)) in was.iter().zip(is).enumerate() {
                    self.differ(was, is, name, &format!("{at}[{number}]"), told);
                }
            }
            (Value::String(was), Value::String(is)) => {
                if !self.is_same(was, is) {
                    told.push(format!("{at}: {was:?} → {is:?}"));
                }
            }
            (Value::Number(was), Value::Number(is)) if name == "id" => {
                self.0.insert(was.to_string(), is.to_string());
            }
            (was, is) if was == is => {}
            (was, is) => told.push(format!("{at}: {was} → {is}")),
        }
    }

    /// Whether a text is what it was, or must differ: then what it is now is known from here on.
    fn is_same(&mut self, was: &str, is: &str) -> bool {
        if was == is || was == MASK || is == MASK || self.renewed(was) == is {
            return true;
        }
        let are_ids = was.parse::<Uuid>().is_ok() && is.parse::<Uuid>().is_ok();
        if are_ids || are_drawn(was, is) || are_addresses(was, is) {
            self.0.insert(was.to_owned(), is.to_owned());
            return true;
        }
        is_time(was) && is_time(is)
    }
}

/// Whether two texts end alike but for what is drawn: `ewr-0a54a40e370338`.
fn are_drawn(was: &str, is: &str) -> bool {
    let parts = |text: &str| {
        let (head, drawn) = text.rsplit_once('-')?;
        let is_drawn = drawn.len() >= 12 && drawn.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_drawn.then(|| (head.to_owned(), drawn.len()))
    };
    parts(was).is_some_and(|was| Some(was) == parts(is))
}

/// Whether two texts are addresses, or networks of the same size, of something.
fn are_addresses(was: &str, is: &str) -> bool {
    let parts = |text: &str| {
        let (address, size) = text.split_once('/').map_or((text, ""), |(a, s)| (a, s));
        let address = address.parse::<IpAddr>().ok().filter(|address| !address.is_unspecified());
        address.map(|address| (address.is_ipv4(), size.to_owned()))
    };
    parts(was).is_some_and(|was| Some(was) == parts(is))
}

fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

/// Whether a field differs with time.
fn passes(name: &str) -> bool {
    PASSING.contains(&name) || name.starts_with("date_") || mask::is_secret(name)
}

/// Whether a text is what is recorded of a long one.
fn is_length(text: &str) -> bool {
    text.starts_with('(') && text.ends_with(" characters)")
}

#[cfg(test)]
mod tests {
    use api::Method;

    use super::*;

    fn step(answer: &str) -> Step {
        Step {
            number: 1,
            method: Method::POST,
            address: "/v2/blocks".into(),
            body: None,
            status: 201,
            answer: Some(answer.into()),
            is_passing: false,
        }
    }

    #[test]
    fn ids_and_addresses_are_followed_and_times_and_secrets_are_no_difference() {
        let (old, new) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let answer = |id: Uuid, ip: &str, at: &str, size: u32| {
            format!(
                r#"{{"block":{{"id":"{id}","main_ip":"{ip}","date_created":"{at}","password":"{ip}","size":{size},"until":"{at}"}}}}"#
            )
        };
        let was = answer(old, "10.0.0.1", "2026-01-01T00:00:00+00:00", 5);
        let mut known = Known::default();
        let is = answer(new, "10.9.9.9", "2027-01-01T00:00:00+00:00", 5);
        assert_eq!(known.compare(&step(&was), 201, &is), Vec::<String>::new());
        assert_eq!(
            known.renewed(&format!("/v2/blocks/{old}?ip=10.0.0.1")),
            format!("/v2/blocks/{new}?ip=10.9.9.9")
        );
        let body =
            format!(r#"{{"instance_id":"{old}","password":"***","user_data":"(9 characters)"}}"#);
        let sent: Value = serde_json::from_str(&known.sent(&body)).unwrap();
        assert_eq!(sent["instance_id"], new.to_string());
        assert_eq!((&sent["password"], &sent["user_data"]), (&SECRET.into(), &LONG.into()));
        let is = answer(Uuid::from_u128(3), "10.9.9.9", "2027-01-01T00:00:00+00:00", 6);
        assert_eq!(
            known.compare(&step(&was), 202, &is),
            ["status: 201 → 202", "block.size: 5 → 6"]
        );
        let missing = known.compare(&step(r#"{"a":1,"b":[1]}"#), 201, r#"{"b":[1,2],"c":""}"#);
        assert_eq!(missing, ["a: 1 → nothing", "b: 1 items → 2", "c: nothing → \"\""]);
        let pending =
            known.compare(&step(r#"{"main_ip":"0.0.0.0"}"#), 201, r#"{"main_ip":"10.0.0.3"}"#);
        assert_eq!(pending, [r#"main_ip: "0.0.0.0" → "10.0.0.3""#]);
    }
}
