//! How long it takes to empty, keep, put back and carry over all there is, at several sizes: in a file and
//! in memory, in this process, with nothing else under way.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use control::Control;
use store::{Image, Location, Store};
use tokio::runtime::Runtime;

use super::Bench;
use super::process::KEY;
use super::report::{Floor, Report, median};

/// How many things there are.
const SIZES: [usize; 4] = [10, 1_000, 10_000, 100_000];
/// At this size each is done in this time, in milliseconds, on a disk: what people wait for without noticing.
const QUICK: usize = 10_000;
const QUICK_MS: f64 = 1_000.0;
/// How often each is measured.
const TIMES: usize = 3;

/// A store with a control plane over it.
struct World {
    store: Store,
    control: Arc<Control>,
}

impl World {
    async fn open(location: &Location) -> Result<Self> {
        let store = Store::open(location).await?;
        let control = Control::new(control::config(store.clone()));
        control.ensure_root(KEY).await?;
        Ok(Self { store, control })
    }

    /// All there is, as bytes.
    async fn export(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.store.image(0).await?.read()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    async fn import(&self, bytes: &[u8]) -> Result<()> {
        let mut incoming = self.store.incoming()?;
        incoming.write_all(bytes)?;
        let image = self.store.received(incoming).await?;
        Ok(self.control.restore(&image, KEY).await?)
    }

    async fn restore(&self, image: &Image) -> Result<()> {
        Ok(self.control.restore(image, KEY).await?)
    }
}

/// The times of what is done, by its name, in milliseconds.
type Times = Vec<(&'static str, Vec<f64>)>;

fn note(times: &mut Times, what: &'static str, begun: Instant) {
    let taken = begun.elapsed().as_secs_f64() * 1_000.0;
    match times.iter_mut().find(|(known, _)| *known == what) {
        Some((_, all)) => all.push(taken),
        None => times.push((what, vec![taken])),
    }
}

async fn measured(world: &World) -> Result<Times> {
    let mut times = Times::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        world.store.save("kept", 0, true).await?;
        note(&mut times, "save", begun);
        let kept = world.store.snapshot("kept").await?;
        let begun = Instant::now();
        world.restore(&kept).await?;
        note(&mut times, "restore", begun);
        let begun = Instant::now();
        let same = world.store.differences(kept.clone(), None).await?;
        note(&mut times, "diff", begun);
        anyhow::ensure!(same.len() < 3, "{} rows differ", same.len());
        let begun = Instant::now();
        let bytes = world.export().await?;
        note(&mut times, "export", begun);
        let begun = Instant::now();
        world.import(&bytes).await?;
        note(&mut times, "import", begun);
        let begun = Instant::now();
        world.control.reset(KEY).await?;
        note(&mut times, "reset", begun);
        world.restore(&kept).await?;
    }
    Ok(times)
}

pub(super) fn part(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let runtime = Runtime::new().context("a runtime starts")?;
    for rows in SIZES {
        let path = bench.seeded(rows)?.0.path().join("kettle.db");
        let (file, bytes) = runtime.block_on(async {
            let world = World::open(&Location::File(path)).await?;
            let bytes = world.export().await?;
            anyhow::Ok((measured(&world).await?, bytes))
        })?;
        let memory = runtime.block_on(async {
            let world = World::open(&Location::Memory).await?;
            world.import(&bytes).await?;
            measured(&world).await
        })?;
        for ((what, file), (_, memory)) in file.into_iter().zip(memory) {
            let longest = file.iter().copied().fold(0.0, f64::max);
            let from = format!(
                "the longest {longest:.1} ms; in memory {:.1} ms; {} kB",
                median(memory),
                bytes.len() / 1_000
            );
            let floor = if rows == QUICK { Floor::AtMost(QUICK_MS) } else { Floor::None };
            report.add(
                format!("world: {what} of {rows} things"),
                (median(file), "ms"),
                floor,
                from,
            );
        }
    }
    // What the last store has open is closed by its threads.
    runtime.shutdown_timeout(Duration::from_secs(5));
    Ok(())
}
