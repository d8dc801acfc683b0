//! What is asked of images, and what is refused.

use std::fmt::Write;

use api::isos::{self as wire, *};
use api::{Meta, Page, id::IsoId};
use sha2::{Digest, Sha512};

use super::Iso;
use crate::instances::{Instance, with_iso};
use crate::snapshots::download;
use crate::{Cx, Doc, Refusal, Result, Routes};

pub(super) fn routes() -> Routes {
    Routes::default().on(list).fixed(list_public).on(create).on(get).on(update).on(delete)
}

/// An image as its owner sees it.
fn view(doc: Doc<Iso>) -> wire::Iso {
    let image = doc.seen.as_ref().filter(|image| image.ready);
    let status = if image.is_some() { IsoStatus::Complete } else { IsoStatus::Pending };
    // A driver tells one digest of the contents. Both sums follow from it: the same contents have
    // the same sums, each as long as its kind is.
    let sha512sum = image.map(|image| sum(&image.digest)).unwrap_or_default();
    wire::Iso {
        id: IsoId(doc.id()),
        date_created: doc.created(),
        size: image.map_or(0, |image| image.size_bytes),
        md5sum: sha512sum.chars().take(32).collect(),
        sha512sum,
        status: status.into(),
        filename: doc.want.filename,
        description: doc.want.description,
    }
}

fn sum(digest: &str) -> String {
    Sha512::digest(digest).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes all");
        hex
    })
}

async fn list(cx: Cx, req: ListIsos) -> Result<Page<wire::Iso>> {
    Ok(cx.page(vec![], req.per_page, req.cursor.as_deref()).await?.map(view))
}

/// All of them: this list has no pages.
async fn list_public(cx: Cx, _: ListPublicIsos) -> Result<Page<PublicIso>> {
    // Where a user's own catalogue has an id that is no UUID, nobody could ask for it.
    let known = cx.catalog().public_isos().filter_map(|iso| Some((iso.id.parse().ok()?, iso)));
    let public = known.map(|(id, iso)| PublicIso {
        id,
        name: iso.name.clone(),
        description: iso.description.clone(),
        md5sum: iso.md5sum.clone().unwrap_or_default(),
    });
    let items: Vec<PublicIso> = public.collect();
    let meta = Meta { total: items.len() as u64, ..Meta::default() };
    Ok(Page { items, meta })
}

async fn create(cx: Cx, req: CreateIso) -> Result<wire::Iso> {
    let address = download("url", &req.url)?;
    let filename = address.path().rsplit('/').next().unwrap_or_default().to_owned();
    if filename.is_empty() {
        cx.warn("url", format!("`{}` ends in no file's name, such as disk.iso", req.url));
    }
    let mut tx = cx.begin();
    let description = req.description.unwrap_or_default();
    let iso = tx.new_doc(Iso { url: req.url, filename, description });
    tx.put(&iso);
    tx.commit().await?;
    Ok(view(iso))
}

async fn get(cx: Cx, req: GetIso) -> Result<wire::Iso> {
    Ok(view(cx.get(req.iso_id).await?))
}

async fn update(cx: Cx, req: UpdateIso) -> Result<()> {
    let mut tx = cx.begin();
    let mut iso = tx.get::<Iso>(req.iso_id).await?;
    iso.description = req.description;
    tx.put(&iso);
    tx.commit().await
}

async fn delete(cx: Cx, req: DeleteIso) -> Result<()> {
    let mut tx = cx.begin();
    let iso = tx.get::<Iso>(req.iso_id).await?;
    if let Some(instance) = tx.some::<Instance>(with_iso(iso.id()), 1).await?.0.first() {
        // Clients take the last word for the instance's address: nothing may follow it.
        let said = "Unable to delete ISO: This ISO is still attached to";
        return Err(Refusal::bad(format!("{said} {}", instance.main_ip())).into());
    }
    tx.delete(iso);
    tx.commit().await
}
