//! What is Kettle's own is served as its document says, and nothing of it is served that does not stand
//! there.

use api::Method;
use api::world::plain::Plain;
use serde_json::Value;
use testkit::World;

/// Asks without a key.
async fn status(world: &World, method: &str, path: &str) -> u16 {
    let request = http::Request::builder().method(method).uri(path);
    let request = request.body(axum::body::Body::empty()).unwrap();
    world.exchange(request).await.status().as_u16()
}

#[tokio::test]
async fn each_path_of_the_document_is_served_by_its_methods_alone() {
    let world = World::new().await;
    let (_, text) = world.raw("GET", "/_kettle/openapi.json", "").await;
    let document: Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 30, "{}", paths.len());
    for (path, own) in paths {
        let filled: Vec<&str> =
            path.split('/').map(|s| if s.starts_with('{') { "1" } else { s }).collect();
        let filled = filled.join("/");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let name = method.as_str().to_lowercase();
            let answered = status(&world, method.as_str(), &filled).await;
            // What happens outside is told by names of which none is `1`.
            let is_told = path.ends_with("/{name}/{id}") && method == Method::POST;
            match own.get(&name) {
                Some(_) if is_told => assert_eq!(answered, 404, "{method} {path}"),
                Some(_) => assert!(![404, 405].contains(&answered), "{method} {path}: {answered}"),
                None => assert_eq!(answered, 405, "{method} {path}"),
            }
        }
    }
}

#[tokio::test]
async fn what_needs_the_owners_key_is_refused_without_it() {
    let world = World::new().await;
    for plain in Plain::ALL {
        let route = plain.route();
        if route.access == api::Access::Owner {
            assert_eq!(status(&world, route.method, route.path).await, 403, "{}", route.id);
        }
    }
}

#[test]
fn routes_of_kettles_own_come_from_its_lists_alone() {
    for (file, text) in [
        ("control_routes.rs", include_str!("../control_routes.rs")),
        ("world.rs", include_str!("../world.rs")),
        ("lib.rs", include_str!("../lib.rs")),
        ("console.rs", include_str!("../console.rs")),
    ] {
        assert!(!text.contains("route(\"/_kettle"), "{file} has a route that no document tells");
    }
    assert_eq!(Plain::Whoami.route().path, sdk::whoami::PATH);
}
