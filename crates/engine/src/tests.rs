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

/// A row of its own.
async fn create_another(store: &Store, n: u128, due: i64) -> Row {
    let (id, kind) = (Uuid::from_u128(n), "thing".into());
    let desired = n.to_string();
    let row = Row { id, account: 1, kind, due: Some(due), desired, ..Row::default() };
    let mut tx = store.begin();
    tx.put(row.clone(), vec![], vec![]);
    tx.commit().await.unwrap();
    row
}

/// Notes when each step was taken, and wants another one after a day, so many times in all.
struct Daily(Clock, Arc<Mutex<Vec<(String, i64)>>>, usize);

const DAY_MS: i64 = 86_400_000;

impl Life for Daily {
    fn step<'a>(&'a self, row: &'a mut Row) -> BoxFuture<'a, Result<Next, StepError>> {
        Box::pin(async move {
            let mut taken = self.1.lock().expect("no panic while held");
            taken.push((row.desired.clone(), self.0.now()));
            let own = taken.iter().filter(|(of, _)| *of == row.desired).count();
            let pause = Duration::from_millis(DAY_MS.unsigned_abs());
            Ok(if own < self.2 { Next::After(pause) } else { Next::Settled })
        })
    }
}

/// An engine whose things are looked at every day.
async fn daily(times: usize) -> (Store, Clock, Engine, Arc<Mutex<Vec<(String, i64)>>>) {
    let store = Store::open(&Location::Memory).await.unwrap();
    let (clock, taken) = (Clock::manual(1_000), Arc::<Mutex<Vec<_>>>::default());
    let life: Box<dyn Life> = Box::new(Daily(clock.clone(), taken.clone(), times));
    let engine = Engine::new(store.clone(), clock.clone(), BTreeMap::from([("thing", life)]));
    (store, clock, engine, taken)
}

#[tokio::test]
async fn what_becomes_due_while_the_clock_is_advanced_is_done_in_its_order_and_at_its_time() {
    let (store, clock, engine, taken) = daily(usize::MAX).await;
    create_another(&store, 1, 1_000).await;
    create_another(&store, 2, 1_000 + DAY_MS / 2).await;
    let advanced = engine.advance(1_000 + 2 * DAY_MS).await.unwrap();
    let expected = [("1", 0), ("2", 1), ("1", 2), ("2", 3), ("1", 4)];
    let expected = expected.map(|(row, halves)| (row.to_owned(), 1_000 + halves * DAY_MS / 2));
    assert_eq!(*taken.lock().unwrap(), expected);
    assert_eq!(advanced, Advanced { now: 1_000 + 2 * DAY_MS, steps: 5 });
    assert_eq!((clock.now(), clock.is_frozen()), (1_000 + 2 * DAY_MS, true));
    assert_eq!(engine.advance(0).await.unwrap().now, advanced.now, "it never goes back");
}

#[tokio::test]
async fn a_clock_that_runs_goes_on_from_where_it_is_advanced_to() {
    let (store, clock, engine, taken) = daily(usize::MAX).await;
    create_another(&store, 1, 1_000).await;
    clock.go(1_000, 60.0);
    // Half a day more than two: it runs while it is asked, too, and so each step may come a little later.
    let to = 1_000 + 2 * DAY_MS + DAY_MS / 2;
    engine.advance(to).await.unwrap();
    assert_eq!(taken.lock().unwrap().len(), 3);
    assert_eq!(clock.mode().rate(), 60.0);
    assert!((to..to + DAY_MS).contains(&clock.now()));
}

#[tokio::test]
async fn what_has_nothing_new_to_say_is_left_until_the_end_of_the_way() {
    // Something real that takes its time, whatever the clock shows.
    let (store, clock, engine, script) =
        world(&[Ok(Next::After(Duration::from_secs(5))); 5000]).await;
    let row = create(&store).await;
    let advanced = engine.advance(1_000 + 30 * DAY_MS).await.unwrap();
    assert!(advanced.steps < 600, "{advanced:?}");
    let due = store.get(row.id).await.unwrap().unwrap().due.unwrap();
    assert_eq!(due, clock.now() + 1, "it is looked at right afterwards");
    clock.set(due);
    let before = script.lock().unwrap().len();
    engine.drain().await;
    assert_eq!(script.lock().unwrap().len(), before - 1);
}

#[tokio::test]
async fn the_clock_is_kept_and_begins_as_it_did_where_nothing_is() {
    let (store, clock, engine, _) = daily(1).await;
    engine.advance(5_000).await.unwrap();
    clock.set(9_000); // not kept
    engine.begin_again().await.unwrap();
    assert_eq!(clock.mode(), Mode::Frozen { at: 5_000 }, "as it was kept, though that is earlier");
    let later = Clock::system();
    let other = Engine::new(store.clone(), later.clone(), BTreeMap::new());
    other.begin_again().await.unwrap();
    assert_eq!(later.mode(), Mode::Frozen { at: 5_000 }, "after a restart");
    other.go(3600.0).await.unwrap();
    assert!(later.now() < 10_000_000, "it goes on from there");
    assert!(other.go_as_the_system().await.unwrap());
    assert!(later.mode() == Mode::Real && later.now() > 1_700_000_000_000);
    store.reset(&[]).await.unwrap();
    engine.begin_again().await.unwrap();
    assert_eq!(clock.mode(), Mode::Frozen { at: 1_000 }, "as it was made");
    other.advance(later.now() + DAY_MS).await.unwrap();
    assert!(!other.go_as_the_system().await.unwrap(), "it does not go back");
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_goes_on_though_the_clock_stands_still_and_dates_do_not_come() {
    let wait = |seconds| Ok(Next::After(Duration::from_secs(seconds)));
    let (store, clock, engine, script) =
        world(&[wait(2), wait(250), Err("no route"), wait(86_400), wait(1)]).await;
    let (stop, stopped) = watch::channel(false);
    let row = create(&store).await;
    let running = tokio::spawn(engine.run(stopped));
    while script.lock().unwrap().len() > 1 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_secs(2 * 86_400)).await;
    assert_eq!(script.lock().unwrap().len(), 1, "a day does not pass");
    assert_eq!(clock.now(), 1_000);
    // The thing's own time is ahead: the pauses, and a first pause after a failure.
    let due = store.get(row.id).await.unwrap().unwrap().due.unwrap();
    assert_eq!(due, 1_000 + 2_000 + 250_000 + 500 + 86_400_000);
    clock.set(due);
    while !script.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.send_replace(true);
    running.await.unwrap();
}

#[tokio::test]
async fn nobody_takes_steps_while_the_engine_is_held() {
    let (store, _, engine, script) = world(&[Ok(Next::Settled)]).await;
    let still = engine.still().await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(engine.clone().run(stopped));
    create(&store).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(script.lock().unwrap().len(), 1);
    drop(still);
    while !script.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.send_replace(true);
    running.await.unwrap();
}

/// Sees something new with each second step, and is done when it has seen three.
#[derive(Clone, Default)]
struct Slow(Arc<Mutex<u64>>);

impl Life for Slow {
    fn step<'a>(&'a self, row: &'a mut Row) -> BoxFuture<'a, Result<Next, StepError>> {
        Box::pin(async move {
            let mut steps = self.0.lock().expect("no panic while held");
            *steps += 1;
            if steps.is_multiple_of(2) {
                row.observed = (*steps / 2).to_string();
            }
            let is_done = *steps >= 6;
            Ok(if is_done { Next::Settled } else { Next::After(Duration::from_secs(60)) })
        })
    }
}

#[tokio::test]
async fn what_is_held_takes_the_steps_that_somebody_takes_and_goes_on_when_it_is_released() {
    let store = Store::open(&Location::Memory).await.unwrap();
    let clock = Clock::manual(1_000);
    let slow = Slow::default();
    let life: Box<dyn Life> = Box::new(slow.clone());
    let engine = Engine::new(store.clone(), clock.clone(), BTreeMap::from([("thing", life)]));
    let row = create(&store).await;
    let seen = async || store.get(row.id).await.unwrap().unwrap().observed;
    let hold = engine.hold(Which { id: Some(row.id), ..any() }).await.unwrap();
    engine.advance(1_000 + DAY_MS).await.unwrap();
    assert_eq!(seen().await, "{}", "nothing is seen of it");
    for expected in ["1", "2"] {
        let stepped = engine.step_by_hand(row.id, 1).await.unwrap();
        assert_eq!(stepped, Stepped::Taken { steps: 1, to: To::More });
        assert_eq!(seen().await, expected);
        engine.drain().await;
        assert_eq!(seen().await, expected, "it is held");
    }
    // A restart: another engine on the same store.
    let life: Box<dyn Life> = Box::new(slow);
    let engine = Engine::new(store.clone(), clock.clone(), BTreeMap::from([("thing", life)]));
    engine.begin_again().await.unwrap();
    engine.advance(clock.now() + DAY_MS).await.unwrap();
    assert_eq!(seen().await, "2");
    assert!(!engine.release(Some(hold + 1)).await.unwrap(), "there is no such hold");
    assert!(engine.release(Some(hold)).await.unwrap());
    assert!(engine.rules().holds().is_empty());
    engine.advance(clock.now() + DAY_MS).await.unwrap();
    assert_eq!(seen().await, "3");
    assert_eq!(engine.step_by_hand(row.id, 1).await.unwrap(), Stepped::Idle, "it is settled");
}

#[tokio::test]
async fn steps_by_hand_end_where_there_is_nothing_more_to_do_and_say_what_failed() {
    let (store, _, engine, _) = world(&[Ok(Next::Now), Err("no route"), Ok(Next::Gone)]).await;
    let row = create(&store).await;
    let stepped = async || engine.step_by_hand(row.id, 5).await.unwrap();
    let to = To::Failed("no route".into());
    assert_eq!(stepped().await, Stepped::Taken { steps: 2, to });
    assert_eq!(stepped().await, Stepped::Taken { steps: 1, to: To::Gone });
    assert_eq!(stepped().await, Stepped::Idle);
    assert!(store.get(row.id).await.unwrap().is_none());
}
