//! Identifiers: v1's numbers and short hexadecimal words for v2's UUIDs, assigned when first
//! needed and kept.
//!
//! A number is drawn from the UUID itself, and drawn again where another thing has it or had it: so
//! there is no counter to contend for, and an old script never means another thing than it did. An
//! id says nothing about whose thing it is; that is v2's to judge.

use std::collections::BTreeSet;

use async_trait::async_trait;
use store::{Store, Tx};
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

    /// The scope of its numbers among the store's unique values.
    fn scope(self) -> String {
        format!("v1:{}", self.name())
    }

    /// Whether a number could come twice by chance. Those of thirteen digits do not.
    fn is_narrow(self) -> bool {
        self.range().1 <= u64::from(u32::MAX)
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
        let drawn = store::derived_id(id, &attempt.to_be_bytes()).as_u64_pair().0;
        from + drawn % count
    }
}

/// Why ids could not be had.
#[derive(Debug, thiserror::Error)]
pub enum IdsError {
    /// The store failed, or others were quicker, again and again.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Nearly all numbers have been given.
    #[error("{} is used up: no number that was never given was found", .0.name())]
    Full(Space),
}

/// Which id of v1 is which of v2.
#[async_trait]
pub trait Ids: Send + Sync + 'static {
    /// The numbers of these things, in their order; assigned where they have none yet.
    async fn numbers(&self, space: Space, ids: &[Uuid]) -> Result<Vec<u64>, IdsError>;
    /// The thing with this number; none where none was ever given it.
    async fn id(&self, space: Space, number: u64) -> Result<Option<Uuid>, IdsError>;
    /// Keeps the first password of a server, which v2 tells only once and v1 in every list.
    async fn keep_password(&self, server: Uuid, password: &str) -> Result<(), IdsError>;
    /// The password that was kept.
    async fn password(&self, server: Uuid) -> Result<Option<String>, IdsError>;
    /// Forgets a thing that is gone, with all that was kept of it. Its number is never given again.
    async fn forget(&self, space: Space, id: Uuid) -> Result<(), IdsError>;
}

/// How many numbers are drawn before a space counts as full.
const DRAWS: u32 = 1000;
/// The scope of passwords. A value is the server's UUID, since two may have the same password, and
/// the password.
const PASSWORD: &str = "v1:password";

/// Keeps ids in a store: the server's own, or the gateway's small file.
///
/// Numbers and passwords are unique values that the thing's UUID holds. So in the server's store
/// they go with the thing's row, however it goes. What remains of a number is one bit that says that
/// it was given.
#[derive(Debug, Clone)]
pub struct StoreIds {
    store: Store,
    /// Whether the things themselves are rows of this store.
    beside: bool,
}

impl StoreIds {
    /// Ids in a store of their own, as a gateway has it: the things are elsewhere.
    pub fn new(store: Store) -> Self {
        Self { store, beside: false }
    }

    /// Ids in the store that has the things themselves, without which nothing is kept of them.
    pub fn beside(store: Store) -> Self {
        Self { store, beside: true }
    }

    async fn number(&self, space: Space, id: Uuid) -> Result<Option<u64>, store::Error> {
        let held = self.store.held(&space.scope(), id).await?;
        Ok(held.first().and_then(|number| number.parse().ok()))
    }

    /// Assigns what is missing, all in one transaction. What is gone already has a number that is
    /// given to nobody else, and keeps nothing.
    async fn assign(
        &self,
        space: Space,
        ids: &[Uuid],
        gone: &BTreeSet<Uuid>,
    ) -> Result<Vec<u64>, IdsError> {
        let mut tx = self.store.begin();
        let mut numbers = Vec::with_capacity(ids.len());
        for id in ids {
            let number = match self.number(space, *id).await? {
                Some(number) => number,
                None if gone.contains(id) => draw(&mut tx, space, *id).await?,
                None => {
                    // ISOs of the catalogue have no rows.
                    if self.beside && space != Space::Iso {
                        tx.need(*id);
                    }
                    let number = draw(&mut tx, space, *id).await?;
                    tx.take(space.scope(), number.to_string(), *id);
                    number
                }
            };
            numbers.push(number);
        }
        tx.commit().await?;
        Ok(numbers)
    }

    /// Releases what a thing holds in these scopes, and keeps a password of it where there is one.
    async fn replace(
        &self,
        id: Uuid,
        scopes: &[&str],
        password: Option<&str>,
    ) -> Result<(), IdsError> {
        let mut patience = self.store.patience();
        loop {
            let mut tx = self.store.begin();
            for scope in scopes {
                for value in self.store.held(scope, id).await? {
                    tx.release(*scope, value);
                }
            }
            if let Some(password) = password {
                if self.beside {
                    tx.need(id);
                }
                tx.take(PASSWORD, password, id);
            }
            match tx.commit().await {
                // What it held has gone with it.
                Err(store::Error::Gone(gone)) if gone == id => return Ok(()),
                Err(store::Error::Stale(hot)) if patience.again(&hot).await => {}
                outcome => return Ok(outcome?),
            }
        }
    }
}

/// The first of a thing's draws that no other thing has or had. Who asks at the same moment finds
/// the same number taken at the commit, and begins anew.
async fn draw(tx: &mut Tx, space: Space, id: Uuid) -> Result<u64, IdsError> {
    for attempt in 0..DRAWS {
        let number = space.draw(id, attempt);
        let text = number.to_string();
        match tx.taken(&space.scope(), &text).await? {
            // Asked for twice in the same call.
            Some(owner) if owner == id => return Ok(number),
            Some(_) => continue,
            None => {}
        }
        if space.is_narrow() && !mark(tx, space, number).await? {
            continue;
        }
        return Ok(number);
    }
    Err(IdsError::Full(space))
}

/// Marks a number as given; false: it was before. The marks of 64 numbers are one unique value,
/// whose holder they are, so that they never take more than a small share of the space.
async fn mark(tx: &mut Tx, space: Space, number: u64) -> Result<bool, store::Error> {
    let (scope, page) = (format!("{}:given", space.scope()), (number / 64).to_string());
    let marks = tx.taken(&scope, &page).await?.map_or(0, |marks| marks.as_u64_pair().1);
    let bit = 1 << (number % 64);
    if marks & bit != 0 {
        return Ok(false);
    }
    tx.release(scope.as_str(), page.as_str());
    // No resource has such a UUID, since theirs carry a version.
    tx.take(scope, page, Uuid::from_u64_pair(0, marks | bit));
    Ok(true)
}

#[async_trait]
impl Ids for StoreIds {
    async fn numbers(&self, space: Space, ids: &[Uuid]) -> Result<Vec<u64>, IdsError> {
        let mut numbers = Vec::with_capacity(ids.len());
        for id in ids {
            match self.number(space, *id).await? {
                Some(number) => numbers.push(number),
                None => break,
            }
        }
        if numbers.len() == ids.len() {
            return Ok(numbers);
        }
        let (mut patience, mut gone) = (self.store.patience(), BTreeSet::new());
        loop {
            match self.assign(space, ids, &gone).await {
                Err(IdsError::Store(store::Error::Gone(id))) if gone.insert(id) => {}
                Err(IdsError::Store(store::Error::Stale(hot))) if patience.again(&hot).await => {}
                outcome => return outcome,
            }
        }
    }

    async fn id(&self, space: Space, number: u64) -> Result<Option<Uuid>, IdsError> {
        Ok(self.store.taken(&space.scope(), &number.to_string()).await?)
    }

    async fn keep_password(&self, server: Uuid, password: &str) -> Result<(), IdsError> {
        let kept = format!("{server} {password}");
        self.replace(server, &[PASSWORD], Some(&kept)).await
    }

    async fn password(&self, server: Uuid) -> Result<Option<String>, IdsError> {
        let held = self.store.held(PASSWORD, server).await?;
        let password = held.first().and_then(|value| value.split_once(' '));
        Ok(password.map(|(_, password)| password.to_owned()))
    }

    async fn forget(&self, space: Space, id: Uuid) -> Result<(), IdsError> {
        self.replace(id, &[&space.scope(), PASSWORD], None).await
    }
}

#[cfg(test)]
mod tests {
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

    async fn count(ids: &StoreIds) -> i64 {
        store::testing::count(&ids.store, "SELECT count(*) FROM taken").await.unwrap()
    }

    #[tokio::test]
    async fn what_is_gone_leaves_nothing_and_its_number_is_never_given_again() {
        let ids = ids().await;
        let server = Uuid::new_v4();
        let space = Space::Subscription;
        let number = ids.numbers(space, &[server]).await.unwrap()[0];
        ids.keep_password(server, "first").await.unwrap();
        ids.keep_password(server, "second one").await.unwrap();
        assert_eq!(ids.password(server).await.unwrap().as_deref(), Some("second one"));
        ids.forget(space, server).await.unwrap();
        assert_eq!(ids.password(server).await.unwrap(), None);
        assert_eq!(ids.id(space, number).await.unwrap(), None);
        assert_eq!(count(&ids).await, 1, "one mark");
        // The same draws come again, and the first of them was given.
        let again = ids.numbers(space, &[server]).await.unwrap();
        assert_eq!(again, [space.draw(server, 1)]);
    }

    #[tokio::test]
    async fn marks_of_numbers_never_take_more_than_their_share() {
        let ids = ids().await;
        let mut tx = ids.store.begin();
        for number in 100_000..102_048 {
            assert!(mark(&mut tx, Space::Script, number).await.unwrap());
        }
        assert!(!mark(&mut tx, Space::Script, 100_007).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(count(&ids).await, 33);
        let mut tx = ids.store.begin();
        assert!(!mark(&mut tx, Space::Script, 102_047).await.unwrap());
        assert!(mark(&mut tx, Space::Script, 102_048).await.unwrap());
    }

    #[tokio::test]
    async fn a_thing_that_is_asked_for_twice_at_once_has_one_number() {
        let ids = ids().await;
        let thing = Uuid::new_v4();
        let numbers = ids.numbers(Space::Record, &[thing, thing]).await.unwrap();
        assert_eq!(numbers[0], numbers[1]);
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
