//! Calls that change a server: its power, what is installed on it, its plan, and its settings.

use api::instances::*;
use api::v1;
use serde_json::{Value, json};

use super::list::get;
use crate::cx::{Cx, SERVER};
use crate::error::Result;
use crate::os;
use crate::params::some;

/// Changes some of the server's settings. Only this shell is compiled for each change.
pub(super) fn update<'a>(
    cx: &'a Cx,
    subid: u64,
    change: impl FnOnce(&mut UpdateInstance) + 'a,
) -> impl Future<Output = Result<()>> + 'a {
    let mut request = UpdateInstance::default();
    change(&mut request);
    changed(cx, subid, request)
}

async fn changed(cx: &Cx, subid: u64, mut request: UpdateInstance) -> Result<()> {
    request.instance_id = cx.server(subid).await?;
    cx.act(SERVER, request).await
}

/// The tags that a tag of v1 means: an empty one is none.
pub(crate) fn tags(tag: String) -> Vec<String> {
    some(Some(tag)).into_iter().collect()
}

pub(super) async fn start(cx: &Cx, subid: u64) -> Result<()> {
    let instance = get(cx, subid).await?;
    let instance_id = instance.id;
    // v1 restarts a server that runs.
    match instance.power_status == PowerStatus::Running {
        true => cx.act(SERVER, RebootInstance { instance_id }).await,
        false => cx.act(SERVER, StartInstance { instance_id }).await,
    }
}

pub(super) async fn reinstall(cx: &Cx, call: v1::ServerReinstall) -> Result<()> {
    let (instance_id, hostname) = (cx.server(call.subid).await?, some(call.hostname));
    let instance = cx.on(SERVER, ReinstallInstance { instance_id, hostname }).await?;
    if let Some(password) = &instance.default_password {
        cx.ids().keep_password(instance_id.into(), password).await?;
    }
    Ok(())
}

pub(super) async fn destroy(cx: &Cx, subid: u64) -> Result<()> {
    let instance_id = cx.server(subid).await?;
    cx.attempt(SERVER, DeleteInstance { instance_id }, "Unable to destroy server").await?;
    cx.forget(SERVER.space, instance_id).await;
    Ok(())
}

pub(super) async fn upgrades(cx: &Cx, subid: u64, kind: UpgradeType) -> Result<InstanceUpgrades> {
    let instance_id = cx.server(subid).await?;
    cx.on(SERVER, GetInstanceUpgrades { instance_id, kind: Some(kind) }).await
}

pub(super) async fn os_change_list(cx: &Cx, subid: u64) -> Result<Value> {
    let systems = upgrades(cx, subid, UpgradeType::Os).await?.os;
    Ok(os::alternatives(&systems, cx.later, &json!("0.00")))
}

pub(super) async fn upgrade_plan_list(cx: &Cx, subid: u64) -> Result<Value> {
    let plans = upgrades(cx, subid, UpgradeType::Plans).await?.plans;
    Ok(plans.iter().map(|plan| Value::from(cx.plan_number(plan))).collect())
}
