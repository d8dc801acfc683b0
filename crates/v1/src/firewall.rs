//! `firewall/*`: groups and their rules. Rules are numbered within their group, as in v2.

use api::firewalls::*;
use api::id::FirewallGroupId;
use api::v1;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::{Cx, FIREWALL};
use crate::dates::stamp;
use crate::error::{Failure, Result, is_unknown};
use crate::ids::Space;
use crate::params::{small, small_opt, some};
use crate::reply::{map, view, word};

handlers! { cx, call:
    FirewallGroupCreate => group_create(cx, call);
    FirewallGroupDelete => {
        let firewall_group_id = group(cx, &call.group).await?;
        cx.gone(FIREWALL, firewall_group_id, DeleteFirewallGroup { firewall_group_id })
    };
    FirewallGroupList => group_list(cx, call);
    FirewallGroupSetDescription => {
        let (firewall_group_id, description) = (group(cx, &call.group).await?, call.description);
        cx.act(FIREWALL, UpdateFirewallGroup { firewall_group_id, description })
    };
    FirewallRuleCreate => rule_create(cx, call);
    FirewallRuleDelete => rule_delete(cx, call);
    FirewallRuleList => rule_list(cx, call);
}

async fn group(cx: &Cx, text: &str) -> Result<FirewallGroupId> {
    cx.of_text(FIREWALL, text).await
}

async fn group_create(cx: &Cx, call: v1::FirewallGroupCreate) -> Result<Value> {
    let group = cx.send(CreateFirewallGroup { description: call.description }).await?;
    let id = cx.text_id(Space::FirewallGroup, group.id).await?;
    Ok(view!(NewFirewallGroup { group: id }))
}

async fn group_list(cx: &Cx, call: v1::FirewallGroupList) -> Result<Value> {
    let groups = match some(call.group) {
        Some(text) => {
            let firewall_group_id = group(cx, &text).await?;
            vec![cx.on(FIREWALL, GetFirewallGroup { firewall_group_id }).await?]
        }
        None => cx.all(ListFirewallGroups::default()).await?,
    };
    let view = |group: FirewallGroup, _, id: &str| {
        view!(FirewallGroup {
            group: id,
            description: group.description,
            date_created: stamp(group.date_created),
            date_modified: stamp(group.date_modified),
            instance_count: group.instance_count,
            rule_count: group.rule_count,
            max_rule_count: group.max_rule_count,
        })
    };
    cx.map(Space::FirewallGroup, groups, |group| group.id, view).await
}

fn check_direction(direction: &str) -> Result<()> {
    match direction {
        "in" => Ok(()),
        other => Err(Failure::refused(format!("Invalid direction.  \"{other}\" is not \"in\""))),
    }
}

pub(crate) fn ip_type(text: &str) -> Result<IpType> {
    match text {
        "v4" => Ok(IpType::V4),
        "v6" => Ok(IpType::V6),
        other => {
            let text = format!("Invalid ip_type.  It must be \"v4\" or \"v6\", not \"{other}\"");
            Err(Failure::refused(text))
        }
    }
}

fn protocol(text: &str) -> Result<FirewallProtocol> {
    serde_json::from_value(text.to_ascii_lowercase().into()).map_err(|_| {
        Failure::refused("Invalid protocol.  It must be \"icmp\", \"tcp\", \"udp\" or \"gre\"")
    })
}

/// `80`, or a range whose ends differ.
fn port(port: Option<String>) -> Result<Option<String>> {
    let Some(port) = some(port) else { return Ok(None) };
    match port.split_once([':', '-']) {
        Some((from, to)) if from.trim() == to.trim() => {
            let text = "Invalid port number - must be between 1 and 65535";
            Err(Failure::refused(text).after("Unable to add rule"))
        }
        _ => Ok(Some(port)),
    }
}

async fn rule_create(cx: &Cx, call: v1::FirewallRuleCreate) -> Result<Value> {
    check_direction(&call.direction)?;
    let (ip_type, protocol) = (ip_type(&call.ip_type)?, protocol(&call.protocol)?);
    let port = port(call.port)?;
    let by_source = call.source.as_ref().is_some_and(|source| !source.is_empty());
    let sent = [("subnet", call.subnet.is_some()), ("subnet_size", call.subnet_size.is_some())];
    if let Some((name, _)) = sent.iter().find(|(_, sent)| !sent && !by_source) {
        return Err(Failure::refused(format!("Missing {name}.  A rule needs one, or a source")));
    }
    let request = CreateFirewallGroupRule {
        firewall_group_id: group(cx, &call.group).await?,
        ip_type,
        protocol,
        subnet: call.subnet,
        subnet_size: small_opt("subnet_size", call.subnet_size)?,
        port,
        source: call.source,
        notes: call.notes,
    };
    let rule = cx.attempt(FIREWALL, request, "Unable to add rule").await?;
    Ok(view!(NewFirewallRule { rulenumber: rule.id }))
}

async fn rule_delete(cx: &Cx, call: v1::FirewallRuleDelete) -> Result<()> {
    let firewall_group_id = group(cx, &call.group).await?;
    let firewall_rule_id = small("rulenumber", call.rulenumber)?;
    cx.on(FIREWALL, GetFirewallGroup { firewall_group_id }).await?;
    let request = DeleteFirewallGroupRule { firewall_group_id, firewall_rule_id };
    match cx.client.send(request).await {
        Err(error) if is_unknown(&error) => {
            let number = call.rulenumber;
            let text = format!("Invalid firewall rule.  The group has no rulenumber {number}");
            Err(Failure::refused(text))
        }
        outcome => Ok(outcome?),
    }
}

async fn rule_list(cx: &Cx, call: v1::FirewallRuleList) -> Result<Value> {
    check_direction(&call.direction)?;
    let ip_type = ip_type(&call.ip_type)?;
    let firewall_group_id = group(cx, &call.group).await?;
    cx.on(FIREWALL, GetFirewallGroup { firewall_group_id }).await?;
    let request = ListFirewallGroupRules { firewall_group_id, ..Default::default() };
    let rules = cx.all(request).await?.into_iter().filter(|rule| rule.ip_type == ip_type);
    let entries = rules.map(|rule| {
        let view = view!(FirewallRule {
            rulenumber: rule.id,
            action: rule.action,
            protocol: word(&rule.protocol),
            // Ranges are sent as `8000:8010` and read as `8000 - 8010`.
            port: rule.port.replace(':', " - "),
            subnet: rule.subnet,
            subnet_size: rule.subnet_size,
            source: rule.source,
            notes: rule.notes,
        });
        (rule.id.to_string(), view)
    });
    Ok(map(entries))
}
