//! Deletion of objects, one and many.

use s3s::dto::*;

use crate::Backend;
use crate::access::{Asked, Need, Place};
use crate::fault::{Result, fault};
use crate::rows::objects::{self, Conditions, Deleted, Deletion};
use crate::rows::{Object, millis};

/// Deletes what whoever asks may delete.
async fn delete(s3: &Backend, place: &Place, what: Deletion) -> Result<Deleted> {
    let (name, versioning) = (place.name(), place.versioning);
    let _ = s3;
    place.depot.write(move |change| objects::delete(change, &name, &what, versioning)).await
}

/// Whether governance does not hold for this request.
fn bypass(asked: &Asked, place: &Place, key: &str, said: Option<bool>) -> Result<bool> {
    if said != Some(true) || !place.bucket.object_lock {
        return Ok(false);
    }
    asked.may(place, "s3:BypassGovernanceRetention", Some(key), Need::Owner, None)?;
    Ok(true)
}

pub(crate) async fn one(
    s3: &Backend,
    asked: &Asked,
    i: DeleteObjectInput,
) -> Result<DeleteObjectOutput> {
    let place = asked.place()?;
    let what = Deletion {
        conditions: Conditions {
            matches: i.if_match,
            differs: None,
            size: i.if_match_size,
            made: i.if_match_last_modified_time.as_ref().map(|time| millis(time) / 1000),
        },
        bypass: bypass(asked, place, &i.key, i.bypass_governance_retention)?,
        owner: asked.maker(place),
        now: s3.clock.now(),
        key: i.key,
        version: i.version_id,
    };
    let done = delete(s3, place, what).await?;
    Ok(DeleteObjectOutput {
        delete_marker: done.marker.then_some(true),
        version_id: done.version,
        request_charged: None,
    })
}

pub(crate) async fn many(
    s3: &Backend,
    asked: &Asked,
    i: DeleteObjectsInput,
) -> Result<DeleteObjectsOutput> {
    let place = asked.place()?;
    if i.delete.objects.is_empty() || i.delete.objects.len() > 1000 {
        return Err(fault!(MalformedXML, "One request deletes 1 to 1000 objects."));
    }
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for wanted in i.delete.objects {
        let (key, version) = (wanted.key.clone(), wanted.version_id.clone());
        match each(s3, asked, place, wanted, i.bypass_governance_retention).await {
            Ok(done) => deleted.push(DeletedObject {
                key: Some(key),
                delete_marker: done.marker.then_some(true),
                delete_marker_version_id: done.version.filter(|_| done.marker),
                version_id: version,
            }),
            Err(fault) => errors.push(Error {
                key: Some(key),
                version_id: version,
                code: Some(fault.0.code().as_str().to_owned()),
                message: fault.0.message().map(str::to_owned),
            }),
        }
    }
    Ok(DeleteObjectsOutput {
        deleted: (i.delete.quiet != Some(true)).then_some(deleted),
        errors: (!errors.is_empty()).then_some(errors),
        request_charged: None,
    })
}

async fn each(
    s3: &Backend,
    asked: &Asked,
    place: &Place,
    wanted: ObjectIdentifier,
    bypassing: Option<bool>,
) -> Result<Deleted> {
    let version = wanted.version_id.filter(|version| !version.is_empty());
    let action = if version.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
    let tagged = place.policy.as_ref().is_some_and(crate::access::policy::Policy::asks_for_tags);
    let object: Option<Object> = match tagged {
        true => {
            let (name, key, version) = (place.name(), wanted.key.clone(), version.clone());
            let find = move |rows: &rusqlite::Connection| {
                objects::find(rows, &name, &key, version.as_deref())
            };
            place.depot.read(find).await?
        }
        false => None,
    };
    asked.may(place, action, Some(&wanted.key), Need::BucketWrite, object.as_ref())?;
    let what = Deletion {
        conditions: Conditions {
            matches: wanted.e_tag.map(ETagCondition::ETag),
            differs: None,
            size: wanted.size,
            made: wanted.last_modified_time.as_ref().map(|time| millis(time) / 1000),
        },
        bypass: bypass(asked, place, &wanted.key, bypassing)?,
        owner: asked.maker(place),
        now: s3.clock.now(),
        key: wanted.key,
        version,
    };
    delete(s3, place, what).await
}
