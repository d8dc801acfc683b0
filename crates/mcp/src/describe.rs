//! What an agent is told of families, actions and fields: short, from the definition.

use presentation::operations::{self, Operation};
use presentation::pointers::list_for;
use presentation::schema::{self, Kind};
use serde_json::Value;

use crate::tools::{self, Effect};

/// The families, a line each.
pub(crate) fn everything() -> String {
    let all = operations::all();
    let lines = tools::families().into_iter().filter_map(|family| {
        let about = all.iter().find(|o| o.group.name == family)?.group.about;
        Some(format!("{family}: {about}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The operations of a family.
///
/// # Errors
/// Where there is no such family: says which may be meant.
pub(crate) fn family(name: &str) -> Result<Vec<Operation>, String> {
    let all = operations::all();
    let meant = presentation::places::meant(name).unwrap_or(name);
    let own: Vec<Operation> = all.into_iter().filter(|o| o.group.name == meant).collect();
    match own.is_empty() {
        false => Ok(own),
        true => {
            Err(format!("there is no family `{name}`; there are {}", tools::families().join(", ")))
        }
    }
}

/// The actions of a family, a line each.
pub(crate) fn actions(family: &[Operation]) -> String {
    let about = family.first().map_or("", |o| o.group.about);
    let lines: Vec<String> = family.iter().map(line).collect();
    format!("{about}\n{}\n`describe` with an action tells its fields.", lines.join("\n"))
}

/// An action in a line: what it is called, takes and does, and by which tool.
pub(crate) fn line(operation: &Operation) -> String {
    let schema = operation.request();
    let own = operation.path_fields();
    let needed = schema::required(&schema);
    let names = schema::fields(&schema).filter(|(name, _)| !own.contains(name)).map(|(name, _)| {
        if needed.contains(&name.as_str()) { name.clone() } else { format!("{name}?") }
    });
    let names: Vec<String> = own.iter().cloned().chain(names).collect();
    let about = schema::description(Some(&schema));
    let about = about.split(". ").next().unwrap_or_default().trim_end_matches('.');
    let loses = if Effect::always(operation) == Effect::Loses { " [cannot be undone]" } else { "" };
    format!("{}({}): {about}{loses}", operation.command, names.join(", "))
}

/// The fields of an action, a line each.
pub(crate) fn fields(operation: &Operation) -> String {
    let (all, schema) = (operations::all(), operation.request());
    let params = operation.path_fields();
    let tool = match Effect::always(operation) {
        _ if operation.command == "list" => tools::LIST,
        Effect::Reads => tools::GET,
        Effect::Loses => tools::DESTROY,
        Effect::Changes if operation.command == "create" => tools::CREATE,
        Effect::Changes => tools::CHANGE,
    };
    let mut text = format!(
        "{} {}: {}\nBy the tool `{tool}`.",
        operation.group.name,
        operation.command,
        schema::description(Some(&schema))
    );
    if let Some((id, within)) = params.split_last() {
        // What makes something, or lists, is in all that its path names.
        let (id, within) = match makes(operation) {
            true => (None, &params[..]),
            false => (Some(id), within),
        };
        if !within.is_empty() {
            text += &format!("\nwithin: [{}]", within.join(", "));
        }
        text += &id.map(|id| format!("\nid: {id}")).unwrap_or_default();
    }
    let needed = schema::required(&schema);
    for (name, shape) in schema::fields(&schema).filter(|(name, _)| !params.contains(name)) {
        let mark = if needed.contains(&name.as_str()) { " (required)" } else { "" };
        let list = list_for(operation, &params, name, &all);
        let list =
            list.map(|list| format!(", of the family {}", list.group.name)).unwrap_or_default();
        let about = schema::description(Some(shape));
        text += &format!("\n- {name}{mark}: {}{list}. {about}", takes(&schema, shape));
    }
    text
}

/// Whether what the path names is above what the operation is about.
pub(crate) fn makes(operation: &Operation) -> bool {
    operation.command == "create" || operation.is_list()
}

/// What a field takes.
fn takes(schema: &Value, shape: &Value) -> String {
    match schema::kind(schema, shape) {
        _ if schema::is_encoded(schema, shape) => {
            "text, written plainly: it is encoded for you".to_owned()
        }
        Kind::Flag => "true or false".to_owned(),
        Kind::Integer => "whole number".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Text if schema::is_time(schema, shape) => "time, as 2026-11-21T09:30:00Z".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Uuid => "id or label".to_owned(),
        Kind::Word(words) => format!("one of {}", words.join(", ")),
        Kind::List(item) => match *item {
            Kind::Word(words) => format!("list of {}", words.join(", ")),
            Kind::Uuid => "list of ids or labels".to_owned(),
            Kind::Integer | Kind::Number => "list of numbers".to_owned(),
            _ => "list of texts".to_owned(),
        },
        Kind::Json => format!("JSON, {}", schema::sketch(schema, shape)),
    }
}
