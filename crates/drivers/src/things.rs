//! Things that are set up, told what to be whenever that changes, and removed.
//!
//! A new kind of them is a struct that says what one is to be, and its [`Spec`]: the simulated
//! world has them then, and the control plane's lives can ask for them. A real driver of them
//! implements [`Things`] for that one spec.

use std::net::IpAddr;
use std::pin::Pin;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Result;

/// A call to a driver that is under way. Boxed, so that what a driver does for all specs in one
/// way is compiled once.
pub type Call<'a, T = ()> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What a thing is to be, in fields that a driver can work from.
///
/// It is kept as JSON. A field that is added later has a default: things that were told without it
/// are what they should be. Things that were told what cannot be read any more are told anew.
pub trait Spec: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static {
    /// What such a thing is called in the simulated world: never to be changed.
    const WHAT: &'static str;
    /// How long the real thing was seen to take until it is ready, in milliseconds.
    const TAKES: i64;
}

/// A thing as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing<S> {
    /// What it was told to be; none: it cannot be told any more, and should be told anew.
    pub spec: Option<S>,
    /// Whether it can be used yet.
    pub ready: bool,
}

/// The things of one spec.
pub trait Things<S: Spec>: Send + Sync {
    /// The thing as it is; none: there is no such thing.
    fn observe(&self, id: Uuid) -> Call<'_, Option<Thing<S>>>;
    /// Makes it. One that is there already stays as it is.
    fn create<'a>(&'a self, id: Uuid, spec: &'a S) -> Call<'a>;
    /// Makes it what `spec` says; it works on meanwhile.
    fn configure<'a>(&'a self, id: Uuid, spec: &'a S) -> Call<'a>;
    /// Removes it with all that is in it. One that is not there is removed already.
    fn remove(&self, id: Uuid) -> Call<'_>;
}

/// The addresses of a network. Bits behind the prefix are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// Its first address.
    pub address: IpAddr,
    /// How many leading bits its addresses share.
    pub prefix: u8,
}
