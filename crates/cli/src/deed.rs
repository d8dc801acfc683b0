//! What a command does, in words: `deleted instance 01a2… (prod-1)`.
//!
//! All of it comes from the operation's command and path, and from the names that were looked up.

use presentation::operations::Operation;
use presentation::pointers;
use presentation::text::clean;
use serde_json::{Map, Value};

use crate::names::Known;

/// A command about to be carried out, or carried out.
pub(crate) struct Deed<'a> {
    operation: &'a Operation,
    /// What the path names, the innermost first.
    path: Vec<Thing>,
    /// What fields point to, where that is the point of the command.
    others: Vec<Thing>,
}

#[derive(Clone)]
struct Thing {
    noun: String,
    /// One, but for what a command is given several of.
    ids: Vec<String>,
}

impl<'a> Deed<'a> {
    /// What `operation` does with these fields.
    pub(crate) fn new(
        operation: &'a Operation,
        fields: &Map<String, Value>,
        all: &[Operation],
    ) -> Self {
        let params = operation.path_fields();
        let is_whole = operation.pattern().ends_with("/{}") && words(operation).1.is_empty();
        let thing = |name: &String| {
            let list = pointers::list_for(operation, &params, name, all);
            let noun = match list.filter(|list| list.command == "list") {
                Some(list) => list.group.name.to_owned(),
                // What has no list at its own path is still what its commands are about.
                None if params.last() == Some(name) && is_whole => operation.group.name.to_owned(),
                None => {
                    let what = ["_id", "_name", "_image"].into_iter();
                    let bare = what.fold(&**name, |name, end| name.trim_end_matches(end));
                    bare.replace('_', "-")
                }
            };
            let ids = match fields.get(name) {
                Some(Value::Array(ids)) => ids.iter().map(|id| text(Some(id))).collect(),
                id => vec![text(id)],
            };
            Thing { noun, ids }
        };
        let path = params.iter().rev().map(thing).collect();
        let pointed = || {
            let pointers = pointers::pointers(operation, &operation.request(), all);
            let mut things = Vec::new();
            for (field, list) in pointers {
                let noun = || list.group.name.to_owned();
                let one = |id| Thing { noun: noun(), ids: vec![text(Some(id))] };
                match fields.get(&field) {
                    Some(Value::Array(ids)) => things.extend(ids.iter().map(one)),
                    Some(id) if *id != "" => things.push(one(id)),
                    _ => {}
                }
            }
            things
        };
        let (verb, _) = words(operation);
        let told = params.is_empty() || joins(verb).is_some();
        let others = if told && !makes(operation) { pointed() } else { Vec::new() };
        Self { operation, path, others }
    }

    /// `delete instance 01a2… (prod-1)`, as it is about to happen.
    pub(crate) fn wanted(&self, known: &Known) -> String {
        self.sentence(words(self.operation).0, None, known)
    }

    /// `deleted instance 01a2… (prod-1)`, as it happened. What was made is in the answer.
    pub(crate) fn done(&self, answer: &Value, known: &Known) -> String {
        let made = answer.get("id").map(|_| pointers::id(answer));
        let made = made.or_else(|| Some(text(Some(answer.get("domain")?))));
        let mut known = known.clone();
        if let (Some(id), Some(label)) = (&made, pointers::label(answer)) {
            // The command may have given it another.
            known.insert(id.clone(), label.to_owned());
        }
        let noun = self.operation.group.name.to_owned();
        let made = made.map(|id| Thing { noun, ids: vec![id] });
        self.sentence(&past(words(self.operation).0), made, &known)
    }

    /// What the path names: `instance 01a2… (prod-1)`.
    pub(crate) fn subject(&self, known: &Known) -> String {
        let one = |thing: &Thing| {
            let ids = thing.ids.iter().map(|id| called(id, known)).collect::<Vec<_>>();
            format!("{} {}", thing.noun, ids.join(", "))
        };
        clean(&self.path.first().map_or_else(|| self.operation.group.name.to_owned(), one))
    }

    fn sentence(&self, verb: &str, made: Option<Thing>, known: &Known) -> String {
        let named = |id: &String| called(id, known);
        let called = |thing: &Thing| thing.ids.iter().map(named).collect::<Vec<_>>().join(", ");
        let full = |thing: &Thing| {
            let each = thing.ids.iter().map(|id| format!("{} {}", thing.noun, named(id)));
            each.collect::<Vec<_>>().join(", ")
        };
        let listed = |things: &[Thing]| things.iter().map(full).collect::<Vec<_>>().join(", ");
        let (word, rest) = words(self.operation);
        let group = self.operation.group.name;
        if let (Some(thing), true) = (self.path.first(), rest.starts_with("with-")) {
            // How it is done: `deleted kubernetes K with resources`.
            return clean(&format!("{verb} {} {}", full(thing), rest.replace('-', " ")));
        }
        let made = made.filter(|_| self.path.is_empty() || makes(self.operation));
        let mut text = verb.to_owned();
        let alone = self.path.is_empty() && (made.is_some() || !self.others.is_empty());
        let above = if !rest.is_empty() && !alone {
            // A part or a property of what the group is about: `removed ipv4 A from instance I`.
            let at = |noun| self.path.iter().position(|thing| thing.noun == noun);
            let own = at(group).or(at(rest).map(|place| place + 1));
            let own = own.or(self.path.len().checked_sub(1));
            let (inner, above) = self.path.split_at(own.unwrap_or_default());
            text = format!("{text} {}", rest.replace('-', " "));
            for thing in made.iter().chain(inner).chain(&self.others) {
                text = format!("{text} {}", called(thing));
            }
            let whole = above.first().map_or_else(|| group.to_owned(), full);
            text = format!("{text} {} {whole}", joins(word).unwrap_or("of"));
            above.get(1..).unwrap_or_default()
        } else {
            let (first, above) = match (made, self.path.split_first()) {
                (Some(made), _) => (full(&made), &self.path[..]),
                (None, Some((first, above))) if !makes(self.operation) => (full(first), above),
                // It was made, and the answer does not tell its id.
                (None, _) if self.others.is_empty() => (group.to_owned(), &self.path[..]),
                (None, _) => (listed(&self.others), &[][..]),
            };
            text = format!("{text} {first}");
            if let (Some(joins), false) = (joins(word), self.others.is_empty() || alone) {
                text = format!("{text} {joins} {}", listed(&self.others));
            }
            above
        };
        let of = Some(word).filter(|word| matches!(*word, "attach" | "detach")).and_then(joins);
        for thing in above {
            text = format!("{text} {} {}", of.unwrap_or("of"), full(thing));
        }
        clean(&text)
    }
}

/// An id with the name that is known of it.
pub(crate) fn called(id: &str, known: &Known) -> String {
    match known.get(id).filter(|name| !name.is_empty()) {
        Some(name) => format!("{id} ({name})"),
        None => id.to_owned(),
    }
}

/// Whether the answer tells what was made.
pub(crate) fn makes(operation: &Operation) -> bool {
    matches!(words(operation).0, "create" | "convert" | "add")
}

/// The verb, and what is left of the command: `attach` and `private-network`.
fn words(operation: &Operation) -> (&'static str, &'static str) {
    let command = operation.command.trim_end_matches("-many");
    command.split_once('-').unwrap_or((command, ""))
}

/// How a verb joins what it moves to where that goes.
fn joins(verb: &str) -> Option<&'static str> {
    match verb {
        "attach" | "add" => Some("to"),
        "detach" | "remove" | "delete" | "restore" => Some("from"),
        _ => None,
    }
}

/// `delete` becomes `deleted`.
fn past(verb: &str) -> String {
    match verb {
        "set" | "reset" | "told" | "called" => verb.to_owned(),
        "freeze" => "froze".to_owned(),
        "step" => "stepped".to_owned(),
        verb if verb.ends_with('e') => format!("{verb}d"),
        verb => format!("{verb}ed"),
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Each command that changes something, in words: see whether they read well.
    #[test]
    fn every_command_that_changes_something_says_so() {
        let all = presentation::operations::with_own();
        let mut said = Vec::new();
        for operation in all.iter().filter(|o| !o.reads()) {
            let mut fields = Map::new();
            for param in operation.path_fields() {
                fields.insert(param.clone(), param.to_uppercase().into());
            }
            for (field, _) in pointers::pointers(operation, &operation.request(), &all) {
                fields.insert(field.clone(), field.to_uppercase().into());
            }
            let response = operation.response();
            let told = presentation::schema::fields(&response).any(|(name, _)| name == "id");
            let answer = if told { json!({"id": "NEW", "label": "new"}) } else { Value::Null };
            let deed = Deed::new(operation, &fields, &all);
            let (command, done) = (operation.command, deed.done(&answer, &Known::new()));
            said.push(format!("{} {command}: {done}", operation.group.name));
        }
        insta::with_settings!({
            snapshot_path => "tests/golden", prepend_module_to_snapshot => false, omit_expression => true
        }, {
            insta::assert_snapshot!("what commands say that they did", said.join("\n"));
        });
    }

    #[test]
    fn several_are_told_in_one_sentence() {
        let all = presentation::operations::all();
        let said = |id: &str, fields: Value| {
            let operation = all.iter().find(|o| o.op.id == id).unwrap();
            let known = Known::from([("a".to_owned(), "web".to_owned())]);
            Deed::new(operation, fields.as_object().unwrap(), &all).wanted(&known)
        };
        let fields = json!({"instance_id": ["a", "b"]});
        assert_eq!(said("delete-instance", fields), "delete instance a (web), instance b");
        let fields = json!({"dns_domain": "x.example", "record_id": ["a", "b"]});
        let both = "delete record a (web), record b of domain x.example";
        assert_eq!(said("delete-record", fields), both);
        let fields = json!({"instance_id": "a", "ipv4": ["1", "2"]});
        assert_eq!(said("remove-instance-ipv4", fields), "remove ipv4 1, 2 from instance a (web)");
    }

    #[test]
    fn a_name_is_told_where_it_is_known_without_what_a_terminal_obeys() {
        let all = presentation::operations::all();
        let delete = all.iter().find(|o| o.op.id == "delete-block").unwrap();
        let fields = json!({"block_id": "cb67"});
        let deed = Deed::new(delete, fields.as_object().unwrap(), &all);
        let known = Known::from([("cb67".to_owned(), "web\u{1b}[2J".to_owned())]);
        assert_eq!(deed.wanted(&known), "delete block cb67 (web [2J)");
        assert_eq!(deed.done(&Value::Null, &known), "deleted block cb67 (web [2J)");
        assert_eq!(deed.done(&Value::Null, &Known::new()), "deleted block cb67");
    }
}
