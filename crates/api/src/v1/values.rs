//! Answers are read from JSON by what they mean, not by how a year of v1 wrote them: a number may
//! come as text, a text as a number, a map with nothing in it as `[]`.
//!
//! What has no such meaning is an error that names the place. Nothing here knows a call.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::{Money, Secret, Time};

/// What a call answers, or a part of it.
pub trait Answer: Sized {
    /// The key that tells which one it is: where a map of such things was asked for a single one,
    /// v1 answers the thing itself. Empty: there is none.
    const ID: &'static str = "";

    /// Reads it from JSON; an answer without a body is null.
    ///
    /// # Errors
    /// When it means something else.
    fn read(value: Value) -> Result<Self, Unexpected>;

    /// What stands for it where its key is missing; none: it must not be missing.
    fn absent() -> Option<Self> {
        None
    }

    /// Whether v1 writes so that there is none.
    fn is_unset(value: &Value) -> bool {
        value.is_null()
    }
}

/// What stood in an answer in the place of something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexpected {
    /// Where: `576965.v6_networks[0].v6_network`; empty: the answer as a whole.
    pub at: String,
    /// What was expected.
    pub wanted: &'static str,
    /// What was found.
    pub found: String,
}

impl Unexpected {
    pub(crate) fn new(wanted: &'static str, found: &Value) -> Self {
        let text = if found.is_null() { "nothing".to_owned() } else { found.to_string() };
        let found = match text.char_indices().nth(60) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        Self { at: String::new(), wanted, found }
    }

    /// The same, seen from what holds the place by the name of `key`.
    pub(crate) fn below(self, key: &str) -> Self {
        let dot = if self.at.is_empty() || self.at.starts_with('[') { "" } else { "." };
        Self { at: format!("{key}{dot}{}", self.at), ..self }
    }
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.as_str() {
            "" => write!(f, "expected {}, found {}", self.wanted, self.found),
            at => write!(f, "`{at}`: expected {}, found {}", self.wanted, self.found),
        }
    }
}

impl std::error::Error for Unexpected {}

/// Things by their numbers.
pub type ByNumber<T> = BTreeMap<u64, T>;
/// Things by those ids that are words.
pub type ById<T> = BTreeMap<String, T>;

/// What tells the things of a map apart.
pub trait Key: Ord + Sized {
    /// The id in a key of JSON.
    fn parse(text: &str) -> Option<Self>;
}

impl Key for u64 {
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Key for String {
    fn parse(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// The fields of an object, as long as they are not taken.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn of(value: Value) -> Result<Self, Unexpected> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            other => Err(Unexpected::new("an object", &other)),
        }
    }

    pub(crate) fn take<T: Answer>(&mut self, key: &str) -> Result<T, Unexpected> {
        let read = match self.0.remove(key) {
            Some(value) => T::read(value),
            None => T::absent().ok_or_else(|| Unexpected::new("a value", &Value::Null)),
        };
        read.map_err(|e| e.below(key))
    }
}

impl Answer for Value {
    fn read(value: Value) -> Result<Self, Unexpected> {
        Ok(value)
    }
}

/// An action that was done: whatever JSON it may say, and nothing in almost all years.
impl Answer for () {
    fn read(_: Value) -> Result<Self, Unexpected> {
        Ok(())
    }
}

impl<T: Answer> Answer for Option<T> {
    fn read(value: Value) -> Result<Self, Unexpected> {
        if T::is_unset(&value) { Ok(None) } else { T::read(value).map(Some) }
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// A single one may stand bare in the place of a list.
impl<T: Answer> Answer for Vec<T> {
    fn read(value: Value) -> Result<Self, Unexpected> {
        match value {
            Value::Array(values) => {
                let read = |(n, value)| T::read(value).map_err(|e| e.below(&format!("[{n}]")));
                values.into_iter().enumerate().map(read).collect()
            }
            Value::Object(fields) if !T::ID.is_empty() && fields.contains_key(T::ID) => {
                Ok(vec![T::read(Value::Object(fields))?])
            }
            other => Err(Unexpected::new("a list", &other)),
        }
    }
}

/// With nothing in it, v1 writes an empty list; a single one may stand bare.
impl<K: Key, T: Answer> Answer for BTreeMap<K, T> {
    fn read(value: Value) -> Result<Self, Unexpected> {
        let fields = match value {
            Value::Object(fields) => fields,
            Value::Array(values) if values.is_empty() => return Ok(Self::new()),
            other => return Err(Unexpected::new("a map", &other)),
        };
        if let Some(id) = fields.get(T::ID) {
            let id = String::read(id.clone()).map_err(|e| e.below(T::ID))?;
            let one = T::read(Value::Object(fields))?;
            return Ok(Self::from([(key(&id).map_err(|e| e.below(T::ID))?, one)]));
        }
        let read = |(id, value): (String, Value)| {
            let one = T::read(value).map_err(|e: Unexpected| e.below(&id))?;
            Ok((key(&id).map_err(|e| e.below(&id))?, one))
        };
        fields.into_iter().map(read).collect()
    }
}

fn key<K: Key>(text: &str) -> Result<K, Unexpected> {
    K::parse(text).ok_or_else(|| Unexpected::new("an id", &text.into()))
}

impl Answer for String {
    fn read(value: Value) -> Result<Self, Unexpected> {
        match value {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            other => Err(Unexpected::new("a text", &other)),
        }
    }
    fn is_unset(value: &Value) -> bool {
        matches!(value, Value::Null | Value::Bool(false))
    }
}

impl Answer for Secret {
    fn read(value: Value) -> Result<Self, Unexpected> {
        String::read(value).map(Into::into)
    }
    fn is_unset(value: &Value) -> bool {
        String::is_unset(value)
    }
}

/// Whether v1 writes so that there is no number.
fn is_no_number(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

impl Answer for f64 {
    fn read(value: Value) -> Result<Self, Unexpected> {
        let read = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => {
                text.trim().parse().ok().filter(|number: &Self| number.is_finite())
            }
            _ => None,
        };
        read.ok_or_else(|| Unexpected::new("a number", &value))
    }
    fn is_unset(value: &Value) -> bool {
        is_no_number(value)
    }
}

impl Answer for u64 {
    fn read(value: Value) -> Result<Self, Unexpected> {
        let read = match &value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        read.ok_or_else(|| Unexpected::new("a whole number", &value))
    }
    fn is_unset(value: &Value) -> bool {
        is_no_number(value)
    }
}

impl Answer for Money {
    fn read(value: Value) -> Result<Self, Unexpected> {
        let read = match &value {
            Value::Number(_) => serde_json::from_value(value.clone()).ok(),
            // As JSON writes numbers, so does v1 in its texts.
            Value::String(text) => serde_json::from_str(text.trim()).ok(),
            _ => None,
        };
        read.ok_or_else(|| Unexpected::new("an amount", &value))
    }
    fn is_unset(value: &Value) -> bool {
        is_no_number(value)
    }
}

/// `yes` and `no`, `on` and `off`, 1 and 0, and what JSON has for it.
impl Answer for bool {
    fn read(value: Value) -> Result<Self, Unexpected> {
        let read = match &value {
            Value::Bool(yes) => Some(*yes),
            Value::Number(number) => match number.as_u64() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "yes" | "true" | "on" | "1" => Some(true),
                "no" | "false" | "off" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        };
        read.ok_or_else(|| Unexpected::new("\"yes\" or \"no\"", &value))
    }
    fn is_unset(value: &Value) -> bool {
        matches!(value, Value::Null) || value == ""
    }
}

/// `2014-07-18 15:31:01`, which is UTC.
impl Answer for Time {
    fn read(value: Value) -> Result<Self, Unexpected> {
        let text = value.as_str().map(|text| format!("{}Z", text.trim()));
        let read = text.and_then(|text| serde_json::from_value(text.into()).ok());
        read.ok_or_else(|| Unexpected::new("a date such as 2014-07-18 15:31:01", &value))
    }
    fn is_unset(value: &Value) -> bool {
        match value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty() || text.starts_with("0000-00-00"),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Thing(u64);

    impl Answer for Thing {
        const ID: &'static str = "SUBID";
        fn read(value: Value) -> Result<Self, Unexpected> {
            Fields::of(value)?.take("SUBID").map(Self)
        }
    }

    #[track_caller]
    fn wrong<T: Answer>(value: Value) -> String {
        T::read(value).err().expect("it should not be read").to_string()
    }

    #[test]
    fn numbers_come_as_numbers_and_as_texts() {
        assert_eq!(u64::read(json!("28")), Ok(28));
        assert_eq!(u64::read(json!(28)), Ok(28));
        assert_eq!(f64::read(json!("1.524")), Ok(1.524));
        assert_eq!(String::read(json!(80)).as_deref(), Ok("80"));
        assert_eq!(Money::read(json!("-1.50")), Money::read(json!(-1.5)));
        assert_eq!(wrong::<u64>(json!("x")), "expected a whole number, found \"x\"");
        assert_eq!(wrong::<u64>(json!(1.5)), "expected a whole number, found 1.5");
        assert!(wrong::<u64>(json!(-1)).ends_with("found -1"));
        assert!(wrong::<f64>(json!("NaN")).starts_with("expected a number"));
        assert!(wrong::<Money>(json!("much")).starts_with("expected an amount"));
    }

    #[test]
    fn flags_come_in_four_ways() {
        for yes in [json!(true), json!("yes"), json!("on"), json!("1"), json!(1)] {
            assert_eq!(bool::read(yes), Ok(true));
        }
        for no in [json!(false), json!("no"), json!("off"), json!("0"), json!(0)] {
            assert_eq!(bool::read(no), Ok(false));
        }
        assert_eq!(wrong::<bool>(json!("maybe")), "expected \"yes\" or \"no\", found \"maybe\"");
        assert_eq!(Option::<bool>::read(json!(false)), Ok(Some(false)));
    }

    #[test]
    fn dates_are_utc() {
        let time = Time::read(json!("2014-07-18 15:31:01")).expect("a date");
        assert_eq!(time.to_string(), "2014-07-18T15:31:01+00:00");
        assert_eq!(Option::<Time>::read(json!("0000-00-00 00:00:00")), Ok(None));
        assert!(wrong::<Time>(json!("yesterday")).ends_with("found \"yesterday\""));
    }

    #[test]
    fn what_is_not_set_is_written_in_several_ways() {
        for unset in [json!(null), json!(false), json!("")] {
            assert_eq!(Option::<u64>::read(unset.clone()), Ok(None));
            assert_eq!(Option::<Time>::read(unset), Ok(None));
        }
        assert_eq!(Option::<String>::read(json!(false)), Ok(None));
        assert_eq!(Option::<String>::read(json!("")), Ok(Some(String::new())));
        let mut fields = Fields::of(json!({})).expect("an object");
        assert_eq!(fields.take::<Option<u64>>("later"), Ok(None));
        let missing = fields.take::<u64>("SUBID").expect_err("there is none").to_string();
        assert_eq!(missing, "`SUBID`: expected a value, found nothing");
    }

    #[test]
    fn maps_may_be_empty_lists_or_a_single_thing() {
        let ids = |value| -> Vec<(u64, u64)> {
            let map = ByNumber::<Thing>::read(value).expect("a map");
            map.into_iter().map(|(id, thing)| (id, thing.0)).collect()
        };
        assert_eq!(ids(json!([])), []);
        assert_eq!(
            ids(json!({ "7": { "SUBID": "7" }, "10": { "SUBID": 10 } })),
            [(7, 7), (10, 10)]
        );
        assert_eq!(ids(json!({ "SUBID": "7", "os": "x" })), [(7, 7)]);
        assert_eq!(wrong::<ByNumber<Thing>>(json!([1])), "expected a map, found [1]");
        assert_eq!(
            wrong::<ByNumber<Thing>>(json!({ "x": { "SUBID": 1 } })),
            "`x`: expected an id, found \"x\""
        );
        let list = Vec::<Thing>::read(json!({ "SUBID": 7 })).expect("a list of one");
        assert_eq!(list.len(), 1);
        assert_eq!(wrong::<Vec<u64>>(json!({ "a": 1 })), "expected a list, found {\"a\":1}");
    }

    #[test]
    fn an_error_names_the_place() {
        let wrong = wrong::<ById<Vec<Thing>>>(json!({ "7": [{ "SUBID": 7 }, { "SUBID": "x" }] }));
        assert_eq!(wrong, "`7[1].SUBID`: expected a whole number, found \"x\"");
    }
}
