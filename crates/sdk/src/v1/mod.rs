//! API v1: a typed call for each of its 157, and raw calls of any path.
//!
//! What a call takes and what it answers are typed. v1's own types changed over its years: an id was
//! a string in one and a number in another. So answers are read by what they mean, and [`answer`] has
//! them. A list that is asked for one thing answers a map of one.
//!
//! ```no_run
//! use kettle_sdk::v1::{Client, ServerCreate, ServerHalt, ServerList, Verb};
//!
//! # async fn example() -> Result<(), kettle_sdk::Error> {
//! let client = Client::new("http://127.0.0.1:8787", "KEY")?;
//! let create = ServerCreate { dcid: 1, plan: 201, os: 2136, ..Default::default() };
//! let subid = client.call(&create).await?.subid;
//! let servers = client.call(&ServerList { subid: Some(subid), ..Default::default() }).await?;
//! println!("{} is {}", servers[&subid].main_ip, servers[&subid].status);
//! client.call(&ServerHalt { subid }).await?;
//! println!("{}", client.text(Verb::Get, "server/list", &[]).await?);
//! # Ok(())
//! # }
//! ```

pub mod answer;
mod calls;
mod define;
mod values;

use api::{Method, Secret};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

pub use calls::*;
pub use values::{Answer, ById, ByNumber, Key, Unexpected};

use crate::error::{excerpt, refusal};
use crate::retry::TOO_MANY_V1;
use crate::{Error, RawResponse};

/// The method of a call; v1 has no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads; parameters travel in the query.
    Get,
    /// Changes; parameters travel in a form.
    Post,
}

impl Verb {
    /// The method as HTTP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One call of API v1.
pub trait Call {
    /// What a success says.
    type Answer: Answer;
    /// The method.
    const VERB: Verb;
    /// Group and name: `server/list`.
    const PATH: &'static str;
    /// The names of its parameters, and whether it goes without them.
    const PARAMS: &'static [(&'static str, bool)];
    /// Adds what is set to `params`.
    fn write(&self, params: &mut Vec<(String, String)>);
}

/// A call as the list of all has it.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The method.
    pub verb: Verb,
    /// Group and name.
    pub path: &'static str,
    /// Names of parameters, each with whether the call is refused without it.
    pub params: &'static [(&'static str, bool)],
    check: fn(&str) -> Result<(), String>,
}

impl Entry {
    const fn of<C: Call>() -> Self {
        Self {
            verb: C::VERB,
            path: C::PATH,
            params: C::PARAMS,
            check: |body| read::<C::Answer>(body).map(drop),
        }
    }

    /// Whether a body, such as one that was recorded, is what the call answers.
    ///
    /// # Errors
    /// What stands in it instead of what.
    pub fn check(&self, body: &str) -> Result<(), String> {
        (self.check)(body)
    }
}

/// What a parameter can hold.
pub trait Param {
    /// Whether it is always sent.
    const REQUIRED: bool = true;
    /// Adds it to `params`.
    fn write(&self, name: &str, params: &mut Vec<(String, String)>);
}

/// `on` or `off`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Switch {
    /// `on`.
    On,
    /// `off`.
    #[default]
    Off,
}

/// `true` or `false`; most other flags are `yes` or `no`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Truth(pub bool);

fn push(name: &str, value: impl Into<String>, params: &mut Vec<(String, String)>) {
    params.push((name.to_owned(), value.into()));
}

impl Param for u64 {
    fn write(&self, name: &str, params: &mut Vec<(String, String)>) {
        push(name, self.to_string(), params);
    }
}

impl Param for String {
    fn write(&self, name: &str, params: &mut Vec<(String, String)>) {
        push(name, self.clone(), params);
    }
}

impl Param for Secret {
    fn write(&self, name: &str, params: &mut Vec<(String, String)>) {
        push(name, self.as_str().to_owned(), params);
    }
}

impl Param for bool {
    fn write(&self, name: &str, params: &mut Vec<(String, String)>) {
        push(name, if *self { "yes" } else { "no" }, params);
    }
}

impl Param for Switch {
    fn write(&self, name: &str, params: &mut Vec<(String, String)>) {
        push(name, if *self == Self::On { "on" } else { "off" }, params);
    }
}

impl Param for Truth {
    fn write(&self, name: &str, params: &mut Vec<(String, String)>) {
        push(name, self.0.to_string(), params);
    }
}

impl Param for Vec<String> {
    fn write(&self, name: &str, params: &mut Vec<(String, String)>) {
        for value in self {
            push(&format!("{name}[]"), value.clone(), params);
        }
    }
}

impl<T: Param> Param for Option<T> {
    const REQUIRED: bool = false;
    fn write(&self, name: &str, params: &mut Vec<(String, String)>) {
        if let Some(value) = self {
            value.write(name, params);
        }
    }
}

/// What a success says; why it cannot be read.
fn read<A: Answer>(body: &str) -> Result<A, String> {
    let value = match body.trim() {
        "" => Value::Null,
        body => serde_json::from_str(body).map_err(|e| format!("it is no JSON: {e}"))?,
    };
    A::read(value).map_err(|e| e.to_string())
}

/// A refusal as people read it: it is sent as the text of a page.
fn plain(page: &str) -> String {
    page.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Calls API v1.
#[derive(Debug, Clone)]
pub struct Client {
    client: crate::Client,
    key: Option<HeaderValue>,
}

impl Client {
    /// A client for `endpoint`, such as `http://127.0.0.1:8787`; a trailing `/v2` is dropped. The
    /// empty key is none.
    ///
    /// # Errors
    /// When the endpoint is no address, or the key cannot be sent.
    pub fn new(endpoint: impl Into<String>, key: &str) -> Result<Self, Error> {
        Self::with(crate::Client::builder(endpoint), key)
    }

    /// A client for a target that was resolved.
    ///
    /// # Errors
    /// When the endpoint is no address, or the key cannot be sent.
    pub fn for_target(target: &crate::Target) -> Result<Self, Error> {
        let key = target.key.as_deref().unwrap_or_default();
        Self::with(crate::Client::builder_for(target), key)
    }

    /// A client made as `builder` says, but for its key, which is v2's.
    ///
    /// # Errors
    /// When the endpoint is no address, or the key cannot be sent.
    pub fn with(builder: crate::client::Builder, key: &str) -> Result<Self, Error> {
        let key = match key.trim() {
            "" => None,
            key => {
                let mut key = HeaderValue::from_str(key).map_err(|_| {
                    Error::Invalid("the API key has characters that no key has".into())
                })?;
                key.set_sensitive(true);
                Some(key)
            }
        };
        Ok(Self { client: builder.without_key().build()?, key })
    }

    /// Carries out a call.
    ///
    /// # Errors
    /// When the API refuses, no answer comes, or it cannot be read.
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Answer, Error> {
        let mut params = Vec::new();
        call.write(&mut params);
        let params: Vec<_> = params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = self.response(C::VERB, C::PATH, &params).await?;
        let unreadable = |reason| Error::Unreadable {
            request: format!("{} {}/v1/{}", C::VERB.as_str(), self.client.endpoint(), C::PATH),
            status: answer.status.as_u16(),
            reason,
            excerpt: excerpt(answer.body.as_bytes()),
        };
        match answer.status {
            StatusCode::OK => read(&answer.body).map_err(unreadable),
            status if status.as_u16() >= 400 => {
                let request =
                    format!("{} {}/v1/{}", C::VERB.as_str(), self.client.endpoint(), C::PATH);
                Err(refusal(request, status.as_u16(), plain(&answer.body).as_bytes()))
            }
            _ => Err(unreadable("expected status 200; is this endpoint the API?".to_owned())),
        }
    }

    /// Calls any path, such as `server/list` or `/v1/server/list`, and brings the whole answer: no
    /// status is an error here.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn response(
        &self,
        verb: Verb,
        path: &str,
        params: &[(&str, &str)],
    ) -> Result<RawResponse, Error> {
        let path = path.trim_start_matches('/');
        let path = path.strip_prefix("v1/").unwrap_or(path);
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        let (method, path, body) = match verb {
            Verb::Get if form.is_empty() => (Method::GET, format!("/v1/{path}"), None),
            Verb::Get => (Method::GET, format!("/v1/{path}?{form}"), None),
            Verb::Post => (Method::POST, format!("/v1/{path}"), Some(Bytes::from(form))),
        };
        let mut request = self.client.request(&method, &path, body)?;
        let headers = request.headers_mut();
        if let Some(key) = &self.key {
            headers.insert("api-key", key.clone());
        }
        if verb == Verb::Post {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(CONTENT_TYPE, form);
        }
        let answer = self.client.repeat(&method, &path, request, TOO_MANY_V1).await?;
        Ok(RawResponse::from(answer))
    }

    /// Calls any path and brings the answer's body, or its status line where that is empty.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn text(
        &self,
        verb: Verb,
        path: &str,
        params: &[(&str, &str)],
    ) -> Result<String, Error> {
        let answer = self.response(verb, path, params).await?;
        match answer.body.is_empty() {
            true => Ok(answer.status.to_string()),
            false => Ok(answer.body),
        }
    }
}
