//! What is asked of node pools and their nodes, and what is refused.

use std::collections::BTreeMap;

use api::Page;
use api::kubernetes::{self as wire, *};
use rust_decimal::Decimal;
use store::Facet;
use uuid::Uuid;

use super::nodes::{self, PER_POOL};
use super::{Cluster, Label, Pool, Taint, in_cluster, unprocessable};
use crate::instances::{Instance, plan};
use crate::{Cx, Doc, Refusal, Result, Routes, Shown, Tx, alike, ensure, in_range, set, slice};

/// How many pools a cluster can have.
pub(super) const PER_CLUSTER: usize = 20;
/// What a node needs at least: memory in MB, and US dollars a month.
const LEAST_RAM_MB: u32 = 2048;
const LEAST_MONTHLY: Decimal = Decimal::TEN;

pub(super) fn routes() -> Routes {
    Routes::of::<Pool>()
        .list::<ListNodePools>()
        .get::<GetNodePool>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .on(update)
        .delete_with::<DeleteNodePool>(|tx, pool| Box::pin(before_it_goes(tx, pool)))
        .on(list_nodes)
        .on(delete_node)
        .on(recycle_node)
        .done()
}

impl Shown for Pool {
    type View = NodePool;
    /// Their nodes.
    type With = BTreeMap<Uuid, Vec<Doc<Instance>>>;

    async fn within(tx: &mut Tx, cluster: &[String]) -> Result<Vec<Facet>> {
        Ok(vec![in_cluster(tx.in_path::<Cluster>(cluster).await?.id())])
    }

    async fn with(cx: &Cx, pools: &[Doc<Self>]) -> Result<Self::With> {
        let mut all = BTreeMap::new();
        for pool in pools {
            all.insert(pool.id(), nodes::read(cx, pool.id()).await?);
        }
        Ok(all)
    }

    fn view(doc: &Doc<Self>, with: &Self::With, cx: &Cx) -> NodePool {
        let nodes = with.get(&doc.id()).map(Vec::as_slice).unwrap_or_default();
        let is_ready = nodes.len() >= doc.quantity as usize && nodes.iter().all(nodes::is_ready);
        let taint = |taint: &Taint| alike!(taint => wire::Taint { key, value, effect });
        let label = |label: &Label| (label.key.clone(), label.value.clone());
        alike!(doc => NodePool {
            label, tag, plan, min_nodes, max_nodes, auto_scaler, vpc_only;
            id: doc.id().into(),
            date_created: doc.created(),
            date_updated: api::Time::from_millis(doc.updated),
            status: nodes::status(is_ready).into(),
            node_quantity: doc.quantity,
            user_data: cx.secret(doc.user_data.to_string()),
            labels: doc.labels.iter().map(label).collect(),
            taints: doc.taints.iter().map(taint).collect(),
            nodes: nodes.iter().map(nodes::view).collect(),
        })
    }
}

/// A pool as a request wants it; `field` leads to where it stands in the request.
pub(super) fn wanted(
    cx: &Cx,
    id: Uuid,
    cluster: &Cluster,
    new: NewNodePool,
    field: &str,
) -> Result<Pool> {
    check_plan(cx, cluster, &new.plan, field)?;
    let quantity = quantity(new.node_quantity)?;
    let vpc_only = new.vpc_only.unwrap_or_default();
    let help = "the cluster has no VPC through which its nodes could be reached";
    ensure(!vpc_only || cluster.network.is_some(), &format!("{field}vpc_only"), help)?;
    let min_nodes = new.min_nodes.filter(|n| *n > 0).unwrap_or(1);
    let max_nodes = new.max_nodes.filter(|n| *n > 0).unwrap_or(quantity.max(min_nodes));
    let mut pool = Pool {
        cluster: id,
        label: new.label,
        tag: new.tag.unwrap_or_default(),
        plan: new.plan,
        quantity,
        auto_scaler: new.auto_scaler.unwrap_or_default(),
        min_nodes,
        max_nodes,
        vpc_only,
        user_data: new.user_data.unwrap_or_default().into(),
        labels: Label::all(&[], new.labels.unwrap_or_default())?,
        taints: Taint::all(&[], new.taints.unwrap_or_default())?,
        updated: cx.now(),
    };
    bound(cx, &mut pool, field)?;
    Ok(pool)
}

/// Refuses a plan that no node can have.
fn check_plan(cx: &Cx, cluster: &Cluster, id: &str, field: &str) -> Result<()> {
    let plan = plan(cx, id)?;
    let (ram, monthly) = (plan.ram, plan.cost_in(&cluster.region).monthly);
    let help = format_args!(
        "`{id}` has {ram} MB and costs {monthly} USD a month; nodes need {LEAST_RAM_MB} MB and \
         {LEAST_MONTHLY} USD at least"
    );
    ensure(ram >= LEAST_RAM_MB && monthly >= LEAST_MONTHLY, &format!("{field}plan"), help)
}

fn quantity(wanted: u32) -> Result<u32> {
    let said = "`node_quantity` must be a positive integer.";
    let help = format!("a pool has 1 to {PER_POOL} nodes");
    Refusal::bad(said).help(help).unless(wanted > 0)?;
    in_range("node_quantity", wanted, 1..=PER_POOL)
}

/// Brings a pool's nodes within what its autoscaler may make of them. Nothing runs on them here, so that
/// is all that it ever does.
fn bound(cx: &Cx, pool: &mut Pool, field: &str) -> Result<()> {
    in_range(&format!("{field}max_nodes"), pool.max_nodes, 1..=PER_POOL)?;
    if !pool.auto_scaler {
        return Ok(());
    }
    let (min, max) = (pool.min_nodes, pool.max_nodes);
    let help = format_args!("{min} is more than max_nodes, {max}");
    ensure(min <= max, &format!("{field}min_nodes"), help)?;
    let within = pool.quantity.clamp(min, max);
    if within != pool.quantity {
        let text = format!("{} is made {within} by the autoscaler", pool.quantity);
        cx.warn(&format!("{field}node_quantity"), text);
        pool.quantity = within;
    }
    Ok(())
}

/// Refuses a label that another pool of the cluster has. What is copied is as it was.
pub(super) fn check_label(cx: &Cx, is_new: bool, label: &str, field: &str) -> Result<()> {
    let help =
        format_args!("another pool of the cluster is called `{label}`; give each its own name");
    ensure(is_new || cx.is_copying(), &format!("{field}label"), help)
}

async fn create(tx: &mut Tx, req: CreateNodePool) -> Result<Doc<Pool>> {
    let (cx, cluster) = (tx.cx().clone(), tx.get::<Cluster>(req.vke_id).await?);
    let new = alike!(req => NewNodePool {
        node_quantity, label, plan, tag, auto_scaler, min_nodes, max_nodes, vpc_only, user_data,
        labels, taints
    });
    let pool = wanted(&cx, cluster.id(), &cluster, new, "")?;
    let others = tx.all::<Pool>(in_cluster(cluster.id()), PER_CLUSTER).await?;
    let help = format!("a cluster has {PER_CLUSTER} node pools at most");
    Refusal::bad("Bad request.").help(help).unless(others.len() < PER_CLUSTER)?;
    let is_new = others.iter().all(|other| other.label != pool.label);
    check_label(&cx, is_new, &pool.label, "")?;
    let pool = tx.new_doc(pool);
    nodes::level(tx, &cluster, &pool).await?;
    Ok(pool)
}

async fn update(cx: Cx, req: UpdateNodePool) -> Result<NodePool> {
    let mut tx = cx.begin();
    let mut pool = in_path(&mut tx, req.vke_id, req.nodepool_id).await?;
    // Who turns it off may take its bounds along.
    let scaled = pool.auto_scaler;
    set(&mut pool.auto_scaler, req.auto_scaler);
    let scales = req.min_nodes.or(req.max_nodes).is_none() || scaled || pool.auto_scaler;
    // The spelling is the real API's.
    let said =
        "You cannot update auto scalar minimum or maximum nodes if `auto_scaler` is disabled.";
    unprocessable(said).unless(scales)?;
    set(&mut pool.min_nodes, req.min_nodes.filter(|n| *n > 0));
    set(&mut pool.max_nodes, req.max_nodes.filter(|n| *n > 0));
    set(&mut pool.quantity, req.node_quantity.map(quantity).transpose()?);
    bound(&cx, &mut pool, "")?;
    set(&mut pool.tag, req.tag);
    set(&mut pool.user_data, req.user_data.map(Into::into));
    if let Some(labels) = req.labels {
        pool.labels = Label::all(&pool.labels, labels)?;
    }
    if let Some(taints) = req.taints {
        pool.taints = Taint::all(&pool.taints, taints)?;
    }
    changed(tx, pool).await
}

/// Writes a pool that has changed, with as many nodes as it is to have, and shows it.
async fn changed(mut tx: Tx, mut pool: Doc<Pool>) -> Result<NodePool> {
    let cx = tx.cx().clone();
    pool.updated = cx.now();
    let cluster = tx.get::<Cluster>(pool.cluster).await?;
    nodes::level(&mut tx, &cluster, &pool).await?;
    tx.save(&pool).await?;
    Pool::show(&cx, pool).await
}

/// The pool of a cluster that a path names, though not last.
async fn in_path(tx: &mut Tx, cluster: ClusterId, pool: NodePoolId) -> Result<Doc<Pool>> {
    tx.in_path(&[cluster.to_string(), pool.to_string()]).await
}

/// Its first nodes go at once; where there are more, its life sees to them. The cluster forgets them all.
async fn before_it_goes(tx: &mut Tx, pool: &mut Doc<Pool>) -> Result<()> {
    tx.wake(pool.cluster);
    for node in nodes::of(tx, pool).await? {
        nodes::go(tx, node).await?;
    }
    Ok(())
}

async fn list_nodes(cx: Cx, req: ListWorkerNodes) -> Result<Page<wire::Node>> {
    let pool = in_path(&mut cx.begin(), req.vke_id, req.nodepool_id).await?;
    let nodes: Vec<_> = nodes::read(&cx, pool.id()).await?.iter().map(nodes::view).collect();
    slice(&nodes, req.per_page, req.cursor.as_deref())
}

async fn delete_node(cx: Cx, req: DeleteNode) -> Result<()> {
    let mut tx = cx.begin();
    let mut pool = in_path(&mut tx, req.vke_id, req.nodepool_id).await?;
    let node = nodes::in_path(&mut tx, &pool, req.node_id.into()).await?;
    let help = "it is the pool's only one; recycle it, or delete the pool";
    ensure(pool.quantity > 1, "node-id", help)?;
    nodes::go(&mut tx, node).await?;
    pool.quantity -= 1;
    bound(&cx, &mut pool, "")?;
    changed(tx, pool).await.map(drop)
}

async fn recycle_node(cx: Cx, req: RecycleNode) -> Result<()> {
    let mut tx = cx.begin();
    let pool = in_path(&mut tx, req.vke_id, req.nodepool_id).await?;
    let node = nodes::in_path(&mut tx, &pool, req.node_id.into()).await?;
    nodes::go(&mut tx, node).await?;
    changed(tx, pool).await.map(drop)
}
