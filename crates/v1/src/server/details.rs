//! Calls that tell one thing of a server: its traffic, neighbours, backup schedule, ISO, user data.

use api::instances::*;
use api::v1;
use serde_json::{Value, json};

use super::list::get;
use crate::cx::{Cx, SERVER};
use crate::dates::restamp;
use crate::error::{Failure, Result, is_unknown};
use crate::ids::Space;
use crate::params::small_opt;
use crate::reply::{view, word};
use crate::{baremetal, iso};

pub(super) async fn bandwidth(cx: &Cx, subid: u64) -> Result<Value> {
    let instance_id = cx.server(subid).await?;
    let request = GetInstanceBandwidth { instance_id, date_range: None };
    let days = match cx.client.send(request).await {
        // A client asks here for the traffic of bare metal, too.
        Err(error) if is_unknown(&error) => return baremetal::bandwidth(cx, subid).await,
        days => days?,
    };
    let of = |bytes: fn(&DayTraffic) -> u64| -> Value {
        days.iter().map(|(day, traffic)| json!([day, bytes(traffic).to_string()])).collect()
    };
    Ok(view!(Bandwidth {
        incoming_bytes: of(|day| day.incoming_bytes),
        outgoing_bytes: of(|day| day.outgoing_bytes),
    }))
}

pub(super) async fn neighbors(cx: &Cx, subid: u64) -> Result<Value> {
    let instance_id = cx.server(subid).await?;
    let neighbors = cx.on(SERVER, ListInstanceNeighbors { instance_id }).await?;
    Ok(json!(cx.numbers(Space::Subscription, neighbors).await?))
}

/// v2 tells nothing of the kind, so there is nothing to tell; but there must be such a server.
pub(super) async fn get_app_info(cx: &Cx, subid: u64) -> Result<Value> {
    get(cx, subid).await?;
    Ok(view!(AppInfo { app_info: "" }))
}

pub(super) async fn get_user_data(cx: &Cx, subid: u64) -> Result<Value> {
    let instance_id = cx.server(subid).await?;
    let user_data = cx.on(SERVER, GetInstanceUserData { instance_id }).await?;
    Ok(view!(UserData { userdata: user_data.data }))
}

pub(super) async fn backup_get_schedule(cx: &Cx, subid: u64) -> Result<Value> {
    let instance_id = cx.server(subid).await?;
    let schedule = cx.on(SERVER, GetInstanceBackupSchedule { instance_id }).await?;
    Ok(view!(BackupSchedule {
        enabled: schedule.enabled,
        cron_type: word(&schedule.kind),
        next_scheduled_time_utc: restamp(&schedule.next_scheduled_time_utc),
        hour: schedule.hour,
        dow: schedule.dow,
        dom: schedule.dom,
    }))
}

pub(super) async fn backup_set_schedule(cx: &Cx, call: v1::ServerBackupSetSchedule) -> Result<()> {
    let cron_type = call.cron_type;
    let kind = serde_json::from_value(cron_type.as_str().into()).map_err(|_| {
        Failure::refused(format!(
            "Invalid cron_type.  It must be daily, weekly, monthly, daily_alt_even or \
             daily_alt_odd, not \"{cron_type}\""
        ))
    })?;
    let request = SetInstanceBackupSchedule {
        instance_id: cx.server(call.subid).await?,
        kind,
        hour: small_opt("hour", call.hour)?,
        dow: small_opt("dow", call.dow)?,
        dom: small_opt("dom", call.dom)?,
    };
    cx.act(SERVER, request).await
}

pub(super) async fn iso_status(cx: &Cx, subid: u64) -> Result<Value> {
    let instance_id = cx.server(subid).await?;
    let iso = cx.on(SERVER, GetInstanceIso { instance_id }).await?;
    let number = match iso.iso_id.get() {
        Some(id) => iso::own_number(cx, id).await?,
        None => 0,
    };
    let state = match word(&iso.state).as_str() {
        // v1 has no word for it.
        "isunmounting" => "ready".to_owned(),
        // v2 spells the same two states with another letter.
        "ismounting" => "isomounting".to_owned(),
        state => state.to_owned(),
    };
    Ok(view!(IsoStatus { state, iso: number.to_string() }))
}
