//! What goes on beside a test: a thread of its own, so that a test may block, or turn tokio's clock.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use engine::{Clock, Engine};
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use crate::{World, millis};

/// How often the clock is turned, and how long what is due may wait.
const TICK: Duration = Duration::from_millis(5);

/// A thread that ends when this is dropped.
pub(crate) struct Background {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Runs what `task` makes of the word to stop. It ends soon after that.
    pub(crate) fn spawn<F: Future<Output = ()>>(
        task: impl FnOnce(watch::Receiver<bool>) -> F + Send + 'static,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a thread has a runtime").block_on(task(stopped));
        };
        let thread = std::thread::spawn(run);
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        // What it said when it panicked is on standard error already.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Lets time go on in a world, and works on what is due.
pub(crate) fn drive(world: &World) -> Background {
    let (engine, clock) = (world.engine.clone(), world.clock.clone());
    let turn = world.turn.clone();
    Background::spawn(move |stop| go_on(engine, clock, turn, stop))
}

async fn go_on(
    engine: Engine,
    clock: Clock,
    turn: Arc<Mutex<()>>,
    mut stop: watch::Receiver<bool>,
) {
    let mut last = Instant::now();
    while !*stop.borrow() {
        {
            let _turn = turn.lock().await;
            let passed = last.elapsed();
            last += Duration::from_millis(passed.as_millis() as u64);
            clock.set(clock.now() + millis(passed));
            let due = engine.next_due().await.expect("the store can be read");
            if due.is_some_and(|due| due <= clock.now()) {
                engine.drain().await;
            }
        }
        let _ = tokio::time::timeout(TICK, stop.wait_for(|stop| *stop)).await;
    }
}
