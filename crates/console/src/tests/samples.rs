//! A form of every operation, filled with a sample of its schema, sends what the schema says.

use presentation::operations::{self, Operation};
use presentation::schema;
use serde_json::{Map, Value, json};

use crate::form::read;
use crate::form::shape::Control;

const ID: &str = "cb676a46-66fd-4dfb-b839-443f2e6c0b60";

/// Pairs as a browser sends them, and what they mean.
type Pairs = Vec<(String, String)>;

fn sample(schema: &Value, name: &str, shape: &Value, way: &str) -> (Value, Pairs) {
    let target = schema::target(schema, shape);
    let is_whole = target["type"] == "integer";
    let one = |text: &str| vec![(way.to_owned(), text.to_owned())];
    let each = |texts: &[&str]| texts.iter().map(|t| (way.to_owned(), (*t).to_owned())).collect();
    match Control::of(schema, name, shape) {
        Control::Flag => (true.into(), one("true")),
        Control::Switch(on, _) => (on.clone().into(), one(&on)),
        Control::Integer => (24.into(), one(" 24 ")),
        Control::Number => (json!(0.5), one("0.5")),
        Control::Thing if is_whole => (24.into(), one("24")),
        Control::Thing => (ID.into(), one(ID)),
        // What most texts take that are more than a text.
        Control::Text => ("192.0.2.1".into(), one("192.0.2.1")),
        Control::Time => ("2027-01-31T12:00:00+00:00".into(), one("2027-01-31T12:00:00+00:00")),
        Control::Lines => ("a\nb\n".into(), one("a\r\nb\r\n")),
        Control::Encoded => ("YQpi".into(), one("a\r\nb")),
        Control::Word(words) => (words[0].clone().into(), one(&words[0])),
        Control::Words(words) => (json!([words[0]]), one(&words[0])),
        Control::Things => (json!([ID]), one(ID)),
        Control::Texts => {
            let mut pairs: Pairs = each(&["192.0.2.2,  192.0.2.3"]);
            pairs.push((format!("{way}.7"), "192.0.2.1".to_owned()));
            (json!(["192.0.2.1", "192.0.2.2", "192.0.2.3"]), pairs)
        }
        Control::Pairs => (json!({"a": "1", "b": "x=y"}), one("a=1\r\n b = x=y \r\n")),
        Control::Json => (json!({"a": [1]}), one("{ \"a\": [1] }")),
        Control::Object => object(schema, target, way),
        Control::Group => {
            // Numbers that are left over when one between was taken away.
            let (first, mut pairs) = object(schema, &target["items"], &format!("{way}.0"));
            let (second, more) = object(schema, &target["items"], &format!("{way}.12"));
            pairs.extend(more);
            (json!([first, second]), pairs)
        }
    }
}

fn object(schema: &Value, shape: &Value, way: &str) -> (Value, Pairs) {
    let mut value = Map::new();
    let mut pairs = Vec::new();
    for (name, inner) in schema::fields(schema::target(schema, shape)) {
        let way = if way.is_empty() { name.clone() } else { format!("{way}.{name}") };
        let (own, more) = sample(schema, name, inner, &way);
        value.insert(name.clone(), own);
        pairs.extend(more);
    }
    (value.into(), pairs)
}

fn whole(operation: &Operation) -> (Map<String, Value>, Pairs) {
    let schema = operation.request();
    let (value, pairs) = object(&schema, &schema, "");
    (value.as_object().unwrap().clone(), pairs)
}

#[test]
fn a_form_of_each_operation_sends_what_its_schema_says() {
    let mut unlike = Vec::new();
    for operation in operations::all() {
        let id = operation.op.id;
        let (expected, pairs) = whole(&operation);
        let fields = read(&operation, &pairs);
        assert_eq!(fields, expected, "{id}");
        match (operation.encode(fields), operation.encode(expected)) {
            (Ok(sent), Ok(expected)) => assert_eq!(sent, expected, "{id}"),
            (Err(problem), _) => unlike.push(format!("{id}: {problem}")),
            (Ok(_), Err(problem)) => panic!("{id}: {problem}"),
        }
    }
    // Samples know no words, so a few cannot be sent; that is told of the form that is sent, too.
    assert!(unlike.len() < 12, "{unlike:#?}");
}

#[test]
fn what_no_operation_knows_is_not_sent_and_what_is_left_empty_neither() {
    for operation in operations::all() {
        let (_, pairs) = whole(&operation);
        let mut odd: Pairs = vec![
            ("no_such_field".into(), "x".into()),
            ("_token".into(), "x".into()),
            ("__proto__.a".into(), "x".into()),
            ("tags.x".into(), "x".into()),
            (".".into(), "x".into()),
        ];
        let schema = operation.request();
        assert!(read(&operation, &odd).is_empty(), "{}", operation.op.id);
        let needed = schema::required(&schema);
        odd.extend(pairs.into_iter().map(|(name, _)| (name, String::new())));
        let fields = read(&operation, &odd);
        // But for what must be there, and may be empty.
        let other = fields.keys().find(|name| !needed.contains(&name.as_str()));
        assert_eq!(other, None, "{}", operation.op.id);
    }
}

#[test]
fn of_a_change_what_stayed_is_not_sent() {
    for operation in operations::all().into_iter().filter(crate::form::is_change) {
        let (was, mut pairs) = whole(&operation);
        let path = operation.path_fields();
        let schema = operation.request();
        let needed = schema::required(&schema);
        let was: Map<String, Value> =
            was.into_iter().filter(|(name, _)| !path.contains(name)).collect();
        pairs.push(("_was".into(), Value::from(was.clone()).to_string()));
        let left = |fields: &Map<String, Value>| -> Vec<String> {
            let own = |name: &&String| !path.contains(name) && !needed.contains(&name.as_str());
            fields.keys().filter(own).cloned().collect()
        };
        assert_eq!(left(&read(&operation, &pairs)), Vec::<String>::new(), "{}", operation.op.id);
        // Each alone is sent, once it is another.
        for name in was.keys().filter(|name| !needed.contains(&name.as_str())) {
            let mut changed = pairs.clone();
            for (way, value) in &mut changed {
                if way == name || way.starts_with(&format!("{name}.")) {
                    *value = "7".into();
                }
            }
            let sent = left(&read(&operation, &changed));
            assert_eq!(sent, std::slice::from_ref(name), "{}", operation.op.id);
        }
    }
}

#[test]
fn what_was_emptied_is_sent_as_empty() {
    let operation = crate::form::operation("update-instance").unwrap();
    let was = json!({"label": "web", "tags": ["a"], "firewall_group_id": ID, "plan": "vc2"});
    let pairs: Pairs = vec![
        ("instance_id".into(), ID.into()),
        ("label".into(), String::new()),
        ("firewall_group_id".into(), String::new()),
        ("tags".into(), String::new()),
        ("_was".into(), was.to_string()),
    ];
    let fields = read(&operation, &pairs);
    let mut expected = json!({"label": "", "tags": [], "firewall_group_id": "", "plan": ""});
    expected["instance_id"] = ID.into();
    assert_eq!(Value::from(fields), expected);
}
