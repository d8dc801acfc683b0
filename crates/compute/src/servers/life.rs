//! The life of a server's machine: built, installed, started, changed, stopped, removed.
//!
//! The only place that calls the driver of machines. It must never change what should be.

use drivers::{Image, Machine, MachineSpec, Nic, Progress};
use engine::{Next, StepError};

use super::{Hosted, PrivateNic, Software};
use crate::life::pause;
use crate::ssh_keys::Key;
use crate::startup_scripts::Script;
use crate::{Doc, LifeCx};

/// Takes one step; none: the machine is as it should be.
///
/// # Errors
/// When the world does not answer.
pub(crate) async fn step<K: Hosted>(
    doc: &mut Doc<K>,
    cx: &LifeCx,
) -> Result<Option<Next>, StepError> {
    let (id, machines) = (doc.id(), cx.machines());
    let seen = machines.observe(id).await?;
    doc.seen.machine.clone_from(&seen);
    let Some(machine) = seen else {
        if doc.deleting() {
            return Ok(Some(Next::Gone));
        }
        machines.create(id, &spec(doc, cx).await?).await?;
        return Ok(Some(Next::Now));
    };
    if doc.deleting() {
        machines.remove(id).await?;
        return Ok(Some(Next::Now));
    }
    if act(doc, cx, &machine).await? {
        (doc.seen.settled_at, doc.seen.waiting_since) = (None, None);
        return Ok(Some(Next::Now));
    }
    let now = cx.cx.now();
    if machine.running && machine.progress != Progress::Ready {
        return Ok(Some(pause(*doc.seen.waiting_since.get_or_insert(now), now)));
    }
    doc.seen.waiting_since = None;
    doc.seen.plan.clone_from(&doc.want.plan);
    doc.seen.settled_at.get_or_insert(now);
    doc.seen.ready_at.get_or_insert(now);
    Ok(None)
}

/// Does the first thing in which the machine is not as it should be; false: there is none.
async fn act<K: Hosted>(doc: &Doc<K>, cx: &LifeCx, machine: &Machine) -> Result<bool, StepError> {
    let (id, machines) = (doc.id(), cx.machines());
    // A plan that the catalogue has lost leaves the machine as it is.
    let size = doc.want.size(cx.cx.catalog()).unwrap_or(machine.spec.size);
    let iso = doc.want.image_in_drive();
    let nics: Vec<Nic> = doc.networks.iter().map(nic).collect();
    if machine.install != doc.installs {
        machines.install(id, doc.installs, &spec(doc, cx).await?).await?;
    } else if machine.running
        && matches!(machine.progress, Progress::Building | Progress::Installing)
    {
        // Let it be: everything else waits until there is a system.
        return Ok(false);
    } else if machine.spec.size != size {
        machines.resize(id, size).await?;
    } else if machine.iso != iso {
        machines.insert_iso(id, iso).await?;
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

fn nic(nic: &PrivateNic) -> Nic {
    Nic { network: nic.network, address: nic.address.to_string(), mac: nic.mac.clone() }
}

async fn spec<K: Hosted>(doc: &Doc<K>, cx: &LifeCx) -> Result<MachineSpec, StepError> {
    let mut ssh_keys = Vec::with_capacity(doc.ssh_keys.len());
    for id in &doc.ssh_keys {
        // A key that was deleted meanwhile opens nothing.
        ssh_keys.extend(cx.cx.find::<Key>(*id).await?.map(|key| key.want.ssh_key));
    }
    let script = match doc.script {
        Some(id) => cx.cx.find::<Script>(id).await?.map(|script| script.want.script),
        None => None,
    };
    Ok(MachineSpec {
        size: doc.want.size(cx.cx.catalog()).unwrap_or_default(),
        image: image(&doc.software),
        hostname: doc.hostname.clone(),
        ssh_keys,
        user_data: doc.user_data.clone(),
        script: script.unwrap_or_default(),
        variables: doc.app_variables.clone(),
    })
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
