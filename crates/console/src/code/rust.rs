//! An operation in Rust, by our own SDK: whole programs. Every operation has a method there, and its
//! request is a struct: both are known from the definition.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use api::form::{Field, Form, Record};
use api::{Endpoint, Group, Method, Visitor};
use serde_json::{Map, Value};

use super::text::{Code, JSON, Style};
use super::{Request, told};

/// How the SDK has an operation.
struct Call {
    /// The module that its request is in.
    family: &'static str,
    /// The way to it: `blocks`.
    group: String,
    /// The request's type.
    request: &'static str,
    form: &'static Form,
    /// Whether the method takes the request: a list of everything needs none.
    takes: bool,
}

#[derive(Default)]
struct Calls {
    by_id: BTreeMap<&'static str, Call>,
    /// The first group of a family bears the family's name.
    first: BTreeMap<&'static str, Group>,
}

static CALLS: LazyLock<BTreeMap<&'static str, Call>> = LazyLock::new(|| {
    let mut calls = Calls::default();
    api::visit(&mut calls);
    calls.by_id
});

impl Visitor for Calls {
    fn operation<E: Endpoint>(&mut self, group: &Group, _: &'static str) {
        // `kettle_api::blocks::ListBlocks`
        let mut path = std::any::type_name::<E>().split("::").skip(1);
        let family = path.next().unwrap_or_default();
        let first = *self.first.entry(family).or_insert(*group);
        let form = E::FORM;
        let needed = |record: &Record| record.all().iter().any(|field| field.needed);
        let needs = matches!(form, Form::Record(record) if needed(record));
        let call = Call {
            family,
            group: if first == *group { family.to_owned() } else { plural(group.name) },
            request: path.last().unwrap_or_default(),
            form,
            takes: E::OP.method != Method::GET || needs,
        };
        self.by_id.insert(E::OP.id, call);
    }
}

/// `registry` is `registries`, as the SDK has it.
fn plural(group: &str) -> String {
    let name = group.replace('-', "_");
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => name + "s",
    }
}

pub(super) fn code(request: &Request<'_>) -> Code {
    let mut code = Code::default();
    let operation = request.operation;
    let (Some(call), Some(Form::Record(record))) =
        (CALLS.get(operation.op.id), CALLS.get(operation.op.id).map(|call| call.form))
    else {
        return code;
    };
    let path = request.path.iter().map(|(name, text)| (name.clone(), text.clone().into()));
    let mut all: Map<String, Value> = path.collect();
    all.extend(request.fields.clone());
    // Within `with` nothing can fail.
    let is_sure = known(record, &all).iter().all(|(field, _)| is_sure(field.form));
    let with = !call.takes && is_sure;
    let mut body = Code::default();
    let method = operation.command.replace('-', "_");
    let names_it = call.takes || !all.is_empty() && !with;
    match call.takes || with || all.is_empty() {
        true => _ = body.plain(format!("client.{}().{method}(", call.group)),
        false => _ = body.plain("client.send("),
    }
    if names_it {
        object(&mut body, call.request, record, &all, 1);
    }
    body.plain(")");
    if with && !all.is_empty() {
        body.line(2).plain(".with(|list| {");
        for (field, value) in known(record, &all) {
            body.line(3).plain("list.").key(rust_name(field.name)).plain(" = ");
            wrapped(&mut body, field, &value, 3);
            body.plain(";");
        }
        body.line(2).plain("})");
    }
    let text = body.to_string();
    code.word("use").plain(" kettle_sdk::Client;\n");
    if names_it {
        code.word("use").plain(format!(" kettle_sdk::api::{}::{};\n", call.family, call.request));
    }
    match (text.contains("from_value(json!("), text.contains("json!(")) {
        (true, _) => _ = code.word("use").plain(" serde_json::{from_value, json};\n"),
        (false, true) => _ = code.word("use").plain(" serde_json::json;\n"),
        (false, false) => {}
    }
    code.plain("\n#[tokio::main]\n").word("async fn").plain(" main() -> Result<(), Box<");
    code.word("dyn").plain(" std::error::Error>> {\n    ").word("let").plain(" client = ");
    code.plain("Client::from_env()?;\n    ").word("let").plain(" answer = ").append(&body);
    code.plain(".").word("await").plain("?;\n    println!(").text("\"{answer:#?}\"");
    code.plain(");\n    Ok(())\n}");
    code
}

/// The fields of a record that have a value, in its order.
fn known(record: &'static Record, given: &Map<String, Value>) -> Vec<(&'static Field, Value)> {
    let all = record.all().into_iter();
    all.filter_map(|field| Some((field, given.get(field.name)?.clone()))).collect()
}

/// A struct.
fn object(
    code: &mut Code,
    name: &str,
    record: &'static Record,
    given: &Map<String, Value>,
    depth: usize,
) {
    let fields = known(record, given);
    let flat = record.fields.iter().any(|field| field.flat);
    if flat || fields.iter().any(|(field, _)| !is_name(field.name)) {
        // What is no field of the struct, or no name of Rust's, is written as the API has it.
        code.plain(format!("serde_json::from_value::<{name}>(json!("));
        code.value(&Value::Object(given.clone()), &WITHIN, depth).plain("))?");
        return;
    }
    code.plain(format!("{name} {{"));
    for (field, value) in &fields {
        code.line(depth + 1).key(rust_name(field.name)).plain(": ");
        wrapped(code, field, value, depth + 1);
        code.plain(",");
    }
    if fields.len() < record.all().len() {
        code.line(depth + 1).plain("..Default::default()");
    }
    code.line(depth).plain("}");
}

/// Fields that need not be there and are what they are, not in `Some`.
const NEVER_ABSENT: &[&str] = &["node_quantity"];

/// A field's value: in `Some` where it need not be there. What has a type of its own is read from
/// JSON, as the API has it: that goes for all of them.
fn wrapped(code: &mut Code, field: &Field, value: &Value, depth: usize) {
    if !is_simple(field.form) {
        code.plain("from_value(json!(").value(value, &WITHIN, depth).plain("))?");
        return;
    }
    let bare = field.needed || NEVER_ABSENT.contains(&field.name);
    code.plain(if bare { "" } else { "Some(" });
    literal(code, field.form, value);
    code.plain(if bare { "" } else { ")" });
}

/// Whether a value's type follows from what it looks like in JSON.
fn is_simple(form: &Form) -> bool {
    match form {
        Form::Flag | Form::Integer { .. } | Form::Text(None | Some("password")) | Form::Id(_) => {
            true
        }
        Form::List(item) => is_simple(item),
        _ => false,
    }
}

/// Whether nothing can be wrong about a value.
fn is_sure(form: &Form) -> bool {
    match form {
        Form::List(item) => is_sure(item),
        form => is_simple(form) && !matches!(form, Form::Id(_)),
    }
}

fn literal(code: &mut Code, form: &Form, value: &Value) {
    let text = told(value);
    match form {
        Form::Flag => _ = code.word(if text == "true" { "true" } else { "false" }),
        Form::Integer { .. } => {
            _ = code.number(text.parse::<i64>().unwrap_or_default().to_string());
        }
        Form::Id(_) => _ = code.text(rust(&text)).plain(".parse()?"),
        Form::List(item) => {
            code.plain("vec![");
            let items = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            for (i, value) in items.iter().enumerate() {
                code.plain(if i == 0 { "" } else { ", " });
                literal(code, item, value);
            }
            code.plain("]");
        }
        _ => _ = code.text(rust(&text)).plain(".into()"),
    }
}

/// Whether a field's name is one of Rust's.
fn is_name(field: &str) -> bool {
    field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A field's name: `type` is `kind`.
fn rust_name(field: &str) -> String {
    if field == "type" { "kind".to_owned() } else { field.to_owned() }
}

/// JSON within Rust.
const WITHIN: Style = Style { indent: "    ", ..JSON };

/// A text in Rust.
fn rust(text: &str) -> String {
    super::text::quoted(text, |code| format!("\\u{{{code:x}}}"))
}
