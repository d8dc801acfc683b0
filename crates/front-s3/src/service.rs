//! S3's operations, each with what does it.

use std::sync::{Arc, PoisonError};

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::Backend;
use crate::access::Asked;
use crate::ops::*;

/// What answers, for `s3s`.
pub(crate) struct Shared(pub(crate) Arc<Backend>);

macro_rules! service {
    ($($name:ident $input:ident $output:ident => $does:path;)*) => {
        #[async_trait::async_trait]
        impl S3 for Shared {
            $(async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                let asked = request.extensions.get::<Asked>().cloned();
                let mut asked = asked.ok_or_else(|| s3_error!(AccessDenied))?;
                asked.trailers = request.trailing_headers;
                let mut response = S3Response::new($does(&self.0, &asked, request.input).await?);
                let mut more = asked.more.lock().unwrap_or_else(PoisonError::into_inner);
                response.headers = std::mem::take(&mut *more);
                Ok(response)
            })*
        }
    };
}

service! {
    create_bucket CreateBucketInput CreateBucketOutput => buckets::create;
    delete_bucket DeleteBucketInput DeleteBucketOutput => buckets::delete;
    head_bucket HeadBucketInput HeadBucketOutput => buckets::head;
    get_bucket_location GetBucketLocationInput GetBucketLocationOutput => buckets::location;
    list_buckets ListBucketsInput ListBucketsOutput => buckets::list;
    put_bucket_versioning PutBucketVersioningInput PutBucketVersioningOutput => buckets::put_versioning;
    get_bucket_versioning GetBucketVersioningInput GetBucketVersioningOutput => buckets::versioning;
    list_objects ListObjectsInput ListObjectsOutput => lists::objects;
    list_objects_v2 ListObjectsV2Input ListObjectsV2Output => lists::objects_v2;
    list_object_versions ListObjectVersionsInput ListObjectVersionsOutput => lists::versions;
    get_object GetObjectInput GetObjectOutput => reading::get;
    head_object HeadObjectInput HeadObjectOutput => reading::head;
    put_object PutObjectInput PutObjectOutput => objects::put;
    delete_object DeleteObjectInput DeleteObjectOutput => deletes::one;
    delete_objects DeleteObjectsInput DeleteObjectsOutput => deletes::many;
    get_object_attributes GetObjectAttributesInput GetObjectAttributesOutput => reading::attributes;
    copy_object CopyObjectInput CopyObjectOutput => copies::object;
    upload_part_copy UploadPartCopyInput UploadPartCopyOutput => copies::part;
    create_multipart_upload CreateMultipartUploadInput CreateMultipartUploadOutput => multipart::create;
    upload_part UploadPartInput UploadPartOutput => multipart::part;
    list_parts ListPartsInput ListPartsOutput => multipart::parts;
    list_multipart_uploads ListMultipartUploadsInput ListMultipartUploadsOutput => multipart::list;
    abort_multipart_upload AbortMultipartUploadInput AbortMultipartUploadOutput => multipart::abort;
    complete_multipart_upload CompleteMultipartUploadInput CompleteMultipartUploadOutput => multipart::complete;
    put_object_tagging PutObjectTaggingInput PutObjectTaggingOutput => tags::put;
    get_object_tagging GetObjectTaggingInput GetObjectTaggingOutput => tags::get;
    delete_object_tagging DeleteObjectTaggingInput DeleteObjectTaggingOutput => tags::delete;
    put_bucket_tagging PutBucketTaggingInput PutBucketTaggingOutput => tags::put_bucket;
    get_bucket_tagging GetBucketTaggingInput GetBucketTaggingOutput => tags::get_bucket;
    delete_bucket_tagging DeleteBucketTaggingInput DeleteBucketTaggingOutput => tags::delete_bucket;
    get_bucket_acl GetBucketAclInput GetBucketAclOutput => tags::bucket_acl;
    put_bucket_acl PutBucketAclInput PutBucketAclOutput => tags::put_bucket_acl;
    get_object_acl GetObjectAclInput GetObjectAclOutput => tags::object_acl;
    put_object_acl PutObjectAclInput PutObjectAclOutput => tags::put_object_acl;
    get_object_retention GetObjectRetentionInput GetObjectRetentionOutput => tags::retention;
    put_object_retention PutObjectRetentionInput PutObjectRetentionOutput => tags::put_retention;
    get_object_legal_hold GetObjectLegalHoldInput GetObjectLegalHoldOutput => tags::legal_hold;
    put_object_legal_hold PutObjectLegalHoldInput PutObjectLegalHoldOutput => tags::put_legal_hold;
    get_object_lock_configuration GetObjectLockConfigurationInput GetObjectLockConfigurationOutput => tags::lock_rule;
    put_object_lock_configuration PutObjectLockConfigurationInput PutObjectLockConfigurationOutput => tags::put_lock_rule;
    put_bucket_policy PutBucketPolicyInput PutBucketPolicyOutput => settings::put_policy;
    get_bucket_policy GetBucketPolicyInput GetBucketPolicyOutput => settings::policy;
    delete_bucket_policy DeleteBucketPolicyInput DeleteBucketPolicyOutput => settings::delete_policy;
    get_bucket_policy_status GetBucketPolicyStatusInput GetBucketPolicyStatusOutput => settings::policy_status;
    put_bucket_cors PutBucketCorsInput PutBucketCorsOutput => settings::put_cors;
    get_bucket_cors GetBucketCorsInput GetBucketCorsOutput => settings::cors;
    delete_bucket_cors DeleteBucketCorsInput DeleteBucketCorsOutput => settings::delete_cors;
    put_bucket_lifecycle_configuration PutBucketLifecycleConfigurationInput PutBucketLifecycleConfigurationOutput => settings::put_lifecycle;
    get_bucket_lifecycle_configuration GetBucketLifecycleConfigurationInput GetBucketLifecycleConfigurationOutput => settings::lifecycle;
    delete_bucket_lifecycle DeleteBucketLifecycleInput DeleteBucketLifecycleOutput => settings::delete_lifecycle;
    put_public_access_block PutPublicAccessBlockInput PutPublicAccessBlockOutput => settings::put_public_access;
    get_public_access_block GetPublicAccessBlockInput GetPublicAccessBlockOutput => settings::public_access;
    delete_public_access_block DeletePublicAccessBlockInput DeletePublicAccessBlockOutput => settings::delete_public_access;
    put_bucket_ownership_controls PutBucketOwnershipControlsInput PutBucketOwnershipControlsOutput => settings::put_ownership;
    get_bucket_ownership_controls GetBucketOwnershipControlsInput GetBucketOwnershipControlsOutput => settings::ownership;
    delete_bucket_ownership_controls DeleteBucketOwnershipControlsInput DeleteBucketOwnershipControlsOutput => settings::delete_ownership;
    put_bucket_request_payment PutBucketRequestPaymentInput PutBucketRequestPaymentOutput => settings::put_payment;
    get_bucket_request_payment GetBucketRequestPaymentInput GetBucketRequestPaymentOutput => settings::payment;
    get_bucket_encryption GetBucketEncryptionInput GetBucketEncryptionOutput => settings::encryption;
    get_bucket_website GetBucketWebsiteInput GetBucketWebsiteOutput => settings::website;
    get_bucket_replication GetBucketReplicationInput GetBucketReplicationOutput => settings::replication;
    get_bucket_logging GetBucketLoggingInput GetBucketLoggingOutput => settings::logging;
    get_bucket_notification_configuration GetBucketNotificationConfigurationInput GetBucketNotificationConfigurationOutput => settings::notifications;
    get_bucket_accelerate_configuration GetBucketAccelerateConfigurationInput GetBucketAccelerateConfigurationOutput => settings::acceleration;
}
