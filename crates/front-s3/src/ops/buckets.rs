//! Buckets: made and deleted together with the control plane, so that there is one truth.

use s3s::dto::*;

use crate::Backend;
use crate::access::{Acl, Asked, May, owner};
use crate::fault::{Result, fault};
use crate::rows::buckets::{self, Setting, Versioning};
use crate::rows::time;

pub(crate) async fn create(
    s3: &Backend,
    asked: &Asked,
    i: CreateBucketInput,
) -> Result<CreateBucketOutput> {
    let caller = asked.caller()?;
    let name = i.bucket.clone();
    let ownership = i.object_ownership.as_ref().map(|what| what.as_str().to_owned());
    let known = |what: &String| super::settings::OWNERSHIPS.contains(&what.as_str());
    if let Some(unknown) = ownership.as_ref().filter(|what| !known(what)) {
        return Err(fault!(InvalidArgument, "There is no ownership {unknown}."));
    }
    let lock = i.object_lock_enabled_for_bucket == Some(true);
    let location = Some(format!("/{name}"));
    if let Some(other) = s3.stores.by_bucket(Some(&caller.host), &name).await? {
        if other.id != caller.id {
            return Err(fault!(
                BucketAlreadyExists,
                "Another storage of this cluster has that bucket."
            ));
        }
        return again(s3, asked, &i).await;
    }
    let bucket = fronts::stores::Bucket {
        name: name.clone(),
        created: 0,
        versioning: lock,
        object_lock: lock,
    };
    s3.stores.create_bucket(caller.id, &bucket).await?;
    let fresh = s3.stores.by_bucket(Some(&caller.host), &name).await?;
    let Some(store) = fresh.filter(|store| store.id == caller.id) else {
        return Err(fault!(OperationAborted, "The bucket was deleted meanwhile."));
    };
    let place = s3.place(Some(&store), Some(&store.host), &name).await?;
    let (canned, grants) = said(&i);
    let acl = match s3.wanted_acl(asked, &place, &owner(caller), canned, &grants).await {
        Ok(acl) => acl,
        Err(fault) => {
            // What is refused leaves no bucket behind.
            s3.stores.delete_bucket(caller.id, &name).await?;
            s3.forget_bucket(&place.depot, &name).await?;
            return Err(fault);
        }
    };
    let private = acl == Acl::private(&owner(caller));
    if !private && ownership.as_deref() == Some("BucketOwnerEnforced") {
        s3.stores.delete_bucket(caller.id, &name).await?;
        s3.forget_bucket(&place.depot, &name).await?;
        return Err(fault!(
            InvalidBucketAclWithObjectOwnership,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        ));
    }
    let acl = serde_json::to_string(&acl)?;
    place
        .depot
        .write(move |change| {
            if !private {
                buckets::set(change, &name, Setting::Acl, Some(&acl))?;
            }
            match ownership {
                Some(ownership) => {
                    buckets::set(change, &name, Setting::Ownership, Some(&ownership))
                }
                None => Ok(()),
            }
        })
        .await?;
    Ok(CreateBucketOutput { location })
}

/// What a request says of who may do what: the name of a list, or grants.
fn said(i: &CreateBucketInput) -> (Option<&str>, [(May, Option<String>); 5]) {
    let grants = [
        (May::All, i.grant_full_control.clone()),
        (May::Read, i.grant_read.clone()),
        (May::Write, i.grant_write.clone()),
        (May::ReadAcl, i.grant_read_acp.clone()),
        (May::WriteAcl, i.grant_write_acp.clone()),
    ];
    (i.acl.as_ref().map(BucketCannedACL::as_str), grants)
}

/// Whoever has a bucket may make it again as it is, as with radosgw.
async fn again(s3: &Backend, asked: &Asked, i: &CreateBucketInput) -> Result<CreateBucketOutput> {
    let caller = asked.caller()?;
    let place = s3.place(Some(caller), Some(&caller.host), &i.bucket).await?;
    let (canned, grants) = said(i);
    let acl = s3.wanted_acl(asked, &place, &owner(caller), canned, &grants).await?;
    if acl != place.acl {
        return Err(fault!(BucketAlreadyExists, "You have that bucket already, with another ACL."));
    }
    Ok(CreateBucketOutput { location: Some(format!("/{}", i.bucket)) })
}

pub(crate) async fn delete(
    s3: &Backend,
    asked: &Asked,
    i: DeleteBucketInput,
) -> Result<DeleteBucketOutput> {
    let place = asked.place()?;
    let name = i.bucket;
    let closing = name.clone();
    place.depot.write(move |change| buckets::close(change, &closing)).await?;
    if let Err(error) = s3.stores.delete_bucket(place.store.id, &name).await {
        place.depot.write(move |change| buckets::reopen(change, &name)).await?;
        return Err(error.into());
    }
    s3.forget_bucket(&place.depot, &name).await?;
    Ok(DeleteBucketOutput {})
}

pub(crate) async fn head(
    _: &Backend,
    asked: &Asked,
    _: HeadBucketInput,
) -> Result<HeadBucketOutput> {
    let region = asked.place()?.store.region.clone();
    Ok(HeadBucketOutput { bucket_region: Some(region), ..Default::default() })
}

pub(crate) async fn location(
    _: &Backend,
    asked: &Asked,
    _: GetBucketLocationInput,
) -> Result<GetBucketLocationOutput> {
    let region = asked.place()?.store.region.clone();
    Ok(GetBucketLocationOutput { location_constraint: Some(region.into()) })
}

pub(crate) async fn list(
    s3: &Backend,
    asked: &Asked,
    i: ListBucketsInput,
) -> Result<ListBucketsOutput> {
    let caller = asked.caller()?;
    let most = usize::try_from(i.max_buckets.unwrap_or(10_000)).unwrap_or(0).clamp(1, 10_000);
    let after = i.continuation_token.as_deref().map(crate::text::untoken).transpose()?;
    let prefix = i.prefix.clone().unwrap_or_default();
    let mut names: Vec<_> =
        caller.buckets.iter().filter(|bucket| bucket.name.starts_with(&prefix)).collect();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    names.retain(|bucket| after.as_ref().is_none_or(|after| bucket.name > *after));
    let more = names.len() > most;
    names.truncate(most);
    let token = names.last().filter(|_| more).map(|last| crate::text::token(&last.name));
    let listed = names.into_iter().map(|bucket| Bucket {
        name: Some(bucket.name.clone()),
        creation_date: Some(time(bucket.created)),
        bucket_region: Some(caller.region.clone()),
    });
    Ok(ListBucketsOutput {
        buckets: Some(listed.collect()),
        owner: Some(s3.owner(asked, &owner(caller)).await?),
        continuation_token: token,
        prefix: i.prefix,
    })
}

pub(crate) async fn put_versioning(
    s3: &Backend,
    asked: &Asked,
    i: PutBucketVersioningInput,
) -> Result<PutBucketVersioningOutput> {
    let place = asked.place()?;
    let status = i.versioning_configuration.status.map(|status| status.as_str().to_owned());
    let versioning = match status.as_deref() {
        Some("Enabled") => true,
        Some("Suspended") => false,
        _ => return Err(fault!(MalformedXML, "Status has to be Enabled or Suspended.")),
    };
    if !versioning && place.bucket.object_lock {
        return Err(fault!(
            InvalidBucketState,
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        ));
    }
    if versioning != place.bucket.versioning {
        let bucket = fronts::stores::Bucket { versioning, ..place.bucket.clone() };
        s3.stores.change_bucket(place.store.id, &bucket).await?;
    }
    let name = i.bucket;
    place.depot.write(move |change| buckets::versioned(change, &name)).await?;
    Ok(PutBucketVersioningOutput {})
}

pub(crate) async fn versioning(
    _: &Backend,
    asked: &Asked,
    _: GetBucketVersioningInput,
) -> Result<GetBucketVersioningOutput> {
    let status = match asked.place()?.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some(BucketVersioningStatus::from_static("Enabled")),
        Versioning::Suspended => Some(BucketVersioningStatus::from_static("Suspended")),
    };
    Ok(GetBucketVersioningOutput { status, mfa_delete: None })
}
