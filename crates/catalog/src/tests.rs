//! What the built-in data promises, and what a user's file can and cannot do.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{load::BUILTIN, *};

fn money(text: &str) -> Decimal {
    text.parse().expect("an amount")
}

fn refused(text: &str) -> String {
    Catalog::builtin().with_file(text).expect_err("the file is wrong").to_string()
}

#[test]
fn lists_show_what_was_on_sale_in_2026() {
    let c = Catalog::builtin();
    assert_eq!(c.regions().count(), 33);
    assert_eq!(c.plans().count(), 151);
    assert_eq!(c.metal_plans().count(), 23);
    assert_eq!(c.systems().count(), 52);
    assert_eq!(c.applications().count(), 122);
    assert_eq!(c.public_isos().count(), 5);
    assert_eq!(c.block_types().count(), 2);
    assert_eq!(c.object_storage_clusters().count(), 19);
    assert_eq!(c.object_storage_tiers().count(), 6);
    assert_eq!(c.database_plans().count(), 238);
    assert_eq!(c.registry_plans().count(), 4);
    assert_eq!(c.registry_regions().count(), 3);
}

#[test]
fn withdrawn_entries_are_found_by_id_and_listed_only_when_asked_for() {
    let c = Catalog::builtin();
    for id in ["vc2-1c-1gb-sc1", "vdc-4vcpu-16gb", "vcg-a100-1c-6g-4vram", "v1-87"] {
        assert!(c.plan(id).is_some_and(|plan| plan.retired), "{id}");
        assert!(c.plans().all(|plan| plan.id != id), "{id}");
    }
    for os_id in [127, 215, 2464, 2466] {
        assert!(c.system(os_id).is_some_and(|system| system.retired), "{os_id}");
        assert!(c.systems().all(|system| system.id != os_id), "{os_id}");
    }
    assert!(c.application(1).is_some_and(|app| app.retired));

    let c = c.show_retired(true);
    assert_eq!(c.plans().count(), 261);
    assert_eq!(c.systems().count(), 96);
    assert_eq!(c.applications().count(), 150);
    assert!(c.plans().any(|plan| plan.id == "vdc-4vcpu-16gb"));
    assert_eq!(c.show_retired(false).plans().count(), 151);
}

#[test]
fn every_built_in_entry_is_there_once() {
    // A second entry with an id would silently replace the first.
    let mut seen = BTreeSet::new();
    for (name, text) in BUILTIN {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let line: serde_json::Value = serde_json::from_str(line).expect(name);
            let (kind, entry) = line.as_object().expect(name).iter().next().expect(name);
            assert!(seen.insert(format!("{kind} {}", entry["id"])), "{name}: {kind} {entry}");
        }
    }
    assert!(seen.len() > 400, "{}", seen.len());
}

#[test]
fn what_is_called_inferred_are_fields() {
    let defaulted = ["deploy_ondemand", "deploy_preemptible", "storage_type", "vcpu_type"];
    let mut marked = 0;
    for (name, text) in BUILTIN {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let line: serde_json::Value = serde_json::from_str(line).expect(name);
            let entry = line.as_object().expect(name).values().next().expect(name);
            for field in entry["inferred"].as_array().into_iter().flatten() {
                let field = field.as_str().expect(name);
                let known = entry.get(field).is_some()
                    || defaulted.contains(&field)
                    || field == "invoice_type";
                assert!(known, "{name}: {} says {field} is inferred", entry["id"]);
                marked += 1;
            }
        }
    }
    assert!(marked > 0);
}

#[test]
fn plans_are_sold_only_in_known_regions() {
    let c = Catalog::builtin().show_retired(true);
    let regions: BTreeSet<&str> = c.regions().map(|region| region.id.as_str()).collect();
    for plan in c.plans() {
        for region in plan.locations.iter().chain(plan.location_cost.keys()) {
            assert!(regions.contains(region.as_str()), "{} in {region}", plan.id);
        }
    }
    for plan in c.metal_plans() {
        assert!(plan.locations.iter().all(|id| regions.contains(id.as_str())), "{}", plan.id);
    }
}

#[test]
fn every_region_sells_something_and_every_withdrawn_plan_is_sold_somewhere() {
    let c = Catalog::builtin().show_retired(true);
    for region in c.regions() {
        assert!(c.available(&region.id).any(|plan| !plan.retired), "{}", region.id);
        assert!(c.default_block_type(region).is_some(), "{}", region.id);
    }
    for plan in c.plans().filter(|plan| plan.retired) {
        assert!(!plan.locations.is_empty(), "{}", plan.id);
    }
}

#[test]
fn listed_names_are_unique_since_clients_look_up_by_name() {
    let c = Catalog::builtin();
    let names: BTreeSet<&str> = c.systems().map(|system| system.name.as_str()).collect();
    assert_eq!(names.len(), c.systems().count());
    let images: Vec<&str> = c.applications().map(|app| app.image_id.as_str()).collect();
    let images: Vec<&str> = images.into_iter().filter(|image| !image.is_empty()).collect();
    assert_eq!(images.iter().collect::<BTreeSet<_>>().len(), images.len());
}

#[test]
fn marketplace_applications_and_only_they_have_an_image() {
    let c = Catalog::builtin().show_retired(true);
    for app in c.applications() {
        let has_image = !app.image_id.is_empty();
        assert_eq!(has_image, app.kind == ApplicationType::Marketplace, "{}", app.id);
    }
    assert_eq!(c.application_by_image("cyberpanel").map(|app| app.id), Some(1030));
    assert_eq!(c.application_by_image(""), None);
}

#[test]
fn the_systems_with_a_special_meaning_are_there() {
    let c = Catalog::builtin();
    let what =
        |id| c.system(id).map(|s| (s.name.as_str(), s.family.as_str(), s.retired)).expect("there");
    assert_eq!(what(OS_CUSTOM), ("Custom", "iso", false));
    assert_eq!(what(OS_SNAPSHOT), ("Snapshot", "snapshot", false));
    assert_eq!(what(OS_BACKUP), ("Backup", "backup", false));
    assert_eq!(what(OS_APPLICATION), ("Application", "application", false));
}

#[test]
fn a_plan_has_the_published_figures() {
    let c = Catalog::builtin();
    let plan = c.plan("vc2-1c-1gb").expect("there");
    assert_eq!((plan.vcpu_count, plan.ram, plan.disk, plan.bandwidth), (1, 1024, 25, 1024));
    assert_eq!((plan.cost.monthly, plan.cost.hourly), (money("5"), money("0.007")));
    assert_eq!(plan.cost.monthly_preemptible, plan.cost.monthly);
    assert_eq!(plan.cost_in("sao").monthly, money("7.5"));
    assert_eq!(plan.cost_in("ewr"), &plan.cost);
    assert_eq!((plan.gpu_brand.as_str(), plan.invoice_type.as_str()), ("none", "monthly"));
    assert_eq!(plan.description(), "1024 MB RAM,25 GB SSD,1.00 TB BW");

    let gpu = c.plan("vcg-a16-2c-16g-4vram").expect("there");
    assert_eq!((gpu.gpu_brand.as_str(), gpu.gpu_count.as_deref()), ("NVIDIA", Some("1/4")));
    assert_eq!(c.plan("vdc-6vcpu-24gb").map(Plan::disk_total), Some(330));

    let metal = c.metal_plan("vbm-112c-2048gb-8-h100-gpu").expect("there");
    assert_eq!(metal.cost.hourly_preemptible, money("18.4"));
}

#[test]
fn numbers_of_api_v1_lead_to_entries() {
    let c = Catalog::builtin();
    assert_eq!(c.region_by_dcid(1).map(|r| r.id.as_str()), Some("ewr"));
    assert_eq!(c.plan_by_vpsplanid(201).map(|p| p.id.as_str()), Some("vc2-1c-1gb"));
    assert_eq!(c.plan_by_vpsplanid(115).map(|p| p.id.as_str()), Some("vdc-2vcpu-8gb"));
    assert_eq!(c.metal_plan_by_metalplanid(100).map(|p| p.id.as_str()), Some("vbm-4c-32gb"));
    assert_eq!(c.public_iso_by_isoid(494_966).map(|i| i.name.as_str()), Some("Arch Linux"));
    assert_eq!(c.plan_by_vpsplanid(93), None);
}

#[test]
fn regions_take_capitals_and_slips_are_suggested() {
    let c = Catalog::builtin();
    assert_eq!(c.region("EWR"), c.region("ewr"));
    assert_eq!(c.nearest_region("EVR"), Some("ewr"));
    assert_eq!(c.nearest_region("frankfrut"), Some("fra"));
    assert_eq!(c.nearest_region("xyz"), None);
    assert_eq!(c.nearest_plan("vc2-1c-1g"), Some("vc2-1c-1gb"));
    assert_eq!(c.nearest_plan("t3.micro"), None);
    assert_eq!(c.nearest_metal_plan("vbm-4c-32g"), Some("vbm-4c-32gb"));
    assert_eq!(c.nearest_image("cyber-panel"), Some("cyberpanel"));
}

#[test]
fn availability_needs_both_the_plan_and_the_region() {
    let c = Catalog::builtin();
    assert!(c.is_available("vc2-1c-1gb", "ewr"));
    assert!(c.is_available("vc2-1c-1gb-sc1", "sao"), "withdrawn plans stay usable");
    assert!(!c.is_available("vc2-1c-1gb-sc1", "ewr"));
    assert!(!c.is_available("vc2-1c-1gb", "xyz"));
    assert!(!c.is_available("xyz", "ewr"));
    assert!(c.available("ewr").any(|plan| plan.id == "vc2-1c-1gb"));
    assert!(c.available("fra").all(|plan| plan.kind != "vhf"), "as seen in 2026");
    assert!(c.available_metal("sea").any(|plan| plan.id == "vbm-112c-2048gb-8-h100-gpu"));
}

#[test]
fn types_of_plans_match_as_in_the_api() {
    let c = Catalog::builtin();
    let count = |kind: &str| c.plans().filter(|plan| plan.is_of_type(kind)).count();
    assert_eq!((count("all"), count("vhf"), count("vbm"), count("nonsense")), (151, 10, 0, 0));
    let branches = ["voc-g", "voc-s", "voc-c", "voc-m"].map(count);
    assert!(branches.iter().all(|&n| n > 0), "{branches:?}");
    assert_eq!(branches.iter().sum::<usize>(), count("voc"));
}

#[test]
fn upgrades_only_go_up_within_the_family_and_region() {
    let c = Catalog::builtin();
    let mut pairs = 0;
    for plan in c.plans() {
        for region in &plan.locations {
            for target in c.upgrades(plan, region) {
                assert_ne!(plan.id, target.id);
                assert_eq!(plan.kind, target.kind);
                assert!(target.sold_in(region) && !target.retired);
                assert!(target.vcpu_count >= plan.vcpu_count, "{} {}", plan.id, target.id);
                assert!(target.ram >= plan.ram, "{} {}", plan.id, target.id);
                assert!(target.disk_total() >= plan.disk_total(), "{} {}", plan.id, target.id);
                assert!(!target.can_become(plan), "{} {}", plan.id, target.id);
                pairs += 1;
            }
        }
    }
    assert!(pairs > 0);
    let ids = |plan: &str, region| -> Vec<&str> {
        let plan = c.plan(plan).expect("there");
        c.upgrades(plan, region).map(|target| target.id.as_str()).collect()
    };
    assert_eq!(ids("vc2-8c-32gb", "ewr"), ["vc2-16c-64gb", "vc2-24c-96gb"]);
    assert!(ids("vc2-24c-96gb", "ewr").is_empty());
    assert!(!ids("vc2-1c-1gb", "ewr").contains(&"vc2-1c-0.5gb"));
    assert!(ids("vc2-1c-1gb-sc1", "sao").contains(&"vc2-1c-2gb"), "old instances can move on");
}

#[test]
fn systems_refuse_plans_that_are_too_small() {
    let c = Catalog::builtin();
    let fits = |os_id, plan| c.system(os_id).expect("there").fits(c.plan(plan).expect("there"));
    assert_eq!(c.system(2284).and_then(|s| s.min_ram_mb), Some(1000));
    assert!(!fits(2284, "vc2-1c-0.5gb-v6"));
    assert!(fits(2284, "vc2-1c-1gb"));
    assert!(fits(2136, "vc2-1c-0.5gb"));
    assert!(!fits(501, "vc2-1c-1gb"));
    assert!(fits(501, "vc2-1c-2gb"));
    assert!(fits(501, "vx1-g-2c-8g"), "its disk is chosen with the instance");
    assert!(c.supports_windows(c.plan("vc2-2c-4gb").expect("there")));
    assert!(!c.supports_windows(c.plan("vc2-1c-0.5gb").expect("there")));
}

#[test]
fn every_item_has_a_price() {
    let c = Catalog::builtin();
    // Nothing is charged for these, as far as is known.
    let free = [
        PriceItem::KubernetesControlPlane,
        PriceItem::KubernetesHaControlPlane,
        PriceItem::StorageGateway,
    ];
    for item in PriceItem::ALL {
        assert_eq!(c.price(item).amount == Decimal::ZERO, free.contains(&item), "{item:?}");
    }
    assert_eq!(c.price(PriceItem::NatGateway).per, PriceUnit::Hour);
    let nvme = c.block_type("high_perf").expect("there");
    assert_eq!((nvme.min_size_gb, nvme.max_size_gb), (10, 10_000));
    assert_eq!(nvme.price_per_gb_month, money("0.1"));
    let default = |region| c.default_block_type(c.region(region).expect("there")).expect("one");
    assert_eq!(
        (default("ewr").id.as_str(), default("fra").id.as_str()),
        ("high_perf", "storage_opt")
    );
}

#[test]
fn a_cluster_goes_up_one_minor_version_at_a_time_and_never_down() {
    let c = Catalog::builtin();
    let ids: Vec<_> = c.kubernetes_versions().map(|version| version.id.as_str()).collect();
    assert_eq!(ids, ["v1.37.1+1", "v1.36.5+1", "v1.35.9+1"]);
    for (from, expected) in [
        ("v1.37.1+1", vec![]),
        ("v1.36.5+1", vec!["v1.37.1+1"]),
        ("v1.36.1+3", vec!["v1.37.1+1", "v1.36.5+1"]),
        ("v1.35.9+1", vec!["v1.36.5+1"]),
        // By its numbers, not by its letters; a further build is newer, too.
        ("v1.34.1+2", vec!["v1.35.9+1", "v1.34.1+3"]),
        ("v1.32.9+3", vec!["v1.33.5+3"]),
        ("v1.30.2+1", vec!["v1.31.8+1", "v1.30.12+1"]),
        ("v2.0.0+1", vec![]),
        ("1.36", vec![]),
    ] {
        assert_eq!(c.kubernetes_upgrades(from), expected, "{from}");
    }
    assert!(c.kubernetes_version("v1.34.1+3").is_some_and(|version| version.retired));
    let wrong = r#"{"kubernetes_version": {"id": "v1.38"}}"#;
    let problem = c.with_file(wrong).expect_err("it is none").to_string();
    assert!(problem.ends_with("id: \"v1.38\" is no version such as \"v1.36.5+1\""), "{problem}");
}

#[test]
fn clusters_of_object_storage_offer_tiers_that_there_are() {
    let c = Catalog::builtin();
    let ewr1 = c.object_storage_cluster(2).expect("there");
    assert_eq!((&*ewr1.region, &*ewr1.hostname), ("ewr", "ewr1.vultrobjects.com"));
    for cluster in c.object_storage_clusters() {
        assert!(cluster.deploy && !cluster.tiers.is_empty(), "{}", cluster.hostname);
        assert!(c.region(&cluster.region).is_some(), "{}", cluster.hostname);
    }
    let usual: Vec<_> = c.object_storage_tiers().filter(|tier| tier.default).collect();
    assert_eq!(usual.len(), 1);
    assert_eq!((usual[0].id, usual[0].price), (1, money("6")));
    assert_eq!(usual[0].archive_price_per_gb_month, None);
    let standard = c.object_storage_tier(2).expect("there");
    assert_eq!(standard.archive_price_per_gb_month, Some(money("0.006")));
    assert_eq!((standard.max_ops_per_s, standard.max_bytes_per_s), (800, 629_145_600));
}

#[test]
fn registries_have_published_plans_and_regions_that_there_are() {
    let c = Catalog::builtin();
    let plan = c.registry_plan("business").expect("there");
    assert_eq!((&*plan.name, plan.max_storage_mb, plan.price), ("Business", 20_480, money("5")));
    let sjc = c.registry_region("sjc").expect("there");
    assert_eq!((sjc.number, &*sjc.hostname, sjc.site), (3, "sjc.vultrcr.com", 12));
    assert!(c.registry_regions().all(|region| c.region(&region.id).is_some()));
    let own = r#"{"registry_region": {"id": "lab", "number": 9, "hostname": "sjc.vultrcr.com", "added": 0, "site": 9, "site_code": "L", "part": "", "description": ""}}"#;
    assert_eq!(
        refused(&format!("{own}\n{LAB}")),
        "line 1: registry_region \"lab\": hostname: \"sjc.vultrcr.com\" already belongs to registry_region \"sjc\""
    );
    let own = own.replace("lab", "xyz");
    assert_eq!(refused(&own), "line 1: registry_region \"xyz\": id: \"xyz\" is no region");
}

#[test]
fn a_file_adds_and_replaces_object_storage() {
    // Each stands before what it refers to.
    let cluster = r#"{"object_storage_cluster": {"id": 99, "region": "lab", "hostname": "lab.example", "tiers": [1, 77]}}"#;
    let tier = r#"{"object_storage_tier": {"id": 77, "name": "Own", "slug": "own", "price": 1.5, "disk_price_per_gb_month": 0.01, "traffic_price_per_gb": 0, "max_bytes_per_s": 1, "max_ops_per_s": 1}}"#;
    let closed = r#"{"object_storage_cluster": {"id": 2, "region": "ewr", "hostname": "ewr1.vultrobjects.com", "tiers": [], "deploy": false}}"#;
    let file = format!("{cluster}\n{tier}\n{closed}\n{LAB}");
    let c = Catalog::builtin().with_file(&file).expect("right");
    assert_eq!(c.object_storage_clusters().last().map(|c| c.tiers.clone()), Some(vec![1, 77]));
    assert!(c.object_storage_cluster(2).is_some_and(|c| !c.deploy && c.tiers.is_empty()));
    assert_eq!(c.object_storage_clusters().next().map(|c| c.id), Some(2), "in its place");
    let entry = r#"object_storage_cluster 99"#;
    let wrong = |from: &str, to: &str| refused(&format!("{}\n{LAB}", cluster.replace(from, to)));
    assert_eq!(
        wrong("lab\"", "lax1\""),
        format!("line 1: {entry}: region: \"lax1\" is no region; did you mean \"lax\"?")
    );
    assert_eq!(wrong("77", "78"), format!("line 1: {entry}: tiers: 78 is no tier"));
    let taken = cluster.replace(", 77", "").replace("lab.example", "lax1.vultrobjects.com");
    assert_eq!(
        refused(&format!("{taken}\n{LAB}")),
        format!(
            "line 1: {entry}: hostname: \"lax1.vultrobjects.com\" already belongs to object_storage_cluster 11"
        )
    );
    assert_eq!(
        refused(&tier.replace("\"own\"", "\"tier_004h_0300m\"")),
        "line 1: object_storage_tier 77: slug: \"tier_004h_0300m\" already belongs to object_storage_tier 1"
    );
}

#[test]
fn plans_of_databases_are_sizes_by_tier() {
    let c = Catalog::builtin();
    let plan = c.database_plan("vultr-dbaas-business-cc-1-55-2").expect("there");
    assert_eq!((plan.number_of_nodes(), plan.monthly_cost, plan.size.ram), (2, 50, 2048));
    assert_eq!((plan.runs("pg"), plan.runs("kafka")), (true, false));
    let connections = ["mysql", "pg", "valkey"].map(|engine| plan.max_connections(engine));
    assert_eq!(connections, [Some(150), Some(47), None]);
    assert_eq!(c.database_locations(plan).count(), 33);
    let large = c.database_plan("vultr-dbaas-startup-cc-24-1600-96").expect("there");
    let sold: Vec<&str> = c.database_locations(large).map(|region| region.id.as_str()).collect();
    assert_eq!(sold, ["icn", "mel", "scl"]);
    assert_eq!(large.max_connections("pg"), Some(1000));
    let brokers = c.database_plan("vultr-dbaas-premium-6x-occ-so-2-375-8").expect("there");
    assert_eq!((brokers.number_of_nodes(), brokers.max_connections("pg")), (6, None));
    for plan in c.database_plans() {
        assert_eq!(c.database_plan(&plan.id()), Some(plan), "found by its id");
    }
    let unknown = ["vultr-dbaas-hobbyist-cc-1-55-2", "vultr-dbaas-startup-x", "cc-1-55-2", ""];
    assert!(unknown.into_iter().all(|id| c.database_plan(id).is_none()));
    let nearest = c.nearest_database_plan("vultr-dbaas-startup-cc-1-55-3");
    assert_eq!(nearest.as_deref(), Some("vultr-dbaas-startup-cc-1-55-2"));
}

#[test]
fn every_engine_of_databases_has_versions_plans_and_options() {
    let c = Catalog::builtin();
    let options = |service| c.database_options(service).count();
    for engine in c.database_engines() {
        assert!(!engine.versions.is_empty(), "{}", engine.id);
        assert!(c.database_plans().any(|plan| plan.runs(&engine.id)), "{}", engine.id);
    }
    let kafka = ["kafka", "kafka-rest", "schema-registry", "kafka-connect"].map(options);
    assert_eq!(kafka, [46, 10, 3, 16]);
    assert_eq!(["mysql", "pg", "valkey"].map(options), [23, 44, 0]);
    let option = |service, name| {
        c.database_options(service).find(|option| option.name() == name).expect("there")
    };
    let OptionValues::Int(_, most) = &option("mysql", "group_concat_max_len").values else {
        panic!("a number")
    };
    assert_eq!(most.as_u64(), Some(u64::MAX));
    let couchbase = "com.couchbase.connect.kafka.CouchbaseSinkConnector";
    let sink = c.database_connector(couchbase).expect("there");
    assert_eq!((&*sink.version, &*sink.kind, sink.settings[0].required), ("4.1.11", "sink", true));
    assert_eq!(c.database_connectors().count(), 6);
    assert_eq!(option("pg", "wal_sender_timeout").alt_values, [0]);
    assert_eq!(option("pg", "pg_stat_statements.track").values.type_word(), "enum");
    assert_eq!(option("kafka", "log_cleaner_min_cleanable_ratio").values.type_word(), "float");
}

#[test]
fn a_file_adds_databases() {
    let size = r#"{"database_size": {"id": "lab-1", "type": "vc2", "vcpu_count": 1, "ram": 512, "disk": 5, "engines": ["pg"], "locations": ["lab"], "cost": {"startup": 7}}}"#;
    let option = r#"{"database_option": {"id": "pg.lab", "values": {"int": [1, 9]}}}"#;
    let c = Catalog::builtin().with_file(&format!("{size}\n{option}\n{LAB}")).expect("right");
    let plan = c.database_plan("vultr-dbaas-startup-lab-1").expect("added");
    assert!(plan.sold_in("lab") && !plan.sold_in("ewr"));
    assert_eq!(plan.max_connections("pg"), Some(1));
    assert_eq!(c.database_options("pg").last().map(DatabaseOption::name), Some("lab"));
    let wrong = |text: &str, from, to| refused(&format!("{}\n{LAB}", text.replace(from, to)));
    let entry = r#"line 1: database_size "lab-1""#;
    assert_eq!(
        wrong(size, r#"["pg"]"#, r#"["db2"]"#),
        format!(r#"{entry}: engines: "db2" is no engine"#)
    );
    let tier = wrong(size, "startup", "large");
    assert!(tier.starts_with(&format!("{entry}: cost: unknown variant `large`")), "{tier}");
    assert_eq!(
        wrong(option, "[1, 9]", "[9, 1]"),
        r#"line 1: database_option "pg.lab": values: 9 is more than 1; the least comes first"#
    );
    assert_eq!(
        wrong(option, "pg.lab", "lab"),
        r#"line 1: database_option "lab": id: "lab" has no dot between engine and name, like pg.jit"#
    );
}

const MINE: &str = r#"{"plan": {"id": "my-1", "type": "vc2", "vcpu_count": 1, "ram": 1024, "disk": 30, "disk_type": "SSD", "bandwidth": 1000, "cost": {"monthly": 7.30}, "cpu_vendor": "AMD", "locations": ["lab"]}}"#;
const LAB: &str = r#"{"region": {"id": "lab", "city": "Cellar", "country": "CH", "continent": "Europe", "options": [], "connectivity": []}}"#;

#[test]
fn a_file_adds_entries_at_the_end_and_what_it_leaves_out_follows() {
    let c = Catalog::builtin().with_file(&format!("# mine\n\n{MINE}\n{LAB}\n")).expect("right");
    assert_eq!(c.regions().last().map(|r| r.id.as_str()), Some("lab"));
    assert_eq!(c.available("lab").map(|p| p.id.as_str()).collect::<Vec<_>>(), ["my-1"]);
    let plan = c.plan("my-1").expect("added");
    assert_eq!(plan.cost.hourly, money("0.01"));
    assert_eq!(plan.disk_count, 1);
}

#[test]
fn a_file_replaces_entries_in_their_place() {
    let mine = MINE.replace("my-1", "vc2-1c-1gb").replace("lab", "ewr");
    let c = Catalog::builtin().with_file(&mine).expect("right");
    let place = |c: &Catalog| c.plans().position(|plan| plan.id == "vc2-1c-1gb");
    assert_eq!(place(&c), place(&Catalog::builtin()));
    assert_eq!(c.plans().count(), 151);
    assert_eq!(c.plan("vc2-1c-1gb").map(|plan| plan.disk), Some(30));
    // The old entry is gone whole, so its price in São Paulo is too.
    assert_eq!(c.plan("vc2-1c-1gb").map(|plan| plan.location_cost.len()), Some(0));
}

#[test]
fn the_example_in_the_readme_works() {
    let readme = include_str!("data/README.md");
    let example = readme.split("```").nth(1).expect("a block of code");
    let c = Catalog::builtin().with_file(example).expect("right");
    assert!(c.is_available("lab-1c-1gb", "lab"));
}

#[test]
fn errors_name_line_entry_and_field() {
    let wrong = |from, to: &str| refused(&format!("# comment\n{LAB}\n{}", MINE.replace(from, to)));
    assert_eq!(
        wrong(r#""ram": 1024"#, r#""ram": "1 GB""#),
        r#"line 3: plan "my-1": ram: invalid type: string "1 GB", expected a whole number"#
    );
    assert_eq!(
        wrong("7.30", "-1"),
        r#"line 3: plan "my-1": cost.monthly: -1 is negative; an amount is 0 or more"#
    );
    assert_eq!(wrong(r#""ram": 1024, "#, ""), r#"line 3: plan "my-1": missing field `ram`"#);
    let unknown = wrong("cpu_vendor", "cpu_maker");
    assert!(
        unknown.starts_with(r#"line 3: plan "my-1": cpu_maker: unknown field `cpu_maker`"#),
        "{unknown}"
    );
    assert_eq!(
        wrong(r#"["lab"]"#, r#"["lab", "EWR"]"#),
        r#"line 3: plan "my-1": locations: "EWR" is no region; did you mean "ewr"?"#
    );
    assert_eq!(
        wrong("my-1", "My 1"),
        r#"line 3: plan "My 1": id: "My 1" is no id; use lower-case letters, digits, '-', '.' and '_'"#
    );
    assert_eq!(
        wrong(r#""vcpu_count": 1"#, r#""vcpu_count": 0"#),
        r#"line 3: plan "my-1": vcpu_count: 0 is too little; at least 1"#
    );
    assert_eq!(
        wrong(r#""ram": 1024"#, r#""ram": 1024, "vpsplanid": 201"#),
        r#"line 3: plan "my-1": vpsplanid: 201 already belongs to plan "vc2-1c-1gb""#
    );
}

#[test]
fn errors_explain_what_is_no_entry_at_all() {
    assert_eq!(
        refused(&format!("{LAB}\n{LAB}")),
        r#"line 2: region "lab": id: the file has it already, in line 1"#
    );
    let kind = refused(r#"{"planet": {"id": "earth"}}"#);
    assert!(kind.starts_with(r#"line 1: planet "earth": unknown variant `planet`"#), "{kind}");
    assert!(kind.contains("`plan`"), "{kind}");
    for text in ["{\n\"region\": {}}", "[1]", "nonsense", "{}{}"] {
        let error = refused(text);
        assert!(error.starts_with("line 1: not one JSON object a line"), "{error}");
    }
    assert!(refused("{}").starts_with("line 1: "));
}
