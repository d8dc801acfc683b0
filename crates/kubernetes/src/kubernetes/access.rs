//! How programs reach a cluster: its certificates, its kubeconfig, and the place on this machine where
//! that leads, so that it never leads nowhere.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use uuid::Uuid;
use x509::{Authority, Key};

use super::{Cluster, Pair};
use crate::doors::Door;
use crate::{Control, Cx, Doc, Error, Result, Tx};

/// Where the real ones are found, below their ids.
const DOMAIN: &str = "vultr-k8s.com";
/// The port of the real ones.
const PORT: u16 = 6443;
/// The ports that doors have here, where they are free: none that systems hand out by themselves.
const DOORS: std::ops::Range<u16> = 20_000..30_000;
/// The scope of unique values that holds the ids of all clusters of this store, and who holds them: no
/// row, so that they can be listed whoever's the clusters are.
const ALL: &str = "kubernetes-cluster";
const HOLDER: Uuid = Uuid::from_u128(0x6b65_7474_6c65_0001);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LIFE: Duration = Duration::from_secs(3650 * DAY.as_secs());

fn bytes(text: &str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|error| Error::Internal(error.into()))
}

fn unmade(_: x509::Unspecified) -> Error {
    Error::Internal("no certificate can be made".into())
}

fn pair(certificate: &[u8], key: &Key) -> Pair {
    let key = STANDARD.encode(&key.pkcs8).into();
    Pair { certificate: STANDARD.encode(certificate), key }
}

/// A new cluster's authority, and its administrator's certificate.
pub(super) fn new_pairs(now: i64) -> Result<(Pair, Pair)> {
    let millis = Duration::from_millis(u64::try_from(now).unwrap_or_default());
    let made = SystemTime::UNIX_EPOCH + millis;
    // The clocks of those who look at it may lag behind.
    let good = [made - DAY, made + LIFE];
    let name = x509::name(&[(x509::COMMON_NAME, "kubernetes")]);
    let authority = Authority::make(name, good, &[]).map_err(unmade)?;
    let key = Key::generate().map_err(unmade)?;
    let admin = [(x509::ORGANIZATION, "system:masters"), (x509::COMMON_NAME, "admin")];
    let certificate = authority.sign(&x509::name(&admin), &key, good, &[x509::for_clients()]);
    let admin = pair(&certificate.map_err(unmade)?, &key);
    Ok((pair(&authority.certificate, &authority.key), admin))
}

/// The name of a cluster's control plane.
pub(super) fn endpoint(id: Uuid) -> String {
    format!("{id}.{DOMAIN}")
}

/// The kubeconfig of a cluster's administrator, in base64.
pub(super) fn kubeconfig(cx: &Cx, cluster: &Doc<Cluster>) -> Result<String> {
    let server = match open_door(&cx.control, cluster)? {
        Some(address) => address.to_string(),
        None => format!("{}:{PORT}", endpoint(cluster.id())),
    };
    let pem = |label: &str, text: &str| -> Result<String> {
        Ok(STANDARD.encode(x509::pem(label, &bytes(text)?)))
    };
    let authority = pem("CERTIFICATE", &cluster.authority.certificate)?;
    let certificate = pem("CERTIFICATE", &cluster.admin.certificate)?;
    let key = pem("PRIVATE KEY", &cluster.admin.key)?;
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

/// Opens the place where a cluster's kubeconfig leads, where there is who opens it.
fn open_door(control: &Control, cluster: &Doc<Cluster>) -> Result<Option<SocketAddr>> {
    let Some(doors) = control.doors() else { return Ok(None) };
    let opened = doors.open(cluster.id(), door(cluster)?);
    opened.map(Some).map_err(|error| Error::Internal(error.into()))
}

fn door(cluster: &Doc<Cluster>) -> Result<Door> {
    let Pair { certificate, key } = &cluster.authority;
    let certificate = bytes(certificate)?;
    let until = x509::seen(&certificate).map(|seen| seen.until);
    let authority = Authority::read(certificate, bytes(key)?);
    let (Some(authority), Some(until)) = (authority, until) else {
        return Err(Error::Internal("the cluster's authority cannot be read".into()));
    };
    let (id, key) = (cluster.id(), Key::generate().map_err(unmade)?);
    let (endpoint, ip) = (endpoint(id), cluster.ipv4.to_string());
    let names = ["127.0.0.1", "localhost", "kubernetes", "kubernetes.default.svc", &endpoint, &ip];
    let server = x509::name(&[(x509::COMMON_NAME, "kube-apiserver")]);
    let more = [x509::hosts(&names), x509::for_servers()];
    let certificate = authority.sign(&server, &key, [until - LIFE - DAY, until], &more);
    let message = format!(
        "no Kubernetes runs here: Kettle keeps cluster {id}, its node pools and their instances, and \
         nothing runs on them"
    );
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": "ServiceUnavailable", "code": 503,
    });
    let place = id.as_u64_pair().1 % u64::from(DOORS.end - DOORS.start);
    Ok(Door {
        port: DOORS.start + u16::try_from(place).unwrap_or_default(),
        certificate: certificate.map_err(unmade)?,
        key: key.pkcs8,
        status: 503,
        body: status.to_string(),
    })
}

/// Notes a new cluster among all those of this store.
pub(super) fn note(tx: &mut Tx, id: Uuid) {
    tx.take(ALL, id.to_string(), HOLDER);
}

/// Strikes one out that goes.
pub(super) fn strike(tx: &mut Tx, id: Uuid) {
    tx.release(ALL, id.to_string());
}

/// Opens the places where the kubeconfigs of all clusters lead that there are: they are kept in files,
/// and used again after a restart.
///
/// # Errors
/// When the store cannot be read.
pub async fn open_doors(control: &Arc<Control>) -> Result<()> {
    for id in control.store().held(ALL, HOLDER).await? {
        let id: Uuid = id.parse().unwrap_or_default();
        let Some(row) = control.store().get(id).await? else { continue };
        let cx = control.system_cx(row.account, "open-doors");
        let Some(cluster) = cx.find::<Cluster>(id).await? else { continue };
        if let Err(error) = open_door(control, &cluster) {
            tracing::warn!(cluster = %id, %error, "its kubeconfig leads nowhere");
        }
    }
    Ok(())
}
