//! Where to listen, as people write it: `8787`, `:8787`, `localhost:8787`, `[::1]:0`, `0.0.0.0:80`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Arg;

/// The option's id.
pub(crate) const LISTEN: &str = "listen";
/// The usual port.
const USUAL: u16 = 8787;
/// What is written for not at all.
const OFF: &str = "off";

/// The option, with what counts when it is not given.
pub(crate) fn arg(default: &'static str) -> Arg {
    Arg::new(LISTEN)
        .long(LISTEN)
        .value_name("ADDRESS")
        .value_parser(|text: &str| parse(text, USUAL))
        .default_value(default)
        .help(
            "Where to listen: a port of this machine's, or ADDRESS:PORT; port 0 takes any free one",
        )
}

/// Where something listens beside the API.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// At its usual port of this machine's own, or any free one where that is taken.
    #[default]
    Usual,
    /// There, and nowhere else.
    At(SocketAddr),
    /// Nowhere.
    Off,
}

impl Place {
    /// The place that is meant: as [`parse`], or `off`.
    pub(crate) fn parse(text: &str, usual: u16) -> Result<Self, String> {
        match text.trim() {
            OFF => Ok(Self::Off),
            word if !word.contains(['.', ':']) && word.parse::<u32>().is_err() => {
                Err(format!("write an address such as 127.0.0.1:{usual}, a port, or {OFF}"))
            }
            text => Ok(Self::At(parse(text, usual)?)),
        }
    }

    /// Takes it, and says at which address it was tried; off: none. `any_port`: instead of the usual port
    /// any free one is taken at once.
    pub(crate) async fn take<T>(
        self,
        usual: u16,
        any_port: bool,
        bind: impl AsyncFn(SocketAddr) -> io::Result<T>,
    ) -> Option<(SocketAddr, io::Result<T>)> {
        let own = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let first = match self {
            Self::Off => return None,
            Self::At(address) => address,
            Self::Usual => own(if any_port { 0 } else { usual }),
        };
        match bind(first).await {
            Err(error) if self == Self::Usual && error.kind() == io::ErrorKind::AddrInUse => {
                Some((own(0), bind(own(0)).await))
            }
            bound => Some((first, bound)),
        }
    }

    /// What is said where the usual port was wanted, and is not what was had; else nothing.
    pub(crate) fn taken(self, usual: u16, any_port: bool, bound: SocketAddr) -> String {
        match self == Self::Usual && !any_port && bound.port() != usual {
            true => format!(" (port {usual} is taken)"),
            false => String::new(),
        }
    }
}

/// The address that is meant; `usual` is a port for examples. A port alone is one of this machine's own:
/// nobody else is let in by a slip of the pen.
pub(crate) fn parse(text: &str, usual: u16) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    if text.contains("//") {
        return Err(format!("write an address, such as 127.0.0.1:{usual}, without http://"));
    }
    if text.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6()) {
        return Err(format!(
            "write [{text}]:{usual}, the address in brackets and a port behind it"
        ));
    }
    if text.starts_with('[') && text.ends_with(']') {
        return Err(format!("the port is missing: {text}:{usual}"));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => ("", text),
        None => return Err(format!("the port is missing: {text}:{usual}")),
    };
    let port = port.parse::<u16>().map_err(|_| format!("`{port}` is no port: 0 to 65535"))?;
    let ip = match host {
        "" | "localhost" => IpAddr::from(Ipv4Addr::LOCALHOST),
        "*" => return Err(format!("for every address of this machine, write 0.0.0.0:{port}")),
        host => {
            return Err(format!(
                "`{host}` is no address; names are not looked up, but for localhost. 127.0.0.1:{port} is \
             for this machine alone, 0.0.0.0:{port} for others too"
            ));
        }
    };
    Ok(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_this_machines_and_addresses_are_taken_as_they_are() {
        for (text, meant) in [
            ("8787", "127.0.0.1:8787"),
            (":9999", "127.0.0.1:9999"),
            ("0", "127.0.0.1:0"),
            ("localhost:0", "127.0.0.1:0"),
            ("[::1]:0", "[::1]:0"),
            ("192.0.2.1:80", "192.0.2.1:80"),
            (" 0.0.0.0:1 ", "0.0.0.0:1"),
        ] {
            assert_eq!(parse(text, USUAL).map(|address| address.to_string()), Ok(meant.to_owned()));
        }
    }

    #[test]
    fn what_is_no_address_is_told_what_would_be() {
        for (text, told) in [
            ("70000", "`70000` is no port: 0 to 65535"),
            ("127.0.0.1:", "`` is no port"),
            ("127.0.0.1", "the port is missing: 127.0.0.1:8787"),
            ("[::1]", "the port is missing: [::1]:8787"),
            ("localhost", "the port is missing: localhost:8787"),
            ("", "`` is no port"),
            ("::1", "write [::1]:8787"),
            ("*:80", "write 0.0.0.0:80"),
            ("http://127.0.0.1:80", "without http://"),
            ("myhost:80", "`myhost` is no address"),
            ("256.0.0.1:80", "`256.0.0.1` is no address"),
        ] {
            let wrong = parse(text, USUAL).unwrap_err();
            assert!(wrong.contains(told), "{text}: {wrong}");
        }
    }

    #[test]
    fn a_place_beside_the_api_is_written_the_same_way_or_off() {
        let at = |text: &str| Ok(Place::At(text.parse().unwrap()));
        assert_eq!(Place::parse("off", 8753), Ok(Place::Off));
        assert_eq!(Place::parse("53", 8753), at("127.0.0.1:53"));
        assert_eq!(Place::parse("0.0.0.0:5353", 8753), at("0.0.0.0:5353"));
        let wrong = |text| Place::parse(text, 8753).unwrap_err();
        assert_eq!(wrong("127.0.0.1"), "the port is missing: 127.0.0.1:8753");
        assert_eq!(wrong("on"), "write an address such as 127.0.0.1:8753, a port, or off");
        assert_eq!(wrong("70000"), "`70000` is no port: 0 to 65535");
    }

    #[tokio::test]
    async fn instead_of_the_usual_port_any_is_taken_and_that_is_said() {
        let in_use = async |at: SocketAddr| match at.port() {
            8753 => Err(io::ErrorKind::AddrInUse.into()),
            0 => Ok(SocketAddr::new(at.ip(), 4711)),
            _ => Ok(at),
        };
        let take = |place: Place, any| place.take(8753, any, in_use);
        let (tried, bound) = take(Place::Usual, false).await.unwrap();
        let bound = bound.unwrap();
        assert_eq!((tried.port(), bound.port()), (0, 4711));
        assert_eq!(Place::Usual.taken(8753, false, bound), " (port 8753 is taken)");
        assert_eq!(Place::Usual.taken(8753, true, bound), "");
        assert!(take(Place::Usual, true).await.unwrap().1.is_ok());
        // Who names a port has that one or none.
        let named = Place::At("127.0.0.1:8753".parse().unwrap());
        assert!(take(named, false).await.unwrap().1.is_err());
        assert!(take(Place::Off, false).await.is_none());
    }
}
