//! DNS domains, through a server in this process.

use api::domains::*;
use api::id::RecordId;
use testkit::{World, refused};

fn named(domain: &str) -> CreateDomain {
    CreateDomain { domain: domain.into(), ip: None, dns_sec: None }
}

/// A world with a domain that has name servers only.
async fn world_with(domain: &str) -> World {
    let world = World::new().await;
    world.client.send(named(domain)).await.unwrap();
    world
}

fn wish(kind: RecordType, name: &str, data: &str) -> CreateRecord {
    let (dns_domain, ttl, priority) = ("example.com".into(), None, None);
    CreateRecord { dns_domain, name: name.into(), kind, data: data.into(), ttl, priority }
}

fn change(record_id: RecordId) -> UpdateRecord {
    UpdateRecord { dns_domain: "example.com".into(), record_id, ..Default::default() }
}

async fn read(world: &World, record_id: RecordId) -> Record {
    let get = GetRecord { dns_domain: "example.com".into(), record_id };
    world.client.send(get).await.unwrap()
}

async fn records(world: &World, domain: &str) -> Vec<(String, String, String, i32, u32)> {
    let list = ListRecords { dns_domain: domain.into(), ..Default::default() };
    let items = world.client.send(list).await.unwrap().items;
    let view = |record: Record| {
        let kind = serde_json::to_value(&record.kind).unwrap();
        let kind = kind.as_str().unwrap().to_owned();
        (kind, record.name, record.data, record.priority, record.ttl)
    };
    items.into_iter().map(view).collect()
}

fn row(kind: &str, name: &str, data: &str, priority: i32) -> (String, String, String, i32, u32) {
    (kind.into(), name.into(), data.into(), priority, 300)
}

async fn dnssec(world: &World, domain: &str) -> Vec<String> {
    let get = GetDomainDnssec { dns_domain: domain.into() };
    world.client.send(get).await.unwrap()
}

#[tokio::test]
async fn a_domain_with_an_address_starts_with_records_for_it() {
    let world = World::new().await;
    let ip = Some("192.0.2.10".parse::<std::net::IpAddr>().unwrap().into());
    let made = world.client.send(CreateDomain { ip, ..named("example.com") }).await.unwrap();
    assert_eq!((&*made.domain, made.dns_sec == DnsSec::Disabled), ("example.com", true));
    let expected = [
        row("NS", "", "ns1.vultr.com", -1),
        row("NS", "", "ns2.vultr.com", -1),
        row("A", "", "192.0.2.10", -1),
        row("CNAME", "*", "example.com", -1),
        row("MX", "", "example.com", 10),
    ];
    assert_eq!(records(&world, "example.com").await, expected);
    let ip = Some("2001:db8::1".parse::<std::net::IpAddr>().unwrap().into());
    world.client.send(CreateDomain { ip, ..named("example.org") }).await.unwrap();
    assert_eq!(records(&world, "example.org").await[2], row("AAAA", "", "2001:db8::1", -1));
}

#[tokio::test]
async fn a_domain_without_an_address_has_name_servers_only() {
    let world = World::new().await;
    let body = r#"{"domain":"example.com","ip":"","dns_sec":"disabled"}"#;
    let (status, _) = world.raw("POST", "/v2/domains", body).await;
    assert_eq!(status, 200);
    let expected = [row("NS", "", "ns1.vultr.com", -1), row("NS", "", "ns2.vultr.com", -1)];
    assert_eq!(records(&world, "example.com").await, expected);
}

#[tokio::test]
async fn a_name_is_kept_as_it_was_sent_and_found_in_any_case() {
    let world = world_with("Example.COM").await;
    let get = GetDomain { dns_domain: "example.com".into() };
    assert_eq!(world.client.send(get).await.unwrap().domain, "Example.COM");
    let (status, text) = refused(world.client.send(named("example.com")).await);
    assert!(status == 400 && text.starts_with("Domain already exists"), "{text}");
    let list = world.client.send(ListDomains::default()).await.unwrap();
    assert_eq!(list.items.len(), 1);
}

#[tokio::test]
async fn accounts_do_not_see_each_others_domains() {
    let world = World::builder().open().build().await;
    world.client.send(named("example.com")).await.unwrap();
    let stranger = world.client_with("somebody else's key");
    let get = GetDomain { dns_domain: "example.com".into() };
    assert_eq!(refused(stranger.send(get).await).0, 404);
    stranger.send(named("example.com")).await.expect("theirs is another");
}

#[tokio::test]
async fn what_is_no_domain_of_its_own_is_refused() {
    let world = World::new().await;
    for name in ["www.example.com", "com", "co.uk", "ex ample.com", "bücher.de", "example.com."] {
        let (status, text) = refused(world.client.send(named(name)).await);
        assert!(status == 400 && text.contains("domain:"), "{name}: {text}");
    }
    world.client.send(named("example.co.uk")).await.unwrap();
    world.client.send(named("xn--bcher-kva.de")).await.unwrap();
    let (status, _) = world.raw("POST", "/v2/domains", r#"{"domain":"a.com","ip":"x"}"#).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_deleted_domain_is_gone_with_its_records() {
    let world = world_with("example.com").await;
    let record = world.client.send(wish(RecordType::A, "www", "192.0.2.1")).await.unwrap();
    let dns_domain = || "example.com".to_owned();
    world.client.send(DeleteDomain { dns_domain: dns_domain() }).await.unwrap();
    let (status, text) = refused(world.client.send(GetDomain { dns_domain: dns_domain() }).await);
    assert!(status == 404 && text.contains("Invalid domain"), "{text}");
    world.client.send(named("example.com")).await.expect("the name is free");
    let get = GetRecord { dns_domain: dns_domain(), record_id: record.id };
    assert_eq!(refused(world.client.send(get).await).0, 404);
    assert_eq!(records(&world, "example.com").await.len(), 2);
}

#[tokio::test]
async fn dnssec_has_a_key_as_long_as_it_is_on() {
    let world = world_with("example.com").await;
    assert_eq!(dnssec(&world, "example.com").await, [""; 0]);
    let switch = async |dns_sec| {
        let dns_domain = "example.com".to_owned();
        world.client.send(UpdateDomain { dns_domain: dns_domain.clone(), dns_sec }).await.unwrap();
        world.client.send(GetDomain { dns_domain }).await.unwrap().dns_sec
    };
    assert_eq!(switch(DnsSec::Enabled).await, DnsSec::Enabled);
    let lines = dnssec(&world, "example.com").await;
    assert!(lines[0].starts_with("example.com IN DNSKEY 257 3 13 "), "{}", lines[0]);
    let tag = lines[1].split(' ').nth(3).unwrap();
    assert!(lines[1].starts_with(&format!("example.com IN DS {tag} 13 1 ")));
    assert!(lines[2].starts_with(&format!("example.com IN DS {tag} 13 2 ")));
    let hex = |line: &str| line.rsplit(' ').next().unwrap().len();
    assert_eq!((hex(&lines[1]), hex(&lines[2])), (40, 64));
    switch(DnsSec::Enabled).await;
    assert_eq!(dnssec(&world, "example.com").await, lines, "the registrar knows this key");
    assert_eq!(switch(DnsSec::Disabled).await, DnsSec::Disabled);
    assert_eq!(dnssec(&world, "example.com").await, [""; 0]);
    let signed = CreateDomain { dns_sec: Some(DnsSec::Enabled), ..named("example.org") };
    world.client.send(signed).await.unwrap();
    assert_eq!(dnssec(&world, "example.org").await.len(), 3);
}

#[tokio::test]
async fn no_answer_shows_the_secret_key() {
    let world = World::new().await;
    let body = r#"{"domain":"example.com","dns_sec":"enabled"}"#;
    let (_, created) = world.raw("POST", "/v2/domains", body).await;
    let (_, read) = world.raw("GET", "/v2/domains/example.com", "").await;
    for answer in [created, read] {
        let value: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let fields: Vec<_> = value["domain"].as_object().unwrap().keys().collect();
        assert_eq!(fields, ["domain", "date_created", "dns_sec"]);
    }
}

#[tokio::test]
async fn the_soa_keeps_what_is_not_sent() {
    let world = world_with("example.com").await;
    let get = async || {
        let get = GetDomainSoa { dns_domain: "example.com".into() };
        let soa = world.client.send(get).await.unwrap();
        (soa.nsprimary, soa.email)
    };
    let soa = |nsprimary: &str, email: &str| UpdateDomainSoa {
        dns_domain: "example.com".into(),
        nsprimary: Some(nsprimary.into()),
        email: Some(email.into()),
    };
    assert_eq!(get().await, ("ns1.vultr.com".into(), "admin@example.com".into()));
    world.client.send(soa("", "me@example.org")).await.unwrap();
    assert_eq!(get().await, ("ns1.vultr.com".into(), "me@example.org".into()));
    for wrong in [soa("a b", "x@example.org"), soa("ns.example.org", "nobody"), soa("", "@a.b")] {
        assert_eq!(refused(world.client.send(wrong).await).0, 400);
    }
    assert_eq!(get().await, ("ns1.vultr.com".into(), "me@example.org".into()));
}

#[tokio::test]
async fn records_come_back_as_they_were_sent() {
    let world = world_with("example.com").await;
    let (sha1, txt) = ("ab".repeat(20), format!("\"{}\"", "x".repeat(400)));
    for (kind, name, data) in [
        (RecordType::A, "www", "192.0.2.1"),
        (RecordType::Aaaa, "www", "2001:DB8::1"),
        (RecordType::Cname, "ftp", "www.example.com"),
        (RecordType::Ns, "sub", "ns.example.org"),
        (RecordType::Mx, "", "mail.example.com"),
        (RecordType::Srv, "_sip._tcp", "5 5060 sip.example.com"),
        (RecordType::Txt, "", txt.as_str()),
        (RecordType::Caa, "", r#"0 issue "letsencrypt.org""#),
        (RecordType::Sshfp, "host", &format!("4 1 {sha1}")),
    ] {
        let sent = CreateRecord { ttl: Some(3600), priority: Some(0), ..wish(kind, name, data) };
        let made = world.client.send(sent).await.unwrap();
        assert_eq!((&*made.name, &*made.data, made.ttl, made.priority), (name, data, 3600, 0));
        assert_eq!(made.kind, kind);
        assert_eq!(read(&world, made.id).await, made);
    }
}

#[tokio::test]
async fn a_name_reads_below_its_domain_however_it_was_written() {
    let world = world_with("example.com").await;
    for (sent, read_back) in [
        ("www.example.com", "www"),
        ("www.example.com.", "www"),
        ("WWW.Example.com", "www"),
        ("a.B.example.com", "a.b"),
        ("*.example.com", "*"),
        ("example.com", ""),
        ("example.com.", ""),
        ("@", ""),
        ("", ""),
    ] {
        let made = world.client.send(wish(RecordType::Txt, sent, "\"x\"")).await.unwrap();
        assert_eq!((&*made.name, &*read(&world, made.id).await.name), (read_back, read_back));
        let name = Some(sent.to_owned());
        world.client.send(UpdateRecord { name, ..change(made.id) }).await.unwrap();
        assert_eq!(read(&world, made.id).await, made, "the same, sent again as {sent}");
    }
}

#[tokio::test]
async fn a_target_reads_without_its_final_dot() {
    let world = world_with("example.com").await;
    for (kind, sent, read_back) in [
        (RecordType::Cname, "a.example.org.", "a.example.org"),
        (RecordType::Ns, "ns.example.org.", "ns.example.org"),
        (RecordType::Mx, "Mail.example.org.", "Mail.example.org"),
        (RecordType::Mx, ".", "."),
        (RecordType::Srv, "5 5060 sip.example.org.", "5 5060 sip.example.org"),
        (RecordType::Srv, "0 0 .", "0 0 ."),
    ] {
        let name = format!("{kind:?}{}", sent.len());
        let sent = CreateRecord { priority: Some(0), ..wish(kind, &name, sent) };
        let made = world.client.send(sent).await.unwrap();
        assert_eq!((&*made.data, &*read(&world, made.id).await.data), (read_back, read_back));
    }
}

#[tokio::test]
async fn a_priority_is_kept_and_minus_one_where_none_was_sent() {
    let world = world_with("example.com").await;
    let with = |priority, name: &str| {
        let a = wish(RecordType::A, name, "192.0.2.1");
        world.client.send(CreateRecord { priority, ..a })
    };
    let cases = [("a", None, -1), ("b", Some(-1), -1), ("c", Some(0), 0), ("d", Some(7), 7)];
    for (name, sent, kept) in cases {
        let made = with(sent, name).await.unwrap();
        assert_eq!((made.priority, read(&world, made.id).await.priority), (kept, kept));
        let update = UpdateRecord { ttl: Some(60), ..change(made.id) };
        world.client.send(update).await.unwrap();
        assert_eq!(read(&world, made.id).await.priority, kept, "nothing was said of it");
        let update = UpdateRecord { priority: Some(3), ..change(made.id) };
        world.client.send(update).await.unwrap();
        assert_eq!(read(&world, made.id).await.priority, 3);
    }
}

/// What vultr-cli's `dns record create ZONE -t A -n www -d 192.0.2.1` sends.
#[tokio::test]
async fn the_plainest_record_of_vultr_cli_is_taken() {
    let world = world_with("example.com").await;
    let body = r#"{"name":"www","type":"A","data":"192.0.2.1","priority":-1}"#;
    let (status, answer) = world.raw("POST", "/v2/domains/example.com/records", body).await;
    assert_eq!(status, 201, "{answer}");
    assert!(answer.contains(r#""priority":-1,"ttl":300"#), "{answer}");
}

#[tokio::test]
async fn mail_servers_and_services_need_a_priority() {
    let world = world_with("example.com").await;
    let said = "Priority should be set when type is MX or SRV.";
    for bare in [
        wish(RecordType::Mx, "", "mail.example.com"),
        wish(RecordType::Srv, "_sip._tcp", "5 5060 sip.example.com"),
    ] {
        for priority in [None, Some(-1), Some(65_536)] {
            let (status, text) =
                refused(world.client.send(CreateRecord { priority, ..bare.clone() }).await);
            assert!(status == 400 && text.starts_with(said), "{text}");
        }
        let given = CreateRecord { priority: Some(20), ..bare };
        let made = world.client.send(given).await.unwrap();
        assert_eq!(made.priority, 20);
        let update = UpdateRecord { priority: Some(-1), ..change(made.id) };
        assert!(refused(world.client.send(update).await).1.starts_with(said));
        let update = UpdateRecord { ttl: Some(60), ..change(made.id) };
        world.client.send(update).await.unwrap();
        assert_eq!(read(&world, made.id).await.priority, 20);
    }
}

#[tokio::test]
async fn text_is_kept_between_quotes() {
    let world = world_with("example.com").await;
    for (sent, kept) in [("\"a b\"", "\"a b\""), ("plain", "\"plain\""), (" \"x\" ", "\"x\"")] {
        let made = world.client.send(wish(RecordType::Txt, "t", sent)).await.unwrap();
        assert_eq!(made.data, kept);
    }
    let half = refused(world.client.send(wish(RecordType::Txt, "t", "\"a")).await);
    assert_eq!(half.0, 400);
    let said = "Unable to add record: Record data must be enclosed in quotes";
    assert!(half.1.starts_with(said), "{}", half.1);
    let (_, inner) = refused(world.client.send(wish(RecordType::Txt, "t", "\"a\"b\"")).await);
    let said = "Quotes may only appear at the beginning and end of the data";
    assert!(inner.starts_with(&format!("Unable to add record: {said}")), "{inner}");
}

#[tokio::test]
async fn refusals_of_changes_say_so_and_change_nothing() {
    let world = world_with("example.com").await;
    let caa = wish(RecordType::Caa, "", r#"0 issue "a.org""#);
    let made = world.client.send(caa).await.unwrap();
    let data = Some(r#"0 issue "a.org; policy=x""#.to_owned());
    let (status, text) = refused(world.client.send(UpdateRecord { data, ..change(made.id) }).await);
    assert_eq!(status, 400);
    let said = r#"Unable to update record: Data must be in the format: [flag] [iodef|issuewild|issue] "domain""#;
    assert!(text.starts_with(said), "{text}");
    let name = Some("a b".to_owned());
    let wrong = UpdateRecord { name, ttl: Some(60), ..change(made.id) };
    assert_eq!(refused(world.client.send(wrong).await).0, 400);
    assert_eq!(read(&world, made.id).await, made);
}

#[tokio::test]
async fn data_has_the_form_of_its_type() {
    let world = world_with("example.com").await;
    for (kind, data) in [
        (RecordType::A, "::1"),
        (RecordType::Aaaa, "192.0.2.1"),
        (RecordType::Cname, "a b"),
        (RecordType::Mx, ""),
        (RecordType::Srv, "5060 sip.example.com"),
        (RecordType::Sshfp, "1 1 ff"),
    ] {
        let wish = CreateRecord { priority: Some(0), ..wish(kind, "x", data) };
        let (status, text) = refused(world.client.send(wish).await);
        assert!(status == 400 && text.starts_with("Unable to add record: "), "{text}");
    }
    let body = r#"{"name":"x","type":"ALIAS","data":"a.org"}"#;
    let (status, _) = world.raw("POST", "/v2/domains/example.com/records", body).await;
    assert_eq!(status, 400, "a type that there is not");
    let null_mx = CreateRecord { priority: Some(0), ..wish(RecordType::Mx, "quiet", ".") };
    let null_mx = world.client.send(null_mx).await.unwrap();
    assert_eq!(null_mx.data, ".");
    assert_eq!(records(&world, "example.com").await.len(), 3);
}

#[tokio::test]
async fn records_of_one_name_and_type_have_one_ttl() {
    let world = world_with("example.com").await;
    let with = |ttl, data| CreateRecord { ttl: Some(ttl), ..wish(RecordType::A, "www", data) };
    let one = world.client.send(with(600, "192.0.2.1")).await.unwrap();
    let change_ttl = || UpdateRecord { ttl: Some(900), ..change(one.id) };
    world.client.send(change_ttl()).await.expect("it is alone");
    assert_eq!(refused(world.client.send(with(600, "192.0.2.2")).await).0, 400);
    let wish = CreateRecord { name: "WWW.example.com".into(), ..with(600, "192.0.2.2") };
    assert_eq!(refused(world.client.send(wish).await).0, 400, "the same name, written otherwise");
    world.client.send(with(900, "192.0.2.2")).await.unwrap();
    let other = UpdateRecord { ttl: Some(60), ..change(one.id) };
    let (status, text) = refused(world.client.send(other).await);
    assert!(status == 400 && text.contains("ttl: the others have 900"), "{text}");
    assert_eq!(read(&world, one.id).await.ttl, 900);
    let zero = CreateRecord { ttl: Some(0), ..with(0, "192.0.2.3") };
    let zero = CreateRecord { name: "zero".into(), ..zero };
    assert_eq!(world.client.send(zero).await.unwrap().ttl, 300, "nothing was said of it");
}

#[tokio::test]
async fn a_cname_stands_alone() {
    let world = world_with("example.com").await;
    let cname = |name| wish(RecordType::Cname, name, "example.org");
    world.client.send(wish(RecordType::A, "a", "192.0.2.1")).await.unwrap();
    let c = world.client.send(cname("c")).await.unwrap();
    for wrong in [cname("a"), cname("c"), cname(""), wish(RecordType::A, "C", "192.0.2.1")] {
        let (status, text) = refused(world.client.send(wrong).await);
        assert!(status == 400 && text.contains("CNAME"), "{text}");
    }
    let data = Some("example.net".to_owned());
    world.client.send(UpdateRecord { data, ..change(c.id) }).await.expect("it is its own");
    let name = Some("a".to_owned());
    assert_eq!(refused(world.client.send(UpdateRecord { name, ..change(c.id) }).await).0, 400);
    let dns_domain = "example.com".to_owned();
    world.client.send(DeleteRecord { dns_domain, record_id: c.id }).await.unwrap();
    world.client.send(wish(RecordType::A, "c", "192.0.2.1")).await.unwrap();
}

#[tokio::test]
async fn a_change_keeps_what_is_not_sent() {
    let world = world_with("example.com").await;
    let made = world.client.send(wish(RecordType::A, "www", "192.0.2.1")).await.unwrap();
    world.client.send(UpdateRecord { name: Some(String::new()), ..change(made.id) }).await.unwrap();
    let now = read(&world, made.id).await;
    assert_eq!(now, Record { name: String::new(), ..made });
}

#[tokio::test]
async fn a_record_belongs_to_its_domain() {
    let world = world_with("example.com").await;
    world.client.send(named("example.org")).await.unwrap();
    let made = world.client.send(wish(RecordType::A, "www", "192.0.2.1")).await.unwrap();
    let (dns_domain, record_id) = ("example.org".to_owned(), made.id);
    let get = GetRecord { dns_domain: dns_domain.clone(), record_id };
    assert_eq!(refused(world.client.send(get).await).0, 404);
    let update = UpdateRecord { dns_domain: dns_domain.clone(), ..change(record_id) };
    assert_eq!(refused(world.client.send(update).await).0, 404);
    let delete = DeleteRecord { dns_domain, record_id };
    assert_eq!(refused(world.client.send(delete).await).0, 404);
    let delete = DeleteRecord { dns_domain: "example.com".into(), record_id };
    world.client.send(delete.clone()).await.unwrap();
    assert_eq!(refused(world.client.send(delete).await).0, 404);
}

#[tokio::test]
async fn records_come_in_pages() {
    let world = world_with("example.com").await;
    for n in 0..5 {
        let name = format!("h{n}");
        world.client.send(wish(RecordType::A, &name, "192.0.2.1")).await.unwrap();
    }
    let list = |cursor| ListRecords { dns_domain: "example.com".into(), per_page: Some(4), cursor };
    let first = world.client.send(list(None)).await.unwrap();
    assert_eq!((first.items.len(), first.meta.total), (4, 7));
    let next = world.client.send(list(Some(first.meta.links.next))).await.unwrap();
    assert_eq!(next.items.iter().map(|r| &*r.name).collect::<Vec<_>>(), ["h2", "h3", "h4"]);
    assert_eq!(next.meta.links.next, "");
}

#[tokio::test]
async fn a_domain_goes_with_more_records_than_one_commit_takes() {
    let world = world_with("example.com").await;
    for n in 0..450 {
        let record = wish(RecordType::A, &format!("host-{n}"), "192.0.2.1");
        world.client.send(record).await.unwrap();
    }
    let gone = DeleteDomain { dns_domain: "example.com".into() };
    world.client.send(gone).await.unwrap();
    let left = "SELECT count(*) FROM resource WHERE kind IN ('record', 'domain')";
    assert_eq!(store::testing::count(&world.store, left).await.unwrap(), 0);
}
