//! What people see of a world, page by page.

mod overview;
mod requests;

use testkit::{Body, KEY, World, http};

/// Somebody with a browser.
pub(crate) struct Browser<'a> {
    world: &'a World,
    cookie: String,
}

impl<'a> Browser<'a> {
    /// Signs in with the owner's key.
    pub(crate) async fn of(world: &'a World) -> Self {
        Self::with(world, KEY).await
    }

    /// Signs in with some key.
    pub(crate) async fn with(world: &'a World, key: &str) -> Self {
        let request = http::Request::post("/console/login")
            .header("host", "world.test")
            .header("origin", "http://world.test")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("key={key}")))
            .unwrap();
        let response = world.exchange(request).await;
        let cookie = response.headers().get("set-cookie").expect("the key is good");
        let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { world, cookie }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> http::request::Builder {
        http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", "world.test")
            .header("cookie", &self.cookie)
    }

    /// A page that is there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}: {}", response.body());
        response.into_body()
    }

    pub(crate) async fn get(&self, path: &str) -> http::Response<String> {
        self.world.exchange(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form of a page, with the token that the page has.
    pub(crate) async fn send(
        &self,
        page: &str,
        path: &str,
        fields: &str,
    ) -> http::Response<String> {
        let shown = self.page(page).await;
        let token = shown.split("name=\"_token\" value=\"").nth(1).expect("a form with a token");
        let token = token.split('"').next().unwrap();
        let request = self
            .request("POST", path)
            .header("origin", "http://world.test")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("_token={token}&{fields}")));
        self.world.exchange(request.unwrap()).await
    }
}
