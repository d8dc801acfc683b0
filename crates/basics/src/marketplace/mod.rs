//! Applications of the marketplace, as who offers and who installs them sees them.

use api::Page;
use api::marketplace::*;

use crate::catalog::ApplicationType;
use crate::{Cx, Family, Refusal, Result, Routes, alike};

/// The family.
pub fn family() -> Family {
    Family::new(Routes::default().on(apps).fixed(variables))
}

/// An account offers what has its name as its vendor's.
async fn apps(cx: Cx, _: ListMarketplaceApps) -> Result<Page<MarketplaceApp>> {
    let apps = cx.catalog().applications();
    let own =
        apps.filter(|app| app.kind == ApplicationType::Marketplace && app.vendor == cx.caller.name);
    let view = |app: &crate::catalog::Application| MarketplaceApp {
        // A test of the catalogue holds that numbers are positive and small.
        id: u32::try_from(app.id).unwrap_or_default(),
        app_name: app.name.clone(),
        app_desc: app.description.clone(),
        visibility: !app.retired,
    };
    Ok(Page::whole(own.map(view).collect()))
}

async fn variables(cx: Cx, req: ListMarketplaceAppVariables) -> Result<Vec<AppVariable>> {
    let Some(app) = cx.catalog().application_by_image(&req.image_id) else {
        let meant = cx.catalog().nearest_image(&req.image_id);
        let meant = meant.map(|image| format!("; did you mean `{image}`?")).unwrap_or_default();
        let help = format!("`{}` is no image of the marketplace{meant}", req.image_id);
        return Err(Refusal::not_found("Invalid image ID").help(help).into());
    };
    let view = |variable: &crate::catalog::AppVariable| alike!(variable => AppVariable { name, description, required });
    Ok(app.variables.iter().map(view).collect())
}
