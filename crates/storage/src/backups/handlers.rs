//! Backups as their owner sees them.

use api::backups::*;
use api::{Page, id::BackupId};

use super::of_instance;
use crate::{Cx, Doc, Result, Routes};

pub(super) fn routes() -> Routes {
    Routes::default().on(list).on(get)
}

fn view(doc: Doc<super::Backup>) -> Backup {
    let image = doc.seen.image.as_ref().filter(|image| image.ready);
    let status = if image.is_some() { BackupStatus::Complete } else { BackupStatus::Pending };
    Backup {
        id: BackupId(doc.id()),
        date_created: doc.created(),
        size: image.map_or(0, |image| image.size_bytes),
        status: status.into(),
        os_id: doc.os_id,
        app_id: doc.app_id,
        description: doc.want.description,
    }
}

async fn list(cx: Cx, req: ListBackups) -> Result<Page<Backup>> {
    let lists = req.instance_id.into_iter().map(|id| of_instance(id.into())).collect();
    Ok(cx.page(lists, req.per_page, req.cursor.as_deref()).await?.map(view))
}

async fn get(cx: Cx, req: GetBackup) -> Result<Backup> {
    Ok(view(cx.get(req.backup_id).await?))
}
