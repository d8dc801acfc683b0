//! What is asked of firewall groups, and what is refused.

use api::firewalls::*;
use api::{Page, Time, id::FirewallGroupId};

use super::{GROUPS_MAX, Group, RULES_MAX, Rule};
use crate::instances::{Instance, in_firewall_group};
use crate::load_balancers::LoadBalancer;
use crate::{Cx, Doc, Refusal, Result, Routes, Tx, slice};

/// Longer descriptions are cut.
const DESCRIPTION_MAX: usize = 255;
/// What is said where a group has no rule with a number; clients match on it.
const UNKNOWN_RULE: &str = "Firewall rule ID not found";

pub(super) fn routes() -> Routes {
    Routes::default()
        .on(list)
        .on(create)
        .on(get)
        .on(update)
        .on(delete)
        .on(list_rules)
        .on(create_rule)
        .on(get_rule)
        .on(delete_rule)
}

async fn view(cx: &Cx, doc: Doc<Group>) -> Result<FirewallGroup> {
    let instances = cx.count::<Instance>(in_firewall_group(doc.id())).await?;
    Ok(view_with(doc, instances))
}

/// A group that protects so many instances.
fn view_with(doc: Doc<Group>, instances: u64) -> FirewallGroup {
    FirewallGroup {
        id: FirewallGroupId(doc.id()),
        date_created: doc.created(),
        date_modified: Time::from_millis(doc.modified),
        instance_count: u32::try_from(instances).unwrap_or(u32::MAX),
        rule_count: u32::try_from(doc.rules.len()).unwrap_or(RULES_MAX),
        max_rule_count: RULES_MAX,
        description: doc.want.description,
    }
}

fn description(text: &str) -> String {
    text.chars().take(DESCRIPTION_MAX).collect()
}

async fn list(cx: Cx, req: ListFirewallGroups) -> Result<Page<FirewallGroup>> {
    let page = cx.page::<Group>(vec![], req.per_page, req.cursor.as_deref()).await?;
    let lists: Vec<_> = page.items.iter().map(|doc| in_firewall_group(doc.id())).collect();
    let mut counts = cx.counts::<Instance>(&lists).await?.into_iter();
    Ok(page.map(|doc| view_with(doc, counts.next().unwrap_or_default())))
}

async fn create(cx: Cx, req: CreateFirewallGroup) -> Result<FirewallGroup> {
    let mut tx = cx.begin();
    if tx.count_all::<Group>().await? >= GROUPS_MAX {
        let help = format!("an account has {GROUPS_MAX} at most");
        return Err(Refusal::bad("Maximum firewall groups exceeded").help(help).into());
    }
    let description = description(&req.description.unwrap_or_default());
    let group = tx.new_doc(Group { description, modified: cx.now(), ..Group::default() });
    tx.put(&group);
    tx.commit().await?;
    view(&cx, group).await
}

async fn get(cx: Cx, req: GetFirewallGroup) -> Result<FirewallGroup> {
    view(&cx, cx.get(req.firewall_group_id).await?).await
}

async fn update(cx: Cx, req: UpdateFirewallGroup) -> Result<()> {
    let mut tx = cx.begin();
    let mut group = tx.get::<Group>(req.firewall_group_id).await?;
    group.description = description(&req.description);
    group.modified = cx.now();
    tx.put(&group);
    tx.commit().await
}

/// A group in use may go: its instances have none afterwards, and are open to all.
async fn delete(cx: Cx, req: DeleteFirewallGroup) -> Result<()> {
    let open = |tx: &mut Tx, mut instance: Doc<Instance>| {
        instance.firewall_group = None;
        tx.put(&instance);
    };
    let protected = in_firewall_group(cx.get::<Group>(req.firewall_group_id).await?.id());
    cx.in_batches::<Instance>(protected.clone(), open).await?;
    let mut tx = cx.begin();
    let group = tx.get::<Group>(req.firewall_group_id).await?;
    for instance in tx.rest::<Instance>(protected).await? {
        open(&mut tx, instance);
    }
    tx.delete(group);
    tx.commit().await
}

async fn list_rules(cx: Cx, req: ListFirewallGroupRules) -> Result<Page<FirewallRule>> {
    let group = cx.get::<Group>(req.firewall_group_id).await?;
    let page = slice(&group.rules, req.per_page, req.cursor.as_deref())?;
    Ok(page.map(|rule| rule.view()))
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
    let answer = rule.view();
    group.last_number = rule.number;
    group.rules.push(rule);
    group.modified = cx.now();
    tx.put(&group);
    tx.commit().await?;
    Ok(answer)
}

async fn get_rule(cx: Cx, req: GetFirewallGroupRule) -> Result<FirewallRule> {
    let group = cx.get::<Group>(req.firewall_group_id).await?;
    let rule = group.rules.iter().find(|rule| rule.number == req.firewall_rule_id);
    Ok(rule.ok_or_else(|| Refusal::not_found(UNKNOWN_RULE))?.view())
}

async fn delete_rule(cx: Cx, req: DeleteFirewallGroupRule) -> Result<()> {
    let mut tx = cx.begin();
    let mut group = tx.get::<Group>(req.firewall_group_id).await?;
    let place = group.rules.iter().position(|rule| rule.number == req.firewall_rule_id);
    group.rules.remove(place.ok_or_else(|| Refusal::not_found(UNKNOWN_RULE))?);
    group.modified = cx.now();
    tx.put(&group);
    tx.commit().await
}
