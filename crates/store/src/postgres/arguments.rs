//! A change as the database's function takes it.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::change::{Change, Edit, List, Name};
use crate::sums::columns;
use crate::{Row, pool};

/// A change as the database's function takes it: what is locked is in order.
pub(super) fn arguments(change: &Change) -> Value {
    let Change { epoch: _, claim, versions, totals, holders, needs, edits, holds, events } = change;
    let mut lists: BTreeMap<List, i64> = totals.keys().map(|list| (list.clone(), 0)).collect();
    let (mut leaves, mut enters) = (Vec::new(), Vec::new());
    for Edit { row, leaves: out, enters: into, .. } in edits {
        for (facets, by, moves) in [(out, -1, &mut leaves), (into, 1, &mut enters)] {
            for facet in facets {
                let (account, kind) = (row.account, row.kind.to_string());
                *lists.entry(List { account, kind, facet: facet.clone() }).or_default() += by;
                moves.push(json!({ "id": row.id, "account": row.account, "kind": row.kind,
                    "field": facet.0, "value": facet.1 }));
            }
        }
    }
    let lists: Vec<_> = lists
        .iter()
        .map(|(list, moves)| {
            let List { account, kind, facet: (field, value) } = list;
            json!({ "account": account, "kind": kind, "field": field, "value": value,
                "moves": moves, "total": totals.get(list) })
        })
        .collect();
    let put = |id| edits.iter().any(|edit| edit.row.id == id && !edit.removed);
    let rows: Vec<_> = versions
        .iter()
        .map(|(id, version)| json!({ "id": id, "version": version, "put": put(*id) }))
        .collect();
    let (removed, written): (Vec<_>, Vec<_>) = edits.iter().partition(|edit| edit.removed);
    let (new, changed): (Vec<_>, Vec<_>) = written.into_iter().partition(|e| e.row.version == 0);
    let fields = |edit: &&Edit| {
        let Row { id, account, kind, deleting, created, due, desired, .. } = &edit.row;
        let (class, amount, since, owed) = columns(edit.row.adds());
        json!({ "id": id, "account": account, "kind": kind, "deleting": deleting,
            "created": created, "due": due, "desired": desired, "observed": edit.row.seen(),
            "class": class, "amount": amount, "since": since, "owed": owed })
    };
    json!({
        "guards": guards(change),
        "needs": needs.iter().map(|id| json!({ "id": id }))
            .chain(claim.map(|claim| json!({ "id": claim.id, "lease": claim.lease })))
            .collect::<Vec<_>>(),
        "lists": lists,
        "rows": rows,
        "holders": holders.iter().map(|((scope, value), owner)|
            json!({ "scope": scope, "value": value, "owner": owner })).collect::<Vec<_>>(),
        "holds": holds.iter().map(|((scope, value), hold)|
            json!({ "scope": scope, "value": value, "owner": hold.owner, "released": hold.released,
                "place": pool::place(value) }))
            .collect::<Vec<_>>(),
        "leaves": leaves,
        "enters": enters,
        "removed": removed.iter().map(|edit| edit.row.id).collect::<Vec<_>>(),
        "new": new.iter().map(fields).collect::<Vec<_>>(),
        "changed": changed.iter().map(fields).collect::<Vec<_>>(),
        "events": events.iter().map(|event| json!({ "account": event.account, "at": event.at,
            "level": event.level, "topic": event.topic, "subject": event.subject,
            "told": event.told })).collect::<Vec<_>>(),
    })
}

/// What must not come to be while the change is checked and written, and whether it is written:
/// rows have locks only if they exist.
fn guards(change: &Change) -> Vec<Value> {
    let new = |id| change.edits.iter().any(|edit| edit.row.id == id && edit.row.version == 0);
    let absent = change.versions.iter().filter(|(_, version)| **version == 0);
    let rows = absent.map(|(id, _)| json!([id, new(*id)]));
    let read = change.holders.keys().map(|name| json!([guard_of(name), false]));
    let written = change.holds.keys().map(|name| json!([guard_of(name), true]));
    let block = |(scope, value): &Name| Some((scope.clone(), pool::place(value)? / pool::BLOCK));
    let wide: BTreeSet<_> = change.holds.keys().filter_map(block).collect();
    let wide = wide.into_iter().map(|(s, n)| json!([format!("\u{1f}{s}\u{1f}{n}"), true]));
    rows.chain(read).chain(written).chain(wide).collect()
}

/// A unique value's guard, as the database's function writes it too.
fn guard_of((scope, value): &Name) -> String {
    format!("{scope}\u{1f}{value}")
}
