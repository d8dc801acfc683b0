//! All that is stored, as a whole.

use std::sync::Arc;

use api::world::state::ResetWorld;
use control::{Result, Routes};

use crate::App;

pub(crate) fn routes(app: &Arc<App>) -> Routes {
    let app = app.clone();
    Routes::default().on(move |_, _: ResetWorld| reset(app.clone()))
}

async fn reset(app: Arc<App>) -> Result<()> {
    app.control.reset(&app.key).await?;
    // Whoever begins anew is not to find what somebody has made go wrong before.
    app.faults.clear(&app.engine).await?;
    app.journal.begin();
    tracing::info!("everything was emptied, as its owner asked");
    Ok(())
}
