//! Calls that tell one thing of a server: its traffic, neighbours, backup schedule, ISO, user data.

use api::instances::*;
use serde_json::{Value, json};

use super::list::get;
use crate::cx::{Cx, SERVER};
use crate::dates::restamp;
use crate::error::{Failure, Result, is_unknown};
use crate::ids::Space;
use crate::reply::{Reply, word};
use crate::{baremetal, iso};

pub(super) async fn bandwidth(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let request = GetInstanceBandwidth { instance_id, date_range: None };
    let days = match cx.client.send(request).await {
        // A client asks here for the traffic of bare metal, too.
        Err(error) if is_unknown(&error) => return baremetal::bandwidth(cx).await,
        days => days?,
    };
    let of = |bytes: fn(&DayTraffic) -> u64| -> Value {
        days.iter().map(|(day, traffic)| json!([day, bytes(traffic).to_string()])).collect()
    };
    let answer = json!({
        "incoming_bytes": of(|day| day.incoming_bytes),
        "outgoing_bytes": of(|day| day.outgoing_bytes),
    });
    Ok(answer.into())
}

pub(super) async fn neighbors(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let neighbors = cx.on(SERVER, ListInstanceNeighbors { instance_id }).await?;
    Ok(json!(cx.numbers(Space::Subscription, neighbors).await?).into())
}

/// v2 tells nothing of the kind, so there is nothing to tell; but there must be such a server.
pub(super) async fn get_app_info(cx: Cx) -> Result<Reply> {
    get(&cx).await?;
    Ok(json!({ "app_info": "" }).into())
}

pub(super) async fn get_user_data(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let user_data = cx.on(SERVER, GetInstanceUserData { instance_id }).await?;
    Ok(json!({ "userdata": user_data.data }).into())
}

pub(super) async fn backup_get_schedule(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let schedule = cx.on(SERVER, GetInstanceBackupSchedule { instance_id }).await?;
    let answer = json!({
        "enabled": schedule.enabled,
        "cron_type": word(&schedule.kind),
        "next_scheduled_time_utc": restamp(&schedule.next_scheduled_time_utc),
        "hour": schedule.hour,
        "dow": schedule.dow,
        "dom": schedule.dom,
    });
    Ok(answer.into())
}

pub(super) async fn backup_set_schedule(cx: Cx) -> Result<Reply> {
    let cron_type = cx.args.text("cron_type");
    let kind = serde_json::from_value(cron_type.as_str().into()).map_err(|_| {
        Failure::refused(format!(
            "Invalid cron_type.  It must be daily, weekly, monthly, daily_alt_even or \
             daily_alt_odd, not \"{cron_type}\""
        ))
    })?;
    let request = SetInstanceBackupSchedule {
        instance_id: cx.server().await?,
        kind,
        hour: cx.args.small("hour")?,
        dow: cx.args.small("dow")?,
        dom: cx.args.small("dom")?,
    };
    cx.on(SERVER, request).await?;
    Ok(Reply::Done)
}

pub(super) async fn iso_status(cx: Cx) -> Result<Reply> {
    let instance_id = cx.server().await?;
    let iso = cx.on(SERVER, GetInstanceIso { instance_id }).await?;
    let number = match iso.iso_id.get() {
        Some(id) => iso::own_number(&cx, id).await?,
        None => 0,
    };
    let state = match word(&iso.state).as_str() {
        // v1 has no word for it.
        "isunmounting" => "ready".to_owned(),
        // v2 spells the same two states with another letter.
        "ismounting" => "isomounting".to_owned(),
        state => state.to_owned(),
    };
    Ok(json!({ "state": state, "ISOID": number.to_string() }).into())
}
