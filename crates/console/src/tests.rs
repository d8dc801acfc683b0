//! Pages as a browser sees them, of a world in this process.

mod session;
mod support;
