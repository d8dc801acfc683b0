//! Firewall groups and their rules.
//!
//! A group holds its rules itself: there are few, and they change together with the count and the
//! date that the group shows.

mod life;
mod rule;

use std::collections::{BTreeMap, BTreeSet};

use api::Time;
use api::firewalls::*;
use serde::{Deserialize, Serialize};
use store::Facet;
use uuid::Uuid;

pub(crate) use rule::CLOUDFLARE;
pub use rule::{Rule, Source};

use crate::instances::{Instance, in_firewall_group};
use crate::life::Provisioned;
use crate::load_balancers::LoadBalancer;
use crate::{Cx, Doc, Family, Kind, Part, Refusal, Result, Routes, Shown, Tx, alike, lies_in};

/// How many groups an account can have.
pub const GROUPS_MAX: u64 = 50;
/// How many rules a group can have.
pub const RULES_MAX: u32 = 50;

/// Longer descriptions are cut.
const DESCRIPTION_MAX: usize = 255;

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
    const LIVES: bool = true;
    type Seen = Provisioned;

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
    let groups = Routes::of::<Group>()
        .list::<ListFirewallGroups>()
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetFirewallGroup>()
        .update(update)
        .delete_after::<DeleteFirewallGroup, Instance>(in_firewall_group, open);
    let rules = Routes::parts::<Rule>()
        .list::<ListFirewallGroupRules>()
        .create_with(|tx, group, req| Box::pin(new_rule(tx, group, req)))
        .get::<GetFirewallGroupRule>()
        .remove::<DeleteFirewallGroupRule>();
    Family::new(groups.and(rules).done()).life::<Group>()
}

impl Shown for Group {
    type View = FirewallGroup;
    /// How many instances each protects.
    type With = BTreeMap<Uuid, u64>;

    async fn with(cx: &Cx, groups: &[Doc<Self>]) -> Result<Self::With> {
        let lists: Vec<_> = groups.iter().map(|group| in_firewall_group(group.id())).collect();
        let counts = cx.counts::<Instance>(&lists).await?;
        Ok(groups.iter().map(Doc::id).zip(counts).collect())
    }

    fn view(doc: &Doc<Self>, instances: &Self::With, _: &Cx) -> FirewallGroup {
        let instances = instances.get(&doc.id()).copied().unwrap_or_default();
        alike!(doc => FirewallGroup {
            description;
            id: doc.id().into(),
            date_created: doc.created(),
            date_modified: Time::from_millis(doc.modified),
            instance_count: u32::try_from(instances).unwrap_or(u32::MAX),
            rule_count: u32::try_from(doc.rules.len()).unwrap_or(RULES_MAX),
            max_rule_count: RULES_MAX,
        })
    }
}

impl Part for Rule {
    lies_in!(Group, rules);
    type View = FirewallRule;
    const UNKNOWN: &'static str = "Firewall rule ID not found";

    fn is(&self, id: &str) -> bool {
        id.parse() == Ok(self.number)
    }
    fn view(&self, _: &Doc<Group>) -> FirewallRule {
        alike!(self => FirewallRule {
            ip_type, protocol, port, subnet, subnet_size, notes;
            id: self.number,
            kind: self.ip_type.into(),
            action: "accept".into(),
            source: match self.source {
                Source::Network(_) => format!("{}/{}", self.subnet, self.subnet_size),
                Source::Cloudflare => CLOUDFLARE.into(),
                Source::LoadBalancer(id) => id.to_string(),
            },
            direction: "in".into(),
            loadbalancer_id: self.load_balancer().map(|id| id.to_string()).unwrap_or_default(),
        })
    }
    fn changed(group: &mut Doc<Group>, cx: &Cx) {
        group.modified = cx.now();
    }
}

fn description(text: &str) -> String {
    text.chars().take(DESCRIPTION_MAX).collect()
}

async fn create(tx: &mut Tx, req: CreateFirewallGroup) -> Result<Doc<Group>> {
    new_group(tx, &req.description.unwrap_or_default()).await
}

/// A new group without rules; not put yet.
///
/// # Errors
/// 400 where the account has as many as it can have.
pub async fn new_group(tx: &mut Tx, of: &str) -> Result<Doc<Group>> {
    let help = format!("an account has {GROUPS_MAX} at most");
    let full = Refusal::bad("Maximum firewall groups exceeded").help(help);
    full.unless(tx.count_all::<Group>().await? < GROUPS_MAX)?;
    let description = description(of);
    Ok(tx.new_doc(Group { description, modified: tx.cx().now(), ..Group::default() }))
}

fn update(cx: &Cx, group: &mut Doc<Group>, req: UpdateFirewallGroup) -> Result<()> {
    group.description = description(&req.description);
    group.modified = cx.now();
    Ok(())
}

/// A group in use may go: its instances have none afterwards, and are open to all.
fn open(tx: &mut Tx, mut instance: Doc<Instance>) {
    instance.firewall_group = None;
    tx.put(&instance);
}

async fn new_rule(
    tx: &mut Tx,
    group: &mut Doc<Group>,
    req: CreateFirewallGroupRule,
) -> Result<Rule> {
    let number = tx.cx().number_of_original().unwrap_or(group.last_number + 1);
    let rule = Rule::new(number, req)?;
    if let Some(id) = rule.load_balancer() {
        tx.named::<LoadBalancer>("source", id).await?;
    }
    // The blank at the end is the real API's.
    let twice = Refusal::bad("This rule is already defined ");
    twice.unless(!group.rules.iter().any(|other| other.is_like(&rule)))?;
    let help = format!("a group has {RULES_MAX} at most");
    let full = Refusal::bad("Maximum firewall rules exceeded").help(help);
    full.unless(group.rules.len() < RULES_MAX as usize)?;
    group.last_number = group.last_number.max(rule.number);
    Ok(rule)
}
