//! API v1, alive again: each of its calls is translated to operations of v2, which are carried out
//! through an [`sdk::Client`].
//!
//! The same translation stands in the server, over its own v2 routes in the same process
//! ([`in_process`]), and in the gateway, over the network. What v1 calls by numbers and short
//! words, v2 calls by UUIDs: [`Ids`] keeps which is which.
//!
//! Nothing here may store anything of its own but those ids and the passwords that v2 tells once,
//! change anything before all parameters are checked, or answer success for what v2 did not do. What
//! is remembered besides (right keys, turns, who calls how often) is bounded, and nothing is wrong
//! when it is forgotten.

mod account;
mod app;
mod backup;
mod balancers;
mod baremetal;
mod block;
mod body;
mod caller;
mod calls;
mod cx;
mod dates;
mod dns;
mod error;
mod firewall;
mod ids;
mod ignored;
mod iso;
mod limit;
mod loadbalancer;
mod maps;
mod network;
mod objectstorage;
mod os;
mod params;
mod plans;
mod regions;
mod reply;
mod reservedip;
mod serve;
mod server;
mod snapshot;
mod sshkey;
mod startupscript;
#[cfg(test)]
mod tests;
mod upstream;
mod user;

pub use body::{Noted, Stopping};
pub use error::Failure;
pub use ids::{Ids, IdsError, Space, StoreIds};
pub use limit::Limit;
pub use serve::{Config, Mode, nothing_there, router};
pub use upstream::{Gateway, Upstream, in_process};
