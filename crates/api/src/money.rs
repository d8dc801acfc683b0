//! Amounts of money in US dollars: decimals, never floats.

use std::borrow::Cow;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// US dollars. On the wire a JSON number, without fraction where it has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(pub Decimal);

impl From<Decimal> for Money {
    fn from(amount: Decimal) -> Self {
        Self(amount)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.is_integer().then(|| self.0.to_i64()).flatten() {
            Some(whole) => serializer.serialize_i64(whole),
            // Up to 15 digits a float prints as the decimal it came from.
            None => serializer.serialize_f64(self.0.to_f64().unwrap_or_default()),
        }
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Decimal::from_f64(number)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format!("{number} is no amount of money")))
    }
}

impl schemars::JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "description": "US dollars." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_it_was_written() {
        for text in ["0", "5", "2.5", "0.007", "-12.34", "1234567.89"] {
            let money: Money = serde_json::from_str(text).unwrap();
            assert_eq!(money.0.to_string(), text);
            assert_eq!(serde_json::to_string(&money).unwrap(), text);
        }
        assert_eq!(serde_json::to_string(&Money(Decimal::new(500, 2))).unwrap(), "5");
    }
}
