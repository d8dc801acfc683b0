//! Pages as a browser sees them, of a world in this process.

mod forms;
mod html;
mod lists;
mod live;
mod samples;
mod session;
mod support;
mod things;
mod things_pages;
