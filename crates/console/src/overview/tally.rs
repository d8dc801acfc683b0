//! What there is: how many of each family, and how many things in each region.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use futures_util::future::join_all;
use maud::{Markup, html};
use presentation::{Operation, operations};
use serde_json::{Map, Value};

use crate::cx::Cx;
use crate::icon::icon;
use crate::link::words;
use crate::nav::{self, Item};
use crate::{ROOT, href};

/// Families whose things have a region or a status: of these the first ones are read, of the others
/// only how many there are.
const READ: &[&str] = &[
    "list-instances",
    "list-bare-metals",
    "list-snapshots",
    "list-isos",
    "list-blocks",
    "list-block-snapshots",
    "list-object-storages",
    "list-vfs",
    "list-storage-gateways",
    "list-vpcs",
    "list-load-balancers",
    "list-reserved-ips",
    "list-clusters",
    "list-databases",
    "list-registries",
];
/// How many are read of a family.
const MOST: u64 = 500;
/// Groups of the navigation of which nothing is counted, and the one that is about people and keys.
const LEFT_OUT: &[&str] = &["Billing", "Catalogue"];
const PEOPLE: &str = "Access";
/// What is listed elsewhere by a newer name.
const TWICE: &[&str] = &["list-networks"];
/// Who has an account has one of each.
const OWN: &[&str] = &["list-users", "list-api-keys"];

/// How many of a family there are.
pub(super) struct Count {
    pub(super) item: Item,
    pub(super) list: Operation,
    /// In the console.
    pub(super) address: String,
    pub(super) total: u64,
    /// The first of them, where they have a region or a status.
    pub(super) things: Vec<Value>,
    is_about_people: bool,
}

impl Count {
    /// Whether it counts as something that is there: people and keys do not.
    pub(super) fn is_thing(&self) -> bool {
        !self.is_about_people
    }
}

/// The lists that are counted: line, operation, address, whether it is about people.
static LISTS: LazyLock<Vec<(Item, Operation, String, bool)>> = LazyLock::new(|| {
    let groups = nav::groups().into_iter().filter(|group| !LEFT_OUT.contains(&group.title));
    let items = groups
        .flat_map(|group| group.items.into_iter().map(move |item| (item, group.title == PEOPLE)));
    let counted = items.filter_map(|(item, is_about_people)| {
        let list = operations::find(item.shows)?;
        let address = href::page(&list, &Map::new())?;
        let is_counted = list.is_list() && !list.lists_catalogue() && !TWICE.contains(&list.op.id);
        is_counted.then_some((item, list, address, is_about_people))
    });
    counted.collect()
});

/// Counts all families; those that have nothing, or may not be looked at, are left out.
pub(super) async fn counts(cx: &Cx) -> Vec<Count> {
    let each = LISTS.iter().map(async |(item, list, address, is_about_people)| {
        let is_read = READ.contains(&list.op.id);
        let mut fields = Map::new();
        if matches!(list.op.shape, api::Shape::List(_)) {
            fields.insert("per_page".into(), if is_read { MOST } else { 1 }.into());
        }
        let answer = cx.caller.call(list, fields).await.ok()?;
        let Value::Array(things) = answer.value else { return None };
        let total = answer.total.unwrap_or(things.len() as u64);
        let least = if OWN.contains(&list.op.id) { 2 } else { 1 };
        (total >= least).then(|| Count {
            item: item.clone(),
            list: *list,
            address: address.clone(),
            total,
            things: if is_read { things } else { Vec::new() },
            is_about_people: *is_about_people,
        })
    });
    join_all(each).await.into_iter().flatten().collect()
}

pub(super) fn show(counts: &[Count]) -> Markup {
    html! {
        @if !counts.is_empty() {
            nav.tally id="x-tally" aria-label="What there is" {
                @for Count { item, address, total, .. } in counts {
                    a href=(address) {
                        b { (total) }
                        span { (icon(item.icon)) " " @if *total == 1 { (words::sentence(&item.one)) } @else { (item.title) } }
                    }
                }
            }
        }
    }
}

/// What is in a region.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) things: u64,
    pub(super) instances: u64,
    /// Where to see them.
    pub(super) address: String,
}

/// What is in each region that has something.
pub(super) async fn by_region(
    cx: &Cx,
    counts: &[Count],
    regions: &[Value],
) -> BTreeMap<String, Place> {
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for count in counts {
        let is_instances = count.list.op.id == "list-instances";
        let numbers = match is_instances && count.total > MOST {
            true => instances(cx, &count.list, regions).await,
            false => of(&count.things),
        };
        for (region, n) in numbers {
            let place = places.entry(region.clone()).or_default();
            place.things += n;
            if is_instances {
                place.instances = n;
            }
            if is_instances || place.address.is_empty() {
                let mut fields = Map::new();
                if is_instances {
                    fields.insert("region".into(), region.into());
                }
                place.address = href::with(&count.address, &fields);
            }
        }
    }
    places
}

/// How many of these things are in each region.
fn of(things: &[Value]) -> BTreeMap<String, u64> {
    let mut numbers = BTreeMap::new();
    let regions = things.iter().filter_map(|thing| thing["region"].as_str());
    for region in regions.filter(|region| !region.is_empty()) {
        *numbers.entry(region.to_lowercase()).or_default() += 1;
    }
    numbers
}

/// How many instances are in each region, where they are too many to be read.
async fn instances(cx: &Cx, list: &Operation, regions: &[Value]) -> BTreeMap<String, u64> {
    let ids = regions.iter().filter_map(|region| region["id"].as_str());
    let each = ids.map(async |id| {
        let mut fields = Map::new();
        fields.insert("region".into(), id.into());
        fields.insert("per_page".into(), 1.into());
        let total = cx.caller.call(list, fields).await.ok()?.total?;
        (total > 0).then(|| (id.to_owned(), total))
    });
    join_all(each).await.into_iter().flatten().collect()
}

/// The page of all regions.
pub(super) fn regions() -> String {
    format!("{ROOT}/v2/regions")
}
