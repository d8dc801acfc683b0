//! Running children: exit status, environment, signals.
//!
//! Signals concern a whole process, so a test that needs them starts this test binary once more, for
//! the same test, as a process that does nothing but `run` a child.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use proxy::{Changes, Exec, Offline, Outcome, Site, Traffic, exec, run};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

use super::support::{DOMAINS, echo_server, now, variables};

const SCRIPT: &str = "PROXY_TEST_SCRIPT";

fn shell(script: &str) -> Vec<OsString> {
    ["/bin/sh", "-c", script].map(OsString::from).to_vec()
}

#[tokio::test]
async fn the_exit_status_is_the_childs() {
    for (script, status) in
        [("exit 0", 0), ("exit 3", 3), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
    {
        assert_eq!(run(&shell(script), &Changes::new(), false).await.unwrap(), status, "{script}");
    }
}

#[tokio::test]
async fn the_child_gets_the_changes_over_what_it_inherits() {
    let changes = Changes::from([("KETTLE_TEST".to_owned(), "a b".into())]);
    let script = r#"test "$KETTLE_TEST" = "a b" && test -n "$PATH""#;
    assert_eq!(run(&shell(script), &changes, false).await.unwrap(), 0);
}

#[tokio::test]
async fn what_cannot_be_run_is_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let plain = directory.path().join("plain");
    std::fs::write(&plain, "text").unwrap();
    for (program, status, words) in [
        ("no-such-program-anywhere".into(), 127, "command not found"),
        (plain.clone().into_os_string(), 126, "cannot be run"),
        (directory.path().as_os_str().to_owned(), 126, "cannot be run"),
    ] {
        let error = run(&[program], &Changes::new(), false).await.unwrap_err();
        assert_eq!(error.exit_status(), status, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = run(&[], &Changes::new(), false).await.unwrap_err();
    assert_eq!(error.exit_status(), 125);
    assert!(error.to_string().contains("kettle exec -- "), "{error}");
}

#[tokio::test]
async fn exec_leads_a_child_to_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let script = r#"
        test "$VULTR_API_KEY" = the-key && test -r "$SSL_CERT_FILE" && test -r "$NODE_EXTRA_CA_CERTS" &&
        case "$VULTR_API_ENDPOINT" in http://127.0.0.1:*/v2) ;; *) exit 9 ;; esac &&
        case "$HTTPS_PROXY" in http://kettle:pass@127.0.0.1:*) ;; *) exit 8 ;; esac &&
        test -r "$(echo "$NODE_OPTIONS" | cut -d'"' -f2)" &&
        test "${CARGO_MANIFEST_DIR-none} $ADDED" = "none more" &&
        exit 42"#;
    let server = echo_server("kettle").await;
    let outcome = exec(Exec {
        command: shell(script),
        directory: directory.path().to_owned(),
        server,
        sites: vec![Site { hosts: "api.vultr.com".to_owned(), upstream: server }],
        domains: DOMAINS.map(str::to_owned).to_vec(),
        key: "the-key".to_owned(),
        offline: Offline::Proxy,
        password: "pass".to_owned(),
        reentry: Vec::new(),
        variables: variables(&[]),
        own: [("ADDED".to_owned(), "more".into()), ("CARGO_MANIFEST_DIR".to_owned(), "".into())]
            .into(),
        to_stderr: false,
        now: now(),
    })
    .await
    .unwrap();
    assert_eq!(outcome, Outcome { status: 42, traffic: Traffic::default() });
}

/// Makes nothing of what whoever started the tests had ignored, as `nohup` and a shell's `&` do: a
/// signal that is caught is no longer ignored, and a child that is started has its default again.
fn ignore_nothing() {
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2] {
        signal_hook::flag::register(signal, Arc::default()).unwrap();
    }
}

/// In the process started by [`Wrapped::start`]: does `first`, runs the child and ends with its
/// status.
fn be_wrapped(first: fn()) {
    if let Ok(script) = std::env::var(SCRIPT) {
        first();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let status = runtime.block_on(run(&shell(&script), &Changes::new(), false)).unwrap();
        std::process::exit(status.into());
    }
}

/// A process that runs a child and is sent signals.
struct Wrapped {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Wrapped {
    /// Runs `before` in a shell that then becomes this test binary, which runs `script`, and waits
    /// until that says that it is ready.
    fn start(test: &str, before: &str, script: &str) -> Self {
        let (_, here) = module_path!().split_once("::").unwrap();
        let mut process = Command::new("/bin/sh")
            .args(["-c", &format!(r#"{before} exec "$0" --exact {here}::{test} --nocapture"#)])
            .arg(std::env::current_exe().unwrap())
            .env(SCRIPT, script)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut wrapped = Self { process, output };
        wrapped.wait_for("ready");
        wrapped
    }

    fn wait_for(&mut self, words: &str) {
        let found = self.output.by_ref().any(|line| line.unwrap().ends_with(words));
        assert!(found, "the child ended without saying {words:?}");
    }

    fn send(&self, signal: Signal) {
        let pid = Pid::from_raw(self.process.id().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    fn status(mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }
}

/// A script that waits, and at each of these signals says so.
fn waiting(traps: &str) -> String {
    // `wait` returns at a signal, so that the trap runs at once.
    format!("tail -f /dev/null & p=$!; {traps}; echo ready; while :; do wait $p; done")
}

#[test]
fn signals_sent_to_us_reach_the_child_once_each() {
    be_wrapped(ignore_nothing);
    let script = waiting(
        "trap 'echo got HUP' HUP; trap 'echo got USR1' USR1; trap 'echo got INT' INT; \
         trap 'echo got QUIT' QUIT; trap 'kill $p; exit 7' TERM",
    );
    let mut wrapped = Wrapped::start("signals_sent_to_us_reach_the_child_once_each", "", &script);
    for (signal, words) in [
        (Signal::HUP, "got HUP"),
        (Signal::USR1, "got USR1"),
        (Signal::INT, "got INT"),
        (Signal::QUIT, "got QUIT"),
    ] {
        wrapped.send(signal);
        wrapped.wait_for(words);
    }
    wrapped.send(Signal::TERM);
    let more: Vec<_> = wrapped.output.by_ref().map(Result::unwrap).collect();
    assert!(more.is_empty(), "a signal came twice: {more:?}");
    assert_eq!(wrapped.status(), Some(7));
}

#[test]
fn a_child_that_a_signal_ends_gives_128_and_its_number() {
    be_wrapped(ignore_nothing);
    let name = "a_child_that_a_signal_ends_gives_128_and_its_number";
    let wrapped = Wrapped::start(name, "", "echo ready; exec tail -f /dev/null");
    wrapped.send(Signal::TERM);
    assert_eq!(wrapped.status(), Some(143));
}

#[test]
fn what_we_were_told_to_ignore_the_child_ignores_too() {
    be_wrapped(|| {});
    let name = "what_we_were_told_to_ignore_the_child_ignores_too";
    let script = "kill -HUP $$; kill -HUP $PPID; echo ready; exec tail -f /dev/null";
    let wrapped = Wrapped::start(name, "trap '' HUP;", script);
    wrapped.send(Signal::TERM);
    assert_eq!(wrapped.status(), Some(143));
}
