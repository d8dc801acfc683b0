//! What older releases wrote opens: every row of each kind is read by every operation that reads,
//! tells what that release told, can be changed, and goes.
//!
//! `tests/data/RELEASE` has the data of each release, which holds one thing of every kind, with
//! what it told of them. `cargo xtask keep` makes it; it is never made anew.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::Method;
use serde_json::{Value, json};
use store::Location;
use testkit::World;

use super::requests::{Operation, operations};
use super::things::{Things, make_things};
use super::{MINE, ask};

/// Kinds of things of which there is none in the data of a release, by the words of their ids: the last
/// release without it, and the kind. What asks for one by its path or must be told one is left out.
const NOT_YET: &[(&str, &str)] = &[
    ("0.1.0", "ClusterId"),
    ("0.1.0", "DatabaseId"),
    ("0.1.0", "DatabaseId of Kafka"),
    ("0.1.0", "InferenceId"),
    ("0.1.0", "PullZoneId"),
    ("0.1.0", "PushZoneId"),
    ("0.1.0", "RegistryId"),
    ("0.1.0", "StorageGatewayId"),
    ("0.1.0", "VfsId"),
    ("0.1.0", "invoice_id"),
];

/// What is told anew each time, and is not what is stored.
const MOVES_ON: &[&str] = &["pending_charges", "charges"];

/// The database and the papers of a release's data.
const DATABASE: &str = "kettle.db.gz";
const PAPERS: &str = "things.json.gz";

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// The releases of which there is data.
fn releases() -> Vec<String> {
    let entries = std::fs::read_dir(data()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn pack(path: &Path, bytes: &[u8]) {
    let mut packer = GzEncoder::new(std::fs::File::create(path).unwrap(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap();
}

/// A world on what a release left, at the time at which it was left.
struct Left {
    world: World,
    things: Things,
    /// What the release told, by operation.
    told: BTreeMap<String, Value>,
    _directory: tempfile::TempDir,
}

async fn open(release: &str) -> Left {
    let from = data().join(release);
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("db");
    std::fs::write(&database, unpacked(&from.join(DATABASE))).unwrap();
    let mut papers: Value = serde_json::from_slice(&unpacked(&from.join(PAPERS))).unwrap();
    let world = World::builder().open().location(Location::File(database)).build().await;
    world.clock.set(papers["now"].as_i64().unwrap());
    let told = serde_json::from_value(papers["told"].take()).unwrap();
    Left { world, things: Things::known(MINE, &papers["things"]), told, _directory: directory }
}

/// The operations that find something in the data of a release.
fn known_to(release: &str) -> Vec<Operation> {
    let mut operations = operations();
    let is_missing = |kind: &str| NOT_YET.contains(&(release, kind));
    operations
        .retain(|op| !op.places().iter().any(|place| place.is_required && is_missing(&place.kind)));
    operations
}

/// What every operation that reads answers.
async fn read_all(world: &World, things: &Things, release: &str) -> BTreeMap<String, Value> {
    let mut read = BTreeMap::new();
    for op in known_to(release).iter().filter(|op| op.reads()) {
        let (status, body) = ask(world, MINE, &op.request(things, &[], &[])).await;
        assert_eq!(status, 200, "{}: {body}", op.op.id);
        let answer = serde_json::from_str(&body).unwrap_or(Value::Null);
        whole(op.op.id, &answer);
        read.insert(op.op.id.to_owned(), answer);
    }
    read
}

/// A row that cannot be read is left out of its list, and counted.
#[track_caller]
fn whole(op: &str, answer: &Value) {
    let Some(total) = answer.pointer("/meta/total").and_then(Value::as_u64) else { return };
    let items = answer.as_object().unwrap().values().filter_map(Value::as_array);
    let most: usize = items.map(Vec::len).sum();
    // Some lists have no pages.
    let is_whole = most as u64 == total || most == 100;
    assert!(is_whole, "{op} leaves something out: {answer}");
}

/// Lists that tell of more kinds of things than a release did, and of all that it told: attachments of
/// gateways and databases were left out.
const GREW: &[&str] = &["list-vpc-attachments"];

/// The first place where what was told is told no more.
fn lost(then: &Value, now: &Value, way: &str) -> Option<String> {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => then.iter().find_map(|(name, then)| {
            let way = format!("{way}.{name}");
            let now = now.get(name).unwrap_or(&Value::Null);
            let counts_more = GREW.iter().any(|op| way == format!("{op}.meta"));
            let is_told = !counts_more && !MOVES_ON.contains(&name.as_str());
            is_told.then(|| lost(then, now, &way)).flatten()
        }),
        (Value::Array(then), Value::Array(now)) if GREW.iter().any(|op| way.starts_with(op)) => {
            let is_told = |item: &&Value| now.iter().any(|now| lost(item, now, "").is_none());
            let gone = then.iter().find(|item| !is_told(item))?;
            Some(format!("{way}: {gone} is not there"))
        }
        (Value::Array(then), Value::Array(now)) if then.len() == now.len() => {
            let mut pairs = then.iter().zip(now).enumerate();
            pairs.find_map(|(n, (then, now))| lost(then, now, &format!("{way}[{n}]")))
        }
        (then, now) => (then != now).then(|| format!("{way}: {then} is {now}")),
    }
}

#[tokio::test]
async fn what_older_releases_wrote_is_read_by_every_operation_and_tells_the_same() {
    let releases = releases();
    assert!(!releases.is_empty());
    for release in releases {
        let Left { world, things, told, _directory } = open(&release).await;
        let read = read_all(&world, &things, &release).await;
        assert!(told.len() > 60, "{release} told of its things");
        for (op, then) in &told {
            let now = read.get(op).unwrap_or(&Value::Null);
            assert_eq!(lost(then, now, op), None, "{release}");
        }
    }
}

#[tokio::test]
async fn what_older_releases_wrote_can_be_changed_and_goes() {
    for release in releases() {
        let Left { world, things, _directory, .. } = open(&release).await;
        let operations = known_to(&release);
        let before = rows(&world).await;
        let mut changed = 0;
        for op in &operations {
            if ![Method::PUT, Method::PATCH].contains(&op.op.method) {
                continue;
            }
            let asked = op.request(&things, &[], &[]);
            let (status, body) = ask(&world, MINE, &asked).await;
            assert!((200..300).contains(&status), "{release}, {asked:?}: {status} {body}");
            changed += 1;
        }
        assert!(changed > 20, "{changed}");
        // Lives take up what an older release had seen, and so does the simulated world.
        world.settle().await;
        read_all(&world, &things, &release).await;
        world.advance(Duration::from_secs(24 * 3600)).await;
        let mut goes: Vec<&Operation> =
            operations.iter().filter(|op| op.op.method == Method::DELETE).collect();
        goes.sort_by_key(|op| std::cmp::Reverse(op.op.path.len()));
        for op in goes {
            let asked = op.request(&things, &[], &[]);
            let (status, body) = ask(&world, MINE, &asked).await;
            assert!(status < 500, "{release}, {asked:?}: {status} {body}");
            world.settle().await;
        }
        let left = rows(&world).await;
        assert!(left + 20 < before, "{release}: {left} of {before} are left");
    }
}

/// How many rows there are; what they have cost is told for good.
async fn rows(world: &World) -> u64 {
    let mut kinds = world.store.kinds().await.unwrap();
    kinds.retain(|(kind, _)| !["charge", "invoice"].contains(&kind.as_str()));
    kinds.iter().map(|(_, rows)| rows).sum()
}

type Calls = Vec<(Method, String, Value)>;

/// Gives names, rules and keys what they can have.
fn more_of_the_account(things: &Things) -> Calls {
    let domain = format!("/v2/domains/{}", things.id("dns_domain"));
    let template = json!({
        "plan": "vc2-1c-1gb", "snapshot_id": things.id("SnapshotId"), "label": "mine-text",
        "ssh_key_ids": [things.id("SshKeyId")], "template": { "hostname": "mine", "tags": ["a"] },
    });
    let rule = json!({
        "ip_type": "v6", "protocol": "icmp", "subnet": "2001:db8::", "subnet_size": 32,
        "source": "cloudflare",
    });
    let mail = json!({
        "name": "", "type": "MX", "data": "mx.mine.example", "priority": 7, "ttl": 300,
    });
    vec![
        (Method::PUT, domain.clone(), json!({ "dns_sec": "enabled" })),
        (
            Method::PATCH,
            format!("{domain}/soa"),
            json!({ "nsprimary": "ns1.mine.example", "email": "mine-text@mine.example" }),
        ),
        (Method::POST, format!("{domain}/records"), mail),
        (
            Method::PATCH,
            format!("/v2/users/{}", things.id("UserId")),
            json!({ "acls": ["manage_users", "subscriptions_view"], "first_name": "mine" }),
        ),
        (Method::POST, format!("/v2/firewalls/{}/rules", things.id("FirewallGroupId")), rule),
        (Method::POST, "/v2/instances/templates".into(), template),
    ]
}

/// Gives load balancers what they can have.
fn more_of_balancers(things: &Things) -> Calls {
    let balancer = format!("/v2/load-balancers/{}", things.id("LoadBalancerId"));
    let pem = |what: &str| format!("-----BEGIN {what}-----\nMIIB\n-----END {what}-----\n");
    let settings = json!({
        "balancing_algorithm": "leastconn", "http2": true, "http3": true, "nodes": 3,
        "ssl": {
            "private_key": pem("PRIVATE KEY"), "certificate": pem("CERTIFICATE"),
            "chain": pem("CERTIFICATE"),
        },
        "sticky_session": { "cookie_name": "mine" }, "global_regions": ["sea"],
        "health_check": { "protocol": "tcp", "port": 81, "check_interval": 7 },
        "vpc": things.id("VpcId"), "proxy_protocol": true, "timeout": 60,
    });
    let rules = json!([{ "port": 443, "source": "cloudflare", "ip_type": "v6" }]);
    let auto = json!({ "domain_zone": things.id("dns_domain"), "domain_sub": "www" });
    let another = json!({ "region": "ewr", "label": "mine-text", "auto_ssl": auto });
    vec![
        (Method::PATCH, balancer.clone(), settings),
        (Method::POST, format!("{balancer}/firewall-rules"), json!({ "firewall_rules": rules })),
        (Method::POST, "/v2/load-balancers".into(), another),
    ]
}

/// Gives an instance what it can have, and makes instances of each sort.
fn more_of_machines(things: &Things) -> Calls {
    let instance = things.id("InstanceId");
    let reserved = format!("/v2/reserved-ips/{}/attach", things.id("ReservedIpId"));
    let block = format!("/v2/blocks/{}/attach", things.id("BlockId"));
    let mut calls = vec![
        (format!("/v2/instances/{instance}/iso/attach"), json!({ "iso_id": things.id("IsoId") })),
        (reserved, json!({ "instance_id": instance })),
        (
            "/v2/reserved-ips".into(),
            json!({ "region": "ewr", "ip_type": "v6", "label": "mine-text" }),
        ),
        (block, json!({ "instance_id": instance, "live": true })),
        (
            "/v2/blocks".into(),
            json!({
                "region": "ewr", "size_gb": 40, "block_type": "storage_opt", "label": "mine-text",
            }),
        ),
        (
            "/v2/snapshots/create-from-url".into(),
            json!({ "url": "https://mine.example/disk.raw", "description": "mine-text" }),
        ),
    ];
    for more in [
        json!({ "snapshot_id": things.id("SnapshotId"), "script_id": things.id("StartupId") }),
        json!({ "iso_id": things.id("IsoId"), "ddos_protection": true }),
        json!({ "app_id": 29 }),
        json!({ "image_id": "openlitespeed-wordpress" }),
        json!({ "os_id": 159, "ipxe_chain_url": "https://mine.example/boot" }),
        json!({
            "os_id": 2136, "attach_vpc": [things.id("VpcId")], "vpc_only": true,
            "block_devices": [{ "disk_size": 30, "label": "mine-text" }],
        }),
    ] {
        let mut new = json!({ "region": "ewr", "plan": "vc2-1c-2gb", "label": "mine-text" });
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        calls.push(("/v2/instances".into(), new));
    }
    calls.into_iter().map(|(uri, body)| (Method::POST, uri, body)).collect()
}

/// Gives things what they can have, and makes more of those that there are several sorts of.
async fn fill(world: &World, things: &Things) {
    let mut calls = more_of_the_account(things);
    calls.extend(more_of_machines(things));
    calls.extend(more_of_balancers(things));
    for (method, uri, body) in calls {
        things.call(world, method, &uri, body).await;
        world.settle().await;
    }
    let post =
        |uri: String, body| async move { things.call(world, Method::POST, &uri, body).await };
    let new = json!({ "cluster_id": 11, "tier_id": 2, "label": "mine-text" });
    let storage = post("/v2/object-storage".into(), new).await;
    let buckets =
        format!("/v2/object-storage/{}/bucket", storage["object_storage"]["id"].as_str().unwrap());
    world.settle().await;
    post(buckets.clone(), json!({ "bucket_name": "mine-logs", "versioning": true })).await;
    let rule = |id: &str, prefix: &str| {
        json!({
            "ID": id, "Status": "Enabled", "Filter": { "Prefix": prefix },
            "Transitions": [{ "Days": 3, "StorageClass": "VULTR_ARCHIVE" }],
        })
    };
    let rules = json!({ "archive_rules": [rule("a", ""), rule("b", "old/")] });
    post(format!("{buckets}/mine-logs/lifecycle"), rules).await;
}

/// The kinds that the sources name.
fn kinds() -> BTreeSet<String> {
    fn walk(directory: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let kinds = text.split("impl Kind for ").skip(1);
                let names =
                    kinds.filter_map(|text| text.split("const KIND: &'static str = \"").nth(1));
                found.extend(names.filter_map(|rest| rest.split('"').next().map(str::to_owned)));
            }
        }
    }
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap() {
        let source = entry.unwrap().path().join("src");
        if source.is_dir() {
            walk(&source, &mut found);
        }
    }
    found
}

/// No test: `cargo xtask keep` runs it, once for each release.
#[tokio::test]
#[ignore = "it writes the data of this release"]
async fn keep_the_data_of_this_release() {
    let to = data().join(env!("CARGO_PKG_VERSION"));
    assert!(!to.exists(), "there is data of this release: it is never made anew");
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("db");
    let location = Location::File(database.clone());
    let world = World::builder().open().location(location).build().await;
    let mut things = make_things(&world, MINE).await;
    fill(&world, &things).await;
    world.advance(Duration::from_secs(10 * 24 * 3600)).await;
    things.find_backup(&world).await;
    things.find_invoice(&world).await;
    world.settle().await;
    let stored = world.store.kinds().await.unwrap();
    let stored: BTreeSet<String> = stored.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(stored, kinds(), "make a thing of each kind in `things`");
    let mut told = read_all(&world, &things, "").await;
    // What belongs to nobody is the catalogue's, and changes with it.
    told.retain(|_, answer| {
        let text = answer.to_string();
        things.marks().any(|mark| text.contains(mark))
    });
    let papers = json!({ "now": world.clock.now(), "things": things.to_json(), "told": told });
    drop(world);
    assert!(!directory.path().join("db-wal").exists(), "the store is closed");
    std::fs::create_dir_all(&to).unwrap();
    pack(&to.join(DATABASE), &std::fs::read(&database).unwrap());
    pack(&to.join(PAPERS), papers.to_string().as_bytes());
}
