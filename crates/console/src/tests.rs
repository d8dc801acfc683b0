//! Pages as a browser sees them, of a world in this process.

mod lists;
mod live;
mod session;
mod support;
mod things;
mod things_pages;
