//! Kinds of resources: what a stored row means.

pub(crate) mod format;

use std::ops::{Deref, DerefMut};
use std::str::FromStr;

use api::{Time, Wire};
use engine::{Next, StepError};
use serde::{Serialize, de::DeserializeOwned};
use store::{Facet, Mark, Row, Tally};
use uuid::Uuid;

use crate::cx::{Cx, LifeCx};
use crate::refusal::{Error, Refusal, Result};
use crate::tx::Tx;
pub use format::Older;

/// One kind of resource. The type itself is what should be, as its owner asked for it.
pub trait Kind: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Its name in the store: never to be changed.
    const KIND: &'static str;
    /// What the real API says where there is none with an id; clients match on it.
    const UNKNOWN: &'static str;
    /// What it says instead for a while after one was deleted.
    const GONE: &'static str = Self::UNKNOWN;
    /// Whether it has a [`Life`]: a change then wakes the engine, and it goes only after its
    /// outside thing has gone.
    const LIVES: bool = false;
    /// In which format its rows are written. It grows by one whenever what is stored becomes
    /// something else; a field that is added with serde's default is no change of format.
    const FORMAT: u16 = 1;
    /// What was last seen of the outside thing; `()` for a kind without a life. It has no format of
    /// its own: what a later release adds has a default, and what it leaves out is not read.
    type Seen: Serialize + DeserializeOwned + Default + Clone + Send + Sync;

    /// What a row of an older format means: for kinds whose [`FORMAT`](Self::FORMAT) has grown.
    /// Reading never writes; a row is in the newest format when it is next put. The lists in which
    /// a row stands must be the same in both.
    ///
    /// # Errors
    /// When the row is not what a release wrote.
    fn migrate(row: Older<'_>) -> serde_json::Result<Self> {
        row.read() // unreachable while there is one format
    }

    /// The id of the one that stands last in a path: what is written there, unless the kind goes by
    /// names. What stands before it is what it lies within, where it has a name only there.
    ///
    /// # Errors
    /// 404 where there is none of that name.
    fn called(_: &Cx, path: &[String]) -> impl Future<Output = Result<Uuid>> + Send {
        // Its type is an id, or the operation's definition is wrong.
        let id = path.last().and_then(|id| id.parse().ok()).unwrap_or_default();
        std::future::ready(Ok(id))
    }

    /// The lists that it stands in, besides that of all: those that can be asked for or counted.
    fn lists(&self) -> Vec<Facet> {
        Vec::new()
    }

    /// What it adds to its account's sums: all that costs something, by what its price follows from.
    fn tally(_: &Doc<Self>) -> Option<Tally> {
        None
    }
}

/// How a kind is shown to its owner, which lists and gets of it need: the kind itself says it, unless
/// it is told elsewhere.
pub trait Shown<K: Kind = Self>: 'static {
    /// What is shown.
    type View: Wire + Send + 'static;
    /// What is shown with it and is not its own: read for a whole page at once.
    type With: Default + Send + Sync;
    /// Whether what is rendered of it is kept for the next page. Then [`Shown::view`] must follow
    /// from the row, from those that [`Shown::looks_at`] names, and from what never changes as long
    /// as the server runs, or is a part of `rendered::Aspect`; never from the time.
    const KEPT: bool = false;

    /// The other rows that its view looks at, whether they are there or not.
    fn looks_at(_: &Doc<K>) -> Vec<Uuid> {
        Vec::new()
    }

    /// The lists that those stand in that a path may name: for what is found within another thing
    /// only, which must be there. What stands in the path before the one itself names that.
    ///
    /// # Errors
    /// 404 where the thing that the path names first is not.
    fn within(_: &mut Tx, _: &[String]) -> impl Future<Output = Result<Vec<Facet>>> + Send {
        std::future::ready(Ok(Vec::new()))
    }

    /// Reads what is shown with these.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn with(_: &Cx, _: &[Doc<K>]) -> impl Future<Output = Result<Self::With>> + Send {
        std::future::ready(Ok(Self::With::default()))
    }

    /// One of them as it is shown.
    fn view(doc: &Doc<K>, with: &Self::With, cx: &Cx) -> Self::View;

    /// One alone, as it is shown.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn show(cx: &Cx, doc: Doc<K>) -> impl Future<Output = Result<Self::View>> + Send {
        async move {
            let with = Self::with(cx, std::slice::from_ref(&doc)).await?;
            Ok(Self::view(&doc, &with, cx))
        }
    }
}

/// One of several that lie in their owner's row: a rule, a bucket.
pub trait Part: Send + Sync + Sized + Clone + 'static {
    /// Whose row they lie in.
    type Owner: Kind;
    /// What is shown of one.
    type View: Send + 'static;
    /// What is said where the owner has none with an id; clients match on it.
    const UNKNOWN: &'static str;

    /// All of an owner's.
    fn all(owner: &Self::Owner) -> &[Self];
    /// The same, to be changed.
    fn all_mut(owner: &mut Self::Owner) -> &mut Vec<Self>;
    /// Whether it is the one with this id, as it stands in a path.
    fn is(&self, id: &str) -> bool;
    /// Whether it is the one that a path names: by what stands last there, unless it says otherwise.
    fn is_at(&self, path: &[String]) -> bool {
        path.last().is_some_and(|id| self.is(id))
    }
    /// As its owner is shown it.
    fn view(&self, owner: &Doc<Self::Owner>) -> Self::View;
    /// Notes in the owner that its parts have changed.
    fn changed(_owner: &mut Doc<Self::Owner>, _cx: &Cx) {}
    /// Gives back what it held besides its place, as it is removed.
    fn removed(self, _owner: &Doc<Self::Owner>, _tx: &mut Tx) {}
    /// What is answered where the owner has none with an id.
    fn unknown(_id: &str) -> Refusal {
        Refusal::not_found(Self::UNKNOWN)
    }

    /// The owner that the path of a request names first.
    ///
    /// # Errors
    /// 404 where there is none.
    fn owner(
        tx: &mut Tx,
        path: &[String],
    ) -> impl Future<Output = Result<Doc<Self::Owner>>> + Send {
        let id: Uuid = path.first().and_then(|id| id.parse().ok()).unwrap_or_default();
        tx.get(id)
    }
}

/// Where a [`Part`] lies: `lies_in!(Group, rules)` says its owner, and the owner's list of them.
/// One that goes by its `id` and is shown by fields that it has by the same names says these, too,
/// as for [`alike!`](crate::alike): `lies_in!(Group, rules => GroupRule { id, port })`.
#[macro_export]
macro_rules! lies_in {
    ($owner:ty, $list:ident) => {
        type Owner = $owner;

        fn all(owner: &$owner) -> &[Self] {
            &owner.$list
        }
        fn all_mut(owner: &mut $owner) -> &mut Vec<Self> {
            &mut owner.$list
        }
    };
    ($owner:ty, $list:ident => $view:ident { $($shown:tt)* }) => {
        $crate::lies_in!($owner, $list);
        type View = $view;

        fn is(&self, id: &str) -> bool {
            $crate::is_written(&self.id, id)
        }
        fn view(&self, _: &$crate::Doc<$owner>) -> $view {
            $crate::alike!(self => $view { $($shown)* })
        }
    };
}

/// Whether this is how an id is written in a path.
pub fn is_written<T: FromStr + PartialEq>(id: &T, text: &str) -> bool {
    text.parse().is_ok_and(|read: T| read == *id)
}

/// A struct whose fields another has by the same names, copied as the types that they are to have;
/// others follow behind a semicolon: `alike!(doc => View { label, region; id: doc.id().into() })`.
#[macro_export]
macro_rules! alike {
    ($from:expr => $type:path { $($same:ident),* $(,)? $(; $($other:tt)*)? }) => {{
        let from = &$from;
        $type { $($same: from.$same.clone().into(),)* $($($other)*)? }
    }};
}

/// Changes fields to what was sent by the same names, where something was:
/// `set_alike!(update => rule { name, port })`.
#[macro_export]
macro_rules! set_alike {
    ($sent:expr => $to:ident { $($same:ident),* $(,)? }) => {
        $($crate::set(&mut $to.$same, $sent.$same);)*
    };
}

/// The life of a kind that has an outside thing: its own, unless it is told elsewhere.
pub trait Life<K: Kind = Self>: 'static {
    /// Takes one idempotent step from what is to what should be; writes what it saw to `doc.seen`.
    ///
    /// # Errors
    /// When the world does not answer; the step is taken again later.
    fn step(
        doc: &mut Doc<K>,
        cx: &LifeCx,
    ) -> impl Future<Output = std::result::Result<Next, StepError>> + Send;
}

/// A resource: what should be, what was seen, and its place in the store.
///
/// Reads and changes like its kind: `volume.size_gb`.
#[derive(Debug, Clone)]
pub struct Doc<K: Kind> {
    /// What should be.
    pub want: K,
    /// What was last seen of the outside thing.
    pub seen: K::Seen,
    pub(crate) row: Row,
}

impl<K: Kind> Doc<K> {
    /// A new resource, to be stored with `Tx::put`.
    pub fn new(id: Uuid, account: i64, now: i64, want: K) -> Self {
        let (kind, observed) = (K::KIND.into(), "null".into());
        let row = Row { id, account, kind, created: now, observed, ..Row::default() };
        Self { want, seen: K::Seen::default(), row }
    }

    /// The resource that a row holds.
    ///
    /// # Errors
    /// When the row cannot be read: it was not written by this release, nor by an older one.
    pub fn read(row: Row) -> Result<Self> {
        let want = format::read::<K>(&row.desired);
        let seen = serde_json::from_str::<Option<K::Seen>>(&row.observed);
        match want.and_then(|want| Ok((want, seen?.unwrap_or_default()))) {
            Ok((want, seen)) => Ok(Self { want, seen, row }),
            Err(cause) => Err(Error::Unreadable { kind: K::KIND, id: row.id, cause }),
        }
    }

    /// The same for lists: one that cannot be read is left out, so that all others can be, and the
    /// log says which it is.
    pub fn readable(row: Row) -> Option<Self> {
        let doc = Self::read(row);
        doc.inspect_err(|error| tracing::error!(%error, "left out of a list")).ok()
    }

    /// The row that holds it as it now is, for who writes rows past a [`Tx`](crate::Tx).
    ///
    /// # Panics
    /// When the kind cannot be written as JSON.
    pub fn to_row(&self) -> Row {
        Row {
            desired: format::write(&self.want),
            observed: serde_json::to_string(&self.seen).expect("kinds are plain data"),
            tally: K::tally(self),
            ..self.row.clone()
        }
    }

    /// The lists that it stands in as stored. Worked out from what is stored, and only where it is
    /// to be changed: reads need none of it.
    pub(crate) fn stored_lists(&self) -> Vec<Facet> {
        match self.row.version {
            0 => Vec::new(),
            _ => format::read::<K>(&self.row.desired).expect("it was read").lists(),
        }
    }

    /// Its id.
    pub fn id(&self) -> Uuid {
        self.row.id
    }
    /// Whose it is.
    pub fn account(&self) -> i64 {
        self.row.account
    }
    /// Its number in the order of creation, over all kinds; 0 before it is stored.
    pub fn seq(&self) -> i64 {
        self.row.seq
    }
    /// A number that grows with every change of what it should be.
    pub fn version(&self) -> i64 {
        self.row.version
    }
    /// The state that it was read in: unlike its version, that is never given twice.
    pub fn mark(&self) -> Mark {
        self.row.mark()
    }
    /// When it was created.
    pub fn created(&self) -> Time {
        Time::from_millis(self.row.created)
    }
    /// Whether it is to go.
    pub fn deleting(&self) -> bool {
        self.row.deleting
    }
    /// Whether what was last seen may be behind what should be.
    pub fn is_due(&self) -> bool {
        self.row.due.is_some()
    }
}

impl<K: Kind> Deref for Doc<K> {
    type Target = K;
    fn deref(&self) -> &K {
        &self.want
    }
}

impl<K: Kind> DerefMut for Doc<K> {
    fn deref_mut(&mut self) -> &mut K {
        &mut self.want
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holders::User;

    #[test]
    fn a_row_that_cannot_be_read_is_named() {
        let id = Uuid::now_v7();
        let (kind, desired) = (User::KIND.into(), "{}".into());
        let row = Row { id, kind, desired, observed: "null".into(), ..Row::default() };
        let error = Doc::<User>::read(row.clone()).unwrap_err().to_string();
        let expected = format!("the row of user {id} cannot be read: missing field `name`");
        assert!(error.starts_with(&expected), "{error}");
        assert!(Doc::<User>::readable(row).is_none());
    }
}
