//! What is said when an operation of Kettle's own was carried out, and where one sees what came of it.

use form_urlencoded::Serializer;
use presentation::operations::Operation;
use serde_json::{Map, Value};

use super::{Tab, clock, holds, is_own};
use crate::form::read;
use crate::status;

/// The page that shows what came of an operation of Kettle's own, and what is said on it; none for one of
/// the API.
pub(crate) fn after(
    operation: &Operation,
    fields: &Map<String, Value>,
    answer: &Value,
) -> Option<(String, String)> {
    is_own(operation).then(|| (page(operation, fields, answer), said(operation, fields, answer)))
}

fn page(operation: &Operation, fields: &Map<String, Value>, answer: &Value) -> String {
    let query = match operation.op.id {
        "advance-clock" | "set-clock" => Some(("steps", answer["steps"].to_string())),
        "mark-history" => Some(("mark", answer["sequence"].to_string())),
        "step-life" | "get-life" => fields.get("thing_id").map(|id| ("thing", read::text(id))),
        _ => None,
    };
    let address = Tab::of(operation).address();
    match query {
        Some((name, value)) => {
            let query = Serializer::new(String::new()).append_pair(name, &value).finish();
            format!("{address}?{query}")
        }
        None => address,
    }
}

fn said(operation: &Operation, fields: &Map<String, Value>, answer: &Value) -> String {
    let field = |name: &str| fields.get(name).map(read::text).unwrap_or_default();
    let steps = || clock::steps(answer["steps"].as_u64().unwrap_or_default());
    match operation.op.id {
        "save-world-snapshot" => {
            format!("Saved {}: {} things", field("name"), answer["things"])
        }
        "restore-world-snapshot" => format!("Restored {}", field("name")),
        "delete-world-snapshot" => {
            format!("Deleted {}. What there is stays as it is", field("name"))
        }
        "reset-world" => "Everything was taken away".to_owned(),
        "advance-clock" | "set-clock" => {
            format!("It is {} now, and {}", clock::shown(answer), steps())
        }
        "freeze-clock" | "resume-clock" | "scale-clock" => {
            format!("The clock {}", clock::goes(answer))
        }
        "add-fault" => format!("Rule {} is in force", answer["id"]),
        "use-fault" => format!("{} is in force", field("ready_name")),
        "delete-fault" => format!("Deleted rule {}", field("fault_id")),
        "clear-faults" => "Deleted all rules".to_owned(),
        "add-hold" => format!("Held: {}", holds::what(answer)),
        "release-hold" => format!("Released hold {}", field("hold_id")),
        "clear-holds" => "Released all".to_owned(),
        "step-life" => match status::of(answer) {
            None => format!("Stepped: {}", holds::stands(answer)),
            Some((_, word)) => {
                format!("Stepped: {}, {}", word.to_lowercase(), holds::stands(answer))
            }
        },
        "mark-history" => {
            format!("Marked: what comes next is behind request {}", answer["sequence"])
        }
        "clear-history" => "All requests are forgotten. Numbers go on".to_owned(),
        "check-calls" => match answer["found"].as_u64() {
            Some(1) => "It is so: found once".to_owned(),
            found => format!("It is so: found {} times", found.unwrap_or_default()),
        },
        id => format!("Done: {}", id.replace('-', " ")),
    }
}

#[cfg(test)]
mod tests {
    use presentation::operations;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_done_is_said_of_each_operation_that_people_use() {
        let spoken =
            |o: &&Operation| !o.reads() && !["adopt-thing", "tell-thing"].contains(&o.op.id);
        let own: Vec<_> = operations::with_own().into_iter().filter(is_own).collect();
        assert!(own.len() > 20);
        for operation in own.iter().filter(spoken) {
            let (page, said) = after(operation, &Map::new(), &json!({})).unwrap();
            assert!(page.starts_with("/console/world"), "{page}");
            assert!(!said.starts_with("Done: "), "{said}");
        }
        assert_eq!(after(&operations::all()[0], &Map::new(), &json!({})), None);
    }
}
