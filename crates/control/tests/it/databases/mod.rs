//! Managed databases.

mod options;
mod streams;
