//! The life of a server's machine: built, installed, started, changed, stopped, removed.
//!
//! The only place that calls the driver of machines. It must never change what should be.

use std::net::IpAddr;
use std::time::Duration;

use api::instances::UserScheme;
use drivers::{Image, Machine, MachineSpec, Nic, Progress, PublicIpv4, PublicIpv6, PublicNic};
use engine::{Next, StepError};

use super::addresses::further_ipv6;
use super::{Hosted, Software};
use crate::addresses::{NETMASK, gateway};
use crate::encoded::decoded;
use crate::reserved_ips::{PER_SERVER, Reserved, on_instance};
use crate::ssh_keys::Key;
use crate::startup_scripts::Script;
use crate::vpcs::PrivateNetwork;
use crate::{Cx, Doc, Error, LifeCx, Refusal};

/// How long a real machine that starts is left alone.
const GLANCE: Duration = Duration::from_millis(150);

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
        machines.create(id, &spec(doc, cx).await?, &public(doc, cx).await?).await?;
        return Ok(Some(Next::Now));
    };
    if doc.deleting() {
        machines.remove(id).await?;
        return Ok(Some(Next::Now));
    }
    if act(doc, cx, &machine).await? {
        doc.seen.settled_at = None;
        return Ok(Some(Next::Now));
    }
    let now = cx.cx.now();
    if machine.running && machine.progress != Progress::Ready {
        // A machine that people want to log in to starts within seconds: none of them is lost.
        let is_real = cx.is_anything_real();
        return Ok(Some(if is_real { Next::Soon(GLANCE) } else { Next::SOON }));
    }
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
    let (public, nics) = (public(doc, cx).await?, nics(doc, cx).await?);
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
    } else if machine.public != public || machine.nics != nics {
        machines.connect(id, &public, &nics).await?;
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

/// Refuses what no machine here can be made of, before anything is promised.
///
/// # Errors
/// 400 with the driver's words.
pub(crate) fn check_can_be(cx: &Cx, software: &Software) -> Result<(), Error> {
    let lives = LifeCx { cx: cx.clone() };
    match lives.machines().refuses(&image(software)) {
        Some(why) => Err(Refusal::bad("Bad request.").help(why).into()),
        None => Ok(()),
    }
}

/// Its interfaces in private networks.
pub(crate) async fn nics<K: Hosted>(doc: &Doc<K>, cx: &LifeCx) -> Result<Vec<Nic>, StepError> {
    let mut nics = Vec::with_capacity(doc.networks.len());
    for nic in &doc.networks {
        let network = cx.cx.find::<PrivateNetwork>(nic.network).await?;
        nics.push(Nic {
            network: nic.network,
            address: nic.address.to_string(),
            prefix: network.map(|network| network.subnet.prefix()).unwrap_or_default(),
            mac: nic.mac.clone(),
        });
    }
    Ok(nics)
}

/// Its public interface.
pub(crate) async fn public<K: Hosted>(doc: &Doc<K>, cx: &LifeCx) -> Result<PublicNic, StepError> {
    let ipv4 = doc.ipv4.iter().enumerate().map(|(place, ip)| {
        // A reserved address beside the main one is in no network of the server's.
        let is_alone = place > 0 && ip.reserved.is_some();
        let prefix = if is_alone { 32 } else { NETMASK.to_bits().count_ones() as u8 };
        let gateway = (!is_alone).then(|| gateway(ip.address));
        PublicIpv4 { address: ip.address, prefix, gateway }
    });
    let first = doc.ipv6.iter().map(|ip| PublicIpv6 { network: ip.network, address: ip.address });
    let mut ipv6: Vec<_> = first.collect();
    // Nobody but a real machine can tell: a simulated one is not made to wait for it.
    let reserved = match cx.is_anything_real() {
        true => cx.cx.all::<Reserved>(on_instance(doc.id()), PER_SERVER).await?,
        false => Vec::new(),
    };
    for further in further_ipv6(doc, reserved) {
        if let IpAddr::V6(network) = further.network {
            ipv6.push(PublicIpv6 { network, address: doc.host_in(network) });
        }
    }
    Ok(PublicNic { mac: doc.mac(), ipv4: ipv4.collect(), ipv6, firewall: doc.want.firewall() })
}

pub(crate) async fn spec<K: Hosted>(doc: &Doc<K>, cx: &LifeCx) -> Result<MachineSpec, StepError> {
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
        password: doc.password.clone(),
        is_limited: doc.user_scheme == UserScheme::Limited,
        user_data: as_read(&doc.user_data),
        script: as_read(&script.unwrap_or_default()),
        variables: doc.app_variables.clone(),
    })
}

/// What was sent in base64, as it is meant; what is no base64 stands for itself.
fn as_read(text: &str) -> Vec<u8> {
    decoded(text).unwrap_or_else(|_| text.as_bytes().to_vec())
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
