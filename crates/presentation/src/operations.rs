//! The operations as whoever shows them sees them.

use std::ops::Deref;

use api::{Access, Loss, Method, Shape};
use serde_json::Value;

use crate::schema;

/// One operation, with what is known of it besides its definition.
#[derive(Clone, Copy)]
pub struct Operation(&'static api::Operation);

impl Deref for Operation {
    type Target = api::Operation;
    fn deref(&self) -> &api::Operation {
        self.0
    }
}

/// All operations of the API, in the order of their families. It costs some microseconds: no schema
/// is made.
pub fn all() -> Vec<Operation> {
    api::operations().map(Operation).collect()
}

/// The same, and those of Kettle's own behind them.
pub fn with_own() -> Vec<Operation> {
    api::operations().chain(api::world::operations()).map(Operation).collect()
}

/// The operation of that id, the API's or Kettle's own.
pub fn find(id: &str) -> Option<Operation> {
    let mut all = api::operations().chain(api::world::operations());
    all.find(|operation| operation.op.id == id).map(Operation)
}

/// Whether a call takes away what cannot be had again, by its operation: `path` is a template of
/// one, or fits one, and `sent` tells which fields go along. What no operation is known for is taken
/// by its method.
pub fn loses(method: &Method, path: &str, sent: impl Fn(&str) -> bool) -> bool {
    *method == Method::DELETE || at(method, path).iter().any(|o| o.loses(&sent))
}

/// The operations that a path may be meant for, the one with the fewest parameters first.
pub fn at(method: &Method, path: &str) -> Vec<Operation> {
    api::operation::at(method, path).into_iter().map(Operation).collect()
}

impl Operation {
    /// The fields that stand in the path, in its order.
    pub fn path_fields(&self) -> Vec<String> {
        self.op.path_params().map(|p| p.replace('-', "_")).collect()
    }

    /// Whether it takes away what cannot be had again, sent with these fields.
    pub fn loses(&self, sent: impl Fn(&str) -> bool) -> bool {
        match self.op.loss {
            Loss::Never => false,
            Loss::Always => true,
            Loss::With(names) => names.iter().any(|name| sent(name)),
        }
    }

    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        // One list is asked for by a POST.
        self.op.reads() || self.op.id.starts_with("list-")
    }

    /// Whether it lists what is the same for everybody.
    pub fn lists_catalogue(&self) -> bool {
        self.is_list() && matches!(self.op.access, Access::Public | Access::AnyKey)
    }

    /// Whether it lists things.
    pub fn is_list(&self) -> bool {
        self.reads()
            && match self.op.shape {
                Shape::List(_) => true,
                // A list without pages.
                Shape::Key(_) => self.response().get("type").is_some_and(|t| t == "array"),
                Shape::Empty | Shape::Bare | Shape::Text(_) => false,
            }
    }

    /// The field of its answer that holds what it lists, where something else lies beside that.
    pub fn listed(&self) -> Option<String> {
        let is_one = self.op.shape == Shape::Bare && self.command == "list";
        let schema = is_one.then(|| self.response())?;
        let is_list = |(_, shape): &(&String, &Value)| shape["type"] == "array";
        let mut lists = schema::fields(&schema).filter(is_list);
        let (name, _) = lists.next()?;
        lists.next().is_none().then(|| name.clone())
    }

    /// Whether it lists things page by page. Some answer a page with lists in it, which is no list.
    pub fn is_paged(&self, schema: &Value) -> bool {
        schema.get("properties").is_some_and(|p| p.get("cursor").is_some()) && self.is_list()
    }

    /// The path with its parameters made nameless, to compare paths of different operations.
    pub fn pattern(&self) -> String {
        pattern(self.op.path)
    }
}

/// `/v2/blocks/{block-id}/attach` becomes `/v2/blocks/{}/attach`.
pub fn pattern(path: &str) -> String {
    let segments = path.split('/').map(|s| if s.starts_with('{') { "{}" } else { s });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_had_again_is_known_of_each_operation() {
        let all = all();
        let deletes = all.iter().filter(|o| o.op.method == Method::DELETE);
        assert!(deletes.clone().count() > 20 && deletes.clone().all(|o| o.op.loss == Loss::Always));
        let others = all.iter().filter(|o| o.op.method != Method::DELETE);
        let others = others.filter(|o| o.op.loss != Loss::Never).map(|o| (o.op.id, o.op.loss));
        let system = Loss::With(&["os_id", "app_id", "image_id"]);
        let metal = Loss::With(&["os_id", "app_id", "image_id", "ipxe_chain_url"]);
        let mut others: Vec<_> = others.collect();
        others.sort_by_key(|(id, _)| *id);
        let expected = [
            ("execute-retention", Loss::Always),
            ("recycle-node", Loss::Always),
            ("regenerate-object-storage-keys", Loss::Always),
            ("reinstall-bare-metal", Loss::Always),
            ("reinstall-instance", Loss::Always),
            ("restore-instance", Loss::Always),
            ("update-bare-metal", metal),
            ("update-instance", system),
        ];
        assert_eq!(others, expected);
    }

    #[test]
    fn a_raw_call_is_known_by_its_operation() {
        let loses = |method, path: &str, field: &str| loses(&method, path, |sent| sent == field);
        assert!(loses(Method::POST, "/v2/instances/a/reinstall?x=1", ""));
        assert!(loses(Method::POST, "v2//instances/{instance-id}/restore/", ""));
        assert!(loses(Method::PATCH, "/v2/instances/a", "app_id"));
        assert!(loses(Method::DELETE, "/nobody/knows", ""));
        assert!(!loses(Method::PATCH, "/v2/instances/a", "label"));
        assert!(!loses(Method::PATCH, "/v2/blocks/a", "app_id"));
        assert!(!loses(Method::POST, "/v2/instances/a/halt", ""));
        assert!(!loses(Method::GET, "/v2/instances/a", "os_id"));
    }
}
