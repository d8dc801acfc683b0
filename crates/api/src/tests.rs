//! Definitions as a whole: what is sent is what is read, no text is too long, and mistakes in them
//! are explained.

mod limits;
mod roundtrip;
mod ui;
mod values;
