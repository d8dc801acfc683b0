//! An account with one thing of every kind.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};
use testkit::World;

use super::ask;
use super::requests::{Asked, CONNECTOR, Place};

/// The ids of an account's things, by kind.
pub(crate) struct Things {
    key: &'static str,
    ids: BTreeMap<String, String>,
    /// An address in its VPC: two accounts' may be alike.
    inside: String,
    /// Texts that only this account's things have.
    texts: Vec<String>,
}

impl Things {
    /// What is to be known of them later.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "ids": self.ids, "inside": self.inside, "texts": self.texts })
    }

    /// The things of this key's account that were made another time.
    pub(crate) fn known(key: &'static str, known: &Value) -> Self {
        let part = |name: &str| known[name].clone();
        let inside = part("inside").as_str().unwrap().to_owned();
        let ids = serde_json::from_value(part("ids")).unwrap();
        Self { key, ids, inside, texts: serde_json::from_value(part("texts")).unwrap() }
    }

    /// What stands at a place where the thing is this account's.
    pub(crate) fn of(&self, place: &Place) -> String {
        let kind = place.kind.as_str();
        self.ids.get(kind).unwrap_or_else(|| panic!("make a thing for {kind}: {place:?}")).clone()
    }

    /// The id of the thing of a kind.
    pub(crate) fn id(&self, kind: &str) -> &str {
        &self.ids[kind]
    }

    /// An address in its VPC.
    pub(crate) fn inside(&self) -> &str {
        &self.inside
    }

    /// What no answer to another account may hold.
    pub(crate) fn marks(&self) -> impl Iterator<Item = &str> {
        // Numbers of rules are short, and are no secret.
        let ids = self.ids.values().filter(|id| id.len() > 8);
        ids.chain(&self.texts).map(String::as_str)
    }

    /// What an operation answers to their account, which it must not refuse.
    pub(crate) async fn call(
        &self,
        world: &World,
        method: Method,
        uri: &str,
        body: Value,
    ) -> Value {
        call(world, self.key, method, uri, body).await
    }

    /// The backup that was made by itself meanwhile.
    pub(crate) async fn find_backup(&mut self, world: &World) {
        let uri = format!("/v2/backups?instance_id={}", self.ids["InstanceId"]);
        let backups = call(world, self.key, Method::GET, &uri, Value::Null).await;
        self.note("BackupId", &backups, "/backups/0/id");
    }

    /// The invoice of the month that has ended.
    pub(crate) async fn find_invoice(&mut self, world: &World) {
        let uri = "/v2/billing/invoices";
        let invoices = call(world, self.key, Method::GET, uri, Value::Null).await;
        self.note("invoice_id", &invoices, "/billing_invoices/0/id");
    }

    fn note(&mut self, kind: &'static str, answer: &Value, pointer: &str) -> String {
        let id = match answer.pointer(pointer) {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => panic!("{kind}: there is no {pointer} in {answer}"),
        };
        self.ids.insert(kind.to_owned(), id.clone());
        id
    }
}

async fn call(world: &World, key: &str, method: Method, uri: &str, body: Value) -> Value {
    let asked = Asked { method, uri: uri.into(), body: body.to_string() };
    let (status, body) = ask(world, key, &asked).await;
    assert!((200..300).contains(&status), "{asked:?}: {status} {body}");
    if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() }
}

/// Makes a thing of every kind for the account with this key.
pub(crate) async fn make_things(world: &World, key: &'static str) -> Things {
    let texts = ["-text", ".example", "-bucket", "registry"].map(|text| format!("{key}{text}"));
    let texts = texts.into();
    let mut made = Things { key, ids: BTreeMap::new(), inside: String::new(), texts };
    account(world, &mut made).await;
    networks(world, &mut made).await;
    machines(world, &mut made).await;
    storage(world, &mut made).await;
    names(world, &mut made).await;
    balancer(world, &mut made).await;
    cluster(world, &mut made).await;
    database(world, &mut made).await;
    kafka(world, &mut made).await;
    delivery(world, &mut made).await;
    world.settle().await;
    made
}

/// Users, keys, scripts, firewalls.
async fn account(world: &World, made: &mut Things) {
    let key = made.key;
    let post = |uri: String, body| async move { call(world, key, Method::POST, &uri, body).await };
    let text = format!("{key}-text");
    let answer = post("/v2/apikeys".into(), json!({ "name": text })).await;
    made.note("ApiKeyId", &answer, "/api_key/id");
    let user = json!({
        "email": format!("{key}-text@example.com"), "name": text, "password": "Correct-Horse-7",
    });
    let answer = post("/v2/users".into(), user).await;
    let user = made.note("UserId", &answer, "/user/id");
    let answer = post(format!("/v2/users/{user}/apikeys"), json!({ "name": text })).await;
    made.note("ApiKeyId of a user", &answer, "/api_key/id");
    let network = json!({ "subnet": "198.51.100.0", "subnet_size": 24 });
    post(format!("/v2/users/{user}/ip-whitelist"), network).await;
    let ssh_key = format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB {text}");
    let answer = post("/v2/ssh-keys".into(), json!({ "name": text, "ssh_key": ssh_key })).await;
    made.note("SshKeyId", &answer, "/ssh_key/id");
    let answer =
        post("/v2/startup-scripts".into(), json!({ "name": text, "script": "eA==" })).await;
    made.note("StartupId", &answer, "/startup_script/id");
    let answer = post("/v2/firewalls".into(), json!({ "description": text })).await;
    let group = made.note("FirewallGroupId", &answer, "/firewall_group/id");
    let rule = json!({
        "ip_type": "v4", "protocol": "tcp", "subnet": "192.0.2.0", "subnet_size": 24,
        "port": "22", "notes": text,
    });
    let answer = post(format!("/v2/firewalls/{group}/rules"), rule).await;
    made.note("firewall_rule_id of a group", &answer, "/firewall_rule/id");
    let bgp = json!({
        "prefixes": [], "requested_routes": "none", "usecase": text, "password": text,
    });
    post("/v2/account/bgp/setup".into(), bgp).await;
}

async fn networks(world: &World, made: &mut Things) {
    let key = made.key;
    let post = |uri: String, body| async move { call(world, key, Method::POST, &uri, body).await };
    let text = format!("{key}-text");
    let new = json!({ "region": "ewr", "description": text });
    let answer = post("/v2/vpcs".into(), new.clone()).await;
    let vpc = made.note("VpcId", &answer, "/vpc/id");
    let answer = post("/v2/vpc2".into(), new.clone()).await;
    made.note("Vpc2Id", &answer, "/vpc/id");
    let answer = post("/v2/private-networks".into(), new).await;
    made.note("NetworkId", &answer, "/network/id");
    let new = json!({ "label": text, "tag": text });
    let answer = post(format!("/v2/vpcs/{vpc}/nat-gateway"), new).await;
    let gateway = made.note("NatGatewayId", &answer, "/nat_gateway/id");
    world.settle().await;
    let rules = format!("/v2/vpcs/{vpc}/nat-gateway/{gateway}/global");
    let rule = json!({
        "protocol": "tcp", "port": "22", "subnet": "192.0.2.0", "subnet_size": 24, "notes": text,
    });
    let answer = post(format!("{rules}/firewall-rules"), rule).await;
    made.note("NatFirewallRuleId", &answer, "/firewall_rule/id");
    let network = call(world, key, Method::GET, &format!("/v2/vpcs/{vpc}"), Value::Null).await;
    let network = network["vpc"]["v4_subnet"].as_str().unwrap().to_owned();
    let inside = format!("{}.77", network.rsplit_once('.').unwrap().0);
    let rule = json!({
        "name": text, "protocol": "tcp", "external_port": 8080, "internal_ip": inside,
        "internal_port": 80,
    });
    let answer = post(format!("{rules}/port-forwarding-rules"), rule).await;
    made.note("PortForwardingRuleId", &answer, "/port_forwarding_rule/id");
    made.inside = inside;
}

async fn machines(world: &World, made: &mut Things) {
    let key = made.key;
    let post = |uri: String, body| async move { call(world, key, Method::POST, &uri, body).await };
    let get = |uri: String| async move { call(world, key, Method::GET, &uri, Value::Null).await };
    let text = format!("{key}-text");
    let ids = made.ids.clone();
    let new = json!({
        "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": text, "hostname": text,
        "tags": [text], "user_data": "eA==", "backups": "enabled", "enable_ipv6": true,
        "firewall_group_id": ids["FirewallGroupId"], "sshkey_id": [ids["SshKeyId"]],
        "attach_vpc": [ids["VpcId"]], "attach_vpc2": [ids["Vpc2Id"]],
        "attach_private_network": [ids["NetworkId"]],
    });
    let answer = post("/v2/instances".into(), new).await;
    let instance = made.note("InstanceId", &answer, "/instance/id");
    let new = json!({
        "region": "ewr", "plan": "vbm-4c-32gb", "os_id": 2136, "label": text, "hostname": text,
        "tags": [text], "user_data": "eA==", "enable_ipv6": true,
        "attach_vpc": [ids["VpcId"]], "attach_vpc2": [ids["Vpc2Id"]],
    });
    let answer = post("/v2/bare-metals".into(), new).await;
    let metal = made.note("BareMetalId", &answer, "/bare_metal/id");
    world.settle().await;
    let schedule = json!({ "type": "daily", "hour": 4 });
    post(format!("/v2/instances/{instance}/backup-schedule"), schedule).await;
    for (machine, uri, pointer) in [
        ("instances", format!("/v2/instances/{instance}"), "/instance"),
        ("bare-metals", format!("/v2/bare-metals/{metal}"), "/bare_metal"),
    ] {
        let shown = get(uri.clone()).await;
        let [v4, v6] = match machine {
            "instances" => ["ipv4 of an instance", "ipv6 of an instance"],
            _ => ["ipv4 of a machine", "ipv6 of a machine"],
        };
        made.note(v4, &shown, &format!("{pointer}/main_ip"));
        let address = made.note(v6, &shown, &format!("{pointer}/v6_main_ip"));
        let reverse = json!({ "ip": address, "reverse": format!("{key}.example") });
        post(format!("{uri}/ipv6/reverse"), reverse).await;
    }
    let bigger = json!({ "plan": "vc2-1c-2gb" });
    let uri = format!("/v2/instances/{instance}");
    let answer = call(world, key, Method::PATCH, &uri, bigger).await;
    made.note("JobId", &answer, "/job_ids/0");
    world.settle().await;
    let new = json!({ "plan": "vc2-1c-1gb", "os_id": 2136, "label": text, "user_data": "eA==" });
    let answer = post("/v2/instances/templates".into(), new).await;
    made.note("InstanceTemplateId", &answer, "/instance_template/id");
    let new = json!({ "region": "ewr", "ip_type": "v4", "label": text });
    let answer = post("/v2/reserved-ips".into(), new).await;
    made.note("ReservedIpId", &answer, "/reserved_ip/id");
    let new = json!({ "instance_id": instance, "description": text });
    let answer = post("/v2/snapshots".into(), new).await;
    made.note("SnapshotId", &answer, "/snapshot/id");
    let url = format!("https://example.com/{text}.iso");
    let answer = post("/v2/iso".into(), json!({ "url": url, "description": text })).await;
    made.note("IsoId", &answer, "/iso/id");
}

async fn storage(world: &World, made: &mut Things) {
    let key = made.key;
    let post = |uri: String, body| async move { call(world, key, Method::POST, &uri, body).await };
    let text = format!("{key}-text");
    let new = json!({ "region": "ewr", "size_gb": 40, "label": text });
    let answer = post("/v2/blocks".into(), new).await;
    let block = made.note("BlockId", &answer, "/block/id");
    let new = json!({ "cluster_id": 2, "tier_id": 1, "label": text });
    let answer = post("/v2/object-storage".into(), new).await;
    let storage = made.note("ObjectStorageId", &answer, "/object_storage/id");
    world.settle().await;
    let new = json!({ "block_id": block, "description": text });
    let answer = post("/v2/blocks/snapshots".into(), new).await;
    made.note("BlockSnapshotId", &answer, "/id");
    let new = json!({ "region": "ewr", "storage_size": { "gb": 10 }, "label": text });
    let answer = post("/v2/vfs".into(), new).await;
    let vfs = made.note("VfsId", &answer, "/id");
    let instance = made.ids["InstanceId"].clone();
    let uri = format!("/v2/vfs/{vfs}/attachments/{instance}");
    call(world, key, Method::PUT, &uri, Value::Null).await;
    made.ids.insert("InstanceId of a file system".into(), instance);
    let new = json!({
        "region": "ewr", "type": "nfs4", "label": text, "network_config": {},
        "export_config": [{ "vfs_uuid": vfs, "label": text }],
    });
    let answer = post("/v2/storage-gateways".into(), new).await;
    made.note("StorageGatewayId", &answer, "/storage_gateway/id");
    made.note("export_id", &answer, "/storage_gateway/export_config/0/id");
    let answer = post("/v2/inference".into(), json!({ "label": text })).await;
    made.note("InferenceId", &answer, "/subscription/id");
    let bucket = format!("{key}-bucket");
    let new = json!({ "bucket_name": bucket });
    post(format!("/v2/object-storage/{storage}/bucket"), new).await;
    made.ids.insert("bucket_name".into(), bucket);
    world.settle().await;
}

async fn names(world: &World, made: &mut Things) {
    let key = made.key;
    let domain = format!("{key}.example");
    let new = json!({ "domain": domain, "ip": "192.0.2.7" });
    call(world, key, Method::POST, "/v2/domains", new).await;
    let new = json!({ "name": format!("{key}-text"), "type": "A", "data": "192.0.2.8" });
    let uri = format!("/v2/domains/{domain}/records");
    let answer = call(world, key, Method::POST, &uri, new).await;
    made.note("RecordId", &answer, "/record/id");
    made.ids.insert("dns_domain".into(), domain);
}

/// Registries with what was pushed to them, and CDNs.
async fn delivery(world: &World, made: &mut Things) {
    let key = made.key;
    let post = |uri: String, body| async move { call(world, key, Method::POST, &uri, body).await };
    let text = format!("{key}-text");
    for name in ["other", "third", "registry"] {
        let new = json!({
            "name": format!("{key}{name}"), "public": false, "region": "sjc", "plan": "business",
        });
        made.note("RegistryId", &post("/v2/registry".into(), new).await, "/id");
    }
    let uri = format!("/v2/registry/{}", made.ids["RegistryId"]);
    for tag in ["v1", "v2", "v3"] {
        for image in ["web", "api", &format!("{key}-db")] {
            let pushed = format!("/_kettle/pushed/{}", made.ids["RegistryId"]);
            post(pushed, json!({ "repository": image, "tag": tag, "size": 4096 })).await;
        }
        let options = format!("{uri}/docker-credentials");
        call(world, key, Method::OPTIONS, &options, Value::Null).await;
    }
    let get = |uri: String| async move { call(world, key, Method::GET, &uri, Value::Null).await };
    let artifacts = get(format!("{uri}/repository/web/artifacts")).await;
    made.note("artifact_digest", &artifacts, "/artifacts/0/digest");
    made.note("robot_name", &get(format!("{uri}/robots")).await, "/robots/0/name");
    post(format!("{uri}/replication"), json!({ "region": "blr" })).await;
    let rule = json!({
        "rule_type": "always retain", "repository_action": "matches", "repository_match": text,
        "tag_action": "matches", "tag_match": "**", "untagged": true,
    });
    made.note("retention_rule_id", &post(format!("{uri}/retention/rules"), rule).await, "/id");
    let new =
        json!({ "label": text, "origin_scheme": "https", "origin_domain": "www.example.com" });
    let zone = post("/v2/cdns/pull-zones".into(), new).await;
    made.note("PullZoneId", &zone, "/pull_zone/id");
    let zone = post("/v2/cdns/push-zones".into(), json!({ "label": text })).await;
    let id = made.note("PushZoneId", &zone, "/push_zone/id");
    let file = json!({ "name": "logo.png", "size": text.len() });
    let form = post(format!("/v2/cdns/push-zones/{id}/files"), file).await;
    let form = serde_json::from_value(form["upload_endpoint"].clone()).unwrap();
    assert_eq!(world.upload(&form, "image/png", text.as_bytes()).await.0, 204);
    for (kind, name) in [("repository_image", "web"), ("region", "blr"), ("file_name", "logo.png")]
    {
        made.ids.insert(kind.into(), name.into());
    }
}

async fn balancer(world: &World, made: &mut Things) {
    let new = json!({
        "region": "ewr", "label": format!("{}-text", made.key),
        "instances": [made.ids["InstanceId"]],
        "forwarding_rules": [{
            "frontend_protocol": "http", "frontend_port": 80, "backend_protocol": "http",
            "backend_port": 80,
        }],
        "firewall_rules": [{ "port": 80, "source": "192.0.2.0/24", "ip_type": "v4" }],
    });
    let answer = call(world, made.key, Method::POST, "/v2/load-balancers", new).await;
    let id = made.note("LoadBalancerId", &answer, "/load_balancer/id");
    world.settle().await;
    let uri = format!("/v2/load-balancers/{id}");
    let answer = call(world, made.key, Method::GET, &uri, Value::Null).await;
    made.note("forwarding_rule_id", &answer, "/load_balancer/forwarding_rules/0/id");
    made.note("firewall_rule_id", &answer, "/load_balancer/firewall_rules/0/id");
}

/// A Kubernetes cluster with a pool, whose node is an instance.
async fn cluster(world: &World, made: &mut Things) {
    let text = format!("{}-text", made.key);
    let pool = json!({
        "node_quantity": 2, "label": text, "plan": "vc2-1c-2gb", "tag": text, "user_data": text,
    });
    let new = json!({
        "region": "ewr", "version": "v1.36.5+1", "label": text, "enable_firewall": true,
        "node_pools": [pool], "vpc_id": made.ids["VpcId"],
    });
    let uri = "/v2/kubernetes/clusters";
    let answer = call(world, made.key, Method::POST, uri, new).await;
    let id = made.note("ClusterId", &answer, "/vke_cluster/id");
    let pool = made.note("NodePoolId", &answer, "/vke_cluster/node_pools/0/id");
    made.note("NodeId", &answer, "/vke_cluster/node_pools/0/nodes/0/id");
    let uri = format!("{uri}/{id}/node-pools/{pool}");
    let new = json!({ "key": "name", "value": text });
    let answer = call(world, made.key, Method::POST, &format!("{uri}/labels"), new).await;
    made.note("NodePoolLabelId", &answer, "/label/id");
    let new = json!({ "key": "name", "value": text, "effect": "NoSchedule" });
    let answer = call(world, made.key, Method::POST, &format!("{uri}/taints"), new).await;
    made.note("NodePoolTaintId", &answer, "/taint/id");
}

async fn database(world: &World, made: &mut Things) {
    let (key, text) = (made.key, format!("{}-text", made.key));
    let new = json!({
        "database_engine": "pg", "database_engine_version": "16", "region": "ewr", "label": text,
        "plan": "vultr-dbaas-startup-cc-1-55-2", "tag": text, "vpc_id": made.ids["VpcId"],
    });
    let answer = call(world, key, Method::POST, "/v2/databases", new).await;
    let id = made.note("DatabaseId", &answer, "/database/id");
    world.settle().await;
    let pool = json!({
        "name": text, "database": text, "username": text, "mode": "session", "size": 2,
    });
    let migration = json!({
        "host": "db.example.com", "port": 5432, "username": text, "password": text,
        "database": text, "ssl": true,
    });
    for (what, kind, new) in [
        ("users", "username", json!({ "username": text, "password": text })),
        ("dbs", "db_name", json!({ "name": text })),
        ("connection-pools", "pool_name", pool),
        ("migration", "a migration", migration),
    ] {
        call(world, key, Method::POST, &format!("/v2/databases/{id}/{what}"), new).await;
        made.ids.insert(kind.into(), text.clone());
    }
}

async fn kafka(world: &World, made: &mut Things) {
    let (key, text) = (made.key, format!("{}-text", made.key));
    let new = json!({
        "database_engine": "kafka", "database_engine_version": "4.1", "region": "ewr",
        "label": text, "plan": "vultr-dbaas-business-3x-occ-so-2-200-4",
        "enable_kafka_connect": true,
    });
    let answer = call(world, key, Method::POST, "/v2/databases", new).await;
    let id = made.note("DatabaseId of Kafka", &answer, "/database/id");
    let topic = json!({
        "name": text, "partitions": 1, "replication": 1, "retention_hours": 1, "retention_bytes": 1,
    });
    let quota = json!({
        "client_id": text, "user": text, "consumer_byte_rate": 1, "producer_byte_rate": 1,
        "request_percentage": 1,
    });
    let connector = json!({
        "name": text, "class": CONNECTOR, "topics": text,
        "config": { "couchbase.seed.nodes": "db.example.com", "couchbase.password": text },
    });
    for (what, kinds, new) in [
        ("users", &["username"][..], json!({ "username": text, "password": text })),
        ("topics", &["topic_name"], topic),
        ("quotas", &["client_id of a quota", "username of a quota"], quota),
        ("connectors", &["connector_name"], connector),
    ] {
        call(world, key, Method::POST, &format!("/v2/databases/{id}/{what}"), new).await;
        made.ids.extend(kinds.iter().map(|kind| ((*kind).into(), text.clone())));
    }
}
