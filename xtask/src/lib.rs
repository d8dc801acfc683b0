//! What the chores and the tests of tidiness have in common.

pub mod cost;
pub mod coverage;
pub mod dist;
pub mod families;

use std::path::PathBuf;

/// The top of the checkout that this was built from.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// A check of CI: its name, cargo's arguments, and what is set in its environment.
pub type Check = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

/// What CI checks, in its order.
pub const CHECKS: &[Check] = &[
    ("test", &["test", "--workspace", "--locked"], &[]),
    ("fmt", &["fmt", "--all", "--", "--check"], &[]),
    (
        "clippy",
        &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
        &[],
    ),
    (
        "package",
        &[
            "package",
            "--workspace",
            "--exclude",
            "xtask",
            "--no-verify",
            "--allow-dirty",
            "--locked",
        ],
        &[],
    ),
    ("doc", &["doc", "--workspace", "--no-deps", "--locked"], &[("RUSTDOCFLAGS", "-D warnings")]),
];
