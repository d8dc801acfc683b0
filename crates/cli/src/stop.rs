//! The signals that end a command early: what is known by then is still to be printed, and what may
//! have been done to be told.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{Exit, Failure};

/// Hears signals from its making on. From then on they do not end the process by themselves: make
/// one only around what heeds it.
pub(crate) struct Stop(Vec<(Signal, Exit)>);

impl Stop {
    pub(crate) fn listen() -> Self {
        let mut wanted = vec![
            (SignalKind::interrupt(), Exit::Interrupted),
            (SignalKind::terminate(), Exit::Terminated),
            (SignalKind::quit(), Exit::Quit),
        ];
        // `nohup` asks for this one to be ignored.
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        if !ignores(&status, SignalKind::hangup().as_raw_value()) {
            wanted.push((SignalKind::hangup(), Exit::HungUp));
        }
        // What cannot be heard ends the process, as ever.
        Self(
            wanted
                .into_iter()
                .filter_map(|(kind, exit)| Some((signal(kind).ok()?, exit)))
                .collect(),
        )
    }

    /// One that hears nothing: signals do what they do.
    pub(crate) fn deaf() -> Self {
        Self(Vec::new())
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

    /// Sends a request, unless a signal has come. One that comes later ends it: whoever changes
    /// something by `request` is told that it may have been done.
    pub(crate) async fn unless_came<T, E: Into<Failure>>(
        &mut self,
        request: Option<String>,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            by = self.came() => return Err(Failure::Interrupted { by, request: None }),
            () = std::future::ready(()) => {}
        }
        tokio::select! {
            biased;
            answer = work => answer.map_err(Into::into),
            by = self.came() => {
                Err(Failure::Interrupted { by, request: request.map(Into::into) })
            }
        }
    }
}

/// Whether the signal of that number is ignored, by what Linux says of a process.
fn ignores(status: &str, number: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (number - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_is_told_by_a_mask() {
        let status = "Name:\tkettle\nSigBlk:\tffffffffffffffff\nSigIgn:\t0000000000001001\n";
        assert!(ignores(status, 1) && ignores(status, 13));
        assert!(!ignores(status, 2) && !ignores(status, 15) && !ignores("", 1));
    }
}
