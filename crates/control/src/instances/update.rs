//! Changing and destroying instances.
//!
//! What is not sent stays as it is. What touches the machine becomes a [`Job`]; the rest is done
//! when the answer is there. No driver is called here.

use api::Access;
use api::instances::{Backups, DeleteInstance, UpdateInstance, UpdatedInstance};

use super::create::{self, Wish, Wishes};
use super::{Instance, Job, Schedule, jobs_of, software, view};
use crate::blocks::handlers::detach_all;
use crate::catalog::Plan;
use crate::{Behave, Cx, Doc, Refusal, Result, Routes, Tx, load_balancers, reserved_ips};

pub(super) fn routes() -> Routes {
    Routes::default().on(update).on(delete)
}

async fn update(cx: Cx, req: UpdateInstance) -> Result<UpdatedInstance> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(req.instance_id).await?;
    let is_locked = instance.is_locked();
    let job = work(&cx, &mut tx, &mut instance, &req).await?;
    if job.is_some() && is_locked {
        refuse_locked(&cx, "")?;
    }
    describe(&cx, &mut instance, &req)?;
    if let Some(id) = req.firewall_group_id {
        instance.firewall_group = match id.get() {
            Some(id) => Some(create::resolve_firewall_group(&mut tx, id).await?),
            None => None,
        };
    }
    if req.enable_ipv6 == Some(true) && instance.ipv6.is_none() && !instance.vpc_only {
        create::give_ipv6(&mut tx, &mut instance).await?;
    }
    create::resolve_networks(&mut tx, &mut instance, &networks(&req)).await?;
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
    let chosen = software::of_change(cx, tx, req, room).await?;
    let chosen = chosen.filter(|software| *software != instance.software);
    if chosen.is_none() && plan.is_some() {
        software::check_kept(cx, &instance.software, room)?;
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
    if let Some(label) = &req.label {
        instance.label.clone_from(label);
    }
    if let Some(tags) = create::tags(req.tags.as_deref(), req.tag.as_deref())? {
        instance.tags = tags;
    }
    if let Some(data) = &req.user_data {
        instance.user_data = create::user_data(data)?;
    }
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

fn networks(req: &UpdateInstance) -> Wishes {
    let private = req.attach_private_network.as_deref();
    let leave_private = req.detach_private_network.as_deref();
    Wishes {
        vpc: Wish::new(req.attach_vpc.as_deref(), req.detach_vpc.as_deref(), req.enable_vpc),
        vpc2: Wish::new(req.attach_vpc2.as_deref(), req.detach_vpc2.as_deref(), req.enable_vpc2),
        private_network: Wish::new(private, leave_private, req.enable_private_network),
    }
}

async fn delete(cx: Cx, req: DeleteInstance) -> Result<()> {
    let mut tx = cx.begin();
    let instance = tx.get::<Instance>(req.instance_id).await?;
    if instance.is_locked() {
        refuse_locked(&cx, "Unable to destroy server: Unable to remove VM: ")?;
    }
    detach_all(&mut tx, instance.id()).await?;
    reserved_ips::detach_all(&mut tx, instance.id()).await?;
    load_balancers::forget(&mut tx, instance.id()).await?;
    for job in tx.all::<Job>(jobs_of(instance.id())).await? {
        tx.delete(job);
    }
    // Its addresses, and its places in networks, are free again when the row goes.
    tx.delete(instance);
    tx.commit().await
}

/// Refuses, where being locked lasts: at the quick pace it is over before anybody could wait.
pub(super) fn refuse_locked(cx: &Cx, prefix: &str) -> Result<()> {
    match cx.behave() {
        Behave::Fast => Ok(()),
        Behave::Vultr => {
            let said = format!("{prefix}Server is currently locked");
            Err(Refusal::bad(said).help("wait until it is installed").into())
        }
    }
}
