//! `objectstorage/*`: object storage.
//!
//! v2 has no such family here yet: parameters are checked, and then the call is refused.

use crate::calls::{Kind::*, SUBID, calls, opt, req};
use crate::cx::Cx;
use crate::error::Result;
use crate::reply::Reply;

calls! {
    Post "objectstorage/create" (req("OBJSTORECLUSTERID", Integer), opt("label", Text))
        "POST /v2/object-storage" => unserved;
    Post "objectstorage/destroy" (SUBID)
        "DELETE /v2/object-storage/{object-storage-id}" => unserved;
    Post "objectstorage/label_set" (SUBID, req("label", Text))
        "PUT /v2/object-storage/{object-storage-id}" => unserved;
    Get "objectstorage/list" (opt("include_s3", Flag), opt("SUBID", Integer), opt("label", Text))
        "GET /v2/object-storage" => unserved;
    Get "objectstorage/list_cluster" () "GET /v2/object-storage/clusters" => unserved;
    Post "objectstorage/s3key_regenerate" (SUBID, req("s3_access_key", Text))
        "POST /v2/object-storage/{object-storage-id}/regenerate-keys" => unserved;
}

async fn unserved(cx: Cx) -> Result<Reply> {
    Err(cx.unserved("object storage subscriptions"))
}
