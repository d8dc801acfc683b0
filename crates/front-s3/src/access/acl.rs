//! Lists of who may do what with a bucket or an object.

use serde::{Deserialize, Serialize};

/// Whom a grant is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Who {
    Everyone,
    /// Everyone who signs.
    Authenticated,
    /// The clients of a storage.
    Storage(String),
}

/// What is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum May {
    Read,
    Write,
    ReadAcl,
    WriteAcl,
    All,
}

impl May {
    /// The grant of this name in S3.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "READ" => Self::Read,
            "WRITE" => Self::Write,
            "READ_ACP" => Self::ReadAcl,
            "WRITE_ACP" => Self::WriteAcl,
            "FULL_CONTROL" => Self::All,
            _ => return None,
        })
    }

    /// Its name in S3.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::ReadAcl => "READ_ACP",
            Self::WriteAcl => "WRITE_ACP",
            Self::All => "FULL_CONTROL",
        }
    }
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) who: Who,
    pub(crate) may: May,
}

/// Who may do what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acl(pub(crate) Vec<Grant>);

impl Acl {
    /// Only the owner may.
    pub(crate) fn private(owner: &str) -> Self {
        Self(vec![Grant { who: Who::Storage(owner.to_owned()), may: May::All }])
    }

    /// Whether `caller` may; `closed`: grants to everyone are of no account.
    pub(crate) fn allows(&self, caller: Option<&str>, may: May, closed: bool) -> bool {
        self.0.iter().any(|grant| {
            let meant = match &grant.who {
                Who::Everyone => !closed,
                Who::Authenticated => !closed && caller.is_some(),
                Who::Storage(id) => caller == Some(id.as_str()),
            };
            meant && (grant.may == may || grant.may == May::All)
        })
    }

    /// Whether strangers may do something.
    pub(crate) fn is_public(&self) -> bool {
        self.0.iter().any(|grant| !matches!(grant.who, Who::Storage(_)))
    }
}

/// The list of this name for what `owner` has in a bucket of `bucket`'s; none: there is none.
pub(crate) fn canned(name: &str, owner: &str, bucket: &str) -> Option<Acl> {
    let mut acl = Acl::private(owner);
    // Groups come before the owner, as radosgw tells them.
    let mut before = Vec::new();
    let mut add = |who: Who, may| before.push(Grant { who, may });
    match name {
        "private" | "" => {}
        "public-read" => add(Who::Everyone, May::Read),
        "public-read-write" => {
            add(Who::Everyone, May::Read);
            add(Who::Everyone, May::Write);
        }
        "authenticated-read" => add(Who::Authenticated, May::Read),
        "bucket-owner-read" if bucket == owner => {}
        "bucket-owner-read" => add(Who::Storage(bucket.to_owned()), May::Read),
        "bucket-owner-full-control" if bucket == owner => {}
        "bucket-owner-full-control" => add(Who::Storage(bucket.to_owned()), May::All),
        _ => return None,
    }
    before.append(&mut acl.0);
    Some(Acl(before))
}
