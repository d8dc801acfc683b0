//! Bare metal servers: whole machines.
//!
//! What they have in common with instances is in `servers`, what is stored of one in `hosts`. Only
//! lives may call a driver.

mod create;
mod life;
mod update;
mod view;

use api::Page;
use api::bare_metals::*;

pub use hosts::bare_metals::BareMetal;

use crate::servers::Server;
use crate::servers::addresses::{all_ipv6, first_name, name_ipv6, public_ipv4, set_reverse_ipv4};
use crate::servers::networks::{self, enter_vpc2, view_vpc, view_vpc2};
use crate::servers::power::{change_many, reinstall, switch};
use crate::servers::view::{traffic, upgrades};
use crate::vpc2::VPC2;
use crate::vpcs::{Sort, VPC, enter, exit};
use crate::{Cx, Doc, Family, Json, Kind, Routes};

/// How many days of traffic are told.
const DAYS: u32 = 30;

/// The family's operations.
pub fn routes() -> Routes {
    Routes::of::<BareMetal>()
        .on(view::list)
        .read::<GetBareMetal>(|cx, server, _| Ok(view::show(cx, &server)))
        .telling_by(BareMetal::KIND, |cx, row| {
            Box::pin(async move { Ok(Json::of(&view::show(&cx, &Doc::<BareMetal>::read(row)?))) })
        })
        .on(create::create)
        .change(|tx, server, req| Box::pin(update::update(tx, server, req)))
        .on(update::delete)
        .and(power())
        .and(details())
        .and(addresses())
        .and(networks())
        .done()
}

fn power() -> Routes {
    Routes::of::<BareMetal>()
        .alter::<StartBareMetal>(|_, server, _| switch(server, Server::start))
        .alter::<HaltBareMetal>(|_, server, _| switch(server, Server::halt))
        .alter::<RebootBareMetal>(|_, server, _| switch(server, Server::reboot))
        .on(|cx, req: StartBareMetals| {
            change_many::<BareMetal>(cx, req.baremetal_ids, Server::start)
        })
        .on(|cx, req: HaltBareMetals| change_many::<BareMetal>(cx, req.baremetal_ids, Server::halt))
        .on(|cx, req: RebootBareMetals| {
            change_many::<BareMetal>(cx, req.baremetal_ids, Server::reboot)
        })
        .alter::<ReinstallBareMetal>(|tx, server, req| {
            reinstall(tx.cx(), server, req.hostname)?;
            Ok(view::show(tx.cx(), server))
        })
        .done()
}

fn details() -> Routes {
    Routes::of::<BareMetal>()
        .read::<GetBareMetalUpgrades>(|cx, server, req| {
            let plan = create::plan(cx, &server.plan)?;
            let (os, applications) = upgrades(cx, &server.software, plan, req.kind);
            Ok(BareMetalUpgrades { os, applications })
        })
        .read::<GetBareMetalUserData>(|cx, server, _| {
            Ok(BareMetalUserData { data: cx.secret(server.want.server.user_data) })
        })
        // A simulated machine has no console: there is a page that says so.
        .read::<GetBareMetalVnc>(|cx, server, _| Ok(BareMetalVnc { url: cx.console(server.id()) }))
        .read::<GetBareMetalBandwidth>(|cx, server, _| Ok(traffic(cx, server.created(), DAYS)))
        .done()
}

fn addresses() -> Routes {
    Routes::of::<BareMetal>()
        .read::<ListBareMetalIpv4>(|_, server, _| Ok(Page::whole(public_ipv4(&server, true))))
        .alter::<SetBareMetalReverseIpv4>(|_, server, req| {
            set_reverse_ipv4(server, &req.ip, req.reverse)
        })
        .alter::<ResetBareMetalReverseIpv4>(|_, server, req| first_name(server, &req.ip))
        .on(async |cx: Cx, req: ListBareMetalIpv6| {
            let server = cx.get::<BareMetal>(req.baremetal_id).await?;
            Ok(Page::whole(all_ipv6(&cx, &server).await?))
        })
        .change::<SetBareMetalReverseIpv6>(|tx, server, req| {
            Box::pin(name_ipv6(tx, server, req.ip, Some(req.reverse)))
        })
        .change::<RemoveBareMetalReverseIpv6>(|tx, server, req| {
            Box::pin(name_ipv6(tx, server, req.ipv6, None))
        })
        .done()
}

fn networks() -> Routes {
    Routes::of::<BareMetal>()
        .on(|cx, req: ListBareMetalVpcs| {
            networks::list::<BareMetal, _, _>(cx, req, Sort::Vpc, view_vpc)
        })
        .change::<AttachBareMetalVpc>(|tx, server, req| {
            Box::pin(enter(tx, server, VPC, "vpc_id", req.vpc_id.into(), None))
        })
        .change::<DetachBareMetalVpc>(|tx, server, req| {
            Box::pin(exit(tx, server, VPC, "vpc_id", req.vpc_id.into()))
        })
        .on(|cx, req: ListBareMetalVpc2s| {
            networks::list::<BareMetal, _, _>(cx, req, Sort::Vpc2, view_vpc2)
        })
        .change::<AttachBareMetalVpc2>(|tx, server, req| {
            Box::pin(enter_vpc2(tx, server, req.vpc_id.into(), req.ip_address))
        })
        .change::<DetachBareMetalVpc2>(|tx, server, req| {
            Box::pin(exit(tx, server, VPC2, "vpc_id", req.vpc_id.into()))
        })
        .done()
}

/// The family.
pub fn family() -> Family {
    Family::new(routes()).life_by::<BareMetal, life::Machine>().costs::<BareMetal>()
}
