//! Block storage volumes: their life, what they start with, and where they can go.

mod common;

use api::blocks::*;
use api::id::BlockId;
use common::{instance, plain, survives_crashes};
use testkit::{World, refused};

fn order(size_gb: u32) -> CreateBlock {
    CreateBlock { region: "ewr".into(), size_gb, ..Default::default() }
}

async fn volume(world: &World, size_gb: u32) -> BlockId {
    let block = world.client.send(order(size_gb)).await.unwrap();
    world.settle().await;
    block.id
}

async fn read(world: &World, block_id: BlockId) -> Block {
    world.client.send(GetBlock { block_id }).await.unwrap()
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let instance_id = instance(world).await.into();
        let block_id = volume(world, 20).await;
        let grow = UpdateBlock { block_id, size_gb: Some(30), ..Default::default() };
        world.client.send(grow).await.unwrap();
        world.client.send(AttachBlock { block_id, instance_id, live: Some(true) }).await.unwrap();
        world.settle().await;
        let seen = Block { mount_id: String::new(), ..read(world, block_id).await };
        world.client.send(DeleteBlock { block_id }).await.unwrap();
        world.settle().await;
        let gone = refused(world.client.send(GetBlock { block_id }).await);
        (plain(&seen), gone)
    })
    .await;
}
