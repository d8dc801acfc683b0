//! A call that is about to be made: what [`Client::blocks`] and its like lead to.
//!
//! It says nothing about any family: those are made from the definition, in [`crate::families`].

use std::fmt;
use std::pin::Pin;

use api::page::PER_PAGE_MAX;
use api::{Endpoint, Listing};
use futures_util::{Stream, TryStreamExt};

use crate::wait::Wait;
use crate::{Client, Error};

/// A call under way.
type Calling<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A call that is made when it is awaited.
///
/// ```no_run
/// # async fn example(client: kettle_sdk::Client) -> Result<(), kettle_sdk::Error> {
/// use kettle_sdk::api::blocks::BlockId;
///
/// let id: BlockId = "cb676a46-66fd-4dfb-b839-443f2e6c0b60".parse().expect("an id");
/// let block = client.blocks().get(id).await?;
/// let perhaps = client.blocks().get(id).opt().await?;
/// let first_page = client.instances().list().await?;
/// let in_newark = client.instances().list().with(|list| list.region = Some("ewr".into()));
/// let instances = in_newark.all().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until it is awaited"]
#[derive(Clone)]
pub struct Call<'a, E> {
    client: &'a Client,
    request: E,
}

/// A call that brings nothing where the API says that there is no such thing.
#[must_use = "nothing is sent until it is awaited"]
#[derive(Debug, Clone)]
pub struct Optional<'a, E>(Call<'a, E>);

impl<'a, E: Endpoint> Call<'a, E> {
    pub(crate) fn new(client: &'a Client, request: impl Into<E>) -> Self {
        Self { client, request: request.into() }
    }

    /// The same with something in the request changed, such as a filter of a list.
    pub fn with(mut self, change: impl FnOnce(&mut E)) -> Self {
        change(&mut self.request);
        self
    }

    /// The same, with nothing instead of an error where there is no such thing (404).
    pub fn opt(self) -> Optional<'a, E> {
        Optional(self)
    }

    /// Waits for what the call answers, by making it again and again: see [`Client::wait`].
    pub fn wait(self) -> Wait<'a, E> {
        self.client.wait(self.request)
    }
}

impl<'a, L: Listing> Call<'a, L> {
    /// The whole list, all its pages: as few calls as can be.
    ///
    /// # Errors
    /// When one of the calls fails.
    pub async fn all(self) -> Result<Vec<L::Item>, Error> {
        let fewest = |list: &mut L| {
            list.per_page().get_or_insert(PER_PAGE_MAX);
        };
        self.with(fewest).stream().try_collect().await
    }

    /// The items one by one, page by page as they are read: see [`Client::pages`].
    pub fn stream(self) -> impl Stream<Item = Result<L::Item, Error>> + Send + use<L> {
        self.client.pages(self.request)
    }
}

impl<'a, E: Endpoint> IntoFuture for Call<'a, E> {
    type Output = Result<E::Response, Error>;
    type IntoFuture = Calling<'a, E::Response>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.client.send(self.request))
    }
}

impl<'a, E: Endpoint> IntoFuture for Optional<'a, E> {
    type Output = Result<Option<E::Response>, Error>;
    type IntoFuture = Calling<'a, Option<E::Response>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            match self.0.await {
                Ok(answer) => Ok(Some(answer)),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        })
    }
}

impl<E: fmt::Debug> fmt::Debug for Call<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.request).finish()
    }
}
