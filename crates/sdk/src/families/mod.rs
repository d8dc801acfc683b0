//! Made by xtask.
