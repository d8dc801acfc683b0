//! Amounts of money in US dollars: decimals, never floats.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use crate::form::Form;
use crate::wire::{Given, Wire, Wrong, for_serde};

/// US dollars. On the wire a JSON number, without fraction where it has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(pub Decimal);

impl From<Decimal> for Money {
    fn from(amount: Decimal) -> Self {
        Self(amount)
    }
}

impl Wire for Money {
    const FORM: &'static Form = &Form::Number(None);
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        let number = f64::read(given)?;
        // A float is sure of 15 digits, and what follows is noise.
        Decimal::from_f64(number)
            .and_then(|amount| amount.round_sf(15))
            .map(|amount| Self(amount.normalize()))
            .ok_or_else(|| Wrong::new(format!("{number} is no amount of money")))
    }
    fn write(&self, out: &mut Vec<u8>) {
        match self.0.is_integer().then(|| self.0.to_i64()).flatten() {
            Some(whole) => whole.write(out),
            // By way of its text: `to_f64` is off by a little, and shows it in the last digits.
            None => self.0.to_string().parse::<f64>().unwrap_or_default().write(out),
        }
    }
}

for_serde!(Money);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_amount_survives_the_journey(units in -1_000_000_000_000_i64..1_000_000_000_000) {
            let money = Money(Decimal::new(units, 4).normalize());
            let text = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(&text, &money.0.to_string());
            prop_assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), money);
        }
    }

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
