//! Groups, roles and policies of users. Nothing here makes any yet, so nobody has one; the lists
//! are there all the same, since clients take a missing list for a crash.

use api::users::*;
use api::{Meta, Page};

use super::User;
use crate::{Cx, Result, Routes, slice};

pub(super) fn routes() -> Routes {
    Routes::default().on(groups).on(roles).on(policies).on(my_groups).on(my_roles).on(my_policies)
}

async fn groups(cx: Cx, req: ListUserGroups) -> Result<Page<Group>> {
    cx.get::<User>(req.user_id).await?;
    slice(&[], req.per_page, req.cursor.as_deref())
}

async fn my_groups(_: Cx, req: ListMyGroups) -> Result<Page<Group>> {
    slice(&[], req.per_page, req.cursor.as_deref())
}

async fn roles(cx: Cx, req: ListUserRoles) -> Result<UserRoles> {
    cx.get::<User>(req.user_id).await?;
    Ok(UserRoles { meta: none(req.per_page, req.cursor)?, ..UserRoles::default() })
}

async fn my_roles(_: Cx, req: ListMyRoles) -> Result<UserRoles> {
    Ok(UserRoles { meta: none(req.per_page, req.cursor)?, ..UserRoles::default() })
}

async fn policies(cx: Cx, req: ListUserPolicies) -> Result<UserPolicies> {
    cx.get::<User>(req.user_id).await?;
    Ok(UserPolicies { meta: none(req.per_page, req.cursor)?, ..UserPolicies::default() })
}

async fn my_policies(_: Cx, req: ListMyPolicies) -> Result<UserPolicies> {
    Ok(UserPolicies { meta: none(req.per_page, req.cursor)?, ..UserPolicies::default() })
}

/// The `meta` of a list of nothing; a wrong page is refused as with any other list.
fn none(per_page: Option<u32>, cursor: Option<String>) -> Result<Meta> {
    Ok(slice::<()>(&[], per_page, cursor.as_deref())?.meta)
}
