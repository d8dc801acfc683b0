//! Starting, stopping, restarting and reinstalling servers: one, or several at once.
//!
//! Where one of several is unknown, nothing is done to any. No driver is called here.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::life::check_can_be;
use super::{Hosted, Server, options};
use crate::servers::Locks;
use crate::{Cx, Doc, Result, ensure};

/// Switches one, as [`Server::start`] and its like do.
pub(crate) fn switch(server: &mut Server, how: fn(&mut Server)) -> Result<()> {
    how(server);
    Ok(())
}

/// Changes all of the servers that a request names, or none.
pub(crate) async fn change_many<K: Hosted>(
    cx: Cx,
    ids: Vec<impl Into<Uuid>>,
    change: fn(&mut Server),
) -> Result<()> {
    ensure(!ids.is_empty(), K::IDS, format_args!("give at least one {}", K::NOUN))?;
    let ids: BTreeSet<Uuid> = ids.into_iter().map(Into::into).collect();
    let mut tx = cx.begin();
    for id in ids {
        let mut server = tx.get::<K>(id).await?;
        change(&mut server.want);
        tx.put(&server);
    }
    tx.commit().await
}

/// Installs a server anew, by another name where one is given.
pub(crate) fn reinstall<K: Hosted>(
    cx: &Cx,
    server: &mut Doc<K>,
    hostname: Option<String>,
) -> Result<()> {
    server.check_touchable(cx, "Unable to reinstall server: ")?;
    check_can_be(cx, &server.software)?;
    if let Some(name) = hostname.filter(|name| !name.is_empty()) {
        server.hostname = options::hostname(&name)?;
    }
    server.reinstall();
    Ok(())
}
