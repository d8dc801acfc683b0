//! Applications that come installed.

use api::Page;
use api::applications::*;

use crate::{Cx, Family, Refusal, Result, Routes, catalog, slice};

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default().fixed(list)
}

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}

async fn list(cx: Cx, req: ListApplications) -> Result<Page<Application>> {
    let wanted = match req.kind.as_deref().unwrap_or("all") {
        "" | "all" => None,
        "one-click" => Some(catalog::ApplicationType::OneClick),
        "marketplace" => Some(catalog::ApplicationType::Marketplace),
        other => {
            let help = format!("`{other}` is none of all, marketplace, one-click");
            return Err(Refusal::field("type", help).into());
        }
    };
    let apps = cx.catalog().applications().filter(|app| wanted.is_none_or(|w| app.kind == w));
    let apps: Vec<_> = apps.map(view).collect();
    slice(&apps, req.per_page, req.cursor.as_deref())
}

/// An application as lists show it.
pub(crate) fn view(app: &catalog::Application) -> Application {
    Application {
        // A test of the catalogue holds that numbers are positive and small.
        id: u32::try_from(app.id).unwrap_or_default(),
        name: app.name.clone(),
        short_name: app.short_name.clone(),
        deploy_name: app.deploy_name.clone(),
        kind: match app.kind {
            catalog::ApplicationType::OneClick => ApplicationType::OneClick,
            catalog::ApplicationType::Marketplace => ApplicationType::Marketplace,
        }
        .into(),
        vendor: app.vendor.clone(),
        image_id: app.image_id.clone(),
    }
}
