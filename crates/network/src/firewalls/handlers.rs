//! What is asked of firewall groups, and what is refused.

use std::collections::BTreeMap;

use api::Time;
use api::firewalls::*;
use uuid::Uuid;

use super::{GROUPS_MAX, Group, RULES_MAX, Rule};
use crate::instances::{Instance, in_firewall_group};
use crate::load_balancers::LoadBalancer;
use crate::{Cx, Doc, Part, Refusal, Result, Routes, Shown, Tx, lies_in};

/// Longer descriptions are cut.
const DESCRIPTION_MAX: usize = 255;

pub(super) fn routes() -> Routes {
    let groups = Routes::of::<Group>().list::<ListFirewallGroups>().get::<GetFirewallGroup>();
    let rules = Routes::parts::<Rule>()
        .list::<ListFirewallGroupRules>()
        .get::<GetFirewallGroupRule>()
        .remove::<DeleteFirewallGroupRule>()
        .on(create_rule);
    let groups = groups.on(create).update(update);
    groups.delete_after::<DeleteFirewallGroup, Instance>(in_firewall_group, open).and(rules).done()
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
        FirewallGroup {
            id: doc.id().into(),
            date_created: doc.created(),
            date_modified: Time::from_millis(doc.modified),
            instance_count: u32::try_from(instances).unwrap_or(u32::MAX),
            rule_count: u32::try_from(doc.rules.len()).unwrap_or(RULES_MAX),
            max_rule_count: RULES_MAX,
            description: doc.description.clone(),
        }
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
        self.shown()
    }
    fn changed(group: &mut Doc<Group>, cx: &Cx) {
        group.modified = cx.now();
    }
}

fn description(text: &str) -> String {
    text.chars().take(DESCRIPTION_MAX).collect()
}

async fn create(cx: Cx, req: CreateFirewallGroup) -> Result<FirewallGroup> {
    let mut tx = cx.begin();
    if tx.count_all::<Group>().await? >= GROUPS_MAX {
        let help = format!("an account has {GROUPS_MAX} at most");
        return Err(Refusal::bad("Maximum firewall groups exceeded").help(help).into());
    }
    let description = description(&req.description.unwrap_or_default());
    tx.create(Group { description, modified: cx.now(), ..Group::default() }).await
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

async fn create_rule(cx: Cx, req: CreateFirewallGroupRule) -> Result<FirewallRule> {
    let mut tx = cx.begin();
    let mut group = tx.get::<Group>(req.firewall_group_id).await?;
    let rule = Rule::new(group.last_number + 1, req)?;
    if let Some(id) = rule.load_balancer() {
        tx.named::<LoadBalancer>("source", id).await?;
    }
    if group.rules.iter().any(|other| other.is_like(&rule)) {
        // The blank at the end is the real API's.
        return Err(Refusal::bad("This rule is already defined ").into());
    }
    if group.rules.len() >= RULES_MAX as usize {
        let help = format!("a group has {RULES_MAX} at most");
        return Err(Refusal::bad("Maximum firewall rules exceeded").help(help).into());
    }
    let answer = rule.shown();
    group.last_number = rule.number;
    group.rules.push(rule);
    group.modified = cx.now();
    tx.save(&group).await?;
    Ok(answer)
}
