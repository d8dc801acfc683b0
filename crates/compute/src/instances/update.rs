//! Changing and destroying instances.
//!
//! What is not sent stays as it is. What touches the machine becomes a [`Job`]; the rest is done
//! when the answer is there. No driver is called here.

use api::Access;
use api::instances::{Backups, DeleteInstance, UpdateInstance, UpdatedInstance};

use uuid::Uuid;

use super::{Instance, Job, Schedule, create, jobs_of, view};
use crate::blocks::handlers::detach_all;
use crate::catalog::Plan;
use crate::private_networks::PRIVATE;
use crate::servers::Locks;
use crate::servers::addresses::give_ipv6;
use crate::servers::networks::{Wish, resolve};
use crate::servers::options;
use crate::servers::software::{Named, check_kept};
use crate::vpc2::VPC2;
use crate::vpcs::{Name, VPC};
use crate::{Cx, Doc, Refusal, Result, Tx, load_balancers, reserved_ips, vfs};

pub(super) async fn update(cx: Cx, req: UpdateInstance) -> Result<UpdatedInstance> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(req.instance_id).await?;
    let touchable = instance.check_touchable(&cx, "");
    let job = work(&cx, &mut tx, &mut instance, &req).await?;
    if job.is_some() {
        instance.check_no_node()?;
        touchable?;
    }
    describe(&cx, &mut instance, &req)?;
    if let Some(id) = req.firewall_group_id {
        instance.firewall_group = match id.get() {
            Some(id) => Some(create::resolve_firewall_group(&mut tx, id).await?),
            None => None,
        };
    }
    if req.enable_ipv6 == Some(true) && instance.ipv6.is_none() && !instance.vpc_only {
        give_ipv6(&mut tx, &mut instance).await?;
    }
    resolve(&mut tx, &mut instance, &networks(&req)).await?;
    tx.put(&instance);
    let job = job.map(|job| tx.new_doc(job));
    if let Some(job) = &job {
        tx.put(job);
    }
    tx.commit().await?;
    let job_ids = job.iter().map(|job| job.id().into()).collect();
    Ok(UpdatedInstance { instance: view::show(&cx, &instance).await?, job_ids })
}

/// Changes the plan and what is installed; tells the work that this makes, if any.
async fn work(
    cx: &Cx,
    tx: &mut Tx,
    instance: &mut Doc<Instance>,
    req: &UpdateInstance,
) -> Result<Option<Job>> {
    let plan = match req.plan.as_deref().filter(|id| !id.is_empty() && *id != instance.plan) {
        Some(id) => Some(larger_plan(cx, instance, id)?),
        None => None,
    };
    let room = plan.map_or_else(|| create::plan(cx, &instance.plan), Ok)?;
    let (os, app, image) = (req.os_id, req.app_id, req.image_id.as_deref());
    let starts_by_itself = instance.software.is_custom() || instance.iso.is_some();
    let named = Named { os, app, image, starts_by_itself, ..Named::default() };
    let chosen = named.of_change(cx, tx, room.into()).await?;
    let chosen = chosen.filter(|software| instance.software.differs_from(software));
    if chosen.is_none() && plan.is_some() {
        check_kept(cx, &instance.software, room.into())?;
    }
    let mut job = Job { instance: instance.id(), ..Job::default() };
    if let Some(plan) = plan {
        cx.needs(Access::Upgrade)?;
        instance.plan.clone_from(&plan.id);
        job.plan = Some(plan.id.clone());
    }
    if let Some(software) = chosen {
        instance.reinstall();
        instance.software = software;
        options::tell_missing(cx, instance);
        job.install = Some(instance.installs);
    }
    let is_work = job.plan.is_some() || job.install.is_some();
    Ok(is_work.then_some(job))
}

fn larger_plan<'a>(cx: &'a Cx, instance: &Instance, id: &str) -> Result<&'a Plan> {
    let (wanted, present) = (create::plan(cx, id)?, create::plan(cx, &instance.plan)?);
    let region = instance.region.as_str();
    if cx.catalog().upgrades(present, region).any(|plan| plan.id == wanted.id) {
        return Ok(wanted);
    }
    let help = match wanted.sold_in(region) {
        false => format!("plan: `{id}` is not sold in `{region}`"),
        true => format!(
            "plan: `{}` cannot become `{id}`; plans only go up, within their family: see the \
             instance's upgrades",
            present.id
        ),
    };
    Err(Refusal::bad("Invalid plan chosen.").help(help).into())
}

/// Changes what needs no work on the machine.
fn describe(cx: &Cx, instance: &mut Doc<Instance>, req: &UpdateInstance) -> Result<()> {
    let tags = options::tags(req.tags.as_deref(), req.tag.as_deref())?;
    let (label, data) = (req.label.as_deref(), req.user_data.as_deref());
    options::describe(instance, label, tags, data, req.user_scheme)?;
    match req.backups {
        Some(Backups::Enabled) if instance.backups.is_none() => {
            instance.backups = Some(Schedule::initial(cx.now()));
        }
        Some(Backups::Disabled) => instance.backups = None,
        _ => {}
    }
    if let Some(wanted) = req.ddos_protection.filter(|wanted| *wanted != instance.ddos_protection) {
        create::check_ddos(cx.region("region", &instance.region)?, wanted)?;
        instance.ddos_protection = wanted;
    }
    Ok(())
}

fn networks(req: &UpdateInstance) -> [(Name, &'static str, Wish); 3] {
    let vpc = Wish::new(req.attach_vpc.as_deref(), req.detach_vpc.as_deref(), req.enable_vpc);
    let vpc2 = Wish::new(req.attach_vpc2.as_deref(), req.detach_vpc2.as_deref(), req.enable_vpc2);
    let (attach, detach) = (&req.attach_private_network, &req.detach_private_network);
    let private = Wish::new(attach.as_deref(), detach.as_deref(), req.enable_private_network);
    [(VPC, "vpc", vpc), (VPC2, "vpc2", vpc2), (PRIVATE, "private_network", private)]
}

pub(super) async fn delete(cx: Cx, req: DeleteInstance) -> Result<()> {
    let mut tx = cx.begin();
    let instance = tx.get::<Instance>(req.instance_id).await?;
    instance.check_touchable(&cx, "Unable to destroy server: Unable to remove VM: ")?;
    let_go_of_most(&cx, instance.id()).await?;
    remove(&mut tx, instance).await?;
    tx.commit().await
}

/// Lets go of an instance that is about to go wherever many things may refer to it, but for the last
/// few, in commits of their own.
///
/// # Errors
/// When the store cannot be read or written, or something has changed.
pub async fn let_go_of_most(cx: &Cx, id: Uuid) -> Result<()> {
    cx.in_batches::<Job>(jobs_of(id), |tx, job| tx.delete(job)).await?;
    load_balancers::forget_most(cx, id).await?;
    vfs::forget_most(cx, id).await
}

/// Deletes an instance after [`let_go_of_most`], with what goes along; a node is missed by its pool.
///
/// # Errors
/// When the store cannot be read, or many things refer to it again.
pub async fn remove(tx: &mut Tx, instance: Doc<Instance>) -> Result<()> {
    detach_all(tx, instance.id()).await?;
    reserved_ips::detach_all(tx, instance.id()).await?;
    load_balancers::forget(tx, instance.id()).await?;
    vfs::forget(tx, instance.id()).await?;
    for job in tx.rest::<Job>(jobs_of(instance.id())).await? {
        tx.delete(job);
    }
    if let Some(node) = &instance.node {
        tx.wake(node.pool);
    }
    // Its addresses, and its places in networks, are free again when the row goes.
    tx.delete(instance);
    Ok(())
}
