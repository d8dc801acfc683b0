//! What the tests of several families share.
#![allow(dead_code, reason = "each test program uses its part")]

use std::fmt::Debug;

use drivers::Fault;
use testkit::World;

/// Shows that a scenario ends the same whichever call to a driver fails, before or after the call
/// has had its effect: the engine finds its own work and does what is left of it.
pub(crate) async fn ends_the_same_whatever_fails<T, F>(scenario: F)
where
    T: PartialEq + Debug,
    F: AsyncFn(&World) -> T,
{
    let world = World::new().await;
    let expected = scenario(&world).await;
    let calls = world.sim.calls();
    assert!(calls > 0, "the scenario calls no driver");
    for call in 1..=calls {
        for after_effect in [false, true] {
            let fault = Fault { call, after_effect };
            let world = World::builder().fault(fault).build().await;
            assert_eq!(scenario(&world).await, expected, "{fault:?}");
        }
    }
}
