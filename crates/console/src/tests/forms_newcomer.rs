//! Forms, as somebody fills them in who has never seen the API.

use serde_json::{Value, json};
use testkit::World;
use testkit::api::domains::CreateDomain;
use testkit::api::firewalls::CreateFirewallGroup;
use testkit::api::instances::{Backups, CreateInstance, InstanceFeature, UpdateInstance};
use testkit::api::load_balancers::CreateLoadBalancer;
use testkit::api::vpcs::CreateVpc;

use super::html;
use super::support::{Browser, Got};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMNcVnDOGTdyIuCXLr4bWJ+TrcrkAvwNqFLTrUSiOdkz a@b";

/// The fields of a page at which a mistake is said.
fn mistakes(got: &Got) -> Vec<String> {
    let tags = html::tags(&got.body);
    let links = tags.iter().filter_map(|tag| tag.get("href")?.strip_prefix("#f-"));
    let mut found: Vec<String> = links.map(str::to_owned).collect();
    for id in &found {
        assert!(got.body.contains(&format!("id=\"f-{id}-e\"")), "{id} is told at its field, too");
    }
    found.sort();
    found
}

fn has(page: &str, name: &str, value: &str) -> bool {
    html::filled(page).contains(&(name.to_owned(), value.to_owned()))
}

/// The form for a rule of a new firewall group.
async fn rule_form(world: &World) -> String {
    let group = CreateFirewallGroup { description: Some("web".into()) };
    let group = world.client.firewalls().create(group).await.unwrap();
    format!("/console/op/create-firewall-group-rule?firewall_group_id={}", group.id)
}

async fn rules(world: &World, form: &str) -> Vec<Value> {
    let group = form.rsplit('=').next().unwrap();
    let (_, text) = world.raw("GET", &format!("/v2/firewalls/{group}/rules"), "").await;
    let text: Value = serde_json::from_str(&text).unwrap();
    text["firewall_rules"].as_array().unwrap().clone()
}

#[tokio::test]
async fn all_that_can_be_known_to_be_wrong_is_told_at_once() {
    let world = World::new().await;
    let form = rule_form(&world).await;
    let mut browser = Browser::signed_in(&world).await;
    let got = browser.fill(&form, &[]).await;
    assert_eq!(mistakes(&got), ["ip-type", "protocol", "subnet", "subnet-size"]);
    let typed = [("protocol", "tcp"), ("subnet_size", "many")];
    let got = browser.fill(&form, &typed).await;
    assert_eq!(mistakes(&got), ["ip-type", "port", "subnet", "subnet-size"]);
    assert!(has(&got.body, "protocol", "tcp") && has(&got.body, "subnet_size", "many"));
    // What comes from elsewhere needs no network, and what has no ports no port.
    let typed = [("ip_type", "v4"), ("protocol", "icmp"), ("source", "cloudflare")];
    assert_eq!(browser.fill(&form, &typed).await.status, 303);
    let typed = [("plan", "vc2-1c-1gb"), ("script_id", "mine"), ("label", "web")];
    let got = browser.fill("/console/op/create-instance", &typed).await;
    assert_eq!(mistakes(&got), ["os-id", "region", "script-id"]);
    assert!(got.body.contains("Choose what is installed"), "{}", got.body);
    assert!(!got.body.contains("give one of"), "the API's words are not needed");
    let domain = CreateDomain { domain: "example.com".into(), ..CreateDomain::default() };
    world.client.domains().create(domain).await.unwrap();
    let typed = [("name", "mail"), ("type", "MX"), ("data", "mx.example.com")];
    let got = browser.fill("/console/op/create-record?dns_domain=example.com", &typed).await;
    assert_eq!(mistakes(&got), ["priority"]);
}

#[tokio::test]
async fn what_is_needed_now_and_then_is_marked_so() {
    let world = World::new().await;
    let form = rule_form(&world).await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page(&form).await;
    for mark in ["Port <i>needed for TCP and UDP</i>", "Network <i>needed without a source</i>"] {
        assert!(page.contains(mark), "{mark}: {page}");
    }
    let page = browser.page("/console/op/create-instance").await;
    assert!(page.contains("one of these is needed"));
    let got = browser.fill("/console/op/create-object-storage", &[]).await;
    assert_eq!(mistakes(&got), ["cluster-id", "tier-id"]);
}

#[tokio::test]
async fn a_network_is_typed_with_its_size() {
    let world = World::new().await;
    let form = rule_form(&world).await;
    let mut browser = Browser::signed_in(&world).await;
    for (subnet, kind) in [("0.0.0.0/0", "v4"), ("10.0.0.0/8", "v4"), ("::/0", "v6")] {
        let typed = [("ip_type", kind), ("protocol", "tcp"), ("port", "22"), ("subnet", subnet)];
        let got = browser.fill(&form, &typed).await;
        assert_eq!(got.status, 303, "{subnet}: {}", got.body);
    }
    let made = rules(&world, &form).await;
    let seen: Vec<(&str, u64)> = made
        .iter()
        .map(|rule| (rule["subnet"].as_str().unwrap(), rule["subnet_size"].as_u64().unwrap()))
        .collect();
    assert_eq!(seen, [("0.0.0.0", 0), ("10.0.0.0", 8), ("::", 0)]);
    let typed =
        [("protocol", "tcp"), ("port", "80"), ("subnet", "10.0.0.0/8"), ("subnet_size", "24")];
    let got = browser.fill(&form, &typed).await;
    assert!(mistakes(&got).contains(&"subnet-size".to_owned()), "{}", got.body);
    assert!(got.body.contains("which one is meant?"));
    assert_eq!(rules(&world, &form).await.len(), 3);
}

#[tokio::test]
async fn presets_fill_the_form_in_and_are_taken_as_they_are() {
    let world = World::new().await;
    let form = rule_form(&world).await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page(&form).await;
    let tags = html::tags(&page);
    let links = tags.iter().filter(|tag| tag.get("data-fill").is_some());
    let links: Vec<&str> = links.filter_map(|tag| tag.get("href")).collect();
    assert_eq!(links.len(), 12);
    for link in &links {
        let got = browser.fill(link, &[]).await;
        assert_eq!(got.status, 303, "{link}: {}", got.body);
    }
    assert_eq!(rules(&world, &form).await.len(), links.len());
}

/// Presses the button of a form that leads to where something can be made.
async fn make(browser: &mut Browser<'_>, form: &str, at: &str, typed: &[(&str, &str)]) -> String {
    let page = browser.page(form).await;
    let tags = html::tags(&page);
    let mut buttons = tags.iter().filter(|tag| tag.get("name") == Some("_make"));
    let value = buttons.find_map(|tag| tag.get("value").filter(|value| value.contains(at)));
    let mut typed = typed.to_vec();
    typed.push(("_make", value.unwrap()));
    let got = browser.send_form(form.split('?').next().unwrap(), &page, &typed).await;
    assert_eq!(got.status, 303, "{}", got.body);
    got.location
}

#[tokio::test]
async fn what_is_missing_is_made_on_the_way_and_nothing_is_lost() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let typed = [
        ("region", "ewr"),
        ("plan", "vc2-1c-1gb"),
        ("os_id", "2136"),
        ("label", "web & co"),
        ("tags", "a, b"),
        ("block_devices.0.disk_size", "50"),
        ("user_data", "#cloud-config\nx: ä\n"),
    ];
    let form = "/console/op/create-instance";
    let key = make(&mut browser, form, " sshkey_id", &typed).await;
    assert!(key.starts_with("/console/op/create-ssh-key?"), "{key}");
    assert!(browser.page(&key).await.contains("you come back to"));
    let got = browser.fill(&key, &[("name", "mia"), ("ssh_key", "nonsense")]).await;
    assert_eq!(got.status, 400, "a mistake keeps the way back");
    let fixed = [("ssh_key", KEY)];
    let got = browser.send_form("/console/op/create-ssh-key", &got.body, &fixed).await;
    assert_eq!(got.status, 303, "{}", got.body);
    let page = browser.page(&got.location).await;
    let made = &world.client.ssh_keys().list().await.unwrap().items[0];
    assert!(has(&page, "sshkey_id", &made.id.to_string()), "{page}");
    for (name, value) in typed.iter().filter(|(name, _)| !matches!(*name, "tags" | "os_id")) {
        assert!(has(&page, name, value), "{name}: {:?}", html::filled(&page));
    }
    assert!(has(&page, "tags.0", "a") && has(&page, "tags.1", "b"));
    assert!(has(&page, "_of.os_id.debian", "2136"));
    // One form leads to another, and each back to where it was opened.
    let group = make(&mut browser, &got.location, " firewall_group_id", &[]).await;
    let got = browser.fill(&group, &[("description", "web")]).await;
    let page = browser.page(&got.location).await;
    let group = &world.client.firewalls().list().await.unwrap().items[0];
    assert!(has(&page, "firewall_group_id", &group.id.to_string()));
    assert!(has(&page, "sshkey_id", &made.id.to_string()) && has(&page, "label", "web & co"));
    let got = browser.send_form(form, &page, &[]).await;
    assert_eq!(got.status, 303, "{}", got.body);
    let instance = &world.client.instances().list().await.unwrap().items[0];
    assert_eq!(
        (instance.label.as_str(), &instance.tags[..]),
        ("web & co", &["a".to_owned(), "b".into()][..])
    );
    assert_eq!(instance.firewall_group_id.to_string(), group.id.to_string());
}

#[tokio::test]
async fn no_secret_stands_in_an_address_and_no_address_leads_elsewhere() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let form = "/console/op/create-load-balancer?region=ewr";
    let typed = [("label", "lb"), ("ssl.private_key", "hush-hush"), ("ssl.certificate", "cert")];
    let vpc = make(&mut browser, form, " vpc", &typed).await;
    assert!(!vpc.contains("hush") && vpc.contains("region=ewr"), "{vpc}");
    let got = browser.fill(&vpc, &[("description", "inside")]).await;
    assert!(got.location.starts_with("/console/op/create-load-balancer?"), "{}", got.location);
    let page = browser.page(&got.location).await;
    assert!(page.contains("Fill in again: Private key"), "{page}");
    assert!(has(&page, "label", "lb") && has(&page, "ssl.certificate", "cert"));
    for elsewhere in ["https://elsewhere.example/", "//elsewhere.example", "/console/logout"] {
        let typed =
            [("name", "mia"), ("ssh_key", KEY), ("_back", elsewhere), ("_into", "sshkey_id")];
        let got = browser.fill("/console/op/create-ssh-key", &typed).await;
        assert!(got.location.starts_with("/console/v2/ssh-keys/"), "{}", got.location);
    }
}

#[tokio::test]
async fn a_change_shows_what_is_and_leaves_alone_what_was_not_touched() {
    let world = World::new().await;
    let create = CreateInstance {
        region: "ewr".into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        label: Some("web".into()),
        tags: Some(vec!["prod".into(), "blue".into()]),
        enable_ipv6: Some(true),
        backups: Some(Backups::Enabled),
        ..CreateInstance::default()
    };
    let instance = world.client.instances().create(create).await.unwrap();
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let address = format!("/console/op/update-instance?instance_id={}", instance.id);
    let page = browser.page(&address).await;
    for (name, value) in [
        ("label", "web"),
        ("tags.0", "prod"),
        ("tags.1", "blue"),
        ("backups", "enabled"),
        ("ddos_protection", "false"),
    ] {
        assert!(has(&page, name, value), "{name}: {:?}", html::filled(&page));
    }
    assert!(page.contains("It is on, and stays on."), "IPv6 cannot be switched off");
    let operation = crate::form::operation("update-instance").unwrap();
    let sent = Value::from(crate::form::read(&operation, &html::filled(&page)));
    assert_eq!(sent, json!({"instance_id": instance.id}), "nothing was touched");
    // Another changes something meanwhile.
    let other = UpdateInstance {
        instance_id: instance.id,
        tags: Some(vec!["green".into()]),
        ..UpdateInstance::default()
    };
    world.client.send(other).await.unwrap();
    let action = "/console/op/update-instance";
    let got = browser.send_form(action, &page, &[("label", "shop")]).await;
    assert_eq!(got.status, 303, "{}", got.body);
    let seen = world.client.instances().get(instance.id).await.unwrap();
    assert_eq!((seen.label.as_str(), &seen.tags[..]), ("shop", &["green".to_owned()][..]));
    assert!(
        seen.features.iter().any(|feature| *feature == InstanceFeature::AutoBackups),
        "{:?}",
        seen.features
    );
    let page = browser.page(&address).await;
    let mut all = html::filled(&page);
    all.retain(|(name, value)| name != "backups" || value == "disabled");
    let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(browser.post(action, &all).await.status, 303);
    let seen = world.client.instances().get(instance.id).await.unwrap();
    assert!(
        !seen.features.iter().any(|feature| *feature == InstanceFeature::AutoBackups),
        "{:?}",
        seen.features
    );
}

#[tokio::test]
async fn untouched_forms_of_changes_send_nothing() {
    let world = World::new().await;
    let create = CreateLoadBalancer {
        region: "ewr".into(),
        label: Some("lb".into()),
        ..CreateLoadBalancer::default()
    };
    let balancer = world.client.load_balancers().create(create).await.unwrap();
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let address = format!("/console/op/update-load-balancer?load_balancer_id={}", balancer.id);
    let page = browser.page(&address).await;
    let operation = crate::form::operation("update-load-balancer").unwrap();
    let sent = Value::from(crate::form::read(&operation, &html::filled(&page)));
    assert_eq!(sent, json!({"load_balancer_id": balancer.id}));
    let mut changed = html::filled(&page);
    for (name, value) in &mut changed {
        if name == "health_check.port" {
            *value = "8080".into();
        }
    }
    let sent = Value::from(crate::form::read(&operation, &changed));
    let expected = json!({"load_balancer_id": balancer.id, "health_check": {"port": 8080}});
    assert_eq!(sent, expected, "of what is merged, what stayed is not sent");
}

#[tokio::test]
async fn a_change_attaches_what_is_not_there_and_detaches_what_is() {
    let world = World::new().await;
    let vpc = |description: &str| CreateVpc {
        region: "ewr".into(),
        description: Some(description.into()),
        ..CreateVpc::default()
    };
    let inside = world.client.vpcs().create(vpc("inside")).await.unwrap();
    let outside = world.client.vpcs().create(vpc("outside")).await.unwrap();
    let create = CreateInstance {
        region: "ewr".into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        attach_vpc: Some(vec![inside.id]),
        ..CreateInstance::default()
    };
    let instance = world.client.instances().create(create).await.unwrap();
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let address = format!("/console/op/update-instance?instance_id={}", instance.id);
    let page = browser.page(&address).await;
    let tags = html::tags(&page);
    let choices = |field: &str| -> Vec<&str> {
        let own = tags.iter().filter(|tag| tag.get("name") == Some(field));
        own.filter_map(|tag| tag.get("value")).collect()
    };
    assert_eq!(choices("attach_vpc"), [outside.id.to_string()]);
    assert_eq!(choices("detach_vpc"), [inside.id.to_string()]);
}

#[tokio::test]
async fn what_was_chosen_and_is_not_in_the_region_stays_and_is_told() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let plan = "vc2-1c-0.5gb-free";
    let page = browser.page(&format!("/console/op/create-instance?region=ams&plan={plan}")).await;
    assert!(has(&page, "plan", plan), "it stays chosen");
    assert!(page.contains(&format!("{plan} is not to be had in ams")), "{page}");
    let (region, _) = page.split_once("is not to be had in").unwrap();
    assert!(!region.is_empty());
    let page = browser.page(&format!("/console/op/create-instance?region=ewr&plan={plan}")).await;
    assert!(!page.contains("is not to be had in ams"));
}
