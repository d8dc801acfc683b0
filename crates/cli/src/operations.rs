//! The operations as the command line sees them.

use std::ops::Deref;

use api::{Access, Loss, Method, Shape};
use clap::ArgMatches;
use serde_json::Value;

use crate::error::Failure;
use crate::{places, schema};

/// One operation, with what the command line knows of it.
#[derive(Clone, Copy)]
pub(crate) struct Operation(&'static api::Operation);

impl Deref for Operation {
    type Target = api::Operation;
    fn deref(&self) -> &api::Operation {
        self.0
    }
}

/// All operations, in the order of their families. It costs some microseconds: no schema is made.
pub(crate) fn all() -> Vec<Operation> {
    api::operations().map(Operation).collect()
}

/// The operation that was asked for, and its arguments: `name` and what is below it are the words
/// that lead there.
pub(crate) fn asked_for<'a>(
    name: &'a str,
    args: &'a ArgMatches,
) -> Result<(Operation, &'a ArgMatches), Failure> {
    let (words, args) = words(name, args);
    let found = words.split_last().and_then(|(command, path)| {
        let group = places::group(path)?.group;
        all().into_iter().find(|o| o.group.name == group && o.command == *command)
    });
    let unknown = || Failure::usage(format!("no command `{}`", words.join(" ")));
    Ok((found.ok_or_else(unknown)?, args))
}

/// All words that lead to a command, beginning with `name`, and its own arguments.
pub(crate) fn words<'a>(name: &'a str, args: &'a ArgMatches) -> (Vec<&'a str>, &'a ArgMatches) {
    let (mut words, mut args) = (vec![name], args);
    while let Some((word, inner)) = args.subcommand() {
        words.push(word);
        args = inner;
    }
    (words, args)
}

/// Whether a call takes away what cannot be had again, by its operation: `path` is a template of
/// one, or fits one, and `sent` tells which fields go along. What no operation is known for is taken
/// by its method.
pub fn loses(method: &Method, path: &str, sent: impl Fn(&str) -> bool) -> bool {
    *method == Method::DELETE || at(method, path).iter().any(|o| o.loses(&sent))
}

/// The operations that a path may be meant for, the one with the fewest parameters first.
pub(crate) fn at(method: &Method, path: &str) -> Vec<Operation> {
    api::operation::at(method, path).into_iter().map(Operation).collect()
}

impl Operation {
    /// The fields that stand in the path, in its order.
    pub(crate) fn path_fields(&self) -> Vec<String> {
        self.op.path_params().map(|p| p.replace('-', "_")).collect()
    }

    /// Whether it takes away what cannot be had again, sent with these fields.
    pub(crate) fn loses(&self, sent: impl Fn(&str) -> bool) -> bool {
        match self.op.loss {
            Loss::Never => false,
            Loss::Always => true,
            Loss::With(names) => names.iter().any(|name| sent(name)),
        }
    }

    /// Whether it only looks.
    pub(crate) fn reads(&self) -> bool {
        // One list is asked for by a POST.
        self.op.reads() || self.op.id.starts_with("list-")
    }

    /// Whether it lists what is the same for everybody.
    pub(crate) fn lists_catalogue(&self) -> bool {
        self.is_list() && matches!(self.op.access, Access::Public | Access::AnyKey)
    }

    /// Whether it lists things.
    pub(crate) fn is_list(&self) -> bool {
        self.reads()
            && match self.op.shape {
                Shape::List(_) => true,
                // A list without pages.
                Shape::Key(_) => self.response().get("type").is_some_and(|t| t == "array"),
                Shape::Empty | Shape::Bare | Shape::Text(_) => false,
            }
    }

    /// The field of its answer that holds what it lists, where something else lies beside that.
    pub(crate) fn listed(&self) -> Option<String> {
        let is_one = self.op.shape == Shape::Bare && self.command == "list";
        let schema = is_one.then(|| self.response())?;
        let is_list = |(_, shape): &(&String, &Value)| shape["type"] == "array";
        let mut lists = schema::fields(&schema).filter(is_list);
        let (name, _) = lists.next()?;
        lists.next().is_none().then(|| name.clone())
    }

    /// Whether it lists things page by page. Some answer a page with lists in it, which is no list.
    pub(crate) fn is_paged(&self, schema: &Value) -> bool {
        schema.get("properties").is_some_and(|p| p.get("cursor").is_some()) && self.is_list()
    }

    /// The path with its parameters made nameless, to compare paths of different operations.
    pub(crate) fn pattern(&self) -> String {
        pattern(self.op.path)
    }
}

/// `/v2/blocks/{block-id}/attach` becomes `/v2/blocks/{}/attach`.
pub(crate) fn pattern(path: &str) -> String {
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
