//! `kettle exec`, with shells and curl for unmodified tools.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::Arc;

use api::ssh_keys::{CreateSshKey, ListSshKeys};
use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::support::{False, Server, kettle, serve, until};

/// `kettle exec` on this data directory.
fn exec(data: &Path) -> Command {
    let mut command = kettle(data);
    command.args(["exec", "--data"]).arg(data);
    command
}

/// What a shell's script says, run by `kettle exec`, and its exit status.
fn shell(command: &mut Command, script: &str) -> (i32, String) {
    let Output { status, stdout, stderr } =
        command.args(["--", "/bin/sh", "-c", script]).output().unwrap();
    eprint!("{}", String::from_utf8_lossy(&stderr));
    (status.code().unwrap(), String::from_utf8(stdout).unwrap())
}

/// A command under way, which says `ready` first and ends with its standard input.
struct UnderWay {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl UnderWay {
    fn start(command: &mut Command, script: &str) -> Self {
        let command = command.args(["--", "/bin/sh", "-c", script]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut started = Self { process, output };
        assert_eq!(started.line(), "ready");
        started
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.process.id().cast_signed()).unwrap(), signal).unwrap();
    }

    /// Lets the command go on; its exit status.
    fn end(mut self) -> i32 {
        drop(self.process.stdin.take());
        self.output.read_to_end(&mut Vec::new()).unwrap();
        self.process.wait().unwrap().code().unwrap()
    }
}

/// Whether curl is here; a loud word if not.
fn has_curl(test: &str) -> bool {
    let found = Command::new("curl").arg("--version").output().is_ok();
    if !found {
        eprintln!("SKIPPED: {test}, for no curl is on the PATH");
    }
    found
}

#[test]
fn the_exit_status_is_passed_on() {
    let directory = tempfile::tempdir().unwrap();
    for (script, status) in [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 137)] {
        assert_eq!(shell(&mut exec(directory.path()), script).0, status, "{script}");
    }
    let said = |command: &mut Command| {
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let missing = said(exec(directory.path()).args(["--", "no-such-program"]));
    assert_eq!(missing, (127, "error: no-such-program: command not found\n".into()));
    let (status, text) = said(exec(Path::new("/dev/null")).args(["--", "true"]));
    assert_eq!(status, 125, "the command is not to blame: {text}");
}

#[test]
fn a_proxy_that_cannot_be_used_keeps_no_command_from_running() {
    let directory = tempfile::tempdir().unwrap();
    for option in [None, Some("--offline=proxy")] {
        let mut command = exec(directory.path());
        command.env("ALL_PROXY", "socks5://127.0.0.1:1").args(option);
        assert_eq!(shell(&mut command, "exit 7").0, 7, "{option:?}");
    }
}

#[test]
fn the_child_is_led_to_kettle_and_never_sees_the_callers_key() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let mut command = exec(data);
    command.env("VULTR_API_KEY", "REAL").env("NO_PROXY", "api.vultr.com,internal.example");
    command.env("TF_VAR_vultr_api_key", "REAL").env("SAME", "REAL");
    let (status, said) = shell(
        &mut command,
        r#"! env | grep REAL || exit 9
           echo "$VULTR_API_KEY $VULTR_API_ENDPOINT $HTTPS_PROXY $https_proxy $NO_PROXY"
           cat "$SSL_CERT_FILE" "$CURL_CA_BUNDLE" "$REQUESTS_CA_BUNDLE" "$NODE_EXTRA_CA_CERTS" \
               "$PERL_LWP_SSL_CA_FILE" >/dev/null"#,
    );
    assert_eq!(status, 0);
    let words: Vec<_> = said.split_whitespace().collect();
    let key = std::fs::read_to_string(data.join("key")).unwrap();
    assert_eq!(words[0], key.trim());
    assert_ne!(words[0], "REAL", "a real key must not become Kettle's");
    assert!(words[1].starts_with("http://127.0.0.1:") && words[1].ends_with("/v2"), "{said}");
    assert!(words[2].starts_with("http://kettle:") && words[2] == words[3], "{said}");
    assert!(words[2].contains("@127.0.0.1:"), "{said}");
    assert!(!words[4].contains("vultr.com") && words[4].contains("internal.example"), "{said}");
}

#[test]
fn a_profile_of_the_callers_leads_kettle_nowhere_else() {
    let directory = tempfile::tempdir().unwrap();
    let (home, config) = (directory.path(), directory.path().join("config.toml"));
    let far = TcpListener::bind("127.0.0.1:0").unwrap();
    far.set_nonblocking(true).unwrap();
    let address = far.local_addr().unwrap();
    let text = format!("[profiles.far]\nendpoint = \"http://{address}\"\nkey = \"FARKEY\"\n");
    std::fs::write(&config, text).unwrap();
    for option in [None, Some("--ephemeral")] {
        let mut command = exec(home);
        command.args(option).env("KETTLE_CONFIG", &config).env("KETTLE_PROFILE", "far");
        command.env("KETTLE_DATA", "elsewhere").arg("--").arg(env!("CARGO_BIN_EXE_kettle"));
        let output = command.args(["account", "get", "--output", "json"]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("root@kettle.invalid"));
    }
    far.accept().unwrap_err();
    let (_, said) = shell(exec(home).env("KETTLE_DATA", "elsewhere"), r#"echo "$KETTLE_DATA""#);
    assert_eq!(said.trim(), home.display().to_string(), "the directory whose server it is");
}

#[test]
fn a_log_level_that_is_none_silences_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = exec(directory.path());
    let output = command.env("KETTLE_LOG", "verbose").args(["--", "true"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.starts_with("warning: KETTLE_LOG: `verbose` is no level; there are off, error, "));
    assert!(told.contains("no request of `true` came to Kettle"), "{told}");
}

#[tokio::test]
async fn a_running_server_is_used_and_left_running() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let script = r#"echo "$VULTR_API_ENDPOINT $VULTR_API_KEY""#;
    let (_, said) = shell(&mut exec(data), script);
    assert_eq!(said.trim(), format!("{}/v2 {}", server.url, server.key));
    server.client().send(ListSshKeys::default()).await.unwrap();

    let (_, said) = shell(exec(data).arg("--ephemeral"), script);
    assert!(!said.contains(&server.url), "{said}");
}

#[tokio::test]
async fn a_server_on_no_data_directory_is_used_where_it_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let mut command = kettle(data);
    command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0"]).env("KETTLE_KEY", "OWN");
    let server = Server::start(&mut command, &data.join("nowhere"));
    let at = |url: &str, key: &str| {
        let mut command = exec(data);
        command.env("KETTLE_KEY", key).args(["--server", url]);
        command
    };
    let script = r#"echo "$VULTR_API_ENDPOINT $VULTR_API_KEY""#;
    let (status, said) = shell(&mut at(&server.url, "OWN"), script);
    assert_eq!((status, said.trim()), (0, format!("{}/v2 OWN", server.url).as_str()));
    server.client_with("OWN").send(ListSshKeys::default()).await.unwrap();

    let refused = |mut command: Command| {
        let output = command.args(["--", "true"]).output().unwrap();
        assert_ne!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).unwrap()
    };
    let stranger = False::listen("127.0.0.1:0");
    let said = refused(at(&stranger.url, "OWN"));
    assert!(said.contains("does not prove to have the key in KETTLE_KEY"), "{said}");
    assert!(stranger.heard().iter().all(|head| !head.contains("OWN")), "the key went out");
    let said = refused(at(&server.url, "OTHER"));
    assert!(said.contains("does not prove to have the key in KETTLE_KEY"), "{said}");
    assert!(refused(at(&server.url, "")).contains("set KETTLE_KEY to the key"));
    for elsewhere in ["http://192.0.2.1:80", "https://api.vultr.com", "nonsense"] {
        let said = refused(at(elsewhere, "OWN"));
        assert!(said.contains("expected an address of this machine"), "{said}");
    }
    let mut both = at(&server.url, "OWN");
    both.arg("--ephemeral");
    assert!(refused(both).contains("--ephemeral"));
}

#[tokio::test]
async fn a_server_that_was_killed_is_not_waited_for_and_its_data_is_used() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me".into();
    server.client().send(CreateSshKey { name: "kept".into(), ssh_key }).await.unwrap();
    let url = server.url.clone();
    server.kill();

    // Somebody else has the address by now: another Kettle, whose key is another.
    let other = tempfile::tempdir().unwrap();
    let mut command = kettle(other.path());
    command.args(["serve", "--listen", url.strip_prefix("http://").unwrap(), "--data"]);
    let _other = Server::start(command.arg(other.path()), other.path());

    let mut command = exec(data);
    let kettle = env!("CARGO_BIN_EXE_kettle");
    let (status, said) = shell(&mut command, &format!("'{kettle}' ssh-key list -o json"));
    assert_eq!(status, 0);
    assert!(said.contains(r#""kept""#), "{said}");
    assert!(!data.join("url").exists());
}

#[test]
fn commands_that_run_together_share_a_server_and_none_takes_it_from_another() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let waits = r#"echo ready; echo "$VULTR_API_ENDPOINT"; cat >/dev/null"#;
    let mut host = exec(data);
    host.env("KETTLE_LOG", "warn").stderr(Stdio::piped());
    let mut host = UnderWay::start(&mut host, &format!("{waits}; exit 3"));
    let list = format!("{waits}; '{}' ssh-key list", env!("CARGO_BIN_EXE_kettle"));
    let mut guest = UnderWay::start(&mut exec(data), &list);
    assert_eq!(host.line(), guest.line());

    // The host's command ends first; the guest's still has a server to talk to.
    drop(host.process.stdin.take());
    let told = BufReader::new(host.process.stderr.take().unwrap()).lines();
    assert!(told.map_while(Result::ok).any(|line| line.contains("still uses this server")));
    assert_eq!(guest.end(), 0);
    assert_eq!(host.end(), 3);
    assert!(!data.join("url").exists());
}

#[test]
fn commands_that_start_together_find_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = exec(directory.path());
        command.args(["--", "true"]).spawn().unwrap()
    };
    let started: Vec<_> = (0..4).map(|_| start()).collect();
    for mut process in started {
        assert!(process.wait().unwrap().success());
    }
}

#[test]
fn signals_reach_the_child() {
    let directory = tempfile::tempdir().unwrap();
    let script = r#"trap 'echo terminated; exit 5' TERM; echo ready; while :; do sleep 0.01; done"#;
    let mut command = UnderWay::start(&mut exec(directory.path()), script);
    command.send(Signal::TERM);
    assert_eq!(command.line(), "terminated");
    assert_eq!(command.end(), 5);
}

#[test]
fn options_that_come_too_late_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let _server = Server::start(&mut serve(data), data);
    let mut command = exec(data);
    command.env("KETTLE_LOG", "warn").args(["--behave", "vultr", "--open", "--", "true"]);
    let said = String::from_utf8(command.output().unwrap().stderr).unwrap();
    assert!(said.contains("--behave, --open: no effect"), "{said}");
}

#[test]
fn curl_reaches_kettle_where_it_means_vultr() {
    if !has_curl("curl through kettle exec") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let script = r#"
        curl -sS https://api.vultr.com/v2/account -H "Authorization: Bearer $VULTR_API_KEY" \
            -o /dev/null -w '%{http_code} %{ssl_verify_result} %{content_type}\n' &&
        curl -sS https://api.vultr.com/openapi.json | head -c 12"#;
    let (status, said) = shell(exec(directory.path()).arg("--offline"), script);
    assert_eq!((status, &*said), (0, "200 0 application/json\n{\"openapi\":\""));
}

#[test]
fn tls_to_other_hosts_still_verifies() {
    if !has_curl("TLS to other hosts") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (outside, certificate) = tls_server();
    let own = directory.path().join("own.pem");
    std::fs::write(&own, certificate).unwrap();
    // Through the proxy, although it is on this machine.
    let script = format!("curl -sS --noproxy '' https://127.0.0.1:{}/", outside.port());
    const UNTRUSTED: i32 = 60;
    assert_eq!(shell(&mut exec(directory.path()), &script).0, UNTRUSTED);
    let (status, said) = shell(exec(directory.path()).env("SSL_CERT_FILE", &own), &script);
    assert_eq!((status, &*said), (0, "outside"), "what the caller trusts is trusted");
    // The proxy says 403 to CONNECT, which curl calls a receive error.
    let offline =
        shell(exec(directory.path()).arg("--offline=proxy").env("SSL_CERT_FILE", &own), &script);
    assert_eq!(offline, (56, String::new()));
}

/// Whether this system gives networks of their own to programs; a loud word if not.
fn has_networks(test: &str, data: &Path) -> bool {
    let Output { status, stderr, .. } =
        exec(data).args(["--offline", "--", "true"]).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    if !status.success() {
        assert!(said.contains("--offline cannot be held here"), "{said}");
        assert_eq!(status.code(), Some(125), "it is refused, not run unheld: {said}");
        eprintln!("SKIPPED: {test}: {said}");
    }
    status.success()
}

#[test]
fn offline_holds_for_programs_that_heed_no_proxy() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let name = "offline without a proxy";
    if !has_curl(name) || !has_networks(name, data) {
        return;
    }
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = outside.local_addr().unwrap().port();
    const REFUSED: i32 = 7;
    let script = format!("curl -sS --noproxy '*' http://127.0.0.1:{port}/");
    assert_eq!(shell(exec(data).arg("--offline"), &script), (REFUSED, String::new()));
    outside.set_nonblocking(true).unwrap();
    assert!(outside.accept().is_err(), "it was reached");

    // Kettle is there, by the proxy, by the host alone and directly, and what the command says and is comes
    // through.
    let script = r#"
        curl -sS -o /dev/null -w '%{http_code} ' https://api.vultr.com/v2/regions &&
        curl -sS --noproxy '*' -o /dev/null -w '%{http_code} ' https://api.vultr.com/v2/regions &&
        curl -sS -o /dev/null -w '%{http_code} ' "$VULTR_API_ENDPOINT/account" \
            -H "Authorization: Bearer $VULTR_API_KEY" && id -u && exit 3"#;
    let (status, said) = shell(exec(data).arg("--offline"), script);
    let user = rustix::process::getuid().as_raw();
    assert_eq!((status, &*said), (3, &*format!("200 200 200 {user}\n")));
    let server = Server::start(&mut serve(data), data);
    let (status, said) = shell(exec(data).arg("--offline"), script);
    assert_eq!((status, &*said), (3, &*format!("200 200 200 {user}\n")), "with a server that runs");
    drop(server);

    let mut command = UnderWay::start(
        exec(data).arg("--offline"),
        "trap 'echo terminated; exit 5' TERM; echo ready; while :; do sleep 0.01; done",
    );
    command.send(Signal::TERM);
    assert_eq!(command.line(), "terminated");
    assert_eq!(command.end(), 5);
    let mut missing = exec(data);
    let output = missing.args(["--offline", "--", "no-such-program"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), &*said),
        (Some(127), "error: no-such-program: command not found\n")
    );
}

/// Leaves what a server that was killed leaves; where it was, and its key.
fn killed(data: &Path) -> (String, String) {
    let server = Server::start(&mut serve(data), data);
    let (url, key) = (server.url.clone(), server.key.clone());
    until("its url", || data.join("url").exists().then_some(()));
    server.kill();
    assert_eq!(std::fs::read_to_string(data.join("url")).unwrap().trim(), url);
    (url, key)
}

#[test]
fn a_key_is_sent_to_nobody_who_does_not_prove_to_have_it() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let (url, key) = killed(data);
    // Somebody has the port now, says yes to everything, and writes down what comes.
    let other = False::listen(url.strip_prefix("http://").unwrap());
    let (status, said) = shell(&mut exec(data), r#"echo "$VULTR_API_ENDPOINT""#);
    assert_eq!(status, 0);
    assert_ne!(said.trim(), format!("{url}/v2"));
    let heard = other.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].starts_with("GET /_kettle/whoami?challenge="), "{heard:?}");
    assert!(!heard[0].contains(&key) && !heard[0].to_lowercase().contains("authorization"));
}

#[test]
fn a_server_that_takes_any_key_is_not_taken_for_ours() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let (url, _) = killed(data);
    let other = tempfile::tempdir().unwrap();
    let mut command = kettle(other.path());
    command.args(["serve", "--open", "--listen", url.strip_prefix("http://").unwrap(), "--data"]);
    let _other = Server::start(command.arg(other.path()), other.path());
    let (_, said) = shell(&mut exec(data), r#"echo "$VULTR_API_ENDPOINT""#);
    assert_ne!(said.trim(), format!("{url}/v2"));
}

#[test]
fn a_server_with_our_key_on_other_data_is_not_taken_for_ours() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let (url, key) = killed(data);
    let other = tempfile::tempdir().unwrap();
    let mut command = kettle(other.path());
    command.env("KETTLE_KEY", &key);
    command.args(["serve", "--ephemeral", "--listen", url.strip_prefix("http://").unwrap()]);
    let _other = Server::start(&mut command, data);
    let (_, said) = shell(&mut exec(data), r#"echo "$VULTR_API_ENDPOINT""#);
    assert_ne!(said.trim(), format!("{url}/v2"), "nobody has the data directory's data open");
}

#[test]
fn a_server_that_limits_its_callers_is_found_however_busy_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(serve(data).args(["--behave", "vultr", "--open"]), data);
    let script = r#"for i in $(seq 40); do curl -s -o /dev/null "$VULTR_API_ENDPOINT/regions"; done
                    echo "$VULTR_API_ENDPOINT""#;
    for _ in 0..2 {
        let (_, said) = shell(&mut exec(data), script);
        assert_eq!(said.trim(), format!("{}/v2", server.url));
    }
}

#[test]
fn a_command_of_which_kettle_hears_nothing_is_told() {
    let name = "commands that go past kettle exec";
    if !has_curl(name) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let said = |script: &str| {
        let mut command = exec(data);
        command.env("KETTLE_LOG", "warn").args(["--", "/bin/sh", "-c", script]);
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    const TOLD: &str = "no request of `/bin/sh` came to Kettle";
    let check = || {
        for script in [
            "curl -s https://api.vultr.com/v2/regions -o /dev/null",
            r#"curl -s "$VULTR_API_ENDPOINT/regions" -o /dev/null"#,
            r#"curl -s "$VULTR_API_ENDPOINT/account" -H "Authorization: Bearer wrong" -o /dev/null"#,
        ] {
            let said = said(script);
            assert!(!said.contains(TOLD), "{script}: {said}");
        }
        for (script, why) in [
            ("true", "it never used the proxy"),
            ("curl -s --cacert /dev/null https://api.vultr.com/", "does not trust"),
            (
                r#"curl -s -x "http://${HTTPS_PROXY#*@}" https://api.vultr.com/"#,
                "without the password",
            ),
            ("curl -s --noproxy '' http://127.0.0.1:1/", "but only for 127.0.0.1"),
        ] {
            let said = said(script);
            assert!(said.contains(TOLD) && said.contains(why), "{script}: {said}");
        }
    };
    check();
    let _server = Server::start(&mut serve(data), data);
    check();
}

#[test]
fn nodes_clients_reach_kettle_and_keep_their_own_options() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("SKIPPED: Node through kettle exec, for no node is on the PATH");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("my data");
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = outside.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in outside.incoming() {
            let answer =
                b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\noutside";
            let _ = stream.unwrap().write_all(answer);
        }
    });
    let program = r#"
        const https = require('https'), http = require('http');
        const headers = { Authorization: 'Bearer ' + process.env.VULTR_API_KEY };
        const get = (client, url, options) => new Promise((done, failed) =>
            client.get(url, { headers, ...options }, (answer) => {
                answer.resume();
                answer.on('end', () => done(answer.statusCode));
            }).on('error', failed));
        (async () => {
            const url = 'https://api.vultr.com/v2/account';
            const agent = new https.Agent({ keepAlive: true });
            const answers = [
                await get(https, url), await get(https, url, { agent }), await get(https, url, { agent }),
                await get(https, url, { agent: false }),
                await get(http, 'http://api.vultr.com/v2/account'),
                (await fetch(url, { headers })).status,
                (await fetch(url + 'x', { method: 'POST', body: 'x', headers })).status,
                await (await fetch('http://127.0.0.1:PORT/')).text(),
                process.execArgv.length, global.own,
            ];
            agent.destroy();
            console.log(answers.join(' '));
        })().catch((error) => { console.error(error); process.exit(1); });
    "#;
    let program = program.replace("PORT", &port.to_string());
    let own = directory.path().join("own.js");
    std::fs::write(&own, "global.own = 'own';").unwrap();
    let mut command = exec(&data);
    command.env("NODE_OPTIONS", format!("--require {}", own.display()));
    let output = command.args(["--", "node", "-e", &program]).output().unwrap();
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.trim(), "200 200 200 200 200 200 404 outside 2 own");
}

/// A TLS server on loopback that answers `outside`, and its self-signed certificate.
fn tls_server() -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut tls = StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust it hangs up here.
            if BufReader::new(&mut tls).read_line(&mut String::new()).is_ok_and(|read| read > 0) {
                let answer =
                    b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\noutside";
                let _ = tls.write_all(answer).and_then(|()| tls.flush());
            }
        }
    });
    (address, made.cert.pem())
}
