//! `kettle gateway` in front of `kettle serve`, as an old script meets it.

use std::path::Path;
use std::process::Command;

use sdk::Error;
use sdk::v1::{AccountInfo, Client, RegionsList, ServerCreate, ServerList};

use crate::support::{LONG, Server, fails, kettle, serve};

/// A region and a plan with numbers of v1, as a catalogue of one's own has them.
const CATALOG: &str = r#"
{"region": {"id": "lab", "dcid": 99, "city": "Cellar", "country": "CH", "continent": "Europe", "options": [], "connectivity": ["public_ip"]}}
{"plan": {"id": "lab-1c-1gb", "vpsplanid": 999, "type": "vc2", "vcpu_count": 1, "ram": 1024, "disk": 25, "disk_type": "SSD", "bandwidth": 1024, "cost": {"monthly": 5}, "cpu_vendor": "AMD", "locations": ["lab"]}}
"#;

fn gateway(home: &Path, upstream: &str) -> Command {
    let mut command = kettle(home);
    command.args(["gateway", "--listen", "127.0.0.1:0", "--upstream", upstream, "--data"]);
    command.arg(home);
    command
}

/// A client of the gateway that tries everything once.
fn client(gateway: &Server) -> Client {
    let url = gateway.url.strip_suffix("/v1").unwrap();
    let builder = sdk::Client::builder(url).attempts(1).timeout(LONG);
    Client::with(builder, &gateway.key).unwrap()
}

#[tokio::test]
async fn numbers_come_from_the_catalogue_that_is_given() {
    let directory = tempfile::tempdir().unwrap();
    let (data, file) = (directory.path().join("data"), directory.path().join("my.jsonl"));
    std::fs::write(&file, CATALOG).unwrap();
    let server = Server::start(serve(&data).arg("--catalog").arg(&file), &data);
    let mut command = gateway(directory.path(), &server.url);
    let gateway = Server::start(command.arg("--catalog").arg(&file), &data);
    let client = client(&gateway);
    let regions = client.call(&RegionsList::default()).await.unwrap();
    assert_eq!((regions[&99].name.as_str(), regions[&99].code.as_deref()), ("Cellar", Some("LAB")));
    let create = ServerCreate { dcid: 99, plan: 999, os: 2136, ..Default::default() };
    let subid = client.call(&create).await.unwrap().subid;
    let servers = client.call(&ServerList::default()).await.unwrap();
    assert_eq!((servers[&subid].location.as_str(), servers[&subid].plan), ("Cellar", 999));
    assert!(gateway.stop().success());
}

#[tokio::test]
async fn callers_are_limited_if_that_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let server = Server::start(&mut serve(&data), &data);
    let mut command = gateway(directory.path(), &server.url);
    let gateway = Server::start(command.args(["--limit", "1"]), &data);
    let client = client(&gateway);
    client.call(&AccountInfo {}).await.unwrap();
    // The second may be another by then; soon there are two calls in one.
    let refused = loop {
        match client.call(&AccountInfo {}).await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    let Error::Refused(refusal) = refused else { panic!("{refused}") };
    assert_eq!(refusal.status, 503);
    assert!(refusal.error.ends_with("Current rate limit: 1 requests/sec"), "{refusal}");
    let (_, said) = fails(&mut {
        let mut command = self::gateway(directory.path(), &server.url);
        command.args(["--limit", "0"]);
        command
    });
    assert!(said.contains("--limit"), "{said}");
}
