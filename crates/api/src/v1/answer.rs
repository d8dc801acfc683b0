//! What the calls of API v1 answer: a struct for each kind of object.
//!
//! A field has the type that its value means, however v1 wrote it. What v1 did not tell from the
//! first is an `Option`; so is what it can leave empty. Nothing here may interpret: words, such as
//! those of a status, stay as they are.

mod catalogue;
mod machines;
mod network;
mod storage;

pub use catalogue::*;
pub use machines::*;
pub use network::*;
pub use storage::*;
