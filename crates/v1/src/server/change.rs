//! Calls that change a server: its power, what is installed on it, its plan, and its settings.

use api::id::{BackupId, SnapshotId};
use api::instances::*;
use serde_json::{Value, json};

use super::list::get;
use crate::cx::{BACKUP, Cx, SERVER, SNAPSHOT};
use crate::error::{Failure, Result};
use crate::reply::Reply;
use crate::{app, iso, os};

/// Changes some of the server's settings.
async fn update(cx: &Cx, change: impl FnOnce(&mut UpdateInstance)) -> Result<Reply> {
    let mut request = UpdateInstance { instance_id: cx.server().await?, ..Default::default() };
    change(&mut request);
    cx.on(SERVER, request).await?;
    Ok(Reply::Done)
}

pub(super) async fn start(cx: Cx) -> Result<Reply> {
    let instance = get(&cx).await?;
    let instance_id = instance.id;
    // v1 restarts a server that runs.
    match instance.power_status == PowerStatus::Running {
        true => cx.on(SERVER, RebootInstance { instance_id }).await?,
        false => cx.on(SERVER, StartInstance { instance_id }).await?,
    }
    Ok(Reply::Done)
}

pub(super) async fn halt(cx: Cx) -> Result<Reply> {
    cx.on(SERVER, HaltInstance { instance_id: cx.server().await? }).await?;
    Ok(Reply::Done)
}

pub(super) async fn reboot(cx: Cx) -> Result<Reply> {
    cx.on(SERVER, RebootInstance { instance_id: cx.server().await? }).await?;
    Ok(Reply::Done)
}

pub(super) async fn reinstall(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let hostname = cx.args.some_text("hostname");
    let instance = cx.on(SERVER, ReinstallInstance { instance_id, hostname }).await?;
    if let Some(password) = &instance.default_password {
        cx.ids().keep_password(instance_id.into(), password).await?;
    }
    Ok(Reply::Done)
}

pub(super) async fn destroy(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    cx.attempt(SERVER, DeleteInstance { instance_id }, "Unable to destroy server").await?;
    cx.forget(SERVER.space, instance_id).await;
    Ok(Reply::Done)
}

pub(super) async fn restore_backup(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let backup_id: BackupId = cx.spelt(BACKUP, "BACKUPID").await?;
    let backup_id = Some(Some(backup_id).into());
    cx.on(SERVER, RestoreInstance { instance_id, backup_id, snapshot_id: None }).await?;
    Ok(Reply::Done)
}

pub(super) async fn restore_snapshot(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let snapshot_id: SnapshotId = cx.spelt(SNAPSHOT, "SNAPSHOTID").await?;
    let snapshot_id = Some(Some(snapshot_id).into());
    cx.on(SERVER, RestoreInstance { instance_id, backup_id: None, snapshot_id }).await?;
    Ok(Reply::Done)
}

pub(super) async fn label_set(cx: Cx) -> Result<Reply> {
    update(&cx, |request| request.label = Some(cx.args.text("label"))).await
}

pub(super) async fn tag_set(cx: Cx) -> Result<Reply> {
    let tags = cx.args.some_text("tag").into_iter().collect();
    update(&cx, |request| request.tags = Some(tags)).await
}

pub(super) async fn set_user_data(cx: Cx) -> Result<Reply> {
    update(&cx, |request| request.user_data = Some(cx.args.text("userdata"))).await
}

pub(super) async fn firewall_group_set(cx: Cx) -> Result<Reply> {
    // An unknown server comes before what it is to have.
    cx.server().await?;
    let group = cx.firewall_group().await?;
    update(&cx, |request| request.firewall_group_id = Some(group.into())).await
}

pub(super) async fn backup_enable(cx: Cx) -> Result<Reply> {
    update(&cx, |request| request.backups = Some(Backups::Enabled)).await
}

pub(super) async fn backup_disable(cx: Cx) -> Result<Reply> {
    update(&cx, |request| request.backups = Some(Backups::Disabled)).await
}

pub(super) async fn ddos_protection_enable(cx: Cx) -> Result<Reply> {
    update(&cx, |request| request.ddos_protection = Some(true)).await
}

pub(super) async fn ddos_protection_disable(cx: Cx) -> Result<Reply> {
    update(&cx, |request| request.ddos_protection = Some(false)).await
}

pub(super) async fn ipv6_enable(cx: Cx) -> Result<Reply> {
    update(&cx, |request| request.enable_ipv6 = Some(true)).await
}

pub(super) async fn os_change(cx: Cx) -> Result<Reply> {
    let os_id = cx.args.small("OSID")?;
    update(&cx, |request| request.os_id = os_id).await
}

pub(super) async fn app_change(cx: Cx) -> Result<Reply> {
    let app_id = cx.args.small("APPID")?;
    update(&cx, |request| request.app_id = app_id).await
}

pub(super) async fn upgrade_plan(cx: Cx) -> Result<Reply> {
    cx.server().await?;
    let plan = cx.plan().await?;
    update(&cx, |request| request.plan = Some(plan)).await
}

async fn upgrades(cx: &Cx, kind: UpgradeType) -> Result<InstanceUpgrades, Failure> {
    let instance_id = cx.server().await?;
    cx.on(SERVER, GetInstanceUpgrades { instance_id, kind: Some(kind) }).await
}

pub(super) async fn os_change_list(cx: Cx) -> Result<Reply> {
    let systems = upgrades(&cx, UpgradeType::Os).await?.os;
    Ok(os::alternatives(&systems, cx.later, &json!("0.00")))
}

pub(super) async fn app_change_list(cx: Cx) -> Result<Reply> {
    let applications = upgrades(&cx, UpgradeType::Applications).await?.applications;
    Ok(app::views(applications).into())
}

pub(super) async fn upgrade_plan_list(cx: Cx) -> Result<Reply> {
    let plans = upgrades(&cx, UpgradeType::Plans).await?.plans;
    let numbers = plans.iter().map(|plan| Value::from(cx.plan_number(plan)));
    Ok(numbers.collect::<Value>().into())
}

pub(super) async fn iso_attach(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let iso_id = iso::with_number(&cx, cx.args.int("ISOID")).await?;
    cx.on(SERVER, AttachInstanceIso { instance_id, iso_id }).await?;
    Ok(Reply::Done)
}

pub(super) async fn iso_detach(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    cx.on(SERVER, DetachInstanceIso { instance_id }).await?;
    Ok(Reply::Done)
}
