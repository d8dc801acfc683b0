//! The environment in which an unmodified program finds Kettle.
//!
//! Pure: computes what to change and must never change this process's own environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;

use crate::chain::NoProxy;
use crate::{TrustFiles, Variables};

/// Variables to set for a child, over those it inherits.
pub type Changes = BTreeMap<&'static str, OsString>;

/// What the environment has to say.
pub struct Facts<'a> {
    /// Where the proxy listens.
    pub proxy: SocketAddr,
    /// Where Kettle's server listens.
    pub server: SocketAddr,
    /// The API key that the server accepts.
    pub key: &'a str,
    /// The hosts that the proxy answers for.
    pub hosts: &'a [String],
    /// The files of CA certificates.
    pub trust: &'a TrustFiles,
}

/// What to change for a child of a process whose environment is `current`.
///
/// Left alone on purpose: `SSL_CERT_DIR` (clients read it beside `SSL_CERT_FILE`), `ALL_PROXY`
/// (clients prefer the two that are set), and the variables of programs that only ever talk to
/// other hosts, whose certificates are the same as before: `AWS_CA_BUNDLE`, `GIT_SSL_CAINFO`,
/// `PIP_CERT`, `CARGO_HTTP_CAINFO`, `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH`.
pub fn changes(current: &Variables, facts: &Facts<'_>) -> Changes {
    let proxy = format!("http://{}", facts.proxy);
    let no_proxy = NoProxy::from_variables(current).mended(facts.hosts);
    let mut changes = Changes::new();
    // Plain http goes through the proxy too: a tool that speaks it to the API must not carry its
    // key to the real one, and offline means offline. Some clients read one spelling only.
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
        changes.insert(name, proxy.clone().into());
    }
    for name in ["NO_PROXY", "no_proxy"] {
        changes.insert(name, no_proxy.clone().into());
    }
    for (name, file) in facts.trust {
        changes.insert(name, file.into());
    }
    // Without these two, Node and Perl's LWP look at no proxy variable.
    changes.insert("NODE_USE_ENV_PROXY", "1".into());
    changes.insert("PERL_LWP_ENV_PROXY", "1".into());
    changes.insert("VULTR_API_KEY", facts.key.into());
    // Direct, for tools that let themselves be told: Go uses no proxy for loopback, and the mended
    // NO_PROXY tells the others not to.
    changes.insert("VULTR_API_ENDPOINT", format!("http://{}/v2", facts.server).into());
    changes
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
                server: ([127, 0, 0, 1], 2222).into(),
                key: "secret",
                hosts: &["api.vultr.com".to_owned()],
                trust: &trust,
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
            "HTTPS_PROXY=http://127.0.0.1:1111",
            "HTTP_PROXY=http://127.0.0.1:1111",
            "NODE_USE_ENV_PROXY=1",
            "NO_PROXY=localhost,127.0.0.1,::1",
            "PERL_LWP_ENV_PROXY=1",
            "SSL_CERT_FILE=/data/trust.pem",
            "VULTR_API_ENDPOINT=http://127.0.0.1:2222/v2",
            "VULTR_API_KEY=secret",
            "http_proxy=http://127.0.0.1:1111",
            "https_proxy=http://127.0.0.1:1111",
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
}
