//! Firewall groups and their rules.
//!
//! A group holds its rules itself: there are few, and they change together with the count and the
//! date that the group shows. What a rule lets through is decided by who carries the traffic.

mod handlers;
mod rule;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

pub(crate) use rule::CLOUDFLARE;
pub use rule::{Rule, Source};

use crate::{Family, Kind, Result, Tx};

/// How many groups an account can have.
pub const GROUPS_MAX: u64 = 50;
/// How many rules a group can have.
pub const RULES_MAX: u32 = 50;

/// A firewall group as its owner wants it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Group {
    /// What it is for.
    pub description: String,
    /// When it or one of its rules last changed, in milliseconds.
    pub modified: i64,
    /// The number of the newest rule that it ever had: numbers are not used again.
    pub last_number: u32,
    /// Its rules, in the order of their numbers.
    pub rules: Vec<Rule>,
}

impl Kind for Group {
    const KIND: &'static str = "firewall-group";
    const UNKNOWN: &'static str = "Invalid firewall group ID";
    type Seen = ();

    fn lists(&self) -> Vec<Facet> {
        let sources: BTreeSet<_> = self.rules.iter().filter_map(Rule::load_balancer).collect();
        sources.into_iter().map(from_load_balancer).collect()
    }
}

/// The list of groups that let in what comes from a load balancer.
fn from_load_balancer(id: Uuid) -> Facet {
    ("load_balancer", id.to_string())
}

/// Drops the rules that let in what comes from a load balancer which is about to go.
pub(crate) async fn forget_load_balancer(tx: &mut Tx, id: Uuid) -> Result<()> {
    for mut group in tx.all::<Group>(from_load_balancer(id), GROUPS_MAX as usize).await? {
        group.rules.retain(|rule| rule.load_balancer() != Some(id));
        group.modified = tx.cx().now();
        tx.put(&group);
    }
    Ok(())
}

/// The family.
pub fn family() -> Family {
    Family::new(handlers::routes())
}
