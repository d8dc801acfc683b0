//! Who is in a private network: servers of either kind, in the order in which they were made.

use std::net::Ipv4Addr;

use api::page::Cursor;
use api::{Links, Meta, Page};
use uuid::Uuid;

use super::{Hosted, PrivateNic, in_network};
use crate::bare_metals::BareMetal;
use crate::cx::{cursor_of, per_page_of};
use crate::instances::Instance;
use crate::{Cx, Doc, Result, Tx};

/// A server in a network.
pub struct Member {
    /// The server.
    pub id: Uuid,
    /// What the API calls its kind.
    pub kind: &'static str,
    /// The owner's name for it.
    pub label: String,
    /// Whether its machine was ever ready.
    pub is_ready: bool,
    main_ip: Ipv4Addr,
    /// Its interface in the network.
    pub nic: PrivateNic,
}

impl Member {
    fn new<K: Hosted>(doc: &Doc<K>, network: Uuid) -> Self {
        let nic = doc.networks.iter().find(|nic| nic.network == network);
        Self {
            id: doc.id(),
            kind: K::TYPE,
            label: doc.label.clone(),
            is_ready: doc.seen.ready_at.is_some(),
            main_ip: doc.main_ip(),
            nic: nic.cloned().expect("the list holds those that are in the network"),
        }
    }

    /// The address by which a person knows it: the public one, if there is any.
    pub fn known_by(&self) -> Ipv4Addr {
        if self.main_ip.is_unspecified() { self.nic.address } else { self.main_ip }
    }
}

/// The first servers of either kind in a network, `most` of each; the change relies on them, and on
/// there being none where there are none.
///
/// # Errors
/// When the store cannot be read.
pub async fn first(tx: &mut Tx, network: Uuid, most: usize) -> Result<Vec<Member>> {
    let (instances, _) = tx.some::<Instance>(in_network(network), most).await?;
    let (metal, _) = tx.some::<BareMetal>(in_network(network), most).await?;
    let instances = instances.iter().map(|doc| Member::new(doc, network));
    Ok(instances.chain(metal.iter().map(|doc| Member::new(doc, network))).collect())
}

/// The page that was asked for, of all servers in a network.
///
/// # Errors
/// 400 for a cursor that is none of ours, and for a `per_page` that is out of range.
pub async fn page(
    cx: &Cx,
    network: Uuid,
    per_page: Option<u32>,
    cursor: Option<&str>,
) -> Result<Page<Member>> {
    merged(pages(cx, network, per_page, cursor).await?, per_page, cursor)
}

/// The pages that were asked for, of the servers of each kind in a network: see [`merged`].
///
/// # Errors
/// As for [`page`].
pub async fn pages(
    cx: &Cx,
    network: Uuid,
    per_page: Option<u32>,
    cursor: Option<&str>,
) -> Result<Vec<Page<(i64, Member)>>> {
    fn members<K: Hosted>(docs: Page<Doc<K>>, network: Uuid) -> Page<(i64, Member)> {
        docs.map(|doc| (doc.seq(), Member::new(&doc, network)))
    }
    let lists = || vec![in_network(network)];
    let instances = cx.page::<Instance>(lists(), per_page, cursor).await?;
    let metal = cx.page::<BareMetal>(lists(), per_page, cursor).await?;
    Ok(vec![members(instances, network), members(metal, network)])
}

/// One page of several, each of another list, in the order of creation: each item comes with its number
/// there. All of them were asked for alike.
///
/// # Errors
/// 400 for a cursor that is none of ours, and for a `per_page` that is out of range.
pub fn merged<T>(
    pages: Vec<Page<(i64, T)>>,
    per_page: Option<u32>,
    cursor: Option<&str>,
) -> Result<Page<T>> {
    let (limit, cursor) = (per_page_of(per_page)?, cursor_of(cursor)?);
    let links = || pages.iter().map(|page| &page.meta.links);
    let total = pages.iter().map(|page| page.meta.total).sum();
    let mut more_after = links().any(|links| !links.next.is_empty());
    let mut more_before = links().any(|links| !links.prev.is_empty());
    let mut items: Vec<(i64, T)> = pages.into_iter().flat_map(|page| page.items).collect();
    items.sort_by_key(|(seq, _)| *seq);
    // Each of them fills a page: what is too much is nearest to where the page leads.
    let over = items.len().saturating_sub(limit);
    match cursor {
        Some(Cursor::Before(..)) => {
            items.drain(..over);
            (more_after, more_before) = (true, more_before || over > 0);
        }
        _ => {
            items.truncate(limit);
            (more_after, more_before) = (more_after || over > 0, more_before || cursor.is_some());
        }
    }
    let link = |more: bool, cursor: Option<Cursor>| {
        cursor.filter(|_| more).map(|cursor| cursor.encode()).unwrap_or_default()
    };
    let next = link(more_after, items.last().map(|(seq, _)| Cursor::After(*seq, None)));
    let prev = link(more_before, items.first().map(|(seq, _)| Cursor::Before(*seq, None)));
    let items = items.into_iter().map(|(_, item)| item).collect();
    Ok(Page { items, meta: Meta { total, links: Links { next, prev } } })
}
