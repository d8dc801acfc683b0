//! Items of lists as they were rendered, kept until what they were made from has changed.
//!
//! An item is kept with the mark of its row, and with those of the other rows that its view looks at.
//! A page asks the store for marks, which are a few bytes each, and for the rows of those items alone
//! that are not kept as they now are: so a change is seen at once, whoever made it. One alone is read
//! in any case, and only need not be rendered. What follows from the time (what is owed, a password
//! that vanishes) is in no view that is kept.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use api::{Meta, Page, Wire};
use store::{Ask, Mark, Row};
use uuid::Uuid;

use crate::cx::Cx;
use crate::kept::Kept;
use crate::kind::{Doc, Kind, Shown};
use crate::refusal::Result;

/// How many bytes of items are kept, and what keeping one takes beside its bytes.
const KEPT: usize = 64 << 20;
const AROUND: usize = 192;
/// How many shelves they stand on: who puts something on one holds up nobody at the others.
const SHELVES: usize = 16;
/// How many neighbours in the order of creation stand on one shelf, one after the other.
const TOGETHER: i64 = 64;

/// An item of a list as JSON. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Json(Arc<Item>);

#[derive(Debug)]
struct Item {
    /// Of its row; with the number in the key that is the row's mark.
    stamp: i64,
    /// Of what its row says.
    digest: u64,
    /// The other rows that it was made from.
    joined: Box<[(Uuid, State)]>,
    text: Box<[u8]>,
}

/// The state that a row is in, by its mark; none: it is not there.
type State = Option<(i64, i64)>;
/// The states of some rows.
type States = BTreeMap<Uuid, State>;

/// What a view follows from besides rows and the catalogue: who is shown it, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Aspect {
    /// Whether texts are shown that open a thing.
    pub(crate) secrets: bool,
    /// The host that the caller knows the server as.
    pub(crate) host: Arc<str>,
}

impl Json {
    /// An item that is not kept.
    pub fn of(view: &impl Wire) -> Self {
        Self(Arc::new(Item { stamp: 0, digest: 0, joined: Box::default(), text: text(view) }))
    }

    /// The same with one more field at its end, which is not kept.
    #[must_use]
    pub fn and(&self, name: &str, value: &impl Wire) -> Self {
        let fields = self.0.text.strip_suffix(b"}").unwrap_or_default();
        let mut all = Vec::with_capacity(fields.len() + 64);
        all.extend_from_slice(fields);
        all.extend_from_slice(format!(",\"{name}\":").as_bytes());
        value.write(&mut all);
        all.push(b'}');
        Self(Arc::new(Item { stamp: 0, digest: 0, joined: Box::default(), text: all.into() }))
    }

    /// Whether the other rows that it was made from are in the states that they were in.
    fn is_fresh(&self, states: &States) -> bool {
        self.0.joined.iter().all(|(id, state)| state_of(states, *id) == *state)
    }

    fn weight(&self, aspect: &Aspect) -> usize {
        AROUND + self.0.text.len() + size_of_val(&*self.0.joined) + aspect.host.len()
    }
}

impl AsRef<[u8]> for Json {
    fn as_ref(&self) -> &[u8] {
        &self.0.text
    }
}

/// Tells apart what rows say. Within one server only: it is not written anywhere.
fn digest(row: &Row) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&row.desired, &row.observed).hash(&mut hasher);
    hasher.finish()
}

fn text(view: &impl Wire) -> Box<[u8]> {
    let mut text = Vec::with_capacity(1024);
    view.write(&mut text);
    text.into()
}

/// All that is kept.
#[derive(Debug)]
pub(crate) struct Rendered(Vec<RwLock<Kept<(i64, Aspect), Json>>>);

impl Default for Rendered {
    fn default() -> Self {
        Self((0..SHELVES).map(|_| RwLock::new(Kept::new(KEPT / SHELVES))).collect())
    }
}

impl Rendered {
    fn shelf(&self, seq: i64) -> &RwLock<Kept<(i64, Aspect), Json>> {
        let place = usize::try_from(seq / TOGETHER).unwrap_or_default();
        &self.0[place % SHELVES]
    }

    /// The items of these rows, where they are kept as made from rows in these very states.
    fn recall(&self, marks: &[Mark], aspect: &Aspect) -> Vec<Option<Json>> {
        let mut key = (0, aspect.clone());
        let mut item = |mark: &Mark| {
            key.0 = mark.seq;
            let shelf = self.shelf(mark.seq).read().unwrap_or_else(PoisonError::into_inner);
            shelf.get(&key).filter(|item| item.0.stamp == mark.stamp)
        };
        marks.iter().map(&mut item).collect()
    }

    /// Forgets everything.
    pub(crate) fn forget(&self) {
        for shelf in &self.0 {
            shelf.write().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    fn keep(&self, seq: i64, aspect: &Aspect, item: Json) {
        let weight = item.weight(aspect);
        let mut shelf = self.shelf(seq).write().unwrap_or_else(PoisonError::into_inner);
        shelf.put((seq, aspect.clone()), item, weight);
    }
}

/// A page of which a part is to be rendered.
struct Found {
    items: Vec<Option<Json>>,
    /// The rows of those that are missing, each with its place.
    rows: Vec<(usize, Row)>,
    meta: Meta,
}

impl Cx {
    /// The page that was asked for, of all of a kind that stand in all of these lists, rendered as
    /// `S` shows them.
    ///
    /// # Errors
    /// 400 for a cursor that is none of ours, and for a `per_page` that is out of range.
    pub async fn listed<K: Kind, S: Shown<K>>(
        &self,
        lists: Vec<store::Facet>,
        per_page: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<Page<Json>> {
        let ask = self.ask(K::KIND, lists, per_page, cursor)?;
        let aspect = self.aspect();
        let Found { mut items, rows, meta } = match S::KEPT {
            true => self.recall(&ask, &aspect).await?,
            false => self.read_all(&ask).await?,
        };
        if !rows.is_empty() {
            let docs = rows.into_iter();
            let docs = docs.filter_map(|(place, row)| Some((place, Doc::<K>::readable(row)?)));
            let (places, docs): (Vec<usize>, Vec<Doc<K>>) = docs.unzip();
            for (place, item) in
                places.into_iter().zip(self.render::<K, S>(&docs, &aspect, S::KEPT).await?)
            {
                items[place] = Some(item);
            }
        }
        // One that cannot be read is left out, so that all others can be.
        Ok(Page { items: items.into_iter().flatten().collect(), meta })
    }

    /// One of the caller's, rendered as `S` shows it, and its row: that is read in any case, and what
    /// is kept counts only where it was made of what the row says now.
    ///
    /// # Errors
    /// 404 with the kind's words.
    pub async fn shown<K: Kind, S: Shown<K>>(&self, id: Uuid) -> Result<(Json, Row)> {
        let row = self.row::<K>(id).await?.ok_or_else(|| self.unknown::<K>(id))?;
        let aspect = self.aspect();
        let kept = self.control.rendered.recall(&[row.mark()], &aspect).pop().flatten();
        let digest = digest(&row);
        let is_another = kept.as_ref().is_some_and(|item| item.0.digest != digest);
        if let Some(item) = kept.filter(|_| S::KEPT && !is_another) {
            let states = self.states(item.0.joined.iter().map(|(id, _)| *id).collect()).await?;
            if item.is_fresh(&states) {
                return Ok((item, row));
            }
        }
        let doc = [Doc::<K>::read(row)?];
        // On the heap: what is seldom done is not to make each request's own state large.
        // What was changed past the stamps stays out of lists, which do not look at it.
        let keeps = S::KEPT && !is_another;
        let item = Box::pin(self.render::<K, S>(&doc, &aspect, keeps)).await?.remove(0);
        let [Doc { row, .. }] = doc;
        Ok((item, row))
    }

    /// Renders these, in their order, and keeps them if they may be kept.
    async fn render<K: Kind, S: Shown<K>>(
        &self,
        docs: &[Doc<K>],
        aspect: &Aspect,
        keeps: bool,
    ) -> Result<Vec<Json>> {
        let looks: Vec<Vec<Uuid>> = docs.iter().map(S::looks_at).collect();
        // Before they are read: should one change in between, what is kept has gone out of date.
        let states = self.states(looks.iter().flatten().copied().collect()).await?;
        let with = S::with(self, docs).await?;
        let item = |(doc, looks): (&Doc<K>, Vec<Uuid>)| {
            let text = text(&S::view(doc, &with, self));
            let joined = looks.into_iter().map(|id| (id, state_of(&states, id))).collect();
            let (stamp, digest) = (doc.row.stamp, digest(&doc.row));
            let item = Json(Arc::new(Item { stamp, digest, joined, text }));
            if keeps {
                self.control.rendered.keep(doc.seq(), aspect, item.clone());
            }
            item
        };
        Ok(docs.iter().zip(looks).map(item).collect())
    }

    /// What is kept of a page, and the rows of the rest.
    async fn recall(&self, ask: &Ask, aspect: &Aspect) -> Result<Found> {
        let store = &self.control.store;
        let page = store.page_of_marks(ask).await?;
        let mut items = self.control.rendered.recall(&page.rows, aspect);
        let joined = items.iter().flatten().flat_map(|item| item.0.joined.iter());
        let states = self.states(joined.map(|(id, _)| *id).collect()).await?;
        for item in &mut items {
            *item = item.take().filter(|item| item.is_fresh(&states));
        }
        let places = items.iter().enumerate().filter(|(_, item)| item.is_none());
        let missing: Vec<(usize, Mark)> =
            places.map(|(place, _)| (place, page.rows[place])).collect();
        let mut rows = Vec::with_capacity(missing.len());
        if !missing.is_empty() {
            let ids: Vec<Uuid> = missing.iter().map(|(_, mark)| mark.id).collect();
            let mut found: BTreeMap<Uuid, Row> =
                store.get_many(&ids).await?.into_iter().map(|row| (row.id, row)).collect();
            for (place, mark) in missing {
                match found.remove(&mark.id).filter(|row| row.mark() == mark) {
                    Some(row) => rows.push((place, row)),
                    // It was changed just now, and may belong on another page: all at once, then.
                    None => return self.read_all(ask).await,
                }
            }
        }
        let meta = crate::cx::meta(ask, &page, |mark| mark.seq);
        Ok(Found { items, rows, meta })
    }

    /// A page of which nothing is kept.
    async fn read_all(&self, ask: &Ask) -> Result<Found> {
        let page = self.control.store.page(ask).await?;
        let meta = crate::cx::meta(ask, &page, |row| row.seq);
        let items = vec![None; page.rows.len()];
        Ok(Found { items, rows: page.rows.into_iter().enumerate().collect(), meta })
    }

    /// The states that rows are in.
    async fn states(&self, mut ids: Vec<Uuid>) -> Result<States> {
        if ids.is_empty() {
            return Ok(States::new());
        }
        ids.sort_unstable();
        ids.dedup();
        let marks = self.control.store.marks(&ids).await?;
        Ok(marks.into_iter().map(|mark| (mark.id, Some((mark.seq, mark.stamp)))).collect())
    }
}

fn state_of(states: &States, id: Uuid) -> State {
    states.get(&id).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_never_weighs_more_than_it_may() {
        let (rendered, view) = (Rendered::default(), "x".repeat(40_000));
        let aspect = |n: i64| Aspect { secrets: n % 2 == 0, host: format!("{n}.example").into() };
        for n in 0..4_000 {
            rendered.keep(n, &aspect(n), Json::of(&view));
        }
        let kept = |n: i64| {
            let mark = Mark { id: Uuid::nil(), seq: n, stamp: 0 };
            rendered.recall(&[mark], &aspect(n)).remove(0)
        };
        let bytes = (0..4_000).filter_map(kept).map(|item| item.as_ref().len()).sum::<usize>();
        assert!((KEPT / 4..=KEPT).contains(&bytes), "{bytes}");
    }

    #[test]
    fn an_item_is_recalled_for_its_own_row_state_and_aspect_alone() {
        let rendered = Rendered::default();
        let aspect = |secrets, host: &str| Aspect { secrets, host: host.into() };
        let mark = |seq, stamp| Mark { id: Uuid::nil(), seq, stamp };
        let item =
            Item { stamp: 7, digest: 0, joined: Box::default(), text: text(&"x".to_owned()) };
        rendered.keep(1, &aspect(true, "a"), Json(Arc::new(item)));
        let is_there = |mark, aspect: &Aspect| rendered.recall(&[mark], aspect)[0].is_some();
        assert!(is_there(mark(1, 7), &aspect(true, "a")));
        assert!(!is_there(mark(1, 8), &aspect(true, "a")));
        assert!(!is_there(mark(2, 7), &aspect(true, "a")));
        assert!(!is_there(mark(1, 7), &aspect(false, "a")));
        assert!(!is_there(mark(1, 7), &aspect(true, "b")));
    }
}
