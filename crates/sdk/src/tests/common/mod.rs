//! A server of a few lines: answers from a list, and remembers what it was asked and when.
#![allow(unreachable_pub, clippy::type_complexity)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use kettle_sdk::transport::{Request, Response};
use kettle_sdk::{Client, Fault, FaultKind, client::Builder};
use tokio::time::Instant;

/// What happens to the next request.
#[derive(Clone)]
pub enum Then {
    Answer(u16, &'static [(&'static str, &'static str)], String),
    Fault(FaultKind),
    Silence,
}

pub fn ok(body: impl ToString) -> Then {
    Then::Answer(200, &[], body.to_string())
}

pub fn status(status: u16) -> Then {
    Then::Answer(status, &[], format!(r#"{{"error":"no","status":{status}}}"#))
}

#[derive(Clone)]
pub struct Script {
    inner: Arc<Mutex<(VecDeque<Then>, Vec<(Instant, Request)>)>>,
}

impl Script {
    /// The last entry is repeated for ever.
    pub fn new(then: impl IntoIterator<Item = Then>) -> Self {
        Self { inner: Arc::new(Mutex::new((then.into_iter().collect(), Vec::new()))) }
    }

    pub fn builder(&self, endpoint: &str) -> Builder {
        let inner = self.inner.clone();
        Client::builder(endpoint).transport(move |request: Request| {
            let next = {
                let mut inner = inner.lock().unwrap();
                inner.1.push((Instant::now(), request));
                if inner.0.len() > 1 { inner.0.pop_front().unwrap() } else { inner.0[0].clone() }
            };
            async move {
                match next {
                    Then::Answer(status, headers, body) => {
                        let mut response = Response::new(Bytes::from(body));
                        *response.status_mut() = status.try_into().unwrap();
                        for (name, value) in headers {
                            response.headers_mut().insert(*name, value.parse().unwrap());
                        }
                        Ok(response)
                    }
                    Then::Fault(kind) => Err(Fault { kind, text: "cut".into() }),
                    Then::Silence => std::future::pending().await,
                }
            }
        })
    }

    pub fn client(&self) -> Client {
        self.builder("http://127.0.0.1:1").build().unwrap()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.inner.lock().unwrap().1.iter().map(|(_, r)| r.clone()).collect()
    }

    pub fn count(&self) -> usize {
        self.inner.lock().unwrap().1.len()
    }

    /// The pauses between the requests.
    pub fn gaps(&self) -> Vec<Duration> {
        self.inner.lock().unwrap().1.windows(2).map(|w| w[1].0 - w[0].0).collect()
    }
}
