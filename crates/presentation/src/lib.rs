//! How operations, and what they answer, are shown to people: what a field takes, which list an id
//! points into, which columns a list has, in which unit a number is, and by which words one finds it
//! all. What the command line and the console have in common, drawn from the definition in `api`.
//!
//! It calls nothing, and writes nothing: neither requests nor terminals nor pages are its business.

pub mod answer;
pub mod columns;
pub mod flags;
pub mod money;
pub mod operations;
pub mod path;
pub mod places;
pub mod pointers;
pub mod schema;
pub mod text;
pub mod yaml;

pub use operations::Operation;
