//! What is edited: the fields that a thing's update operation takes, with the values that the thing
//! has, as YAML with comments; and from the edited text back to the fields that have changed.
//!
//! A field that the thing does not tell stands there as a comment, to be set. What is in base64 is
//! plain text here, where it is text.

use presentation::operations::Operation;
use presentation::schema::{self, Kind};
use presentation::text::{clean_lines, escaped};
use presentation::yaml;
use serde_json::{Map, Value};

use crate::files;

/// What stands before each line about a mistake.
const MISTAKE: &str = "#! ";

/// How wide comments are.
const WIDTH: usize = 96;

pub(super) struct Form {
    schema: Value,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    about: String,
    kind: Kind,
    /// The value that the thing has, as it is shown; none where the thing does not tell it.
    shown: Option<Value>,
    /// Whether it travels in base64, and is shown as the text that it stands for.
    encoded: bool,
    required: bool,
}

impl Form {
    /// The form of a thing, for the operation that updates it.
    pub(super) fn new(update: &Operation, thing: &Value) -> Self {
        let (schema, params) = (update.request(), update.path_fields());
        let required = schema::required(&schema);
        let fields = schema::fields(&schema).filter(|(name, _)| !params.contains(name));
        let fields = fields.filter_map(|(name, shape)| {
            let about = schema::description(Some(shape));
            // Of two names for one thing, the newer one is enough.
            if about.contains("Use `") || about.contains("older name") {
                return None;
            }
            let value = value_of(thing, name).filter(|_| !schema::is_secret(shape));
            let shown = value.map(|value| project(&schema, shape, value));
            let text = |shown: &Value| Some(Value::from(files::plain(shown.as_str()?)?));
            let (shown, encoded) = match (schema::is_encoded(&schema, shape), shown) {
                (true, Some(shown)) => match text(&shown) {
                    Some(text) => (Some(text), true),
                    None => (Some(shown), false),
                },
                (encoded, shown) => (shown, encoded),
            };
            let required = required.contains(&name.as_str());
            let kind = schema::kind(&schema, shape);
            Some(Field { name: name.clone(), about, kind, shown, encoded, required })
        });
        let fields = fields.collect();
        Self { schema, fields }
    }

    /// The text to edit.
    pub(super) fn text(&self, title: &str) -> String {
        let mut text = format!(
            "# {title}\n#\n# What is changed here is sent when you save and close; where nothing is, \
             nothing is sent.\n# A line that is taken away changes nothing: \"\" and [] clear.\n"
        );
        let (shown, hidden): (Vec<_>, Vec<_>) = self.fields.iter().partition(|f| f.shown.is_some());
        for field in shown {
            text = format!("{text}\n{}", field.comment());
            text.push_str(&written(&field.name, field.shown.as_ref().unwrap_or(&Value::Null)));
        }
        if !hidden.is_empty() {
            text.push_str(
                "\n# These are not told, but can be set: take the # before the name away.\n",
            );
        }
        for field in hidden {
            text = format!("{text}\n{}#{}:\n", field.comment(), field.name);
        }
        text
    }

    /// The fields that have other values now, as they are sent.
    pub(super) fn changes(&self, edited: &str) -> Result<Map<String, Value>, String> {
        let read = yaml::read(edited).map_err(|why| format!("this is no YAML: {why}"))?;
        let read = match read.map(|node| node.value()) {
            Some(Value::Object(read)) => read,
            None | Some(Value::Null) => Map::new(),
            _ => return Err("expected a line `name: value` for each field".into()),
        };
        let mut changes = Map::new();
        for (name, value) in read {
            let field = self.fields.iter().find(|field| field.name == name);
            let field = field.ok_or_else(|| {
                let known: Vec<_> = self.fields.iter().map(|f| f.name.as_str()).collect();
                format!("there is no field `{name}`; there are {}", known.join(", "))
            })?;
            let value = field.given(value)?;
            if field.shown.as_ref() != Some(&value) {
                changes.insert(name, field.sent(value));
            }
        }
        match schema::unknown(&self.schema, &changes) {
            Some((way, known)) => {
                Err(format!("there is no field `{way}`; there are {}", known.join(", ")))
            }
            None => Ok(changes),
        }
    }

    /// What is sent for these changes: what the operation cannot do without goes along.
    pub(super) fn needed(&self, changes: &Map<String, Value>) -> Map<String, Value> {
        let mut sent = changes.clone();
        for field in self.fields.iter().filter(|field| field.required) {
            if let Some(shown) = &field.shown {
                sent.entry(field.name.clone()).or_insert_with(|| field.sent(shown.clone()));
            }
        }
        sent
    }
}

impl Field {
    /// What it is, in lines of a comment.
    fn comment(&self) -> String {
        let about = match self.encoded {
            true => self.about.replace(", in base64", "").replace(" in base64", ""),
            false => self.about.clone(),
        };
        wrapped(&about).lines().map(|line| format!("# {line}\n")).collect()
    }

    /// What was written, as far as YAML may have taken it for something else.
    fn given(&self, value: Value) -> Result<Value, String> {
        Ok(match (&self.kind, value) {
            (Kind::Text | Kind::Uuid | Kind::Word(_), Value::Null) => "".into(),
            (Kind::List(_), Value::Null) => Value::Array(Vec::new()),
            (_, Value::Null) => return Err(format!("{}: a value is missing", self.name)),
            (Kind::Text | Kind::Uuid, other @ (Value::Number(_) | Value::Bool(_))) => {
                return Err(format!("{}: {other} is no text; write \"{other}\"", self.name));
            }
            (_, value) => value,
        })
    }

    fn sent(&self, value: Value) -> Value {
        match value.as_str() {
            Some(text) if self.encoded => files::encode(text.as_bytes()).into(),
            _ => value,
        }
    }
}

impl Form {
    /// The edited text as it is to be opened again, with its mistake on top; and the mistake, which
    /// names lines as they are then.
    pub(super) fn reopened(&self, edited: &str, mistake: String) -> (String, String) {
        let (mut text, mut mistake) = (with_mistake(edited, &mistake), mistake);
        // What stands on top moves the lines, and with longer numbers it may be longer itself.
        for _ in 0..3 {
            match self.changes(&text) {
                Err(there) if there != mistake => {
                    text = with_mistake(edited, &there);
                    mistake = there;
                }
                _ => break,
            }
        }
        (text, mistake)
    }
}

/// The edited text with a mistake on top, in place of an earlier one.
fn with_mistake(edited: &str, mistake: &str) -> String {
    let about = format!("This was not taken: {}", clean_lines(mistake));
    let about = wrapped(&about);
    let mut lines: Vec<String> = about.lines().map(|line| format!("{MISTAKE}{line}")).collect();
    let kept = edited.lines().filter(|line| !line.starts_with(MISTAKE));
    lines.extend(kept.map(str::to_owned));
    lines.join("\n") + "\n"
}

/// The value of a field: at the thing's top, or in one of its parts.
fn value_of<'a>(thing: &'a Value, name: &str) -> Option<&'a Value> {
    let parts = || thing.as_object()?.values().find_map(|part| part.as_object()?.get(name));
    thing.get(name).or_else(parts).filter(|value| !value.is_null())
}

/// A value without what cannot be sent, such as the ids of rules that are written anew.
fn project(schema: &Value, shape: &Value, value: &Value) -> Value {
    let shape = schema::target(schema, shape);
    match value {
        Value::Object(object) => {
            let Some(known) = shape.get("properties").and_then(Value::as_object) else {
                return value.clone();
            };
            let kept = object.iter().filter_map(|(name, value)| {
                Some((name.clone(), project(schema, known.get(name)?, value)))
            });
            kept.collect::<Map<_, _>>().into()
        }
        Value::Array(items) => {
            let inner = shape.get("items").unwrap_or(&Value::Null);
            items.iter().map(|item| project(schema, inner, item)).collect()
        }
        other => other.clone(),
    }
}

/// A field in YAML, ending in a line break.
fn written(name: &str, value: &Value) -> String {
    let field: Map<String, Value> = [(name.to_owned(), value.clone())].into_iter().collect();
    // Nothing is folded: a key is one line, however long.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    match serde_saphyr::to_string_with_options(&Value::Object(field), options) {
        // Such a block would take the empty line behind it for its own.
        Ok(text) if !text.contains("|+") => format!("{}\n", text.trim_end_matches('\n')),
        // JSON is YAML.
        _ => format!("{name}: {}\n", escaped(&value.to_string())),
    }
}

/// A text in lines of comfortable width.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut width = 0;
        for word in line.split_whitespace() {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > WIDTH {
                out.push('\n');
                width = 0;
            } else if width > 0 {
                out.push(' ');
                width += 1;
            }
            out.push_str(word);
            width += length;
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn update(id: &str) -> Operation {
        presentation::operations::all().into_iter().find(|o| o.op.id == id).unwrap()
    }

    fn changed(form: &Form, edited: &str) -> Value {
        form.changes(edited).unwrap().into()
    }

    fn balancer() -> Value {
        json!({
            "id": "a", "label": "lb", "nodes": 1, "instances": ["i"], "has_ssl": false,
            "generic_info": {"balancing_algorithm": "roundrobin", "timeout": 600, "vpc": ""},
            "forwarding_rules": [{
                "id": "r", "frontend_protocol": "http", "frontend_port": 80,
                "backend_protocol": "http", "backend_port": 80
            }]
        })
    }

    #[test]
    fn what_an_update_takes_is_shown_with_what_the_thing_has() {
        let form = Form::new(&update("update-load-balancer"), &balancer());
        insta::with_settings!({
            snapshot_path => "../tests/golden", prepend_module_to_snapshot => false,
            omit_expression => true
        }, {
            insta::assert_snapshot!("what is edited of a load balancer", form.text("load-balancer a (lb)"));
        });
    }

    #[test]
    fn an_unchanged_form_is_no_change_whatever_stands_in_it() {
        let nasty = "yes\n# no comment\n\t\"it's\": [x] \u{9b} ä \u{202e}\n";
        for text in
            ["", "yes", "0123", "1e3", "~", "a: b", "- a", "# a", "@x", "\u{1b}[2J", nasty, " a "]
        {
            let long = "word ".repeat(60);
            for label in
                [text, &format!("{text}\n"), &format!("{text}\n\n"), &format!("{text} {long}")]
            {
                let thing = json!({"id": "a", "label": label, "tags": [label, "b"], "os_id": 7});
                let form = Form::new(&update("update-instance"), &thing);
                let shown = form.text("instance a");
                assert_eq!(changed(&form, &shown), json!({}), "{label:?}: {shown}");
            }
        }
        let form = Form::new(&update("update-load-balancer"), &balancer());
        assert_eq!(changed(&form, &form.text("a")), json!({}));
    }

    #[test]
    fn only_what_has_changed_is_sent_and_what_was_not_told_can_be_set() {
        let thing = json!({"id": "a", "label": "web", "tags": ["x"], "plan": "p", "os_id": 7});
        let form = Form::new(&update("update-instance"), &thing);
        let text = form.text("instance a");
        assert_eq!(
            changed(&form, &text.replace("label: web", "label: db")),
            json!({"label": "db"})
        );
        assert_eq!(changed(&form, &text.replace("label: web\n", "")), json!({}));
        assert_eq!(changed(&form, &text.replace("label: web", "label:")), json!({"label": ""}));
        let set = text.replace("#user_data:", "user_data: |\n  #!/bin/sh\n");
        assert_eq!(changed(&form, &set), json!({"user_data": "IyEvYmluL3NoCg=="}));
        let set = text.replace("#backups:", "backups: enabled");
        assert_eq!(changed(&form, &set), json!({"backups": "enabled"}));
        for nothing in ["", "\n", "# a comment\n"] {
            assert_eq!(changed(&form, nothing), json!({}), "{nothing:?}");
        }
    }

    #[test]
    fn a_script_is_edited_as_the_text_that_it_is() {
        let script = "#!/bin/sh\necho \"a: b\"\n";
        let thing = json!({"id": "a", "name": "n", "type": "boot", "script": files::encode(script.as_bytes())});
        let form = Form::new(&update("update-startup-script"), &thing);
        let text = form.text("startup-script a");
        assert!(text.contains("\n  #!/bin/sh\n  echo \"a: b\"\n"), "{text}");
        assert_eq!(changed(&form, &text), json!({}));
        let sent = changed(&form, &text.replace("echo", "printf"));
        let expected = files::encode(script.replace("echo", "printf").as_bytes());
        assert_eq!(sent, json!({"script": expected}));
        // What is no text stays in base64.
        let thing = json!({"id": "a", "name": "n", "script": "//4A"});
        let text = Form::new(&update("update-startup-script"), &thing).text("a");
        assert!(text.contains("//4A"), "{text}");
    }

    #[test]
    fn mistakes_are_told_by_their_field() {
        let thing = json!({"id": "a", "label": "web", "os_id": 7});
        let form = Form::new(&update("update-instance"), &thing);
        let told = |edited: &str| form.changes(edited).unwrap_err();
        assert!(told("lable: x").starts_with("there is no field `lable`; there are os_id, app_id"));
        assert!(told("instance_id: x").starts_with("there is no field `instance_id`"));
        assert_eq!(told("label: 123"), "label: 123 is no text; write \"123\"");
        assert_eq!(told("os_id:"), "os_id: a value is missing");
        assert!(told("label: [").starts_with("this is no YAML: "));
        assert!(told("- a").starts_with("expected a line"));
        let form = Form::new(&update("update-load-balancer"), &balancer());
        let told = form.changes("health_check: {prot: x}").unwrap_err();
        assert!(told.starts_with("there is no field `health_check.prot`; there are"), "{told}");
    }

    #[test]
    fn a_mistake_stands_on_top_until_the_next_one() {
        let once = with_mistake("# a\nlabel: x\n", "no such\nplan");
        assert_eq!(once, "#! This was not taken: no such\n#! plan\n# a\nlabel: x\n");
        assert_eq!(with_mistake(&once, "other"), "#! This was not taken: other\n# a\nlabel: x\n");
    }

    #[test]
    fn a_mistake_names_the_line_of_the_text_as_it_is_opened_again() {
        let form = Form::new(&update("update-instance"), &json!({"id": "a", "label": "web"}));
        let edited = form.text("instance a").replace("label: web", "label: \"web");
        // Where an earlier mistake is taken away, lines move once more.
        for edited in [edited.clone(), with_mistake(&edited, &"much to say ".repeat(40))] {
            let first = form.changes(&edited).unwrap_err();
            let (text, mistake) = form.reopened(&edited, first);
            assert_eq!(form.changes(&text), Err(mistake.clone()), "{text}");
            assert_eq!(mistake.matches("line").count(), 1, "{mistake}");
            assert!(mistake.starts_with("this is no YAML: line"), "{mistake}");
        }
        let (text, mistake) = form.reopened("label: x\n", "no such label".into());
        assert_eq!((text, &*mistake), (with_mistake("label: x\n", &mistake), "no such label"));
    }

    #[test]
    fn what_an_update_cannot_do_without_goes_along() {
        let thing = json!({"id": "a", "subnet": "198.18.0.1", "label": "web"});
        let form = Form::new(&update("update-reserved-ip"), &thing);
        assert_eq!(Value::from(form.needed(&Map::new())), json!({"label": "web"}));
    }
}
