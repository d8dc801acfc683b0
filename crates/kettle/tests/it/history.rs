//! What was asked: asserted from a shell, kept across restarts, recorded and sent again.

use std::path::Path;
use std::process::{Command, Output};

use api::Method;
use serde_json::Value;

use crate::support::{Server, fails, kettle, serve, until};

const BLOCK: &str = r#"{"region":"ewr","size_gb":20,"label":"data"}"#;

fn about(data: &Path, words: &[&str]) -> Command {
    let mut command = kettle(data);
    command.env("KETTLE_DATA", data).args(words);
    command
}

fn says(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(status.success(), "{status}: {out}{err}");
    out
}

fn logged(data: &Path) -> Vec<Value> {
    let lines = says(&mut about(data, &["log", "--json", "-n", "100"]));
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_shell_asserts_what_was_called_by_an_exit_status() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let client = server.client();
    client.raw(Method::POST, "/v2/blocks", Some(BLOCK.into())).await.unwrap();
    let called = ["world", "called", "--call", "POST /v2/blocks", "--times"];
    says(about(data, &called).args(["1", "--body", r#"{"region": "ewr"}"#]));
    let (status, said) = fails(about(data, &called).arg("2"));
    assert_eq!(status, 3, "{said}");
    assert!(said.contains("was to be called twice, and was called once"), "{said}");
    let add = ["world", "fault", "add", "--operation", "create-block", "--status", "503"];
    says(&mut about(data, &add));
    let refused = client.raw(Method::POST, "/v2/blocks", Some(BLOCK.into())).await.unwrap();
    assert_eq!(refused.status, 503);
    let log = says(&mut about(data, &["log"]));
    assert!(log.contains("[fault 1: answered 503]"), "{log}");
    let rules = says(&mut about(data, &["world", "fault", "list"]));
    assert!(rules.contains("create-block") && rules.contains("503"), "{rules}");
    says(&mut about(data, &["world", "fault", "clear"]));
    let made = client.raw(Method::POST, "/v2/blocks", Some(BLOCK.into())).await.unwrap();
    assert_eq!(made.status, 202);
}

#[tokio::test]
async fn what_was_asked_is_told_by_the_next_server_and_numbers_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let mut first = serve(data);
    let server = Server::start(first.arg("--keep-requests"), data);
    server.client().raw(Method::POST, "/v2/blocks", Some(BLOCK.into())).await.unwrap();
    let file = data.join("requests.jsonl");
    // A killed one has written what it was asked but for the last few milliseconds.
    until("it is written", || std::fs::read_to_string(&file).ok().filter(|t| t.contains("ewr")));
    let before = logged(data);
    assert_eq!(before.len(), 1);
    server.kill();
    let server = Server::start(serve(data).arg("--keep-requests"), data);
    assert_eq!(logged(data), before);
    server.client().raw(Method::GET, "/v2/blocks", None).await.unwrap();
    let after = logged(data);
    assert_eq!((after.len(), &after[1]["sequence"]), (2, &2.into()));
    let har = says(&mut about(data, &["log", "--har"]));
    let har: Value = serde_json::from_str(&har).unwrap();
    assert_eq!(har["log"]["entries"].as_array().unwrap().len(), 2);
    assert!(server.stop().success());
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 2, "one that is stopped has written all: {text}");
    let mut nowhere = kettle(data);
    nowhere.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0", "--keep-requests"]);
    let (_, said) = fails(&mut nowhere);
    assert!(said.contains("--keep-requests=FILE"), "{said}");
}

/// What a tool does with the API: it makes things that refer to each other, looks, and takes one away.
const SESSION: &str = r#"set -e
"$K" ssh-key create --name laptop --ssh-key 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB me'
"$K" user create --email jo@example.com --name jo --password Correct-Horse-7
"$K" instance create --region ewr --plan vc2-1c-1gb --os-id 2136 --label web --sshkey-id laptop \
    --user-data eA== --wait
"$K" block create --region ewr --size-gb 20 --label data --wait
"$K" block attach data --instance-id web
"$K" instance get web
"$K" block detach data
"$K" ssh-key delete laptop --yes
echo done"#;

#[test]
fn a_recorded_session_is_sent_again_to_a_fresh_world_and_differences_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let mut record = about(data, &["record", "--ephemeral", "--", "/bin/sh", "-c", SESSION]);
    let Output { status, stdout, stderr } =
        record.env("K", env!("CARGO_BIN_EXE_kettle")).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(status.success() && said.ends_with("done\n"), "{said}");
    let har = String::from_utf8(stdout).unwrap();
    assert!(!har.contains("Correct-Horse"), "{har}");
    let session: Value = serde_json::from_str(&har).unwrap();
    let entries = session["log"]["entries"].as_array().unwrap();
    assert!(entries.len() >= 8, "{har}");
    let file = data.join("session.har");
    std::fs::write(&file, &har).unwrap();
    let replay = || about(data, &["replay", file.to_str().unwrap()]);
    let told = says(&mut replay());
    assert!(told.ends_with("all were answered as recorded\n"), "{told}");
    // As if another release had answered otherwise.
    let other = har.replace(r#"\"vcpu_count\":1"#, r#"\"vcpu_count\":7"#);
    assert_ne!(other, har);
    std::fs::write(&file, other).unwrap();
    let Output { status, stdout, .. } = replay().output().unwrap();
    let told = String::from_utf8(stdout).unwrap();
    assert_eq!(status.code(), Some(1), "{told}");
    assert!(told.contains("instance.vcpu_count: 7 → 1"), "{told}");
    assert!(told.contains("were answered otherwise"), "{told}");
    std::fs::write(&file, "{}").unwrap();
    let (_, said) = fails(&mut replay());
    assert!(said.contains("session.har: this is no HTTP Archive"), "{said}");
}

#[test]
fn an_archive_goes_to_a_file_and_the_exit_status_is_the_tools() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let file = data.join("session.har");
    let script = r#""$K" region list >/dev/null; echo seen; exit 7"#;
    let mut record = about(data, &["record", "--ephemeral", "--to", file.to_str().unwrap()]);
    record.args(["--", "/bin/sh", "-c", script]).env("K", env!("CARGO_BIN_EXE_kettle"));
    let Output { status, stdout, stderr } = record.output().unwrap();
    assert_eq!(status.code(), Some(7), "{}", String::from_utf8_lossy(&stderr));
    assert_eq!(String::from_utf8(stdout).unwrap(), "seen\n");
    let har: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let entry = &har["log"]["entries"][0];
    assert_eq!(
        (&entry["request"]["method"], &entry["response"]["status"]),
        (&"GET".into(), &200.into())
    );
}
