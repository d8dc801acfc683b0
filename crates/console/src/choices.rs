//! What a field can be chosen from: the things that an id points to, and the catalogue's regions, plans
//! and systems, each as the operations list them. A page asks for each list once.

use std::collections::{BTreeMap, BTreeSet};

use presentation::operations::{self, Operation};
use presentation::pointers::{self, NAMES};
use presentation::schema;
use serde_json::{Map, Value, json};

use crate::cx::Cx;
use crate::form::shape::Control;

/// How many things of one list are looked at.
const MOST: usize = 1000;

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    /// What is sent.
    pub(crate) value: String,
    /// What it is called.
    pub(crate) text: String,
    /// What tells it from others: an address, a size.
    pub(crate) detail: String,
    /// The regions that it is in, or can be had in; none where it is everywhere.
    pub(crate) regions: Option<Vec<String>>,
    /// As the API shows it.
    pub(crate) item: Value,
}

impl Choice {
    /// Whether it can be had in a region; of no region, everything can.
    pub(crate) fn is_in(&self, region: &str) -> bool {
        let Some(regions) = &self.regions else { return true };
        region.is_empty() || regions.iter().any(|own| own == region)
    }

    /// Whether it is in one region alone, as things are, or can be had in several, as plans.
    pub(crate) fn is_placed(&self) -> bool {
        self.regions.as_ref().is_some_and(|regions| regions.len() == 1)
    }
}

/// The choices of a field.
#[derive(Clone, Default)]
pub(crate) struct Field {
    pub(crate) choices: Vec<Choice>,
    /// The operation that makes such a thing.
    pub(crate) maker: Option<Operation>,
}

/// What each field of a form can be chosen from, by the field's own name.
#[derive(Clone, Default)]
pub(crate) struct Choices {
    fields: BTreeMap<String, Field>,
    /// The regions that have instances: people mostly go where they are.
    in_use: BTreeSet<String>,
}

impl Choices {
    /// The choices of a field; none where it is filled in.
    pub(crate) fn of(&self, name: &str) -> Option<&Field> {
        self.fields.get(name)
    }

    /// The chosen one.
    pub(crate) fn chosen(&self, name: &str, value: &Value) -> Option<&Choice> {
        let value = crate::form::read::text(value);
        self.of(name)?.choices.iter().find(|choice| choice.value == value)
    }

    /// The choices for an operation's fields, which are at `values` now.
    pub(crate) async fn load(
        cx: &Cx,
        operation: &Operation,
        schema: &Value,
        values: &Map<String, Value>,
    ) -> Self {
        let all = operations::all();
        let mut found = BTreeMap::new();
        let mut lists: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for (name, shape) in leaves(schema) {
            let sources = sources(operation, schema, &name, shape, &all);
            let mut field = Field::default();
            for source in &sources {
                let id = source.list.op.id;
                if !lists.contains_key(id) {
                    lists.insert(id, items(cx, source.list, values).await);
                }
                let items = lists.get(id).into_iter().flatten();
                let fits = items.filter(|item| (source.fits)(item));
                field.choices.extend(fits.filter_map(|item| choice(item, source.key)));
                // What is taken out is there already.
                let is_new = !name.starts_with("detach");
                field.maker = field.maker.or_else(|| maker(source.list, &all).filter(|_| is_new));
            }
            if schema::description(Some(shape)).contains("`new` for") {
                field.choices.insert(0, plain("new", "A new one"));
            }
            if !sources.is_empty() {
                found.insert(name, field);
            }
        }
        if let Some(engines) = engines(cx, schema, &all).await {
            found.insert("database_engine_version".into(), engines);
        }
        let has_regions = lists.contains_key("list-regions");
        let in_use = if has_regions { in_use(cx, &all).await } else { BTreeSet::new() };
        Self { fields: found, in_use }
    }

    /// Leaves out what a change of a thing cannot be about: of what is attached already what is not, and
    /// of what is detached what is not there.
    pub(crate) fn narrow(&mut self, thing: &Value) {
        for (name, held, is_taken) in HELD {
            let (Some(field), Some(items)) = (self.fields.get_mut(*name), thing[*held].as_array())
            else {
                continue;
            };
            let has =
                |choice: &Choice| items.iter().any(|item| item["id"] == choice.value.as_str());
            field.choices.retain(|choice| has(choice) == *is_taken);
        }
    }

    /// Whether a region has instances.
    pub(crate) fn is_in_use(&self, region: &str) -> bool {
        self.in_use.contains(region)
    }
}

/// Fields that put something into a thing or take it out: what the thing says it has, and whether the
/// field takes it out.
const HELD: &[(&str, &str, bool)] = &[("attach_vpc", "vpcs", false), ("detach_vpc", "vpcs", true)];

/// Where choices come from.
struct Source<'a> {
    list: &'a Operation,
    /// The field of a listed thing that is sent.
    key: &'static str,
    fits: fn(&Value) -> bool,
}

/// Field, the beginning of the groups' names that it is meant in, list, key.
type Line = (&'static str, &'static str, &'static str, &'static str);

/// Fields that no rule finds the list of. The first line that fits counts.
const SOURCES: &[Line] = &[
    ("region", "vfs", "list-vfs-regions", "id"),
    ("region", "registry", "list-registry-regions", "name"),
    ("region", "", "list-regions", "id"),
    ("regions", "", "list-regions", "id"),
    ("global_regions", "", "list-regions", "id"),
    ("plan", "database", "list-database-plans", "id"),
    ("plan", "bare-metal", "list-metal-plans", "id"),
    ("plan", "registry", "list-registry-plans", "id"),
    ("plan", "", "list-plans", "id"),
    ("image_id", "", "list-applications", "image_id"),
    ("marketplace_app_id", "", "list-applications", "id"),
    ("vpc", "load-balancer", "list-vpcs", "id"),
    ("vpc_uuid", "", "list-vpcs", "id"),
    ("version", "kubernetes", "get-kubernetes-versions", "id"),
    ("upgrade_version", "kubernetes", "get-cluster-upgrades", "id"),
    ("version", "database", "list-database-versions", "id"),
];

fn sources<'a>(
    operation: &Operation,
    schema: &Value,
    name: &str,
    shape: &Value,
    all: &'a [Operation],
) -> Vec<Source<'a>> {
    let any: fn(&Value) -> bool = |_| true;
    let listed = |id: &str| all.iter().find(|o| o.op.id == id);
    let line = SOURCES
        .iter()
        .find(|(field, group, ..)| *field == name && operation.group.name.starts_with(group));
    if let Some((_, _, id, key)) = line {
        let fits: fn(&Value) -> bool = match name {
            "image_id" | "marketplace_app_id" => |item| item["type"] == "marketplace",
            _ => any,
        };
        let list = listed(id);
        return list.into_iter().map(|list| Source { list, key, fits }).collect();
    }
    let params = operation.path_fields();
    let is_path = params.iter().any(|param| param == name);
    let control = Control::of(schema, name, shape);
    if !is_path && !matches!(control, Control::Thing | Control::Things) {
        return Vec::new();
    }
    let Some(list) = pointers::list_for(operation, &params, name, all) else { return Vec::new() };
    let fits: fn(&Value) -> bool = match name {
        "app_id" => |item| item["type"] == "one-click",
        "os_id" => |item| !STAND_INS.iter().any(|family| item["family"] == *family),
        "reserved_ipv4" => |item| item["ip_type"] == "v4",
        _ => any,
    };
    let mut sources = vec![Source { list, key: "id", fits }];
    if name == "iso_id" {
        sources.extend(listed("list-public-isos").map(|list| Source {
            list,
            key: "id",
            fits: any,
        }));
    }
    if matches!(name, "nodes" | "vps_id") || operation.op.id == "attach-reserved-ip" {
        sources.extend(listed("list-bare-metals").map(|list| Source {
            list,
            key: "id",
            fits: any,
        }));
    }
    sources
}

/// Systems that only say that something else is installed.
const STAND_INS: &[&str] = &["application", "backup", "iso", "snapshot"];

/// The fields of a request at any depth, by their own names, each name once.
fn leaves(schema: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    walk(schema, schema, 0, &mut found);
    found
}

fn walk<'a>(
    schema: &'a Value,
    shape: &'a Value,
    depth: usize,
    found: &mut BTreeMap<String, &'a Value>,
) {
    let shape = schema::target(schema, shape);
    for (name, inner) in schema::fields(shape) {
        found.entry(name.clone()).or_insert(inner);
        let target = schema::target(schema, inner);
        let deeper = target.get("items").unwrap_or(target);
        if depth < 4 {
            walk(schema, deeper, depth + 1, found);
        }
    }
}

/// What an operation lists, below the things that are known; nothing where it is refused: the field
/// is filled in by hand then.
async fn items(cx: &Cx, list: &Operation, values: &Map<String, Value>) -> Vec<Value> {
    let above = list.path_fields();
    let known = |name: &String| values.get(name).filter(|value| !value.is_null());
    let fields: Map<String, Value> =
        above.iter().filter_map(|name| Some((name.clone(), known(name)?.clone()))).collect();
    if fields.len() < above.len() {
        return Vec::new();
    }
    if list.is_list() && list.is_paged(&list.request()) {
        return cx.caller.all(list, fields, MOST).await.unwrap_or_default();
    }
    let answer = cx.caller.call(list, fields).await.unwrap_or_default();
    match answer.value {
        Value::Array(items) => items,
        Value::Object(named) => named
            .into_iter()
            .map(|(name, mut item)| {
                if let Some(fields) = item.as_object_mut() {
                    fields.insert("id".into(), name.into());
                    return item;
                }
                item
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// What is sent of a thing that was made, where it is chosen.
pub(crate) fn id(made: &Value) -> Option<String> {
    choice(made, "id").map(|choice| choice.value)
}

/// A listed thing as a choice.
fn choice(item: &Value, key: &str) -> Option<Choice> {
    if let Some(word) = item.as_str() {
        return Some(plain(word, word));
    }
    let own = [key, "id", "domain", "name", "username", "ip"];
    let value = own.iter().find_map(|key| match item.get(*key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })?;
    let city = item["city"].as_str().or_else(|| item.pointer("/data_center/name")?.as_str());
    let city = city.or_else(|| item.get("continent").and(item["description"].as_str()));
    let vanity = item["vanity_name"].as_str();
    let deploy = item["deploy_name"].as_str();
    let names = NAMES.iter().filter(|name| **name != "name" || item.get("vcpu_count").is_none());
    let text = vanity.or(city).or(deploy).or_else(|| {
        let mut texts = names.filter_map(|name| item.get(*name)?.as_str());
        texts.find(|text| !text.is_empty())
    });
    let text = text.unwrap_or(&value).to_owned();
    Some(Choice {
        detail: detail(item, &text),
        regions: regions(item),
        value,
        text,
        item: item.clone(),
    })
}

fn plain(value: &str, text: &str) -> Choice {
    let (value, text) = (value.to_owned(), text.to_owned());
    Choice { value, text, detail: String::new(), regions: None, item: Value::Null }
}

/// What tells a thing from others of its name.
fn detail(item: &Value, text: &str) -> String {
    let word = |name: &str| item[name].as_str().filter(|word| !word.is_empty() && *word != text);
    let network =
        |name: &str, size: &str| Some(format!("{}/{}", word(name)?, item[size].as_u64()?));
    let first = network("v4_subnet", "v4_subnet_mask")
        .or_else(|| network("ip_block", "prefix_length"))
        .or_else(|| network("subnet", "subnet_size"))
        .or_else(|| word("main_ip").filter(|ip| *ip != "0.0.0.0").map(str::to_owned))
        .or_else(|| Some(format!("{} rules", item["rule_count"].as_u64()?)))
        .or_else(|| Some(format!("{} GB", item["size_gb"].as_u64()?)))
        .or_else(|| word("filename").map(str::to_owned));
    let region = word("region").filter(|_| item.get("city").is_none()).map(str::to_owned);
    [first, region].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn regions(item: &Value) -> Option<Vec<String>> {
    if let Some(region) = item["region"].as_str().filter(|region| !region.is_empty()) {
        return Some(vec![region.to_owned()]);
    }
    let places = item["locations"].as_array()?;
    let names: Vec<String> = places.iter().filter_map(|p| p.as_str().map(str::to_owned)).collect();
    (!names.is_empty()).then_some(names)
}

/// What makes the things of a list: `POST` at its address.
fn maker(list: &Operation, all: &[Operation]) -> Option<Operation> {
    let makes = |o: &&Operation| o.op.method == api::Method::POST && o.command == "create";
    all.iter().filter(makes).find(|o| o.op.path == list.op.path).copied()
}

/// The regions of the first instances that there are.
async fn in_use(cx: &Cx, all: &[Operation]) -> BTreeSet<String> {
    let list = all.iter().find(|o| o.op.id == "list-instances");
    let Some(list) = list else { return BTreeSet::new() };
    let found = cx.caller.all(list, Map::new(), MOST / 2).await.unwrap_or_default();
    found.iter().filter_map(|thing| thing["region"].as_str().map(str::to_owned)).collect()
}

/// The versions of database engines, each with its engine.
async fn engines(cx: &Cx, schema: &Value, all: &[Operation]) -> Option<Field> {
    schema.pointer("/properties/database_engine_version")?;
    let list = all.iter().find(|o| o.op.id == "list-database-engines")?;
    let answer = cx.caller.call(list, Map::new()).await.ok()?;
    let mut choices = Vec::new();
    let named = answer.value.as_object().cloned().unwrap_or_default();
    for (engine, versions) in named {
        let versions = versions.as_array().cloned().unwrap_or_default();
        for version in versions.iter().map(crate::form::read::text) {
            let mut choice = plain(&version, &format!("{engine} {version}"));
            choice.item = json!({ "engine": engine });
            choices.push(choice);
        }
    }
    (!choices.is_empty()).then_some(Field { choices, maker: None })
}
