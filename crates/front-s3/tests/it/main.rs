//! Object storage over S3, as clients see it.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod access;
mod client;
mod crash;
mod objects;
mod parts;
mod stores;
mod versions;
