//! One change: what it read, what it writes, and who did it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Mutex, MutexGuard, PoisonError};

use store::{Facet, Hot};
use uuid::Uuid;

use crate::billing::{self, Charge};
use crate::cx::{BATCH, Cx};
use crate::kind::{Doc, Kind, Shown, format};
use crate::original::Used;
use crate::refusal::{Error, Refusal, Result};

/// Remembers what was read and buffers what is written; nothing is locked meanwhile.
///
/// Where what was read has changed at the commit, nothing is written and the handler runs again.
/// Where who asks is gone by then, as after a reset, nothing is written either.
pub struct Tx {
    inner: store::Tx,
    cx: Cx,
    /// Whether keys or permissions change.
    keys: bool,
    /// What is deleted, of kinds that tell so for a while.
    gone: Vec<Uuid>,
    /// Lines of invoices that end, by what they are for.
    charges: BTreeMap<Uuid, Doc<Charge>>,
    /// Whether anything changes, and what is made first.
    changes: bool,
    made: Option<Uuid>,
    /// What the engine is to look at again.
    woken: Vec<Uuid>,
    /// How much of what is copied was used.
    used: Mutex<Used>,
}

impl Tx {
    pub(crate) fn new(cx: &Cx) -> Self {
        let mut inner = cx.control.store.begin();
        if !cx.caller.user.is_nil() {
            inner.need(cx.caller.user);
        }
        let (gone, woken, charges, used) = Default::default();
        let cx = cx.clone();
        Self { inner, cx, keys: false, gone, woken, charges, changes: false, made: None, used }
    }

    /// The context of the request that makes this change.
    pub fn cx(&self) -> &Cx {
        &self.cx
    }

    /// One resource of the caller's; another account's is as unknown as one that is not there.
    ///
    /// # Errors
    /// 404 with the kind's words.
    pub async fn get<K: Kind>(&mut self, id: impl Into<Uuid>) -> Result<Doc<K>> {
        let id = id.into();
        self.find(id).await?.ok_or_else(|| self.cx.unknown::<K>(id).into())
    }

    /// One resource that a field of the request names.
    ///
    /// # Errors
    /// 400 naming the field, with the kind's words.
    pub async fn named<K: Kind>(&mut self, field: &str, id: impl Into<Uuid>) -> Result<Doc<K>> {
        let id = id.into();
        let found = self.find(id).await?;
        let refusal = || Refusal::bad(K::UNKNOWN).help(format!("{field}: there is no {id}"));
        found.ok_or_else(|| refusal().into())
    }

    /// One resource of the caller's, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read; 409 where the row cannot be.
    pub async fn find<K: Kind>(&mut self, id: impl Into<Uuid>) -> Result<Option<Doc<K>>> {
        let row = self.inner.get(id.into()).await?;
        let mine = |row: &store::Row| {
            row.kind == K::KIND && row.account == self.cx.account() && !row.deleting
        };
        row.filter(mine).map(|row| Doc::read(row).map_err(Error::kept)).transpose()
    }

    /// How many of a kind stand in a list; the change relies on it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn count<K: Kind>(&mut self, list: Facet) -> Result<u64> {
        Ok(self.inner.total(self.cx.account(), K::KIND, list).await?)
    }

    /// How many of a kind there are; the change relies on it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn count_all<K: Kind>(&mut self) -> Result<u64> {
        self.count::<K>(("", String::new())).await
    }

    /// All of a kind that stand in a list; the change relies on them. There can be `most`: who asks
    /// knows what sees to that.
    ///
    /// # Errors
    /// When the store cannot be read, or there are more.
    pub async fn all<K: Kind>(&mut self, list: Facet, most: usize) -> Result<Vec<Doc<K>>> {
        let rows = self.inner.list(self.cx.account(), K::KIND, list, most).await?;
        rows.into_iter().map(Doc::read).collect()
    }

    /// The first of a kind that stand in a list, `most` of them, and whether these are all. The
    /// change relies on them, and on there being no others where these are all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn some<K: Kind>(&mut self, list: Facet, most: usize) -> Result<(Vec<Doc<K>>, bool)> {
        let (rows, is_whole) = self.inner.some(self.cx.account(), K::KIND, list, most).await?;
        Ok((rows.into_iter().map(Doc::read).collect::<Result<_>>()?, is_whole))
    }

    /// All of a kind that [`Cx::in_batches`] left in a list.
    ///
    /// # Errors
    /// [`Error::Stale`]: there are many again, so the handler is to run again.
    pub async fn rest<K: Kind>(&mut self, list: Facet) -> Result<Vec<Doc<K>>> {
        let hot = Hot::list(self.cx.account(), K::KIND, &list);
        let (docs, is_whole) = self.some(list, BATCH).await?;
        if is_whole { Ok(docs) } else { Err(Error::Stale(hot)) }
    }

    /// A new id for one of a kind, or that of the original which is copied.
    pub fn new_id<K: Kind>(&self) -> Uuid {
        let given = self.given_id(K::KIND).and_then(|id| id.parse().ok());
        given.unwrap_or_else(engine::chance::new_id)
    }

    /// The id of the next thing of a kind, or part of one, of the original which is copied; nothing where
    /// none is, or where it has no more.
    pub fn given_id(&self, kind: &'static str) -> Option<String> {
        let original = self.cx.original.as_ref()?;
        self.used().id(original, kind)
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new resource with a new id; not written before `put`.
    pub fn new_doc<K: Kind>(&self, want: K) -> Doc<K> {
        let id = self.new_id::<K>();
        self.doc_with_id(id, want)
    }

    /// A new resource whose id is given, as that of a child derived from its parent's.
    pub fn doc_with_id<K: Kind>(&self, id: Uuid, want: K) -> Doc<K> {
        Doc::new(id, self.cx.account(), self.cx.created(), want)
    }

    /// Writes a resource as it now is, and makes it due where it has a life.
    ///
    /// # Panics
    /// When the kind cannot be written as JSON.
    pub fn put<K: Kind>(&mut self, doc: &Doc<K>) {
        let mut row = doc.row.clone();
        row.desired = format::write(&doc.want);
        row.due = K::LIVES.then(|| self.cx.now());
        let (tally, ended) = billing::turn(&self.cx, doc);
        row.tally = tally;
        self.charge(&row, ended);
        self.note::<K>();
        if row.version == 0 {
            self.made.get_or_insert(row.id);
        }
        self.inner.put(row, doc.stored_lists(), doc.want.lists());
    }

    /// Deletes a resource: at once, or, where it has a life, when its outside thing is gone. In
    /// either case nobody sees it any more after the commit.
    ///
    /// # Panics
    /// When the kind cannot be written as JSON.
    pub fn delete<K: Kind>(&mut self, doc: Doc<K>) {
        let lists = doc.stored_lists();
        let Doc { want, mut row, .. } = doc;
        self.note::<K>();
        let was = row.tally.take().filter(|_| row.version > 0);
        let ended = was.and_then(|was| billing::ended(&self.cx, &row, &was, None).1);
        self.charge(&row, ended);
        if K::GONE != K::UNKNOWN {
            self.gone.push(row.id);
        }
        if !K::LIVES {
            return self.inner.remove(row, lists);
        }
        row.desired = format::write(&want);
        row.due = Some(self.cx.now());
        row.deleting = true;
        self.inner.put(row, lists, Vec::new());
    }

    /// Lets the engine look again at a row, whatever its kind: for one whose life goes by more than
    /// itself, when that changes. One that is gone needs no look.
    pub fn wake(&mut self, id: Uuid) {
        self.woken.push(id);
    }

    /// Who holds a unique value.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn taken(&mut self, scope: &str, value: &str) -> Result<Option<Uuid>> {
        Ok(self.inner.taken(scope, value).await?)
    }

    /// Takes a unique value for a resource, until it is released or the resource is gone.
    pub fn take(&mut self, scope: &str, value: impl AsRef<str>, owner: Uuid) {
        self.changes = true;
        self.inner.take(scope, value, owner);
    }

    /// Takes the first free address of these ranges, in their order, for a resource. None: all are
    /// taken.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn take_free(
        &mut self,
        scope: &str,
        ranges: &[(IpAddr, IpAddr)],
        owner: Uuid,
    ) -> Result<Option<IpAddr>> {
        let original = self.cx.original.clone();
        let given = original.and_then(|original| self.used().address(&original, scope));
        let Some(address) = given else {
            return Ok(self.inner.take_free(scope, ranges, owner).await?);
        };
        let holder = self.taken(scope, &address.to_string()).await?;
        let help =
            format!("the copy is to have {address}, which {} has", holder.unwrap_or_default());
        Refusal::new(409, "Address in use.")
            .help(help)
            .unless(holder.is_none_or(|id| id == owner))?;
        self.take(scope, address.to_string(), owner);
        Ok(Some(address))
    }

    /// Lets the change rely on this row, whatever it holds: where that is changed or gone, it is
    /// stale.
    pub(crate) async fn rely_on(&mut self, id: Uuid) -> Result<()> {
        let found = self.inner.get(id).await?;
        found.map(drop).ok_or_else(|| Error::Stale(Hot::row(id)))
    }

    /// Gives a unique value back.
    pub fn release(&mut self, scope: &str, value: impl AsRef<str>) {
        self.changes = true;
        self.inner.release(scope, value);
    }

    /// Returns when everything is durable, and wakes the engine.
    ///
    /// # Errors
    /// [`Error::Stale`](crate::Error::Stale): what was read has changed, and nothing is written.
    pub async fn commit(mut self) -> Result<()> {
        for line in std::mem::take(&mut self.charges).into_values() {
            self.put(&line);
        }
        if let Some(event) = self.cx.done(self.made).filter(|_| self.changes) {
            self.inner.tell(event);
        }
        for id in std::mem::take(&mut self.woken) {
            self.inner.wake(id, self.cx.now()).await?;
        }
        self.inner.commit().await?;
        self.cx.written.store(true, SeqCst);
        if self.keys {
            self.cx.control.keyring.forget();
        }
        for id in self.gone {
            self.cx.control.gone.add(id, self.cx.account(), self.cx.now());
        }
        Ok(())
    }

    /// Writes a resource as it now is, and returns when all of the change is durable.
    ///
    /// # Errors
    /// As for [`commit`](Self::commit).
    pub async fn save<K: Kind>(mut self, doc: &Doc<K>) -> Result<()> {
        self.put(doc);
        if doc.row.version == 0 {
            self.made = Some(doc.id());
        }
        self.commit().await
    }

    /// Stores a new resource with all else that changes, and shows it.
    ///
    /// # Errors
    /// As for [`commit`](Self::commit), and when what is shown with it cannot be read.
    pub async fn create<K: Kind + Shown>(self, want: K) -> Result<K::View> {
        let (cx, doc) = (self.cx.clone(), self.new_doc(want));
        self.save(&doc).await?;
        K::show(&cx, doc).await
    }

    /// Notes the line that ends with what becomes of a row, in place of what was to become of it.
    fn charge(&mut self, row: &store::Row, ended: Option<Charge>) {
        match ended {
            Some(line) => {
                let line = Doc::new(engine::chance::new_id(), row.account, self.cx.now(), line);
                self.charges.insert(row.id, line);
            }
            None => drop(self.charges.remove(&row.id)),
        }
    }

    fn note<K: Kind>(&mut self) {
        self.changes = true;
        self.keys |= crate::auth::HOLDERS.contains(&K::KIND);
    }
}
