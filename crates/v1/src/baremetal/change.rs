//! Calls that make a bare metal server, change it, and destroy it.

use api::bare_metals::*;
use api::instances::UpgradeType;
use api::v1;
use serde_json::{Value, json};

use super::named;
use crate::cx::{Cx, SERVER};
use crate::error::Result;
use crate::os;
use crate::params::some;
use crate::server::create::{Software, Wish, keys, made, reserved, script, software};

pub(super) async fn create(cx: &Cx, call: v1::BareMetalCreate) -> Result<Value> {
    let (region, plan) = (cx.region(call.dcid).await?, cx.metal_plan(call.plan).await?);
    let wish = Wish { os: call.os, snapshot: call.snapshot, app: call.app, ..Default::default() };
    let Software { os_id, app_id, snapshot_id, .. } = software(cx, wish).await?;
    let request = CreateBareMetal {
        region,
        plan,
        os_id,
        app_id,
        snapshot_id,
        label: call.label,
        hostname: some(call.hostname),
        tags: some(call.tag).map(|tag| vec![tag]),
        user_data: some(call.userdata),
        enable_ipv6: call.enable_ipv6,
        activation_email: call.notify_activate.or(Some(true)),
        sshkey_id: keys(cx, call.ssh_keys).await?,
        script_id: script(cx, call.script_id).await?,
        reserved_ipv4: reserved(cx, call.reserved_ip_v4).await?,
        ..Default::default()
    };
    let server = cx.send(request).await?;
    made(cx, server.id.into(), server.default_password.as_deref()).await
}

/// Changes some of the server's settings. Only this shell is compiled for each change.
pub(super) fn update<'a>(
    cx: &'a Cx,
    subid: u64,
    change: impl FnOnce(&mut UpdateBareMetal) + 'a,
) -> impl Future<Output = Result<()>> + 'a {
    let mut request = UpdateBareMetal::default();
    change(&mut request);
    changed(cx, subid, request)
}

async fn changed(cx: &Cx, subid: u64, mut request: UpdateBareMetal) -> Result<()> {
    request.baremetal_id = named(cx, subid).await?;
    cx.act(SERVER, request).await
}

pub(super) async fn upgrades(cx: &Cx, subid: u64, kind: UpgradeType) -> Result<BareMetalUpgrades> {
    let baremetal_id = named(cx, subid).await?;
    cx.on(SERVER, GetBareMetalUpgrades { baremetal_id, kind: Some(kind) }).await
}

/// The surcharge was a number at first; later clients read what `server/os_change_list` has.
pub(super) async fn os_change_list(cx: &Cx, subid: u64) -> Result<Value> {
    let systems = upgrades(cx, subid, UpgradeType::Os).await?.os;
    let surcharge = if cx.later { json!("0.00") } else { json!(0) };
    Ok(os::alternatives(&systems, cx.later, &surcharge))
}

pub(super) async fn destroy(cx: &Cx, subid: u64) -> Result<()> {
    let baremetal_id = named(cx, subid).await?;
    cx.attempt(SERVER, DeleteBareMetal { baremetal_id }, "Unable to destroy server").await?;
    cx.forget(SERVER.space, baremetal_id).await;
    Ok(())
}
