//! What operations are called in policies, and what they need where no policy says anything.

use super::{May, Place};
use crate::rows::Object;

/// What an operation needs where no policy allows or denies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    BucketRead,
    BucketWrite,
    BucketReadAcl,
    BucketWriteAcl,
    /// The bucket's owner.
    Owner,
    ObjectRead,
    ObjectReadAcl,
    ObjectWriteAcl,
    /// The object's owner, or the bucket's.
    ObjectOwner,
}

impl Need {
    /// Whether the object decides.
    pub(crate) fn is_of_object(self) -> bool {
        matches!(
            self,
            Self::ObjectRead | Self::ObjectReadAcl | Self::ObjectWriteAcl | Self::ObjectOwner
        )
    }

    /// Whether `caller` has what is needed.
    pub(crate) fn met(self, place: &Place, caller: Option<&str>, object: Option<&Object>) -> bool {
        let owns = caller == Some(place.owner().as_str());
        let bucket =
            |may| place.acl.allows(caller, may, place.closed.ignore_acls || place.enforced);
        let of_object = |may| match object {
            // Nobody can read what is not there; whoever may list may know it.
            None => owns,
            Some(_) if place.enforced => owns,
            Some(object) => {
                object.acl.allows(caller, may, place.closed.ignore_acls)
                    || (may != May::Read && caller == Some(object.owner.as_str()))
            }
        };
        match self {
            Self::BucketRead => owns || bucket(May::Read),
            Self::BucketWrite => owns || bucket(May::Write),
            Self::BucketReadAcl => owns || bucket(May::ReadAcl),
            Self::BucketWriteAcl => owns || bucket(May::WriteAcl),
            Self::Owner => owns,
            Self::ObjectRead => of_object(May::Read),
            Self::ObjectReadAcl => of_object(May::ReadAcl),
            Self::ObjectWriteAcl => of_object(May::WriteAcl),
            Self::ObjectOwner => {
                owns || object.is_some_and(|object| caller == Some(object.owner.as_str()))
            }
        }
    }
}

/// Each operation with its action, its action where it names a version, if that is another, and what it
/// needs.
const ACTIONS: &[(&str, &str, &str, Need)] = &[
    ("HeadBucket", "s3:ListBucket", "", Need::BucketRead),
    ("ListObjects", "s3:ListBucket", "", Need::BucketRead),
    ("ListObjectsV2", "s3:ListBucket", "", Need::BucketRead),
    ("ListObjectVersions", "s3:ListBucketVersions", "", Need::BucketRead),
    ("ListMultipartUploads", "s3:ListBucketMultipartUploads", "", Need::BucketRead),
    ("GetBucketLocation", "s3:GetBucketLocation", "", Need::Owner),
    ("DeleteBucket", "s3:DeleteBucket", "", Need::Owner),
    ("GetBucketVersioning", "s3:GetBucketVersioning", "", Need::Owner),
    ("PutBucketVersioning", "s3:PutBucketVersioning", "", Need::Owner),
    ("GetBucketAcl", "s3:GetBucketAcl", "", Need::BucketReadAcl),
    ("PutBucketAcl", "s3:PutBucketAcl", "", Need::BucketWriteAcl),
    ("GetBucketPolicy", "s3:GetBucketPolicy", "", Need::Owner),
    ("PutBucketPolicy", "s3:PutBucketPolicy", "", Need::Owner),
    ("DeleteBucketPolicy", "s3:DeleteBucketPolicy", "", Need::Owner),
    ("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", "", Need::Owner),
    ("GetBucketTagging", "s3:GetBucketTagging", "", Need::Owner),
    ("PutBucketTagging", "s3:PutBucketTagging", "", Need::Owner),
    ("DeleteBucketTagging", "s3:PutBucketTagging", "", Need::Owner),
    ("GetBucketCors", "s3:GetBucketCORS", "", Need::Owner),
    ("PutBucketCors", "s3:PutBucketCORS", "", Need::Owner),
    ("DeleteBucketCors", "s3:PutBucketCORS", "", Need::Owner),
    ("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", "", Need::Owner),
    ("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration", "", Need::Owner),
    ("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", "", Need::Owner),
    ("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", "", Need::Owner),
    ("PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", "", Need::Owner),
    ("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", "", Need::Owner),
    ("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", "", Need::Owner),
    ("PutBucketOwnershipControls", "s3:PutBucketOwnershipControls", "", Need::Owner),
    ("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", "", Need::Owner),
    ("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", "", Need::Owner),
    ("PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration", "", Need::Owner),
    ("GetBucketEncryption", "s3:GetEncryptionConfiguration", "", Need::Owner),
    ("PutBucketEncryption", "s3:PutEncryptionConfiguration", "", Need::Owner),
    ("DeleteBucketEncryption", "s3:PutEncryptionConfiguration", "", Need::Owner),
    ("GetBucketWebsite", "s3:GetBucketWebsite", "", Need::Owner),
    ("GetBucketReplication", "s3:GetReplicationConfiguration", "", Need::Owner),
    ("GetBucketLogging", "s3:GetBucketLogging", "", Need::Owner),
    ("GetBucketNotificationConfiguration", "s3:GetBucketNotification", "", Need::Owner),
    ("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration", "", Need::Owner),
    ("GetBucketRequestPayment", "s3:GetBucketRequestPayment", "", Need::Owner),
    ("PutBucketRequestPayment", "s3:PutBucketRequestPayment", "", Need::Owner),
    ("GetObject", "s3:GetObject", "s3:GetObjectVersion", Need::ObjectRead),
    ("HeadObject", "s3:GetObject", "s3:GetObjectVersion", Need::ObjectRead),
    ("GetObjectAttributes", "s3:GetObject", "s3:GetObjectVersion", Need::ObjectRead),
    ("PutObject", "s3:PutObject", "", Need::BucketWrite),
    ("PostObject", "s3:PutObject", "", Need::BucketWrite),
    ("CopyObject", "s3:PutObject", "", Need::BucketWrite),
    ("CreateMultipartUpload", "s3:PutObject", "", Need::BucketWrite),
    ("UploadPart", "s3:PutObject", "", Need::BucketWrite),
    ("UploadPartCopy", "s3:PutObject", "", Need::BucketWrite),
    ("CompleteMultipartUpload", "s3:PutObject", "", Need::BucketWrite),
    ("AbortMultipartUpload", "s3:AbortMultipartUpload", "", Need::BucketWrite),
    ("ListParts", "s3:ListMultipartUploadParts", "", Need::BucketWrite),
    ("DeleteObject", "s3:DeleteObject", "s3:DeleteObjectVersion", Need::BucketWrite),
    ("DeleteObjects", "s3:DeleteObject", "", Need::BucketWrite),
    ("GetObjectAcl", "s3:GetObjectAcl", "s3:GetObjectVersionAcl", Need::ObjectReadAcl),
    ("PutObjectAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl", Need::ObjectWriteAcl),
    ("GetObjectTagging", "s3:GetObjectTagging", "s3:GetObjectVersionTagging", Need::ObjectOwner),
    ("PutObjectTagging", "s3:PutObjectTagging", "s3:PutObjectVersionTagging", Need::ObjectOwner),
    (
        "DeleteObjectTagging",
        "s3:DeleteObjectTagging",
        "s3:DeleteObjectVersionTagging",
        Need::ObjectOwner,
    ),
    ("GetObjectRetention", "s3:GetObjectRetention", "", Need::ObjectOwner),
    ("PutObjectRetention", "s3:PutObjectRetention", "", Need::ObjectOwner),
    ("GetObjectLegalHold", "s3:GetObjectLegalHold", "", Need::ObjectOwner),
    ("PutObjectLegalHold", "s3:PutObjectLegalHold", "", Need::ObjectOwner),
];

/// The action of an operation and what it needs; none: there is no such operation here.
pub(super) fn action_of(op: &str, version: bool) -> Option<(&'static str, Need)> {
    let found = ACTIONS.iter().find(|(other, ..)| *other == op);
    found.map(|(_, action, versioned, need)| {
        (if version && !versioned.is_empty() { *versioned } else { *action }, *need)
    })
}
