//! `--dns ADDRESS`: a name server for the domains, on unless it is turned off.

#[cfg(all(feature = "machines", target_os = "linux"))]
mod machines;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use clap::{Arg, ArgMatches};
use control::Control;
use control::fronts::Names;
use front_dns::Server;
use tokio::sync::watch;

use super::{DNS, Fronts, Here, Line};
use crate::fault::{Fault, Result};
use crate::listen::Place;
use crate::serve::reachable;

#[cfg(all(feature = "machines", target_os = "linux"))]
pub(super) use machines::for_machines;

/// The usual port.
const USUAL: u16 = 8753;

pub(super) fn arg() -> Arg {
    let parse = |text: &str| Place::parse(text, USUAL);
    Arg::new(DNS).long(DNS).value_name("ADDRESS").value_parser(parse).help(
        "Answer DNS for the domains there, or not at all: off [default: 127.0.0.1:8753, or any free \
         port where that is taken]",
    )
}

pub(super) fn read(args: &ArgMatches) -> Place {
    args.get_one(DNS).copied().unwrap_or_default()
}

/// Starts it; it ends with `fronts`.
pub(super) async fn start(
    place: Place,
    control: &Arc<Control>,
    here: &Here<'_>,
    fronts: &mut Fronts,
) -> Result<()> {
    let zones = Arc::new(Names::new(control.clone()));
    let bind = async |at| Server::bind(zones.clone(), at).await;
    let Some((tried, server)) = place.take(USUAL, here.any_port, bind).await else {
        return Ok(());
    };
    let server = server.map_err(|error| refused(tried, &error))?;
    let address = server.address();
    let text = said(address) + &place.taken(USUAL, here.any_port, address);
    control.answers_at(DNS, reachable(address).to_string());
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(server.run(stopped));
    fronts.add(Line::new(DNS, text), stop);
    Ok(())
}

/// What to type, and who else can.
fn said(address: SocketAddr) -> String {
    let reached = reachable(address);
    let port = match reached.port() {
        53 => String::new(),
        port => format!(" -p {port}"),
    };
    let text = format!("dig @{}{port} DOMAIN", reached.ip());
    if address.ip().is_loopback() {
        text
    } else {
        format!("{text} (other machines can ask it, too)")
    }
}

/// Why an address cannot be had, and what can be done.
fn refused(listen: SocketAddr, error: &io::Error) -> Fault {
    let any = "`--dns 127.0.0.1:0` takes any free port, and `--dns off` none";
    let help = match error.kind() {
        io::ErrorKind::AddrInUse => format!("something else has that port, over UDP or TCP; {any}"),
        io::ErrorKind::PermissionDenied if listen.port() < 1024 => format!(
            "ports below 1024 are for root, or for programs with the capability \
             cap_net_bind_service; {any}"
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!("{} is no address of this machine; {any}", listen.ip())
        }
        _ => format!("{error}; {any}"),
    };
    Fault::new(format!("cannot answer DNS on {listen}: {help}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_a_command_that_works() {
        let said = |text: &str| said(text.parse().unwrap());
        assert_eq!(said("127.0.0.1:8753"), "dig @127.0.0.1 -p 8753 DOMAIN");
        assert_eq!(said("[::1]:53"), "dig @::1 DOMAIN");
        let others = "dig @127.0.0.1 -p 5353 DOMAIN (other machines can ask it, too)";
        assert_eq!(said("0.0.0.0:5353"), others);
    }

    #[test]
    fn what_is_refused_says_what_can_be_done() {
        let told = |kind: io::ErrorKind| {
            refused("127.0.0.1:53".parse().unwrap(), &kind.into()).to_string()
        };
        assert!(told(io::ErrorKind::AddrInUse).contains("something else has that port"));
        assert!(told(io::ErrorKind::PermissionDenied).contains("cap_net_bind_service"));
        assert!(told(io::ErrorKind::AddrNotAvailable).contains("no address of this machine"));
        assert!(told(io::ErrorKind::Other).contains("--dns off"));
    }
}
