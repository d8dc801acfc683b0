//! Certificates of clusters, and kubeconfigs made of them.
//!
//! An authority signs what its cluster shows and whom that lets in, and is good for as long as both.

use std::time::{Duration, SystemTime};

use api::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use x509::{Authority, Key};

use crate::{Error, Result};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LIFE: Duration = Duration::from_secs(3650 * DAY.as_secs());

/// A certificate and its key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pair {
    /// DER in base64.
    pub(crate) certificate: String,
    /// PKCS #8 in base64.
    pub(crate) key: Secret,
}

impl Pair {
    fn new(certificate: &[u8], key: &Key) -> Self {
        let key = STANDARD.encode(&key.pkcs8).into();
        Self { certificate: STANDARD.encode(certificate), key }
    }
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|error| Error::Internal(error.into()))
}

fn unmade(_: x509::Unspecified) -> Error {
    Error::Internal("no certificate can be made".into())
}

/// An authority that is made now, and the certificate of an administrator.
pub(crate) fn new_pairs(now: i64) -> Result<(Pair, Pair)> {
    let millis = Duration::from_millis(u64::try_from(now).unwrap_or_default());
    let made = SystemTime::UNIX_EPOCH + millis;
    // The clocks of those who look at it may lag behind.
    let good = [made - DAY, made + LIFE];
    let name = x509::name(&[(x509::COMMON_NAME, "kubernetes")]);
    let authority = Authority::make(name, good, &[]).map_err(unmade)?;
    let key = Key::generate().map_err(unmade)?;
    let admin = [(x509::ORGANIZATION, "system:masters"), (x509::COMMON_NAME, "admin")];
    let certificate = authority.sign(&x509::name(&admin), &key, good, &[x509::for_clients()]);
    let admin = Pair::new(&certificate.map_err(unmade)?, &key);
    Ok((Pair::new(&authority.certificate, &authority.key), admin))
}

/// A certificate, in DER, that an authority signs for a server of these names, and its key in PKCS #8.
pub(crate) fn of_server(authority: &Pair, names: &[&str]) -> Result<(Vec<u8>, Vec<u8>)> {
    let certificate = bytes(&authority.certificate)?;
    let until = x509::seen(&certificate).map(|seen| seen.until);
    let authority = Authority::read(certificate, bytes(&authority.key)?);
    let (Some(authority), Some(until)) = (authority, until) else {
        return Err(Error::Internal("the authority of a cluster cannot be read".into()));
    };
    let key = Key::generate().map_err(unmade)?;
    let server = x509::name(&[(x509::COMMON_NAME, "kube-apiserver")]);
    let more = [x509::hosts(names), x509::for_servers()];
    let certificate = authority.sign(&server, &key, [until - LIFE - DAY, until], &more);
    Ok((certificate.map_err(unmade)?, key.pkcs8))
}

/// A kubeconfig, in base64: this is whom it trusts, and whom it speaks for.
pub(crate) fn kubeconfig(server: &str, authority: &Pair, admin: &Pair) -> Result<String> {
    let pem = |label: &str, text: &str| -> Result<String> {
        Ok(STANDARD.encode(x509::pem(label, &bytes(text)?)))
    };
    let key = pem("PRIVATE KEY", &admin.key)?;
    let (authority, certificate) =
        (pem("CERTIFICATE", &authority.certificate)?, pem("CERTIFICATE", &admin.certificate)?);
    let text = format!(
        "apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {authority}
    server: https://{server}
  name: vke
contexts:
- context:
    cluster: vke
    user: admin
  name: vke
current-context: vke
kind: Config
preferences: {{}}
users:
- name: admin
  user:
    client-certificate-data: {certificate}
    client-key-data: {key}
"
    );
    Ok(STANDARD.encode(text))
}
