//! `--wait`: what is known only once is printed before anything is waited for, and what became of
//! it is told without telling everything again.

use serde_json::{Value, json};

use super::common::{self, Kettle, WEB};

const CREATE: &str = "instance create --region ewr --plan p --os-id 1 --label web --wait";

fn instance(status: &str, ip: &str) -> Value {
    let power = if status == "active" { "running" } else { "stopped" };
    json!({"id": WEB, "label": "web", "status": status, "power_status": power, "main_ip": ip})
}

fn with_password() -> Value {
    let mut first = instance("pending", "0.0.0.0");
    first["default_password"] = "S3cret".into();
    first
}

/// An instance that is ready when it is looked at.
fn quick(method: &str, _path: &str, _body: &Value) -> (u16, Value) {
    match method {
        "POST" => (202, json!({"instance": with_password()})),
        _ => (200, json!({"instance": instance("active", "198.18.0.7")})),
    }
}

/// An instance that gets an address and then stays where it is.
fn slow(method: &str, _path: &str, _body: &Value) -> (u16, Value) {
    match method {
        "POST" => (202, json!({"instance": with_password()})),
        _ => (200, json!({"instance": instance("pending", "198.18.0.7")})),
    }
}

fn broken(method: &str, _path: &str, _body: &Value) -> (u16, Value) {
    match method {
        "POST" => (202, json!({"instance": with_password()})),
        _ => (200, json!({"instance": instance("failed", "0.0.0.0")})),
    }
}

fn forgetful(method: &str, _path: &str, _body: &Value) -> (u16, Value) {
    match method {
        "POST" => (202, json!({"instance": with_password()})),
        _ => (404, json!({"error": "Invalid instance.", "status": 404})),
    }
}

#[tokio::test(start_paused = true)]
async fn a_created_thing_is_printed_and_then_only_what_has_changed() {
    let ran = Kettle::new(quick).run(CREATE).await;
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert_eq!(ran.out.matches("S3cret").count(), 1, "{}", ran.out);
    assert_eq!(ran.out.matches(WEB).count(), 1, "{}", ran.out);
    let (first, then) = ran.out.split_at(ran.out.find("S3cret").unwrap());
    assert!(first.contains("pending") && first.contains("0.0.0.0"), "{}", ran.out);
    assert!(then.contains("active") && then.contains("198.18.0.7"), "{}", ran.out);
    assert!(!then.contains("label"), "what is the same is not told again: {}", ran.out);
    let said = format!("created instance {WEB} (web)\ninstance {WEB} (web) is ready\n");
    assert_eq!(ran.err, said);
}

#[tokio::test(start_paused = true)]
async fn of_chosen_columns_those_that_are_the_same_are_not_told_again() {
    let ran = Kettle::new(quick).run(&format!("{CREATE} --columns id,status,main_ip")).await;
    let first = format!("id\t{WEB}\nstatus\tpending\nmain_ip\t0.0.0.0\n");
    let then = "\nstatus\tactive\nmain_ip\t198.18.0.7\n";
    assert_eq!((ran.exit, ran.out), (0, format!("{first}{then}")));
    let ran = Kettle::new(quick).run(&format!("{CREATE} --columns id,label")).await;
    assert_eq!((ran.exit, ran.out), (0, format!("id\t{WEB}\nlabel\tweb\n")));
}

#[tokio::test(start_paused = true)]
async fn a_password_is_on_the_screen_however_waiting_ends() {
    for (server, end) in
        [(slow as common::Server, "still pending"), (broken, "ended as failed"), (forgetful, "404")]
    {
        let kettle = Kettle::new(server);
        let ran = kettle.run(&format!("{CREATE} --timeout 1m30s")).await;
        assert!(ran.out.contains("S3cret") && ran.out.contains(WEB), "{end}: {}", ran.out);
        assert!(ran.exit != 0 && ran.err.contains(end), "{end}: {}", ran.err);
        assert!(ran.err.contains(&format!("`kettle instance get {WEB}`")), "{end}: {}", ran.err);
        for format in ["json", "yaml", "csv"] {
            let ran = kettle.run(&format!("{CREATE} --timeout 1m30s -o {format}")).await;
            assert_eq!(ran.out.matches("S3cret").count(), 1, "{end} {format}: {}", ran.out);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn json_is_one_document_with_what_both_answers_told() {
    let read = |out: &str| serde_json::from_str::<Value>(out).unwrap();
    let ran = Kettle::new(quick).run(&format!("{CREATE} -o json")).await;
    let mut both = instance("active", "198.18.0.7");
    both["default_password"] = "S3cret".into();
    assert_eq!((ran.exit, read(&ran.out)), (0, both));

    let ran = Kettle::new(slow).run(&format!("{CREATE} -o json --timeout 1m30s")).await;
    let mut both = instance("pending", "198.18.0.7");
    both["default_password"] = "S3cret".into();
    assert_eq!((ran.exit, read(&ran.out)), (9, both));
    assert!(ran.err.contains("still pending after 90s"), "{}", ran.err);

    let ran = Kettle::new(forgetful).run(&format!("{CREATE} -o json")).await;
    assert_eq!((ran.exit, read(&ran.out)), (4, with_password()));
}

#[tokio::test(start_paused = true)]
async fn how_to_go_on_leads_to_the_same_place() {
    let mut kettle = Kettle::new(slow);
    kettle.env = &[("KETTLE_CONFIG", "/nowhere")];
    let line = format!("--endpoint http://127.0.0.1:9 {CREATE} --timeout 5s");
    let ran = kettle.run(&line).await;
    let get = format!("`kettle --endpoint http://127.0.0.1:9 instance get {WEB}");
    assert!(ran.err.contains(&format!("{get}` shows")), "{}", ran.err);
    assert!(ran.err.contains(&format!("{get} --wait` waits on")), "{}", ran.err);
    // What has failed does not get ready by being waited for.
    let ran = Kettle::new(broken).run(CREATE).await;
    assert!(!ran.err.contains("get {WEB} --wait"), "{}", ran.err);
}

#[tokio::test(start_paused = true)]
async fn get_waits_on() {
    let get = format!("instance get {WEB} --wait --timeout 5s");
    let ran = Kettle::new(quick).run(&get).await;
    assert_eq!((ran.exit, &*ran.err), (0, ""));
    assert_eq!(ran.out.matches("active").count(), 1, "{}", ran.out);
    let ran = Kettle::new(slow).run(&format!("{get} -o json")).await;
    assert_eq!(ran.exit, 9);
    assert!(ran.err.contains(&format!("instance {WEB}: still pending after 5s")), "{}", ran.err);
    assert!(serde_json::from_str::<Value>(&ran.out).is_ok(), "{}", ran.out);
    // What says nothing of how it does cannot be waited for.
    let ran = Kettle::new(quick).run(&format!("vpc get {WEB} --wait")).await;
    assert_eq!((ran.exit, ran.asked.len()), (2, 0));
}
