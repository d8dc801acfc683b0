//! The environment in which an unmodified program finds Kettle.
//!
//! Pure: computes what to change and must never change this process's own environment.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::Path;

use crate::chain::NoProxy;
use crate::{TrustFiles, Variables, first_set};

/// Variables to set for a child, over those it inherits. One that is empty here it does not have.
pub type Changes = BTreeMap<String, OsString>;

/// What the environment has to say.
pub struct Facts<'a> {
    /// Where the proxy listens.
    pub proxy: SocketAddr,
    /// The password that it wants: letters and digits.
    pub password: &'a str,
    /// Where Kettle's server listens.
    pub server: SocketAddr,
    /// The API key that the server accepts.
    pub key: &'a str,
    /// The hosts that the proxy answers for, as [`Site::hosts`](crate::Site) has them.
    pub hosts: &'a [String],
    /// The files of CA certificates.
    pub trust: &'a TrustFiles,
    /// The program that leads Node's clients to the proxy.
    pub node: &'a Path,
}

/// The user whom the proxy lets in.
pub(crate) const USER: &str = "kettle";

/// Ends of the names of variables in which tools look for a key, in capitals: `TF_VAR_vultr_api_key`
/// has one, too.
const KEYS: [&str; 4] = ["VULTR_API_KEY", "VULTR_KEY", "VULTR_API_TOKEN", "VULTR_TOKEN"];

/// What to change for a child of a process whose environment is `current`.
///
/// Left alone on purpose: `SSL_CERT_DIR` (clients read it beside `SSL_CERT_FILE`), `ALL_PROXY`
/// (clients prefer the two that are set), and the variables of programs that only ever talk to
/// other hosts, whose certificates are the same as before: `GIT_SSL_CAINFO`, `PIP_CERT`,
/// `CARGO_HTTP_CAINFO`, `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH`.
pub fn changes(current: &Variables, facts: &Facts<'_>) -> Changes {
    let proxy = format!("http://{USER}:{}@{}", facts.password, facts.proxy);
    let no_proxy = NoProxy::from_variables(current).mended(facts.hosts);
    let mut changes = Changes::new();
    let mut set = |name: &str, value: &OsStr| {
        changes.insert(name.to_owned(), value.to_owned());
    };
    // Plain http goes through the proxy too: a tool that speaks it to the API must not carry its
    // key to the real one, and offline means offline. Some clients read one spelling only.
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
        set(name, proxy.as_ref());
    }
    for name in ["NO_PROXY", "no_proxy"] {
        set(name, no_proxy.as_ref());
    }
    for (name, file) in facts.trust {
        set(name, file.as_ref());
    }
    // Without these two, Node and Perl's LWP look at no proxy variable.
    set("NODE_USE_ENV_PROXY", "1".as_ref());
    set("PERL_LWP_ENV_PROXY", "1".as_ref());
    // Older releases of Node know no such variable.
    set("NODE_OPTIONS", node_options(current, facts.node).as_ref());
    set("VULTR_API_KEY", facts.key.as_ref());
    // Direct, for tools that let themselves be told: Go uses no proxy for loopback, and the mended
    // NO_PROXY tells the others not to.
    set("VULTR_API_ENDPOINT", format!("http://{}/v2", facts.server).as_ref());
    // The caller's key for the real API, wherever else it may be.
    let real = first_set(current, &["VULTR_API_KEY"]);
    for (name, value) in current {
        let is_key = KEYS.iter().any(|end| name.to_ascii_uppercase().ends_with(end));
        if is_key || real == Some(value.trim()) {
            set(name, facts.key.as_ref());
        }
    }
    changes
}

/// The caller's own options, and ours.
fn node_options(current: &Variables, file: &Path) -> String {
    let own = current.get("NODE_OPTIONS").map(String::as_str).unwrap_or_default().trim();
    let file = file.display().to_string().replace('\\', r"\\").replace('"', r#"\""#);
    format!(r#"{own} --require "{file}""#).trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(current: &[(&str, &str)]) -> Changes {
        let current = current.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let trust = TrustFiles::from([("SSL_CERT_FILE", "/data/trust.pem".into())]);
        changes(
            &current,
            &Facts {
                proxy: ([127, 0, 0, 1], 1111).into(),
                password: "pass",
                server: ([127, 0, 0, 1], 2222).into(),
                key: "secret",
                hosts: &["api.vultr.com".to_owned()],
                trust: &trust,
                node: Path::new("/data/node.js"),
            },
        )
    }

    #[test]
    fn an_empty_environment_gets_all_that_a_client_needs() {
        let set: Vec<String> = changed(&[])
            .into_iter()
            .map(|(name, value)| format!("{name}={}", value.into_string().unwrap()))
            .collect();
        let expected = [
            "HTTPS_PROXY=http://kettle:pass@127.0.0.1:1111",
            "HTTP_PROXY=http://kettle:pass@127.0.0.1:1111",
            r#"NODE_OPTIONS=--require "/data/node.js""#,
            "NODE_USE_ENV_PROXY=1",
            "NO_PROXY=localhost,127.0.0.1,::1",
            "PERL_LWP_ENV_PROXY=1",
            "SSL_CERT_FILE=/data/trust.pem",
            "VULTR_API_ENDPOINT=http://127.0.0.1:2222/v2",
            "VULTR_API_KEY=secret",
            "http_proxy=http://kettle:pass@127.0.0.1:1111",
            "https_proxy=http://kettle:pass@127.0.0.1:1111",
            "no_proxy=localhost,127.0.0.1,::1",
        ];
        assert_eq!(set, expected);
    }

    #[test]
    fn what_would_bypass_the_proxy_is_mended_in_both_spellings() {
        let set = changed(&[("no_proxy", "*"), ("NO_PROXY", "internal.example,.vultr.com")]);
        for name in ["NO_PROXY", "no_proxy"] {
            assert_eq!(set[name], "internal.example,localhost,127.0.0.1,::1");
        }
    }

    #[test]
    fn the_callers_key_is_in_no_variable_and_others_keep_their_values() {
        let set = changed(&[
            ("VULTR_API_KEY", " REAL "),
            ("TF_VAR_vultr_api_key", "OTHER"),
            ("MY_OWN_NAME", "REAL"),
            ("VULTR_REGION", "ewr"),
            ("SSH_KEY", "id"),
        ]);
        for name in ["VULTR_API_KEY", "TF_VAR_vultr_api_key", "MY_OWN_NAME"] {
            assert_eq!(set[name], "secret", "{name}");
        }
        assert!(!set.contains_key("VULTR_REGION") && !set.contains_key("SSH_KEY"));
        let unset = changed(&[("VULTR_API_KEY", ""), ("EMPTY", "")]);
        assert!(!unset.contains_key("EMPTY"), "no key is in every empty variable");
    }

    #[test]
    fn nodes_own_options_are_kept() {
        let set = changed(&[("NODE_OPTIONS", "--max-old-space-size=512")]);
        assert_eq!(set["NODE_OPTIONS"], r#"--max-old-space-size=512 --require "/data/node.js""#);
    }
}
