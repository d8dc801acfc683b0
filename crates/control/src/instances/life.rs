//! The life of an instance: built, installed, started, changed, stopped, removed.

use std::time::Duration;

use drivers::{Image, Machine, MachineSpec, Nic, Progress, Size};
use engine::{Next, StepError};

use super::{Instance, Software, backups};
use crate::{Doc, Life, LifeCx};

/// How often a machine that is being built is looked at, under either pace.
const PAUSE: Duration = Duration::from_millis(2);

impl Life for Instance {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let (id, machines) = (doc.id(), cx.machines());
        let seen = machines.observe(id).await?;
        doc.seen.machine.clone_from(&seen);
        let Some(machine) = seen else {
            if doc.deleting() {
                return Ok(Next::Gone);
            }
            machines.create(id, &spec(doc, cx)).await?;
            return Ok(Next::Now);
        };
        if doc.deleting() {
            machines.remove(id).await?;
            return Ok(Next::Now);
        }
        if act(doc, cx, &machine).await? {
            return Ok(Next::Now);
        }
        if machine.running && machine.progress != Progress::Ready {
            return Ok(Next::After(PAUSE));
        }
        let now = cx.cx.now();
        doc.seen.ready_at.get_or_insert(now);
        match backups::follow_schedule(doc, cx).await? {
            Some(at) => Ok(Next::After(Duration::from_millis((at - now).max(1).unsigned_abs()))),
            None => Ok(Next::Settled),
        }
    }
}

/// Does the first thing in which the machine is not as it should be; false: there is none.
async fn act(doc: &Doc<Instance>, cx: &LifeCx, machine: &Machine) -> Result<bool, StepError> {
    let (id, machines) = (doc.id(), cx.machines());
    let size = size(doc, cx);
    let nics: Vec<Nic> = doc.networks.iter().map(nic).collect();
    if machine.install != doc.installs {
        machines.install(id, doc.installs, &spec(doc, cx)).await?;
    } else if machine.running && matches!(machine.progress, Progress::Building | Progress::Installing)
    {
        // Let it be: everything else waits until there is a system.
        return Ok(false);
    } else if machine.spec.size != size {
        machines.resize(id, size).await?;
    } else if machine.iso != doc.iso {
        machines.insert_iso(id, doc.iso).await?;
    } else if machine.nics != nics {
        machines.connect(id, &nics).await?;
    } else if machine.reset != doc.reboots {
        machines.reset(id, doc.reboots).await?;
    } else if machine.running && doc.halted {
        machines.stop(id).await?;
    } else if !machine.running && !doc.halted {
        machines.start(id).await?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn nic(nic: &super::PrivateNic) -> Nic {
    Nic { network: nic.network, address: nic.address.to_string(), mac: nic.mac.clone() }
}

fn size(doc: &Doc<Instance>, cx: &LifeCx) -> Size {
    let plan = cx.cx.catalog().plan(&doc.plan);
    plan.map(|p| Size { vcpus: p.vcpu_count, ram_mb: p.ram, disk_gb: p.disk_total() })
        .unwrap_or_default()
}

fn spec(doc: &Doc<Instance>, cx: &LifeCx) -> MachineSpec {
    MachineSpec {
        size: size(doc, cx),
        image: image(&doc.software),
        hostname: doc.hostname.clone(),
        ssh_keys: doc.ssh_keys.iter().map(ToString::to_string).collect(),
        user_data: doc.user_data.clone(),
        script: doc.script.map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn image(software: &Software) -> Image {
    let (kind, id) = match software {
        Software::Nothing => ("nothing", String::new()),
        Software::Os(id) => ("os", id.to_string()),
        Software::App(id) => ("app", id.to_string()),
        Software::Image(id) => ("image", id.clone()),
        Software::Snapshot(id, _) => ("snapshot", id.to_string()),
        Software::Backup(id, _) => ("backup", id.to_string()),
        Software::Iso(id) => ("iso", id.to_string()),
        Software::Ipxe(url) => ("ipxe", url.clone()),
    };
    Image { kind: kind.into(), id }
}
