//! The life of an image of the account's own: downloaded, removed.

use drivers::Source;
use engine::{Next, StepError};

use super::Iso;
use crate::snapshots::{copy, remove};
use crate::{Doc, Life, LifeCx};

impl Life for Iso {
    async fn step(doc: &mut Doc<Self>, cx: &LifeCx) -> Result<Next, StepError> {
        let id = doc.id();
        if doc.deleting() {
            return remove(id, &mut doc.seen, cx).await;
        }
        let (source, begun) = (Source::Url(doc.url.clone()), doc.created().as_millis());
        // How large a download is shows when it is there.
        copy(id, &source, 0, begun, &mut doc.seen, cx).await
    }
}
