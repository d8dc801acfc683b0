//! What came through the proxy, so that a program that went past it can be told.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many hosts are remembered.
const HOSTS_MAX: usize = 5;

/// What came through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Connections and requests that reached Kettle's server.
    pub reached: u64,
    /// TLS handshakes that the program broke off, since it does not trust the certificate.
    pub distrusted: u64,
    /// Requests without the proxy's password.
    pub strangers: u64,
    /// Some of the other hosts that were asked for.
    pub elsewhere: BTreeSet<String>,
}

/// Counts while it happens.
#[derive(Debug, Default)]
pub(crate) struct Count {
    reached: AtomicU64,
    distrusted: AtomicU64,
    strangers: AtomicU64,
    elsewhere: Mutex<BTreeSet<String>>,
}

impl Count {
    pub(crate) fn reached(&self) {
        self.reached.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn distrusted(&self) {
        self.distrusted.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stranger(&self) {
        self.strangers.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn elsewhere(&self, host: &str) {
        let mut hosts = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() < HOSTS_MAX {
            hosts.insert(host.to_owned());
        }
    }

    pub(crate) fn sum(&self) -> Traffic {
        Traffic {
            reached: self.reached.load(Ordering::Relaxed),
            distrusted: self.distrusted.load(Ordering::Relaxed),
            strangers: self.strangers.load(Ordering::Relaxed),
            elsewhere: self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}
