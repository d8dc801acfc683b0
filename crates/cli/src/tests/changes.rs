//! Commands that change or destroy: which names they take, what they say, and when they ask.

use serde_json::{Value, json};

use super::common::{DATA, Kettle, OTHER, Ran, WEB, block, world};

const REMOTE: &str = "https://api.vultr.com";

fn remote() -> Kettle {
    Kettle { endpoint: REMOTE, ..Kettle::new(world) }
}

fn only_looked(ran: &Ran) -> bool {
    ran.asked.iter().all(|asked| asked.starts_with("GET"))
}

/// Instances whose names begin alike, some without a name, all with the default's host name.
fn guests(method: &str, path: &str, _body: &Value) -> (u16, Value) {
    let guest =
        |id: &str, label: &str| json!({"id": id, "label": label, "hostname": "vultr.guest"});
    match (method, path.split('?').next()) {
        ("GET", Some("/v2/instances")) => {
            let instances =
                [guest(WEB, "prod-10"), guest(DATA, ""), guest(OTHER, "Twin"), guest(TWIN, "Twin")];
            let links = json!({"next": "", "prev": ""});
            (200, json!({"instances": instances, "meta": {"total": 4, "links": links}}))
        }
        ("GET", _) => world(method, path, &Value::Null),
        ("PATCH", _) => (202, json!({"instance": guest(WEB, "new"), "job_ids": []})),
        ("POST", Some(path)) if path.ends_with("/reinstall") => {
            (202, json!({"instance": guest(WEB, "prod-10")}))
        }
        ("POST", Some(path)) if path.ends_with("/restore") => {
            (202, json!({"status": {"status": "inprogress"}}))
        }
        ("POST", Some("/v2/snapshots")) => {
            (201, json!({"snapshot": {"id": OTHER, "description": ""}}))
        }
        _ => (204, Value::Null),
    }
}

const TWIN: &str = "d2222222-66fd-4dfb-b839-443f2e6c0b63";

#[tokio::test(start_paused = true)]
async fn what_changes_takes_no_name_that_could_mean_another_thing() {
    let kettle = Kettle::new(guests);
    let commands = [
        "instance delete NAME",
        "instance halt NAME",
        "instance update NAME --label x",
        "instance reinstall NAME",
        "instance restore NAME --snapshot-id 00000000-0000-0000-0000-000000000001",
        "instance reboot-many --instance-ids NAME",
        "instance attach-vpc NAME --vpc-id 00000000-0000-0000-0000-000000000001",
        "instance remove-ipv4 NAME 198.18.0.7",
        "block attach cb676a46 --instance-id NAME",
        "vpc2 detach 00000000-0000-0000-0000-000000000001 --nodes NAME",
        "snapshot create --instance-id NAME",
    ];
    for command in commands {
        for name in ["prod-1", "p", "vultr", "vultr.guest", "PROD-10", "twin", "cb676a4", "cb"] {
            let ran = kettle.run(&command.replace("NAME", name)).await;
            assert!(only_looked(&ran), "{command} {name}: {:?}", ran.asked);
            assert_eq!(ran.exit, 4, "{command} {name}: {}", ran.err);
        }
        let ran = kettle.run(&command.replace("NAME", "Twin")).await;
        assert!(only_looked(&ran) && ran.exit == 2, "{command}: {:?}", ran.asked);
        assert!(ran.err.contains(&format!("{OTHER}  Twin\n  {TWIN}  Twin")), "{}", ran.err);
        for name in [WEB, "cb676a46", "cb676a46-66fd", "prod-10"] {
            let ran = kettle.run(&command.replace("NAME", name)).await;
            let last = ran.asked.last().unwrap();
            assert!(!only_looked(&ran) && last.contains(WEB), "{command} {name}: {:?}", ran.asked);
            assert_eq!(ran.exit, 0, "{command} {name}: {}", ran.err);
        }
    }
    let ran = kettle.run("instance delete prod-1").await;
    assert!(ran.err.contains("INSTANCE_ID: there is no instance `prod-1`"), "{}", ran.err);
    assert!(ran.err.contains(&format!("close is\n  {WEB}  prod-10\n")), "{}", ran.err);
}

#[tokio::test(start_paused = true)]
async fn a_new_thing_may_be_described_loosely_with_what_the_catalogue_has() {
    let kettle = Kettle::new(|method, path, body| match (method, path.split('?').next()) {
        ("GET", Some("/v2/os")) => {
            let os = json!([{"id": 2136, "name": "Debian 12 x64 (bookworm)"}]);
            (200, json!({"os": os, "meta": {"total": 1, "links": {"next": "", "prev": ""}}}))
        }
        ("GET", Some("/v2/ssh-keys")) => {
            let keys = json!([{"id": WEB, "name": "mine"}]);
            (
                200,
                json!({"ssh_keys": keys, "meta": {"total": 1, "links": {"next": "", "prev": ""}}}),
            )
        }
        _ => (202, json!({"instance": {"id": WEB, "label": "x", "os_id": body["os_id"]}})),
    });
    let create = "instance create --region ewr --plan vc2-1c-1gb --os-id debian";
    let ran = kettle.run(create).await;
    assert!(ran.asked.last().unwrap().contains(r#""os_id":2136"#), "{:?} {}", ran.asked, ran.err);
    assert_eq!(ran.err, format!("created instance {WEB} (x)\n"));
    // One's own things are named in full, and so is what replaces a disk.
    let ran = kettle.run(&format!("{create} --sshkey-id min")).await;
    assert!(only_looked(&ran) && ran.exit == 4, "{:?}", ran.asked);
    let ran = kettle.run(&format!("instance update {WEB} --os-id debian")).await;
    assert!(only_looked(&ran) && ran.exit == 4, "{:?}", ran.asked);
}

#[tokio::test(start_paused = true)]
async fn what_was_done_is_said_on_standard_error() {
    let kettle = Kettle::new(world);
    let said = async |line: &str| {
        let ran = kettle.run(line).await;
        assert_eq!(ran.exit, 0, "{line}: {}", ran.err);
        (ran.err, ran.out)
    };
    let nothing = String::new();
    for (line, err) in [
        ("block delete web".to_owned(), format!("deleted block {WEB} (web)\n")),
        (format!("block delete {WEB}"), format!("deleted block {WEB} (web)\n")),
        (format!("block delete {OTHER}"), format!("deleted block {OTHER}\n")),
        ("block delete cb676a46".into(), format!("deleted block {WEB} (web)\n")),
        ("block update data --size-gb 60".into(), format!("updated block {DATA} (data)\n")),
        (
            "block attach data --instance-id a".into(),
            format!("attached block {DATA} (data) to instance {WEB} (a)\n"),
        ),
        (
            "instance halt-many --instance-ids a,ab".into(),
            format!("halted instance {WEB} (a), instance {DATA} (ab)\n"),
        ),
    ] {
        assert_eq!(said(&line).await, (err, nothing.clone()), "{line}");
    }
    let (err, out) = said("block create --region ewr --size-gb 50 -o json").await;
    assert_eq!(err, format!("created block {WEB} (web)\n"));
    assert!(serde_json::from_str::<Value>(&out).is_ok(), "{out}");
    assert_eq!(said("block list").await.0, "", "who only looks does nothing");
    let refused = Kettle::new(|_, _, _| (500, json!({"error": "no", "status": 500})));
    let ran = refused.run(&format!("block delete {WEB}")).await;
    assert_eq!(ran.err, "error: no (status 500)\n");
}

#[tokio::test(start_paused = true)]
async fn elsewhere_nothing_is_destroyed_without_a_yes() {
    let refused = async |line: &str| {
        let ran = remote().run(line).await;
        assert_eq!((ran.exit, ran.asked.len()), (2, 0), "{line}: {}", ran.err);
        assert!(ran.err.contains("https://api.vultr.com cannot be undone"), "{}", ran.err);
        assert!(ran.err.contains("say --yes if it is meant"), "{}", ran.err);
    };
    for line in [
        "block delete web",
        "instance delete a",
        "instance reinstall a",
        "instance restore a --backup-id b",
        "instance update a --os-id 2136",
        "instance update a --field app_id=1",
        "bare-metal update a --ipxe-chain-url http://x",
        "object-storage regenerate-keys a",
        "record delete shop.example www",
        "load-balancer delete-ssl a",
        "api delete /v2/blocks/a",
        "api POST v2/instances/a/reinstall?x=1",
        "api PATCH /v2/instances/a --field os_id=1",
        "api DELETE /v2/nobody/knows",
    ] {
        refused(line).await;
    }
    for line in [
        "block list",
        "block attach web --instance-id a",
        "instance halt a",
        "instance update a --label x",
        "block create --region ewr --size-gb 50",
        "block delete web --yes",
        "instance delete a -y",
        "api GET /v2/blocks/a",
        "api DELETE /v2/blocks/a --yes",
        "api PATCH /v2/instances/a --field label=1",
    ] {
        let ran = remote().run(line).await;
        assert!(!ran.asked.is_empty() && ran.exit != 2, "{line}: {}", ran.err);
    }
    let here = ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"];
    for endpoint in here {
        let ran = Kettle { endpoint, ..Kettle::new(world) }.run("block delete web").await;
        assert_eq!(ran.exit, 0, "{endpoint}: {}", ran.err);
    }
}

#[tokio::test(start_paused = true)]
async fn at_a_terminal_one_is_asked_and_only_a_yes_is_one() {
    for (typed, yes) in [
        ("y\n", true),
        ("YES\n", true),
        (" y \nn\n", true),
        ("n\n", false),
        ("\n", false),
        ("", false),
        ("yesterday\n", false),
    ] {
        let kettle = Kettle { asks: true, stdin: typed, ..remote() };
        for line in ["block delete web".to_owned(), format!("block delete {WEB}")] {
            let ran = kettle.run(&line).await;
            let asked = format!(
                "About to delete block {WEB} (web) at {REMOTE}. It cannot be undone. \
                 Go on? [y/N] "
            );
            assert!(ran.err.starts_with(&asked), "{}", ran.err);
            assert_eq!(!only_looked(&ran), yes, "{typed:?}: {:?}", ran.asked);
            match yes {
                true => assert_eq!(
                    (ran.exit, ran.err),
                    (0, format!("{asked}deleted block {WEB} (web)\n"))
                ),
                false => assert_eq!(
                    (ran.exit, ran.err),
                    (1, format!("{asked}error: nothing was done\n"))
                ),
            }
        }
        let ran = kettle.run("api DELETE /v2/blocks/a").await;
        assert_eq!(ran.asked.len(), usize::from(yes), "{typed:?}");
    }
    let kettle = Kettle { asks: true, stdin: "n\n", ..remote() };
    let ran = kettle.run("block delete web --yes").await;
    assert_eq!((ran.exit, ran.err), (0, format!("deleted block {WEB} (web)\n")));
    let ran = kettle.run("block delete we").await;
    assert!(ran.exit == 4 && !ran.err.contains("About to"), "{}", ran.err);
}

/// A server whose every word is meant for the terminal.
fn nasty(method: &str, path: &str, _body: &Value) -> (u16, Value) {
    const TEXT: &str = "a\u{1b}]0;title\u{7}\u{9b}2J\r\nerror: forged";
    let named = || {
        let mut block = block(WEB, TEXT, TEXT);
        block[TEXT] = TEXT.into();
        block
    };
    match (method, path) {
        ("GET", path) if path.starts_with("/v2/blocks?") => {
            let mut other = named();
            other["id"] = OTHER.into();
            let links = json!({"next": "", "prev": ""});
            (200, json!({"blocks": [named(), other], "meta": {"total": 2, "links": links}}))
        }
        ("GET", path) if path.starts_with("/v2/blocks/") => (200, json!({"block": named()})),
        ("POST", "/v2/blocks") => (202, json!({"block": named()})),
        ("DELETE", _) => (204, Value::Null),
        _ => (400, json!({"error": TEXT, "status": 400})),
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_that_a_server_says_is_obeyed_by_a_terminal() {
    let kettle = Kettle { columns: Some(80), asks: true, ..Kettle::new(nasty) };
    let mut lines = vec![
        "block get a".to_owned(),
        "block delete cb676a46".into(),
        "block attach cb676a46 --instance-id a".into(),
        "block create --region ewr --size-gb 50 --wait --timeout 5s".into(),
        "instance list".into(),
        "api GET /v2/blocks/x -i".into(),
        "api GET /v2/other".into(),
    ];
    for format in ["table", "csv", "json", "yaml"] {
        lines.push(format!("block list -o {format}"));
        lines.push(format!("block get {WEB} -o {format}"));
    }
    for line in &lines {
        let ran = kettle.run(line).await;
        let text = format!("{}{}", ran.out, ran.err);
        assert!(!text.is_empty());
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{line}: {text:?}");
        assert!(!ran.err.contains("\nerror: forged"), "{line}: {}", ran.err);
    }
    let distant = Kettle { endpoint: REMOTE, stdin: "n\n", asks: true, ..Kettle::new(nasty) };
    let ran = distant.run(&format!("block delete {WEB}")).await;
    assert!(
        ran.err.starts_with(&format!("About to delete block {WEB} (a ]0;title")),
        "{}",
        ran.err
    );
    let piped = Kettle::new(nasty).run("block list -o csv").await;
    assert!(!piped.out.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{:?}", piped.out);
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_named_by_where_it_is_from() {
    let server =
        |_: &str, _: &str, _: &Value| (401, json!({"error": "Unauthorized", "status": 401}));
    let mut kettle = Kettle::new(server);
    kettle.env = &[("VULTR_API_KEY", "SECRET"), ("VULTR_API_ENDPOINT", "http://lab:1")];
    for line in ["block list", "api GET /v2/blocks"] {
        let ran = kettle.run(line).await;
        assert_eq!(ran.exit, 5);
        let hint = "hint: the key that was refused is from the variable VULTR_API_KEY\n";
        assert!(ran.err.ends_with(hint), "{line}: {}", ran.err);
        assert!(!ran.err.contains("SECRET"));
    }
    let ran = kettle.run("--profile vultr block list").await;
    assert!(ran.err.contains("VULTR_API_KEY is not sent to https://api.vultr.com"), "{}", ran.err);
}

#[tokio::test(start_paused = true)]
async fn an_update_of_nothing_is_a_slip() {
    let kettle = Kettle::new(world);
    let ran = kettle.run("block update web").await;
    assert_eq!((ran.exit, ran.asked.len()), (2, 0));
    let said = "error: what is to be changed? Say it with flags such as --label, or in an editor with \
                `kettle block edit`; `kettle block update --help` lists them\n";
    assert_eq!(ran.err, said);
}

#[tokio::test(start_paused = true)]
async fn a_refused_field_is_told_as_it_is_typed() {
    let kettle = Kettle::new(|method, path, body| match method {
        "PATCH" => (400, serde_json::json!({"error": "label: is too long", "status": 400})),
        _ => world(method, path, body),
    });
    let ran = kettle.run("block update web --label x").await;
    assert_eq!((ran.exit, &*ran.err), (3, "error: --label: is too long (status 400)\n"));
}
