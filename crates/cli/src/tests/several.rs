//! Several ids in one command, and documents of what the API answers with nothing.

use serde_json::{Value, json};

use super::common::{DATA, Kettle, OTHER, Ran, WEB, block, world};

fn read(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {} {}", ran.out, ran.err))
}

fn sent(ran: &Ran) -> Vec<&str> {
    ran.asked.iter().filter(|asked| !asked.starts_with("GET")).map(String::as_str).collect()
}

/// Volumes of which `OTHER` is locked and cannot be changed, and the rest always can.
fn locked(method: &str, path: &str, body: &Value) -> (u16, Value) {
    match (method, path) {
        ("GET", path) if path == format!("/v2/blocks/{DATA}") => {
            (200, json!({"block": block(DATA, "data", "active")}))
        }
        ("GET", _) => world(method, path, body),
        (_, path) if path.contains(OTHER) => {
            (400, json!({"error": "It is locked.", "status": 400}))
        }
        _ => (204, Value::Null),
    }
}

#[tokio::test(start_paused = true)]
async fn each_of_several_is_told_and_a_failure_stops_none_of_the_others() {
    let kettle = Kettle::new(locked);
    let ran = kettle.run(&format!("block delete web {OTHER} data --yes")).await;
    let expected = [WEB, OTHER, DATA].map(|id| format!("DELETE /v2/blocks/{id}"));
    assert_eq!(sent(&ran), expected);
    let said = format!(
        "deleted block {WEB} (web)\nerror: block {OTHER}: It is locked. (status 400)\n\
         deleted block {DATA} (data)\n"
    );
    assert_eq!((ran.exit, ran.err), (3, said), "the exit status is the first failure's");
}

#[tokio::test(start_paused = true)]
async fn all_are_found_before_the_first_is_changed_and_none_is_changed_twice() {
    let kettle = Kettle::new(locked);
    let ran = kettle.run("block delete web nothing data").await;
    assert_eq!((ran.exit, sent(&ran).len()), (4, 0), "{}", ran.err);
    assert!(ran.err.ends_with("\nnothing was done\n"), "{}", ran.err);
    let ran = kettle.run(&format!("block delete web {WEB} cb676a46")).await;
    assert_eq!(sent(&ran), [format!("DELETE /v2/blocks/{WEB}")]);
    let ran = kettle.run("block attach web data --instance-id a --live=maybe").await;
    assert_eq!((ran.exit, sent(&ran).len()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn several_are_asked_about_once() {
    let distant = Kettle {
        endpoint: "https://api.vultr.com",
        stdin: "y\n",
        asks: true,
        ..Kettle::new(locked)
    };
    let ran = distant.run("block delete web data").await;
    let asked = format!("About to delete block {WEB} (web), block {DATA} (data) at https://");
    assert!(ran.err.starts_with(&asked), "{}", ran.err);
    assert_eq!((ran.exit, sent(&ran).len(), ran.err.matches("[y/N]").count()), (0, 2, 1));
    let ran = Kettle { stdin: "n\n", ..distant }.run("block delete web data").await;
    assert_eq!((ran.exit, sent(&ran).len()), (1, 0));
    let unasked = Kettle { endpoint: "https://api.vultr.com", ..Kettle::new(locked) };
    let ran = unasked.run("block delete web data").await;
    assert!(ran.err.contains("to delete block web, block data at"), "{}", ran.err);
    assert_eq!((ran.exit, ran.asked.len()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn of_several_a_document_is_a_list_and_a_table_has_a_line_for_each() {
    let kettle = Kettle::new(locked);
    let ids = |value: &Value| {
        let each = value.as_array().unwrap().iter();
        each.map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let ran = kettle.run("block get web data -o json").await;
    assert_eq!(ids(&read(&ran)), [WEB, DATA]);
    let ran = kettle.run("block get web data").await;
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.out);
    let ran = kettle.run(&format!("block get web {OTHER} data -o json")).await;
    assert_eq!((ran.exit, ids(&read(&ran))), (4, vec![WEB.to_owned(), DATA.to_owned()]));
    assert!(ran.err.contains(&format!("error: block {OTHER}: Not found")), "{}", ran.err);
    let ran = kettle.run(&format!("block delete {OTHER} web -o json")).await;
    assert_eq!((ran.exit, ids(&read(&ran))), (3, vec![WEB.to_owned()]));
    let ran = kettle.run(&format!("block delete {OTHER} {OTHER} -o json")).await;
    assert_eq!((ran.exit, read(&ran)), (3, json!([])));
}

#[tokio::test(start_paused = true)]
async fn options_may_stand_between_and_the_path_before_the_last_is_one() {
    let kettle = Kettle::new(|method, _, _| match method {
        "GET" => (404, json!({"error": "Not found", "status": 404})),
        _ => (204, Value::Null),
    });
    let ran = kettle.run(&format!("record delete x.example {WEB} --yes {DATA}")).await;
    let expected = [WEB, DATA].map(|id| format!("DELETE /v2/domains/x.example/records/{id}"));
    assert_eq!(sent(&ran), expected, "{}", ran.err);
    let ran = kettle.run(&format!("instance start {WEB} {DATA}")).await;
    assert_eq!(sent(&ran), [WEB, DATA].map(|id| format!("POST /v2/instances/{id}/start {{}}")));
    // What is made, or listed, is made or listed in one place.
    for line in ["record list x.example y.example", "record create a b --type A --name x --data y"]
    {
        let ran = kettle.run(line).await;
        assert_eq!((ran.exit, ran.asked.len()), (2, 0), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_reached_or_knows_no_key_is_not_asked_again_and_again() {
    let kettle = Kettle::new(|method, _, _| match method {
        "GET" => (404, json!({"error": "Not found", "status": 404})),
        _ => (401, json!({"error": "Unauthorized", "status": 401})),
    });
    let ran = kettle.run(&format!("block delete {WEB} {DATA} {OTHER}")).await;
    assert_eq!((ran.exit, sent(&ran).len()), (5, 1), "{}", ran.err);
    let left = format!("not done: block {WEB}, block {DATA}, block {OTHER}\nerror: Unauthorized");
    assert!(ran.err.starts_with(&left), "{}", ran.err);
}

#[tokio::test(start_paused = true)]
async fn several_are_waited_for_together() {
    // `DATA` never comes; the others are there.
    let kettle = Kettle::new(|method, path, _| {
        let power = if path.contains(DATA) { "stopped" } else { "running" };
        let id = path.split('/').nth(3).unwrap_or_default();
        let instance = json!({"id": id, "label": "x", "status": "active", "power_status": power});
        match method {
            "POST" => (204, Value::Null),
            _ => (200, json!({"instance": instance})),
        }
    });
    let line = format!("instance start {WEB} {DATA} {OTHER} --wait --timeout 10s");
    let started = tokio::time::Instant::now();
    let ran = kettle.run(&line).await;
    assert!(started.elapsed().as_secs() <= 11, "within the same time: {:?}", started.elapsed());
    assert_eq!(ran.exit, 9);
    for said in [
        format!("instance {WEB} (x) is running\n"),
        format!("error: instance {DATA}: still not running after 10s\n"),
        format!("instance {OTHER} (x) is running\n"),
    ] {
        assert!(ran.err.contains(&said), "{said}: {}", ran.err);
    }
    assert_eq!(sent(&ran).len(), 3);
    assert_eq!(ran.out.lines().count(), 4, "a table of all: {}", ran.out);
    assert!(ran.out.starts_with("ID\tLABEL\tSTATUS"), "with an instance's columns: {}", ran.out);
}

#[tokio::test(start_paused = true)]
async fn passwords_of_several_are_printed_as_they_come() {
    let kettle = Kettle::new(|method, path, _| {
        let id = path.split('/').nth(3).unwrap_or_default();
        let mut instance = json!({"id": id, "label": "x", "status": "active"});
        match method {
            "POST" if path.contains(DATA) => (400, json!({"error": "no", "status": 400})),
            "POST" => {
                instance["default_password"] = format!("pw-{}", &id[..2]).into();
                (202, json!({"instance": instance}))
            }
            _ => (200, json!({"instance": instance})),
        }
    });
    let ran = kettle.run(&format!("instance reinstall {WEB} {DATA} {OTHER}")).await;
    assert!(ran.out.contains("pw-cb") && ran.out.contains("\n\n") && ran.out.contains("pw-d1"));
    assert_eq!((ran.exit, ran.out.matches("pw-").count()), (3, 2), "{}", ran.out);
}

#[tokio::test(start_paused = true)]
async fn who_reads_no_further_stops_none_of_the_changes() {
    let kettle = Kettle {
        read: 20,
        ..Kettle::new(|method, path, _| {
            let id = path.split('/').nth(3).unwrap_or_default();
            match method {
                "PATCH" if id == OTHER => (400, json!({"error": "no", "status": 400})),
                _ => (202, json!({"instance": {"id": id, "label": "x"}})),
            }
        })
    };
    let ran = kettle.run(&format!("instance update {WEB} {DATA} --label x")).await;
    assert_eq!(sent(&ran).len(), 2, "{}", ran.err);
    let said = format!("updated instance {WEB} (x)\nupdated instance {DATA} (x)\n");
    assert_eq!((ran.exit, ran.out.len(), ran.err), (0, 20, said));
    let ran = kettle.run(&format!("instance update {WEB} {OTHER} {DATA} --label x")).await;
    assert_eq!((ran.exit, sent(&ran).len()), (3, 3), "{}", ran.err);
}

#[tokio::test(start_paused = true)]
async fn a_document_of_a_change_without_an_answer_is_the_thing() {
    let kettle = Kettle::new(world);
    let read = async |line: &str| {
        let ran = kettle.run(line).await;
        assert_eq!(ran.exit, 0, "{line}: {}", ran.err);
        (read(&ran), ran)
    };
    let web = block(WEB, "web", "active");
    // As it is now, and before it was deleted.
    let (updated, ran) = read(&format!("block update {WEB} --label x -o json")).await;
    assert_eq!(updated, web);
    assert!(ran.asked.last().unwrap().starts_with("GET"), "{:?}", ran.asked);
    let (deleted, ran) = read("block delete web -o json").await;
    assert_eq!(deleted, web);
    assert!(ran.asked.last().unwrap().starts_with("DELETE"), "{:?}", ran.asked);
    // What cannot be looked at is named; and where nothing is named, nothing is told.
    let (deleted, _) = read(&format!("block delete {OTHER} -o json")).await;
    assert_eq!(deleted, json!({"id": OTHER}));
    let (bucket, _) = read(&format!("bucket delete {WEB} pictures -o json")).await;
    assert_eq!(bucket, json!({"id": "pictures"}));
    let (started, _) = read(&format!("instance start-many --instance-ids {WEB} -o json")).await;
    assert_eq!(started, json!({}));
    let ran = kettle.run(&format!("instance start-many --instance-ids {WEB} -o csv")).await;
    assert_eq!(ran.out, "");
    assert_eq!(kettle.run("block delete web").await.out, "", "people are told on standard error");
}

#[tokio::test(start_paused = true)]
async fn an_updated_instance_is_an_instance() {
    let kettle = Kettle::new(|method, _, _| match method {
        "PATCH" => (202, json!({"instance": {"id": WEB, "label": "new"}, "job_ids": ["j"]})),
        _ => (200, json!({"instance": {"id": WEB, "label": "old"}})),
    });
    let ran = kettle.run(&format!("instance update {WEB} --label new -o json")).await;
    assert_eq!(read(&ran), json!({"id": WEB, "label": "new", "job_ids": ["j"]}));
    assert_eq!(ran.err, format!("updated instance {WEB} (new)\n"));
}
