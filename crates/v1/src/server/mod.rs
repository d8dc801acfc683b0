//! `server/*`: servers, which v2 calls instances.

pub(crate) mod addresses;
pub(crate) mod change;
pub(crate) mod create;
mod details;
pub(crate) mod list;
mod networks;

use api::instances::*;
use change::{tags, update, upgrades};

use crate::calls::handlers;
use crate::cx::{BACKUP, SERVER, SNAPSHOT};
use crate::params::small;
use crate::{app, iso};

handlers! { cx, call:
    ServerAppChange => {
        let app = small("APPID", call.app)?;
        update(cx, call.subid, move |r| r.app_id = Some(app))
    };
    ServerAppChangeList => async {
        Ok(app::views(upgrades(cx, call.subid, UpgradeType::Applications).await?.applications))
    };
    ServerBackupDisable => update(cx, call.subid, |r| r.backups = Some(Backups::Disabled));
    ServerBackupEnable => update(cx, call.subid, |r| r.backups = Some(Backups::Enabled));
    ServerBackupGetSchedule => details::backup_get_schedule(cx, call.subid);
    ServerBackupSetSchedule => details::backup_set_schedule(cx, call);
    ServerBandwidth => details::bandwidth(cx, call.subid);
    ServerCreate => create::create(cx, call);
    ServerCreateIpv4 => addresses::create_ipv4(cx, call);
    ServerDdosProtectionDisable => update(cx, call.subid, |r| r.ddos_protection = Some(false));
    ServerDdosProtectionEnable => update(cx, call.subid, |r| r.ddos_protection = Some(true));
    ServerDestroy => change::destroy(cx, call.subid);
    ServerDestroyIpv4 => addresses::destroy_ipv4(cx, call);
    ServerFirewallGroupSet => {
        // An unknown server comes before what it is to have.
        cx.server(call.subid).await?;
        let group = cx.firewall_group(&call.group).await?;
        update(cx, call.subid, move |r| r.firewall_group_id = Some(group.into()))
    };
    ServerGetAppInfo => details::get_app_info(cx, call.subid);
    ServerGetUserData => details::get_user_data(cx, call.subid);
    ServerHalt => cx.act(SERVER, HaltInstance { instance_id: cx.server(call.subid).await? });
    ServerIpv6Enable => update(cx, call.subid, |r| r.enable_ipv6 = Some(true));
    ServerIsoAttach => {
        let instance_id = cx.server(call.subid).await?;
        let iso_id = iso::with_number(cx, call.iso).await?;
        cx.act(SERVER, AttachInstanceIso { instance_id, iso_id })
    };
    ServerIsoDetach => {
        let instance_id = cx.server(call.subid).await?;
        cx.act(SERVER, DetachInstanceIso { instance_id })
    };
    ServerIsoStatus => details::iso_status(cx, call.subid);
    ServerLabelSet => update(cx, call.subid, |r| r.label = Some(call.label));
    ServerList => list::list(cx, call);
    ServerListIpv4 => addresses::list_ipv4(cx, call);
    ServerListIpv6 => addresses::list_ipv6(cx, call.subid);
    ServerNeighbors => details::neighbors(cx, call.subid);
    ServerOsChange => {
        let os = small("OSID", call.os)?;
        update(cx, call.subid, move |r| r.os_id = Some(os))
    };
    ServerOsChangeList => change::os_change_list(cx, call.subid);
    ServerPrivateNetworkDisable => networks::disable(cx, call);
    ServerPrivateNetworkEnable => networks::enable(cx, call);
    ServerPrivateNetworks => networks::list(cx, call.subid);
    ServerReboot => cx.act(SERVER, RebootInstance { instance_id: cx.server(call.subid).await? });
    ServerReinstall => change::reinstall(cx, call);
    ServerRestoreBackup => {
        let instance_id = cx.server(call.subid).await?;
        let backup_id = Some(Some(cx.of_text(BACKUP, &call.backup).await?).into());
        cx.act(SERVER, RestoreInstance { instance_id, backup_id, snapshot_id: None })
    };
    ServerRestoreSnapshot => {
        let instance_id = cx.server(call.subid).await?;
        let snapshot_id = Some(Some(cx.of_text(SNAPSHOT, &call.snapshot).await?).into());
        cx.act(SERVER, RestoreInstance { instance_id, backup_id: None, snapshot_id })
    };
    ServerReverseDefaultIpv4 => addresses::reverse_default_ipv4(cx, call);
    ServerReverseDeleteIpv6 => addresses::reverse_delete_ipv6(cx, call);
    ServerReverseListIpv6 => addresses::reverse_list_ipv6(cx, call.subid);
    ServerReverseSetIpv4 => addresses::reverse_set_ipv4(cx, call);
    ServerReverseSetIpv6 => addresses::reverse_set_ipv6(cx, call);
    ServerSetUserData => update(cx, call.subid, |r| r.user_data = Some(call.userdata));
    ServerStart => change::start(cx, call.subid);
    ServerTagSet => update(cx, call.subid, |r| r.tags = Some(tags(call.tag)));
    ServerUpgradePlan => {
        cx.server(call.subid).await?;
        let plan = cx.plan(call.plan).await?;
        update(cx, call.subid, move |r| r.plan = Some(plan))
    };
    ServerUpgradePlanList => change::upgrade_plan_list(cx, call.subid);
}
