//! `baremetal/*`: whole machines.

mod change;
mod list;

use api::bare_metals::*;
use api::id::BareMetalId;
use api::instances::{DayTraffic, UpgradeType};
use change::{update, upgrades};
use serde_json::{Value, json};

use crate::app;
use crate::calls::handlers;
use crate::cx::{Cx, SERVER};
use crate::error::Result;
use crate::params::small;
use crate::reply::view;
use crate::server::change::tags;

handlers! { cx, call:
    BareMetalAppChange => {
        let app = small("APPID", call.app)?;
        update(cx, call.subid, move |r| r.app_id = Some(app))
    };
    BareMetalAppChangeList => async {
        Ok(app::views(upgrades(cx, call.subid, UpgradeType::Applications).await?.applications))
    };
    BareMetalBandwidth => bandwidth(cx, call.subid);
    BareMetalCreate => change::create(cx, call);
    BareMetalDestroy => change::destroy(cx, call.subid);
    BareMetalGetAppInfo => list::get_app_info(cx, call.subid);
    BareMetalGetUserData => list::get_user_data(cx, call.subid);
    BareMetalHalt => cx.act(SERVER, HaltBareMetal { baremetal_id: named(cx, call.subid).await? });
    BareMetalIpv6Enable => update(cx, call.subid, |r| r.enable_ipv6 = Some(true));
    BareMetalLabelSet => update(cx, call.subid, |r| r.label = Some(call.label));
    BareMetalList => list::list(cx, call);
    BareMetalListIpv4 => list::list_ipv4(cx, call.subid);
    BareMetalListIpv6 => list::list_ipv6(cx, call.subid);
    BareMetalOsChange => {
        let os = small("OSID", call.os)?;
        update(cx, call.subid, move |r| r.os_id = Some(os))
    };
    BareMetalOsChangeList => change::os_change_list(cx, call.subid);
    BareMetalReboot => {
        let baremetal_id = named(cx, call.subid).await?;
        cx.act(SERVER, RebootBareMetal { baremetal_id })
    };
    BareMetalReinstall => {
        let baremetal_id = named(cx, call.subid).await?;
        cx.act(SERVER, ReinstallBareMetal { baremetal_id, hostname: None })
    };
    BareMetalSetUserData => update(cx, call.subid, |r| r.user_data = Some(call.userdata));
    BareMetalTagSet => update(cx, call.subid, |r| r.tags = Some(tags(call.tag)));
}

/// The server with a number.
async fn named(cx: &Cx, subid: u64) -> Result<BareMetalId> {
    cx.numbered(SERVER, subid).await
}

/// Pairs of day and bytes, which are numbers here.
pub(crate) async fn bandwidth(cx: &Cx, subid: u64) -> Result<Value> {
    let baremetal_id = named(cx, subid).await?;
    let days = cx.on(SERVER, GetBareMetalBandwidth { baremetal_id }).await?;
    let of = |bytes: fn(&DayTraffic) -> u64| -> Value {
        days.iter().map(|(day, traffic)| json!([day, bytes(traffic)])).collect()
    };
    Ok(view!(Bandwidth {
        incoming_bytes: of(|day| day.incoming_bytes),
        outgoing_bytes: of(|day| day.outgoing_bytes),
    }))
}
