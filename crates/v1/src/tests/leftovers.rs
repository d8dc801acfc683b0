//! What v1 keeps of things that are gone: marks of their numbers, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use store::{Location, Store};
use testkit::World;
use v1::{Config, Ids, Mode, Space, StoreIds};

use super::common::{Answer, V1, exchange, form, request, text};

/// Unique values of v1's that are no marks.
const KEPT: &str =
    "SELECT count(*) FROM taken WHERE scope LIKE 'v1:%' AND scope NOT LIKE '%:given'";

#[tokio::test]
async fn what_v2_deletes_leaves_nothing_in_the_servers_store() {
    let v1 = V1::new().await;
    v1.server(&[]).await;
    let metal = [("DCID", "1"), ("METALPLANID", "100"), ("OSID", "387")];
    v1.make("baremetal/create", &metal).await;
    v1.make("network/create", &[("DCID", "1")]).await;
    v1.world.settle().await;
    let kept = async || store::testing::count(&v1.world.store, KEPT).await.unwrap();
    assert_eq!(kept().await, 5, "three numbers, two passwords");
    for (path, list) in
        [("instances", "instances"), ("bare-metals", "bare_metals"), ("vpcs", "vpcs")]
    {
        let (_, answer) = v1.world.raw("GET", &format!("/v2/{path}"), "").await;
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let id = text(&answer[list][0]["id"]);
        let (status, answer) = v1.world.raw("DELETE", &format!("/v2/{path}/{id}"), "").await;
        assert_eq!(status, 204, "{path} {answer}");
    }
    v1.world.settle().await;
    assert_eq!(kept().await, 0);
}

#[tokio::test]
async fn what_is_destroyed_leaves_nothing_in_a_gateways_store() {
    let world = World::new().await;
    let own = Store::open(&Location::Memory).await.unwrap();
    let gateway = v1::router(Config {
        upstream: Arc::new(v1::in_process(world.router.clone(), |_, _| {})),
        ids: Arc::new(StoreIds::new(own.clone())),
        catalog: Arc::new(catalog::Catalog::builtin()),
        limit: None,
        mode: Mode::Alive,
        clock: world.clock.clone(),
        remember: Duration::from_secs(30),
    });
    let ask = async |method: &str, path: &str, params: &[(&str, &str)]| -> Answer {
        let answer = exchange(&gateway, request(method, path, &form(params))).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        world.settle().await;
        answer
    };
    let kept = async || store::testing::count(&own, KEPT).await.unwrap();
    let key = [("name", "k"), ("ssh_key", "ssh-rsa AAAA")];
    let script = [("name", "s"), ("script", "#!/bin/sh")];
    let user = [
        ("email", "a@example.com"),
        ("name", "A"),
        ("password", "Long-enough-42"),
        ("acls[]", "dns"),
    ];
    let iso = [("url", "https://example.com/a.iso")];
    let image = [("url", "https://example.com/a.raw")];
    let server = [("DCID", "1"), ("VPSPLANID", "201"), ("OSID", "387")];
    let metal = [("DCID", "1"), ("METALPLANID", "100"), ("OSID", "387")];
    let volume = [("DCID", "1"), ("size_gb", "10")];
    let address = [("DCID", "1"), ("ip_type", "v4")];
    for (make, params, id, destroy) in [
        ("sshkey/create", &key[..], "SSHKEYID", "sshkey/destroy"),
        ("startupscript/create", &script, "SCRIPTID", "startupscript/destroy"),
        ("user/create", &user, "USERID", "user/delete"),
        ("iso/create_from_url", &iso, "ISOID", "iso/destroy"),
        ("snapshot/create_from_url", &image, "SNAPSHOTID", "snapshot/destroy"),
        ("firewall/group_create", &[], "FIREWALLGROUPID", "firewall/group_delete"),
        ("network/create", &[("DCID", "1")], "NETWORKID", "network/destroy"),
        ("server/create", &server, "SUBID", "server/destroy"),
        ("baremetal/create", &metal, "SUBID", "baremetal/destroy"),
        ("block/create", &volume, "SUBID", "block/delete"),
        ("reservedip/create", &address, "SUBID", "reservedip/destroy"),
        ("loadbalancer/create", &[("DCID", "1")], "SUBID", "loadbalancer/destroy"),
        ("objectstorage/create", &[("OBJSTORECLUSTERID", "2")], "SUBID", "objectstorage/destroy"),
    ] {
        let made: serde_json::Value =
            serde_json::from_str(&ask("POST", make, params).await.body).unwrap();
        assert!(kept().await > 0, "{make}");
        ask("POST", destroy, &[(id, &text(&made[id]))]).await;
        assert_eq!(kept().await, 0, "{destroy}");
    }
    let domain = ("domain", "example.com");
    ask("POST", "dns/create_domain", &[domain, ("serverip", "192.0.2.1")]).await;
    let records = ask("GET", "dns/records", &[domain]).await;
    let records: serde_json::Value = serde_json::from_str(&records.body).unwrap();
    let before = kept().await;
    assert_eq!(before, records.as_array().unwrap().len() as i64);
    let one = text(&records[0]["RECORDID"]);
    ask("POST", "dns/delete_record", &[domain, ("RECORDID", &one)]).await;
    assert_eq!(kept().await, before - 1);
    ask("POST", "dns/delete_domain", &[domain]).await;
    assert_eq!(kept().await, 0);
}

#[tokio::test]
async fn an_old_scripts_id_never_means_another_server() {
    let v1 = V1::new().await;
    let first = v1.server(&[]).await;
    v1.act("server/destroy", &[("SUBID", &first)]).await;
    for _ in 0..3 {
        assert_ne!(v1.server(&[]).await, first);
    }
    let refused = v1.refused("server/halt", &[("SUBID", &first)]).await;
    assert!(refused.starts_with("Invalid server.  Check SUBID"), "{refused}");
    let list = v1.get("server/list", &[]).await;
    assert_eq!(list.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn what_goes_while_it_is_listed_keeps_nothing() {
    let v1 = V1::new().await;
    let id: uuid::Uuid = {
        let body = r#"{ "region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136 }"#;
        let (_, answer) = v1.world.raw("POST", "/v2/instances", body).await;
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        text(&answer["instance"]["id"]).parse().unwrap()
    };
    let gone = uuid::Uuid::from_u128(7);
    let ids = StoreIds::beside(v1.world.store.clone());
    let numbers = ids.numbers(Space::Subscription, &[gone, id]).await.unwrap();
    assert_eq!(ids.id(Space::Subscription, numbers[0]).await.unwrap(), None);
    assert_eq!(ids.id(Space::Subscription, numbers[1]).await.unwrap(), Some(id));
    assert_eq!(ids.numbers(Space::Subscription, &[id]).await.unwrap(), numbers[1..]);
    let again = ids.numbers(Space::Subscription, &[gone]).await.unwrap();
    assert_ne!(again[0], numbers[0], "it was given, and is never given again");
    ids.keep_password(gone, "late").await.unwrap();
    assert_eq!(ids.password(gone).await.unwrap(), None);
    let kept = store::testing::count(&v1.world.store, KEPT).await.unwrap();
    assert_eq!(kept, 1, "the number of what is there");
}
