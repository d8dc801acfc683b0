//! The signals that end waiting: what is known by then is still to be printed.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Exit;

/// Hears signals from its making on. From then on they do not end the process by themselves: make
/// one only around what heeds it.
pub(crate) struct Stop(Vec<(Signal, Exit)>);

impl Stop {
    pub(crate) fn listen() -> Self {
        let wanted = [
            (SignalKind::interrupt(), Exit::Interrupted),
            (SignalKind::terminate(), Exit::Terminated),
        ];
        // What cannot be heard ends the process, as ever.
        Self(
            wanted
                .into_iter()
                .filter_map(|(kind, exit)| Some((signal(kind).ok()?, exit)))
                .collect(),
        )
    }

    /// Ends when a signal comes.
    pub(crate) async fn came(&mut self) -> Exit {
        std::future::poll_fn(|cx| {
            for (signal, exit) in &mut self.0 {
                if signal.poll_recv(cx).is_ready() {
                    return std::task::Poll::Ready(*exit);
                }
            }
            std::task::Poll::Pending
        })
        .await
    }
}
