//! Kubeconfigs: what they hold belongs together, and leads to an answer.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use api::Access;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use control::doors::Door;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::*;
use crate::common::user;

/// The fields of a kubeconfig that have a text.
async fn kubeconfig(world: &World, vke_id: ClusterId) -> BTreeMap<String, String> {
    let text = world.done(GetClusterConfig { vke_id }).await.kube_config;
    let text = String::from_utf8(STANDARD.decode(text.as_bytes()).unwrap()).unwrap();
    let lines =
        text.lines().filter_map(|line| line.trim_start_matches([' ', '-']).split_once(": "));
    lines.map(|(name, value)| (name.into(), value.into())).collect()
}

fn pem(config: &BTreeMap<String, String>, field: &str) -> Vec<u8> {
    STANDARD.decode(&config[field]).unwrap()
}

fn at(config: &BTreeMap<String, String>) -> SocketAddr {
    config["server"].strip_prefix("https://").unwrap().parse().unwrap()
}

/// What is answered to a client that trusts the authority of a kubeconfig and shows its certificate.
async fn asked(config: &BTreeMap<String, String>, request: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    let authority = pem(config, "certificate-authority-data");
    roots.add(CertificateDer::from_pem_slice(&authority).unwrap()).unwrap();
    let certificate = CertificateDer::from_pem_slice(&pem(config, "client-certificate-data"));
    let key = PrivateKeyDer::from_pem_slice(&pem(config, "client-key-data")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = builder.unwrap().with_root_certificates(roots);
    let tls = tls.with_client_auth_cert(vec![certificate.unwrap()], key).unwrap();
    let stream = TcpStream::connect(at(config)).await?;
    let mut stream =
        TlsConnector::from(Arc::new(tls)).connect("127.0.0.1".try_into().unwrap(), stream).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8(answer).unwrap())
}

const ASKED: &str = "GET /api/v1/nodes HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_kubeconfig_has_certificates_that_belong_together_and_stays() {
    let (world, cluster) = world_with_one().await;
    let config = kubeconfig(&world, cluster.id).await;
    assert_eq!((config["current-context"].as_str(), config["kind"].as_str()), ("vke", "Config"));
    let read = |field| CertificateDer::from_pem_slice(&pem(&config, field)).unwrap();
    let authority = x509::seen(&read("certificate-authority-data")).unwrap();
    let admin = x509::seen(&read("client-certificate-data")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&pem(&config, "client-key-data")).unwrap();
    let key = x509::Key::read(key.secret_der().to_vec()).unwrap();
    assert_eq!(key.public(), admin.public);
    let name = [(x509::ORGANIZATION, "system:masters"), (x509::COMMON_NAME, "admin")];
    assert_eq!(admin.subject, x509::name(&name));
    assert_ne!(authority.public, admin.public);
    assert_eq!(kubeconfig(&world, cluster.id).await, config, "it stays");
    let second = make(&world, wished(1, json!({}))).await;
    let other = kubeconfig(&world, second.id).await;
    assert_ne!(other["certificate-authority-data"], config["certificate-authority-data"]);
    assert_ne!(other["server"], config["server"]);
    // Who may only look is not let in.
    let viewer = user(&world, "viewer", &[Access::SubscriptionsView]).await;
    let viewer = world.client_with(&viewer.api_key);
    let refused = testkit::refused(viewer.send(GetClusterConfig { vke_id: cluster.id }).await);
    assert_eq!(refused.0, 403);
    let seen = viewer.send(GetCluster { vke_id: cluster.id }).await.unwrap();
    assert_eq!(seen.label, "one");
}

#[tokio::test]
async fn it_leads_to_an_answer_in_kubernetes_own_words_for_as_long_as_the_cluster_is_there() {
    let (world, cluster) = world_with_one().await;
    let config = kubeconfig(&world, cluster.id).await;
    assert!(at(&config).ip().is_loopback());
    for request in
        [ASKED, "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"]
    {
        let answer = asked(&config, request).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("HTTP/1.1 503 ") && head.contains("content-type: application/json"),
            "{head}"
        );
        let status: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&status["kind"], &status["code"]), (&json!("Status"), &json!(503)));
        assert!(status["message"].as_str().unwrap().contains("no Kubernetes runs here"));
    }
    // Another cluster's authority is none of it.
    let second = make(&world, wished(1, json!({}))).await;
    let mut other = kubeconfig(&world, second.id).await;
    other.insert("server".into(), config["server"].clone());
    assert!(asked(&other, ASKED).await.is_err());
    // A server that starts anew opens it in the same place without being asked.
    world.control.doors().unwrap().shut_all();
    closed(&config).await;
    control::kubernetes::open_doors(&world.control).await.unwrap();
    asked(&config, ASKED).await.unwrap();
    world.done(DeleteCluster { vke_id: cluster.id }).await;
    closed(&config).await;
    control::kubernetes::open_doors(&world.control).await.unwrap();
    closed(&config).await;
    let second = kubeconfig(&world, second.id).await;
    asked(&second, ASKED).await.unwrap();
    world.control.reset(testkit::KEY).await.unwrap();
    closed(&second).await;
}

#[tokio::test]
async fn no_more_places_are_opened_than_this_machine_can_bear() {
    let (world, cluster) = world_with_one().await;
    let doors = world.control.doors().unwrap();
    let name = x509::name(&[(x509::COMMON_NAME, "door")]);
    let good = [SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 32)];
    let authority = x509::Authority::make(name, good, &[]).unwrap();
    let door = || Door {
        way: world.control.way_to(Uuid::nil()),
        port: 0,
        certificate: authority.certificate.clone(),
        key: authority.key.pkcs8.clone(),
        status: 503,
        body: String::new(),
    };
    let ids: Vec<Uuid> = (0..200).map(|_| Uuid::now_v7()).collect();
    for id in &ids {
        doors.open(*id, door()).unwrap();
    }
    doors.open(ids[0], door()).unwrap();
    let full = "The kubeconfig leads nowhere. 200 such places are open on this machine";
    world.refuses_with(GetClusterConfig { vke_id: cluster.id }, full).await;
    doors.shut(ids[0]);
    asked(&kubeconfig(&world, cluster.id).await, ASKED).await.unwrap();
}

/// Returns once nothing listens there any more.
async fn closed(config: &BTreeMap<String, String>) {
    for _ in 0..1000 {
        if TcpStream::connect(at(config)).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it is open still");
}
