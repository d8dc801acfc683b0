//! Pages as a browser sees them, of a world in this process.

mod forms;
mod html;
mod overview;
mod requests;
mod samples;
mod session;
mod support;
