//! Pages as a browser sees them, of a world in this process.

mod network;
mod overview;
mod requests;
mod session;
mod support;
