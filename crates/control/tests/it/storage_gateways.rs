//! Storage gateways: their life, what they export, and what stays because of them.

use std::time::Duration;

use api::Money;
use api::id::{StorageGatewayId, VfsId, VpcId};
use api::storage_gateways::*;
use api::vfs::DeleteVfs;
use api::vpcs::{CreateVpc, DeleteVpc};
use control::catalog::Catalog;
use drivers::{StorageGatewaySpec, Thing, Things};
use serde_json::{Value, json};
use testkit::World;

use crate::common::{Asks, made_of, outside, plain, survives_crashes};
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

fn public(exports: Value) -> CreateStorageGateway {
    gateway(exports, json!({ "ipv4_public_enabled": true }))
}

fn export(id: StorageGatewayId, mut wish: Value) -> AddStorageGatewayExport {
    wish["storage_gateway_id"] = json!(id);
    made_of(wish)
}

async fn read(world: &World, id: StorageGatewayId) -> StorageGateway {
    world.done(GetStorageGateway::from(id)).await
}

async fn seen(world: &World, id: StorageGatewayId) -> Option<Thing<StorageGatewaySpec>> {
    Things::observe(&outside(world), id.0).await.unwrap()
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let (vfs, vpc) = (vfs(world, "ewr").await, vpc(world, "ewr").await);
        let wish = gateway(json!([]), json!({ "vpc": { "vpc_uuid": vpc } }));
        let id = world.done(wish).await.id;
        world.settle().await;
        let wish = json!({ "vfs_uuid": vfs, "allowed_ips": ["192.0.2.0/24"] });
        world.done(export(id, wish)).await;
        world.settle().await;
        let mine = read(world, id).await;
        let there = seen(world, id).await.map(|thing| thing.spec.unwrap().exports.len());
        world.done(DeleteStorageGateway::from(id)).await;
        world.settle().await;
        let left = seen(world, id).await.is_some();
        (plain(&mine), there, left, world.store.get(id.0).await.unwrap().is_some())
    })
    .await;
}

#[tokio::test]
async fn one_becomes_active_and_healthy_and_is_shown_as_the_reference_has_it() {
    let world = World::new().await;
    let (vfs, vpc) = (vfs(&world, "ewr").await, vpc(&world, "ewr").await);
    // One alone, as the reference's sample has it.
    let wish = json!({
        "label": "nfs", "type": "nfs4", "region": "ewr",
        "export_config": {
            "label": "data", "vfs_uuid": vfs, "pseudo_root_path": "/data", "allowed_ips": ["192.0.2.7"],
        },
        "network_config": { "primary": {
            "ipv4_public_enabled": true, "ipv6_public_enabled": false, "vpc": { "vpc_uuid": vpc },
        }},
    });
    let (status, body) = world.raw("POST", "/v2/storage-gateways", &wish.to_string()).await;
    assert!(status == 202 && body.contains(r#""status":"pending""#), "{body}");
    world.settle().await;
    let (_, body) = world.raw("GET", "/v2/storage-gateways", "").await;
    let list: Value = serde_json::from_str(&body).unwrap();
    let shown = &list["storage_gateway"][0];
    let kept =
        ["status", "health", "type", "label", "tags", "pending_charges"].map(|key| &shown[key]);
    assert_eq!(json!(kept), json!(["active", "healthy", "nfs4", "nfs", [], 0]));
    assert_eq!(shown["network_config"], wish["network_config"]);
    let mut exported = json!([wish["export_config"]]);
    exported[0]["id"] = json!(1);
    assert_eq!(shown["export_config"], exported);
    let id: StorageGatewayId = shown["id"].as_str().unwrap().parse().unwrap();
    let there = seen(&world, id).await.unwrap().spec.unwrap();
    assert_eq!((there.public_ipv4, there.network), (true, Some(vpc.0)));
    assert_eq!((there.exports[0].file_system, &*there.exports[0].path), (vfs.0, "/data"));
    world.done(UpdateStorageGateway { storage_gateway_id: id, label: "renamed".into() }).await;
    assert_eq!(read(&world, id).await.label, "renamed");
}

#[tokio::test]
async fn exports_come_and_go_one_by_one_and_no_number_comes_again() {
    let world = World::new().await;
    let vfs = vfs(&world, "ewr").await;
    let id = world.done(public(json!([{ "vfs_uuid": vfs }]))).await.id;
    let export_id = read(&world, id).await.export_config[0].id;
    let uri = format!("/v2/storage-gateways/{id}/exports");
    // The reference has a list in the body, and this key in the answer.
    let body = json!([{ "vfs_uuid": vfs, "pseudo_root_path": "/b" }]).to_string();
    let (status, answer) = world.raw("POST", &uri, &body).await;
    assert!(status == 200 && answer.starts_with(r#"{"vpc":{"id":2,"#), "{answer}");
    world.refuses_raw("POST", &uri, "[{}, {}]", "the body must be a JSON object").await;
    world.done(DeleteStorageGatewayExport { storage_gateway_id: id, export_id: 2 }).await;
    let again = world.done(export(id, json!({ "vfs_uuid": vfs, "pseudo_root_path": "/b" }))).await;
    assert_eq!((export_id, again.id, again.vfs_uuid), (1, 3, vfs));
    let paths = read(&world, id).await.export_config.into_iter().map(|one| one.pseudo_root_path);
    assert_eq!(paths.collect::<Vec<_>>(), ["/", "/b"]);
    world.settle().await;
    assert_eq!(seen(&world, id).await.unwrap().spec.unwrap().exports.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_its_field_and_nothing_is_made() {
    let world = World::new().await;
    let (here, there) = (vfs(&world, "ewr").await, vfs(&world, "ams").await);
    let far = vpc(&world, "ams").await;
    let one = |wish: Value| public(json!([{ "vfs_uuid": here }, wish]));
    for (request, words) in [
        (one(json!({ "vfs_uuid": there })), "export_config[1].vfs_uuid: the file system is in ams"),
        (one(json!({ "vfs_uuid": here })), "export_config[1].pseudo_root_path: another export is"),
        (one(json!({ "vfs_uuid": here, "pseudo_root_path": "data" })), "`data` is no path such as"),
        (one(json!({ "vfs_uuid": here, "pseudo_root_path": "/../x" })), "`/../x` is no path"),
        (
            one(
                json!({ "vfs_uuid": here, "pseudo_root_path": "/b", "allowed_ips": ["::/0", "me"] }),
            ),
            "export_config[1].allowed_ips[1]: `me` is no address or network",
        ),
        (
            gateway(json!([]), json!({ "vpc": { "vpc_uuid": far } })),
            "network_config.primary.vpc.vpc_uuid: the VPC is in ams, the gateway in ewr",
        ),
        (
            CreateStorageGateway { region: "sao".into(), ..public(json!([])) },
            "region: `sao` has no file systems to export",
        ),
    ] {
        world.refuses(request, words).await;
    }
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
    assert!(status == 409 && error.contains("1 storage gateways export it"), "{status} {error}");
    world
        .refuses(
            DeleteVpc::from(vpc),
            &format!("attached to this VPC network: storage gateway {id}"),
        )
        .await;
    world.done(DeleteStorageGateway::from(id)).await;
    world.done(DeleteVpc::from(vpc)).await;
    world.done(DeleteVfs::from(vfs)).await;
}

#[tokio::test]
async fn one_is_free_unless_the_catalogue_has_a_price_for_it() {
    let price = r#"{"price": {"id": "storage_gateway", "amount": 20, "per": "month"}}"#;
    let catalog = Catalog::builtin().with_file(price).unwrap();
    for (catalog, owed) in [(Catalog::builtin(), 0), (catalog, 2)] {
        let world = World::builder().catalog(catalog).build().await;
        let id = world.done(public(json!([]))).await.id;
        world.advance(Duration::from_secs(73 * 3600)).await;
        assert_eq!(read(&world, id).await.pending_charges, Money(owed.into()));
    }
}
