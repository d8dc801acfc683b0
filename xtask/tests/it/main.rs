//! What holds for the project as a whole.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod cost;
mod dist;
mod front;
mod tidy;
