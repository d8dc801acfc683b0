//! Accounts that are copied from one server to another.

mod answers;
mod files;
mod random;

use serde_json::{Value, json};
use testkit::World;
use testkit::api::Method;
use worlds::{compare, copy, read};

/// An account with something of most kinds, of which many refer to each other.
async fn rich() -> World {
    let world = World::running().await;
    let mut made = Made { world: &world };
    let key =
        made.id("ssh-keys", json!({"name": "me", "ssh_key": "ssh-ed25519 AAAA me@host"})).await;
    let script =
        made.id("startup-scripts", json!({"name": "first", "script": "IyEvYmluL3No"})).await;
    let vpc = json!({"region": "ewr", "description": "inner", "v4_subnet": "10.7.0.0", "v4_subnet_mask": 20});
    let vpc = made.id("vpcs", vpc).await;
    let group = made.id("firewalls", json!({"description": "web"})).await;
    let rule = json!({"ip_type": "v4", "protocol": "tcp", "port": "443", "subnet": "0.0.0.0", "subnet_size": 0});
    made.at(&format!("firewalls/{group}/rules"), rule).await;
    let rule = json!({"ip_type": "v4", "protocol": "tcp", "port": "22", "source": "cloudflare"});
    made.at(&format!("firewalls/{group}/rules"), rule).await;
    let reserved =
        made.id("reserved-ips", json!({"region": "ewr", "ip_type": "v4", "label": "www"})).await;
    let web = json!({
        "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": "web", "hostname": "web",
        "tags": ["a", "b"], "sshkey_id": [key], "script_id": script, "firewall_group_id": group,
        "enable_ipv6": true, "backups": "enabled", "attach_vpc": [vpc], "reserved_ipv4": reserved,
        "user_data": "I2Nsb3VkLWNvbmZpZw==",
    });
    let web = made.id("instances", web).await;
    let db = json!({"region": "ewr", "plan": "vc2-2c-4gb", "os_id": 2136, "label": "db"});
    let db = made.id("instances", db).await;
    made.ready("instances", &web).await;
    made.ready("instances", &db).await;
    made.at(&format!("instances/{db}/ipv4"), json!({"reboot": false})).await;
    made.at(&format!("instances/{db}/halt"), json!({})).await;
    let name = json!({"ip": made.get(&format!("instances/{web}")).await["instance"]["main_ip"], "reverse": "web.example.com"});
    made.at(&format!("instances/{web}/ipv4/reverse"), name).await;
    let block = made.id("blocks", json!({"region": "ewr", "size_gb": 40, "label": "data"})).await;
    made.ready("blocks", &block).await;
    made.at(&format!("blocks/{block}/attach"), json!({"instance_id": web, "live": true})).await;
    let balancer = json!({
        "region": "ewr", "label": "front", "instances": [web], "balancing_algorithm": "leastconn",
        "forwarding_rules": [{"frontend_protocol": "http", "frontend_port": 80, "backend_protocol": "http", "backend_port": 8080}],
        "firewall_rules": [{"port": 80, "source": "203.0.113.0/24", "ip_type": "v4"}],
        "vpc": vpc,
    });
    made.id("load-balancers", balancer).await;
    made.at("domains", json!({"domain": "example.com", "ip": "192.0.2.7"})).await;
    let record =
        json!({"name": "mail", "type": "MX", "data": "mx.example.com", "priority": 5, "ttl": 600});
    made.at("domains/example.com/records", record).await;
    made.id("object-storage", json!({"cluster_id": 2, "tier_id": 2, "label": "files"})).await;
    let pools = json!([{"node_quantity": 2, "label": "small", "plan": "vc2-1c-2gb", "tag": "x"}]);
    let cluster = json!({"label": "prod", "region": "ewr", "version": made.version().await, "node_pools": pools});
    let cluster = made.id("kubernetes/clusters", cluster).await;
    made.ready("kubernetes/clusters", &cluster).await;
    // One of its nodes is another by now, so that their addresses are not the first in order.
    let pool = made.get(&format!("kubernetes/clusters/{cluster}")).await;
    let pool = &pool["vke_cluster"]["node_pools"][0];
    let [id, node] = [&pool["id"], &pool["nodes"][0]["id"]].map(|id| id.as_str().expect("an id"));
    let recycle = format!("kubernetes/clusters/{cluster}/node-pools/{id}/nodes/{node}/recycle");
    made.at(&recycle, json!({})).await;
    made.ready(&format!("kubernetes/clusters/{cluster}/node-pools"), id).await;
    further(&mut made, &vpc, &web).await;
    world
}

/// Something of the kinds that few others refer to.
async fn further(made: &mut Made<'_>, vpc: &str, web: &str) {
    made.at("vpc2", json!({"region": "ams", "ip_block": "10.99.0.0", "prefix_length": 24, "description": "old"})).await;
    let gateway = made.id(&format!("vpcs/{vpc}/nat-gateway"), json!({"label": "out"})).await;
    made.ready(&format!("vpcs/{vpc}/nat-gateway"), &gateway).await;
    let rules = format!("vpcs/{vpc}/nat-gateway/{gateway}/global");
    let rule = json!({"protocol": "tcp", "port": "443", "subnet": "192.0.2.0", "subnet_size": 24});
    made.at(&format!("{rules}/firewall-rules"), rule).await;
    let inside = made.get(&format!("instances/{web}/vpcs")).await["vpcs"][0]["ip_address"].clone();
    let rule = json!({"name": "web", "protocol": "tcp", "external_port": 8443, "internal_ip": inside, "internal_port": 443});
    made.at(&format!("{rules}/port-forwarding-rules"), rule).await;
    made.at("iso", json!({"url": "https://example.com/rescue.iso"})).await;
    made.at("snapshots", json!({"instance_id": web, "description": "before"})).await;
    let kept = json!({"region": "ewr", "ip_type": "v4", "label": "heavy"});
    let kept = made.id("reserved-ips", kept).await;
    let metal = json!({
        "region": "ewr", "plan": "vbm-4c-32gb", "os_id": 2136, "label": "heavy", "reserved_ipv4": kept,
        "attach_vpc": [vpc],
    });
    made.at("bare-metals", metal).await;
    made.at("vfs", json!({"region": "ewr", "label": "shared", "storage_size": {"gb": 20}})).await;
    let database = json!({
        "region": "ewr", "plan": "vultr-dbaas-startup-cc-1-55-2", "label": "rows",
        "database_engine": "pg", "database_engine_version": "16",
    });
    let database = made.id("databases", database).await;
    made.ready_as("databases", &database, "Running").await;
    let database = format!("databases/{database}");
    let user = json!({"username": "app", "password": "Correct-Horse-7"});
    made.at(&format!("{database}/users"), user).await;
    made.at(&format!("{database}/dbs"), json!({"name": "shop"})).await;
    let pool =
        json!({"name": "web", "database": "shop", "username": "app", "mode": "session", "size": 3});
    made.at(&format!("{database}/connection-pools"), pool).await;
    let user = json!({"name": "Carol", "email": "carol@example.com", "password": "Correct-Horse-7", "acls": ["dns"]});
    let user = made.id("users", user).await;
    made.at(
        &format!("users/{user}/ip-whitelist"),
        json!({"subnet": "192.0.2.0", "subnet_size": 24}),
    )
    .await;
    made.at(
        "registry",
        json!({"name": "images", "public": false, "region": "sjc", "plan": "start_up"}),
    )
    .await;
    let zone = json!({"label": "pages", "origin_scheme": "https", "origin_domain": "example.com"});
    made.at("cdns/pull-zones", zone).await;
    made.at("cdns/push-zones", json!({"label": "files"})).await;
    made.at("inference", json!({"label": "words"})).await;
}

struct Made<'a> {
    world: &'a World,
}

impl Made<'_> {
    async fn at(&mut self, path: &str, body: Value) -> Value {
        let (status, text) =
            self.world.raw("POST", &format!("/v2/{path}"), &body.to_string()).await;
        assert!((200..300).contains(&status), "{path} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn id(&mut self, path: &str, body: Value) -> String {
        let answer = self.at(path, body).await;
        let thing = answer.as_object().and_then(|fields| fields.values().next()).cloned();
        let own = |value: &Value| Some(value.get("id")?.as_str()?.to_owned());
        thing.and_then(|thing| own(&thing)).or_else(|| own(&answer)).expect("an id")
    }

    async fn get(&self, path: &str) -> Value {
        let (_, text) = self.world.raw("GET", &format!("/v2/{path}"), "").await;
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn version(&self) -> Value {
        self.get("kubernetes/versions").await["versions"][0].clone()
    }

    async fn ready(&self, path: &str, id: &str) {
        self.ready_as(path, id, "active").await;
    }

    async fn ready_as(&self, path: &str, id: &str, status: &str) {
        for _ in 0..2000 {
            let answer = self.get(&format!("{path}/{id}")).await;
            let thing = answer.as_object().and_then(|fields| fields.values().next()).cloned();
            let thing = thing.unwrap_or_default();
            let is_ok = thing.get("server_status").is_none_or(|status| status == "ok");
            if thing["status"] == status && is_ok {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("{path}/{id} is not ready");
    }
}

fn silent(_: &str, _: usize, _: usize) {}

#[tokio::test(flavor = "current_thread")]
async fn a_copy_of_an_account_shows_what_the_original_shows() {
    let (one, two) = (rich().await, World::running().await);
    let first = read(&one.client, &[], &silent).await.unwrap();
    assert_eq!(first.unread, [] as [String; 0]);
    let kinds = worlds::sources::SOURCES.iter().map(|source| source.kind);
    let without: Vec<_> = kinds.filter(|kind| first.of(kind).next().is_none()).collect();
    assert_eq!(without, ["bucket"], "there is something of each kind");
    let copied = copy(&two.client, &first, &silent).await.unwrap();
    assert_eq!(copied.refused, [] as [String; 0]);
    let second = read(&two.client, &[], &silent).await.unwrap();
    let found = compare(&first, &second);
    assert!(found.is_empty(), "{}", serde_json::to_string_pretty(&found).unwrap());

    // Again, it changes nothing.
    let again = copy(&two.client, &first, &silent).await.unwrap();
    assert_eq!((again.made, again.refused.len()), (0, 0));
    let third = read(&two.client, &[], &silent).await.unwrap();
    assert_eq!(compare(&second, &third), []);
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_real_network_shows_is_shown_until_it_changes() {
    let (one, two) = (rich().await, World::running().await);
    let mut first = read(&one.client, &["instance".into()], &silent).await.unwrap();
    for thing in &mut first.things {
        thing.item["netmask_v4"] = "255.255.252.0".into();
        thing.item["plan_that_is_new"] = "kept to itself".into();
        thing.item["label"] = format!("{} of old", thing.item["label"].as_str().unwrap()).into();
    }
    copy(&two.client, &first, &silent).await.unwrap();
    let web = first.things[0].id.clone();
    let shown = async || -> Value {
        let (_, text) = two.raw("GET", &format!("/v2/instances/{web}"), "").await;
        serde_json::from_str::<Value>(&text).unwrap()["instance"].clone()
    };
    assert_eq!(shown().await["netmask_v4"], "255.255.252.0");
    let (status, _) = two.raw("PATCH", &format!("/v2/instances/{web}"), r#"{"label":"new"}"#).await;
    assert_eq!(status, 202);
    let after = shown().await;
    assert_eq!((&after["label"], &after["netmask_v4"]), (&json!("new"), &json!("255.255.252.0")));
    two.client.raw(Method::POST, "/_kettle/reset", None).await.unwrap();
    let copied = copy(&two.client, &first, &silent).await.unwrap();
    assert_eq!(copied.there, 0, "a reset takes it all");
}

#[tokio::test(flavor = "current_thread")]
async fn an_address_that_another_thing_has_is_refused_and_named() {
    let one = rich().await;
    let first = read(&one.client, &[], &silent).await.unwrap();
    let two = World::running().await;
    let taken = first.of("instance").find(|thing| thing.text("label") == "db").unwrap();
    let mut other = taken.clone();
    other.id = "0190ffff-0000-7000-8000-000000000001".into();
    other.item["id"] = other.id.clone().into();
    let both = worlds::Reading { things: vec![taken.clone(), other], unread: Vec::new() };
    let copied = copy(&two.client, &both, &silent).await.unwrap();
    assert_eq!(copied.made, 1);
    assert!(copied.refused[0].contains("Address in use."), "{:?}", copied.refused);
}
