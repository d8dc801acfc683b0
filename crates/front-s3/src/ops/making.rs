//! What a request wants of an object that it makes.

use s3s::dto::ObjectLockMode;

use crate::Backend;
use crate::access::{Asked, May, Place};
use crate::fault::{Result, fault};
use crate::rows::buckets::{self, Setting};
use crate::rows::{Head, Locked, Object};

/// What is wanted of an object that is to be made.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) acl: Option<String>,
    pub(crate) grants: Vec<(May, Option<String>)>,
    pub(crate) head: Head,
    pub(crate) tagging: Option<String>,
    pub(crate) mode: Option<ObjectLockMode>,
    pub(crate) until: Option<i64>,
    pub(crate) hold: Option<bool>,
    pub(crate) class: Option<String>,
}

/// The wishes in an input: those that make objects have the same names for them.
macro_rules! wishes {
    ($i:expr) => {
        $crate::ops::making::Wishes {
            acl: $i.acl.as_ref().map(|acl| acl.as_str().to_owned()),
            grants: vec![
                ($crate::access::May::All, $i.grant_full_control.clone()),
                ($crate::access::May::Read, $i.grant_read.clone()),
                ($crate::access::May::ReadAcl, $i.grant_read_acp.clone()),
                ($crate::access::May::WriteAcl, $i.grant_write_acp.clone()),
            ],
            head: $crate::rows::Head {
                kind: $i.content_type.clone(),
                encoding: $crate::ops::making::encoding($i.content_encoding.clone()),
                disposition: $i.content_disposition.clone(),
                language: $i.content_language.clone(),
                cache: $i.cache_control.clone(),
                expires: $i.expires.as_ref().map($crate::rows::millis),
                redirect: $i.website_redirect_location.clone(),
                user: $i.metadata.clone().unwrap_or_default().into_iter().collect(),
                ..Default::default()
            },
            tagging: $i.tagging.clone(),
            mode: $i.object_lock_mode.clone(),
            until: $i.object_lock_retain_until_date.as_ref().map($crate::rows::millis),
            hold: $i.object_lock_legal_hold_status.as_ref().map(|hold| hold.as_str() == "ON"),
            class: $i.storage_class.as_ref().map(|class| class.as_str().to_owned()),
        }
    };
}
pub(crate) use wishes;

/// `Content-Encoding` of what is stored: chunks of a signature are none of it.
pub(crate) fn encoding(said: Option<String>) -> Option<String> {
    let said = said?;
    let codes = said.split(',').map(str::trim);
    let codes: Vec<&str> =
        codes.filter(|code| !code.is_empty() && *code != "aws-chunked").collect();
    (!codes.is_empty()).then(|| codes.join(", "))
}

/// Tags as S3 takes them.
pub(crate) fn sound_tags(
    mut tags: Vec<(String, String)>,
    most: usize,
) -> Result<Vec<(String, String)>> {
    if tags.len() > most {
        return Err(fault!(InvalidTag, "Object tags cannot be greater than {most}"));
    }
    for (n, (key, value)) in tags.iter().enumerate() {
        if key.is_empty() || key.chars().count() > 128 {
            return Err(fault!(InvalidTag, "The TagKey you have provided is invalid"));
        }
        if value.chars().count() > 256 {
            return Err(fault!(InvalidTag, "The TagValue you have provided is invalid"));
        }
        if tags[..n].iter().any(|(other, _)| other == key) {
            return Err(fault!(InvalidTag, "Cannot provide multiple Tags with the same key"));
        }
    }
    tags.sort();
    Ok(tags)
}

impl Backend {
    /// An object as it is wanted, with nothing in it yet.
    pub(crate) async fn wanted(
        &self,
        asked: &Asked,
        place: &Place,
        key: &str,
        wishes: &Wishes,
    ) -> Result<Object> {
        if wishes.class.as_deref().is_some_and(|class| class != "STANDARD") {
            return Err(fault!(InvalidStorageClass, "Kettle has one storage class: STANDARD."));
        }
        if key.len() > 1024 {
            return Err(fault!(KeyTooLongError));
        }
        let size = wishes.head.user.iter().map(|(key, value)| key.len() + value.len());
        if size.sum::<usize>() > 16 * 1024 {
            return Err(fault!(MetadataTooLarge));
        }
        let full = wishes.acl.as_deref() == Some("bucket-owner-full-control");
        let owner = if place.preferred && full { place.owner() } else { asked.maker(place) };
        let tags = crate::text::pairs(wishes.tagging.as_deref().unwrap_or_default());
        Ok(Object {
            key: key.to_owned(),
            at: self.clock.now(),
            acl: self
                .wanted_acl(asked, place, &owner, wishes.acl.as_deref(), &wishes.grants)
                .await?,
            owner,
            head: wishes.head.clone(),
            tags: sound_tags(tags, 10)?,
            locked: self.wanted_lock(place, wishes).await?,
            ..Object::default()
        })
    }

    /// The lock of an object that is to be made: what was asked for, or else the bucket's rule.
    async fn wanted_lock(&self, place: &Place, wishes: &Wishes) -> Result<Locked> {
        let asks = wishes.mode.is_some() || wishes.until.is_some() || wishes.hold.is_some();
        if !place.bucket.object_lock {
            return match asks {
                true => Err(fault!(InvalidRequest, "Bucket is missing Object Lock Configuration")),
                false => Ok(Locked::default()),
            };
        }
        let now = self.clock.now();
        let (mode, until) = match (&wishes.mode, wishes.until) {
            (Some(mode), Some(until)) => {
                if until <= now {
                    return Err(fault!(
                        InvalidArgument,
                        "The retain until date must be in the future!"
                    ));
                }
                (Some(mode.as_str().to_owned()), Some(until))
            }
            (None, None) => {
                let name = place.name();
                let rule = place.depot.read(move |rows| buckets::get(rows, &name, Setting::Lock));
                match rule.await? {
                    Some(rule) => {
                        let rule: Rule = serde_json::from_str(&rule)?;
                        (Some(rule.mode.clone()), Some(rule.until(now)))
                    }
                    None => (None, None),
                }
            }
            _ => {
                return Err(fault!(
                    InvalidArgument,
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"
                ));
            }
        };
        Ok(Locked { mode, until, hold: wishes.hold })
    }
}

/// The lock that a bucket gives to what is put into it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Rule {
    pub(crate) mode: String,
    pub(crate) days: Option<i32>,
    pub(crate) years: Option<i32>,
}

impl Rule {
    /// Until when it holds what is made at `now`.
    fn until(&self, now: i64) -> i64 {
        let days = i64::from(self.days.unwrap_or(0)) + 365 * i64::from(self.years.unwrap_or(0));
        now.saturating_add(days.saturating_mul(86_400_000))
    }
}
