//! A server on its second day: its log, its status, in the background, stopped, emptied, found.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use api::Method;
use api::ssh_keys::{CreateSshKey, ListSshKeys};
use serde_json::Value;

use crate::support::{Server, fails, kettle, serve, until};

/// A command about the server on this directory.
fn about(data: &Path, words: &[&str]) -> Command {
    let mut command = kettle(data);
    command.args(words).arg("--data").arg(data);
    command
}

/// What a command that succeeds says: results, and the rest.
fn says(command: &mut Command) -> (String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(status.success(), "{status}: {out}{err}");
    (out, err)
}

fn ssh_key() -> CreateSshKey {
    CreateSshKey { name: "mine".into(), ssh_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me".into() }
}

/// A server whose log is in a file, and that file.
fn logged(data: &Path, level: Option<&str>, words: &[&str]) -> (Server, std::path::PathBuf) {
    let file = data.join("told");
    let mut command = serve(data);
    command.args(words).stderr(File::create(&file).unwrap());
    match level {
        Some(level) => command.env("KETTLE_LOG", level),
        None => command.env_remove("KETTLE_LOG"),
    };
    (Server::start(&mut command, data), file)
}

/// A few requests of all sorts.
async fn ask(server: &Server) {
    let client = server.client();
    let user = r#"{"email":"jo@example.com","name":"Jo","password":"Correct-Horse-9","acls":[]}"#;
    let user = client.raw(Method::POST, "/v2/users", Some(user.into())).await.unwrap();
    assert_eq!(user.status, 201, "{}", user.body);
    for path in ["/v2/blocks?per_page=1", "/v2/nothing/%1b", "/_kettle/health"] {
        client.raw(Method::GET, path, None).await.unwrap();
    }
    client.raw(Method::GET, "/v1/server/list?api_key=WRONG", None).await.unwrap();
    client.raw(Method::POST, "/v2/blocks", Some(r#"{"region":"\u009b2J"}"#.into())).await.unwrap();
}

/// The lines of a log, without their times.
fn lines(file: &Path) -> Vec<String> {
    let told = std::fs::read_to_string(file).unwrap();
    let plain = |line: &str| {
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(time.len() == 8 && time.matches(':').count() == 2, "{line}");
        assert!(!line.contains(char::is_control), "{line}");
        rest.to_owned()
    };
    told.lines().map(plain).collect()
}

#[tokio::test]
async fn each_request_is_told_in_a_line_for_people() {
    let directory = tempfile::tempdir().unwrap();
    let (server, file) = logged(directory.path(), None, &[]);
    ask(&server).await;
    assert!(server.stop().success());
    let told = lines(&file);
    let of = |beginning: &str| {
        let found: Vec<_> = told.iter().filter(|line| line.starts_with(beginning)).collect();
        assert_eq!(found.len(), 1, "{beginning}: {told:?}");
        found[0].clone()
    };
    assert!(of("POST /v2/users 201 ").ends_with('s'), "{told:?}");
    of("GET /v2/blocks?per_page=1 200 ");
    assert!(of("GET /v2/nothing/%1b 404 ").ends_with(" Not found."), "{told:?}");
    of("GET /v1/server/list?api_key=*** 403 ");
    assert!(of("POST /v2/blocks 400 ").contains(" Bad request. region: "), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("_kettle") || line.contains("Correct")));
}

#[tokio::test]
async fn bodies_are_told_to_those_who_want_them_and_secrets_to_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let (server, file) = logged(directory.path(), Some("debug"), &[]);
    ask(&server).await;
    let key = server.key.clone();
    assert!(server.stop().success());
    let told = lines(&file).join("\n");
    assert!(
        told.contains(r#"POST /v2/users > {"email":"jo@example.com","name":"Jo","password":"***""#)
    );
    assert!(told.contains(r#"POST /v2/users < {"user":"#) && told.contains(r#""api_key":"***""#));
    assert!(told.contains("GET /_kettle/health 200"), "{told}");
    assert!(!told.contains("Correct-Horse") && !told.contains(&key), "{told}");
}

#[tokio::test]
async fn a_quiet_server_tells_no_request() {
    let directory = tempfile::tempdir().unwrap();
    // Whatever the environment says.
    let (server, file) = logged(directory.path(), Some("debug"), &["--quiet"]);
    ask(&server).await;
    assert!(server.stop().success());
    let told = std::fs::read_to_string(&file).unwrap();
    assert!(!told.contains("GET ") && !told.contains("POST "), "{told}");
}

#[tokio::test]
async fn whoever_does_not_read_the_log_holds_up_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let (_unread, write) = std::io::pipe().unwrap();
    let mut command = serve(directory.path());
    let server = Server::start(command.env("KETTLE_LOG", "info").stderr(write), directory.path());
    // Far more than a pipe holds.
    let client = server.client();
    for _ in 0..100 {
        client.raw(Method::GET, &format!("/v2/nothing/{}", "x".repeat(1900)), None).await.unwrap();
    }
    assert!(server.stop().success());
}

#[tokio::test]
async fn a_log_that_is_followed_goes_on_with_the_next_server() {
    let directory = tempfile::tempdir().unwrap();
    let (data, told) = (directory.path(), directory.path().join("followed"));
    let server = Server::start(&mut serve(data), data);
    let mut command = about(data, &["log", "-f", "vm"]);
    command.stdout(Stdio::piped()).stderr(File::create(&told).unwrap());
    let mut following = command.spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    let mut shown = async |server: &Server, path: &str| {
        server.client().raw(Method::GET, path, None).await.unwrap();
        let line = lines.next().unwrap().unwrap();
        assert!(line.contains(&format!(" GET {path} 200 ")), "{line}");
    };
    shown(&server, "/v2/instances?per_page=1").await;
    let first = server.url.clone();
    assert!(server.stop().success());
    let said = || std::fs::read_to_string(&told).unwrap();
    until("it is told", || said().contains("has stopped").then_some(()));
    // Elsewhere: the first one's port is taken.
    let _taken = std::net::TcpListener::bind(first.strip_prefix("http://").unwrap()).unwrap();
    let server = Server::start(&mut serve(data), data);
    shown(&server, "/v2/instances?per_page=2").await;
    let expected = format!(
        "the server at {first} has stopped; this goes on when there is one again (Ctrl-C ends it)\n\
         a server answers at {}\n",
        server.url
    );
    assert_eq!(said(), expected);
    following.kill().unwrap();
    following.wait().unwrap();
}

#[tokio::test]
async fn the_log_is_shown_again_and_followed() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let (out, err) = says(&mut about(data, &["log"]));
    assert_eq!(
        (out.as_str(), err.as_str()),
        ("", "no such request since the server has started\n")
    );
    ask(&server).await;
    let (out, _) = says(&mut about(data, &["log"]));
    assert_eq!(out.lines().count(), 5, "{out}");
    assert!(out.lines().next().unwrap().contains(" POST /v2/users 201 "), "{out}");
    let (out, _) = says(&mut about(data, &["log", "--failed", "-n", "1", "blocks"]));
    assert!(out.contains("POST /v2/blocks 400 ") && out.lines().count() == 1, "{out}");
    let (out, _) = says(&mut about(data, &["log", "--json", "user"]));
    let user: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(user["request"]["json"]["password"], "***", "{user}");
    assert_eq!(user["user"]["email"], "root@kettle.invalid", "{user}");
    let (status, said) = fails(&mut about(data, &["log", "usr"]));
    assert!(status == 3 && said.contains("there is no group `usr`"), "{status}: {said}");

    let mut command = about(data, &["log", "-f", "-n", "1"]);
    let mut follows = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(follows.stdout.take().unwrap()).lines();
    assert!(out.next().unwrap().unwrap().contains("POST /v2/blocks 400 "));
    server.client().send(ssh_key()).await.unwrap();
    assert!(out.next().unwrap().unwrap().contains("POST /v2/ssh-keys 201 "));
    // Who follows does not hold it up.
    assert!(server.stop().success());
    follows.kill().unwrap();
    follows.wait().unwrap();
}

#[tokio::test]
async fn the_status_says_where_it_runs_and_what_there_is() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let (status, said) = fails(&mut about(data, &["status"]));
    assert_eq!(status, 8, "{said}");
    let place = data.display();
    let none =
        format!("error: no server runs on {place}; `kettle serve --data {place}` starts one");
    assert_eq!(said.trim_end(), none);
    let output = about(data, &["status", "-o", "json"]).output().unwrap();
    let none: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((none["running"].as_bool(), output.status.code()), (Some(false), Some(8)));

    let server = Server::start(&mut serve(data), data);
    server.client().send(ssh_key()).await.unwrap();
    let (out, _) = says(&mut about(data, &["status"]));
    for line in [
        format!("Kettle {} runs at {}\n", env!("CARGO_PKG_VERSION"), server.url),
        format!("  process  {}\n", server.pid()),
        format!("  data     {} (", data.display()),
        "  holds    1 ssh key\n".to_owned(),
    ] {
        assert!(out.contains(&line), "{line}: {out}");
    }
    let (out, _) = says(&mut about(data, &["status", "-o", "json"]));
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&told["running"], &told["pid"]), (&true.into(), &server.pid().into()));
    assert!(told["size_bytes"].as_u64().unwrap() > 10_000, "{told}");
    let (status, said) = fails(&mut about(data, &["status", "-o", "csv"]));
    assert!(status == 2 && said.contains("table or json"), "{said}");
}

#[tokio::test]
async fn a_server_in_the_background_answers_and_can_be_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("my data");
    let mut command = serve(&data);
    let (out, err) = says(command.arg("--detach").env("KETTLE_LOG", "info"));
    assert_eq!(err, "");
    let url = std::fs::read_to_string(data.join("url")).unwrap().trim().to_owned();
    assert!(out.starts_with("Kettle ") && out.lines().next().unwrap().ends_with(&url), "{out}");
    assert!(out.contains(&format!("  log    {}/serve.log\n", data.display())), "{out}");
    assert!(out.ends_with(&format!("  stop   kettle stop --data '{}'\n", data.display())), "{out}");
    let key = std::fs::read_to_string(data.join("key")).unwrap();
    let client = sdk::Client::builder(&url).key(key).attempts(1).build().unwrap();
    client.send(ssh_key()).await.unwrap();

    // A second one is told why not, and the first one works on.
    let (status, said) = fails(serve(&data).arg("--detach"));
    assert_eq!(status, 1);
    assert!(said.starts_with("error: another server runs on the data directory "), "{said}");
    assert!(said.contains("kettle stop --data '"), "{said}");
    client.send(ssh_key()).await.unwrap();

    let (_, err) = says(&mut about(&data, &["stop"]));
    assert_eq!(err, format!("stopped the server at {url}\n"));
    client.send(ListSshKeys::default()).await.unwrap_err();
    let (_, err) = says(&mut about(&data, &["stop"]));
    assert_eq!(err, format!("no server runs on {}: nothing to stop\n", data.display()));
    // The one that did not start has left the log of the one that ran alone.
    assert!(!data.join("serve.log.old").exists());
    let told = std::fs::read_to_string(data.join("serve.log")).unwrap();
    assert!(
        told.contains("POST /v2/ssh-keys 201") && told.contains("as its owner asked"),
        "{told}"
    );
}

#[test]
fn a_server_that_does_not_start_in_the_background_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = kettle(directory.path());
    command.args(["serve", "--detach", "--listen", &address, "--data"]).arg(directory.path());
    let (status, said) = fails(&mut command);
    assert_eq!(status, 1);
    assert!(said.starts_with(&format!("error: cannot listen on {address}; ")), "{said}");
    assert!(!directory.path().join("url").exists());
}

#[test]
fn a_server_that_does_not_answer_is_stopped_by_a_signal() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let url = data.join("url");
    until("its url", || url.exists().then_some(()));
    // Nobody listens there: the system has given this port to nobody.
    std::fs::write(&url, "http://127.0.0.1:1\n").unwrap();
    let (_, err) = says(&mut about(data, &["stop"]));
    assert_eq!(err, "stopped the server at http://127.0.0.1:1\n");
    assert!(server.ended().success());
}

#[test]
fn no_process_gets_a_signal_that_does_not_hold_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let mut other = Command::new("sleep").arg("60").spawn().unwrap();
    let space = std::fs::read_link("/proc/self/ns/pid").map(|space| space.display().to_string());
    let signed = |space: &str| format!("{} {space}\n", other.id());
    let lock = data.join("serve.lock");
    std::fs::write(&lock, signed(&space.unwrap_or_default())).unwrap();
    let (_, err) = says(&mut about(data, &["stop"]));
    assert!(err.contains("nothing to stop"), "{err}");
    // One that is held from within a container, where that number is another process's.
    let held = File::options().write(true).open(&lock).unwrap();
    held.lock().unwrap();
    std::fs::write(&lock, signed("pid:[1]")).unwrap();
    let (status, said) = fails(&mut about(data, &["stop"]));
    assert!(status == 1 && said.contains("cannot be asked"), "{said}");
    assert!(other.try_wait().unwrap().is_none(), "it got a signal");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[tokio::test]
async fn a_reset_says_what_goes_asks_and_keeps_the_key() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    server.client().send(ssh_key()).await.unwrap();
    let (status, said) = fails(&mut about(data, &["reset"]));
    assert_eq!(status, 2);
    assert!(said.contains("delete everything (1 ssh key)") && said.contains("--yes"), "{said}");
    let total = async || server.client().send(ListSshKeys::default()).await.unwrap().meta.total;
    assert_eq!(total().await, 1, "nobody said yes");
    let (_, err) = says(&mut about(data, &["reset", "--yes"]));
    assert!(err.starts_with("deleted everything (1 ssh key) at http"), "{err}");
    assert_eq!(total().await, 0, "and the key works");
}

#[test]
fn commands_find_the_server_on_the_data_directory_wherever_it_listens() {
    let directory = tempfile::tempdir().unwrap();
    let (home, data) = (directory.path(), directory.path().join("kettle"));
    let server = Server::start(&mut serve(&data), &data);
    until("its url", || data.join("url").exists().then_some(()));
    let port = server.url.rsplit(':').next().unwrap();
    let local = format!("http://localhost:{port}");
    let words = ["ssh-key", "list"];
    // The user's own directory; one that is named, before and behind the command; by a variable.
    says(kettle(home).env("XDG_DATA_HOME", home).args(words));
    says(kettle(home).env("XDG_DATA_HOME", home).args(["--endpoint", &local]).args(words));
    says(&mut about(&data, &words));
    says(kettle(home).arg("--data").arg(&data).args(words));
    says(kettle(home).env("KETTLE_DATA", &data).args(words));
    says(kettle(home).env("KETTLE_DATA", &data).arg("status"));
    says(kettle(home).env("KETTLE_DATA", &data).args(["v1", "account", "info"]));
    says(kettle(home).env("KETTLE_DATA", &data).args(["api", "GET", "/v2/account"]));
    // What is a field's name stays one.
    let here = || {
        let mut command = kettle(home);
        command.env("KETTLE_DATA", &data);
        command
    };
    says(here().args(["domain", "create", "--domain", "x.example"]));
    let record = ["domain", "record", "create", "x.example", "--type", "A", "--name", "www"];
    let (out, _) = says(here().args(record).args(["--data", "198.18.0.1"]));
    assert!(out.contains("198.18.0.1"), "{out}");

    // A copy of the directory, with its key and its `url`, has no server.
    let copy = directory.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for file in ["key", "url"] {
        std::fs::copy(data.join(file), copy.join(file)).unwrap();
    }
    for words in [&["status"][..], &["reset", "--yes"], &["ssh-key", "list"]] {
        let (status, said) = fails(&mut about(&copy, words));
        assert_eq!(status, 8, "{said}");
        let none = format!("no server runs on {}; `kettle serve --data", copy.display());
        assert!(said.contains(&none), "{said}");
    }
    let (_, said) = says(&mut about(&copy, &["stop"]));
    assert!(said.contains("nothing to stop"), "{said}");
    says(&mut about(&data, &words));

    server.kill();
    let (status, said) = fails(kettle(home).env("KETTLE_DATA", &data).args(words));
    assert_eq!(status, 8);
    assert!(said.contains(&format!("no server runs on {}; ", data.display())), "{said}");
}

#[test]
fn a_port_alone_is_one_of_this_machines() {
    let directory = tempfile::tempdir().unwrap();
    for listen in ["0", ":0", "localhost:0", "[::1]:0"] {
        let mut command = kettle(directory.path());
        command.args(["serve", "--listen", listen, "--data"]).arg(directory.path());
        let server = Server::start(&mut command, directory.path());
        let host = if listen.starts_with('[') { "http://[::1]:" } else { "http://127.0.0.1:" };
        assert!(server.url.starts_with(host), "{}", server.url);
        assert!(server.stop().success());
    }
    for command in ["serve", "gateway"] {
        let (status, said) = fails(kettle(directory.path()).args([command, "--listen", "lo:80"]));
        assert!(status == 2 && said.contains("`lo` is no address"), "{said}");
    }
}

#[tokio::test]
async fn the_link_to_the_console_signs_in_once() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(&mut serve(directory.path()), directory.path());
    let (link, _) = says(&mut about(directory.path(), &["console", "--print"]));
    let path = link.trim().strip_prefix(&server.url).unwrap();
    let opened = server.client().raw(Method::GET, path, None).await.unwrap();
    assert_eq!(opened.status, 303);
    let again = server.client().raw(Method::GET, path, None).await.unwrap();
    assert_eq!(again.status, 401, "{}", again.body);
    assert!(again.body.contains("good for one minute, and once"), "{}", again.body);
    // Where a browser cannot be opened, the link is printed for people to open it.
    let mut command = about(directory.path(), &["console"]);
    let (link, note) = says(command.env("BROWSER", "false"));
    assert!(link.starts_with(&format!("{}/console/enter?ticket=", server.url)), "{link}");
    assert!(note.contains("no browser could be opened"), "{note}");
}
