//! What instances and bare metal servers have in common, asked of each through raw HTTP.

mod addresses;
mod new;
mod variables;

use std::time::Duration;

use control::Behave;
use serde_json::{Value, json};
use testkit::World;
use uuid::Uuid;

use crate::common;

pub(crate) const DEBIAN: u32 = 2136;
pub(crate) const UBUNTU: u32 = 2284;

/// A kind of server, as requests and answers name it.
pub(crate) struct Kind {
    pub(crate) path: &'static str,
    pub(crate) key: &'static str,
    pub(crate) plan: &'static str,
    /// A plan that has room for applications.
    large: &'static str,
    /// The field that names several.
    pub(crate) ids: &'static str,
    pub(crate) unknown: &'static str,
    /// What is said of one that was just deleted.
    pub(crate) gone: &'static str,
}

pub(crate) const INSTANCES: Kind = Kind {
    path: "/v2/instances",
    key: "instance",
    plan: "vc2-1c-1gb",
    large: "vc2-4c-8gb",
    ids: "instance_ids",
    unknown: "instance not found",
    gone: "Server is pending destruction",
};
pub(crate) const METAL: Kind = Kind {
    path: "/v2/bare-metals",
    key: "bare_metal",
    plan: "vbm-4c-32gb",
    large: "vbm-4c-32gb",
    ids: "baremetal_ids",
    unknown: "Invalid server",
    gone: "Invalid server",
};
const KINDS: [Kind; 2] = [INSTANCES, METAL];

/// The fields of one object, and those of another over them.
pub(crate) fn with(mut fields: Value, others: Value) -> Value {
    let others = others.as_object().expect("an object").clone();
    fields.as_object_mut().expect("an object").extend(others);
    fields
}

/// The id of something, as it is shown.
pub(crate) fn id_of(shown: &Value) -> &str {
    shown["id"].as_str().expect("it has one")
}

/// That something shows these fields as they are here.
#[track_caller]
pub(crate) fn shows(found: &Value, fields: Value) {
    assert_eq!(with(found.clone(), fields), *found);
}

pub(crate) async fn call(world: &World, method: &str, uri: &str, body: Value) -> (u16, Value) {
    let (status, text) = world.raw(method, uri, &body.to_string()).await;
    (status, serde_json::from_str(&text).unwrap_or_default())
}

/// What is read.
pub(crate) async fn read(world: &World, uri: &str) -> Value {
    let (status, answer) = call(world, "GET", uri, json!(null)).await;
    assert_eq!(status, 200, "{uri}: {answer}");
    answer
}

/// Does what answers nothing.
pub(crate) async fn done(world: &World, method: &str, uri: &str, body: Value) {
    let (status, answer) = call(world, method, uri, body).await;
    assert_eq!(status, 204, "{method} {uri}: {answer}");
}

/// Makes something, and shows it.
pub(crate) async fn add(world: &World, uri: &str, body: Value) -> Value {
    let (status, mut answer) = call(world, "POST", uri, body).await;
    assert!(status < 300, "{status} {answer}");
    let things = answer.as_object_mut().expect("an object").values_mut();
    things.last().expect("it is shown").take()
}

/// What is said of a call that is refused.
pub(crate) async fn refused(world: &World, method: &str, uri: &str, body: Value) -> (u16, String) {
    let (status, answer) = call(world, method, uri, body).await;
    assert!(status >= 400, "{method} {uri} was done: {answer}");
    (status, answer["error"].as_str().unwrap().to_owned())
}

/// Holds that a call is refused with 400 and a text that has these words.
pub(crate) async fn refuses(world: &World, method: &str, uri: &str, body: Value, words: &str) {
    let (status, text) = refused(world, method, uri, body).await;
    assert!(status == 400 && text.contains(words), "{method} {uri}: {status} {text}");
}

impl Kind {
    fn is_instance(&self) -> bool {
        self.key == INSTANCES.key
    }

    pub(crate) fn of(&self, id: &str) -> String {
        format!("{}/{id}", self.path)
    }

    /// A wish for one with Debian in Newark, changed in these fields.
    pub(crate) fn wish(&self, fields: Value) -> Value {
        with(json!({ "region": "ewr", "plan": self.plan, "os_id": DEBIAN }), fields)
    }

    /// Makes one, and tells its id.
    pub(crate) async fn create(&self, world: &World, fields: Value) -> String {
        id_of(&add(world, self.path, self.wish(fields)).await).to_owned()
    }

    /// Makes one, waits until it is up, and shows it.
    pub(crate) async fn made(&self, world: &World, fields: Value) -> Value {
        let id = self.create(world, fields).await;
        world.settle().await;
        self.got(world, &id).await
    }

    pub(crate) async fn up(&self, world: &World) -> String {
        id_of(&self.made(world, json!({})).await).to_owned()
    }

    pub(crate) async fn got(&self, world: &World, id: &str) -> Value {
        read(world, &self.of(id)).await[self.key].take()
    }

    pub(crate) async fn update(&self, world: &World, id: &str, fields: Value) -> Value {
        let (status, mut answer) = call(world, "PATCH", &self.of(id), fields).await;
        assert_eq!(status, 202, "{answer}");
        answer[self.key].take()
    }

    pub(crate) async fn act(&self, world: &World, id: &str, action: &str) {
        let uri = format!("{}/{action}", self.of(id));
        done(world, "POST", &uri, json!({})).await;
    }

    pub(crate) async fn listed(&self, world: &World) -> Value {
        read(world, self.path).await
    }

    pub(crate) async fn refuses(&self, world: &World, fields: Value, words: &str) {
        let before = self.listed(world).await;
        refuses(world, "POST", self.path, self.wish(fields), words).await;
        assert_eq!(self.listed(world).await, before, "a refusal makes nothing");
    }
}

/// A server's machine as it is outside, looked at without asking the driver.
pub(crate) async fn machine(world: &World, id: &str) -> Value {
    let state = world.store.world_get("machine", id.parse().unwrap()).await.unwrap();
    let state = state.map(|state| serde_json::from_str::<Value>(&state).unwrap());
    state.map(|mut state| state["machine"].take()).unwrap_or_default()
}

#[tokio::test]
async fn an_update_changes_what_is_sent_and_nothing_else() {
    let world = World::new().await;
    for kind in KINDS {
        let fields = json!({ "label": "before", "tags": ["kept"], "user_data": "YQ==" });
        let mut before = kind.made(&world, fields).await;
        let id = id_of(&before).to_owned();
        let null = json!(null);
        for (sent, changed) in [
            (json!({}), json!({})),
            (
                json!({ "label": "after", "tags": null, "ddos_protection": null, "firewall_group_id": "" }),
                json!({ "label": "after" }),
            ),
            (json!({ "tags": [] }), json!({ "tags": [], "tag": "" })),
            (json!({ "user_scheme": "limited" }), json!({ "user_scheme": "limited" })),
            (json!({ "user_data": "Yg==" }), json!({})),
        ] {
            let answer = kind.update(&world, &id, sent).await;
            let after = kind.got(&world, &id).await;
            assert_eq!(after, with(before, changed));
            // Only what one asks for alone tells what is owed.
            let owed = json!({ "pending_charges": after["pending_charges"] });
            assert_eq!(if kind.is_instance() { with(answer, owed) } else { answer }, after);
            before = after;
        }
        let uri = format!("{}/user-data", kind.of(&id));
        assert_eq!(call(&world, "GET", &uri, null).await.1["user_data"]["data"], "Yg==");
        let ipv6 = kind.update(&world, &id, json!({ "enable_ipv6": true })).await;
        // Nothing is installed for that.
        shows(&ipv6, json!({ "features": ["ipv6"], "v6_network_size": 64, "status": "active" }));
        let off = kind.update(&world, &id, json!({ "enable_ipv6": false })).await;
        assert_eq!(off["v6_main_ip"], ipv6["v6_main_ip"], "it stays");
        if !kind.is_instance() {
            let jbod = kind.update(&world, &id, json!({ "mdisk_mode": "jbod" })).await;
            assert_eq!(jbod["mdisk_mode"], "jbod");
        }
        for wrong in [
            json!({ "label": "x", "user_data": "#" }),
            json!({ "label": "x", "os_id": 1 }),
            json!({ "label": "x", "attach_vpc2": [Uuid::nil()] }),
        ] {
            assert_eq!(refused(&world, "PATCH", &kind.of(&id), wrong).await.0, 400);
            assert_eq!(kind.got(&world, &id).await["label"], "after", "a refusal changes nothing");
        }
    }
}

#[tokio::test]
async fn machines_are_halted_started_and_restarted() {
    let world = World::new().await;
    for kind in KINDS {
        let id = kind.up(&world).await;
        for (action, runs, resets) in [
            ("halt", false, 0),
            ("halt", false, 0),
            ("start", true, 0),
            ("reboot", true, 1),
            ("halt", false, 1),
            ("reboot", true, 2), // A restart switches on.
        ] {
            kind.act(&world, &id, action).await;
            world.settle().await;
            let (machine, shown) = (machine(&world, &id).await, kind.got(&world, &id).await);
            assert_eq!((&machine["running"], &machine["reset"]), (&json!(runs), &json!(resets)));
            assert_eq!(shown["status"], "active");
            if kind.is_instance() {
                assert_eq!(shown["power_status"], if runs { "running" } else { "stopped" });
            }
        }
    }
}

#[tokio::test]
async fn in_bulk_all_are_changed_or_none() {
    let world = World::new().await;
    for kind in KINDS {
        let (one, two) = (kind.up(&world).await, kind.up(&world).await);
        let all = async |action: &str, ids: &[&str]| {
            let uri = format!("{}/{action}", kind.path);
            let (status, answer) = call(&world, "POST", &uri, json!({ kind.ids: ids })).await;
            world.settle().await;
            let machines = [machine(&world, &one).await, machine(&world, &two).await];
            let states =
                machines.map(|machine| (machine["running"] == true, machine["reset"].clone()));
            (status, answer["error"].as_str().unwrap_or_default().to_owned(), states)
        };
        let both = |runs: bool, resets: u64| [(runs, json!(resets)), (runs, json!(resets))];
        let nobody = Uuid::now_v7().to_string();
        let unknown = all("halt", &[&one, &nobody]).await;
        assert_eq!(unknown, (404, kind.unknown.into(), both(true, 0)), "none was halted");
        let ids = [one.as_str(), &two, &one];
        assert_eq!(all("halt", &ids).await, (204, String::new(), both(false, 0)));
        assert_eq!(all("start", &ids).await, (204, String::new(), both(true, 0)));
        assert_eq!(all("reboot", &ids).await, (204, String::new(), both(true, 1)));
        let (status, text, states) = all("start", &[]).await;
        assert!(status == 400 && text.contains(kind.ids), "{text}");
        assert_eq!(states, both(true, 1));
    }
}

#[tokio::test]
async fn a_reinstallation_keeps_the_server_and_may_name_it_anew() {
    let world = World::new().await;
    for kind in KINDS {
        let before = kind.made(&world, json!({})).await;
        let id = id_of(&before);
        let uri = format!("{}/reinstall", kind.of(id));
        refuses(&world, "POST", &uri, json!({ "hostname": "no good" }), "hostname").await;
        assert_eq!(kind.got(&world, id).await, before);
        let (status, answer) = call(&world, "POST", &uri, json!({ "hostname": "reborn" })).await;
        assert_eq!((status, &answer[kind.key]["id"]), (202, &before["id"]));
        let (state, word, name) = match kind.is_instance() {
            true => ("server_status", "locked", json!({ "hostname": "reborn" })),
            false => ("status", "pending", json!({})),
        };
        assert_eq!(answer[kind.key][state], word);
        world.settle().await;
        assert_eq!(kind.got(&world, id).await, with(before.clone(), name));
        let machine = machine(&world, id).await;
        assert_eq!(
            (&machine["install"], &machine["spec"]["hostname"]),
            (&json!(1), &json!("reborn"))
        );
        // The Go client sends no body at all.
        assert_eq!(world.raw("POST", &uri, "").await.0, 202);
    }
}

#[tokio::test]
async fn a_locked_server_is_left_alone_where_that_lasts() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    for kind in KINDS {
        let id = kind.create(&world, json!({})).await;
        if kind.is_instance() {
            world.advance(Duration::from_secs(25)).await;
        }
        let (uri, locked) = (kind.of(&id), "Server is currently locked");
        let (change, destroy) = match kind.is_instance() {
            true => (json!({ "plan": kind.large }), "Unable to remove VM: "),
            false => (json!({ "os_id": UBUNTU }), ""),
        };
        let said = refused(&world, "DELETE", &uri, json!(null)).await;
        assert_eq!(said, (400, format!("Unable to destroy server: {destroy}{locked}")));
        let said = refused(&world, "POST", &format!("{uri}/reinstall"), json!({})).await;
        assert_eq!(said, (400, format!("Unable to reinstall server: {locked}")));
        assert_eq!(refused(&world, "PATCH", &uri, change).await, (400, locked.into()));
        world.settle().await;
        let found = kind.got(&world, &id).await;
        shows(&found, json!({ "os_id": DEBIAN, "plan": kind.plan }));
        done(&world, "DELETE", &uri, json!(null)).await;
    }
}

#[tokio::test]
async fn a_deleted_server_is_gone_with_its_machine_and_its_addresses() {
    let world = World::new().await;
    for kind in KINDS {
        let found = kind.made(&world, json!({ "enable_ipv6": true })).await;
        let id = id_of(&found);
        let holders = async || {
            let taken = async |scope: &str, key: &str| {
                let value = found[key].as_str().unwrap();
                world.store.taken(scope, value).await.unwrap().map(|id| id.to_string())
            };
            [taken("ipv4", "main_ip").await, taken("ipv6", "v6_network").await]
        };
        assert_eq!(holders().await, [Some(id.to_owned()), Some(id.to_owned())]);
        done(&world, "DELETE", &kind.of(id), json!(null)).await;
        for method in ["GET", "DELETE"] {
            let said = refused(&world, method, &kind.of(id), json!(null)).await;
            assert_eq!(said, (404, kind.gone.into()));
        }
        assert_eq!(kind.listed(&world).await["meta"]["total"], 0);
        world.settle().await;
        assert_eq!(machine(&world, id).await, json!(null));
        assert_eq!(holders().await, [None, None]);
    }
}

#[tokio::test]
async fn it_is_told_what_can_be_installed_instead() {
    let world = World::new().await;
    for kind in KINDS {
        let id = kind.up(&world).await;
        let ask = async |asked: &str| {
            let uri = format!("{}/upgrades?type={asked}", kind.of(&id));
            let mut upgrades = read(&world, &uri).await["upgrades"].take();
            let mut list = |key: &str| upgrades[key].as_array_mut().map(std::mem::take).unwrap();
            (list("os"), list("applications"))
        };
        let (systems, applications) = ask("all").await;
        assert!(systems.len() > 5 && applications.len() > 5);
        let has = |id: u32| systems.iter().any(|os| os["id"] == id);
        assert!(has(UBUNTU) && !has(DEBIAN));
        assert_eq!(ask("os").await, (systems.clone(), vec![]));
        assert_eq!(ask("applications").await, (vec![], applications));
    }
}

#[tokio::test]
async fn traffic_is_told_for_each_day_since_creation() {
    let world = World::new().await;
    for (kind, days) in KINDS.into_iter().zip([["21", "22", "23"], ["23", "24", "25"]]) {
        let id = kind.up(&world).await;
        world.advance(Duration::from_secs(2 * 86_400)).await;
        let uri = format!("{}/bandwidth", kind.of(&id));
        let none = || json!({ "incoming_bytes": 0, "outgoing_bytes": 0 });
        let days = days.map(|day| (format!("2026-11-{day}"), none()));
        let expected = Value::Object(days.into_iter().collect());
        assert_eq!(read(&world, &uri).await["bandwidth"], expected);
        if kind.is_instance() {
            let today = read(&world, &format!("{uri}?date_range=1")).await;
            assert_eq!(today["bandwidth"], json!({ "2026-11-23": none() }));
            for wrong in [0, 181] {
                let uri = format!("{uri}?date_range={wrong}");
                refuses(&world, "GET", &uri, json!(null), "date_range").await;
            }
        }
    }
}

async fn survives_crashes(kind: Kind) {
    common::survives_crashes(async |world| {
        let created = kind.made(world, json!({})).await;
        let id = id_of(&created);
        let vpc = add(world, "/v2/vpcs", json!({ "region": "ewr" })).await;
        let uri = format!("{}/vpcs/attach", kind.of(id));
        done(world, "POST", &uri, json!({ "vpc_id": vpc["id"] })).await;
        let change = json!({ "os_id": UBUNTU, "plan": kind.large, "label": "changed" });
        kind.update(world, id, change).await;
        world.settle().await;
        kind.act(world, id, "reboot").await;
        kind.act(world, id, "halt").await;
        world.settle().await;
        let changed = kind.got(world, id).await;
        let machine = machine(world, id).await;
        let machine = ["install", "reset", "running"].map(|key| machine[key].clone());
        done(world, "DELETE", &kind.of(id), json!(null)).await;
        world.settle().await;
        let id = id.parse().unwrap();
        let machine_left = world.store.world_get("machine", id).await.unwrap();
        let row_left = world.store.get(id).await.unwrap().is_some();
        let told = ["status", "server_status", "power_status", "os_id", "plan", "label"];
        let told = [created.clone(), changed].map(|server| told.map(|key| server[key].clone()));
        (told, machine, machine_left, row_left)
    })
    .await;
}

#[tokio::test]
async fn whichever_driver_call_fails_an_instance_lives_the_same_life() {
    survives_crashes(INSTANCES).await;
}

#[tokio::test]
async fn whichever_driver_call_fails_a_bare_metal_server_lives_the_same_life() {
    survives_crashes(METAL).await;
}
