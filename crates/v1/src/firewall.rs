//! `firewall/*`: groups and their rules. Rules are numbered within their group, as in v2.

use api::firewalls::*;
use api::id::FirewallGroupId;
use serde_json::json;

use crate::calls::{Kind::*, Param, calls, opt, req};
use crate::cx::{Cx, FIREWALL};
use crate::dates::stamp;
use crate::error::{Failure, Result, is_unknown};
use crate::ids::Space;
use crate::reply::{Reply, map, word};

const GROUP: Param = req("FIREWALLGROUPID", Text);

calls! {
    Post "firewall/group_create" (opt("description", Text)) "POST /v2/firewalls" => group_create;
    Post "firewall/group_delete" (GROUP) "DELETE /v2/firewalls/{firewall-group-id}"
        => group_delete;
    Get "firewall/group_list" (opt("FIREWALLGROUPID", Text))
        "GET /v2/firewalls, GET /v2/firewalls/{firewall-group-id}" => group_list;
    Post "firewall/group_set_description" (GROUP, req("description", Text))
        "PUT /v2/firewalls/{firewall-group-id}" => group_set_description;
    Post "firewall/rule_create" (
        GROUP, req("direction", Text), req("ip_type", Text), req("protocol", Text),
        opt("subnet", Text), opt("subnet_size", Integer), opt("port", Text), opt("notes", Text),
        opt("source", Text),
    ) "POST /v2/firewalls/{firewall-group-id}/rules" => rule_create;
    Post "firewall/rule_delete" (GROUP, req("rulenumber", Integer))
        "DELETE /v2/firewalls/{firewall-group-id}/rules/{firewall-rule-id}" => rule_delete;
    Get "firewall/rule_list" (GROUP, req("direction", Text), req("ip_type", Text))
        "GET /v2/firewalls/{firewall-group-id}/rules" => rule_list;
}

async fn group(cx: &Cx) -> Result<FirewallGroupId> {
    cx.spelt(FIREWALL, "FIREWALLGROUPID").await
}

async fn group_create(cx: Cx) -> Result<Reply> {
    let description = cx.args.opt_text("description");
    let group = cx.send(CreateFirewallGroup { description }).await?;
    let id = cx.text_id(Space::FirewallGroup, group.id).await?;
    Ok(json!({ "FIREWALLGROUPID": id }).into())
}

async fn group_delete(cx: Cx) -> Result<Reply> {
    let firewall_group_id = group(&cx).await?;
    cx.on(FIREWALL, DeleteFirewallGroup { firewall_group_id }).await?;
    cx.forget(FIREWALL.space, firewall_group_id).await;
    Ok(Reply::Done)
}

async fn group_list(cx: Cx) -> Result<Reply> {
    let groups = match cx.args.some_text("FIREWALLGROUPID") {
        Some(_) => {
            let firewall_group_id = group(&cx).await?;
            vec![cx.on(FIREWALL, GetFirewallGroup { firewall_group_id }).await?]
        }
        None => cx.all(ListFirewallGroups::default()).await?,
    };
    let numbers = cx.numbers(Space::FirewallGroup, groups.iter().map(|g| g.id)).await?;
    let entries = groups.into_iter().zip(numbers).map(|(group, number)| {
        let id = Space::FirewallGroup.text(number);
        let view = json!({
            "FIREWALLGROUPID": id,
            "description": group.description,
            "date_created": stamp(group.date_created),
            "date_modified": stamp(group.date_modified),
            "instance_count": group.instance_count,
            "rule_count": group.rule_count,
            "max_rule_count": group.max_rule_count,
        });
        (id, view)
    });
    Ok(map(entries).into())
}

async fn group_set_description(cx: Cx) -> Result<Reply> {
    let firewall_group_id = group(&cx).await?;
    let description = cx.args.text("description");
    cx.on(FIREWALL, UpdateFirewallGroup { firewall_group_id, description }).await?;
    Ok(Reply::Done)
}

fn check_direction(cx: &Cx) -> Result<()> {
    match cx.args.text("direction").as_str() {
        "in" => Ok(()),
        other => Err(Failure::refused(format!("Invalid direction.  \"{other}\" is not \"in\""))),
    }
}

fn ip_type(cx: &Cx) -> Result<IpType> {
    match cx.args.text("ip_type").as_str() {
        "v4" => Ok(IpType::V4),
        "v6" => Ok(IpType::V6),
        other => {
            let text = format!("Invalid ip_type.  It must be \"v4\" or \"v6\", not \"{other}\"");
            Err(Failure::refused(text))
        }
    }
}

fn protocol(cx: &Cx) -> Result<FirewallProtocol> {
    let text = cx.args.text("protocol").to_ascii_lowercase();
    serde_json::from_value(text.into()).map_err(|_| {
        Failure::refused("Invalid protocol.  It must be \"icmp\", \"tcp\", \"udp\" or \"gre\"")
    })
}

/// `80`, or a range whose ends differ.
fn port(cx: &Cx) -> Result<Option<String>> {
    let Some(port) = cx.args.some_text("port") else { return Ok(None) };
    match port.split_once([':', '-']) {
        Some((from, to)) if from.trim() == to.trim() => {
            let text = "Invalid port number - must be between 1 and 65535";
            Err(Failure::refused(text).after("Unable to add rule"))
        }
        _ => Ok(Some(port)),
    }
}

async fn rule_create(cx: Cx) -> Result<Reply> {
    check_direction(&cx)?;
    let (ip_type, protocol, port) = (ip_type(&cx)?, protocol(&cx)?, port(&cx)?);
    let source = cx.args.opt_text("source");
    let by_source = source.as_ref().is_some_and(|source| !source.is_empty());
    for name in ["subnet", "subnet_size"] {
        let sent = cx.args.opt_text(name).is_some() || cx.args.opt_int(name).is_some();
        if !sent && !by_source {
            return Err(Failure::refused(format!(
                "Missing {name}.  A rule needs one, or a source"
            )));
        }
    }
    let request = CreateFirewallGroupRule {
        firewall_group_id: group(&cx).await?,
        ip_type,
        protocol,
        subnet: cx.args.opt_text("subnet"),
        subnet_size: cx.args.small("subnet_size")?,
        port,
        source,
        notes: cx.args.opt_text("notes"),
    };
    let rule = cx.attempt(FIREWALL, request, "Unable to add rule").await?;
    Ok(json!({ "rulenumber": rule.id }).into())
}

async fn rule_delete(cx: Cx) -> Result<Reply> {
    let firewall_group_id = group(&cx).await?;
    let number = cx.args.small("rulenumber")?.unwrap_or_default();
    cx.on(FIREWALL, GetFirewallGroup { firewall_group_id }).await?;
    let request = DeleteFirewallGroupRule { firewall_group_id, firewall_rule_id: number };
    match cx.client.send(request).await {
        Err(error) if is_unknown(&error) => {
            let text = format!("Invalid firewall rule.  The group has no rulenumber {number}");
            Err(Failure::refused(text))
        }
        outcome => Ok(outcome.map(|()| Reply::Done)?),
    }
}

async fn rule_list(cx: Cx) -> Result<Reply> {
    check_direction(&cx)?;
    let ip_type = ip_type(&cx)?;
    let firewall_group_id = group(&cx).await?;
    cx.on(FIREWALL, GetFirewallGroup { firewall_group_id }).await?;
    let request = ListFirewallGroupRules { firewall_group_id, ..Default::default() };
    let rules = cx.all(request).await?.into_iter().filter(|rule| rule.ip_type == ip_type);
    let entries = rules.map(|rule| {
        let view = json!({
            "rulenumber": rule.id,
            "action": rule.action,
            "protocol": word(&rule.protocol),
            // Ranges are sent as `8000:8010` and read as `8000 - 8010`.
            "port": rule.port.replace(':', " - "),
            "subnet": rule.subnet,
            "subnet_size": rule.subnet_size,
            "source": rule.source,
            "notes": rule.notes,
        });
        (rule.id.to_string(), view)
    });
    Ok(map(entries).into())
}
