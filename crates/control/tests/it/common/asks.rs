//! What tests ask the control plane as its owner, in one line each.

use std::panic::Location;

use api::{Endpoint, Listing};
use serde::de::DeserializeOwned;
use serde_json::Value;
use testkit::World;

/// Asks as the owner. What comes otherwise than it should names the line that asked.
pub(crate) trait Asks {
    /// Asks for what is done.
    fn done<E: Endpoint>(&self, request: E) -> impl Future<Output = E::Response>;
    /// Asks for what is refused: with which status and text.
    fn refused<E: Endpoint>(&self, request: E) -> impl Future<Output = (u16, String)>;
    /// Asks for what is refused with 400 and a text that has these words.
    fn refuses<E: Endpoint>(&self, request: E, words: &str) -> impl Future<Output = ()>;
    /// Asks for what is refused with 400 and a text that begins with these words.
    fn refuses_with<E: Endpoint>(&self, request: E, words: &str) -> impl Future<Output = ()>;
    /// Sends a body that is refused with 400 and a text that has these words.
    async fn refuses_raw(&self, method: &str, uri: &str, body: &str, words: &str);
    /// The items of all pages of a list, page by page. Each must tell how many there are in all.
    async fn pages<L: Listing>(&self, list: L) -> Vec<Vec<L::Item>>;
}

impl Asks for World {
    #[track_caller]
    fn done<E: Endpoint>(&self, request: E) -> impl Future<Output = E::Response> {
        let asked = Location::caller();
        async move {
            let answer = self.client.send(request).await;
            answer.unwrap_or_else(|error| panic!("asked at {asked}: {error}"))
        }
    }

    #[track_caller]
    fn refused<E: Endpoint>(&self, request: E) -> impl Future<Output = (u16, String)> {
        let asked = Location::caller();
        async move {
            match self.client.send(request).await {
                Err(testkit::sdk::Error::Refused(refused)) => (refused.status, refused.error),
                Err(other) => panic!("asked at {asked}: no refusal but {other}"),
                Ok(_) => panic!("asked at {asked}: it was done"),
            }
        }
    }

    #[track_caller]
    fn refuses<E: Endpoint>(&self, request: E, words: &str) -> impl Future<Output = ()> {
        let (asked, refused) = (Location::caller(), self.refused(request));
        async move {
            let (status, text) = refused.await;
            let is_so = status == 400 && text.contains(words);
            assert!(is_so, "asked at {asked}: {status} {text:?} without {words:?}");
        }
    }

    #[track_caller]
    fn refuses_with<E: Endpoint>(&self, request: E, words: &str) -> impl Future<Output = ()> {
        let (asked, refused) = (Location::caller(), self.refused(request));
        async move {
            let (status, text) = refused.await;
            let is_so = status == 400 && text.starts_with(words);
            assert!(is_so, "asked at {asked}: {status} {text:?} instead of {words:?}");
        }
    }

    async fn refuses_raw(&self, method: &str, uri: &str, body: &str, words: &str) {
        let (status, text) = self.raw(method, uri, body).await;
        let is_so = status == 400 && text.contains(words);
        assert!(is_so, "{method} {uri} {body}: {status} {text:?} without {words:?}");
    }

    async fn pages<L: Listing>(&self, mut list: L) -> Vec<Vec<L::Item>> {
        let (mut pages, mut totals) = (Vec::new(), Vec::new());
        loop {
            let page = self.done(list.clone()).await;
            pages.push(page.items);
            totals.push(page.meta.total);
            match page.meta.links.next {
                next if next.is_empty() => break,
                next => *list.cursor() = Some(next),
            }
        }
        let all = pages.iter().map(Vec::len).sum::<usize>() as u64;
        assert_eq!(totals, vec![all; pages.len()]);
        pages
    }
}

/// What these fields make: a request, or what a driver is told.
#[track_caller]
pub(crate) fn made_of<T: DeserializeOwned>(fields: Value) -> T {
    serde_json::from_value(fields).expect("these are its fields")
}
