//! `GET /_kettle/whoami`: a server proves that it has the owner's key, without telling it.

use api::account::GetAccount;
use axum::body::Body;
use control::Behave;
use http::Request;
use serde_json::Value;
use testkit::{KEY, World};

const CHALLENGE: &str = "a-challenge-has-letters-and-digits-only";

async fn ask(world: &World, challenge: &str) -> (u16, Value) {
    let uri = format!("/_kettle/whoami?challenge={challenge}");
    let response = world.exchange(Request::get(uri).body(Body::empty()).expect("a request")).await;
    assert!(!response.body().contains(KEY));
    (response.status().as_u16(), serde_json::from_str(response.body()).expect("JSON"))
}

#[tokio::test]
async fn it_proves_the_key_and_counts_calls_whatever_the_server_is_like() {
    let challenge = CHALLENGE.replace('-', "");
    let vultr = World::builder().behave(Behave::Vultr).build().await;
    let open = World::builder().open().build().await;
    for world in [vultr, open] {
        // More than `vultr` allows in a second.
        for _ in 0..100 {
            let (status, answer) = ask(&world, &challenge).await;
            let proof = answer["proof"].as_str().unwrap();
            assert!(status == 200 && sdk::whoami::proves(KEY, &challenge, proof), "{answer}");
            assert!(!sdk::whoami::proves("ANOTHER", &challenge, proof));
            assert_eq!(answer["calls"], 0, "it does not count itself");
        }
        world.client.send(GetAccount {}).await.unwrap();
        assert_eq!(ask(&world, &challenge).await.1["calls"], 1);
        let nobodys = Request::get("/v2/regions").body(Body::empty()).unwrap();
        world.exchange(nobodys).await;
        assert_eq!(ask(&world, &challenge).await.1["calls"], 2, "without a key, too");
    }
}

#[tokio::test]
async fn a_challenge_that_could_be_something_else_is_refused() {
    let world = World::new().await;
    for challenge in ["", "short", CHALLENGE, &"x".repeat(129), "xxxxxxxxxxxxxxxx&a=b"] {
        let (status, answer) = ask(&world, challenge).await;
        assert_eq!(status, 400, "{challenge}: {answer}");
        assert!(answer.get("proof").is_none());
    }
}
