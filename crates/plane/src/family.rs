//! What a family brings: its operations, its kinds that have a life, and those that cost something.
//!
//! Nothing here names a family: `control` lists them, and who makes a control plane hands them over.

use std::sync::Arc;

use api::ApiError;
use api::page::PER_PAGE_MAX;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use rust_decimal::Decimal;
use store::{Row, Tally};
use uuid::Uuid;

use crate::billing::{Charged, Rate, tally};
use crate::holders::Account;
use crate::life::{Join, join};
use crate::{Control, Cx, Doc, Error, Kind, Life, Result, Routes, failure};
use catalog::Catalog;

/// How many rows are counted in one commit.
const BATCH: usize = 500;

/// A family, as it is registered.
#[derive(Clone)]
pub struct Family {
    /// Its operations.
    pub routes: Routes,
    pub(crate) lives: Vec<Join>,
    pub(crate) costly: Vec<Costly>,
    pub(crate) deeds: Vec<Deed>,
}

/// What happens outside and is told to Kettle: `POST /_kettle/NAME/{id}`. No operation of the API.
#[derive(Clone, Copy)]
pub struct Deed {
    name: &'static str,
    /// Whether whoever tells it shows no key: then what is told must say by itself that it may be.
    pub is_open: bool,
    done: fn(Cx, Told) -> BoxFuture<'static, Result<()>>,
}

/// What was told.
#[derive(Debug, Clone)]
pub struct Told {
    /// Of which thing.
    pub id: Uuid,
    /// The type of the body.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
}

impl Deed {
    /// Takes note of it.
    ///
    /// # Errors
    /// What the caller is to see.
    pub async fn told(&self, cx: Cx, told: Told) -> std::result::Result<(), ApiError> {
        let mut patience = cx.control.store.patience();
        loop {
            match (self.done)(cx.clone(), told.clone()).await {
                Err(Error::Stale(hot)) if patience.again(&hot).await => {}
                outcome => {
                    return outcome.map_err(|e| failure(cx.op, e, cx.behave().is_helpful()));
                }
            }
        }
    }
}

impl Family {
    /// A family with these operations.
    pub fn new(routes: Routes) -> Self {
        Self { routes, lives: Vec::new(), costly: Vec::new(), deeds: Vec::new() }
    }

    /// Adds a kind that has a life.
    #[must_use]
    pub fn life<K: Kind + Life>(self) -> Self {
        self.life_by::<K, K>()
    }

    /// Adds a kind whose life is told elsewhere than where the kind is.
    #[must_use]
    pub fn life_by<K: Kind, L: Life<K>>(mut self) -> Self {
        self.lives.push(join::<K, L>);
        self
    }

    /// Adds what is told of its things: see [`Deed`].
    #[must_use]
    pub fn deed(
        mut self,
        name: &'static str,
        is_open: bool,
        done: fn(Cx, Told) -> BoxFuture<'static, Result<()>>,
    ) -> Self {
        self.deeds.push(Deed { name, is_open, done });
        self
    }

    /// Adds a kind that costs something.
    #[must_use]
    pub fn costs<K: Charged>(mut self) -> Self {
        self.costly.push(Costly {
            kind: K::KIND,
            product: if K::PRODUCT.is_empty() { words(K::KIND) } else { K::PRODUCT.into() },
            price: |class, catalog| {
                Ok(K::price(&serde_json::from_str(class)?, Decimal::ONE, catalog))
            },
            traffic: |class, catalog| Ok(K::traffic(&serde_json::from_str(class)?, catalog)),
            tally: |row| Ok(tally(&Doc::<K>::read(row)?)),
        });
        self
    }
}

/// A kind that costs something, by its name.
#[derive(Clone)]
pub struct Costly {
    /// Its name in the store.
    pub kind: &'static str,
    /// What invoices call such things.
    pub product: String,
    price: fn(&str, &Catalog) -> Result<Rate>,
    traffic: fn(&str, &Catalog) -> Result<Option<u32>>,
    /// What a row adds to the sums.
    tally: fn(Row) -> Result<Option<Tally>>,
}

impl Costly {
    /// What one of a class costs.
    ///
    /// # Errors
    /// When the class cannot be read.
    pub fn price(&self, class: &str, catalog: &Catalog) -> Result<Rate> {
        (self.price)(class, catalog)
    }

    /// The outgoing traffic that one of a class brings along in a month, in GB; none where the kind
    /// has none.
    ///
    /// # Errors
    /// When the class cannot be read.
    pub fn traffic(&self, class: &str, catalog: &Catalog) -> Result<Option<u32>> {
        (self.traffic)(class, catalog)
    }
}

/// A kind's name in words with capitals: `object-storage` is Object Storage.
fn words(kind: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    kind.split('-').map(capital).collect::<Vec<_>>().join(" ")
}

impl Control {
    /// The kind of this name, where it costs something.
    pub fn costly(&self, kind: &str) -> Option<&Costly> {
        self.all_costly().find(|costly| costly.kind == kind)
    }

    /// All kinds that cost something.
    pub fn all_costly(&self) -> impl Iterator<Item = &Costly> {
        self.families.iter().flat_map(|family| &family.costly)
    }

    /// What is told by this name.
    pub fn deed(&self, name: &str) -> Option<Deed> {
        let mut all = self.families.iter().flat_map(|family| &family.deeds);
        all.find(|deed| deed.name == name).copied()
    }

    /// Counts what was stored before there were sums: once, before anybody is served.
    ///
    /// A row that cannot be read stays as it is, and the log names it.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn count_what_is_stored(self: &Arc<Self>) -> Result<()> {
        let (mut behind, mut counted) = (0, 0);
        loop {
            let rows = self.store.uncounted(behind, BATCH).await?;
            let Some(last) = rows.last() else { break };
            (behind, counted) = (last.seq, counted + rows.len());
            let rows = rows.into_iter().filter_map(|row| self.with_tally(row));
            self.store.count_in(rows.collect()).await?;
        }
        if counted > 0 {
            tracing::info!(rows = counted, "counted what was stored before there were sums");
        }
        self.wake_accounts().await
    }

    /// Lets accounts be invoiced that were there before there were invoices.
    async fn wake_accounts(self: &Arc<Self>) -> Result<()> {
        let cx = self.system_cx(0, "wake-accounts");
        let mut cursor = String::new();
        loop {
            let page = cx.page::<Account>(Vec::new(), Some(PER_PAGE_MAX), Some(&cursor)).await?;
            let mut tx = cx.begin();
            page.items.iter().filter(|account| !account.is_due()).for_each(|doc| tx.put(doc));
            match tx.commit().await {
                // Another server does the same.
                Err(Error::Stale(_)) => continue,
                outcome => outcome?,
            }
            cursor = page.meta.links.next;
            if cursor.is_empty() {
                return Ok(());
            }
        }
    }

    fn with_tally(&self, row: Row) -> Option<Row> {
        let costly = self.costly(&row.kind);
        match costly.map_or(Ok(None), |costly| (costly.tally)(row.clone())) {
            Ok(tally) => Some(Row { tally, ..row }),
            Err(error) => {
                tracing::error!(%error, "not counted among what is owed for");
                None
            }
        }
    }
}

/// The engine that works on this control plane's resources.
pub fn engine(control: &Arc<Control>) -> engine::Engine {
    let lives = control.families.iter().flat_map(|family| &family.lives);
    let lives = lives.map(|join| join(control)).collect();
    let engine = engine::Engine::new(control.store.clone(), control.clock.clone(), lives);
    engine.drawing(control.chance.clone())
}
