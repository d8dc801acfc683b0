//! Block storage volumes: their life, what they start with, and where they can go.

use api::blocks::*;
use api::id::BlockId;
use testkit::{World, refused};

use crate::common::{self, Asks, disk, instance, plain, survives_crashes};

fn order(size_gb: u32) -> CreateBlock {
    CreateBlock { region: "ewr".into(), size_gb, ..Default::default() }
}

async fn volume(world: &World, size_gb: u32) -> BlockId {
    let block = world.done(order(size_gb)).await;
    world.settle().await;
    block.id
}

async fn read(world: &World, block_id: BlockId) -> Block {
    world.done(GetBlock { block_id }).await
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let instance_id = instance(world).await.into();
        let block_id = volume(world, 20).await;
        world.done(UpdateBlock { block_id, size_gb: Some(30), ..Default::default() }).await;
        world.done(AttachBlock { block_id, instance_id, live: Some(true) }).await;
        world.settle().await;
        let seen = Block { mount_id: String::new(), ..read(world, block_id).await };
        world.done(DeleteBlock { block_id }).await;
        world.settle().await;
        let gone = world.refused(GetBlock { block_id }).await;
        (plain(&seen), gone)
    })
    .await;
}

#[tokio::test]
async fn a_volume_becomes_active_and_reads_as_it_was_ordered() {
    let world = World::new().await;
    let made = world.done(CreateBlock { label: Some("data".into()), ..order(50) }).await;
    assert_eq!(made.status, BlockStatus::Pending);
    world.settle().await;
    let read = read(&world, made.id).await;
    assert_eq!(read, Block { status: BlockStatus::Active.into(), ..made });
    assert_eq!((read.size_gb, read.cost, &*read.label), (50, 5, "data"));
    // Clients replace a volume where these read otherwise than they were left.
    assert_eq!((read.os_id, &*read.snapshot_id, read.bootable), (0, "", false));
    assert_eq!((read.attached_to_instance.get(), &*read.attached_to_instance_ip), (None, ""));
}

#[tokio::test]
async fn sizes_depend_on_the_kind_of_storage_and_regions_sell_their_own() {
    let world = World::new().await;
    let of = |region: &str, kind, size_gb| CreateBlock {
        region: region.into(),
        block_type: kind,
        size_gb,
        ..Default::default()
    };
    let (fast, large) = (Some(BlockType::HighPerf), Some(BlockType::StorageOpt));
    for order in [of("ams", fast, 10), of("ams", large, 40), of("ams", large, 40_000)] {
        let block = world.done(order.clone()).await;
        assert_eq!(block.block_type, order.block_type.unwrap());
    }
    // Mumbai has no NVMe: its default is HDD.
    let block = world.done(of("bom", None, 40)).await;
    assert_eq!(block.block_type, BlockType::StorageOpt);
    for (order, words) in [
        (of("ams", fast, 9), "Bad request. size_gb: 9 GB is out of range"),
        (of("ams", fast, 10_001), "Bad request. size_gb: 10001 GB is out of range"),
        (of("ams", large, 39), "Bad request. size_gb: 39 GB is out of range"),
        (of("bom", fast, 50), "Bad request. block_type: `high_perf` is not offered in `bom`"),
        (of("amx", fast, 50), "Invalid region. region: `amx` is no region; did you mean"),
    ] {
        world.refuses_with(order, words).await;
    }
}

#[tokio::test]
async fn a_volume_with_a_system_is_large_enough_for_it() {
    let world = World::new().await;
    let with = |os_id, size_gb| CreateBlock { os_id: Some(os_id), ..order(size_gb) };
    let request = CreateBlock { bootable: Some(true), ..with(2136, 10) };
    let block = world.done(request).await;
    assert_eq!((block.os_id, block.bootable), (2136, true));
    let block = world.done(with(0, 10)).await;
    assert_eq!((block.os_id, block.bootable), (0, false));
    let words = "Bad request. os_id: 1 is no operating system";
    world.refuses_with(with(1, 10), words).await;
    let catalog = control::catalog::Catalog::builtin();
    let windows = catalog.systems().find(|s| s.min_disk_gb.is_some_and(|gb| gb > 10)).unwrap();
    let words = "Bad request. size_gb: 10 GB is too small; ";
    world.refuses_with(with(windows.id as u32, 10), words).await;
}

#[tokio::test]
async fn volumes_grow_and_never_shrink() {
    let world = World::new().await;
    let block_id = volume(&world, 20).await;
    let to = |size_gb| UpdateBlock { block_id, size_gb: Some(size_gb), ..Default::default() };
    world.done(to(20)).await;
    world.done(to(30)).await;
    world.settle().await;
    let grown = disk(&world, block_id).await.unwrap();
    assert_eq!(grown.size_gb, 30);
    for (size_gb, wrong) in [(20, "20 GB is less than 30"), (10_001, "10001 GB is out of range")] {
        let words = format!("Bad request. size_gb: {wrong}");
        world.refuses_with(to(size_gb), &words).await;
    }
    world.refuses_with(UpdateBlock { block_id, ..Default::default() }, "Nothing to change").await;
    assert_eq!(read(&world, block_id).await.size_gb, 30);
}

#[tokio::test]
async fn a_volume_moves_from_one_instance_to_another() {
    let world = World::new().await;
    let block_id = volume(&world, 20).await;
    let (one, two) = (instance(&world).await, instance(&world).await);
    common::change_instance(&world, two, |i| i.label = "second".into()).await;
    let attach =
        |id: uuid::Uuid| AttachBlock { block_id, instance_id: id.into(), live: Some(true) };
    world.done(attach(one)).await;
    world.done(attach(one)).await;
    let words = "Block storage is already attached to another server";
    world.refuses_with(attach(two), words).await;
    world.done(DetachBlock { block_id, live: Some(true) }).await;
    world.done(attach(two)).await;
    let read = read(&world, block_id).await;
    assert_eq!(read.attached_to_instance, api::id::InstanceId(two).into());
    assert_eq!(read.attached_to_instance_label, "second");
    let address = common::stored(&world, two).await.main_ip().to_string();
    assert_eq!(read.attached_to_instance_ip, address);
    world.settle().await;
    let moved = disk(&world, block_id).await.unwrap();
    assert_eq!(moved.attached_to, Some(two));
    world.done(DeleteBlock { block_id }).await;
    world.settle().await;
    assert!(disk(&world, block_id).await.is_none());
}

#[tokio::test]
async fn what_is_detached_cannot_be_detached() {
    let world = World::new().await;
    let detach = DetachBlock { block_id: volume(&world, 20).await, live: None };
    let said = "Block storage volume is not currently attached to a server";
    assert_eq!(world.refused(detach).await, (400, said.into()));
}

#[tokio::test]
async fn a_volume_goes_to_instances_of_its_region_and_to_sixteen_at_most() {
    let world = World::new().await;
    let near = instance(&world).await.into();
    let far = common::unbuilt_instance(&world, |i| i.region = "ams".into()).await.into();
    let block_id = volume(&world, 20).await;
    let attach = |block_id, instance_id| AttachBlock { block_id, instance_id, live: Some(true) };
    let words = "Bad request. instance_id: the volume is in ewr, the instance in ams";
    world.refuses_with(attach(block_id, far), words).await;
    let nobody = api::id::InstanceId(uuid::Uuid::nil());
    let words = "instance not found: instance_id: ";
    world.refuses_with(attach(block_id, nobody), words).await;
    for _ in 0..16 {
        let block_id = world.done(order(10)).await.id;
        world.done(attach(block_id, near)).await;
    }
    let words = "Bad request. instance_id: the instance has 16 volumes already";
    world.refuses_with(attach(block_id, near), words).await;
}

#[tokio::test]
async fn an_instance_restarts_unless_its_volumes_change_live() {
    let world = World::new().await;
    let (block_id, id) = (volume(&world, 20).await, instance(&world).await);
    let mut resets = Vec::new();
    for live in [None, Some(true), Some(false)] {
        world.done(AttachBlock { block_id, instance_id: id.into(), live }).await;
        world.settle().await;
        world.done(DetachBlock { block_id, live }).await;
        world.settle().await;
        resets.push(common::stored(&world, id).await.seen.machine.as_ref().unwrap().reset);
    }
    assert_eq!(resets, [2, 2, 4]);
    common::change_instance(&world, id, |i| i.halted = true).await;
    world.done(AttachBlock { block_id, instance_id: id.into(), live: None }).await;
    world.settle().await;
    let doc = common::stored(&world, id).await;
    assert_eq!((doc.reboots, doc.seen.machine.as_ref().unwrap().running), (4, false));
}

#[tokio::test]
async fn a_locked_instance_is_refused_where_the_real_one_would_be() {
    let attached = async |behave| {
        let world = World::builder().behave(behave).build().await;
        let block_id = world.done(order(10)).await.id;
        let instance_id = common::unbuilt_instance(&world, |_| {}).await.into();
        world.client.send(AttachBlock { block_id, instance_id, live: None }).await
    };
    attached(control::Behave::Fast).await.unwrap();
    let real = refused(attached(control::Behave::Vultr).await);
    assert_eq!(real, (400, "Server is currently locked".into()));
}
