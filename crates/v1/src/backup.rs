//! `backup/*`: backups of servers.

use api::backups::{GetBackup, ListBackups};
use serde_json::json;

use crate::calls::{Kind::*, calls, opt};
use crate::cx::{BACKUP, Cx};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::reply::{Reply, map, word};

calls! {
    Get "backup/list" (opt("SUBID", Integer), opt("BACKUPID", Text))
        "GET /v2/backups, GET /v2/backups/{backup-id}" => list;
}

async fn list(cx: Cx) -> Result<Reply> {
    let instance_id = match cx.args.opt_int("SUBID") {
        Some(_) => Some(cx.server().await?),
        None => None,
    };
    let mut backups = match cx.args.some_text("BACKUPID") {
        Some(text) => {
            let backup_id = cx.of_text(BACKUP, &text).await?;
            vec![cx.on(BACKUP, GetBackup { backup_id }).await?]
        }
        None => cx.all(ListBackups { instance_id, ..Default::default() }).await?,
    };
    if let (Some(_), Some(_)) = (instance_id, cx.args.some_text("BACKUPID")) {
        let of_server = cx.all(ListBackups { instance_id, ..Default::default() }).await?;
        backups.retain(|backup| of_server.iter().any(|other| other.id == backup.id));
    }
    let numbers = cx.numbers(Space::Backup, backups.iter().map(|b| b.id)).await?;
    let entries = backups.into_iter().zip(numbers).map(|(backup, number)| {
        let id = Space::Backup.text(number);
        let view = json!({
            "BACKUPID": id,
            "date_created": stamp(backup.date_created),
            "description": backup.description,
            "size": backup.size.to_string(),
            "status": word(&backup.status),
        });
        (id, view)
    });
    Ok(map(entries).into())
}
