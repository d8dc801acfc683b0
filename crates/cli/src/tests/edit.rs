//! `edit`: a thing's fields in an editor. The editors here are lines of shell.

use serde_json::{Value, json};

use super::common::{Kettle, Ran, WEB, block, world};

type Env = &'static [(&'static str, &'static str)];

fn editing(env: Env) -> Kettle {
    Kettle { asks: true, env, ..Kettle::new(world) }
}

fn sent(ran: &Ran) -> Vec<&str> {
    ran.asked.iter().filter(|asked| !asked.starts_with("GET")).map(String::as_str).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_changed_in_the_editor_is_sent_and_nothing_else() {
    let kettle = editing(&[("EDITOR", "sed -i 's/^label: web/label: db/'")]);
    for name in ["web", "cb676a46", WEB] {
        let ran = kettle.run(&format!("block edit {name}")).await;
        assert_eq!(sent(&ran), [format!(r#"PATCH /v2/blocks/{WEB} {{"label":"db"}}"#)]);
        assert_eq!((ran.exit, ran.err), (0, format!("updated block {WEB} (web)\n")));
    }
    let ran = kettle.run("block edit web -o json").await;
    let thing: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(thing, block(WEB, "web", "active"));
    // VISUAL comes first, and a name that could mean another thing is none.
    let kettle = editing(&[("EDITOR", "false"), ("VISUAL", "sed -i s/50/60/")]);
    let ran = kettle.run("block edit web").await;
    assert_eq!(sent(&ran), [format!(r#"PATCH /v2/blocks/{WEB} {{"size_gb":60}}"#)]);
    assert_eq!(kettle.run("block edit we").await.exit, 4);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_was_changed_nothing_is_sent() {
    for env in
        [&[("EDITOR", "true")] as Env, &[("EDITOR", "sed -i d")], &[("EDITOR", "sed -i /^label/d")]]
    {
        let ran = editing(env).run("block edit web").await;
        assert_eq!((ran.exit, sent(&ran).len()), (0, 0), "{env:?}: {}", ran.err);
        assert_eq!(ran.err, "nothing has changed, so nothing was sent\n");
    }
}

/// Takes no label but `good`.
fn picky(method: &str, path: &str, body: &Value) -> (u16, Value) {
    match method {
        "PATCH" if body["label"] != "good" => {
            (400, json!({"error": "Invalid label.\nIt is bad.", "status": 400}))
        }
        _ => world(method, path, body),
    }
}

#[tokio::test(start_paused = true)]
async fn a_mistake_opens_the_editor_again_with_what_was_wrong() {
    // First a label that the API refuses, then a field that there is not, then it is right.
    let editor = r##"edit() {
        if grep -q '^#! .*Invalid label' "$1"; then sed -i 's/^label/lable/' "$1"
        elif grep -q '^#! .*there is no field `lable`' "$1"; then sed -i 's/^lable.*/label: good/' "$1"
        else sed -i 's/^label: web/label: bad/' "$1"; fi
    }; edit"##;
    let env: Env = vec![("EDITOR", editor)].leak();
    let kettle = Kettle { asks: true, env, ..Kettle::new(picky) };
    let ran = kettle.run("block edit web").await;
    let tried = ["bad", "good"].map(|l| format!(r#"PATCH /v2/blocks/{WEB} {{"label":"{l}"}}"#));
    assert_eq!(sent(&ran), tried, "{}", ran.err);
    assert_eq!((ran.exit, ran.err), (0, format!("updated block {WEB} (web)\n")));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_finds_what_was_written() {
    for (env, exit) in [
        (&[("EDITOR", "sed -i 's/^label: web/label: bad/'")] as Env, 3),
        (&[("EDITOR", "sed -i 's/^label: web/label: [/'")], 2),
    ] {
        let ran = Kettle { asks: true, env, ..Kettle::new(picky) }.run("block edit web").await;
        assert_eq!(ran.exit, exit, "{}", ran.err);
        let (kept, error) = ran.err.split_once('\n').unwrap();
        assert!(error.starts_with("error: "), "{}", ran.err);
        let path = kept.strip_prefix("what was written is in ").unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        std::fs::remove_file(path).unwrap();
        assert!(text.contains("label: bad") || text.contains("label: ["), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_terminal_and_no_editor_are_told() {
    let ran = Kettle { asks: false, ..editing(&[("EDITOR", "true")]) }.run("block edit web").await;
    assert_eq!((ran.exit, ran.asked.len()), (2, 0));
    let said = "error: there is no terminal to edit at; `kettle block update` takes";
    assert!(ran.err.starts_with(said), "{}", ran.err);
    let ran = editing(&[("EDITOR", " ")]).run("block edit web").await;
    assert_eq!((ran.exit, ran.asked.len()), (2, 0));
    assert!(ran.err.contains("set VISUAL or EDITOR"), "{}", ran.err);
    let ran = editing(&[("EDITOR", "false")]).run("block edit web").await;
    assert_eq!((ran.exit, sent(&ran).len()), (1, 0));
    assert!(ran.err.contains("the editor `false` ended with exit status: 1"), "{}", ran.err);
    let ran = editing(&[]).run("region edit ewr").await;
    assert_eq!((ran.exit, ran.asked.len()), (2, 0), "what cannot be changed has no such command");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_undone_is_asked_about_once_it_is_known() {
    let server = |method: &str, _: &str, _: &Value| match method {
        "GET" => (200, json!({"instance": {"id": WEB, "label": "web", "os_id": 1, "plan": "p"}})),
        _ => (202, json!({"instance": {"id": WEB, "label": "web"}})),
    };
    for (editor, stdin, sends) in [
        ("sed -i 's/^os_id: 1/os_id: 2/'", "n\n", false),
        ("sed -i 's/^os_id: 1/os_id: 2/'", "y\n", true),
        ("sed -i 's/^label: web/label: db/'", "", true),
    ] {
        let env: Env = vec![("EDITOR", editor)].leak();
        let endpoint = "https://api.vultr.com";
        let kettle = Kettle { endpoint, stdin, asks: true, env, ..Kettle::new(server) };
        let ran = kettle.run(&format!("instance edit {WEB}")).await;
        assert_eq!(!sent(&ran).is_empty(), sends, "{editor}: {}", ran.err);
        assert_eq!(ran.err.contains("About to update"), editor.contains("os_id"), "{}", ran.err);
    }
}

#[tokio::test(start_paused = true)]
async fn a_private_key_does_not_get_out_of_an_editor_either() {
    let server = |method: &str, _: &str, _: &Value| match method {
        "GET" => {
            (200, json!({"ssh_key": {"id": WEB, "name": "me", "ssh_key": "ssh-ed25519 AAAA"}}))
        }
        _ => (204, Value::Null),
    };
    let editor = "sed -i 's/^ssh_key: .*/ssh_key: -----BEGIN OPENSSH PRIVATE KEY-----/'";
    let env: Env = vec![("EDITOR", editor)].leak();
    let ran = Kettle { asks: true, env, ..Kettle::new(server) };
    let ran = ran.run(&format!("ssh-key edit {WEB}")).await;
    assert_eq!((ran.exit, sent(&ran).len()), (2, 0), "{}", ran.err);
    assert!(ran.err.contains("this is a private key"), "{}", ran.err);
    let path = ran.err.lines().next().unwrap().strip_prefix("what was written is in ").unwrap();
    std::fs::remove_file(path).unwrap();
}
