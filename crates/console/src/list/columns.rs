//! Which columns a list shows: its name first, then how it is, then what was chosen for the command
//! line, money at the right. Others can be chosen in the address: `?columns=label,main_ip`.

use presentation::Operation;
use presentation::columns::{Column as Fields, How, Kind};
use presentation::{operations, schema};
use serde_json::Value;

use super::costs::Costs;
use crate::cx::Cx;
use crate::link::family::Node;
use crate::link::{Target, target, words};

/// By what things are called, the best first.
const NAMES: &[&str] = &[
    "label",
    "name",
    "sales_name",
    "app_name",
    "subaccount_name",
    "display_name",
    "filename",
    "description",
];
/// Columns that say what the status says, too.
const IN_STATUS: &[&str] = &["power_status", "server_status"];
/// Columns of addresses, ids and whatever else is read letter by letter.
const LETTERS: &[&str] = &[
    "ip", "plan", "id", "mac", "subnet", "host", "hostname", "digest", "urn", "netmask", "gateway",
    "data", "endpoint", "key", "domain", "v4", "port", "url", "slug",
];
/// The name that stands for what a thing costs a month.
const COST: &str = "a_month";
/// How many columns there are at most when nobody has chosen.
const USUAL: usize = 9;

/// What tells the things of a list apart on a phone, besides their name and status, where that is not
/// the first of the other columns. A list without a status has columns of these; where there is one,
/// they stand first in the line below the name.
const TELLING: &[(&str, &[&str])] = &[
    ("list-billing-history", &["date", "amount"]),
    ("list-block-snapshots", &["size", "added_at"]),
    ("list-domains", &["date_created"]),
    ("list-firewall-group-rules", &["protocol", "port", "subnet/subnet_size"]),
    ("list-firewall-groups", &["rule_count", "instance_count"]),
    ("list-invoices", &["date", "amount"]),
    ("list-load-balancer-firewall-rules", &["port", "source"]),
    (
        "list-load-balancer-forwarding-rules",
        &["frontend_protocol/frontend_port", "backend_protocol/backend_port"],
    ),
    ("list-logs", &["message"]),
    ("list-metal-plans", &["ram", "monthly_cost"]),
    ("list-nat-gateway-firewall-rules", &["protocol", "port", "subnet/subnet_size"]),
    ("list-networks", &["v4_subnet/v4_subnet_mask"]),
    ("list-object-storage-buckets", &["date_created"]),
    ("list-pending-charges", &["total"]),
    ("list-plans", &["vcpu_count", "ram", "monthly_cost"]),
    ("list-records", &["type", "data"]),
    ("list-reserved-ips", &["subnet/subnet_size"]),
    ("list-snapshots", &["size", "date_created"]),
    ("list-ssh-keys", &["date_created"]),
    ("list-vpc2", &["ip_block/prefix_length"]),
    ("list-vpcs", &["v4_subnet/v4_subnet_mask"]),
];

/// What a column is, which decides how it is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    /// What the thing is called, with the link to it.
    Name,
    Status,
    /// What it costs a month.
    Cost,
    Money,
    Number,
    Time,
    Text,
    Letters,
    /// Ids of other things.
    Link,
}

/// A column of a page.
pub(crate) struct Column {
    pub(crate) fields: Fields,
    pub(crate) head: String,
    pub(crate) what: What,
    pub(crate) target: Option<Target>,
    /// Where it drops out: `p2`, `p3`, `p4`, or nowhere.
    place: &'static str,
    /// Whether it tells the things apart where there is room for little.
    tells: bool,
}

/// The columns of a list.
pub(crate) struct Columns {
    pub(crate) shown: Vec<Column>,
    /// All that can be chosen: name, heading, whether it is shown.
    pub(crate) choices: Vec<(String, String, bool)>,
    is_chosen: bool,
    wants_cost: bool,
}

impl Column {
    fn new(operation: &Operation, kind: &Kind, fields: Fields) -> Self {
        let name = fields.name();
        // Of several fields the first says what they are.
        let first = name.split(['/', '|']).next().unwrap_or_default();
        let field = first.rsplit('.').next().unwrap_or_default().to_owned();
        let own = Fields::parse(&name).heading == fields.heading;
        let target = match operation.op.id {
            "list-instance-neighbors" => target("instance_id", operation),
            _ => target(&field, operation).filter(|_| !name.contains(['/', '|'])),
        };
        let head = match target {
            Some(_) if own => words::label(&field),
            _ => words::title(if own { &field } else { &fields.heading }),
        };
        let what = match field.as_str() {
            "status" | "state" | "health" | "node_status" => What::Status,
            _ if target.is_some() => What::Link,
            _ if is_time(&field) => What::Time,
            _ if is_money(&field) => What::Money,
            _ if kind.is_numeric(&fields) && !field.ends_with("id") => What::Number,
            _ if field.split('_').any(|part| LETTERS.contains(&part)) || name.contains('/') => {
                What::Letters
            }
            _ => What::Text,
        };
        Self { fields, head, what, target, place: "", tells: false }
    }

    pub(crate) fn class(&self) -> String {
        let kind = match self.what {
            What::Money | What::Cost | What::Number => "num ",
            What::Letters => "mono ",
            _ => "",
        };
        let tells = if self.tells && self.place.is_empty() { "tells " } else { "" };
        format!("{kind}{tells}{}", self.place).trim_end().to_owned()
    }

    pub(crate) fn head_class(&self) -> String {
        self.class().replace("mono", "").trim().to_owned()
    }

    pub(crate) fn is_hidden_on_phones(&self) -> bool {
        !self.place.is_empty()
    }

    pub(crate) fn tells(&self) -> bool {
        self.tells
    }

    /// What is in it as `presentation` reads it.
    pub(crate) fn text(&self, thing: &Value) -> String {
        self.fields.cell(thing, How::Readable)
    }

    /// What stands in the thing at its first field.
    pub(crate) fn values<'a>(&self, thing: &'a Value) -> Vec<&'a Value> {
        self.fields.ways().first().map(|way| way.values(thing)).unwrap_or_default()
    }
}

pub(super) fn is_time(field: &str) -> bool {
    field.contains("date") && field != "date_range" && !field.contains("update")
        || field.contains("timestamp")
        || field.ends_with("_at")
        || field.ends_with("_time")
        || matches!(field, "expire" | "last_purge" | "latest_backup")
}

fn is_money(field: &str) -> bool {
    let dollars = presentation::columns::readable(field, &Value::from(1));
    dollars.starts_with('$')
}

/// The columns of a list: those that the address names, or those that matter.
pub(crate) fn of(cx: &Cx, node: &Node) -> Columns {
    let operation = &node.operation;
    let kind = Kind::of(operation, &operations::all());
    let chosen: Vec<&str> = cx
        .query
        .iter()
        .filter(|(name, _)| name == "columns")
        .flat_map(|(_, names)| names.split(','))
        .filter(|name| !name.is_empty())
        .collect();
    let column = |fields: Fields| Column::new(operation, &kind, fields);
    let usual: Vec<Column> = usual(operation, &kind).into_iter().map(column).collect();
    let is_chosen = !chosen.is_empty();
    let mut names: Vec<(String, String)> =
        usual.iter().map(|c| (c.fields.name(), c.head.clone())).collect();
    for field in others(operation, &kind) {
        if !names.iter().any(|(name, _)| *name == field) {
            names.push((field.clone(), words::title(&field)));
        }
    }
    let mut shown: Vec<Column> = match is_chosen {
        true => chosen.iter().filter_map(|name| kind.column(name).ok()).map(column).collect(),
        false => usual,
    };
    // A row is told by its name, whatever was chosen.
    let first = usual_name(operation, &kind);
    if let Some(first) = first {
        let place = shown.iter().position(|c| c.fields.name() == first.name());
        let mut own = place.map_or_else(|| column(first), |place| shown.remove(place));
        own.what = What::Name;
        if NAMES.contains(&own.fields.name().as_str()) && own.head != "Description" {
            own.head = "Name".to_owned();
        }
        shown.insert(0, own);
    }
    let is_shown = |name: &str| shown.iter().any(|column| column.fields.name() == name);
    let choices = names
        .into_iter()
        .map(|(name, head)| {
            let shown = is_shown(&name);
            (name, head, shown)
        })
        .collect();
    let wants_cost = !is_chosen || chosen.contains(&COST);
    let mut columns = Columns { shown, choices, is_chosen, wants_cost };
    columns.place(operation.op.id);
    columns
}

/// What tells a row from the others: its name, or what stands first on the command line.
fn usual_name(operation: &Operation, kind: &Kind) -> Option<Fields> {
    let first = kind.columns.first()?;
    // A plan is known by its id: its name says what the other columns say.
    if operation.group.name.ends_with("plan") {
        return Some(first.clone());
    }
    let fields = kind.fields();
    let name = NAMES.iter().find(|name| fields.contains(name));
    match name {
        Some(name) if first.name() == "id" => Some(Fields::field(name)),
        _ => Some(first.clone()),
    }
}

/// The columns of the command line, but for what the name and the status say.
fn usual(operation: &Operation, kind: &Kind) -> Vec<Fields> {
    let first = usual_name(operation, kind).map(|first| first.name());
    let has_status = kind.columns.iter().any(|c| c.name() == "status");
    let is_extra = |column: &&Fields| {
        let name = column.name();
        name == "id" && first.as_deref() != Some("id")
            || has_status && IN_STATUS.contains(&name.as_str())
    };
    let mut columns: Vec<Fields> =
        kind.columns.iter().filter(|column| !is_extra(column)).cloned().collect();
    columns.truncate(USUAL);
    columns
}

/// The thing's own fields that can be shown in a line, without secrets.
fn others(operation: &Operation, kind: &Kind) -> Vec<String> {
    let schema = operation.response();
    let shape = schema.get("items").or_else(|| schema.pointer("/properties/items/items"));
    let shape = schema::target(&schema, shape.unwrap_or(&schema));
    let is_plain = |name: &&str| {
        let own = shape.pointer(&format!("/properties/{name}")).unwrap_or(&Value::Null);
        let target = schema::target(&schema, own);
        !schema::is_secret(own)
            && !schema::is_secret(target)
            && !matches!(schema::kind(&schema, own), schema::Kind::Json)
    };
    kind.fields().into_iter().filter(is_plain).map(str::to_owned).collect()
}

impl Columns {
    /// Adds what things cost a month, where they have a cost that no field of theirs shows.
    pub(crate) fn add_cost(&mut self, costs: &Costs, things: &[Value]) {
        let has = things.iter().any(|thing| costs.of(thing).is_some());
        let is_there = self.shown.iter().any(|c| c.what == What::Money && c.head == "A month");
        if !has || is_there {
            return;
        }
        self.choices.push((COST.to_owned(), "A month".to_owned(), self.wants_cost));
        if self.wants_cost {
            let column = Column {
                fields: Fields::field(COST),
                head: "A month".to_owned(),
                what: What::Cost,
                target: None,
                place: "p2",
                tells: false,
            };
            // Times are what one can do without.
            let last = self.shown.last().is_some_and(|column| column.what == What::Time);
            let place = self.shown.len() - usize::from(last && !self.is_chosen);
            self.shown.insert(place, column);
        }
    }

    /// Which columns drop out where there is no room. A phone has the name, the status, and else what
    /// tells one from another.
    fn place(&mut self, list: &str) {
        let has_status = self.shown.iter().any(|column| column.what == What::Status);
        let named = TELLING.iter().find(|(own, _)| *own == list).map(|(_, names)| *names);
        let others = || self.shown.iter().skip(1).filter(|c| c.what != What::Status);
        let first = others().find(|c| c.what != What::Time).or_else(|| others().next());
        let first = first.map(|column| column.fields.name());
        for (place, column) in self.shown.iter_mut().enumerate() {
            let name = column.fields.name();
            column.tells = place > 0
                && match named {
                    Some(names) => names.contains(&name.as_str()),
                    None => first.as_ref() == Some(&name),
                };
            column.place = match (place, column.what) {
                (0, _) | (_, What::Status) => "",
                _ if column.tells && !has_status => "",
                // What somebody has chosen stays wherever there is room to scroll.
                _ if self.is_chosen => "p2",
                (1..=4, _) => "p2",
                (5..=6, _) => "p3",
                _ => "p4",
            };
        }
    }

    /// What the rows point at.
    pub(crate) fn pointers(&self, things: &[Value]) -> Vec<(Target, Value)> {
        let mut all = Vec::new();
        for (column, target) in self.shown.iter().filter_map(|c| Some((c, c.target?))) {
            for value in things.iter().flat_map(|thing| column.values(thing)) {
                match value {
                    Value::Array(items) => all.extend(items.iter().map(|i| (target, i.clone()))),
                    value => all.push((target, value.clone())),
                }
            }
        }
        all
    }
}
