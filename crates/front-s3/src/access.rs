//! Who asks, for what, and whether they may.

mod acl;
mod actions;
pub(crate) mod policy;

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use fronts::stores::Store;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::PostObjectInput;
use s3s::path::S3Path;
use s3s::{S3Request, S3Result, TrailingHeaders, s3_error};

pub(crate) use self::acl::{Acl, Grant, May, Who, canned};
pub(crate) use self::actions::Need;
use self::actions::action_of;
use self::policy::{Facts, Policy, Verdict};
use crate::Backend;
use crate::depot::Depot;
use crate::fault::{Result, fault};
use crate::rows::buckets::{self, Setting, Versioning};
use crate::rows::{Object, objects};

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What the bucket's owner refuses to have public.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Closed {
    pub(crate) block_acls: bool,
    pub(crate) ignore_acls: bool,
    pub(crate) block_policy: bool,
    pub(crate) restrict: bool,
}

/// A bucket, with what decides who may do what with it.
#[derive(Debug)]
pub(crate) struct Place {
    /// The storage that it is in.
    pub(crate) store: Store,
    pub(crate) bucket: fronts::stores::Bucket,
    pub(crate) depot: Arc<Depot>,
    pub(crate) versioning: Versioning,
    pub(crate) acl: Acl,
    pub(crate) policy: Option<Policy>,
    pub(crate) closed: Closed,
    /// Whether lists of who may do what are of no account: the bucket's owner has all.
    pub(crate) enforced: bool,
    /// Whether what is granted to the bucket's owner in full is the owner's.
    pub(crate) preferred: bool,
}

impl Place {
    /// Who has the bucket, as S3 names them.
    pub(crate) fn owner(&self) -> String {
        owner(&self.store)
    }

    /// The bucket's name.
    pub(crate) fn name(&self) -> String {
        self.bucket.name.clone()
    }
}

/// A storage's name among S3's canonical users.
pub(crate) fn owner(store: &Store) -> String {
    store.id.to_string()
}

/// A request, as far as everything that answers needs to know it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Whose key it is signed with.
    pub(crate) caller: Option<Arc<Store>>,
    /// The bucket that it names; none for lists of buckets, and where one is to be made.
    pub(crate) place: Option<Arc<Place>>,
    /// What policies ask about.
    pub(crate) facts: Arc<Facts>,
    /// Headers that come after a body.
    pub(crate) trailers: Option<TrailingHeaders>,
    /// Headers of the answer that its kind has no place for.
    pub(crate) more: Arc<Mutex<http::HeaderMap>>,
}

impl Asked {
    /// The bucket that is asked about.
    pub(crate) fn place(&self) -> Result<&Arc<Place>> {
        self.place.as_ref().ok_or_else(|| fault!(NoSuchBucket))
    }

    /// Whose key it is signed with.
    pub(crate) fn caller(&self) -> Result<&Store> {
        self.caller.as_deref().ok_or_else(|| fault!(AccessDenied))
    }

    /// Who owns what this request makes: whoever asks, or the bucket's owner where nobody says who.
    pub(crate) fn maker(&self, place: &Place) -> String {
        match &self.caller {
            Some(caller) if !place.enforced => owner(caller),
            _ => place.owner(),
        }
    }

    /// Refuses what whoever asks may not do.
    pub(crate) fn may(
        &self,
        place: &Place,
        action: &str,
        key: Option<&str>,
        need: Need,
        object: Option<&Object>,
    ) -> Result<()> {
        let caller = self.caller.as_deref().map(owner);
        let resource = match key {
            Some(key) => format!("arn:aws:s3:::{}/{key}", place.bucket.name),
            None => format!("arn:aws:s3:::{}", place.bucket.name),
        };
        let owns = caller.as_deref() == Some(place.owner().as_str());
        let verdict = place.policy.as_ref().map_or(Verdict::Nothing, |policy| {
            policy.decide(caller.as_deref(), action, &resource, &self.facts, object)
        });
        match verdict {
            // A policy must not lock out whoever can change it.
            Verdict::Deny if owns && action.ends_with("BucketPolicy") => return Ok(()),
            Verdict::Deny => return Err(fault!(AccessDenied)),
            Verdict::Allow if owns || !self.restricted(place) => return Ok(()),
            _ => {}
        }
        if need.met(place, caller.as_deref(), object) { Ok(()) } else { Err(fault!(AccessDenied)) }
    }

    /// Whether whoever asks may list what begins with a key, and so may know that it is not there.
    fn may_list(&self, place: &Place, key: &str) -> bool {
        let facts = Arc::new(self.facts.with_prefix(key));
        let asked = Self { facts, ..self.clone() };
        asked.may(place, "s3:ListBucket", None, Need::BucketRead, None).is_ok()
    }

    /// Whether a public policy is not to let strangers in.
    fn restricted(&self, place: &Place) -> bool {
        place.closed.restrict && place.policy.as_ref().is_some_and(Policy::is_public)
    }
}

impl Backend {
    /// The bucket of a name, for whoever asks.
    pub(crate) async fn place(
        &self,
        caller: Option<&Store>,
        host: Option<&str>,
        name: &str,
    ) -> Result<Arc<Place>> {
        let has = |store: &Store| store.buckets.iter().find(|bucket| bucket.name == name).cloned();
        let own = caller.filter(|store| host.is_none_or(|host| store.host == host));
        let found = match own.and_then(|store| Some((store.clone(), has(store)?))) {
            Some(found) => Some(found),
            None => {
                let host = host.or(caller.map(|store| store.host.as_str()));
                let store = self.stores.by_bucket(host, name).await?;
                store.and_then(|store| has(&store).map(|bucket| (store, bucket)))
            }
        };
        let Some((store, bucket)) = found else { return Err(fault!(NoSuchBucket)) };
        self.open_place(store, bucket).await
    }

    async fn open_place(&self, store: Store, bucket: fronts::stores::Bucket) -> Result<Arc<Place>> {
        let depot = self.depots.open(store.id).await?;
        let name = bucket.name.clone();
        let known = depot.read(move |rows| buckets::find(rows, &name)).await?;
        let sound = known.is_some_and(|(created, versioned)| {
            created == bucket.created && (versioned || !bucket.versioning)
        });
        let mut versioned = known.is_some_and(|(_, versioned)| versioned);
        if !sound {
            let bucket = bucket.clone();
            versioned |= bucket.versioning;
            depot
                .write(move |change| {
                    buckets::begin(change, &bucket)?;
                    if bucket.versioning {
                        buckets::versioned(change, &bucket.name)
                    } else {
                        Ok(())
                    }
                })
                .await?;
        }
        let versioning = match (bucket.versioning, versioned) {
            (true, _) => Versioning::Enabled,
            (false, true) => Versioning::Suspended,
            (false, false) => Versioning::Never,
        };
        let name = bucket.name.clone();
        let own = owner(&store);
        let (acl, policy, closed, ownership) = depot
            .read(move |rows| {
                let acl = buckets::get(rows, &name, Setting::Acl)?;
                let acl = acl.map(|acl| serde_json::from_str(&acl)).transpose()?;
                let policy = buckets::get(rows, &name, Setting::Policy)?;
                let closed = buckets::get(rows, &name, Setting::PublicAccess)?;
                let closed = closed.map(|closed| serde_json::from_str(&closed)).transpose()?;
                let ownership = buckets::get(rows, &name, Setting::Ownership)?;
                Ok((acl.unwrap_or_else(|| Acl::private(&own)), policy, closed, ownership))
            })
            .await?;
        let policy = policy.map(|policy| Policy::parse(&policy)).transpose()?;
        let closed = closed.unwrap_or_default();
        let enforced = ownership.as_deref() == Some("BucketOwnerEnforced");
        let preferred = ownership.as_deref() == Some("BucketOwnerPreferred");
        let place =
            Place { store, bucket, depot, versioning, acl, policy, closed, enforced, preferred };
        Ok(Arc::new(place))
    }
}

/// What is said to who shows a key that nobody has.
const UNKNOWN_KEY: &str = "No object storage here has this access key, or it is not active yet.";

/// Whose key a signature is made with, and what they may do.
#[derive(Clone)]
pub(crate) struct Guard(pub(crate) Arc<Backend>);

#[async_trait::async_trait]
impl S3Auth for Guard {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let found = self.0.stores.by_key(access_key).await.map_err(crate::fault::Fault::from)?;
        let store = found.ok_or_else(|| s3_error!(InvalidAccessKeyId, "{UNKNOWN_KEY}"))?;
        Ok(SecretKey::from(store.secret_key.as_str()))
    }
}

#[async_trait::async_trait]
impl S3Access for Guard {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        Ok(self.decide(cx).await?)
    }

    /// A form of a browser says only inside for which key it is.
    async fn post_object(&self, request: &mut S3Request<PostObjectInput>) -> S3Result<()> {
        let asked = request.extensions.get::<Asked>();
        let asked = asked.ok_or_else(|| s3_error!(AccessDenied))?;
        let key = Some(request.input.key.as_str());
        Ok(asked.may(asked.place()?, "s3:PutObject", key, Need::BucketWrite, None)?)
    }
}

impl Guard {
    async fn decide(&self, cx: &mut S3AccessContext<'_>) -> Result<()> {
        let caller = match cx.credentials() {
            Some(credentials) => {
                let store = self.0.stores.by_key(&credentials.access_key).await?;
                let store = store.ok_or_else(|| fault!(InvalidAccessKeyId, "{UNKNOWN_KEY}"))?;
                let cluster = self.0.hosts.cluster(cx.headers());
                if let Some(cluster) = cluster.filter(|cluster| *cluster != store.host) {
                    return Err(fault!(
                        InvalidAccessKeyId,
                        "The key is of {}, and {cluster} was asked.",
                        store.host
                    ));
                }
                Some(Arc::new(store))
            }
            None => None,
        };
        let peer = cx.extensions_mut().get::<Peer>().map(|peer| peer.0);
        // Clients sign with the system's time, whatever the world's clock shows.
        let now = self.0.clock.outside();
        let facts = Arc::new(Facts::of(cx.uri(), cx.headers(), peer, now));
        let op = cx.s3_op().name();
        if let Some(header) =
            cx.headers().keys().find(|name| name.as_str().contains("server-side-encryption"))
        {
            let header = header.as_str();
            return Err(fault!(
                NotImplemented,
                "Kettle does not encrypt objects: {header} cannot be honoured."
            ));
        }
        let mut asked = Asked { caller, place: None, facts, trailers: None, more: Arc::default() };
        let (bucket, key) = match cx.s3_path() {
            S3Path::Root => (None, None),
            S3Path::Bucket { bucket } => (Some(bucket.to_string()), None),
            S3Path::Object { bucket, key } => (Some(bucket.to_string()), Some(key.to_string())),
        };
        match bucket.filter(|_| op != "CreateBucket") {
            None => {
                asked.caller()?;
            }
            Some(bucket) => {
                let host = self.0.hosts.cluster(cx.headers());
                let place = self.0.place(asked.caller.as_deref(), host, &bucket).await?;
                asked.place = Some(place.clone());
                let expected = asked.facts.header("x-amz-expected-bucket-owner");
                if expected.is_some_and(|expected| expected != place.owner()) {
                    return Err(fault!(
                        AccessDenied,
                        "The bucket has another owner than expected."
                    ));
                }
                let version = asked.facts.query("versionId").map(str::to_owned);
                let Some((action, need)) = action_of(op, version.is_some()) else {
                    return Err(fault!(NotImplemented, "Kettle does not serve {op}."));
                };
                if op != "DeleteObjects" && op != "PostObject" {
                    let object = asked.object(&place, key.as_deref(), version, need).await?;
                    let may = asked.may(&place, action, key.as_deref(), need, object.as_ref());
                    let absent = object.is_none() && need == Need::ObjectRead;
                    may.map_err(|fault| match key.filter(|_| absent) {
                        Some(key) if asked.may_list(&place, &key) => fault!(NoSuchKey),
                        _ => fault,
                    })?;
                }
            }
        }
        cx.extensions_mut().insert(asked);
        Ok(())
    }
}

impl Asked {
    /// The object that a request is about, where it matters for whether it may.
    async fn object(
        &self,
        place: &Arc<Place>,
        key: Option<&str>,
        version: Option<String>,
        need: Need,
    ) -> Result<Option<Object>> {
        let Some(key) = key.map(str::to_owned) else { return Ok(None) };
        let tagged = place.policy.as_ref().is_some_and(Policy::asks_for_tags);
        if !need.is_of_object() && !tagged {
            return Ok(None);
        }
        let name = place.name();
        place
            .depot
            .read(move |rows| objects::find(rows, &name, &key, version.as_deref()))
            .await
            .map(|object| object.filter(|object| !object.marker))
    }
}
