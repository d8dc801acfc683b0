//! A name server for the domains of Kettle's control plane, over UDP and TCP.
//!
//! What it answers it asks the control plane for ([`fronts::Zones`]), each time: a change is seen by
//! the next query. It has no state that could be lost; what it keeps, zones made ready and
//! signatures, is bounded and goes by what it was made of.
//!
//! It answers for what is here and refuses all else, unless it is told to pass that on ([`Elsewhere`]).

mod data;
mod elsewhere;
mod kept;
mod lookup;
mod message;
mod names;
mod reverse;
mod server;
mod sign;
#[cfg(test)]
mod tests;
mod zone;

pub use elsewhere::Elsewhere;
pub use server::Server;
