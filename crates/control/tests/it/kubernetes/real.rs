//! A world that has control planes of its own: what it is told, and when.

use std::any::{Any, TypeId};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use control::Control;
use control::doors::{Door, Doors};
use drivers::{Call, Sim};

use super::*;

/// What a world was told, in its order.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<String>>>);

impl Said {
    fn say<'a>(&self, word: impl Into<String>) -> Call<'a> {
        self.0.lock().unwrap().push(word.into());
        Box::pin(std::future::ready(Ok(())))
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Control planes that never come about.
impl Things<ControlPlaneSpec> for Said {
    fn observe(&self, _: Uuid) -> Call<'_, Option<Thing<ControlPlaneSpec>>> {
        Box::pin(std::future::ready(Ok(None)))
    }
    fn create<'a>(&'a self, id: Uuid, _: &'a ControlPlaneSpec) -> Call<'a> {
        self.0.lock().unwrap().push(format!("create {id}"));
        Box::pin(std::future::ready(Err(drivers::Error::Outside("not now".into()))))
    }
    fn configure<'a>(&'a self, id: Uuid, _: &'a ControlPlaneSpec) -> Call<'a> {
        self.say(format!("configure {id}"))
    }
    fn remove(&self, id: Uuid) -> Call<'_> {
        self.say(format!("remove {id}"))
    }
}

/// The world with them.
struct Real(Sim, Said, Box<dyn Things<ControlPlaneSpec>>);

impl std::fmt::Debug for Real {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Real")
    }
}

const THERE: ([u8; 4], u16) = ([127, 0, 0, 1], 7);

impl drivers::World for Real {
    fn sim(&self) -> &Sim {
        &self.0
    }
    fn driver(&self, spec: TypeId) -> Option<&dyn Any> {
        (spec == TypeId::of::<ControlPlaneSpec>()).then_some(&self.2 as &dyn Any)
    }
    fn reached(&self, _: Uuid) -> Option<SocketAddr> {
        Some(THERE.into())
    }
    fn keep<'a>(&'a self, ids: &'a [Uuid]) -> Call<'a> {
        self.1.say(format!("keep {ids:?}"))
    }
    fn stop(&self) -> Call<'_> {
        self.1.say("stop")
    }
}

/// Doors that are noted, and open nothing.
#[derive(Default)]
struct Noted(Mutex<Vec<Door>>);

impl Doors for Noted {
    fn open(&self, _: Uuid, door: Door) -> io::Result<SocketAddr> {
        self.0.lock().unwrap().push(door);
        Ok(THERE.into())
    }
    fn shut(&self, _: Uuid) {}
    fn shut_all(&self) {}
}

#[tokio::test]
async fn real_control_planes_are_begun_anew_with_a_server_and_go_with_all_else() {
    let (world, cluster) = world_with_one().await;
    let said = Said::default();
    let real = Real(outside(&world), said.clone(), Box::new(said.clone()));
    let doors = Arc::new(Noted::default());
    // Another server on the same data, which has such a world.
    let control = Control::new(control::Config {
        world: Some(Arc::new(real)),
        clock: world.clock.clone(),
        ..control::config(world.store.clone())
    });
    control.have_doors(doors.clone());
    control::kubernetes::open_doors(&control).await.unwrap();
    assert_eq!(said.take(), [format!("keep [{}]", cluster.id)], "those that are gone go");
    let door = doors.0.lock().unwrap().pop().unwrap();
    assert_eq!((door.way)(), Some(THERE.into()));
    assert!(door.body.contains("is not up: Kettle starts it"), "{}", door.body);
    control::engine(&control).drain().await;
    assert_eq!(said.take(), [format!("create {}", cluster.id)], "it is looked at, though settled");
    let pending = read(&world, cluster.id).await;
    assert_eq!((pending.status, pending.ip.as_str()), (ClusterStatus::Pending.into(), "0.0.0.0"));
    control.reset(testkit::KEY).await.unwrap();
    control.stop_real().await;
    assert_eq!(said.take(), ["keep []", "stop"]);
}
