//! What tests of several families share: instances without further ado, and worlds that crash.
//!
//! Nothing here may go round what it is to test: an instance is written as its family's handler
//! writes it, and everything else is done through a client.

mod asks;
pub(crate) mod instance;
pub(crate) mod servers;
pub(crate) mod stores;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::net::IpAddr;

use api::Access;
use api::users::{CreateUser, User};
use control::instances::{Instance, Ipv4, Software};
use control::{Cx, Doc, Kind};
use drivers::{Disk, Disks, Fault, Images, Pace, Sim, StoredImage};
use serde::Serialize;
use serde_json::Value;
use store::Row;
use testkit::{World, refused, sdk};
use uuid::Uuid;

pub(crate) use asks::{Asks, made_of};

/// A plan with 25 GB of disk.
pub(crate) const PLAN: &str = "vc2-1c-1gb";
/// Debian 12.
pub(crate) const OS: i64 = 2136;

/// A context in which the owner of the world's account acts.
pub(crate) async fn owner(world: &World) -> Cx {
    let caller = world.control.identify(testkit::KEY, None).await.expect("the key works");
    world.control.cx(caller, None, "test")
}

/// An instance in Newark that has been installed and runs.
pub(crate) async fn instance(world: &World) -> Uuid {
    let id = unbuilt_instance(world, |_| {}).await;
    world.settle().await;
    id
}

/// An instance in Newark, as `change` wants it, that nobody has begun to build yet.
pub(crate) async fn unbuilt_instance(world: &World, change: impl FnOnce(&mut Instance)) -> Uuid {
    let cx = owner(world).await;
    let mut tx = cx.begin();
    let mut doc = tx.new_doc(Instance::default());
    (doc.region, doc.plan, doc.software) = ("ewr".into(), PLAN.into(), Software::Os(OS));
    let address =
        control::addresses::take_ipv4(&mut tx, "ewr", doc.id()).await.expect("one is free");
    doc.ipv4.push(Ipv4 { address, reverse: String::new(), reserved: None });
    change(&mut doc);
    tx.put(&doc);
    tx.commit().await.expect("nobody else writes");
    doc.id()
}

/// A user who may do this, with an address of that name.
pub(crate) async fn user(world: &World, name: &str, acls: &[Access]) -> User {
    let request = CreateUser {
        email: format!("{name}@example.com"),
        name: name.into(),
        password: "Correct-Horse-7".into(),
        acls: Some(acls.to_vec()),
        ..Default::default()
    };
    world.client.users().create(request).await.expect("a user")
}

/// Holds that a call was refused for this field of its request.
#[track_caller]
pub(crate) fn refused_for<T>(field: &str, outcome: Result<T, testkit::sdk::Error>) {
    let (status, error) = refused(outcome);
    assert_eq!(status, 400, "{field}: {error}");
    assert!(error.starts_with(&format!("Bad request. {field}: ")), "{error}");
}

/// Makes a row one that nobody can read.
pub(crate) async fn spoil(world: &World, id: Uuid) {
    let mut tx = world.store.begin();
    let row = tx.get(id).await.expect("the store can be read").expect("it is there");
    tx.put(Row { desired: "nothing that anybody wrote".into(), ..row }, vec![], vec![]);
    tx.commit().await.expect("nobody else writes");
}

/// An instance as it is stored.
pub(crate) async fn stored(world: &World, id: Uuid) -> Doc<Instance> {
    owner(world).await.get(id).await.expect("it is there")
}

/// Changes a thing as its family's handlers would.
pub(crate) async fn change<K: Kind>(
    world: &World,
    id: impl Into<Uuid>,
    change: impl FnOnce(&mut Doc<K>),
) {
    let mut tx = owner(world).await.begin();
    let mut doc = tx.get::<K>(id).await.expect("it is there");
    change(&mut doc);
    tx.save(&doc).await.expect("nobody else writes");
}

/// Changes an instance.
pub(crate) async fn change_instance(world: &World, id: Uuid, how: impl FnOnce(&mut Instance)) {
    change::<Instance>(world, id, |doc| how(doc)).await;
}

/// Deletes an instance.
pub(crate) async fn delete_instance(world: &World, id: Uuid) {
    let mut tx = owner(world).await.begin();
    let doc = tx.get::<Instance>(id).await.expect("it is there");
    tx.delete(doc);
    tx.commit().await.expect("nobody else writes");
}

/// Shows that a call was refused with this status, in words that begin so.
#[track_caller]
pub(crate) fn refuses<T>(outcome: Result<T, sdk::Error>, status: u16, words: &str) {
    let (found, error) = refused(outcome);
    assert!(found == status && error.starts_with(words), "not {status} {words}: {found} {error}");
}

/// The outside world as it is, looked at without a call that is counted or fails.
pub(crate) fn outside(world: &World) -> Sim {
    Sim::new(world.store.clone(), world.clock.clone(), Pace::FAST)
}

/// The copy with this id outside.
pub(crate) async fn image(world: &World, id: impl Into<Uuid>) -> Option<StoredImage> {
    Images::observe(&outside(world), id.into()).await.expect("the world answers")
}

/// The disk with this id outside.
pub(crate) async fn disk(world: &World, id: impl Into<Uuid>) -> Option<Disk> {
    Disks::observe(&outside(world), id.into()).await.expect("the world answers")
}

/// Runs a scenario in an undisturbed world, and then again and again in worlds in which one call
/// to a driver fails: every call in turn, before it has its effect and after. What the scenario
/// tells must be the same each time; pass what clients see through [`plain`] for that.
///
/// The scenario settles its world wherever it waits for something, and looks at what is outside
/// through [`outside`].
///
/// # Panics
/// When a crash makes a difference, or the scenario calls no driver at all.
pub(crate) async fn survives_crashes<T: Debug + PartialEq>(scenario: impl AsyncFn(&World) -> T) {
    let world = World::new().await;
    let undisturbed = scenario(&world).await;
    let calls = world.sim.calls();
    assert!(calls > 0, "a scenario without a driver's call shows nothing");
    for call in 1..=calls {
        for after_effect in [false, true] {
            let fault = Fault { call, after_effect };
            let world = World::builder().fault(fault).build().await;
            assert_eq!(scenario(&world).await, undisturbed, "{fault:?} makes a difference");
            assert!(world.sim.calls() >= call, "{fault:?} was never met");
        }
    }
}

/// An answer without what differs from run to run: ids and addresses are numbered in the order in
/// which they show up, and times are left out.
pub(crate) fn plain(answer: &impl Serialize) -> Value {
    let mut value = serde_json::to_value(answer).expect("answers are plain data");
    simplify(&mut value, &mut BTreeMap::new());
    value
}

fn simplify(value: &mut Value, known: &mut BTreeMap<String, usize>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| simplify(item, known)),
        Value::Object(fields) => fields.values_mut().for_each(|field| simplify(field, known)),
        Value::String(text) => {
            let is_time = text.parse::<jiff::Timestamp>().is_ok()
                || text.parse::<jiff::civil::DateTime>().is_ok();
            if text.parse::<Uuid>().is_ok() || text.parse::<IpAddr>().is_ok() {
                let next = known.len() + 1;
                *text = format!("#{}", known.entry(text.clone()).or_insert(next));
            } else if is_time {
                *text = "a time".into();
            }
        }
        _ => {}
    }
}
