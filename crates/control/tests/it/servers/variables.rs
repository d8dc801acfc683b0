//! What applications of the marketplace ask of servers that they are installed on.

use api::bare_metals::CreateBareMetal;
use api::instances::{CreateInstance, ListInstances, UpdateInstance};
use serde_json::json;

use crate::common::{Asks, OS, PLAN, made_of, outside};
use crate::marketplace::world_with_app;

fn wiki(variables: serde_json::Value) -> CreateInstance {
    made_of(json!({
        "region": "ewr", "plan": PLAN, "image_id": "wiki", "app_variables": variables,
    }))
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
    let changed = UpdateInstance { instance_id, image_id, ..Default::default() };
    assert_eq!(world.done(changed).await.instance.image_id, "wiki");
}
