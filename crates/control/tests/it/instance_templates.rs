//! Instance templates: kept and shown by name.

use api::id::InstanceTemplateId;
use api::instance_templates::*;
use api::ssh_keys::{CreateSshKey, DeleteSshKey};
use api::vfs::{DeleteVfs, UpdateVfs};
use testkit::World;
use uuid::Uuid;

use crate::common::Asks;
use crate::vfs::order;

fn template() -> CreateInstanceTemplate {
    CreateInstanceTemplate {
        plan: "vc2-6c-16gb".into(),
        label: Some("mine".into()),
        os_id: Some(1743),
        ..CreateInstanceTemplate::default()
    }
}

fn nothing(instancetemplate_id: InstanceTemplateId) -> UpdateInstanceTemplate {
    UpdateInstanceTemplate { instancetemplate_id, ..UpdateInstanceTemplate::default() }
}

#[tokio::test]
async fn a_template_names_file_systems_for_as_long_as_they_are_there() {
    let world = World::new().await;
    let [one, two] = [world.done(order("ewr", 10)).await.id, world.done(order("lax", 10)).await.id];
    let request = CreateInstanceTemplate { vfs_ids: Some(vec![two, one]), ..template() };
    let made = world.done(request).await;
    let shared = |id| TemplateVfs { id, label: "shared".into() };
    assert_eq!(made.vfs_subscriptions, [shared(two), shared(one)], "in their order");
    let read = async || world.done(GetInstanceTemplate::from(made.id)).await.vfs_subscriptions;
    assert_eq!(read().await, made.vfs_subscriptions);
    let label = Some("renamed".to_owned());
    world.done(UpdateVfs { vfs_id: two, label, storage_size: None }).await;
    assert_eq!(read().await[0].label, "renamed");
    // What is not sent stays, also beside a mistake.
    let nobody = Some(vec![one, Uuid::now_v7().into()]);
    world.refuses(UpdateInstanceTemplate { vfs_ids: nobody, ..nothing(made.id) }, "vfs_ids").await;
    let label = Some("other".into());
    world.done(UpdateInstanceTemplate { label, ..nothing(made.id) }).await;
    assert_eq!(read().await.len(), 2);
    world.done(DeleteVfs::from(two)).await;
    assert_eq!(read().await, [shared(one)]);
    let listed = world.done(ListInstanceTemplates {}).await;
    assert_eq!(listed[0].vfs_subscriptions, [shared(one)]);
    world.done(UpdateInstanceTemplate { vfs_ids: Some(vec![]), ..nothing(made.id) }).await;
    assert_eq!(read().await, []);
}

#[tokio::test]
async fn a_template_is_shown_by_name_with_its_plan() {
    let world = World::new().await;
    let key = CreateSshKey { name: "me".into(), ssh_key: "ssh-ed25519 AAAA me".into() };
    let key = world.done(key).await.id;
    let request = CreateInstanceTemplate {
        ssh_key_ids: Some(vec![key]),
        user_data: Some("YQ==".into()),
        ..template()
    };
    let made = world.done(request).await;
    assert_eq!((made.label.as_str(), made.os.as_str()), ("mine", "Ubuntu 22.04 LTS x64"));
    assert_eq!(made.ssh_keys, [TemplateSshKey { id: key, name: "me".into() }]);
    assert_eq!(made.user_data.as_deref(), Some("YQ=="));
    let plan = made.plan_details.clone().unwrap();
    assert_eq!((plan.name.as_str(), plan.cpu_count, plan.memory_mb), ("vc2-6c-16gb", 6, 16384));
    assert_eq!((plan.price.as_str(), plan.gpu_brand.as_str()), ("80.00", "none"));
    let get = GetInstanceTemplate { instancetemplate_id: made.id };
    assert_eq!(world.done(get.clone()).await, made);
    let list = world.done(ListInstanceTemplates {}).await;
    let short = InstanceTemplate { plan_details: None, user_data: None, ..made };
    assert_eq!(list, [short], "lists leave out the plan and the data");
    world.done(DeleteSshKey { ssh_key_id: key }).await;
    assert!(world.done(get).await.ssh_keys.is_empty(), "a key that has gone");
}

#[tokio::test]
async fn an_update_changes_what_is_sent_and_nothing_else() {
    let world = World::new().await;
    let made = world.done(template()).await;
    let id = made.id;
    let rename = UpdateInstanceTemplate { label: Some("renamed".into()), ..nothing(id) };
    let renamed = world.done(rename).await;
    assert_eq!(renamed, InstanceTemplate { label: "renamed".into(), ..made });
    let other = UpdateInstanceTemplate { marketplace_app_id: Some(1028), ..nothing(id) };
    let other = world.done(other).await;
    assert_eq!(other.os, "", "one thing is installed");
    assert_ne!(other.marketplace_app, "");
    let (status, text) = world.refused(nothing(id)).await;
    assert_eq!((status, text.as_str()), (400, "Nothing to change: give at least one field"));
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_makes_nothing() {
    let world = World::new().await;
    let nobody = Uuid::now_v7();
    let cases = [
        (CreateInstanceTemplate { plan: "vc2-none".into(), ..template() }, "Invalid plan chosen."),
        (CreateInstanceTemplate { os_id: Some(1), ..template() }, "os_id: 1"),
        (CreateInstanceTemplate { os_id: Some(159), ..template() }, "os_id: 159"),
        (
            CreateInstanceTemplate { marketplace_app_id: Some(1028), ..template() },
            "give one of os_id, marketplace_app_id",
        ),
        (
            CreateInstanceTemplate { os_id: None, marketplace_image_id: Some(29), ..template() },
            "marketplace_image_id: 29 is no marketplace application",
        ),
        (CreateInstanceTemplate { user_data: Some("#".into()), ..template() }, "user_data"),
        (
            CreateInstanceTemplate { ssh_key_ids: Some(vec![nobody.into()]), ..template() },
            "ssh_key_ids",
        ),
        (CreateInstanceTemplate { vfs_ids: Some(vec![nobody.into()]), ..template() }, "vfs_ids"),
    ];
    for (request, words) in cases {
        world.refuses(request, words).await;
    }
    assert!(world.done(ListInstanceTemplates {}).await.is_empty());
}
