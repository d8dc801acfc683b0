//! What holds of every list that has pages, and of every thing that is not there, whatever family
//! it is of: families need not show it again.

use super::requests::Operation;
use super::*;

/// What is said where there is no thing of a kind; the longer words of others begin so.
fn unknown(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "ApiKeyId" | "ApiKeyId of a user" => "Invalid API key",
        "BackupId" => "Invalid backup",
        "BareMetalId" => "Invalid server",
        "BlockId" => "Invalid block storage ID",
        "BlockSnapshotId" => "Invalid block storage snapshot ID",
        "ClusterId" => "Invalid resource ID",
        "DatabaseId" | "DatabaseId of Kafka" => "invalid database ID",
        "FirewallGroupId" => "Invalid firewall group ID",
        "InferenceId" => "invalid inference ID",
        "InstanceId" => "instance not found",
        "InstanceId of a file system" => "Attachment Not Found",
        "InstanceTemplateId" => "Invalid instance template ID",
        "IsoId" => "Invalid iso",
        "JobId" => "Invalid job ID",
        "LoadBalancerId" => "Invalid load balancer ID",
        "NatFirewallRuleId" => "Invalid Firewall Rule ID.",
        "NatGatewayId" => "Invalid NAT Gateway ID.",
        "NetworkId" => "Invalid private network ID",
        "NodeId" => "Invalid node ID",
        "NodePoolId" => "Invalid NodePool ID",
        "NodePoolLabelId" => "Invalid label ID",
        "NodePoolTaintId" => "Invalid taint ID",
        "PullZoneId" => "Invalid CDN pull zone ID",
        "PushZoneId" => "Invalid CDN push zone ID",
        "RegistryId" => "Invalid container registry ID",
        "ObjectStorageId" => "Invalid object storage ID",
        "PortForwardingRuleId" => "Invalid Port Forwarding Rule ID.",
        "RecordId" => "Invalid record",
        "ReservedIpId" => "Invalid reserved-ip ID",
        "SnapshotId" => "Invalid snapshot",
        "SshKeyId" => "Invalid ssh key",
        "StorageGatewayId" => "Invalid storage gateway ID",
        "StartupId" => "Invalid startup script ID",
        "UserId" => "Invalid user",
        "VfsId" => "Subscription ID Not Found.",
        "Vpc2Id" => "Invalid VPC 2.0 ID",
        "VpcId" => "Invalid VPC ID",
        "invoice_id" => "Invalid invoice",
        "artifact_digest" => "Invalid artifact",
        "bucket_name" => "Invalid bucket name",
        "client_id of a quota" | "username of a quota" => "Invalid quota",
        "connector_name" => "Invalid connector name",
        "db_name" => "Invalid logical database",
        "dns_domain" => "Invalid domain",
        "export_id" => "Invalid storage gateway export ID",
        "file_name" => "Invalid CDN push zone file",
        "region" => "Invalid replication",
        "repository_image" => "Invalid repository",
        "retention_rule_id" => "Invalid retention rule",
        "robot_name" => "Invalid robot",
        "firewall_rule_id" => "Invalid firewall rule ID",
        "firewall_rule_id of a group" => "Firewall rule ID not found",
        "forwarding_rule_id" => "Invalid forwarding rule ID",
        "pool_name" => "Invalid connection pool",
        "topic_name" => "Invalid topic name",
        "username" => "Invalid database user",
        // Of addresses something is said that depends on what they are.
        kind if kind.starts_with("ipv") => return None,
        kind => panic!("say what is said where there is none: {kind}"),
    })
}

/// Whether an answer says in these words that there is no such thing: alone, or with what helps.
fn says((status, answer): &(u16, Value), words: &str) -> bool {
    let error = answer["error"].as_str().unwrap_or_default();
    let helps = error.strip_prefix(words);
    *status == 404 && helps.is_some_and(|help| help.is_empty() || help.starts_with([':', '.']))
}

/// The lists in which an account has two things at most.
const SHORT: &[&str] = &[
    "list-custom-subscriptions",
    "list-backups",
    "list-billing-history",
    "list-invoices",
    "list-instance-vpcs",
    "list-instance-vpc2s",
    "list-instance-private-networks",
    "list-worker-nodes",
    "list-replications",
    "list-user-groups",
    "list-my-groups",
    "list-nat-gateways",
];

/// What one's own key is answered, as JSON.
async fn asked(world: &World, asked: &Asked) -> (u16, Value) {
    let (status, body) = ask(world, MINE, asked).await;
    (status, serde_json::from_str(&body).unwrap_or_default())
}

/// A page of a list, with the rest of its query: its items, and what is told of it.
async fn page(world: &World, list: &Asked, query: &str) -> (u16, Vec<Value>, Value) {
    let and = if list.uri.contains('?') { '&' } else { '?' };
    let list = Asked { uri: format!("{}{and}{query}", list.uri), ..list.clone() };
    let (status, mut answer) = asked(world, &list).await;
    let meta = answer["meta"].take();
    let fields = answer.as_object_mut().into_iter().flat_map(|fields| fields.values_mut());
    let items = fields.filter_map(Value::as_array_mut).flat_map(std::mem::take).collect();
    (status, items, meta)
}

/// Makes three more of what a list has, where its path makes one; tells their ids.
async fn make_three(world: &World, things: &Things, list: &Operation) -> Vec<Value> {
    let mut made = Vec::new();
    let operations = operations();
    let mut create = operations.iter().filter(|op| op.op.method == Method::POST);
    let Some(create) = create.find(|op| op.op.path == list.op.path) else { return made };
    for number in 0..3 {
        let mut wish = create.request(things, &[], &[]);
        // What must be unique: names, addresses of mail, ports.
        for (one, other) in [("new", "new-"), ("443", "44"), (":81", ":9")] {
            wish.body = wish.body.replace(one, &format!("{other}{number}"));
        }
        let (status, answer) = asked(world, &wish).await;
        if status == 400 {
            break; // Of these there cannot be so many.
        }
        assert!((200..300).contains(&status), "{wish:?}: {status} {answer}");
        let shown = answer.as_object().into_iter().flat_map(|fields| fields.values());
        made.extend(shown.filter_map(|thing| thing.get("id")).take(1).cloned());
    }
    world.settle().await;
    made
}

#[tokio::test]
async fn every_list_with_pages_is_the_same_by_any_of_them_in_the_order_of_creation() {
    let (world, mine, _) = two_accounts(Location::Memory).await;
    let mut short = Vec::new();
    for op in operations().iter().filter(|op| op.is_paged()) {
        let made = make_three(&world, &mine, op).await;
        let list = op.request(&mine, &[], &[]);
        let (status, all, meta) = page(&world, &list, "per_page=500").await;
        assert_eq!((status, &meta["total"]), (200, &all.len().into()), "{list:?}");
        assert_eq!(meta["links"], json!({ "next": "", "prev": "" }), "{list:?}");
        let ids: Vec<_> = all.iter().filter_map(|item| item.get("id").cloned()).collect();
        assert!(ids.ends_with(&made), "{list:?}: {made:?} {ids:?}");
        if all.len() < 3 {
            short.push(op.op.id);
        }
        let (mut next, mut before) = (String::new(), Vec::new());
        for expected in all.chunks(2) {
            let (_, items, meta) = page(&world, &list, &format!("per_page=2&cursor={next}")).await;
            assert_eq!((&items[..], &meta["total"]), (expected, &all.len().into()), "{list:?}");
            if let Some(prev) = meta["links"]["prev"].as_str().filter(|prev| !prev.is_empty()) {
                let query = format!("per_page=2&cursor={prev}");
                assert_eq!(page(&world, &list, &query).await.1, before, "{list:?}: back");
            }
            next = meta["links"]["next"].as_str().unwrap().to_owned();
            before = items;
        }
        assert_eq!(next, "", "{list:?}");
        for wrong in ["per_page=0", "per_page=501", "cursor=x"] {
            assert_eq!(page(&world, &list, wrong).await.0, 400, "{list:?} {wrong}");
        }
    }
    assert_eq!(short, SHORT);
}

#[tokio::test]
async fn what_is_not_there_is_a_404_in_the_words_of_its_kind() {
    let (world, mine, _) = two_accounts(Location::Memory).await;
    for op in operations() {
        for place in op.places().iter().filter(|place| place.is_path()) {
            let Some(words) = unknown(&place.kind) else { continue };
            let nowhere = op.request(&mine, &[place], &[place.nowhere()]);
            let answer = asked(&world, &nowhere).await;
            assert!(says(&answer, words), "{nowhere:?}: {answer:?} instead of {words}");
        }
    }
}

#[tokio::test]
async fn what_was_deleted_is_not_there_any_more() {
    let (world, mine, _) = two_accounts(Location::Memory).await;
    let operations = operations();
    let mut deletes: Vec<_> =
        operations.iter().filter(|op| op.op.method == Method::DELETE).collect();
    // The innermost first, and networks after those who are in them.
    deletes.sort_by_key(|op| (op.op.path.contains("network"), std::cmp::Reverse(op.op.path.len())));
    let mut gone = 0;
    for op in deletes.into_iter().filter(|op| op.op.path.ends_with('}')) {
        let places = op.places();
        let last = places.iter().rfind(|place| place.is_path());
        let Some(words) = last.and_then(|place| unknown(&place.kind)) else { continue };
        // An instance is told so for a while.
        let words =
            if words == "instance not found" { "Server is pending destruction" } else { words };
        let delete = op.request(&mine, &[], &[]);
        assert_eq!(asked(&world, &delete).await, (204, Value::Null), "{delete:?}");
        let get =
            operations.iter().find(|get| get.op.method == Method::GET && get.op.path == op.op.path);
        for request in get.map(|get| get.request(&mine, &[], &[])).iter().chain([&delete]) {
            let answer = asked(&world, request).await;
            assert!(says(&answer, words), "{request:?}: {answer:?} instead of {words}");
        }
        gone += 1;
    }
    assert!(gone > 20, "{gone}");
}
