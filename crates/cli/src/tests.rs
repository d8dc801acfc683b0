//! The command line as a whole, against a server that is a function.

mod changes;
mod commands;
mod common;
mod edit;
mod files;
mod golden;
mod golden_tables;
mod help;
mod output;
mod profiles;
mod several;
mod signals;
mod waiting;
mod watching;
