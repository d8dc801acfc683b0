//! Pages as a browser sees them, of a world in this process, and the parts that they are made of over
//! all operations that there are.

mod browser;
mod code;
mod forms;
mod forms_newcomer;
mod html;
mod lists;
mod live;
mod network;
mod overview;
mod reference;
mod requests;
mod samples;
mod search;
mod session;
mod support;
mod terminal;
mod things;
mod things_pages;
mod users;
mod webdriver;
mod world;
