//! What is drawn by chance, in one place: from the system, or from a seed, so that the same requests
//! draw the same.
//!
//! With a seed, what a request draws follows from the seed and from how many requests have drawn
//! before it, and what a step of a life draws, from the seed, the row's id and version and the time:
//! whatever else goes on makes no difference. Ids are UUIDs of version 7 with the clock's time. What is
//! drawn outside of [`Chance::for_request`] and the like is the system's.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};

use store::Row;
use uuid::{Builder, Uuid};

use crate::Clock;

/// Where chance comes from. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Chance {
    seed: Option<u64>,
    drawn: Arc<Drawn>,
}

#[derive(Debug, Default)]
struct Drawn {
    /// How many requests have drawn.
    requests: AtomicU64,
    /// What was stored before: what is drawn again after a restart is nothing that there is.
    era: AtomicI64,
}

tokio::task_local! {
    static DRAWER: Drawer;
}

/// Who draws at the moment.
struct Drawer {
    clock: Clock,
    source: RefCell<Source>,
}

enum Source {
    System,
    /// A request that has drawn nothing yet: most never do, and are not counted.
    Request(Chance),
    Stream(Stream),
}

impl Chance {
    /// From the system: nobody can guess it.
    pub fn system() -> Self {
        Self::default()
    }

    /// From a seed: whoever knows it can guess all, so that it is for tests.
    pub fn seeded(seed: u64) -> Self {
        Self { seed: Some(seed), drawn: Arc::default() }
    }

    /// The seed, if there is one.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// Counts requests anew. `stored` is the number of the newest row: with nothing stored, the same is
    /// drawn as at the first time, and with something, nothing that could be there already.
    pub fn begin_again(&self, stored: i64) {
        self.drawn.requests.store(0, SeqCst);
        self.drawn.era.store(stored, SeqCst);
    }

    /// Carries out a request.
    pub async fn for_request<F: Future>(&self, clock: &Clock, request: F) -> F::Output {
        let source = self.seed.map_or(Source::System, |_| Source::Request(self.clone()));
        drawing(clock, source, request).await
    }

    /// Does something that has a name, as what is done at each start.
    pub async fn for_work<F: Future>(&self, clock: &Clock, name: &str, work: F) -> F::Output {
        let stream = self.seed.map(|seed| Stream::of(seed, &[b"work", name.as_bytes()]));
        drawing(clock, stream.map_or(Source::System, Source::Stream), work).await
    }

    /// Takes a step of a row's life.
    pub(crate) async fn for_step<F: Future>(&self, clock: &Clock, row: &Row, step: F) -> F::Output {
        let stream = self.seed.map(|seed| {
            let (version, now) = (row.version.to_le_bytes(), clock.now().to_le_bytes());
            Stream::of(seed, &[b"step", row.id.as_bytes(), &version, &now])
        });
        drawing(clock, stream.map_or(Source::System, Source::Stream), step).await
    }
}

async fn drawing<F: Future>(clock: &Clock, source: Source, work: F) -> F::Output {
    let drawer = Drawer { clock: clock.clone(), source: RefCell::new(source) };
    DRAWER.scope(drawer, work).await
}

impl Drawer {
    fn fill(&self, bytes: &mut [u8]) {
        let mut source = self.source.borrow_mut();
        if let Source::Request(chance) = &*source {
            let number = chance.drawn.requests.fetch_add(1, SeqCst).to_le_bytes();
            let era = chance.drawn.era.load(SeqCst).to_le_bytes();
            let seed = chance.seed.unwrap_or_default();
            *source = Source::Stream(Stream::of(seed, &[b"request", &era, &number]));
        }
        match &mut *source {
            Source::Stream(stream) => stream.fill(bytes),
            _ => from_system(bytes),
        }
    }
}

/// Fills `bytes` by chance.
pub fn fill(bytes: &mut [u8]) {
    if DRAWER.try_with(|drawer| drawer.fill(bytes)).is_err() {
        from_system(bytes);
    }
}

/// So many bytes by chance.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// A new id: a UUID of version 7.
pub fn new_id() -> Uuid {
    match DRAWER.try_with(|drawer| drawer.clock.now()) {
        Ok(now) => {
            let millis = u64::try_from(now).unwrap_or_default();
            Builder::from_unix_timestamp_millis(millis, &bytes()).into_uuid()
        }
        Err(_) => Uuid::now_v7(),
    }
}

/// A UUID of version 4.
pub fn any_uuid() -> Uuid {
    Builder::from_random_bytes(bytes()).into_uuid()
}

/// From the system's source, by way of UUIDs of which the bytes with version and variant are left out.
fn from_system(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(14) {
        let random = Uuid::new_v4().into_bytes();
        let free = random.iter().enumerate().filter(|(i, _)| !matches!(i, 6 | 8));
        chunk.iter_mut().zip(free).for_each(|(byte, (_, random))| *byte = *random);
    }
}

/// Numbers that follow from a seed and from what they are for. Whoever knows the seed knows them all.
#[derive(Debug, Clone)]
pub struct Stream([u64; 2]);

impl Stream {
    /// The numbers for this.
    pub fn of(seed: u64, purpose: &[&[u8]]) -> Self {
        // FNV-1a over each part with its length, from two beginnings: 128 bits tell streams apart.
        let mut state = [0xcbf2_9ce4_8422_2325 ^ seed, 0x6c62_272e_07bb_0142 ^ !seed];
        for part in purpose {
            let length = part.len().to_le_bytes();
            for byte in length.iter().chain(*part) {
                for word in &mut state {
                    *word = (*word ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
                }
                state[1] = state[1].rotate_left(23);
            }
        }
        Self(state)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        let [a, b] = &mut self.0;
        *a = a.wrapping_add(0x9e37_79b9_7f4a_7c15);
        *b = b.wrapping_add(0xd1b5_4a32_d192_ed03);
        mixed(*a) ^ mixed(b.rotate_left(32)).rotate_left(29)
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }

    /// The next number, from 0 up to, but not including, 1.
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The finish of SplitMix64: each bit depends on all.
fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    async fn drawn(chance: &Chance, clock: &Clock) -> (Uuid, [u8; 20]) {
        chance.for_request(clock, async { (new_id(), bytes()) }).await
    }

    #[tokio::test]
    async fn requests_draw_by_the_seed_and_their_number_whatever_happens_meanwhile() {
        let clock = Clock::manual(1_800_000_000_000);
        let (one, other, third) = (Chance::seeded(7), Chance::seeded(7), Chance::seeded(8));
        let first = drawn(&one, &clock).await;
        one.for_request(&clock, async {}).await; // draws nothing, and does not count
        one.for_step(&clock, &Row::default(), async { new_id() }).await;
        new_id();
        let second = drawn(&one, &clock).await;
        assert_ne!(first, second);
        assert_eq!((first, second), (drawn(&other, &clock).await, drawn(&other, &clock).await));
        assert_ne!(first, drawn(&third, &clock).await);
        assert_eq!(first.0.get_version_num(), 7);
        let (seconds, nanos) = first.0.get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, nanos), (1_800_000_000, 0), "the clock's time is in it");
    }

    #[tokio::test]
    async fn what_begins_again_draws_the_same_and_nothing_that_is_stored_already() {
        let clock = Clock::manual(1_000);
        let chance = Chance::seeded(7);
        let first = drawn(&chance, &clock).await;
        chance.begin_again(0);
        assert_eq!(drawn(&chance, &clock).await, first);
        chance.begin_again(3);
        assert_ne!(drawn(&chance, &clock).await, first);
    }

    #[test]
    fn bytes_are_spread_and_ids_never_come_twice() {
        let mut stream = Stream::of(1, &[]);
        let mut counts = [0_u32; 256];
        let mut all = [0; 65_536];
        stream.fill(&mut all);
        all.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
        assert!(counts.iter().all(|n| (160..360).contains(n)), "each about 256 times: {counts:?}");
        let ids: BTreeSet<Uuid> = (0..10_000).map(|_| new_id()).chain([any_uuid()]).collect();
        assert_eq!(ids.len(), 10_001);
        let firsts: BTreeSet<u64> =
            (0..100_000_u64).map(|n| Stream::of(1, &[&n.to_le_bytes()]).next()).collect();
        assert_eq!(firsts.len(), 100_000, "streams with neighbouring names have nothing in common");
    }
}
