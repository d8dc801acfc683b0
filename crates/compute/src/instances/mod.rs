//! Instances: virtual machines.
//!
//! What an instance has in common with bare metal is in `servers`, what is stored of one in `hosts`.
//! What it means to its owner is in `view`, what is more than a line here in `create`, `update` and
//! so on. Only lives may call a driver.

mod addresses;
mod backups;
mod create;
mod isos;
mod life;
mod update;
mod view;

use api::instances::*;

// By name, too: what travels has the same.
pub use hosts::instances::Instance;
pub use hosts::instances::*;

pub use create::{make, plan};
pub use update::{let_go_of_most, remove};

use crate::private_networks::PRIVATE;
use crate::servers::addresses::{first_name, name_ipv6, set_reverse_ipv4};
use crate::servers::networks::{enter_vpc2, page, view_private, view_vpc, view_vpc2};
use crate::servers::power::{change_many, reinstall, switch};
use crate::vpc2::VPC2;
use crate::vpcs::{Sort, VPC, enter, exit};
use crate::{Family, Routes};

/// The family's operations.
pub fn routes() -> Routes {
    Routes::of::<Instance>()
        .listed(view::list)
        .told(view::get)
        .telling::<Instance, view::Listed>()
        .on(create::create)
        .on(update::update)
        .on(update::delete)
        .and(power())
        .and(details())
        .and(addresses())
        .and(networks())
        .done()
}

fn power() -> Routes {
    Routes::of::<Instance>()
        .alter::<StartInstance>(|_, server, _| switch(server, Server::start))
        .alter::<HaltInstance>(|_, server, _| switch(server, Server::halt))
        .alter::<RebootInstance>(|_, server, _| switch(server, Server::reboot))
        .on(|cx, req: StartInstances| change_many::<Instance>(cx, req.instance_ids, Server::start))
        .on(|cx, req: HaltInstances| change_many::<Instance>(cx, req.instance_ids, Server::halt))
        .on(|cx, req: RebootInstances| {
            change_many::<Instance>(cx, req.instance_ids, Server::reboot)
        })
        .change::<ReinstallInstance>(|tx, server, req| {
            Box::pin(async move {
                server.check_no_node()?;
                reinstall(tx.cx(), server, req.hostname)?;
                view::show(tx.cx(), server).await
            })
        })
        .change(|tx, instance, req| Box::pin(backups::restore(tx, instance, req)))
        .on(view::job)
        .done()
}

fn details() -> Routes {
    Routes::of::<Instance>()
        .read(view::upgrades)
        .read::<GetInstanceUserData>(|cx, instance, _| {
            Ok(InstanceUserData { data: cx.secret(instance.want.server.user_data) })
        })
        .read(view::bandwidth)
        .on(view::neighbors)
        .read(backups::get_schedule)
        .alter(backups::set_schedule)
        .read(isos::get)
        .change(|tx, instance, req| Box::pin(isos::attach(tx, instance, req)))
        .alter(isos::detach)
        .done()
}

fn addresses() -> Routes {
    Routes::of::<Instance>()
        .on(addresses::list_ipv4)
        .change(|tx, instance, req| Box::pin(addresses::add_ipv4(tx, instance, req)))
        .alter(addresses::remove_ipv4)
        .alter::<SetInstanceReverseIpv4>(|_, instance, req| {
            set_reverse_ipv4(instance, &req.ip, req.reverse)
        })
        .alter::<ResetInstanceReverseIpv4>(|_, instance, req| first_name(instance, &req.ip))
        .on(addresses::list_ipv6)
        .on(addresses::list_reverse_ipv6)
        .change::<SetInstanceReverseIpv6>(|tx, instance, req| {
            Box::pin(name_ipv6(tx, instance, req.ip, Some(req.reverse)))
        })
        .change::<RemoveInstanceReverseIpv6>(|tx, instance, req| {
            Box::pin(name_ipv6(tx, instance, req.ipv6, None))
        })
        .done()
}

fn networks() -> Routes {
    Routes::of::<Instance>()
        .on(|cx, req: ListInstanceVpcs| page::<Instance, _>(cx, req, Sort::Vpc, view_vpc))
        .change::<AttachInstanceVpc>(|tx, instance, req| {
            Box::pin(enter(tx, instance, VPC, "vpc_id", req.vpc_id.into(), None))
        })
        .change::<DetachInstanceVpc>(|tx, instance, req| {
            Box::pin(exit(tx, instance, VPC, "vpc_id", req.vpc_id.into()))
        })
        .on(|cx, req: ListInstanceVpc2s| page::<Instance, _>(cx, req, Sort::Vpc2, view_vpc2))
        .change::<AttachInstanceVpc2>(|tx, instance, req| {
            Box::pin(enter_vpc2(tx, instance, req.vpc_id.into(), req.ip_address))
        })
        .change::<DetachInstanceVpc2>(|tx, instance, req| {
            Box::pin(exit(tx, instance, VPC2, "vpc_id", req.vpc_id.into()))
        })
        .on(|cx, req: ListInstancePrivateNetworks| {
            page::<Instance, _>(cx, req, Sort::Vpc, view_private)
        })
        .change::<AttachInstancePrivateNetwork>(|tx, instance, req| {
            Box::pin(enter(tx, instance, PRIVATE, "network_id", req.network_id.into(), None))
        })
        .change::<DetachInstancePrivateNetwork>(|tx, instance, req| {
            Box::pin(exit(tx, instance, PRIVATE, "network_id", req.network_id.into()))
        })
        .done()
}

/// The family.
pub fn family() -> Family {
    Family::new(routes()).life_by::<Instance, life::Machine>().costs::<Instance>()
}
