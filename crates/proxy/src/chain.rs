//! The proxies that the caller's own environment asks for, and the hosts it exempts from them.
//!
//! Pure: reads a map of variables and must never open a connection.

use std::io;
use std::net::IpAddr;
use std::sync::Once;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::http::uri::Authority;
use percent_encoding::percent_decode_str;

use crate::{Error, Variables, first_set};

/// Which proxy, if any, leads to a host that Kettle does not answer for itself.
///
/// A proxy that cannot be used is no fault until a host needs it.
#[derive(Debug, Default)]
pub struct Chain {
    https: Option<Result<OuterProxy, Unusable>>,
    http: Option<Result<OuterProxy, Unusable>>,
    exempt: NoProxy,
}

/// A variable that names a proxy of a kind that we cannot use, and whether that was told.
#[derive(Debug)]
struct Unusable {
    error: Error,
    told: Once,
}

/// An HTTP proxy that the caller's environment names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OuterProxy {
    /// Its name or address, without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The value of the `Proxy-Authorization` header it wants.
    pub authorization: Option<String>,
}

/// The value of an authorization header that says this user and password.
pub(crate) fn basic(user: impl AsRef<[u8]>) -> String {
    format!("Basic {}", BASE64.encode(user))
}

/// What a connection is for; each has its own variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Chain {
    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in lower case first.
    pub fn from_variables(variables: &Variables) -> Self {
        let proxy = |names: &[&'static str]| {
            let name = names.iter().find(|name| first_set(variables, &[name]).is_some())?;
            let proxy = OuterProxy::parse(name, &variables[*name]);
            Some(proxy.map_err(|error| Unusable { error, told: Once::new() }))
        };
        Self {
            https: proxy(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            http: proxy(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
            exempt: NoProxy::from_variables(variables),
        }
    }

    /// The proxy to go through, or `None` for a direct connection. Fails where the proxy that the
    /// host needs cannot be used; the log is told of that once.
    pub(crate) fn proxy_for(
        &self,
        scheme: Scheme,
        host: &str,
        port: u16,
    ) -> io::Result<Option<&OuterProxy>> {
        let proxy = match scheme {
            Scheme::Http => self.http.as_ref(),
            Scheme::Https => self.https.as_ref(),
        };
        match proxy.filter(|_| !self.exempt.matches(host, port)) {
            Some(Err(Unusable { error, told })) => {
                told.call_once(|| tracing::warn!("{host} cannot be reached: {error}"));
                Err(io::Error::other(error.to_string()))
            }
            Some(Ok(proxy)) => Ok(Some(proxy)),
            None => Ok(None),
        }
    }
}

impl OuterProxy {
    fn parse(variable: &str, value: &str) -> Result<Self, Error> {
        let value = value.trim();
        let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
        let rest = rest.split(['/', '?']).next().unwrap_or_default();
        let refuse = |expected: &str| Error::Variable {
            variable: variable.to_owned(),
            // The part before the last @ may hold a password.
            value: format!("{scheme}://{}", rest.rsplit('@').next().unwrap_or_default()),
            expected: expected.to_owned(),
        };
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(refuse("other hosts can be reached through an http:// proxy only"));
        }
        let (user, address) = match rest.rsplit_once('@') {
            Some((user, address)) => (Some(user), address),
            None => (None, rest),
        };
        let authority: Authority =
            address.parse().map_err(|_| refuse("it should read http://HOST:PORT"))?;
        let authorization = user.map(|user| {
            let decoded: Vec<u8> = percent_decode_str(user).collect();
            basic(decoded)
        });
        let port = authority.port_u16().unwrap_or(80);
        Ok(Self { host: bare_host(authority.host()), port, authorization })
    }
}

/// A host in the form in which hosts are compared: lower case, no brackets, no final dot.
pub(crate) fn bare_host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// The entries of `NO_PROXY`.
#[derive(Debug, Clone, Default)]
pub(crate) struct NoProxy {
    entries: Vec<String>,
}

impl NoProxy {
    /// Both spellings together: some clients read one, some the other, some both.
    pub(crate) fn from_variables(variables: &Variables) -> Self {
        let mut entries: Vec<String> = Vec::new();
        for name in ["no_proxy", "NO_PROXY"] {
            let value = variables.get(name).map(String::as_str).unwrap_or_default();
            let words = value.split([',', ' ', '\t', '\n']).filter(|word| !word.is_empty());
            for word in words {
                if !entries.iter().any(|entry| entry == word) {
                    entries.push(word.to_owned());
                }
            }
        }
        Self { entries }
    }

    /// Whether a connection to this host needs no proxy. Loopback never does.
    pub(crate) fn matches(&self, host: &str, port: u16) -> bool {
        is_loopback(host) || self.entries.iter().any(|entry| entry_matches(entry, host, port))
    }

    /// The list as the child gets it: without what would lead it past the proxy to `intercepted`,
    /// and with the loopback names, so that it calls Kettle's own endpoint directly. Leaving an
    /// entry out is harmless to other hosts, since the proxy honours the whole list.
    pub(crate) fn mended(&self, intercepted: &[String]) -> String {
        let kept = self
            .entries
            .iter()
            .filter(|entry| !intercepted.iter().any(|host| some_client_matches(entry, host)));
        let mut list: Vec<&str> = kept.map(String::as_str).collect();
        for loopback in ["localhost", "127.0.0.1", "::1"] {
            if !list.contains(&loopback) {
                list.push(loopback);
            }
        }
        list.join(",")
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// One entry: `*`, an address, a network, or a domain with all below it, with or without a port.
fn entry_matches(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    let (name, wanted_port) = split_port(entry);
    if wanted_port.is_some_and(|wanted| wanted != port) {
        return false;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return network_contains(&bare_host(name), address);
    }
    let domain = bare_host(name.trim_start_matches('*').trim_start_matches('.'));
    let below = host.strip_suffix(domain.as_str());
    !domain.is_empty() && below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// Whether any client we know of would take the entry to cover the host. Wider than
/// [`entry_matches`]: requests compares bare ends, with or without the port (`ultr.com` covers
/// `api.vultr.com`). Of a host that begins with `*.`, any below it counts.
fn some_client_matches(entry: &str, host: &str) -> bool {
    let (name, _) = split_port(entry);
    let name = bare_host(name.trim_start_matches(['*', '.']));
    match host.strip_prefix('*') {
        Some(end) => end.ends_with(&name) || name.ends_with(end),
        None => bare_host(host).ends_with(&name),
    }
}

/// Whether this is the host, or one below where that begins with `*.`; both as [`bare_host`] has them.
pub(crate) fn is_host(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => host.len() > end.len() && host.ends_with(end),
        None => pattern == host,
    }
}

/// Splits `name:port`; an address of IP version 6 has a port only after brackets.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    match entry.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
            port.parse().map_or((entry, None), |port| (name, Some(port)))
        }
        _ => (entry, None),
    }
}

/// Whether `network` (an address, or an address and a prefix length) holds the address.
fn network_contains(network: &str, address: IpAddr) -> bool {
    let (base, prefix) = match network.split_once('/') {
        Some((base, prefix)) => (base, prefix.parse().ok()),
        None => (network, Some(128)),
    };
    let (Ok(base), Some(prefix)) = (base.parse::<IpAddr>(), prefix) else { return false };
    let (base, address, bits): (u128, u128, u32) = match (base, address) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits().into(), b.to_bits().into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return false,
    };
    let ignored = bits.saturating_sub(prefix);
    // A shift by all 128 bits means that every address is in the network.
    (base ^ address).checked_shr(ignored).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn mended(entries: &str) -> String {
        let list = NoProxy::from_variables(&variables(&[("NO_PROXY", entries)]));
        list.mended(&["api.vultr.com".to_owned()])
    }

    #[test]
    fn entries_that_cover_an_intercepted_host_are_left_out() {
        let covering = [
            "*",
            "vultr.com",
            ".vultr.com",
            "*.vultr.com",
            "api.vultr.com",
            "API.Vultr.com.",
            "api.vultr.com:443",
            ".vultr.com:443",
            "com",
            ".com",
            "ultr.com",
        ];
        for entry in covering {
            assert_eq!(mended(entry), "localhost,127.0.0.1,::1", "{entry}");
        }
    }

    #[test]
    fn entries_that_cover_any_host_below_an_intercepted_one_are_left_out() {
        let hosts = ["api.vultr.com".to_owned(), "*.objects.example".to_owned()];
        let mended = |entry: &str| {
            NoProxy::from_variables(&variables(&[("NO_PROXY", entry)])).mended(&hosts)
        };
        let covering = [
            "objects.example",
            ".objects.example",
            "*.objects.example",
            "example",
            "ewr1.objects.example:443",
            "files.ewr1.Objects.example.",
        ];
        for entry in covering {
            assert_eq!(mended(entry), "localhost,127.0.0.1,::1", "{entry}");
        }
        for entry in ["objects.example.net", "my-objects.example"] {
            assert_eq!(mended(entry), format!("{entry},localhost,127.0.0.1,::1"));
        }
        for (pattern, host, is) in [
            ("*.a.example", "b.a.example", true),
            ("*.a.example", "c.b.a.example", true),
            ("*.a.example", "a.example", false),
            ("*.a.example", ".a.example", false),
            ("*.a.example", "ba.example", false),
            ("a.example", "a.example", true),
            ("a.example", "b.a.example", false),
        ] {
            assert_eq!(is_host(pattern, host), is, "{pattern} {host}");
        }
    }

    #[test]
    fn other_entries_stay_in_their_order() {
        let kept =
            "example.com,10.0.0.0/8,my-api.vultr.com.example,.internal,api.vultr.org,[::1]:80";
        assert_eq!(mended(kept), format!("{kept},localhost,127.0.0.1,::1"));
        assert_eq!(
            mended("b.example, *, localhost a.example"),
            "b.example,localhost,a.example,127.0.0.1,::1"
        );
        assert_eq!(mended(""), "localhost,127.0.0.1,::1");
    }

    #[test]
    fn both_spellings_are_read() {
        let list = NoProxy::from_variables(&variables(&[("no_proxy", "a,b"), ("NO_PROXY", "b,c")]));
        assert_eq!(list.mended(&[]), "a,b,c,localhost,127.0.0.1,::1");
    }

    #[test]
    fn hosts_are_exempted_as_clients_exempt_them() {
        let table = [
            ("*", "example.com", 443, true),
            ("example.com", "example.com", 443, true),
            ("example.com", "www.example.com", 443, true),
            (".example.com", "www.example.com", 443, true),
            ("*.example.com", "www.example.com", 443, true),
            ("example.com", "badexample.com", 443, false),
            ("example.com", "example.com.evil.net", 443, false),
            ("example.com:8443", "example.com", 443, false),
            ("example.com:443", "example.com", 443, true),
            ("10.0.0.0/8", "10.9.8.7", 443, true),
            ("10.0.0.0/8", "11.9.8.7", 443, false),
            ("0.0.0.0/0", "11.9.8.7", 443, true),
            ("192.0.2.1", "192.0.2.1", 443, true),
            ("192.0.2.1", "192.0.2.2", 443, false),
            ("2001:db8::/32", "2001:db8::5", 443, true),
            ("2001:db8::/32", "2001:db9::5", 443, false),
            ("[2001:db8::5]:443", "2001:db8::5", 443, true),
            ("", "127.0.0.1", 80, true),
            ("", "localhost", 80, true),
            ("", "example.com", 443, false),
            (":443", "example.com", 443, false),
        ];
        for (entry, host, port, exempt) in table {
            let list = NoProxy::from_variables(&variables(&[("NO_PROXY", entry)]));
            assert_eq!(list.matches(host, port), exempt, "{entry} {host}:{port}");
        }
    }

    #[test]
    fn proxies_are_read_with_port_and_password() {
        let plain = OuterProxy::parse("HTTPS_PROXY", "http://proxy.example:3128/").unwrap();
        assert_eq!((plain.host.as_str(), plain.port), ("proxy.example", 3128));
        assert_eq!(plain.authorization, None);
        let with_user = OuterProxy::parse("HTTPS_PROXY", "me:p%40ss@[2001:db8::1]").unwrap();
        assert_eq!((with_user.host.as_str(), with_user.port), ("2001:db8::1", 80));
        assert_eq!(with_user.authorization.as_deref(), Some("Basic bWU6cEBzcw=="));
    }

    #[test]
    fn proxies_of_other_kinds_fail_hosts_that_need_them_without_showing_the_password() {
        let chain = Chain::from_variables(&variables(&[
            ("ALL_PROXY", "socks5://me:secret@proxy.example:1080"),
            ("HTTP_PROXY", "http://proxy.example:3128"),
            ("NO_PROXY", "direct.example"),
        ]));
        let error = chain.proxy_for(Scheme::Https, "example.com", 443).unwrap_err().to_string();
        assert!(error.contains("ALL_PROXY") && error.contains("socks5://proxy.example:1080"));
        assert!(error.contains("http:// proxy only") && !error.contains("secret"), "{error}");
        let other = chain.proxy_for(Scheme::Http, "example.com", 80).unwrap();
        assert_eq!(other.map(|proxy| proxy.port), Some(3128), "this one can be used");
        assert_eq!(chain.proxy_for(Scheme::Https, "direct.example", 443).unwrap(), None);
    }

    #[test]
    fn the_variable_of_the_scheme_goes_before_the_general_one() {
        let chain = Chain::from_variables(&variables(&[
            ("ALL_PROXY", "http://all.example:1"),
            ("https_proxy", "http://secure.example:2"),
            ("NO_PROXY", "direct.example"),
        ]));
        let port = |scheme, host| {
            chain.proxy_for(scheme, host, 443).unwrap().map(|proxy: &OuterProxy| proxy.port)
        };
        assert_eq!(port(Scheme::Https, "example.com"), Some(2));
        assert_eq!(port(Scheme::Http, "example.com"), Some(1));
        assert_eq!(port(Scheme::Https, "direct.example"), None);
    }
}
