//! Object storage over S3, as clients see it.

mod access;
mod client;
mod crash;
mod objects;
mod parts;
mod stores;
mod versions;
