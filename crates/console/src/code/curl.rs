//! An operation as a call of curl, for a POSIX shell.

use serde_json::Value;

use super::Request;
use super::text::{Code, JSON, Style, json};
use crate::world;

pub(super) fn code(request: &Request<'_>) -> Code {
    let mut code = Code::default();
    let op = &request.operation.op;
    code.word("curl");
    if op.method != api::Method::GET {
        code.key(" -X").plain(format!(" {}", op.method));
    }
    // What is in an address is encoded: nothing in it means something between double quotes.
    // The endpoint has the API's version, below which is nothing of Kettle's own.
    let endpoint = if world::is_own(request.operation) {
        "${VULTR_API_ENDPOINT%/v2}"
    } else {
        "$VULTR_API_ENDPOINT"
    };
    code.text(format!(" \"{endpoint}{}\"", request.address()));
    code.plain(" \\\n  ").key("-H").text(" \"Authorization: Bearer $VULTR_API_KEY\"");
    if op.has_body && !request.fields.is_empty() {
        code.plain(" \\\n  ").key("-H").text(" \"Content-Type: application/json\"");
        code.plain(" \\\n  ").key("-d").plain(" '");
        code.value(&Value::Object(request.fields.clone()), &WITHIN, 0).plain("'");
    }
    code
}

/// JSON between single quotes.
const WITHIN: Style = Style { literal: within, name: within, ..JSON };

fn within(text: &str) -> String {
    json(text).replace('\'', r"'\''")
}
