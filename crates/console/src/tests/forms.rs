//! Forms, as somebody at a browser fills them in.

use presentation::operations;
use serde_json::Value;
use testkit::World;
use testkit::api::blocks::CreateBlock;
use testkit::api::domains::CreateDomain;
use testkit::api::firewalls::CreateFirewallGroup;
use testkit::api::instances::CreateInstance;
use testkit::api::ssh_keys::CreateSshKey;

use super::html;
use super::support::{Browser, Got};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMNcVnDOGTdyIuCXLr4bWJ+TrcrkAvwNqFLTrUSiOdkz a@b";

/// A form, what is typed into it, and the field that is refused.
type Case<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str);

impl Browser<'_> {
    /// Opens a form, fills these fields in, and presses its button.
    pub(crate) async fn fill(&mut self, address: &str, typed: &[(&str, &str)]) -> Got {
        let page = self.page(address).await;
        let action = address.split('?').next().unwrap();
        self.send_form(action, &page, typed).await
    }

    /// Sends the form of a page, with these fields in place of what is in it.
    pub(crate) async fn send_form(
        &mut self,
        action: &str,
        page: &str,
        typed: &[(&str, &str)],
    ) -> Got {
        let mut all = html::filled(page);
        all.retain(|(name, _)| !typed.iter().any(|(own, _)| own == name));
        all.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post(action, &all).await
    }
}

#[tokio::test]
async fn each_operation_has_a_form_in_which_each_control_has_a_label() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    for operation in operations::all() {
        let id = operation.op.id;
        let page = browser.page(&format!("/console/op/{id}")).await;
        assert_eq!(html::unlabelled(&page), Vec::<String>::new(), "{id}");
        assert_eq!(html::twice(&page), Vec::<String>::new(), "{id}");
        assert_eq!(html::astray(&page), Vec::<String>::new(), "{id}");
        assert_eq!(page.matches("<h1").count(), 1, "{id}");
        // A form that is sent as it comes says what is missing, or does what needs nothing.
        let names = html::filled(&page);
        let schema = operation.request();
        for name in presentation::schema::required(&schema) {
            let at = |own: &str| own == name || own.starts_with(&format!("{name}."));
            let drawn = format!("name=\"{name}");
            assert!(names.iter().any(|(own, _)| at(own)) || page.contains(&drawn), "{id}: {name}");
        }
    }
    let got = browser.get("/console/op/no-such-operation").await;
    assert_eq!(got.status, 404);
}

#[tokio::test]
async fn a_form_makes_a_thing_and_leads_to_it() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let typed = [("name", "mia"), ("ssh_key", KEY)];
    let got = browser.fill("/console/op/create-ssh-key", &typed).await;
    assert_eq!(got.status, 303, "{}", got.body);
    assert!(got.location.starts_with("/console/v2/ssh-keys/"), "{}", got.location);
    let keys = world.client.ssh_keys().list().await.unwrap().items;
    assert_eq!((keys[0].name.as_str(), keys[0].ssh_key.as_str()), ("mia", KEY));
}

#[tokio::test]
async fn groups_come_and_go_and_what_was_typed_stays() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let address = "/console/op/create-load-balancer";
    let rule = |n: usize, port: &'static str| {
        let way = |field: &str| format!("forwarding_rules.{n}.{field}");
        vec![
            (way("frontend_protocol"), "http"),
            (way("frontend_port"), port),
            (way("backend_protocol"), "http"),
            (way("backend_port"), port),
        ]
    };
    let mut typed: Vec<(String, &str)> =
        vec![("region".into(), "ewr"), ("label".into(), "lb"), ("_add".into(), "forwarding_rules")];
    typed.extend(rule(0, "80"));
    let refer = |typed: &[(String, &'static str)]| -> Vec<(String, String)> {
        typed.iter().map(|(n, v)| (n.clone(), (*v).to_owned())).collect()
    };
    let owned = refer(&typed);
    let pairs: Vec<(&str, &str)> = owned.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let got = browser.fill(address, &pairs).await;
    assert_eq!(got.status, 200);
    let names: Vec<String> = html::filled(&got.body).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"forwarding_rules.1.backend_port".to_owned()), "{names:?}");
    let held = html::filled(&got.body);
    assert!(held.contains(&("forwarding_rules.0.frontend_port".into(), "80".into())), "{held:?}");
    assert!(held.contains(&("label".into(), "lb".into())));
    assert!(world.client.load_balancers().list().await.unwrap().items.is_empty());

    let owned = refer(&rule(1, "443"));
    let pairs: Vec<(&str, &str)> = owned.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let mut removes = pairs.clone();
    removes.push(("_remove", "forwarding_rules.0"));
    let got = browser.send_form(address, &got.body, &removes).await;
    assert_eq!(got.status, 200);
    let got = browser.send_form(address, &got.body, &[]).await;
    assert_eq!(got.status, 303, "{}", got.body);
    let made = world.client.load_balancers().list().await.unwrap().items;
    let ports: Vec<u16> = made[0].forwarding_rules.iter().map(|r| r.frontend_port).collect();
    assert_eq!((made[0].label.as_str(), &ports[..]), ("lb", &[443][..]));
}

#[tokio::test]
async fn a_change_begins_with_what_is_and_sends_what_is_other() {
    let world = World::new().await;
    let create = CreateSshKey { name: "mia".into(), ssh_key: KEY.into() };
    let key = world.client.ssh_keys().create(create).await.unwrap();
    let mut browser = Browser::signed_in(&world).await;
    let address = format!("/console/op/update-ssh-key?ssh_key_id={}", key.id);
    let page = browser.page(&address).await;
    let held = html::filled(&page);
    assert!(held.contains(&("name".into(), "mia".into())), "{held:?}");
    assert!(held.contains(&("ssh_key".into(), KEY.into())), "{held:?}");
    let operation = crate::form::operation("update-ssh-key").unwrap();
    let changed: Vec<(String, String)> = held
        .into_iter()
        .map(|(name, value)| if name == "name" { (name, "noa".into()) } else { (name, value) })
        .collect();
    let sent = Value::from(crate::form::read(&operation, &changed));
    assert_eq!(sent, serde_json::json!({"ssh_key_id": key.id, "name": "noa"}));
    let got = browser.fill(&address, &[("name", "noa")]).await;
    let to = format!("/console/v2/ssh-keys/{}", key.id);
    assert_eq!((got.status, got.location), (303, to));
    assert_eq!(world.client.ssh_keys().get(key.id).await.unwrap().name, "noa");
}

#[tokio::test]
async fn what_is_destroyed_is_named_first() {
    let world = World::new().await;
    let create = CreateBlock {
        region: "ewr".into(),
        size_gb: 20,
        label: Some("data".into()),
        ..CreateBlock::default()
    };
    let block = world.client.blocks().create(create).await.unwrap();
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let address = format!("/console/op/delete-block?block_id={}", block.id);
    let page = browser.page(&address).await;
    assert!(page.contains("data-must=\"data\"") && page.contains("Delete data"), "{page}");
    for name in ["", "dat", "DATA"] {
        let got = browser.fill(&address, &[("_sure", name)]).await;
        assert_eq!(got.status, 400, "{name}");
        assert!(got.body.contains("type data to go on"), "{}", got.body);
    }
    assert_eq!(world.client.blocks().list().await.unwrap().items.len(), 1);
    let got = browser.fill(&address, &[("_sure", "data")]).await;
    assert_eq!((got.status, got.location.as_str()), (303, "/console/v2/blocks"));
    assert!(world.client.blocks().list().await.unwrap().items.is_empty());
    let got = browser.get(&address).await;
    assert_eq!(got.status, 404);
}

#[tokio::test]
async fn a_form_of_elsewhere_and_one_without_the_token_change_nothing() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/op/create-ssh-key").await;
    let mut all = html::filled(&page);
    for (name, value) in &mut all {
        match name.as_str() {
            "name" => *value = "mia".into(),
            "ssh_key" => *value = KEY.into(),
            _ => {}
        }
    }
    let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let without: Vec<(&str, &str)> = all.iter().copied().filter(|(n, _)| *n != "_token").collect();
    let to = "/console/op/create-ssh-key";
    assert_eq!(browser.post(to, &without).await.status, 403);
    assert_eq!(browser.post_from("https://elsewhere.example", to, &all).await.status, 403);
    let price = "/console/price?op=create-ssh-key";
    assert_eq!(browser.post(price, &without).await.status, 403);
    assert!(world.client.ssh_keys().list().await.unwrap().items.is_empty());
    assert_eq!(browser.post(to, &all).await.status, 303);
}

#[tokio::test]
async fn refusals_stand_at_the_field_that_they_name_and_everything_typed_stays() {
    let world = World::new().await;
    let domain = CreateDomain { domain: "example.com".into(), ..CreateDomain::default() };
    world.client.domains().create(domain).await.unwrap();
    let group = CreateFirewallGroup { description: Some("web".into()) };
    let group = world.client.firewalls().create(group).await.unwrap();
    let group = format!("firewall_group_id={}", group.id);
    let mut browser = Browser::signed_in(&world).await;
    let server = [("region", "ewr"), ("plan", "vc2-1c-1gb"), ("os_id", "2136"), ("label", "web")];
    let with = |name, value| {
        let mut all: Vec<(&'static str, &'static str)> =
            server.iter().copied().filter(|(own, _)| *own != name).collect();
        all.push((name, value));
        all
    };
    let record = |kind, data| vec![("name", "www"), ("type", kind), ("data", data)];
    let rule = |port, subnet, size| {
        vec![
            ("ip_type", "v4"),
            ("protocol", "tcp"),
            ("port", port),
            ("subnet", subnet),
            ("subnet_size", size),
        ]
    };
    let (records, rules) = ("create-record?dns_domain=example.com".to_owned(), group.clone());
    let rules = format!("create-firewall-group-rule?{rules}");
    let cases: Vec<Case<'_>> = vec![
        ("create-instance", with("region", "xyz"), "region"),
        ("create-instance", with("plan", "vc2-1c-1gbb"), "plan"),
        ("create-instance", with("os_id", "99999"), "os_id"),
        ("create-instance", with("hostname", "web 5"), "hostname"),
        ("create-instance", with("ipxe_chain_url", &"x".repeat(9000).leak()[..]), "ipxe_chain_url"),
        ("create-block", vec![("region", "ewr"), ("size_gb", "5")], "size_gb"),
        ("create-block", vec![("region", "ewr"), ("size_gb", "many")], "size_gb"),
        ("create-block", vec![("region", "ewr")], "size_gb"),
        (&records, record("A", "not an address"), "data"),
        (&rules, rule("22", "192.0.2.0", "64"), "subnet_size"),
        (&rules, rule("99999", "192.0.2.0", "24"), "port"),
        ("create-ssh-key", vec![("name", "mia"), ("ssh_key", "nonsense")], "ssh_key"),
        ("create-api-key", vec![("expire", "true"), ("date_expire", "soon")], "date_expire"),
        (
            "create-user",
            vec![("email", "nobody"), ("name", "n"), ("password", "Pa55word!x")],
            "email",
        ),
    ];
    let mut wrong = Vec::new();
    for (form, typed, field) in cases {
        let got = browser.fill(&format!("/console/op/{form}"), &typed).await;
        let id = format!("f-{}", field.replace(['.', '_'], "-"));
        let note = "role=\"alert\"";
        let is_there = (400..500).contains(&got.status)
            && got.body.contains(note)
            && got.body.contains(&format!("id=\"{id}-e\""))
            && got.body.contains(&format!("href=\"#{id}\""))
            && html::astray(&got.body).is_empty();
        if !is_there {
            let note = got.body.split(note).nth(1).unwrap_or_default();
            wrong.push(format!("{form} {field}: {} {note:.300}", got.status));
            continue;
        }
        let held = html::filled(&got.body);
        for (name, value) in typed {
            let stays = held.contains(&(name.to_owned(), value.to_owned()));
            // A word that is none cannot be chosen again.
            // Of systems a family is chosen, and its version.
            let is_system = name == "os_id" && held.iter().any(|(_, held)| held == value);
            assert!(stays || is_system || name == field, "{form}: {name} is gone: {held:?}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(world.client.instances().list().await.unwrap().items.is_empty());
}

#[tokio::test]
async fn what_may_have_been_meant_can_be_taken() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let typed = [("region", "ewr"), ("plan", "vc2-1c-1gbb"), ("os_id", "2136"), ("label", "web")];
    let got = browser.fill("/console/op/create-instance", &typed).await;
    assert!(got.body.contains("value=\"plan=vc2-1c-1gb\""), "{}", got.body);
    let put = [("_put", "plan=vc2-1c-1gb")];
    let got = browser.send_form("/console/op/create-instance", &got.body, &put).await;
    assert_eq!(got.status, 200);
    let held = html::filled(&got.body);
    assert!(held.contains(&("plan".into(), "vc2-1c-1gb".into())), "{held:?}");
    let got = browser.send_form("/console/op/create-instance", &got.body, &[]).await;
    assert_eq!(got.status, 303, "{}", got.body);
    // Who loads the page of the answer again makes nothing again.
    for _ in 0..2 {
        let page = browser.page(&got.location).await;
        assert!(page.contains("Shown once"), "{page}");
    }
    let (_, all) = world.raw("GET", "/v2/instances", "").await;
    assert!(all.contains("\"total\":1"), "{all}");
}

#[tokio::test]
async fn keys_are_shown_once_and_no_page_has_them_again() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let got = browser.fill("/console/op/create-api-key", &[("name", "ci")]).await;
    let page = browser.page(&got.location).await;
    assert!(page.contains("Shown once") && page.contains("data-copy"), "{page}");
    assert_eq!(Browser::signed_in(&world).await.get(&got.location).await.status, 404, "another's");
    let typed =
        [("email", "a@example.com"), ("name", "a"), ("password", "Very-Secret-1"), ("acls", "dns")];
    let got = browser.fill("/console/op/create-user", &typed).await;
    assert!(got.status == 303 || got.status == 200, "{}", got.body);
    let users = world.client.users().list().await.unwrap().items;
    let user = users.iter().find(|user| user.email == "a@example.com").unwrap();
    let page = browser.page(&format!("/console/op/update-user?user_id={}", user.id)).await;
    let held = html::filled(&page);
    assert!(held.contains(&("email".into(), "a@example.com".into())), "{held:?}");
    assert!(held.contains(&("acls".into(), "dns".into())), "{held:?}");
    assert!(held.contains(&("password".into(), String::new())), "{held:?}");
    assert!(!page.contains("Very-Secret-1"));
}

#[tokio::test]
async fn what_others_called_their_things_is_text() {
    let world = World::new().await;
    let script = "<script>alert(1)</script>";
    let create = CreateSshKey { name: script.into(), ssh_key: KEY.into() };
    let key = world.client.ssh_keys().create(create).await.unwrap();
    let mut browser = Browser::signed_in(&world).await;
    for address in [
        format!("/console/op/update-ssh-key?ssh_key_id={}", key.id),
        format!("/console/op/delete-ssh-key?ssh_key_id={}", key.id),
        "/console/op/create-instance".to_owned(),
        "/console/op/create-ssh-key?name=%3Cscript%3Ealert(1)%3C%2Fscript%3E".to_owned(),
    ] {
        let page = browser.page(&address).await;
        assert!(page.contains("&lt;script&gt;alert(1)"), "{address}");
        assert!(!page.contains("<script>alert"), "{address}");
    }
}

#[tokio::test]
async fn the_price_is_known_before_anything_is_made() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let typed =
        [("region", "ewr"), ("plan", "vc2-2c-4gb"), ("backups", "enabled"), ("_price", "1")];
    let got = browser.fill("/console/op/create-instance", &typed).await;
    assert_eq!(got.status, 200);
    assert!(got.body.contains("$24.00") && got.body.contains("vc2-2c-4gb in ewr"), "{}", got.body);
    let token = browser.token().await;
    let pool = [
        ("_token", token.as_str()),
        ("region", "ewr"),
        ("node_pools.0.plan", "vc2-2c-4gb"),
        ("node_pools.0.node_quantity", "3"),
    ];
    let got = browser.post("/console/price?op=create-cluster", &pool).await;
    assert!(got.body.contains("$60.00") && !got.body.contains("<html"), "{}", got.body);
    let disk = [
        ("_token", token.as_str()),
        ("region", "ewr"),
        ("storage_size.gb", "100"),
        ("disk_type", "hdd"),
    ];
    let got = browser.post("/console/price?op=create-vfs", &disk).await;
    assert!(got.body.contains("$2.50"), "{}", got.body);
    let got = browser.page("/console/op/create-load-balancer").await;
    assert!(got.contains("No operation of the API shows what this costs."));
    assert!(world.client.instances().list().await.unwrap().items.is_empty());
}

#[tokio::test]
async fn of_very_many_things_one_is_found_by_writing() {
    let world = World::new().await;
    for number in 0..=200 {
        let create = CreateSshKey { name: format!("key-{number}"), ssh_key: KEY.into() };
        world.client.ssh_keys().create(create).await.unwrap();
    }
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/op/create-instance").await;
    assert!(page.contains("<datalist id=\"f-sshkey-id-l\">"));
    assert_eq!(html::unlabelled(&page), Vec::<String>::new());
    let page = browser.page("/console/op/update-ssh-key").await;
    assert!(page.contains("<datalist id=\"f-ssh-key-id-l\">"));
    assert_eq!(html::astray(&page), Vec::<String>::new());
}

#[tokio::test]
async fn a_region_without_what_is_wanted_is_seen_to_be_one() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let less = |page: &str| page.matches("class=\"tile less\"").count();
    let page = browser.page("/console/op/create-block?block_type=storage_opt").await;
    assert_eq!(less(&page), 1);
    let page = browser.page("/console/op/create-block").await;
    assert_eq!(less(&page), 21, "those without the usual type");
    assert!(page.contains("12 of 33 have this"));
    let page = browser.page("/console/op/create-instance?plan=vc2-1c-0.5gb-free").await;
    assert!(page.contains("3 of 33 have this"), "{page}");
    let page = browser.page("/console/op/create-domain").await;
    assert_eq!(less(&page), 0);
}

#[tokio::test]
async fn a_change_that_loses_what_is_on_the_disk_asks_for_the_name() {
    let world = World::new().await;
    let create = CreateInstance {
        region: "ewr".into(),
        plan: "vc2-1c-1gb".into(),
        os_id: Some(2136),
        label: Some("web".into()),
        ..CreateInstance::default()
    };
    let instance = world.client.instances().create(create).await.unwrap();
    world.settle().await;
    let mut browser = Browser::signed_in(&world).await;
    let address = format!("/console/op/update-instance?instance_id={}", instance.id);
    let got = browser.fill(&address, &[("label", "other")]).await;
    assert_eq!(got.status, 303, "{}", got.body);
    let got = browser.fill(&address, &[("os_id", "2284")]).await;
    assert_eq!(got.status, 400);
    assert!(got.body.contains("type other to go on"), "{}", got.body);
    let seen = world.client.instances().get(instance.id).await.unwrap();
    assert_eq!((seen.os_id, seen.label.as_str()), (2136, "other"));
    let action = "/console/op/update-instance";
    let got = browser.send_form(action, &got.body, &[("_sure", "other")]).await;
    assert_eq!(got.status, 303, "{}", got.body);
    let seen = world.client.instances().get(instance.id).await.unwrap();
    assert_eq!(seen.os_id, 2284);
}
