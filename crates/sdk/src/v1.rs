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

use api::Method;
pub use api::v1::*;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};

use crate::error::{excerpt, refusal};
use crate::retry::TOO_MANY_V1;
use crate::{Error, RawResponse};

/// A call's parameters as they are sent.
fn pairs(call: &Entry, held: Vec<Option<Held>>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (param, held) in call.params.iter().zip(held) {
        let text = match held {
            None => continue,
            Some(Held::List(list)) => {
                pairs.extend(list.into_iter().map(|text| (format!("{}[]", param.name), text)));
                continue;
            }
            Some(Held::Integer(number)) => number.to_string(),
            Some(Held::Text(text)) => text,
            Some(Held::Flag(flag)) => param.kind.words()[usize::from(!flag)].to_owned(),
            Some(Held::Json(json)) => json.to_string(),
        };
        pairs.push((param.name.to_owned(), text));
    }
    pairs
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
        let answer = self.success(&C::ENTRY, call.held()).await?;
        read(&answer.body).map_err(|reason| self.unreadable(&C::ENTRY, &answer, reason))
    }

    /// The answer to a call that was carried out.
    async fn success(&self, call: &Entry, held: Vec<Option<Held>>) -> Result<RawResponse, Error> {
        let params = pairs(call, held);
        let params: Vec<_> = params.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = self.response(call.verb, call.path, &params).await?;
        match answer.status {
            StatusCode::OK => Ok(answer),
            status if status.as_u16() >= 400 => {
                let page = plain(&answer.body);
                Err(refusal(self.request_of(call), status.as_u16(), page.as_bytes()))
            }
            _ => {
                let reason = "expected status 200; is this endpoint the API?".to_owned();
                Err(self.unreadable(call, &answer, reason))
            }
        }
    }

    fn request_of(&self, call: &Entry) -> String {
        format!("{} {}/v1/{}", call.verb.as_str(), self.client.endpoint(), call.path)
    }

    fn unreadable(&self, call: &Entry, answer: &RawResponse, reason: String) -> Error {
        Error::Unreadable {
            request: self.request_of(call),
            status: answer.status.as_u16(),
            reason,
            excerpt: excerpt(answer.body.as_bytes()),
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
        let answer =
            self.client.repeat(&method, &path, request, (verb == Verb::Get, TOO_MANY_V1)).await?;
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
