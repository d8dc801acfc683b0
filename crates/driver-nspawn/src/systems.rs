//! Which base a system of the catalogue is made of, and what is said where there is none.

use std::collections::BTreeMap;

use crate::bases::Bases;

/// A system of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Its name, for people.
    pub name: String,
    /// The base that is it; none: no base can be: see [`base_name`](crate::base_name).
    pub base: Option<String>,
}

/// The systems of the catalogue, and the bases that are there for them.
#[derive(Debug, Clone)]
pub struct Systems {
    bases: Bases,
    all: BTreeMap<String, System>,
    any_image: bool,
}

impl Systems {
    /// Those by these ids; with `any_image` the nearest base stands in for one that is not there.
    pub fn new(bases: Bases, all: BTreeMap<String, System>, any_image: bool) -> Self {
        Self { bases, all, any_image }
    }

    /// What a system is called.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.all.get(id).map_or(id, |system| &system.name)
    }

    /// The base that a system is made of; none: no base can be it.
    ///
    /// # Errors
    /// Where it is not there: in words.
    pub fn base(&self, id: &str) -> Result<Option<String>, String> {
        let Some(wanted) = self.all.get(id).and_then(|system| system.base.as_deref()) else {
            return Ok(None);
        };
        if self.bases.root(wanted).is_some() {
            return Ok(Some(wanted.to_owned()));
        }
        let (name, make) = (self.name(id), Bases::how_to_make(wanted));
        let why = format!("there is no image `{wanted}` on this machine for `{name}`; {make}");
        self.nearest(wanted, &why).map(Some)
    }

    /// The base that stands in for one that is not there, where that is allowed.
    ///
    /// # Errors
    /// Where it is not: why one is wanted, and what allows it.
    pub fn nearest(&self, wanted: &str, why: &str) -> Result<String, String> {
        let near = self.bases.nearest(wanted);
        match (self.any_image, near) {
            (true, Some(near)) => Ok(near),
            (false, Some(near)) => Err(format!("{why}; `kettle serve --any-image` takes `{near}`")),
            (_, None) => Err(why.to_owned()),
        }
    }
}
