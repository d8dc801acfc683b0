//! What lies in buckets, where somebody keeps objects here: how much it is, so that nothing that is
//! full is deleted by accident, and what is kept is paid for.
//!
//! Who serves object storage says it. Nothing is asked of the outside world by this way: the answer
//! comes from files of this machine.

use std::io;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::Control;

/// How much lies in a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Objects, with all that keeps a bucket from being empty: older versions, marks of deletion.
    pub objects: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// A question about what is kept that is under way.
pub type Look<'a, T> = BoxFuture<'a, io::Result<T>>;

/// Knows what lies in buckets.
pub trait Contents: Send + Sync {
    /// Closes an empty bucket of a storage, into which nothing goes from then on; one that is not
    /// empty stays as it is, and what lies in it is told.
    fn close<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Look<'a, Option<Amount>>;
    /// Opens a bucket again that was closed and did not go.
    fn reopen<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Look<'a, ()>;
    /// Forgets all that was set for a bucket that there is no more.
    fn forget<'a>(&'a self, storage: Uuid, bucket: &'a str) -> Look<'a, ()>;
    /// How many bytes lie in these buckets of a storage.
    fn bytes<'a>(&'a self, storage: Uuid, buckets: &'a [&'a str]) -> Look<'a, u64>;
}

impl Control {
    /// Says who knows what lies in buckets here. The first word counts.
    pub fn have_contents(&self, contents: Arc<dyn Contents>) {
        self.contents.get_or_init(|| contents);
    }

    /// Who knows what lies in buckets, if objects are kept here.
    pub fn contents(&self) -> Option<&dyn Contents> {
        self.contents.get().map(|contents| &**contents)
    }
}
