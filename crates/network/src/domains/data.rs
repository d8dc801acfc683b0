//! What records of each type can say. Texts of refusals are those that clients have met, without
//! the words `Unable to add record: ` before them.

use std::net::{Ipv4Addr, Ipv6Addr};

use api::domains::RecordType;

use super::names::is_hostname;

/// How long texts can be: what one record has room for, less the length of its pieces.
const TEXT_MAX: usize = 65_000;

/// Why a record cannot be: what the real API says, or would, and what would be right.
pub(super) struct Wrong {
    pub(super) said: &'static str,
    pub(super) help: String,
}

/// Says why a record cannot be.
pub(super) fn wrong<T>(said: &'static str, help: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { said, help: help.into() })
}

/// The data as it is stored: what was sent, but that text is put between quotes, and that host
/// names lose their final dot.
pub(super) fn checked(kind: RecordType, data: &str) -> Result<String, Wrong> {
    let (is_right, right) = match kind {
        RecordType::Txt => return text(data),
        RecordType::Caa if is_caa(data) => return Ok(data.to_owned()),
        RecordType::Caa => {
            let said = r#"Data must be in the format: [flag] [iodef|issuewild|issue] "domain""#;
            return wrong(said, format!("it was `{data}`"));
        }
        RecordType::A => (data.parse::<Ipv4Addr>().is_ok(), "an IPv4 address"),
        RecordType::Aaaa => (data.parse::<Ipv6Addr>().is_ok(), "an IPv6 address"),
        RecordType::Cname | RecordType::Ns => (is_hostname(data), "a host name"),
        // A dot alone says that there is no mail here.
        RecordType::Mx => (data == "." || is_hostname(data), "a host name"),
        RecordType::Srv => (is_service(data), "`weight port target`, as `5 5060 sip`"),
        RecordType::Sshfp => (
            is_fingerprint(data),
            "`algorithm type fingerprint`, with 40 (type 1) or 64 (type 2) hex digits",
        ),
    };
    if !is_right {
        return wrong("Invalid data", format!("`{data}` is not {right}"));
    }
    // Of the others that are right, none ends in a dot.
    Ok(without_dot(data))
}

/// Without the dot after a host name; one that stands alone means something.
fn without_dot(data: &str) -> String {
    match data.strip_suffix('.') {
        Some(name) if !name.is_empty() && !name.ends_with(' ') => name.to_owned(),
        _ => data.to_owned(),
    }
}

/// Text between quotes. Blanks around it go; quotes at both ends may be left out, and nowhere else
/// be. Backslashes are only backslashes.
fn text(data: &str) -> Result<String, Wrong> {
    let data = data.trim();
    let quotes = (data.starts_with('"'), data.ends_with('"'));
    let inner = match quotes {
        (true, true) if data.len() >= 2 => &data[1..data.len() - 1],
        (false, false) => data,
        _ => {
            let said = "Record data must be enclosed in quotes";
            return wrong(said, "there is a quote at one end only");
        }
    };
    if inner.contains('"') {
        let said = "Quotes may only appear at the beginning and end of the data";
        return wrong(said, "TXT records cannot hold double quotes");
    }
    if inner.len() > TEXT_MAX || data.is_empty() {
        let help = format!("text has 1 to {TEXT_MAX} bytes; `\"\"` for none");
        return wrong("Invalid data", help);
    }
    if let Some(term) = wrong_in_spf(inner) {
        return wrong("Invalid data", format!("`{term}` means nothing in SPF"));
    }
    Ok(format!("\"{inner}\""))
}

/// The first term of an SPF policy that is none; nothing where it is right, or no policy.
fn wrong_in_spf(text: &str) -> Option<&str> {
    let policy = text.strip_prefix("v=spf1")?;
    if !policy.is_empty() && !policy.starts_with(' ') {
        return None;
    }
    policy.split(' ').filter(|term| !term.is_empty()).find(|term| !is_spf_term(term))
}

fn is_spf_term(term: &str) -> bool {
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|c| c.is_ascii_alphabetic())
            && letters.all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    let mechanism = term.trim_start_matches(['+', '-', '~', '?']);
    if term.len() > mechanism.len() + 1 {
        return false;
    }
    let end = mechanism.find([':', '/', '=']).unwrap_or(mechanism.len());
    let (word, rest) = mechanism.split_at(end);
    match (word.to_ascii_lowercase().as_str(), rest.chars().next()) {
        // A modifier, known or not.
        (_, Some('=')) => mechanism.len() == term.len() && is_name(word),
        ("all" | "ptr" | "a" | "mx", None) => true,
        ("a" | "mx", Some(_)) | ("ptr" | "include" | "exists", Some(':')) => rest.len() > 1,
        ("ip4" | "ip6", Some(':')) => rest[1..].parse::<crate::Network>().is_ok(),
        _ => false,
    }
}

fn is_service(data: &str) -> bool {
    let mut parts = data.split(' ');
    let mut number = || parts.next().is_some_and(|part| part.parse::<u16>().is_ok());
    let numbers = number() && number();
    let target = parts.next().is_some_and(|name| name == "." || is_hostname(name));
    numbers && target && parts.next().is_none()
}

fn is_caa(data: &str) -> bool {
    let mut parts = data.splitn(3, ' ');
    let flag = parts.next().is_some_and(|flag| flag.parse::<u8>().is_ok());
    let (tag, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let Some(value) = value.filter(|value| flag && !value.contains(['"', ' '])) else {
        return false;
    };
    let is_address = ["mailto:", "http://", "https://"].iter().any(|way| value.starts_with(way));
    match tag {
        "issue" => is_hostname(value),
        "issuewild" => value == ";" || is_hostname(value),
        "iodef" => is_address || is_hostname(value),
        _ => false,
    }
}

fn is_fingerprint(data: &str) -> bool {
    let parts: Vec<&str> = data.split(' ').collect();
    let [algorithm, kind, print] = parts[..] else { return false };
    let digits = match kind {
        "1" => 40,
        "2" => 64,
        _ => return false,
    };
    let algorithm = algorithm.parse::<u8>().is_ok_and(|number| number > 0);
    algorithm && print.len() == digits && print.bytes().all(|byte| byte.is_ascii_hexdigit())
}
