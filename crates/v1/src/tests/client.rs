//! The SDK's typed calls of v1 against a server.

use sdk::v1::*;
use testkit::{KEY, World};

use super::common::client;

#[tokio::test]
async fn typed_calls_make_change_and_destroy_a_server() {
    let world = World::new().await;
    let client = client(&world, KEY);
    let create = ServerCreate {
        dcid: 1,
        plan: 201,
        os: 387,
        enable_ipv6: Some(true),
        label: Some("typed & sent".into()),
        ..Default::default()
    };
    let made = client.call(&create).await.unwrap();
    world.settle().await;
    let subid = made.subid;
    assert!(made.v2_id.is_some(), "the client speaks v1 as it was at last");
    client.call(&ServerHalt { subid }).await.unwrap();
    world.settle().await;
    let list = ServerList { subid: Some(subid), ..Default::default() };
    let one = client.call(&list).await.unwrap();
    let all = client.call(&ServerList::default()).await.unwrap();
    assert_eq!(one, all, "one that is asked for is a map of one");
    let server = &one[&subid];
    assert_eq!((server.subid, server.dcid, server.plan), (subid, 1, 201));
    assert_eq!((server.label.as_str(), server.power_status.as_str()), ("typed & sent", "stopped"));
    assert_eq!((server.os_number, server.vcpu_count, server.auto_backups), (Some(387), 1, false));
    assert_eq!(server.cost_per_month.0.to_string(), "5");
    assert_eq!(server.v6_networks.as_ref().unwrap()[0].size, 64);
    assert_eq!(server.v2_id, made.v2_id);
    let addresses = client.call(&ServerListIpv4 { subid, public_network: None }).await.unwrap();
    assert_eq!(addresses[&subid][0].ip, server.main_ip);
    let added = client.call(&ServerCreateIpv4 { subid, reboot: Some(false) }).await.unwrap();
    assert!(added.unwrap().ipv4.parse::<std::net::Ipv4Addr>().is_ok());
    client.call(&ServerDestroy { subid }).await.unwrap();
    assert!(client.call(&ServerList::default()).await.unwrap().is_empty());
    match client.call(&ServerHalt { subid }).await {
        Err(sdk::Error::Refused(refusal)) => {
            assert_eq!(refusal.status, 412);
            assert!(refusal.error.starts_with("Invalid server.  Check SUBID"), "{refusal}");
        }
        other => panic!("{other:?}"),
    }
    let user = UserCreate {
        email: "a@example.com".into(),
        name: "A".into(),
        password: "Sufficient-42-long".into(),
        acls: vec!["dns".into(), "billing".into()],
        ..Default::default()
    };
    let made = client.call(&user).await.unwrap();
    let users = client.call(&UserList {}).await.unwrap();
    assert_eq!(users[0].user, made.user);
    assert_eq!((users[0].acls.as_slice(), users[0].api_enabled), (&user.acls[..], true));
}

#[tokio::test]
async fn refusals_are_read_as_they_were_meant() {
    let world = World::new().await;
    let kind = Some("<b>&amp;".to_owned());
    let create = StartupScriptCreate { name: "n".into(), script: "s".into(), kind };
    let refused = client(&world, KEY).call(&create).await.unwrap_err();
    assert!(refused.to_string().contains("not \"<b>&amp;\""), "{refused}");
}

#[tokio::test]
async fn raw_calls_bring_the_whole_answer_or_its_text() {
    let world = World::new().await;
    let client = client(&world, KEY);
    let answer = client.response(Verb::Get, "/v1/server/list", &[]).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "[]"));
    assert_eq!(client.text(Verb::Get, "server/list", &[]).await.unwrap(), "[]");
    let params = [("domain", "example.com"), ("serverip", "192.0.2.1")];
    let text = client.text(Verb::Post, "dns/create_domain", &params).await.unwrap();
    assert_eq!(text, "200 OK");
    let nothing = client.response(Verb::Get, "no/such", &[]).await.unwrap();
    assert_eq!(nothing.status.as_u16(), 400);
}

#[tokio::test]
async fn without_a_key_only_public_calls_are_answered() {
    let world = World::new().await;
    let client = client(&world, "");
    let systems = client.call(&OsList {}).await.unwrap();
    assert!(systems.values().any(|os| os.windows) && !systems[&159].windows);
    let refused = client.call(&ServerList::default()).await.unwrap_err();
    assert_eq!(refused.status(), Some(403));
}
