//! What strangers send to a real server: it answers, stays small, and keeps nobody else out.
//!
//! Every case is bounded: so many connections, so many bytes, on loopback alone. Memory is what the
//! operating system says is resident, with bounds that are generous and far below what each case
//! would take if it were kept.

#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use rustix::process::Signal;

use crate::support::{LONG, Server, kettle, serve, until};

/// A server in memory, on a free port.
fn server(args: &[&str]) -> Server {
    let directory = tempfile::tempdir().unwrap();
    let mut command = kettle(directory.path());
    command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0"]).args(args);
    Server::start(&mut command, directory.path())
}

/// The command, with so few descriptors.
fn with_descriptors(most: u32, command: &Command) -> Command {
    let mut limited = Command::new("/bin/sh");
    limited.arg("-c").arg(format!("ulimit -n {most}; exec \"$0\" \"$@\""));
    limited.arg(command.get_program()).args(command.get_args()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited
}

fn connect(server: &Server) -> TcpStream {
    let url = server.url.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(url.trim_end_matches("/v1")).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_write_timeout(Some(LONG)).unwrap();
    stream
}

/// Cases with many connections come one by one: the tests' own process has a limit, too.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends these bytes; all that comes back until the server hangs up.
fn exchange(server: &Server, bytes: &[u8]) -> String {
    let mut stream = connect(server);
    // Who is refused may be hung up on before all is sent.
    let _ = stream.write_all(bytes);
    rest(stream)
}

/// Sends these bytes, and says that no more will come.
fn break_off(server: &Server, bytes: &[u8]) -> String {
    let mut stream = connect(server);
    let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
    rest(stream)
}

fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(server: &Server, path: &str, more: &str) -> String {
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n");
    exchange(server, head.as_bytes())
}

fn account(server: &Server) -> String {
    get(server, "/v2/account", &format!("Authorization: Bearer {}\r\n", server.key))
}

#[track_caller]
fn is_well(server: &Server) {
    let answer = account(server);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

/// Megabytes that are resident.
fn resident(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() / 1024
}

fn descriptors(server: &Server) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().count()
}

/// Does it so often, from a few sides at once.
fn many(times: usize, work: impl Fn(usize) + Sync) {
    const SIDES: usize = 8;
    thread::scope(|scope| {
        for side in 0..SIDES {
            let work = &work;
            scope.spawn(move || (side..times).step_by(SIDES).for_each(work));
        }
    });
}

/// Fails if the server grows by more than `most` megabytes meanwhile.
#[track_caller]
fn grows_by_at_most(most: u64, server: &Server, work: impl FnOnce()) {
    is_well(server);
    let before = resident(server);
    work();
    let after = resident(server);
    assert!(after <= before + most, "from {before} to {after} MB");
    is_well(server);
}

// Connections and descriptors.

/// More connections than the server can have, each of which has sent this and no more.
fn held_open(sent: &str) {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    // A fresh server on disk: nothing has been read yet.
    let command = serve(directory.path());
    let server = Server::start(&mut with_descriptors(256, &command), directory.path());
    let begin = Instant::now();
    let held: Vec<_> = (0..400)
        .map(|_| {
            let mut stream = connect(&server);
            stream.write_all(sent.as_bytes()).unwrap();
            stream
        })
        .collect();
    many(64, |_| is_well(&server));
    assert!(begin.elapsed() < LONG / 2, "nobody waits until they are cut off");
    drop(held);
    until("their end", || (descriptors(&server) < 64).then_some(()));
    is_well(&server);
    assert!(server.stop().success());
}

#[test]
fn idle_connections_beyond_the_limit_keep_nobody_out() {
    held_open("");
}

#[test]
fn half_sent_heads_keep_nobody_out() {
    held_open("GET /v2/regions HTTP/1.1\r\nHost: localhost\r\nX-Half:");
}

#[test]
fn a_signal_waits_for_no_half_sent_request() {
    let server = server(&[]);
    let bodies: Vec<_> = ["/v2/instances", "/v1/server/create"]
        .map(|path| {
            let key = format!("Authorization: Bearer {0}\r\nAPI-Key: {0}\r\n", server.key);
            let mut half = connect(&server);
            let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{key}");
            write!(half, "{head}Content-Length: 100\r\n\r\n{{\"a\"").unwrap();
            half
        })
        .into();
    let mut half = connect(&server);
    half.write_all(b"GET /v2/regions HTTP/1.1\r\nHost:").unwrap();
    let idle = connect(&server);
    is_well(&server);
    let begin = Instant::now();
    assert!(server.stop().success());
    assert!(begin.elapsed().as_secs() < 8, "those who run have ten seconds");
    drop((half, idle, bodies));
}

#[test]
fn who_asks_and_takes_no_answer_keeps_nobody_out() {
    let _alone = alone();
    let server = server(&[]);
    let asks = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(20);
    grows_by_at_most(150, &server, || {
        let stalled: Vec<_> = (0..100)
            .map(|_| {
                let mut stream = connect(&server);
                stream.write_all(asks.as_bytes()).unwrap();
                stream
            })
            .collect();
        many(64, |_| is_well(&server));
        drop(stalled);
    });
    server.send(Signal::TERM);
    assert!(server.ended().success());
}

// Raw HTTP.

#[test]
fn what_is_no_request_gets_an_error_of_ours_or_none() {
    let server = server(&[]);
    let long = "x".repeat(70_000);
    let (uri, field) = (format!("GET /{long} HTTP/1.1\r\n\r\n"), "y".repeat(400_000));
    let field = format!("GET / HTTP/1.1\r\nX: {field}\r\n\r\n");
    let fields = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(500));
    let cases: [(&[u8], &str); 16] = [
        (b"\r\n\r\n\r\n", ""),
        (b"\0\0\0\0\r\n\r\n", "400"),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", "400"),
        (b"HELO example.com\r\n\r\n", "400"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ""),
        (b"GET / HTTP/9.9\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nNo colon\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n\r\n", "400"),
        (b"GET /%00%ff%C0%AE HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "404"),
        (
            b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "421",
        ),
        (uri.as_bytes(), "414"),
        (field.as_bytes(), "431"),
        (fields.as_bytes(), "431"),
    ];
    for (bytes, status) in cases {
        let sent = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]);
        if status.is_empty() {
            assert_eq!(break_off(&server, bytes), "", "{sent:?}");
            continue;
        }
        let answer = exchange(&server, bytes);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{sent:?}"));
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{sent:?}: {answer}");
        is_for_no_browser(head);
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["status"].to_string(), status, "{sent:?}");
        assert!(!body["error"].as_str().unwrap().is_empty());
    }
    is_well(&server);
}

#[track_caller]
fn is_for_no_browser(head: &str) {
    for line in [
        "x-content-type-options: nosniff",
        "x-frame-options: DENY",
        "content-security-policy: default-src 'none'; sandbox",
    ] {
        let found = head.lines().filter(|found| found.eq_ignore_ascii_case(line)).count();
        assert_eq!(found, 1, "{line}: {head}");
    }
}

#[test]
fn a_body_that_lies_about_its_length_harms_nobody() {
    let server = server(&[]);
    let head = |more: &str| {
        let key = &server.key;
        format!(
            "POST /v2/ssh-keys HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n{more}\r\n"
        )
    };
    let ends = "Connection: close\r\n";
    for (request, status) in [
        (head("Content-Length: 99999999999\r\n"), "413"),
        (head("Content-Length: 50\r\n") + "{}", "400"),
        (head(&format!("Transfer-Encoding: chunked\r\n{ends}")) + "2\r\n{}\r\n0\r\n\r\n", "400"),
        (head("Transfer-Encoding: chunked\r\n") + "zz\r\n{}\r\n0\r\n\r\n", "400"),
        (head("Transfer-Encoding: chunked\r\n") + "ffffffffffffffff\r\n{}", "400"),
    ] {
        let answer = break_off(&server, request.as_bytes());
        let is_told = answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {status} "));
        assert!(is_told, "{request}: {answer}");
    }
    is_well(&server);
}

// Browsers.

#[test]
fn a_page_that_leads_its_own_name_here_reads_nothing() {
    let server = server(&["--host", "kettle.test"]);
    let ask = |method: &str, path: &str, host: &str| {
        let key = format!("Authorization: Bearer {}\r\nAPI-Key: {}\r\n", server.key, server.key);
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{key}");
        exchange(
            &server,
            format!("{head}Content-Length: 0\r\nConnection: close\r\n\r\n").as_bytes(),
        )
    };
    for (method, path) in [
        ("GET", "/v2/account"),
        ("GET", "/v2/regions"),
        ("GET", "/v1/regions/list"),
        ("POST", "/v1/sshkey/create"),
        ("GET", "/openapi.json"),
        ("GET", "/_kettle/health"),
        ("POST", "/_kettle/reset"),
        ("GET", "/"),
    ] {
        for evil in ["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "192.0.2.1"] {
            let answer = ask(method, path, evil);
            assert!(answer.starts_with("HTTP/1.1 421 "), "{path} {evil}: {answer}");
            is_for_no_browser(answer.split_once("\r\n\r\n").unwrap().0);
        }
    }
    for good in ["localhost", "127.0.0.1:8787", "[::1]", "api.vultr.com", "kettle.test:80"] {
        let answer = ask("GET", "/v2/account", good);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{good}: {answer}");
    }
}

#[test]
fn a_gateway_is_no_better_a_way_in_for_a_page() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = kettle(directory.path());
    command.args(["gateway", "--listen", "127.0.0.1:0", "--upstream", "http://127.0.0.1:1"]);
    command.args(["--host", "old.test", "--data"]).arg(directory.path());
    std::fs::write(directory.path().join("key"), "UNUSED").unwrap();
    let gateway = Server::start(&mut command, directory.path());
    for (host, status) in [("evil.example", "421"), ("localhost", "400"), ("old.test", "400")] {
        let head = format!("GET /v1/nothing HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = exchange(&gateway, head.as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
}

const SCRIPT: &str = "%3Cscript%3Ealert(1)%3C/script%3E";

#[test]
fn no_answer_runs_script_in_a_browser() {
    let server = server(&[]);
    for path in ["/", "/v2/", "/v2/regions/", "/v2/ssh-keys/", "/_kettle/", "/v2/clusters/"] {
        for path in [format!("{path}{SCRIPT}"), format!("{path}?x={SCRIPT}")] {
            let answer = get(&server, &path, "");
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            is_for_no_browser(head);
            let html = head.lines().any(|line| line.starts_with("content-type: text/html"));
            assert!(!html && !body.contains("<script>"), "{path}: {answer}");
        }
    }
}

#[test]
fn v1_answers_run_no_script_in_a_browser() {
    let server = server(&[]);
    for path in [
        format!("/v1/regions/availability?DCID={SCRIPT}"),
        format!("/v1/{SCRIPT}"),
        format!("/v1/plans/list?type={SCRIPT}"),
        format!("/v1/server/list?SUBID={SCRIPT}"),
    ] {
        for key in [String::new(), format!("API-Key: {}\r\n", server.key)] {
            let answer = get(&server, &path, &key);
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            is_for_no_browser(head);
            assert!(!body.contains("<script>"), "{path}: {answer}");
        }
    }
}

// Memory.

#[test]
fn wrong_keys_leave_nothing_behind() {
    for args in [&[][..], &["--open"], &["--behave", "vultr"]] {
        let server = server(args);
        let key = "k".repeat(60_000);
        grows_by_at_most(40, &server, || {
            many(2_000, |n| {
                let answer =
                    get(&server, "/v2/ssh-keys", &format!("Authorization: Bearer {n}{key}\r\n"));
                let is_told =
                    ["HTTP/1.1 401 ", "HTTP/1.1 429 "].iter().any(|s| answer.starts_with(s));
                assert!(is_told, "{answer}");
            });
            until("the next second", || {
                account(&server).starts_with("HTTP/1.1 200 ").then_some(())
            });
        });
    }
}

#[test]
fn v1_wrong_keys_leave_nothing_behind() {
    for args in [&[][..], &["--behave", "vultr"]] {
        let server = server(args);
        let key = "k".repeat(60_000);
        grows_by_at_most(40, &server, || {
            many(2_000, |n| {
                let answer = get(&server, "/v1/server/list", &format!("API-Key: {n}{key}\r\n"));
                assert!(!answer.starts_with("HTTP/1.1 200 "), "{answer}");
            });
            until("the next second", || {
                account(&server).starts_with("HTTP/1.1 200 ").then_some(())
            });
        });
    }
}

/// Posts that send nearly a mebibyte and then nothing, all at once.
fn idle_posts(server: &Server, path: &str, header: &str) {
    let _alone = alone();
    let size = (1 << 20) - 16;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nContent-Length: {}\r\n\r\n",
        size + 1
    );
    let body = vec![b'x'; size];
    let held: Vec<_> = (0..400)
        .map(|_| {
            let mut stream = connect(server);
            // Who is refused is hung up on.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            stream
        })
        .collect();
    is_well(server);
    drop(held);
}

#[test]
fn bodies_without_a_key_are_not_read() {
    let server = server(&[]);
    grows_by_at_most(100, &server, || idle_posts(&server, "/v2/ssh-keys", "X: y"));
}

#[test]
fn v1_bodies_without_a_key_are_not_read() {
    let server = server(&[]);
    grows_by_at_most(100, &server, || idle_posts(&server, "/v1/sshkey/create", "X: y"));
}

#[test]
fn bodies_together_take_so_much_and_no_more() {
    let server = server(&[]);
    let key = format!("Authorization: Bearer {}", server.key);
    // The log's copies are in it: 64 kB of each of 400, and the 16 MB that it keeps.
    grows_by_at_most(240 + 26 + 16, &server, || {
        for _ in 0..2 {
            idle_posts(&server, "/v2/ssh-keys", &key);
        }
    });
}

#[test]
fn answers_that_are_kept_take_so_much_and_no_more() {
    let server = server(&[]);
    let whole = get(&server, "/v2/plans?per_page=500", "");
    assert!(whole.len() > 50_000, "{}", whole.len());
    grows_by_at_most(40, &server, || {
        many(1_000, |n| {
            let answer = get(&server, &format!("/v2/plans?per_page=500&x={n}"), "");
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        });
    });
}

#[test]
fn strangers_leave_no_account_on_a_server_that_takes_any_key() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(serve(directory.path()).arg("--open"), directory.path());
    is_well(&server);
    // What it does by itself at its start is done then, and nothing else comes due.
    let advance = format!(
        "POST /_kettle/clock/advance/1s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer {}\r\nContent-Length: 0\r\n\r\n",
        server.key
    );
    let advanced = exchange(&server, advance.as_bytes());
    assert!(advanced.starts_with("HTTP/1.1 200 OK\r\n"), "{advanced}");
    let size = || size_of_database(directory.path());
    let before = size();
    many(400, |n| {
        for path in ["/v2/regions", "/v2/nothing", "/v2/clusters", "/_kettle/health"] {
            get(&server, path, &format!("Authorization: Bearer STRANGER{n}\r\n"));
        }
    });
    assert_eq!(size(), before, "nothing was written");
    let guest = get(&server, "/v2/account", "Authorization: Bearer GUEST\r\n");
    assert!(guest.starts_with("HTTP/1.1 200 ") && size() > before, "{guest}");
}

/// The database with its log of changes.
fn size_of_database(data: &Path) -> u64 {
    let length = |name: &str| std::fs::metadata(data.join(name)).map_or(0, |file| file.len());
    length("kettle.db") + length("kettle.db-wal")
}
