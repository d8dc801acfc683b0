//! One cluster: its programs are started, and started anew where they end; its nodes are registered.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use drivers::ControlPlaneSpec;
use processes::Process;
use tokio::sync::watch;
use uuid::Uuid;

use crate::api::{BoxError, Client};
use crate::files::{self, Trust};
use crate::nodes;
use crate::programs::{API_SERVER, ETCD, KINE, Programs, minor};

/// Where kine listens, in the cluster's directory: who may not read that cannot ask it.
const SOCKET: &str = "unix://kine.sock";
/// How long an API server may take until it can be asked.
const STARTING: Duration = Duration::from_secs(120);
/// How often it is asked meanwhile.
const LOOK: Duration = Duration::from_millis(100);
/// When nodes are registered again that could not be: ever later, where they cannot be again.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(60)];
/// How long to wait before what has ended is started anew: ever longer, where it ends again.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(30)];

type Told = watch::Receiver<Option<ControlPlaneSpec>>;
type At = watch::Sender<Option<SocketAddr>>;

/// Keeps a cluster running in a directory until it is told to be none.
pub(crate) async fn tend(programs: &Programs, place: &Path, id: Uuid, mut told: Told, at: At) {
    let [first, most] = PAUSES;
    let mut pause = first;
    if let Some(spec) = &*told.borrow() {
        warn_of_version(programs, id, &spec.version);
    }
    // Nobody can tell it anything any more where the driver is gone.
    while told.has_changed().is_ok() {
        let Some(spec) = told.borrow().clone() else { return };
        let mut was_up = false;
        let tell = |address: Option<_>| {
            was_up |= address.is_some();
            at.send_replace(address);
        };
        let Err(error) = run(programs, place, &spec, &mut told, tell).await else { continue };
        pause = if was_up { first } else { (pause * 2).min(most) };
        tracing::warn!(cluster = %id, %error, "its API server is started anew in {pause:?}");
        let ends = told.wait_for(Option::is_none);
        let _ = tokio::time::timeout(pause, ends).await;
    }
}

/// Ends what a process before us has left running in a cluster's directory.
pub(crate) async fn end_left(place: &Path) {
    for name in [API_SERVER, ETCD, KINE] {
        processes::end_left(place, name).await;
    }
}

fn warn_of_version(programs: &Programs, id: Uuid, wanted: &str) {
    let is = &programs.api_server.version;
    if minor(is) != minor(wanted) {
        tracing::warn!(
            cluster = %id,
            "it is to be {wanted}, and its API server is {is}: it behaves as that, while Kettle's own API \
             tells {wanted}"
        );
    }
}

/// Runs a cluster until it is to end, or to be started with other arguments; tells where its API server
/// answers, and when no more. What ends by itself is an error.
async fn run(
    programs: &Programs,
    place: &Path,
    spec: &ControlPlaneSpec,
    told: &mut Told,
    mut tell: impl FnMut(Option<SocketAddr>),
) -> Result<(), BoxError> {
    end_left(place).await;
    let trust = Trust::of(spec)?;
    trust.write(spec, place)?;
    let [client, peer, port] = free_ports()?;
    let bound = programs.bound.as_deref();
    let Programs { keeper, api_server, .. } = programs;
    let args = keeper_args(keeper.name, client, peer);
    let mut kept = Process::start(keeper.name, place, bound, &keeper.path, &args)?;
    let args = api_server_args(spec, keeper.name, [client, port]);
    let server = Process::start(API_SERVER, place, bound, &api_server.path, &args);
    let outcome = match server {
        Ok(mut server) => {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let asking = Client::new(address, &trust);
            let serving = async {
                let asking = asking?;
                tokio::select! {
                    ready = until_ready(&asking) => ready?,
                    _ = told.wait_for(Option::is_none) => return Ok(()),
                }
                tell(Some(address));
                follow(&asking, keeper.name, spec, told).await
            };
            let outcome = tokio::select! {
                outcome = serving => outcome,
                how = kept.ended() => Err(how.into()),
                how = server.ended() => Err(how.into()),
            };
            tell(None);
            server.end().await;
            outcome
        }
        Err(error) => Err(error.into()),
    };
    kept.end().await;
    outcome
}

async fn until_ready(client: &Client) -> Result<(), BoxError> {
    let ready = async {
        while !client.is_ready().await {
            tokio::time::sleep(LOOK).await;
        }
    };
    let late = |_| format!("its API server is not ready within {STARTING:?}");
    Ok(tokio::time::timeout(STARTING, ready).await.map_err(late)?)
}

/// Registers the nodes that there are, whenever they change, until the cluster is to end or needs other
/// arguments.
async fn follow(
    client: &Client,
    keeper: &str,
    started: &ControlPlaneSpec,
    told: &mut Told,
) -> Result<(), BoxError> {
    let mut registered = BTreeMap::new();
    let [first, most] = AGAIN;
    let mut again = first;
    loop {
        let Some(spec) = told.borrow_and_update().clone() else { return Ok(()) };
        let args = |spec| api_server_args(spec, keeper, [0, 0]);
        if args(&spec) != args(started) {
            return Ok(());
        }
        let registering = async {
            let mut link = client.connect().await?;
            nodes::register(&mut link, &spec.nodes, &mut registered).await
        };
        match registering.await {
            Ok(()) => {
                again = first;
                if told.changed().await.is_err() {
                    return Ok(());
                }
            }
            Err(error) => {
                tracing::warn!(%error, "nodes cannot be registered yet");
                let _ = tokio::time::timeout(again, told.changed()).await;
                again = (again * 2).min(most);
            }
        }
    }
}

/// Ports of this machine that nobody listens on. Somebody may take one before the program does, which
/// then ends, and is started anew on others.
fn free_ports() -> std::io::Result<[u16; 3]> {
    let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let (first, second, third) = (free()?, free()?, free()?);
    let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
    Ok([port(&first)?, port(&second)?, port(&third)?])
}

/// What keeps the cluster's data is told, with the ports that it may have.
pub(crate) fn keeper_args(name: &str, client: u16, peer: u16) -> Vec<OsString> {
    if name == KINE {
        // No port for figures: it would be open to the network.
        let args = ["--endpoint=sqlite://kine.db", "--metrics-bind-address=0"];
        let listen = format!("--listen-address={SOCKET}");
        return args.into_iter().map(OsString::from).chain([listen.into()]).collect();
    }
    let (client, peer) =
        (format!("https://127.0.0.1:{client}"), format!("https://127.0.0.1:{peer}"));
    let [certificate, key] = files::ETCD;
    let authority = files::ETCD_AUTHORITY;
    [
        "--data-dir=etcd".to_owned(),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
        "--client-cert-auth".to_owned(),
        format!("--trusted-ca-file={authority}"),
        format!("--cert-file={certificate}"),
        format!("--key-file={key}"),
        "--peer-client-cert-auth".to_owned(),
        format!("--peer-trusted-ca-file={authority}"),
        format!("--peer-cert-file={certificate}"),
        format!("--peer-key-file={key}"),
    ]
    .map(OsString::from)
    .into()
}

pub(crate) fn api_server_args(
    spec: &ControlPlaneSpec,
    keeper: &str,
    [client, port]: [u16; 2],
) -> Vec<OsString> {
    let [certificate, key] = files::SERVER;
    let [public, private] = files::ACCOUNTS;
    let mut args = vec![
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        // Nobody answers there: it would be wrong to say so in its endpoints.
        format!("--advertise-address={}", spec.ipv4),
        "--endpoint-reconciler-type=none".to_owned(),
        format!("--tls-cert-file={certificate}"),
        format!("--tls-private-key-file={key}"),
        format!("--client-ca-file={}", files::AUTHORITY),
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local".to_owned(),
        format!("--service-account-key-file={public}"),
        format!("--service-account-signing-key-file={private}"),
        format!("--service-cluster-ip-range={}/{}", spec.services.address, spec.services.prefix),
        "--authorization-mode=Node,RBAC".to_owned(),
        // Both wait for controllers, which there are none of: no pod could be made, and every node would
        // be tainted for good.
        "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition".to_owned(),
        "--allow-privileged=true".to_owned(),
        "--profiling=false".to_owned(),
    ];
    if keeper == KINE {
        args.push(format!("--etcd-servers={SOCKET}"));
    } else {
        let [certificate, key] = files::ETCD;
        args.extend([
            format!("--etcd-servers=https://127.0.0.1:{client}"),
            format!("--etcd-cafile={}", files::ETCD_AUTHORITY),
            format!("--etcd-certfile={certificate}"),
            format!("--etcd-keyfile={key}"),
        ]);
    }
    if let Some(issuer) = &spec.issuer {
        let said = [
            ("issuer-url", &issuer.url),
            ("client-id", &issuer.client_id),
            ("username-claim", &issuer.username_claim),
            ("groups-claim", &issuer.groups_claim),
        ];
        let said = said.into_iter().filter(|(_, text)| !text.is_empty());
        args.extend(said.map(|(name, text)| format!("--oidc-{name}={text}")));
    }
    args.into_iter().map(OsString::from).collect()
}
