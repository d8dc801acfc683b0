//! Lives that fail, and changes in mid-step.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use store::{Location, Row, Store};
use tokio::sync::watch;
use uuid::Uuid;

use super::*;

type Script = Arc<Mutex<Vec<Result<Next, &'static str>>>>;

/// Plays back what it was told to say, the last first.
struct Scripted(Script);

impl Life for Scripted {
    fn step<'a>(&'a self, row: &'a mut Row) -> BoxFuture<'a, Result<Next, StepError>> {
        Box::pin(async move {
            row.observed = format!("\"saw {}\"", row.desired);
            let next = self.0.lock().expect("no panic while held").pop();
            if next == Some(Err("panic")) {
                panic!("for the test's sake");
            }
            next.unwrap_or(Ok(Next::Settled)).map_err(Into::into)
        })
    }
}

async fn world(script: &[Result<Next, &'static str>]) -> (Store, Clock, Engine, Script) {
    let store = Store::open(&Location::Memory).await.unwrap();
    let script: Script = Arc::new(Mutex::new(script.iter().rev().copied().collect()));
    let life: Box<dyn Life> = Box::new(Scripted(script.clone()));
    let clock = Clock::manual(1_000);
    let engine = Engine::new(store.clone(), clock.clone(), BTreeMap::from([("thing", life)]));
    (store, clock, engine, script)
}

async fn create(store: &Store) -> Row {
    let row = Row {
        id: "018f0000-0000-7000-8000-000000000001".parse().unwrap(),
        account: 1,
        kind: "thing".into(),
        created: 1_000,
        due: Some(1_000),
        desired: "1".into(),
        observed: "{}".into(),
        ..Row::default()
    };
    let mut tx = store.begin();
    tx.put(row.clone(), vec![], vec![]);
    tx.commit().await.unwrap();
    row
}

#[tokio::test]
async fn steps_follow_each_other_until_the_thing_is_settled() {
    let (store, _, engine, script) = world(&[Ok(Next::Now), Ok(Next::Now)]).await;
    let row = create(&store).await;
    engine.drain().await;
    let seen = store.get(row.id).await.unwrap().unwrap();
    assert_eq!((seen.observed.as_str(), seen.due), ("\"saw 1\"", None));
    assert!(script.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_step_that_fails_is_tried_again_later_and_tells_why() {
    let (store, clock, engine, _) = world(&[Err("no route"), Ok(Next::Settled)]).await;
    let row = create(&store).await;
    engine.drain().await;
    let failed = store.get(row.id).await.unwrap().unwrap();
    assert_eq!(failed.error.as_deref(), Some("no route"));
    let due = failed.due.unwrap();
    assert!(due > 1_000);
    clock.set(due);
    engine.drain().await;
    let mended = store.get(row.id).await.unwrap().unwrap();
    assert_eq!((mended.error, mended.due), (None, None));
}

#[tokio::test]
async fn a_thing_that_is_gone_is_forgotten() {
    let (store, _, engine, _) = world(&[Ok(Next::Gone)]).await;
    let row = create(&store).await;
    engine.drain().await;
    assert!(store.get(row.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_running_engine_wakes_for_changes_and_for_the_clock() {
    let (store, clock, engine, script) =
        world(&[Ok(Next::After(Duration::from_secs(5))), Ok(Next::Gone)]).await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(engine.run(stopped));
    let row = create(&store).await;
    while script.lock().unwrap().len() > 1 {
        tokio::task::yield_now().await;
    }
    clock.set(6_000);
    while store.get(row.id).await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    stop.send_replace(true);
    running.await.unwrap();
}

#[tokio::test]
async fn a_step_that_panics_fails_and_frees_its_row() {
    let (store, clock, engine, _) = world(&[Err("panic"), Ok(Next::Settled)]).await;
    let row = create(&store).await;
    engine.drain().await;
    let failed = store.get(row.id).await.unwrap().unwrap();
    assert_eq!(failed.error.as_deref(), Some("the step panicked: for the test's sake"));
    assert_eq!((failed.lease, failed.tries), (0, 1), "nobody holds it");
    clock.set(failed.due.unwrap());
    engine.drain().await;
    let mended = store.get(row.id).await.unwrap().unwrap();
    assert_eq!((mended.error, mended.due), (None, None));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_left_alone_longer_and_longer() {
    let pause = Pause::default();
    pause.over().await; // there is none
    let mut lengths = Vec::new();
    for _ in 0..12 {
        pause.lengthen(&"no disk");
        pause.lengthen(&"another failure meanwhile");
        let begun = tokio::time::Instant::now();
        pause.over().await;
        lengths.push(begun.elapsed().as_millis());
    }
    assert_eq!(lengths[..4], [100, 200, 400, 800]);
    assert_eq!(lengths[11], 30_000);
    pause.end();
    pause.lengthen(&"again");
    let begun = tokio::time::Instant::now();
    pause.over().await;
    assert_eq!(begun.elapsed().as_millis(), 100, "a success begins anew");
}

/// All that there are.
fn any() -> Which {
    Which::default()
}

#[tokio::test]
async fn a_rule_stops_what_it_is_about_until_it_goes_and_all_stays_as_it_was() {
    let (store, clock, engine, script) = world(&[Err("no route"), Ok(Next::Settled)]).await;
    let row = create(&store).await;
    engine.drain().await;
    let failed = store.get(row.id).await.unwrap().unwrap();
    let other = Which { id: Some(Uuid::nil()), ..any() };
    engine.rules().add(other, Does::Stop);
    let kinds = vec!["thing".to_owned()];
    let rule = engine.rules().add(Which { kinds, account: Some(1), ..any() }, Does::Stop);
    clock.set(failed.due.unwrap());
    engine.drain().await;
    let parked = store.get(row.id).await.unwrap().unwrap();
    assert_eq!((parked.tries, &parked.error), (failed.tries, &failed.error));
    assert_eq!(parked.due, failed.due.map(|due| due + store::PARKED));
    assert_eq!(script.lock().unwrap().len(), 1, "no step was taken");
    assert!(engine.remove_rule(rule).await.unwrap());
    assert!(!engine.remove_rule(rule).await.unwrap(), "it is gone");
    assert_eq!(store.get(row.id).await.unwrap().unwrap().due, failed.due);
    engine.drain().await;
    let mended = store.get(row.id).await.unwrap().unwrap();
    assert_eq!((mended.error, mended.due), (None, None));
}

#[tokio::test]
async fn a_rule_makes_so_many_steps_fail_and_tells_each() {
    let (store, clock, engine, _) = world(&[]).await;
    let row = create(&store).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = told.clone();
    engine.rules().tell(move |acted| listener.lock().unwrap().push(acted.clone()));
    let error = "the driver is gone".to_owned();
    let does = Does::Fail { error: error.clone(), times: Some(2), odds: 1.0, seed: 0 };
    let rule = engine.rules().add(any(), does);
    for tries in 1..=2 {
        engine.drain().await;
        let failed = store.get(row.id).await.unwrap().unwrap();
        assert_eq!((failed.tries, &failed.error), (tries, &Some(error.clone())));
        clock.set(failed.due.unwrap());
    }
    engine.drain().await;
    let mended = store.get(row.id).await.unwrap().unwrap();
    assert_eq!((mended.error, mended.due), (None, None), "it failed twice");
    let acted =
        Acted { rule, id: row.id, kind: "thing".into(), account: 1, error: Some(error.clone()) };
    assert_eq!(*told.lock().unwrap(), vec![acted; 2]);
    assert_eq!(engine.rules().list()[0].acted, 2);
}

#[tokio::test]
async fn throws_follow_from_their_seed() {
    let row = Row::default();
    let threw = |seed| {
        let rules = Rules::default();
        rules.add(any(), Does::Fail { error: "e".into(), times: None, odds: 0.3, seed });
        (0..1000).map(|_| rules.verdict(&row, false) != Verdict::Go).collect::<Vec<_>>()
    };
    let seven = threw(7);
    assert_eq!(seven, threw(7));
    assert_ne!(seven, threw(8));
    let failed = seven.iter().filter(|failed| **failed).count();
    assert!((250..350).contains(&failed), "{failed} of 1000 at 0.3");
}
