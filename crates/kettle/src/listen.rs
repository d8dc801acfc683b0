//! Where to listen, as people write it: `8787`, `:8787`, `localhost:8787`, `[::1]:0`, `0.0.0.0:80`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Arg;

/// The option's id.
pub(crate) const LISTEN: &str = "listen";
/// The usual port.
const USUAL: u16 = 8787;

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
}
