//! What a request wants to change, and what it relied on.
//!
//! A [`Tx`] reads what is committed, remembers it, and buffers what is written; [`Tx::commit`]
//! hands a plain [`Change`] to the backend, which checks all that was remembered and then writes,
//! in one transaction. Nothing here may know which database is below.
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use uuid::Uuid;

use crate::{Claim, Error, Event, Facet, Result, Row, Store, claim, key, pool};

/// One list. The order is that in which PostgreSQL locks lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct List {
    pub(crate) account: i64,
    pub(crate) kind: String,
    pub(crate) facet: Facet,
}

/// A unique value: its scope, and itself.
pub(crate) type Name = (String, String);

/// What is to become of a unique value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hold {
    /// Whether this change takes it from whoever holds it.
    pub(crate) released: bool,
    /// Who holds it afterwards. None: nobody.
    pub(crate) owner: Option<Uuid>,
}

/// A row that is written, and the lists that it leaves and enters.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub(crate) row: Row,
    pub(crate) leaves: Vec<Facet>,
    pub(crate) enters: Vec<Facet>,
    /// The row goes at once, with its unique values.
    pub(crate) removed: bool,
}

/// All that one transaction relied on and writes.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The epoch that it was begun in.
    pub(crate) epoch: i64,
    /// The claim of the step that makes it, where one does.
    pub(crate) claim: Option<Claim>,
    /// Versions of the rows that were read or are written; 0: there is none.
    pub(crate) versions: BTreeMap<Uuid, i64>,
    /// Lengths of the lists that were relied on.
    pub(crate) totals: BTreeMap<List, u64>,
    /// Holders of the unique values that were relied on.
    pub(crate) holders: BTreeMap<Name, Option<Uuid>>,
    /// Rows without which the change has nobody who asked for it.
    pub(crate) needs: BTreeSet<Uuid>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) holds: BTreeMap<Name, Hold>,
    /// What is told of it afterwards.
    pub(crate) events: Vec<Event>,
}

impl Change {
    /// Whether the engine has something to do afterwards.
    pub(crate) fn wakes(&self) -> bool {
        self.edits.iter().any(|edit| !edit.removed && edit.row.due.is_some())
    }

    /// Whether `id` goes with this change, so that its unique values are free.
    pub(crate) fn removes(&self, id: Uuid) -> bool {
        self.edits.iter().any(|edit| edit.removed && edit.row.id == id)
    }
}

/// A buffered row, the lists in which it is stored, and those in which it will stand.
struct Draft {
    row: Row,
    was: BTreeSet<Facet>,
    is: BTreeSet<Facet>,
    removed: bool,
}

impl Draft {
    /// Whether the row will stand in this list.
    fn enters(&self, account: i64, kind: &str, facet: &Facet) -> bool {
        let all = facet.0.is_empty() && !self.row.deleting;
        self.of(account, kind) && !self.removed && (all || self.is.contains(facet))
    }

    /// Whether the row stands in this list as it is stored. What is being deleted is never edited
    /// again, except to be removed.
    fn stood(&self, account: i64, kind: &str, facet: &Facet) -> bool {
        let all = facet.0.is_empty() && !(self.removed && self.row.deleting);
        self.of(account, kind) && self.row.version > 0 && (all || self.was.contains(facet))
    }

    fn of(&self, account: i64, kind: &str) -> bool {
        self.row.account == account && self.row.kind == kind
    }

    fn finish(self) -> Edit {
        let Self { row, was, mut is, removed } = self;
        if removed {
            is.clear();
        }
        let mut leaves: Vec<Facet> = was.difference(&is).cloned().collect();
        let mut enters: Vec<Facet> = is.difference(&was).cloned().collect();
        let all = ("", String::new());
        match (row.version > 0, removed, row.deleting) {
            (false, _, false) => enters.push(all),
            (true, true, false) | (true, false, true) => leaves.push(all),
            _ => {}
        }
        Edit { row, leaves, enters, removed }
    }
}

/// Remembers what was read and buffers what is written. Nothing is locked meanwhile.
///
/// It reads what is committed at that moment, with its own writes on top. If anything it read has
/// changed by the time of the commit, or everything was emptied or restored since it was begun, that
/// fails with [`Error::Stale`](crate::Error::Stale) and nothing is written.
pub struct Tx {
    store: Store,
    epoch: i64,
    claim: Option<Claim>,
    versions: BTreeMap<Uuid, i64>,
    totals: BTreeMap<List, u64>,
    holders: BTreeMap<Name, Option<Uuid>>,
    needs: BTreeSet<Uuid>,
    drafts: Vec<Draft>,
    holds: BTreeMap<Name, Hold>,
    events: Vec<Event>,
}

impl Tx {
    pub(crate) fn new(store: Store) -> Self {
        let (epoch, claim) = (store.epoch(), claim::current());
        let (versions, totals, holders, holds, needs) = Default::default();
        let (drafts, events) = (Vec::new(), Vec::new());
        Self { store, epoch, claim, versions, totals, holders, needs, drafts, holds, events }
    }

    /// Lets the change fail with [`Error::Gone`](crate::Error::Gone) where this row is gone by the
    /// commit, as after a reset: the row of who asks for it.
    pub fn need(&mut self, id: Uuid) {
        self.needs.insert(id);
    }

    /// One row, as this transaction leaves it.
    pub async fn get(&mut self, id: Uuid) -> Result<Option<Row>> {
        if let Some(draft) = self.drafts.iter().find(|draft| draft.row.id == id) {
            return Ok((!draft.removed).then(|| draft.row.clone()));
        }
        let row = self.store.get(id).await?;
        // The first reading counts: if a later one differs, the change is stale.
        self.versions.entry(id).or_insert(row.as_ref().map_or(0, |row| row.version));
        Ok(row)
    }

    /// The length of a list, as this transaction leaves it: for quotas.
    pub async fn total(&mut self, account: i64, kind: &str, facet: Facet) -> Result<u64> {
        let facet = key::of_facet(facet);
        let stored = self.store.total(account, kind, &facet).await?;
        let (mut more, mut fewer) = (0, 0);
        for draft in &self.drafts {
            more += u64::from(draft.enters(account, kind, &facet));
            fewer += u64::from(draft.stood(account, kind, &facet));
        }
        let list = List { account, kind: kind.to_owned(), facet };
        self.totals.entry(list).or_insert(stored);
        Ok((stored + more).saturating_sub(fewer))
    }

    /// All rows of a list, in order of creation, as this transaction leaves them. More than `most`
    /// are [`Error::TooLong`]: what is read whole must have a bound, which the caller knows.
    pub async fn list(
        &mut self,
        account: i64,
        kind: &'static str,
        facet: Facet,
        most: usize,
    ) -> Result<Vec<Row>> {
        let field = facet.0;
        let (rows, is_whole) = self.some(account, kind, facet, most).await?;
        match is_whole {
            true => Ok(rows),
            false => Err(Error::TooLong { kind: kind.to_owned(), field, most }),
        }
    }

    /// The first rows of a list, `most` of those that are stored, as this transaction leaves them;
    /// and whether these are all. If so, the change relies on there being no others.
    pub async fn some(
        &mut self,
        account: i64,
        kind: &'static str,
        facet: Facet,
        most: usize,
    ) -> Result<(Vec<Row>, bool)> {
        let list = List { account, kind: kind.to_owned(), facet: key::of_facet(facet) };
        let mut rows = self.store.first(&list, most.saturating_add(1)).await?;
        let is_whole = rows.len() <= most;
        rows.truncate(most);
        // Where these rows are unchanged and the list is as long, it holds just these: a row that
        // enters or leaves a list is changed thereby.
        for row in &rows {
            self.versions.entry(row.id).or_insert(row.version);
        }
        if is_whole {
            self.totals.entry(list.clone()).or_insert(rows.len() as u64);
        }
        for draft in &self.drafts {
            let place = rows.iter().position(|row| row.id == draft.row.id);
            match (place, draft.enters(account, kind, &list.facet)) {
                (Some(place), true) => rows[place] = draft.row.clone(),
                (Some(place), false) => drop(rows.remove(place)),
                (None, true) => rows.push(draft.row.clone()),
                (None, false) => {}
            }
        }
        // New rows have no number yet, and come last in the order in which they were put.
        rows.sort_by_key(|row| if row.seq == 0 { i64::MAX } else { row.seq });
        Ok((rows, is_whole))
    }

    /// Who holds a unique value, as this transaction leaves it.
    pub async fn taken(&mut self, scope: &str, value: &str) -> Result<Option<Uuid>> {
        let name = key::of_name(scope, value);
        if let Some(hold) = self.holds.get(&name) {
            return Ok(hold.owner);
        }
        let holder = self.store.taken(&name.0, &name.1).await?;
        self.holders.entry(name).or_insert(holder);
        let goes = |id: &Uuid| self.drafts.iter().any(|d| d.removed && d.row.id == *id);
        Ok(holder.filter(|id| !goes(id)))
    }

    /// Takes a unique value for `owner`, with whose row it is freed. If another row holds it at the
    /// commit, that is [`Error::Stale`](crate::Error::Stale), so that the handler runs again and
    /// finds it taken.
    pub fn take(&mut self, scope: impl AsRef<str>, value: impl AsRef<str>, owner: Uuid) {
        let name = key::of_name(scope.as_ref(), value.as_ref());
        self.holds.entry(name).or_default().owner = Some(owner);
    }

    /// Takes the first free address of `ranges` for `owner`: they are tried in their order, each
    /// from its first address to its last. None: all are taken.
    ///
    /// What it costs does not depend on how many are taken. The change relies on the address that
    /// was found, and on no other.
    pub async fn take_free(
        &mut self,
        scope: &str,
        ranges: &[(IpAddr, IpAddr)],
        owner: Uuid,
    ) -> Result<Option<IpAddr>> {
        let place = |address: &IpAddr| pool::place_of(*address);
        let ends = |(first, last): &(IpAddr, IpAddr)| Some((place(first)?, place(last)?));
        let mut left: Vec<(i64, i64)> = ranges.iter().filter_map(ends).collect();
        while let Some(found) = self.store.free(scope, &left).await? {
            let Some(address) = pool::address(found) else { return Ok(None) };
            let name = key::of_name(scope, &address.to_string());
            if self.holds.get(&name).is_none_or(|hold| hold.owner.is_none()) {
                self.holds.entry(name).or_default().owner = Some(owner);
                return Ok(Some(address));
            }
            // This transaction has taken it already: look on behind it.
            while left.first().is_some_and(|(first, last)| !(*first..=*last).contains(&found)) {
                left.remove(0);
            }
            if let Some(first) = left.first_mut() {
                first.0 = found + 1;
            }
        }
        Ok(None)
    }

    /// Frees a unique value, whoever holds it.
    pub fn release(&mut self, scope: impl AsRef<str>, value: impl AsRef<str>) {
        let name = key::of_name(scope.as_ref(), value.as_ref());
        self.holds.insert(name, Hold { released: true, owner: None });
    }

    /// Writes `row`, which stood in the lists `was` and now stands in `is`. With version 0 it is
    /// new; otherwise `version` is the one that was read.
    ///
    /// Of a stored row `desired`, `deleting`, `due` and `tally` are written, and its tries begin
    /// anew; a `due` of none leaves the due time as it is, so that no wake is lost. `observed` is
    /// the engine's: it is only written with a new row. The list of all of the kind needs no
    /// mention: a new row enters it, and one that is to be deleted leaves it.
    pub fn put(&mut self, row: Row, was: Vec<Facet>, is: Vec<Facet>) {
        self.draft(row, was, is, false);
    }

    /// Deletes `row`, which stood in the lists `was`, at once, and frees its unique values. For
    /// kinds that have nothing outside; others are put with `deleting`.
    pub fn remove(&mut self, row: Row, was: Vec<Facet>) {
        self.draft(row, was, Vec::new(), true);
    }

    /// Makes a row due, which stays as it is: unless it is written here already, or is to be deleted,
    /// which is its own work. Nothing may be written after it.
    pub async fn wake(&mut self, id: Uuid, now: i64) -> Result<()> {
        if self.drafts.iter().any(|draft| draft.row.id == id) {
            return Ok(());
        }
        if let Some(row) = self.get(id).await?.filter(|row| !row.deleting) {
            self.put(Row { due: Some(now), ..row }, Vec::new(), Vec::new());
        }
        Ok(())
    }

    fn draft(&mut self, row: Row, was: Vec<Facet>, is: Vec<Facet>, removed: bool) {
        let is = is.into_iter().map(key::of_facet).collect();
        if let Some(draft) = self.drafts.iter_mut().find(|draft| draft.row.id == row.id) {
            (draft.row, draft.is, draft.removed) = (row, is, removed);
            return;
        }
        self.versions.entry(row.id).or_insert(row.version);
        let was = was.into_iter().map(key::of_facet).collect();
        self.drafts.push(Draft { row, was, is, removed });
    }

    /// Lets it be known that something happened, with what this transaction writes.
    pub fn tell(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Writes all that was buffered; returns when it is durable. A transaction that wrote nothing
    /// checks nothing.
    pub async fn commit(self) -> Result<()> {
        let Self {
            store,
            epoch,
            claim,
            mut versions,
            totals,
            holders,
            needs,
            drafts,
            holds,
            events,
        } = self;
        let mut edits = Vec::with_capacity(drafts.len());
        for draft in drafts {
            match draft.removed && draft.row.version == 0 {
                // Created and removed within this transaction.
                true => drop(versions.remove(&draft.row.id)),
                false => edits.push(draft.finish()),
            }
        }
        if edits.is_empty() && holds.is_empty() && events.is_empty() {
            return Ok(());
        }
        let change =
            Change { epoch, claim, versions, totals, holders, needs, edits, holds, events };
        store.apply(change).await
    }
}
