//! `server/create`: what v1 says with a special operating system, v2 says with a field of its own.

use api::OrEmpty;
use api::id::{IsoId, ReservedIpId, SnapshotId, SshKeyId, StartupId};
use api::instances::{Backups, CreateInstance};
use catalog::{OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cx::{Cx, NETWORK, SCRIPT, SNAPSHOT, SSH_KEY, Thing};
use crate::error::{Failure, Result};
use crate::ids::Space;
use crate::reply::Reply;
use crate::{iso, reservedip};

pub(super) async fn create(cx: Cx) -> Result<Reply> {
    let (region, plan) = (cx.region().await?, cx.plan().await?);
    let Software { os_id, app_id, snapshot_id, iso_id, ipxe_chain_url } = software(&cx).await?;
    let mut request = CreateInstance {
        region,
        plan,
        os_id,
        app_id,
        snapshot_id,
        iso_id,
        ipxe_chain_url,
        label: cx.args.opt_text("label"),
        hostname: cx.args.some_text("hostname"),
        tags: cx.args.some_text("tag").map(|tag| vec![tag]),
        user_data: cx.args.some_text("userdata"),
        enable_ipv6: cx.args.flag("enable_ipv6"),
        ddos_protection: cx.args.flag("ddos_protection"),
        // v1 writes that letter unless told not to, v2 only when told to.
        activation_email: Some(cx.args.flag("notify_activate").unwrap_or(true)),
        backups: cx.args.flag("auto_backups").map(|on| match on {
            true => Backups::Enabled,
            false => Backups::Disabled,
        }),
        firewall_group_id: cx.firewall_group().await?.map(|group| Some(group).into()),
        ..Default::default()
    };
    networks(&cx, &mut request).await?;
    request.sshkey_id = keys(&cx).await?;
    request.script_id = script(&cx).await?;
    request.reserved_ipv4 = reserved(&cx).await?;
    let instance = cx.send(request).await?;
    made(&cx, instance.id.into(), instance.default_password.as_deref()).await
}

/// The keys that `SSHKEYID` lists.
pub(crate) async fn keys(cx: &Cx) -> Result<Option<Vec<SshKeyId>>> {
    match cx.args.list("SSHKEYID") {
        Some(keys) => Ok(Some(each(cx, SSH_KEY, keys).await?)),
        None => Ok(None),
    }
}

/// The script that `SCRIPTID` names; 0 means none.
pub(crate) async fn script(cx: &Cx) -> Result<Option<OrEmpty<StartupId>>> {
    match some_number(cx, "SCRIPTID") {
        Some(script) => Ok(Some(Some(cx.numbered(SCRIPT, script).await?).into())),
        None => Ok(None),
    }
}

/// The reserved address that becomes the server's main one.
pub(crate) async fn reserved(cx: &Cx) -> Result<Option<OrEmpty<ReservedIpId>>> {
    match cx.args.some_text("reserved_ip_v4") {
        Some(address) => Ok(Some(Some(reservedip::at(cx, &address).await?.id).into())),
        None => Ok(None),
    }
}

/// The answer to a creation; v1 shows the password for good, so it is kept.
pub(crate) async fn made(cx: &Cx, server: Uuid, password: Option<&str>) -> Result<Reply> {
    if let Some(password) = password {
        cx.ids().keep_password(server, password).await?;
    }
    let mut answer = json!({ "SUBID": cx.text_id(Space::Subscription, server).await? });
    if cx.later {
        answer["v2_id"] = Value::from(server.to_string());
    }
    Ok(answer.into())
}

/// A number that was sent; 0 means none.
fn some_number(cx: &Cx, param: &str) -> Option<u64> {
    cx.args.opt_int(param).filter(|number| *number != 0)
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
pub(crate) async fn software(cx: &Cx) -> Result<Software> {
    let os: i64 = cx.args.small("OSID")?.unwrap_or_default();
    pass_over(cx, os);
    let mut software = Software::default();
    match os {
        OS_CUSTOM => {
            software.ipxe_chain_url = cx.args.some_text("ipxe_chain_url");
            match some_number(cx, "ISOID") {
                Some(iso) => {
                    software.iso_id = Some(Some(iso::with_number(cx, iso).await?).into());
                }
                None => software.os_id = cx.args.small("OSID")?,
            }
        }
        OS_SNAPSHOT => {
            let Some(text) = cx.args.some_text("SNAPSHOTID") else {
                return Err(missing("SNAPSHOTID", os));
            };
            software.snapshot_id = Some(Some(cx.of_text(SNAPSHOT, &text).await?).into());
        }
        OS_APPLICATION => {
            let Some(app) = some_number(cx, "APPID") else { return Err(missing("APPID", os)) };
            software.app_id = u32::try_from(app).ok();
        }
        OS_BACKUP => {
            let text = "Invalid OSID.  A server is not created from a backup: use \
                        server/restore_backup";
            return Err(Failure::refused(text));
        }
        _ => software.os_id = cx.args.small("OSID")?,
    }
    Ok(software)
}

fn missing(param: &str, os: i64) -> Failure {
    Failure::refused(format!("Missing {param}.  OSID {os} cannot do without {param}"))
}

/// v1 passed over what does not go with `OSID`, and released clients send it beside any: the log
/// tells.
fn pass_over(cx: &Cx, os: i64) {
    let pairs = [
        ("ISOID", OS_CUSTOM),
        ("ipxe_chain_url", OS_CUSTOM),
        ("SNAPSHOTID", OS_SNAPSHOT),
        ("APPID", OS_APPLICATION),
    ];
    let is_sent = |param: &str| {
        let text = cx.args.some_text(param).filter(|text| text != "0");
        text.is_some() || some_number(cx, param).is_some()
    };
    let beside = pairs.iter().filter(|(param, wanted)| os != *wanted && is_sent(param));
    cx.ignore(&beside.map(|(param, _)| *param).collect::<Vec<_>>());
}

async fn networks(cx: &Cx, request: &mut CreateInstance) -> Result<()> {
    request.enable_vpc = cx.args.flag("enable_private_network");
    let Some(networks) = cx.args.list("NETWORKID") else { return Ok(()) };
    if request.enable_vpc == Some(true) {
        let text = "Invalid NETWORKID.  It does not go together with enable_private_network";
        return Err(Failure::refused(text));
    }
    request.attach_vpc = Some(each(cx, NETWORK, networks).await?);
    Ok(())
}

async fn each<T: From<Uuid>>(cx: &Cx, thing: Thing, texts: &[String]) -> Result<Vec<T>> {
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        ids.push(cx.of_text(thing, text).await?);
    }
    Ok(ids)
}
