//! Simulated machines.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Pace, Sim};
use crate::{Machine, MachineSpec, Machines, Nic, Progress, PublicNic, Result, Size};

const WHAT: &str = "machine";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct State {
    machine: Machine,
    /// When the machine was last put together, installed or restarted.
    begun: i64,
    /// What that has to go through: from which stage on.
    from: Progress,
}

impl State {
    /// How far the machine is at `now`, and when it gets further.
    fn progress(&self, now: i64, pace: Pace) -> Progress {
        let mut left = now - self.begun;
        let stages = [
            (Progress::Building, pace.build),
            (Progress::Installing, pace.install),
            (Progress::Booting, pace.boot),
        ];
        for (stage, takes) in
            stages.into_iter().filter(|(stage, _)| rank(*stage) >= rank(self.from))
        {
            if left < takes {
                return stage;
            }
            left -= takes;
        }
        Progress::Ready
    }

    fn restart(&mut self, from: Progress, now: i64) {
        self.machine.running = true;
        (self.from, self.begun) = (from, now);
    }
}

fn rank(stage: Progress) -> u8 {
    match stage {
        Progress::Building => 0,
        Progress::Installing => 1,
        Progress::Booting => 2,
        Progress::Ready => 3,
    }
}

#[async_trait]
impl Machines for Sim {
    async fn observe(&self, id: Uuid) -> Result<Option<Machine>> {
        let state = self.look::<State>(WHAT, id).await?;
        let now = self.clock.now();
        Ok(state.map(|s| Machine { progress: s.progress(now, self.pace), ..s.machine }))
    }

    async fn create(&self, id: Uuid, spec: &MachineSpec, public: &PublicNic) -> Result<()> {
        let begun = self.clock.now();
        let (spec, public) = (spec.clone(), public.clone());
        let machine = Machine { spec, public, running: true, ..Machine::default() };
        let make = |found: Option<State>| {
            Ok(found.or(Some(State { machine, begun, from: Progress::Building })))
        };
        self.change(WHAT, id, make).await
    }

    async fn start(&self, id: Uuid) -> Result<()> {
        let now = self.clock.now();
        let start = |s: &mut State| {
            if !s.machine.running {
                s.restart(Progress::Booting, now);
            }
        };
        self.update(WHAT, id, start).await
    }

    async fn stop(&self, id: Uuid) -> Result<()> {
        self.update(WHAT, id, |s: &mut State| s.machine.running = false).await
    }

    async fn reset(&self, id: Uuid, number: u64) -> Result<()> {
        let now = self.clock.now();
        let reset = |s: &mut State| {
            if s.machine.reset != number {
                s.machine.reset = number;
                s.restart(Progress::Booting, now);
            }
        };
        self.update(WHAT, id, reset).await
    }

    async fn install(&self, id: Uuid, number: u64, spec: &MachineSpec) -> Result<()> {
        let now = self.clock.now();
        let install = |s: &mut State| {
            if s.machine.install != number {
                s.machine.install = number;
                s.machine.spec = spec.clone();
                s.restart(Progress::Installing, now);
            }
        };
        self.update(WHAT, id, install).await
    }

    async fn resize(&self, id: Uuid, size: Size) -> Result<()> {
        let now = self.clock.now();
        let resize = |s: &mut State| {
            if s.machine.spec.size != size {
                s.machine.spec.size = size;
                s.restart(Progress::Booting, now);
            }
        };
        self.update(WHAT, id, resize).await
    }

    async fn insert_iso(&self, id: Uuid, iso: Option<Uuid>) -> Result<()> {
        let now = self.clock.now();
        let insert = |s: &mut State| {
            if s.machine.iso != iso {
                s.machine.iso = iso;
                s.restart(Progress::Booting, now);
            }
        };
        self.update(WHAT, id, insert).await
    }

    async fn connect(&self, id: Uuid, public: &PublicNic, nics: &[Nic]) -> Result<()> {
        let connect = |s: &mut State| {
            public.clone_into(&mut s.machine.public);
            nics.clone_into(&mut s.machine.nics);
        };
        self.update(WHAT, id, connect).await
    }

    async fn remove(&self, id: Uuid) -> Result<()> {
        self.change(WHAT, id, |_: Option<State>| Ok(None)).await
    }
}
