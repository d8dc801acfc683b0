//! What an instance's drive holds.

use api::id::{InstanceId, IsoId};
use api::instances::*;
use api::isos::{CreateIso, ListPublicIsos};
use control::Behave;
use testkit::{World, refused};
use uuid::Uuid;

use crate::common::{self, Asks, instance, stored};

async fn own_iso(world: &World) -> IsoId {
    world.done(CreateIso { url: "https://example.com/my.iso".into(), description: None }).await.id
}

async fn public_iso(world: &World) -> IsoId {
    world.done(ListPublicIsos {}).await.items[0].id
}

async fn drive(world: &World, instance_id: InstanceId) -> InstanceIso {
    world.done(GetInstanceIso { instance_id }).await
}

#[tokio::test]
async fn an_image_goes_in_and_out_and_the_machine_starts_from_it() {
    let world = World::new().await;
    let (iso_id, id) = (own_iso(&world).await, instance(&world).await);
    let instance_id = id.into();
    assert_eq!(drive(&world, instance_id).await, InstanceIso::default());
    let change = world.done(AttachInstanceIso { instance_id, iso_id }).await;
    let mounting = IsoState::IsMounting;
    assert!(change.state == mounting && change.status == mounting);
    assert_eq!(change.iso_id, iso_id.into());
    let held = InstanceIso { state: IsoState::IsoMounted.into(), iso_id: iso_id.into() };
    assert_eq!(drive(&world, instance_id).await, held);
    world.settle().await;
    assert_eq!(stored(&world, id).await.seen.machine.as_ref().unwrap().iso, Some(iso_id.0));
    let change = world.done(DetachInstanceIso { instance_id }).await;
    assert_eq!(change.state, IsoState::IsUnmounting);
    // The image is in the drive until the machine has let go of it.
    assert_eq!(drive(&world, instance_id).await, held);
    world.settle().await;
    assert_eq!(drive(&world, instance_id).await, InstanceIso::default());
    assert_eq!(stored(&world, id).await.seen.machine.as_ref().unwrap().iso, None);
}

#[tokio::test]
async fn a_public_image_can_be_attached_by_everyone() {
    let world = World::new().await;
    let (iso_id, instance_id) = (public_iso(&world).await, instance(&world).await.into());
    world.done(AttachInstanceIso { instance_id, iso_id }).await;
    world.settle().await;
    assert_eq!(drive(&world, instance_id).await.iso_id, iso_id.into());
}

#[tokio::test]
async fn an_empty_drive_can_be_emptied_again() {
    let world = World::new().await;
    let instance_id = instance(&world).await.into();
    let change = world.done(DetachInstanceIso { instance_id }).await;
    assert_eq!(change.state, IsoState::IsUnmounting);
    assert_eq!(drive(&world, instance_id).await.state, IsoState::Ready);
}

#[tokio::test]
async fn what_cannot_be_attached_is_refused() {
    let world = World::new().await;
    let (id, pending) = (instance(&world).await, own_iso(&world).await);
    let instance_id = id.into();
    let attach = |iso_id| AttachInstanceIso { instance_id, iso_id };
    world.refuses_with(attach(IsoId(Uuid::nil())), "Invalid iso: iso_id: ").await;
    world.refuses_with(attach(pending), "ISO is not complete: iso_id: ").await;
    world.settle().await;
    let public = attach(public_iso(&world).await);
    world.done(public.clone()).await;
    world.done(public).await;
}

#[tokio::test]
async fn another_image_takes_the_place_of_the_one_in_the_drive() {
    let world = World::new().await;
    let (id, own) = (instance(&world).await, own_iso(&world).await);
    let instance_id = id.into();
    world.settle().await;
    for iso_id in [public_iso(&world).await, own] {
        world.done(AttachInstanceIso { instance_id, iso_id }).await;
        world.settle().await;
        assert_eq!(drive(&world, instance_id).await.iso_id, iso_id.into());
        assert_eq!(stored(&world, id).await.seen.machine.as_ref().unwrap().iso, Some(iso_id.0));
    }
}

#[tokio::test]
async fn a_locked_instance_is_refused_where_the_real_one_would_be() {
    for behave in [Behave::Fast, Behave::Vultr] {
        let world = World::builder().behave(behave).build().await;
        let iso_id = public_iso(&world).await;
        let instance_id = common::unbuilt_instance(&world, |_| {}).await.into();
        let attached = world.client.send(AttachInstanceIso { instance_id, iso_id }).await;
        match behave {
            Behave::Fast => assert_eq!(attached.unwrap().iso_id, iso_id.into()),
            Behave::Vultr => {
                assert_eq!(refused(attached), (400, "Server is currently locked".into()));
            }
        }
    }
}
