//! `baremetal/*`: whole machines.
//!
//! v2 has no such family here yet: parameters are checked, and then the call is refused.

use crate::calls::{Kind::*, SUBID, calls, opt, req};
use crate::cx::Cx;
use crate::error::Result;
use crate::reply::Reply;

calls! {
    Post "baremetal/app_change" (SUBID, req("APPID", Integer))
        "PATCH /v2/bare-metals/{baremetal-id}" => unserved;
    Get "baremetal/app_change_list" (SUBID)
        "GET /v2/bare-metals/{baremetal-id}/upgrades?type=applications" => unserved;
    Get "baremetal/bandwidth" (SUBID) "GET /v2/bare-metals/{baremetal-id}/bandwidth" => unserved;
    Post "baremetal/create" (
        req("DCID", Integer), req("METALPLANID", Integer), req("OSID", Integer),
        opt("SCRIPTID", Integer), opt("SNAPSHOTID", Text), opt("enable_ipv6", Flag),
        opt("label", Text), opt("SSHKEYID", Text), opt("APPID", Integer),
        opt("userdata", Text).or("user_data"), opt("notify_activate", Flag),
        opt("hostname", Text), opt("tag", Text), opt("reserved_ip_v4", Text),
    ) "POST /v2/bare-metals" => unserved;
    Post "baremetal/destroy" (SUBID) "DELETE /v2/bare-metals/{baremetal-id}" => unserved;
    Get "baremetal/get_app_info" (SUBID) "" => unserved;
    Get "baremetal/get_user_data" (SUBID)
        "GET /v2/bare-metals/{baremetal-id}/user-data" => unserved;
    Post "baremetal/halt" (SUBID) "POST /v2/bare-metals/{baremetal-id}/halt" => unserved;
    Post "baremetal/ipv6_enable" (SUBID) "PATCH /v2/bare-metals/{baremetal-id}" => unserved;
    Post "baremetal/label_set" (SUBID, req("label", Text))
        "PATCH /v2/bare-metals/{baremetal-id}" => unserved;
    Get "baremetal/list" (
        opt("SUBID", Integer), opt("tag", Text), opt("label", Text), opt("main_ip", Text),
    ) "GET /v2/bare-metals" => unserved;
    Get "baremetal/list_ipv4" (SUBID) "GET /v2/bare-metals/{baremetal-id}/ipv4" => unserved;
    Get "baremetal/list_ipv6" (SUBID) "GET /v2/bare-metals/{baremetal-id}/ipv6" => unserved;
    Post "baremetal/os_change" (SUBID, req("OSID", Integer))
        "PATCH /v2/bare-metals/{baremetal-id}" => unserved;
    Get "baremetal/os_change_list" (SUBID)
        "GET /v2/bare-metals/{baremetal-id}/upgrades?type=os" => unserved;
    Post "baremetal/reboot" (SUBID) "POST /v2/bare-metals/{baremetal-id}/reboot" => unserved;
    Post "baremetal/reinstall" (SUBID) "POST /v2/bare-metals/{baremetal-id}/reinstall" => unserved;
    Post "baremetal/set_user_data" (SUBID, req("userdata", Text).or("user_data"))
        "PATCH /v2/bare-metals/{baremetal-id}" => unserved;
    Post "baremetal/tag_set" (SUBID, req("tag", Text))
        "PATCH /v2/bare-metals/{baremetal-id}" => unserved;
}

async fn unserved(cx: Cx) -> Result<Reply> {
    Err(cx.unserved("bare metal servers"))
}
