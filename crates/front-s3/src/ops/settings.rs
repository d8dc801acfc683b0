//! Settings of buckets that are kept as they are sent: policies, CORS, lifecycles and the like.

use s3s::dto::*;

use crate::Backend;
use crate::access::policy::Policy;
use crate::access::{Asked, Closed};
use crate::fault::{Result, custom, fault};
use crate::lifecycle;
use crate::rows::buckets::Setting;
use crate::text::{document, undocument};

pub(crate) async fn put_policy(
    s3: &Backend,
    asked: &Asked,
    i: PutBucketPolicyInput,
) -> Result<PutBucketPolicyOutput> {
    let place = asked.place()?;
    let policy = Policy::parse(&i.policy)?;
    policy.is_about(&i.bucket)?;
    if place.closed.block_policy && policy.is_public() {
        return Err(fault!(AccessDenied, "The bucket blocks public policies."));
    }
    s3.set(asked, Setting::Policy, Some(i.policy)).await?;
    Ok(PutBucketPolicyOutput::default())
}

pub(crate) async fn policy(
    s3: &Backend,
    asked: &Asked,
    _: GetBucketPolicyInput,
) -> Result<GetBucketPolicyOutput> {
    let policy =
        s3.setting(asked, Setting::Policy).await?.ok_or_else(|| fault!(NoSuchBucketPolicy))?;
    Ok(GetBucketPolicyOutput { policy: Some(policy) })
}

pub(crate) async fn delete_policy(
    s3: &Backend,
    asked: &Asked,
    _: DeleteBucketPolicyInput,
) -> Result<DeleteBucketPolicyOutput> {
    s3.set(asked, Setting::Policy, None).await?;
    Ok(DeleteBucketPolicyOutput::default())
}

pub(crate) async fn policy_status(
    _: &Backend,
    asked: &Asked,
    _: GetBucketPolicyStatusInput,
) -> Result<GetBucketPolicyStatusOutput> {
    let place = asked.place()?;
    let by_acl = place.acl.is_public() && !place.closed.ignore_acls;
    let is_public = by_acl || place.policy.as_ref().is_some_and(Policy::is_public);
    Ok(GetBucketPolicyStatusOutput {
        policy_status: Some(PolicyStatus { is_public: Some(is_public) }),
    })
}

pub(crate) async fn put_cors(
    s3: &Backend,
    asked: &Asked,
    i: PutBucketCorsInput,
) -> Result<PutBucketCorsOutput> {
    let rules = &i.cors_configuration.cors_rules;
    if rules.is_empty() || rules.len() > 100 {
        return Err(fault!(MalformedXML, "There are 1 to 100 rules."));
    }
    for rule in rules {
        let known = ["GET", "PUT", "POST", "DELETE", "HEAD"];
        if let Some(method) =
            rule.allowed_methods.iter().find(|method| !known.contains(&method.as_str()))
        {
            return Err(fault!(
                InvalidRequest,
                "Found unsupported HTTP method in CORS config: {method}"
            ));
        }
        let mut patterns = rule.allowed_origins.iter().chain(rule.allowed_headers.iter().flatten());
        if let Some(pattern) = patterns.find(|pattern| pattern.matches('*').count() > 1) {
            return Err(fault!(InvalidRequest, "{pattern} has more than one *."));
        }
    }
    s3.set(asked, Setting::Cors, Some(document(&i.cors_configuration)?)).await?;
    Ok(PutBucketCorsOutput::default())
}

pub(crate) async fn cors(
    s3: &Backend,
    asked: &Asked,
    _: GetBucketCorsInput,
) -> Result<GetBucketCorsOutput> {
    let kept = s3.setting(asked, Setting::Cors).await?;
    let kept = kept.ok_or_else(|| fault!(NoSuchCORSConfiguration))?;
    let cors: CORSConfiguration = undocument(&kept)?;
    Ok(GetBucketCorsOutput { cors_rules: Some(cors.cors_rules) })
}

pub(crate) async fn delete_cors(
    s3: &Backend,
    asked: &Asked,
    _: DeleteBucketCorsInput,
) -> Result<DeleteBucketCorsOutput> {
    s3.set(asked, Setting::Cors, None).await?;
    Ok(DeleteBucketCorsOutput::default())
}

pub(crate) async fn put_lifecycle(
    s3: &Backend,
    asked: &Asked,
    i: PutBucketLifecycleConfigurationInput,
) -> Result<PutBucketLifecycleConfigurationOutput> {
    let wanted = i.lifecycle_configuration.ok_or_else(|| fault!(MalformedXML))?;
    let wanted = lifecycle::sound(wanted)?;
    s3.set(asked, Setting::Lifecycle, Some(document(&wanted)?)).await?;
    Ok(PutBucketLifecycleConfigurationOutput::default())
}

pub(crate) async fn lifecycle(
    s3: &Backend,
    asked: &Asked,
    _: GetBucketLifecycleConfigurationInput,
) -> Result<GetBucketLifecycleConfigurationOutput> {
    let kept = s3.setting(asked, Setting::Lifecycle).await?;
    let kept = kept.ok_or_else(|| fault!(NoSuchLifecycleConfiguration))?;
    let kept: BucketLifecycleConfiguration = undocument(&kept)?;
    Ok(GetBucketLifecycleConfigurationOutput { rules: Some(kept.rules), ..Default::default() })
}

pub(crate) async fn delete_lifecycle(
    s3: &Backend,
    asked: &Asked,
    _: DeleteBucketLifecycleInput,
) -> Result<DeleteBucketLifecycleOutput> {
    s3.set(asked, Setting::Lifecycle, None).await?;
    Ok(DeleteBucketLifecycleOutput::default())
}

pub(crate) async fn put_public_access(
    s3: &Backend,
    asked: &Asked,
    i: PutPublicAccessBlockInput,
) -> Result<PutPublicAccessBlockOutput> {
    let wanted = i.public_access_block_configuration;
    let closed = Closed {
        block_acls: wanted.block_public_acls.unwrap_or(false),
        ignore_acls: wanted.ignore_public_acls.unwrap_or(false),
        block_policy: wanted.block_public_policy.unwrap_or(false),
        restrict: wanted.restrict_public_buckets.unwrap_or(false),
    };
    s3.set(asked, Setting::PublicAccess, Some(serde_json::to_string(&closed)?)).await?;
    Ok(PutPublicAccessBlockOutput::default())
}

pub(crate) async fn public_access(
    s3: &Backend,
    asked: &Asked,
    _: GetPublicAccessBlockInput,
) -> Result<GetPublicAccessBlockOutput> {
    if s3.setting(asked, Setting::PublicAccess).await?.is_none() {
        return Err(custom(
            "NoSuchPublicAccessBlockConfiguration",
            http::StatusCode::NOT_FOUND,
            "The public access block configuration was not found",
        ));
    }
    let closed = asked.place()?.closed;
    Ok(GetPublicAccessBlockOutput {
        public_access_block_configuration: Some(PublicAccessBlockConfiguration {
            block_public_acls: Some(closed.block_acls),
            ignore_public_acls: Some(closed.ignore_acls),
            block_public_policy: Some(closed.block_policy),
            restrict_public_buckets: Some(closed.restrict),
        }),
    })
}

pub(crate) async fn delete_public_access(
    s3: &Backend,
    asked: &Asked,
    _: DeletePublicAccessBlockInput,
) -> Result<DeletePublicAccessBlockOutput> {
    s3.set(asked, Setting::PublicAccess, None).await?;
    Ok(DeletePublicAccessBlockOutput::default())
}

/// The kinds of ownership that a bucket can have.
pub(crate) const OWNERSHIPS: [&str; 3] =
    ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];

pub(crate) async fn put_ownership(
    s3: &Backend,
    asked: &Asked,
    i: PutBucketOwnershipControlsInput,
) -> Result<PutBucketOwnershipControlsOutput> {
    let [rule] = &i.ownership_controls.rules[..] else {
        return Err(fault!(MalformedXML, "There is one rule."));
    };
    let wanted = rule.object_ownership.as_str().to_owned();
    if !OWNERSHIPS.contains(&wanted.as_str()) {
        return Err(fault!(MalformedXML, "There is no ownership {wanted}."));
    }
    let place = asked.place()?;
    if wanted == "BucketOwnerEnforced" && place.acl != crate::access::Acl::private(&place.owner()) {
        return Err(fault!(
            InvalidBucketAclWithObjectOwnership,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        ));
    }
    s3.set(asked, Setting::Ownership, Some(wanted)).await?;
    Ok(PutBucketOwnershipControlsOutput::default())
}

pub(crate) async fn ownership(
    s3: &Backend,
    asked: &Asked,
    _: GetBucketOwnershipControlsInput,
) -> Result<GetBucketOwnershipControlsOutput> {
    let kept = s3.setting(asked, Setting::Ownership).await?;
    let kept = kept.ok_or_else(|| fault!(OwnershipControlsNotFoundError))?;
    let rules = vec![OwnershipControlsRule { object_ownership: ObjectOwnership::from(kept) }];
    Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(OwnershipControls { rules }) })
}

pub(crate) async fn delete_ownership(
    s3: &Backend,
    asked: &Asked,
    _: DeleteBucketOwnershipControlsInput,
) -> Result<DeleteBucketOwnershipControlsOutput> {
    s3.set(asked, Setting::Ownership, None).await?;
    Ok(DeleteBucketOwnershipControlsOutput::default())
}

pub(crate) async fn put_payment(
    _: &Backend,
    _: &Asked,
    i: PutBucketRequestPaymentInput,
) -> Result<PutBucketRequestPaymentOutput> {
    let payer = i.request_payment_configuration.payer.as_str().to_owned();
    if payer != "BucketOwner" {
        return Err(fault!(NotImplemented, "Requests are paid for by the bucket's owner."));
    }
    Ok(PutBucketRequestPaymentOutput::default())
}

pub(crate) async fn payment(
    _: &Backend,
    _: &Asked,
    _: GetBucketRequestPaymentInput,
) -> Result<GetBucketRequestPaymentOutput> {
    Ok(GetBucketRequestPaymentOutput { payer: Some(Payer::from_static("BucketOwner")) })
}

pub(crate) async fn encryption(
    _: &Backend,
    _: &Asked,
    _: GetBucketEncryptionInput,
) -> Result<GetBucketEncryptionOutput> {
    Err(custom(
        "ServerSideEncryptionConfigurationNotFoundError",
        http::StatusCode::NOT_FOUND,
        "The server side encryption configuration was not found",
    ))
}

pub(crate) async fn website(
    _: &Backend,
    _: &Asked,
    _: GetBucketWebsiteInput,
) -> Result<GetBucketWebsiteOutput> {
    Err(fault!(NoSuchWebsiteConfiguration))
}

pub(crate) async fn replication(
    _: &Backend,
    _: &Asked,
    _: GetBucketReplicationInput,
) -> Result<GetBucketReplicationOutput> {
    Err(fault!(ReplicationConfigurationNotFoundError))
}

pub(crate) async fn logging(
    _: &Backend,
    _: &Asked,
    _: GetBucketLoggingInput,
) -> Result<GetBucketLoggingOutput> {
    Ok(GetBucketLoggingOutput::default())
}

pub(crate) async fn notifications(
    _: &Backend,
    _: &Asked,
    _: GetBucketNotificationConfigurationInput,
) -> Result<GetBucketNotificationConfigurationOutput> {
    Ok(GetBucketNotificationConfigurationOutput::default())
}

pub(crate) async fn acceleration(
    _: &Backend,
    _: &Asked,
    _: GetBucketAccelerateConfigurationInput,
) -> Result<GetBucketAccelerateConfigurationOutput> {
    Ok(GetBucketAccelerateConfigurationOutput::default())
}
