//! Values as people read them. Names tell the units: the API has one unit for one name.

use serde_json::Value;

use crate::money;
use crate::text::clean;

/// What a number is a number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Dollars,
    Bytes,
    Megabytes,
    Gigabytes,
    Terabytes,
}

/// Each step is 1024 of the one before.
const SIZES: &[&str] = &["B", "kB", "MB", "GB", "TB", "PB"];

/// What the numbers in these fields are numbers of.
const UNITS: &[(Unit, &[&str])] = &[
    (
        Unit::Dollars,
        &[
            "amount",
            "archive_disk_gb_price",
            "balance",
            "bw_gb_price",
            "charges",
            "cost",
            "disk_gb_price",
            "hourly_cost",
            "input_cost",
            "hourly_cost_preemptible",
            "last_payment_amount",
            "monthly",
            "monthly_cost",
            "monthly_cost_preemptible",
            "monthly_price",
            "next_invoice_price",
            "overage_cost",
            "overage_unit_cost",
            "pending_charges",
            "price",
            "price_hr",
            "total",
            "unit_price",
        ],
    ),
    (Unit::Bytes, &["compressed_size", "incoming_bytes", "outgoing_bytes", "size", "total_size"]),
    (Unit::Megabytes, &["memory_mb", "plan_ram", "ram"]),
    (
        Unit::Gigabytes,
        &[
            "allowed_bandwidth",
            "bandwidth",
            "disk",
            "disk_gb",
            "gb",
            "gb_in",
            "gb_out",
            "gpu_vram_gb",
            "plan_disk",
            "size_gb",
        ],
    ),
    (Unit::Terabytes, &["bandwidth_tb"]),
];

/// Whether nothing is there.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A value in one line, as the API has it.
pub fn raw(value: &Value) -> String {
    one_line(value, &plain)
}

/// A value in one line, as people read it: `name` is its field's.
pub fn readable(name: &str, value: &Value) -> String {
    one_line(value, &|value| scalar(name, value))
}

fn one_line(value: &Value, scalar: &dyn Fn(&Value) -> String) -> String {
    match value {
        Value::Object(fields) if fields.is_empty() => String::new(),
        Value::Array(items) if items.iter().all(|i| !i.is_object() && !i.is_array()) => {
            clean(&items.iter().map(scalar).collect::<Vec<_>>().join(","))
        }
        Value::Object(_) | Value::Array(_) => clean(&value.to_string()),
        value => clean(&scalar(value)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn unit(name: &str) -> Option<Unit> {
    UNITS.iter().find(|(_, names)| names.contains(&name)).map(|(unit, _)| *unit)
}

/// Whether a price stands in the field of that name, be it as a text.
pub(crate) fn is_price(name: &str) -> bool {
    unit(name) == Some(Unit::Dollars)
}

/// The number that a text stands for, in the unit of the field of that name: `4`, `4 GB`, `$1,500.00`.
pub(crate) fn number(name: &str, text: &str) -> Option<f64> {
    let read = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    if let Some(plain) = read(text) {
        return Some(plain);
    }
    let step = match unit(name)? {
        Unit::Dollars => return read(&text.replacen('$', "", 1).replace(',', "")),
        unit => unit.step(),
    };
    let (digits, size) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let given = SIZES.iter().position(|s| s.eq_ignore_ascii_case(size))?;
    let exponent = i32::try_from(given).ok()? - i32::try_from(step).ok()?;
    Some(read(digits.trim_end())? * 1024_f64.powi(exponent))
}

impl Unit {
    /// Its place in [`SIZES`].
    fn step(self) -> usize {
        match self {
            Self::Dollars | Self::Bytes => 0,
            Self::Megabytes => 2,
            Self::Gigabytes => 3,
            Self::Terabytes => 4,
        }
    }
}

fn scalar(name: &str, value: &Value) -> String {
    match (value, unit(name)) {
        (Value::Bool(true), _) => "yes".to_owned(),
        (Value::Bool(false), _) => "no".to_owned(),
        (Value::Number(number), Some(unit)) => amount(&number.to_string(), unit),
        // Some prices are texts.
        (Value::String(text), Some(Unit::Dollars)) if text.parse::<f64>().is_ok() => {
            amount(text, Unit::Dollars)
        }
        (Value::String(text), _) if is_time(name) => time(text).unwrap_or_else(|| text.clone()),
        _ => plain(value),
    }
}

fn amount(number: &str, unit: Unit) -> String {
    if unit == Unit::Dollars {
        return money::price(number);
    }
    let step = unit.step();
    let Ok(mut size) = number.parse::<f64>() else { return number.to_owned() };
    let mut unit = step;
    // From bytes to what can be read; what is given in larger units keeps its value to the last digit.
    let is_round = |size: f64| step == 0 || (size / 1024.0 * 10.0).fract() == 0.0;
    while size.abs() >= 1024.0 && is_round(size) && unit + 1 < SIZES.len() {
        size /= 1024.0;
        unit += 1;
    }
    let digits = format!("{size:.1}");
    let digits = if unit == step { number } else { digits.strip_suffix(".0").unwrap_or(&digits) };
    format!("{digits} {}", SIZES[unit])
}

fn is_time(name: &str) -> bool {
    name.contains("date")
        || name.contains("timestamp")
        || name.ends_with("_at")
        || name == "last_activity"
}

/// Seconds since 1970, or a text: `2026-11-21T09:30:00+00:00` is `2026-11-21 09:30`; other zones stay as they are.
fn time(text: &str) -> Option<String> {
    if let Ok(seconds) = text.parse() {
        let time = jiff::Timestamp::from_second(seconds).ok()?;
        return Some(time.strftime("%Y-%m-%d %H:%M").to_string());
    }
    let utc = text.strip_suffix("+00:00").or_else(|| text.strip_suffix('Z'))?;
    let (date, clock) = utc.split_once('T')?;
    let is_digits =
        |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = date.split('-').chain(clock.split(':')).collect();
    let is_whole = parts.iter().zip([4, 2, 2, 2, 2]).all(|(part, length)| is_digits(part, length));
    (parts.len() == 6 && is_whole).then(|| format!("{date} {}:{}", parts[3], parts[4]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn money_sizes_times_and_flags_are_readable() {
        for (name, value, shown) in [
            ("monthly_cost", json!(5), "$5.00"),
            ("hourly_cost", json!(0.007), "$0.007"),
            ("pending_charges", json!(0.5), "$0.50"),
            ("balance", json!(-10.25), "-$10.25"),
            ("price", json!("2.5"), "$2.50"),
            ("monthly_cost", json!(12345), "$12,345.00"),
            ("price", json!("free"), "free"),
            ("ram", json!(512), "512 MB"),
            ("ram", json!(4096), "4 GB"),
            ("ram", json!(1536), "1.5 GB"),
            ("ram", json!("32768 MB"), "32768 MB"),
            ("disk", json!(25), "25 GB"),
            ("disk", json!(1500), "1500 GB"),
            ("bandwidth", json!(2048), "2 TB"),
            ("size", json!(8_421_933_056_u64), "7.8 GB"),
            ("size", json!(0), "0 B"),
            ("bandwidth_tb", json!(0.5), "0.5 TB"),
            ("enabled", json!(true), "yes"),
            ("enabled", json!(false), "no"),
            ("date_created", json!("2026-11-21T09:30:00+00:00"), "2026-11-21 09:30"),
            ("date_created", json!("2026-11-21T09:30:00+02:00"), "2026-11-21T09:30:00+02:00"),
            ("date_created", json!("0000-00-00"), "0000-00-00"),
            ("timestamp_start", json!("1790812800"), "2026-10-01 00:00"),
            ("label", json!("2026-11-21T09:30:00+00:00"), "2026-11-21T09:30:00+00:00"),
            ("nodes", json!(2), "2"),
            ("tags", json!(["a", "b"]), "a,b"),
            ("any", json!({"a": 1}), r#"{"a":1}"#),
            ("any", json!(null), ""),
        ] {
            assert_eq!(readable(name, &value), shown, "{name} {value}");
        }
        assert_eq!(raw(&json!(0.007)), "0.007");
        assert_eq!(raw(&json!(true)), "true");
    }

    #[test]
    fn each_name_with_a_unit_is_a_fields() {
        let document = api::openapi::document("").to_string();
        for name in UNITS.iter().flat_map(|(_, names)| *names) {
            assert!(document.contains(&format!("\"{name}\":{{")), "{name}");
        }
    }

    #[test]
    fn nothing_is_empty_but_what_holds_nothing() {
        for value in [json!(null), json!(""), json!([]), json!({}), json!({"a": "", "b": []})] {
            assert!(is_empty(&value), "{value}");
        }
        for value in [json!(0), json!(false), json!("x"), json!({"a": {"b": 0}})] {
            assert!(!is_empty(&value), "{value}");
        }
    }
}
