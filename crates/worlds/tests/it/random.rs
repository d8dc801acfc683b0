//! Worlds made by chance, of every kind, with lifecycles in flight: kept, put back, carried over and copied,
//! they are the same.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::chance::Stream;
use serde_json::{Value, json};
use testkit::World;
use worlds::{Reading, compare, copy, read};

use crate::silent;

/// How many worlds are made, and how much is asked on the way to each.
const WORLDS: u64 = 6;
const ASKED: usize = 70;

/// What asks for things by chance, and knows what there is.
struct Maker<'a> {
    world: &'a World,
    dice: Stream,
    version: Value,
    /// The ids of what was made, by the path of its list.
    there: BTreeMap<&'static str, Vec<String>>,
    /// How many of its requests did something.
    done: usize,
}

/// A body that is made up; nothing where what it needs is not there.
type Makes = fn(&mut Maker<'_>) -> Option<Value>;
/// A request that is made up: its method, its path and its body.
type Asks = fn(&mut Maker<'_>) -> Option<(&'static str, String, Value)>;

/// What makes something, by the path of its list.
const MADE: &[(&str, Makes)] = &[
    ("ssh-keys", |m| Some(json!({"name": m.label(), "ssh_key": "ssh-ed25519 AAAA me@host"}))),
    ("startup-scripts", |m| {
        Some(json!({"name": m.label(), "script": "IyEvYmluL3No", "type": m.of(&["boot", "pxe"])}))
    }),
    ("vpcs", |m| {
        Some(
            json!({"region": "ewr", "description": m.label(), "v4_subnet": format!("10.{}.0.0", m.up_to(250)), "v4_subnet_mask": 16 + m.up_to(8)}),
        )
    }),
    ("vpc2", |m| {
        Some(
            json!({"region": "ewr", "description": m.label(), "ip_block": format!("10.{}.0.0", m.up_to(250)), "prefix_length": 24}),
        )
    }),
    ("firewalls", |m| Some(json!({"description": m.label()}))),
    ("reserved-ips", |m| {
        Some(json!({"region": "ewr", "ip_type": m.of(&["v4", "v6"]), "label": m.label()}))
    }),
    ("iso", |_| Some(json!({"url": "https://example.com/rescue.iso"}))),
    ("instances", |m| {
        let (keys, networks) = (m.some("ssh-keys"), m.some("vpcs"));
        let mut body = json!({
            "region": "ewr", "plan": m.of(&["vc2-1c-1gb", "vc2-2c-4gb", "vhf-1c-2gb"]), "os_id": 2136,
            "label": m.label(), "tags": [m.label(), "b"], "sshkey_id": keys, "attach_vpc": networks, "attach_vpc2": m.some("vpc2"),
            "enable_ipv6": m.flip(), "backups": m.of(&["enabled", "disabled"]), "user_data": "I2Nsb3VkLWNvbmZpZw==",
        });
        if let Some(group) = m.one("firewalls").filter(|_| m.flip()) {
            body["firewall_group_id"] = group.into();
        }
        Some(body)
    }),
    ("bare-metals", |m| {
        Some(json!({"region": "ewr", "plan": "vbm-4c-32gb", "os_id": 2136, "label": m.label()}))
    }),
    ("blocks", |m| Some(json!({"region": "ewr", "size_gb": 10 + m.up_to(90), "label": m.label()}))),
    ("load-balancers", |m| {
        let rule = json!({"frontend_protocol": "http", "frontend_port": 80 + m.up_to(20), "backend_protocol": "http", "backend_port": 8080});
        let instances = m.some("instances");
        Some(
            json!({"region": "ewr", "label": m.label(), "instances": instances, "forwarding_rules": [rule],
            "firewall_rules": [{"port": 80, "source": "203.0.113.0/24", "ip_type": "v4"}],
            "balancing_algorithm": m.of(&["leastconn", "roundrobin"])}),
        )
    }),
    ("domains", |m| {
        Some(json!({"domain": format!("d{}.example", m.up_to(1_000_000)), "ip": "192.0.2.7"}))
    }),
    ("object-storage", |m| Some(json!({"cluster_id": 2, "tier_id": 2, "label": m.label()}))),
    ("vfs", |m| {
        Some(json!({"region": "ewr", "label": m.label(), "storage_size": {"gb": 10 + m.up_to(90)}}))
    }),
    ("snapshots", |m| Some(json!({"instance_id": m.one("instances")?, "description": m.label()}))),
    ("kubernetes/clusters", |m| {
        Some(json!({"label": m.label(), "region": "ewr", "version": m.version,
        "node_pools": [{"node_quantity": 1 + m.up_to(3), "label": "small", "plan": "vc2-1c-2gb", "tag": "x"}]}))
    }),
    ("databases", |m| {
        Some(
            json!({"region": "ewr", "plan": "vultr-dbaas-startup-cc-1-55-2", "label": m.label(), "database_engine": "pg", "database_engine_version": "16"}),
        )
    }),
    ("registry", |m| {
        Some(
            json!({"name": format!("r{}", m.up_to(1_000_000)), "public": m.flip(), "region": "sjc", "plan": "start_up"}),
        )
    }),
    ("cdns/pull-zones", |m| {
        Some(json!({"label": m.label(), "origin_scheme": "https", "origin_domain": "example.com"}))
    }),
    ("cdns/push-zones", |m| Some(json!({"label": m.label()}))),
    ("inference", |m| Some(json!({"label": m.label()}))),
    ("users", |m| {
        Some(
            json!({"name": m.label(), "email": format!("u{}@example.com", m.up_to(1_000_000)), "password": "Correct-Horse-7", "acls": ["dns"]}),
        )
    }),
];

/// What is done with what there is.
const DONE: &[Asks] = &[
    |m| {
        let rule = json!({"ip_type": "v4", "protocol": "tcp", "port": format!("{}", 1 + m.up_to(9_000)), "subnet": "192.0.2.0", "subnet_size": 24, "notes": m.label()});
        Some(("POST", format!("firewalls/{}/rules", m.one("firewalls")?), rule))
    },
    |m| {
        let record = json!({"name": m.label(), "type": m.of(&["A", "TXT"]), "data": format!("192.0.2.{}", m.up_to(250)), "ttl": 300 + m.up_to(900)});
        Some(("POST", format!("domains/{}/records", m.one("domains")?), record))
    },
    |m| Some(("POST", format!("vpcs/{}/nat-gateway", m.one("vpcs")?), json!({"label": m.label()}))),
    |m| {
        Some((
            "POST",
            format!("databases/{}/users", m.one("databases")?),
            json!({"username": format!("u{}", m.up_to(9)), "password": "Correct-Horse-7"}),
        ))
    },
    |m| {
        Some((
            "POST",
            format!("databases/{}/dbs", m.one("databases")?),
            json!({"name": format!("d{}", m.up_to(9))}),
        ))
    },
    |m| {
        Some((
            "POST",
            format!("databases/{}/connection-pools", m.one("databases")?),
            json!({"name": format!("p{}", m.up_to(9)), "database": "defaultdb", "username": "vultradmin", "mode": "transaction", "size": 2}),
        ))
    },
    |m| {
        Some((
            "POST",
            format!("users/{}/ip-whitelist", m.one("users")?),
            json!({"subnet": format!("192.0.2.{}", m.up_to(250)), "subnet_size": 32}),
        ))
    },
    |m| {
        let body = json!({"instance_id": m.one("instances")?, "live": m.flip()});
        Some(("POST", format!("blocks/{}/attach", m.one("blocks")?), body))
    },
    |m| Some(("POST", format!("blocks/{}/detach", m.one("blocks")?), json!({"live": true}))),
    |m| {
        let body = json!({"instance_id": m.one("instances")?});
        Some(("POST", format!("reserved-ips/{}/attach", m.one("reserved-ips")?), body))
    },
    |m| {
        Some((
            "POST",
            format!("instances/{}/{}", m.one("instances")?, m.of(&["halt", "start", "reboot"])),
            json!({}),
        ))
    },
    |m| {
        Some((
            "POST",
            format!("instances/{}/ipv4", m.one("instances")?),
            json!({"reboot": m.flip()}),
        ))
    },
    |m| {
        Some((
            "PATCH",
            format!("instances/{}", m.one("instances")?),
            json!({"label": m.label(), "tags": [m.label()]}),
        ))
    },
    |m| {
        let kind = *m.pick(&[
            "instances",
            "blocks",
            "vpcs",
            "domains",
            "firewalls",
            "load-balancers",
            "snapshots",
            "reserved-ips",
        ]);
        Some(("DELETE", format!("{kind}/{}", m.one(kind)?), Value::Null))
    },
];

impl<'a> Maker<'a> {
    async fn new(world: &'a World, seed: u64) -> Self {
        let (_, text) = world.raw("GET", "/v2/kubernetes/versions", "").await;
        let versions: Value = serde_json::from_str(&text).expect("JSON");
        let (dice, version) = (Stream::of(seed, &[b"worlds"]), versions["versions"][0].clone());
        Self { world, dice, version, there: BTreeMap::new(), done: 0 }
    }

    fn up_to(&mut self, end: usize) -> usize {
        (self.dice.fraction() * end as f64) as usize
    }

    fn flip(&mut self) -> bool {
        self.up_to(2) == 1
    }

    fn pick<'b, T>(&mut self, of: &'b [T]) -> &'b T {
        &of[self.up_to(of.len())]
    }

    fn of(&mut self, words: &[&str]) -> String {
        (*self.pick(words)).to_owned()
    }

    /// Labels are found twice, and have what needs care.
    fn label(&mut self) -> String {
        self.of(&["web", "web", "db-1", "größe", "a b", "😀", "o'brien \"x\"", "{n}", "yes", "012"])
    }

    /// The id of one that was made.
    fn one(&mut self, list: &str) -> Option<String> {
        let ids = self.there.get(list)?.clone();
        Some(self.pick(&ids).clone())
    }

    /// The ids of none, or of one.
    fn some(&mut self, list: &str) -> Vec<String> {
        let is_one = self.flip();
        self.one(list).filter(|_| is_one).into_iter().collect()
    }

    /// Asks for one thing by chance.
    async fn ask(&mut self) {
        match self.up_to(3) {
            0 | 1 => {
                let (list, body) = self.pick(MADE);
                if let Some(body) = body(self) {
                    self.make(list, &body).await;
                }
            }
            _ => {
                let ask = self.pick(DONE);
                if let Some((method, path, body)) = ask(self) {
                    self.send(method, &path, &body).await;
                }
            }
        }
    }

    /// Time goes on a little, or much, or until what is under way has come about.
    async fn wait(&mut self) {
        match self.up_to(8) {
            0 => self.world.settle().await,
            1 => self.world.advance(Duration::from_secs(self.up_to(90_000) as u64)).await,
            _ => self.world.advance(Duration::from_millis(self.up_to(900) as u64)).await,
        }
    }

    async fn make(&mut self, list: &'static str, body: &Value) {
        let Some(answer) = self.send("POST", list, body).await else { return };
        let made = answer.as_object().and_then(|fields| fields.values().next().cloned());
        let made = made.unwrap_or_default();
        let id = made["id"].as_str().or(made["domain"].as_str()).or(answer["id"].as_str());
        let id = id.unwrap_or_else(|| panic!("{list}: {answer}")).to_owned();
        self.there.entry(list).or_default().push(id);
    }

    /// Sends it. What cannot be now is refused; nothing is a mistake of the server.
    async fn send(&mut self, method: &str, path: &str, body: &Value) -> Option<Value> {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, text) = self.world.raw(method, &format!("/v2/{path}"), &text).await;
        assert!(status < 500, "{method} {path} {body}: {status} {text}");
        self.done += usize::from(status < 300);
        (status < 300).then(|| serde_json::from_str(&text).unwrap_or_default())
    }
}

/// A world of its own, in which much has happened, and some is under way.
async fn made(seed: u64) -> World {
    let world = World::builder().random_seed(seed).build().await;
    let mut maker = Maker::new(&world, seed).await;
    // One of each kind, so that each is anywhere near.
    for (list, body) in MADE {
        if let Some(body) = body(&mut maker) {
            maker.make(list, &body).await;
        }
    }
    for _ in 0..ASKED {
        maker.ask().await;
        maker.wait().await;
    }
    // Of this, nothing comes about before somebody waits.
    for _ in 0..10 {
        maker.ask().await;
    }
    assert!(maker.done > ASKED / 2, "only {} of the requests did anything", maker.done);
    world
}

/// All that is shown of it.
async fn shown(world: &World) -> Value {
    let reading = read(&world.client, &[], &silent).await.expect("it answers");
    assert_eq!(reading.unread, [] as [String; 0]);
    json!(reading.things)
}

/// Where two readings differ first, for people.
#[track_caller]
fn same(seed: u64, was: &Value, is: &Value) {
    let things = |all: &Value| all.as_array().cloned().unwrap_or_default();
    let (was_things, is_things) = (things(was), things(is));
    for (was, is) in was_things.iter().zip(&is_things) {
        assert_eq!(was, is, "world {seed}");
    }
    assert_eq!(was_things.len(), is_things.len(), "world {seed}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_world_is_the_same_when_it_is_put_back_or_carried_over_whatever_is_under_way() {
    let mut in_flight = 0;
    for seed in 0..WORLDS {
        let world = made(seed).await;
        let was = shown(&world).await;
        in_flight += usize::from(was.to_string().contains("\"pending\""));
        world.save("was").await;
        let file = world.export().await;
        world.settle().await;
        let became = shown(&world).await;

        let mut maker = Maker::new(&world, seed + 1_000).await;
        for _ in 0..20 {
            maker.ask().await;
            maker.wait().await;
        }
        world.restore("was").await;
        same(seed, &was, &shown(&world).await);
        world.settle().await;
        same(seed, &became, &shown(&world).await);

        let other = World::builder().random_seed(seed).build().await;
        let mut maker = Maker::new(&other, seed + 2_000).await;
        for _ in 0..20 {
            maker.ask().await;
            maker.wait().await;
        }
        other.import(&file).await;
        same(seed, &was, &shown(&other).await);
        other.settle().await;
        same(seed, &became, &shown(&other).await);
    }
    assert!(in_flight > WORLDS as usize / 2, "much is under way in {in_flight} only");
}

#[tokio::test(flavor = "current_thread")]
async fn a_copy_of_any_world_shows_the_same() {
    for seed in 0..WORLDS {
        let one = made(seed).await;
        one.settle().await;
        let first = read(&one.client, &[], &silent).await.unwrap();
        let two = World::running().await;
        let copied = copy(&two.client, &first, &silent).await.unwrap();
        assert_eq!(copied.refused, [] as [String; 0], "world {seed}");
        let second = read(&two.client, &[], &silent).await.unwrap();
        let found = compare(&first, &second);
        assert!(
            found.is_empty(),
            "world {seed}: {}",
            serde_json::to_string_pretty(&found).unwrap()
        );
        let again = copy(&two.client, &first, &silent).await.unwrap();
        assert_eq!((again.made, again.refused.len()), (0, 0), "world {seed}");
        let third: Reading = read(&two.client, &[], &silent).await.unwrap();
        assert_eq!(compare(&second, &third), [], "world {seed}");
    }
}
