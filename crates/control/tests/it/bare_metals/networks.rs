//! A bare metal server's reserved addresses, and its private networks.

use super::*;

async fn reserve(world: &World, region: &str, instance: Value) -> Value {
    let wish = json!({ "region": region, "ip_type": "v4", "instance_id": instance });
    add(world, "/v2/reserved-ips", wish).await
}

async fn vpc(world: &World, region: &str) -> String {
    id_of(&add(world, "/v2/vpcs", json!({ "region": region })).await).to_owned()
}

async fn delete(world: &World, uri: &str) {
    done(world, "DELETE", uri, json!(null)).await;
}

/// One of the lists of a server.
async fn list(world: &World, id: &str, list: &str, key: &str) -> Vec<Value> {
    let uri = format!("{}/{list}", METAL.of(id));
    let mut answer = read(world, &uri).await;
    std::mem::take(answer[key].as_array_mut().unwrap())
}

#[tokio::test]
async fn a_reserved_address_is_its_main_one_and_outlives_it() {
    let world = World::new().await;
    let reserved = reserve(&world, "ewr", json!("")).await;
    let wish = || json!({ "reserved_ipv4": reserved["id"] });
    let found = METAL.made(&world, wish()).await;
    assert_eq!(found["main_ip"], reserved["subnet"]);
    let uri = format!("/v2/reserved-ips/{}", id_of(&reserved));
    let holder = async || read(&world, &uri).await["reserved_ip"]["instance_id"].take();
    assert_eq!(holder().await, found["id"]);
    METAL.refuses(&world, wish(), "Floating IPv4 address is already attached").await;
    delete(&world, &METAL.of(id_of(&found))).await;
    assert_eq!(holder().await, "");
    let again = METAL.made(&world, wish()).await;
    assert_eq!(again["main_ip"], reserved["subnet"], "it is free at once");
}

#[tokio::test]
async fn reserved_addresses_come_and_go() {
    let world = World::new().await;
    let server = METAL.made(&world, json!({})).await;
    let id = id_of(&server);
    let ips = async || list(&world, id, "ipv4", "ipv4s").await;
    let uri =
        |reserved: &Value, action: &str| format!("/v2/reserved-ips/{}{action}", id_of(reserved));
    let reserved = reserve(&world, "ewr", json!("")).await;
    let here = || json!({ "instance_id": id });
    done(&world, "POST", &uri(&reserved, "/attach"), here()).await;
    let two = ips().await;
    assert_eq!(two.len(), 2);
    shows(&two[1], json!({ "ip": reserved["subnet"], "type": "secondary_ip" }));
    assert_eq!(two[1].get("mac_address"), None);
    done(&world, "POST", &uri(&reserved, "/detach"), json!({})).await;
    assert_eq!(ips().await.len(), 1);
    let elsewhere = reserve(&world, "ams", json!("")).await;
    assert_eq!(refused(&world, "POST", &uri(&elsewhere, "/attach"), here()).await.0, 400);
    let at_once = reserve(&world, "ewr", json!(id)).await;
    assert_eq!(ips().await[1]["ip"], at_once["subnet"]);
    delete(&world, &uri(&at_once, "")).await;
    assert_eq!(METAL.got(&world, id).await, server);
}

#[tokio::test]
async fn a_vpc_cannot_go_while_a_server_is_in_it() {
    let world = World::new().await;
    let (near, far) = (vpc(&world, "ewr").await, vpc(&world, "ams").await);
    let server = METAL.made(&world, json!({})).await;
    let id = id_of(&server);
    let places = async || list(&world, id, "vpcs", "vpcs").await;
    let place = async |action: &str, vpc: &str| {
        let uri = format!("{}/vpcs/{action}", METAL.of(id));
        call(&world, "POST", &uri, json!({ "vpc_id": vpc })).await.0
    };
    assert!(places().await.is_empty());
    assert_eq!(place("attach", &near).await, 204);
    let own = places().await;
    assert_eq!((own.len(), &own[0]["id"]), (1, &json!(near)));
    assert!(own[0]["ip_address"].as_str().unwrap().starts_with("10."), "{own:?}");
    for wrong in [&near, &far, &Uuid::nil().to_string()] {
        assert_eq!(place("attach", wrong).await, 400);
        assert_eq!(places().await, own);
    }
    world.settle().await;
    let machine = machine(&world, id).await;
    assert_eq!(machine["nics"][0]["network"], near);
    assert_eq!(machine["reset"], 0, "it is not restarted");
    let uri = format!("/v2/vpcs/{near}");
    let main_ip = server["main_ip"].as_str().unwrap();
    let words = format!("The following servers are attached to this VPC network: {main_ip}");
    assert_eq!(refused(&world, "DELETE", &uri, json!(null)).await, (400, words));
    let ask = format!("{uri}/attachments");
    let attached = read(&world, &ask).await["attachments"].take();
    assert_eq!(attached.as_array().map(Vec::len), Some(1));
    shows(&attached[0], json!({ "type": "baremetal" }));
    assert_eq!(place("detach", &near).await, 204);
    assert!(places().await.is_empty(), "at once");
    assert_eq!(place("detach", &near).await, 400);
    assert_eq!(place("attach", &near).await, 204);
    delete(&world, &METAL.of(id)).await;
    delete(&world, &uri).await;
}

#[tokio::test]
async fn a_new_server_is_put_in_the_networks_that_it_is_to_be_in() {
    let world = World::new().await;
    let vpc = vpc(&world, "ewr").await;
    let wish = json!({ "attach_vpc": [vpc], "enable_vpc": true, "enable_vpc2": true });
    let server = METAL.made(&world, wish).await;
    let id = id_of(&server);
    let places = async |of: &str| {
        let places = list(&world, id, of, "vpcs").await;
        places.into_iter().map(|mut place| place["id"].take()).collect::<Vec<_>>()
    };
    assert_eq!(places("vpcs").await, [json!(vpc)]);
    let own = read(&world, "/v2/vpc2").await["vpcs"][0]["id"].take();
    assert_eq!(places("vpc2").await, std::slice::from_ref(&own), "made for it");
    for _ in 0..2 {
        METAL.update(&world, id, json!({ "detach_vpc2": [own] })).await;
        assert!(places("vpc2").await.is_empty());
    }
    METAL.update(&world, id, json!({ "attach_vpc2": [own] })).await;
    assert_eq!(places("vpc2").await, [own]);
}

#[tokio::test]
async fn in_a_vpc2_it_may_choose_its_address() {
    let world = World::new().await;
    let network = json!({ "region": "ewr", "ip_block": "10.99.0.0", "prefix_length": 24 });
    let network = add(&world, "/v2/vpc2", network).await;
    let (vpc, id) = (&network["id"], METAL.up(&world).await);
    let uri = format!("{}/vpc2", METAL.of(&id));
    let at = |address: &str| json!({ "vpc_id": vpc, "ip_address": address });
    for wrong in ["10.98.0.1", "here"] {
        refuses(&world, "POST", &format!("{uri}/attach"), at(wrong), "ip_address").await;
    }
    let attached = call(&world, "POST", &format!("{uri}/attach"), at("10.99.0.77")).await;
    assert_eq!(attached.0, 204);
    assert_eq!(list(&world, &id, "vpc2", "vpcs").await[0]["ip_address"], "10.99.0.77");
    let of_network = format!("/v2/vpc2/{}/nodes", id_of(&network));
    let nodes = async || read(&world, &of_network).await["nodes"].take();
    let count = async || nodes().await.as_array().unwrap().len();
    assert_eq!(count().await, 1);
    shows(&nodes().await[0], json!({ "type": "baremetal", "node_status": "active" }));
    let leave = json!({ "vpc_id": vpc });
    done(&world, "POST", &format!("{uri}/detach"), leave).await;
    for (action, left) in [("attach", 1), ("detach", 0)] {
        let uri = format!("{of_network}/{action}");
        assert_eq!(call(&world, "POST", &uri, json!({ "nodes": [id] })).await.0, 202);
        assert_eq!(count().await, left);
    }
}

#[tokio::test]
async fn a_network_lists_servers_of_both_kinds_by_page_in_their_order() {
    let world = World::new().await;
    let vpc = vpc(&world, "ewr").await;
    let mut ids = Vec::new();
    for number in 0..7 {
        let kind = if number % 3 == 0 { METAL } else { INSTANCES };
        let id = kind.up(&world).await;
        let uri = format!("{}/vpcs/attach", kind.of(&id));
        done(&world, "POST", &uri, json!({ "vpc_id": vpc })).await;
        ids.push(json!(id));
    }
    let page = async |cursor: &str| {
        let uri = format!("/v2/vpcs/{vpc}/attachments?per_page=3&cursor={cursor}");
        let mut page = read(&world, &uri).await;
        assert_eq!(page["meta"]["total"], 7);
        let items = page["attachments"].as_array_mut().unwrap().iter_mut();
        let ids: Vec<_> = items.map(|item| item["linked_subscription"]["id"].take()).collect();
        let link = |way: &str| page["meta"]["links"][way].as_str().unwrap().to_owned();
        (ids, link("prev"), link("next"))
    };
    let (one, prev, next) = page("").await;
    assert_eq!((&one[..], &*prev), (&ids[..3], ""));
    let (two, _, next) = page(&next).await;
    assert_eq!(two, ids[3..6]);
    let (three, prev, next) = page(&next).await;
    assert_eq!((&three[..], &*next), (&ids[6..], ""));
    let (back, prev, _) = page(&prev).await;
    assert_eq!(back, two);
    let (first, prev, next) = page(&prev).await;
    assert_eq!((first, &*prev), (one, ""));
    assert_eq!(page(&next).await.0, two);
}
