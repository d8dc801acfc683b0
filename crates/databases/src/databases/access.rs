//! What users of databases may do: of Valkey by rules, of Kafka by a permission.

use api::databases::*;
use serde::{Deserialize, Serialize};

use super::{Database, User};
use crate::{Cx, Doc, Result, Routes, ensure, set};
use DatabaseEngine::{Kafka, Valkey};

/// Categories of commands that Valkey has.
const CATEGORIES: [&str; 22] = [
    "admin",
    "all",
    "bitmap",
    "blocking",
    "connection",
    "dangerous",
    "fast",
    "geo",
    "hash",
    "hyperloglog",
    "keyspace",
    "list",
    "pubsub",
    "read",
    "scripting",
    "set",
    "slow",
    "sortedset",
    "stream",
    "string",
    "transaction",
    "write",
];
/// How many rules of a sort a user can have: the row is written whole.
const RULES_MAX: usize = 100;

/// Rules of Valkey: see [`AccessControl`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    categories: Vec<String>,
    channels: Vec<String>,
    commands: Vec<String>,
    keys: Vec<String>,
}

pub(super) fn routes() -> Routes {
    Routes::parts::<User>().update_shown(set_access).done()
}

impl Rules {
    pub(super) fn view(&self) -> AccessControl {
        let Self { categories, channels, commands, keys } = self.clone();
        AccessControl {
            redis_acl_categories: categories.clone(),
            redis_acl_channels: channels.clone(),
            redis_acl_commands: commands.clone(),
            redis_acl_keys: keys.clone(),
            acl_categories: categories,
            acl_channels: channels,
            acl_commands: commands,
            acl_keys: keys,
        }
    }
}

fn set_access(
    _: &Cx,
    owner: &Doc<Database>,
    user: &mut User,
    req: SetDatabaseUserAcl,
) -> Result<()> {
    owner.needs("access control", &[Valkey, Kafka])?;
    let permission = req.permission.and_then(|permission| permission.get());
    let lists = [
        ("acl_categories", req.acl_categories.or(req.redis_acl_categories)),
        ("acl_channels", req.acl_channels.or(req.redis_acl_channels)),
        ("acl_commands", req.acl_commands.or(req.redis_acl_commands)),
        ("acl_keys", req.acl_keys.or(req.redis_acl_keys)),
    ];
    if owner.engine == Kafka {
        let sent =
            lists.iter().find(|(_, list)| list.as_ref().is_some_and(|list| !list.is_empty()));
        if let Some((field, _)) = sent {
            owner.needs(field, &[Valkey])?;
        }
        let text = "say what the user may do: admin, read, write or readwrite";
        ensure(permission.is_some(), "permission", text)?;
        set(&mut user.permission, permission);
        return Ok(());
    }
    if permission.is_some() {
        owner.needs("permission", &[Kafka])?;
    }
    let is_any = lists.iter().any(|(_, list)| list.is_some());
    ensure(is_any, "acl_categories", "give at least one of the lists of rules")?;
    for (field, list) in &lists {
        for (place, rule) in list.iter().flatten().enumerate() {
            check(&format!("{field}[{place}]"), field, rule)?;
        }
        let text = format_args!("there are {RULES_MAX} rules at most");
        ensure(list.as_ref().is_none_or(|list| list.len() <= RULES_MAX), field, text)?;
    }
    let rules = user.rules.get_or_insert_default();
    let [(_, categories), (_, channels), (_, commands), (_, keys)] = lists;
    set(&mut rules.categories, categories);
    set(&mut rules.channels, channels);
    set(&mut rules.commands, commands);
    set(&mut rules.keys, keys);
    Ok(())
}

/// Refuses a rule that Valkey would not understand.
fn check(way: &str, field: &str, rule: &str) -> Result<()> {
    let signed = rule.strip_prefix(['+', '-']);
    match field {
        "acl_categories" => {
            let category = signed.and_then(|rule| rule.strip_prefix('@'));
            let is_one = category.is_some_and(|category| CATEGORIES.contains(&category));
            let known = CATEGORIES.join(", ");
            let text = format_args!("`{rule}` is no `+@` or `-@` before one of {known}");
            ensure(is_one, way, text)
        }
        "acl_commands" => {
            let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.|".contains(c);
            let is_one = signed.is_some_and(|c| !c.is_empty() && c.chars().all(allowed));
            let text = format_args!("`{rule}` is no `+` or `-` before a command, as `-config|set`");
            ensure(is_one, way, text)
        }
        _ => {
            let is_one = !rule.is_empty() && !rule.contains(' ');
            ensure(is_one, way, format_args!("`{rule}` is no pattern such as `cache:*`"))
        }
    }
}
