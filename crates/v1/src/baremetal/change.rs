//! Calls that make a bare metal server, change it, and destroy it.

use api::bare_metals::*;
use api::instances::UpgradeType;
use serde_json::json;

use super::named;
use crate::cx::{Cx, SERVER};
use crate::error::Result;
use crate::reply::Reply;
use crate::server::create::{Software, keys, made, reserved, script, software};
use crate::{app, os};

pub(super) async fn create(cx: Cx) -> Result<Reply> {
    let (region, plan) = (cx.region().await?, cx.metal_plan().await?);
    let Software { os_id, app_id, snapshot_id, .. } = software(&cx).await?;
    let request = CreateBareMetal {
        region,
        plan,
        os_id,
        app_id,
        snapshot_id,
        label: cx.args.opt_text("label"),
        hostname: cx.args.some_text("hostname"),
        tags: cx.args.some_text("tag").map(|tag| vec![tag]),
        user_data: cx.args.some_text("userdata"),
        enable_ipv6: cx.args.flag("enable_ipv6"),
        activation_email: Some(cx.args.flag("notify_activate").unwrap_or(true)),
        sshkey_id: keys(&cx).await?,
        script_id: script(&cx).await?,
        reserved_ipv4: reserved(&cx).await?,
        ..Default::default()
    };
    let server = cx.send(request).await?;
    made(&cx, server.id.into(), server.default_password.as_deref()).await
}

/// Changes some of the server's settings.
async fn update(cx: &Cx, change: impl FnOnce(&mut UpdateBareMetal)) -> Result<Reply> {
    let mut request = UpdateBareMetal { baremetal_id: named(cx).await?, ..Default::default() };
    change(&mut request);
    cx.on(SERVER, request).await?;
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

async fn upgrades(cx: &Cx, kind: UpgradeType) -> Result<BareMetalUpgrades> {
    let baremetal_id = named(cx).await?;
    cx.on(SERVER, GetBareMetalUpgrades { baremetal_id, kind: Some(kind) }).await
}

/// The surcharge was a number at first; later clients read what `server/os_change_list` has.
pub(super) async fn os_change_list(cx: Cx) -> Result<Reply> {
    let systems = upgrades(&cx, UpgradeType::Os).await?.os;
    let surcharge = if cx.later { json!("0.00") } else { json!(0) };
    Ok(os::alternatives(&systems, cx.later, &surcharge))
}

pub(super) async fn app_change_list(cx: Cx) -> Result<Reply> {
    Ok(app::views(upgrades(&cx, UpgradeType::Applications).await?.applications).into())
}

pub(super) async fn halt(cx: Cx) -> Result<Reply> {
    cx.on(SERVER, HaltBareMetal { baremetal_id: named(&cx).await? }).await?;
    Ok(Reply::Done)
}

pub(super) async fn reboot(cx: Cx) -> Result<Reply> {
    cx.on(SERVER, RebootBareMetal { baremetal_id: named(&cx).await? }).await?;
    Ok(Reply::Done)
}

pub(super) async fn reinstall(cx: Cx) -> Result<Reply> {
    let baremetal_id = named(&cx).await?;
    cx.on(SERVER, ReinstallBareMetal { baremetal_id, hostname: None }).await?;
    Ok(Reply::Done)
}

pub(super) async fn destroy(cx: Cx) -> Result<Reply> {
    let baremetal_id = named(&cx).await?;
    cx.attempt(SERVER, DeleteBareMetal { baremetal_id }, "Unable to destroy server").await?;
    cx.forget(SERVER.space, baremetal_id).await;
    Ok(Reply::Done)
}
