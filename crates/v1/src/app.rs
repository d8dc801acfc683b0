//! `app/*`: applications that come installed. v1 knows those with a number only.

use api::applications::{Application, ApplicationType, ListApplications};
use serde_json::Value;

use crate::calls::handlers;
use crate::reply::{map, view};

handlers! { cx, call:
    AppList => async { Ok(views(cx.all(ListApplications::default()).await?)) };
}

/// Applications as v1's maps show them.
pub(crate) fn views(apps: Vec<Application>) -> Value {
    let own = apps.into_iter().filter(|app| app.kind == ApplicationType::OneClick);
    map(own.map(|app| {
        let view = view!(App {
            app: app.id.to_string(),
            name: app.name,
            short_name: app.short_name,
            deploy_name: app.deploy_name,
            surcharge: 0,
        });
        (app.id.to_string(), view)
    }))
}
