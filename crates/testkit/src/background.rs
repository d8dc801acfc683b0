//! What goes on beside a test: a thread of its own, so that a test may block, or turn tokio's clock.

use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::World;

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

/// Works on what is due in a world.
pub(crate) fn drive(world: &World) -> Background {
    let engine = world.engine.clone();
    Background::spawn(move |stop| engine.run(stop))
}
