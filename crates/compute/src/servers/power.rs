//! Starting, stopping, restarting and reinstalling servers: one, or several at once.
//!
//! Where one of several is unknown, nothing is done to any. No driver is called here.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Hosted, Server, options};
use crate::servers::Locks;
use crate::{Cx, Doc, Refusal, Result};

/// Changes all of these servers, or none.
pub(crate) async fn change<K: Hosted>(
    cx: &Cx,
    ids: &[impl Into<Uuid> + Copy],
    change: fn(&mut Server),
) -> Result<()> {
    let ids: BTreeSet<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    let mut tx = cx.begin();
    for id in ids {
        let mut server = tx.get::<K>(id).await?;
        change(&mut server.want);
        tx.put(&server);
    }
    tx.commit().await
}

/// Changes all of the servers that a field of the request names, or none.
pub(crate) async fn change_many<K: Hosted>(
    cx: &Cx,
    field: &str,
    ids: &[impl Into<Uuid> + Copy],
    with: fn(&mut Server),
) -> Result<()> {
    if ids.is_empty() {
        let help = format!("give at least one {}", K::NOUN);
        return Err(Refusal::field(field, help).into());
    }
    change::<K>(cx, ids, with).await
}

/// Installs a server anew, by another name where one is given.
pub(crate) async fn reinstall<K: Hosted>(
    cx: &Cx,
    id: impl Into<Uuid>,
    hostname: Option<String>,
) -> Result<Doc<K>> {
    let mut tx = cx.begin();
    let mut server = tx.get::<K>(id).await?;
    server.check_touchable(cx, "Unable to reinstall server: ")?;
    if let Some(name) = hostname.filter(|name| !name.is_empty()) {
        server.hostname = options::hostname(&name)?;
    }
    server.reinstall();
    tx.put(&server);
    tx.commit().await?;
    Ok(server)
}
