//! `backup/*`: backups of servers.

use api::backups::{GetBackup, ListBackups};
use api::v1;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::{BACKUP, Cx};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::params::some;
use crate::reply::{view, word};

handlers! { cx, call:
    BackupList => list(cx, call);
}

async fn list(cx: &Cx, call: v1::BackupList) -> Result<Value> {
    let instance_id = match call.subid {
        Some(subid) => Some(cx.server(subid).await?),
        None => None,
    };
    let of_server = ListBackups { instance_id, ..Default::default() };
    let backups = match some(call.backup) {
        Some(text) => {
            let backup_id = cx.of_text(BACKUP, &text).await?;
            let mut backups = vec![cx.on(BACKUP, GetBackup { backup_id }).await?];
            if instance_id.is_some() {
                let of_server = cx.all(of_server).await?;
                backups.retain(|backup| of_server.iter().any(|other| other.id == backup.id));
            }
            backups
        }
        None => cx.all(of_server).await?,
    };
    let view = |backup: api::backups::Backup, _, id: &str| {
        view!(Backup {
            backup: id,
            date_created: stamp(backup.date_created),
            description: backup.description,
            size: backup.size.to_string(),
            status: word(&backup.status),
        })
    };
    cx.map(Space::Backup, backups, |backup| backup.id, view).await
}
