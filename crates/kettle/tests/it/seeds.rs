//! Worlds as files by the program: `world apply`, `world export --as yaml`, and servers that begin with one.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{Server, kettle, serve};

const WORLD: &str = "
ssh-keys: [{ name: me, ssh_key: ssh-ed25519 AAAA me@host }]
instances:
  - label: web-{n}
    count: 2
    region: ewr
    plan: vc2-1c-1gb
    os_id: 2136
    sshkey_id: [me]
domains:
  - domain: example.com
    records:
      - { name: www, type: A, data: \"{instances.web-1.main_ip}\" }
";

fn asked(server: &Server, home: &Path, words: &str) -> Output {
    let mut command = kettle(home);
    command.env("VULTR_API_ENDPOINT", &server.url).env("VULTR_API_KEY", &server.key);
    command.current_dir(home).args(words.split(' ')).output().unwrap()
}

#[track_caller]
fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn write(home: &Path, name: &str, text: &str) {
    std::fs::write(home.join(name), text).unwrap();
}

#[test]
fn a_file_is_tried_before_anything_is_made_and_applied_once() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(&mut serve(data.path()), data.path());
    let home = home.path();
    let run = |words: &str| asked(&server, home, words);
    write(home, "w.yaml", WORLD);
    write(home, "more.yaml", &format!("{WORLD}vpcs: [{{ description: inner, region: ewrr }}]\n"));
    let said = refused(&run("world apply -f more.yaml"));
    assert!(said.contains("nothing was changed, as there is a mistake:\nmore.yaml:14:"), "{said}");
    assert!(said.contains("vpcs[0].region: Invalid region. region: `ewrr` is no region"), "{said}");
    let told = refused(&run("world apply -f more.yaml -o json"));
    assert!(told.contains("more.yaml:14:"), "{told}");
    let plan = done(&run("world apply -f w.yaml --dry-run"));
    assert!(plan.ends_with("5 would be made, 0 would be changed, 0 as they are to be\n"), "{plan}");
    assert_eq!(done(&run("ssh-key list -o json")).trim(), "[]", "nothing was made so far");
    let told = done(&run("world apply -f w.yaml"));
    assert!(told.contains("+ instance web-2\n"), "{told}");
    assert!(told.contains("+ record www A of domain example.com\n"), "{told}");
    let told: Value = serde_json::from_str(&done(&run("world apply -f w.yaml -o json"))).unwrap();
    assert_eq!((&told["unchanged"], told["made"].as_array().map(Vec::len)), (&5.into(), Some(0)));
    done(&run("world export out.yaml --as yaml"));
    assert!(refused(&run("world export out.yaml --as yaml")).contains("--replace"));
    assert_eq!(
        done(&run("world export - --as yaml")),
        std::fs::read_to_string(home.join("out.yaml")).unwrap()
    );
    assert!(done(&run("world apply -f out.yaml")).starts_with("0 made, 0 changed"));
    assert!(refused(&run("world apply -f nothing.yaml")).contains("cannot read nothing.yaml"));
    assert!(server.stop().success());
}

fn listed(url: &str, key: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = sdk::Client::builder(url).key(key).build().unwrap();
    let paths = ["/v2/instances", "/v2/domains/example.com/records", "/v2/ssh-keys"];
    let get = async |path| client.raw(api::Method::GET, path, None).await.unwrap().body;
    runtime.block_on(async {
        let mut all = String::new();
        for path in paths {
            all += &get(path).await;
        }
        all
    })
}

#[test]
fn a_server_begins_with_its_seed_and_the_same_one_makes_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    write(home, "w.yaml", WORLD);
    let shown = || {
        let mut command = kettle(home);
        command.current_dir(home).args(["serve", "--listen", "127.0.0.1:0", "--ephemeral"]);
        command.args(["--seed", "w.yaml", "--random-seed", "7", "--clock", "2026-01-01T00:00:00Z"]);
        let server = Server::start(&mut command, home);
        // A port is nobody's to choose.
        let all = listed(&server.url, &server.key).replace(&server.url, "");
        assert!(server.stop().success());
        all
    };
    let first = shown();
    assert!(first.contains("web-2") && first.contains("\"www\""), "{first}");
    assert_eq!(first, shown());
}

#[test]
fn a_seed_that_cannot_be_is_why_a_server_does_not_start() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let ready = home.join("ready");
    let start = |text: &str| {
        write(home, "w.yaml", text);
        let mut command = Command::new(env!("CARGO_BIN_EXE_kettle"));
        command.env_clear().env("HOME", home).current_dir(home);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data", "data", "--seed", "w.yaml"]);
        command.arg("--ready-file").arg(&ready);
        command.output().unwrap()
    };
    let said = refused(&start("instnces: []\n"));
    assert!(said.contains("w.yaml:1:1: instnces: ") && said.contains("`instances`"), "{said}");
    let said = refused(&start("vpcs: [{ description: a, region: ewrr }]\n"));
    assert!(said.contains("w.yaml:1:34: vpcs[0].region: Invalid region."), "{said}");
    assert!(!ready.exists(), "nobody was told of it");
    write(home, "w.yaml", WORLD);
    for _ in 0..2 {
        let mut command = kettle(home);
        command.current_dir(home);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data", "data", "--seed", "w.yaml"]);
        let server = Server::start(&mut command, &home.join("data"));
        assert_eq!(listed(&server.url, &server.key).matches("\"label\":\"web-1\"").count(), 1);
        assert!(server.stop().success());
    }
}

#[test]
fn exec_begins_with_a_seed_too() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "w.yaml", WORLD);
    let mut command = kettle(home.path());
    command.current_dir(home.path()).args(["exec", "--ephemeral", "--seed", "w.yaml", "--"]);
    command.arg(env!("CARGO_BIN_EXE_kettle")).args(["ssh-key", "list", "-o", "json"]);
    let told = done(&command.output().unwrap());
    assert!(told.contains("\"name\": \"me\""), "{told}");
}
