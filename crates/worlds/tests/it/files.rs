//! Worlds as files: read, applied, and written again.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::World;
use worlds::files::{Applied, How, Mistake, Unnamed, Wanted, apply, read, write};

use super::{rich, silent};

const HOW: How = How { patience: Duration::from_secs(20), ready: None };
/// The page about them, whose example is to work.
const PAGE: &str = include_str!("../../../../docs/worlds.md");

/// The kinds that files have.
fn of_files() -> impl Iterator<Item = &'static worlds::sources::Source> {
    worlds::sources::SOURCES.iter().filter(|source| source.kind != "user")
}

fn example() -> &'static str {
    let (_, behind) = PAGE.split_once("```yaml\n").expect("an example");
    behind.split_once("```").expect("its end").0
}

fn wanted(text: &str) -> Wanted {
    let read = read(&[("world.yaml".into(), text.into())]);
    read.unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)))
}

fn mistakes(text: &str) -> Vec<String> {
    let read = read(&[("w".into(), text.into())]);
    read.expect_err("it has mistakes").iter().map(Mistake::to_string).collect()
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(|one| format!("{one}\n")).collect()
}

async fn applied(world: &World, text: &str) -> Applied {
    apply(&world.client, &wanted(text), HOW, &silent).await.expect("it answers")
}

/// Applies what is to be without mistakes: how much was made and changed, and how much stayed.
async fn done(world: &World, text: &str) -> (usize, usize, usize) {
    let applied = applied(world, text).await;
    assert!(applied.mistakes.is_empty(), "{}", lines(&applied.mistakes));
    (applied.made.len(), applied.changed.len(), applied.unchanged)
}

async fn refused(world: &World, text: &str) -> Vec<String> {
    let applied = applied(world, text).await;
    applied.mistakes.iter().map(Mistake::to_string).collect()
}

async fn get(world: &World, path: &str) -> Value {
    let (status, text) = world.raw("GET", &format!("/v2/{path}"), "").await;
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).expect("JSON")
}

async fn written(world: &World) -> String {
    let reading = worlds::read(&world.client, &[], &silent).await.expect("it answers");
    assert_eq!(reading.unread, [] as [String; 0]);
    write(&reading, Unnamed::Refused).unwrap_or_else(|unclear| panic!("{unclear:#?}"))
}

#[tokio::test(flavor = "current_thread")]
async fn the_example_of_the_page_makes_its_world_and_again_changes_nothing() {
    let world = World::running().await;
    assert_eq!(done(&world, example()).await, (13, 0, 0));
    let instances = get(&world, "instances").await["instances"].clone();
    let labels: Vec<&str> =
        instances.as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["web-1", "web-2", "web-3"]);
    let first = &instances[0];
    assert_eq!((&first["os_id"], first["vpcs"].as_array().map(Vec::len)), (&json!(2136), Some(1)));
    let group = get(&world, "firewalls").await["firewall_groups"][0].clone();
    assert_eq!(first["firewall_group_id"], group["id"]);
    let balancer = get(&world, "load-balancers").await["load_balancers"][0].clone();
    assert_eq!(balancer["instances"].as_array().map(Vec::len), Some(3));
    let block = get(&world, "blocks").await["blocks"][0].clone();
    assert_eq!(block["attached_to_instance"], first["id"]);
    let records = get(&world, "domains/example.com/records").await;
    let data = |name: &str| {
        let all = records["records"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap()["data"].clone()
    };
    assert_eq!((data("ssh"), data("www")), (first["main_ip"].clone(), balancer["ipv4"].clone()));
    let data = get(&world, &format!("instances/{}/user-data", first["id"].as_str().unwrap())).await;
    assert_eq!(data["user_data"]["data"], "I2Nsb3VkLWNvbmZpZwpob3N0bmFtZTogd2ViLTEK");
    assert_eq!(done(&world, example()).await, (0, 0, 13));
}

#[tokio::test(flavor = "current_thread")]
async fn what_was_written_makes_the_same_world_and_changes_nothing_where_it_is_from() {
    let (one, two) = (rich().await, World::running().await);
    let id = get(&one, "object-storage").await["object_storages"][0]["id"].clone();
    let bucket = format!("/v2/object-storage/{}/bucket", id.as_str().unwrap());
    let (status, text) = one.raw("POST", &bucket, r#"{"bucket_name": "pictures"}"#).await;
    assert_eq!(status, 202, "{text}");
    let text = written(&one).await;
    for word in ["pictures", "power_status: stopped", "reverse: web.example.com", "nat-gateways"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let (made, changed, _) = done(&one, &text).await;
    assert_eq!((made, changed), (0, 0), "{text}");
    let (_, changed, unchanged) = done(&two, &text).await;
    assert_eq!((changed, unchanged), (0, 0), "{text}");
    // What files do not have is counted in the head of the first alone.
    let made_again = |line: &&str| !line.starts_with("# Not in it");
    let without: Vec<&str> = text.lines().filter(made_again).collect();
    assert!(text.contains("# Not in it, and there: database-user, 1\n"), "{text}");
    assert_eq!(written(&two).await.lines().collect::<Vec<_>>(), without);
    let [first, second] = [&one, &two];
    let kinds = async |world: &World| {
        let reading = worlds::read(&world.client, &[], &silent).await.unwrap();
        let of = |source: &worlds::sources::Source| reading.of(source.kind).count();
        of_files().map(of).collect::<Vec<_>>()
    };
    let counts = kinds(first).await;
    assert_eq!(counts, kinds(second).await);
    assert!(counts.iter().all(|count| *count > 0), "there is something of each kind");
    let (made, changed, _) = done(&two, &text).await;
    assert_eq!((made, changed), (0, 0));
}

#[tokio::test(flavor = "current_thread")]
async fn every_kind_with_most_of_its_fields_is_made_and_found_again() {
    let (one, two) = (World::running().await, World::running().await);
    let version = get(&one, "kubernetes/versions").await["versions"][0].clone();
    let text = include_str!("every_kind.yaml").replace("VERSION", version.as_str().unwrap());
    let (made, ..) = done(&one, &text).await;
    let reading = worlds::read(&one.client, &[], &silent).await.unwrap();
    for source in of_files() {
        assert!(reading.of(source.kind).next().is_some(), "{}", source.kind);
    }
    assert_eq!(done(&one, &text).await, (0, 0, made));
    let back = written(&one).await;
    done(&two, &back).await;
    assert_eq!(written(&two).await, back);
    assert_eq!(done(&two, &text).await, (0, 0, made), "it is the same world");
}

#[test]
fn each_mistake_is_told_with_its_place_and_with_what_would_be_right() {
    for (text, told) in [
        (
            "instnces: []",
            "w:1:1: instnces: there is no such kind of things; did you mean `instances`?",
        ),
        ("users: []", "w:1:1: users: a file makes no user; it makes ssh-keys,"),
        (
            "records: []",
            "w:1:1: records: these lie within domains: write them under `records` of one",
        ),
        (
            "kettle: 2",
            "w:1:9: kettle: this file is of format 2, which a later release of Kettle reads",
        ),
        ("kettle: one", "w:1:9: kettle: the file's format is 1: write `kettle: 1`"),
        ("- a", "w:1:1: expected kinds of things"),
        ("vpcs:\n  region: ewr", "w:2:3: vpcs: expected a list of them: begin each with `- `"),
        (
            "vpcs:\n  - ewr",
            "w:2:5: vpcs[0]: expected the fields of a thing, as `- description: ...`",
        ),
        ("vpcs:\n\t- a: b", "w:2:2: this is no YAML: tabs"),
        ("vpcs:\n  - { description: a-{n} }", "a text with braces is written in quotes within { }"),
        ("vpcs:\n  - a: 1\n    a: 2", "w:3:5: this is no YAML: `a` is there twice"),
        ("vpcs:\n  - description: a", "w:2:5: vpcs[0].region: is missing: every vpc has one"),
        (
            "vpcs:\n  - region: ewr",
            "w:2:5: vpcs[0].description: is missing: by it the vpc is found",
        ),
        (
            "vpcs:\n  - { region: ewr, description: a, v4_subnet_mask: twenty }",
            "w:2:52: vpcs[0].v4_subnet_mask: expected a whole number, not \"twenty\"",
        ),
        (
            "vpcs:\n  - { region: ewr, description: a, v4_subnet_mask: \"20\" }",
            "\"20\" is a text; write 20, without quotes",
        ),
        ("vpcs:\n  - { region: 7, description: a }", "7 is no text; write \"7\", in quotes"),
        (
            "vpcs:\n  - { region: ewr, description: y }",
            "w:2:33: vpcs[0].description: YAML reads this word as true",
        ),
        ("vpcs:\n  - { region: , description: a }", "w:2:13: vpcs[0].region: a value is missing"),
        (
            "vpcs:\n  - &a { region: ewr, description: x }\n  - { description: x, region: ewr }",
            "w:3:20: vpcs[1].description: `x` is the description of vpcs[0] in line 2 already",
        ),
        (
            "vpcs:\n  - { region: ewr, description: x, count: 2 }",
            "all vpcs are to be called `x`: put {n} in it",
        ),
        ("vpcs:\n  - { region: ewr, description: x, count: 0 }", "a number from 1 to 1000"),
        ("blocks:\n  - { lable: x, region: ewr, size_gb: 10 }", "did you mean `label`?"),
        ("blocks:\n  - { label: x, region: ewr, size: 10 }", "did you mean `size_gb`?"),
        (
            "blocks:\n  - { label: x, region: ewr, status: on }",
            "w:2:30: blocks[0].status: is told of one",
        ),
        (
            "firewalls:\n  - description: a\n    rules:\n      - { ip_type: v5, protocol: tcp }",
            "w:4:20: firewalls[0].rules[0].ip_type: there is no `v5` here; did you mean `v4`?",
        ),
        (
            "load-balancers:\n  - label: a\n    region: ewr\n    health_check: { prot: http }",
            "w:4:21: load-balancers[0].health_check.prot: there is no such field here",
        ),
    ] {
        let all = mistakes(text);
        assert!(all.iter().any(|one| one.contains(told)), "{text}: {all:#?}");
    }
}

#[test]
fn mistakes_are_told_all_at_once() {
    let all = mistakes("vpcs:\n  - { region: 7 }\n  - { region: 8 }\nx: 1\n");
    assert_eq!(all.len(), 5, "{all:#?}");
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_named_and_is_nowhere_is_told_before_anything_is_made() {
    let world = World::running().await;
    let text = "
ssh-keys:
  - { name: me, ssh_key: ssh-ed25519 AAAA }
instances:
  - label: web
    region: ewr
    plan: vc2-1c-1gb
    os_id: Debain
    sshkey_id: [me, mee]
domains:
  - domain: example.com
    records:
      - { name: a, type: A, data: \"{instances.wbe.main_ip}\" }
      - { name: b, type: A, data: \"{instances.web.main}\" }
      - { name: c, type: TXT, data: \"{a.b} {instances} {}\" }
";
    let told = refused(&world, text).await;
    for (place, part) in [
        ("world.yaml:8:12: instances[0].os_id: ", "no os `Debain`"),
        ("world.yaml:9:21: instances[0].sshkey_id[1]: ", "no ssh-key `mee`"),
        ("world.yaml:13:35: domains[0].records[0].data: ", "did you mean `web`?"),
        ("world.yaml:14:35: domains[0].records[1].data: ", "no instance shows a `main`"),
    ] {
        assert!(
            told.iter().any(|one| one.starts_with(place) && one.contains(part)),
            "{place} {told:#?}"
        );
    }
    assert_eq!(told.len(), 4);
    assert_eq!(get(&world, "ssh-keys").await["meta"]["total"], 0);
    let cycle = "
reserved-ips: [{ label: a, region: ewr, ip_type: v4 }]
instances:
  - { label: a, region: ewr, plan: vc2-1c-1gb, os_id: 2136, hostname: \"{instances.b.label}\" }
  - { label: b, region: ewr, plan: vc2-1c-1gb, os_id: 2136, hostname: \"{instances.a.label}\" }
";
    let told = refused(&world, cycle).await;
    assert!(told[0].contains("it needs itself to be there first"), "{told:#?}");
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_server_refuses_is_told_at_its_field_and_the_rest_goes_on() {
    let world = World::running().await;
    let text = "
vpcs:
  - { description: a, region: ewrr }
  - { description: b, region: ewr }
instances:
  - { label: x, region: ewr, plan: vc2-1c-1gb, os_id: 2136, attach_vpc: [a] }
blocks:
  - { label: small, region: ewr, size_gb: 1 }
";
    let applied = applied(&world, text).await;
    let told: Vec<String> = applied.mistakes.iter().map(Mistake::to_string).collect();
    assert!(told[0].starts_with("world.yaml:3:31: vpcs[0].region: Invalid region."), "{told:#?}");
    assert!(told[1].starts_with("world.yaml:8:43: blocks[0].size_gb: "), "{told:#?}");
    assert_eq!((told.len(), applied.made.len()), (2, 1), "what needs what was refused is left out");
}

#[tokio::test(flavor = "current_thread")]
async fn what_differs_is_changed_and_what_cannot_be_is_refused_before_anything_is() {
    let world = World::running().await;
    let before = "
firewalls: [{ description: web }]
vpcs: [{ description: one, region: ewr }, { description: two, region: ewr }]
blocks: [{ label: data, region: ewr, size_gb: 20 }]
instances:
  - { label: web, region: ewr, plan: vc2-1c-1gb, os_id: 2136, attach_vpc: [one] }
domains:
  - domain: Example.com
    records:
      - { name: www, type: A, data: 192.0.2.1 }
      - { name: \"@\", type: MX, data: mx.example.com., priority: 1 }
";
    done(&world, before).await;
    let after = before
        .replace("size_gb: 20", "size_gb: 30, attached_to_instance: web")
        .replace(
            "attach_vpc: [one]",
            "attach_vpc: [two], firewall_group_id: web, tags: [a], power_status: stopped",
        )
        .replace("192.0.2.1 }", "192.0.2.2 }\n      - { name: www, type: TXT, data: hello }");
    assert_eq!(done(&world, &after).await, (1, 3, 5));
    let web = get(&world, "instances").await["instances"][0].clone();
    assert_eq!((&web["tags"], &web["power_status"]), (&json!(["a"]), &json!("stopped")));
    assert_eq!(web["vpcs"].as_array().map(Vec::len), Some(2), "nothing is taken away");
    let records = get(&world, "domains/example.com/records").await["records"].to_string();
    assert!(records.contains("192.0.2.2") && !records.contains("192.0.2.1"), "{records}");
    assert_eq!(done(&world, &after).await, (0, 0, 9));
    let fixed = after.replace("size_gb: 30", "size_gb: 40").replace("os_id: 2136", "os_id: 1743");
    let told =
        refused(&world, &fixed.replace("label: web, region: ewr", "label: web, region: ams")).await;
    assert!(told[0].contains("instances[0].region: cannot be changed: it is \"ewr\""), "{told:#?}");
    assert!(
        told[1].contains("instances[0].os_id: is not changed here, as what is on its disks"),
        "{told:#?}"
    );
    assert_eq!(get(&world, "blocks").await["blocks"][0]["size_gb"], 30, "nothing was changed");
    let moved = "instances: [{ label: other, region: ewr, plan: vc2-1c-1gb, os_id: 2136 }]
blocks: [{ label: data, region: ewr, size_gb: 30, attached_to_instance: other }]";
    let told = refused(&world, moved).await;
    assert!(told[0].contains("it is attached to `web`, and nothing is taken away"), "{told:#?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_cluster_gets_further_pools_and_more_nodes() {
    let world = World::running().await;
    let version = get(&world, "kubernetes/versions").await["versions"][0].clone();
    let text = format!(
        "kubernetes:\n  - label: prod\n    region: ewr\n    version: {version}\n    node_pools:\n      \
         - {{ label: small, plan: vc2-1c-2gb, node_quantity: 1 }}\n"
    );
    assert_eq!(done(&world, &text).await, (1, 0, 0));
    assert_eq!(done(&world, &text).await, (0, 0, 1));
    let more = text.replace("node_quantity: 1", "node_quantity: 2")
        + "      - { label: large, plan: vc2-2c-4gb, node_quantity: 1 }\n";
    assert_eq!(done(&world, &more).await, (0, 1, 0));
    assert_eq!(done(&world, &more).await, (0, 0, 1));
    let told = refused(&world, &more.replace("vc2-2c-4gb", "vc2-1c-2gb")).await;
    assert!(told[0].contains("kubernetes[0].node_pools[1].plan: cannot be changed"), "{told:#?}");
}

#[tokio::test(flavor = "current_thread")]
async fn two_things_of_one_name_are_neither_guessed_nor_written() {
    let world = World::running().await;
    for _ in 0..2 {
        let body = r#"{"region":"ewr","size_gb":20,"label":"twin"}"#;
        assert_eq!(world.raw("POST", "/v2/blocks", body).await.0, 202);
    }
    assert_eq!(world.raw("POST", "/v2/vpcs", r#"{"region":"ewr"}"#).await.0, 201);
    let told = refused(&world, "blocks: [{ label: twin, region: ewr, size_gb: 20 }]").await;
    assert!(told[0].contains("blocks[0].label: 2 of them are called `twin`"), "{told:#?}");
    let reading = worlds::read(&world.client, &[], &silent).await.unwrap();
    let unclear = write(&reading, Unnamed::Refused).unwrap_err();
    assert_eq!(unclear.len(), 2, "{unclear:#?}");
    assert!(
        unclear.iter().any(|one| one.contains("has the label of another, `twin`")),
        "{unclear:#?}"
    );
    let how = "--description NAME` gives it one";
    assert!(unclear.iter().any(|one| one.contains("has no description") && one.contains(how)));
    let named = write(&reading, Unnamed::Named).unwrap();
    for part in
        ["label: twin-2,", "description: vpc-2,", "is called `twin-2` here: it has the label"]
    {
        assert!(named.contains(part), "{part} {named}");
    }
    assert_eq!(done(&World::running().await, &named).await, (3, 0, 0));
}

#[tokio::test(flavor = "current_thread")]
async fn with_a_seed_a_file_makes_the_same_world_each_time() {
    let shown = async || {
        let world = World::builder().random_seed(7).build().await;
        let text = "
ssh-keys: [{ name: me, ssh_key: ssh-ed25519 AAAA }]
instances: [{ label: 'a{n}', count: 3, region: ewr, plan: vc2-1c-1gb, os_id: 2136, sshkey_id: [me] }]
";
        assert_eq!(done(&world, text).await, (4, 0, 0));
        get(&world, "instances").await.to_string()
    };
    assert_eq!(shown().await, shown().await);
}
