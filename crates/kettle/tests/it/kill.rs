//! What a killed server must not do: lose what it acknowledged, or leave anything half done.
//!
//! A real process is killed in the middle of its work, again and again, and started again on the
//! same data. `KETTLE_SEED` repeats a run as far as the machine's own timing lets it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use sdk::wait::{Pace, State, poll, standing};
use sdk::{Client, Error};
use serde_json::{Value, json};
use store::{Location, Store, testing};
use tokio::sync::Notify;

use crate::support::{LONG, Server, serve};

const KILLS: usize = 60;
const WRITERS: usize = 6;
/// A writer that has this many things deletes one.
const MOST: usize = 6;

/// A kind of resource: where it is, what it is called in answers, and what creates one.
struct Kind {
    path: &'static str,
    one: &'static str,
    many: &'static str,
    label: &'static str,
    body: fn(&str) -> Value,
    /// The table of the simulated world in which it has a thing of its own.
    outside: Option<&'static str>,
}

/// To have another kind killed, add it here.
const KINDS: [Kind; 3] = [
    Kind {
        path: "/v2/ssh-keys",
        one: "ssh_key",
        many: "ssh_keys",
        label: "name",
        body: ssh_key,
        outside: None,
    },
    Kind {
        path: "/v2/blocks",
        one: "block",
        many: "blocks",
        label: "label",
        body: block,
        outside: Some("disk"),
    },
    Kind {
        path: "/v2/instances",
        one: "instance",
        many: "instances",
        label: "label",
        body: instance,
        outside: Some("machine"),
    },
];

fn ssh_key(label: &str) -> Value {
    json!({ "name": label, "ssh_key": format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI {label}") })
}

fn instance(label: &str) -> Value {
    json!({ "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": label, "enable_ipv6": true })
}

fn block(label: &str) -> Value {
    json!({ "region": "ewr", "size_gb": 20, "label": label })
}

/// What is known of a thing by what the server said.
#[derive(Debug, Clone, PartialEq)]
enum Fate {
    /// Asked for; nothing was said.
    Creating,
    /// Acknowledged, with this id.
    There(String),
    /// To be deleted; nothing was said.
    Deleting(String),
    /// Its deletion was acknowledged, or it never came to be.
    Gone,
}

/// All things, by kind and label.
type Ledger = BTreeMap<(usize, String), Fate>;

/// What the writers of one round share.
struct Load {
    client: Client,
    ledger: Arc<Mutex<Ledger>>,
    acknowledged: AtomicUsize,
    enough: usize,
    reached: Notify,
}

impl Load {
    fn note(&self, name: (usize, String), fate: Fate) {
        self.ledger.lock().unwrap().insert(name, fate);
    }

    fn acknowledge(&self) {
        if self.acknowledged.fetch_add(1, Ordering::SeqCst) + 1 == self.enough {
            self.reached.notify_one();
        }
    }

    /// Creates and deletes until the server is gone. No other writer touches what is this one's.
    async fn write(&self, writer: usize, round: usize, mut rng: Rng) {
        let prefix = format!("w{writer}-");
        for count in 0.. {
            let mine: Vec<_> = {
                let ledger = self.ledger.lock().unwrap();
                let mine = ledger.iter().filter(|((_, label), _)| label.starts_with(&prefix));
                let there = mine.filter_map(|(name, fate)| match fate {
                    Fate::There(id) => Some((name.clone(), id.clone())),
                    _ => None,
                });
                there.collect()
            };
            let done = match mine.len() >= rng.usize(1..=MOST) {
                true => {
                    let (name, id) = mine[rng.usize(..mine.len())].clone();
                    self.delete(name, id).await
                }
                false => {
                    let kind = rng.usize(..KINDS.len());
                    self.create((kind, format!("{prefix}{round}-{count}"))).await
                }
            };
            if !done {
                return;
            }
            self.acknowledge();
        }
    }

    async fn create(&self, name: (usize, String)) -> bool {
        let kind = &KINDS[name.0];
        self.note(name.clone(), Fate::Creating);
        let body = (kind.body)(&name.1).to_string();
        let Some(answer) = self.send("POST", kind.path, Some(body)).await else { return false };
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let id = answer[kind.one]["id"].as_str().unwrap().to_owned();
        self.note(name, Fate::There(id));
        true
    }

    async fn delete(&self, name: (usize, String), id: String) -> bool {
        let path = format!("{}/{id}", KINDS[name.0].path);
        self.note(name.clone(), Fate::Deleting(id));
        if self.send("DELETE", &path, None).await.is_none() {
            return false;
        }
        self.note(name, Fate::Gone);
        true
    }

    /// The body of a success; none where the server is gone.
    async fn send(&self, method: &str, path: &str, body: Option<String>) -> Option<String> {
        match self.client.raw(method.parse().unwrap(), path, body).await {
            Ok(answer) if answer.status.is_success() => Some(answer.body),
            Ok(answer) => panic!("{method} {path}: {} {}", answer.status, answer.body),
            Err(Error::Transport { .. }) => None,
            Err(other) => panic!("{method} {path}: {other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_has_kept_what_it_acknowledged_and_finishes_what_it_began() {
    let seed = std::env::var("KETTLE_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    eprintln!("KETTLE_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let directory = tempfile::tempdir().unwrap();
    let ledger = Arc::new(Mutex::new(Ledger::new()));
    let mut writes = 0;
    for round in 0..KILLS {
        let server = Server::start(&mut serve(directory.path()), directory.path());
        compare(&server.client(), &ledger).await;
        writes += load(server, round, &ledger, &mut rng).await;
    }
    assert!(writes > KILLS * 5, "only {writes} writes: the server was hardly under load");

    let server = Server::start(&mut serve(directory.path()), directory.path());
    compare(&server.client(), &ledger).await;
    assert!(server.stop().success());
    let ledger = ledger.lock().unwrap().clone();
    nothing_is_left(directory.path(), &ledger).await;
}

/// Writes from many sides, and kills the server at some moment. How many writes it acknowledged.
async fn load(server: Server, round: usize, ledger: &Arc<Mutex<Ledger>>, rng: &mut Rng) -> usize {
    let load = Arc::new(Load {
        client: server.client(),
        ledger: ledger.clone(),
        acknowledged: AtomicUsize::new(0),
        enough: rng.usize(1..40),
        reached: Notify::new(),
    });
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (load, rng) = (load.clone(), rng.fork());
        writers.spawn(async move { load.write(writer, round, rng).await });
    }
    tokio::time::timeout(LONG, load.reached.notified()).await.expect("the server answers");
    server.kill();
    writers.join_all().await;
    load.acknowledged.load(Ordering::SeqCst)
}

/// Holds what is there against what was acknowledged; what was not is known from then on. Waits
/// until all that was begun is ready.
async fn compare(client: &Client, ledger: &Mutex<Ledger>) {
    let mut known = ledger.lock().unwrap().clone();
    for (number, kind) in KINDS.iter().enumerate() {
        let mut listed = ready(client, kind).await;
        for ((_, label), fate) in known.iter_mut().filter(|((kind, _), _)| *kind == number) {
            *fate = match (&*fate, listed.remove(label)) {
                (Fate::There(id), Some(found)) if *id == found => Fate::There(found),
                (Fate::Deleting(id), Some(found)) if *id == found => Fate::There(found),
                (Fate::Creating, Some(found)) => Fate::There(found),
                (Fate::Creating | Fate::Deleting(_) | Fate::Gone, None) => Fate::Gone,
                (fate, found) => panic!("{} {label}: was {fate:?}, is {found:?}", kind.one),
            };
        }
        assert!(listed.is_empty(), "{}: nobody asked for {listed:?}", kind.many);
    }
    *ledger.lock().unwrap() = known;
}

/// All of a kind, label and id, once they are ready.
async fn ready(client: &Client, kind: &Kind) -> BTreeMap<String, String> {
    let pace =
        Pace { timeout: LONG, first: Duration::from_millis(2), longest: Duration::from_millis(50) };
    let judge = |items: Result<&Vec<Value>, &Error>| {
        let states = items.ok()?.iter().map(standing);
        Some(states.into_iter().find(|state| *state != State::Done).unwrap_or(State::Done))
    };
    let items = poll(pace, || all(client, kind), judge, |_, _| {}).await.unwrap().unwrap();
    let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    let ids: BTreeSet<_> = items.iter().map(|item| text(item, "id")).collect();
    let labels: BTreeMap<_, _> =
        items.iter().map(|item| (text(item, kind.label), text(item, "id"))).collect();
    assert_eq!((ids.len(), labels.len()), (items.len(), items.len()), "none is there twice");
    labels
}

/// All of a kind, by small pages whose totals agree with what they hold.
async fn all(client: &Client, kind: &Kind) -> Result<Vec<Value>, Error> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("{}?per_page=7&cursor={cursor}", kind.path);
        let answer = client.raw(api::Method::GET, &path, None).await?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let page: Value = serde_json::from_str(&answer.body).unwrap();
        items.extend(page[kind.many].as_array().unwrap().iter().cloned());
        page["meta"]["links"]["next"].as_str().unwrap().clone_into(&mut cursor);
        if cursor.is_empty() {
            assert_eq!(page["meta"]["total"], items.len(), "{}", kind.many);
            return Ok(items);
        }
    }
}

/// What was deleted is gone from the store and from the world outside, and nothing is under way.
async fn nothing_is_left(directory: &std::path::Path, ledger: &Ledger) {
    let store = Store::open(&Location::File(directory.join("kettle.db"))).await.unwrap();
    testing::check(&store).await;
    let count = async |sql: &str| testing::count(&store, sql).await.unwrap();
    // An account waits for the end of its month.
    let under_way =
        "SELECT count(*) FROM resource WHERE deleting OR due IS NOT NULL AND kind <> 'account'";
    assert_eq!(count(under_way).await, 0, "what was begun is finished");
    for (number, kind) in KINDS.iter().enumerate() {
        let Some(outside) = kind.outside else { continue };
        let there = |((kind, _), fate): &(&(usize, String), &Fate)| {
            *kind == number && matches!(fate, Fate::There(_))
        };
        let known = ledger.iter().filter(there).count();
        let sql = format!("SELECT count(*) FROM world WHERE kind = '{outside}'");
        assert_eq!(count(&sql).await, i64::try_from(known).unwrap(), "{outside}s of {}", kind.many);
    }
}
