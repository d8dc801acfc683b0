//! The program as it is run: one binary, so that the world is linked once.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod command_line;
mod complete;
mod day_two;
#[cfg(feature = "dns")]
mod dns;
mod examples;
mod exec;
mod gateway;
mod history;
mod hostile;
mod kill;
mod postgres;
mod readme;
mod s3;
mod seeds;
mod serve;
mod support;
mod world_files;
