//! The command line as a process: whose key it sends, and what it does where nobody can be asked.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{False, Server, fails, kettle, serve, until};

/// The command line of a user whose data directory is below `home`, and who has a key of Vultr's.
fn user(home: &Path) -> Command {
    let mut command = kettle(home);
    command.env("XDG_DATA_HOME", home).env("VULTR_API_KEY", "REAL");
    command
}

#[test]
fn the_key_of_vultr_is_not_for_the_server_on_this_machine() {
    let directory = tempfile::tempdir().unwrap();
    let (home, data) = (directory.path(), directory.path().join("kettle"));
    let server = Server::start(&mut serve(&data), &data);
    for words in [&["account", "get"][..], &["v1", "account", "info"]] {
        let mut command = user(home);
        command.args(["--profile", "local", "--endpoint", &server.url]).args(words);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    // One that runs on other data.
    let data = directory.path().join("other");
    let server = Server::start(&mut serve(&data), &data);
    let from = "hint: the key that was refused is from the variable VULTR_API_KEY\n";
    for words in [&["account", "get"][..], &["v1", "account", "info"]] {
        let (_, said) = fails(user(home).env("VULTR_API_ENDPOINT", &server.url).args(words));
        assert!(said.ends_with(from), "{said}");
        assert!(!said.contains("REAL"), "{said}");
        // An endpoint that nobody named beside the key does not get it.
        let (_, said) = fails(user(home).args(["--endpoint", &server.url]).args(words));
        assert!(said.contains("hint: no key was sent; "), "{said}");
        assert!(said.contains("VULTR_API_KEY is not sent to http://127.0.0.1:"), "{said}");
    }
    // Nor does one that is to be copied, which is told apart from the server here.
    let own = directory.path().join("own");
    let _here = Server::start(&mut serve(&own), &own);
    let mut import = user(home);
    import.args(["world", "import", "--yes", "--endpoint", &server.url, "--data"]).arg(&own);
    let (_, said) = fails(&mut import);
    assert!(said.contains("hint: no key was sent; ") && !said.contains("own/key"), "{said}");
}

#[test]
fn without_a_terminal_nothing_elsewhere_is_destroyed_unless_that_was_said() {
    let directory = tempfile::tempdir().unwrap();
    // Nobody has this address; nobody is to be asked, either.
    let elsewhere = ["--endpoint", "http://192.0.2.1:1"];
    for words in [
        &["instance", "delete", "a"][..],
        &["api", "DELETE", "/v2/instances/a"],
        &["v1", "server", "destroy", "--subid", "1"],
        &["v1", "raw", "POST", "/v1/server/destroy", "SUBID=1"],
    ] {
        let (_, said) = fails(user(directory.path()).args(elsewhere).args(words));
        assert!(said.contains("say --yes if it is meant; nothing was sent"), "{words:?}: {said}");
    }
}

#[test]
fn the_data_directorys_key_is_sent_to_nobody_who_does_not_prove_to_have_it() {
    let directory = tempfile::tempdir().unwrap();
    let (home, data) = (directory.path(), directory.path().join("kettle"));
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("key"), "OWNERSKEY\n").unwrap();
    let other = False::listen("127.0.0.1:0");
    for words in [
        &["instance", "list"][..],
        &["instance", "delete", "0123456789"],
        &["api", "POST", "/v2/ssh-keys"],
        &["v1", "server", "list"],
        &["v1", "raw", "POST", "/v1/server/reboot", "SUBID=1"],
    ] {
        let mut command = user(home);
        command.args(["--profile", "local", "--endpoint", &other.url]).args(words);
        let (_, said) = fails(&mut command);
        assert!(said.contains("does not prove to have the key of your data directory"), "{said}");
        assert!(said.contains("Nothing was sent. Start `kettle serve`"), "{said}");
        let heard = other.heard();
        assert_eq!(heard.len(), 1, "{words:?}: {heard:?}");
        assert!(heard[0].starts_with("GET /_kettle/whoami?challenge="), "{heard:?}");
        let head = heard[0].to_lowercase();
        assert!(!head.contains("ownerskey") && !head.contains("authorization"), "{head}");
        assert!(!head.contains("api-key"), "{head}");
    }
}

#[test]
fn options_that_mean_nothing_to_a_command_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    for words in [
        &["--profile", "vultr", "serve"][..],
        &["serve", "--endpoint", "http://127.0.0.1:1"],
        &["gateway", "-o", "json"],
        &["exec", "-v", "--", "true"],
        &["openapi", "--connect-timeout", "1s"],
        &["completions", "bash", "--profile", "local"],
    ] {
        let (status, said) = fails(kettle(directory.path()).args(words));
        assert!(status == 2 && said.contains(" means nothing to `kettle "), "{words:?}: {said}");
    }
}

#[test]
fn v1_heeds_the_options_that_mean_something() {
    let directory = tempfile::tempdir().unwrap();
    let (home, data) = (directory.path(), directory.path().join("kettle"));
    let server = Server::start(&mut serve(&data), &data);
    let call = |words: &[&str]| {
        let mut command = user(home);
        command.args(["--profile", "local", "--endpoint", &server.url, "v1"]).args(words);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap())
    };
    let [out, err] = call(&["regions", "list", "-v"]);
    assert!(out.contains("\"1\":{\"DCID\":\"1\""), "{out}");
    assert!(err.contains("> GET ") && err.contains("> api-key: ***\n"), "{err}");
    assert!(err.contains("< 200 OK in ") && !err.contains(&server.key), "{err}");
    let [out, _] = call(&["regions", "list", "-o", "csv"]);
    assert!(out.starts_with("name,") || out.starts_with("DCID,"), "a line for each region: {out}");
    assert!(out.lines().count() > 20, "{out}");
    let [out, _] = call(&["account", "info", "-o", "yaml"]);
    assert!(out.contains("balance: "), "{out}");
}

#[test]
fn a_connection_that_does_not_come_about_is_given_up_when_it_is_asked_for() {
    use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};
    // Its queue is as short as there is one, and full: who comes next hears nothing.
    let listener = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&listener, &std::net::SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    listen(&listener, 0).unwrap();
    let address = std::net::SocketAddr::try_from(getsockname(&listener).unwrap()).unwrap();
    let waiting: Vec<_> = (0..8)
        .map_while(|_| {
            let time = std::time::Duration::from_millis(200);
            std::net::TcpStream::connect_timeout(&address, time).ok()
        })
        .collect();
    assert!(waiting.len() < 8, "the queue is full");
    let directory = tempfile::tempdir().unwrap();
    let endpoint = format!("http://{address}");
    let start = std::time::Instant::now();
    let words = ["--endpoint", &endpoint, "--connect-timeout", "1s", "region", "list"];
    let (status, said) = fails(kettle(directory.path()).args(words));
    assert!(status == 8 && said.contains(&endpoint), "{said}");
    // Without being asked for, that is ten seconds.
    assert!(start.elapsed().as_secs() < 8, "{:?}", start.elapsed());
}

#[test]
fn a_signal_ends_the_waiting_and_not_before_what_is_shown_once_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let id = "cb676a46-66fd-4dfb-b839-443f2e6c0b60";
    let server = False::answering(
        "127.0.0.1:0",
        r#"{"instance":{"id":"cb676a46-66fd-4dfb-b839-443f2e6c0b60","label":"web","status":"pending","default_password":"S3cret"}}"#,
    );
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for format in ["json", "table"] {
            let mut command = kettle(directory.path());
            command.args(["--endpoint", &server.url, "-o", format, "instance", "create", "--wait"]);
            command.args(["--region", "ewr", "--plan", "p", "--os-id", "1"]);
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            until("it waits", || {
                server.heard().iter().any(|h| h.starts_with("GET ")).then_some(())
            });
            kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
            let output = child.wait_with_output().unwrap();
            let text = |bytes| String::from_utf8(bytes).unwrap();
            let (out, err) = (text(output.stdout), text(output.stderr));
            assert_eq!(output.status.code(), Some(code), "{format}: {err}");
            assert_eq!(out.matches("S3cret").count(), 1, "{format}: {out}");
            let get = format!("`kettle --endpoint {} instance get {id}", server.url);
            assert!(err.contains(&format!("{get} --wait` waits on")), "{format}: {err}");
            if format == "json" {
                let instance: serde_json::Value = serde_json::from_str(&out).unwrap();
                assert_eq!(instance["id"], id);
            }
        }
    }
}
