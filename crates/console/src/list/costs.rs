//! What things cost a month: as they say it themselves, or by their plan and region.

use std::collections::BTreeMap;

use presentation::{Operation, operations};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::price;

/// Which list has the plans of a group's things.
const PLANS: &[(&str, &str)] = &[
    ("instance", "list-plans"),
    ("bare-metal", "list-metal-plans"),
    ("database", "list-database-plans"),
];

/// What plans cost a month: in general, and where a region has a price of its own.
#[derive(Default)]
pub(crate) struct Costs(BTreeMap<String, Value>);

impl Costs {
    /// Reads the plans that these things have; nothing where they have none.
    pub(crate) async fn load(cx: &Cx, operation: &Operation, things: &[Value]) -> Self {
        let plans = PLANS.iter().find(|(group, _)| *group == operation.group.name);
        let has_plan =
            things.iter().any(|thing| thing["plan"].is_string() && thing["region"].is_string());
        let (Some((_, list)), true) = (plans, has_plan) else { return Self::default() };
        let all = operations::all();
        let Some(list) = all.iter().find(|o| o.op.id == *list) else { return Self::default() };
        let Ok(plans) = cx.caller.all(list, Map::new(), 1000).await else { return Self::default() };
        let named =
            plans.into_iter().filter_map(|plan| Some((plan["id"].as_str()?.to_owned(), plan)));
        Self(named.collect())
    }

    /// What a thing costs a month, in dollars; none where nothing says so.
    pub(crate) fn of(&self, thing: &Value) -> Option<f64> {
        let region = thing["region"].as_str().unwrap_or_default();
        let plan = || self.0.get(thing["plan"].as_str()?);
        price::monthly(thing, "").or_else(|| price::monthly(plan()?, region))
    }
}
