//! Who can hold a key, and keys, as they are stored and shown: accounts, their users, API keys. What
//! can be asked of them is said by their families.

use api::{Access, Secret, Time, api_keys, users};
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

use crate::auth::{KEYS, digest};
use crate::roots::Root;
use crate::{Cx, Doc, Kind, Network, Result, Shown, Tx};

/// How a key is shown later: with all but its end hidden.
const MASK: &str = "*******************************";
/// How many characters of a key are shown later.
const SHOWN: usize = 5;
/// Keys that somebody made up may be short: of those nothing is shown.
const LONG_ENOUGH: usize = 20;
/// The name of a key that came with its user.
const DEFAULT_NAME: &str = "Default";
/// The scope of unique values that says who has an address in an account.
pub const EMAILS: &str = "user-email";

/// An account: its row's number is the account of all its resources.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Account {
    /// The owner's name.
    pub name: String,
    /// The owner's address, which answers carry in `x-user`.
    pub email: String,
    /// Which keys the data directories of its servers brought last; the first account's only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<Root>,
    /// The account that has made it; none for one that is nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<i64>,
    /// The id that it was given for elsewhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub given_id: String,
}

/// How far an account has been invoiced.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Invoiced {
    /// Until when, in milliseconds: the beginning of a month; none: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// How far the invoice is that is being written: the kind of things, and the last one's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<(String, i64)>,
}

/// The list of accounts that another one has made.
pub fn made_by(account: i64) -> Facet {
    ("parent", account.to_string())
}

impl Kind for Account {
    const KIND: &'static str = "account";
    const UNKNOWN: &'static str = "Invalid account";
    const LIVES: bool = true;
    type Seen = Invoiced;

    fn lists(&self) -> Vec<Facet> {
        self.parent.map(made_by).into_iter().collect()
    }
}

/// A user of an account, with less than all permissions maybe.
///
/// There is no password in it: nobody logs in here, so none is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct User {
    /// Full name.
    pub name: String,
    /// Address, unique in the account in whatever case it is written.
    pub email: String,
    /// Given name, where it was told apart.
    pub first_name: String,
    /// Family name, where it was told apart.
    pub last_name: String,
    /// Whether the user's keys work.
    pub api_enabled: bool,
    /// A service user has keys but no way to log in.
    pub service_user: bool,
    /// What the user may do, in the order in which it was given.
    pub acls: Vec<Access>,
    /// Where the user's keys may be used; empty: anywhere.
    pub whitelist: Vec<Allowed>,
}

/// A network from which keys may be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Allowed {
    /// The network.
    pub network: Network,
    /// When it was added, in milliseconds.
    pub added: i64,
}

impl Kind for User {
    const KIND: &'static str = "user";
    const UNKNOWN: &'static str = "Invalid user";
    type Seen = ();
}

impl Shown for User {
    type View = users::User;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> users::User {
        let (id, user) = (doc.id().into(), doc.want.clone());
        users::User {
            id,
            name: user.name,
            first_name: user.first_name,
            last_name: user.last_name,
            email: user.email,
            api_enabled: user.api_enabled,
            service_user: user.service_user,
            acls: user.acls.into_iter().map(Into::into).collect(),
            api_key: Secret::default(),
        }
    }
}

/// An address as a unique value.
pub fn email_in(account: i64, email: &str) -> String {
    format!("{account}/{}", email.to_lowercase())
}

/// A key of a user, or of the account's owner.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ApiKey {
    /// What it is for.
    pub name: String,
    /// Whose it is: a user's row, or that of the account for its owner.
    pub user: Uuid,
    /// Its digest.
    pub digest: String,
    /// Its last characters.
    pub end: String,
    /// When it stops working, in milliseconds; none: never.
    pub expires: Option<i64>,
}

impl Kind for ApiKey {
    const KIND: &'static str = "api-key";
    const UNKNOWN: &'static str = "Invalid API key";
    type Seen = ();

    fn lists(&self) -> Vec<Facet> {
        vec![of_user(self.user)]
    }
}

impl Shown for ApiKey {
    type View = api_keys::ApiKey;
    type With = ();

    /// The keys of the user that a path names; of the caller where it names none.
    async fn within(tx: &mut Tx, owner: &[String]) -> Result<Vec<Facet>> {
        Ok(vec![of_user(match owner {
            [] => tx.cx().caller.user,
            path => tx.in_path::<User>(path).await?.id(),
        })])
    }

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> api_keys::ApiKey {
        api_keys::ApiKey {
            id: doc.id().into(),
            api_key: format!("{MASK}{}", doc.end).into(),
            expire: doc.expires.is_some(),
            date_expire: doc.expires.map(Time::from_millis).into(),
            name: doc.name.clone(),
        }
    }
}

/// The list of keys that a user has.
pub fn of_user(id: Uuid) -> Facet {
    ("user", id.to_string())
}

impl ApiKey {
    /// A key that reads so.
    pub fn new(user: Uuid, key: &str, name: String, expires: Option<i64>) -> Self {
        let length = key.chars().count();
        let end = match length >= LONG_ENOUGH {
            true => key.chars().skip(length - SHOWN).collect(),
            false => "*".repeat(SHOWN),
        };
        Self { name, user, digest: digest(key), end, expires }
    }

    /// The key that comes with a user.
    pub fn first(user: Uuid, key: &str) -> Self {
        Self::new(user, key, DEFAULT_NAME.into(), None)
    }
}

/// Gives a user a key of which only this is known.
pub(crate) fn give(tx: &mut Tx, user: Uuid, digest: String, end: String) {
    issue(tx, ApiKey { name: DEFAULT_NAME.into(), user, digest, end, expires: None });
}

/// Gives a user this key.
pub fn issue(tx: &mut Tx, key: ApiKey) -> Doc<ApiKey> {
    let doc = tx.new_doc(key);
    tx.take(KEYS, doc.digest.clone(), doc.id());
    tx.put(&doc);
    doc
}
