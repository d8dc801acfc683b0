//! What opens a thing is told to those who may change it, and keys that end leave none behind.

use std::time::Duration;

use api::api_keys::*;
use api::bare_metals::{
    CreateBareMetal, GetBareMetal, GetBareMetalUserData, GetBareMetalVnc, ListBareMetals,
};
use api::instance_templates::{CreateInstanceTemplate, GetInstanceTemplate};
use api::instances::{CreateInstance, GetInstance, GetInstanceUserData};
use api::users::*;
use api::{Access, Secret, Time};
use testkit::{BEGINNING, World, refused};

use crate::common::{self, OS};

const USER_DATA: &str = "c2VjcmV0";
const HOUR: i64 = 3_600_000;

fn user(name: &str, acls: &[Access]) -> CreateUser {
    CreateUser {
        email: format!("{name}@example.com"),
        name: name.into(),
        password: "Correct-Horse-7".into(),
        acls: Some(acls.to_vec()),
        ..Default::default()
    }
}

/// The key of a new user with one permission.
async fn key_with(world: &World, name: &str, acl: Access) -> Secret {
    world.client.send(user(name, &[acl])).await.unwrap().api_key
}

#[tokio::test]
async fn who_may_only_look_sees_no_password_no_console_and_no_user_data() {
    let world = World::new().await;
    let looks = key_with(&world, "looks", Access::SubscriptionsView).await;
    let changes = key_with(&world, "changes", Access::Subscriptions).await;
    let deploys = key_with(&world, "deploys", Access::Provisioning).await;
    let [looks, changes, deploys] = [&looks, &changes, &deploys].map(|key| world.client_with(key));
    let create = CreateBareMetal {
        region: "ewr".into(),
        plan: "vbm-4c-32gb".into(),
        os_id: Some(OS as u32),
        user_data: Some(USER_DATA.into()),
        ..Default::default()
    };
    let made = deploys.send(create).await.unwrap();
    assert_eq!(made.default_password.unwrap().len(), 16, "who deploys a server gets into it");
    let create = CreateInstance {
        region: "ewr".into(),
        plan: common::PLAN.into(),
        os_id: Some(OS as u32),
        user_data: Some(USER_DATA.into()),
        ..Default::default()
    };
    let instance = deploys.send(create).await.unwrap();
    assert_eq!(instance.default_password.unwrap().len(), 16);
    let create = CreateInstanceTemplate {
        plan: common::PLAN.into(),
        os_id: Some(OS as u32),
        user_data: Some(USER_DATA.into()),
        ..Default::default()
    };
    let template = deploys.send(create).await.unwrap();
    assert_eq!(template.user_data.as_deref(), Some(USER_DATA), "what was sent comes back");

    world.settle().await;
    for (client, is_shown) in [(&looks, false), (&changes, true), (&world.client, true)] {
        let shown = client.send(GetBareMetal { baremetal_id: made.id }).await.unwrap();
        assert_eq!(shown.default_password.is_some_and(|text| !text.is_empty()), is_shown);
        let listed = client.send(ListBareMetals::default()).await.unwrap().items.remove(0);
        assert_eq!(listed.default_password.is_some_and(|text| !text.is_empty()), is_shown);
        let expected = if is_shown { USER_DATA } else { "" };
        let get = GetBareMetalUserData { baremetal_id: made.id };
        assert_eq!(client.send(get).await.unwrap().data, expected);
        let get = GetBareMetalVnc { baremetal_id: made.id };
        assert_eq!(!client.send(get).await.unwrap().url.is_empty(), is_shown);
        let get = GetInstance { instance_id: instance.id };
        assert_eq!(!client.send(get).await.unwrap().kvm.is_empty(), is_shown);
        let get = GetInstanceUserData { instance_id: instance.id };
        assert_eq!(client.send(get).await.unwrap().data, expected);
        let get = GetInstanceTemplate { instancetemplate_id: template.id };
        assert_eq!(client.send(get).await.unwrap().user_data.as_deref(), Some(expected));
    }
}

/// The key of an account's owner that ends in an hour.
async fn ends_in_an_hour(world: &World) -> Secret {
    let end = Time::from_millis(BEGINNING + HOUR);
    let create =
        CreateApiKey { expire: Some(true), date_expire: Some(end.into()), ..Default::default() };
    world.client.send(create).await.unwrap().api_key
}

fn until(millis: i64) -> CreateApiKey {
    let end = Time::from_millis(millis);
    CreateApiKey { expire: Some(true), date_expire: Some(end.into()), ..Default::default() }
}

#[tokio::test]
async fn a_key_that_ends_makes_none_that_goes_on_after_it() {
    let world = World::new().await;
    let user_id = world.client.send(user("ada", &[])).await.unwrap().id;
    let client = world.client_with(&ends_in_an_hour(&world).await);
    for create in [CreateApiKey::default(), until(BEGINNING + HOUR + 1000)] {
        let (status, text) = refused(client.send(create.clone()).await);
        assert!(status == 403 && text.contains("date_expire: the key that asks"), "{text}");
        let CreateApiKey { name, expire, date_expire } = create;
        let for_user = CreateUserApiKey { user_id, name, expire, date_expire };
        assert_eq!(refused(client.send(for_user).await).0, 403);
    }
    client.send(until(BEGINNING + HOUR)).await.unwrap();
    let shorter = client.send(until(BEGINNING + HOUR / 2)).await.unwrap();
    assert!(shorter.expire);
}

#[tokio::test]
async fn the_first_key_of_a_user_ends_with_the_key_that_made_the_user() {
    let world = World::new().await;
    let client = world.client_with(&ends_in_an_hour(&world).await);
    let made = client.send(user("ada", &[Access::ManageUsers])).await.unwrap();
    let ada = world.client_with(&made.api_key);
    let keys = ada.send(ListApiKeys {}).await.unwrap().items;
    assert_eq!(keys[0].date_expire.get(), Some(Time::from_millis(BEGINNING + HOUR)));
    world.advance(Duration::from_secs(3601)).await;
    assert_eq!(refused(ada.send(ListApiKeys {}).await).0, 401);
    let kept = world.client.send(ListUserApiKeys { user_id: made.id }).await.unwrap();
    assert_eq!(kept.items.len(), 1, "the user is there, and whoever stays can give it a new key");
}
