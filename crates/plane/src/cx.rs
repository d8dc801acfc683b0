//! What a handler has at hand: the caller, the store, the catalogue. And what a life has.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use api::page::{Cursor, PER_PAGE_DEFAULT, PER_PAGE_MAX};
use api::{Access, Links, Meta, Page, Time};
use drivers::{Disks, Images, Machines, Spec, Things};
use store::{Ask, Facet, From, Row};
use uuid::Uuid;

use crate::auth::Caller;
use crate::catalog::{Catalog, Region};
use crate::events::Asked;
use crate::kind::{Doc, Kind};
use crate::original::Original;
use crate::refusal::{Refusal, Result, in_range};
use crate::rendered::Aspect;
use crate::tx::Tx;
use crate::{Behave, Control};

/// Where the server listens unless it is told otherwise.
const SITE: &str = "127.0.0.1:8787";
/// The host that clients ask through a proxy, over TLS.
const PROXIED: &str = "api.vultr.com";
/// How many [`Cx::in_batches`] changes in one commit, and leaves.
pub(crate) const BATCH: usize = 200;

/// One request's context. Cheap to clone.
#[derive(Clone)]
pub struct Cx {
    /// What all requests share.
    pub control: Arc<Control>,
    /// Who asks.
    pub caller: Arc<Caller>,
    /// Where from, where that is known.
    pub address: Option<IpAddr>,
    /// The operation's id.
    pub op: &'static str,
    /// The host that was asked, as the caller knows it.
    pub(crate) site: Option<Arc<str>>,
    /// Whether a commit of this request is durable.
    pub(crate) written: Arc<AtomicBool>,
    /// What was asked for, where that is a change.
    pub(crate) asked: Option<Arc<Asked>>,
    /// What the thing has of which a copy is made.
    pub(crate) original: Option<Arc<Original>>,
}

impl Cx {
    /// The same, for a caller who knows the server as this host.
    #[must_use]
    pub fn at(self, site: Option<&str>) -> Self {
        Self { site: site.map(Into::into), ..self }
    }

    /// Where a browser finds a machine's console, or the page in its place where machines are simulated;
    /// who may only look is not told, as a console opens the machine.
    pub fn console(&self, id: Uuid) -> String {
        self.secret(match self.control.console_at(id) {
            Some(path) => format!("http://{}{path}", self.host()),
            None => self.own(&format!("console/{id}")),
        })
    }

    /// Where the caller finds what is Kettle's own.
    pub fn own(&self, path: &str) -> String {
        format!("http://{}/_kettle/{path}", self.host())
    }

    /// The address of another call of the API, as the caller finds it.
    pub fn url(&self, path: &str, query: &[(&str, &str)]) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        match self.site.as_deref() {
            Some(PROXIED) => format!("https://{PROXIED}{path}?{query}"),
            _ => format!("http://{}{path}?{query}", self.host()),
        }
    }

    /// The host that the caller's browser finds the server as.
    fn host(&self) -> &str {
        // Outside `exec` the host that stands for us there is the real one: no browser would find us.
        let asked = self.site.as_deref().filter(|site| *site != PROXIED);
        asked.or(self.control.site.get().map(String::as_str)).unwrap_or(SITE)
    }

    /// What views follow from that is the caller's.
    pub(crate) fn aspect(&self) -> Aspect {
        Aspect { secrets: self.secret(true), host: self.host().into() }
    }

    pub(crate) fn has_written(&self) -> bool {
        self.written.load(SeqCst)
    }

    /// Begins a change.
    pub fn begin(&self) -> Tx {
        Tx::new(self)
    }
    /// The caller's account.
    pub fn account(&self) -> i64 {
        self.caller.account
    }
    /// The time, in milliseconds.
    pub fn now(&self) -> i64 {
        self.control.clock.now()
    }
    /// The time, for the wire.
    pub fn time(&self) -> Time {
        Time::from_millis(self.now())
    }
    /// Regions, plans, systems, prices.
    pub fn catalog(&self) -> &Catalog {
        &self.control.catalog
    }
    /// How closely the real API's pace and words are followed.
    pub fn behave(&self) -> Behave {
        self.control.behave
    }

    /// Tells whoever reads the log of what is answered as the real API would, and is probably a
    /// mistake. Under the real API's behaviour nothing is told, as there.
    pub fn warn(&self, field: &str, text: impl std::fmt::Display) {
        if self.behave().is_helpful() {
            self.control.warnings.tell(self.op, &format!("{field}: {text}"));
        }
    }

    /// Refuses a caller who lacks a permission that only some uses of an operation need.
    ///
    /// # Errors
    /// 403.
    pub fn needs(&self, access: Access) -> Result<()> {
        self.caller.may(access).map_err(Into::into)
    }

    /// A text that opens a thing (a password, what it was given for its first boot, its console),
    /// for those who may change the thing. Who may only look is shown none.
    pub fn secret<T: Default>(&self, secret: T) -> T {
        match self.needs(Access::Subscriptions) {
            Ok(()) => secret,
            Err(_) => T::default(),
        }
    }

    /// The region that a field of the request names.
    ///
    /// # Errors
    /// 400 naming the field, with the region that was probably meant.
    pub fn region(&self, field: &str, id: &str) -> Result<&Region> {
        self.catalog().region(id).ok_or_else(|| {
            let meant = self.catalog().nearest_region(id);
            let meant = meant.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
            Refusal::bad("Invalid region.")
                .help(format!("{field}: `{id}` is no region{meant}"))
                .into()
        })
    }

    /// One resource of the caller's; another account's is as unknown as one that is not there.
    ///
    /// # Errors
    /// 404 with the kind's words.
    pub async fn get<K: Kind>(&self, id: impl Into<Uuid>) -> Result<Doc<K>> {
        let id = id.into();
        self.find(id).await?.ok_or_else(|| self.unknown::<K>(id).into())
    }

    /// What is said where the caller has no resource with an id.
    pub fn unknown<K: Kind>(&self, id: Uuid) -> Refusal {
        Refusal::not_found(if self.is_gone(id) { K::GONE } else { K::UNKNOWN })
    }

    /// Whether the caller's account deleted it a moment ago; only of kinds that tell so.
    pub fn is_gone(&self, id: Uuid) -> bool {
        self.control.gone.has(id, self.account(), self.now())
    }

    /// One resource of the caller's, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn find<K: Kind>(&self, id: impl Into<Uuid>) -> Result<Option<Doc<K>>> {
        self.row::<K>(id.into()).await?.map(Doc::read).transpose()
    }

    /// The row of one resource of the caller's, if there is one.
    pub(crate) async fn row<K: Kind>(&self, id: Uuid) -> Result<Option<Row>> {
        let row = self.control.store.get(id).await?;
        let mine =
            |row: &Row| row.kind == K::KIND && row.account == self.account() && !row.deleting;
        Ok(row.filter(mine))
    }

    /// How many of a kind stand in a list.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn count<K: Kind>(&self, list: Facet) -> Result<u64> {
        Ok(self.control.store.total(self.account(), K::KIND, &list).await?)
    }

    /// How many of a kind stand in each of several lists, in their order.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn counts<K: Kind>(&self, lists: &[Facet]) -> Result<Vec<u64>> {
        Ok(self.control.store.totals(self.account(), K::KIND, lists).await?)
    }

    /// Several resources of the caller's, read in one go: for what the things of a page refer to.
    /// Those that are not there are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn find_many<K: Kind>(&self, mut ids: Vec<Uuid>) -> Result<BTreeMap<Uuid, Doc<K>>> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        ids.sort_unstable();
        ids.dedup();
        let rows = self.control.store.get_many(&ids).await?;
        let mine = |row: &store::Row| {
            row.kind == K::KIND && row.account == self.account() && !row.deleting
        };
        let docs = rows.into_iter().filter(mine).filter_map(Doc::<K>::readable);
        Ok(docs.map(|doc| (doc.id(), doc)).collect())
    }

    /// The first of a kind that stand in a list, in order of creation: `most`, which should be as
    /// many as there can be.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all<K: Kind>(&self, list: Facet, most: usize) -> Result<Vec<Doc<K>>> {
        let ask = Ask {
            account: self.account(),
            kind: K::KIND,
            facets: vec![list],
            from: From::Start,
            limit: most,
            known_total: None,
        };
        let page = self.control.store.page(&ask).await?;
        Ok(page.rows.into_iter().filter_map(Doc::readable).collect())
    }

    /// Changes those that stand in a list a batch at a time, each in a commit of its own, until so
    /// few are left that what is to come of the list can be done with them in one: a change of
    /// everything at once would hold up all others. Those that are left are [`Tx::rest`].
    ///
    /// # Errors
    /// [`Error::Stale`](crate::Error::Stale): the handler runs again, and goes on from there.
    pub async fn in_batches<K: Kind>(
        &self,
        list: Facet,
        change: impl Fn(&mut Tx, Doc<K>) + Send,
    ) -> Result<()> {
        loop {
            let mut tx = self.begin();
            let (docs, is_whole) = tx.some::<K>(list.clone(), BATCH).await?;
            if is_whole {
                return Ok(());
            }
            for doc in docs {
                change(&mut tx, doc);
            }
            tx.commit().await?;
        }
    }

    /// The page that was asked for, of all of a kind that stand in all of these lists.
    ///
    /// # Errors
    /// 400 for a cursor that is none of ours, and for a `per_page` that is out of range.
    pub async fn page<K: Kind>(
        &self,
        lists: Vec<Facet>,
        per_page: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<Page<Doc<K>>> {
        let ask = self.ask(K::KIND, lists, per_page, cursor)?;
        let page = self.control.store.page(&ask).await?;
        let meta = meta(&ask, &page, |row| row.seq);
        let items = page.rows.into_iter().filter_map(Doc::readable).collect();
        Ok(Page { items, meta })
    }

    /// What the store is asked for a page.
    pub(crate) fn ask(
        &self,
        kind: &'static str,
        lists: Vec<Facet>,
        per_page: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<Ask> {
        let limit = per_page_of(per_page)?;
        let (from, known_total) = match cursor_of(cursor)? {
            None => (From::Start, None),
            Some(Cursor::After(seq, total)) => (From::After(seq), total),
            Some(Cursor::Before(seq, total)) => (From::Before(seq), total),
        };
        let account = self.account();
        Ok(Ask { account, kind, facets: lists, from, limit, known_total })
    }
}

/// What is told of a page beside its items.
pub(crate) fn meta<T>(ask: &Ask, page: &store::Page<T>, seq: fn(&T) -> i64) -> Meta {
    // Counting what several lists have in common is dear: it is done once, for the first page.
    let total = (ask.facets.len() > 1).then_some(page.total);
    let first = page.rows.first().map(|row| Cursor::Before(seq(row), total));
    let last = page.rows.last().map(|row| Cursor::After(seq(row), total));
    let link = |more: bool, cursor: Option<Cursor>| {
        cursor.filter(|_| more).map(|c| c.encode()).unwrap_or_default()
    };
    let links = Links { next: link(page.more_after, last), prev: link(page.more_before, first) };
    Meta { total: page.total, links }
}

/// The page that was asked for, of a list that is at hand.
///
/// # Errors
/// 400 for a cursor that is none of ours, and for a `per_page` that is out of range.
pub fn slice<T: Clone>(
    items: &[T],
    per_page: Option<u32>,
    cursor: Option<&str>,
) -> Result<Page<T>> {
    let (limit, len) = (per_page_of(per_page)?, items.len());
    let at = |key: i64| usize::try_from(key).unwrap_or_default().min(len);
    let start = match cursor_of(cursor)? {
        None => 0,
        Some(Cursor::After(key, _)) => at(key),
        Some(Cursor::Before(key, _)) => at(key).saturating_sub(limit),
    };
    let end = (start + limit).min(len);
    let key = |index: usize| i64::try_from(index).unwrap_or(i64::MAX);
    let next = if end < len { Cursor::After(key(end), None).encode() } else { String::new() };
    let prev = if start > 0 { Cursor::Before(key(start), None).encode() } else { String::new() };
    let meta = Meta { total: len as u64, links: Links { next, prev } };
    Ok(Page { items: items[start..end].to_vec(), meta })
}

/// How many items a page is to have.
///
/// # Errors
/// 400 for a number that is out of range.
pub fn per_page_of(per_page: Option<u32>) -> Result<usize> {
    let per_page = in_range("per_page", per_page.unwrap_or(PER_PAGE_DEFAULT), 1..=PER_PAGE_MAX)?;
    Ok(per_page as usize)
}

/// The place from which a page is to go on.
///
/// # Errors
/// 400 for a cursor that is none of ours.
pub fn cursor_of(cursor: Option<&str>) -> Result<Option<Cursor>> {
    match cursor {
        None | Some("") => Ok(None),
        Some(text) => match Cursor::decode(text) {
            Some(cursor) => Ok(Some(cursor)),
            None => {
                let help = "take it from `meta.links` of another page of this list";
                Err(Refusal::field("cursor", format!("`{text}` is no cursor; {help}")).into())
            }
        },
    }
}

/// What a life has at hand: the world, and a context to change rows with.
pub struct LifeCx {
    /// The control plane, in the name of the resource's account.
    pub cx: Cx,
}

impl LifeCx {
    /// Machines of the outside world.
    pub fn machines(&self) -> &dyn Machines {
        self.cx.control.world.machines()
    }
    /// Whether anything of the outside world is real that may be otherwise than it was left.
    pub fn is_anything_real(&self) -> bool {
        self.cx.control.world.planes().iter().any(|plane| !plane.lives_on())
    }
    /// Disks of the outside world.
    pub fn disks(&self) -> &dyn Disks {
        self.cx.control.world.disks()
    }
    /// Images of the outside world.
    pub fn images(&self) -> &dyn Images {
        self.cx.control.world.images()
    }
    /// The things of a spec in the outside world.
    pub fn things<S: Spec>(&self) -> &dyn Things<S> {
        self.cx.control.world.things()
    }
}
