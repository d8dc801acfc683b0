//! Users: what is kept of them, what they may do, where their keys work.

use api::Access;
use api::account::GetAccount;
use api::ssh_keys::CreateSshKey;
use api::users::*;
use testkit::{KEY, World, refused};

use crate::common::{Asks, refused_for};

const PASSWORD: &str = "Correct-Horse-7";
const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB test";

fn ada() -> CreateUser {
    CreateUser {
        email: "ada@example.com".into(),
        name: "Ada Lovelace".into(),
        password: PASSWORD.into(),
        acls: Some(vec![Access::SubscriptionsView]),
        ..Default::default()
    }
}

/// A world with this user.
async fn world_with(wanted: CreateUser) -> (World, User) {
    let world = World::new().await;
    let user = world.client.users().create(wanted).await.unwrap();
    (world, user)
}

fn update(user: &User) -> UpdateUser {
    UpdateUser { user_id: user.id, ..Default::default() }
}

/// Changes a user's permissions.
async fn permit(world: &World, user: &User, acls: &[Access]) {
    let acls = Some(acls.to_vec());
    world.done(UpdateUser { acls, ..update(user) }).await;
}

#[tokio::test]
async fn a_user_reads_as_it_was_sent_and_shows_its_key_once() {
    let (world, user) = world_with(CreateUser {
        first_name: Some("Ada".into()),
        last_name: Some("Lovelace".into()),
        service_user: Some(true),
        acls: Some(vec![Access::Dns, Access::Abuse, Access::Dns]),
        ..ada()
    })
    .await;
    assert_eq!(user.api_key.len(), 36);
    assert_eq!(user.acls, [Access::Dns, Access::Abuse], "each once, in the order sent");
    assert!(user.api_enabled && user.service_user);

    let shown = world.client.users().get(user.id).await.unwrap();
    assert_eq!(shown, User { api_key: Default::default(), ..user.clone() });
    let names = [&*shown.name, &shown.first_name, &shown.last_name, &shown.email];
    assert_eq!(names, ["Ada Lovelace", "Ada", "Lovelace", "ada@example.com"]);
    let (status, body) = world.raw("GET", &format!("/v2/users/{}", user.id), "").await;
    assert_eq!(status, 200);
    assert!(!body.contains("api_key") && !body.contains("password"), "{body}");

    let listed = world.client.users().list().await.unwrap();
    assert_eq!(listed.items, [shown]);
}

#[tokio::test]
async fn what_was_not_sent_reads_empty() {
    let (_, user) = world_with(CreateUser { acls: None, ..ada() }).await;
    assert!(user.acls.is_empty(), "no permissions but those that were given");
    assert_eq!((&*user.first_name, &*user.last_name), ("", ""));
    assert!(user.api_enabled && !user.service_user);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let (world, user) = world_with(ada()).await;
    world.done(update(&user)).await;
    let change = UpdateUser {
        email: Some("countess@example.com".into()),
        last_name: Some("King".into()),
        ..update(&user)
    };
    world.done(change).await;
    let shown = world.client.users().get(user.id).await.unwrap();
    assert_eq!((&*shown.email, &*shown.last_name), ("countess@example.com", "King"));
    assert_eq!((&shown.name, &shown.acls), (&user.name, &user.acls));

    let clear = UpdateUser {
        acls: Some(vec![]),
        last_name: Some(String::new()),
        api_enabled: Some(false),
        ..update(&user)
    };
    world.done(clear).await;
    let shown = world.client.users().get(user.id).await.unwrap();
    assert!(shown.acls.is_empty() && shown.last_name.is_empty() && !shown.api_enabled);
}

#[tokio::test]
async fn bad_input_is_refused_by_field_and_changes_nothing() {
    let (world, user) = world_with(ada()).await;
    let long = "x".repeat(256);
    let bad = [
        ("name", CreateUser { name: " ".into(), ..ada() }),
        ("first_name", CreateUser { first_name: Some(long), ..ada() }),
        ("email", CreateUser { email: "ada".into(), ..ada() }),
        ("email", CreateUser { email: "a da@example.com".into(), ..ada() }),
        ("email", CreateUser { email: "ADA@example.com".into(), ..ada() }),
        ("email", CreateUser { email: "root@kettle.invalid".into(), ..ada() }),
        ("password", CreateUser { password: "Short-7".into(), ..ada() }),
        ("password", CreateUser { password: "nocapitals-77".into(), ..ada() }),
        ("password", CreateUser { password: "NoDigitsInHere".into(), ..ada() }),
        ("password", CreateUser { password: Default::default(), ..ada() }),
    ];
    for (field, request) in bad {
        refused_for(field, world.client.send(request).await);
    }
    let bad = [
        UpdateUser { name: Some(String::new()), ..update(&user) },
        UpdateUser { email: Some(String::new()), ..update(&user) },
        UpdateUser { name: Some("New".into()), password: Some("weak".into()), ..update(&user) },
    ];
    for request in bad {
        assert_eq!(world.refused(request).await.0, 400);
    }
    let body =
        r#"{"email":"b@example.com","name":"B","password":"Correct-Horse-7","acls":["root"]}"#;
    world.refuses_raw("POST", "/v2/users", body, "acls[0]: `root` is none of").await;
    let listed = world.client.users().list().await.unwrap();
    assert_eq!(listed.items, [User { api_key: Default::default(), ..user }]);
}

#[tokio::test]
async fn an_address_is_free_again_once_its_user_is_gone_or_has_another() {
    let (world, first) = world_with(ada()).await;
    let users = world.client.users();
    let call = |user, email: &str| UpdateUser { email: Some(email.into()), ..update(user) };
    users.update(call(&first, "countess@example.com")).await.unwrap();
    let second = users.create(ada()).await.unwrap();
    assert_eq!(refused(users.update(call(&second, "Countess@Example.com")).await).0, 400);
    users.update(call(&second, "Ada@example.com")).await.unwrap();
    users.delete(second.id).await.unwrap();
    users.create(ada()).await.unwrap();
}

#[tokio::test]
async fn accounts_do_not_share_addresses() {
    let world = World::builder().open().build().await;
    world.client_with("one").send(ada()).await.unwrap();
    world.client_with("other").send(ada()).await.unwrap();
}

#[tokio::test]
async fn the_keys_of_a_deleted_user_stop_at_once() {
    let (world, user) = world_with(ada()).await;
    let users = world.client.users();
    let further = users.create_api_key(user.id).await.unwrap();
    for key in [&user.api_key, &further.api_key] {
        world.client_with(key).ssh_keys().list().await.unwrap();
    }
    users.delete(user.id).await.unwrap();
    for key in [&user.api_key, &further.api_key] {
        let (status, error) = refused(world.client_with(key).send(GetAccount {}).await);
        assert_eq!(status, 401);
        assert!(error.starts_with("Invalid API token."), "{error}");
    }
    world.client.send(GetAccount {}).await.expect("the owner is always left");
}

#[tokio::test]
async fn keys_do_what_their_user_may_as_soon_as_that_changes() {
    let (world, user) = world_with(ada()).await;
    let ada = world.client_with(&user.api_key);
    let create = || CreateSshKey { name: "key".into(), ssh_key: ED25519.into() };
    assert_eq!(refused(ada.send(create()).await).0, 403);
    permit(&world, &user, &[Access::SubscriptionsView, Access::Provisioning]).await;
    ada.send(create()).await.unwrap();
    permit(&world, &user, &[]).await;
    assert_eq!(refused(ada.ssh_keys().list().await).0, 403);
    ada.send(GetAccount {}).await.expect("every key may see whose it is");
}

#[tokio::test]
async fn keys_are_off_while_their_users_api_access_is() {
    let (world, user) = world_with(CreateUser { api_enabled: Some(false), ..ada() }).await;
    let ada = world.client_with(&user.api_key);
    assert_eq!(refused(ada.send(GetAccount {}).await).0, 401);
    let switch = |is_on| UpdateUser { api_enabled: Some(is_on), ..update(&user) };
    world.done(switch(true)).await;
    ada.send(GetAccount {}).await.unwrap();
    world.done(switch(false)).await;
    assert_eq!(refused(ada.send(GetAccount {}).await).0, 401);
}

#[tokio::test]
async fn nobody_grants_a_permission_that_they_lack() {
    let acls = Some(vec![Access::ManageUsers, Access::Dns]);
    let (world, user) = world_with(CreateUser { acls, ..ada() }).await;
    let ada = world.client_with(&user.api_key);
    let bob =
        |acls| CreateUser { email: "bob@example.com".into(), acls: Some(acls), ..self::ada() };
    let (status, error) = refused(ada.send(bob(vec![Access::Dns, Access::Billing])).await);
    assert_eq!(status, 403);
    assert!(error.contains("`billing`"), "{error}");
    let bob = ada.send(bob(vec![Access::Dns])).await.unwrap();
    for user in [&user, &bob] {
        let acls = Some(vec![Access::Dns, Access::Billing]);
        assert_eq!(refused(ada.send(UpdateUser { acls, ..update(user) }).await).0, 403);
    }
    // What a user has already may stay, whoever writes it down again.
    permit(&world, &bob, &[Access::Billing]).await;
    let (acls, name) = (Some(vec![Access::Billing]), Some("Bob".into()));
    ada.send(UpdateUser { acls, name, ..update(&bob) }).await.unwrap();
}

fn allow(user: &User, subnet: &str, subnet_size: u8) -> AddUserNetwork {
    AddUserNetwork { user_id: user.id, subnet: subnet.into(), subnet_size }
}

fn forbid(user: &User, subnet: &str, subnet_size: u8) -> RemoveUserNetwork {
    RemoveUserNetwork { user_id: user.id, subnet: subnet.into(), subnet_size }
}

#[tokio::test]
async fn keys_work_only_from_the_networks_in_their_users_list() {
    let (world, user) = world_with(ada()).await;
    let at = |address: &str| {
        let address: std::net::IpAddr = address.parse().unwrap();
        let client = world.client_at(&user.api_key, address);
        async move { client.send(GetAccount {}).await.map_err(|e| refused::<()>(Err(e))) }
    };
    at("198.51.100.1").await.expect("an empty list lets everybody in");

    world.done(allow(&user, "203.0.113.0", 24)).await;
    at("203.0.113.255").await.unwrap();
    at("::ffff:203.0.113.9").await.expect("the same address, as a dual-stack socket shows it");
    for address in ["198.51.100.1", "2001:db8::1"] {
        let error = (401, format!("Unauthorized IP address: {address}"));
        assert_eq!(at(address).await.unwrap_err(), error, "versions are allowed separately");
    }
    world.done(allow(&user, "2001:db8::", 32)).await;
    at("2001:db8::1").await.unwrap();
    world.done(allow(&user, "0.0.0.0", 0)).await;
    at("198.51.100.1").await.unwrap();
    assert!(at("2001:db9::1").await.is_err());

    let elsewhere = world.client_at(&user.api_key, [0x2001, 0xdb9, 0, 0, 0, 0, 0, 1]);
    elsewhere.regions().list().await.expect("public operations answer everybody");

    world.done(forbid(&user, "0.0.0.0", 0)).await;
    assert!(at("198.51.100.1").await.is_err(), "at once");
    world.client_at(KEY, [198, 51, 100, 1]).send(GetAccount {}).await.expect("others' keys do");
}

#[tokio::test]
async fn networks_are_listed_found_and_removed() {
    let (world, user) = world_with(ada()).await;
    let users = world.client.users();
    users.add_network(allow(&user, "203.0.113.77", 24)).await.unwrap();
    users.add_network(allow(&user, "2001:DB8::1", 128)).await.unwrap();
    let list = users.list_networks(user.id).await.unwrap();
    assert_eq!(list.meta.total, 2);
    let [v4, v6] = &list.items[..] else { panic!("{list:?}") };
    assert_eq!((&*v4.subnet, v4.subnet_size), ("203.0.113.0", 24));
    assert_eq!((&*v6.subnet, v6.subnet_size), ("2001:db8::1", 128));
    assert!(v4.ip_type == IpVersion::V4 && v6.ip_type == IpVersion::V6);
    assert_eq!(v4.date_added.as_millis(), testkit::BEGINNING);

    let entry = |subnet_size| {
        let subnet = "203.0.113.0".into();
        users.get_network(GetUserNetwork { user_id: user.id, subnet, subnet_size })
    };
    assert_eq!(&entry(24).await.unwrap(), v4);
    assert_eq!(refused(entry(25).await).0, 404);
    let (status, error) = refused(users.add_network(allow(&user, "203.0.113.0", 24)).await);
    assert_eq!(status, 400, "it is there already");
    assert!(error.contains("subnet: 203.0.113.0/24"), "{error}");

    users.remove_network(forbid(&user, "203.0.113.0", 24)).await.unwrap();
    let (status, error) = refused(users.remove_network(forbid(&user, "203.0.113.0", 24)).await);
    assert_eq!(status, 404);
    assert!(error.starts_with("Invalid IP whitelist entry"), "{error}");
    assert_eq!(users.list_networks(user.id).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn networks_that_are_too_large_or_none_are_refused_by_field() {
    let (world, user) = world_with(ada()).await;
    let bad = [
        ("subnet", "203.0.113.0/24", 24),
        ("subnet", "example.com", 24),
        ("subnet", "", 24),
        ("subnet_size", "10.0.0.0", 7),
        ("subnet_size", "10.0.0.0", 33),
        ("subnet_size", "2001:db8::", 19),
        ("subnet_size", "2001:db8::", 129),
    ];
    for (field, subnet, size) in bad {
        refused_for(field, world.client.send(allow(&user, subnet, size)).await);
    }
    let uri = format!("/v2/users/{}/ip-whitelist", user.id);
    world
        .refuses_raw("POST", &uri, r#"{"subnet":"10.0.0.0","subnet_size":-1}"#, "subnet_size")
        .await;
    for (subnet, size) in [("10.0.0.0", 8), ("10.0.0.1", 32), ("::", 0), ("2001:d00::", 20)] {
        world.done(allow(&user, subnet, size)).await;
    }
}

#[tokio::test]
async fn users_are_in_no_group_and_have_no_role_or_policy_in_lists_that_are_there() {
    let (world, user) = world_with(ada()).await;
    let none = r#"{"groups":[],"meta":{"total":0,"links":{"next":"","prev":""}}}"#;
    let lists = |name| {
        let meta = r#""meta":{"total":0,"links":{"next":"","prev":""}}"#;
        format!(r#"{{"{name}":{{"all":[],"direct":[],"inherited":[]}},{meta}}}"#)
    };
    for whose in ["me".into(), user.id.to_string()] {
        let get =
            async |what: &str| world.raw("GET", &format!("/v2/users/{whose}/{what}"), "").await;
        assert_eq!(get("groups").await, (200, none.into()));
        assert_eq!(get("roles").await, (200, lists("roles")));
        assert_eq!(get("policies?per_page=1").await, (200, lists("policies")));
        assert_eq!(get("roles?per_page=0").await.0, 400);
        assert_eq!(get("policies?cursor=x").await.0, 400);
    }
    let own = world.client_with(&user.api_key);
    own.users().my_groups().await.expect("without any further permission");
    own.api_keys().list().await.unwrap();
}

#[tokio::test]
async fn the_real_words_come_alone_when_asked_for() {
    let world = World::builder().behave(control::Behave::Vultr).build().await;
    let (status, error) = world.refused(CreateUser { name: String::new(), ..ada() }).await;
    assert_eq!((status, &*error), (400, "Bad request."));
}
