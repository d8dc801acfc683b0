//! Tags of objects and buckets, who may do what, and locks: what hangs on what is there.

use s3s::dto::*;

use super::making::{Rule, sound_tags};
use super::reading::hold;
use crate::Backend;
use crate::access::{Acl, Asked, Grant as Granted, May, Need, Who};
use crate::depot::Change;
use crate::fault::{Result, custom, fault};
use crate::rows::buckets::{self, Setting, Versioning};
use crate::rows::{Object, millis, objects, time};

/// Tags as they come.
fn pairs(tagging: Tagging, most: usize) -> Result<Vec<(String, String)>> {
    let tags = tagging.tag_set.into_iter();
    let tags = tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()));
    sound_tags(tags.collect(), most)
}

/// Tags as they go.
fn told(tags: Vec<(String, String)>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) }).collect()
}

/// A version that is there, or the latest.
async fn found(asked: &Asked, key: &str, version: Option<&str>) -> Result<Object> {
    let place = asked.place()?;
    let (name, key, version) = (place.name(), key.to_owned(), version.map(str::to_owned));
    place.depot.read(move |rows| objects::get(rows, &name, &key, version.as_deref())).await
}

/// Changes what hangs on a version: its id.
async fn change(
    asked: &Asked,
    key: &str,
    version: Option<String>,
    how: impl FnOnce(&mut Object) -> Result<()> + Send + 'static,
) -> Result<String> {
    let place = asked.place()?;
    let (name, key) = (place.name(), key.to_owned());
    let changed = move |change: &mut Change<'_>| {
        let mut object = objects::get(&change.rows, &name, &key, version.as_deref())?;
        how(&mut object)?;
        objects::update(change, &object)?;
        Ok(object.version)
    };
    place.depot.write(changed).await
}

pub(crate) async fn put(
    _: &Backend,
    asked: &Asked,
    i: PutObjectTaggingInput,
) -> Result<PutObjectTaggingOutput> {
    let tags = pairs(i.tagging, 10)?;
    let place = asked.place()?;
    if place.policy.is_some() {
        // The tags are in the body, which nobody had read when the policy was asked.
        let object = found(asked, &i.key, i.version_id.as_deref()).await?;
        let facts = std::sync::Arc::new(asked.facts.with_tags(&tags));
        let again = Asked { facts, ..asked.clone() };
        again.may(place, "s3:PutObjectTagging", Some(&i.key), Need::ObjectOwner, Some(&object))?;
    }
    let version = change(asked, &i.key, i.version_id, |object| {
        object.tags = tags;
        Ok(())
    });
    Ok(PutObjectTaggingOutput { version_id: asked.version(&version.await?)? })
}

pub(crate) async fn get(
    _: &Backend,
    asked: &Asked,
    i: GetObjectTaggingInput,
) -> Result<GetObjectTaggingOutput> {
    let object = found(asked, &i.key, i.version_id.as_deref()).await?;
    Ok(GetObjectTaggingOutput {
        tag_set: told(object.tags),
        version_id: asked.version(&object.version)?,
    })
}

pub(crate) async fn delete(
    _: &Backend,
    asked: &Asked,
    i: DeleteObjectTaggingInput,
) -> Result<DeleteObjectTaggingOutput> {
    let version = change(asked, &i.key, i.version_id, |object| {
        object.tags.clear();
        Ok(())
    });
    Ok(DeleteObjectTaggingOutput { version_id: asked.version(&version.await?)? })
}

pub(crate) async fn put_bucket(
    s3: &Backend,
    asked: &Asked,
    i: PutBucketTaggingInput,
) -> Result<PutBucketTaggingOutput> {
    let tags = serde_json::to_string(&pairs(i.tagging, 50)?)?;
    s3.set(asked, Setting::Tags, Some(tags)).await?;
    Ok(PutBucketTaggingOutput::default())
}

pub(crate) async fn get_bucket(
    s3: &Backend,
    asked: &Asked,
    _: GetBucketTaggingInput,
) -> Result<GetBucketTaggingOutput> {
    let tags = s3.setting(asked, Setting::Tags).await?.ok_or_else(|| fault!(NoSuchTagSet))?;
    Ok(GetBucketTaggingOutput { tag_set: told(serde_json::from_str(&tags)?) })
}

pub(crate) async fn delete_bucket(
    s3: &Backend,
    asked: &Asked,
    _: DeleteBucketTaggingInput,
) -> Result<DeleteBucketTaggingOutput> {
    s3.set(asked, Setting::Tags, None).await?;
    Ok(DeleteBucketTaggingOutput::default())
}

impl Backend {
    /// Grants as they go.
    async fn grants(&self, asked: &Asked, acl: &Acl) -> Result<Vec<Grant>> {
        let mut grants = Vec::new();
        for granted in &acl.0 {
            let grantee = match &granted.who {
                Who::Storage(id) => {
                    let owner = self.owner(asked, id).await?;
                    Grantee {
                        display_name: owner.display_name,
                        id: owner.id,
                        email_address: None,
                        type_: Type::from_static("CanonicalUser"),
                        uri: None,
                    }
                }
                who => Grantee {
                    display_name: None,
                    id: None,
                    email_address: None,
                    type_: Type::from_static("Group"),
                    uri: super::acls::uri(who).map(str::to_owned),
                },
            };
            let permission = Some(Permission::from_static(granted.may.name()));
            grants.push(Grant { grantee: Some(grantee), permission });
        }
        // Groups come before storages, as radosgw tells them.
        grants.sort_by_key(|grant| grant.grantee.as_ref().is_some_and(|who| who.id.is_some()));
        Ok(grants)
    }

    /// The list that a document asks for; `owner` is whose it is, and stays so.
    async fn sent_acl(&self, asked: &Asked, sent: AccessControlPolicy, owner: &str) -> Result<Acl> {
        let said = sent.owner.and_then(|owner| owner.id);
        if said.is_some_and(|said| said != owner) {
            return Err(fault!(AccessDenied, "The owner cannot be changed."));
        }
        let mut all = Vec::new();
        for grant in sent.grants.unwrap_or_default() {
            let unclear = || fault!(MalformedACLError, "A grant has a grantee and a permission.");
            let grantee = grant.grantee.ok_or_else(unclear)?;
            let may = grant.permission.ok_or_else(unclear)?;
            let may = May::named(may.as_str()).ok_or_else(unclear)?;
            let who = match (grantee.type_.as_str(), grantee.id, grantee.uri) {
                ("CanonicalUser", Some(id), _) => self.storage(asked, &id).await?,
                ("Group", _, Some(uri)) => super::acls::group(&uri)?,
                ("AmazonCustomerByEmail", ..) => {
                    return Err(fault!(UnresolvableGrantByEmailAddress));
                }
                _ => return Err(unclear()),
            };
            all.push(Granted { who, may });
        }
        Ok(Acl(all))
    }
}

/// What a request to change a list says, whichever kind it is of.
macro_rules! said_acl {
    ($s3:expr, $asked:expr, $i:expr, $owner:expr) => {{
        let place = $asked.place()?;
        let grants = [
            (May::All, $i.grant_full_control),
            (May::Read, $i.grant_read),
            (May::Write, $i.grant_write),
            (May::ReadAcl, $i.grant_read_acp),
            (May::WriteAcl, $i.grant_write_acp),
        ];
        let canned = $i.acl.as_ref().map(|acl| acl.as_str());
        let by_headers = canned.is_some() || grants.iter().any(|(_, who)| who.is_some());
        match $i.access_control_policy {
            Some(_) if by_headers => {
                return Err(fault!(
                    UnexpectedContent,
                    "An ACL is sent by headers or in the body, not both."
                ));
            }
            Some(sent) => {
                let acl = $s3.sent_acl($asked, sent, $owner).await?;
                $s3.allowed_acl(place, acl)?
            }
            None if by_headers => $s3.wanted_acl($asked, place, $owner, canned, &grants).await?,
            None => {
                return Err(fault!(
                    MissingSecurityHeader,
                    "Your request was missing a required header"
                ));
            }
        }
    }};
}

pub(crate) async fn bucket_acl(
    s3: &Backend,
    asked: &Asked,
    _: GetBucketAclInput,
) -> Result<GetBucketAclOutput> {
    let place = asked.place()?;
    let owner = s3.owner(asked, &place.owner()).await?;
    Ok(GetBucketAclOutput { grants: Some(s3.grants(asked, &place.acl).await?), owner: Some(owner) })
}

pub(crate) async fn put_bucket_acl(
    s3: &Backend,
    asked: &Asked,
    i: PutBucketAclInput,
) -> Result<PutBucketAclOutput> {
    let owner = asked.place()?.owner();
    let acl = said_acl!(s3, asked, i, &owner);
    s3.set(asked, Setting::Acl, Some(serde_json::to_string(&acl)?)).await?;
    Ok(PutBucketAclOutput::default())
}

pub(crate) async fn object_acl(
    s3: &Backend,
    asked: &Asked,
    i: GetObjectAclInput,
) -> Result<GetObjectAclOutput> {
    let object = found(asked, &i.key, i.version_id.as_deref()).await?;
    let owner = s3.owner(asked, &object.owner).await?;
    let grants = Some(s3.grants(asked, &object.acl).await?);
    Ok(GetObjectAclOutput { grants, owner: Some(owner), request_charged: None })
}

pub(crate) async fn put_object_acl(
    s3: &Backend,
    asked: &Asked,
    i: PutObjectAclInput,
) -> Result<PutObjectAclOutput> {
    let owner = found(asked, &i.key, i.version_id.as_deref()).await?.owner;
    let acl = said_acl!(s3, asked, i, &owner);
    change(asked, &i.key, i.version_id, |object| {
        object.acl = acl;
        Ok(())
    })
    .await?;
    Ok(PutObjectAclOutput::default())
}

/// Refuses locks where the bucket has none.
fn lockable(asked: &Asked) -> Result<()> {
    if asked.place()?.bucket.object_lock {
        return Ok(());
    }
    Err(fault!(InvalidRequest, "Bucket is missing Object Lock Configuration"))
}

pub(crate) async fn retention(
    _: &Backend,
    asked: &Asked,
    i: GetObjectRetentionInput,
) -> Result<GetObjectRetentionOutput> {
    lockable(asked)?;
    let object = found(asked, &i.key, i.version_id.as_deref()).await?;
    let (Some(mode), Some(until)) = (object.locked.mode, object.locked.until) else {
        return Err(fault!(NoSuchObjectLockConfiguration));
    };
    let (mode, retain_until_date) = (Some(ObjectLockRetentionMode::from(mode)), Some(time(until)));
    Ok(GetObjectRetentionOutput {
        retention: Some(ObjectLockRetention { mode, retain_until_date }),
    })
}

pub(crate) async fn put_retention(
    s3: &Backend,
    asked: &Asked,
    i: PutObjectRetentionInput,
) -> Result<PutObjectRetentionOutput> {
    lockable(asked)?;
    let place = asked.place()?;
    let wanted = i.retention.unwrap_or_default();
    let mode = wanted.mode.map(|mode| mode.as_str().to_owned());
    let until = wanted.retain_until_date.as_ref().map(millis);
    let now = s3.clock.now();
    match (mode.as_deref(), until) {
        (None, None) => {}
        (Some("GOVERNANCE" | "COMPLIANCE"), Some(until)) if until > now => {}
        (Some("GOVERNANCE" | "COMPLIANCE"), Some(_)) => {
            return Err(fault!(InvalidArgument, "The retain until date must be in the future!"));
        }
        _ => return Err(fault!(MalformedXML, "A retention has a mode and a date.")),
    }
    let bypass = i.bypass_governance_retention == Some(true)
        && asked
            .may(place, "s3:BypassGovernanceRetention", Some(&i.key), Need::Owner, None)
            .is_ok();
    change(asked, &i.key, i.version_id, move |object| {
        let held = object.locked.until.is_some_and(|held| held > now);
        let governed = object.locked.mode.as_deref() == Some("GOVERNANCE");
        let longer = until >= object.locked.until && mode == object.locked.mode;
        if held && !longer && !(governed && bypass) {
            return Err(fault!(
                AccessDenied,
                "Object is protected by its retention until the date that it names."
            ));
        }
        (object.locked.mode, object.locked.until) = (mode, until);
        Ok(())
    })
    .await?;
    Ok(PutObjectRetentionOutput::default())
}

pub(crate) async fn legal_hold(
    _: &Backend,
    asked: &Asked,
    i: GetObjectLegalHoldInput,
) -> Result<GetObjectLegalHoldOutput> {
    lockable(asked)?;
    let object = found(asked, &i.key, i.version_id.as_deref()).await?;
    let Some(held) = object.locked.hold else { return Err(fault!(NoSuchObjectLockConfiguration)) };
    Ok(GetObjectLegalHoldOutput {
        legal_hold: Some(ObjectLockLegalHold { status: Some(hold(held)) }),
    })
}

pub(crate) async fn put_legal_hold(
    _: &Backend,
    asked: &Asked,
    i: PutObjectLegalHoldInput,
) -> Result<PutObjectLegalHoldOutput> {
    lockable(asked)?;
    let status = i.legal_hold.and_then(|hold| hold.status);
    let held = match status.as_ref().map(ObjectLockLegalHoldStatus::as_str) {
        Some("ON") => true,
        Some("OFF") => false,
        _ => return Err(fault!(MalformedXML, "A legal hold is ON or OFF.")),
    };
    change(asked, &i.key, i.version_id, move |object| {
        object.locked.hold = Some(held);
        Ok(())
    })
    .await?;
    Ok(PutObjectLegalHoldOutput::default())
}

pub(crate) async fn lock_rule(
    s3: &Backend,
    asked: &Asked,
    _: GetObjectLockConfigurationInput,
) -> Result<GetObjectLockConfigurationOutput> {
    if !asked.place()?.bucket.object_lock {
        return Err(fault!(ObjectLockConfigurationNotFoundError));
    }
    let rule = s3.setting(asked, Setting::Lock).await?;
    let rule: Option<Rule> = rule.map(|rule| serde_json::from_str(&rule)).transpose()?;
    let rule = rule.map(|rule| ObjectLockRule {
        default_retention: Some(DefaultRetention {
            mode: Some(ObjectLockRetentionMode::from(rule.mode)),
            days: rule.days,
            years: rule.years,
        }),
    });
    Ok(GetObjectLockConfigurationOutput {
        object_lock_configuration: Some(ObjectLockConfiguration {
            object_lock_enabled: Some(ObjectLockEnabled::from_static("Enabled")),
            rule,
        }),
    })
}

pub(crate) async fn put_lock_rule(
    s3: &Backend,
    asked: &Asked,
    i: PutObjectLockConfigurationInput,
) -> Result<PutObjectLockConfigurationOutput> {
    let place = asked.place()?;
    let wanted = i.object_lock_configuration.unwrap_or_default();
    if wanted.object_lock_enabled.as_ref().is_none_or(|enabled| enabled.as_str() != "Enabled") {
        return Err(fault!(MalformedXML, "ObjectLockEnabled can only be Enabled."));
    }
    let rule = match wanted.rule.and_then(|rule| rule.default_retention) {
        None => None,
        Some(DefaultRetention { days, mode, years }) => {
            let mode = mode.map(|mode| mode.as_str().to_owned()).unwrap_or_default();
            if !["GOVERNANCE", "COMPLIANCE"].contains(&mode.as_str())
                || days.is_some() == years.is_some()
            {
                return Err(fault!(MalformedXML, "A retention has a mode, and days or years."));
            }
            if days.or(years).is_none_or(|length| length <= 0 || length > 36_500) {
                return Err(custom(
                    "InvalidRetentionPeriod",
                    http::StatusCode::BAD_REQUEST,
                    "Default retention period must be a positive integer value.",
                ));
            }
            Some(serde_json::to_string(&Rule { mode, days, years })?)
        }
    };
    if !place.bucket.object_lock {
        if place.versioning != Versioning::Enabled {
            return Err(fault!(
                InvalidBucketState,
                "Object Lock configuration cannot be enabled on existing buckets that keep no versions"
            ));
        }
        let bucket = fronts::stores::Bucket { object_lock: true, ..place.bucket.clone() };
        s3.stores.change_bucket(place.store.id, &bucket).await?;
    }
    s3.set(asked, Setting::Lock, rule).await?;
    Ok(PutObjectLockConfigurationOutput::default())
}

impl Backend {
    /// A setting of the bucket that is asked about.
    pub(crate) async fn setting(&self, asked: &Asked, what: Setting) -> Result<Option<String>> {
        let place = asked.place()?;
        let name = place.name();
        place.depot.read(move |rows| buckets::get(rows, &name, what)).await
    }

    /// Changes a setting of the bucket that is asked about.
    pub(crate) async fn set(
        &self,
        asked: &Asked,
        what: Setting,
        value: Option<String>,
    ) -> Result<()> {
        let place = asked.place()?;
        let name = place.name();
        place.depot.write(move |change| buckets::set(change, &name, what, value.as_deref())).await
    }
}
