//! The life of programs, with some made of a shell script; and a real API server, where one is found.

use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use drivers::control_plane::{Issuer, NodeSpec, NodeTaint};
use drivers::{Size, Subnet};
use http::Method;
use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::api::Client;
use crate::files::Trust;

const SCRIPT: &str = "#!/bin/sh
[ \"$1\" = --version ] && { echo 'Program v1.2.3'; exit 0; }
echo it begins >&2
exec sleep 600
";
const ID: Uuid = Uuid::from_u128(7);

fn spec() -> ControlPlaneSpec {
    let good =
        [SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000)];
    let name = x509::name(&[(x509::COMMON_NAME, "kubernetes")]);
    let authority = x509::Authority::make(name, good, &[]).unwrap();
    let network = |address: [u8; 4], prefix| Subnet { address: IpAddr::from(address), prefix };
    ControlPlaneSpec {
        version: "v1.36.5+1".into(),
        replicas: 1,
        ipv4: Ipv4Addr::new(198, 18, 0, 9),
        pods: network([10, 244, 0, 0], 16),
        services: network([10, 96, 0, 0], 12),
        certificate: STANDARD.encode(&authority.certificate),
        key: STANDARD.encode(&authority.key.pkcs8).into(),
        issuer: None,
        nodes: Vec::new(),
    }
}

fn node(name: &str, labels: &[(&str, &str)]) -> NodeSpec {
    let taint =
        |key: &str| NodeTaint { key: key.into(), value: "x".into(), effect: "NoSchedule".into() };
    NodeSpec {
        id: Uuid::new_v4(),
        name: name.into(),
        version: "v1.36.5+1".into(),
        size: Size { vcpus: 1, ram_mb: 2048, disk_gb: 55 },
        internal: None,
        external: Some(Ipv4Addr::new(198, 18, 0, 10)),
        labels: labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        taints: vec![taint("a")],
    }
}

/// Programs of these names that do what this script says.
fn scripts(directory: &Path, names: &[&str], script: &str) {
    for name in names {
        let path = directory.join(name);
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }
}

async fn world(programs: &Path, directory: Option<&Path>) -> Clusters {
    let programs = Programs::find(programs).await.unwrap();
    Clusters::new(programs, directory.map(Path::to_owned))
}

/// A world whose programs only wait, and where it keeps what clusters hold.
async fn world_of_scripts() -> (Clusters, TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    scripts(directory.path(), &["kube-apiserver", "etcd"], SCRIPT);
    let place = directory.path().join("clusters");
    (world(directory.path(), Some(&place)).await, directory, place)
}

/// Looks again and again until something is there; a program takes its time.
async fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..6000 {
        if let Some(found) = look() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it does not come");
}

/// The process of a cluster's program, once it runs and is none of these.
async fn process(place: &Path, name: &str, but: &[i32]) -> i32 {
    let file = place.join(ID.to_string()).join(format!("{name}.pid"));
    until(|| {
        let text = std::fs::read_to_string(&file).ok()?;
        let number = text.split(' ').next()?.parse().ok()?;
        (!but.contains(&number) && runs(number)).then_some(number)
    })
    .await
}

fn runs(number: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

fn kill(number: i32) {
    let pid = rustix::process::Pid::from_raw(number).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

async fn observed(world: &Clusters) -> Option<Thing<ControlPlaneSpec>> {
    world.observe(ID).await.unwrap()
}

async fn create(world: &Clusters, spec: &ControlPlaneSpec) {
    world.create(ID, spec).await.unwrap();
}

#[tokio::test]
async fn what_is_missing_or_does_not_run_is_said_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let find = async |path: PathBuf| Programs::find(&path).await.unwrap_err().to_string();
    let said = find(path.join("none")).await;
    assert!(said.starts_with("cannot use /") && said.contains("No such file"), "{said}");
    assert!(said.contains("; --kubernetes takes a directory that holds the programs"), "{said}");
    assert!(find(path.into()).await.starts_with("there is no kube-apiserver in /"));
    scripts(path, &["kube-apiserver"], SCRIPT);
    assert!(find(path.into()).await.starts_with("there is neither etcd nor kine in /"));
    scripts(path, &["etcd"], "#!/bin/sh\nexit 3\n");
    assert!(find(path.into()).await.contains("etcd --version` ends with exit status: 3"));
    std::fs::write(path.join("etcd"), "no program").unwrap();
    std::fs::set_permissions(path.join("etcd"), PermissionsExt::from_mode(0o644)).unwrap();
    assert!(find(path.into()).await.contains("etcd does not run: "));
    scripts(path, &["etcd"], SCRIPT);
    let found = Programs::find(path).await.unwrap().to_string();
    assert_eq!(found, format!("kube-apiserver v1.2.3 and etcd v1.2.3 in {}", path.display()));
}

#[test]
fn versions_are_compared_by_what_matters() {
    use programs::{minor, version};
    assert_eq!(version("Kubernetes v1.33.0\n"), "v1.33.0");
    assert_eq!(version("etcd Version: 3.4.23\nGit SHA: x\n"), "3.4.23");
    assert_eq!(version("kine version v0.17.5 (1234)\n"), "v0.17.5");
    assert_eq!(version("dev"), "of an unknown version");
    assert_eq!(minor("v1.33.0"), minor("v1.33.7+1"));
    assert_ne!(minor("v1.33.0"), minor("v1.34.0"));
    assert_eq!(minor("of an unknown version"), None);
}

#[tokio::test]
async fn what_ends_is_started_anew_and_all_goes_with_the_cluster() {
    let (world, _directory, place) = world_of_scripts().await;
    assert_eq!(observed(&world).await, None);
    let spec = spec();
    for _ in 0..2 {
        create(&world, &spec).await;
    }
    let thing = Thing { spec: Some(spec.clone()), ready: false };
    assert_eq!(observed(&world).await, Some(thing), "it answers nobody");
    assert_eq!(world.reached(ID), None);
    let mut seen = Vec::new();
    for killed in ["kube-apiserver", "etcd"] {
        for name in ["etcd", "kube-apiserver"] {
            seen.push(process(&place, name, &seen).await);
        }
        let log = place.join(ID.to_string()).join("etcd.log");
        until(|| std::fs::read_to_string(&log).ok().filter(|said| said == "it begins\n")).await;
        kill(seen[seen.len() - if killed == "etcd" { 2 } else { 1 }]);
    }
    let last = process(&place, "kube-apiserver", &seen).await;
    let etcd = process(&place, "etcd", &seen).await;
    assert!(seen.iter().all(|number| !runs(*number)), "none is left of those before");
    for _ in 0..2 {
        let clusters: &dyn Things<ControlPlaneSpec> = &world;
        clusters.remove(ID).await.unwrap();
        assert!(!runs(last) && !runs(etcd) && !place.join(ID.to_string()).exists());
    }
    let clusters: &dyn Things<ControlPlaneSpec> = &world;
    assert!(matches!(clusters.configure(ID, &spec).await, Err(Error::Missing { .. })));
}

#[tokio::test]
async fn what_runs_stops_with_its_world_and_what_is_kept_stays_unless_it_is_temporary() {
    let (kept, directory, place) = world_of_scripts().await;
    let temporary = super::tests::world(directory.path(), None).await;
    let at = temporary.0.places.of(ID).parent().unwrap().to_owned();
    let spec = spec();
    for (world, place) in [(&kept, &place), (&temporary, &at)] {
        create(world, &spec).await;
        let number = process(place, "kube-apiserver", &[]).await;
        let mode = std::fs::metadata(place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        world.stop().await.unwrap();
        assert!(!runs(number));
    }
    assert!(place.join(ID.to_string()).exists() && !at.exists());
    assert_eq!(observed(&temporary).await, None);
    // A later server sees what is kept: it goes on with it, or removes it with its cluster, as it does with
    // that of clusters which are gone.
    let later = super::tests::world(directory.path(), Some(&place)).await;
    assert_eq!(later.there().await.unwrap(), [ID]);
    assert_eq!(observed(&later).await, Some(Thing { spec: None, ready: false }));
    later.configure(ID, &spec).await.unwrap();
    process(&place, "kube-apiserver", &[]).await;
    assert_eq!(observed(&later).await.and_then(|thing| thing.spec), Some(spec.clone()));
    later.stop().await.unwrap();
    for is_swept in [false, true] {
        let later = super::tests::world(directory.path(), Some(&place)).await;
        match is_swept {
            true => later.sweep(ID).await.unwrap(),
            false => Things::remove(&later, ID).await.unwrap(),
        }
        assert!(!place.join(ID.to_string()).exists() && observed(&later).await.is_none());
        create(&later, &spec).await;
        later.stop().await.unwrap();
    }
}

#[tokio::test]
async fn what_a_killed_server_left_is_ended_and_no_other_process_of_that_number() {
    let directory = tempfile::tempdir().unwrap();
    let mut left = Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap();
    let number = i32::try_from(left.id()).unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap();
    let since = stat.split(' ').nth(21).unwrap();
    let file = directory.path().join("etcd.pid");
    for (told, is_ended) in [("1", false), ("", false), (since, true)] {
        std::fs::write(&file, format!("{number} {told}\n")).unwrap();
        processes::end_left(directory.path(), "etcd").await;
        assert_eq!((runs(number), file.exists()), (!is_ended, false), "{told}");
    }
    left.wait().unwrap();
    processes::end_left(directory.path(), "etcd").await;
}

#[tokio::test]
async fn keys_are_their_owners_alone_and_no_certificate_of_the_cluster_opens_etcd() {
    let directory = tempfile::tempdir().unwrap();
    let (spec, path) = (spec(), directory.path());
    let trust = Trust::of(&spec).unwrap();
    trust.write(&spec, path).unwrap();
    let read = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    let accounts = read(files::ACCOUNTS[1]);
    let server = read(files::SERVER[0]);
    trust.write(&spec, path).unwrap();
    assert_eq!(read(files::ACCOUNTS[1]), accounts, "tokens that were given stay good");
    assert_ne!(read(files::SERVER[0]), server);
    assert_ne!(read(files::ETCD_AUTHORITY), read(files::AUTHORITY));
    for entry in std::fs::read_dir(path).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let unreadable = ControlPlaneSpec { key: "".into(), ..spec };
    assert!(Trust::of(&unreadable).is_err());
}

#[test]
fn programs_listen_on_this_machine_alone_and_are_told_what_the_cluster_is() {
    let issuer = Issuer {
        url: "https://id.example".into(),
        client_id: "kettle".into(),
        username_claim: String::new(),
        groups_claim: "groups".into(),
    };
    let spec = ControlPlaneSpec { issuer: Some(issuer), ..spec() };
    let args =
        [cluster::api_server_args(&spec, "etcd", [1, 2]), cluster::keeper_args("etcd", 1, 3)]
            .concat();
    let args: Vec<&str> = args.iter().map(|arg| arg.to_str().unwrap()).collect();
    for said in [
        "--bind-address=127.0.0.1",
        "--secure-port=2",
        "--etcd-servers=https://127.0.0.1:1",
        "--service-cluster-ip-range=10.96.0.0/12",
        "--oidc-issuer-url=https://id.example",
        "--oidc-groups-claim=groups",
        "--client-cert-auth",
        "--peer-client-cert-auth",
        "--listen-client-urls=https://127.0.0.1:1",
        "--listen-peer-urls=https://127.0.0.1:3",
    ] {
        assert!(args.contains(&said), "{said}");
    }
    assert!(!args.iter().any(|arg| arg.starts_with("--oidc-username-claim")));
    let args = cluster::keeper_args("kine", 1, 3);
    assert!(args.contains(&"--listen-address=unix://kine.sock".into()), "{args:?}");
    assert!(args.contains(&"--metrics-bind-address=0".into()), "{args:?}");
}

/// Where a real kube-apiserver and etcd are: in `KETTLE_KUBERNETES`, or together on the `PATH`.
fn found() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("KETTLE_KUBERNETES") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let there = |at: &PathBuf, name| at.join(name).is_file();
    let both =
        |at: &PathBuf| there(at, "kube-apiserver") && (there(at, "etcd") || there(at, "kine"));
    std::env::split_paths(&path).find(both)
}

/// The nodes that an API server has.
async fn nodes_at(world: &Clusters, spec: &ControlPlaneSpec) -> Result<Vec<Value>, api::BoxError> {
    let at = world.reached(ID).ok_or("it is not up")?;
    let mut link = Client::new(at, &Trust::of(spec)?)?.connect().await?;
    let list = link.ask(Method::GET, "/api/v1/nodes", None).await?.unwrap_or_default();
    Ok(list["items"].as_array().cloned().unwrap_or_default())
}

/// Waits until the nodes of an API server are of these names, and ready.
async fn has_nodes(world: &Clusters, spec: &ControlPlaneSpec, names: &[&str]) -> Vec<Value> {
    let mut last = String::new();
    for _ in 0..600 {
        match nodes_at(world, spec).await {
            Ok(nodes) => {
                let is = nodes.iter().map(|node| node["metadata"]["name"].as_str().unwrap());
                let is_ready = |node: &Value| node["status"]["conditions"][0]["status"] == "True";
                if is.eq(names.iter().copied()) && nodes.iter().all(is_ready) {
                    return nodes;
                }
                last = Value::from(nodes).to_string();
            }
            // An API server that has just begun says so now and then.
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("its nodes are not {names:?}: {last}");
}

#[tokio::test]
async fn a_real_api_server_has_the_nodes_that_it_is_told_and_keeps_what_is_in_it() {
    let Some(programs) = found() else {
        eprintln!(
            "SKIPPED: there are no kube-apiserver and etcd (or kine), neither in KETTLE_KUBERNETES nor on the PATH; \
             NOTHING WAS SHOWN of real API servers"
        );
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let world = world(&programs, Some(directory.path())).await;
    let (one, two) = (node("one", &[("role", "db")]), node("two", &[]));
    let mut spec = ControlPlaneSpec { nodes: vec![one.clone(), two], ..spec() };
    create(&world, &spec).await;
    until(|| world.reached(ID)).await;
    assert!(observed(&world).await.unwrap().ready);
    let there = has_nodes(&world, &spec, &["one", "two"]).await;
    let labels = &there[0]["metadata"]["labels"];
    assert_eq!(
        (&labels["role"], &labels["kettle.dev/kubelet"]),
        (&"db".into(), &"simulated".into())
    );
    assert_eq!(there[0]["spec"]["taints"].as_array().unwrap().len(), 1);
    // One goes, one comes, and one says something else.
    let plain = NodeSpec { labels: [("a".into(), "b".into())].into(), taints: Vec::new(), ..one };
    spec.nodes = vec![plain, node("three", &[])];
    let clusters: &dyn Things<ControlPlaneSpec> = &world;
    clusters.configure(ID, &spec).await.unwrap();
    let there = has_nodes(&world, &spec, &["one", "three"]).await;
    assert!(there[0]["spec"]["taints"].is_null());
    let labels = there[0]["metadata"]["labels"].as_object().unwrap();
    assert!(labels.contains_key("a") && !labels.contains_key("role"), "{labels:?}");
    // What is killed comes again, elsewhere, with all that was in it.
    let before = world.reached(ID);
    kill(process(directory.path(), world.0.programs.keeper.name, &[]).await);
    until(|| world.reached(ID).filter(|at| Some(*at) != before)).await;
    has_nodes(&world, &spec, &["one", "three"]).await;
    // Other arguments need other processes.
    let number = process(directory.path(), "kube-apiserver", &[]).await;
    spec.services.prefix = 16;
    clusters.configure(ID, &spec).await.unwrap();
    let second = process(directory.path(), "kube-apiserver", &[number]).await;
    clusters.remove(ID).await.unwrap();
    assert!(!runs(second) && !directory.path().join(ID.to_string()).exists());
    assert_eq!(world.reached(ID), None);
}
