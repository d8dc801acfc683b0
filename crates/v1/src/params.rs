//! Parameters: read from query and form, and checked against the call's table before anything is
//! done.
//!
//! Each refusal is a sentence that names the parameter. What the table does not have is passed
//! over, as v1 did. Oddities that real clients send are understood here, so that handlers see only
//! what the table promises.

use api::v1::{Entry, Held, Kind, Param};

use crate::error::{Failure, Result};

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

/// What some client sends besides, to no effect: Ansible's older modules send a key's date back.
const IGNORED: [(&str, &str); 1] = [("sshkey/update", "date_created")];

/// Checks what was sent: each parameter of its kind, none missing. Adds to `unknown` the names of
/// those that the call does not take.
pub(crate) fn checked(
    call: &Entry,
    pairs: &Pairs,
    unknown: &mut Vec<String>,
) -> Result<Vec<Option<Held>>> {
    let mut sent = vec![Vec::new(); call.params.len()];
    for (name, value) in pairs {
        let bare = name.split('[').next().unwrap_or_default();
        match call.params.iter().position(|p| p.name == bare || is_alias(p, bare)) {
            Some(place) => sent[place].push(value.as_str()),
            None if !IGNORED.contains(&(call.path, bare)) && unknown.len() < TOLD => {
                unknown.push(bare.chars().take(40).collect());
            }
            None => {}
        }
    }
    let read = |(param, values): (&Param, _)| match read(param, values)? {
        None if param.required => Err(missing(call, param)),
        held => Ok(held),
    };
    call.params.iter().zip(sent).map(read).collect()
}

/// A number that v2 holds in fewer bits.
pub(crate) fn small<T: TryFrom<u64>>(name: &str, number: u64) -> Result<T> {
    let too_large = |_| Failure::refused(format!("{name}: {number} is too large"));
    T::try_from(number).map_err(too_large)
}

/// The same, where it was sent.
pub(crate) fn small_opt<T: TryFrom<u64>>(name: &str, number: Option<u64>) -> Result<Option<T>> {
    number.map(|number| small(name, number)).transpose()
}

/// A text that is not empty.
pub(crate) fn some(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn is_alias(param: &Param, name: &str) -> bool {
    !name.is_empty() && param.alias == name
}

fn read(param: &Param, values: Vec<&str>) -> Result<Option<Held>> {
    // Sent twice, the last one counts, as in PHP.
    let Some(&text) = values.last() else { return Ok(None) };
    let held = match param.kind {
        Kind::List => Some(Held::List(list(&values))),
        Kind::Text => Some(Held::Text(text.to_owned())),
        // An empty number or flag is how some clients leave it out.
        _ if text.is_empty() => return Ok(None),
        Kind::Integer => integer(text).map(Held::Integer),
        Kind::Flag | Kind::Switch | Kind::Boolean => flag(text).map(Held::Flag),
        Kind::Json => serde_json::from_str(text).ok().map(Held::Json),
    };
    held.map(Some).ok_or_else(|| wrong(param, text))
}

fn list(values: &[&str]) -> Vec<String> {
    let items = values.iter().flat_map(|v| v.split(',')).map(str::trim).filter(|v| !v.is_empty());
    items.map(str::to_owned).collect()
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
    let [yes, no] = param.kind.words();
    let right = match param.kind {
        Kind::Integer => "an integer",
        Kind::Flag | Kind::Switch | Kind::Boolean => &format!("\"{yes}\" or \"{no}\""),
        Kind::Json => "JSON",
        Kind::Text | Kind::List => "text",
    };
    let text: String = text.chars().take(40).collect();
    Failure::refused(format!("Invalid {}.  It must be {right}, not \"{text}\"", param.name))
}

fn missing(call: &Entry, param: &Param) -> Failure {
    Failure::refused(format!("Missing {0}.  {1} cannot do without {0}", param.name, call.path))
}

#[cfg(test)]
mod tests {
    use api::v1::*;

    use super::*;

    fn check<C: Call>(form: &str) -> Result<C> {
        checked(&C::ENTRY, &pairs(form.as_bytes()).collect(), &mut Vec::new()).map(C::of)
    }

    #[test]
    fn every_refusal_names_the_parameter() {
        let text = |form| check::<ServerLabelSet>(form).unwrap_err().text;
        assert_eq!(text("label=x"), "Missing SUBID.  server/label_set cannot do without SUBID");
        assert_eq!(text("SUBID=x&label=x"), "Invalid SUBID.  It must be an integer, not \"x\"");
        assert!(text("SUBID=-1&label=x").starts_with("Invalid SUBID."));
        assert!(text("SUBID=99999999999999999999&label=x").starts_with("Invalid SUBID."));
        assert!(text("SUBID=&label=x").starts_with("Missing SUBID."));
    }

    #[test]
    fn what_no_call_takes_is_passed_over_and_named() {
        let sent = pairs(b"SSHKEYID=1&colour[]=red&date_created=now").collect();
        let mut unknown = Vec::new();
        let held = checked(&SshKeyUpdate::ENTRY, &sent, &mut unknown).unwrap();
        let update = SshKeyUpdate::of(held);
        assert_eq!((update.ssh_keys.as_str(), unknown), ("1", vec!["colour".to_owned()]));
    }

    #[test]
    fn flags_and_lists_are_understood_in_every_clients_way() {
        let call = check::<ServerCreateIpv4>("SUBID=1&reboot=false").unwrap();
        assert_eq!(call.reboot, Some(false));
        assert!(check::<ServerCreateIpv4>("SUBID=1&reboot=maybe").is_err());
        let form = "email=a&name=b&password=c&acls[]=dns&acls[]=billing";
        assert_eq!(check::<UserCreate>(form).unwrap().acls, ["dns", "billing"]);
        let form = "email=a&name=b&password=c&acls=dns,billing";
        assert_eq!(check::<UserCreate>(form).unwrap().acls, ["dns", "billing"]);
        assert_eq!(check::<UserUpdate>("USERID=1").unwrap().acls, None);
        assert_eq!(check::<UserUpdate>("USERID=1&acls[]=").unwrap().acls, Some(vec![]));
    }

    #[test]
    fn the_go_clients_hours_are_the_codes_of_characters() {
        let form = "SUBID=1&cron_type=daily&hour=%08";
        assert_eq!(check::<ServerBackupSetSchedule>(form).unwrap().hour, Some(8));
        let form = "SUBID=1&cron_type=daily&hour=8";
        assert_eq!(check::<ServerBackupSetSchedule>(form).unwrap().hour, Some(8));
    }

    #[test]
    fn other_names_that_clients_use_are_the_same_parameter() {
        let call = check::<DnsCreateDomain>("domain=example.com&ip=192.0.2.1").unwrap();
        assert_eq!(call.serverip, "192.0.2.1");
    }

    #[test]
    fn an_empty_text_is_a_value_and_an_empty_number_is_none() {
        assert_eq!(check::<ServerLabelSet>("SUBID=1&label=").unwrap().label, "");
        assert_eq!(check::<ServerList>("SUBID=").unwrap().subid, None);
    }
}
