//! Who calls: keys, what their users may do, and from where.
//!
//! Keys are stored as digests only, never as they read. Which key has a digest is a unique value in
//! the store; what was looked up is remembered until a user or a key changes.

use std::net::IpAddr;
use std::sync::{Arc, RwLock};

use api::Access;
pub use api::api_keys::KEY_MAX;
use sha2::{Digest, Sha256};
use store::Hot;
use uuid::Uuid;

use crate::cx::Cx;
use crate::holders::{Account, ApiKey, EMAILS, User, email_in};
use crate::kept::Kept;
use crate::kind::{Doc, Kind};
use crate::network::Network;
use crate::refusal::{Error, Refusal, Result};
use crate::secret::random_text;
use crate::{Behave, Control};

/// The scope of unique values that says which key reads so: by its digest.
pub const KEYS: &str = "key";
/// The scope of unique values that says which account is the first, and which belongs to a bearer
/// token of `--open`.
pub(crate) const ACCOUNTS: &str = "account";
/// The first account's value in that scope. No digest reads so.
pub(crate) const FIRST: &str = "first";
/// Kinds whose change may change who may do what.
pub(crate) const HOLDERS: &[&str] = &[Account::KIND, User::KIND, ApiKey::KIND];
/// How many callers are remembered at most.
const REMEMBERED: usize = 10_000;

/// Who asks.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The account; 0: nobody, who may call public operations.
    pub account: i64,
    /// The user, or the account's row for its owner.
    pub user: Uuid,
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// What the user may do.
    pub acls: Vec<Access>,
    /// Where the key may be used; empty: anywhere.
    networks: Vec<Network>,
    /// When the key stops working, in milliseconds.
    pub expires: Option<i64>,
}

impl Caller {
    /// Who has no key.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// The owner of an account, who may do everything.
    fn owner(account: i64, user: Uuid, owner: Account) -> Self {
        let Account { name, email, .. } = owner;
        let acls = Access::ACLS.to_vec();
        Self { account, user, name, email, acls, ..Self::default() }
    }

    /// A user of an account.
    fn user(user: Doc<User>) -> Self {
        Self {
            account: user.account(),
            user: user.id(),
            networks: user.whitelist.iter().map(|allowed| allowed.network).collect(),
            name: user.want.name,
            email: user.want.email,
            acls: user.want.acls,
            expires: None,
        }
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

pub(crate) fn too_long() -> Refusal {
    invalid_token().help(format!("a key has at most {KEY_MAX} bytes"))
}

/// A key's digest, in hex: what is stored instead of the key.
pub fn digest(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new key: 36 characters from a random source, capital letters and digits.
pub fn new_key() -> String {
    random_text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 36)
}

/// Remembers who holds which key.
#[derive(Debug, Default)]
pub(crate) struct Keyring(RwLock<Remembered>);

#[derive(Debug)]
struct Remembered {
    /// Grows whenever all is forgotten: what was looked up before is not to be remembered then.
    era: u64,
    /// By the key's digest.
    callers: Kept<[u8; 32], Arc<Caller>>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self { era: 0, callers: Kept::new(REMEMBERED) }
    }
}

impl Keyring {
    pub(crate) fn forget(&self) {
        let mut remembered = self.0.write().expect("no panic while held");
        remembered.era += 1;
        remembered.callers.clear();
    }

    fn recall(&self, digest: &[u8; 32]) -> (u64, Option<Arc<Caller>>) {
        let remembered = self.0.read().expect("no panic while held");
        (remembered.era, remembered.callers.get(digest))
    }

    fn remember(&self, era: u64, digest: [u8; 32], caller: Arc<Caller>) {
        let mut remembered = self.0.write().expect("no panic while held");
        if remembered.era == era {
            remembered.callers.put(digest, caller, 1);
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
        self.who(token, address, false).await
    }

    /// The same, for who needs an account: a server that takes any token makes one.
    ///
    /// # Errors
    /// 401 for a token that is none, or may not be used from `address`.
    pub async fn admit(
        self: &Arc<Self>,
        token: &str,
        address: Option<IpAddr>,
    ) -> Result<Arc<Caller>> {
        self.who(token, address, self.open).await
    }

    async fn who(
        self: &Arc<Self>,
        token: &str,
        address: Option<IpAddr>,
        makes: bool,
    ) -> Result<Arc<Caller>> {
        if token.len() > KEY_MAX {
            return Err(too_long().into());
        }
        self.note_call();
        let _no_reset = self.resetting.read().await;
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let (era, known) = self.keyring.recall(&digest);
        let caller = match known {
            Some(caller) => caller,
            None => {
                let caller = Arc::new(Box::pin(self.look_up(token, makes)).await?);
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

    async fn look_up(self: &Arc<Self>, token: &str, makes: bool) -> Result<Caller> {
        let hex = digest(token);
        let mut key = self.store.taken(KEYS, &hex).await?;
        if key.is_none() && makes && !token.is_empty() {
            let name = format!("Account {}", &hex[..8]);
            let email = format!("{}@kettle.invalid", &hex[..8]);
            let account = Account { name, email, ..Account::default() };
            self.ensure_account(&hex, account, token).await?;
            key = self.store.taken(KEYS, &hex).await?;
        }
        let key = key.ok_or_else(|| invalid_token().help("no key reads like this one"))?;
        // Whatever is gone meanwhile, the key does not work any more.
        let row = self.store.get(key).await?.ok_or_else(invalid_token)?;
        let key: Doc<ApiKey> = Doc::read(row)?;
        let holder = self.store.get(key.user).await?.ok_or_else(invalid_token)?;
        let caller = match &*holder.kind {
            User::KIND => {
                let user: Doc<User> = Doc::read(holder)?;
                if !user.api_enabled {
                    let help = "this user's API access is switched off";
                    return Err(invalid_token().help(help).into());
                }
                Caller::user(user)
            }
            _ => Caller::owner(key.account(), holder.id, Doc::<Account>::read(holder)?.want),
        };
        Ok(Caller { expires: key.expires, ..caller })
    }

    /// Makes the account of this name where there is none, and lets this key be one of its owner's.
    async fn ensure_account(
        self: &Arc<Self>,
        name: &str,
        account: Account,
        key: &str,
    ) -> Result<()> {
        let mut patience = self.store.patience();
        loop {
            let work = format!("account {name}");
            let made = self.try_account(name, account.clone(), key);
            match Box::pin(self.chance.for_work(&self.clock, &work, made)).await {
                // Another request does the same, or did it: let us see what there is now.
                Err(Error::Stale(hot)) if patience.again(&hot).await => {}
                outcome => return outcome,
            }
        }
    }

    async fn try_account(self: &Arc<Self>, name: &str, account: Account, key: &str) -> Result<()> {
        let owner = self.account_named(name, account).await?;
        let mut tx = self.system_cx(owner.seq(), "create-api-key").begin();
        tx.rely_on(owner.id()).await?;
        let hex = digest(key);
        if tx.taken(KEYS, &hex).await?.is_some() {
            return Ok(());
        }
        let doc = tx.new_doc(ApiKey::first(owner.id(), key));
        tx.put(&doc);
        tx.take(KEYS, hex, doc.id());
        let email = email_in(owner.seq(), &owner.email);
        tx.take(EMAILS, email, owner.id());
        tx.commit().await
    }

    /// The account of this name, which is made where there is none.
    pub(crate) async fn account_named(
        self: &Arc<Self>,
        name: &str,
        account: Account,
    ) -> Result<Doc<Account>> {
        let id = match self.store.taken(ACCOUNTS, name).await? {
            Some(id) => id,
            None => {
                let mut tx = self.system_cx(0, "create-account").begin();
                let doc = tx.new_doc(account);
                tx.put(&doc);
                tx.take(ACCOUNTS, name, doc.id());
                tx.commit().await?;
                doc.id()
            }
        };
        // The account's number is that of its row, known once that is stored. Should we die in
        // between, the next start or request goes on from here.
        let row = self.store.get(id).await?.ok_or_else(|| Error::Stale(Hot::row(id)))?;
        Doc::read(row)
    }

    /// A context in which the control plane itself acts for an account.
    pub fn system_cx(self: &Arc<Self>, account: i64, op: &'static str) -> Cx {
        let caller = Arc::new(Caller::owner(account, Uuid::nil(), Account::default()));
        let (address, site, written, asked) = Default::default();
        Cx { control: self.clone(), caller, address, op, site, written, asked, original: None }
    }
}

impl Behave {
    /// Whether answers carry what helps a person, beyond the real API's words.
    pub fn is_helpful(self) -> bool {
        self == Self::Fast
    }
}
