//! What a caller is told of what cannot be done.

use api::account::GetAccount;
use store::{Hot, Location, Store};

use super::*;
use crate::auth::Caller;
use crate::{Config, Control};

#[tokio::test(start_paused = true)]
async fn what_is_always_too_late_is_a_503_that_says_so() {
    let control =
        Control::new(Config::new(Store::open(&Location::Memory).await.unwrap(), Vec::new));
    let cx = control.cx(Arc::new(Caller::nobody()), None, "test");
    let begun = tokio::time::Instant::now();
    let late = async |_: Cx, _: GetAccount| Err(Error::Stale(Hot::row(Uuid::nil())));
    let late = Routes::default().on(late);
    let refused = late.0[0].run(cx, Request::default()).await.unwrap_err();
    assert_eq!(refused.status, 503);
    assert!(refused.error.contains("nothing was done"), "{}", refused.error);
    assert_eq!(begun.elapsed(), store::PATIENCE);
}

#[tokio::test]
async fn a_store_that_fails_after_a_part_was_written_is_no_503() {
    let control =
        Control::new(Config::new(Store::open(&Location::Memory).await.unwrap(), Vec::new));
    for (writes, status) in [(false, 503), (true, 500)] {
        let cx = control.cx(Arc::new(Caller::nobody()), None, "test");
        let fails = move |cx: Cx, _: GetAccount| async move {
            if writes {
                cx.begin().commit().await?;
            }
            Err(store::testing::full().into())
        };
        let fails = Routes::default().on(fails);
        let refused = fails.0[0].run(cx, Request::default()).await.unwrap_err();
        assert_eq!(refused.status, status);
        assert_eq!(refused.error.contains("the disk is full, so nothing was done"), !writes);
    }
}
