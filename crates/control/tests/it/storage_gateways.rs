//! Storage gateways: their life, what they export, and what stays because of them.

use api::id::{StorageGatewayId, VfsId, VpcId};
use api::storage_gateways::*;
use api::vfs::DeleteVfs;
use api::vpcs::{CreateVpc, DeleteVpc};
use control::Doc;
use control::storage_gateways::StorageGateway as Stored;
use drivers::{StorageGatewaySpec, Things};
use serde_json::{Value, json};
use testkit::World;

use crate::common::{Asks, change, made_of, outside, plain, survives_crashes};
use crate::vfs::order;

async fn vfs(world: &World, region: &str) -> VfsId {
    world.done(order(region, 10)).await.id
}

async fn vpc(world: &World, region: &str) -> VpcId {
    world.done(CreateVpc { region: region.into(), ..Default::default() }).await.id
}

fn gateway(exports: Value, primary: Value) -> CreateStorageGateway {
    made_of(json!({
        "label": "nfs", "type": "nfs4", "region": "ewr", "export_config": exports,
        "network_config": { "primary": primary },
    }))
}

fn export(id: StorageGatewayId, vfs: VfsId, path: &str) -> AddStorageGatewayExport {
    made_of(json!({ "storage_gateway_id": id, "vfs_uuid": vfs, "pseudo_root_path": path }))
}

async fn read(world: &World, id: StorageGatewayId) -> StorageGateway {
    world.done(GetStorageGateway::from(id)).await
}

/// What it was told to be, once it is ready.
async fn told(world: &World, id: StorageGatewayId) -> Option<StorageGatewaySpec> {
    world.settle().await;
    let thing = Things::observe(&outside(world), id.0).await.unwrap()?;
    thing.spec.filter(|_| thing.ready)
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let (vfs, vpc) = (vfs(world, "ewr").await, vpc(world, "ewr").await);
        let id = world.done(gateway(json!([]), json!({ "vpc": { "vpc_uuid": vpc } }))).await.id;
        world.settle().await;
        world.done(export(id, vfs, "")).await;
        let there = told(world, id).await.map(|spec| spec.exports.len());
        let mine = read(world, id).await;
        world.done(DeleteStorageGateway::from(id)).await;
        let left = told(world, id).await.is_some();
        (plain(&mine), there, left, world.store.get(id.0).await.unwrap().is_some())
    })
    .await;
}

#[tokio::test]
async fn one_becomes_active_and_healthy_and_is_shown_as_the_reference_has_it() {
    let world = World::new().await;
    let (vfs, vpc) = (vfs(&world, "ewr").await, vpc(&world, "ewr").await);
    // One alone, as the reference's sample has it.
    let mut exported = json!({
        "label": "data", "vfs_uuid": vfs, "pseudo_root_path": "/data", "allowed_ips": ["192.0.2.7"],
    });
    let primary = json!({
        "ipv4_public_enabled": true, "ipv6_public_enabled": false, "vpc": { "vpc_uuid": vpc },
    });
    let made = world.done(gateway(exported.clone(), primary.clone())).await;
    assert_eq!((&*made.status, &*made.health), ("pending", "pending"));
    let spec = told(&world, made.id).await.unwrap();
    assert_eq!((spec.public_ipv4, spec.public_ipv6, spec.network), (true, false, Some(vpc.0)));
    assert_eq!((spec.exports[0].file_system, &*spec.exports[0].path), (vfs.0, "/data"));
    let (_, body) = world.raw("GET", "/v2/storage-gateways", "").await;
    let list: Value = serde_json::from_str(&body).unwrap();
    exported["id"] = json!(1);
    let expected = json!({
        "id": made.id, "date_created": made.date_created, "status": "active", "type": "nfs4",
        "label": "nfs", "pending_charges": 0, "tags": [], "health": "healthy",
        "network_config": { "primary": primary }, "export_config": [exported],
    });
    assert_eq!(list["storage_gateway"], json!([expected]));
    world.done(UpdateStorageGateway { storage_gateway_id: made.id, label: "new".into() }).await;
    assert_eq!(read(&world, made.id).await.label, "new");
}

#[tokio::test]
async fn exports_come_and_go_one_by_one_and_no_number_comes_again() {
    let world = World::new().await;
    let vfs = vfs(&world, "ewr").await;
    let id = world.done(gateway(json!([{ "vfs_uuid": vfs }]), json!({}))).await.id;
    let uri = format!("/v2/storage-gateways/{id}/exports");
    // The reference has a list in the body, and this key in the answer.
    let body = json!([{ "vfs_uuid": vfs, "pseudo_root_path": "/b" }]).to_string();
    let (status, answer) = world.raw("POST", &uri, &body).await;
    assert!(status == 200 && answer.starts_with(r#"{"vpc":{"id":2,"#), "{answer}");
    world.refuses_raw("POST", &uri, "[{}, {}]", "the body must be a JSON object").await;
    world.done(DeleteStorageGatewayExport { storage_gateway_id: id, export_id: 2 }).await;
    assert_eq!(world.done(export(id, vfs, "/b")).await.id, 3);
    let paths = told(&world, id).await.unwrap().exports.into_iter().map(|export| export.path);
    assert_eq!(paths.collect::<Vec<_>>(), ["/", "/b"]);
    let fill = |doc: &mut Doc<Stored>| doc.exports = vec![doc.exports[0].clone(); 200];
    change(&world, id, fill).await;
    world.refuses(export(id, vfs, "/c"), "the gateway has 200 exports, the most").await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_its_field_and_nothing_is_made() {
    let world = World::new().await;
    let (here, there) = (vfs(&world, "ewr").await, vfs(&world, "ams").await);
    let far = json!({ "vpc": { "vpc_uuid": vpc(&world, "ams").await } });
    let at = |path: &str, from: &str| json!({ "vfs_uuid": here, "pseudo_root_path": path, "allowed_ips": [from] });
    for (wish, words) in [
        (json!({ "vfs_uuid": there }), "[1].vfs_uuid: the file system is in ams"),
        (json!({ "vfs_uuid": here }), "[1].pseudo_root_path: another export is mounted by `/`"),
        (at("data", "::/0"), "[1].pseudo_root_path: `data` is no path such as `/data`"),
        (at("/../x", "::/0"), "[1].pseudo_root_path: `/../x` is no path"),
        (at("/b", "me"), "[1].allowed_ips[0]: `me` is no address or network such as"),
    ] {
        let wish = gateway(json!([{ "vfs_uuid": here }, wish]), json!({}));
        world.refuses(wish, &format!("export_config{words}")).await;
    }
    world.refuses(gateway(json!([]), far), "vpc.vpc_uuid: the VPC is in ams").await;
    let nowhere = CreateStorageGateway { region: "sao".into(), ..gateway(json!([]), json!({})) };
    world.refuses(nowhere, "region: `sao` has no file systems to export").await;
    let other =
        r#"{"label":"x","type":"smb","region":"ewr","export_config":[],"network_config":{}}"#;
    world.refuses_raw("POST", "/v2/storage-gateways", other, "type").await;
    assert_eq!(world.done(ListStorageGateways::default()).await.meta.total, 0);
}

#[tokio::test]
async fn file_systems_and_networks_stay_as_long_as_a_gateway_needs_them() {
    let world = World::new().await;
    let (vfs, vpc) = (vfs(&world, "ewr").await, vpc(&world, "ewr").await);
    let primary = json!({ "vpc": { "vpc_uuid": vpc } });
    let id = world.done(gateway(json!([{ "vfs_uuid": vfs }]), primary)).await.id;
    let (status, error) = world.refused(DeleteVfs::from(vfs)).await;
    assert!(status == 409 && error.ends_with("storage gateways that export it: 1"), "{error}");
    world.refuses(DeleteVpc::from(vpc), "attached to this VPC network: ").await;
    world.done(DeleteStorageGateway::from(id)).await;
    world.done(DeleteVpc::from(vpc)).await;
    world.done(DeleteVfs::from(vfs)).await;
}
