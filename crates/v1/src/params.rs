//! Parameters: read from query and form, and checked against the call's table before anything is
//! done.
//!
//! Each refusal is a sentence that names the parameter. What the table does not have is passed
//! over, as v1 did. Oddities that real clients send are understood here, so that handlers see only
//! what the table promises.

use std::collections::BTreeMap;

use crate::calls::{Call, Kind, Param};
use crate::error::{Failure, Result};

/// A parameter's value, as its kind says.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Integer(u64),
    Text(String),
    Flag(bool),
    List(Vec<String>),
}

/// A call's parameters, checked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Args(BTreeMap<&'static str, Value>);

/// How many parameters are read of a query or a form; PHP passes over the rest.
const MOST: usize = 1000;
/// How many unknown ones are named in the log.
const TOLD: usize = 8;

/// Pairs of name and value, as they were sent.
pub(crate) type Pairs = Vec<(String, String)>;

/// The pairs of a query or a form.
pub(crate) fn pairs(text: &[u8]) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(text).into_owned().take(MOST)
}

impl Args {
    /// Checks what was sent: each parameter of its kind, none missing. Adds to `unknown` the names
    /// of those that the call does not take.
    pub(crate) fn check(call: &Call, pairs: &Pairs, unknown: &mut Vec<String>) -> Result<Self> {
        let mut sent = BTreeMap::<&'static str, Vec<String>>::new();
        for (name, value) in pairs {
            let bare = name.split('[').next().unwrap_or_default();
            let param = call.params.iter().find(|p| p.name == bare || is_alias(p, bare));
            let Some(param) = param else {
                if !call.ignores(bare) && unknown.len() < TOLD {
                    unknown.push(bare.chars().take(40).collect());
                }
                continue;
            };
            sent.entry(param.name).or_default().push(value.clone());
        }
        let mut args = Self::default();
        for param in call.params {
            let values = sent.remove(param.name).unwrap_or_default();
            match read(param, values)? {
                Some(value) => drop(args.0.insert(param.name, value)),
                None if param.required => return Err(missing(call, param)),
                None => {}
            }
        }
        Ok(args)
    }

    /// A number; 0 where it was not sent.
    pub(crate) fn int(&self, name: &str) -> u64 {
        self.opt_int(name).unwrap_or_default()
    }

    /// A number, where it was sent.
    pub(crate) fn opt_int(&self, name: &str) -> Option<u64> {
        match self.0.get(name) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// A number that v2 holds in fewer bits.
    pub(crate) fn small<T: TryFrom<u64>>(&self, name: &str) -> Result<Option<T>> {
        let Some(number) = self.opt_int(name) else { return Ok(None) };
        let small = T::try_from(number).ok();
        small.map(Some).ok_or_else(|| Failure::refused(format!("{name}: {number} is too large")))
    }

    /// A text; empty where it was not sent.
    pub(crate) fn text(&self, name: &str) -> String {
        self.opt_text(name).unwrap_or_default()
    }

    /// A text, where it was sent.
    pub(crate) fn opt_text(&self, name: &str) -> Option<String> {
        match self.0.get(name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// A text that is not empty.
    pub(crate) fn some_text(&self, name: &str) -> Option<String> {
        self.opt_text(name).filter(|text| !text.is_empty())
    }

    /// A flag, where it was sent.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// A list, where it was sent.
    pub(crate) fn list(&self, name: &str) -> Option<&[String]> {
        match self.0.get(name) {
            Some(Value::List(list)) => Some(list),
            _ => None,
        }
    }
}

fn is_alias(param: &Param, name: &str) -> bool {
    !name.is_empty() && param.alias == name
}

fn read(param: &Param, mut values: Vec<String>) -> Result<Option<Value>> {
    if param.kind == Kind::List {
        return Ok(list(values));
    }
    // Sent twice, the last one counts, as in PHP.
    let Some(text) = values.pop() else { return Ok(None) };
    let value = match param.kind {
        Kind::Text => Some(Value::Text(text.clone())),
        // An empty number or flag is how some clients leave it out.
        _ if text.is_empty() => return Ok(None),
        Kind::Integer => integer(&text).map(Value::Integer),
        Kind::Flag | Kind::Switch | Kind::Boolean => flag(&text).map(Value::Flag),
        Kind::Json => serde_json::from_str::<serde_json::Value>(&text)
            .is_ok()
            .then(|| Value::Text(text.clone())),
        Kind::List => None,
    };
    value.map(Some).ok_or_else(|| wrong(param, &text))
}

fn list(values: Vec<String>) -> Option<Value> {
    if values.is_empty() {
        return None;
    }
    let items = values.iter().flat_map(|v| v.split(',')).map(str::trim).filter(|v| !v.is_empty());
    Some(Value::List(items.map(str::to_owned).collect()))
}

fn integer(text: &str) -> Option<u64> {
    if let [code @ 0..32] = text.as_bytes() {
        // The Go client sends the hour 8 as the character with that code.
        return Some(u64::from(*code));
    }
    let text = text.trim();
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Clients mix the three ways of writing a flag, so each is understood everywhere.
fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "1" => Some(true),
        "no" | "false" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn wrong(param: &Param, text: &str) -> Failure {
    let right = match param.kind {
        Kind::Integer => "an integer",
        Kind::Flag => "\"yes\" or \"no\"",
        Kind::Switch => "\"on\" or \"off\"",
        Kind::Boolean => "\"true\" or \"false\"",
        Kind::Json => "JSON",
        Kind::Text | Kind::List => "text",
    };
    let text: String = text.chars().take(40).collect();
    Failure::refused(format!("Invalid {}.  It must be {right}, not \"{text}\"", param.name))
}

fn missing(call: &Call, param: &Param) -> Failure {
    Failure::refused(format!("Missing {0}.  {1} cannot do without {0}", param.name, call.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::find;

    fn check(path: &str, form: &str) -> Result<Args> {
        Args::check(find(path).unwrap(), &pairs(form.as_bytes()).collect(), &mut Vec::new())
    }

    #[test]
    fn every_refusal_names_the_parameter() {
        let text = |form| check("server/label_set", form).unwrap_err().text;
        assert_eq!(text("label=x"), "Missing SUBID.  server/label_set cannot do without SUBID");
        assert_eq!(text("SUBID=x&label=x"), "Invalid SUBID.  It must be an integer, not \"x\"");
        assert!(text("SUBID=-1&label=x").starts_with("Invalid SUBID."));
        assert!(text("SUBID=99999999999999999999&label=x").starts_with("Invalid SUBID."));
        assert!(text("SUBID=&label=x").starts_with("Missing SUBID."));
    }

    #[test]
    fn what_no_call_takes_is_passed_over_and_named() {
        let call = find("sshkey/update").unwrap();
        let sent = pairs(b"SSHKEYID=1&colour[]=red&date_created=now").collect();
        let mut unknown = Vec::new();
        let args = Args::check(call, &sent, &mut unknown).unwrap();
        assert_eq!((args.text("SSHKEYID").as_str(), unknown), ("1", vec!["colour".to_owned()]));
    }

    #[test]
    fn flags_and_lists_are_understood_in_every_clients_way() {
        let args = check("server/create_ipv4", "SUBID=1&reboot=false").unwrap();
        assert_eq!(args.flag("reboot"), Some(false));
        assert!(check("server/create_ipv4", "SUBID=1&reboot=maybe").is_err());
        let form = "email=a&name=b&password=c&acls[]=dns&acls[]=billing";
        let args = check("user/create", form).unwrap();
        assert_eq!(args.list("acls").unwrap(), ["dns", "billing"]);
        let args = check("user/create", "email=a&name=b&password=c&acls=dns,billing").unwrap();
        assert_eq!(args.list("acls").unwrap(), ["dns", "billing"]);
    }

    #[test]
    fn the_go_clients_hours_are_the_codes_of_characters() {
        let form = "SUBID=1&cron_type=daily&hour=%08";
        assert_eq!(check("server/backup_set_schedule", form).unwrap().int("hour"), 8);
        let form = "SUBID=1&cron_type=daily&hour=8";
        assert_eq!(check("server/backup_set_schedule", form).unwrap().int("hour"), 8);
    }

    #[test]
    fn other_names_that_clients_use_are_the_same_parameter() {
        let args = check("dns/create_domain", "domain=example.com&ip=192.0.2.1").unwrap();
        assert_eq!(args.text("serverip"), "192.0.2.1");
    }

    #[test]
    fn an_empty_text_is_a_value_and_an_empty_number_is_none() {
        let args = check("server/label_set", "SUBID=1&label=").unwrap();
        assert_eq!(args.opt_text("label").as_deref(), Some(""));
        assert_eq!(check("server/list", "SUBID=").unwrap().opt_int("SUBID"), None);
    }
}
