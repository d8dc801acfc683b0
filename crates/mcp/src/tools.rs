//! The tools that an agent is shown.

use api::Loss;
use presentation::operations::{self, Operation};
use presentation::places::PLACES;
use presentation::schema;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

/// The tool that tells what the others take.
pub(crate) const DESCRIBE: &str = "describe";
pub(crate) const LIST: &str = "list";
pub(crate) const GET: &str = "get";
pub(crate) const CREATE: &str = "create";
pub(crate) const CHANGE: &str = "change";
pub(crate) const DESTROY: &str = "destroy";
pub(crate) const WAIT: &str = "wait";

/// What a tool may do, as the definition has it of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It looks.
    Reads,
    /// It makes or changes something.
    Changes,
    /// It takes away what cannot be had again.
    Loses,
}

impl Effect {
    /// That of an operation, sent with these fields.
    pub(crate) fn of(operation: &Operation, sent: impl Fn(&str) -> bool) -> Self {
        match () {
            () if operation.loses(sent) => Self::Loses,
            () if operation.reads() => Self::Reads,
            () => Self::Changes,
        }
    }

    /// That of an operation, whatever is sent.
    pub(crate) fn always(operation: &Operation) -> Self {
        match operation.op.loss {
            Loss::Always => Self::Loses,
            _ => Self::of(operation, |_| false),
        }
    }
}

/// The families, in the order in which people are shown them.
pub(crate) fn families() -> Vec<&'static str> {
    let own: Vec<&str> = api::world::operations().map(|o| o.group.name).collect();
    PLACES.iter().map(|place| place.group).filter(|group| !own.contains(group)).collect()
}

/// The groups of Kettle's own, each once, with their operations.
pub(crate) fn own() -> Vec<(&'static str, Vec<Operation>)> {
    let mut groups: Vec<(&str, Vec<Operation>)> = Vec::new();
    for operation in api::world::operations().filter_map(|o| operations::find(o.op.id)) {
        match groups.iter_mut().find(|(name, _)| *name == operation.group.name) {
            Some((_, members)) => members.push(operation),
            None => groups.push((operation.group.name, vec![operation])),
        }
    }
    groups
}

/// The group of Kettle's own that a tool is for.
pub(crate) fn own_group(tool: &str) -> Option<(&'static str, Vec<Operation>)> {
    own().into_iter().find(|(name, _)| name.replace('-', "_") == tool)
}

/// The tools: nothing that loses something, and nothing of Kettle's own, where the endpoint is not on this machine.
pub(crate) fn all(is_here: bool) -> Vec<Tool> {
    let mut tools = vec![describe(), list(), get(), create(), change()];
    if is_here {
        tools.push(destroy());
    }
    tools.push(wait());
    if is_here {
        tools.extend(own().into_iter().map(|(group, members)| of_own(group, &members)));
    }
    tools
}

fn tool(
    name: &'static str,
    title: &str,
    about: String,
    properties: Value,
    needs: &[&str],
    effect: Effect,
) -> Tool {
    let schema = json!({
        "type": "object", "properties": properties, "required": needs, "additionalProperties": false,
    });
    let Value::Object(schema) = schema else { unreachable!("it is written so above") };
    with(Tool::new(name, about, schema), title, effect)
}

fn with(tool: Tool, title: &str, effect: Effect) -> Tool {
    let annotations = ToolAnnotations::with_title(title)
        .read_only(effect == Effect::Reads)
        .destructive(effect == Effect::Loses)
        .open_world(false);
    tool.with_annotations(annotations)
}

/// Puts together what several tools take.
fn taking(parts: &[(&str, Value)]) -> Value {
    parts
        .iter()
        .map(|(name, shape)| ((*name).to_owned(), shape.clone()))
        .collect::<Map<_, _>>()
        .into()
}

fn family() -> (&'static str, Value) {
    ("family", json!({ "type": "string", "enum": families() }))
}

fn id() -> (&'static str, Value) {
    ("id", json!({ "type": "string", "description": "The thing: its id, or its label in full" }))
}

fn within() -> (&'static str, Value) {
    let about = "What it is in, outermost first, as the path has it: [\"shop.example\"] for a record, [\"prod\", \"workers\"] for a taint";
    ("within", json!({ "type": "array", "items": { "type": "string" }, "description": about }))
}

fn action(usual: &str, about: &str) -> (&'static str, Value) {
    ("action", json!({ "type": "string", "default": usual, "description": about }))
}

fn fields() -> (&'static str, Value) {
    ("fields", json!({ "type": "object", "description": "As `describe` tells them" }))
}

fn waiting() -> [(&'static str, Value); 2] {
    let about = "Come back when it is ready, or gone";
    [("wait", json!({ "type": "boolean", "default": false, "description": about })), timeout()]
}

fn timeout() -> (&'static str, Value) {
    (
        "timeout",
        json!({ "type": "string", "default": "5m", "description": "How long to wait at most: 90s, 5m, 1h" }),
    )
}

fn describe() -> Tool {
    let parts = [family(), action("", "One of the family's actions: tells its fields")];
    let about = "What there is and what it takes: without arguments the families, with a family its actions, with an action its fields.";
    tool(DESCRIBE, "Describe", about.into(), taking(&parts), &[], Effect::Reads)
}

fn list() -> Tool {
    let about = "The things of a family, a line each, in columns parted by tabs.";
    let texts = |about: &str| json!({ "type": "array", "items": { "type": "string" }, "description": about });
    let parts = [
        family(),
        within(),
        ("filter", texts("What fits alone: field=value, != ~ (contains) !~ < <= > >=")),
        ("columns", texts("These fields instead of the usual ones; [\"all\"] for all")),
        ("sort", texts("By these fields; -field for the largest first")),
        ("limit", json!({ "type": "integer", "minimum": 1, "maximum": 500, "default": 50 })),
        fields(),
    ];
    tool(LIST, "List", about.into(), taking(&parts), &["family"], Effect::Reads)
}

fn get() -> Tool {
    let about = "One thing in full, or what another action that only looks tells of it (`instance` has `bandwidth`, `user-data`, ...).";
    let parts =
        [family(), id(), within(), action("get", "Another action that only looks"), fields()];
    tool(GET, "Get", about.into(), taking(&parts), &["family"], Effect::Reads)
}

fn create() -> Tool {
    let about = "Make a thing. What is told once, such as a password, is in the answer.";
    let [wait, timeout] = waiting();
    let parts = [
        family(),
        within(),
        fields(),
        action("create", "Another action that makes something"),
        wait,
        timeout,
    ];
    tool(CREATE, "Create", about.into(), taking(&parts), &["family", "fields"], Effect::Changes)
}

fn change() -> Tool {
    let about = "Change a thing, or do something with it that loses nothing: action `attach`, `halt`, `start`, ...";
    let [wait, timeout] = waiting();
    let parts = [
        family(),
        id(),
        within(),
        action("update", "As `describe` tells them"),
        fields(),
        wait,
        timeout,
    ];
    tool(CHANGE, "Change", about.into(), taking(&parts), &["family"], Effect::Changes)
}

fn destroy() -> Tool {
    let about = "Delete a thing, or do something with it by which data is lost: action `reinstall`, `restore`, ... It cannot be undone.";
    let [wait, timeout] = waiting();
    let parts = [
        family(),
        id(),
        within(),
        action("delete", "As `describe` tells them"),
        fields(),
        wait,
        timeout,
    ];
    tool(DESTROY, "Destroy", about.into(), taking(&parts), &["family"], Effect::Loses)
}

fn wait() -> Tool {
    let about = "Wait until a thing is ready, and show it.";
    tool(
        WAIT,
        "Wait",
        about.into(),
        taking(&[family(), id(), within(), timeout()]),
        &["family", "id"],
        Effect::Reads,
    )
}

/// The tool of a group of Kettle's own: an action, and the fields of all of them.
fn of_own(group: &'static str, members: &[Operation]) -> Tool {
    let mut about = members.first().map_or(group, |o| o.group.about).to_owned() + ".";
    let mut properties = Map::new();
    let mut meanings: Map<String, Value> = Map::new();
    let actions: Vec<&str> = members.iter().map(|o| o.command).collect();
    properties.insert("action".to_owned(), json!({ "type": "string", "enum": actions }));
    for operation in members {
        let request = operation.request();
        about += &format!("\n- {}", crate::describe::line(operation));
        for (name, shape) in schema::fields(&request) {
            properties.entry(name.clone()).or_insert_with(|| plain(&request, shape));
        }
        if let Some(Value::Object(more)) = request.get("$defs") {
            meanings.extend(more.clone());
        }
    }
    let mut schema = JsonObject::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("required".to_owned(), json!(["action"]));
    schema.insert("additionalProperties".to_owned(), false.into());
    if !meanings.is_empty() {
        schema.insert("$defs".to_owned(), meanings.into());
    }
    let loses = members.iter().any(|o| Effect::always(o) == Effect::Loses);
    let reads = members.iter().all(|o| Effect::always(o) == Effect::Reads);
    let effect = match (loses, reads) {
        (true, _) => Effect::Loses,
        (false, true) => Effect::Reads,
        (false, false) => Effect::Changes,
    };
    with(Tool::new(group.replace('-', "_"), about, schema), group, effect)
}

/// A field's shape as agents need it.
fn plain(schema: &Value, shape: &Value) -> Value {
    let mut shape = shape.clone();
    let about = schema::description(Some(&shape));
    if let (Some(fields), false) = (shape.as_object_mut(), about.is_empty()) {
        fields.insert("description".to_owned(), about.into());
    }
    if shape.get("type").is_none() && shape.get("$ref").is_none() {
        // Nobody would know what to send.
        return schema::target(schema, &shape).clone();
    }
    shape
}
