//! File systems: their life, their size and price, and the instances that mount them.

use std::time::Duration;

use api::Money;
use api::account::GetAccount;
use api::id::{InstanceId, VfsId};
use api::instances::DeleteInstance;
use api::vfs::*;
use control::vfs::{Attachment, FileSystem};
use drivers::{FileSystemSpec, Thing, Things, file_system::Mount};
use testkit::World;
use uuid::Uuid;

use crate::common::{Asks, change, change_instance, instance, outside, plain, survives_crashes};

pub(crate) fn order(region: &str, gb: u32) -> CreateVfs {
    let (region, label) = (region.into(), "shared".into());
    CreateVfs { region, label, storage_size: NewVfsSize { gb }, ..Default::default() }
}

async fn made(world: &World) -> VfsId {
    let id = world.done(order("ewr", 10)).await.id;
    world.settle().await;
    id
}

async fn read(world: &World, id: VfsId) -> Vfs {
    world.done(GetVfs::from(id)).await
}

async fn attached(world: &World, id: VfsId) -> Vec<VfsAttachment> {
    world.done(ListVfsAttachments::from(id)).await.items
}

async fn attach(world: &World, vfs_id: VfsId, instance: Uuid) -> VfsAttachment {
    world.done(AttachVfs { vfs_id, vps_id: instance.into() }).await
}

fn resize(vfs_id: VfsId, gb: u32) -> UpdateVfs {
    UpdateVfs { vfs_id, storage_size: Some(NewVfsSize { gb }), label: None }
}

/// The file system as it is in the world.
async fn seen(world: &World, id: VfsId) -> Option<Thing<FileSystemSpec>> {
    Things::observe(&outside(world), id.0).await.unwrap()
}

async fn told(world: &World, id: VfsId) -> FileSystemSpec {
    seen(world, id).await.expect("it is there").spec.expect("it can be read")
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let (one, other) = (instance(world).await, instance(world).await);
        let vfs_id = made(world).await;
        for instance in [one, other] {
            attach(world, vfs_id, instance).await;
        }
        world.done(resize(vfs_id, 20)).await;
        world.done(DetachVfs { vfs_id, vps_id: one.into() }).await;
        world.settle().await;
        let mine = Vfs { billing: VfsBilling::default(), ..read(world, vfs_id).await };
        let states = attached(world, vfs_id).await.into_iter().map(|one| one.state);
        let (states, there) = (states.collect::<Vec<_>>(), told(world, vfs_id).await);
        world.done(DetachVfs { vfs_id, vps_id: other.into() }).await;
        world.done(DeleteVfs::from(vfs_id)).await;
        world.settle().await;
        let left = seen(world, vfs_id).await.is_some();
        let row = world.store.get(vfs_id.0).await.unwrap().is_some();
        (plain(&mine), states, there.size_gb, there.mounts.len(), left, row)
    })
    .await;
}

#[tokio::test]
async fn one_becomes_active_and_reads_as_clients_read_it() {
    let world = World::new().await;
    let tags = Some(vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]);
    let made = world.done(CreateVfs { tags: tags.clone(), ..order("EWR", 10) }).await;
    assert_eq!((made.status.clone(), made.region.as_str()), (VfsStatus::Pending.into(), "ewr"));
    world.settle().await;
    let found = read(&world, made.id).await;
    assert_eq!(found, Vfs { status: VfsStatus::Active.into(), ..made });
    assert_eq!(
        (Some(&found.tags), found.disk_type.clone()),
        (tags.as_ref(), VfsDiskType::Nvme.into())
    );
    // Neither is under a key: that is how clients read them.
    let (status, body) = world.raw("GET", &format!("/v2/vfs/{}", found.id), "").await;
    assert!(status == 200 && body.starts_with(&format!(r#"{{"id":"{}""#, found.id)), "{body}");
    let size = r#""storage_size":{"bytes":10737418240,"gb":10},"storage_used":{"bytes":0,"gb":0}"#;
    assert!(
        body.contains(size) && body.contains(r#""billing":{"charges":0,"monthly":1}"#),
        "{body}"
    );
    let (_, body) = world.raw("GET", "/v2/vfs?per_page=1", "").await;
    let meta = r#""meta":{"total":1,"links":{"next":"","prev":""}}}"#;
    assert!(body.starts_with(r#"{"vfs":[{"id":"#) && body.ends_with(meta), "{body}");
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_and_nothing_is_made() {
    let world = World::new().await;
    let on = |disk_type, order| CreateVfs { disk_type: Some(disk_type), ..order };
    for (request, words) in [
        (order("ewr", 9), "storage_size.gb: 9 is not from 10 to 10000"),
        (order("ewr", 10_001), "storage_size.gb: 10001 is not"),
        (on(VfsDiskType::Hdd, order("ewr", 39)), "storage_size.gb: 39 is not from 40"),
        (on(VfsDiskType::Hdd, order("syd", 40)), "disk_type: `syd` has `nvme` alone"),
        (order("sao", 10), "region: `sao` has no file systems; see /v2/vfs/regions"),
        (order("nowhere", 10), "Invalid region."),
    ] {
        world.refuses(request, words).await;
    }
    world.refuses_raw("POST", "/v2/vfs", r#"{"region":"ewr","label":"x"}"#, "storage_size").await;
    // As clients see it that list file systems only to find none.
    assert_eq!(world.done(ListVfs::default()).await.meta.total, 0);
    let hdd = world.done(on(VfsDiskType::Hdd, order("ewr", 40))).await;
    assert_eq!(hdd.billing.monthly.0.to_string(), "1");
}

#[tokio::test]
async fn sizes_only_grow_and_no_size_is_no_change() {
    let world = World::new().await;
    let vfs_id = made(&world).await;
    assert_eq!(world.done(resize(vfs_id, 0)).await.storage_size.gb, 10, "as Terraform sends it");
    let label = Some("renamed".to_owned());
    let grown = world.done(UpdateVfs { label, ..resize(vfs_id, 20) }).await;
    assert_eq!((grown.storage_size.gb, &*grown.label), (20, "renamed"));
    assert_eq!(grown.billing.monthly.0.to_string(), "2");
    world.refuses(resize(vfs_id, 10), "storage_size.gb: 10 is less than 20").await;
    world.refuses(resize(vfs_id, 10_001), "storage_size.gb: 10001 is not from 10 to 10000").await;
    assert_eq!(read(&world, vfs_id).await, grown);
    world.settle().await;
    assert_eq!(told(&world, vfs_id).await.size_gb, 20);
}

#[tokio::test]
async fn charges_follow_the_size_and_end_with_it() {
    let world = World::new().await;
    let vfs_id = world.done(order("ewr", 1000)).await.id;
    world.advance(Duration::from_secs(73 * 3600)).await;
    let owed = read(&world, vfs_id).await.billing.charges;
    assert_eq!(owed.0.to_string(), "10", "a tenth of 100 dollars a month");
    assert_eq!(world.done(GetAccount {}).await.pending_charges, owed);
}

#[tokio::test]
async fn instances_mount_it_by_a_tag_that_no_other_file_system_has() {
    let world = World::new().await;
    let (one, other) = (instance(&world).await, instance(&world).await);
    let (vfs_id, second) = (made(&world).await, made(&world).await);
    let new = attach(&world, vfs_id, one).await;
    assert_eq!((new.vfs_id, new.target_id.0, new.state.clone()), (vfs_id, one, Default::default()));
    attach(&world, vfs_id, other).await;
    let targets = attached(&world, vfs_id).await.into_iter().map(|one| one.target_id.0);
    assert_eq!(targets.collect::<Vec<_>>(), [one, other], "Terraform compares them at once");
    world.settle().await;
    let found = world.done(GetVfsAttachment { vfs_id, vps_id: one.into() }).await;
    assert_eq!(found, VfsAttachment { state: VfsAttachmentState::Attached.into(), ..new });
    let elsewhere = attach(&world, second, one).await.mount_tag;
    assert!(found.mount_tag > 0 && elsewhere != found.mount_tag);
    let mount = |machine| Mount { machine, tag: found.mount_tag };
    assert_eq!(told(&world, vfs_id).await.mounts, [mount(one), mount(other)]);
    world.done(DetachVfs { vfs_id, vps_id: one.into() }).await;
    world.settle().await;
    assert_eq!(told(&world, vfs_id).await.mounts, [mount(other)]);
    let gone = world.refused(DetachVfs { vfs_id, vps_id: one.into() }).await;
    assert_eq!(gone, (404, "Attachment Not Found".into()), "a storage driver reads these words");
}

#[tokio::test]
async fn what_cannot_be_attached_is_refused() {
    let world = World::new().await;
    let here = instance(&world).await;
    let there = instance(&world).await;
    change_instance(&world, there, |instance| instance.region = "ams".into()).await;
    let vfs_id = made(&world).await;
    attach(&world, vfs_id, here).await;
    let to = |id: Uuid| AttachVfs { vfs_id, vps_id: InstanceId(id) };
    let twice = "Target Subscription Already Attached to This VFS Subscription";
    let (status, error) = world.refused(to(here)).await;
    assert!(status == 409 && error.starts_with(twice), "{status} {error}");
    world.refuses(to(there), "vps_id: the file system is in ewr, the instance in ams").await;
    assert_eq!(attached(&world, vfs_id).await.len(), 1);
    let one = Attachment { target: there };
    change::<FileSystem>(&world, vfs_id, |doc| doc.attachments = vec![one; 1000]).await;
    world.refuses(to(here), "vps_id: the file system has 1000 attachments").await;
}

#[tokio::test]
async fn one_stays_while_it_is_attached_and_an_instance_that_goes_lets_go_of_it() {
    let world = World::new().await;
    let (vfs_id, instance) = (made(&world).await, instance(&world).await);
    attach(&world, vfs_id, instance).await;
    let (status, error) = world.refused(DeleteVfs::from(vfs_id)).await;
    let words = "Can not delete this subscription until it is detatched from all machines";
    assert!(status == 409 && error.starts_with(words), "Terraform tries again: {status} {error}");
    world.done(DeleteInstance { instance_id: instance.into() }).await;
    assert!(attached(&world, vfs_id).await.is_empty());
    world.settle().await;
    assert!(told(&world, vfs_id).await.mounts.is_empty());
    world.done(DeleteVfs::from(vfs_id)).await;
    assert_eq!(
        world.refused(GetVfs::from(vfs_id)).await,
        (404, "Subscription ID Not Found.".into())
    );
}

#[tokio::test]
async fn regions_tell_what_each_medium_costs_there() {
    let world = World::new().await;
    let regions = world.done(ListVfsRegions {}).await;
    let found = |id: &str| regions.iter().find(|region| region.id == id).unwrap();
    let (newark, sydney) = (found("ewr"), found("syd"));
    assert_eq!((&*newark.country, &*newark.description), ("US", "New Jersey"));
    let price = |text: &str| Some(Money(text.parse().unwrap()));
    assert_eq!((newark.price_per_gb.nvme, newark.price_per_gb.hdd), (price("0.1"), price("0.025")));
    assert_eq!((newark.min_size_gb.nvme, newark.min_size_gb.hdd), (Some(10), Some(40)));
    assert_eq!((sydney.price_per_gb.hdd, sydney.min_size_gb.hdd), (None, None));
    assert!(regions.len() == 12 && regions.iter().all(|region| region.id != "sao"));
}
