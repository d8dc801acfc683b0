//! A spec of its own, what is remembered of specs, and worlds with a driver of their own.

use std::sync::Arc;

use engine::Clock;
use serde_json::{Value, json};
use store::{Location, Store};

use drivers::balancer::{self, Allowed, Clients, Protocol};
use drivers::gateway::{self, Accepted, Transport};
use drivers::object_store::{ArchiveRule, Bucket};
use drivers::registry::Account;
use drivers::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// All that a new kind of things needs here: what one is to be, ...
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Registry {
    name: String,
    #[serde(default)]
    public: bool,
}

/// ... and its spec.
impl Spec for Registry {
    const WHAT: &'static str = "registry";
    const TAKES: i64 = 7_000;
}

fn registry(name: &str) -> Registry {
    Registry { name: name.into(), public: false }
}

async fn sim(pace: Pace) -> (Sim, Store, Clock) {
    let (store, clock) = (Store::open(&Location::Memory).await.unwrap(), Clock::manual(0));
    (Sim::new(store.clone(), clock.clone(), pace), store, clock)
}

#[tokio::test]
async fn a_new_spec_is_simulated_at_once_and_takes_as_long_as_it_says() {
    for (pace, takes) in [(Pace::VULTR, Registry::TAKES), (Pace::FAST, 5)] {
        let (sim, _, clock) = sim(pace).await;
        let world = World::from(sim.clone());
        let (registries, id) = (world.things::<Registry>(), Uuid::from_u128(1));
        assert_eq!(registries.observe(id).await.unwrap(), None);
        let missing = registries.configure(id, &registry("a")).await;
        assert!(matches!(missing, Err(Error::Missing { what: "registry", .. })), "{missing:?}");
        registries.create(id, &registry("a")).await.unwrap();
        registries.create(id, &registry("b")).await.unwrap();
        clock.set(takes - 1);
        let seen = registries.observe(id).await.unwrap();
        assert_eq!(seen, Some(Thing { spec: Some(registry("a")), ready: false }));
        clock.set(takes);
        registries.configure(id, &registry("c")).await.unwrap();
        let seen = registries.observe(id).await.unwrap();
        assert_eq!(seen, Some(Thing { spec: Some(registry("c")), ready: true }));
        for _ in 0..2 {
            registries.remove(id).await.unwrap();
            assert_eq!(registries.observe(id).await.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn neither_the_order_of_fields_nor_a_default_makes_a_difference() {
    let (sim, store, _) = sim(Pace::FAST).await;
    let id = Uuid::from_u128(1);
    for told in [r#"{"public":false,"name":"a"}"#, r#"{"name":"a"}"#, r#"{"name":"a","old":1}"#] {
        let state = format!(r#"{{"ready_at":0,"spec":{told}}}"#);
        store.world_put(Registry::WHAT, id, state).await.unwrap();
        let seen = Things::<Registry>::observe(&sim, id).await.unwrap().unwrap();
        assert_eq!(seen.spec, Some(registry("a")), "{told}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_any_more_works_on_and_is_told_anew() {
    let (sim, store, _) = sim(Pace::FAST).await;
    let id = Uuid::from_u128(1);
    for state in [r#"{"ready_at":0}"#, r#"{"spec":{"name":1},"ready_at":0}"#] {
        store.world_put(Registry::WHAT, id, state.into()).await.unwrap();
        let seen = Things::<Registry>::observe(&sim, id).await.unwrap();
        assert_eq!(seen, Some(Thing { spec: None, ready: true }));
        sim.configure(id, &registry("a")).await.unwrap();
        let seen = Things::<Registry>::observe(&sim, id).await.unwrap();
        assert_eq!(seen, Some(Thing { spec: Some(registry("a")), ready: true }));
    }
}

fn survives<S: Spec>(spec: &S) -> Value {
    let json = serde_json::to_value(spec).unwrap();
    assert!(serde_json::from_value::<S>(json.clone()).unwrap() == *spec, "{json}");
    json
}

#[test]
fn what_a_load_balancer_is_to_be_survives_being_kept() {
    let balancer = BalancerSpec {
        ipv4: [198, 18, 0, 1].into(),
        ipv6: "2001:db8::1".parse().unwrap(),
        network: Some(Uuid::from_u128(1)),
        nic: Some(Nic {
            network: Uuid::from_u128(1),
            address: "10.1.96.3".into(),
            prefix: 20,
            mac: "5a:00:0a:01:60:03".into(),
        }),
        nodes: 3,
        regions: vec!["ams".into()],
        machines: vec![balancer::Backend {
            id: Uuid::from_u128(2),
            address: Some([198, 18, 0, 2].into()),
        }],
        algorithm: balancer::Algorithm::LeastConnections,
        cookie: Some("stay".into()),
        health_check: balancer::HealthCheck {
            protocol: Protocol::Http,
            port: 80,
            path: "/".into(),
            interval_s: 15,
            timeout_s: 5,
            unhealthy_after: 5,
            healthy_after: 4,
        },
        timeout_s: 600,
        redirects_to_https: true,
        http2: true,
        http3: true,
        proxy_protocol: true,
        forwarding: vec![balancer::Forwarding {
            frontend: Protocol::Https,
            frontend_port: 443,
            backend: Protocol::Tcp,
            backend_port: 80,
        }],
        firewall: [
            Clients::Of(Subnet { address: [192, 0, 2, 0].into(), prefix: 24 }),
            Clients::CloudflareV4,
            Clients::CloudflareV6,
        ]
        .map(|from| Allowed { port: 80, from })
        .into(),
        certificate: Some(balancer::Certificate {
            chain: "chain".into(),
            private_key: "key".to_owned().into(),
        }),
        certified_name: Some("example.com".into()),
    };
    assert_eq!(survives(&balancer)["certificate"]["private_key"], "key");
}

#[test]
fn what_each_other_spec_says_survives_being_kept() {
    survives(&GatewaySpec {
        network: Uuid::from_u128(1),
        private_ipv4: [10, 0, 0, 3].into(),
        public_ipv4: [198, 18, 0, 1].into(),
        public_ipv6: "2001:db8::1".parse().unwrap(),
        firewall: vec![Accepted {
            transport: Transport::Udp,
            first_port: 53,
            last_port: 54,
            from: Subnet { address: [0; 4].into(), prefix: 0 },
        }],
        forwarding: vec![gateway::Forwarding {
            transport: Transport::Tcp,
            port: 80,
            to: "10.0.0.9:8080".parse().unwrap(),
        }],
    });
    survives(&ObjectStoreSpec {
        hostname: "ewr1.example.com".into(),
        access_key: "key".into(),
        secret_key: "secret".to_owned().into(),
        buckets: vec![Bucket {
            name: "logs".into(),
            versioning: true,
            object_lock: true,
            archival: true,
            archive_rules: vec![ArchiveRule {
                name: "old".into(),
                enabled: true,
                prefix: "a/".into(),
                after_days: 7,
            }],
        }],
    });
    survives(&RegistrySpec {
        urn: "sjc.example.com/shop".into(),
        replicas: vec!["ewr.example.com/shop".into()],
        public: true,
        max_storage_mb: 10,
        accounts: vec![Account {
            name: "robot".into(),
            secret: "secret".to_owned().into(),
            root: false,
            may: vec!["pull:repository".into()],
            ends: Some(7),
        }],
    });
    survives(&CdnSpec {
        host: "cdn.example.com".into(),
        origin: Some("https://www.example.com".into()),
        vanity_host: "files.example.com".into(),
        certificate: Some(("chain".into(), "key".to_owned().into())),
        cors: true,
        gzip: true,
        blocks_ai: true,
        blocks_bad_bots: true,
        regions: vec!["ewr".into()],
        purged: 7,
        files: vec![("logo.png".into(), Uuid::from_u128(1))],
    });
    assert_eq!(survives(&registry("a")), json!({ "name": "a", "public": false }));
}

/// Registries that are always there, and always ready.
#[derive(Debug)]
struct Real;

impl Things<Registry> for Real {
    fn observe(&self, _: Uuid) -> Call<'_, Option<Thing<Registry>>> {
        Box::pin(async { Ok(Some(Thing { spec: Some(registry("real")), ready: true })) })
    }
    fn create<'a>(&'a self, _: Uuid, _: &'a Registry) -> Call<'a> {
        Box::pin(async { Ok(()) })
    }
    fn configure<'a>(&'a self, _: Uuid, _: &'a Registry) -> Call<'a> {
        Box::pin(async { Ok(()) })
    }
    fn remove(&self, _: Uuid) -> Call<'_> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn what_has_no_driver_of_its_own_is_simulated() {
    let (sim, ..) = sim(Pace::FAST).await;
    let real: Arc<dyn Things<Registry>> = Arc::new(Real);
    let (world, id) = (World::from(sim.clone()).with_things(real), Uuid::from_u128(1));
    assert!(world.is_real::<Registry>() && !world.is_real::<ObjectStoreSpec>());
    let seen = world.things::<Registry>().observe(id).await.unwrap().unwrap();
    assert_eq!((seen.spec, seen.ready), (Some(registry("real")), true));
    assert_eq!(sim.calls(), 0);
    assert_eq!(world.things::<ObjectStoreSpec>().observe(id).await.unwrap(), None);
    world.disks().create(id, 10, None).await.unwrap();
    assert!(Disks::observe(&sim, id).await.unwrap().is_some());
}
