//! What a cluster's programs read: certificates and keys, in files of their owner's alone.

use std::path::Path;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use drivers::{ControlPlaneSpec, Error, Result};
use processes::files::write;
use x509::{Authority, Key};

pub(crate) const AUTHORITY: &str = "authority.crt";
pub(crate) const SERVER: [&str; 2] = ["apiserver.crt", "apiserver.key"];
pub(crate) const ACCOUNTS: [&str; 2] = ["accounts.pub", "accounts.key"];
/// Who may speak with etcd: it has an authority of its own, so that no certificate that the cluster's
/// signs opens it.
pub(crate) const ETCD_AUTHORITY: &str = "etcd-authority.crt";
pub(crate) const ETCD: [&str; 2] = ["etcd.crt", "etcd.key"];
/// The group that may do everything.
const MASTERS: &str = "system:masters";

/// A certificate in DER, and its key in PKCS #8.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// What a cluster's certificates are made with.
pub(crate) struct Trust {
    /// The cluster's own authority.
    pub(crate) authority: Authority,
    until: SystemTime,
}

impl Trust {
    /// That of a cluster.
    pub(crate) fn of(spec: &ControlPlaneSpec) -> Result<Self> {
        let read = |text: &str| STANDARD.decode(text).unwrap_or_default();
        let certificate = read(&spec.certificate);
        let until = x509::seen(&certificate).map(|seen| seen.until);
        match (Authority::read(certificate, read(&spec.key)), until) {
            (Some(authority), Some(until)) => Ok(Self { authority, until }),
            _ => Err(Error::Outside("the cluster's authority cannot be read".into())),
        }
    }

    /// As long as the cluster's own authority is good.
    fn good(&self) -> [SystemTime; 2] {
        [SystemTime::UNIX_EPOCH, self.until]
    }

    fn signed(&self, by: &Authority, parts: &[(u8, &str)], more: &[Vec<u8>]) -> Result<Pair> {
        let key = Key::generate().map_err(unmade)?;
        let signed = by.sign(&x509::name(parts), &key, self.good(), more).map_err(unmade)?;
        Ok((signed, key.pkcs8))
    }

    /// A new certificate by which the driver itself asks the API server.
    pub(crate) fn administrator(&self) -> Result<Pair> {
        let name = [(x509::ORGANIZATION, MASTERS), (x509::COMMON_NAME, "kettle")];
        self.signed(&self.authority, &name, &[x509::for_clients()])
    }

    /// Writes what the programs read. All of it is new each time but the key by which the accounts of
    /// services are told: what they were given stays good.
    pub(crate) fn write(&self, spec: &ControlPlaneSpec, place: &Path) -> Result<()> {
        let name = |text| [(x509::COMMON_NAME, text)];
        write(&place.join(AUTHORITY), &x509::pem("CERTIFICATE", &self.authority.certificate))?;
        let (ipv4, service) = (spec.ipv4.to_string(), first_service(spec));
        let hosts = [
            "127.0.0.1",
            "localhost",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
            &ipv4,
            &service,
        ];
        let more = [x509::hosts(&hosts), x509::for_servers()];
        let server = self.signed(&self.authority, &name("kube-apiserver"), &more)?;
        write_pair(place, SERVER, &server)?;
        let etcd = Authority::make(x509::name(&name("etcd")), self.good(), &[]).map_err(unmade)?;
        write(&place.join(ETCD_AUTHORITY), &x509::pem("CERTIFICATE", &etcd.certificate))?;
        // Of server and client both: etcd speaks to itself by it.
        let pair =
            self.signed(&etcd, &name("etcd"), &[x509::hosts(&["127.0.0.1", "localhost"])])?;
        write_pair(place, ETCD, &pair)?;
        let [public, private] = ACCOUNTS.map(|name| place.join(name));
        if !public.exists() || !private.exists() {
            let key = Key::generate().map_err(unmade)?;
            write(&private, &x509::pem("PRIVATE KEY", &key.pkcs8))?;
            write(&public, &x509::pem("PUBLIC KEY", &key.public()))?;
        }
        Ok(())
    }
}

fn write_pair(place: &Path, [certificate, key]: [&str; 2], pair: &Pair) -> Result<()> {
    write(&place.join(certificate), &x509::pem("CERTIFICATE", &pair.0))?;
    write(&place.join(key), &x509::pem("PRIVATE KEY", &pair.1))
}

/// The address that the API server has as a service: the first one of theirs.
fn first_service(spec: &ControlPlaneSpec) -> String {
    match spec.services.address {
        std::net::IpAddr::V4(first) => {
            std::net::Ipv4Addr::from_bits(first.to_bits().saturating_add(1)).to_string()
        }
        std::net::IpAddr::V6(first) => {
            std::net::Ipv6Addr::from_bits(first.to_bits().saturating_add(1)).to_string()
        }
    }
}

fn unmade(_: x509::Unspecified) -> Error {
    Error::Outside("no certificate can be made".into())
}
