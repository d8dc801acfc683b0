//! Files of push zones: the form with which one is uploaded, its way here, and what is kept.
//!
//! The form is signed as S3's are, so that whoever has it needs no key. It leads to Kettle's own
//! `POST /_kettle/upload/{zone-id}`, since nobody speaks S3 here.

use api::cdns::*;
use api::{Secret, Time};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};
use uuid::Uuid;

use super::form::Form;
use super::{Content, FILE_BYTES_MAX, FILES_MAX, File, PushZone};
use crate::{Cx, Doc, Refusal, Result, Routes, Told, Tx, alike, ensure, in_range};

/// What is said where a zone has no file of a name.
pub(super) const UNKNOWN: &str = "Invalid CDN push zone file";
/// For how long a form can be used, in milliseconds.
const LASTS: i64 = 5 * 60_000;
const ACL: &str = "public-read";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The region and the service that S3's signatures name.
const REGION: &str = "us-east-1";
const SERVICE: &str = "s3";

pub(super) fn routes() -> Routes {
    Routes::of::<PushZone>().read(list).read(upload).on(get).on(delete).done()
}

fn list(_: &Cx, zone: Doc<PushZone>, _: ListPushZoneFiles) -> Result<PushZoneFiles> {
    Ok(PushZoneFiles {
        files: zone.files.iter().map(meta).collect(),
        count: u32::try_from(zone.files.len()).unwrap_or(u32::MAX),
        total_size: zone.files.iter().map(|file| file.size).sum(),
    })
}

fn meta(file: &File) -> FileMeta {
    alike!(file => FileMeta { name, size; last_modified: Time::from_millis(file.uploaded) })
}

/// The place of a file among a zone's.
fn place(zone: &PushZone, name: &str) -> Result<usize> {
    let place = zone.files.iter().position(|file| file.name == name);
    let none = || Refusal::not_found(UNKNOWN).help(format!("there is no `{name}`"));
    place.ok_or_else(|| none().into())
}

async fn get(cx: Cx, req: GetPushZoneFile) -> Result<FetchedFile> {
    let zone = cx.get::<PushZone>(req.pushzone_id).await?;
    let file = &zone.files[place(&zone, &req.file_name)?];
    let content = cx.get::<Content>(file.content).await?.want.base64;
    let meta = meta(file);
    let whole = PushZoneFile { meta: meta.clone(), mime: file.mime.clone(), content };
    Ok(FetchedFile { file: whole, meta })
}

async fn delete(cx: Cx, req: DeletePushZoneFile) -> Result<()> {
    let mut tx = cx.begin();
    let mut zone = tx.get::<PushZone>(req.pushzone_id).await?;
    let place = place(&zone, &req.file_name)?;
    forget(&mut tx, zone.files.remove(place).content).await?;
    tx.save(&zone).await
}

/// Deletes what is in a file.
async fn forget(tx: &mut Tx, content: Uuid) -> Result<()> {
    if let Some(content) = tx.find::<Content>(content).await? {
        tx.delete(content);
    }
    Ok(())
}

/// The form for a file of this name and size.
fn upload(cx: &Cx, zone: Doc<PushZone>, req: CreatePushZoneUpload) -> Result<UploadEndpoint> {
    let is_name = !req.name.is_empty() && !matches!(req.name.as_str(), "." | "..");
    ensure(
        is_name,
        "name",
        format_args!("`{}` is no name of a file, such as `logo.png`", req.name),
    )?;
    in_range("size", req.size, 1..=FILE_BYTES_MAX)?;
    let is_there = zone.files.iter().any(|file| file.name == req.name);
    let text = format_args!("the zone has {FILES_MAX} files, the most there can be");
    ensure(is_there || zone.files.len() < FILES_MAX, "name", text)?;
    let date = cx.time().0.strftime("%Y%m%d").to_string();
    let key = format!("{}/{}", zone.zone.host, req.name);
    let credential = format!("{}/{date}/{REGION}/{SERVICE}/aws4_request", zone.id().simple());
    let policy = json!({
        "expiration": Time::from_millis(cx.now() + LASTS).to_string(),
        "conditions": [
            { "acl": ACL },
            { "key": key },
            ["content-length-range", req.size, req.size],
            { "X-Amz-Credential": credential },
            { "X-Amz-Algorithm": ALGORITHM },
        ],
    });
    let policy = STANDARD.encode(policy.to_string());
    Ok(UploadEndpoint {
        url: cx.own(&format!("upload/{}", zone.id())),
        inputs: UploadInputs {
            acl: ACL.into(),
            key,
            algorithm: ALGORITHM.into(),
            signature: signature(&zone.signer, &date, &policy),
            credential,
            policy,
        },
    })
}

/// The signature of a policy, as S3 has it.
fn signature(signer: &str, date: &str, policy: &str) -> Secret {
    let sign = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let first = format!("AWS4{signer}").into_bytes();
    let key =
        [date, REGION, SERVICE, "aws4_request"].iter().fold(first, |key, word| sign(&key, word));
    let hex: String = sign(&key, policy).iter().map(|byte| format!("{byte:02x}")).collect();
    hex.into()
}

/// Takes a file that comes with a form of ours.
pub(super) async fn uploaded(cx: Cx, told: Told) -> Result<()> {
    let form = Form::read(&told.content_type, &told.body)
        .map_err(|wrong| Refusal::bad("Bad request.").help(wrong))?;
    let refused = |why: &str| Refusal::forbidden("The upload is not allowed.").help(why);
    let unsigned = || refused("its signature is none of this zone's");
    // Whose the zone is: the form says that its file may come, so nobody shows a key.
    let row = cx.control.store().get(told.id).await?.ok_or_else(unsigned)?;
    let cx = cx.control.system_cx(row.account, "upload");
    let mut tx = cx.begin();
    let mut zone = tx.find::<PushZone>(told.id).await?.ok_or_else(unsigned)?;
    let policy = form.field("policy");
    let credential = form.field("x-amz-credential");
    let date = credential.split('/').nth(1).unwrap_or_default();
    let is_ours = signature(&zone.signer, date, policy) == form.field("x-amz-signature");
    unsigned().unless(is_ours && !policy.is_empty())?;
    let policy: Value = serde_json::from_slice(&STANDARD.decode(policy).unwrap_or_default())?;
    let expires: Option<Time> = serde_json::from_value(policy["expiration"].clone()).ok();
    let is_in_time = expires.is_some_and(|end| end.as_millis() >= cx.now());
    refused("the form was good for five minutes: ask for another").unless(is_in_time)?;
    let condition = |place: usize, way: &str| policy["conditions"][place].pointer(way).cloned();
    let key = condition(1, "/key").unwrap_or_default();
    let name = key.as_str().and_then(|key| key.split_once('/')).map_or("", |(_, name)| name);
    let text = format!("the form is for `{name}`, under the key that came with it");
    refused(&text).unless(form.field("key") == key && form.is_called(name))?;
    let size = condition(2, "/1").and_then(|size| size.as_u64()).unwrap_or_default();
    let text = format!("the file has {} bytes, and the form is for {size}", form.file.len());
    refused(&text).unless(form.file.len() as u64 == size)?;
    let content = tx.new_doc(Content { zone: zone.id(), base64: STANDARD.encode(&form.file) });
    tx.put(&content);
    let file = File {
        name: name.to_owned(),
        size,
        mime: form.mime.clone(),
        uploaded: cx.now(),
        content: content.id(),
    };
    match zone.files.binary_search_by(|other| other.name.as_str().cmp(name)) {
        Ok(place) => {
            let old = std::mem::replace(&mut zone.files[place], file);
            forget(&mut tx, old.content).await?;
        }
        Err(place) => {
            let full = format!("the zone has {FILES_MAX} files, the most there can be");
            refused(&full).unless(zone.files.len() < FILES_MAX)?;
            zone.files.insert(place, file);
        }
    }
    tx.save(&zone).await
}
