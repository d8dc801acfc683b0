//! Lists of who may do what, as requests give them.

use crate::Backend;
use crate::access::{Acl, Asked, Grant, May, Place, Who, canned};
use crate::fault::{Fault, Result, fault};

const EVERYONE: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// That the bucket has no lists.
fn closed() -> Fault {
    fault!(AccessControlListNotSupported, "The bucket does not allow ACLs")
}

impl Backend {
    /// The list that headers ask for; without any, only the owner may.
    pub(crate) async fn wanted_acl(
        &self,
        asked: &Asked,
        place: &Place,
        owner: &str,
        name: Option<&str>,
        grants: &[(May, Option<String>)],
    ) -> Result<Acl> {
        let bucket = place.owner();
        let said: Vec<_> =
            grants.iter().filter_map(|(may, who)| Some((*may, who.as_ref()?))).collect();
        if name.is_some() && !said.is_empty() {
            return Err(fault!(
                InvalidRequest,
                "Specifying both Canned ACLs and Header Grants is not allowed"
            ));
        }
        if place.enforced {
            return match (name, said.is_empty()) {
                (None | Some("bucket-owner-full-control"), true) => Ok(Acl::private(&bucket)),
                _ => Err(closed()),
            };
        }
        let acl = if said.is_empty() {
            let name = name.unwrap_or_default();
            canned(name, owner, &bucket)
                .ok_or_else(|| fault!(InvalidArgument, "There is no ACL {name}."))?
        } else {
            let mut all = Vec::new();
            for (may, whom) in said {
                for one in whom.split(',') {
                    all.push(Grant { who: self.grantee(asked, one).await?, may });
                }
            }
            Acl(all)
        };
        self.allowed_acl(place, acl)
    }

    /// Refuses a list that the bucket's owner does not want to see.
    pub(crate) fn allowed_acl(&self, place: &Place, acl: Acl) -> Result<Acl> {
        if place.closed.block_acls && acl.is_public() {
            return Err(fault!(AccessDenied, "The bucket blocks public ACLs."));
        }
        if place.enforced && acl != Acl::private(&place.owner()) {
            return Err(closed());
        }
        Ok(acl)
    }

    /// Whom a header means: `id="..."`, `uri="..."`.
    async fn grantee(&self, asked: &Asked, text: &str) -> Result<Who> {
        let (kind, value) = text.trim().split_once('=').unwrap_or_default();
        let value = value.trim().trim_matches('"');
        match kind.trim() {
            "id" => self.storage(asked, value).await,
            "uri" => group(value),
            "emailAddress" => Err(fault!(UnresolvableGrantByEmailAddress)),
            _ => Err(fault!(
                InvalidArgument,
                "A grant names its grantee as id=\"...\" or uri=\"...\"."
            )),
        }
    }

    /// A storage that is there, by its id.
    pub(crate) async fn storage(&self, asked: &Asked, id: &str) -> Result<Who> {
        let own = asked.caller.as_deref().is_some_and(|store| store.id.to_string() == id);
        let there = match id.parse() {
            _ if own => true,
            Ok(uuid) => self.stores.by_id(uuid).await?.is_some(),
            Err(_) => false,
        };
        if there {
            Ok(Who::Storage(id.to_owned()))
        } else {
            Err(fault!(InvalidArgument, "Invalid id"))
        }
    }
}

/// The group of this address.
pub(crate) fn group(uri: &str) -> Result<Who> {
    match uri {
        EVERYONE => Ok(Who::Everyone),
        AUTHENTICATED => Ok(Who::Authenticated),
        _ => Err(fault!(InvalidArgument, "Invalid group uri")),
    }
}

/// The address of a group.
pub(crate) fn uri(who: &Who) -> Option<&'static str> {
    match who {
        Who::Everyone => Some(EVERYONE),
        Who::Authenticated => Some(AUTHENTICATED),
        Who::Storage(_) => None,
    }
}
