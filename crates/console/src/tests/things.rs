//! A world with one thing of each kind that people have, made by the API as anybody makes them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::World;

/// A label that would be a script if anybody forgot that it is text.
pub(crate) const NASTY: &str = "<script>alert(1)</script>";

/// What was made, by kind: the ids.
pub(crate) struct Things(BTreeMap<&'static str, String>);

impl Things {
    pub(crate) fn id(&self, kind: &str) -> &str {
        self.0.get(kind).unwrap_or_else(|| panic!("nothing was made of {kind}"))
    }
}

/// Calls the API as its owner.
pub(crate) async fn call(world: &World, method: &str, path: &str, body: Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, text) = world.raw(method, path, &body).await;
    assert!(status < 300, "{method} {path}: {status} {text}");
    serde_json::from_str(&text).unwrap_or_default()
}

/// Makes an instance; its id.
pub(crate) async fn instance(world: &World, label: &str, region: &str) -> String {
    let body = json!({"region": region, "plan": "vc2-1c-1gb", "os_id": 2136, "label": label,
        "tags": ["shop"]});
    let made = call(world, "POST", "/v2/instances", body).await;
    made["instance"]["id"].as_str().unwrap().to_owned()
}

/// Makes one of each.
pub(crate) async fn make(world: &World) -> Things {
    let mut ids = BTreeMap::new();
    ids.insert("instance", instance(world, NASTY, "ewr").await);
    world.settle().await;
    let own = ids["instance"].clone();
    let rest = wanted(world, &own).await;
    for (kind, path, id, body) in rest {
        let made = call(world, "POST", path, body).await;
        let id = made.pointer(id).and_then(Value::as_str);
        ids.insert(kind, id.unwrap_or_else(|| panic!("{kind}: {made}")).to_owned());
    }
    world.settle().await;
    let rules = format!("/v2/firewalls/{}/rules", ids["firewall"]);
    call(
        world,
        "POST",
        &rules,
        json!({"ip_type": "v4", "protocol": "tcp", "port": "22",
        "subnet": "0.0.0.0", "subnet_size": 0, "notes": NASTY}),
    )
    .await;
    call(
        world,
        "POST",
        "/v2/domains/example.com/records",
        json!({"name": "www", "type": "A", "data": "192.0.2.7"}),
    )
    .await;
    let buckets = format!("/v2/object-storage/{}/bucket", ids["object-storage"]);
    call(world, "POST", &buckets, json!({"bucket_name": "photos"})).await;
    Things(ids)
}

/// What a thing is made by: its kind, where, where its id is in the answer, and with what.
type Wanted = (&'static str, &'static str, &'static str, Value);

/// All that is made beside an instance.
async fn wanted(world: &World, own: &str) -> Vec<Wanted> {
    let mut all = small();
    all.extend(large(world, own).await);
    all
}

/// What needs nothing else.
fn small() -> Vec<Wanted> {
    vec![
        ("vpc", "/v2/vpcs", "/vpc/id", json!({"region": "ewr", "description": "shop"})),
        (
            "block",
            "/v2/blocks",
            "/block/id",
            json!({"region": "ewr", "size_gb": 20, "label": NASTY}),
        ),
        ("firewall", "/v2/firewalls", "/firewall_group/id", json!({"description": "web"})),
        (
            "domain",
            "/v2/domains",
            "/domain/domain",
            json!({"domain": "example.com", "ip": "192.0.2.1"}),
        ),
        (
            "user",
            "/v2/users",
            "/user/id",
            json!({"email": "ann@example.com", "name": NASTY,
            "password": "A-long-pass-1!", "acls": ["dns"]}),
        ),
        (
            "ssh-key",
            "/v2/ssh-keys",
            "/ssh_key/id",
            json!({"name": "mia", "ssh_key":
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7Jz1n3n2wCzJHnHn0c3m7A0Fq9kqD5r0T1i2y3z4a5 mia"}),
        ),
        (
            "startup-script",
            "/v2/startup-scripts",
            "/startup_script/id",
            json!({"name": "hello",
            "type": "boot", "script": "IyEvYmluL3NoCg=="}),
        ),
    ]
}

/// What is made of more than itself.
async fn large(world: &World, own: &str) -> Vec<Wanted> {
    vec![
        (
            "object-storage",
            "/v2/object-storage",
            "/object_storage/id",
            json!({"cluster_id": 2, "tier_id": 1, "label": "media"}),
        ),
        (
            "load-balancer",
            "/v2/load-balancers",
            "/load_balancer/id",
            json!({"region": "ewr",
            "label": "shop-lb", "instances": [own],
            "forwarding_rules": [{"frontend_protocol": "http", "frontend_port": 80,
                "backend_protocol": "http", "backend_port": 80}]}),
        ),
        (
            "snapshot",
            "/v2/snapshots",
            "/snapshot/id",
            json!({"instance_id": own, "description": "before"}),
        ),
        (
            "reserved-ip",
            "/v2/reserved-ips",
            "/reserved_ip/id",
            json!({"region": "ewr", "ip_type": "v4", "label": "front"}),
        ),
        (
            "registry",
            "/v2/registry",
            "/id",
            json!({"name": "shop", "public": false, "region": "sjc", "plan": "start_up"}),
        ),
        (
            "cluster",
            "/v2/kubernetes/clusters",
            "/vke_cluster/id",
            json!({"label": "prod",
            "region": "ewr", "version": version(world).await,
            "node_pools": [{"node_quantity": 1, "plan": "vc2-2c-4gb", "label": "pool"}]}),
        ),
        (
            "database",
            "/v2/databases",
            "/database/id",
            json!({"database_engine": "pg",
            "database_engine_version": "16", "region": "ewr", "label": "orders",
            "plan": database_plan(world).await}),
        ),
        ("api-key", "/v2/apikeys", "/api_key/id", json!({"name": "ci"})),
    ]
}

async fn version(world: &World) -> String {
    let all = call(world, "GET", "/v2/kubernetes/versions", Value::Null).await;
    all["versions"][0].as_str().unwrap().to_owned()
}

async fn database_plan(world: &World) -> String {
    let plans = call(world, "GET", "/v2/databases/plans?engine=pg&region=ewr", Value::Null).await;
    plans["plans"][0]["id"].as_str().unwrap().to_owned()
}
