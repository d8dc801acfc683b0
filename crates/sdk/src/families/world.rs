//! All that this server has: state, clock, faults, history. Made by `cargo xtask families`.

use api::world::*;

use crate::Client;
use crate::call::Call;

/// All that this server has: state, clock, faults, history: see [`Client::world`].
#[derive(Debug, Clone, Copy)]
pub struct World<'a>(&'a Client);

impl Client {
    /// All that this server has: state, clock, faults, history.
    pub fn world(&self) -> World<'_> {
        World(self)
    }
}

impl<'a> World<'a> {
    /// Make a copy of a thing that lies in another account, as an operation makes one, with the
    /// original's own id, addresses and age.
    pub fn adopt(self, request: impl Into<AdoptThing>) -> Call<'a, AdoptThing> {
        Call::new(self.0, request)
    }

    /// Have a copy be shown as the original is, where it would be shown otherwise and as long as
    /// nothing changes it.
    pub fn told(self, request: impl Into<TellThing>) -> Call<'a, TellThing> {
        Call::new(self.0, request)
    }

    /// Say that requests were made: refused where they were not, or not as often, with what came
    /// nearest. Without a number: at least once.
    pub fn called(self, request: impl Into<CheckCalls>) -> Call<'a, CheckCalls> {
        Call::new(self.0, request)
    }

    /// Empty everything: things, users, keys and what is billed. The owner's account and key stay.
    pub fn reset(self, request: impl Into<ResetWorld>) -> Call<'a, ResetWorld> {
        Call::new(self.0, request)
    }
}

/// Snapshots of all that this server has: things, users, keys, what is billed, and the simulated outside. Disks of real machines are no part of one: see [`Client::world_snapshots`].
#[derive(Debug, Clone, Copy)]
pub struct WorldSnapshots<'a>(&'a Client);

impl Client {
    /// Snapshots of all that this server has: things, users, keys, what is billed, and the simulated outside. Disks of real machines are no part of one.
    pub fn world_snapshots(&self) -> WorldSnapshots<'_> {
        WorldSnapshots(self)
    }
}

impl<'a> WorldSnapshots<'a> {
    /// List snapshots.
    pub fn list(self) -> Call<'a, ListWorldSnapshots> {
        Call::new(self.0, ListWorldSnapshots::default())
    }

    /// Save all there is at this moment under a name.
    /// The name has 1 to 64 letters, digits, dots, `-` and `_`, with no dot first.
    pub fn save(self, request: impl Into<SaveWorldSnapshot>) -> Call<'a, SaveWorldSnapshot> {
        Call::new(self.0, request)
    }

    /// Put back all that a snapshot has, in place of what there is, in one moment. The key of this
    /// server's owner goes on working. Where machines are real, what a snapshot does not know of is
    /// removed, disks included, and what it has is set up anew.
    pub fn restore(
        self,
        request: impl Into<RestoreWorldSnapshot>,
    ) -> Call<'a, RestoreWorldSnapshot> {
        Call::new(self.0, request)
    }

    /// Show in what a snapshot differs from another, or from what there is now.
    pub fn diff(self, request: impl Into<DiffWorldSnapshot>) -> Call<'a, DiffWorldSnapshot> {
        Call::new(self.0, request)
    }

    /// Delete a snapshot. What there is stays as it is.
    pub fn delete(self, request: impl Into<DeleteWorldSnapshot>) -> Call<'a, DeleteWorldSnapshot> {
        Call::new(self.0, request)
    }
}

/// The clock of all that is here: real, standing still, turned ahead, or fast: see [`Client::world_clocks`].
#[derive(Debug, Clone, Copy)]
pub struct WorldClocks<'a>(&'a Client);

impl Client {
    /// The clock of all that is here: real, standing still, turned ahead, or fast.
    pub fn world_clocks(&self) -> WorldClocks<'_> {
        WorldClocks(self)
    }
}

impl<'a> WorldClocks<'a> {
    /// Tell what the clock shows, and how it goes.
    pub fn get(self) -> Call<'a, GetClock> {
        Call::new(self.0, GetClock::default())
    }

    /// Stop the clock. Dates do not come then; what has been begun goes on, and is ready after a while.
    pub fn freeze(self, request: impl Into<FreezeClock>) -> Call<'a, FreezeClock> {
        Call::new(self.0, request)
    }

    /// Let the clock run on from what it shows, a second in a second.
    pub fn resume(self, request: impl Into<ResumeClock>) -> Call<'a, ResumeClock> {
        Call::new(self.0, request)
    }

    /// Let the clock run so many seconds in one: `60` is a minute a second, `0.5` half as fast.
    pub fn scale(self, request: impl Into<ScaleClock>) -> Call<'a, ScaleClock> {
        Call::new(self.0, request)
    }

    /// Turn the clock ahead to a time, as `2026-12-24T18:00:00Z`. Whatever becomes due on the way is done,
    /// in order.
    pub fn set(self, request: impl Into<SetClock>) -> Call<'a, SetClock> {
        Call::new(self.0, request)
    }

    /// Turn the clock ahead by `90s`, `15m`, `2h` or `30d`. Whatever becomes due on the way is done, in
    /// order.
    pub fn advance(self, request: impl Into<AdvanceClock>) -> Call<'a, AdvanceClock> {
        Call::new(self.0, request)
    }
}

/// Lifecycles by hand: what is held stays in its state until it is stepped or released: see [`Client::world_holds`].
#[derive(Debug, Clone, Copy)]
pub struct WorldHolds<'a>(&'a Client);

impl Client {
    /// Lifecycles by hand: what is held stays in its state until it is stepped or released.
    pub fn world_holds(&self) -> WorldHolds<'_> {
        WorldHolds(self)
    }
}

impl<'a> WorldHolds<'a> {
    /// List what is held.
    pub fn list(self) -> Call<'a, ListHolds> {
        Call::new(self.0, ListHolds::default())
    }

    /// Hold lifecycles at their next step: of one thing, of all of a kind, of an account, or, without a
    /// word, of everything.
    pub fn add(self, request: impl Into<AddHold>) -> Call<'a, AddHold> {
        Call::new(self.0, request)
    }

    /// Release what a hold holds: it goes on from where it is.
    pub fn release(self, request: impl Into<ReleaseHold>) -> Call<'a, ReleaseHold> {
        Call::new(self.0, request)
    }

    /// Release everything.
    pub fn clear(self, request: impl Into<ClearHolds>) -> Call<'a, ClearHolds> {
        Call::new(self.0, request)
    }

    /// Tell where the lifecycle of a thing stands.
    pub fn show(self, request: impl Into<GetLife>) -> Call<'a, GetLife> {
        Call::new(self.0, request)
    }

    /// Let a thing take a step, held or not, and tell in which state it is then. A step goes on until
    /// something is seen of the thing that was not before; what only has to wait has waited.
    pub fn step(self, request: impl Into<StepLife>) -> Call<'a, StepLife> {
        Call::new(self.0, request)
    }
}

/// Rules by which something goes wrong on purpose, in order: see [`Client::world_faults`].
#[derive(Debug, Clone, Copy)]
pub struct WorldFaults<'a>(&'a Client);

impl Client {
    /// Rules by which something goes wrong on purpose, in order.
    pub fn world_faults(&self) -> WorldFaults<'_> {
        WorldFaults(self)
    }
}

impl<'a> WorldFaults<'a> {
    /// List the rules, in order, each with how often it has acted.
    pub fn list(self) -> Call<'a, ListFaults> {
        Call::new(self.0, ListFaults::default())
    }

    /// List the rules that can be had by name, from what users of the API have met.
    pub fn list_ready(self) -> Call<'a, ListReadyFaults> {
        Call::new(self.0, ListReadyFaults::default())
    }

    /// Add a rule behind the others. It says which requests it is for (all, without a word) and what it
    /// does to them. Of each effect the first rule that fits and fires has its way.
    pub fn add(self, request: impl Into<AddFault>) -> Call<'a, AddFault> {
        Call::new(self.0, request)
    }

    /// Add the rules that have this name.
    pub fn add_ready(self, request: impl Into<UseFault>) -> Call<'a, UseFault> {
        Call::new(self.0, request)
    }

    /// Delete a rule.
    pub fn delete(self, request: impl Into<DeleteFault>) -> Call<'a, DeleteFault> {
        Call::new(self.0, request)
    }

    /// Delete all rules.
    pub fn clear(self, request: impl Into<ClearFaults>) -> Call<'a, ClearFaults> {
        Call::new(self.0, request)
    }
}

/// What was asked and answered; `kettle log` shows it: see [`Client::world_histories`].
#[derive(Debug, Clone, Copy)]
pub struct WorldHistories<'a>(&'a Client);

impl Client {
    /// What was asked and answered; `kettle log` shows it.
    pub fn world_histories(&self) -> WorldHistories<'_> {
        WorldHistories(self)
    }
}

impl<'a> WorldHistories<'a> {
    /// Tell the number of the last request: what comes next is behind it.
    pub fn mark(self, request: impl Into<MarkHistory>) -> Call<'a, MarkHistory> {
        Call::new(self.0, request)
    }

    /// Forget all requests. Numbers go on.
    pub fn clear(self, request: impl Into<ClearHistory>) -> Call<'a, ClearHistory> {
        Call::new(self.0, request)
    }
}
