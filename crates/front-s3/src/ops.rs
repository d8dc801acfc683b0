//! What S3's operations do, one file for a kind of them.

pub(crate) mod acls;
pub(crate) mod buckets;
pub(crate) mod copies;
pub(crate) mod deletes;
pub(crate) mod lists;
pub(crate) mod making;
pub(crate) mod multipart;
pub(crate) mod objects;
pub(crate) mod reading;
pub(crate) mod settings;
pub(crate) mod tags;

use s3s::dto::Owner;
use uuid::Uuid;

use crate::Backend;
use crate::access::Asked;
use crate::fault::Result;

impl Backend {
    /// The owner of this id, with a name where it is known.
    pub(crate) async fn owner(&self, asked: &Asked, id: &str) -> Result<Owner> {
        let known =
            asked.caller.as_deref().into_iter().chain(asked.place.as_ref().map(|p| &p.store));
        let found =
            known.into_iter().find(|store| store.id.to_string() == id).map(|s| s.label.clone());
        let display_name = match (found, id.parse::<Uuid>()) {
            (Some(label), _) => Some(label),
            (None, Ok(uuid)) => self.stores.by_id(uuid).await?.map(|store| store.label),
            (None, Err(_)) => None,
        };
        Ok(Owner { id: Some(id.to_owned()), display_name })
    }
}
