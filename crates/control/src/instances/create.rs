//! Making instances: what a request may ask for, and what a new instance is given.
//!
//! Everything that is taken (addresses, volumes) is taken in the transaction that stores the
//! instance, so that a refusal leaves nothing behind. No driver is called here.

use std::collections::{BTreeMap, BTreeSet};

use api::id::FirewallGroupId;
use api::instances::{Backups, BlockDevice, CreateInstance, UserScheme};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::software::{self, ADD_FAILED};
use super::{Instance, Ipv4, Ipv6, Schedule, Software, host_in, view};
use crate::addresses;
use crate::blocks::{PER_INSTANCE, Volume};
use crate::catalog::{Plan, Region, StorageType};
use crate::encoded::decoded;
use crate::firewalls::Group;
use crate::private_networks::PRIVATE;
use crate::reserved_ips;
use crate::secret::random_text;
use crate::ssh_keys::Key;
use crate::startup_scripts::Script;
use crate::vpc2::VPC2;
use crate::vpcs::{VPC, default_of, enter, exit};
use crate::{Cx, Doc, Refusal, Result, Routes, Tx};

/// How many tags an instance can have.
const TAGS_MAX: usize = 50;
/// The host name of an instance that was given none.
const HOSTNAME: &str = "vultr.guest";
/// The region's word for protection against denial of service.
const DDOS: &str = "ddos_protection";

pub(super) fn routes() -> Routes {
    Routes::default().on(create)
}

async fn create(cx: Cx, req: CreateInstance) -> Result<api::instances::Instance> {
    let region = cx.region("region", &req.region)?;
    let plan = plan_in(&cx, &req.plan, region)?;
    let mut tx = cx.begin();
    let software = software::of_new(&cx, &mut tx, &req, plan).await?;
    let mut instance = tx.new_doc(wanted(&cx, &req, region, software)?);
    for id in req.sshkey_id.iter().flatten() {
        instance.ssh_keys.push(tx.named::<Key>("sshkey_id", *id).await?.id());
    }
    if let Some(id) = req.script_id.and_then(|id| id.get()) {
        instance.script = Some(tx.named::<Script>("script_id", id).await?.id());
    }
    if let Some(id) = req.firewall_group_id.and_then(|id| id.get()) {
        instance.firewall_group = Some(resolve_firewall_group(&mut tx, id).await?);
    }
    give_addresses(&mut tx, &mut instance, &req, plan).await?;
    resolve_networks(&mut tx, &mut instance, &networks(&req)).await?;
    if instance.vpc_only && instance.networks.is_empty() {
        let help = "an instance without public addresses needs a VPC; add attach_vpc or enable_vpc";
        return Err(Refusal::field("vpc_only", help).into());
    }
    give_volumes(&cx, &mut tx, &instance, &req, plan).await?;
    tx.put(&instance);
    tx.commit().await?;
    let shown = view::show(&cx, &instance).await?;
    let default_password = Some(instance.want.password);
    Ok(api::instances::Instance { default_password, ..shown })
}

/// What the request says about the instance alone.
fn wanted(cx: &Cx, req: &CreateInstance, region: &Region, software: Software) -> Result<Instance> {
    let backups = req.backups == Some(Backups::Enabled);
    let ddos_protection = req.ddos_protection.unwrap_or_default();
    check_ddos(region, ddos_protection)?;
    Ok(Instance {
        region: region.id.clone(),
        plan: req.plan.clone(),
        label: req.label.clone().unwrap_or_default(),
        hostname: match req.hostname.as_deref() {
            None | Some("") => HOSTNAME.to_owned(),
            Some(name) => hostname(name)?,
        },
        tags: tags(req.tags.as_deref(), req.tag.as_deref())?.unwrap_or_default(),
        iso: match software {
            Software::Iso(id) => Some(id),
            _ => None,
        },
        software,
        user_scheme: match req.user_scheme.unwrap_or_default() {
            UserScheme::Root => "root".to_owned(),
            UserScheme::Limited => "limited".to_owned(),
        },
        user_data: user_data(req.user_data.as_deref().unwrap_or_default())?,
        app_variables: app_variables(req.app_variables.as_ref()),
        password: password(),
        backups: backups.then(|| Schedule::initial(cx.now())),
        ddos_protection,
        vpc_only: req.vpc_only.unwrap_or_default(),
        ..Instance::default()
    })
}

/// A plan of instances by its id.
///
/// # Errors
/// 400 with the plan that was probably meant.
pub(crate) fn plan<'a>(cx: &'a Cx, id: &str) -> Result<&'a Plan> {
    let refuse = |help: String| Refusal::bad("Invalid plan chosen.").help(help);
    cx.catalog().plan(id).ok_or_else(|| {
        if cx.catalog().metal_plan(id).is_some() {
            return refuse(format!("plan: `{id}` is a bare metal plan")).into();
        }
        let meant = cx.catalog().nearest_plan(id);
        let meant = meant.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
        refuse(format!("plan: `{id}` is no plan{meant}")).into()
    })
}

fn plan_in<'a>(cx: &'a Cx, id: &str, region: &Region) -> Result<&'a Plan> {
    let plan = plan(cx, id)?;
    if !plan.sold_in(&region.id) {
        let help = format!("plan: `{id}` is sold in {}", plan.locations.join(", "));
        return Err(Refusal::bad("plan is not available in the selected region").help(help).into());
    }
    Ok(plan)
}

/// Refuses protection where it is not sold.
pub(super) fn check_ddos(region: &Region, wanted: bool) -> Result<()> {
    if !wanted || region.offers(DDOS) {
        return Ok(());
    }
    let help = format!("it is not offered in `{}`", region.id);
    Err(Refusal::field("ddos_protection", help).into())
}

/// A host name: labels of letters, digits and hyphens, kept in the case in which it was sent.
pub(super) fn hostname(name: &str) -> Result<String> {
    let is_label = |label: &str| {
        let ends = [label.chars().next(), label.chars().next_back()];
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !ends.contains(&Some('-'))
    };
    if name.len() <= 253 && name.split('.').all(is_label) {
        return Ok(name.to_owned());
    }
    let help = format!("`{name}` is no host name: letters, digits and hyphens, between dots");
    Err(Refusal::bad("Invalid hostname.").help(format!("hostname: {help}")).into())
}

/// The tags that a request sets; none: it says nothing about them.
pub(super) fn tags(many: Option<&[String]>, one: Option<&str>) -> Result<Option<Vec<String>>> {
    let tags: Vec<&str> = match (many, one) {
        (Some(many), _) => many.iter().map(String::as_str).collect(),
        (None, Some(one)) => vec![one],
        (None, None) => return Ok(None),
    };
    let mut known = BTreeSet::new();
    let tags: Vec<String> = tags
        .into_iter()
        .filter(|tag| !tag.is_empty() && known.insert(*tag))
        .map(str::to_owned)
        .collect();
    if tags.len() > TAGS_MAX {
        let help = format!("{} are too many, {TAGS_MAX} are allowed", tags.len());
        return Err(Refusal::field("tags", help).into());
    }
    Ok(Some(tags))
}

/// User data as it was sent, if that is base64.
pub(crate) fn user_data(text: &str) -> Result<String> {
    match decoded(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(e) => Err(Refusal::field("user_data", format!("must be base64: {e}")).into()),
    }
}

fn app_variables(sent: Option<&Map<String, Value>>) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    sent.into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// A first password: 16 characters that every keyboard has.
fn password() -> String {
    random_text(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#%+@_?", 16)
}

async fn give_addresses(
    tx: &mut Tx,
    instance: &mut Doc<Instance>,
    req: &CreateInstance,
    plan: &Plan,
) -> Result<()> {
    let reserved = req.reserved_ipv4.and_then(|id| id.get());
    let wants_ipv6 = plan.ipv6_only || req.enable_ipv6.unwrap_or_default();
    // Without IPv6 the instance could not be reached at all.
    let no_ipv4 = plan.ipv6_only || (wants_ipv6 && req.disable_public_ipv4.unwrap_or_default());
    if let Some(id) = reserved {
        if instance.vpc_only || no_ipv4 {
            let help = "the instance is to have no public IPv4 address";
            return Err(Refusal::field("reserved_ipv4", help).into());
        }
        let claimed = reserved_ips::claim(tx, id.into(), &instance.region, instance.id()).await;
        let address = claimed.map_err(software::add_failed)?;
        instance.ipv4.push(address);
    } else if !no_ipv4 && !instance.vpc_only {
        let address = addresses::take_ipv4(tx, &instance.region, instance.id()).await?;
        let (reverse, reserved) = (String::new(), None);
        instance.ipv4.push(Ipv4 { address, reverse, reserved });
    }
    if wants_ipv6 && !instance.vpc_only {
        give_ipv6(tx, instance).await?;
    }
    Ok(())
}

/// Gives an instance an IPv6 network, and in it the address that follows from its interface's.
pub(super) async fn give_ipv6(tx: &mut Tx, instance: &mut Doc<Instance>) -> Result<()> {
    let network = addresses::take_ipv6(tx, &instance.region, instance.id()).await?;
    let address = host_in(network, instance.main_ip());
    instance.ipv6 = Some(Ipv6 { network, address, reverse: BTreeMap::new(), reserved: None });
    Ok(())
}

/// Attaches and makes the volumes that the request lists.
async fn give_volumes(
    cx: &Cx,
    tx: &mut Tx,
    instance: &Doc<Instance>,
    req: &CreateInstance,
    plan: &Plan,
) -> Result<()> {
    let devices = req.block_devices.as_deref().unwrap_or_default();
    if devices.is_empty() && plan.storage_type == StorageType::BlockStorage {
        let said = format!("{ADD_FAILED}One or more block devices are required.");
        let help = format!("block_devices: `{}` has no local disk to boot from", plan.id);
        return Err(Refusal::bad(said).help(help).into());
    }
    if devices.len() as u64 > PER_INSTANCE {
        let help = format!("an instance has at most {PER_INSTANCE} volumes");
        return Err(Refusal::field("block_devices", help).into());
    }
    let mut known = BTreeSet::new();
    for device in devices {
        let volume = match device.block_id.and_then(|id| id.get()) {
            Some(id) if known.insert(id) => existing_volume(tx, id.into(), instance).await?,
            Some(id) => {
                let help = format!("{id} is listed twice");
                return Err(Refusal::field("block_devices", help).into());
            }
            None => new_volume(cx, tx, device, instance)?,
        };
        tx.put(&volume);
    }
    Ok(())
}

async fn existing_volume(tx: &mut Tx, id: Uuid, instance: &Doc<Instance>) -> Result<Doc<Volume>> {
    let mut volume = tx.named::<Volume>("block_devices", id).await?;
    if let Some(other) = volume.attached_to {
        let said = format!("{ADD_FAILED}Block storage is already attached to another server");
        let help = format!("block_devices: {id} is attached to {other}; detach it first");
        return Err(Refusal::bad(said).help(help).into());
    }
    if volume.region != instance.region {
        let help = format!("{id} is in {}, not in {}", volume.region, instance.region);
        return Err(Refusal::field("block_devices", help).into());
    }
    volume.attached_to = Some(instance.id());
    Ok(volume)
}

fn new_volume(
    cx: &Cx,
    tx: &Tx,
    device: &BlockDevice,
    instance: &Doc<Instance>,
) -> Result<Doc<Volume>> {
    let region = cx.region("region", &instance.region)?;
    let Some(kind) = cx.catalog().default_block_type(region) else {
        let help = format!("`{}` has no block storage", region.id);
        return Err(Refusal::field("block_devices", help).into());
    };
    let size_gb = device.disk_size.unwrap_or_default();
    if !(kind.min_size_gb..=kind.max_size_gb).contains(&size_gb) {
        let (id, min, max) = (&kind.id, kind.min_size_gb, kind.max_size_gb);
        let help = format!("disk_size {size_gb} is out of range; `{id}` has {min} to {max} GB");
        return Err(Refusal::field("block_devices", help).into());
    }
    let bootable = device.bootable.unwrap_or_default();
    let os_id = u32::try_from(instance.software.os_id()).unwrap_or_default();
    Ok(tx.new_doc(Volume {
        region: region.id.clone(),
        block_type: kind.id.clone(),
        size_gb,
        label: device.label.clone().unwrap_or_default(),
        attached_to: Some(instance.id()),
        os_id: if bootable { os_id } else { 0 },
        snapshot: None,
        bootable,
    }))
}

/// What a request wants of one sort of private network.
#[derive(Debug, Default)]
pub(super) struct Wish {
    /// The networks to join.
    pub(super) attach: Vec<Uuid>,
    /// The networks to leave.
    pub(super) detach: Vec<Uuid>,
    /// Join the region's network, which is made where there is none; counts only where `attach`
    /// is empty.
    pub(super) enable: bool,
}

impl Wish {
    pub(super) fn new<T: Copy + Into<Uuid>>(
        attach: Option<&[T]>,
        detach: Option<&[T]>,
        enable: Option<bool>,
    ) -> Self {
        let ids = |list: &[T]| list.iter().map(|id| (*id).into()).collect::<Vec<Uuid>>();
        let attach = ids(attach.unwrap_or_default());
        let enable = attach.is_empty() && enable.unwrap_or_default();
        Self { attach, detach: ids(detach.unwrap_or_default()), enable }
    }
}

/// What a request wants of private networks, by their three names.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// `attach_vpc`, `detach_vpc`, `enable_vpc`.
    pub(super) vpc: Wish,
    /// `attach_vpc2`, `detach_vpc2`, `enable_vpc2`.
    pub(super) vpc2: Wish,
    /// `attach_private_network`, `detach_private_network`, `enable_private_network`.
    pub(super) private_network: Wish,
}

fn networks(req: &CreateInstance) -> Wishes {
    let private = req.attach_private_network.as_deref();
    Wishes {
        vpc: Wish::new(req.attach_vpc.as_deref(), None, req.enable_vpc),
        vpc2: Wish::new(req.attach_vpc2.as_deref(), None, req.enable_vpc2),
        private_network: Wish::new(private, None, req.enable_private_network),
    }
}

/// Puts an instance into private networks, and takes it out of others. Networks that it is in
/// already, or is not in, are passed over: clients send whole lists.
pub(super) async fn resolve_networks(
    tx: &mut Tx,
    instance: &mut Doc<Instance>,
    wishes: &Wishes,
) -> Result<()> {
    let sorts = [
        (VPC, "vpc", &wishes.vpc),
        (VPC2, "vpc2", &wishes.vpc2),
        (PRIVATE, "private_network", &wishes.private_network),
    ];
    for (name, word, wish) in sorts {
        let is_in = |instance: &Instance, id| instance.networks.iter().any(|n| n.network == id);
        for id in &wish.detach {
            if is_in(instance, *id) {
                exit(tx, instance, name, &format!("detach_{word}"), *id).await?;
            }
        }
        let mut attach = wish.attach.clone();
        if wish.enable {
            let region = instance.region.clone();
            attach.push(default_of(tx, name.sort, &region).await?);
        }
        for id in attach {
            if !is_in(instance, id) {
                enter(tx, instance, name, &format!("attach_{word}"), id, None).await?;
            }
        }
    }
    Ok(())
}

/// The firewall group that `firewall_group_id` names.
pub(super) async fn resolve_firewall_group(tx: &mut Tx, id: FirewallGroupId) -> Result<Uuid> {
    Ok(tx.named::<Group>("firewall_group_id", id).await?.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_follow_the_rules_of_dns() {
        for good in ["Full-1", "a", "web.example.com", "1"] {
            assert_eq!(hostname(good).unwrap(), good);
        }
        for bad in ["my_host", "my host", "-a", "a-", "a..b", ".a", "é", &"a".repeat(64)] {
            assert!(hostname(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords_are_long_and_differ() {
        let (one, two) = (password(), password());
        assert_eq!(one.len(), 16);
        assert_ne!(one, two);
    }

    #[test]
    fn tags_are_a_set_and_the_older_field_counts_where_the_newer_is_absent() {
        let many = |tags: &[&str]| tags.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let sent = many(&["b", "a", "b", ""]);
        assert_eq!(tags(Some(&sent), Some("x")).unwrap(), Some(many(&["b", "a"])));
        assert_eq!(tags(None, Some("x")).unwrap(), Some(many(&["x"])));
        assert_eq!(tags(None, Some("")).unwrap(), Some(vec![]));
        assert_eq!(tags(None, None).unwrap(), None);
        let hundred: Vec<_> = (0..100).map(|n| n.to_string()).collect();
        assert!(tags(Some(&hundred), None).is_err());
    }
}
