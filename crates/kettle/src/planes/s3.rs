//! `--s3 ADDRESS`: buckets that hold objects.
//!
//! S3 is a front: whose a key is, and which buckets there are, it asks the control plane. What the control
//! plane tells the outside of object storage is kept as in a simulated world; what is here beyond that are
//! the objects, and they go with their bucket or storage.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use clap::{Arg, ArgMatches};
use control::contents::{Amount, Contents, Look};
use control::fronts::Front;
use control::object_storages::Storage;
use control::{Control, Kind};
use drivers::{Call, ObjectStoreSpec, Plane, Thing, Things, World};
use front_s3::S3;
use fronts::Stores;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{Fronts, Here, Line};
use crate::fault::{Context, Result, bail};
use crate::listen::Place;
use crate::serve::reachable;
use crate::settings;

const NAME: &str = super::S3;
/// The usual port.
const USUAL: u16 = 8733;

pub(super) fn arg() -> Arg {
    let parse = |text: &str| Place::parse(text, USUAL);
    Arg::new(NAME).long(NAME).value_name("ADDRESS").value_parser(parse).help(
        "Serve object storage by S3 there, or keep no objects: off [default: 127.0.0.1:8733, or any \
         free port where that is taken; off with --store]",
    )
}

pub(super) fn read(args: &ArgMatches) -> Arc<Buckets> {
    let asked = args.get_one::<Place>(NAME).copied();
    // Servers that share a store have each their own disk: which is to hold the objects, is to be said.
    let is_shared = asked.is_none() && args.get_one::<String>(settings::STORE).is_some();
    let place = if is_shared { Place::Off } else { asked.unwrap_or_default() };
    let (world, up) = Default::default();
    Arc::new(Buckets { place, is_shared, world, up })
}

/// The world with buckets that hold objects.
pub(super) fn join(buckets: &Arc<Buckets>, world: World) -> World {
    if buckets.place == Place::Off {
        return world;
    }
    let told = buckets.world.get_or_init(|| world);
    let things: Arc<dyn Things<ObjectStoreSpec>> = buckets.clone();
    told.clone().with_things(things).with_plane(buckets.clone())
}

/// Serves S3, until the planes are told to stop.
pub(super) async fn start(
    buckets: &Arc<Buckets>,
    control: &Arc<Control>,
    here: &Here<'_>,
    fronts: &mut Fronts,
) -> Result<()> {
    if buckets.place == Place::Off {
        if buckets.is_shared {
            let why =
                "off, as others may share the store; --s3 ADDRESS turns it on, for one of them";
            fronts.add(Line::new(NAME, why), ());
        }
        return Ok(());
    }
    let directory = here.home.map(|home| home.objects());
    let lock = directory.as_deref().map(claim).transpose()?;
    let place = directory.as_ref().map(|directory| directory.display().to_string());
    let bind = async |at: SocketAddr| TcpListener::bind(at).await;
    let Some((tried, listener)) = buckets.place.take(USUAL, here.any_port, bind).await else {
        return Ok(());
    };
    let listener = listener.with_context(|| {
        format!("cannot listen on {tried} for S3; `--s3 0` takes any free port, `--s3 off` none")
    })?;
    let bound = listener.local_addr().context("the address of S3 cannot be told")?;
    let stores = Arc::new(Front::new(control.clone()));
    let clusters = control.catalog().object_storage_clusters();
    let hosts = clusters.map(|cluster| cluster.hostname.clone()).chain(["localhost".to_owned()]);
    let s3 = Arc::new(S3::open(front_s3::Config {
        directory,
        stores: stores.clone(),
        hosts: hosts.collect(),
        clock: control.clock().clone(),
    })?);
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(s3.clone().serve(listener, stopped));
    let place = place.unwrap_or_else(|| "a temporary directory, and gone when this ends".into());
    let tasks = vec![serving];
    *buckets.lock() = Some(Up { s3, stores, place, stop, tasks, _lock: lock });
    control.have_contents(buckets.clone());
    // Keys that were made before anybody spoke S3 here lead to their storage from now on.
    control.store().wake_all(&[Storage::KIND], control.clock().now()).await?;
    control.answers_at(NAME, reachable(bound).to_string());
    fronts.s3 = Some(reachable(bound));
    fronts.add(Line::new(NAME, told(buckets.place, bound, here.any_port)), ());
    Ok(())
}

/// What is said of where it answers.
fn told(place: Place, bound: SocketAddr, any_port: bool) -> String {
    let mut text = format!("http://{}", reachable(bound)) + &place.taken(USUAL, any_port, bound);
    if !bound.ip().is_loopback() {
        text += "; other machines can reach it, and there is no TLS";
    }
    text
}

/// Takes the directory of objects for this process: two that work on the same files would remove what the
/// other is writing.
fn claim(directory: &Path) -> Result<File> {
    let failed = || format!("cannot use {}", directory.display());
    std::fs::create_dir_all(directory).with_context(failed)?;
    let lock =
        File::options().create(true).truncate(false).write(true).open(directory.join("lock"));
    let lock = lock.with_context(failed)?;
    if store::held::lock(&lock, || false).is_err() {
        bail!("another server keeps objects in {}; `--s3 off` goes without", directory.display());
    }
    Ok(lock)
}

/// Buckets that hold objects.
#[derive(Debug)]
pub(crate) struct Buckets {
    place: Place,
    /// Whether nobody asked for it, and others may use the same store.
    is_shared: bool,
    /// Keeps what storage was told to be.
    world: OnceLock<World>,
    up: Mutex<Option<Up>>,
}

/// S3, while it is served.
struct Up {
    s3: Arc<S3>,
    stores: Arc<Front>,
    /// Where objects are.
    place: String,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    /// The directory is ours as long as it is held.
    _lock: Option<File>,
}

impl std::fmt::Debug for Up {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Up").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Default for Buckets {
    fn default() -> Self {
        let (world, up) = Default::default();
        Self { place: Place::Off, is_shared: false, world, up }
    }
}

impl Buckets {
    fn lock(&self) -> MutexGuard<'_, Option<Up>> {
        self.up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where objects are, if they are served.
    fn s3(&self) -> drivers::Result<Arc<S3>> {
        let found = self.lock().as_ref().map(|up| up.s3.clone());
        found.ok_or_else(|| drivers::Error::Outside("object storage is not served".into()))
    }

    fn told(&self) -> drivers::Result<&dyn Things<ObjectStoreSpec>> {
        let world = self.world.get().map(World::things);
        world.ok_or_else(|| drivers::Error::Outside("object storage is not served".into()))
    }

    /// Removes what lies in buckets that a storage was told to have and is to have no more.
    async fn remove_gone(&self, id: Uuid, spec: &ObjectStoreSpec) -> drivers::Result<()> {
        let before = self.told()?.observe(id).await?.and_then(|thing| thing.spec);
        let before = before.map(|spec| spec.buckets).unwrap_or_default();
        let gone = before.iter().filter(|old| spec.buckets.iter().all(|new| new.name != old.name));
        let (s3, stores) = match &*self.lock() {
            Some(up) => (up.s3.clone(), up.stores.clone()),
            None => return Ok(()),
        };
        for bucket in gone {
            // It may have been made anew since this was decided.
            let now = stores.by_id(id).await.map_err(outside)?;
            let now = now.map(|store| store.buckets).unwrap_or_default();
            if now.iter().all(|now| now.name != bucket.name) {
                s3.remove_bucket(id, &bucket.name).await.map_err(outside)?;
            }
        }
        Ok(())
    }
}

fn outside(error: impl std::fmt::Display) -> drivers::Error {
    drivers::Error::Outside(error.to_string())
}

impl Things<ObjectStoreSpec> for Buckets {
    fn observe(&self, id: Uuid) -> Call<'_, Option<Thing<ObjectStoreSpec>>> {
        Box::pin(async move { self.told()?.observe(id).await })
    }

    fn create<'a>(&'a self, id: Uuid, spec: &'a ObjectStoreSpec) -> Call<'a> {
        Box::pin(async move { self.told()?.create(id, spec).await })
    }

    fn configure<'a>(&'a self, id: Uuid, spec: &'a ObjectStoreSpec) -> Call<'a> {
        Box::pin(async move {
            self.remove_gone(id, spec).await?;
            self.told()?.configure(id, spec).await
        })
    }

    fn remove(&self, id: Uuid) -> Call<'_> {
        Box::pin(async move {
            self.s3()?.remove_all(id).await.map_err(outside)?;
            self.told()?.remove(id).await
        })
    }
}

impl Plane for Buckets {
    fn real(&self) -> String {
        let place = self.lock().as_ref().map(|up| up.place.clone()).unwrap_or_default();
        format!("buckets (S3); objects in {place}")
    }

    fn lives_on(&self) -> bool {
        true
    }

    fn there(&self) -> Call<'_, Vec<Uuid>> {
        Box::pin(async move { Ok(self.s3()?.there().await) })
    }

    fn sweep(&self, id: Uuid) -> Call<'_> {
        Box::pin(async move { self.s3()?.remove_all(id).await.map_err(outside) })
    }

    fn stop(&self) -> Call<'_> {
        Box::pin(async move {
            let Some(up) = self.lock().take() else { return Ok(()) };
            up.stop.send_replace(true);
            for task in up.tasks {
                if task.await.is_err() {
                    tracing::error!("what serves S3 has panicked");
                }
            }
            Ok(())
        })
    }
}

impl Contents for Buckets {
    fn close<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Look<'a, Option<Amount>> {
        Box::pin(async move {
            let s3 = self.s3().map_err(io::Error::other)?;
            let left = s3.close_bucket(storage, bucket).await.map_err(io::Error::other)?;
            Ok(left.map(|usage| Amount { objects: usage.versions, bytes: usage.bytes }))
        })
    }

    fn reopen<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Look<'a, ()> {
        Box::pin(async move {
            let s3 = self.s3().map_err(io::Error::other)?;
            s3.reopen_bucket(storage, bucket).await.map_err(io::Error::other)
        })
    }

    fn forget<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Look<'a, ()> {
        Box::pin(async move {
            let s3 = self.s3().map_err(io::Error::other)?;
            s3.remove_bucket(storage, bucket).await.map_err(io::Error::other)
        })
    }

    fn bytes<'a>(&'a self, storage: Uuid, buckets: &'a [&'a str]) -> Look<'a, u64> {
        Box::pin(async move {
            let s3 = self.s3().map_err(io::Error::other)?;
            let mut bytes = 0;
            for bucket in buckets {
                bytes += s3.usage(storage, bucket).await.map_err(io::Error::other)?.bytes;
            }
            Ok(bytes)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_answers_is_said_with_what_is_odd_about_it() {
        let told = |place, bound: &str| told(place, bound.parse().unwrap(), false);
        assert_eq!(told(Place::Usual, "127.0.0.1:8733"), "http://127.0.0.1:8733");
        let taken = told(Place::Usual, "127.0.0.1:4711");
        assert_eq!(taken, "http://127.0.0.1:4711 (port 8733 is taken)");
        let open = told(Place::At("0.0.0.0:80".parse().unwrap()), "0.0.0.0:80");
        assert!(open.starts_with("http://127.0.0.1:80; other machines can reach it"), "{open}");
    }
}
