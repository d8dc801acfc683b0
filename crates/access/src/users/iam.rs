//! Groups, roles and policies of users. Nothing here makes any yet, so nobody has one; the lists
//! are there all the same, since clients take a missing list for a crash.

use api::Meta;
use api::users::*;

use super::User;
use crate::{Result, Routes, slice};

pub(super) fn routes() -> Routes {
    let theirs = Routes::of::<User>()
        .read(|_, _, asked: ListUserGroups| slice(&[], asked.per_page, asked.cursor.as_deref()))
        .read(|_, _, asked: ListUserRoles| roles(asked.per_page, asked.cursor))
        .read(|_, _, asked: ListUserPolicies| policies(asked.per_page, asked.cursor));
    Routes::default()
        .on(async |_, asked: ListMyGroups| slice(&[], asked.per_page, asked.cursor.as_deref()))
        .on(async |_, asked: ListMyRoles| roles(asked.per_page, asked.cursor))
        .on(async |_, asked: ListMyPolicies| policies(asked.per_page, asked.cursor))
        .and(theirs)
}

fn roles(per_page: Option<u32>, cursor: Option<String>) -> Result<UserRoles> {
    Ok(UserRoles { meta: none(per_page, cursor)?, ..UserRoles::default() })
}

fn policies(per_page: Option<u32>, cursor: Option<String>) -> Result<UserPolicies> {
    Ok(UserPolicies { meta: none(per_page, cursor)?, ..UserPolicies::default() })
}

/// The `meta` of a list of nothing; a wrong page is refused as with any other list.
fn none(per_page: Option<u32>, cursor: Option<String>) -> Result<Meta> {
    Ok(slice::<()>(&[], per_page, cursor.as_deref())?.meta)
}
