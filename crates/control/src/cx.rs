//! What a handler has at hand: the caller, the store, the catalogue. And what a life has.

use std::net::IpAddr;
use std::sync::Arc;

use api::page::{Cursor, PER_PAGE_DEFAULT, PER_PAGE_MAX};
use api::{Access, Links, Meta, Page, Time};
use drivers::{Balancers, Disks, Gateways, Images, Machines, ObjectStores};
use store::{Ask, Facet, From};
use uuid::Uuid;

use crate::auth::Caller;
use crate::catalog::{Catalog, Region};
use crate::kind::{Doc, Kind};
use crate::refusal::{Refusal, Result};
use crate::tx::Tx;
use crate::{Behave, Control};

/// One request's context. Cheap to clone.
#[derive(Clone)]
pub struct Cx {
    pub(crate) control: Arc<Control>,
    /// Who asks.
    pub caller: Arc<Caller>,
    /// Where from, where that is known.
    pub address: Option<IpAddr>,
    /// The operation's id.
    pub op: &'static str,
}

impl Cx {
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

    /// Refuses a caller who lacks a permission that only some uses of an operation need.
    ///
    /// # Errors
    /// 403.
    pub fn needs(&self, access: Access) -> Result<()> {
        self.caller.may(access).map_err(Into::into)
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
        let found = self.find(id).await?;
        found.ok_or_else(|| Refusal::not_found(K::UNKNOWN).into())
    }

    /// One resource of the caller's, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn find<K: Kind>(&self, id: impl Into<Uuid>) -> Result<Option<Doc<K>>> {
        let row = self.control.store.get(id.into()).await?;
        let mine = |row: &store::Row| {
            row.kind == K::KIND && row.account == self.account() && !row.deleting
        };
        row.filter(mine).map(Doc::read).transpose()
    }

    /// How many of a kind stand in a list.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn count<K: Kind>(&self, list: Facet) -> Result<u64> {
        Ok(self.control.store.total(self.account(), K::KIND, &list).await?)
    }

    /// All of a kind that stand in all of these lists, in order of creation. For short lists only.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all<K: Kind>(&self, lists: Vec<Facet>) -> Result<Vec<Doc<K>>> {
        let mut docs = Vec::new();
        let mut from = From::Start;
        loop {
            let ask = Ask {
                account: self.account(),
                kind: K::KIND,
                facets: lists.clone(),
                from,
                limit: PER_PAGE_MAX as usize,
                known_total: None,
            };
            let page = self.control.store.page(&ask).await?;
            let last = page.rows.last().map(|row| row.seq);
            for row in page.rows {
                docs.push(Doc::read(row)?);
            }
            match last {
                Some(seq) if page.more_after => from = From::After(seq),
                _ => return Ok(docs),
            }
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
        let limit = per_page_of(per_page)?;
        let (from, known_total) = match cursor_of(cursor)? {
            None => (From::Start, None),
            Some(Cursor::After(seq, total)) => (From::After(seq), total),
            Some(Cursor::Before(seq, total)) => (From::Before(seq), total),
        };
        // Counting what several lists have in common is dear: it is done once, for the first page.
        let travels = lists.len() > 1;
        let (account, kind) = (self.account(), K::KIND);
        let ask = Ask { account, kind, facets: lists, from, limit, known_total };
        let page = self.control.store.page(&ask).await?;
        let total = travels.then_some(page.total);
        let first = page.rows.first().map(|row| Cursor::Before(row.seq, total));
        let last = page.rows.last().map(|row| Cursor::After(row.seq, total));
        let link = |more: bool, cursor: Option<Cursor>| {
            cursor.filter(|_| more).map(|c| c.encode()).unwrap_or_default()
        };
        let links =
            Links { next: link(page.more_after, last), prev: link(page.more_before, first) };
        let items = page.rows.into_iter().map(Doc::read).collect::<Result<_>>()?;
        Ok(Page { items, meta: Meta { total: page.total, links } })
    }
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

pub(crate) fn per_page_of(per_page: Option<u32>) -> Result<usize> {
    match per_page.unwrap_or(PER_PAGE_DEFAULT) {
        n @ 1..=PER_PAGE_MAX => Ok(n as usize),
        n => Err(Refusal::field("per_page", format!("{n} is not from 1 to {PER_PAGE_MAX}")).into()),
    }
}

pub(crate) fn cursor_of(cursor: Option<&str>) -> Result<Option<Cursor>> {
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
        &*self.cx.control.world
    }
    /// Disks of the outside world.
    pub fn disks(&self) -> &dyn Disks {
        &*self.cx.control.world
    }
    /// Images of the outside world.
    pub fn images(&self) -> &dyn Images {
        &*self.cx.control.world
    }
    /// Gateways of the outside world.
    pub fn gateways(&self) -> &dyn Gateways {
        &*self.cx.control.world
    }
    /// Load balancers of the outside world.
    pub fn balancers(&self) -> &dyn Balancers {
        &*self.cx.control.world
    }
    /// Object storage of the outside world.
    pub fn object_stores(&self) -> &dyn ObjectStores {
        &*self.cx.control.world
    }
}
