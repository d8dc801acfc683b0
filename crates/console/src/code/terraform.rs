//! An operation in Terraform, by Vultr's provider: what makes a thing is a resource, what looks at
//! one brings it under Terraform's care, what lists them finds one. What has no resource says so, and
//! shows the closest. Which there are, and by which names, stands in `terraform.txt`.

use std::sync::LazyLock;

use presentation::operations::pattern;
use presentation::schema;
use serde_json::{Map, Value};

use super::text::{Code, quoted};
use super::{Request, told};

/// A collection of the API that the provider knows.
struct Known {
    collection: &'static str,
    resource: Option<&'static str>,
    /// What the id of an import is made of: `id`, or fields in braces.
    import: Option<&'static str>,
    data: Option<&'static str>,
    arguments: Vec<Argument>,
}

/// An argument of a resource.
struct Argument {
    name: &'static str,
    /// The way to the field that it has its value of.
    field: &'static str,
    /// Whether the provider encodes what the API has in base64.
    plain: bool,
    /// Whether there is no such resource without it.
    needed: bool,
    /// Of a block, the arguments in it.
    block: Option<Vec<&'static str>>,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let lines = include_str!("terraform.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(known).collect()
});

fn known(line: &'static str) -> Option<Known> {
    let mut words = line.split(' ');
    let mut next = || words.next().map(|word| Some(word).filter(|word| *word != "-"));
    let (collection, resource, import, data) = (next()??, next()?, next()?, next()?);
    let arguments = words.map(|word| {
        let (word, block) = match word.split_once('{') {
            Some((name, inner)) => (name, Some(inner.trim_end_matches('}').split(',').collect())),
            None => (word, None),
        };
        let name = word.trim_end_matches(['~', '!']);
        let (name, field) = name.split_once('=').unwrap_or((name, name));
        let (plain, needed) = (word.contains('~'), word.ends_with('!'));
        Argument { name, field, plain, needed, block }
    });
    Some(Known { collection, resource, import, data, arguments: arguments.collect() })
}

/// What a thing is called in the configuration.
const NAME: &str = "this";

pub(super) fn code(request: &Request<'_>) -> Code {
    let mut code = Code::default();
    let own = pattern(request.operation.op.path);
    let method = &request.operation.op.method;
    let at = |path: &str| KNOWN.iter().find(|known| known.collection == path);
    if let Some(known) = at(&own) {
        match (*method == api::Method::GET, known.resource, known.data) {
            (false, Some(resource), _) => {
                make(&mut code, request, known, resource, true);
                return code;
            }
            (true, _, Some(data)) => {
                find(&mut code, request, data, true);
                return code;
            }
            _ => {}
        }
    }
    if let Some(known) = own.strip_suffix("/{}").and_then(at)
        && let Some(resource) = known.resource
    {
        match method.as_str() {
            "GET" => {}
            "DELETE" => {
                code.comment(
                    "# Terraform deletes what is taken out of its configuration: remove the",
                );
                code.comment(format!("# block of this {resource}, then `terraform apply`."));
            }
            _ => {
                code.comment(
                    "# Change this in the resource that is there, then `terraform apply`.",
                );
                make(&mut code, request, known, resource, false);
                return code;
            }
        }
        let is_deleted = *method == api::Method::DELETE;
        if known.import.is_some() {
            none(
                &mut code,
                if is_deleted { "What was made elsewhere it has to know first:" } else { "" },
            );
            import(&mut code, request, known, resource);
        } else if !is_deleted {
            code.comment(format!(
                "# Terraform cannot import a {resource}: it knows those that it made."
            ));
        }
        code.trim();
        return code;
    }
    closest(&mut code, request, &own);
    code
}

/// Says that there is nothing, and shows what lies above.
fn closest(code: &mut Code, request: &Request<'_>, own: &str) {
    let above = |known: &&Known| {
        own.strip_prefix(known.collection)
            .is_some_and(|rest| rest.starts_with('/') || rest.is_empty())
    };
    let closest = KNOWN.iter().filter(above).max_by_key(|known| known.collection.len());
    code.comment("# Terraform has no resource for this: use kettle or curl.");
    for (name, value) in &request.fields {
        code.comment(format!("#   {name} = {}", hcl(&told(value))));
    }
    match closest {
        Some(Known { resource: Some(resource), import: Some(_), .. }) => {
            none(code, "The closest is the thing that it is done to:");
            import(code, request, closest.unwrap_or(&KNOWN[0]), resource);
        }
        Some(Known { resource: Some(resource), .. }) => {
            none(code, &format!("The closest is {resource}."))
        }
        Some(Known { data: Some(data), .. }) => {
            none(code, "The closest finds one of those that it is about:");
            find(code, request, data, false);
        }
        _ => {}
    }
    code.trim();
}

/// A comment, where there is something to say.
fn none(code: &mut Code, why: &str) {
    if !why.is_empty() {
        code.comment(format!("# {why}"));
    }
}

/// The block of a resource.
fn make(code: &mut Code, request: &Request<'_>, known: &Known, resource: &str, is_new: bool) {
    code.word("resource").plain(" ").text(format!("\"{resource}\"")).plain(" ");
    code.text(format!("\"{NAME}\"")).plain(" {");
    let mut said = Vec::new();
    let given = arguments(request, known, &mut said);
    let missing = known.arguments.iter().filter(|argument| {
        argument.needed && is_new && !given.iter().any(|(given, _)| given.name == argument.name)
    });
    let missing: Vec<&str> = missing.map(|argument| argument.name).collect();
    let (blocks, plain): (Vec<_>, Vec<_>) =
        given.into_iter().partition(|(argument, _)| argument.block.is_some());
    let (long, short): (Vec<_>, Vec<_>) =
        plain.into_iter().partition(|(_, value)| value.as_object().is_some_and(|o| !o.is_empty()));
    let width = short.iter().map(|(argument, _)| argument.name.len()).max().unwrap_or_default();
    for (argument, value) in &short {
        code.plain("\n  ").key(argument.name);
        code.plain(format!("{} = ", " ".repeat(width - argument.name.len())));
        match argument.plain {
            true => _ = code.plain("base64decode(").text(hcl(&told(value))).plain(")"),
            false => literal(code, value, 1),
        }
    }
    for (argument, value) in &long {
        code.plain("\n  ").key(argument.name).plain(" = ");
        literal(code, value, 1);
    }
    for (argument, value) in &blocks {
        for value in entries(value, argument) {
            block(code, argument, &value);
        }
    }
    let unsaid = request.fields.iter().filter(|(name, _)| !said.contains(&name.as_str()));
    let mut unsaid: Vec<&str> = unsaid.map(|(name, _)| name.as_str()).collect();
    unsaid.sort_unstable();
    let notes = [("The provider has no argument for", unsaid), ("It also needs", missing)];
    for (what, names) in notes.into_iter().filter(|(_, names)| !names.is_empty()) {
        code.plain("\n  ").comment(format!("# {what} {}.", names.join(", ")));
        code.trim();
    }
    code.plain(if code.ends_with('{') { "}" } else { "\n}" });
}

/// The arguments that the request has values for, and the fields that these are of.
fn arguments<'a>(
    request: &Request<'_>,
    known: &'a Known,
    said: &mut Vec<&'a str>,
) -> Vec<(&'a Argument, Value)> {
    let mut all: Map<String, Value> =
        request.path.iter().map(|(name, text)| (name.clone(), text.clone().into())).collect();
    all.extend(request.fields.clone());
    let mut given = Vec::new();
    for argument in &known.arguments {
        let steps: Vec<&str> = argument.field.split('.').collect();
        let value = all.get(steps[0]).and_then(|value| match steps.get(1) {
            Some(inner) => value.get(inner),
            None => Some(value),
        });
        if let Some(value) = value.filter(|value| !value.is_null()) {
            said.push(steps[0]);
            given.push((argument, value.clone()));
        }
    }
    // In the order of the request.
    let place = |argument: &Argument| {
        let field = argument.field.split('.').next().unwrap_or_default();
        all.keys().position(|name| name == field)
    };
    given.sort_by_key(|(argument, _)| place(argument));
    given
}

/// The blocks that a value makes: each of several objects, or the names and values of one.
fn entries(value: &Value, argument: &Argument) -> Vec<Value> {
    let inner = argument.block.as_deref().unwrap_or_default();
    match value {
        Value::Array(items) => items.clone(),
        Value::Object(fields) if inner.contains(&"key") && inner.contains(&"value") => fields
            .iter()
            .map(|(key, value)| serde_json::json!({"key": key, "value": value}))
            .collect(),
        other => vec![other.clone()],
    }
}

fn block(code: &mut Code, argument: &Argument, value: &Value) {
    let inner = argument.block.as_deref().unwrap_or_default();
    let fields = value.as_object().into_iter().flatten();
    let (known, other): (Vec<_>, Vec<_>) =
        fields.partition(|(name, _)| inner.contains(&name.as_str()));
    code.plain("\n\n  ").word(argument.name).plain(" {");
    let width = known.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in known {
        code.plain("\n    ").key(name).plain(format!("{} = ", " ".repeat(width - name.len())));
        literal(code, value, 2);
    }
    let other: Vec<&str> = other.into_iter().map(|(name, _)| name.as_str()).collect();
    if !other.is_empty() {
        let text = format!("# The provider has no argument for {}.", other.join(", "));
        code.plain("\n    ").comment(text).plain("  }");
    } else {
        code.plain("\n  }");
    }
}

/// The block that brings what is there under Terraform's care; false where the provider cannot.
fn import(code: &mut Code, request: &Request<'_>, known: &Known, resource: &str) -> bool {
    let Some(template) = known.import else { return false };
    let depth = known.collection.matches("{}").count();
    let id = match template {
        "id" => request.path.get(depth).map(|(_, text)| text.clone()),
        template => {
            let mut id = template.replace('~', " ");
            for (name, text) in &request.path {
                id = id.replace(&format!("{{{name}}}"), text);
            }
            Some(id).filter(|id| !id.contains('{'))
        }
    };
    let Some(id) = id else { return false };
    code.comment("# `terraform plan -generate-config-out=found.tf` writes its resource.");
    code.word("import").plain(" {\n  ").key("to").plain(format!(" = {resource}.{NAME}\n  "));
    code.key("id").plain(" = ").text(hcl(&id)).plain("\n}");
    true
}

/// Data sources that take no filter.
const UNFILTERED: &[&str] = &["vultr_account", "vultr_dns_domain", "vultr_logs"];

/// A data source: finds the one that fits.
fn find(code: &mut Code, request: &Request<'_>, data: &str, is_it: bool) {
    let paging = |name: &str| matches!(name, "per_page" | "cursor");
    let given = request.fields.iter().filter(|(name, _)| is_it && !paging(name));
    let given: Vec<_> = given.collect();
    code.word("data").plain(" ").text(format!("\"{data}\"")).plain(" ");
    code.text(format!("\"{NAME}\"")).plain(" {");
    if UNFILTERED.contains(&data) {
        let width = given.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, value) in &given {
            code.plain("\n  ").key(name.as_str());
            code.plain(format!("{} = ", " ".repeat(width - name.len())));
            literal(code, value, 1);
        }
        if data == "vultr_dns_domain" && given.is_empty() {
            code.plain("\n  ").key("domain").plain(" = ").text("\"example.com\"");
        }
        code.plain(if code.ends_with('{') { "}" } else { "\n}" });
        return;
    }
    let filters = match given.is_empty() {
        true => vec![usual(request)],
        false => given.iter().map(|(name, value)| ((*name).clone(), told(value))).collect(),
    };
    for (name, value) in filters {
        code.plain("\n  ").word("filter").plain(" {\n    ").key("name").plain("   = ");
        code.text(hcl(&name)).plain("\n    ").key("values").plain(" = [").text(hcl(&value));
        code.plain("]\n  }");
    }
    code.plain("\n}");
}

/// What one looks for where nothing is said: a name.
fn usual(request: &Request<'_>) -> (String, String) {
    let schema = request.operation.response();
    let item = schema.pointer("/properties/items/items").or_else(|| schema.get("items"));
    let item = schema::target(&schema, item.unwrap_or(&schema));
    let has = |name: &&&str| item.pointer(&format!("/properties/{name}")).is_some();
    let name = ["label", "name", "description", "id"].iter().find(has).unwrap_or(&"id");
    let value = if *name == "id" { "ID" } else { "web-1" };
    ((*name).to_owned(), value.to_owned())
}

/// A value in HCL.
fn literal(code: &mut Code, value: &Value, depth: usize) {
    let indent = |depth: usize| format!("\n{}", "  ".repeat(depth));
    match value {
        Value::Array(items) => {
            code.plain("[");
            for (i, item) in items.iter().enumerate() {
                code.plain(if i == 0 { "" } else { ", " });
                literal(code, item, depth);
            }
            code.plain("]");
        }
        Value::Object(fields) => {
            code.plain("{");
            for (name, value) in fields {
                code.plain(indent(depth + 1)).key(hcl(name)).plain(" = ");
                literal(code, value, depth + 1);
            }
            code.plain(indent(depth)).plain("}");
        }
        Value::String(text) => _ = code.text(hcl(text)),
        Value::Number(number) => _ = code.number(number.to_string()),
        other => _ = code.word(other.to_string()),
    }
}

/// A text in HCL, where `${` and `%{` begin something.
fn hcl(text: &str) -> String {
    let text = quoted(text, |code| format!("\\u{code:04x}"));
    text.replace("${", "$${").replace("%{", "%%{")
}
