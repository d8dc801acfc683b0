//! Buckets that the control plane deletes: closed before, so that nothing is put into them meanwhile.

use uuid::Uuid;

use crate::rows::buckets;
use crate::{Error, S3, Usage, failed};

impl S3 {
    /// Closes an empty bucket: from then on nothing goes in. One that is not empty stays as it is, and
    /// what is in it is told.
    ///
    /// # Errors
    /// What is stored cannot be changed.
    pub async fn close_bucket(&self, storage: Uuid, bucket: &str) -> Result<Option<Usage>, Error> {
        if !self.backend.depots.is_there(storage) {
            return Ok(None);
        }
        let bucket = bucket.to_owned();
        let asked = async {
            let depot = self.backend.depots.open(storage).await?;
            let close = move |change: &mut crate::depot::Change<'_>| {
                let usage = buckets::usage(&change.rows, &bucket)?;
                if usage.versions > 0 {
                    return Ok(Some(usage));
                }
                buckets::close(change, &bucket).map(|()| None)
            };
            depot.write(close).await
        };
        asked.await.map_err(|fault| failed(storage, &fault))
    }

    /// Opens a bucket again that was closed and did not go.
    ///
    /// # Errors
    /// What is stored cannot be changed.
    pub async fn reopen_bucket(&self, storage: Uuid, bucket: &str) -> Result<(), Error> {
        if !self.backend.depots.is_there(storage) {
            return Ok(());
        }
        let bucket = bucket.to_owned();
        let asked = async {
            let depot = self.backend.depots.open(storage).await?;
            depot.write(move |change| buckets::reopen(change, &bucket)).await
        };
        asked.await.map_err(|fault| failed(storage, &fault))
    }
}
