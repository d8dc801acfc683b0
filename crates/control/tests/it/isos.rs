//! ISO images: the account's own and the public ones.

use api::id::IsoId;
use api::instances::{AttachInstanceIso, DetachInstanceIso};
use api::isos::*;
use testkit::{World, refused};

use crate::common::{
    by_twos, delete_instance, instance, outside, plain, refuses, stored, survives_crashes,
};

const URL: &str = "https://example.com/images/My%20System.iso?token=x#top";

async fn iso(world: &World) -> IsoId {
    let iso = world.client.send(CreateIso { url: URL.into(), description: None }).await.unwrap();
    world.settle().await;
    iso.id
}

async fn read(world: &World, iso_id: IsoId) -> Iso {
    world.client.send(GetIso { iso_id }).await.unwrap()
}

#[tokio::test]
async fn a_download_becomes_complete_with_its_sums() {
    let world = World::new().await;
    let description = Some("for the lab".into());
    let made = world.client.send(CreateIso { url: URL.into(), description }).await.unwrap();
    assert_eq!(made.status, IsoStatus::Pending);
    assert_eq!((made.filename.as_str(), made.size), ("My%20System.iso", 0));
    assert_eq!((made.md5sum.as_str(), made.sha512sum.as_str()), ("", ""));
    world.settle().await;
    let read = read(&world, made.id).await;
    assert_eq!(read.status, IsoStatus::Complete);
    assert!(read.size > 0);
    assert_eq!((read.md5sum.len(), read.sha512sum.len()), (32, 128));
    assert!(read.sha512sum.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(read.description, "for the lab");
}

#[tokio::test]
async fn what_is_no_address_of_a_file_is_not_downloaded() {
    let world = World::new().await;
    for url in ["", "my.iso", "file:///my.iso", "https://"] {
        let request = CreateIso { url: url.into(), description: None };
        refuses(world.client.send(request).await, 400, "Invalid URL: url: ");
    }
    assert_eq!(world.client.send(ListIsos::default()).await.unwrap().meta.total, 0);
}

#[tokio::test]
async fn a_description_changes() {
    let world = World::new().await;
    let iso_id = iso(&world).await;
    for description in ["mine", ""] {
        let description = String::from(description);
        world.client.send(UpdateIso { iso_id, description: description.clone() }).await.unwrap();
        assert_eq!(read(&world, iso_id).await.description, description);
    }
}

#[tokio::test]
async fn images_come_in_pages_and_public_ones_do_not() {
    let world = World::new().await;
    let made = [iso(&world).await, iso(&world).await, iso(&world).await];
    let listed = by_twos(&world, ListIsos::default()).await;
    assert_eq!(listed.iter().map(|iso| iso.id).collect::<Vec<_>>(), made);
    let public = world.client.send(ListPublicIsos {}).await.unwrap();
    assert_eq!(public.meta.total, public.items.len() as u64);
    assert_eq!(public.meta.links.next, "");
    assert!(public.items.iter().any(|iso| iso.name == "CentOS 7" && iso.md5sum.len() == 32));
}

#[tokio::test]
async fn a_deleted_image_is_gone() {
    let world = World::new().await;
    let iso_id = iso(&world).await;
    world.client.send(DeleteIso { iso_id }).await.unwrap();
    let gone = (404, String::from("Invalid iso"));
    assert_eq!(refused(world.client.send(GetIso { iso_id }).await), gone);
    assert_eq!(refused(world.client.send(DeleteIso { iso_id }).await), gone);
    world.settle().await;
    assert!(drivers::Images::observe(&outside(&world), iso_id.0).await.unwrap().is_none());
}

#[tokio::test]
async fn an_image_in_use_stays_until_it_is_taken_out() {
    let world = World::new().await;
    let (iso_id, id) = (iso(&world).await, instance(&world).await);
    let instance_id = id.into();
    world.client.send(AttachInstanceIso { instance_id, iso_id }).await.unwrap();
    let (status, error) = refused(world.client.send(DeleteIso { iso_id }).await);
    let address = stored(&world, id).await.main_ip();
    assert_eq!(status, 400);
    // Clients look for these words, and take the last one for an address.
    assert!(error.contains("is still attached to"), "{error}");
    assert_eq!(error.rsplit(' ').next(), Some(&*address.to_string()));
    world.client.send(DetachInstanceIso { instance_id }).await.unwrap();
    world.client.send(DeleteIso { iso_id }).await.unwrap();
}

#[tokio::test]
async fn an_image_is_free_when_its_instance_goes() {
    let world = World::new().await;
    let (iso_id, id) = (iso(&world).await, instance(&world).await);
    world.client.send(AttachInstanceIso { instance_id: id.into(), iso_id }).await.unwrap();
    delete_instance(&world, id).await;
    world.client.send(DeleteIso { iso_id }).await.unwrap();
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let (iso_id, id) = (iso(world).await, instance(world).await);
        let complete =
            Iso { md5sum: String::new(), sha512sum: String::new(), ..read(world, iso_id).await };
        let instance_id = id.into();
        world.client.send(AttachInstanceIso { instance_id, iso_id }).await.unwrap();
        world.settle().await;
        let attached = stored(world, id).await.seen.machine.as_ref().unwrap().iso == Some(iso_id.0);
        world.client.send(DetachInstanceIso { instance_id }).await.unwrap();
        world.settle().await;
        let detached = stored(world, id).await.seen.machine.as_ref().unwrap().iso.is_none();
        world.client.send(DeleteIso { iso_id }).await.unwrap();
        world.settle().await;
        let left = drivers::Images::observe(&outside(world), iso_id.0).await.unwrap();
        (plain(&complete), attached, detached, left)
    })
    .await;
}
