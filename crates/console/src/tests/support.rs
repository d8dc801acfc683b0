//! A browser that keeps its cookie and reads forms.

use testkit::Body;
use testkit::api::Access;
use testkit::api::users::CreateUser;
use testkit::http::{Request, Response};
use testkit::{KEY, World};

/// The host that tests' browsers name.
pub(crate) const HOST: &str = "127.0.0.1:8787";

/// Somebody at a browser.
pub(crate) struct Browser<'a> {
    world: &'a World,
    pub(crate) cookie: String,
}

/// A page that was got.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    /// Where the browser is led, if it is.
    pub(crate) location: String,
    pub(crate) body: String,
}

impl<'a> Browser<'a> {
    /// One that has not signed in.
    pub(crate) fn new(world: &'a World) -> Self {
        Self { world, cookie: String::new() }
    }

    /// One that has signed in as the owner.
    pub(crate) async fn signed_in(world: &'a World) -> Self {
        Self::with_key(world, KEY).await
    }

    /// One that has signed in with this key.
    pub(crate) async fn with_key(world: &'a World, key: &str) -> Self {
        let mut browser = Self::new(world);
        let got = browser.post("/console/login", &[("key", key)]).await;
        assert_eq!(got.status, 303, "{}", got.body);
        browser
    }

    /// One that has signed in as a user of the owner's account, who may this alone.
    pub(crate) async fn of_user(world: &'a World, acls: &[Access]) -> Self {
        let create = CreateUser {
            email: "jo@example.com".into(),
            name: "Jo".into(),
            password: "Correct-Horse-9".into(),
            acls: Some(acls.to_vec()),
            ..Default::default()
        };
        let user = world.client.send(create).await.unwrap();
        Self::with_key(world, &user.api_key).await
    }

    /// Opens a page.
    pub(crate) async fn get(&mut self, address: &str) -> Got {
        let request = Request::get(address).header("host", HOST).header("cookie", &self.cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Opens a page that is there.
    pub(crate) async fn page(&mut self, address: &str) -> String {
        let got = self.get(address).await;
        assert_eq!(got.status, 200, "{address}: {}", got.body);
        got.body
    }

    /// Sends a form with these fields, from a page of the console.
    pub(crate) async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Got {
        self.post_from(&format!("http://{HOST}"), address, fields).await
    }

    /// Sends a form from a page of `origin`.
    pub(crate) async fn post_from(
        &mut self,
        origin: &str,
        address: &str,
        fields: &[(&str, &str)],
    ) -> Got {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let request = Request::post(address)
            .header("host", HOST)
            .header("origin", origin)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        let body = form.extend_pairs(fields).finish();
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form with these fields and the session's token, which a page of it has.
    pub(crate) async fn submit(&mut self, address: &str, fields: &[(&str, &str)]) -> Got {
        let token = self.token().await;
        let mut all = vec![("_token", token.as_str())];
        all.extend(fields);
        self.post(address, &all).await
    }

    /// The session's token, as forms have it.
    pub(crate) async fn token(&mut self) -> String {
        let page = self.page("/console/v2/regions").await;
        let (_, rest) = page.split_once("name=\"_token\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    async fn send(&mut self, request: Request<Body>) -> Got {
        let response: Response<String> = self.world.exchange(request).await;
        let header = |name: &str| {
            let value = response.headers().get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or_default().to_owned()
        };
        if let Some(cookie) = header("set-cookie").split(';').next().filter(|c| !c.is_empty()) {
            self.cookie = cookie.to_owned();
        }
        let (status, location) = (response.status().as_u16(), header("location"));
        Got { status, location, body: response.into_body() }
    }
}
