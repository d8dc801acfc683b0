//! Lists as streams: one page after the other, as far as they are read.

use api::{Listing, Page};
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};

use crate::{Client, Error};

impl Client {
    /// The items of a list, page by page; the next page is fetched when it is needed.
    ///
    /// The stream ends after its first error.
    pub fn pages<L: Listing>(
        &self,
        list: L,
    ) -> impl Stream<Item = Result<L::Item, Error>> + Send + use<L> {
        self.whole_pages(list)
            .map_ok(|page| stream::iter(page.items.into_iter().map(Ok)))
            .try_flatten()
    }

    /// The pages of a list. It begins with the page that `list` names, or the first.
    pub fn whole_pages<L: Listing>(
        &self,
        list: L,
    ) -> impl Stream<Item = Result<Page<L::Item>, Error>> + Send + use<L> {
        let client = self.clone();
        stream::try_unfold(Some(list), move |next| {
            let client = client.clone();
            async move {
                let Some(mut list) = next else { return Ok(None) };
                let page = client.send(list.clone()).await?;
                let cursor = page.meta.links.next.clone();
                if cursor.is_empty() {
                    return Ok(Some((page, None)));
                }
                let before = list.cursor().replace(cursor.clone());
                if before.as_deref() == Some(&cursor) {
                    return Err(stuck(L::OP.id, &cursor));
                }
                Ok(Some((page, Some(list))))
            }
        })
        .boxed()
    }
}

fn stuck(operation: &str, cursor: &str) -> Error {
    Error::Unreadable {
        request: operation.to_owned(),
        status: 200,
        reason: format!("`meta.links.next` names the page itself, `{cursor}`"),
        excerpt: String::new(),
    }
}
