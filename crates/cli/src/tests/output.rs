//! The options of what is shown: what they do, and what they refuse before anything is sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::common::{DATA, Kettle, OTHER, WEB, world};

#[tokio::test(start_paused = true)]
async fn ids_alone_are_for_other_commands() {
    let kettle = Kettle::new(world);
    let ran = kettle.run("block list -q").await;
    assert_eq!((ran.exit, ran.out), (0, format!("{WEB}\n{DATA}\n{OTHER}\n")));
    let ran = kettle.run("block create --region ewr --size-gb 50 --quiet").await;
    assert_eq!(ran.out, format!("{WEB}\n"));
    let ran = kettle.run(&format!("block get {WEB} -q")).await;
    assert_eq!(ran.out, format!("{WEB}\n"));
}

#[tokio::test(start_paused = true)]
async fn what_is_sorted_or_chosen_among_is_fetched_whole_before_it_is_limited() {
    let kettle = Kettle::new(world);
    let ran = kettle.run("block list -q --sort -label --limit 1").await;
    assert_eq!((ran.asked.len(), ran.out), (2, format!("{OTHER}\n")));
    let ran =
        kettle.run("block list -q --filter status=active --filter label!=web --limit 5").await;
    assert_eq!((ran.asked.len(), ran.out), (2, format!("{DATA}\n")));
    let ran = kettle.run("block list -o json --filter status=pending --query .[].label").await;
    assert_eq!(ran.out, "\"web, old\"\n");
    let ran = kettle.run("block list -o json --filter status=nothing").await;
    assert_eq!(ran.out, "[]\n");
}

#[tokio::test(start_paused = true)]
async fn csv_has_all_fields_or_these() {
    let kettle = Kettle::new(world);
    let ran = kettle.run("block list -o csv --columns label,size --sort label").await;
    assert_eq!(ran.out, "label,size_gb\ndata,50\nweb,50\n\"web, old\",50\n");
    let ran = kettle.run("block list -o csv --columns label --no-header --limit 1").await;
    assert_eq!(ran.out, "web\n");
    let ran = kettle.run(&format!("block get {WEB} -o csv")).await;
    assert!(ran.out.starts_with("id,date_created,cost,"), "{}", ran.out);
}

#[tokio::test(start_paused = true)]
async fn a_query_prints_texts_as_they_are_and_json_as_json() {
    let kettle = Kettle::new(world);
    let get = async |rest: &str| kettle.run(&format!("block get {WEB} {rest}")).await.out;
    assert_eq!(get("--query .label").await, "web\n");
    assert_eq!(get("--query .label -o json").await, "\"web\"\n");
    assert_eq!(get("--query .cost,.label -o yaml").await, "5\n---\nweb\n");
    assert_eq!(
        get("--query {status,label} -o json").await,
        "{\n  \"status\": \"active\",\n  \"label\": \"web\"\n}\n"
    );
    assert_eq!(get("--query {label,cost} -o csv").await, "label,cost\nweb,5\n");
    assert_eq!(get("--query [.label,.cost]|@tsv").await, "web\t5\n");
    let ran = kettle.run(&format!("block get {WEB} --query .label.x")).await;
    assert_eq!((ran.exit, &*ran.out), (1, ""));
    assert!(ran.err.starts_with("error: --query: cannot index"), "{}", ran.err);
}

const CONFIG: &str = "apiVersion: v1\nkind: Config\n";

/// A server of what is in base64, by the last digit of the id.
fn encoded(_: &str, path: &str, _: &Value) -> (u16, Value) {
    let data = match path.chars().rev().find(char::is_ascii_digit) {
        Some('1') => STANDARD.encode("\u{1b}[31m"),
        Some('2') => String::new(),
        Some('3') => "no base64!".into(),
        _ => STANDARD.encode("#!/bin/sh\necho hi"),
    };
    (
        200,
        match path {
            _ if path.ends_with("/config") => json!({ "kube_config": STANDARD.encode(CONFIG) }),
            _ if path.ends_with("/user-data") => json!({ "user_data": { "data": data } }),
            _ if path.ends_with("/hi.sh") => {
                json!({ "file": { "name": "hi.sh", "content": data }, "name": "hi.sh" })
            }
            _ => json!({ "startup_script": { "id": WEB, "name": "hi", "script": data } }),
        },
    )
}

/// What is printed on a terminal of so many columns, or in a pipe.
async fn printed(columns: Option<usize>, line: &str) -> String {
    let mut kettle = Kettle::new(encoded);
    kettle.columns = columns;
    let ran = kettle.run(&line.replace("ID", &WEB[..WEB.len() - 1])).await;
    assert_eq!(ran.exit, 0, "{line}: {}", ran.err);
    ran.out
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_a_file_in_base64_is_printed_as_the_file() {
    let text = STANDARD.encode(CONFIG);
    for (rest, shown) in [
        ("", CONFIG),
        // Whoever asks for the API's answer, or a part of it, gets that.
        ("-o json", &format!("{:#}\n", json!({ "kube_config": text }))),
        ("-o yaml", &format!("kube_config: {text}\n")),
        ("-o csv", &format!("kube_config\n{text}\n")),
        ("--query .kube_config", &format!("{text}\n")),
        ("--columns kube_config", &format!("kube_config\t{text}\n")),
    ] {
        assert_eq!(printed(None, &format!("kubernetes config ID0 {rest}")).await, shown);
    }
    for (columns, line, shown) in [
        (Some(80), "kubernetes config ID0", CONFIG),
        // The last byte counts, but where somebody reads it.
        (None, "instance user-data ID0", "#!/bin/sh\necho hi"),
        (Some(80), "bare-metal user-data ID0", "#!/bin/sh\necho hi\n"),
        (None, "instance user-data ID1", "\u{1b}[31m"),
        (Some(80), "instance user-data ID1", "instance user-data\n  data  G1szMW0=\n"),
        (None, "instance user-data ID2", ""),
        (None, "instance user-data ID3", "data\tno base64!\n"),
    ] {
        assert_eq!(printed(columns, line).await, shown, "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_in_base64_among_others_is_read_on_a_terminal() {
    let shown = printed(Some(80), "startup-script get ID0").await;
    assert!(shown.ends_with("  script\n    #!/bin/sh\n    echo hi\n"), "{shown}");
    let shown = printed(None, "startup-script get ID0").await;
    assert!(shown.ends_with("script\tIyEvYmluL3NoCmVjaG8gaGk=\n"), "{shown}");
    let shown = printed(Some(80), "push-zone file get ID0 hi.sh").await;
    assert!(shown.contains("    echo hi\n") && !shown.contains("IyEv"), "{shown}");
}

/// A log of one record, a zone without files, plans by their names, and what answers nothing.
fn bare(_: &str, path: &str, _: &Value) -> (u16, Value) {
    let record = json!({
        "resource_id": WEB, "resource_type": "vpcs", "log_level": "info", "message": "Create vpc",
        "timestamp": "2026-11-21T09:30:00+00:00",
        "metadata": { "http_status_code": 201, "username": "me", "ip_address": "127.0.0.1" },
    });
    (
        200,
        match path.split('?').next().unwrap_or_default() {
            "/v2/logs" => json!({
                "logs": [record], "meta": { "continue_time": "2026-11-20T00:00:00Z", "total_count": 7 },
            }),
            "/v2/registry/plan/list" => json!({ "plans": {
            "start_up": { "vanity_name": "Start Up", "monthly_price": 0 },
            "business": { "vanity_name": "Business", "monthly_price": 5 },
        } }),
            path if path.ends_with("/resources") => json!({ "resources": {} }),
            path if path.ends_with("/purge") => json!([]),
            _ => json!({ "files": [], "count": 0, "total_size": 0 }),
        },
    )
}

#[tokio::test(start_paused = true)]
async fn a_list_beside_something_else_is_a_list() {
    let mut kettle = Kettle::new(bare);
    let line = "activity-log list --start-time 2026-11-21";
    let ran = kettle.run(line).await;
    let asked = "GET /v2/logs?start_time=2026-11-21T00%3A00%3A00%2B00%3A00";
    assert_eq!(ran.asked, [asked], "a day is its first moment: {}", ran.err);
    let head = "TIMESTAMP\tLEVEL\tMESSAGE\tID\tANSWER\tBY\tFROM\tTYPE\n";
    assert!(ran.out.starts_with(head) && ran.out.lines().count() == 2, "{}", ran.out);
    let ran = kettle.run(&format!("{line} --columns message,metadata.username")).await;
    assert_eq!(ran.out, "MESSAGE\tMETADATA.USERNAME\nCreate vpc\tme\n");
    let ran = kettle.run(&format!("{line} -o json --query .meta.total_count")).await;
    assert_eq!(ran.out, "7\n", "JSON has all of it");
    kettle.columns = Some(80);
    kettle.watched = true;
    let ran = kettle.run(line).await;
    let goes_on = "\nmeta\n  continue_time  2026-11-20T00:00:00Z\n  total_count    7\n";
    assert!(ran.out.starts_with("TIMESTAMP ") && ran.out.ends_with(goes_on), "{}", ran.out);
    let ran = kettle.run(&format!("push-zone file list {WEB}")).await;
    assert_eq!((&*ran.out, &*ran.err), ("count       0\ntotal_size  0 B\n", "(none)\n"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_where_something_was_looked_for_and_not_where_it_was_done() {
    let mut kettle = Kettle::new(bare);
    (kettle.columns, kettle.watched) = (Some(80), true);
    let ran = kettle.run(&format!("kubernetes resources {WEB}")).await;
    assert_eq!((&*ran.out, &*ran.err), ("", "(none)\n"));
    let ran = kettle.run(&format!("pull-zone purge {WEB}")).await;
    assert!(ran.err.contains("purged") && !ran.err.contains("(none)"), "{}", ran.err);
    let ran = kettle.run("registry plan list").await;
    assert!(ran.out.contains("business  Business             $5.00\n"), "{}", ran.out);
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_still_has_its_headings_in_a_pipe_and_says_so_on_a_terminal() {
    let mut kettle = Kettle::new(world);
    let ran = kettle.run("block list --filter label=nobody --columns id,label").await;
    assert_eq!((&*ran.out, &*ran.err), ("ID\tLABEL\n", ""));
    (kettle.columns, kettle.watched) = (Some(80), true);
    let ran = kettle.run("block list --filter label=nobody").await;
    assert_eq!((&*ran.out, &*ran.err), ("", "(none)\n"));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_out_is_told_to_a_terminal_alone() {
    let mut kettle = Kettle::new(world);
    kettle.watched = true;
    assert_eq!(kettle.run("block list").await.err, "");
    kettle.columns = Some(80);
    let told = kettle.run("block list").await.err;
    assert_eq!(
        told,
        "… 10 more fields (attached, type, date_created, …); --columns all, or -o json\n"
    );
    assert_eq!(kettle.run("block list --columns id").await.err, "");
    kettle.watched = false;
    assert_eq!(kettle.run("block list").await.err, "");
}

#[tokio::test(start_paused = true)]
async fn headings_are_bold_where_colours_are_wanted() {
    let mut kettle = Kettle::new(world);
    (kettle.columns, kettle.colour) = (Some(80), true);
    let ran = kettle.run("block list --columns label").await;
    assert!(ran.out.starts_with("\u{1b}[1mLABEL\u{1b}[0m\nweb\n"), "{:?}", ran.out);
    kettle.colour = false;
    assert!(!kettle.run("block list").await.out.contains('\u{1b}'));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_told_before_anything_is_sent() {
    let kettle = Kettle::new(world);
    for (rest, told) in [
        ("--columns id,lable", "--columns: there is no field `lable`; there are id, date_created"),
        ("--columns label.x", "--columns: there is no field `label.x`"),
        ("--sort -prize", "--sort: there is no field `prize`"),
        ("--filter active", "--filter: `active` is not FIELD=VALUE"),
        ("--filter state=active", "--filter: there is no field `state`"),
        ("--query .[", "--query: expected closing bracket before the end at character 3"),
        ("--query lable", "--query: there is no filter `lable`"),
        ("-q --columns id", "--quiet prints ids only: leave out --columns"),
        ("-q -o json", "--quiet prints ids only: leave out --output"),
        ("-o json --columns id", "--columns is for tables and CSV; of JSON and YAML --query"),
        ("-o yaml --no-header", "--no-header is for tables and CSV"),
        ("--query . --columns id", "--query says itself what is printed: leave out --columns"),
    ] {
        let ran = kettle.run(&format!("block list {rest}")).await;
        assert_eq!((ran.exit, &*ran.out, ran.asked.len()), (2, "", 0), "{rest}");
        assert!(ran.err.contains(told), "{rest}: {}", ran.err);
    }
    let ran = kettle.run(&format!("block delete {WEB} -q")).await;
    assert_eq!(
        (ran.exit, ran.asked.len()),
        (2, 0),
        "nothing is answered, so there is nothing to show"
    );
}

#[tokio::test(start_paused = true)]
async fn one_thing_of_a_query_is_shown_as_one_thing() {
    let kettle = Kettle { columns: Some(80), ..Kettle::new(world) };
    let ran = kettle.words(&["block", "list", "--query", ".[0]"]).await;
    assert!(ran.out.lines().count() > 5 && ran.out.lines().all(|l| l.len() <= 80), "{}", ran.out);
    assert!(ran.out.contains("50 GB") && !ran.out.contains("ID "), "{}", ran.out);
    let ran = kettle.words(&["block", "list", "--query", ".[0:1]"]).await;
    assert!(ran.out.starts_with("ID "), "{}", ran.out);
}

#[tokio::test(start_paused = true)]
async fn a_filter_of_numbers_takes_what_tables_show_and_nothing_else() {
    let kettle = Kettle::new(world);
    let ran = kettle.words(&["block", "list", "--filter", "size_gb>=0.01 TB", "-q"]).await;
    assert_eq!((ran.exit, ran.out.lines().count()), (0, 3), "{}", ran.err);
    let ran = kettle.words(&["block", "list", "--filter", "cost<$5", "-q"]).await;
    assert_eq!((ran.exit, &*ran.out), (0, ""), "{}", ran.err);
    let ran = kettle.words(&["block", "list", "--filter", "cost<cheap"]).await;
    let said = "error: --filter: `cheap` is no number, as `cost` is\n";
    assert_eq!((ran.exit, ran.asked.len(), &*ran.err), (2, 0, said));
}
