//! Users: what is kept of them, what they may do, where their keys work.

use api::Access;
use api::account::GetAccount;
use api::api_keys::ListApiKeys;
use api::ssh_keys::{CreateSshKey, ListSshKeys};
use api::users::*;
use testkit::{KEY, World, refused};

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

fn update(user: &User) -> UpdateUser {
    UpdateUser { user_id: user.id, ..Default::default() }
}

#[tokio::test]
async fn a_user_reads_as_it_was_sent_and_shows_its_key_once() {
    let world = World::new().await;
    let acls = vec![Access::Dns, Access::Abuse, Access::Dns];
    let wanted = CreateUser {
        first_name: Some("Ada".into()),
        last_name: Some("Lovelace".into()),
        service_user: Some(true),
        acls: Some(acls),
        ..ada()
    };
    let user = world.client.send(wanted).await.unwrap();
    assert_eq!(user.api_key.len(), 36);
    assert_eq!(user.acls, [Access::Dns, Access::Abuse], "each once, in the order sent");
    assert!(user.api_enabled && user.service_user);

    let shown = world.client.send(GetUser { user_id: user.id }).await.unwrap();
    assert_eq!(shown, User { api_key: Default::default(), ..user.clone() });
    assert_eq!(
        (&*shown.name, &*shown.first_name, &*shown.last_name, &*shown.email),
        ("Ada Lovelace", "Ada", "Lovelace", "ada@example.com")
    );
    let (status, body) = world.raw("GET", &format!("/v2/users/{}", user.id), "").await;
    assert_eq!(status, 200);
    assert!(!body.contains("api_key") && !body.contains("password"), "{body}");

    let listed = world.client.send(ListUsers::default()).await.unwrap();
    assert_eq!(listed.items, [shown]);
}

#[tokio::test]
async fn what_was_not_sent_reads_empty() {
    let world = World::new().await;
    let user = world.client.send(CreateUser { acls: None, ..ada() }).await.unwrap();
    assert!(user.acls.is_empty(), "no permissions but those that were given");
    assert_eq!((&*user.first_name, &*user.last_name), ("", ""));
    assert!(user.api_enabled && !user.service_user);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let world = World::new().await;
    let user = world.client.send(ada()).await.unwrap();
    world.client.send(update(&user)).await.unwrap();
    let change = UpdateUser {
        email: Some("countess@example.com".into()),
        last_name: Some("King".into()),
        ..update(&user)
    };
    world.client.send(change).await.unwrap();
    let shown = world.client.send(GetUser { user_id: user.id }).await.unwrap();
    assert_eq!((&*shown.email, &*shown.last_name), ("countess@example.com", "King"));
    assert_eq!((&shown.name, &shown.acls), (&user.name, &user.acls));

    let clear = UpdateUser {
        acls: Some(vec![]),
        last_name: Some(String::new()),
        api_enabled: Some(false),
        ..update(&user)
    };
    world.client.send(clear).await.unwrap();
    let shown = world.client.send(GetUser { user_id: user.id }).await.unwrap();
    assert!(shown.acls.is_empty() && shown.last_name.is_empty() && !shown.api_enabled);
}

#[tokio::test]
async fn bad_input_is_refused_by_field_and_changes_nothing() {
    let world = World::new().await;
    let user = world.client.send(ada()).await.unwrap();
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
        let (status, error) = refused(world.client.send(request).await);
        assert_eq!(status, 400);
        assert!(error.starts_with(&format!("Bad request. {field}: ")), "{error}");
    }
    let bad = [
        UpdateUser { name: Some(String::new()), ..update(&user) },
        UpdateUser { email: Some(String::new()), ..update(&user) },
        UpdateUser { name: Some("New".into()), password: Some("weak".into()), ..update(&user) },
    ];
    for request in bad {
        assert_eq!(refused(world.client.send(request).await).0, 400);
    }
    let body =
        r#"{"email":"b@example.com","name":"B","password":"Correct-Horse-7","acls":["root"]}"#;
    let (status, error) = world.raw("POST", "/v2/users", body).await;
    assert_eq!(status, 400);
    assert!(error.contains("acls[0]: `root` is none of"), "{error}");
    let listed = world.client.send(ListUsers::default()).await.unwrap();
    assert_eq!(listed.items, [User { api_key: Default::default(), ..user }]);
}

#[tokio::test]
async fn an_address_is_free_again_once_its_user_is_gone_or_has_another() {
    let world = World::new().await;
    let first = world.client.send(ada()).await.unwrap();
    let email = Some("countess@example.com".into());
    world.client.send(UpdateUser { email, ..update(&first) }).await.unwrap();
    let second = world.client.send(ada()).await.unwrap();
    let email = Some("Countess@Example.com".into());
    let (status, _) = refused(world.client.send(UpdateUser { email, ..update(&second) }).await);
    assert_eq!(status, 400);
    let email = Some("Ada@example.com".into());
    world.client.send(UpdateUser { email, ..update(&second) }).await.unwrap();
    world.client.send(DeleteUser { user_id: second.id }).await.unwrap();
    world.client.send(ada()).await.unwrap();
}

#[tokio::test]
async fn accounts_do_not_share_addresses() {
    let world = World::builder().open().build().await;
    world.client_with("one").send(ada()).await.unwrap();
    world.client_with("other").send(ada()).await.unwrap();
}

#[tokio::test]
async fn a_deleted_user_is_gone_and_its_keys_stop_at_once() {
    let world = World::new().await;
    let user = world.client.send(ada()).await.unwrap();
    let request = CreateUserApiKey { user_id: user.id, ..Default::default() };
    let further = world.client.send(request).await.unwrap();
    for key in [&user.api_key, &further.api_key] {
        world.client_with(key).send(ListSshKeys::default()).await.unwrap();
    }
    world.client.send(DeleteUser { user_id: user.id }).await.unwrap();
    for key in [&user.api_key, &further.api_key] {
        let (status, error) = refused(world.client_with(key).send(GetAccount {}).await);
        assert_eq!(status, 401);
        assert!(error.starts_with("Invalid API token."), "{error}");
    }
    let user_id = user.id;
    let gone = [
        refused(world.client.send(GetUser { user_id }).await),
        refused(world.client.send(DeleteUser { user_id }).await),
        refused(world.client.send(update(&user)).await),
        refused(world.client.send(ListUserApiKeys { user_id }).await),
        refused(world.client.send(CreateUserApiKey { user_id, ..Default::default() }).await),
        refused(world.client.send(ListUserNetworks { user_id }).await),
        refused(world.client.send(ListUserGroups { user_id, ..Default::default() }).await),
        refused(world.client.send(ListUserRoles { user_id, ..Default::default() }).await),
        refused(world.client.send(ListUserPolicies { user_id, ..Default::default() }).await),
    ];
    for (status, error) in gone {
        assert_eq!((status, &*error), (404, "Invalid user"));
    }
    world.client.send(GetAccount {}).await.expect("the owner is always left");
}

#[tokio::test]
async fn keys_do_what_their_user_may_as_soon_as_that_changes() {
    let world = World::new().await;
    let user = world.client.send(ada()).await.unwrap();
    let ada = world.client_with(&user.api_key);
    let create = || CreateSshKey { name: "key".into(), ssh_key: ED25519.into() };
    assert_eq!(refused(ada.send(create()).await).0, 403);
    let acls = Some(vec![Access::SubscriptionsView, Access::Provisioning]);
    world.client.send(UpdateUser { acls, ..update(&user) }).await.unwrap();
    ada.send(create()).await.unwrap();
    let acls = Some(vec![]);
    world.client.send(UpdateUser { acls, ..update(&user) }).await.unwrap();
    assert_eq!(refused(ada.send(ListSshKeys::default()).await).0, 403);
    ada.send(GetAccount {}).await.expect("every key may see whose it is");
}

#[tokio::test]
async fn keys_are_off_while_their_users_api_access_is() {
    let world = World::new().await;
    let wanted = CreateUser { api_enabled: Some(false), ..ada() };
    let user = world.client.send(wanted).await.unwrap();
    let ada = world.client_with(&user.api_key);
    assert_eq!(refused(ada.send(GetAccount {}).await).0, 401);
    let switch = |is_on| UpdateUser { api_enabled: Some(is_on), ..update(&user) };
    world.client.send(switch(true)).await.unwrap();
    ada.send(GetAccount {}).await.unwrap();
    world.client.send(switch(false)).await.unwrap();
    assert_eq!(refused(ada.send(GetAccount {}).await).0, 401);
}

#[tokio::test]
async fn nobody_grants_a_permission_that_they_lack() {
    let world = World::new().await;
    let acls = Some(vec![Access::ManageUsers, Access::Dns]);
    let user = world.client.send(CreateUser { acls, ..ada() }).await.unwrap();
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
    let acls = Some(vec![Access::Billing]);
    world.client.send(UpdateUser { acls: acls.clone(), ..update(&bob) }).await.unwrap();
    ada.send(UpdateUser { acls, name: Some("Bob".into()), ..update(&bob) }).await.unwrap();
}

fn allow(user: &User, subnet: &str, subnet_size: u8) -> AddUserNetwork {
    AddUserNetwork { user_id: user.id, subnet: subnet.into(), subnet_size }
}

#[tokio::test]
async fn keys_work_only_from_the_networks_in_their_users_list() {
    let world = World::new().await;
    let user = world.client.send(ada()).await.unwrap();
    let at = |address: &str| {
        let address: std::net::IpAddr = address.parse().unwrap();
        let client = world.client_at(&user.api_key, address);
        async move { client.send(GetAccount {}).await.map_err(|e| refused::<()>(Err(e))) }
    };
    at("198.51.100.1").await.expect("an empty list lets everybody in");

    world.client.send(allow(&user, "203.0.113.0", 24)).await.unwrap();
    at("203.0.113.255").await.unwrap();
    at("::ffff:203.0.113.9").await.expect("the same address, as a dual-stack socket shows it");
    for address in ["198.51.100.1", "2001:db8::1"] {
        let error = (401, format!("Unauthorized IP address: {address}"));
        assert_eq!(at(address).await.unwrap_err(), error, "versions are allowed separately");
    }
    world.client.send(allow(&user, "2001:db8::", 32)).await.unwrap();
    at("2001:db8::1").await.unwrap();
    world.client.send(allow(&user, "0.0.0.0", 0)).await.unwrap();
    at("198.51.100.1").await.unwrap();
    assert!(at("2001:db9::1").await.is_err());

    let regions = api::regions::ListRegions::default();
    let elsewhere = world.client_at(&user.api_key, [0x2001, 0xdb9, 0, 0, 0, 0, 0, 1]);
    elsewhere.send(regions).await.expect("public operations answer everybody");

    let everywhere =
        RemoveUserNetwork { user_id: user.id, subnet: "0.0.0.0".into(), subnet_size: 0 };
    world.client.send(everywhere).await.unwrap();
    assert!(at("198.51.100.1").await.is_err(), "at once");
    world.client_at(KEY, [198, 51, 100, 1]).send(GetAccount {}).await.expect("others' keys do");
}

#[tokio::test]
async fn networks_are_listed_found_and_removed() {
    let world = World::new().await;
    let user = world.client.send(ada()).await.unwrap();
    let user_id = user.id;
    world.client.send(allow(&user, "203.0.113.77", 24)).await.unwrap();
    world.client.send(allow(&user, "2001:DB8::1", 128)).await.unwrap();
    let list = world.client.send(ListUserNetworks { user_id }).await.unwrap();
    assert_eq!(list.meta.total, 2);
    let [v4, v6] = &list.items[..] else { panic!("{list:?}") };
    assert_eq!(
        (&*v4.subnet, v4.subnet_size, &v4.ip_type),
        ("203.0.113.0", 24, &IpVersion::V4.into())
    );
    assert_eq!(
        (&*v6.subnet, v6.subnet_size, &v6.ip_type),
        ("2001:db8::1", 128, &IpVersion::V6.into())
    );
    assert_eq!(v4.date_added.as_millis(), testkit::BEGINNING);

    let entry = |size| GetUserNetwork { user_id, subnet: "203.0.113.0".into(), subnet_size: size };
    assert_eq!(&world.client.send(entry(24)).await.unwrap(), v4);
    assert_eq!(refused(world.client.send(entry(25)).await).0, 404);
    let (status, error) = refused(world.client.send(allow(&user, "203.0.113.0", 24)).await);
    assert_eq!(status, 400, "it is there already");
    assert!(error.contains("subnet: 203.0.113.0/24"), "{error}");

    let remove = || RemoveUserNetwork { user_id, subnet: "203.0.113.0".into(), subnet_size: 24 };
    world.client.send(remove()).await.unwrap();
    let (status, error) = refused(world.client.send(remove()).await);
    assert_eq!(status, 404);
    assert!(error.starts_with("Invalid IP whitelist entry"), "{error}");
    let list = world.client.send(ListUserNetworks { user_id }).await.unwrap();
    assert_eq!(list.items.len(), 1);
}

#[tokio::test]
async fn networks_that_are_too_large_or_none_are_refused_by_field() {
    let world = World::new().await;
    let user = world.client.send(ada()).await.unwrap();
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
        let (status, error) = refused(world.client.send(allow(&user, subnet, size)).await);
        assert_eq!(status, 400, "{subnet} {size}");
        assert!(error.starts_with(&format!("Bad request. {field}: ")), "{error}");
    }
    let uri = format!("/v2/users/{}/ip-whitelist", user.id);
    let (status, error) =
        world.raw("POST", &uri, r#"{"subnet":"10.0.0.0","subnet_size":-1}"#).await;
    assert_eq!(status, 400);
    assert!(error.contains("subnet_size"), "{error}");
    for (subnet, size) in [("10.0.0.0", 8), ("10.0.0.1", 32), ("::", 0), ("2001:d00::", 20)] {
        world.client.send(allow(&user, subnet, size)).await.unwrap();
    }
}

#[tokio::test]
async fn users_are_in_no_group_and_have_no_role_or_policy_in_lists_that_are_there() {
    let world = World::new().await;
    let user = world.client.send(ada()).await.unwrap();
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
    own.send(ListMyGroups::default()).await.expect("without any further permission");
    own.send(ListApiKeys {}).await.unwrap();
}

#[tokio::test]
async fn users_come_in_pages() {
    let world = World::new().await;
    for i in 0..5 {
        let email = format!("user{i}@example.com");
        world.client.send(CreateUser { email, ..ada() }).await.unwrap();
    }
    let mut request = ListUsers { per_page: Some(2), cursor: None };
    let mut seen = Vec::new();
    loop {
        let page = world.client.send(request.clone()).await.unwrap();
        assert_eq!(page.meta.total, 5);
        seen.extend(page.items.into_iter().map(|user| user.email));
        if page.meta.links.next.is_empty() {
            break;
        }
        request.cursor = Some(page.meta.links.next);
    }
    assert_eq!(seen.len(), 5);
    assert_eq!(seen[4], "user4@example.com");
}

#[tokio::test]
async fn the_real_words_come_alone_when_asked_for() {
    let world = World::builder().behave(control::Behave::Vultr).build().await;
    let (status, error) =
        refused(world.client.send(CreateUser { name: String::new(), ..ada() }).await);
    assert_eq!((status, &*error), (400, "Bad request."));
}
