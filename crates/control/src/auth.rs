//! Who calls: keys, what their users may do, and from where.
//!
//! Keys are stored as digests only. Who holds a key is a unique value in the store; what was
//! looked up is remembered until a user or a key changes.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, RwLock};

use api::Access;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::cx::Cx;
use crate::kind::{Doc, Kind};
use crate::network::Network;
use crate::refusal::{Error, Refusal, Result};
use crate::{Behave, Control};

/// The scope of unique values that says who holds a key.
pub(crate) const KEYS: &str = "key";
/// The scope of unique values that says which account belongs to a bearer token of `--open`, and
/// which is the first.
const ACCOUNTS: &str = "account";
/// Kinds whose change may change who may do what.
pub(crate) const HOLDERS: &[&str] = &[Account::KIND, User::KIND, ApiKey::KIND];
/// How many callers are remembered at most.
const REMEMBERED: usize = 10_000;

/// An account: its row's number is the account of all its resources.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Account {
    /// The owner's name.
    pub name: String,
    /// The owner's address, which answers carry in `x-user`.
    pub email: String,
}

impl Kind for Account {
    const KIND: &'static str = "account";
    const UNKNOWN: &'static str = "Invalid account";
    type Seen = ();
}

/// A user of an account, with less than all permissions maybe.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct User {
    /// Full name.
    pub name: String,
    /// Address, unique in the account.
    pub email: String,
    /// Given name, where it was told apart.
    pub first_name: String,
    /// Family name, where it was told apart.
    pub last_name: String,
    /// Digest of the password.
    pub password: String,
    /// Whether the user's keys work.
    pub api_enabled: bool,
    /// A service user has keys but no way to log in.
    pub service_user: bool,
    /// What the user may do.
    pub acls: Vec<Access>,
    /// Digest of the key that came with the user.
    pub key: String,
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

/// A further key of a user, or of the account's owner.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ApiKey {
    /// What it is for.
    pub name: String,
    /// Its user; none: the account's owner.
    pub user: Option<Uuid>,
    /// Digest of the key.
    pub digest: String,
    /// When it stops working, in milliseconds; none: never.
    pub expires: Option<i64>,
}

impl Kind for ApiKey {
    const KIND: &'static str = "api-key";
    const UNKNOWN: &'static str = "Invalid API key";
    type Seen = ();

    fn lists(&self) -> Vec<store::Facet> {
        vec![("user", self.user.map(|id| id.to_string()).unwrap_or_default())]
    }
}

/// Who asks.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The account; 0: nobody, who may call public operations.
    pub account: i64,
    /// The user, or the account's row for its owner.
    pub user: Uuid,
    /// The user's address.
    pub email: String,
    /// What the user may do.
    pub acls: Vec<Access>,
    /// Where the key may be used; empty: anywhere.
    networks: Vec<Network>,
    /// When the key stops working, in milliseconds.
    expires: Option<i64>,
}

impl Caller {
    /// Who has no key.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// The owner of an account, as lives act in.
    pub(crate) fn owner(account: i64, user: Uuid, email: String) -> Self {
        Self { account, user, email, acls: vec![Access::ManageUsers], ..Self::default() }
    }

    /// Refuses a caller without this permission.
    ///
    /// # Errors
    /// 401 without a key, 403 without the permission.
    pub fn may(&self, access: Access) -> Result<(), Refusal> {
        if access == Access::Public {
            return Ok(());
        }
        if self.account == 0 {
            return Err(invalid_token());
        }
        if access.allowed(&self.acls) {
            return Ok(());
        }
        let help = format!("the key's user lacks the permission `{}`", access.as_str());
        Err(Refusal::forbidden("Forbidden.").help(help))
    }
}

fn invalid_token() -> Refusal {
    Refusal::unauthorized("Invalid API token.")
}

/// A key's digest, in hex: what is stored instead of the key.
pub fn digest(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new key: 36 characters from a random source, capital letters and digits.
pub fn new_key() -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let random = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
    let bytes = random.iter().flat_map(|id| id.as_bytes().iter().enumerate());
    // Two bytes of a random UUID hold its version and variant, and less chance than the others.
    let bytes = bytes.filter(|(i, _)| *i != 6 && *i != 8).map(|(_, byte)| byte);
    bytes.take(36).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// Remembers who holds which key.
#[derive(Debug, Default)]
pub(crate) struct Keyring(RwLock<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    /// Grows whenever all is forgotten: what was looked up before is not to be remembered then.
    era: u64,
    callers: BTreeMap<[u8; 32], Arc<Caller>>,
}

impl Keyring {
    pub(crate) fn forget(&self) {
        let mut remembered = self.0.write().expect("no panic while held");
        remembered.era += 1;
        remembered.callers.clear();
    }

    fn recall(&self, digest: &[u8; 32]) -> (u64, Option<Arc<Caller>>) {
        let remembered = self.0.read().expect("no panic while held");
        (remembered.era, remembered.callers.get(digest).cloned())
    }

    fn remember(&self, era: u64, digest: [u8; 32], caller: Arc<Caller>) {
        let mut remembered = self.0.write().expect("no panic while held");
        if remembered.era == era && remembered.callers.len() < REMEMBERED {
            remembered.callers.insert(digest, caller);
        }
    }
}

impl Control {
    /// Who holds a bearer token.
    ///
    /// # Errors
    /// 401 for a token that is none, or may not be used from `address`.
    pub async fn identify(
        self: &Arc<Self>,
        token: &str,
        address: Option<IpAddr>,
    ) -> Result<Arc<Caller>> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let (era, known) = self.keyring.recall(&digest);
        let caller = match known {
            Some(caller) => caller,
            None => {
                let caller = Arc::new(self.look_up(token).await?);
                // Where servers share a database, another one may change who holds it.
                if !self.shared {
                    self.keyring.remember(era, digest, caller.clone());
                }
                caller
            }
        };
        if caller.expires.is_some_and(|at| at <= self.clock.now()) {
            return Err(invalid_token().help("the key has expired").into());
        }
        let allowed = |address: IpAddr| caller.networks.iter().any(|n| n.contains(address));
        match address {
            Some(address) if !caller.networks.is_empty() && !allowed(address) => {
                Err(Refusal::unauthorized(format!("Unauthorized IP address: {address}")).into())
            }
            _ => Ok(caller),
        }
    }

    async fn look_up(self: &Arc<Self>, token: &str) -> Result<Caller> {
        let hex = digest(token);
        let Some(holder) = self.store.taken(KEYS, &hex).await? else {
            if self.open && !token.is_empty() {
                return self.open_account(&hex).await;
            }
            return Err(invalid_token().help("no key reads like this one").into());
        };
        let row = self.store.get(holder).await?.ok_or_else(invalid_token)?;
        match &*row.kind {
            Account::KIND => {
                let doc: Doc<Account> = Doc::read(row)?;
                Ok(Caller::owner(doc.seq(), doc.id(), doc.want.email))
            }
            User::KIND => user_caller(&Doc::read(row)?, None),
            _ => {
                let key: Doc<ApiKey> = Doc::read(row)?;
                let holder = key.user.unwrap_or_default();
                match self.store.get(holder).await? {
                    Some(row) if row.kind == User::KIND => {
                        user_caller(&Doc::read(row)?, key.expires)
                    }
                    _ => {
                        let owner = self.owner_of(key.account()).await?;
                        let expires = key.expires;
                        Ok(Caller { expires, ..owner })
                    }
                }
            }
        }
    }

    async fn owner_of(&self, account: i64) -> Result<Caller> {
        let id = self.store.taken(ACCOUNTS, &account.to_string()).await?.unwrap_or_default();
        let row = self.store.get(id).await?.ok_or_else(invalid_token)?;
        let doc: Doc<Account> = Doc::read(row)?;
        Ok(Caller::owner(account, doc.id(), doc.want.email))
    }

    /// The account of a bearer token under `--open`, made on first use.
    async fn open_account(self: &Arc<Self>, hex: &str) -> Result<Caller> {
        let name = format!("Account {}", &hex[..8]);
        let email = format!("{}@kettle.invalid", &hex[..8]);
        match self.new_account(Account { name, email }, hex).await {
            // Another request with the same token was first.
            Err(Error::Stale) | Ok(()) => {}
            Err(e) => return Err(e),
        }
        let holder = self.store.taken(KEYS, hex).await?.ok_or_else(invalid_token)?;
        let row = self.store.get(holder).await?.ok_or_else(invalid_token)?;
        let doc: Doc<Account> = Doc::read(row)?;
        Ok(Caller::owner(doc.seq(), doc.id(), doc.want.email))
    }

    /// Stores a new account whose owner's key has this digest.
    async fn new_account(self: &Arc<Self>, account: Account, hex: &str) -> Result<()> {
        let mut tx = self.system_cx(0, "create-account").begin();
        let doc = tx.new_doc(account);
        tx.put(&doc);
        tx.take(KEYS, hex, doc.id());
        tx.commit().await?;
        // The number is known once the row is stored; keys of the owner find the account by it.
        let stored = self.store.get(doc.id()).await?.ok_or_else(invalid_token)?;
        let mut tx = self.system_cx(0, "create-account").begin();
        let stored: Doc<Account> = Doc::read(stored)?;
        tx.put(&stored);
        tx.take(ACCOUNTS, stored.seq().to_string(), stored.id());
        tx.commit().await
    }

    /// Makes the first account, if there is none yet. `key` is its owner's.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn ensure_root(self: &Arc<Self>, key: &str) -> Result<()> {
        let hex = digest(key);
        if self.store.taken(KEYS, &hex).await?.is_some() {
            return Ok(());
        }
        let account = Account { name: "Kettle".into(), email: "root@kettle.invalid".into() };
        match self.new_account(account, &hex).await {
            Err(Error::Stale) => Ok(()),
            outcome => outcome,
        }
    }

    /// A context in which the control plane itself acts for an account.
    pub(crate) fn system_cx(self: &Arc<Self>, account: i64, op: &'static str) -> Cx {
        let caller = Arc::new(Caller::owner(account, Uuid::nil(), String::new()));
        Cx { control: self.clone(), caller, address: None, op }
    }
}

fn user_caller(user: &Doc<User>, expires: Option<i64>) -> Result<Caller> {
    if !user.api_enabled {
        return Err(invalid_token().help("this user's API access is switched off").into());
    }
    Ok(Caller {
        account: user.account(),
        user: user.id(),
        email: user.email.clone(),
        acls: user.acls.clone(),
        networks: user.whitelist.iter().map(|a| a.network).collect(),
        expires,
    })
}

impl Behave {
    /// Whether answers carry what helps a person, beyond the real API's words.
    pub fn is_helpful(self) -> bool {
        self == Self::Fast
    }
}
