//! What goes wrong on purpose.

use std::sync::Arc;

use api::Page;
use api::world::faults::{
    AddFault, ClearFaults, DeleteFault, ListFaults, ListReadyFaults, UseFault,
};
use control::{Refusal, Result, Routes};

use crate::App;
use crate::faults::Faults;

pub(crate) fn routes(app: &Arc<App>) -> Routes {
    let (all, adding, using) = (app.clone(), app.clone(), app.clone());
    let (deleting, clearing) = (app.clone(), app.clone());
    Routes::default()
        .on(move |_, _: ListFaults| {
            let app = all.clone();
            async move { Ok(Page::whole(app.faults.list(&app.engine))) }
        })
        .on(async |_, _: ListReadyFaults| Ok(Page::whole(Faults::ready())))
        .on(move |_, add: AddFault| {
            let app = adding.clone();
            async move {
                let added = app.faults.add(add, app.control.catalog(), &app.engine);
                Ok(added.map_err(wrong)?)
            }
        })
        .on(move |_, UseFault { ready_name }: UseFault| {
            let app = using.clone();
            async move {
                let catalog = app.control.catalog();
                let added = app.faults.add_ready(&ready_name, catalog, &app.engine);
                Ok(Page::whole(added.map_err(wrong)?))
            }
        })
        .on(move |_, DeleteFault { fault_id }: DeleteFault| {
            let app = deleting.clone();
            async move { delete(&app, fault_id).await }
        })
        .on(move |_, _: ClearFaults| {
            let app = clearing.clone();
            async move { app.faults.clear(&app.engine).await }
        })
}

async fn delete(app: &App, id: u32) -> Result<()> {
    match app.faults.delete(id, &app.engine).await? {
        true => Ok(()),
        false => {
            let ids: Vec<_> = app.faults.list(&app.engine).iter().map(|rule| rule.id.to_string()).collect();
            let there = match ids.is_empty() {
                true => "there are none".to_owned(),
                false => format!("there are {}", ids.join(", ")),
            };
            Err(Refusal::not_found(format!("fault_id: there is no rule {id}; {there}")).into())
        }
    }
}

/// What was said is no rule.
fn wrong(text: String) -> Refusal {
    Refusal::bad(format!("Bad request. {text}"))
}
