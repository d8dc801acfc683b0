//! `baremetal/*`: whole machines.

mod change;
mod list;

use api::bare_metals::GetBareMetalBandwidth;
use api::id::BareMetalId;
use api::instances::DayTraffic;
use serde_json::{Value, json};

use crate::calls::{Kind::*, SUBID, calls, opt, req};
use crate::cx::{Cx, SERVER};
use crate::error::Result;
use crate::reply::Reply;

calls! {
    Post "baremetal/app_change" (SUBID, req("APPID", Integer))
        "PATCH /v2/bare-metals/{baremetal-id}" => change::app_change;
    Get "baremetal/app_change_list" (SUBID)
        "GET /v2/bare-metals/{baremetal-id}/upgrades?type=applications"
        => change::app_change_list;
    Get "baremetal/bandwidth" (SUBID) "GET /v2/bare-metals/{baremetal-id}/bandwidth" => bandwidth;
    Post "baremetal/create" (
        req("DCID", Integer), req("METALPLANID", Integer), req("OSID", Integer),
        opt("SCRIPTID", Integer), opt("SNAPSHOTID", Text), opt("enable_ipv6", Flag),
        opt("label", Text), opt("SSHKEYID", List), opt("APPID", Integer),
        opt("userdata", Text).or("user_data"), opt("notify_activate", Flag),
        opt("hostname", Text), opt("tag", Text), opt("reserved_ip_v4", Text),
    ) "POST /v2/bare-metals" => change::create;
    Post "baremetal/destroy" (SUBID) "DELETE /v2/bare-metals/{baremetal-id}" => change::destroy;
    Get "baremetal/get_app_info" (SUBID) "GET /v2/bare-metals/{baremetal-id}"
        => list::get_app_info;
    Get "baremetal/get_user_data" (SUBID) "GET /v2/bare-metals/{baremetal-id}/user-data"
        => list::get_user_data;
    Post "baremetal/halt" (SUBID) "POST /v2/bare-metals/{baremetal-id}/halt" => change::halt;
    Post "baremetal/ipv6_enable" (SUBID) "PATCH /v2/bare-metals/{baremetal-id}"
        => change::ipv6_enable;
    Post "baremetal/label_set" (SUBID, req("label", Text)) "PATCH /v2/bare-metals/{baremetal-id}"
        => change::label_set;
    Get "baremetal/list" (
        opt("SUBID", Integer), opt("tag", Text), opt("label", Text), opt("main_ip", Text),
    ) "GET /v2/bare-metals, GET /v2/bare-metals/{baremetal-id}" => list::list;
    Get "baremetal/list_ipv4" (SUBID) "GET /v2/bare-metals/{baremetal-id}/ipv4"
        => list::list_ipv4;
    Get "baremetal/list_ipv6" (SUBID) "GET /v2/bare-metals/{baremetal-id}/ipv6"
        => list::list_ipv6;
    Post "baremetal/os_change" (SUBID, req("OSID", Integer))
        "PATCH /v2/bare-metals/{baremetal-id}" => change::os_change;
    Get "baremetal/os_change_list" (SUBID)
        "GET /v2/bare-metals/{baremetal-id}/upgrades?type=os" => change::os_change_list;
    Post "baremetal/reboot" (SUBID) "POST /v2/bare-metals/{baremetal-id}/reboot"
        => change::reboot;
    Post "baremetal/reinstall" (SUBID) "POST /v2/bare-metals/{baremetal-id}/reinstall"
        => change::reinstall;
    Post "baremetal/set_user_data" (SUBID, req("userdata", Text).or("user_data"))
        "PATCH /v2/bare-metals/{baremetal-id}" => change::set_user_data;
    Post "baremetal/tag_set" (SUBID, req("tag", Text)) "PATCH /v2/bare-metals/{baremetal-id}"
        => change::tag_set;
}

/// The server that `SUBID` names.
async fn named(cx: &Cx) -> Result<BareMetalId> {
    cx.named(SERVER, "SUBID").await
}

/// Pairs of day and bytes, which are numbers here.
pub(crate) async fn bandwidth(cx: Cx) -> Result<Reply> {
    let baremetal_id = named(&cx).await?;
    let days = cx.on(SERVER, GetBareMetalBandwidth { baremetal_id }).await?;
    let of = |bytes: fn(&DayTraffic) -> u64| -> Value {
        days.iter().map(|(day, traffic)| json!([day, bytes(traffic)])).collect()
    };
    let answer = json!({
        "incoming_bytes": of(|day| day.incoming_bytes),
        "outgoing_bytes": of(|day| day.outgoing_bytes),
    });
    Ok(answer.into())
}
