//! Pages as a browser sees them, of a world in this process, and the parts that they are made of over
//! all operations that there are.

mod code;
mod reference;
mod search;
mod session;
mod support;
