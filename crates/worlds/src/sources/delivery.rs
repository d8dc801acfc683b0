//! Databases and registries.

use serde_json::Value;

use super::{Step, list, same, word};
use crate::{Reading, Thing};

/// With its own users, databases, pools, topics, quotas and connectors, but for those that each begins with.
pub(super) fn database(thing: &Thing, _: &Reading) -> Vec<Step> {
    let mut steps = vec![Step::create("create-database", thing, &[]).id("database", &thing.id)];
    let own = |operation: &'static str, item: &Value| {
        let add = Step::change(operation, same(operation, item, &["password"]));
        add.with("database_id", thing.id.as_str())
    };
    let [admin, first] = ["user", "dbname"].map(|field| thing.text(field));
    for user in list(thing.told("list-database-users")) {
        let name = word(user, "username");
        if name != admin {
            let create = own("create-database-user", user).without("encryption");
            steps.push(create.with_some("encryption", encryption(word(user, "encryption"))));
        }
        if let Some(rights) = user.get("access_control").filter(|rights| rights.is_object()) {
            steps.push(own("set-database-user-acl", rights).with("username", name));
        }
    }
    let dbs = list(thing.told("list-database-dbs")).iter();
    let dbs = dbs.filter(|db| word(db, "name") != first);
    steps.extend(dbs.map(|db| own("create-database-db", db)));
    let pools = list(&thing.told("list-connection-pools")["connection_pools"]).iter();
    steps.extend(pools.map(|pool| own("create-connection-pool", pool)));
    for (listed, create) in [
        ("list-database-topics", "create-database-topic"),
        ("list-database-quotas", "create-database-quota"),
        ("list-database-connectors", "create-database-connector"),
    ] {
        steps.extend(list(thing.told(listed)).iter().map(|item| own(create, item)));
    }
    steps
}

pub(super) fn registry(thing: &Thing, _: &Reading) -> Vec<Step> {
    let region = thing.item.pointer("/metadata/region/name").and_then(Value::as_str);
    let allowed = thing.item.pointer("/storage/allowed/bytes").and_then(Value::as_u64);
    let create = Step::create("create-registry", thing, &[]);
    let create = create.with_some("region", region).with("plan", plan(allowed.unwrap_or_default()));
    vec![create.id("registry", &thing.id)]
}

/// How the passwords of MySQL's users are kept: what is shown is not what is asked for.
fn encryption(shown: &str) -> Option<&'static str> {
    match shown {
        "" => None,
        legacy if legacy.starts_with("Legacy") => Some("mysql_native_password"),
        _ => Some("caching_sha2_password"),
    }
}

/// The plan of a registry follows from the room that it has: its answers do not name it.
fn plan(bytes: u64) -> &'static str {
    const GIB: u64 = 1 << 30;
    match bytes.div_ceil(GIB) {
        0..=10 => "start_up",
        11..=20 => "business",
        _ => "premium",
    }
}
