//! What a thing has that is made as a copy of another one, which lies in another account: its id, its
//! addresses, its numbers and its age are not drawn but given.
//!
//! Handlers make it as any other: what they would draw through a `Tx` is what the original has.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::Cx;

/// What the original has.
#[derive(Debug, Clone, Default)]
pub struct Original {
    /// Ids by kind, in the order in which such things are made with it: UUIDs, but for those of parts.
    pub ids: BTreeMap<String, Vec<String>>,
    /// Addresses by the scope of unique values that they are taken in, in their order.
    pub addresses: BTreeMap<String, Vec<IpAddr>>,
    /// When it was created, in milliseconds after 1970.
    pub created: Option<i64>,
    /// The number that it has among others of its owner's, where it has one.
    pub number: Option<u32>,
}

/// How much of an original a change has used up. A handler that runs again begins a new change, and so
/// from the first again.
#[derive(Debug, Default)]
pub(crate) struct Used {
    ids: BTreeMap<&'static str, usize>,
    addresses: BTreeMap<String, usize>,
}

impl Used {
    /// The next id that the original has for a kind.
    pub(crate) fn id(&mut self, original: &Original, kind: &'static str) -> Option<String> {
        let used = self.ids.entry(kind).or_default();
        let id = original.ids.get(kind)?.get(*used).cloned();
        *used += 1;
        id
    }

    /// The next address that the original has in a scope.
    pub(crate) fn address(&mut self, original: &Original, scope: &str) -> Option<IpAddr> {
        let all = original.addresses.get(scope)?;
        let used = self.addresses.entry(scope.to_owned()).or_default();
        let address = all.get(*used).copied();
        *used += 1;
        address
    }
}

impl Cx {
    /// The same, for a request that makes a copy of this.
    #[must_use]
    pub fn copying(self, original: Original) -> Self {
        Self { original: Some(std::sync::Arc::new(original)), ..self }
    }

    /// Whether a copy is made: then nothing is added by itself, and nothing that was sold once is refused
    /// because it is not sold any more.
    pub fn is_copying(&self) -> bool {
        self.original.is_some()
    }

    /// When what is made now was created, in milliseconds: as the original, where a copy is made.
    pub fn created(&self) -> i64 {
        let given = self.original.as_ref().and_then(|original| original.created);
        given.unwrap_or_else(|| self.now())
    }

    /// The number that the copy is to have among others of its owner's.
    pub fn number_of_original(&self) -> Option<u32> {
        self.original.as_ref()?.number
    }
}
