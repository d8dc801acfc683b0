//! With a seed, and a clock that stands still, the same requests are answered the same.

use std::time::Duration;

use testkit::World;

use super::{MINE, all_that_is_read, make_things};

/// What no seed decides: keys, certificates and signatures are made by a library that draws by itself.
const DRAWN_ELSEWHERE: &[&str] = &["/dnssec", "/kubernetes/clusters/"];

/// All that an account with one of everything reads, and what it was told when it made them.
async fn read(seed: u64) -> Vec<(String, String)> {
    let world = World::builder().open().random_seed(seed).build().await;
    let mut things = make_things(&world, MINE).await;
    world.advance(Duration::from_secs(40 * 86_400)).await;
    things.find_backup(&world).await;
    things.find_invoice(&world).await;
    let plan = r#"{"region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136}"#;
    let mut read = Vec::new();
    for _ in 0..3 {
        let (status, body) = world.raw("POST", "/v2/instances", plan).await;
        assert_eq!(status, 202, "{body}");
        assert!(body.contains("default_password"), "{body}");
        read.push(("POST /v2/instances".to_owned(), body));
    }
    read.extend(all_that_is_read(&world, MINE, &things).await);
    read.retain(|(uri, _)| !DRAWN_ELSEWHERE.iter().any(|elsewhere| uri.contains(elsewhere)));
    read.into_iter().map(|(uri, body)| (uri, without_keys(&body))).collect()
}

/// A text without keys and certificates, which no seed decides.
fn without_keys(body: &str) -> String {
    let parts = body.split("-----BEGIN ").enumerate();
    let rest =
        parts.map(|(n, part)| if n == 0 { part } else { part.rsplit("-----").next().unwrap() });
    rest.collect()
}

#[tokio::test]
async fn with_the_same_seed_the_same_requests_are_answered_the_same_and_with_another_they_are_not()
{
    let (one, again, other) = (read(7).await, read(7).await, read(8).await);
    assert!(one.len() > 100, "{}", one.len());
    for ((uri, body), (same, expected)) in again.iter().zip(&one) {
        assert_eq!((uri, body), (same, expected));
    }
    assert_eq!(one.len(), again.len());
    let (instances, others) = (&one[0].1, &other[0].1);
    assert_ne!(instances, others);
    let made: std::collections::BTreeSet<_> = one[..3].iter().map(|(_, body)| body).collect();
    assert_eq!(made.len(), 3, "each has an id and a password of its own");
}
