//! Container registries: what can be ordered, what was pushed, who may log in, what is kept.

mod retention;

use std::time::Duration;

use api::account::GetAccount;
use api::id::RegistryId;
use api::registries::*;
use api::users::CreateUser;
use api::{Access, Money, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use drivers::{RegistrySpec, Things};
use serde_json::{Value, json};
use testkit::World;

use crate::common::{Asks, outside, plain, survives_crashes};

const MB: u64 = 1 << 20;
const DAY: Duration = Duration::from_secs(24 * 3600);

fn order(name: &str) -> CreateRegistry {
    let (region, plan) = ("sjc".into(), "start_up".into());
    CreateRegistry { name: name.into(), public: false, region, plan }
}

async fn registry(world: &World) -> RegistryId {
    let id = world.done(order("shop")).await.id;
    world.settle().await;
    id
}

async fn read(world: &World, registry_id: RegistryId) -> Registry {
    world.done(GetRegistry { registry_id }).await
}

/// What the registry was told to be, outside.
async fn told(world: &World, id: RegistryId) -> RegistrySpec {
    let seen = Things::observe(&outside(world), id.0).await.unwrap();
    seen.expect("it is there").spec.expect("it can be read")
}

/// Tells that something was pushed or pulled: answers status and text.
async fn tell(world: &World, what: &str, id: RegistryId, body: Value) -> (u16, String) {
    world.raw("POST", &format!("/_kettle/{what}/{id}"), &body.to_string()).await
}

async fn push(world: &World, id: RegistryId, image: &str, tag: Option<&str>) {
    let body = json!({ "repository": image, "tag": tag, "size": MB });
    assert_eq!(tell(world, "pushed", id, body).await, (204, String::new()));
}

/// The tags of a repository's artifacts; `-` for one that has none.
async fn tags(world: &World, registry_id: RegistryId, image: &str) -> Vec<String> {
    let list = ListArtifacts { registry_id, repository_image: image.into(), ..Default::default() };
    let tags = |artifact: Artifact| match &artifact.tags[..] {
        [] => "-".to_owned(),
        tags => tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(" "),
    };
    world.done(list).await.items.into_iter().map(tags).collect()
}

fn rule(registry_id: RegistryId, rule_type: RetentionType, count: u32) -> CreateRetentionRule {
    CreateRetentionRule {
        registry_id,
        rule_type,
        count: Some(count),
        repository_match: "**".into(),
        tag_match: "**".into(),
        untagged: true,
        ..Default::default()
    }
}

#[tokio::test]
async fn a_crash_at_any_call_makes_no_difference() {
    survives_crashes(async |world| {
        let registry_id = registry(world).await;
        world.done(CreateRegistryDockerCredentials::from(registry_id)).await;
        let cron = RetentionCron::Hourly;
        world.done(UpdateRetentionSchedule { registry_id, cron }).await;
        world.done(rule(registry_id, RetentionType::ArtifactsPushed, 1)).await;
        push(world, registry_id, "web", Some("old")).await;
        push(world, registry_id, "web", Some("new")).await;
        world.advance(Duration::from_secs(3600)).await;
        let kept = tags(world, registry_id, "web").await;
        let mut mine = read(world, registry_id).await;
        let there = told(world, registry_id).await;
        let same = there.accounts[0].secret == mine.root_user.password;
        (mine.root_user.password, mine.root_user.id) = Default::default();
        world.done(DeleteRegistry { registry_id }).await;
        world.settle().await;
        let rows = world.store.kinds().await.unwrap();
        let left: Vec<_> = rows.into_iter().filter(|(kind, _)| kind.contains("r")).collect();
        (plain(&mine), same, kept, there.accounts.len(), left)
    })
    .await;
}

#[tokio::test]
async fn a_registry_reads_as_it_was_ordered_and_goes_with_its_name() {
    let world = World::new().await;
    let made = world.done(order("shop")).await;
    let found = read(&world, made.id).await;
    assert_eq!(found, made, "it can be read at once, as it was told");
    assert_eq!((&*found.name, &*found.urn, found.public), ("shop", "sjc.vultrcr.com/shop", false));
    let size = |size: &StorageSize| (size.bytes, size.mb.0.to_string(), size.gb.0.to_string());
    assert_eq!(size(&found.storage.used), (0, "0".into(), "0".into()));
    assert_eq!(size(&found.storage.allowed), (10 << 30, "10240".into(), "10".into()));
    assert_eq!((found.metadata.region.id, &*found.metadata.region.name), (3, "sjc"));
    let user = &found.root_user;
    assert!(user.root && user.id > 0 && user.password.len() == 32, "{user:?}");
    world.settle().await;
    let there = told(&world, made.id).await;
    assert_eq!((&*there.urn, there.max_storage_mb, there.public), (&*found.urn, 10_240, false));
    assert_eq!(there.accounts[0].secret, user.password);
    push(&world, made.id, "web", Some("v1")).await;
    world.done(DeleteRegistry { registry_id: made.id }).await;
    world.done(order("shop")).await;
    world.settle().await;
    let rows = world.store.kinds().await.unwrap();
    assert!(!rows.iter().any(|(kind, _)| kind == "repository"), "what was in it is gone, too");
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused_and_nothing_is_made() {
    let world = World::new().await;
    registry(&world).await;
    for (bad, said) in [
        (order("my-shop"), "Bad request. name: `my-shop` is no name"),
        (order(""), "Bad request. name: `` is no name"),
        (order("shop"), "Bad request. name: you have a registry `shop` already"),
        (CreateRegistry { plan: "tiny".into(), ..order("a") }, "Invalid plan. plan: `tiny` is no"),
        (CreateRegistry { region: "sjk".into(), ..order("a") }, "Invalid region. region: `sjk`"),
        (
            CreateRegistry { region: "fra".into(), ..order("a") },
            "Invalid region. region: `fra` has no registries; there are ewr, blr, sjc",
        ),
    ] {
        world.refuses_with(bad, said).await;
    }
    assert_eq!(world.done(ListRegistries::default()).await.meta.total, 1);
}

#[tokio::test]
async fn a_plan_changes_with_its_price_where_what_is_in_it_has_room() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    let update =
        |plan: &str, public| UpdateRegistry { registry_id, plan: Some(plan.into()), public };
    // vultr-cli sends an empty plan for none.
    let shown = world.done(update("", Some(true))).await;
    assert!(shown.public && shown.storage.allowed.gb == Money(10.into()));
    assert_eq!(shown.metadata.subscription.billing, RegistryBilling::default());
    let shown = world.done(update("enterprise", None)).await;
    assert_eq!(shown.metadata.subscription.billing.monthly_price, Money(20.into()));
    world.settle().await;
    let there = told(&world, registry_id).await;
    assert_eq!((there.public, there.max_storage_mb), (true, 1 << 20));
    world.advance(DAY).await;
    let owed = read(&world, registry_id).await.metadata.subscription.billing.pending_charges;
    assert_eq!(owed.0.to_string(), "0.66");
    assert_eq!(world.done(GetAccount {}).await.pending_charges, owed);
    world.pushed(registry_id, "web", "v1", 11 << 30).await;
    let full = "Bad request. plan: `start_up` has room for 10737418240 bytes, and 11811160064 are";
    world.refuses_with(update("start_up", None), full).await;
    world.refuses_with(update("tiny", None), "Invalid plan.").await;
    world.done(DeleteRegistry { registry_id }).await;
    assert_eq!(world.done(GetAccount {}).await.pending_charges, Money::default());
}

#[tokio::test]
async fn plans_and_regions_are_those_of_the_catalogue() {
    let world = World::new().await;
    let (_, body) = world.raw("GET", "/v2/registry/plan/list", "").await;
    let plans: Value = serde_json::from_str(&body).unwrap();
    let business =
        json!({ "vanity_name": "Business", "max_storage_mb": 20480, "monthly_price": 5 });
    assert_eq!(plans["plans"]["business"], business);
    assert_eq!(plans["plans"].as_object().unwrap().len(), 4);
    let (_, body) = world.raw("GET", "/v2/registry/region/list", "").await;
    let regions: Value = serde_json::from_str(&body).unwrap();
    let sjc = json!({
        "id": 3, "name": "sjc", "urn": "sjc.vultrcr.com", "base_url": "https://sjc.vultrcr.com",
        "public": true, "added_at": "2023-09-14T09:09:16+00:00",
        "updated_at": "2023-09-14T09:09:16+00:00",
        "data_center": {
            "id": 12, "name": "Silicon Valley", "site_code": "SJC2", "region": "West",
            "country": "US", "continent": "North America",
            "description": "Silicon Valley, California", "airport": "SJC",
        },
    });
    assert_eq!((&regions["regions"][2], &regions["meta"]["total"]), (&sjc, &json!(3)));
}

#[tokio::test]
async fn what_is_pushed_is_there_and_takes_room_until_it_is_deleted() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    let digest = format!("sha256:{}", "a1".repeat(32));
    let body = json!({
        "repository": "shop/web", "tag": "v1", "size": 3 * MB, "digest": digest,
        "media_type": "application/vnd.cncf.helm.config.v1+json",
    });
    assert_eq!(tell(&world, "pushed", registry_id, body).await.0, 204);
    world.advance(DAY).await;
    let pulled = json!({ "repository": "shop/web", "tag": "v1" });
    assert_eq!(tell(&world, "pulled", registry_id, pulled).await.0, 204);
    // A name with a slash is one segment of the path.
    let uri = format!("/v2/registry/{registry_id}/repository/shop%2Fweb");
    let (status, body) = world.raw("GET", &format!("{uri}/artifact/{digest}"), "").await;
    let shown: Value = serde_json::from_str(&body).unwrap();
    let (then, now) = ("2026-11-21T09:30:00+00:00", "2026-11-22T09:30:00+00:00");
    let tag = json!({ "name": "v1", "immutable": false, "pull_time": now, "push_time": then });
    let expected = json!({
        "artifact_type": "application/vnd.cncf.helm.config.v1+json", "digest": digest,
        "manifest_media_type": "application/vnd.oci.image.manifest.v1+json",
        "media_type": "application/vnd.cncf.helm.config.v1+json", "pull_time": now,
        "push_time": then, "repository_name": "shop/shop/web", "size": 3 * MB, "type": "CHART",
        "tags": [tag],
    });
    assert_eq!((status, shown), (200, expected));
    let repository_image = "shop/web".to_owned();
    let get = GetRepository { registry_id, repository_image: repository_image.clone() };
    let found = world.done(get.clone()).await;
    assert_eq!((&*found.name, &*found.image), ("shop/shop/web", "shop/web"));
    assert_eq!((found.pull_count, found.artifact_count), (1, 1));
    assert_eq!(read(&world, registry_id).await.storage.used.mb, Money(3.into()));
    let description = Some("The shop".to_owned());
    let update =
        UpdateRepository { registry_id, repository_image: repository_image.clone(), description };
    assert_eq!(world.done(update).await.description, "The shop");
    let (artifact_digest, repository_image) = (digest, repository_image.clone());
    world.done(DeleteArtifact { registry_id, repository_image, artifact_digest }).await;
    let found = world.done(get.clone()).await;
    assert_eq!((found.artifact_count, &*found.description), (0, "The shop"));
    assert_eq!(read(&world, registry_id).await.storage.used.bytes, 0);
    world.done(DeleteRepository { registry_id, repository_image: "shop/web".into() }).await;
    assert_eq!(world.refused(get).await.0, 404);
}

#[tokio::test]
async fn a_tag_moves_to_what_is_pushed_under_it() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    push(&world, registry_id, "web", Some("latest")).await;
    push(&world, registry_id, "web", Some("latest")).await;
    assert_eq!(tags(&world, registry_id, "web").await, ["-", "latest"]);
    let list = ListArtifacts { registry_id, repository_image: "web".into(), ..Default::default() };
    let digest = world.done(list).await.items.remove(0).digest;
    let again = json!({ "repository": "web", "tag": "old", "digest": digest, "size": MB });
    assert_eq!(tell(&world, "pushed", registry_id, again).await.0, 204);
    assert_eq!(tags(&world, registry_id, "web").await, ["old", "latest"]);
}

#[tokio::test]
async fn what_cannot_have_been_pushed_is_refused_as_is_who_may_not_say_so() {
    let world = World::new().await;
    let id = registry(&world).await;
    for (bad, words) in [
        (json!({ "repository": "Web", "size": 1 }), "repository: `Web` is no name"),
        (json!({ "repository": "web", "tag": "a b" }), "tag: `a b` is no tag"),
        (json!({ "repository": "web", "digest": "sha256:1" }), "digest: `sha256:1` is not"),
        (json!({ "repository": "web", "size": 11_u64 << 30 }), "size: the registry has room for"),
        (json!({ "repository": "web", "weight": 1 }), "unknown field `weight`"),
    ] {
        let (status, text) = tell(&world, "pushed", id, bad).await;
        assert!(status == 400 && text.contains(words), "{status} {text}");
    }
    let nothing = world.done(ListRepositories::from(id)).await.items;
    assert!(nothing.is_empty(), "{nothing:?}");
    push(&world, id, "web", None).await;
    for (gone, status) in
        [(json!({ "repository": "api" }), 404), (json!({ "repository": "web" }), 400)]
    {
        assert_eq!(tell(&world, "pulled", id, gone).await.0, status);
    }
    let nobody = uuid::Uuid::nil().into();
    let (status, text) = tell(&world, "pushed", nobody, json!({ "repository": "web" })).await;
    assert!(status == 404 && text.contains("Invalid container registry ID"), "{text}");
    assert_eq!(tell(&world, "burnt", id, json!({})).await.0, 404);
    let uri = format!("/_kettle/pushed/{id}");
    let request =
        http::Request::post(&uri).body(r#"{"repository":"x"}"#.to_owned().into()).unwrap();
    assert_eq!(world.exchange(request).await.status(), 401);
}

#[tokio::test]
async fn docker_credentials_are_a_new_robots_and_fit_what_docker_reads() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    let uri = format!("/v2/registry/{registry_id}/docker-credentials");
    // What govultr sends: the address of a number in its memory.
    let (status, body) = world
        .raw("OPTIONS", &format!("{uri}?expiry_seconds=38982168644544&read_write=true"), "")
        .await;
    let config: Value = serde_json::from_str(&body).unwrap();
    let auth = config["auths"]["sjc.vultrcr.com"]["auth"].as_str().unwrap();
    let auth = String::from_utf8(STANDARD.decode(auth).unwrap()).unwrap();
    let (name, secret) = auth.split_once(':').unwrap();
    let robot = world.done(GetRobot { registry_id, robot_name: name.into() }).await;
    assert_eq!((status, robot.secret.as_str(), robot.duration), (200, secret, i64::from(i32::MAX)));
    let may = |robot: &Robot| -> Vec<String> {
        robot.permissions[0].access.iter().map(|access| access.action.clone()).collect()
    };
    assert_eq!(
        (may(&robot), &*robot.permissions[0].namespace),
        (vec!["pull".into(), "push".into()], "shop")
    );
    world.done(CreateRegistryDockerCredentials::from(registry_id)).await;
    let robots = world.done(ListRobots::from(registry_id)).await.items;
    assert_eq!((robots.len(), robots[1].duration, may(&robots[1])), (2, -1, vec!["pull".into()]));
    world.settle().await;
    let there = told(&world, registry_id).await.accounts;
    assert_eq!((there.len(), &*there[1].name, &*there[1].secret), (3, name, secret));
    assert_eq!(there[1].may, ["pull:repository", "push:repository"]);
    // The registry's other methods are told, and a browser's question beforehand makes nothing.
    assert_eq!(world.raw("GET", &uri, "").await.0, 405);
    let preflight = http::Request::options(&uri)
        .header("origin", "https://example.com")
        .header("access-control-request-method", "OPTIONS");
    let answer = world.exchange(preflight.body(String::new().into()).unwrap()).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(world.done(ListRobots::from(registry_id)).await.meta.total, 2);
}

#[tokio::test]
async fn kubernetes_credentials_are_a_secret_in_yaml() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    let uri = format!("/v2/registry/{registry_id}/docker-credentials/kubernetes");
    let request =
        http::Request::options(&uri).header("authorization", format!("Bearer {}", testkit::KEY));
    let answer = world.exchange(request.body(String::new().into()).unwrap()).await;
    assert_eq!(answer.headers()["content-type"], "application/yaml");
    let lines: Vec<&str> = answer.body().lines().collect();
    let (config, rest) =
        (lines[5].trim().strip_prefix(".dockerconfigjson: ").unwrap(), &lines[..5]);
    assert_eq!(
        rest,
        ["apiVersion: v1", "kind: Secret", "metadata:", "  name: vcr-credentials", "data:"]
    );
    assert_eq!(lines[6..], ["type: kubernetes.io/dockerconfigjson"]);
    let config: DockerCredentials =
        serde_json::from_slice(&STANDARD.decode(config).unwrap()).unwrap();
    assert_eq!(config.auths.keys().collect::<Vec<_>>(), ["sjc.vultrcr.com"]);
    let encoded = CreateRegistryKubernetesCredentials {
        registry_id,
        base64_encode: Some(true),
        expiry_seconds: Some(60),
        ..Default::default()
    };
    let text = STANDARD.decode(world.done(encoded).await).unwrap();
    assert!(text.starts_with(b"apiVersion: v1\nkind: Secret\n"));
    assert_eq!(world.done(ListRobots::from(registry_id)).await.items[1].duration, 60);
    let (_, told) = world.raw("GET", "/_kettle/requests?group=registry", "").await;
    assert!(told.contains("bytes of a Secret)") && !told.contains("dockerconfigjson:"), "{told}");
}

#[tokio::test]
async fn robots_are_changed_and_only_so_far_as_they_can_be() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    world.done(CreateRegistryDockerCredentials::from(registry_id)).await;
    let robot_name = world.done(ListRobots::from(registry_id)).await.items.remove(0).name;
    let update =
        || UpdateRobot { registry_id, robot_name: robot_name.clone(), ..Default::default() };
    let access = |action: &str, resource: &str, effect: &str| {
        Some(RobotAccess {
            action: action.into(),
            resource: resource.into(),
            effect: effect.into(),
        })
    };
    let change = UpdateRobot {
        description: Some("CI".into()),
        duration: Some(3600),
        access: access("delete", "artifact", "allow"),
        ..update()
    };
    let shown = world.done(change).await;
    assert_eq!((&*shown.description, shown.duration, shown.disable), ("CI", 3600, false));
    assert_eq!(shown.permissions[0].access[1], access("delete", "artifact", "allow").unwrap());
    // govultr sends empty texts with every change.
    let shown = world.done(UpdateRobot { access: access("", "", ""), ..update() }).await;
    assert_eq!(shown.permissions[0].access.len(), 2);
    let deny = UpdateRobot { access: access("pull", "repository", "deny"), ..update() };
    assert_eq!(world.done(deny).await.permissions[0].access.len(), 1);
    for (bad, words) in [
        (UpdateRobot { duration: Some(0), ..update() }, "duration: 0 is not from 1 to 2147483647"),
        (UpdateRobot { access: access("", "artifact", ""), ..update() }, "access.action: say what"),
        (
            UpdateRobot { access: access("pull", "", ""), ..update() },
            "access.resource: say to what",
        ),
        (UpdateRobot { access: access("pull", "x", "no"), ..update() }, "access.effect: `no` is"),
    ] {
        world.refuses_with(bad, &format!("Bad request. {words}")).await;
    }
    world.done(UpdateRobot { disable: Some(true), ..update() }).await;
    world.settle().await;
    assert_eq!(told(&world, registry_id).await.accounts.len(), 1, "it cannot log in any more");
    world.done(DeleteRobot { registry_id, robot_name }).await;
    assert_eq!(world.done(ListRobots::from(registry_id)).await.meta.total, 0);
}

#[tokio::test]
async fn robots_whose_time_is_over_make_room_and_others_do_not() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    let new = |seconds| CreateRegistryDockerCredentials {
        registry_id,
        expiry_seconds: Some(seconds),
        ..Default::default()
    };
    for _ in 0..control::registries::ROBOTS_MAX - 1 {
        world.done(new(0)).await;
    }
    world.done(new(60)).await;
    let full = "Bad request. the registry has 500 robots, the most there can be";
    world.refuses_with(new(0), full).await;
    world.advance(Duration::from_secs(61)).await;
    world.done(new(0)).await;
    assert_eq!(world.done(ListRobots::from(registry_id)).await.meta.total, 500);
}

#[tokio::test]
async fn the_root_users_password_changes_for_who_knows_it() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    let before = read(&world, registry_id).await.root_user;
    let change = |old: &str, new: &str| {
        let (old_password, new_password) = (old.into(), new.into());
        UpdateRegistryPassword { registry_id, old_password, new_password }
    };
    let bad = "Bad request. old_password: it is another one";
    world.refuses_with(change("wrong", "Correct-Horse-7"), bad).await;
    let bad = "Bad request. new_password: it has 5 characters; 8 are the least";
    world.refuses_with(change(&before.password, "short"), bad).await;
    world.advance(DAY).await;
    world.done(change(&before.password, "Correct-Horse-7")).await;
    let after = read(&world, registry_id).await.root_user;
    assert_eq!(after.password, "Correct-Horse-7");
    assert_eq!(after.updated_at.to_string(), "2026-11-22T09:30:00+00:00");
    assert_eq!((after.id, after.added_at), (before.id, before.added_at));
    world.settle().await;
    assert_eq!(told(&world, registry_id).await.accounts[0].secret, "Correct-Horse-7");
    // Who may only look is not told it, nor what robots log in with.
    let looks = CreateUser {
        email: "looks@example.com".into(),
        name: "looks".into(),
        password: "Correct-Horse-7".into(),
        acls: Some(vec![Access::SubscriptionsView]),
        ..Default::default()
    };
    let looks = world.client_with(&world.done(looks).await.api_key);
    let none = Secret::default();
    assert_eq!(looks.send(GetRegistry { registry_id }).await.unwrap().root_user.password, none);
    assert_eq!(testkit::refused(looks.send(ListRobots::from(registry_id)).await).0, 403);
}

#[tokio::test]
async fn a_registry_is_replicated_once_to_each_other_region() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    let to = |region: &str| CreateReplication { registry_id, region: region.into() };
    let made = world.done(to("ewr")).await;
    let expected = Replication {
        region: "ewr".into(),
        namespace: "shop".into(),
        urn: "ewr.vultrcr.com/shop".into(),
    };
    assert_eq!(made, expected);
    for (region, words) in [
        ("ewr", "Bad request. region: it is replicated to ewr already"),
        ("sjc", "Bad request. region: the registry is in sjc"),
        ("fra", "Invalid region. region: `fra` has no registries"),
    ] {
        world.refuses_with(to(region), words).await;
    }
    world.settle().await;
    assert_eq!(told(&world, registry_id).await.replicas, ["ewr.vultrcr.com/shop"]);
    world.done(DeleteReplication { registry_id, region: "ewr".into() }).await;
    assert_eq!(world.done(ListReplications::from(registry_id)).await.meta.total, 0);
}
