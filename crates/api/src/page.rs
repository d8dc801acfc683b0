//! Pages of lists, and the cursors between them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::form::{Field, Form, Record};
use crate::wire::{Given, Wire, Wrong, for_serde, write::Writer};
use crate::{Endpoint, view};

/// How many items a page holds when `per_page` is absent.
pub const PER_PAGE_DEFAULT: u32 = 100;
/// How many items a page holds at most.
pub const PER_PAGE_MAX: u32 = 500;

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// The list's length, and the way to its other pages.
    pub meta: Meta,
}

/// The `meta` object of a list.
#[derive(Eq)]
#[view]
pub struct Meta {
    /// How many items the whole list has.
    pub total: u64,
    /// Cursors of the neighbouring pages.
    pub links: Links,
}

/// Cursors of the neighbouring pages; empty at the ends.
#[derive(Eq)]
#[view]
pub struct Links {
    /// The `cursor` of the next page.
    pub next: String,
    /// The `cursor` of the previous page.
    pub prev: String,
}

/// As JSON, a page is its items and its `meta`; an answer's envelope gives the items their name.
impl<T: Wire> Wire for Page<T> {
    const FORM: &'static Form = &Form::Record(&Record {
        name: "",
        about: "",
        fields: &[
            Field { name: "items", form: <Vec<T>>::FORM, needed: true, ..Field::PLAIN },
            Field { name: "meta", form: Meta::FORM, needed: true, ..Field::PLAIN },
        ],
    });
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        let mut page = Self::whole(Vec::new());
        let mut fields = given.record(Self::FORM)?;
        fields.next(&mut page.items);
        fields.next(&mut page.meta);
        fields.end(page)
    }
    fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Writer::new(out, Self::FORM);
        fields.next(&self.items);
        fields.next(&self.meta);
        fields.end();
    }
}

for_serde!(Page of T);

impl<T> Page<T> {
    /// A list that is whole in one page.
    pub fn whole(items: Vec<T>) -> Self {
        let total = items.len() as u64;
        Self { items, meta: Meta { total, ..Meta::default() } }
    }

    /// The same page with every item turned into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), meta: self.meta }
    }
}

/// An operation that answers a list page by page.
pub trait Listing: Endpoint<Response = Page<Self::Item>> {
    /// One entry of the list.
    type Item: Send + 'static;
    /// Which page is asked for.
    fn cursor(&mut self) -> &mut Option<String>;
    /// How many items a page is to have.
    fn per_page(&mut self) -> &mut Option<u32>;
}

/// Where a page starts. Opaque to clients: base64 of `next__...` or `prev__...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// After the item at this key; the list's length travels along where counting is dear.
    After(i64, Option<u64>),
    /// Before the item at this key, walking back.
    Before(i64, Option<u64>),
}

impl Cursor {
    /// The cursor as a client gets it.
    pub fn encode(&self) -> String {
        let (word, key, total) = match self {
            Self::After(key, total) => ("next", key, total),
            Self::Before(key, total) => ("prev", key, total),
        };
        let total = total.map(|t| format!("_{t}")).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(format!("{word}__{key}{total}"))
    }

    /// A cursor that a client sent back; none where it is not one of ours.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
        let (word, rest) = std::str::from_utf8(&bytes).ok()?.split_once("__")?;
        let (key, total) = match rest.split_once('_') {
            Some((key, total)) => (key.parse().ok()?, Some(total.parse().ok()?)),
            None => (rest.parse().ok()?, None),
        };
        match word {
            "next" => Some(Self::After(key, total)),
            "prev" => Some(Self::Before(key, total)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_survives_the_journey(key: i64, total: Option<u64>, back: bool) {
            let cursor = if back { Cursor::Before(key, total) } else { Cursor::After(key, total) };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }

        #[test]
        fn no_text_makes_decoding_panic(text: String) {
            let _ = Cursor::decode(&text);
        }
    }
}
