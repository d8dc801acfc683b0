//! Calls by family: what is typed, and what travels.

use std::error::Error as _;
use std::time::Duration;

use kettle_sdk::api::blocks::{AttachBlock, BlockId, CreateBlock};
use kettle_sdk::api::domains::{GetRecord, RecordId};
use kettle_sdk::api::instances::InstanceId;
use kettle_sdk::{Client, Error, FaultKind, Refusal};
use serde_json::{Value, json};

use super::common::{Script, Then, ok, status};

const ID: &str = "cb676a46-66fd-4dfb-b839-443f2e6c0b60";

fn block() -> Then {
    ok(json!({"block": {"id": ID, "size_gb": 50}}))
}

/// The requests as `GET /v2/blocks?per_page=2 {"body":1}`.
fn sent(script: &Script) -> Vec<String> {
    let line = |request: &kettle_sdk::transport::Request| {
        let path = request.uri().path_and_query().expect("a path");
        let body = String::from_utf8_lossy(request.body()).into_owned();
        format!("{} {path} {body}", request.method()).trim_end().to_owned()
    };
    script.requests().iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn a_family_has_its_operations_and_an_id_is_enough_where_nothing_else_is_asked() {
    let script = Script::new([block()]);
    let client = script.client();
    let id: BlockId = ID.parse().unwrap();
    let instance: InstanceId = ID.parse().unwrap();
    assert_eq!(client.blocks().get(id).await.unwrap().size_gb, 50);
    let create = CreateBlock { region: "ewr".into(), size_gb: 50, ..Default::default() };
    client.blocks().create(create).await.unwrap();
    let attach = AttachBlock { block_id: id, instance_id: instance, live: None };
    client.blocks().attach(attach).await.unwrap();
    client.blocks().detach(id).with(|detach| detach.live = Some(true)).await.unwrap();
    client.blocks().delete(id).await.unwrap();
    let block = format!("/v2/blocks/{ID}");
    assert_eq!(
        sent(&script),
        [
            format!("GET {block}"),
            r#"POST /v2/blocks {"region":"ewr","size_gb":50}"#.to_owned(),
            format!(r#"POST {block}/attach {{"instance_id":"{ID}"}}"#),
            format!(r#"POST {block}/detach {{"live":true}}"#),
            format!("DELETE {block}"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn parts_of_a_family_are_beside_it_and_two_ids_are_a_pair() {
    let script = Script::new([ok(json!({"record": {}, "records": [], "snapshots": []}))]);
    let client = script.client();
    let record: RecordId = ID.parse().unwrap();
    client.records().list("shop.example").await.unwrap();
    client.records().get(("shop.example", record)).await.unwrap();
    client.block_snapshots().list().await.unwrap();
    assert_eq!(GetRecord::from(("shop.example", record)).record_id, record);
    let expected = [
        "GET /v2/domains/shop.example/records".to_owned(),
        format!("GET /v2/domains/shop.example/records/{ID}"),
        "GET /v2/blocks/snapshots".to_owned(),
    ];
    assert_eq!(sent(&script), expected);
}

#[tokio::test(start_paused = true)]
async fn what_there_is_not_can_be_asked_for_without_an_error() {
    let id: BlockId = ID.parse().unwrap();
    let client = Script::new([block()]).client();
    assert_eq!(client.blocks().get_opt(id).await.unwrap().unwrap().size_gb, 50);
    let client = Script::new([status(404)]).client();
    assert_eq!(client.blocks().get_opt(id).await.unwrap(), None);
    assert_eq!(client.blocks().delete(id).opt().await.unwrap(), None);
    client.blocks().get(id).await.unwrap_err();
    let client = Script::new([status(403)]).client();
    client.blocks().get_opt(id).await.unwrap_err();
}

fn page(labels: &[&str], next: &str) -> Then {
    let blocks: Vec<Value> = labels.iter().map(|label| json!({"label": label})).collect();
    let links = json!({"next": next, "prev": ""});
    ok(json!({"blocks": blocks, "meta": {"total": 3, "links": links}}))
}

#[tokio::test(start_paused = true)]
async fn a_list_is_awaited_for_a_page_and_collected_whole_in_few_calls() {
    let script = Script::new([page(&["a", "b"], "2"), page(&["a", "b"], "2"), page(&["c"], "")]);
    let client = script.client();
    let first = client.blocks().list().with(|list| list.per_page = Some(2)).await.unwrap();
    assert_eq!((first.items.len(), first.meta.total), (2, 3));
    let all = client.blocks().list().all().await.unwrap();
    assert_eq!(all.iter().map(|block| &*block.label).collect::<Vec<_>>(), ["a", "b", "c"]);
    let expected = [
        "GET /v2/blocks?per_page=2",
        "GET /v2/blocks?per_page=500",
        "GET /v2/blocks?per_page=500&cursor=2",
    ];
    assert_eq!(sent(&script), expected);

    let client = Script::new([page(&["a"], "2"), status(403)]).client();
    client.blocks().list().all().await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn every_error_names_its_request_and_its_source() {
    let id: BlockId = ID.parse().unwrap();
    let at = format!("GET http://127.0.0.1:1/v2/blocks/{ID}: ");
    let error = async |then: Then| {
        let client = Script::new([then]).builder("http://127.0.0.1:1").attempts(1);
        let client = client.timeout(Duration::from_secs(5)).build().unwrap();
        client.blocks().get(id).await.unwrap_err()
    };
    let refused = error(status(404)).await;
    assert_eq!(refused.to_string(), format!("{at}no (status 404)"));
    assert_eq!(refused.said(), "no (status 404)");
    assert_eq!(refused.source().unwrap().downcast_ref::<Refusal>().unwrap().status, 404);
    let broken = error(Then::Fault(FaultKind::Broken)).await;
    assert_eq!(broken.to_string(), format!("{at}cut"));
    let fault = broken.source().unwrap().downcast_ref::<kettle_sdk::Fault>().unwrap();
    assert_eq!(fault.kind, FaultKind::Broken);
    let unreadable = error(ok("<html>")).await;
    assert!(matches!(unreadable, Error::Unreadable { .. }), "{unreadable}");
    let late = error(Then::Silence).await;
    assert!(matches!(late, Error::TimedOut { .. }), "{late}");
    for error in [unreadable, late] {
        assert!(error.to_string().starts_with(&at), "{error}");
    }
    let client = Script::new([block()]).client();
    let unsent = client.records().list("").await.unwrap_err();
    assert!(matches!(unsent, Error::Invalid(_)), "{unsent}");
    let operation = "GET /v2/domains/{dns-domain}/records: ";
    assert!(unsent.to_string().starts_with(operation), "{unsent}");
}

#[tokio::test]
async fn nothing_that_holds_a_key_or_a_password_shows_it() {
    let answer = ok(json!({"instance": {"default_password": "SECRET"}}));
    let builder = Script::new([answer]).builder("http://127.0.0.1:1").key("SECRET");
    let shown = format!("{builder:?}");
    let client = builder.build().unwrap();
    let raw = client.raw(kettle_sdk::api::Method::GET, "/v2/instances/1", None).await.unwrap();
    assert!(raw.body.contains("SECRET"));
    let create =
        kettle_sdk::api::users::CreateUser { password: "SECRET".into(), ..Default::default() };
    let call = client.users().create(create);
    let vultr = Client::vultr("SECRET").unwrap();
    for shown in [shown, format!("{raw:?}"), format!("{call:?}"), format!("{vultr:?}")] {
        assert!(!shown.contains("SECRET"), "{shown}");
    }
    assert_eq!(vultr.endpoint(), "https://api.vultr.com");
}
