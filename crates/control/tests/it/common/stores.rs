//! The same world on each kind of store that keeps something.

use std::sync::Arc;

use store::{Location, testing};
use tempfile::TempDir;
use testkit::World;

/// A world on a file, and one on PostgreSQL where that is installed; with the directory of the file.
pub(crate) async fn both() -> (Vec<Arc<World>>, TempDir) {
    let directory = tempfile::tempdir().expect("there is room");
    let mut locations = vec![Location::File(directory.path().join("db"))];
    locations.extend(testing::postgres().await.map(Location::Postgres));
    let mut worlds = Vec::new();
    for location in locations {
        worlds.push(Arc::new(World::builder().location(location).build().await));
    }
    (worlds, directory)
}
