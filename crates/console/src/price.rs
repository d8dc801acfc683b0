//! What a thing will cost a month, before anybody presses a button: from the prices that the catalogue's
//! operations show, and from nothing else. What no operation shows a price of is said to have none shown.

use maud::{Markup, html};
use presentation::money;
use presentation::operations::Operation;
use serde_json::{Map, Value};

use crate::choices::{Choice, Choices};
use crate::form::read::text;

/// A share of a plan's price: of its backups.
const BACKUPS: f64 = 0.2;

/// A line of what a thing costs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// Dollars a month; none where no operation shows it.
    pub(crate) price: Option<f64>,
}

/// The price that a listed thing has in a region, in dollars a month.
pub(crate) fn monthly(item: &Value, region: &str) -> Option<f64> {
    let there = item["location_cost"]
        .get(region)
        .and_then(|cost| number(cost).or_else(|| number(&cost["monthly_cost"])));
    let names = ["cost", "monthly_cost", "monthly_price", "price"];
    let own = names.iter().find_map(|name| number(&item[*name]));
    there.or(own).or_else(|| number(&item["billing"]["monthly"]))
}

/// A price; some are texts.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// A plan's prices for a script: `5 sao:6.5`, the usual one first.
pub(crate) fn costs(item: &Value) -> String {
    let usual = monthly(item, "").map(|cost| cost.to_string()).unwrap_or_default();
    let others = item["location_cost"].as_object().into_iter().flatten();
    let others =
        others.filter_map(|(region, _)| Some(format!(" {region}:{}", monthly(item, region)?)));
    usual + &others.collect::<String>()
}

/// Dollars, or nothing where nobody says.
pub(crate) fn money_or_none(dollars: Option<f64>) -> String {
    dollars.map(money::sum).unwrap_or_default()
}

/// What stands beside a choice: its price.
pub(crate) fn beside(choice: &Choice, region: &str) -> String {
    monthly(&choice.item, region)
        .map(|cost| format!(", {} a month", money::sum(cost)))
        .unwrap_or_default()
}

/// Operations that make what costs something of which no operation shows the price.
const UNPRICED: &[&str] = &[
    "create-block",
    "create-inference",
    "create-load-balancer",
    "create-nat-gateway",
    "create-pull-zone",
    "create-push-zone",
    "create-reserved-ip",
    "create-storage-gateway",
    "convert-reserved-ip",
];

/// Fields that a price may follow from.
const PRICED: &[&str] = &["plan", "tier_id", "storage_size", "node_pools"];

/// Whether a price may be known once the form is filled in.
pub(crate) fn may_have(operation: &Operation, schema: &Value) -> bool {
    let known = |name: &&str| schema.pointer(&format!("/properties/{name}")).is_some();
    !operation.reads() && PRICED.iter().any(known)
}

/// Whether it costs something that no operation tells.
pub(crate) fn is_unpriced(operation: &Operation, lines: &[Line]) -> bool {
    lines.is_empty() && UNPRICED.contains(&operation.op.id)
}

/// What a form's values will cost, line by line.
pub(crate) fn lines(
    operation: &Operation,
    values: &Map<String, Value>,
    choices: &Choices,
    region: &str,
) -> Vec<Line> {
    let mut lines = Vec::new();
    let count = values.get("node_quantity").and_then(Value::as_f64);
    if let Some(plan) = values.get("plan").and_then(|plan| choices.chosen("plan", plan)) {
        let price = monthly(&plan.item, region);
        lines.push(plan_line(plan, price, region, count));
        if values.get("backups").is_some_and(|word| word == "enabled") {
            let text = "Backups, 20 %".to_owned();
            lines.push(Line { text, price: price.map(|price| price * BACKUPS) });
        }
    }
    for pool in values.get("node_pools").and_then(Value::as_array).into_iter().flatten() {
        let Some(plan) = choices.chosen("plan", &pool["plan"]) else { continue };
        let count = pool["node_quantity"].as_f64().or(Some(1.0));
        lines.push(plan_line(plan, monthly(&plan.item, region), region, count));
    }
    if let Some(tier) = values.get("tier_id").and_then(|tier| choices.chosen("tier_id", tier)) {
        lines.push(Line { text: tier.text.clone(), price: monthly(&tier.item, region) });
    }
    lines.extend(storage(values, choices));
    for (name, text) in
        [("ddos_protection", "DDoS protection"), ("ha_controlplanes", "Several control planes")]
    {
        if values.get(name).is_some_and(|on| *on == true) && !lines.is_empty() {
            lines.push(Line { text: text.to_owned(), price: None });
        }
    }
    for device in values.get("block_devices").and_then(Value::as_array).into_iter().flatten() {
        let size = device.get("disk_size").map(text).unwrap_or_default();
        if !size.is_empty() && operation.group.name == "instance" {
            lines.push(Line { text: format!("Volume, {size} GB"), price: None });
        }
    }
    lines
}

fn plan_line(plan: &Choice, price: Option<f64>, region: &str, count: Option<f64>) -> Line {
    let place = if region.is_empty() { String::new() } else { format!(" in {region}") };
    let several = count.filter(|count| *count > 1.0);
    let times = several.map(|count| format!("{count} × ")).unwrap_or_default();
    let price = price.map(|price| price * several.unwrap_or(1.0));
    Line { text: format!("{times}{}{place}", plan.value), price }
}

/// A file system, by its size and medium, in its region.
fn storage(values: &Map<String, Value>, choices: &Choices) -> Option<Line> {
    let size = values.get("storage_size")?.get("gb")?.as_f64()?;
    let region = choices.chosen("region", values.get("region")?)?;
    let medium = values.get("disk_type").and_then(Value::as_str).unwrap_or("nvme");
    let each = region.item["price_per_gb"].get(medium)?.as_f64();
    Some(Line { text: format!("{size} GB {medium}"), price: each.map(|each| each * size) })
}

/// The sum, and what it is made of.
pub(crate) fn shown(lines: &[Line], is_unpriced: bool) -> Markup {
    let sum: f64 = lines.iter().filter_map(|line| line.price).sum();
    let all = lines.iter().all(|line| line.price.is_some());
    html! {
        @if !lines.is_empty() {
            div {
                h2.over { "Price" }
                div.price {
                    (money::sum(sum)) " " small { "a month" }
                }
            }
            ul.lines {
                @for line in lines {
                    li { span { (line.text) } span {
                        @match line.price {
                            Some(price) => { (money::sum(price)) },
                            None => { span.muted { "no price shown" } },
                        }
                    } }
                }
                li { span { "Together" } span { (money::sum(sum)) } }
            }
            @if !all { p.hint { "What no operation shows a price of is not in it." } }
        } @else if is_unpriced {
            p.hint { "No operation of the API shows what this costs." }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_price_is_that_of_the_region_or_what_the_thing_says_itself() {
        let plan =
            json!({"monthly_cost": 5, "location_cost": {"sao": {"monthly_cost": 6.5}, "mex": 7}});
        assert_eq!((monthly(&plan, ""), monthly(&plan, "ewr")), (Some(5.0), Some(5.0)));
        assert_eq!((monthly(&plan, "sao"), monthly(&plan, "mex")), (Some(6.5), Some(7.0)));
        assert_eq!(costs(&plan), "5 sao:6.5 mex:7");
        for thing in [
            json!({"cost": 3}),
            json!({"monthly_price": "3.00"}),
            json!({"price": 3.0}),
            json!({"billing": {"charges": 1, "monthly": 3}}),
        ] {
            assert_eq!(monthly(&thing, "sao"), Some(3.0), "{thing}");
        }
        assert_eq!(monthly(&json!({"location_cost": {}, "price": "free"}), "sao"), None);
    }
}
