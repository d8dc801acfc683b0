//! What everything costs, as people read it.

use std::fmt::{Arguments, Write};

use super::binary::{all_bytes, by_size};
use super::{Cost, Family};

/// The table by family, then what is no family's, then the seconds. With an earlier cost, how much
/// of it is left stands beside the figures: 0.5 is half.
pub fn table(cost: &Cost, before: Option<&Cost>) -> String {
    let mut text = String::new();
    line(
        &mut text,
        format_args!(
            "{:20} {:>4} {:>6} {:>6} {:>6} {:>8} {:>9} {:>8}",
            "family", "ops", "api", "group", "tests", "lines/op", "bytes", "bytes/op"
        ),
    );
    let total = (cost.total(), before.map(Cost::total));
    for (name, family) in &cost.families {
        let before = before.and_then(|before| before.families.get(name));
        row(&mut text, name, family, before);
    }
    row(&mut text, "all", &total.0, total.1.as_ref());
    let shared: usize = cost.shared.values().sum();
    let names: Vec<String> =
        cost.shared.iter().map(|(name, lines)| format!("{name} {lines}")).collect();
    line(&mut text, format_args!("\nLines of no family: {shared}\n  {}", names.join(", ")));
    if let Some(bytes) = all_bytes(cost) {
        let was = before.and_then(all_bytes);
        let left = left(bytes as f64, was.map(|bytes| bytes as f64));
        let each = bytes / total.0.operations.max(1) as u64;
        line(
            &mut text,
            format_args!(
                "\nMachine code: {bytes} bytes{left}, {each} an operation; of no family, by crate:"
            ),
        );
        for (name, bytes) in by_size(&cost.unattributed) {
            line(&mut text, format_args!("  {name:20} {bytes:>9}"));
        }
    }
    if !cost.seconds.is_empty() {
        let sum = |cost: &Cost| cost.seconds.values().sum::<f64>();
        let was = before.map(sum);
        let left = left(sum(cost), was);
        line(&mut text, format_args!("\nBuilding: {:.1} s in our crates{left}", sum(cost)));
        for (name, seconds) in &cost.seconds {
            let was = before.and_then(|before| before.seconds.get(name)).copied();
            let left = self::left(*seconds, was);
            line(&mut text, format_args!("  {name:20} {seconds:>7.1}{left}"));
        }
    }
    text
}

fn row(text: &mut String, name: &str, family: &Family, before: Option<&Family>) {
    let each = |family: &Family| family.lines() as f64 / family.operations as f64;
    let bytes_each = |family: &Family| Some(family.bytes? as f64 / family.operations as f64);
    let told = |figure: Option<String>| figure.unwrap_or_else(|| "-".to_owned());
    let mut said = format!(
        "{name:20} {:>4} {:>6} {:>6} {:>6} {:>8.1} {:>9} {:>8}",
        family.operations,
        family.api,
        family.group,
        family.tests,
        each(family),
        told(family.bytes.map(|bytes| bytes.to_string())),
        told(bytes_each(family).map(|bytes| format!("{bytes:.0}"))),
    );
    if let Some(before) = before {
        said += &format!("  lines/op{}", left(each(family), Some(each(before))));
        let bytes = bytes_each(family).map(|now| left(now, bytes_each(before)));
        let bytes = bytes.filter(|left| !left.is_empty());
        said += &bytes.map_or(String::new(), |left| format!(", bytes/op{left}"));
    }
    line(text, format_args!("{said}"));
}

/// How much of an earlier figure this one is.
fn left(now: f64, before: Option<f64>) -> String {
    before.filter(|before| *before > 0.0).map_or(String::new(), |b| format!(" x {:.2}", now / b))
}

fn line(text: &mut String, line: Arguments<'_>) {
    writeln!(text, "{line}").expect("a text takes all that is written");
}
