//! The console's parts, over all operations that there are.

mod code;
