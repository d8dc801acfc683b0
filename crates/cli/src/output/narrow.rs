//! `--filter` and `--sort`: on this side, after all pages are here.

use std::cmp::Ordering;

use presentation::columns::{Kind, Way};
use serde_json::Value;

/// The signs between a field and a value; those that begin like another stand before it.
const SIGNS: &[(&str, Test)] = &[
    ("!=", Test::Not),
    ("!~", Test::Without),
    ("<=", Test::AtMost),
    (">=", Test::AtLeast),
    ("=", Test::Is),
    ("~", Test::Contains),
    ("<", Test::Below),
    (">", Test::Above),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Is,
    Not,
    Contains,
    Without,
    Below,
    Above,
    AtMost,
    AtLeast,
}

/// One `--filter`.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    ways: Vec<Way>,
    test: Test,
    value: String,
    /// Whether it is compared with numbers.
    numeric: bool,
}

/// One field of `--sort`.
#[derive(Debug, Clone)]
pub(super) struct Key {
    ways: Vec<Way>,
    descending: bool,
}

impl Filter {
    /// Reads `FIELD=VALUE` and its like.
    ///
    /// # Errors
    /// Where there is no sign, or no such field.
    pub(super) fn parse(kind: &Kind, text: &str) -> Result<Self, String> {
        let found = SIGNS.iter().filter_map(|(sign, test)| Some((text.find(sign)?, sign, *test)));
        // The first sign counts: the value may have others. Of two at one place the longer one.
        let first = found.min_by_key(|(place, sign, _)| (*place, usize::MAX - sign.len()));
        let Some((place, sign, test)) = first else {
            return Err(format!(
                "`{text}` is not FIELD=VALUE, nor has it one of != ~ !~ < <= > >="
            ));
        };
        let column = kind.column(text[..place].trim())?;
        let value = &text[place + sign.len()..];
        let value = match test {
            Test::Contains | Test::Without => value.to_owned(),
            // What has no value.
            Test::Is | Test::Not if value.is_empty() => String::new(),
            _ => kind.comparable(&column, value)?,
        };
        let numeric = kind.is_numeric(&column) && !value.is_empty();
        Ok(Self { ways: column.ways().to_vec(), test, value, numeric })
    }

    /// Whether the thing stays. Of a list, one item is enough.
    pub(super) fn keeps(&self, thing: &Value) -> bool {
        let values = leaves(&self.ways, thing);
        let any = |test: &dyn Fn(&Value) -> bool| match values[..] {
            [] => test(&Value::Null),
            ref values => values.iter().any(|value| test(value)),
        };
        let order = |wanted: &dyn Fn(Ordering) -> bool| {
            any(&|value| !is_nothing(value) && wanted(compare(value, &self.value)))
        };
        let is = |value: &Value| match self.numeric {
            // Some prices are texts.
            true => compare(value, &self.value).is_eq(),
            false => is(value, &self.value),
        };
        match self.test {
            Test::Is => any(&is),
            Test::Not => !any(&is),
            Test::Contains => any(&|value| contains(value, &self.value)),
            Test::Without => !any(&|value| contains(value, &self.value)),
            Test::Below => order(&Ordering::is_lt),
            Test::Above => order(&Ordering::is_gt),
            Test::AtMost => order(&Ordering::is_le),
            Test::AtLeast => order(&Ordering::is_ge),
        }
    }
}

impl Key {
    /// Reads `FIELD` or `-FIELD`.
    ///
    /// # Errors
    /// Where there is no such field.
    pub(super) fn parse(kind: &Kind, text: &str) -> Result<Self, String> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        Ok(Self { ways: kind.column(name)?.ways().to_vec(), descending })
    }
}

/// Sorts by the keys, the first one first. What has no value stands last in either direction.
pub(super) fn sort(items: &mut [Value], keys: &[Key]) {
    items.sort_by(|a, b| {
        let orders = keys.iter().map(|key| {
            let first = |thing| leaves(&key.ways, thing).into_iter().find(|v| !is_nothing(v));
            match (first(a), first(b)) {
                (Some(a), Some(b)) => {
                    let order = compare(a, &text(b));
                    if key.descending { order.reverse() } else { order }
                }
                (a, b) => a.is_none().cmp(&b.is_none()),
            }
        });
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
}

/// The values at the ways, lists taken apart.
fn leaves<'a>(ways: &[Way], thing: &'a Value) -> Vec<&'a Value> {
    let values = ways.iter().flat_map(|way| way.values(thing));
    let leaf = |value: &'a Value| match value {
        Value::Array(items) => items.iter().collect(),
        value => vec![value],
    };
    values.flat_map(leaf).collect()
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || *value == ""
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Bool(true) => matches!(wanted, "true" | "yes"),
        Value::Bool(false) => matches!(wanted, "false" | "no"),
        Value::Number(_) => compare(value, wanted).is_eq(),
        value => text(value) == wanted,
    }
}

fn contains(value: &Value, wanted: &str) -> bool {
    text(value).to_lowercase().contains(&wanted.to_lowercase())
}

/// Numbers as numbers, texts as texts, whether large or small.
fn compare(value: &Value, other: &str) -> Ordering {
    let own = text(value);
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    match (number(&own), number(other)) {
        (Some(own), Some(other)) => own.total_cmp(&other),
        _ => own.to_lowercase().cmp(&other.to_lowercase()).then_with(|| own.as_str().cmp(other)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use presentation::operations;

    fn plans() -> Kind {
        let all = operations::with_own();
        Kind::of(all.iter().find(|o| o.op.id == "list-plans").unwrap(), &all)
    }

    fn kept(filter: &str) -> Vec<u64> {
        let filter = Filter::parse(&plans(), filter).unwrap();
        let items = [
            json!({"n": 0, "id": "a", "ram": 512, "monthly_cost": 2.5, "locations": ["ewr", "ams"], "deploy_ondemand": true}),
            json!({"n": 1, "id": "b=c", "ram": 16384, "monthly_cost": 20, "locations": [], "deploy_ondemand": false}),
            json!({"n": 2, "id": "", "ram": 2048, "locations": ["fra"]}),
        ];
        items.iter().filter(|i| filter.keeps(i)).map(|i| i["n"].as_u64().unwrap()).collect()
    }

    #[test]
    fn filters_compare_texts_numbers_flags_and_lists() {
        for (filter, wanted) in [
            ("id=a", vec![0]),
            ("id=b=c", vec![1]),
            ("id!=a", vec![1, 2]),
            ("id=", vec![2]),
            ("ram=512.0", vec![0]),
            ("ram>1024", vec![1, 2]),
            ("ram<=2048", vec![0, 2]),
            ("ram=16 GB", vec![1]),
            ("ram!=16GB", vec![0, 2]),
            ("ram>=2gb", vec![1, 2]),
            ("ram<=512 MB", vec![0]),
            ("ram<1TB", vec![0, 1, 2]),
            ("monthly_cost<10", vec![0]),
            ("monthly_cost<$10", vec![0]),
            ("monthly_cost=$2.50", vec![0]),
            ("monthly_cost>=2.5", vec![0, 1]),
            ("locations=ams", vec![0]),
            ("locations!=ams", vec![1, 2]),
            ("locations~FR", vec![2]),
            ("locations!~r", vec![1]),
            ("deploy_ondemand=yes", vec![0]),
            ("deploy_ondemand=false", vec![1]),
            ("vcpus=", vec![0, 1, 2]),
        ] {
            assert_eq!(kept(filter), wanted, "{filter}");
        }
        let wrong = |text| Filter::parse(&plans(), text).unwrap_err();
        assert!(wrong("ram").contains("`ram` is not FIELD=VALUE"));
        assert_eq!(wrong("ram>=much"), "`much` is no number, as `ram` is");
        assert_eq!(wrong("ram=4 XB"), "`4 XB` is no number, as `ram` is");
        assert_eq!(wrong("ram<"), "`` is no number, as `ram` is");
        assert_eq!(wrong("vcpu_count=4GB"), "`4GB` is no number, as `vcpu_count` is");
        assert!(wrong("rma=1").starts_with("there is no field `rma`; there are id, name"));
    }

    #[test]
    fn sorting_takes_numbers_for_numbers_and_keeps_what_is_missing_for_the_end() {
        let mut items = vec![
            json!({"id": "b", "ram": 9, "type": "x"}),
            json!({"id": "A", "ram": 10, "type": "x"}),
            json!({"id": "c", "type": ""}),
            json!({"id": "d", "ram": 9.5, "type": "y"}),
        ];
        let mut sorted = |keys: &[&str]| {
            let keys: Vec<Key> = keys.iter().map(|k| Key::parse(&plans(), k).unwrap()).collect();
            sort(&mut items, &keys);
            items.iter().map(|i| i["id"].as_str().unwrap()).collect::<String>()
        };
        assert_eq!(sorted(&["ram"]), "bdAc");
        assert_eq!(sorted(&["-ram"]), "Adbc");
        assert_eq!(sorted(&["id"]), "Abcd");
        assert_eq!(sorted(&["-type", "-id"]), "dbAc");
    }
}
