//! An operation in Python.
//!
//! By `requests`, as plain HTTP: the generated client (`vultr-python-client`) knows neither another
//! endpoint nor the environment, wants its arguments in objects of its own, and lacks what came after
//! it was generated.

use api::Shape;
use serde_json::Value;

use super::Request;
use super::text::{Code, JSON, Style, quoted};

pub(super) fn code(request: &Request<'_>) -> Code {
    let mut code = Code::default();
    let op = &request.operation.op;
    code.word("import").plain(" os\n\n").word("import").plain(" requests\n\n");
    let method = op.method.as_str().to_lowercase();
    code.plain(format!("answer = requests.{method}("));
    code.line(1).plain("os.environ[").text("\"VULTR_API_ENDPOINT\"").plain("] + ");
    code.text(literal(&request.path())).plain(",");
    code.line(1).key("headers").plain("={").text("\"Authorization\"").plain(": ");
    code.text("\"Bearer \"").plain(" + os.environ[").text("\"VULTR_API_KEY\"").plain("]},");
    if !request.fields.is_empty() {
        let fields = match op.has_body {
            true => request.fields.clone(),
            false => request.query().into_iter().map(|(k, v)| (k, v.into())).collect(),
        };
        code.line(1).key(if op.has_body { "json" } else { "params" }).plain("=");
        code.value(&Value::Object(fields), &PYTHON, 1).plain(",");
    }
    code.line(1).key("timeout").plain("=").number("30").plain(",\n)\n");
    code.plain("answer.raise_for_status()");
    match op.shape {
        Shape::Empty => {}
        Shape::Text(_) => _ = code.plain("\nprint(answer.text)"),
        Shape::Bare => _ = code.plain("\nprint(answer.json())"),
        Shape::Key(key) | Shape::List(key) => {
            code.plain("\nprint(answer.json()[").text(literal(key)).plain("])");
        }
    }
    code
}

const PYTHON: Style = Style {
    indent: "    ",
    null: "None",
    truth: ("True", "False"),
    literal,
    name: literal,
    last_comma: true,
    ..JSON
};

fn literal(text: &str) -> String {
    quoted(text, |code| format!("\\u{code:04x}"))
}
