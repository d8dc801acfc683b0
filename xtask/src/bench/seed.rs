//! Fills a data directory with resources as if they had been created and had settled.
//!
//! Rows, lists and unique values are those that handlers and lives write: they are made from the
//! control plane's own types. One thing differs, and no measured path reads it: the simulated
//! outside world holds nothing.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use api::page::Cursor;
use control::instances::{Instance, Ipv4, Seen, Server, Software};
use control::{Control, Doc, Kind};
use drivers::{Machine, MachineSpec, Progress, Size};
use store::{Ask, Location, Row, Store};
use uuid::Uuid;

use super::process::KEY;

/// The kind that is measured.
pub(crate) type Subject = Instance;

/// How many rows one commit writes.
const BATCH: usize = 1000;
/// How many ids and cursors are kept to ask for.
const KEPT: usize = 1024;

/// What was made.
pub(crate) struct Seeded {
    /// Ids from all over the list.
    pub(crate) ids: Vec<Uuid>,
    /// Cursors of pages from all over the list.
    pub(crate) cursors: Vec<String>,
}

/// A kind of which many can be made.
pub(crate) trait Sample: Kind {
    /// The path of its list.
    const PATH: &'static str;
    /// The n-th one, settled.
    fn sample(n: usize, region: &str) -> (Self, Self::Seen);
    /// The unique values that it holds: scope and value.
    fn holds(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

impl Sample for Instance {
    const PATH: &'static str = "/v2/instances";

    fn sample(n: usize, region: &str) -> (Self, Seen) {
        /// Addresses of a /23 that hosts get.
        const HOSTS: usize = 509;
        let offset = u32::try_from((n / HOSTS) * 512 + 2 + n % HOSTS).unwrap_or_default();
        let address = Ipv4Addr::from_bits(Ipv4Addr::new(100, 64, 0, 0).to_bits() + offset);
        let hostname = format!("web-{n:07}.example.com");
        let server = Server {
            region: region.to_owned(),
            plan: "vc2-1c-1gb".to_owned(),
            label: format!("web-{n:07}"),
            hostname: hostname.clone(),
            tags: vec!["web".to_owned(), format!("team-{}", n % 50)],
            software: Software::Os(2136),
            user_scheme: api::instances::UserScheme::Root,
            password: "x7!kQw2#mTz9Rb4p".into(),
            ipv4: vec![Ipv4 { address, reverse: String::new(), reserved: None }],
            ..Server::default()
        };
        let want = Self { server, ..Self::default() };
        let size = Size { vcpus: 1, ram_mb: 1024, disk_gb: 25 };
        let spec = MachineSpec { size, hostname, ..MachineSpec::default() };
        let install = want.installs;
        let progress = Progress::Ready;
        let machine = Machine { spec, progress, running: true, install, ..Machine::default() };
        (want, Seen { machine: Some(machine), ready_at: Some(1), ..Seen::default() })
    }

    fn holds(&self) -> Vec<(&'static str, String)> {
        self.ipv4.iter().map(|ip| ("ipv4", ip.address.to_string())).collect()
    }
}

/// Fills a new data directory with so many of the measured kind.
pub(crate) fn fill(directory: &Path, rows: usize) -> Result<Seeded> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(write::<Subject>(directory, rows))
}

async fn write<K: Sample>(directory: &Path, rows: usize) -> Result<Seeded> {
    eprintln!("  making {rows} of kind `{}` ...", K::KIND);
    let location = Location::File(directory.join("kettle.db"));
    let store = Store::open(&location).await?;
    let control = Control::new(control::config(store.clone()));
    control.ensure_root(KEY).await?;
    let owner = control.identify(KEY, None).await?;
    let regions = regions(&control);
    let (mut ids, mut next) = (Vec::new(), 0);
    while next < rows {
        let mut tx = store.begin();
        let now = control.clock().now();
        for n in next..rows.min(next + BATCH) {
            let (want, seen) = K::sample(n, &regions[n % regions.len()]);
            let (held, lists) = (want.holds(), want.lists());
            let row = row(owner.account, now, want, seen);
            if n % rows.div_ceil(KEPT) == 0 {
                ids.push(row.id);
            }
            for (scope, value) in held {
                tx.take(scope, value, row.id);
            }
            tx.put(row, Vec::new(), lists);
        }
        tx.commit().await?;
        next += BATCH;
    }
    let ask = Ask { account: owner.account, kind: K::KIND, limit: 1, ..Ask::default() };
    let page = store.page(&ask).await?;
    ensure!(page.total == rows as u64, "{} of {rows} are there", page.total);
    let first = page.rows.first().context("no rows")?.seq;
    let places = (0..rows.saturating_sub(200)).step_by(rows.div_ceil(KEPT));
    let cursors = places.map(|n| {
        let place = i64::try_from(n).unwrap_or_default();
        Cursor::After(first + place, None).encode()
    });
    Ok(Seeded { ids, cursors: cursors.collect() })
}

/// Regions that can be chosen.
fn regions(control: &Arc<Control>) -> Vec<String> {
    let nobody = Arc::new(control::auth::Caller::nobody());
    let cx = control.cx(nobody, None, "bench");
    cx.catalog().regions().map(|region| region.id.clone()).collect()
}

/// A row as the control plane writes it, with nothing left to do.
fn row<K: Kind>(account: i64, created: i64, want: K, seen: K::Seen) -> Row {
    let mut doc = Doc::new(Uuid::now_v7(), account, created, want);
    doc.seen = seen;
    doc.to_row()
}
