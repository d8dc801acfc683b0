//! Rules that can be had by name: what users of the API have met, in the terms of any rule, so that
//! lists show what they do and people can write their own after them.

use api::world::faults::{AddFault, ReadyFault};
use control::catalog;

use super::rule::as_shown;

/// For how long things are taken for new.
const NEW: &str = "30s";
const LOCKED: &str = "Server is currently locked";

/// A name, what users met, and the rules.
type Ready = (&'static str, &'static str, fn() -> Vec<AddFault>);

const READY: &[Ready] = &[
    (
        "404-after-create",
        "The id that a create answers cannot be read yet: `instance not found` for half a minute, and \
         not in lists (Terraform's provider, issue 462)",
        || ["instance", "bare-metal"].map(hidden).into(),
    ),
    (
        "late-tags",
        "Tags of a new server show up later, also for who looks for them, which made controllers create \
         it twice (Kubermatic's machine-controller, issue 1704)",
        || ["instance", "bare-metal"].map(tagless).into(),
    ),
    (
        "locked-window",
        "For a minute a new server is locked, though it says active: delete is a 500, other changes and \
         attaching a volume a 400 (Ansible's collection, issues 113 and 131; Terraform's, issue 482)",
        locked,
    ),
    (
        "429-storm",
        "Half of all requests are too many, whoever asks (Terraform's provider, issues 44 and 103)",
        || {
            vec![AddFault {
                status: Some(429),
                error: Some("Your request exceeded the API rate limit.".into()),
                probability: Some(0.5),
                ..named("429-storm")
            }]
        },
    ),
    (
        "key-not-from-here",
        "The key may not be used from the caller's address: 401, but for what needs no key (Terraform's \
         provider, issue 375; the CSI driver, issue 97)",
        || {
            vec![AddFault {
                needs_key: Some(true),
                status: Some(401),
                error: Some("Unauthorized IP address: {address}".into()),
                ..named("key-not-from-here")
            }]
        },
    ),
    (
        "stuck-pending",
        "New servers stay `pending` for as long as the rule stands (docker-machine's driver, issue 15)",
        || {
            let stuck = |family: &str| AddFault {
                family: Some(family.into()),
                stuck: Some(true),
                ..named("stuck-pending")
            };
            ["instance", "bare-metal"].map(stuck).into()
        },
    ),
    (
        "slow-plan-list",
        "Lists of plans and of what is available take seconds, which clients' start-up waits for",
        || {
            let slow = |operation: &str| AddFault {
                operation: Some(operation.into()),
                latency: Some("3s..8s".into()),
                ..named("slow-plan-list")
            };
            ["list-plans", "list-metal-plans", "get-region-availability"].map(slow).into()
        },
    ),
];

fn named(name: &str) -> AddFault {
    AddFault { name: Some(name.into()), ..AddFault::default() }
}

fn hidden(family: &str) -> AddFault {
    AddFault {
        family: Some(family.into()),
        younger_than: Some(NEW.into()),
        hidden: Some(true),
        ..named("404-after-create")
    }
}

fn tagless(family: &str) -> AddFault {
    AddFault {
        family: Some(family.into()),
        younger_than: Some(NEW.into()),
        show: Some(vec!["tags=[]".into()]),
        ..named("late-tags")
    }
}

fn locked() -> Vec<AddFault> {
    let rule = |operation: &str, status: u16, error: String| AddFault {
        operation: Some(operation.into()),
        younger_than: Some("60s".into()),
        status: Some(status),
        error: Some(error),
        ..named("locked-window")
    };
    let delete = format!("Unable to destroy server: Unable to remove VM: {LOCKED}");
    vec![
        rule("delete-instance", 500, delete),
        rule("reinstall-instance", 400, format!("Unable to reinstall server: {LOCKED}")),
        rule("attach-block", 400, LOCKED.into()),
        rule("PATCH /v2/instances/*", 400, LOCKED.into()),
        rule("POST /v2/instances/*", 400, LOCKED.into()),
    ]
}

/// The rules of a name.
pub(super) fn named_rules(name: &str) -> Result<Vec<AddFault>, String> {
    if let Some((_, _, rules)) = READY.iter().find(|(own, ..)| *own == name) {
        return Ok(rules());
    }
    let names = || READY.iter().map(|(name, ..)| *name);
    let meant = catalog::nearest(name, names().map(|name| (name, name)));
    let meant = meant.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default();
    let names: Vec<_> = names().collect();
    Err(format!("ready_name: there is no `{name}`{meant}; there are {}", names.join(", ")))
}

/// All of them.
pub(super) fn all() -> Vec<ReadyFault> {
    let shown = |(name, about, rules): &Ready| {
        let rules = rules().iter().map(as_shown).collect();
        ReadyFault { name: (*name).into(), about: (*about).into(), rules }
    };
    READY.iter().map(shown).collect()
}
