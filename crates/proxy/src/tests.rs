//! The proxy and the child, with servers and clients of the tests' own.

mod files;
mod proxy;
mod run;
mod support;
