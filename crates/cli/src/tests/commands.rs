//! What a command line asks of the server, and how it ends.

use serde_json::{Value, json};

use super::common::{self, DATA, Kettle, OTHER, WEB, block, world};

#[test]
fn every_command_can_be_built() {
    // Among others: no two arguments of one command share a flag, an id or a position, and no two
    // commands a name or an alias.
    cli::command().debug_assert();
}

#[tokio::test(start_paused = true)]
async fn what_stands_below_another_group_is_found_there_and_by_its_own_name() {
    let kettle = Kettle::new(|_, _, _| (200, json!({"records": [], "block_snapshots": []})));
    for (line, asked) in [
        ("domain record list example.com", "GET /v2/domains/example.com/records?per_page=500"),
        ("dns record ls example.com", "GET /v2/domains/example.com/records?per_page=500"),
        ("record list example.com", "GET /v2/domains/example.com/records?per_page=500"),
        ("dns domains list", "GET /v2/domains?per_page=500"),
        ("block snapshot list", "GET /v2/blocks/snapshots?per_page=500"),
        ("volume snapshots ls", "GET /v2/blocks/snapshots?per_page=500"),
        ("block-snapshot list", "GET /v2/blocks/snapshots?per_page=500"),
        ("vm show ID", "GET /v2/instances/ID"),
        ("servers describe ID", "GET /v2/instances/ID"),
        ("lb rm ID", "DELETE /v2/load-balancers/ID"),
        ("lb rule rm ID ID", "DELETE /v2/load-balancers/ID/forwarding-rules/ID"),
        (
            "load-balancer-forwarding-rule delete ID ID",
            "DELETE /v2/load-balancers/ID/forwarding-rules/ID",
        ),
        ("sshkey destroy ID", "DELETE /v2/ssh-keys/ID"),
        ("firewall group get ID", "GET /v2/firewalls/ID"),
        (
            "vpc nat-gateway firewall-rule get ID ID ID",
            "GET /v2/vpcs/ID/nat-gateway/ID/global/firewall-rules/ID",
        ),
    ] {
        let ran = kettle.run(&line.replace("ID", WEB)).await;
        let last = ran.asked.last().map(String::as_str);
        assert_eq!(last, Some(&*asked.replace("ID", WEB)), "{line}: {}", ran.err);
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_is_a_field_where_an_operation_has_one_and_the_programs_elsewhere() {
    let kettle = Kettle::new(|_, _, _| (200, json!({})));
    let ran = kettle.run(&format!("database upgrade {WEB} --version 18")).await;
    let asked = ran.asked.last().map(String::as_str).unwrap_or_default();
    assert!(asked.ends_with(r#"{"version":"18"}"#), "{asked}: {}", ran.err);
    let root = cli::command().try_get_matches_from(["kettle", "--version"]).unwrap_err();
    assert_eq!(root.kind(), clap::error::ErrorKind::DisplayVersion);
    let other = cli::command().try_get_matches_from(["kettle", "database", "list", "--version"]);
    assert_eq!(other.unwrap_err().kind(), clap::error::ErrorKind::UnknownArgument);
}

#[tokio::test(start_paused = true)]
async fn a_field_within_a_flag_that_there_is_not_is_refused_and_not_left_out() {
    let kettle = Kettle::new(|_, _, _| (200, json!({})));
    let pool = r#"[{"node_quantity":1,"label":"w","plan":"p","autoscaler":true}]"#;
    let line = "kubernetes create --region ewr --version v1 --label x --node-pools";
    let ran = kettle.run(&format!("{line} {pool}")).await;
    assert_eq!((ran.exit, ran.asked), (2, vec![]));
    assert!(
        ran.err.contains("there is no field `node_pools.autoscaler`; there are"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("auto_scaler"), "{}", ran.err);
}

#[tokio::test]
async fn a_topic_is_shown_by_its_name_and_by_help() {
    let kettle = Kettle::new(world);
    for topic in ["exit-status", "keys", "names"] {
        let (shown, help) = (kettle.run(topic).await, kettle.run(&format!("help {topic}")).await);
        assert_eq!((shown.exit, help.exit), (0, 0), "{topic}");
        assert!(shown.out.lines().count() > 5 && shown.out == help.out, "{topic}: {}", shown.out);
        assert!(kettle.run("--help").await.out.contains(topic));
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_over_all_pages_unless_told_otherwise() {
    let kettle = Kettle::new(world);
    let ran = kettle.run("block list -o csv").await;
    assert_eq!(ran.asked, ["GET /v2/blocks?per_page=500", "GET /v2/blocks?per_page=500&cursor=2"]);
    assert_eq!((ran.exit, ran.out.lines().count()), (0, 4));

    let ran = kettle.run("block list -o csv --limit 1").await;
    assert_eq!(ran.asked, ["GET /v2/blocks?per_page=1"]);
    assert_eq!(ran.out.lines().count(), 2);

    let ran = kettle.run("block list --cursor abc --per-page 7").await;
    assert_eq!(ran.asked, ["GET /v2/blocks?per_page=7&cursor=abc"], "one page, as asked");
}

#[tokio::test(start_paused = true)]
async fn flags_become_the_body() {
    let kettle = Kettle::new(world);
    let ran = kettle
        .run("block create --region ewr --size-gb 50 --bootable --block-type storage_opt")
        .await;
    let body = r#"{"region":"ewr","size_gb":50,"block_type":"storage_opt","bootable":true}"#;
    assert_eq!(ran.asked, [format!("POST /v2/blocks {body}")]);

    let ran = kettle.run(&format!("block detach {WEB} --live=false")).await;
    let detach = format!(r#"POST /v2/blocks/{WEB}/detach {{"live":false}}"#);
    assert_eq!(ran.asked, [format!("GET /v2/blocks/{WEB}"), detach], "it is named to people");
    assert_eq!((ran.exit, &*ran.out), (0, ""));
}

#[tokio::test(start_paused = true)]
async fn a_body_comes_from_json_then_fields_then_flags() {
    let mut kettle = Kettle::new(world);
    kettle.stdin = r#"{"region": "lax", "size_gb": 10, "label": "from json"}"#;
    let ran =
        kettle.run("block create --json - --field size_gb=20 --field label=x --label y").await;
    assert_eq!(ran.asked, [r#"POST /v2/blocks {"region":"lax","size_gb":20,"label":"y"}"#]);

    kettle.stdin = r#"{"region": "lax", "size": 10}"#;
    let ran = kettle.run("block create --json -").await;
    assert_eq!((ran.exit, ran.asked.len()), (2, 0));
    assert!(ran.err.contains("there is no field `size`; there are region, size_gb"), "{}", ran.err);

    let ran = kettle.run("block create --field region=ewr").await;
    assert_eq!((ran.exit, ran.err.trim_end()), (2, "error: --size-gb: is required"));

    let ran = kettle.run("block create --region ewr --size-gb big").await;
    assert_eq!((ran.exit, ran.asked.len()), (2, 0));
    assert!(ran.err.starts_with("error: --size-gb: `big` is no whole number"), "{}", ran.err);
}

#[tokio::test(start_paused = true)]
async fn lists_are_repeated_or_comma_separated_and_can_be_emptied() {
    let kettle = Kettle::new(world);
    let create = "instance create --region ewr --plan vc2-1c-1gb --os-id 2136";
    let tags = |ran: common::Ran| {
        let body = ran.asked[0].split_once("/v2/instances ").unwrap().1.to_owned();
        serde_json::from_str::<Value>(&body).unwrap()["tags"].clone()
    };
    assert_eq!(
        tags(kettle.run(&format!("{create} --tags a,b --tags c")).await),
        json!(["a", "b", "c"])
    );
    let words: Vec<&str> = create.split(' ').chain(["--tags", ""]).collect();
    assert_eq!(tags(kettle.words(&words).await), json!([]));
}

#[tokio::test(start_paused = true)]
async fn names_and_beginnings_stand_for_ids() {
    let kettle = Kettle::new(world);
    let last = |ran: common::Ran| ran.asked.last().unwrap().clone();
    assert_eq!(last(kettle.run("block get data").await), format!("GET /v2/blocks/{DATA}"));
    assert_eq!(last(kettle.run("block get D1").await), format!("GET /v2/blocks/{OTHER}"));
    let exact = kettle.run("block get web").await;
    assert_eq!(last(exact), format!("GET /v2/blocks/{WEB}"), "exact wins");

    let ran = kettle.run("block attach web --instance-id ab").await;
    assert_eq!(last(ran), format!(r#"POST /v2/blocks/{WEB}/attach {{"instance_id":"{DATA}"}}"#));

    let ran = kettle.run(&format!("block delete {WEB}")).await;
    let asked = [format!("GET /v2/blocks/{WEB}"), format!("DELETE /v2/blocks/{WEB}")];
    assert_eq!(ran.asked, asked, "an id is looked for in no list");

    let ran = kettle.run("block get cb").await;
    assert_eq!(ran.exit, 2);
    assert!(ran.err.contains(&format!("{WEB}  web\n  {DATA}  data")), "{}", ran.err);
    assert!(ran.asked.iter().all(|a| a.starts_with("GET")), "{:?}", ran.asked);

    let ran = kettle.run("block get nothing").await;
    assert_eq!((ran.exit, &*ran.err), (4, "error: BLOCK_ID: there is no block `nothing`\n"));
}

#[tokio::test(start_paused = true)]
async fn refusals_end_with_their_status_and_words() {
    let kettle = Kettle::new(world);
    let ran = kettle.run("block get 00000000-0000-0000-0000-000000000000").await;
    assert_eq!((ran.exit, &*ran.err), (4, "error: Not found (status 404)\n"));
    let ran = kettle.run("block get 00000000-0000-0000-0000-000000000429").await;
    assert_eq!((ran.exit, ran.asked.len()), (6, 5));

    let kettle = Kettle::new(|_, _, _| (401, json!({"error": "Unauthorized", "status": 401})));
    let ran = kettle.run("block list").await;
    assert_eq!(ran.exit, 5);
    assert!(ran.err.contains("hint: no key was sent; set VULTR_API_"), "{}", ran.err);
    let kettle = Kettle::new(|_, _, _| (200, json!({"odd": []})));
    assert_eq!(kettle.run("block list").await.exit, 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_follows_a_create_until_it_is_ready() {
    let ran = Kettle::new(world).run("block create --region ewr --size-gb 50 --wait -o json").await;
    assert_eq!(ran.asked[1..], [format!("GET /v2/blocks/{WEB}")]);
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap()["status"], "active");

    let kettle = Kettle::new(|method, _, _| match method {
        "POST" => (202, json!({"block": block(WEB, "web", "pending")})),
        _ => (200, json!({"block": block(WEB, "web", "pending")})),
    });
    let ran = kettle.run("block create --region ewr --size-gb 50 --wait --timeout 30s").await;
    assert_eq!(ran.exit, 9);
    assert!(ran.out.contains(WEB) && ran.out.contains("pending"), "it is printed: {}", ran.out);
    let get = format!("kettle block get {WEB}");
    let said = format!("created block {WEB} (web)\nerror: block {WEB}: still pending after 30s\n");
    let hint = format!("hint: `{get}` shows how it stands, `{get} --wait` waits on\n");
    assert_eq!(ran.err, said + &hint);
}

#[tokio::test(start_paused = true)]
async fn waiting_follows_a_delete_until_it_is_gone_and_power_until_it_is_so() {
    let kettle = Kettle::new(|method, _, _| match method {
        "DELETE" => (204, Value::Null),
        _ => (404, json!({"error": "gone", "status": 404})),
    });
    let ran = kettle.run(&format!("block delete {WEB} --wait")).await;
    assert_eq!((ran.exit, &*ran.out, ran.asked.len()), (0, "", 3));
    assert_eq!(ran.err, format!("deleted block {WEB}\nblock {WEB} is gone\n"));

    let kettle = Kettle::new(|method, _, _| match method {
        "POST" => (204, Value::Null),
        _ => (200, json!({"instance": {"id": WEB, "status": "active", "power_status": "running"}})),
    });
    let halt = kettle.run(&format!("instance halt {WEB} --wait --timeout 5s")).await;
    assert_eq!(halt.exit, 9, "it runs still");
    let start = kettle.run(&format!("instance start {WEB} --wait --timeout 5s")).await;
    assert_eq!(start.exit, 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_an_attachment_looks_at_whom_it_is_attached_to() {
    let kettle = Kettle::new(|method, _, _| match method {
        "POST" => (204, Value::Null),
        _ => {
            let mut block = block(WEB, "web", "active");
            block["attached_to_instance"] = DATA.into();
            (200, json!({"block": block}))
        }
    });
    let attach =
        |instance| format!("block attach {WEB} --instance-id {instance} --wait --timeout 5s");
    assert_eq!(kettle.run(&attach(DATA)).await.exit, 0);
    let ran = kettle.run(&attach(OTHER)).await;
    let said = format!("attached block {WEB} (web) to instance {OTHER}\n");
    let late = format!("error: block {WEB}: still not attached after 5s\n");
    let hint = format!("hint: `kettle block get {WEB}` shows how it stands\n");
    assert_eq!((ran.exit, ran.err), (9, said + &late + &hint));
    assert_eq!(kettle.run(&format!("block detach {WEB} --wait --timeout 5s")).await.exit, 9);
}

#[tokio::test(start_paused = true)]
async fn what_only_the_first_answer_told_is_kept() {
    let kettle = Kettle::new(|method, _, _| {
        let instance = json!({"id": WEB, "status": "active", "power_status": "running"});
        let mut first = instance.clone();
        first["default_password"] = "secret".into();
        match method {
            "POST" => (202, json!({"instance": first})),
            _ => (200, json!({"instance": instance})),
        }
    });
    let ran = kettle.run("instance create --region ewr --plan p --os-id 1 --wait -o json").await;
    let instance: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(instance["default_password"], "secret");
    let ran = kettle.run("startup-script create --name n --script c2NyaXB0").await;
    assert_eq!(ran.asked.len(), 1, "a script is no name: {:?}", ran.asked);
}

#[tokio::test(start_paused = true)]
async fn a_raw_call_prints_the_body_whatever_the_status() {
    let kettle = Kettle::new(|method, path, body| match method {
        "GET" => (418, json!({"path": path})),
        _ => (200, json!({"got": body})),
    });
    let ran = kettle.run("api get /v2/plans?type=vhf").await;
    assert_eq!((ran.exit, &*ran.out), (3, "{\"path\":\"/v2/plans?type=vhf\"}\n"));
    let ran = kettle.run("api POST v2/x --field a.b=1 --field c=text").await;
    assert_eq!((ran.exit, &*ran.out), (0, "{\"got\":{\"a\":{\"b\":1},\"c\":\"text\"}}\n"));
}

#[tokio::test]
async fn completions_call_back_and_the_document_knows_every_group() {
    let kettle = Kettle::new(world);
    for shell in ["bash", "zsh", "fish"] {
        let ran = kettle.run(&format!("completions {shell}")).await;
        assert!(ran.exit == 0 && ran.out.contains("KETTLE_COMPLETE"), "{shell}");
        assert!(ran.out.len() < 4096, "{shell}: what there is to offer is asked for when it is");
    }
    let document: Value = serde_json::from_str(&kettle.run("openapi").await.out).unwrap();
    assert!(document["paths"]["/v2/blocks"].is_object());
    assert!(kettle.run("openapi -o yaml").await.out.contains("\n  /v2/blocks:\n"));
    let ran = kettle.run("openapi -o csv").await;
    assert_eq!((ran.exit, &*ran.out), (2, ""));
    assert_eq!(ran.err, "error: --output csv: the document is printed as json or yaml\n");
}

#[tokio::test(start_paused = true)]
async fn a_raw_call_needs_no_method_and_no_version_and_takes_its_body_from_anywhere() {
    let asked = async |line: &str, stdin: &'static str| {
        let mut kettle = Kettle::new(|_, _, _| (200, json!({"a": 1})));
        kettle.stdin = stdin;
        let ran = kettle.run(line).await;
        assert_eq!(ran.exit, 0, "{line}: {}", ran.err);
        ran.asked.concat()
    };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("body.json");
    std::fs::write(&file, r#"{ "b": 2 }"#).unwrap();
    for (line, stdin, sent) in [
        ("api instances", "", "GET /v2/instances"),
        ("api /v2/instances?label=x", "", "GET /v2/instances?label=x"),
        ("api http://127.0.0.1:1/v2/account", "", "GET /v2/account"),
        ("api -X patch blocks/a -d {\"b\":2}", "", r#"PATCH /v2/blocks/a {"b":2}"#),
        ("api blocks -d {\"b\":2.0}", "", r#"POST /v2/blocks {"b":2.0}"#),
        ("api blocks --data @-", "{\"b\": 1}", r#"POST /v2/blocks {"b": 1}"#),
        ("api blocks --field b=2", "", r#"POST /v2/blocks {"b":2}"#),
        ("api PUT blocks -d {\"b\":2} --field c=x", "", r#"PUT /v2/blocks {"b":2,"c":"x"}"#),
        ("api PUT -d {} blocks/a", "", "PUT /v2/blocks/a {}"),
        ("api blocks -d @FILE", "", r#"POST /v2/blocks { "b": 2 }"#),
        ("api GET v1/os/list", "", "GET /v1/os/list"),
    ] {
        let line = line.replace("FILE", file.to_str().unwrap());
        assert_eq!(asked(&line, stdin).await, sent, "{line}");
    }
    for (line, told) in [
        ("api GET", "A path is missing"),
        ("api get", "error: get: of what?"),
        ("api GET blocks -X POST", "there are two methods"),
        ("api blocks -d {", "--data: this is no JSON: EOF"),
        ("api blocks -d @/nobody/has/this", "--data: cannot read `/nobody/has/this`: No such file"),
        ("api blocks -d [] --field a=1", "--field: the body is no object"),
        ("api https://elsewhere/v2/account", "is not at http://127.0.0.1:1: name the other one"),
        ("api POST blocks --paginate", "--paginate is for lists"),
    ] {
        let ran = Kettle::new(world).run(line).await;
        assert_eq!((ran.exit, ran.asked.len()), (2, 0), "{line}");
        assert!(ran.err.contains(told), "{line}: {}", ran.err);
    }
    let ran = Kettle::new(world).run("api nothing").await;
    assert_eq!(ran.exit, 4);
    assert!(
        ran.err
            .ends_with("hint: /v2/nothing was asked for, since the path begins with no version\n")
    );
    assert!(!Kettle::new(world).run("api /v2/nothing").await.err.contains("hint"));
}

#[tokio::test(start_paused = true)]
async fn a_raw_call_has_all_pages_as_one_list_and_any_format() {
    let ran = Kettle::new(world).run("api blocks?per_page=500 --paginate").await;
    assert_eq!(ran.asked, ["GET /v2/blocks?per_page=500", "GET /v2/blocks?per_page=500&cursor=2"]);
    let list: Value = serde_json::from_str(&ran.out).unwrap();
    let ids: Vec<&str> = list.as_array().unwrap().iter().filter_map(|b| b["id"].as_str()).collect();
    assert_eq!(ids, [WEB, DATA, OTHER]);

    let ran = Kettle::new(world).run(&format!("api blocks/{WEB} -o csv")).await;
    assert!(ran.out.starts_with("id,"), "{}", ran.out);
    let ran = Kettle::new(world).run(&format!("api blocks/{WEB} -o yaml")).await;
    assert!(ran.out.starts_with("block:\n"), "{}", ran.out);
    let ran = Kettle::new(world).run(&format!("api blocks/{WEB}")).await;
    assert!(ran.out.starts_with("{\"block\":{"), "as it comes: {}", ran.out);

    let ran = Kettle::new(|_, _, _| (200, json!({"a": {}}))).run("api account --paginate").await;
    assert_eq!((ran.exit, &*ran.err), (1, "error: /v2/account: the answer is no list\n"));
    let stuck =
        |_: &str, _: &str, _: &Value| (200, json!({"a": [], "meta": {"links": {"next": "x"}}}));
    let ran = Kettle::new(stuck).run("api things --paginate").await;
    assert_eq!((ran.exit, ran.asked.len()), (1, 2));
    let ran = Kettle::new(|_, _, _| (404, json!({"error": "no"}))).run("api x --paginate").await;
    assert_eq!((ran.exit, &*ran.out), (4, "{\"error\":\"no\"}\n"));
}
