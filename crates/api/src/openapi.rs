//! The OpenAPI document of what is served, written from the operations themselves.
//!
//! It must never say anything that the operations do not: whoever wants it to say more writes that
//! on the operation's type.

mod plain;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::form::{Form, Schemas};
use crate::page::PER_PAGE_MAX;
use crate::wire::Wire as _;
use crate::world::plain::Plain;
use crate::{Access, ApiError, Op, Operation, Shape, wire};

/// Where the server listens unless it is told otherwise.
const SERVER: &str = "http://127.0.0.1:8787";

/// The refusals that operations have in common: status, name, and what they mean.
const REFUSALS: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "The request is wrong; the text names the field."),
    (401, "Unauthorized", "The API key is missing, unknown or not allowed from this address."),
    (403, "Forbidden", "The key's user lacks the permission that `x-permission` names."),
    (404, "NotFound", "There is no such thing in this account."),
    (429, "TooManyRequests", "Too many requests in a short time; try again a little later."),
];

/// What a document says of itself.
struct About {
    title: &'static str,
    summary: &'static str,
    description: &'static str,
    key: &'static str,
}

const API: About = About {
    title: "Kettle",
    summary: "The Vultr API on your own machine",
    description: "What this server answers. It speaks version 2 of the Vultr API; `x-permission` is \
        the permission that the key's user needs. Texts that are sent hold no control characters; \
        where `x-lines` is true, line breaks and tabs may stand in them.",
    key: "An API key, as `Authorization: Bearer KEY`.",
};

const OWN: About = About {
    title: "Kettle's own",
    summary: "The world that a Kettle serves: its state, clock, faults and history",
    description: "What is below `/_kettle/` and no part of the Vultr API. Only the owner's key may \
        call it, but for what says otherwise.",
    key: "The owner's key, as `Authorization: Bearer KEY`: it is in the data directory's file `key`.",
};

/// The document of every operation of the API, for this version of the program.
pub fn document(version: &str) -> Value {
    written(crate::operations(), &[], version, &API)
}

/// The document of every operation of Kettle's own and of what is no operation there, for this version
/// of the program.
pub fn own_document(version: &str) -> Value {
    written(crate::world::operations(), &Plain::ALL, version, &OWN)
}

fn written<'a>(
    operations: impl Iterator<Item = &'a Operation>,
    others: &[Plain],
    version: &str,
    about: &About,
) -> Value {
    let mut writer = Writer::new();
    operations.for_each(|operation| writer.operation(operation));
    others.iter().for_each(|other| writer.plain(&other.route()));
    writer.finish(version, about)
}

/// Collects what operations say.
struct Writer {
    schemas: Schemas,
    bodies: Map<String, Value>,
    paths: Map<String, Value>,
    tags: Vec<Value>,
}

impl Writer {
    fn operation(&mut self, operation: &Operation) {
        let (group, op, about) = (&operation.group, &operation.op, operation);
        let tag = json!({ "name": group.name, "description": group.about });
        if !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
        let mut operation = Map::new();
        operation.insert("operationId".into(), op.id.into());
        operation.insert("tags".into(), json!([group.name]));
        self.request(about, &mut operation);
        let mut responses = Map::new();
        responses.insert(op.status.to_string(), self.success(about));
        for (status, name, _) in REFUSALS.iter().filter(|(status, ..)| refuses(op, *status)) {
            let refusal = json!({ "$ref": format!("#/components/responses/{name}") });
            responses.insert(status.to_string(), refusal);
        }
        operation.insert("responses".into(), responses.into());
        if op.access == Access::Public {
            operation.insert("security".into(), json!([]));
        }
        operation.insert("x-permission".into(), op.access.as_str().into());
        let path = self.paths.entry(op.path).or_insert_with(|| json!({}));
        path[op.method.as_str().to_lowercase()] = operation.into();
    }

    fn new() -> Self {
        let schemas = Schemas::new("#/components/schemas/");
        Self { schemas, bodies: Map::new(), paths: Map::new(), tags: Vec::new() }
    }

    /// Summary, parameters and body.
    fn request(&mut self, about: &Operation, operation: &mut Map<String, Value>) {
        let (op, name) = (&about.op, type_name(about.op.id));
        let Form::Record(record) = about.request else { return };
        let mut schema = self.schemas.record(record);
        wire::state(&mut schema);
        let Value::Object(mut schema) = schema else { return };
        let about = schema.shift_remove("description");
        let about = about.as_ref().and_then(Value::as_str).unwrap_or_default();
        operation.insert("summary".into(), first_sentence(about).into());
        if about.trim_end_matches('.') != first_sentence(about) {
            operation.insert("description".into(), about.into());
        }

        let mut fields = match schema.shift_remove("properties") {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let mut required = match schema.shift_remove("required") {
            Some(Value::Array(names)) => names,
            _ => Vec::new(),
        };
        let mut parameters = Vec::new();
        for name in op.path_params() {
            let field = name.replace('-', "_");
            required.retain(|r| *r != field);
            let schema = fields.shift_remove(&field).unwrap_or_else(|| json!({ "type": "string" }));
            parameters.push(parameter(name, "path", true, schema));
        }
        if !op.has_body {
            for (name, schema) in std::mem::take(&mut fields) {
                let needed = required.iter().any(|r| *r == name);
                parameters.push(parameter(&name, "query", needed, schema));
            }
        }
        if !parameters.is_empty() {
            operation.insert("parameters".into(), parameters.into());
        }
        if !fields.is_empty() {
            let body = format!("#/components/schemas/{}", name);
            operation.insert(
                "requestBody".into(),
                json!({ "required": !required.is_empty(), "content": content(json!({ "$ref": body })) }),
            );
            schema.insert("properties".into(), fields.into());
            if !required.is_empty() {
                schema.insert("required".into(), required.into());
            }
            self.bodies.insert(name, schema.into());
        }
    }

    /// The answer of a success, in its envelope.
    fn success(&mut self, about: &Operation) -> Value {
        let op = &about.op;
        let schema = match op.shape {
            Shape::Empty => return json!({ "description": "Done; there is nothing to say." }),
            Shape::Text(media) => {
                let text = json!({ media: { "schema": { "type": "string" } } });
                return json!({ "description": answer(op), "content": text });
            }
            Shape::Bare => self.schemas.of(about.response),
            Shape::Key(key) => {
                let response = self.schemas.of(about.response);
                let keys = [Some(key), op.also].into_iter().flatten();
                let lies: Map<_, _> = keys.map(|key| (key.into(), response.clone())).collect();
                json!({ "type": "object", "properties": lies, "required": [key] })
            }
            Shape::List(key) => {
                let page = self.schemas.of(about.response);
                let (items, meta) = (&page["properties"]["items"], &page["properties"]["meta"]);
                json!({
                    "type": "object",
                    "properties": {
                        key: { "type": "array", "items": items["items"] },
                        "meta": { "$ref": meta["$ref"] },
                    },
                    "required": [key, "meta"],
                })
            }
        };
        json!({ "description": answer(op), "content": content(schema) })
    }

    fn finish(mut self, version: &str, about: &About) -> Value {
        let error = self.schemas.of(ApiError::FORM);
        let refusals: Map<String, Value> = REFUSALS
            .iter()
            .map(|(_, name, about)| {
                let refusal = json!({ "description": about, "content": content(error.clone()) });
                ((*name).to_owned(), refusal)
            })
            .collect();
        let mut schemas = self.schemas.found;
        state_limits(&mut schemas, self.bodies.values().chain(self.paths.values()));
        schemas.extend(self.bodies);
        schemas.sort_keys();
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": about.title,
                "version": version,
                "summary": about.summary,
                "description": about.description,
            },
            "servers": [{ "url": SERVER, "description": "Where the server listens by itself" }],
            "security": [{ "bearer": [] }],
            "tags": self.tags,
            "paths": self.paths,
            "components": {
                "schemas": schemas,
                "responses": refusals,
                "securitySchemes": {
                    "bearer": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": about.key,
                    },
                },
            },
        })
    }
}

/// Writes the usual limits of texts and lists into the schemas that requests are made of.
fn state_limits<'a>(schemas: &mut Map<String, Value>, requests: impl Iterator<Item = &'a Value>) {
    let mut names = Vec::new();
    requests.for_each(|request| request_refs(request, &mut names));
    let mut done = BTreeSet::new();
    while let Some(name) = names.pop() {
        let Some(value) = schemas.get_mut(&name) else { continue };
        if !done.insert(name) {
            continue;
        }
        request_refs(value, &mut names);
        wire::state(value);
    }
}

/// The names of the schemas that a part of the document refers to, answers aside.
fn request_refs(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if let Some(way) = object.get("$ref").and_then(Value::as_str) {
                names.extend(way.strip_prefix("#/components/schemas/").map(str::to_owned));
            }
            let is_operation = object.contains_key("operationId");
            let parts = object.iter().filter(|(key, _)| !(is_operation && *key == "responses"));
            parts.for_each(|(_, part)| request_refs(part, names));
        }
        Value::Array(items) => items.iter().for_each(|item| request_refs(item, names)),
        _ => {}
    }
}

/// The name of an operation's type: `CreateBlock` of `create-block`.
fn type_name(id: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    id.split('-').map(capital).collect()
}

/// Whether an operation can answer with this refusal.
fn refuses(op: &Op, status: u16) -> bool {
    match status {
        401 => op.access != Access::Public,
        403 => !matches!(op.access, Access::Public | Access::AnyKey),
        404 => op.path.contains('{') || is_bulk(op),
        _ => true,
    }
}

/// Whether an operation names several servers in its body, any of which may not be there.
fn is_bulk(op: &Op) -> bool {
    let bulk = ["/start", "/halt", "/reboot"];
    op.has_body && bulk.iter().any(|end| op.path.ends_with(end))
}

fn answer(op: &Op) -> &'static str {
    match (op.status, op.shape) {
        (_, Shape::List(_)) => "A page of the list.",
        (202, _) => "Accepted: it is made from now on.",
        (201, _) => "Created.",
        _ => "What was asked for.",
    }
}

fn content(schema: impl Into<Value>) -> Value {
    json!({ "application/json": { "schema": schema.into() } })
}

fn parameter(name: &str, place: &str, required: bool, mut schema: Value) -> Value {
    let about = schema.as_object_mut().and_then(|s| s.shift_remove("description"));
    let mut parameter = json!({ "name": name, "in": place, "required": required });
    if let Some(about) = about {
        parameter["description"] = about;
    }
    if schema["type"] == "array" {
        parameter["style"] = "form".into();
        parameter["explode"] = false.into();
    }
    if name == "per_page" {
        (schema["minimum"], schema["maximum"]) = (1.into(), PER_PAGE_MAX.into());
    }
    parameter["schema"] = schema;
    parameter
}

fn first_sentence(text: &str) -> &str {
    let line = text.split_once("\n\n").map_or(text, |(first, _)| first);
    line.split_once(". ").map_or(line, |(first, _)| first).trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every object in the document, with the way to it.
    fn objects<'a>(value: &'a Value, way: &str, found: &mut Vec<(String, &'a Map<String, Value>)>) {
        match value {
            Value::Object(object) => {
                found.push((way.to_owned(), object));
                object.iter().for_each(|(k, v)| objects(v, &format!("{way}/{k}"), found));
            }
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(i, v)| objects(v, &format!("{way}/{i}"), found));
            }
            _ => {}
        }
    }

    fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
        let paths = document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| {
                let item = item.as_object().unwrap();
                item.iter().map(move |(method, op)| (path.as_str(), method.as_str(), op))
            })
            .collect()
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_schema_is_used() {
        let document = document("0.0.0");
        let mut found = Vec::new();
        objects(&document, "#", &mut found);
        let ways: BTreeSet<&str> = found.iter().map(|(way, _)| way.as_str()).collect();
        let refs: BTreeSet<&str> =
            found.iter().filter_map(|(_, object)| object.get("$ref")?.as_str()).collect();
        let dangling: Vec<_> = refs.difference(&ways).collect();
        assert!(dangling.is_empty(), "nothing at {dangling:?}");
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            let way = format!("#/components/schemas/{name}");
            assert!(refs.contains(way.as_str()), "nobody uses {name}");
        }
    }

    #[test]
    fn every_operation_is_there_once() {
        let document = document("0.0.0");
        let mut ids: Vec<&str> = crate::operations().map(|o| o.op.id).collect();
        let mut documented: Vec<_> = operations(&document)
            .iter()
            .map(|(.., op)| op["operationId"].as_str().unwrap().to_owned())
            .collect();
        documented.sort_unstable();
        ids.sort_unstable();
        assert!(ids.len() > 50, "only {} operations", ids.len());
        assert_eq!(documented, ids);
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "an id is there twice");
    }

    #[test]
    fn no_two_paths_differ_in_the_names_of_their_parameters_only() {
        let document = document("0.0.0");
        let mut seen = BTreeSet::new();
        for path in document["paths"].as_object().unwrap().keys() {
            let bare: Vec<_> =
                path.split('/').map(|s| if s.starts_with('{') { "{}" } else { s }).collect();
            assert!(seen.insert(bare.join("/")), "{path}");
        }
    }

    #[test]
    fn the_parameters_of_a_path_are_exactly_its_templates() {
        let document = document("0.0.0");
        for (path, method, op) in operations(&document) {
            let parameters = op["parameters"].as_array().cloned().unwrap_or_default();
            let names: Vec<_> =
                parameters.iter().map(|p| (p["in"].as_str(), p["name"].as_str())).collect();
            let declared = names.iter().filter(|(place, _)| *place == Some("path")).count();
            let in_template: Vec<_> = path.split('{').skip(1).collect();
            assert_eq!(declared, in_template.len(), "{method} {path}");
            for name in in_template {
                let name = name.split_once('}').unwrap().0;
                assert!(names.contains(&(Some("path"), Some(name))), "{method} {path}: {name}");
            }
        }
    }

    #[test]
    fn nothing_says_null_or_a_default_of_rusts() {
        let document = document("0.0.0");
        let mut found = Vec::new();
        objects(&document, "#", &mut found);
        for (way, object) in found.iter().filter(|(way, _)| !way.ends_with("/properties")) {
            assert!(!object.contains_key("default"), "{way}");
            let types = object.get("type").map(Value::to_string).unwrap_or_default();
            assert!(!types.contains("null"), "{way}: {types}");
        }
    }

    /// Whose type is no secret shows up in logs.
    #[test]
    fn what_opens_something_is_a_secret() {
        const NAMES: &[&str] = &["password", "api_key", "secret", "private_key", "token"];
        let document = document("0.0.0");
        let mut found = Vec::new();
        objects(&document, "#", &mut found);
        let mut seen = 0;
        for (way, object) in found.iter().filter(|(way, _)| way.ends_with("/properties")) {
            let texts = object.iter().filter(|(_, field)| field["type"] == "string");
            for (name, field) in texts.filter(|(name, _)| NAMES.iter().any(|n| name.contains(n))) {
                assert_eq!(field["format"], "password", "{way}/{name}");
                seen += 1;
            }
        }
        assert!(seen >= 10, "{seen}");
    }

    #[test]
    fn bulk_actions_can_miss_one_and_choices_are_words() {
        let document = document("0.0.0");
        for (kind, action) in [("instances", "halt"), ("bare-metals", "reboot")] {
            let path = format!("/v2/{kind}/{action}");
            assert!(document["paths"][&path]["post"]["responses"]["404"].is_object(), "{path}");
        }
        let apps = &document["paths"]["/v2/applications"]["get"]["parameters"][0];
        assert_eq!(apps["schema"]["enum"], json!(["all", "marketplace", "one-click"]));
        let schedule = &document["components"]["schemas"]["BackupSchedule"]["properties"]["type"];
        let words = schedule["enum"].as_array().unwrap();
        assert!(words.contains(&json!("daily")) && words.contains(&json!("")), "{schedule}");
    }

    #[test]
    fn a_block_reads_as_it_was_declared() {
        let document = document("0.0.0");
        let create = &document["paths"]["/v2/blocks"]["post"];
        assert_eq!(create["operationId"], "create-block");
        assert_eq!(create["summary"], "Create a block storage volume");
        assert_eq!(create["x-permission"], "provisioning");
        let body = &document["components"]["schemas"]["CreateBlock"];
        assert_eq!(body["required"], json!(["region", "size_gb"]));
        assert_eq!(body["properties"]["block_type"]["$ref"], "#/components/schemas/BlockType");
        let status = &document["components"]["schemas"]["BlockStatus"];
        assert_eq!(status["enum"], json!(["pending", "active"]));
        let attach = &document["paths"]["/v2/blocks/{block-id}/attach"]["post"];
        let fields = &document["components"]["schemas"]["AttachBlock"]["properties"];
        assert_eq!(attach["parameters"][0]["name"], "block-id");
        assert!(fields.get("block_id").is_none() && fields.get("live").is_some());
        let list = &document["paths"]["/v2/blocks"]["get"]["responses"];
        let page = &list["200"]["content"]["application/json"]["schema"]["properties"];
        assert_eq!(page["blocks"]["items"]["$ref"], "#/components/schemas/Block");
        assert_eq!(page["meta"]["$ref"], "#/components/schemas/Meta");
        assert_eq!(list["404"], Value::Null);
        let per_page = &document["paths"]["/v2/blocks"]["get"]["parameters"][0];
        assert_eq!(per_page["name"], "per_page");
        assert_eq!(
            (&per_page["schema"]["minimum"], &per_page["schema"]["maximum"]),
            (&json!(1), &json!(500))
        );
        let regions = &document["paths"]["/v2/regions"]["get"];
        assert_eq!(
            (&regions["security"], &regions["responses"]["401"]),
            (&json!([]), &Value::Null)
        );
    }

    /// The schemas that a form refers to, each by its name.
    fn named(form: &'static Form, found: &mut Vec<(&'static str, String)>) {
        match form {
            Form::OrEmpty(inner) | Form::List(inner) | Form::Map(inner) => named(inner, found),
            Form::Words(words) => found.push((words.name, format!("{words:?}"))),
            Form::Record(record) => {
                found.push((record.name, format!("{record:?}")));
                record.fields.iter().for_each(|field| named(field.form, found));
            }
            _ => {}
        }
    }

    #[test]
    fn no_two_types_have_a_name_in_common() {
        let mut all = std::collections::BTreeMap::new();
        for operation in crate::operations() {
            let mut found = Vec::new();
            named(operation.request, &mut found);
            named(operation.response, &mut found);
            for (name, what) in found.into_iter().filter(|(name, _)| !name.is_empty()) {
                assert_eq!(all.entry(name).or_insert_with(|| what.clone()), &what, "{name}");
            }
        }
        assert!(all.len() > 300, "{}", all.len());
    }
}
