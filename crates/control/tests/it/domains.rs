//! DNS domains, through a server in this process.

use api::domains::*;
use api::id::RecordId;
use testkit::{World, refused};

const ZONE: &str = "example.com";

fn named(domain: &str) -> CreateDomain {
    CreateDomain { domain: domain.into(), ip: None, dns_sec: None }
}

/// A world with a domain that has name servers only.
async fn world_with(domain: &str) -> World {
    let world = World::new().await;
    world.client.domains().create(named(domain)).await.unwrap();
    world
}

fn wish(kind: RecordType, name: &str, data: &str) -> CreateRecord {
    let (dns_domain, ttl, priority) = (ZONE.into(), None, None);
    CreateRecord { dns_domain, name: name.into(), kind, data: data.into(), ttl, priority }
}

fn change(record_id: RecordId) -> UpdateRecord {
    UpdateRecord { dns_domain: ZONE.into(), record_id, ..Default::default() }
}

async fn add(world: &World, record: CreateRecord) -> Record {
    world.client.records().create(record).await.unwrap()
}

/// What is said of a record that cannot be.
async fn said(world: &World, record: CreateRecord) -> String {
    let (status, text) = refused(world.client.records().create(record).await);
    assert_eq!(status, 400, "{text}");
    text
}

async fn read(world: &World, id: RecordId) -> Record {
    world.client.records().get((ZONE, id)).await.unwrap()
}

/// A record as it comes back after a change.
async fn changed(world: &World, change: UpdateRecord) -> Record {
    let id = change.record_id;
    world.client.records().update(change).await.unwrap();
    read(world, id).await
}

/// What is said of a change that cannot be.
async fn said_of(world: &World, change: UpdateRecord) -> String {
    let (status, text) = refused(world.client.records().update(change).await);
    assert_eq!(status, 400, "{text}");
    text
}

/// A domain's records: type, name, data, priority, TTL.
type Row = (String, String, String, i32, u32);

async fn records(world: &World, domain: &str) -> Vec<Row> {
    let items = world.client.records().list(domain).await.unwrap().items;
    let view = |record: Record| {
        let kind = serde_json::to_value(&record.kind).unwrap();
        let kind = kind.as_str().unwrap().to_owned();
        (kind, record.name, record.data, record.priority, record.ttl)
    };
    items.into_iter().map(view).collect()
}

fn row(kind: &str, name: &str, data: &str, priority: i32) -> Row {
    (kind.into(), name.into(), data.into(), priority, 300)
}

async fn dnssec(world: &World, domain: &str) -> Vec<String> {
    world.client.domains().dnssec(domain).await.unwrap()
}

#[tokio::test]
async fn a_domain_with_an_address_starts_with_records_for_it() {
    let world = World::new().await;
    let at = |domain, ip: &str| {
        let ip = ip.parse::<std::net::IpAddr>().unwrap();
        world.client.domains().create(CreateDomain { ip: Some(ip.into()), ..named(domain) })
    };
    let made = at(ZONE, "192.0.2.10").await.unwrap();
    assert_eq!((&*made.domain, made.dns_sec == DnsSec::Disabled), (ZONE, true));
    let expected = [
        row("NS", "", "ns1.vultr.com", -1),
        row("NS", "", "ns2.vultr.com", -1),
        row("A", "", "192.0.2.10", -1),
        row("CNAME", "*", ZONE, -1),
        row("MX", "", ZONE, 10),
    ];
    assert_eq!(records(&world, ZONE).await, expected);
    at("example.org", "2001:db8::1").await.unwrap();
    assert_eq!(records(&world, "example.org").await[2], row("AAAA", "", "2001:db8::1", -1));
}

#[tokio::test]
async fn a_domain_without_an_address_has_name_servers_only() {
    let world = World::new().await;
    let body = r#"{"domain":"example.com","ip":"","dns_sec":"disabled"}"#;
    assert_eq!(world.raw("POST", "/v2/domains", body).await.0, 200);
    let expected = [row("NS", "", "ns1.vultr.com", -1), row("NS", "", "ns2.vultr.com", -1)];
    assert_eq!(records(&world, ZONE).await, expected);
}

#[tokio::test]
async fn a_name_is_kept_as_it_was_sent_and_found_in_any_case() {
    let world = world_with("Example.COM").await;
    let domains = world.client.domains();
    assert_eq!(domains.get(ZONE).await.unwrap().domain, "Example.COM");
    let (status, text) = refused(domains.create(named(ZONE)).await);
    assert!(status == 400 && text.starts_with("Domain already exists"), "{text}");
    assert_eq!(domains.list().await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn accounts_do_not_see_each_others_domains() {
    let world = World::builder().open().build().await;
    world.client.domains().create(named(ZONE)).await.unwrap();
    let stranger = world.client_with("somebody else's key");
    assert_eq!(refused(stranger.domains().get(ZONE).await).0, 404);
    stranger.domains().create(named(ZONE)).await.expect("theirs is another");
}

#[tokio::test]
async fn what_is_no_domain_of_its_own_is_refused() {
    let world = World::new().await;
    let domains = world.client.domains();
    let below = ["www.example.com", "a.example.com", "com", "co.uk"];
    for name in below.into_iter().chain(["", "ex ample.com", "bücher.de", "example.com.", "-a.com"])
    {
        let (status, text) = refused(domains.create(named(name)).await);
        assert!(status == 400 && text.contains("domain:"), "{name}: {text}");
    }
    for name in ["Example.COM", "example.co.uk", "kettle.test", "xn--bcher-kva.de"] {
        domains.create(named(name)).await.unwrap();
    }
    let (status, _) = world.raw("POST", "/v2/domains", r#"{"domain":"a.com","ip":"x"}"#).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_deleted_domain_is_gone_with_its_records() {
    let world = world_with(ZONE).await;
    let domains = world.client.domains();
    let record = add(&world, wish(RecordType::A, "www", "192.0.2.1")).await;
    domains.delete(ZONE).await.unwrap();
    let (status, text) = refused(domains.get(ZONE).await);
    assert!(status == 404 && text.contains("Invalid domain"), "{text}");
    domains.create(named(ZONE)).await.expect("the name is free");
    assert_eq!(refused(world.client.records().get((ZONE, record.id)).await).0, 404);
    assert_eq!(records(&world, ZONE).await.len(), 2);
}

#[tokio::test]
async fn dnssec_has_a_key_as_long_as_it_is_on() {
    let world = world_with(ZONE).await;
    assert_eq!(dnssec(&world, ZONE).await, [""; 0]);
    let switch = async |dns_sec| {
        let update = UpdateDomain { dns_domain: ZONE.into(), dns_sec };
        world.client.domains().update(update).await.unwrap();
        world.client.domains().get(ZONE).await.unwrap().dns_sec
    };
    assert_eq!(switch(DnsSec::Enabled).await, DnsSec::Enabled);
    let lines = dnssec(&world, ZONE).await;
    assert!(lines[0].starts_with("example.com IN DNSKEY 257 3 13 "), "{}", lines[0]);
    let tag = lines[1].split(' ').nth(3).unwrap();
    assert!(lines[1].starts_with(&format!("example.com IN DS {tag} 13 1 ")));
    assert!(lines[2].starts_with(&format!("example.com IN DS {tag} 13 2 ")));
    let hex = |line: &str| line.rsplit(' ').next().unwrap().len();
    assert_eq!((hex(&lines[1]), hex(&lines[2])), (40, 64));
    switch(DnsSec::Enabled).await;
    assert_eq!(dnssec(&world, ZONE).await, lines, "the registrar knows this key");
    assert_eq!(switch(DnsSec::Disabled).await, DnsSec::Disabled);
    assert_eq!(dnssec(&world, ZONE).await, [""; 0]);
    let signed = CreateDomain { dns_sec: Some(DnsSec::Enabled), ..named("example.org") };
    world.client.domains().create(signed).await.unwrap();
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
    let world = world_with(ZONE).await;
    let domains = world.client.domains();
    let get = async || {
        let soa = domains.soa(ZONE).await.unwrap();
        (soa.nsprimary, soa.email)
    };
    let soa = |nsprimary: &str, email: &str| {
        let (nsprimary, email) = (Some(nsprimary.into()), Some(email.into()));
        domains.update_soa(UpdateDomainSoa { dns_domain: ZONE.into(), nsprimary, email })
    };
    assert_eq!(get().await, ("ns1.vultr.com".into(), "admin@example.com".into()));
    soa("", "me@example.org").await.unwrap();
    assert_eq!(get().await, ("ns1.vultr.com".into(), "me@example.org".into()));
    for wrong in [soa("a b", "x@example.org"), soa("ns.example.org", "nobody"), soa("", "@a.b")] {
        assert_eq!(refused(wrong.await).0, 400);
    }
    assert_eq!(get().await, ("ns1.vultr.com".into(), "me@example.org".into()));
}

#[tokio::test]
async fn records_come_back_as_they_were_sent_but_for_a_final_dot() {
    let world = world_with(ZONE).await;
    let (sha1, sha256) = (format!("4 1 {}", "ab".repeat(20)), format!("4 2 {}", "0F".repeat(32)));
    let txt = format!("\"{}\"", "x".repeat(3000));
    let same = [
        (RecordType::A, "www", "192.0.2.1"),
        (RecordType::Aaaa, "www", "2001:DB8::1"),
        (RecordType::Cname, "ftp", "www.example.com"),
        (RecordType::Cname, "acm", "_abc.acm.example"),
        (RecordType::Ns, "sub", "ns.example.org"),
        (RecordType::Mx, "", "mail.example.com"),
        (RecordType::Mx, "quiet", "."),
        (RecordType::Srv, "_sip._tcp", "5 5060 sip.example.com"),
        (RecordType::Srv, "_sip._udp", "0 0 ."),
        (RecordType::Txt, "", txt.as_str()),
        (RecordType::Caa, "", r#"0 issue "letsencrypt.org""#),
        (RecordType::Caa, "", r#"128 issuewild ";""#),
        (RecordType::Caa, "", r#"0 iodef "mailto:a@example.com""#),
        (RecordType::Sshfp, "host", &sha1),
        (RecordType::Sshfp, "host", &sha256),
    ];
    let without_dot = [
        (RecordType::Cname, "cname", "a.example.org.", "a.example.org"),
        (RecordType::Ns, "ns", "ns.example.org.", "ns.example.org"),
        (RecordType::Mx, "mx", "Mail.example.org.", "Mail.example.org"),
        (RecordType::Srv, "srv", "5 5060 sip.example.org.", "5 5060 sip.example.org"),
    ];
    let same = same.map(|(kind, name, data)| (kind, name, data, data));
    for (kind, name, sent, kept) in same.into_iter().chain(without_dot) {
        let sent = CreateRecord { ttl: Some(3600), priority: Some(0), ..wish(kind, name, sent) };
        let made = add(&world, sent).await;
        assert_eq!((&*made.name, &*made.data, made.ttl, made.priority), (name, kept, 3600, 0));
        assert_eq!(made.kind, kind);
        assert_eq!(read(&world, made.id).await, made);
    }
}

#[tokio::test]
async fn a_name_reads_below_its_domain_however_it_was_written() {
    let world = world_with(ZONE).await;
    for (sent, read_back) in [
        ("www", "www"),
        ("WWW", "www"),
        ("www.example.com", "www"),
        ("www.example.com.", "www"),
        ("WWW.Example.com", "www"),
        ("myexample.com", "myexample.com"),
        ("a.B.example.com", "a.b"),
        ("*.example.com", "*"),
        ("*.a", "*.a"),
        ("example.com", ""),
        ("Example.com.", ""),
        ("@", ""),
        ("", ""),
    ] {
        let made = add(&world, wish(RecordType::Txt, sent, "\"x\"")).await;
        assert_eq!((&*made.name, &*read(&world, made.id).await.name), (read_back, read_back));
        let again = UpdateRecord { name: Some(sent.to_owned()), ..change(made.id) };
        assert_eq!(changed(&world, again).await, made, "the same, sent again as {sent}");
    }
    for name in ["a b", ".", ".example.com", "a..b", "a.*", "-a", &"a".repeat(64)] {
        let text = said(&world, wish(RecordType::Txt, name, "\"x\"")).await;
        assert!(text.starts_with("Unable to add record: Invalid name"), "{text}");
    }
}

#[tokio::test]
async fn a_priority_is_kept_and_minus_one_where_none_was_sent() {
    let world = world_with(ZONE).await;
    let cases = [("a", None, -1), ("b", Some(-1), -1), ("c", Some(0), 0), ("d", Some(7), 7)];
    for (name, priority, kept) in cases {
        let a = CreateRecord { priority, ..wish(RecordType::A, name, "192.0.2.1") };
        let made = add(&world, a).await;
        assert_eq!((made.priority, read(&world, made.id).await.priority), (kept, kept));
        let other = changed(&world, UpdateRecord { ttl: Some(60), ..change(made.id) }).await;
        assert_eq!(other.priority, kept, "nothing was said of it");
        let other = changed(&world, UpdateRecord { priority: Some(3), ..change(made.id) }).await;
        assert_eq!(other.priority, 3);
    }
}

/// What vultr-cli's `dns record create ZONE -t A -n www -d 192.0.2.1` sends.
#[tokio::test]
async fn the_plainest_record_of_vultr_cli_is_taken() {
    let world = world_with(ZONE).await;
    let body = r#"{"name":"www","type":"A","data":"192.0.2.1","priority":-1}"#;
    let (status, answer) = world.raw("POST", "/v2/domains/example.com/records", body).await;
    assert_eq!(status, 201, "{answer}");
    assert!(answer.contains(r#""priority":-1,"ttl":300"#), "{answer}");
}

#[tokio::test]
async fn mail_servers_and_services_need_a_priority() {
    let world = world_with(ZONE).await;
    let needed = "Priority should be set when type is MX or SRV.";
    for bare in [
        wish(RecordType::Mx, "", "mail.example.com"),
        wish(RecordType::Srv, "_sip._tcp", "5 5060 sip.example.com"),
    ] {
        for priority in [None, Some(-1), Some(65_536)] {
            let text = said(&world, CreateRecord { priority, ..bare.clone() }).await;
            assert!(text.starts_with(needed), "{text}");
        }
        let made = add(&world, CreateRecord { priority: Some(20), ..bare }).await;
        assert_eq!(made.priority, 20);
        let update = UpdateRecord { priority: Some(-1), ..change(made.id) };
        assert!(said_of(&world, update).await.starts_with(needed));
        let other = changed(&world, UpdateRecord { ttl: Some(60), ..change(made.id) }).await;
        assert_eq!(other.priority, 20);
    }
}

#[tokio::test]
async fn text_is_kept_between_quotes() {
    let world = world_with(ZONE).await;
    let txt = |data| wish(RecordType::Txt, "t", data);
    for (sent, kept) in [
        ("\"a b\"", "\"a b\""),
        (" \"a b\" ", "\"a b\""),
        ("plain", "\"plain\""),
        (" \"x\" ", "\"x\""),
        ("a\\b", "\"a\\b\""),
        ("\"\"", "\"\""),
    ] {
        assert_eq!(add(&world, txt(sent)).await.data, kept);
    }
    let inner = "Quotes may only appear at the beginning and end of the data";
    for (why, wrong) in [
        ("Record data must be enclosed in quotes", &["\"a", "a\"", "\""][..]),
        (inner, &["\"a\"b\"", "\"a\" \"b\"", "a\"b"]),
        ("Invalid data", &[""]),
    ] {
        for sent in wrong {
            let text = said(&world, txt(sent)).await;
            assert!(text.starts_with(&format!("Unable to add record: {why}")), "{text}");
        }
    }
}

#[tokio::test]
async fn sender_policies_are_read() {
    let world = world_with(ZONE).await;
    let txt = |data| wish(RecordType::Txt, "spf", data);
    for data in [
        "v=spf1 a mx/24 ip4:198.51.100.0/24 ip6:2001:db8::/32 include:x.org -all",
        "v=spf1 redirect=_spf.example.com exp=e.%{d}",
        "v=spf10 whatever", // another version
    ] {
        add(&world, txt(data)).await;
    }
    for data in ["v=spf1 ip4:300.1.1.1", "v=spf1 bogus", "v=spf1 include:", "v=spf1 --all"] {
        said(&world, txt(data)).await;
    }
}

#[tokio::test]
async fn refusals_of_changes_say_so_and_change_nothing() {
    let world = world_with(ZONE).await;
    let made = add(&world, wish(RecordType::Caa, "", r#"0 issue "a.org""#)).await;
    let data = Some(r#"0 issue "a.org; policy=x""#.to_owned());
    let text = said_of(&world, UpdateRecord { data, ..change(made.id) }).await;
    let form = r#"Data must be in the format: [flag] [iodef|issuewild|issue] "domain""#;
    assert!(text.starts_with(&format!("Unable to update record: {form}")), "{text}");
    let name = Some("a b".to_owned());
    said_of(&world, UpdateRecord { name, ttl: Some(60), ..change(made.id) }).await;
    assert_eq!(read(&world, made.id).await, made);
}

#[tokio::test]
async fn data_has_the_form_of_its_type() {
    let world = world_with(ZONE).await;
    let wrong = async |kind, why: &str, wrong: &[&str]| {
        for data in wrong {
            let wish = CreateRecord { priority: Some(0), ..wish(kind, "x", data) };
            let text = said(&world, wish).await;
            assert!(text.starts_with(&format!("Unable to add record: {why}")), "{data}: {text}");
        }
    };
    let none = "Invalid data";
    wrong(RecordType::A, none, &["::1", "2001:db8::1", "192.0.2.256", ""]).await;
    wrong(RecordType::Aaaa, none, &["192.0.2.1"]).await;
    wrong(RecordType::Cname, none, &["a b"]).await;
    wrong(RecordType::Ns, none, &[""]).await;
    wrong(RecordType::Mx, none, &[""]).await;
    wrong(RecordType::Srv, none, &["5060 sip.example.com", "5 70000 sip", "10 5 5060 sip"]).await;
    let sha1_as_sha256 = format!("4 2 {}", "ab".repeat(20));
    wrong(RecordType::Sshfp, none, &["1 1 ff", "4 1 xyz", &sha1_as_sha256]).await;
    let form = r#"Data must be in the format: [flag] [iodef|issuewild|issue] "domain""#;
    let caa = ["0 issue letsencrypt.org", r#"0 issue "a.org; x=1""#, r#"0 tbs "a.org""#];
    wrong(RecordType::Caa, form, &caa).await;
    let body = r#"{"name":"x","type":"ALIAS","data":"a.org"}"#;
    let (status, _) = world.raw("POST", "/v2/domains/example.com/records", body).await;
    assert_eq!(status, 400, "a type that there is not");
    assert_eq!(records(&world, ZONE).await.len(), 2, "its name servers");
}

#[tokio::test]
async fn records_of_one_name_and_type_have_one_ttl() {
    let world = world_with(ZONE).await;
    let with = |ttl, name, data| CreateRecord { ttl: Some(ttl), ..wish(RecordType::A, name, data) };
    let one = add(&world, with(600, "www", "192.0.2.1")).await;
    let alone = UpdateRecord { ttl: Some(900), ..change(one.id) };
    assert_eq!(changed(&world, alone).await.ttl, 900);
    said(&world, with(600, "www", "192.0.2.2")).await;
    said(&world, with(600, "WWW.example.com", "192.0.2.2")).await; // the same name
    add(&world, with(900, "www", "192.0.2.2")).await;
    let text = said_of(&world, UpdateRecord { ttl: Some(60), ..change(one.id) }).await;
    assert!(text.contains("ttl: the others have 900"), "{text}");
    assert_eq!(read(&world, one.id).await.ttl, 900);
    let zero = add(&world, with(0, "zero", "192.0.2.3")).await;
    assert_eq!(zero.ttl, 300, "nothing was said of it");
}

#[tokio::test]
async fn a_cname_stands_alone() {
    let world = world_with(ZONE).await;
    let cname = |name| wish(RecordType::Cname, name, "example.org");
    add(&world, wish(RecordType::A, "a", "192.0.2.1")).await;
    let c = add(&world, cname("c")).await;
    for wrong in [cname("a"), cname("c"), cname(""), wish(RecordType::A, "C", "192.0.2.1")] {
        let text = said(&world, wrong).await;
        assert!(text.contains("CNAME"), "{text}");
    }
    changed(&world, UpdateRecord { data: Some("example.net".into()), ..change(c.id) }).await;
    said_of(&world, UpdateRecord { name: Some("a".into()), ..change(c.id) }).await;
    world.client.records().delete((ZONE, c.id)).await.unwrap();
    add(&world, wish(RecordType::A, "c", "192.0.2.1")).await;
}

#[tokio::test]
async fn a_change_keeps_what_is_not_sent() {
    let world = world_with(ZONE).await;
    let made = add(&world, wish(RecordType::A, "www", "192.0.2.1")).await;
    let now = changed(&world, UpdateRecord { name: Some(String::new()), ..change(made.id) }).await;
    assert_eq!(now, Record { name: String::new(), ..made });
}

#[tokio::test]
async fn a_record_belongs_to_its_domain() {
    let world = world_with(ZONE).await;
    world.client.domains().create(named("example.org")).await.unwrap();
    let made = add(&world, wish(RecordType::A, "www", "192.0.2.1")).await;
    let (records, elsewhere) = (world.client.records(), ("example.org", made.id));
    assert_eq!(refused(records.get(elsewhere).await).0, 404);
    let update = UpdateRecord { dns_domain: "example.org".into(), ..change(made.id) };
    assert_eq!(refused(records.update(update).await).0, 404);
    assert_eq!(refused(records.delete(elsewhere).await).0, 404);
    records.delete((ZONE, made.id)).await.unwrap();
    assert_eq!(refused(records.delete((ZONE, made.id)).await).0, 404);
}

#[tokio::test]
async fn records_come_in_pages() {
    let world = world_with(ZONE).await;
    for n in 0..5 {
        add(&world, wish(RecordType::A, &format!("h{n}"), "192.0.2.1")).await;
    }
    let list = |cursor| ListRecords { dns_domain: ZONE.into(), per_page: Some(4), cursor };
    let first = world.client.records().list(list(None)).await.unwrap();
    assert_eq!((first.items.len(), first.meta.total), (4, 7));
    let next = world.client.records().list(list(Some(first.meta.links.next))).await.unwrap();
    assert_eq!(next.items.iter().map(|r| &*r.name).collect::<Vec<_>>(), ["h2", "h3", "h4"]);
    assert_eq!(next.meta.links.next, "");
}

#[tokio::test]
async fn a_domain_goes_with_more_records_than_one_commit_takes() {
    let world = world_with(ZONE).await;
    for n in 0..450 {
        add(&world, wish(RecordType::A, &format!("host-{n}"), "192.0.2.1")).await;
    }
    world.client.domains().delete(ZONE).await.unwrap();
    let left = "SELECT count(*) FROM resource WHERE kind IN ('record', 'domain')";
    assert_eq!(store::testing::count(&world.store, left).await.unwrap(), 0);
}
