//! A server that is killed loses nothing that it told of.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fronts::Stores;
use fronts::stores::Bucket;

use crate::client::{Client, NAMES};
use crate::stores::Memory;

const FOLDER: &str = "KETTLE_TEST_OBJECTS";

/// No test but the server that the test below kills, where that asks for one.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let stores = Memory::of(&NAMES, 0);
    // The control plane remembers its buckets.
    let bucket = Bucket { name: "kept".into(), ..Bucket::default() };
    stores.create_bucket(NAMES[0].1, &bucket).await.unwrap();
    let s3 = front_s3::S3::open(front_s3::Config {
        directory: Some(folder.into()),
        stores: Arc::new(stores),
        hosts: Vec::new(),
        clock: engine::Clock::system(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("\nserves {}", listener.local_addr().unwrap());
    let (_sender, stop) = tokio::sync::watch::channel(false);
    Arc::new(s3.unwrap()).serve(listener, stop).await;
}

fn serve(folder: &Path) -> (Child, Client) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crash::child", "--nocapture"]).env(FOLDER, folder);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("serves ").and_then(|address| address.parse().ok()));
    (child, Client { address: address.unwrap(), key: "main" })
}

fn files(folder: &Path) -> usize {
    let blobs = folder.join(NAMES[0].1.to_string()).join("blobs");
    let parts = std::fs::read_dir(blobs).unwrap().map(|part| part.unwrap().path());
    parts.map(|part| std::fs::read_dir(part).unwrap().count()).sum()
}

/// What a writer was told is there: each key with the last that was told and those that were not.
async fn write(client: Client, writer: usize, stop: Arc<AtomicBool>) -> Vec<(String, Vec<String>)> {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        // Every third one goes over an older one.
        let key = if n % 3 == 2 { format!("{writer}-{}", n - 2) } else { format!("{writer}-{n}") };
        let body = format!("{writer} {n} ").repeat(2_000);
        let request = client.signed("PUT", &format!("/kept/{key}"), &[], body.as_bytes());
        let address = client.address;
        let sent = tokio::task::spawn_blocking(move || crate::client::send(address, &request));
        let done = sent.await.unwrap().is_ok_and(|reply| reply.status == 200);
        match told.iter_mut().find(|(other, _)| *other == key) {
            Some((_, bodies)) if done => *bodies = vec![body],
            Some((_, bodies)) => bodies.push(body),
            None if done => told.push((key, vec![body])),
            None => {}
        }
        if !done {
            break;
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_is_there_after_a_kill_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    for round in 0..3 {
        let (mut child, client) = serve(folder.path());
        let stop = Arc::new(AtomicBool::new(false));
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..4 {
            writers.spawn(write(client, 4 * round + writer, stop.clone()));
        }
        // At no particular moment: whatever is under way then is cut.
        tokio::time::sleep(Duration::from_millis(300 + 170 * round as u64)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        stop.store(true, Ordering::Relaxed);
        told.extend(writers.join_all().await.into_iter().flatten());
    }
    assert!(told.len() > 10, "{}", told.len());
    let (mut child, client) = serve(folder.path());
    let list = client.get("/kept?list-type=2&max-keys=1000").await;
    for (key, bodies) in &told {
        let got = client.get(&format!("/kept/{key}")).await;
        assert_eq!(got.status, 200, "{key} is lost");
        assert!(bodies.contains(&got.body), "{key} is another");
    }
    let keys = list.body.matches("<Key>").count();
    assert_eq!(files(folder.path()), keys, "a content that nothing names was swept");
    let incoming = folder.path().join(NAMES[0].1.to_string()).join("incoming");
    assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0);
    child.kill().unwrap();
    child.wait().unwrap();
}
