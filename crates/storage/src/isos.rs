//! ISO images: the account's own, which are downloads, and those that everyone may use, which are
//! entries of the catalogue.
//!
//! An image that is in an instance's drive stays until it is taken out.

use std::fmt::Write;

use api::Page;
use api::isos::{self as wire, *};
use drivers::Source;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};
use uuid::Uuid;

use crate::copies::{self, Copied, Copying, Seen, download};
use crate::instances::{Instance, with_iso};
use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes, Shown, Tx, alike};

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
    type Seen = Seen;
}

impl Copied for Iso {
    const INCOMPLETE: &'static str = "ISO is not complete";

    fn source(&self) -> Source {
        Source::Url(self.url.clone())
    }
}

impl Shown for Iso {
    type View = wire::Iso;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> wire::Iso {
        let image = doc.seen.complete();
        let status = if image.is_some() { IsoStatus::Complete } else { IsoStatus::Pending };
        // A driver tells one digest of the contents. Both sums follow from it: the same contents
        // have the same sums, each as long as its kind is.
        let sha512sum = image.map(|image| sum(&image.digest)).unwrap_or_default();
        alike!(doc => wire::Iso {
            filename, description;
            id: doc.id().into(),
            date_created: doc.created(),
            size: doc.seen.size_bytes(),
            md5sum: sha512sum.chars().take(32).collect(),
            sha512sum,
            status: status.into(),
        })
    }
}

fn sum(digest: &str) -> String {
    Sha512::digest(digest).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes all");
        hex
    })
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
    copies::usable::<Iso>(tx, field, id).await.map(drop)
}

/// The family.
pub fn family() -> Family {
    let update = |_: &Cx, iso: &mut Doc<Iso>, req: UpdateIso| {
        iso.description = req.description;
        Ok(())
    };
    let own = Routes::of::<Iso>().list::<ListIsos>().get::<GetIso>();
    let own = own.delete_with::<DeleteIso>(|tx, iso| Box::pin(check_unused(tx, iso)));
    let routes = own.create(create).update(update).fixed(list_public).done();
    Family::new(routes).life_by::<Iso, Copying>()
}

/// All of them: this list has no pages.
async fn list_public(cx: Cx, _: ListPublicIsos) -> Result<Page<PublicIso>> {
    // Where a user's own catalogue has an id that is no UUID, nobody could ask for it.
    let known = cx.catalog().public_isos().filter_map(|iso| Some((iso.id.parse().ok()?, iso)));
    let public = known.map(|(id, iso)| {
        let md5sum = iso.md5sum.clone().unwrap_or_default();
        alike!(iso => PublicIso { name, description; id, md5sum })
    });
    Ok(Page::whole(public.collect()))
}

fn create(cx: &Cx, req: CreateIso) -> Result<Iso> {
    let address = download("url", &req.url)?;
    let filename = address.path().rsplit('/').next().unwrap_or_default().to_owned();
    if filename.is_empty() {
        cx.warn("url", format!("`{}` ends in no file's name, such as disk.iso", req.url));
    }
    Ok(Iso { url: req.url, filename, description: req.description.unwrap_or_default() })
}

/// Refuses to let go of an image that an instance holds.
async fn check_unused(tx: &mut Tx, iso: &mut Doc<Iso>) -> Result<()> {
    if let Some(instance) = tx.some::<Instance>(with_iso(iso.id()), 1).await?.0.first() {
        // Clients take the last word for the instance's address: nothing may follow it.
        let said = "Unable to delete ISO: This ISO is still attached to";
        return Err(Refusal::bad(format!("{said} {}", instance.main_ip())).into());
    }
    Ok(())
}
