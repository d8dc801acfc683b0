//! What is Kettle's own and no operation, in the document.

use serde_json::{Map, Value, json};

use super::{Writer, content, first_sentence, parameter};
use crate::wire::Wire as _;
use crate::world::plain::{Answer, Route};
use crate::{Access, ApiError};

/// The heading under which they stand.
const TAG: (&str, &str) = ("server", "The server itself, and what travels as no JSON");

impl Writer {
    /// Adds one of them.
    pub(super) fn plain(&mut self, route: &Route) {
        let tag = json!({ "name": TAG.0, "description": TAG.1 });
        if !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
        let mut operation = Map::new();
        operation.insert("operationId".into(), route.id.into());
        operation.insert("tags".into(), json!([TAG.0]));
        operation.insert("summary".into(), first_sentence(route.about).into());
        if route.about.trim_end_matches('.') != first_sentence(route.about) {
            operation.insert("description".into(), route.about.into());
        }
        if !route.parameters.is_empty() {
            operation.insert("parameters".into(), parameters(route));
        }
        if let Some(media) = route.takes {
            let body = json!({ "required": true, "content": { media: {} } });
            operation.insert("requestBody".into(), body);
        }
        operation.insert("responses".into(), self.answers(route));
        if route.access == Access::Public {
            operation.insert("security".into(), json!([]));
        }
        operation.insert("x-permission".into(), route.access.as_str().into());
        let path = self.paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation.into();
    }

    fn answers(&mut self, route: &Route) -> Value {
        let mut answers = Map::new();
        let (status, answer) = success(route.answer);
        answers.insert(status.into(), answer);
        let error = self.schemas.of(ApiError::FORM);
        for (status, about) in route.refusals {
            let refusal = json!({ "description": about, "content": content(error.clone()) });
            answers.insert(status.to_string(), refusal);
        }
        if route.access != Access::Public {
            let key = if route.access == Access::Owner {
                ("403", "Forbidden")
            } else {
                ("401", "Unauthorized")
            };
            let refusal = json!({ "$ref": format!("#/components/responses/{}", key.1) });
            answers.insert(key.0.into(), refusal);
        }
        answers.into()
    }
}

fn success(answer: Answer) -> (&'static str, Value) {
    match answer {
        Answer::Nothing => ("204", json!({ "description": "Done; there is nothing to say." })),
        Answer::Json(schema) => {
            ("200", json!({ "description": "What was asked for.", "content": content(schema()) }))
        }
        Answer::Other(media) => {
            ("200", json!({ "description": "What was asked for.", "content": { media: {} } }))
        }
    }
}

fn parameters(route: &Route) -> Value {
    let each = route.parameters.iter().map(|own| {
        let is_in_path = route.path.contains(&format!("{{{}}}", own.name));
        let place = if is_in_path { "path" } else { "query" };
        let schema = json!({ "type": own.kind, "description": own.about });
        parameter(own.name, place, is_in_path || own.is_needed, schema)
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::own_document;
    use super::*;
    use crate::world::plain::Plain;

    #[test]
    fn what_is_no_operation_stands_in_the_document_once() {
        let document = own_document("0.0.0");
        let paths = document["paths"].as_object().unwrap();
        let all: Vec<&Value> =
            paths.values().flat_map(|path| path.as_object().unwrap().values()).collect();
        let ids: BTreeSet<&str> = all.iter().filter_map(|o| o["operationId"].as_str()).collect();
        assert_eq!(ids.len(), all.len(), "an id is there twice");
        let operations = crate::world::operations().count();
        assert_eq!(all.len(), operations + Plain::ALL.len(), "a path is there twice");
        for plain in Plain::ALL {
            let route = plain.route();
            let own = &document["paths"][route.path][route.method.to_lowercase()];
            assert_eq!(own["operationId"], route.id);
            let named = route.path.matches('{').count();
            let parameters = own["parameters"].as_array().into_iter().flatten();
            assert_eq!(parameters.filter(|p| p["in"] == "path").count(), named, "{}", route.id);
        }
    }

    #[test]
    fn files_and_what_needs_no_key_are_told_as_they_are() {
        let document = own_document("0.0.0");
        let at = |way: &str| document.pointer(way).cloned().unwrap_or_default();
        let file = "application~1vnd.sqlite3";
        let import = "/paths/~1_kettle~1world~1import/post";
        assert!(at(&format!("{import}/requestBody/content/{file}")).is_object());
        let export = "/paths/~1_kettle~1world~1export/get/responses/200/content";
        assert!(at(&format!("{export}/{file}")).is_object());
        assert_eq!(at("/paths/~1_kettle~1health/get/security"), json!([]));
        assert_eq!(at("/paths/~1_kettle~1stop/post/x-permission"), "owner");
        assert_eq!(at("/paths/~1_kettle~1whoami/get/parameters/0/required"), true);
    }
}
