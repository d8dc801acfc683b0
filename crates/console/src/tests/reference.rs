//! The reference has all operations, each with all that it takes.

use presentation::{operations, schema};
use testkit::World;

use super::support::Browser;

#[tokio::test]
async fn every_operation_has_its_page_with_all_its_fields() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let list = browser.page("/console/reference").await;
    for operation in operations::with_own() {
        let address = format!("/console/reference/{}", operation.op.id);
        assert!(list.contains(&format!("href=\"{address}\"")), "{address} is not listed");
        let page = browser.page(&address).await;
        for (name, _) in schema::fields(&operation.request()) {
            assert!(page.contains(&format!("id=\"f-{name}\"")), "{address}: {name}");
        }
        assert!(page.contains(operation.op.path), "{address}");
        assert_eq!(page.matches("<h1").count(), 1, "{address}");
        let languages = if crate::world::is_own(&operation) { 2 } else { 6 };
        assert_eq!(page.matches("role=\"tab\"").count(), languages, "{address}");
        let form = format!("href=\"/console/op/{}\"", operation.op.id);
        assert!(page.contains(&form), "{address}: no way to try it");
    }
    let got = browser.get("/console/reference/make-tea").await;
    assert_eq!(got.status, 404);
    assert!(got.body.contains("There is no operation make-tea"), "{}", got.body);
}

#[tokio::test]
async fn an_operation_says_what_it_needs_what_it_loses_and_what_it_was_in_v1() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let page = browser.page("/console/reference/reinstall-instance").await;
    for said in ["cannot be undone", "subscriptions", "POST /v1/server/reinstall", "401", "404"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let public = browser.page("/console/reference/list-regions").await;
    assert!(public.contains("no key needed") && !public.contains(">401<"), "{public}");
    let words = browser.page("/console/reference/create-block").await;
    assert!(words.contains("high_perf") && words.contains("NVMe: 10 to 10000 GB."), "{words}");
}

#[tokio::test]
async fn the_list_is_filtered_without_script_and_says_what_is_not_served() {
    let world = World::new().await;
    let mut browser = Browser::signed_in(&world).await;
    let some = browser.page("/console/reference?q=attach+BLOCK").await;
    assert!(some.contains("/console/reference/attach-block\""), "{some}");
    assert!(!some.contains("/console/reference/create-domain\""), "{some}");
    let all = browser.page("/console/reference").await;
    let missing = crate::reference::unserved();
    assert!(!missing.is_empty() && all.contains("Not served here"));
    assert!(missing.iter().all(|known| all.contains(known.path)), "one is left out");
    let none = browser.page("/console/reference?q=%3Cscript%3Ealert(1)").await;
    assert!(none.contains("&lt;script&gt;alert(1)") && !none.contains("<script>alert"), "{none}");
}
