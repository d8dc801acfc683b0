//! Signals, which concern the whole process: hence one test, which starts this binary once more, as a
//! process that does nothing else.

use std::process::Command;

use rustix::process::{Signal, getpid, kill_process};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use super::common::{self, DATA, Kettle, OTHER, WEB};

/// Set where the test is alone in its process.
const ALONE: &str = "CLI_TEST_ALONE";
/// What there is no answer to.
const NEVER: (u16, Value) = (0, Value::Null);

fn raise(signal: Signal) -> (u16, Value) {
    kill_process(getpid(), signal).unwrap();
    NEVER
}

/// Instances of which the second hangs when it is started; and what is created is never ready.
fn hanging(signal: Signal, method: &str, path: &str) -> (u16, Value) {
    match method {
        "POST" if path.contains(DATA) || path.ends_with("/vpcs") => raise(signal),
        "POST" if path.ends_with("/instances") => {
            (202, json!({"instance": {"id": WEB, "label": "web", "default_password": "S3cret"}}))
        }
        "GET" if path.ends_with(OTHER) => (404, json!({"error": "Not found", "status": 404})),
        "GET" if path.ends_with(DATA) => (404, json!({"error": "Not found", "status": 404})),
        "GET" if path.ends_with(WEB) => raise(signal),
        _ => (204, Value::Null),
    }
}

#[tokio::test]
async fn a_signal_ends_a_change_and_what_is_known_is_told() {
    if std::env::var_os(ALONE).is_none() {
        let (_, here) = module_path!().split_once("::").unwrap();
        let name = format!("{here}::a_signal_ends_a_change_and_what_is_known_is_told");
        let mut again = Command::new(std::env::current_exe().unwrap());
        let ran = again.args(["--exact", &name]).env(ALONE, "yes").output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    // The process that runs the tests may ignore it.
    let _heard = signal(SignalKind::hangup()).unwrap();
    let servers: [(u8, common::Server); 4] = [
        (129, |method, path, _| hanging(Signal::HUP, method, path)),
        (130, |method, path, _| hanging(Signal::INT, method, path)),
        (131, |method, path, _| hanging(Signal::QUIT, method, path)),
        (143, |method, path, _| hanging(Signal::TERM, method, path)),
    ];
    for (exit, server) in servers {
        let kettle = Kettle::new(server);
        let ran = kettle.run("vpc create --region ewr --description lan").await;
        let said = "error: interrupted: POST /v2/vpcs may have taken effect\n";
        assert_eq!((ran.exit, &*ran.err), (exit, said));
        let ran = kettle.run("api POST /v2/vpcs -d {}").await;
        assert_eq!((ran.exit, &*ran.err), (exit, said));

        let third = "dddddddd-0000-4dfb-b839-443f2e6c0b63";
        let ran = kettle.run(&format!("instance start {OTHER} {DATA} {third}")).await;
        let said = format!(
            "started instance {OTHER}\nnot done: instance {third}\n\
             error: interrupted: POST /v2/instances/{DATA}/start may have taken effect\n"
        );
        assert_eq!((ran.exit, ran.err), (exit, said));

        let create = "instance create --region ewr --plan p --os-id 1 --wait";
        for format in ["table", "json", "yaml", "csv"] {
            let ran = kettle.run(&format!("{create} -o {format}")).await;
            assert_eq!((ran.exit, ran.out.matches("S3cret").count()), (exit, 1), "{}", ran.err);
        }
        let ran = kettle.run(&format!("{create} --query .default_password")).await;
        assert_eq!((ran.exit, &*ran.out), (exit, "S3cret\n"), "{}", ran.err);
    }
}
