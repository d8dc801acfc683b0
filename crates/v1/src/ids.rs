//! Identifiers: v1's numbers and short hexadecimal words for v2's UUIDs, assigned when first
//! needed and kept.
//!
//! A number is drawn from the UUID itself, and drawn again where another thing has it: so there is
//! no counter to contend for. An id says nothing about whose thing it is; that is v2's to judge.

use async_trait::async_trait;
use store::Store;
use uuid::Uuid;

/// A kind of id: things of one space never share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    /// SUBID: servers, volumes, reserved addresses: all that is paid for.
    Subscription,
    /// SNAPSHOTID.
    Snapshot,
    /// BACKUPID.
    Backup,
    /// SSHKEYID.
    SshKey,
    /// USERID.
    User,
    /// NETWORKID.
    Network,
    /// FIREWALLGROUPID.
    FirewallGroup,
    /// ISOID.
    Iso,
    /// SCRIPTID.
    Script,
    /// RECORDID.
    Record,
}

impl Space {
    fn name(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::Snapshot => "snapshot",
            Self::Backup => "backup",
            Self::SshKey => "ssh-key",
            Self::User => "user",
            Self::Network => "network",
            Self::FirewallGroup => "firewall-group",
            Self::Iso => "iso",
            Self::Script => "script",
            Self::Record => "record",
        }
    }

    /// The numbers of this space: from, and how many.
    fn range(self) -> (u64, u64) {
        match self {
            // Eight digits.
            Self::Subscription => (10_000_000, 90_000_000),
            // Seven digits: the public ISOs of the catalogue have six.
            Self::Iso | Self::Record => (1_000_000, 9_000_000),
            // Six digits: the Go client writes a longer one as 6.925945e+06.
            Self::Script => (100_000, 900_000),
            // Eight hexadecimal digits.
            Self::FirewallGroup => (0x1000_0000, 0xf000_0000),
            // Thirteen hexadecimal digits, as PHP's uniqid() has them.
            Self::Snapshot | Self::Backup | Self::SshKey | Self::User | Self::Network => {
                (0x1_0000_0000_0000, 0xf_0000_0000_0000)
            }
        }
    }

    /// An id as v1 writes it.
    pub fn text(self, number: u64) -> String {
        match self {
            Self::Subscription | Self::Iso | Self::Script | Self::Record => number.to_string(),
            Self::FirewallGroup => format!("{number:08x}"),
            Self::Network => format!("net{number:013x}"),
            _ => format!("{number:013x}"),
        }
    }

    /// The number in an id; none where it has not the shape of one.
    pub fn number(self, text: &str) -> Option<u64> {
        let number = match self {
            Self::Subscription | Self::Iso | Self::Script | Self::Record => text.parse().ok()?,
            Self::Network => u64::from_str_radix(text.strip_prefix("net")?, 16).ok()?,
            _ => u64::from_str_radix(text, 16).ok()?,
        };
        // One spelling each: `+5` and `0A` are none.
        (self.text(number) == text).then_some(number)
    }

    fn draw(self, id: Uuid, attempt: u32) -> u64 {
        let (from, count) = self.range();
        let drawn = Uuid::new_v5(&id, &attempt.to_be_bytes()).as_u64_pair().0;
        from + drawn % count
    }
}

/// Why ids could not be had.
#[derive(Debug, thiserror::Error)]
pub enum IdsError {
    /// The store failed, or others were quicker, again and again.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Which id of v1 is which of v2.
#[async_trait]
pub trait Ids: Send + Sync + 'static {
    /// The numbers of these things, in their order; assigned where they have none yet.
    async fn numbers(&self, space: Space, ids: &[Uuid]) -> Result<Vec<u64>, IdsError>;
    /// The thing with this number; none where none was ever given it.
    async fn id(&self, space: Space, number: u64) -> Result<Option<Uuid>, IdsError>;
    /// Keeps the first password of a server, which v2 tells only once and v1 in every list; none:
    /// forgets it.
    async fn keep_password(&self, server: Uuid, password: Option<&str>) -> Result<(), IdsError>;
    /// The password that was kept.
    async fn password(&self, server: Uuid) -> Result<Option<String>, IdsError>;
}

const PASSWORD: &str = "v1-password";

/// Keeps ids in a store: the server's own, or the gateway's small file.
#[derive(Debug, Clone)]
pub struct StoreIds {
    store: Store,
}

impl StoreIds {
    /// Ids in this store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Assigns what is missing, all in one transaction.
    async fn assign(&self, space: Space, ids: &[Uuid]) -> Result<Vec<u64>, store::Error> {
        let (there, back) = scopes(space);
        let mut tx = self.store.begin();
        let mut numbers = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(owner) = tx.taken(&back, &id.to_string()).await? {
                numbers.push(packed_number(owner));
                continue;
            }
            let mut attempt = 0;
            let number = loop {
                let number = space.draw(*id, attempt);
                if tx.taken(&there, &number.to_string()).await?.is_none() {
                    break number;
                }
                attempt += 1;
            };
            tx.take(there.as_str(), number.to_string(), *id);
            tx.take(back.as_str(), id.to_string(), packed(number));
            numbers.push(number);
        }
        tx.commit().await?;
        Ok(numbers)
    }
}

/// The scopes of unique values: number to UUID, and back.
fn scopes(space: Space) -> (String, String) {
    (format!("v1:{}", space.name()), format!("v1:{}:number", space.name()))
}

/// The store's unique values are held by UUIDs: a number travels inside one. No resource has it,
/// since those of resources carry a version.
fn packed(number: u64) -> Uuid {
    Uuid::from_u64_pair(0, number)
}

fn packed_number(owner: Uuid) -> u64 {
    owner.as_u64_pair().1
}

#[async_trait]
impl Ids for StoreIds {
    async fn numbers(&self, space: Space, ids: &[Uuid]) -> Result<Vec<u64>, IdsError> {
        let (_, back) = scopes(space);
        let mut numbers = Vec::with_capacity(ids.len());
        for id in ids {
            match self.store.taken(&back, &id.to_string()).await? {
                Some(owner) => numbers.push(packed_number(owner)),
                None => break,
            }
        }
        if numbers.len() == ids.len() {
            return Ok(numbers);
        }
        let mut patience = self.store.patience();
        loop {
            match self.assign(space, ids).await {
                Err(store::Error::Stale(hot)) if patience.again(&hot).await => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    async fn id(&self, space: Space, number: u64) -> Result<Option<Uuid>, IdsError> {
        Ok(self.store.taken(&scopes(space).0, &number.to_string()).await?)
    }

    async fn keep_password(&self, server: Uuid, password: Option<&str>) -> Result<(), IdsError> {
        match password {
            Some(password) => {
                let state = serde_json::Value::from(password).to_string();
                self.store.world_put(PASSWORD, server, state).await?;
            }
            None => self.store.world_remove(PASSWORD, server).await?,
        }
        Ok(())
    }

    async fn password(&self, server: Uuid) -> Result<Option<String>, IdsError> {
        let state = self.store.world_get(PASSWORD, server).await?;
        Ok(state.and_then(|state| serde_json::from_str(&state).ok()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use store::Location;

    use super::*;

    async fn ids() -> StoreIds {
        StoreIds::new(Store::open(&Location::Memory).await.unwrap())
    }

    #[test]
    fn ids_have_v1s_shapes_and_one_spelling() {
        let text = |space: Space| space.text(space.draw(Uuid::from_u128(7), 0));
        assert_eq!(text(Space::Subscription).len(), 8);
        assert_eq!(text(Space::Script).len(), 6);
        assert_eq!(text(Space::SshKey).len(), 13);
        assert_eq!(text(Space::FirewallGroup).len(), 8);
        assert_eq!(text(Space::Network).len(), 16);
        for space in [Space::Subscription, Space::Snapshot, Space::Network, Space::FirewallGroup] {
            let number = space.draw(Uuid::from_u128(9), 0);
            assert_eq!(space.number(&space.text(number)), Some(number));
        }
        assert_eq!(Space::Subscription.number("+10000000"), None);
        assert_eq!(Space::FirewallGroup.number("1234ABCD"), None);
        assert_eq!(Space::Network.number("5359435d28b9a"), None);
    }

    #[tokio::test]
    async fn an_id_stays_the_same_and_leads_back() {
        let ids = ids().await;
        let things: Vec<_> = (0..500).map(|_| Uuid::new_v4()).collect();
        let numbers = ids.numbers(Space::Record, &things).await.unwrap();
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 500);
        assert_eq!(ids.numbers(Space::Record, &things).await.unwrap(), numbers);
        for (thing, number) in things.iter().zip(&numbers) {
            assert_eq!(ids.id(Space::Record, *number).await.unwrap(), Some(*thing));
        }
        assert_eq!(ids.id(Space::Script, numbers[0]).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_number_that_another_thing_has_is_not_given_again() {
        let ids = ids().await;
        let (one, two) = (Uuid::new_v4(), Uuid::new_v4());
        let number = Space::Iso.draw(two, 0);
        let mut tx = ids.store.begin();
        tx.take("v1:iso", number.to_string(), one);
        tx.commit().await.unwrap();
        let given = ids.numbers(Space::Iso, &[two]).await.unwrap();
        assert_eq!(given, [Space::Iso.draw(two, 1)]);
    }

    #[tokio::test]
    async fn those_who_ask_at_once_are_told_the_same() {
        let ids = ids().await;
        let things: Vec<_> = (0..20).map(|_| Uuid::new_v4()).collect();
        let asked = (0..8).map(|_| ids.numbers(Space::Subscription, &things));
        let told = futures_util::future::join_all(asked).await;
        for numbers in &told {
            assert_eq!(numbers.as_ref().unwrap(), told[0].as_ref().unwrap());
        }
    }
}
