//! S3's operations, each with what does it.

use std::sync::Arc;

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
                Ok(S3Response::new($does(&self.0, &asked, request.input).await?))
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
}
