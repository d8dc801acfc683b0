//! Which names a request may give in `Host`.
//!
//! A page in a browser can lead a name of its own to a loopback address and read what a server
//! there answers. Such a request still carries the page's name, so what comes in on a loopback
//! address must name loopback, or what is allowed by name. Elsewhere any name is right: a
//! container is called as its network calls it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use api::ApiError;
use http::header::HOST;
use http::{HeaderMap, Request, Version};

/// The real API's own name, which `kettle exec` leads here. Nobody else can lead it anywhere.
const THE_API: &str = "api.vultr.com";
/// A longer name is not repeated.
const NAME_MAX: usize = 255;

/// Refuses a request that came in on the address `local` and does not say for whom it is, or is for
/// somebody else. `also` are names that are allowed on loopback.
pub(crate) fn check<B>(
    local: IpAddr,
    also: &[String],
    request: &Request<B>,
) -> Result<(), ApiError> {
    let given = given(request.version(), request.headers())?;
    if !local.to_canonical().is_loopback() {
        return Ok(());
    }
    // Where the request line has an address, that counts; both must be right then.
    let mut names = given.into_iter().chain(request.uri().authority().map(|a| a.as_str().into()));
    match names.find(|name| !is_allowed(&bare(name), also)) {
        None => Ok(()),
        Some(name) => Err(misdirected(&bare(&name))),
    }
}

/// What `Host` says. A request of HTTP/1.0 need not have it.
fn given(version: Version, headers: &HeaderMap) -> Result<Option<Cow<'_, str>>, ApiError> {
    let refuse = |help: &str| Err(ApiError { error: format!("Bad request. {help}"), status: 400 });
    let mut values = headers.get_all(HOST).into_iter();
    match (values.next(), values.next()) {
        (None, _) if version >= Version::HTTP_11 => refuse("a request of HTTP/1.1 has a `Host`"),
        (None, _) => Ok(None),
        (Some(_), Some(_)) => refuse("a request has one `Host`"),
        (Some(value), None) => Ok(Some(String::from_utf8_lossy(value.as_bytes()))),
    }
}

/// A name as names are compared: in small letters, without port, brackets and final dot.
fn bare(name: &str) -> Cow<'_, str> {
    let name = name.rsplit_once('@').map_or(name, |(_, name)| name);
    let name = match name.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => name.split(':').next().unwrap_or(name),
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => name.to_ascii_lowercase().into(),
        false => name.into(),
    }
}

fn is_allowed(name: &str, also: &[String]) -> bool {
    let is_loopback = || {
        name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || name.parse::<Ipv6Addr>().is_ok_and(|a| a.to_canonical().is_loopback())
    };
    let is_known = ["localhost", THE_API].contains(&name);
    is_known || is_loopback() || also.iter().any(|a| bare(a) == name)
}

fn misdirected(name: &str) -> ApiError {
    let help = match name {
        "" => "`Host` is empty; name `localhost`".to_owned(),
        name if name.len() > NAME_MAX => "`Host` is no name of this server".to_owned(),
        name => format!("`{name}` is no name of this server; `--host {name}` makes it one"),
    };
    ApiError { error: format!("Misdirected request. {help}"), status: 421 }
}

#[cfg(test)]
mod tests {
    use http::Uri;

    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn status(local: IpAddr, uri: &str, hosts: &[&str]) -> u16 {
        let mut request = Request::get(uri.parse::<Uri>().unwrap());
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let also = ["Kettle.test".to_owned()];
        let checked = check(local, &also, &request.body(()).unwrap());
        checked.map_or_else(|refusal| refusal.status, |()| 200)
    }

    #[test]
    fn on_loopback_a_request_names_loopback_or_what_is_allowed() {
        let mapped = IpAddr::from(Ipv4Addr::LOCALHOST.to_ipv6_mapped());
        for local in [LOOPBACK, Ipv6Addr::LOCALHOST.into(), mapped] {
            for good in [
                "localhost",
                "LOCALHOST:8787",
                "localhost.",
                "127.0.0.1",
                "127.9.8.7:1",
                "[::1]",
                "[::1]:8787",
                "api.vultr.com",
                "api.vultr.com:443",
                "kettle.test:80",
            ] {
                assert_eq!(status(local, "/v2/regions", &[good]), 200, "{good}");
            }
            for bad in [
                "evil.example",
                "evil.example:8787",
                "localhost.evil.example",
                "127.0.0.1.evil",
                "192.0.2.1",
                "[::2]:8787",
                "",
                "0.0.0.0",
                "localhost@evil.example",
                "vultr.com",
            ] {
                assert_eq!(status(local, "/v2/regions", &[bad]), 421, "{bad}");
            }
        }
    }

    #[test]
    fn elsewhere_any_name_is_right() {
        for name in ["kettle:8787", "my_service", "192.0.2.1", "evil.example"] {
            assert_eq!(status(IpAddr::from([192, 0, 2, 1]), "/", &[name]), 200, "{name}");
        }
    }

    #[test]
    fn a_request_has_one_host() {
        for local in [LOOPBACK, IpAddr::from([192, 0, 2, 1])] {
            assert_eq!(status(local, "/", &[]), 400);
            assert_eq!(status(local, "/", &["localhost", "localhost"]), 400);
        }
        let mut old = Request::get("/").body(()).unwrap();
        *old.version_mut() = Version::HTTP_10;
        assert!(check(LOOPBACK, &[], &old).is_ok());
    }

    #[test]
    fn the_address_in_the_request_line_counts_too() {
        assert_eq!(status(LOOPBACK, "http://evil.example/v2/regions", &["localhost"]), 421);
        assert_eq!(status(LOOPBACK, "http://localhost:8787/v2/regions", &["localhost"]), 200);
    }

    #[test]
    fn the_refusal_says_what_would_allow_it() {
        let request = Request::get("/").header(HOST, "kettle:8787").body(()).unwrap();
        let refusal = check(LOOPBACK, &[], &request).unwrap_err();
        assert_eq!(
            refusal.error,
            "Misdirected request. `kettle` is no name of this server; `--host kettle` makes it one"
        );
        let long = Request::get("/").header(HOST, "x".repeat(300)).body(()).unwrap();
        assert!(check(LOOPBACK, &[], &long).unwrap_err().error.len() < 100);
    }
}
