//! Applications of the marketplace: what they ask of who installs them, and of whose they are.

use api::account::GetAccount;
use api::marketplace::*;
use control::catalog::Catalog;
use serde_json::json;
use testkit::World;

use crate::common::Asks;

/// A world whose catalogue has an application that asks for something, of this vendor.
pub(crate) async fn world_with_app(vendor: &str) -> World {
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

#[tokio::test]
async fn an_applications_variables_are_told_to_anybody() {
    let world = world_with_app("else").await;
    let variables = |image_id: &str| ListMarketplaceAppVariables { image_id: image_id.into() };
    let (status, body) = world.raw("GET", "/v2/marketplace/apps/wiki/variables", "").await;
    let first =
        r#"{"variables":[{"name":"admin_mail","description":"Who runs it.","required":true},"#;
    assert!(status == 200 && body.starts_with(first), "{body}");
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
