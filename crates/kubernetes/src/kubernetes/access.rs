//! Where a cluster is reached: the place on this machine where its kubeconfig leads, so that it never
//! leads nowhere.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use drivers::ControlPlaneSpec;
use serde_json::json;
use uuid::Uuid;

use super::Cluster;
use crate::certificates::{self, of_server};
use crate::doors::Door;
use crate::{Control, Cx, Doc, Error, Refusal, Result, Tx};

/// Where the real ones are found, below their ids, and on which port.
const DOMAIN: &str = "vultr-k8s.com";
const PORT: u16 = 6443;
/// The ports that doors have here, where they are free: none that systems hand out by themselves.
const DOORS: std::ops::Range<u16> = 20_000..30_000;
/// The scope of unique values that holds the ids of all clusters of this store, and who holds them: no
/// row, so that they can be listed whoever's the clusters are.
const ALL: &str = "kubernetes-cluster";
const HOLDER: Uuid = Uuid::from_u128(0x6b65_7474_6c65_0001);

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
    certificates::kubeconfig(&server, &cluster.authority, &cluster.admin)
}

/// Opens the place where a cluster's kubeconfig leads, where there is who opens it.
fn open_door(control: &Control, cluster: &Doc<Cluster>) -> Result<Option<SocketAddr>> {
    let Some(doors) = control.doors() else { return Ok(None) };
    let opened = doors.open(cluster.id(), door(control, cluster)?);
    opened.map(Some).map_err(|error| match error.kind() {
        io::ErrorKind::QuotaExceeded => {
            Refusal::bad("The kubeconfig leads nowhere.").help(error.to_string()).into()
        }
        _ => Error::Internal(error.into()),
    })
}

fn door(control: &Control, cluster: &Doc<Cluster>) -> Result<Door> {
    let id = cluster.id();
    let (endpoint, ip) = (endpoint(id), cluster.ipv4.to_string());
    let names = ["127.0.0.1", "localhost", "kubernetes", "kubernetes.default.svc", &endpoint, &ip];
    let (certificate, key) = of_server(&cluster.authority, &names)?;
    let message = match control.is_real::<ControlPlaneSpec>() {
        true => format!(
            "the API server of cluster {id} is not up: Kettle starts it, ask again in a moment; its log \
             tells why where that takes long"
        ),
        false => format!(
            "no Kubernetes runs here: Kettle keeps cluster {id}, its node pools and their instances, and \
             nothing runs on them; `kettle serve --kubernetes` runs an API server for it"
        ),
    };
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": "ServiceUnavailable", "code": 503,
    });
    let place = id.as_u64_pair().1 % u64::from(DOORS.end - DOORS.start);
    let port = DOORS.start + u16::try_from(place).unwrap_or_default();
    let way = control.way_to(id);
    Ok(Door { way, port, certificate, key, status: 503, body: status.to_string() })
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
    let ids = control.store().held(ALL, HOLDER).await?;
    let ids: Vec<Uuid> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    for id in ids {
        let Some(row) = control.store().get(id).await? else { continue };
        let cx = control.system_cx(row.account, "open-doors");
        let Some(cluster) = cx.find::<Cluster>(id).await? else { continue };
        if let Err(error) = open_door(control, &cluster) {
            tracing::warn!(cluster = %id, %error, "its kubeconfig leads nowhere");
        }
    }
    Ok(())
}
