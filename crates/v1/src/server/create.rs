//! `server/create`: what v1 says with a special operating system, v2 says with a field of its own.

use api::OrEmpty;
use api::id::{IsoId, ReservedIpId, SnapshotId, SshKeyId, StartupId, VpcId};
use api::instances::{Backups, CreateInstance};
use api::v1::{self, Joined};
use catalog::{OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT};
use serde_json::Value;
use uuid::Uuid;

use crate::cx::{Cx, NETWORK, SCRIPT, SNAPSHOT, SSH_KEY, Thing};
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::params::{small, some};
use crate::reply::view;
use crate::{iso, reservedip};

pub(super) async fn create(cx: &Cx, call: v1::ServerCreate) -> Result<Value> {
    let (region, plan) = (cx.region(call.dcid).await?, cx.plan(call.plan).await?);
    let wish = Wish {
        os: call.os,
        snapshot: call.snapshot,
        app: call.app,
        iso: call.iso,
        ipxe_chain_url: call.ipxe_chain_url,
    };
    let Software { os_id, app_id, snapshot_id, iso_id, ipxe_chain_url } =
        software(cx, wish).await?;
    let group = cx.firewall_group(&call.group.unwrap_or_default()).await?;
    let enable_vpc = call.enable_private_network;
    let request = CreateInstance {
        region,
        plan,
        os_id,
        app_id,
        snapshot_id,
        iso_id,
        ipxe_chain_url,
        label: call.label,
        hostname: some(call.hostname),
        tags: some(call.tag).map(|tag| vec![tag]),
        user_data: some(call.userdata),
        enable_ipv6: call.enable_ipv6,
        ddos_protection: call.ddos_protection,
        // v1 writes that letter unless told not to, v2 only when told to.
        activation_email: call.notify_activate.or(Some(true)),
        backups: call.auto_backups.map(|on| match on {
            true => Backups::Enabled,
            false => Backups::Disabled,
        }),
        firewall_group_id: group.map(|group| Some(group).into()),
        enable_vpc,
        attach_vpc: networks(cx, call.network, enable_vpc).await?,
        sshkey_id: keys(cx, call.ssh_keys).await?,
        script_id: script(cx, call.script_id).await?,
        reserved_ipv4: reserved(cx, call.reserved_ip_v4).await?,
        ..Default::default()
    };
    let instance = cx.send(request).await?;
    made(cx, instance.id.into(), instance.default_password.as_deref()).await
}

/// The keys of a list.
pub(crate) async fn keys(cx: &Cx, keys: Option<Joined>) -> Result<Option<Vec<SshKeyId>>> {
    match keys {
        Some(Joined(keys)) => Ok(Some(each(cx, SSH_KEY, &keys).await?)),
        None => Ok(None),
    }
}

/// The script with a number; 0 means none.
pub(crate) async fn script(cx: &Cx, number: Option<u64>) -> Result<Option<OrEmpty<StartupId>>> {
    match not_zero(number) {
        Some(script) => Ok(Some(Some(cx.numbered(SCRIPT, script).await?).into())),
        None => Ok(None),
    }
}

/// The reserved address that becomes the server's main one.
pub(crate) async fn reserved(
    cx: &Cx,
    address: Option<String>,
) -> Result<Option<OrEmpty<ReservedIpId>>> {
    match some(address) {
        Some(address) => Ok(Some(Some(reservedip::at(cx, &address).await?.id).into())),
        None => Ok(None),
    }
}

/// The answer to a creation; v1 shows the password for good, so it is kept.
pub(crate) async fn made(cx: &Cx, server: Uuid, password: Option<&str>) -> Result<Value> {
    if let Some(password) = password {
        cx.ids().keep_password(server, password).await?;
    }
    let mut answer =
        view!(NewSubscription .. { subid: cx.text_id(Space::Subscription, server).await? });
    if cx.later {
        answer[v1::answer::NewSubscription::v2_id] = Value::from(server.to_string());
    }
    Ok(answer)
}

/// A number that was sent; 0 means none.
fn not_zero(number: Option<u64>) -> Option<u64> {
    number.filter(|number| *number != 0)
}

/// What is to be installed, in v1's parameters.
#[derive(Default)]
pub(crate) struct Wish {
    pub(crate) os: u64,
    pub(crate) snapshot: Option<String>,
    pub(crate) app: Option<u64>,
    pub(crate) iso: Option<u64>,
    pub(crate) ipxe_chain_url: Option<String>,
}

/// What is to be installed, in v2's fields.
#[derive(Debug, Default)]
pub(crate) struct Software {
    pub(crate) os_id: Option<u32>,
    pub(crate) app_id: Option<u32>,
    pub(crate) snapshot_id: Option<OrEmpty<SnapshotId>>,
    pub(crate) iso_id: Option<OrEmpty<IsoId>>,
    pub(crate) ipxe_chain_url: Option<String>,
}

/// What is to be installed: `OSID`, and the parameter that some of its values ask for.
pub(crate) async fn software(cx: &Cx, wish: Wish) -> Result<Software> {
    let os: i64 = small("OSID", wish.os)?;
    pass_over(cx, os, &wish);
    let mut software = Software::default();
    match os {
        OS_CUSTOM => {
            software.ipxe_chain_url = some(wish.ipxe_chain_url);
            match not_zero(wish.iso) {
                Some(iso) => {
                    software.iso_id = Some(Some(iso::with_number(cx, iso).await?).into());
                }
                None => software.os_id = Some(small("OSID", wish.os)?),
            }
        }
        OS_SNAPSHOT => {
            let Some(text) = some(wish.snapshot) else { return Err(missing("SNAPSHOTID", os)) };
            software.snapshot_id = Some(Some(cx.of_text(SNAPSHOT, &text).await?).into());
        }
        OS_APPLICATION => {
            let Some(app) = not_zero(wish.app) else { return Err(missing("APPID", os)) };
            software.app_id = u32::try_from(app).ok();
        }
        OS_BACKUP => {
            let text = "Invalid OSID.  A server is not created from a backup: use \
                        server/restore_backup";
            return Err(Failure::refused(text));
        }
        _ => software.os_id = Some(small("OSID", wish.os)?),
    }
    Ok(software)
}

fn missing(param: &str, os: i64) -> Failure {
    Failure::refused(format!("Missing {param}.  OSID {os} cannot do without {param}"))
}

/// v1 passed over what does not go with `OSID`, and released clients send it beside any: the log
/// tells.
fn pass_over(cx: &Cx, os: i64, wish: &Wish) {
    let is_text = |text: &Option<String>| text.as_deref().is_some_and(|t| !matches!(t, "" | "0"));
    let sent = [
        ("ISOID", OS_CUSTOM, not_zero(wish.iso).is_some()),
        ("ipxe_chain_url", OS_CUSTOM, is_text(&wish.ipxe_chain_url)),
        ("SNAPSHOTID", OS_SNAPSHOT, is_text(&wish.snapshot)),
        ("APPID", OS_APPLICATION, not_zero(wish.app).is_some()),
    ];
    let beside = sent.iter().filter(|(_, wanted, is_sent)| *is_sent && os != *wanted);
    cx.ignore(&beside.map(|(param, ..)| *param).collect::<Vec<_>>());
}

async fn networks(
    cx: &Cx,
    networks: Option<Vec<String>>,
    enable_vpc: Option<bool>,
) -> Result<Option<Vec<VpcId>>> {
    let Some(networks) = networks else { return Ok(None) };
    if enable_vpc == Some(true) {
        let text = "Invalid NETWORKID.  It does not go together with enable_private_network";
        return Err(Failure::refused(text));
    }
    each(cx, NETWORK, &networks).await.map(Some)
}

async fn each<T: From<Uuid>>(cx: &Cx, thing: Thing, texts: &[String]) -> Result<Vec<T>> {
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        ids.push(cx.of_text(thing, text).await?);
    }
    Ok(ids)
}
