//! An account that answers as the real API was seen to, and not as Kettle does: times of another zone, zeros
//! in addresses, systems and names that cannot be asked for, fields that nobody knows, pages by a cursor of
//! its own, and questions that fail.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};
use testkit::World;
use worlds::{compare, copy, read, told_by_both};

use crate::silent;

const WEB: &str = "3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a001";
const INNER: &str = "3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a002";
const WALL: &str = "3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a003";
const DISK: &str = "3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a004";
const FIXED: &str = "3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a005";
const ONE: &str = "3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a006";
const TWO: &str = "3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a007";

/// What is answered where, with its status; what is asked besides is unknown.
type Answers = BTreeMap<&'static str, (u16, Value)>;

/// A list with all that it has.
fn whole(field: &str, items: Value) -> (u16, Value) {
    let total = items.as_array().map_or(0, Vec::len);
    (200, json!({ field: items, "meta": { "total": total, "links": { "next": "", "prev": "" } } }))
}

fn refused(status: u16, error: &str) -> (u16, Value) {
    (status, json!({ "error": error, "status": status }))
}

fn key(id: &str, name: &str) -> Value {
    json!({ "id": id, "date_created": "2021-07-01T09:00:00-04:00", "name": name,
            "ssh_key": format!("ssh-ed25519 AAAA {name}") })
}

fn instance() -> Value {
    json!({
        "id": WEB, "os": "CentOS SELinux 8 x64", "ram": 1024, "disk": 25, "main_ip": "45.63.0.77", "vcpu_count": 1,
        "region": "ewr", "plan": "vc2-1c-1gb", "date_created": "2021-12-02T10:19:45-05:00", "status": "active",
        "allowed_bandwidth": 1, "netmask_v4": "255.255.254.0", "gateway_v4": "45.63.0.1",
        "power_status": "running", "server_status": "ok", "v6_network": "2001:0db8:1112:18fb::",
        "v6_main_ip": "2001:0db8:1112:18fb:5400:00ff:fe00:0001", "v6_network_size": 64, "label": "web",
        "internal_ip": "10.99.0.3", "kvm": "https://my.vultr.com/subs/vps/novnc/api.php?data=QUJD",
        "hostname": "my_host", "os_id": 362, "app_id": 0, "image_id": "", "firewall_group_id": WALL,
        "features": ["ipv6"], "tags": ["a tag", "Another"], "user_scheme": "root",
        "pending_charges": 0.21, "vpc_only": false, "a_field_of_tomorrow": { "deep": [1, 2] },
    })
}

fn machines() -> Answers {
    let next = "bmV4dF9fM2YyYw==";
    let page = json!({ "total": 2, "links": { "next": next, "prev": "" } });
    BTreeMap::from([
        ("/ssh-keys", (200, json!({ "ssh_keys": [key(ONE, "one")], "meta": page }))),
        ("/ssh-keys?bmV4dF9fM2YyYw==", whole("ssh_keys", json!([key(TWO, "two")]))),
        ("/instances", whole("instances", json!([instance()]))),
        (
            "/instances/3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a001/vpcs",
            whole(
                "vpcs",
                json!([{ "id": INNER, "mac_address": "5a:00:04:01:02:03", "ip_address": "10.99.0.3" }]),
            ),
        ),
        (
            "/instances/3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a001/user-data",
            (200, json!({ "user_data": { "data": "" } })),
        ),
        (
            "/instances/3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a001/backup-schedule",
            refused(503, "Unable to read the schedule."),
        ),
        (
            "/vpcs",
            whole(
                "vpcs",
                json!([{ "id": INNER, "region": "ewr", "date_created": "2020-10-10T01:56:20-04:00",
                         "description": "inner", "v4_subnet": "10.99.0.0", "v4_subnet_mask": 24 }]),
            ),
        ),
    ])
}

/// What machines are attached to, and names.
fn besides() -> Answers {
    BTreeMap::from([
        (
            "/firewalls",
            whole(
                "firewall_groups",
                json!([{ "id": WALL, "description": "", "date_created": "2020-10-10T01:56:20-04:00",
                         "date_modified": "2020-10-11T01:59:20-04:00", "instance_count": 1, "rule_count": 1,
                         "max_rule_count": 50 }]),
            ),
        ),
        (
            "/firewalls/3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a003/rules",
            whole(
                "firewall_rules",
                json!([{ "id": 7, "type": "v4", "ip_type": "v4", "action": "accept", "protocol": "tcp",
                         "port": "8000:9000", "subnet": "0.0.0.0", "subnet_size": 0, "source": "",
                         "notes": "of old" }]),
            ),
        ),
        (
            "/blocks",
            whole(
                "blocks",
                json!([{ "id": DISK, "date_created": "2021-01-01T00:00:00-05:00", "cost": 1, "status": "active",
                         "size_gb": 10, "region": "ewr", "attached_to_instance": WEB, "label": "data",
                         "mount_id": "ewr-0123456789abcd", "block_type": "high_perf" }]),
            ),
        ),
        (
            "/reserved-ips",
            whole(
                "reserved_ips",
                json!([{ "id": FIXED, "region": "ewr", "ip_type": "v6", "subnet": "2001:0db8:0005:5157::",
                         "subnet_size": 64, "label": "fixed", "instance_id": "" }]),
            ),
        ),
        (
            "/domains",
            whole(
                "domains",
                json!([{ "domain": "one.example", "date_created": "2019-03-01T00:00:00-05:00", "dns_sec": "disabled" },
                       { "domain": "two.example", "date_created": "2019-03-02T00:00:00-05:00", "dns_sec": "disabled" }]),
            ),
        ),
        ("/domains/one.example/records", refused(500, "Unable to list records.")),
        (
            "/domains/two.example/records",
            whole(
                "records",
                json!([{ "id": "3f2c1f0a-5a77-4a54-9d7e-20f0f0b4a008", "type": "MX", "name": "",
                         "data": "mail.two.example", "priority": 10, "ttl": 300 }]),
            ),
        ),
        ("/users", refused(403, "Unauthorized.")),
    ])
}

/// Answers one request: what is asked for, by its path and the cursor.
fn answer(mut stream: TcpStream, all: &Answers) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let asked = first.split(' ').nth(1).unwrap_or_default();
    let (path, query) = asked.split_once('?').unwrap_or((asked, ""));
    let cursor = query.split('&').find_map(|pair| pair.strip_prefix("cursor="));
    let cursor = cursor.map(|text| format!("?{}", text.replace("%3D", "="))).unwrap_or_default();
    let place = format!("{}{cursor}", path.trim_start_matches("/v2"));
    let unknown = refused(404, "Not found.");
    let (status, body) = all.get(&*place).unwrap_or(&unknown);
    let body = body.to_string();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\nx-user: me@example.com\r\n\r\n{body}"
    )
}

/// Serves them as long as the test lives; where.
fn served(all: Answers) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it listens");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, &all); // who asked may have gone
        }
    });
    format!("http://{address}/v2")
}

#[tokio::test(flavor = "current_thread")]
async fn an_account_that_answers_as_the_real_api_does_is_copied_as_it_is() {
    let url = served(machines().into_iter().chain(besides()).collect());
    let live = sdk::Client::builder(&url).key("k").attempts(1).rate_limit(None).build().unwrap();
    let first = read(&live, &[], &silent).await.unwrap();
    let told = |begin: &str| first.unread.iter().filter(|line| line.starts_with(begin)).count();
    assert_eq!(told("record of one.example: "), 1, "{:?}", first.unread);
    assert_eq!(told(&format!("instance {WEB}: get-instance-backup-schedule: ")), 1);
    assert_eq!((told("user: "), told("record"), told("ssh-key")), (1, 1, 0), "{:?}", first.unread);
    assert_eq!((first.of("ssh-key").count(), first.of("record").count()), (2, 1), "all pages");

    let here = World::running().await;
    let copied = copy(&here.client, &first, &silent).await.unwrap();
    assert_eq!(copied.refused, [] as [String; 0]);
    assert_eq!(copied.made, first.things.len());
    let second = read(&here.client, &[], &silent).await.unwrap();
    let of_both: Vec<_> = first.things.iter().map(|thing| thing.kind.as_str()).collect();
    let second = worlds::Reading {
        things: second.things.into_iter().filter(|thing| of_both.contains(&&*thing.kind)).collect(),
        unread: Vec::new(),
    };
    let (found, untold) = told_by_both(compare(&first, &second), &first, &second);
    assert_eq!(found, []);
    assert!(untold.iter().any(|line| line.starts_with("instance: a_field_of_tomorrow: ")));

    // To the letter: what a state of Terraform's has is what it finds.
    let shown = |id: &str| second.things.iter().find(|thing| thing.id == id).unwrap().item.clone();
    for (field, was) in instance().as_object().unwrap() {
        if !["a_field_of_tomorrow", "pending_charges", "kvm"].contains(&field.as_str()) {
            assert_eq!(&shown(WEB)[field], was, "{field}");
        }
    }
    assert_eq!(shown(FIXED)["subnet"], "2001:0db8:0005:5157::");
    assert_eq!(shown(DISK)["mount_id"], "ewr-0123456789abcd");
    assert_eq!(shown(DISK)["attached_to_instance"], WEB);
    let rules: Vec<_> = second.of("firewall-rule").collect();
    assert_eq!(
        (rules.len(), &rules[0].item["id"], &rules[0].item["port"]),
        (1, &json!(7), &json!("8000:9000"))
    );
}
