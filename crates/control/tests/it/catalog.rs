//! Regions, plans, systems and applications as lists show them.

use api::applications::ListApplications;
use api::os::ListOs;
use api::plans::{ListMetalPlans, ListPlans};
use api::regions::{GetRegionAvailability, ListRegions};
use control::catalog::Catalog;
use testkit::{World, refused};

#[tokio::test]
async fn a_filter_combines_with_paging_and_pages_lead_to_each_other() {
    let world = World::new().await;
    let ask = |cursor: Option<String>| ListPlans {
        kind: Some("vhf".into()),
        per_page: Some(2),
        cursor,
        ..ListPlans::default()
    };
    let all = world.client.send(ListPlans { kind: Some("vhf".into()), ..Default::default() });
    let all = all.await.unwrap();
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = world.client.send(ask(cursor)).await.unwrap();
        assert_eq!(page.meta.total, all.meta.total);
        assert!(page.items.len() <= 2 && page.items.iter().all(|plan| plan.kind == "vhf"));
        let prev = page.meta.links.prev;
        if !seen.is_empty() {
            let back = world.client.send(ask(Some(prev))).await.unwrap();
            assert_eq!(back.items[..], seen[seen.len() - 2..]);
        } else {
            assert_eq!(prev, "");
        }
        seen.extend(page.items);
        match page.meta.links.next {
            next if next.is_empty() => break,
            next => cursor = Some(next),
        }
    }
    assert_eq!(seen, all.items);
}

#[tokio::test]
async fn the_newest_catalogue_is_listed() {
    let world = World::new().await;
    let regions = world.client.send(ListRegions::default()).await.unwrap();
    assert_eq!(regions.meta.total, 33);
    let plans = ListPlans { per_page: Some(500), ..Default::default() };
    assert_eq!(world.client.send(plans).await.unwrap().meta.total, 151);
    assert_eq!(world.client.send(ListMetalPlans::default()).await.unwrap().meta.total, 23);
    let systems = world.client.send(ListOs::default()).await.unwrap();
    assert!(systems.items.iter().any(|os| os.id == 2136));
    let ask = |kind: &str| ListApplications { kind: Some(kind.into()), ..Default::default() };
    let one_click = world.client.send(ask("one-click")).await.unwrap();
    assert!(one_click.items.iter().all(|app| app.image_id.is_empty()));
    let market = world.client.send(ask("marketplace")).await.unwrap();
    assert!(market.items.iter().all(|app| !app.image_id.is_empty()));
    let all = world.client.send(ask("all")).await.unwrap();
    assert_eq!(all.meta.total, one_click.meta.total + market.meta.total);
}

#[tokio::test]
async fn withdrawn_entries_are_listed_only_when_asked_for() {
    let catalog = Catalog::builtin().show_retired(true);
    let (usual, all) = (World::new().await, World::builder().catalog(catalog).build().await);
    let ask = ListOs { per_page: Some(500), ..Default::default() };
    let few = usual.client.send(ask.clone()).await.unwrap().meta.total;
    assert!(all.client.send(ask).await.unwrap().meta.total > few);
}

#[tokio::test]
async fn availability_follows_the_plans_locations() {
    let world = World::new().await;
    let ask = |region: &str, kind: &str| GetRegionAvailability {
        region_id: region.into(),
        kind: Some(kind.into()),
    };
    let plans = world.client.send(ListPlans { per_page: Some(500), ..Default::default() });
    let plans = plans.await.unwrap().items;
    let here = world.client.send(ask("ewr", "vc2")).await.unwrap().available_plans;
    let sold = plans.iter().filter(|p| p.kind == "vc2" && p.locations.contains(&"ewr".into()));
    assert_eq!(here, sold.map(|p| p.id.clone()).collect::<Vec<_>>());
    let unknown = refused(world.client.send(ask("xyz", "")).await);
    assert_eq!(unknown.0, 400);
    assert!(unknown.1.starts_with("Invalid region."), "{}", unknown.1);
    let unknown = refused(world.client.send(ask("ewr", "nope")).await);
    assert!(unknown.1.starts_with("Please provide a valid type: all, "), "{}", unknown.1);
}
