//! No account finds, sees or changes what is another's: every operation that takes an id, in its
//! path, its query or its body, is asked with another account's. What it answers is what it answers
//! for an id that nothing has.
//!
//! Operations and the places of their ids come from the API's own definition; an id of a kind of
//! which this test has no thing fails it.

mod alike;
mod every;
mod releases;
mod requests;
mod restored;
mod things;

use std::collections::BTreeSet;

use http::Method;
use requests::{Asked, Place, operations};
use serde_json::{Value, json};
use store::{Location, testing};
use testkit::World;
use things::{Things, make_things};

const MINE: &str = "mine";
const THEIRS: &str = "theirs";

/// What an operation answers to a bearer of this key.
async fn ask(world: &World, key: &str, asked: &Asked) -> (u16, String) {
    let request = http::Request::builder()
        .method(&asked.method)
        .uri(&asked.uri)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json");
    let response = world.exchange(request.body(asked.body.clone().into()).unwrap()).await;
    (response.status().as_u16(), response.into_body())
}

/// Everything that an account can read, by operation.
async fn all_that_is_read(world: &World, key: &str, things: &Things) -> Vec<(String, String)> {
    let mut read = Vec::new();
    for op in operations().iter().filter(|op| op.reads()) {
        let asked = op.request(things, &[], &[]);
        let (status, body) = ask(world, key, &asked).await;
        assert_eq!(status, 200, "{}: {asked:?}: {body}", op.op.id);
        read.push((asked.uri, body));
    }
    read
}

/// Asks for the things of the first account as the second, one id after the other and all at once.
async fn ask_for_what_is_anothers(world: &World, mine: &Things, theirs: &Things) -> usize {
    let mut asked = 0;
    for op in operations() {
        let places = op.places();
        let ones = places.iter().map(std::slice::from_ref);
        let all = Some(places.as_slice()).filter(|places| places.len() > 1);
        for chosen in ones.chain(all) {
            let chosen: Vec<&Place> = chosen.iter().collect();
            let ids: Vec<String> = chosen.iter().map(|place| mine.of(place)).collect();
            // Numbers of rules, and names within a thing, are each owner's own: this one is the
            // asking account's as well.
            if chosen.len() == 1 && ids[0] == theirs.of(chosen[0]) {
                assert!(chosen[0].is_path() && op.places().len() > 1, "{}", op.op.id);
                continue;
            }
            let nowhere: Vec<String> = chosen.iter().map(|place| place.nowhere()).collect();
            let (status, body) = ask(world, THEIRS, &op.request(theirs, &chosen, &ids)).await;
            let unknown = ask(world, THEIRS, &op.request(theirs, &chosen, &nowhere)).await;
            let what = format!("{} with another's {:?}", op.op.id, names(&chosen));
            let is_filter = chosen.iter().all(|place| place.is_query());
            let is_refused = (400..500).contains(&status) && ![401, 403, 429].contains(&status);
            assert!(is_refused || status == 200 && is_filter, "{what}: {status} {body}");
            let told = (status, without(&body, &ids));
            assert_eq!(told, (unknown.0, without(&unknown.1, &nowhere)), "{what}");
            let tells = mine.marks().find(|mark| without(&body, &ids).contains(*mark));
            assert_eq!(tells, None, "{what}: {body}");
            asked += 1;
        }
    }
    asked
}

fn names<'a>(places: &[&'a Place]) -> Vec<&'a str> {
    places.iter().map(|place| place.name.as_str()).collect()
}

fn without(body: &str, ids: &[String]) -> String {
    ids.iter().fold(body.to_owned(), |body, id| body.replace(id.as_str(), "ID"))
}

async fn two_accounts(location: Location) -> (World, Things, Things) {
    let world = World::builder().open().location(location).build().await;
    let mut mine = make_things(&world, MINE).await;
    let mut theirs = make_things(&world, THEIRS).await;
    // By then there are backups, and the invoice of a month.
    world.advance(std::time::Duration::from_secs(10 * 24 * 3600)).await;
    for things in [&mut mine, &mut theirs] {
        things.find_backup(&world).await;
        things.find_invoice(&world).await;
    }
    (world, mine, theirs)
}

async fn nobody_reaches_anothers_things(location: Location) {
    let (world, mine, theirs) = two_accounts(location).await;
    let before = all_that_is_read(&world, MINE, &mine).await;
    let theirs_before = all_that_is_read(&world, THEIRS, &theirs).await;
    for (uri, body) in &theirs_before {
        let tells = mine.marks().find(|mark| body.contains(*mark));
        assert_eq!(tells, None, "{uri}: {body}");
    }
    let asked = ask_for_what_is_anothers(&world, &mine, &theirs).await;
    assert!(asked > 250, "{asked}");
    world.settle().await;
    assert_eq!(all_that_is_read(&world, MINE, &mine).await, before, "nothing has changed");
    // That something was refused is known, by whoever it was refused to.
    let mut now = all_that_is_read(&world, THEIRS, &theirs).await;
    let mut theirs_before = theirs_before;
    for read in [&mut now, &mut theirs_before] {
        read.retain(|(uri, _)| !uri.starts_with("/v2/logs"));
    }
    assert_eq!(now, theirs_before, "a refusal leaves nothing else behind");
}

#[tokio::test]
async fn on_sqlite_anothers_things_are_as_unknown_as_none() {
    nobody_reaches_anothers_things(Location::Memory).await;
}

#[tokio::test]
async fn on_postgresql_anothers_things_are_as_unknown_as_none() {
    let Some(database) = testing::postgres().await else { return };
    nobody_reaches_anothers_things(Location::Postgres(database)).await;
}

/// Operations whose own thing is gone before they are asked, by others that do as much: the node is
/// recycled, the cluster deleted.
const GONE_BEFORE: [&str; 2] = ["delete-node", "delete-cluster-with-resources"];

/// What is asked above is asked so that the id is what decides: with the caller's own id each
/// operation answers something else than with an id that nothing has.
#[tokio::test]
async fn it_is_the_id_that_each_of_these_requests_is_refused_for() {
    let (world, mine, _) = two_accounts(Location::Memory).await;
    let mut operations = operations();
    // What destroys comes last, the innermost first.
    operations.sort_by_key(|op| {
        let destroys = op.op.method == Method::DELETE || op.op.path.contains("/detach");
        let path = op.op.path.trim_end_matches("/delete-with-linked-resources");
        (destroys, std::cmp::Reverse(path.len()))
    });
    let mut same = BTreeSet::new();
    for op in operations {
        let places = op.places();
        let mut unknown = Vec::new();
        for place in &places {
            let nowhere = vec![place.nowhere()];
            let (status, body) = ask(&world, MINE, &op.request(&mine, &[place], &nowhere)).await;
            unknown.push((status, without(&body, &nowhere)));
        }
        // Ids that must be there all stand in one request, which is done once.
        let (status, body) = ask(&world, MINE, &op.request(&mine, &[], &[])).await;
        for (place, unknown) in places.iter().zip(unknown) {
            let own = vec![mine.of(place)];
            let (status, body) = match place.is_required {
                true => (status, body.clone()),
                false => ask(&world, MINE, &op.request(&mine, &[place], &own)).await,
            };
            let is_gone = GONE_BEFORE.contains(&op.op.id);
            if (status, without(&body, &own)) == unknown && !is_gone {
                same.insert(format!("{} {}: {unknown:?}", op.op.id, place.name));
            }
        }
        world.settle().await;
    }
    assert!(same.is_empty(), "{same:#?}");
}
