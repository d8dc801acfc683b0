//! The local CA, and the certificates it signs.
//!
//! Its key is made on first use, lies in one file that only its owner can read, and must never leave
//! that directory. Whoever stole it could still only speak for names under the domains that it was
//! made for: the CA carries a critical name constraint, which every TLS client that Kettle knows of
//! enforces. The key of a leaf lives in memory, for one run.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::pki_types::pem::{PemObject, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use x509::{Certificate, Key, Seen, Unspecified};

use crate::{Error, files};

/// Key and certificate in one file: a pair in two files could be replaced halfway.
const KEY_FILE: &str = "ca-key.pem";
/// The certificate alone, for people who have to hand it to a program themselves.
const CERTIFICATE_FILE: &str = "ca.pem";
const LOCK_FILE: &str = "ca.lock";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const CA_LIFE: Duration = Duration::from_secs(2 * 365 * DAY.as_secs());
/// Longer than a leaf lives, so that no leaf outlives its CA.
const CA_RENEWAL: Duration = Duration::from_secs(60 * DAY.as_secs());
/// A leaf is made for one run; the longest run we allow for.
const LEAF_LIFE: Duration = Duration::from_secs(30 * DAY.as_secs());
/// How far the clock of a container or a virtual machine may lag behind ours.
const BACKDATED: Duration = DAY;

/// The local certificate authority.
pub struct Ca {
    certificate: CertificateDer<'static>,
    /// Its name, as its certificates have it.
    name: Vec<u8>,
    key: Key,
}

/// A server certificate and its key.
pub struct Leaf {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Ca {
    /// Opens the CA kept in `directory`, or makes one if there is none, if it expires soon, if its
    /// key was open to others, or if it may not speak for all of these domains and what is below
    /// them. Processes that do this at once all get the same CA.
    pub fn open(directory: &Path, domains: &[&str], now: SystemTime) -> Result<Self, Error> {
        files::make_directory(directory)?;
        let lock_path = directory.join(LOCK_FILE);
        // Held until the end of this function; closing the file releases it.
        let _lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&lock_path)
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|source| Error::File { doing: "lock", path: lock_path, source })?;
        match Self::load(directory, domains, now)? {
            Some(ca) => Ok(ca),
            None => Self::make(directory, domains, now),
        }
    }

    /// The CA's certificate, which is public.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The CA's certificate as PEM.
    pub fn certificate_pem(&self) -> String {
        x509::pem("CERTIFICATE", &self.certificate)
    }

    /// Signs a certificate for these host names with a key of its own. Names outside the CA's
    /// domains are signed too: it is the clients who refuse them.
    pub fn leaf(&self, names: &[&str], now: SystemTime) -> Result<Leaf, Error> {
        if let Some(name) = names.iter().find(|name| !name.is_ascii()) {
            return Err(Error::Certificate(format!("`{name}` is no host name")));
        }
        let key = Key::generate().map_err(unmade)?;
        let name = names.first().map(|name| (x509::COMMON_NAME, *name));
        let certificate = Certificate {
            issuer: &self.name,
            subject: &x509::name(name.as_slice()),
            from: now - BACKDATED,
            until: now + LEAF_LIFE,
            public: key.public(),
            extensions: &[
                // Python 3.13 verifies strictly and wants it.
                x509::signed_by(&self.key),
                x509::hosts(names),
                x509::is_leaf(),
                x509::for_servers(),
            ],
        };
        let certificate = certificate.signed(&self.key).map_err(unmade)?.into();
        Ok(Leaf { certificate, key: PrivatePkcs8KeyDer::from(key.pkcs8).into() })
    }

    fn load(directory: &Path, domains: &[&str], now: SystemTime) -> Result<Option<Self>, Error> {
        let path = directory.join(KEY_FILE);
        let read = || match fs::metadata(&path) {
            Ok(metadata) => Ok(Some((metadata, fs::read(&path)?))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        let Some((metadata, content)) =
            read().map_err(|source| Error::File { doing: "read", path: path.clone(), source })?
        else {
            return Ok(None);
        };
        if files::is_shared(&metadata) {
            tracing::warn!(path = %path.display(), "others could read the CA's key: making a new CA");
            return Ok(None);
        }
        let (ca, seen) =
            Self::parse(&content).map_err(|why| Error::DamagedCa { path: path.clone(), why })?;
        if let Some(only) = &seen.only_below
            && !domains.iter().all(|domain| only.iter().any(|known| known == domain))
        {
            tracing::warn!(
                "the CA in {} may speak for {} only: making a new one, for {}. Whoever was told to \
                 trust the old {CERTIFICATE_FILE} needs the new one",
                directory.display(),
                only.join(" and "),
                domains.join(" and ")
            );
            return Ok(None);
        }
        Ok((seen.until > now + CA_RENEWAL).then_some(ca))
    }

    /// Reads key and certificate, and tells what the certificate says.
    fn parse(content: &[u8]) -> Result<(Self, Seen), String> {
        let blocks = <(SectionKind, Vec<u8>)>::pem_slice_iter(content);
        let mut blocks =
            blocks.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
        let mut block = |kind: SectionKind, name: &str| {
            let found = blocks.iter().position(|(found, _)| *found == kind);
            found.map(|place| blocks.swap_remove(place).1).ok_or(format!("it has no {name}"))
        };
        let key = Key::read(block(SectionKind::PrivateKey, "PRIVATE KEY")?)
            .map_err(|error| format!("its key: {error}"))?;
        let certificate = CertificateDer::from(block(SectionKind::Certificate, "CERTIFICATE")?);
        let seen = x509::seen(&certificate).ok_or("its certificate cannot be read")?;
        if seen.public != key.public() {
            return Err("its certificate is that of another key".into());
        }
        Ok((Self { certificate, name: seen.subject.clone(), key }, seen))
    }

    fn make(directory: &Path, domains: &[&str], now: SystemTime) -> Result<Self, Error> {
        let key = Key::generate().map_err(unmade)?;
        let called = format!("Kettle local CA ({} only)", domains.join(", "));
        let name = x509::name(&[(x509::ORGANIZATION, "Kettle"), (x509::COMMON_NAME, &called)]);
        let certificate = Certificate {
            issuer: &name,
            subject: &name,
            from: now - BACKDATED,
            until: now + CA_LIFE,
            public: key.public(),
            extensions: &[
                &x509::is_ca(&key)[..],
                &[x509::only_below(domains), x509::for_servers()],
            ]
            .concat(),
        };
        let certificate = certificate.signed(&key).map_err(unmade)?.into();
        let ca = Self { certificate, name, key };
        let (key, certificate) = (x509::pem("PRIVATE KEY", &ca.key.pkcs8), ca.certificate_pem());
        files::replace(directory, KEY_FILE, 0o600, (key + &certificate).as_bytes())?;
        files::replace(directory, CERTIFICATE_FILE, 0o644, certificate.as_bytes())?;
        Ok(ca)
    }
}

fn unmade(_: Unspecified) -> Error {
    Error::Certificate("this system has no randomness, or another time than the calendar's".into())
}

impl Leaf {
    /// A TLS server that shows this certificate and speaks HTTP/1.1 only: what is decrypted is then
    /// a plain stream that can be handed on byte for byte.
    pub(crate) fn server_config(self) -> Result<Arc<rustls::ServerConfig>, Error> {
        let mut config = rustls::ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate], self.key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// Named outright: which provider is the process's default depends on what else is linked.
fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
