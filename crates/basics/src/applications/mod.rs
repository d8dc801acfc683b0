//! Applications that come installed.

use api::applications::*;

use crate::catalog::{self, Catalog};
use crate::{Family, Refusal, Result, Routes};

/// The family.
pub fn family() -> Family {
    Family::new(Routes::default().catalogued(list))
}

fn list(catalog: &Catalog, req: &ListApplications) -> Result<Vec<Application>> {
    let wanted = req.kind.as_deref().filter(|kind| !kind.is_empty()).unwrap_or("all");
    if !["all", "marketplace", "one-click"].contains(&wanted) {
        let help = format!("`{wanted}` is none of all, marketplace, one-click");
        return Err(Refusal::field("type", help).into());
    }
    let apps = catalog.applications().filter(|app| [app.kind.as_str(), "all"].contains(&wanted));
    Ok(apps.map(view).collect())
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
