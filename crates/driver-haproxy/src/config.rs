//! HAProxy's configuration, made from what a load balancer is to be.
//!
//! Texts of users stand in it in strong quotes, in which nothing has a meaning, and control characters
//! are refused.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use drivers::balancer::{Algorithm, Clients, Forwarding, Protocol};
use drivers::{BalancerSpec, Error, Result, cloudflare};

use crate::addresses::Addresses;
use crate::files;
use crate::socket::SOCKET;

/// Refuses what HAProxy, or this driver of it, will never do.
pub(crate) fn refuse(spec: &BalancerSpec) -> Result<()> {
    let never = |text: String| Err(Error::Unsupported(text));
    if spec.http3 {
        return never("HTTP/3 is not among what HAProxy can do here: turn `http3` off".into());
    }
    for rule in &spec.forwarding {
        let port = rule.frontend_port;
        if [rule.frontend, rule.backend].contains(&Protocol::Udp) {
            return never(format!("port {port} is to forward UDP, which HAProxy cannot"));
        }
        if !matches!(way(rule, spec), Way::Refused) {
            continue;
        }
        let (front, back) = (word(rule.frontend), word(rule.backend));
        return never(match rule.frontend {
            Protocol::Https => format!(
                "port {port} is to take HTTPS and pass on {back}, and there is no certificate: give \
                 the load balancer one"
            ),
            _ => format!("port {port} is to turn {front} into {back}, which HAProxy cannot"),
        });
    }
    let texts = [Some(&spec.health_check.path), spec.cookie.as_ref()];
    match texts.into_iter().flatten().all(|text| !text.chars().any(char::is_control)) {
        true => Ok(()),
        false => never("a path or the name of a cookie holds a control character".into()),
    }
}

fn word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Http => "HTTP",
        Protocol::Https => "HTTPS",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    }
}

/// How a port's traffic is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is read as HTTP, after TLS where it comes so, and goes on by TLS or without.
    Http {
        tls_in: bool,
        tls_out: bool,
    },
    /// As it comes, TLS or not.
    Through,
    /// TLS ends here, and what was in it goes on as it is.
    Unwrapped,
    Refused,
}

fn way(rule: &Forwarding, spec: &BalancerSpec) -> Way {
    let has_certificate = spec.certificate.is_some() || spec.certified_name.is_some();
    match (rule.frontend, rule.backend) {
        (Protocol::Http, Protocol::Http) => Way::Http { tls_in: false, tls_out: false },
        (Protocol::Http, Protocol::Https) => Way::Http { tls_in: false, tls_out: true },
        (Protocol::Https, Protocol::Http) if has_certificate => {
            Way::Http { tls_in: true, tls_out: false }
        }
        (Protocol::Https, Protocol::Https) if has_certificate => {
            Way::Http { tls_in: true, tls_out: true }
        }
        (Protocol::Https, Protocol::Tcp) if has_certificate => Way::Unwrapped,
        // Without a certificate it is the machines that have one.
        (Protocol::Https, Protocol::Https | Protocol::Tcp) => Way::Through,
        (Protocol::Tcp | Protocol::Http, Protocol::Tcp) => Way::Through,
        (Protocol::Tcp, Protocol::Http | Protocol::Https) => Way::Through,
        _ => Way::Refused,
    }
}

/// A configuration, and where what it has answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) text: String,
    /// Each port, and where it is; none: there is nothing to run.
    pub(crate) at: Vec<(u16, SocketAddr)>,
}

/// Under which user it works, where we are root.
pub(crate) fn user() -> Option<&'static str> {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let has = |name: &&str| users.lines().any(|line| line.split(':').next() == Some(*name));
    let is_root = rustix::process::geteuid().is_root();
    ["haproxy", "nobody"].into_iter().filter(|_| is_root).find(has)
}

/// The configuration of a load balancer at these addresses.
pub(crate) fn of(
    spec: &BalancerSpec,
    hosts: &[IpAddr],
    addresses: &dyn Addresses,
    user: Option<&str>,
) -> Config {
    let mut text = global(spec, user);
    let mut taken: BTreeSet<u16> = spec.forwarding.iter().map(|rule| rule.frontend_port).collect();
    let ports = spec.forwarding.iter().map(|rule| {
        let at = addresses.port(rule.frontend_port, &taken);
        taken.insert(at);
        (rule, at)
    });
    let ports: Vec<_> = ports.collect();
    let secure = ports.iter().find(|(rule, _)| rule.frontend == Protocol::Https);
    let secure = secure.map(|(_, port)| *port);
    let mut at = Vec::new();
    for (rule, port) in &ports {
        let way = way(rule, spec);
        at.extend(hosts.iter().map(|host| (rule.frontend_port, SocketAddr::new(*host, *port))));
        frontend(&mut text, spec, rule, way, hosts, *port, secure);
        backend(&mut text, spec, rule, way, addresses);
    }
    Config { text, at }
}

/// How many seconds a connection to a machine may take, after which another is asked: machines are on this
/// host, and one that has just died may say nothing. It is enough for a packet that is lost and sent anew.
const CONNECT: u32 = 2;

fn global(spec: &BalancerSpec, user: Option<&str>) -> String {
    let timeout = spec.timeout_s.max(1);
    let user = user.map(|user| format!("    user {user}\n")).unwrap_or_default();
    format!(
        "# Written by Kettle, and written anew with each change.\n\
         global\n\
         \x20   stats socket unix@{SOCKET} mode 600 level user expose-fd listeners\n\
         \x20   log stderr format raw daemon notice\n\
         \x20   hard-stop-after {timeout}s\n\
         \x20   ssl-default-bind-options ssl-min-ver TLSv1.2\n\
         {user}\
         defaults\n\
         \x20   log global\n\
         \x20   timeout connect {CONNECT}s\n\
         \x20   timeout client {timeout}s\n\
         \x20   timeout server {timeout}s\n\
         \x20   timeout check {check}s\n\
         \x20   retries 3\n\
         \x20   option redispatch 1\n",
        check = spec.health_check.timeout_s.max(1),
    )
}

fn mode(way: Way) -> &'static str {
    if matches!(way, Way::Http { .. }) { "http" } else { "tcp" }
}

fn frontend(
    text: &mut String,
    spec: &BalancerSpec,
    rule: &Forwarding,
    way: Way,
    hosts: &[IpAddr],
    port: u16,
    secure: Option<u16>,
) {
    let name = rule.frontend_port;
    let _ = write!(text, "frontend f{name}\n    mode {}\n", mode(way));
    let tls = match (way, spec.http2) {
        (Way::Http { tls_in: true, .. }, true) => " alpn h2,http/1.1",
        (Way::Http { tls_in: true, .. }, false) => " alpn http/1.1",
        _ => "",
    };
    let tls = match way {
        Way::Http { tls_in: true, .. } | Way::Unwrapped => {
            format!(" ssl crt {}{tls}", files::SHOWN)
        }
        _ => String::new(),
    };
    for host in hosts {
        let _ = writeln!(text, "    bind {}{tls}", SocketAddr::new(*host, port));
    }
    firewall(text, spec, rule.frontend_port);
    if let Way::Http { tls_in, .. } = way {
        if spec.redirects_to_https && !tls_in {
            let (to, of_port) = match secure {
                None | Some(443) => ("https://%[req.hdr(host),host_only]", String::new()),
                Some(port) => ("https://%[req.hdr(host),host_only]", format!(":{port}")),
            };
            let _ =
                writeln!(text, "    http-request redirect code 301 location {to}{of_port}%[pathq]");
        }
        let scheme = if tls_in { "https" } else { "http" };
        let _ = writeln!(text, "    http-request set-header X-Forwarded-Proto {scheme}");
        let _ = writeln!(text, "    http-request set-header X-Forwarded-Port {name}");
        text.push_str("    option forwardfor\n    option http-keep-alive\n");
    }
    let _ = writeln!(text, "    default_backend b{name}");
}

/// Who may reach a port: where anything is said of any port, nobody else.
fn firewall(text: &mut String, spec: &BalancerSpec, port: u16) {
    if spec.firewall.is_empty() {
        return;
    }
    let allowed: Vec<_> = spec.firewall.iter().filter(|allowed| allowed.port == port).collect();
    if allowed.is_empty() {
        text.push_str("    tcp-request connection reject\n");
        return;
    }
    for allowed in allowed {
        let from = match allowed.from {
            Clients::Of(network) => format!("{}/{}", network.address, network.prefix),
            Clients::CloudflareV4 => cloudflare::V4.join(" "),
            Clients::CloudflareV6 => cloudflare::V6.join(" "),
        };
        let _ = writeln!(text, "    acl allowed src {from}");
    }
    text.push_str("    tcp-request connection reject unless allowed\n");
}

fn backend(
    text: &mut String,
    spec: &BalancerSpec,
    rule: &Forwarding,
    way: Way,
    addresses: &dyn Addresses,
) {
    let check = &spec.health_check;
    let _ = write!(text, "backend b{}\n    mode {}\n", rule.frontend_port, mode(way));
    text.push_str(match spec.algorithm {
        Algorithm::RoundRobin => "    balance roundrobin\n",
        Algorithm::LeastConnections => "    balance leastconn\n",
    });
    if check.protocol != Protocol::Tcp {
        let path = if check.path.is_empty() { "/" } else { &check.path };
        let _ =
            writeln!(text, "    option httpchk\n    http-check send meth GET uri {}", quoted(path));
    }
    let is_http = matches!(way, Way::Http { .. });
    if is_http {
        // What may be asked twice is asked of another machine, where one has died meanwhile.
        text.push_str(
            "    retry-on conn-failure empty-response\n    \
             http-request disable-l7-retry unless METH_GET || { method HEAD OPTIONS }\n",
        );
    }
    let cookie = spec.cookie.as_ref().filter(|_| is_http);
    if let Some(cookie) = cookie {
        let _ = writeln!(text, "    cookie {} insert indirect nocache httponly", quoted(cookie));
    }
    let mut each = format!(
        "check port {} inter {}s fall {} rise {}",
        check.port,
        check.interval_s.max(1),
        check.unhealthy_after.max(1),
        check.healthy_after.max(1)
    );
    if matches!(way, Way::Http { tls_out: true, .. }) {
        each += " ssl verify none";
    }
    each += match check.protocol {
        Protocol::Https => " check-ssl verify none",
        _ => " no-check-ssl",
    };
    if spec.proxy_protocol {
        each += " send-proxy";
        if spec.forwarding.iter().any(|rule| rule.backend_port == check.port) {
            each += " check-send-proxy";
        }
    }
    let _ = writeln!(text, "    default-server {each}");
    for machine in &spec.machines {
        // A machine without an address there gets nothing.
        let Some(address) = machine.address.filter(|at| addresses.reaches(*at)) else { continue };
        let (id, at) = (machine.id, SocketAddr::new(address, rule.backend_port));
        let stays = cookie.map(|_| format!(" cookie {id}")).unwrap_or_default();
        let _ = writeln!(text, "    server {id} {at}{stays}");
    }
}

/// A text in strong quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
