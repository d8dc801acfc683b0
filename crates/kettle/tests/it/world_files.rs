//! Snapshots and files of a whole world by the program: the commands as people type them, and a server that
//! is killed in the middle of one.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use fastrand::Rng;
use sdk::Client;
use serde_json::{Value, json};
use store::{Location, Store, testing};

use crate::support::{Server, kettle, serve};

const KILLS: usize = 40;
const THINGS: usize = 40;

/// The program asked of this server; its answer.
fn asked(server: &Server, home: &Path, words: &str) -> Output {
    let mut command = kettle(home);
    command.env("VULTR_API_ENDPOINT", &server.url).env("VULTR_API_KEY", &server.key);
    command.current_dir(home);
    command.args(words.split(' ')).output().unwrap()
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

#[test]
fn a_world_goes_out_and_in_by_the_command_line() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(&mut serve(data.path()), data.path());
    let run = |words: &str| asked(&server, home.path(), words);
    let names = || done(&run("ssh-key list -o json"));
    let make =
        |name: &str| done(&run(&format!("ssh-key create --name {name} --ssh-key ssh-ed25519")));
    make("first");
    done(&run("world snapshot save monday"));
    assert!(refused(&run("world snapshot save monday")).contains("say `replace`"));
    done(&run("world snapshot save monday --replace"));
    assert!(refused(&run("world snapshot save a/b")).contains("name"));
    done(&run("world export out.kettle"));
    let file = home.path().join("out.kettle");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let before = names();
    assert!(refused(&run("world export out.kettle")).contains("--replace"));
    done(&run("world export out.kettle --replace"));
    make("second");
    let told = done(&run("world snapshot diff monday"));
    assert!(
        told.contains("added") && told.contains("ssh-key") && told.contains("second"),
        "{told}"
    );
    done(&run("world snapshot restore monday"));
    assert_eq!(names(), before);
    make("third");
    assert!(refused(&run("world import out.kettle")).contains("--yes"));
    done(&run("world import out.kettle --yes"));
    assert_eq!(names(), before);
    std::fs::write(home.path().join("other"), "no world").unwrap();
    let said = refused(&run("world import other --yes"));
    assert!(said.contains("no database of SQLite"), "{said}");
    assert_eq!(names(), before);
    let listed = done(&run("world snapshot list -o json"));
    assert!(listed.contains("\"monday\""), "{listed}");
    done(&run("world snapshot delete monday"));
    assert!(refused(&run("world snapshot restore monday")).contains("monday"));
    assert!(server.stop().success());
}

async fn raw(client: &Client, method: &str, path: &str, body: Option<String>) -> String {
    let answer = client.raw(method.parse().unwrap(), path, body).await.unwrap();
    assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.body);
    answer.body
}

/// Makes the things of a world of this name, in place of all others, and keeps it.
async fn make(client: &Client, name: &str) {
    raw(client, "POST", "/_kettle/reset", None).await;
    for n in 0..THINGS {
        let body = json!({ "name": format!("{name} {n}"), "ssh_key": "ssh-ed25519 AAAA" });
        raw(client, "POST", "/v2/ssh-keys", Some(body.to_string())).await;
    }
    raw(client, "PUT", &format!("/_kettle/world/snapshots/{name}"), Some("{}".into())).await;
}

/// Which world it is: all of the one or all of the other.
async fn world(client: &Client) -> String {
    let body = raw(client, "GET", "/v2/ssh-keys?per_page=500", None).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    let names = body["ssh_keys"].as_array().unwrap().iter();
    let worlds: Vec<&str> =
        names.map(|key| key["name"].as_str().unwrap().split(' ').next().unwrap()).collect();
    assert_eq!(worlds.len(), THINGS);
    assert!(worlds.iter().all(|world| world == &worlds[0]), "{worlds:?}");
    worlds[0].to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_leaves_the_old_or_the_new() {
    let seed = std::env::var("KETTLE_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    eprintln!("KETTLE_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&mut serve(data.path()), data.path());
    for name in ["one", "two"] {
        make(&server.client(), name).await;
    }
    let export = async |client: &Client| {
        let answer = client.bytes((api::Method::GET, "/_kettle/world/export"), None).await;
        answer.unwrap().into_body()
    };
    let file = export(&server.client()).await;
    drop(server);
    let (mut changed, mut was) = (0, "two".to_owned());
    for _ in 0..KILLS {
        let server = Server::start(&mut serve(data.path()), data.path());
        let client = server.client();
        let is = world(&client).await;
        changed += usize::from(is != was);
        was = is;
        let left = std::fs::read_dir(data.path().join("saved")).unwrap().flatten();
        let left: Vec<_> = left.map(|entry| entry.file_name().into_string().unwrap()).collect();
        assert!(left.iter().all(|name| !name.starts_with('.')), "nothing is half: {left:?}");
        let (path, body) = match rng.usize(..6) {
            0 | 1 => ("POST /_kettle/world/snapshots/one/restore", None),
            2 => ("POST /_kettle/world/snapshots/two/restore", None),
            3 => ("POST /_kettle/world/import", Some(file.clone())),
            4 => ("PUT /_kettle/world/snapshots/more", Some(r#"{"replace": true}"#.into())),
            _ => ("GET /_kettle/world/export", None),
        };
        let (method, path) = path.split_once(' ').unwrap();
        let asking = {
            let (client, method, path) = (client.clone(), method.parse().unwrap(), path.to_owned());
            tokio::spawn(async move { client.bytes((method, &path), body).await })
        };
        // The end of the test's own patience, not of anything that is waited for.
        tokio::time::sleep(Duration::from_micros(rng.u64(..25_000))).await;
        server.kill();
        let _ = asking.await.unwrap(); // it was cut off, or done
    }
    assert!(changed > 0, "no restoration came through");
    let server = Server::start(&mut serve(data.path()), data.path());
    let client = server.client();
    for name in ["one", "two"] {
        let path = format!("/_kettle/world/snapshots/{name}/restore");
        raw(&client, "POST", &path, None).await;
        assert_eq!(world(&client).await, name);
    }
    let listed = raw(&client, "GET", "/_kettle/world/snapshots", None).await;
    for saved in serde_json::from_str::<Value>(&listed).unwrap()["snapshots"].as_array().unwrap() {
        let path = format!("/_kettle/world/snapshots/{}/restore", saved["name"].as_str().unwrap());
        raw(&client, "POST", &path, None).await;
        world(&client).await;
    }
    assert!(server.stop().success());
    let store = Store::open(&Location::File(data.path().join("kettle.db"))).await.unwrap();
    testing::check(&store).await;
}
