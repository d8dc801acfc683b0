//! Applications of the marketplace: what they ask of who installs them, and of whose they are.

use api::account::GetAccount;
use api::bare_metals::CreateBareMetal;
use api::instances::{CreateInstance, ListInstances, UpdateInstance};
use api::marketplace::*;
use control::catalog::Catalog;
use serde_json::json;
use testkit::World;

use crate::common::{Asks, OS, PLAN, made_of, outside, stored};

/// A world whose catalogue has an application that asks for something, of this vendor.
async fn world_with_app(vendor: &str) -> World {
    let app = json!({ "application": {
        "id": 9001, "name": "Wiki", "short_name": "wiki", "deploy_name": "Wiki on Debian",
        "type": "marketplace", "vendor": vendor, "image_id": "wiki", "description": "Notes.",
        "variables": [
            { "name": "admin_mail", "description": "Who runs it.", "required": true },
            { "name": "title" },
        ],
    }});
    let catalog = Catalog::builtin().with_file(&app.to_string()).unwrap();
    World::builder().catalog(catalog).build().await
}

fn wiki(variables: serde_json::Value) -> CreateInstance {
    made_of(json!({
        "region": "ewr", "plan": PLAN, "image_id": "wiki", "app_variables": variables,
    }))
}

#[tokio::test]
async fn an_applications_variables_are_told_to_anybody() {
    let world = world_with_app("else").await;
    let variables = |image_id: &str| ListMarketplaceAppVariables { image_id: image_id.into() };
    let (status, body) = world.raw("GET", "/v2/marketplace/apps/wiki/variables", "").await;
    let first =
        r#"{"variables":[{"name":"admin_mail","description":"Who runs it.","required":true},"#;
    assert!(status == 200 && body.starts_with(first), "{body}");
    assert_eq!(world.done(variables("cyberpanel")).await, []);
    let (status, error) = world.refused(variables("cyberpanl")).await;
    assert!(status == 404 && error.starts_with("Invalid image ID"), "{status} {error}");
    assert!(error.ends_with("did you mean `cyberpanel`?"), "{error}");
    let request = http::Request::get("/v2/marketplace/apps/wiki/variables");
    let nobody = world.exchange(request.body(String::new().into()).unwrap()).await;
    assert_eq!(nobody.status(), 200, "vultr-cli sends no key");
}

#[tokio::test]
async fn an_account_offers_what_has_its_name_as_its_vendors() {
    let name = World::new().await.done(GetAccount {}).await.name;
    let world = world_with_app(&name).await;
    let app = MarketplaceApp {
        id: 9001,
        app_name: "Wiki".into(),
        app_desc: "Notes.".into(),
        visibility: true,
    };
    assert_eq!(world.done(ListMarketplaceApps {}).await.items, [app]);
    assert!(World::new().await.done(ListMarketplaceApps {}).await.items.is_empty());
}

#[tokio::test]
async fn an_instance_is_made_with_what_its_application_needs_or_not_at_all() {
    let world = world_with_app("else").await;
    for variables in [json!({}), json!({ "title": "Ours" }), json!({ "admin_mail": "" })] {
        let words = "app_variables.admin_mail: `wiki` cannot do without it";
        world.refuses(wiki(variables), words).await;
    }
    let metal: CreateBareMetal =
        made_of(json!({ "region": "ewr", "plan": "vbm-4c-32gb", "image_id": "wiki" }));
    world.refuses(metal, "app_variables.admin_mail").await;
    assert_eq!(world.done(ListInstances::default()).await.meta.total, 0);
    // What it does not ask for is kept, too.
    let variables = json!({ "admin_mail": "me@example.com", "colour": "red" });
    let id = world.done(wiki(variables)).await.id;
    world.settle().await;
    let machine = drivers::Machines::observe(&outside(&world), id.0).await.unwrap().unwrap();
    let told: Vec<_> = machine.spec.variables.into_iter().collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(told, [pair("admin_mail", "me@example.com"), pair("colour", "red")]);
}

#[tokio::test]
async fn an_application_put_on_an_instance_gets_what_that_was_made_with() {
    let world = world_with_app("else").await;
    let plain: CreateInstance = made_of(json!({ "region": "ewr", "plan": PLAN, "os_id": OS }));
    let instance_id = world.done(plain).await.id;
    world.settle().await;
    // Such a request has no place for values: the log tells what is missing.
    let image_id = Some("wiki".to_owned());
    world.done(UpdateInstance { instance_id, image_id, ..Default::default() }).await;
    assert!(stored(&world, instance_id.0).await.app_variables.is_empty());
}
