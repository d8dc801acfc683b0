//! Where a user's keys may be used from. The rule itself is kept in `auth`.

use std::net::IpAddr;

use api::users::*;
use api::{Page, Time};

use super::{Allowed, User};
use crate::{Cx, Doc, Network, Refusal, Result, Routes, ensure, refuse};

/// What is said of a network that is not in the list.
const UNKNOWN: &str = "Invalid IP whitelist entry";

pub(super) fn routes() -> Routes {
    Routes::of::<User>().read(list).read(get).update(add).update(remove).done()
}

fn view(allowed: &Allowed) -> UserNetwork {
    let address = allowed.network.address();
    let ip_type = if address.is_ipv4() { IpVersion::V4 } else { IpVersion::V6 };
    UserNetwork {
        subnet: address.to_string(),
        subnet_size: allowed.network.prefix(),
        date_added: Time::from_millis(allowed.added),
        ip_type: ip_type.into(),
    }
}

fn list(_: &Cx, user: Doc<User>, _: ListUserNetworks) -> Result<Page<UserNetwork>> {
    Ok(Page::whole(user.whitelist.iter().map(view).collect()))
}

fn get(_: &Cx, user: Doc<User>, req: GetUserNetwork) -> Result<UserNetwork> {
    let network = network(&req.subnet, req.subnet_size)?;
    let found = user.whitelist.iter().find(|allowed| allowed.network == network);
    found.map(view).ok_or_else(|| unknown(network))
}

fn add(cx: &Cx, user: &mut Doc<User>, req: AddUserNetwork) -> Result<()> {
    let network = network(&req.subnet, req.subnet_size)?;
    let is_new = user.whitelist.iter().all(|allowed| allowed.network != network);
    ensure(is_new, "subnet", format_args!("{network} is in the list already"))?;
    user.whitelist.push(Allowed { network, added: cx.created() });
    Ok(())
}

fn remove(_: &Cx, user: &mut Doc<User>, req: RemoveUserNetwork) -> Result<()> {
    let network = network(&req.subnet, req.subnet_size)?;
    let found = user.whitelist.iter().position(|allowed| allowed.network == network);
    user.whitelist.remove(found.ok_or_else(|| unknown(network))?);
    Ok(())
}

fn unknown(network: Network) -> crate::Error {
    Refusal::not_found(UNKNOWN).help(format!("{network} is not in the user's list")).into()
}

/// The network that is meant: bits behind the prefix do not count.
fn network(subnet: &str, size: u8) -> Result<Network> {
    let address: IpAddr = subnet.trim().parse().or_else(|_| {
        let example = "such as 203.0.113.0 or 2001:db8::";
        refuse("subnet", format_args!("`{subnet}` is no address {example}"))
    })?;
    let (version, least, most) = if address.is_ipv4() { (4, 8, 32) } else { (6, 20, 128) };
    match Network::new(address, size) {
        Some(network) if size == 0 || size >= least => Ok(network),
        _ => {
            let text = format_args!("it is 0, or {least} to {most}");
            refuse("subnet_size", format_args!("{size} is none for IPv{version}: {text}"))
        }
    }
}
