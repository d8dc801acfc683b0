//! `iso/*`: ISO images, the account's and everybody's.

use api::id::IsoId;
use api::isos::*;
use serde_json::json;

use crate::calls::{Kind::*, calls, req};
use crate::cx::{Cx, ISO};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::reply::{Reply, map, word};

calls! {
    Post "iso/create_from_url" (req("url", Text)) "POST /v2/iso" => create_from_url;
    Post "iso/destroy" (req("ISOID", Integer)) "DELETE /v2/iso/{iso-id}" => destroy;
    Get "iso/list" () "GET /v2/iso" => list;
    Get "iso/list_public" () "GET /v2/account, GET /v2/iso-public" => list_public;
}

async fn create_from_url(cx: Cx) -> Result<Reply> {
    let request = CreateIso { url: cx.args.text("url"), description: None };
    let iso = cx.send(request).await?;
    Ok(json!({ "ISOID": cx.number(Space::Iso, iso.id).await? }).into())
}

async fn destroy(cx: Cx) -> Result<Reply> {
    let iso_id: IsoId = cx.named(ISO, "ISOID").await?;
    cx.attempt(ISO, DeleteIso { iso_id }, "Unable to delete ISO").await?;
    cx.forget(ISO.space, iso_id).await;
    Ok(Reply::Done)
}

async fn list(cx: Cx) -> Result<Reply> {
    let isos = cx.all(ListIsos::default()).await?;
    let numbers = cx.numbers(Space::Iso, isos.iter().map(|iso| iso.id)).await?;
    let entries = isos.into_iter().zip(numbers).map(|(iso, number)| {
        let view = json!({
            "ISOID": number,
            "date_created": stamp(iso.date_created),
            "filename": iso.filename,
            "size": iso.size,
            "md5sum": iso.md5sum,
            "sha512sum": iso.sha512sum,
            "status": word(&iso.status),
        });
        (number.to_string(), view)
    });
    Ok(map(entries).into())
}

async fn list_public(cx: Cx) -> Result<Reply> {
    // v2 tells everybody; v1 asks for a key.
    cx.caller.rights().await?;
    let isos = cx.send(ListPublicIsos {}).await?.items;
    let mut entries = Vec::with_capacity(isos.len());
    for iso in isos {
        let number = public_number(&cx, iso.id).await?;
        let view = json!({ "ISOID": number, "name": iso.name, "description": iso.description });
        entries.push((number.to_string(), view));
    }
    Ok(map(entries).into())
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
