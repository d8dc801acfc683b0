//! The local CA, and the certificates it signs.
//!
//! Its key is made on first use, lies in one file that only its owner can read, and must never leave
//! that directory. Whoever stole it could still only speak for names under `vultr.com`: the CA
//! carries a critical name constraint, which every TLS client that Kettle knows of enforces. The
//! key of a leaf lives in memory, for one run.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;

use crate::{Error, files};

/// The only domain the CA may speak for.
const DOMAIN: &str = "vultr.com";
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
    issuer: Issuer<'static, KeyPair>,
}

/// A server certificate and its key.
pub struct Leaf {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Ca {
    /// Opens the CA kept in `directory`, or makes one if there is none, if it expires soon, or if
    /// its key was open to others. Processes that do this at once all get the same CA.
    pub fn open(directory: &Path, now: SystemTime) -> Result<Self, Error> {
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
        match Self::load(directory, now)? {
            Some(ca) => Ok(ca),
            None => Self::make(directory, now),
        }
    }

    /// The CA's certificate, which is public.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The CA's certificate as PEM.
    pub fn certificate_pem(&self) -> String {
        pem::encode(&pem::Pem::new("CERTIFICATE", self.certificate.as_ref()))
    }

    /// Signs a certificate for these host names with a key of its own. Names outside the CA's
    /// domain are signed too: it is the clients who refuse them.
    pub fn leaf(&self, names: &[&str], now: SystemTime) -> Result<Leaf, Error> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names.clone())?;
        params.distinguished_name = DistinguishedName::new();
        if let Some(name) = names.first() {
            params.distinguished_name.push(DnType::CommonName, name.as_str());
        }
        params.not_before = OffsetDateTime::from(now - BACKDATED);
        params.not_after = OffsetDateTime::from(now + LEAF_LIFE);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Python 3.13 verifies strictly and wants it.
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Leaf {
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }

    fn load(directory: &Path, now: SystemTime) -> Result<Option<Self>, Error> {
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
        let (ca, until) =
            Self::parse(&content).map_err(|why| Error::DamagedCa { path: path.clone(), why })?;
        Ok((until > now + CA_RENEWAL).then_some(ca))
    }

    /// Reads key and certificate, and tells until when the certificate is valid.
    fn parse(content: &[u8]) -> Result<(Self, SystemTime), String> {
        let blocks = pem::parse_many(content).map_err(|error| error.to_string())?;
        let block = |tag: &str| {
            let found = blocks.iter().find(|block| block.tag() == tag);
            found.map(|block| block.contents().to_vec()).ok_or(format!("it has no {tag}"))
        };
        let key = PrivatePkcs8KeyDer::from(block("PRIVATE KEY")?);
        let certificate = CertificateDer::from(block("CERTIFICATE")?);
        let until = {
            let (_, parsed) = x509_parser::parse_x509_certificate(&certificate)
                .map_err(|error| error.to_string())?;
            let seconds = parsed.validity().not_after.timestamp();
            SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
        };
        let issuer = KeyPair::try_from(&key)
            .and_then(|key| Issuer::from_ca_cert_der(&certificate, key))
            .map_err(|error| error.to_string())?;
        Ok((Self { certificate, issuer }, until))
    }

    fn make(directory: &Path, now: SystemTime) -> Result<Self, Error> {
        let params = ca_params(now);
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.der().clone();
        let key_pem = key.serialize_pem();
        let ca = Self { certificate, issuer: Issuer::new(params, key) };
        let certificate_pem = ca.certificate_pem();
        files::replace(directory, KEY_FILE, 0o600, (key_pem + &certificate_pem).as_bytes())?;
        files::replace(directory, CERTIFICATE_FILE, 0o644, certificate_pem.as_bytes())?;
        Ok(ca)
    }
}

fn ca_params(now: SystemTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Kettle");
    params.distinguished_name.push(DnType::CommonName, "Kettle local CA (vultr.com only)");
    params.not_before = OffsetDateTime::from(now - BACKDATED);
    params.not_after = OffsetDateTime::from(now + CA_LIFE);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(DOMAIN.to_owned())],
        // A constraint on DNS names says nothing about addresses: without these two the CA could
        // speak for any server that is reached by its address.
        excluded_subtrees: vec![
            GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])),
        ],
    });
    params
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
