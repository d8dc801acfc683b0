//! `iso/*`: ISO images, the account's and everybody's.

use api::id::IsoId;
use api::isos::*;
use api::v1;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::{Cx, ISO};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::reply::{map, view, word};

handlers! { cx, call:
    IsoCreateFromUrl => create_from_url(cx, call);
    IsoDestroy => destroy(cx, call);
    IsoList => list(cx);
    IsoListPublic => list_public(cx);
}

async fn create_from_url(cx: &Cx, call: v1::IsoCreateFromUrl) -> Result<Value> {
    let iso = cx.send(CreateIso { url: call.url, description: None }).await?;
    Ok(view!(NewIso { iso: cx.number(Space::Iso, iso.id).await? }))
}

async fn destroy(cx: &Cx, call: v1::IsoDestroy) -> Result<()> {
    let iso_id: IsoId = cx.numbered(ISO, call.iso).await?;
    cx.attempt(ISO, DeleteIso { iso_id }, "Unable to delete ISO").await?;
    cx.forget(ISO.space, iso_id).await;
    Ok(())
}

async fn list(cx: &Cx) -> Result<Value> {
    let isos = cx.all(ListIsos::default()).await?;
    let view = |iso: Iso, number, _: &str| {
        view!(Iso {
            iso: number,
            date_created: stamp(iso.date_created),
            filename: iso.filename,
            size: iso.size,
            md5sum: iso.md5sum,
            sha512sum: iso.sha512sum,
            status: word(&iso.status),
        })
    };
    cx.map(Space::Iso, isos, |iso| iso.id, view).await
}

async fn list_public(cx: &Cx) -> Result<Value> {
    // v2 tells everybody; v1 asks for a key.
    cx.caller.rights().await?;
    let isos = cx.send(ListPublicIsos {}).await?.items;
    let mut entries = Vec::with_capacity(isos.len());
    for iso in isos {
        let number = public_number(cx, iso.id).await?;
        let view = view!(PublicIso { iso: number, name: iso.name, description: iso.description });
        entries.push((number.to_string(), view));
    }
    Ok(map(entries))
}

async fn public_number(cx: &Cx, id: IsoId) -> Result<u64> {
    match cx.catalog().public_iso(&id.to_string()).and_then(|iso| iso.isoid) {
        Some(number) => Ok(number.into()),
        None => cx.number(Space::Iso, id).await,
    }
}

/// The number of an ISO of the account's; 0 for one of everybody's, as v1 tells it.
pub(crate) async fn own_number(cx: &Cx, id: IsoId) -> Result<u64> {
    match cx.catalog().public_iso(&id.to_string()) {
        Some(_) => Ok(0),
        None => cx.number(Space::Iso, id).await,
    }
}

/// The ISO, the account's or everybody's, that has a number.
pub(crate) async fn with_number(cx: &Cx, number: u64) -> Result<IsoId> {
    let public = u32::try_from(number).ok().and_then(|n| cx.catalog().public_iso_by_isoid(n));
    match public.and_then(|iso| iso.id.parse().ok()) {
        Some(id) => Ok(id),
        None => cx.numbered(ISO, number).await,
    }
}
