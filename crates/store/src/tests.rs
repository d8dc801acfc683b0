//! What the store promises: one suite, run on memory, on a file and on PostgreSQL; and what each
//! of them must survive.
mod cases;
mod crash;
mod engine;
mod events;
mod formats;
mod marks;
mod model;
mod names;
mod pages;
mod places;
mod shared;
mod snapshots;
mod sums;

use tempfile::TempDir;
use uuid::Uuid;

use crate::{Error, Facet, Location, Result, Row, Store, testing};

/// A store for one test, and the directory in which it lives.
struct Fresh {
    store: Store,
    _directory: Option<TempDir>,
}

async fn memory() -> Option<Fresh> {
    let store = Store::open(&Location::Memory).await.unwrap();
    Some(Fresh { store, _directory: None })
}

async fn file() -> Option<Fresh> {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::File(directory.path().join("db"));
    Some(Fresh { store: Store::open(&location).await.unwrap(), _directory: Some(directory) })
}

async fn postgres() -> Option<Fresh> {
    let location = Location::Postgres(testing::postgres().await?);
    Some(Fresh { store: Store::open(&location).await.unwrap(), _directory: None })
}

/// Runs each test on each store, and checks afterwards that what is stored agrees with itself.
macro_rules! suite {
    ($($module:ident::$test:ident,)*) => {
        suite!(@ memory $($module::$test,)*);
        suite!(@ file $($module::$test,)*);
        suite!(@ postgres $($module::$test,)*);
    };
    (@ $on:ident $($module:ident::$test:ident,)*) => {
        mod $on {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    let Some(fresh) = super::$on().await else { return };
                    super::$module::$test(fresh.store.clone()).await;
                    crate::testing::check(&fresh.store).await;
                }
            )*
        }
    };
}

suite! {
    cases::a_row_comes_back_as_it_was_put,
    cases::an_update_writes_only_what_is_the_handlers,
    cases::no_update_is_lost,
    cases::what_is_stale_writes_nothing,
    cases::a_transaction_sees_its_own_writes,
    cases::a_transaction_without_writes_checks_nothing,
    cases::a_quota_holds_against_many_at_once,
    cases::no_child_outlives_its_parent,
    cases::a_row_that_is_to_go_takes_no_more_changes,
    cases::a_wrong_list_is_refused_and_nothing_written,
    cases::what_is_removed_leaves_nothing_behind,
    cases::what_there_is_is_counted_by_kind_over_all_accounts,
    cases::the_world_and_the_reset,
    engine::a_due_row_is_claimed_once,
    engine::many_claim_each_row_once,
    engine::the_most_overdue_comes_first,
    engine::a_step_that_outlives_its_lease_writes_nothing,
    engine::a_change_during_a_step_is_not_lost,
    engine::a_row_changed_meanwhile_is_not_forgotten,
    engine::what_is_gone_leaves_nothing_behind,
    engine::outcomes_are_written,
    engine::what_is_stuck_is_found,
    engine::what_is_parked_is_due_when_it_was_before,
    engine::all_of_some_kinds_are_woken_at_once,
    engine::a_change_without_a_time_keeps_the_wake,
    engine::the_next_due_time_is_known,
    engine::what_makes_a_row_due_wakes_the_engine,
    engine::the_engine_is_woken_even_if_who_wrote_has_gone,
    cases::what_stays_at_a_reset_stays_whole,
    cases::what_nobody_asks_for_any_more_is_not_written,
    cases::a_step_that_has_lost_its_claim_writes_nothing,
    cases::any_text_can_be_looked_up,
    engine::a_lease_from_before_the_clock_was_set_back_holds_nobody_off,
    places::free_places_are_as_a_naive_model_has_them,
    places::what_a_free_place_costs_does_not_depend_on_how_many_are_taken,
    places::of_many_who_take_a_free_place_each_has_its_own,
    events::what_happened_is_told_by_time_with_what_made_it_happen,
    marks::no_two_states_of_a_row_have_one_mark,
    names::a_value_is_held_by_one,
    names::of_many_takers_one_wins,
    names::a_value_changes_hands,
    names::a_value_goes_with_its_row,
    names::what_was_free_is_checked_at_the_commit,
    pages::pages_walk_forward_and_back,
    pages::a_page_of_one_facet_and_of_several,
    pages::a_cursor_outlives_its_row,
    pages::accounts_and_kinds_do_not_meet,
    snapshots::a_snapshot_puts_back_what_was,
    snapshots::what_was_begun_before_a_restoration_is_void,
    snapshots::leases_that_were_saved_hold_nobody_off,
    snapshots::no_mark_is_given_again_after_a_restoration,
    snapshots::names_are_kept_replaced_and_forgotten,
    snapshots::what_is_exported_is_the_same_wherever_it_is_imported,
    snapshots::what_is_no_export_changes_nothing,
    snapshots::differences_are_told_by_row,
    snapshots::an_image_can_be_asked_like_a_store,
    sums::sums_follow_what_is_written,
    sums::several_are_read_in_one_go,
    sums::a_list_is_read_to_its_bound,
    model::random_operations_keep_every_list_right,
}

fn row() -> Row {
    Row {
        id: Uuid::now_v7(),
        account: 1,
        kind: "key".into(),
        desired: "0".into(),
        observed: "{}".into(),
        ..Row::default()
    }
}

/// A row that stands in these lists.
async fn create(store: &Store, row: Row, is: &[Facet]) -> Result<Row> {
    let (mut tx, id) = (store.begin(), row.id);
    tx.put(row, vec![], is.to_vec());
    tx.commit().await?;
    Ok(store.get(id).await?.expect("it has just been created"))
}

fn facet(field: &'static str, value: &str) -> Facet {
    (field, value.to_owned())
}

fn all() -> Facet {
    facet("", "")
}

/// Says what should be anew.
async fn change(store: &Store, id: Uuid, desired: &str, due: Option<i64>) -> Result<()> {
    let mut tx = store.begin();
    let row = tx.get(id).await?.expect("the row");
    tx.put(Row { desired: desired.to_owned(), due, ..row }, vec![], vec![]);
    tx.commit().await
}

fn stale<T: std::fmt::Debug>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::Stale(_)))
}

/// How much is stored, over all tables: equal before and after a change that was refused.
async fn size(store: &Store) -> Vec<i64> {
    let mut sizes = Vec::new();
    for table in ["resource", "list", "entry", "taken", "run", "sums"] {
        let sql = format!("SELECT count(*) FROM {table}");
        sizes.push(testing::count(store, &sql).await.unwrap());
    }
    sizes
}
