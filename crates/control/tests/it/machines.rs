//! A world with machines of its own: what they are told, and who hears of it where they cannot be.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use api::Time;
use api::firewalls::{CreateFirewallGroup, CreateFirewallGroupRule};
use api::instances::{CreateInstance, UpdateInstance};
use api::logs::{ListLogs, LogLevel};
use api::startup_scripts::CreateStartupScript;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use control::Control;
use drivers::{
    Call, Error, FirewallSpec, Machine, MachineSpec, Machines, Nic, Plane, Progress, PublicNic,
    Result, Size,
};
use serde_json::{Value, json};
use testkit::World;
use uuid::Uuid;

use crate::common::{Asks as _, made_of, outside};

/// Machines that are noted, and are at once as they were told to be, unless something is in the way.
#[derive(Debug, Clone, Default)]
struct Noted(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    machines: BTreeMap<Uuid, Machine>,
    /// How often one was to be made.
    asked: usize,
    never: Option<&'static str>,
    not_now: Option<&'static str>,
}

impl Noted {
    fn change(&self, id: Uuid, how: impl FnOnce(&mut Machine)) -> Result<()> {
        let mut state = self.0.lock().unwrap();
        let what = "machine";
        state.machines.get_mut(&id).map(how).ok_or(Error::Missing { what, id })
    }

    fn of(&self, id: Uuid) -> Machine {
        self.0.lock().unwrap().machines[&id].clone()
    }
}

#[async_trait]
impl Machines for Noted {
    async fn observe(&self, id: Uuid) -> Result<Option<Machine>> {
        Ok(self.0.lock().unwrap().machines.get(&id).cloned())
    }
    async fn create(&self, id: Uuid, spec: &MachineSpec, public: &PublicNic) -> Result<()> {
        let mut state = self.0.lock().unwrap();
        state.asked += 1;
        if let Some(why) = state.never {
            return Err(Error::Unsupported(why.into()));
        }
        if let Some(why) = state.not_now {
            return Err(Error::Outside(why.into()));
        }
        let (spec, public, progress) = (spec.clone(), public.clone(), Progress::Ready);
        let machine = Machine { spec, public, progress, running: true, ..Machine::default() };
        state.machines.entry(id).or_insert(machine);
        Ok(())
    }
    async fn start(&self, id: Uuid) -> Result<()> {
        self.change(id, |machine| machine.running = true)
    }
    async fn stop(&self, id: Uuid) -> Result<()> {
        self.change(id, |machine| machine.running = false)
    }
    async fn reset(&self, id: Uuid, number: u64) -> Result<()> {
        self.change(id, |machine| machine.reset = number)
    }
    async fn install(&self, id: Uuid, number: u64, spec: &MachineSpec) -> Result<()> {
        self.change(id, |machine| (machine.install, machine.spec) = (number, spec.clone()))
    }
    async fn resize(&self, id: Uuid, size: Size) -> Result<()> {
        self.change(id, |machine| machine.spec.size = size)
    }
    async fn insert_iso(&self, id: Uuid, iso: Option<Uuid>) -> Result<()> {
        self.change(id, |machine| machine.iso = iso)
    }
    async fn connect(&self, id: Uuid, public: &PublicNic, nics: &[Nic]) -> Result<()> {
        self.change(id, |machine| (machine.public, machine.nics) = (public.clone(), nics.to_vec()))
    }
    async fn remove(&self, id: Uuid) -> Result<()> {
        self.0.lock().unwrap().machines.remove(&id);
        Ok(())
    }
}

impl Plane for Noted {
    fn real(&self) -> String {
        "machines that are noted".into()
    }
    fn there(&self) -> Call<'_, Vec<Uuid>> {
        let there = self.0.lock().unwrap().machines.keys().copied().collect();
        Box::pin(std::future::ready(Ok(there)))
    }
    fn sweep(&self, id: Uuid) -> Call<'_> {
        self.0.lock().unwrap().machines.remove(&id);
        Box::pin(std::future::ready(Ok(())))
    }
}

/// A server on the data of this world, whose machines these are.
fn with(world: &World, machines: &Noted) -> Arc<Control> {
    let real = drivers::World::from(outside(world))
        .with_machines(Arc::new(machines.clone()))
        .with_plane(Arc::new(machines.clone()));
    Control::new(control::Config {
        world: Some(real),
        clock: world.clock.clone(),
        ..control::config(world.store.clone())
    })
}

async fn drain(control: &Arc<Control>) {
    control::engine(control).drain().await;
}

async fn create(world: &World, more: Value) -> Uuid {
    let mut wish = json!({"region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136, "label": "web"});
    for (field, value) in more.as_object().unwrap() {
        wish[field] = value.clone();
    }
    world.done(made_of::<CreateInstance>(wish)).await.id.0
}

/// What the account's log says of a thing beside requests, the newest first.
async fn told(world: &World, id: Uuid) -> Vec<(LogLevel, String)> {
    let end_time = Some(Time::from_millis(world.clock.now() + 1_000).into());
    let ask = ListLogs { end_time, resource_id: Some(id.to_string()), ..ListLogs::default() };
    let logs = world.done(ask).await.logs;
    assert!(logs.iter().all(|log| log.resource_type == "instances"), "{logs:?}");
    let ours = logs.into_iter().filter(|log| log.metadata.method.is_empty());
    ours.map(|log| (log.log_level, log.message)).collect()
}

async fn stuck(world: &World) -> Value {
    let (status, text) = world.raw("GET", "/_kettle/status", "").await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str::<Value>(&text).unwrap()["stuck"].take()
}

#[tokio::test]
async fn what_can_never_be_made_is_not_tried_again_and_its_owner_sees_why() {
    let world = World::new().await;
    let machines = Noted::default();
    machines.0.lock().unwrap().never = Some("there is no such system here");
    let control = with(&world, &machines);
    let id = create(&world, json!({})).await;
    drain(&control).await;
    let asked = || machines.0.lock().unwrap().asked;
    assert_eq!(asked(), 1);
    let why = (LogLevel::Error, "Kettle cannot make it: there is no such system here".to_owned());
    assert_eq!(told(&world, id).await, std::slice::from_ref(&why));
    let all = stuck(&world).await;
    let [one] = &all.as_array().unwrap()[..] else { panic!("one is stuck: {all}") };
    assert_eq!((&one["kind"], &one["id"]), (&json!("instance"), &json!(id)));
    assert_eq!(
        (&one["why"], &one["retry_at"]),
        (&json!("there is no such system here"), &Value::Null)
    );
    assert!(one["since"].as_str().unwrap().starts_with("20"), "{one}");
    // Time alone does not have it tried again; another start does, and says it no second time.
    world.clock.set(world.clock.now() + 86_400_000);
    drain(&control).await;
    assert_eq!(asked(), 1);
    control.begin_real().await.unwrap();
    drain(&control).await;
    assert_eq!((asked(), told(&world, id).await), (2, vec![why.clone()]));
    // Its owner changes it, and it can be made.
    machines.0.lock().unwrap().never = None;
    let change = made_of::<UpdateInstance>(json!({"instance_id": id, "label": "www"}));
    world.done(change).await;
    drain(&control).await;
    let again = (LogLevel::Info, "Kettle can make it again".to_owned());
    assert_eq!(told(&world, id).await, [again, why]);
    assert_eq!(stuck(&world).await, json!([]));
}

#[tokio::test]
async fn what_cannot_be_made_now_is_tried_again_and_told_after_some_tries() {
    let world = World::new().await;
    let machines = Noted::default();
    machines.0.lock().unwrap().not_now = Some("no room");
    let control = with(&world, &machines);
    let id = create(&world, json!({})).await;
    for tries in 1..=4 {
        drain(&control).await;
        assert_eq!(machines.0.lock().unwrap().asked, tries);
        let is_told = tries >= 3;
        assert_eq!(told(&world, id).await.len(), usize::from(is_told), "after {tries}");
        let stuck = stuck(&world).await;
        assert_eq!(stuck.as_array().unwrap().len(), usize::from(is_told), "after {tries}");
        if is_told {
            assert_eq!((&stuck[0]["why"], &stuck[0]["tries"]), (&json!("no room"), &json!(tries)));
            assert!(stuck[0]["retry_at"].is_string());
        }
        world.clock.set(world.clock.now() + 300_000);
    }
    machines.0.lock().unwrap().not_now = None;
    drain(&control).await;
    let words: Vec<_> = told(&world, id).await.into_iter().map(|(_, message)| message).collect();
    assert_eq!(words, ["Kettle can make it again", "Kettle cannot make it: no room"]);
    assert_eq!(stuck(&world).await, json!([]));
}

#[tokio::test]
async fn a_machine_is_told_what_was_sent_as_it_is_meant() {
    let world = World::new().await;
    let machines = Noted::default();
    let control = with(&world, &machines);
    let script = STANDARD.encode("#!/bin/sh\necho hello\n");
    let script =
        made_of::<CreateStartupScript>(json!({"name": "s", "type": "boot", "script": script}));
    let script_id = world.done(script).await.id;
    let group = world.done(CreateFirewallGroup::default()).await.id;
    let rule = json!({"firewall_group_id": group, "ip_type": "v4", "protocol": "tcp", "port": "22",
        "subnet": "192.0.2.0", "subnet_size": 24});
    world.done(made_of::<CreateFirewallGroupRule>(rule)).await;
    let vpc = made_of::<api::vpcs::CreateVpc>(
        json!({"region": "ewr", "v4_subnet": "10.7.0.0", "v4_subnet_mask": 20}),
    );
    let vpc = world.done(vpc).await.id;
    let more = json!({
        "user_data": STANDARD.encode("#cloud-config\n"), "script_id": script_id, "hostname": "web",
        "firewall_group_id": group, "attach_vpc": [vpc], "enable_ipv6": true,
    });
    let id = create(&world, more).await;
    drain(&control).await;
    let Machine { spec, public, nics, .. } = machines.of(id);
    assert_eq!(String::from_utf8(spec.user_data).unwrap(), "#cloud-config\n");
    assert_eq!(String::from_utf8(spec.script).unwrap(), "#!/bin/sh\necho hello\n");
    assert!(spec.password.as_str().len() >= 8 && !spec.is_limited);
    assert_eq!((spec.hostname.as_str(), spec.image.id.as_str()), ("web", "2136"));
    let instance_id = api::id::InstanceId(id);
    let shown = world.done(api::instances::GetInstance { instance_id }).await;
    let [ipv4] = &public.ipv4[..] else { panic!("one address: {public:?}") };
    assert_eq!(ipv4.address.to_string(), shown.main_ip);
    assert!(ipv4.prefix < 32 && ipv4.gateway.is_some(), "{ipv4:?}");
    assert_eq!(Ok(public.ipv6[0].address), shown.v6_main_ip.parse());
    assert_eq!(public.firewall, Some(group.0));
    assert!(!public.mac.is_empty());
    let [nic] = &nics[..] else { panic!("one network: {nics:?}") };
    assert_eq!((nic.network, nic.prefix), (vpc.0, 20));
    assert!(nic.address.starts_with("10.7."), "{nic:?}");
    let rules = drivers::Things::<FirewallSpec>::observe(&outside(&world), group.0).await.unwrap();
    assert_eq!(rules.unwrap().spec.unwrap().rules[0].ports, Some((22, 22)));
}

#[tokio::test]
async fn a_server_begins_with_what_is_real_and_ends_what_nobody_knows() {
    let world = World::new().await;
    let machines = Noted::default();
    let control = with(&world, &machines);
    let id = create(&world, json!({})).await;
    drain(&control).await;
    // Both are lost behind our back: one machine, and all that is known of another.
    let lost = machines.0.lock().unwrap().machines.remove(&id).unwrap();
    let nobodys = Uuid::from_u128(7);
    machines.0.lock().unwrap().machines.insert(nobodys, lost);
    drain(&control).await;
    assert_eq!(
        machines.there().await.unwrap(),
        [nobodys],
        "nothing is due, so nothing is looked at"
    );
    control.begin_real().await.unwrap();
    assert!(machines.there().await.unwrap().is_empty());
    drain(&control).await;
    assert_eq!(machines.there().await.unwrap(), [id], "it is made again");
    // Where all is simulated there is nothing to begin with.
    let simulated = Control::new(control::Config {
        clock: world.clock.clone(),
        ..control::config(world.store.clone())
    });
    simulated.begin_real().await.unwrap();
    assert!(world.store.get(id).await.unwrap().unwrap().due.is_none());
}
