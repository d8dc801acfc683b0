//! Conditions of statements, and what they ask about.

use std::net::IpAddr;

use serde_json::Value;

use super::{like, texts};
use crate::fault::{Result, fault};
use crate::rows::Object;

/// What is known of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    query: Vec<(String, String)>,
    headers: http::HeaderMap,
    peer: Option<IpAddr>,
    /// The time, in milliseconds after 1970.
    now: i64,
    /// Tags that are to be put on an object.
    tags: Vec<(String, String)>,
}

impl Facts {
    /// What a request says.
    pub(crate) fn of(
        uri: &http::Uri,
        headers: &http::HeaderMap,
        peer: Option<IpAddr>,
        now: i64,
    ) -> Self {
        let query = crate::text::pairs(uri.query().unwrap_or_default());
        let tags = headers.get("x-amz-tagging").and_then(|tags| tags.to_str().ok());
        let tags = crate::text::pairs(tags.unwrap_or_default());
        Self { query, headers: headers.clone(), peer, now, tags }
    }

    /// The same with these tags, which came with the body.
    pub(crate) fn with_tags(&self, tags: &[(String, String)]) -> Self {
        Self { tags: tags.to_vec(), ..self.clone() }
    }

    /// The same for a list of what begins with this.
    pub(crate) fn with_prefix(&self, prefix: &str) -> Self {
        Self { query: vec![("prefix".to_owned(), prefix.to_owned())], ..self.clone() }
    }

    /// A value of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// All headers.
    pub(crate) fn headers(&self) -> &http::HeaderMap {
        &self.headers
    }

    /// What a condition's key, in small letters, stands for.
    fn values(&self, key: &str, caller: Option<&str>, object: Option<&Object>) -> Vec<String> {
        let one = |text: Option<&str>| text.map(str::to_owned).into_iter().collect::<Vec<_>>();
        let tag = |tags: &[(String, String)], name: &str| {
            let found = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            one(found.map(|(_, value)| value.as_str()))
        };
        if let Some(name) = key.strip_prefix("s3:existingobjecttag/") {
            return object.map_or_else(Vec::new, |object| tag(&object.tags, name));
        }
        if let Some(name) = key.strip_prefix("s3:requestobjecttag/") {
            return tag(&self.tags, name);
        }
        match key {
            "s3:requestobjecttagkeys" => self.tags.iter().map(|(key, _)| key.clone()).collect(),
            "aws:sourceip" => one(self.peer.map(|peer| peer.to_string()).as_deref()),
            "aws:useragent" => one(self.header("user-agent")),
            "aws:referer" => one(self.header("referer")),
            "aws:securetransport" => vec!["false".to_owned()],
            "aws:userid" | "aws:username" | "aws:principalaccount" => one(caller),
            "aws:epochtime" => vec![(self.now / 1000).to_string()],
            "aws:currenttime" => {
                let now = jiff::Timestamp::from_millisecond(self.now).unwrap_or_default();
                vec![now.to_string()]
            }
            "s3:versionid" => one(self.query("versionId")),
            "s3:authtype" => {
                let by_query = self.query("X-Amz-Signature").is_some();
                let by_header = self.header("authorization").is_some();
                one(by_query.then_some("REST-QUERY-STRING").or(by_header.then_some("REST-HEADER")))
            }
            "s3:prefix" | "s3:delimiter" | "s3:max-keys" => one(self.query(&key[3..])),
            _ => match key.strip_prefix("s3:x-amz-") {
                Some(rest) => one(self.header(&format!("x-amz-{rest}"))),
                None => Vec::new(),
            },
        }
    }
}

/// How a condition compares.
#[derive(Debug, Clone, Copy)]
enum How {
    Equals,
    EqualsIgnoringCase,
    Like,
    Number(fn(f64, f64) -> bool),
    Date(fn(f64, f64) -> bool),
    Bool,
    Address,
    Null,
}

/// A condition: some value of the key compares to one of these, or, negated, to none of them.
#[derive(Debug, Clone)]
pub(super) struct Test {
    how: How,
    not: bool,
    if_exists: bool,
    /// `ForAllValues:`, where there may be many.
    all: bool,
    pub(super) key: String,
    wanted: Vec<String>,
}

/// Reads the conditions of a statement.
pub(super) fn parse(value: &Value) -> Result<Vec<Test>> {
    let Value::Object(operators) = value else {
        return Err(fault!(MalformedPolicy, "Condition has to be an object."));
    };
    let mut tests = Vec::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else {
            return Err(fault!(MalformedPolicy, "{operator} has to be an object."));
        };
        for (key, wanted) in keys {
            tests.push(Test::parse(operator, key, texts(wanted)?)?);
        }
    }
    Ok(tests)
}

impl Test {
    fn parse(operator: &str, key: &str, wanted: Vec<String>) -> Result<Self> {
        let (all, rest) = match operator.split_once(':') {
            Some(("ForAllValues", rest)) => (true, rest),
            Some(("ForAnyValue", rest)) => (false, rest),
            Some(_) => return Err(fault!(MalformedPolicy, "Invalid Condition type : {operator}")),
            None => (false, operator),
        };
        let (name, if_exists) = match rest.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let (how, not) = match name {
            "StringEquals" => (How::Equals, false),
            "StringNotEquals" => (How::Equals, true),
            "StringEqualsIgnoreCase" => (How::EqualsIgnoringCase, false),
            "StringNotEqualsIgnoreCase" => (How::EqualsIgnoringCase, true),
            "StringLike" | "ArnLike" | "ArnEquals" => (How::Like, false),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (How::Like, true),
            "NumericEquals" => (How::Number(|a, b| a == b), false),
            "NumericNotEquals" => (How::Number(|a, b| a == b), true),
            "NumericLessThan" => (How::Number(|a, b| a < b), false),
            "NumericLessThanEquals" => (How::Number(|a, b| a <= b), false),
            "NumericGreaterThan" => (How::Number(|a, b| a > b), false),
            "NumericGreaterThanEquals" => (How::Number(|a, b| a >= b), false),
            "DateEquals" => (How::Date(|a, b| a == b), false),
            "DateNotEquals" => (How::Date(|a, b| a == b), true),
            "DateLessThan" => (How::Date(|a, b| a < b), false),
            "DateLessThanEquals" => (How::Date(|a, b| a <= b), false),
            "DateGreaterThan" => (How::Date(|a, b| a > b), false),
            "DateGreaterThanEquals" => (How::Date(|a, b| a >= b), false),
            "Bool" => (How::Bool, false),
            "IpAddress" => (How::Address, false),
            "NotIpAddress" => (How::Address, true),
            "Null" => (How::Null, false),
            _ => return Err(fault!(MalformedPolicy, "Invalid Condition type : {operator}")),
        };
        // The key of a tag is told apart by its letters, but is found without.
        Ok(Self { how, not, if_exists, all, key: key.to_lowercase(), wanted })
    }

    /// Whether it lets in only some: those of an address, an account and the like.
    pub(super) fn narrows(&self) -> bool {
        let keys = ["aws:sourceip", "aws:principalaccount", "aws:userid", "aws:username"];
        !self.not && keys.contains(&self.key.as_str())
    }

    /// Whether it holds for a request.
    pub(super) fn holds(
        &self,
        caller: Option<&str>,
        facts: &Facts,
        object: Option<&Object>,
    ) -> bool {
        let values = facts.values(&self.key, caller, object);
        if matches!(self.how, How::Null) {
            let wants_none = self.wanted.iter().any(|text| text == "true");
            return values.is_empty() == wants_none;
        }
        if values.is_empty() {
            return self.if_exists || self.all || self.not;
        }
        let meets = |value: &String| {
            self.wanted.iter().any(|wanted| self.compares(value, wanted)) != self.not
        };
        if self.all || self.not { values.iter().all(meets) } else { values.iter().any(meets) }
    }

    fn compares(&self, value: &str, wanted: &str) -> bool {
        let both = |read: fn(&str) -> Option<f64>, compare: fn(f64, f64) -> bool| {
            read(value).zip(read(wanted)).is_some_and(|(value, wanted)| compare(value, wanted))
        };
        match self.how {
            How::Equals => value == wanted,
            How::EqualsIgnoringCase => value.to_lowercase() == wanted.to_lowercase(),
            How::Like => like(wanted, value),
            How::Number(compare) => both(|text| text.parse().ok(), compare),
            How::Date(compare) => both(seconds, compare),
            How::Bool => value.eq_ignore_ascii_case(wanted),
            How::Address => within(value, wanted),
            How::Null => false,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds fit")]
fn seconds(text: &str) -> Option<f64> {
    let date = text.parse::<jiff::Timestamp>().ok().map(|time| time.as_second() as f64);
    date.or_else(|| text.parse().ok())
}

/// Whether an address is in a network such as `10.0.0.0/8`.
fn within(address: &str, network: &str) -> bool {
    let (base, bits) = network.split_once('/').unwrap_or((network, ""));
    let (Ok(address), Ok(base)) = (address.parse::<IpAddr>(), base.parse::<IpAddr>()) else {
        return false;
    };
    let cut = |value: u128, width: u32, bits: u32| value.checked_shr(width - bits).unwrap_or(0);
    let (address, base, width) = match (address.to_canonical(), base.to_canonical()) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return false,
    };
    let bits = if bits.is_empty() { Some(width) } else { bits.parse().ok() };
    bits.filter(|bits| *bits <= width)
        .is_some_and(|bits| cut(address, width, bits) == cut(base, width, bits))
}
