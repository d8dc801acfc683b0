//! ISO images: the account's own and the public ones.

use api::id::IsoId;
use api::instances::{AttachInstanceIso, DetachInstanceIso};
use api::isos::*;
use testkit::World;

use crate::common::{Asks, delete_instance, image, instance, plain, stored, survives_crashes};

const URL: &str = "https://example.com/images/My%20System.iso?token=x#top";

async fn iso(world: &World) -> IsoId {
    let iso = world.done(CreateIso { url: URL.into(), description: None }).await;
    world.settle().await;
    iso.id
}

async fn read(world: &World, iso_id: IsoId) -> Iso {
    world.done(GetIso { iso_id }).await
}

#[tokio::test]
async fn a_download_becomes_complete_with_its_sums() {
    let world = World::new().await;
    let description = Some("for the lab".into());
    let made = world.done(CreateIso { url: URL.into(), description }).await;
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
        world.refuses_with(request, "Invalid URL: url: ").await;
    }
    assert_eq!(world.done(ListIsos::default()).await.meta.total, 0);
}

#[tokio::test]
async fn a_description_changes() {
    let world = World::new().await;
    let iso_id = iso(&world).await;
    for description in ["mine", ""] {
        let description = String::from(description);
        world.done(UpdateIso { iso_id, description: description.clone() }).await;
        assert_eq!(read(&world, iso_id).await.description, description);
    }
}

#[tokio::test]
async fn public_images_come_without_pages() {
    let world = World::new().await;
    let public = world.done(ListPublicIsos {}).await;
    assert_eq!(public.meta.total, public.items.len() as u64);
    assert_eq!(public.meta.links.next, "");
    assert!(public.items.iter().any(|iso| iso.name == "CentOS 7" && iso.md5sum.len() == 32));
}

#[tokio::test]
async fn a_deleted_image_is_removed() {
    let world = World::new().await;
    let iso_id = iso(&world).await;
    world.done(DeleteIso { iso_id }).await;
    world.settle().await;
    assert!(image(&world, iso_id).await.is_none());
}

#[tokio::test]
async fn an_image_in_use_stays_until_it_is_taken_out() {
    let world = World::new().await;
    let (iso_id, id) = (iso(&world).await, instance(&world).await);
    let instance_id = id.into();
    world.done(AttachInstanceIso { instance_id, iso_id }).await;
    let (status, error) = world.refused(DeleteIso { iso_id }).await;
    let address = stored(&world, id).await.main_ip();
    assert_eq!(status, 400);
    // Clients look for these words, and take the last one for an address.
    assert!(error.contains("is still attached to"), "{error}");
    assert_eq!(error.rsplit(' ').next(), Some(&*address.to_string()));
    world.done(DetachInstanceIso { instance_id }).await;
    world.done(DeleteIso { iso_id }).await;
}

#[tokio::test]
async fn an_image_is_free_when_its_instance_goes() {
    let world = World::new().await;
    let (iso_id, id) = (iso(&world).await, instance(&world).await);
    world.done(AttachInstanceIso { instance_id: id.into(), iso_id }).await;
    delete_instance(&world, id).await;
    world.done(DeleteIso { iso_id }).await;
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let (iso_id, id) = (iso(world).await, instance(world).await);
        let complete =
            Iso { md5sum: String::new(), sha512sum: String::new(), ..read(world, iso_id).await };
        let instance_id = id.into();
        world.done(AttachInstanceIso { instance_id, iso_id }).await;
        world.settle().await;
        let attached = stored(world, id).await.seen.machine.as_ref().unwrap().iso == Some(iso_id.0);
        world.done(DetachInstanceIso { instance_id }).await;
        world.settle().await;
        let detached = stored(world, id).await.seen.machine.as_ref().unwrap().iso.is_none();
        world.done(DeleteIso { iso_id }).await;
        world.settle().await;
        let left = image(world, iso_id).await;
        (plain(&complete), attached, detached, left)
    })
    .await;
}
