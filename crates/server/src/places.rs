//! Who may have a connection: so many in all, and a share of them for each network.
//!
//! Where all are taken, the one that has been idle longest is closed for the next: one that waits
//! for its client, or whose client is still at the head of its request. One whose request is being
//! answered is never closed for another.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::Notify;

use crate::limits::network;

/// A request is being answered.
const BUSY: u64 = 0;
/// All of the answer is made, and not all of it has been sent.
const ANSWERED: u64 = 1;
/// It is to end, and takes no further request.
const CLOSED: u64 = 2;
/// It is idle, since the turn that this or a higher number is.
const FIRST_TURN: u64 = 3;

/// All connections of a listener.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    share: usize,
    table: Mutex<Table>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    taken: BTreeMap<u64, (IpAddr, Arc<Seat>)>,
    networks: BTreeMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Shared {
    /// Grows whenever a connection becomes idle: the lowest has been idle longest.
    turn: AtomicU64,
    /// Whether somebody waits for a place.
    is_wanted: AtomicBool,
    /// A place is free, or one that is taken has become idle.
    freed: Notify,
}

impl Places {
    /// So many, and at most half of them for one network.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        let shared = Shared {
            turn: AtomicU64::new(FIRST_TURN),
            is_wanted: AtomicBool::new(false),
            freed: Notify::new(),
        };
        let (most, share) = (most.max(1), most.div_ceil(2).max(1));
        Arc::new(Self { most, share, table: Mutex::default(), shared: Arc::new(shared) })
    }

    /// A place for a connection from this address; it waits while all are busy. None: the network
    /// has its share, and all of that is busy.
    pub(crate) async fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let network = network(address);
        loop {
            self.shared.is_wanted.store(true, SeqCst);
            match self.try_take(network) {
                Some(outcome) => {
                    self.shared.is_wanted.store(false, SeqCst);
                    return outcome;
                }
                None => self.shared.freed.notified().await,
            }
        }
    }

    /// A place, or none for this network; or nothing yet.
    fn try_take(self: &Arc<Self>, network: IpAddr) -> Option<Option<Place>> {
        let mut table = self.table();
        let has = table.networks.get(&network).copied().unwrap_or_default();
        let is_out = has >= self.share && self.share < self.most;
        if is_out && !table.close_idle(Some(network)) {
            return Some(None);
        }
        if table.taken.len() >= self.most {
            // It is free once that connection has ended: one is enough.
            if !table.is_closing() {
                table.close_idle(None);
            }
            return None;
        }
        let id = table.next;
        table.next += 1;
        let seat = Arc::new(Seat {
            state: AtomicU64::new(BUSY),
            runs: AtomicBool::new(false),
            is_full: AtomicBool::new(false),
            is_switched: AtomicBool::new(false),
            writes: AtomicU64::new(0),
            ended: Notify::new(),
            shared: self.shared.clone(),
        });
        seat.rest();
        table.taken.insert(id, (network, seat.clone()));
        *table.networks.entry(network).or_default() += 1;
        Some(Some(Place { places: self.clone(), id, network, seat }))
    }

    /// Closes the one that has been idle longest, if one is idle.
    pub(crate) fn close_idle(&self) {
        self.table().close_idle(None);
    }

    /// Returns when all are gone.
    pub(crate) async fn all_gone(&self) {
        while !self.table().taken.is_empty() {
            self.shared.freed.notified().await;
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("no panic while held")
    }
}

impl Table {
    /// Whether one is about to end.
    fn is_closing(&self) -> bool {
        self.taken.values().any(|(_, seat)| seat.state.load(SeqCst) == CLOSED)
    }

    /// Closes the one, of this network if one is named, that has been idle longest.
    fn close_idle(&self, of: Option<IpAddr>) -> bool {
        loop {
            let all = self.taken.values().filter(|(network, _)| of.is_none_or(|of| of == *network));
            let idle = all.map(|(_, seat)| (seat.state.load(SeqCst), seat));
            let longest = idle.filter(|(state, _)| *state >= FIRST_TURN).min_by_key(|(s, _)| *s);
            match longest {
                None => return false,
                Some((_, seat)) if seat.close() => return true,
                // A request has come meanwhile.
                Some(_) => {}
            }
        }
    }
}

/// A connection's place; free for others when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    id: u64,
    network: IpAddr,
    pub(crate) seat: Arc<Seat>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.places.table();
        table.taken.remove(&self.id);
        if let Some(count) = table.networks.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                table.networks.remove(&self.network);
            }
        }
        drop(table);
        self.places.shared.freed.notify_one();
    }
}

/// What a connection is at.
#[derive(Debug)]
pub(crate) struct Seat {
    state: AtomicU64,
    /// A handler runs.
    runs: AtomicBool,
    /// The client has to take some of what was written before it can have more.
    is_full: AtomicBool,
    /// It speaks another protocol, and is busy with that to its end.
    is_switched: AtomicBool,
    /// How often something has been written.
    writes: AtomicU64,
    ended: Notify,
    shared: Arc<Shared>,
}

impl Seat {
    /// A request is to be answered. False: the connection is to end, and nothing may be done.
    pub(crate) fn begin(&self) -> bool {
        let busy = |state| (state != CLOSED).then_some(BUSY);
        let begins = self.state.fetch_update(SeqCst, SeqCst, busy).is_ok();
        self.runs.store(begins, SeqCst);
        begins
    }

    /// The handler has ended.
    pub(crate) fn handled(&self) {
        self.runs.store(false, SeqCst);
    }

    /// What is spoken from now on is not HTTP: nobody closes the connection for another.
    pub(crate) fn switch(&self) {
        self.is_switched.store(true, SeqCst);
    }

    /// Whether another protocol is spoken.
    pub(crate) fn is_switched(&self) -> bool {
        self.is_switched.load(SeqCst)
    }

    /// Something has been written, or nothing can be.
    pub(crate) fn wrote(&self, is_full: bool) {
        self.is_full.store(is_full, SeqCst);
        if !is_full {
            self.writes.fetch_add(1, SeqCst);
        }
    }

    /// What changes whenever the client takes something of an answer; none where it is not the
    /// client who is waited for.
    pub(crate) fn stuck(&self) -> Option<u64> {
        let waits = self.is_full.load(SeqCst) && !self.runs.load(SeqCst);
        waits.then(|| self.writes.load(SeqCst))
    }

    /// The whole answer has been handed to who sends it.
    pub(crate) fn answered(&self) {
        if self.is_switched() {
            return;
        }
        // Where it is to end, that stands.
        let _ = self.state.compare_exchange(BUSY, ANSWERED, SeqCst, SeqCst);
    }

    /// All that was to be sent has been sent.
    pub(crate) fn sent(&self) {
        if self.state.load(SeqCst) == ANSWERED {
            self.rest();
        }
    }

    /// The connection is idle from now on.
    pub(crate) fn rest(&self) {
        let turn = self.shared.turn.fetch_add(1, SeqCst);
        let idle = |state| (state != CLOSED).then_some(turn);
        let rests = self.state.fetch_update(SeqCst, SeqCst, idle).is_ok();
        if rests && self.shared.is_wanted.load(SeqCst) {
            self.shared.freed.notify_one();
        }
    }

    /// Ends the connection if it is idle.
    pub(crate) fn close(&self) -> bool {
        let closed = |state| (state >= FIRST_TURN).then_some(CLOSED);
        let closes = self.state.fetch_update(SeqCst, SeqCst, closed).is_ok();
        if closes {
            self.ended.notify_one();
        }
        closes
    }

    /// Returns when the connection is to end.
    pub(crate) async fn ended(&self) {
        self.ended.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn now(places: &Arc<Places>, address: IpAddr) -> Option<Option<Place>> {
        places.take(address).now_or_never()
    }

    fn is_closed(place: &Place) -> bool {
        place.seat.ended().now_or_never().is_some()
    }

    #[test]
    fn the_one_that_has_been_idle_longest_makes_room() {
        let places = Places::new(4);
        let all: Vec<_> = (0..4).map(|n| now(&places, address(n)).flatten().unwrap()).collect();
        all[0].seat.begin();
        all[1].seat.begin();
        all[1].seat.answered();
        all[1].seat.sent();
        // Now 2 is the eldest: 0 is busy, and 1 was so after it.
        assert!(now(&places, address(9)).is_none(), "it waits until the other has gone");
        let closed: Vec<_> = all.iter().map(is_closed).collect();
        assert_eq!(closed, [false, false, true, false]);
        assert!(!all[2].seat.begin(), "who is closed takes no request any more");
        drop(all);
        assert!(now(&places, address(9)).flatten().is_some());
    }

    #[test]
    fn who_is_busy_is_left_alone_and_waited_for() {
        let places = Places::new(2);
        let all: Vec<_> = (0..2).map(|n| now(&places, address(n)).flatten().unwrap()).collect();
        all.iter().for_each(|place| assert!(place.seat.begin()));
        let mut third = Box::pin(places.take(address(2)));
        assert!((&mut third).now_or_never().is_none());
        all[1].seat.answered();
        assert!((&mut third).now_or_never().is_none(), "its answer is not sent yet");
        all[1].seat.sent();
        assert!((&mut third).now_or_never().is_none());
        assert_eq!((is_closed(&all[0]), is_closed(&all[1])), (false, true));
        drop(all);
        assert!(third.now_or_never().flatten().is_some());
    }

    #[test]
    fn what_speaks_another_protocol_is_busy_to_its_end() {
        let places = Places::new(2);
        let all: Vec<_> = (0..2).map(|n| now(&places, address(n)).flatten().unwrap()).collect();
        for place in &all {
            place.seat.begin();
            place.seat.switch();
            place.seat.answered();
            place.seat.sent();
        }
        assert!(now(&places, address(9)).is_none());
        assert!(!all.iter().any(is_closed));
        drop(all);
        assert!(now(&places, address(9)).flatten().is_some());
    }

    #[test]
    fn a_network_has_half_and_its_own_make_room_for_it() {
        let places = Places::new(4);
        let mine: Vec<_> = (0..2).map(|_| now(&places, HERE).flatten().unwrap()).collect();
        let third = now(&places, HERE).flatten().unwrap();
        assert_eq!((is_closed(&mine[0]), is_closed(&mine[1])), (true, false));
        mine[1].seat.begin();
        third.seat.begin();
        drop(now(&places, address(1)).flatten().unwrap());
        assert!(now(&places, HERE).unwrap().is_none(), "all that it has are busy");
        assert!(now(&places, address(1)).flatten().is_some(), "others have their share");
    }
}
