//! Snapshots of all that is stored: saved, restored, compared. The paths at which one goes out of a server
//! and into another as a file are here too; what travels there is no JSON.

use crate::{Time, view, words};

operations! {
    "world-snapshot": "Snapshots of all that this server has: things, users, keys, what is billed, and the simulated outside. Disks of real machines are no part of one" {
        /// List snapshots.
        "list" => ListWorldSnapshots(GET "/_kettle/world/snapshots" -> 200 { snapshots: [WorldSnapshot], whole }, needs Owner),
        /// Save all there is at this moment under a name.
        /// The name has 1 to 64 letters, digits, dots, `-` and `_`, with no dot first.
        "save" => SaveWorldSnapshot(PUT "/_kettle/world/snapshots/{name: String}" -> 201 { snapshot: WorldSnapshot }, needs Owner, once) {
            /// Whether it takes the place of one that has the name; otherwise that is refused.
            pub replace: Option<bool>,
        },
        /// Put back all that a snapshot has, in place of what there is, in one moment. The key of this
        /// server's owner goes on working. Where machines are real, what a snapshot does not know of is
        /// removed, disks included, and what it has is set up anew.
        "restore" => RestoreWorldSnapshot(POST "/_kettle/world/snapshots/{name: String}/restore" -> 204, needs Owner, loses),
        /// Show in what a snapshot differs from another, or from what there is now.
        "diff" => DiffWorldSnapshot(GET "/_kettle/world/snapshots/{name: String}/diff" -> 200 { differences: [WorldDifference], whole }, needs Owner) {
            /// The snapshot that is compared with it; what there is now when absent.
            pub other: Option<String>,
        },
        /// Delete a snapshot. What there is stays as it is.
        "delete" => DeleteWorldSnapshot(DELETE "/_kettle/world/snapshots/{name: String}" -> 204, needs Owner),
    }
}

/// Where all there is goes out as a file: `GET` answers with it. Only the owner's key may.
pub const EXPORT: &str = "/_kettle/world/export";
/// Where such a file comes in, in place of all there is: the body of a `POST`. Only the owner's key may.
pub const IMPORT: &str = "/_kettle/world/import";
/// The media type of such a file.
pub const MEDIA: &str = "application/vnd.sqlite3";

/// A snapshot of all that is stored.
#[view]
pub struct WorldSnapshot {
    /// What it is called.
    pub name: String,
    /// When it was saved, by the server's clock.
    pub date_created: Time,
    /// How many rows are in it: things, and what is kept of accounts.
    pub things: u64,
    /// How large it is, in bytes.
    pub bytes: u64,
}

/// What became of a thing from one state to another.
#[words]
pub enum Became {
    /// It is in both, and not the same.
    #[default]
    Changed,
    /// It is in the second alone.
    Added,
    /// It is in the first alone.
    Removed,
}

/// A thing in which two states differ.
#[view]
pub struct WorldDifference {
    /// What became of it.
    pub change: Became,
    /// What it is, by the noun of its commands: `instance`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its label, name or description; empty where it has none.
    pub name: String,
    /// Whose it is, by the account's number.
    pub account: i64,
    /// The fields that differ, as the API shows them. Those of a thing that is in one state alone are not
    /// listed.
    pub fields: Vec<WorldFieldDifference>,
}

/// A field in which two states of a thing differ.
#[view]
pub struct WorldFieldDifference {
    /// Its name in the API's answers.
    pub field: String,
    /// What it said, as text, or as JSON where it is no text.
    pub before: String,
    /// What it says.
    pub after: String,
}
