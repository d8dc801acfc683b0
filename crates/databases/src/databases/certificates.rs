//! Certificates of databases: those of an account have one authority, by which their clients know them,
//! and by which Kafka knows its clients.

use std::time::{Duration, SystemTime};

use api::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use x509::{Authority, COMMON_NAME, Key, ORGANIZATION};

use crate::{Error, Result};

/// How long a certificate is good, as the real ones are: ten years.
const GOOD: Duration = Duration::from_secs(10 * 365 * 86_400);
/// How far a client's clock may lag behind.
const BACKDATED: Duration = Duration::from_secs(86_400);

/// A key and its certificate, both in base64.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Certified {
    /// The key, in PKCS #8.
    pub(super) key: Secret,
    certificate: String,
}

impl Certified {
    /// A new authority for an account's databases.
    pub(super) fn authority(now: i64) -> Result<Self> {
        let name = x509::name(&[(ORGANIZATION, "Kettle"), (COMMON_NAME, "Managed databases CA")]);
        let authority = Authority::make(name, good(now), &[]).map_err(|_| unmade())?;
        Ok(Self::of(&authority.key, &authority.certificate))
    }

    /// What a client of this authority's databases shows of itself.
    pub(super) fn client(&self, user: &str, now: i64) -> Result<Self> {
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| unmade());
        let authority = Authority::read(bytes(&self.certificate)?, bytes(&self.key)?);
        let authority = authority.ok_or_else(unmade)?;
        let key = Key::generate().map_err(|_| unmade())?;
        let name = x509::name(&[(COMMON_NAME, user)]);
        let signed = authority.sign(&name, &key, good(now), &[x509::for_clients()]);
        Ok(Self::of(&key, &signed.map_err(|_| unmade())?))
    }

    fn of(key: &Key, certificate: &[u8]) -> Self {
        let certificate = STANDARD.encode(certificate);
        Self { key: STANDARD.encode(&key.pkcs8).into(), certificate }
    }

    /// The certificate in PEM; nothing where there is none.
    pub(super) fn certificate(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }

    /// The key in PEM; nothing where there is none.
    pub(super) fn key(&self) -> Secret {
        pem("PRIVATE KEY", &self.key).into()
    }
}

fn pem(label: &str, text: &str) -> String {
    match STANDARD.decode(text) {
        Ok(der) if !der.is_empty() => x509::pem(label, &der),
        _ => String::new(),
    }
}

fn good(now: i64) -> [SystemTime; 2] {
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(now.unsigned_abs());
    [now - BACKDATED, now + GOOD]
}

fn unmade() -> Error {
    Error::Internal("a certificate cannot be made".into())
}
