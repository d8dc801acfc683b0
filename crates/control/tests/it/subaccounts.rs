//! Sub-accounts: accounts of their own.

use api::blocks::CreateBlock;
use api::subaccounts::*;
use testkit::World;

use crate::common::{Asks, refused_for};

fn wish(email: &str) -> CreateSubaccount {
    CreateSubaccount { email: email.into(), ..Default::default() }
}

#[tokio::test]
async fn a_sub_account_sees_its_own_only_and_pays_for_itself() {
    let world = World::new().await;
    let create = CreateSubaccount {
        subaccount_name: Some("Acme".into()),
        subaccount_id: Some("472924".into()),
        ..wish("acme@example.com")
    };
    let made = world.done(create).await;
    let its = world.client_with(&made.api_key);
    let account = its.account().get().await.unwrap();
    assert_eq!((&*account.name, &*account.email), ("Acme", "acme@example.com"));
    let block = CreateBlock { region: "ewr".into(), size_gb: 730, ..Default::default() };
    let block = its.blocks().create(block).await.unwrap();
    world.advance(std::time::Duration::from_secs(15 * 24 * 3_600)).await;
    assert_eq!(world.client.blocks().list().await.unwrap().items, []);
    assert_eq!(world.refused(api::blocks::GetBlock::from(block.id)).await.0, 404);
    assert_eq!(its.invoices().list().await.unwrap().items.len(), 1);
    assert_eq!(world.client.invoices().list().await.unwrap().items, []);
    assert_eq!(its.subaccounts().list().await.unwrap().items, []);

    let other = world.done(wish("other@example.com")).await;
    assert_eq!((&*other.subaccount_name, &*other.subaccount_id), ("other@example.com", ""));
    let page =
        world.client.subaccounts().list().with(|list| list.per_page = Some(1)).await.unwrap();
    assert_eq!((page.meta.total, page.items.len()), (2, 1));
    // 0.1 an hour: 230.5 hours of November, and 129.5 of December; clients read whole dollars.
    let (status, body) = world.raw("GET", "/v2/subaccounts?per_page=1", "").await;
    let expected = format!(
        r#"{{"subaccounts":[{{"id":"{}","email":"acme@example.com","subaccount_name":"Acme","subaccount_id":"472924","activated":true,"balance":23,"pending_charges":13}}],"#,
        made.id
    );
    assert!(status == 200 && body.starts_with(&expected), "{body}");
}

#[tokio::test]
async fn an_address_is_one_and_nobody_elses() {
    let world = World::new().await;
    world.done(wish("one@example.com")).await;
    for email in ["", "nobody", "One@example.com"] {
        refused_for("email", world.client.send(wish(email)).await);
    }
    assert_eq!(world.client.subaccounts().list().await.unwrap().meta.total, 1);
}
