//! A world that has control planes of its own: what it is told, and when.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use control::Control;
use control::doors::{Door, Doors};
use drivers::{Call, Plane};

use super::*;

/// What a world was told, in its order.
#[derive(Debug, Clone, Default)]
struct Said {
    words: Arc<Mutex<Vec<String>>>,
    /// For which clusters something is there.
    left: Arc<Mutex<Vec<Uuid>>>,
}

impl Said {
    fn say<'a>(&self, word: impl Into<String>) -> Call<'a> {
        self.words.lock().unwrap().push(word.into());
        Box::pin(std::future::ready(Ok(())))
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.words.lock().unwrap())
    }
}

/// Control planes that never come about.
impl Things<ControlPlaneSpec> for Said {
    fn observe(&self, _: Uuid) -> Call<'_, Option<Thing<ControlPlaneSpec>>> {
        Box::pin(std::future::ready(Ok(None)))
    }
    fn create<'a>(&'a self, id: Uuid, _: &'a ControlPlaneSpec) -> Call<'a> {
        self.words.lock().unwrap().push(format!("create {id}"));
        Box::pin(std::future::ready(Err(drivers::Error::Outside("not now".into()))))
    }
    fn configure<'a>(&'a self, id: Uuid, _: &'a ControlPlaneSpec) -> Call<'a> {
        self.say(format!("configure {id}"))
    }
    fn remove(&self, id: Uuid) -> Call<'_> {
        self.say(format!("remove {id}"))
    }
}

const THERE: ([u8; 4], u16) = ([127, 0, 0, 1], 7);

impl Plane for Said {
    fn real(&self) -> String {
        "control planes that are noted".into()
    }
    fn reached(&self, _: Uuid) -> Option<SocketAddr> {
        Some(THERE.into())
    }
    fn there(&self) -> Call<'_, Vec<Uuid>> {
        Box::pin(std::future::ready(Ok(self.left.lock().unwrap().clone())))
    }
    fn sweep(&self, id: Uuid) -> Call<'_> {
        self.say(format!("sweep {id}"))
    }
    fn stop(&self) -> Call<'_> {
        self.say("stop")
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
    let gone = Uuid::from_u128(7);
    said.left.lock().unwrap().extend([cluster.id.into(), gone]);
    let things: Arc<dyn Things<ControlPlaneSpec>> = Arc::new(said.clone());
    let real = drivers::World::from(outside(&world))
        .with_things(things)
        .with_plane(Arc::new(said.clone()));
    let doors = Arc::new(Noted::default());
    // Another server on the same data, which has such a world.
    let control = Control::new(control::Config {
        world: Some(real),
        clock: world.clock.clone(),
        ..control::config(world.store.clone())
    });
    control.have_doors(doors.clone());
    control.begin_real().await.unwrap();
    control::kubernetes::open_doors(&control).await.unwrap();
    assert_eq!(said.take(), [format!("sweep {gone}")], "what nobody knows goes");
    let door = doors.0.lock().unwrap().pop().unwrap();
    assert_eq!((door.way)(), Some(THERE.into()));
    assert!(door.body.contains("is not up: Kettle starts it"), "{}", door.body);
    control::engine(&control).drain().await;
    assert_eq!(said.take(), [format!("create {}", cluster.id)], "it is looked at, though settled");
    let pending = read(&world, cluster.id).await;
    // Its address stays what it was.
    assert_eq!((pending.status, pending.ip), (ClusterStatus::Pending.into(), cluster.ip));
    control.reset(testkit::KEY).await.unwrap();
    control.stop_real().await;
    let swept = |id: Uuid| format!("sweep {id}");
    assert_eq!(said.take(), [swept(cluster.id.into()), swept(gone), "stop".into()]);
}
