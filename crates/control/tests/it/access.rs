//! Who may call what, for every operation that is served: through raw HTTP, as any client would.

use std::collections::BTreeSet;

use api::{Access, Method, Op};
use serde_json::Value;
use testkit::{KEY, World};

use crate::common::user;

/// A UUID that nothing has.
const NOBODY: &str = "5b2c3a1e-7d64-4a0b-9c8f-0123456789ab";

/// The operations that are served, as the API defines them.
fn operations() -> Vec<Op> {
    let served: BTreeSet<_> = control::routes().0.iter().map(|route| route.op.id).collect();
    let ops = api::operations().map(|operation| operation.op.clone());
    let ops: Vec<Op> = ops.filter(|op| served.contains(op.id)).collect();
    assert_eq!(ops.len(), served.len(), "each handler belongs to a defined operation");
    ops
}

/// The operation's path, with an id that nothing has for each parameter.
fn nowhere(op: &Op) -> String {
    let params = op.path_params();
    params.fold(op.path.to_owned(), |path, name| path.replace(&format!("{{{name}}}"), NOBODY))
}

/// What an operation answers to a bearer of this key, or to nobody.
async fn ask(world: &World, method: &Method, uri: &str, key: Option<&str>) -> (u16, String) {
    let mut request = http::Request::builder().method(method).uri(uri);
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let request = request.header("content-type", "application/json");
    let response = world.exchange(request.body("{}".into()).expect("a request")).await;
    (response.status().as_u16(), response.into_body())
}

#[tokio::test]
async fn without_a_key_only_public_operations_answer() {
    let world = World::new().await;
    for op in operations() {
        let (status, body) = ask(&world, &op.method, &nowhere(&op), None).await;
        if op.access == Access::Public {
            assert!(status != 401 && status != 403 && status < 500, "{}: {status} {body}", op.id);
        } else {
            assert_eq!(status, 401, "{}", op.id);
            let said = r#"{"error":"Invalid API token. "#;
            assert!(body.starts_with(said) && body.ends_with(r#","status":401}"#), "{body}");
        }
    }
}

#[tokio::test]
async fn with_a_wrong_key_only_public_operations_answer() {
    let world = World::new().await;
    for op in operations() {
        let (status, body) = ask(&world, &op.method, &nowhere(&op), Some("WRONG")).await;
        if op.access == Access::Public {
            assert!(status != 401 && status != 403 && status < 500, "{}: {status} {body}", op.id);
        } else {
            assert_eq!(status, 401, "{}: {body}", op.id);
        }
    }
}

#[tokio::test]
async fn a_user_without_permissions_is_told_so_before_anything_is_looked_at() {
    let world = World::new().await;
    let key = user(&world, "nobody", &[]).await.api_key;
    for op in operations() {
        let (status, body) = ask(&world, &op.method, &nowhere(&op), Some(&key)).await;
        match op.access {
            Access::Public | Access::AnyKey => {
                assert!(status != 401 && status != 403, "{}: {status} {body}", op.id);
            }
            access => {
                let lacks = format!("`{}`", access.as_str());
                assert_eq!(status, 403, "{}: {body}", op.id);
                assert!(body.contains(&lacks), "{}: {body}", op.id);
            }
        }
    }
}

#[tokio::test]
async fn the_permission_that_an_operation_names_is_enough() {
    let world = World::new().await;
    let mut keys = Vec::new();
    for acl in Access::ACLS {
        let user = user(&world, acl.as_str(), &[*acl]).await;
        keys.push((*acl, user.api_key));
    }
    for op in operations() {
        // Whoever lacks it is refused, and whoever has it is not.
        for (acl, key) in &keys {
            let (status, body) = ask(&world, &op.method, &nowhere(&op), Some(key)).await;
            let may = op.access.allowed(&[*acl]);
            assert_eq!(status == 403, !may, "{} with {acl:?}: {status} {body}", op.id);
            assert!(status != 401 && status < 500, "{} with {acl:?}: {status} {body}", op.id);
        }
    }
}

#[tokio::test]
async fn every_answer_is_well_formed_and_names_its_status() {
    let world = World::new().await;
    for op in operations() {
        let (status, body) = ask(&world, &op.method, &nowhere(&op), Some(KEY)).await;
        if status < 300 {
            assert_eq!(status, op.status, "{}", op.id);
            continue;
        }
        let error: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(error["status"], status, "{}: {body}", op.id);
        assert!(error["error"].as_str().is_some_and(|text| !text.is_empty()), "{}: {body}", op.id);
        let expected = [400, 404];
        assert!(expected.contains(&status), "{}: {status} {body}", op.id);
    }
}
