//! An operation in Go, by govultr: whole programs, that compile as they are. Which methods there are,
//! what they take, and what the fields of their structs are called, stands in `go.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use presentation::operations::pattern;
use serde_json::Value;

use super::text::{Code, quoted};
use super::{Request, told};

/// A method of a service.
struct Call {
    method: &'static str,
    path: &'static str,
    /// `BlockStorage.Create`.
    name: &'static str,
    /// How many values it answers with, the error among them.
    answers: usize,
    /// The types of what it takes behind the context.
    takes: Vec<&'static str>,
}

/// A field of a struct: its name in the API, its name in Go, its type.
type Field = (&'static str, &'static str, &'static str);

struct Table {
    calls: Vec<Call>,
    structs: BTreeMap<&'static str, Vec<Field>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { calls: Vec::new(), structs: BTreeMap::new() };
    for line in include_str!("go.txt").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["struct", name, fields @ ..] => {
                let field = |text: &&'static str| {
                    let (field, rest) = text.split_once(':')?;
                    let (name, kind) = rest.split_once(':')?;
                    Some((field, name, kind))
                };
                table.structs.insert(name, fields.iter().filter_map(field).collect());
            }
            [method, path, name, answers, takes] => table.calls.push(Call {
                method,
                path,
                name,
                answers: answers.parse().unwrap_or(1),
                takes: takes.split(',').filter(|t| !t.is_empty()).collect(),
            }),
            _ => {}
        }
    }
    table
});

pub(super) fn code(request: &Request<'_>) -> Code {
    let own = pattern(request.operation.op.path);
    let method = request.operation.op.method.as_str();
    let exact = TABLE.calls.iter().find(|call| call.path == own && call.method == method);
    // The closest looks at what it is about.
    let above = |call: &&Call| call.method == "GET" && own.starts_with(call.path);
    let call =
        exact.or_else(|| TABLE.calls.iter().filter(above).max_by_key(|call| call.path.len()));
    let mut code = Code::default();
    let Some(call) = call else {
        code.comment("// govultr has no method for this: use kettle or curl.");
        code.trim();
        return code;
    };
    if exact.is_none() {
        code.comment("// govultr has no method for this: use kettle or curl. The closest:");
        code.plain("\n");
    }
    let mut body = Code::default();
    let unsaid = written(&mut body, request, call);
    program(&mut code, call, &body, if exact.is_some() { &unsaid } else { &[] });
    code
}

/// The program around a call.
fn program(code: &mut Code, call: &Call, body: &Code, unsaid: &[String]) {
    code.word("package").plain(" main\n\n").word("import").plain(" (\n");
    let answers = call.answers > 1;
    let own = ["context", "fmt", "log", "os"].into_iter().filter(|name| *name != "fmt" || answers);
    for name in own {
        code.plain("\t").text(format!("\"{name}\"")).plain("\n");
    }
    code.plain("\n\t").text("\"github.com/vultr/govultr/v3\"");
    code.plain("\n\t").text("\"golang.org/x/oauth2\"").plain("\n)\n\n");
    code.word("func").plain(" main() {\n\tctx := context.Background()\n");
    code.plain("\ttoken := &oauth2.Token{").key("AccessToken").plain(": os.Getenv(");
    code.text("\"VULTR_API_KEY\"")
        .plain(")}\n\tclient := govultr.NewClient(oauth2.NewClient(ctx, ");
    code.plain("oauth2.StaticTokenSource(token)))\n\t")
        .word("if")
        .plain(" err := client.SetBaseURL(");
    code.plain("os.Getenv(").text("\"VULTR_API_ENDPOINT\"").plain(")); err != ").word("nil");
    code.plain(" {\n\t\tlog.Fatal(err)\n\t}\n");
    for name in unsaid {
        code.plain("\t").comment(format!("// govultr has no field for {name}."));
    }
    match answers {
        true => {
            let others = ", _".repeat(call.answers - 2);
            code.plain(format!("\tanswer{others}, err := ")).append(body).plain("\n\t");
            code.word("if").plain(" err != ").word("nil").plain(" {\n\t\tlog.Fatal(err)\n\t}\n");
            code.plain("\tfmt.Printf(").text("\"%+v\\n\"").plain(", answer)\n}");
        }
        false => {
            code.plain("\t").word("if").plain(" err := ").append(body);
            code.plain("; err != ").word("nil").plain(" {\n\t\tlog.Fatal(err)\n\t}\n}");
        }
    }
}

/// The call itself; and the fields of the request that it has no place for.
fn written(code: &mut Code, request: &Request<'_>, call: &Call) -> Vec<String> {
    let mut unsaid: Vec<String> = request.fields.keys().cloned().collect();
    code.plain(format!("client.{}(ctx", call.name));
    let mut path = request.path.iter().take(call.path.matches("{}").count());
    let mut fields = request.fields.iter();
    for kind in &call.takes {
        code.plain(", ");
        let bare = kind.trim_start_matches('*');
        match (TABLE.structs.get(bare), path.next()) {
            (Some(known), None) => {
                code.plain(format!("{}govultr.{bare}{{", kind.strip_suffix(bare).map_or("", amp)));
                let given =
                    known.iter().filter_map(|field| Some((field, request.fields.get(field.0)?)));
                let given: Vec<_> = given.collect();
                unsaid.retain(|name| !known.iter().any(|(field, ..)| field == name));
                inner(code, &given, 2);
                code.plain(if given.is_empty() { "}" } else { "\n\t}" });
            }
            (_, Some((_, text))) => value(code, kind, &text.as_str().into(), 1),
            (None, None) => match fields.next() {
                Some((name, given)) => {
                    unsaid.retain(|other| other != name);
                    value(code, kind, given, 1);
                }
                None => value(code, kind, &Value::Null, 1),
            },
        }
    }
    code.plain(")");
    unsaid
}

/// A pointer in a type is an address in a value.
fn amp(stars: &str) -> &str {
    if stars == "*" { "&" } else { "" }
}

/// The fields of a struct, each in a line.
fn inner(code: &mut Code, given: &[(&Field, &Value)], depth: usize) {
    let width = given.iter().map(|((_, name, _), _)| name.len()).max().unwrap_or_default();
    for ((_, name, kind), given) in given {
        code.plain(format!("\n{}", "\t".repeat(depth))).key(*name);
        code.plain(format!(":{} ", " ".repeat(width - name.len())));
        value(code, kind, given, depth);
        code.plain(",");
    }
}

/// A value of a type.
fn value(code: &mut Code, kind: &str, given: &Value, depth: usize) {
    let text = told(given);
    match kind {
        _ if given.is_null() && kind.starts_with('*') => _ = code.word("nil"),
        _ if kind.starts_with("*[]") => value(code.plain("&"), &kind[1..], given, depth),
        "string" => _ = code.text(go(if given.is_null() { "" } else { &text })),
        "bool" => _ = code.word(if text == "true" { "true" } else { "false" }),
        "*bool" => _ = code.plain("govultr.BoolToBoolPtr(").word(text).plain(")"),
        "*string" => _ = code.plain("govultr.StringToStringPtr(").text(go(&text)).plain(")"),
        "*int" => _ = code.plain("govultr.IntToIntPtr(").number(number(given)).plain(")"),
        "any" | "interface{}" => any(code, given),
        _ if let Some(item) = kind.strip_prefix("[]") => {
            code.plain(format!("[]{}{{", qualified(item)));
            let items = match given {
                Value::Array(items) => items.clone(),
                Value::Null => Vec::new(),
                one => vec![one.clone()],
            };
            for (i, given) in items.iter().enumerate() {
                code.plain(if i == 0 { "" } else { ", " });
                value(code, item, given, depth);
            }
            code.plain("}");
        }
        _ if let Some(item) = kind.strip_prefix("map[string]") => {
            code.plain(format!("map[string]{}{{", qualified(item)));
            for (i, (name, given)) in given.as_object().into_iter().flatten().enumerate() {
                code.plain(if i == 0 { "" } else { ", " }).text(go(name)).plain(": ");
                value(code, item, given, depth);
            }
            code.plain("}");
        }
        _ => {
            let bare = kind.trim_start_matches('*');
            match (TABLE.structs.get(bare), given) {
                (Some(known), Value::Object(fields)) => {
                    code.plain(format!(
                        "{}govultr.{bare}{{",
                        kind.strip_suffix(bare).map_or("", amp)
                    ));
                    let given =
                        known.iter().filter_map(|field| Some((field, fields.get(field.0)?)));
                    let given: Vec<_> = given.collect();
                    inner(code, &given, depth + 1);
                    code.plain(match given.is_empty() {
                        true => "}".to_owned(),
                        false => format!("\n{}}}", "\t".repeat(depth)),
                    });
                }
                (Some(_), _) => _ = code.word("nil"),
                (None, given) => _ = code.number(number(given)),
            }
        }
    }
}

/// A value that may be anything.
fn any(code: &mut Code, given: &Value) {
    match given {
        Value::String(text) => _ = code.text(go(text)),
        Value::Number(number) => _ = code.number(number.to_string()),
        Value::Bool(flag) => _ = code.word(flag.to_string()),
        Value::Null => _ = code.word("nil"),
        Value::Array(_) => value(code, "[]any", given, 0),
        Value::Object(_) => value(code, "map[string]any", given, 0),
    }
}

/// A type as it is called outside of govultr.
fn qualified(kind: &str) -> String {
    let bare = kind.trim_start_matches(['*', '[', ']']);
    match TABLE.structs.contains_key(bare) {
        true => kind.replace(bare, &format!("govultr.{bare}")),
        false => kind.to_owned(),
    }
}

fn number(given: &Value) -> String {
    let text = told(given);
    match text.parse::<f64>() {
        Ok(_) => text,
        Err(_) => "0".to_owned(),
    }
}

fn go(text: &str) -> String {
    quoted(text, |code| format!("\\u{code:04x}"))
}
