//! Startup scripts, through a server in this process.

use std::time::Duration;

use api::id::StartupId;
use api::startup_scripts::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use testkit::{World, refused};

fn base64(text: &[u8]) -> String {
    STANDARD.encode(text)
}

fn create(name: &str, script: &str) -> CreateStartupScript {
    CreateStartupScript { name: name.into(), script: script.into(), kind: None }
}

#[tokio::test]
async fn a_script_comes_back_as_it_was_sent() {
    let world = World::new().await;
    let script = format!("{}\n", base64(b"#!/bin/sh\necho hello\n"));
    let made = world.client.send(create("hello", &script)).await.unwrap();
    assert_eq!(made.script.as_deref(), Some(script.as_str()), "its newline too");
    assert_eq!(made.kind, StartupScriptType::Boot);
    let read = world.client.startup_scripts().get(made.id).await.unwrap();
    assert_eq!(read, made);
}

#[tokio::test]
async fn lists_leave_the_script_out() {
    let world = World::new().await;
    for name in ["a", "b", "c"] {
        world.client.send(create(name, &base64(b"x"))).await.unwrap();
    }
    let page = |cursor| world.client.send(ListStartupScripts { per_page: Some(2), cursor });
    let first = page(None).await.unwrap();
    assert_eq!(first.meta.total, 3);
    assert!(first.items.iter().all(|script| script.script.is_none()));
    let next = page(Some(first.meta.links.next)).await.unwrap();
    assert_eq!(next.items.iter().map(|script| &*script.name).collect::<Vec<_>>(), ["c"]);
}

#[tokio::test]
async fn a_change_is_dated_and_keeps_the_rest() {
    let world = World::new().await;
    let made = world.client.send(create("a", &base64(b"one"))).await.unwrap();
    world.advance(Duration::from_secs(5)).await;
    let kind = Some(StartupScriptType::Pxe);
    let change = UpdateStartupScript { startup_id: made.id, kind, name: None, script: None };
    world.client.send(change).await.unwrap();
    let read = world.client.startup_scripts().get(made.id).await.unwrap();
    assert_eq!((&read.name, &read.script), (&made.name, &made.script));
    assert_eq!(read.kind, StartupScriptType::Pxe);
    assert_eq!(read.date_modified.as_millis() - read.date_created.as_millis(), 5000);
}

#[tokio::test]
async fn what_is_no_base64_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let plain = "#!/bin/sh\necho";
    let (status, text) = refused(world.client.send(create("a", plain)).await);
    assert_eq!(status, 400);
    assert!(text.starts_with("Script must be base64 encoded"), "{text}");
    let made = world.client.send(create("a", &base64(b"one"))).await.unwrap();
    let change = UpdateStartupScript {
        startup_id: made.id,
        name: Some("b".into()),
        script: Some(plain.into()),
        kind: None,
    };
    assert_eq!(refused(world.client.send(change).await).0, 400);
    let read = world.client.startup_scripts().get(made.id).await.unwrap();
    assert_eq!(read, made);
}

#[tokio::test]
async fn scripts_have_64_kb_and_names_255_letters() {
    let world = World::new().await;
    let most = base64(&vec![b'x'; 64 * 1024]);
    world.client.send(create("a", &most)).await.unwrap();
    let more = base64(&vec![b'x'; 64 * 1024 + 1]);
    let (status, text) = refused(world.client.send(create("a", &more)).await);
    assert!(status == 400 && text.contains("65536"), "{text}");
    let long = "n".repeat(300);
    let made = world.client.send(create(&long, &base64(b"x"))).await.unwrap();
    assert_eq!(made.name.len(), 255, "cut without a word");
    for (name, script) in [("", "eA=="), ("a", "")] {
        assert_eq!(refused(world.client.send(create(name, script)).await).0, 400);
    }
}

#[tokio::test]
async fn a_deleted_script_is_gone_in_the_words_that_clients_match() {
    let world = World::new().await;
    let made = world.client.send(create("a", &base64(b"x"))).await.unwrap();
    let scripts = world.client.startup_scripts();
    scripts.delete(made.id).await.unwrap();
    let nobodys = UpdateStartupScript { startup_id: StartupId::default(), ..Default::default() };
    for refusal in [
        refused(scripts.get(made.id).await),
        refused(scripts.delete(made.id).await),
        refused(scripts.update(nobodys).await),
    ] {
        assert_eq!(refusal, (404, "Invalid startup script ID".to_owned()));
    }
}
