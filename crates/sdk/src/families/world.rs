//! All that this server has: its state, clock, faults and history. Made by `cargo xtask families`.

use api::world::*;

use crate::Client;
use crate::call::Call;

/// All that this server has: its state, clock, faults and history: see [`Client::world`].
#[derive(Debug, Clone, Copy)]
pub struct World<'a>(&'a Client);

impl Client {
    /// All that this server has: its state, clock, faults and history.
    pub fn world(&self) -> World<'_> {
        World(self)
    }
}

impl<'a> World<'a> {
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
