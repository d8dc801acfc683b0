//! Labels and taints of a pool's nodes, one by one and all at once.
//!
//! They are a pool's alone: nothing here carries them to a kubelet.

use std::collections::BTreeMap;

use api::kubernetes::*;

use super::{Label, Pool, Taint, unprocessable};
use crate::names::{check_key, check_value};
use crate::{Cx, Doc, Part, Result, Routes, Tx, ensure, lies_in};

/// How many labels, and how many taints, a pool can have: its row is written whole.
const MOST: usize = 100;

pub(super) fn routes() -> Routes {
    let labels = Routes::parts::<Label>()
        .list::<ListNodePoolLabels>()
        .get::<GetNodePoolLabel>()
        .create(|_, pool, req: CreateNodePoolLabel| {
            let known = pool.labels.iter().any(|label| label.key == req.key);
            check_new("label", pool.labels.len(), known, &req.key)?;
            Label::new(&[], req.key, req.value.unwrap_or_default(), "")
        })
        .remove::<DeleteNodePoolLabel>();
    let taints = Routes::parts::<Taint>()
        .list::<ListNodePoolTaints>()
        .get::<GetNodePoolTaint>()
        .create(|_, pool, req: CreateNodePoolTaint| {
            let (key, effect) = (req.key, req.effect);
            let known = pool.taints.iter().any(|t| (&t.key, t.effect) == (&key, effect));
            check_new("taint", pool.taints.len(), known, &key)?;
            Taint::new(&[], NewTaint { key, value: req.value, effect }, "")
        })
        .remove::<DeleteNodePoolTaint>();
    labels.and(taints).done()
}

impl Part for Label {
    lies_in!(Pool, labels => NodePoolLabel { id, key, value });
    const UNKNOWN: &'static str = "Invalid label ID";

    async fn owner(tx: &mut Tx, path: &[String]) -> Result<Doc<Pool>> {
        tx.in_path(&path[..2]).await
    }
    fn changed(pool: &mut Doc<Pool>, cx: &Cx) {
        pool.updated = cx.now();
    }
}

impl Part for Taint {
    lies_in!(Pool, taints => NodePoolTaint { id, key, value, effect });
    const UNKNOWN: &'static str = "Invalid taint ID";

    async fn owner(tx: &mut Tx, path: &[String]) -> Result<Doc<Pool>> {
        tx.in_path(&path[..2]).await
    }
    fn changed(pool: &mut Doc<Pool>, cx: &Cx) {
        pool.updated = cx.now();
    }
}

/// Refuses a further label or taint where there is one like it, or no room.
fn check_new(what: &str, has: usize, known: bool, key: &str) -> Result<()> {
    let help = format!("key: `{key}` is there; delete it first to have it say something else");
    unprocessable(format!("Validation error: {what} already exists")).help(help).unless(!known)?;
    ensure(has < MOST, "key", format_args!("the pool has {MOST} {what}s, the most there can be"))
}

impl Label {
    /// One of this name, which keeps its id where it is among those that were there before.
    fn new(before: &[Self], key: String, value: String, field: &str) -> Result<Self> {
        check_key(&format!("{field}key"), &key)?;
        check_value(&format!("{field}value"), &value)?;
        let id = before.iter().find(|label| label.key == key).map(|label| label.id);
        Ok(Self { id: id.unwrap_or_else(engine::chance::any_uuid), key, value })
    }

    /// All that a request wants in the place of those that were there before.
    pub(super) fn all(before: &[Self], wanted: BTreeMap<String, String>) -> Result<Vec<Self>> {
        let help = format_args!("{} are too many; {MOST} are allowed", wanted.len());
        ensure(wanted.len() <= MOST, "labels", help)?;
        let one = |(key, value): (String, String)| {
            let field = format!("labels.{key}.");
            Self::new(before, key, value, &field)
        };
        wanted.into_iter().map(one).collect()
    }
}

impl Taint {
    fn new(before: &[Self], new: NewTaint, field: &str) -> Result<Self> {
        let NewTaint { key, value, effect } = new;
        let value = value.unwrap_or_default();
        check_key(&format!("{field}key"), &key)?;
        check_value(&format!("{field}value"), &value)?;
        let known = before.iter().find(|taint| (&taint.key, taint.effect) == (&key, effect));
        Ok(Self {
            id: known.map_or_else(engine::chance::any_uuid, |taint| taint.id),
            key,
            value,
            effect,
        })
    }

    /// All that a request wants in the place of those that were there before.
    pub(super) fn all(before: &[Self], wanted: Vec<NewTaint>) -> Result<Vec<Self>> {
        let help = format_args!("{} are too many; {MOST} are allowed", wanted.len());
        ensure(wanted.len() <= MOST, "taints", help)?;
        let mut taints: Vec<Self> = Vec::new();
        for (place, new) in wanted.into_iter().enumerate() {
            let taint = Self::new(before, new, &format!("taints[{place}]."))?;
            let twice = taints.iter().any(|t| (&t.key, t.effect) == (&taint.key, taint.effect));
            let help = format_args!("`{}` is there twice with one effect", taint.key);
            ensure(!twice, "taints", help)?;
            taints.push(taint);
        }
        Ok(taints)
    }
}
