//! Rules about lifecycles, which the engine carries out: before each step it looks at them.

use api::world::faults::AddFault;
use engine::{Does, Which};
use uuid::Uuid;

/// Kinds that the store calls otherwise than the command line.
const OTHERWISE: &[(&str, &str)] = &[
    ("vfs", "file-system"),
    ("kubernetes", "kubernetes-cluster"),
    ("pull-zone", "cdn-pull-zone"),
    ("push-zone", "cdn-push-zone"),
];

/// What the engine is told, where a rule is about lifecycles; `kinds` have one.
pub(super) fn read(
    said: &AddFault,
    kinds: &[&'static str],
) -> Result<Option<(Which, Does)>, String> {
    let does = match (said.stuck.unwrap_or(false), &said.fails) {
        (false, None) => return Ok(None),
        (true, Some(_)) => return Err("fails: what is stuck takes no step that could fail".into()),
        (true, None) => Does::Stop,
        (false, Some(error)) => Does::Fail {
            error: error.clone(),
            times: said.times.map(u64::from),
            odds: said.probability.unwrap_or(1.0),
            seed: said.seed.unwrap_or_default(),
        },
    };
    if matches!(does, Does::Stop) && (said.times.is_some() || said.probability.is_some()) {
        return Err("stuck: things are stuck for as long as the rule stands, without `times` and \
                    `probability`"
            .into());
    }
    let to_requests = [
        ("operation", said.operation.is_some()),
        ("younger_than", said.younger_than.is_some()),
        ("client", said.client.is_some()),
        ("having", said.having.is_some()),
        ("needs_key", said.needs_key.is_some()),
        ("status", said.status.is_some()),
        ("error", said.error.is_some()),
        ("body", said.body.is_some()),
        ("latency", said.latency.is_some()),
        ("drop", said.drop.is_some()),
        ("hidden", said.hidden.is_some()),
        ("show", said.show.is_some()),
        ("sold_out", said.sold_out.is_some()),
    ];
    if let Some((field, _)) = to_requests.iter().find(|(_, is_said)| *is_said) {
        return Err(format!(
            "{field}: is about requests, and a rule about lifecycles (`stuck`, `fails`) is not: they \
             stand in rules of their own"
        ));
    }
    let kinds = said.family.as_deref().map(|family| of(family, kinds)).transpose()?;
    let number = |account: &String| {
        account.parse::<i64>().map_err(|_| {
            format!("account: `{account}` is no number, by which alone lifecycles know an account")
        })
    };
    let id = |thing: &String| {
        thing.parse::<Uuid>().map_err(|_| format!("thing: `{thing}` is no id of a lifecycle's thing"))
    };
    let which = Which {
        kinds: kinds.unwrap_or_default(),
        id: said.thing.as_ref().map(id).transpose()?,
        account: said.account.as_ref().map(number).transpose()?,
    };
    Ok(Some((which, does)))
}

/// The kinds of a family that have a lifecycle.
fn of(family: &str, kinds: &[&'static str]) -> Result<Vec<String>, String> {
    let is_said = |name: &str| name == family || family.strip_suffix('s') == Some(name);
    let otherwise = OTHERWISE.iter().find(|(name, _)| is_said(name)).map(|(_, kind)| *kind);
    let own = kinds.iter().find(|kind| is_said(kind) || otherwise == Some(**kind));
    match own {
        Some(kind) => Ok(vec![(*kind).to_owned()]),
        None => Err(format!(
            "family: nothing of `{family}` has a lifecycle; there are {}",
            kinds.join(", ")
        )),
    }
}
