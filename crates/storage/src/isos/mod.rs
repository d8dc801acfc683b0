//! ISO images: the account's own, which are downloads, and those that everyone may use, which are
//! entries of the catalogue.
//!
//! An image that is in an instance's drive stays until it is taken out.

mod handlers;
mod life;

use drivers::StoredImage;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Cx, Family, Kind, Refusal, Result, Routes, Tx};

/// An image of the account's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Iso {
    /// Where it is downloaded from.
    pub url: String,
    /// The last part of that address.
    pub filename: String,
    /// The owner's words for it.
    pub description: String,
}

impl Kind for Iso {
    const KIND: &'static str = "iso";
    const UNKNOWN: &'static str = "Invalid iso";
    const LIVES: bool = true;
    type Seen = Option<StoredImage>;
}

/// Checks that a field of a request names an image that can be put into a drive: a public one, or
/// one of the account's own that is complete.
///
/// # Errors
/// 400 naming the field.
pub async fn usable(cx: &Cx, tx: &mut Tx, field: &str, id: impl Into<Uuid>) -> Result<()> {
    let id = id.into();
    if cx.catalog().public_iso(&id.to_string()).is_some() {
        return Ok(());
    }
    let iso = tx.named::<Iso>(field, id).await?;
    if iso.seen.as_ref().is_some_and(|image| image.ready) {
        return Ok(());
    }
    let help = format!("{field}: {id} is still pending; wait until it is complete");
    Err(Refusal::bad("ISO is not complete").help(help).into())
}

/// The family's operations.
pub fn routes() -> Routes {
    handlers::routes()
}

/// The family.
pub fn family() -> Family {
    Family::new(routes()).life::<Iso>()
}
