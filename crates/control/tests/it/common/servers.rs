//! Two servers on one database.

use std::sync::Arc;

use store::{Location, testing};
use testkit::World;

/// Two worlds that share a PostgreSQL database; none where that is not installed.
pub(crate) async fn two_servers() -> Option<[Arc<World>; 2]> {
    let database = testing::postgres().await?;
    let world = async || {
        let location = Location::Postgres(database.clone());
        Arc::new(World::builder().location(location).build().await)
    };
    Some([world().await, world().await])
}
