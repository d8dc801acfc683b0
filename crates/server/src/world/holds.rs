//! Lifecycles by hand. In which state a thing is then, the API itself tells: its own operation is asked.

use std::sync::Arc;

use api::world::holds::{
    AddHold, ClearHolds, GetLife, Hold, LifeStands, LifeState, ListHolds, ReleaseHold, StepLife,
};
use api::{Method, OrEmpty, Page, Time};
use control::{Refusal, Request, Result, Route, Routes};
use engine::{Stepped, To, Which};
use serde_json::Value;
use store::{PARKED, Row};
use uuid::Uuid;

use crate::App;

/// How many steps can be taken in one go.
const MOST: u32 = 1000;

pub(crate) fn routes(app: &Arc<App>) -> Routes {
    let [all, adding, releasing, clearing] = std::array::from_fn(|_| app.clone());
    let told = Arc::new(Told { app: app.clone(), routes: control::routes() });
    let stepped = told.clone();
    Routes::default()
        .on(move |_, _: ListHolds| {
            let holds = all.engine.rules().holds();
            async move {
                Ok(Page::whole(holds.iter().map(|(number, which)| shown(*number, which)).collect()))
            }
        })
        .on(move |_, add: AddHold| {
            let app = adding.clone();
            async move {
                let which = which(&app, add).await?;
                let number = app.engine.hold(which.clone()).await?;
                Ok(shown(number, &which))
            }
        })
        .on(move |_, ReleaseHold { hold_id }: ReleaseHold| {
            let app = releasing.clone();
            async move {
                let text = format!("hold_id: nothing is held by number {hold_id}");
                let is_known = app.engine.release(Some(hold_id.into())).await?;
                Refusal::not_found(text).unless(is_known)
            }
        })
        .on(move |_, _: ClearHolds| {
            let app = clearing.clone();
            async move { Ok(app.engine.release(None).await.map(drop)?) }
        })
        .on(move |_, ask: GetLife| {
            let told = told.clone();
            async move {
                let row = told.row(&ask.thing_id).await?;
                Ok(told.life(&row, false, 0).await)
            }
        })
        .on(move |_, ask: StepLife| {
            let told = stepped.clone();
            async move { told.step(&ask).await }
        })
}

fn shown(number: u64, which: &Which) -> Hold {
    Hold {
        id: u32::try_from(number).unwrap_or(u32::MAX),
        kind: which.kinds.first().cloned().unwrap_or_default(),
        thing: which.id.map(|id| id.to_string()).unwrap_or_default(),
        account: which.account.and_then(|account| account.try_into().ok()).unwrap_or_default(),
    }
}

/// What is to be held.
async fn which(app: &App, add: AddHold) -> Result<Which> {
    let mut which = Which::default();
    if let Some(kind) = add.kind {
        let kinds: Vec<_> = app.engine.kinds().collect();
        if !kinds.contains(&&*kind) {
            let text =
                format!("`{kind}` is no kind that has a life; these are {}", kinds.join(", "));
            return Err(Refusal::field("kind", text).into());
        }
        which.kinds.push(kind);
    }
    if let Some(thing) = add.thing {
        which.id = Some(living(app, "thing", &thing).await?.id);
    }
    if let Some(account) = add.account {
        let number = i64::try_from(account).ok().filter(|number| *number > 0);
        let wrong = || Refusal::field("account", "accounts are numbered from 1");
        which.account = Some(number.ok_or_else(wrong)?);
    }
    Ok(which)
}

/// The row of something that has a life.
async fn living(app: &App, field: &str, id: &str) -> Result<Row> {
    let Ok(uuid) = id.parse::<Uuid>() else {
        return Err(Refusal::field(field, format!("`{id}` is no id: a UUID")).into());
    };
    let row = app.control.store().get(uuid).await?;
    let row = row.ok_or_else(|| Refusal::not_found(format!("{field}: there is no {id}")))?;
    if !app.engine.kinds().any(|kind| kind == row.kind) {
        let text = format!("{id} has no life: it is a {}, which is as it is written", row.kind);
        return Err(Refusal::field(field, text).into());
    }
    Ok(row)
}

/// What tells of lifecycles.
struct Told {
    app: Arc<App>,
    /// The API's own operations.
    routes: Routes,
}

impl Told {
    async fn row(&self, id: &str) -> Result<Row> {
        living(&self.app, "thing_id", id).await
    }

    async fn step(&self, ask: &StepLife) -> Result<LifeState> {
        let steps = control::in_range("steps", ask.steps.unwrap_or(1), 1..=MOST)?;
        let row = self.row(&ask.thing_id).await?;
        match self.app.engine.step_by_hand(row.id, steps.into()).await? {
            Stepped::Idle => Ok(self.life(&self.row(&ask.thing_id).await?, false, 0).await),
            Stepped::Busy => {
                let text =
                    "a step of it is under way: hold it first, so that it takes none by itself";
                Err(Refusal::new(409, "Conflict.").help(format!("thing_id: {text}")).into())
            }
            Stepped::Taken { steps, to: To::Gone } => Ok(self.life(&row, true, steps).await),
            Stepped::Taken { steps, .. } => {
                let row = self.app.control.store().get(row.id).await?.unwrap_or(row);
                Ok(self.life(&row, false, steps).await)
            }
        }
    }

    async fn life(&self, row: &Row, is_gone: bool, steps: u64) -> LifeState {
        let due = row.due.map(|due| if due >= PARKED { due - PARKED } else { due });
        let stands = match (due, &row.error) {
            _ if is_gone => LifeStands::Gone,
            (None, None) => LifeStands::Settled,
            (None, Some(_)) => LifeStands::Failed,
            (Some(_), Some(_)) => LifeStands::Failing,
            (Some(_), None) => LifeStands::Due,
        };
        let view = if is_gone || row.deleting { None } else { self.view(row).await };
        let field = |name: &str| Some(view.as_ref()?.get(name)?.as_str()?.to_owned());
        LifeState {
            id: row.id.to_string(),
            kind: row.kind.to_string(),
            stands,
            held: !is_gone && self.app.engine.is_held(row),
            deleting: row.deleting,
            status: field("status").unwrap_or_default(),
            power_status: field("power_status"),
            server_status: field("server_status"),
            due: OrEmpty(due.filter(|_| !is_gone).map(Time::from_millis)),
            error: row.error.clone().unwrap_or_default(),
            steps,
        }
    }

    /// A thing as the API shows it to its owner; none where it does not by itself.
    async fn view(&self, row: &Row) -> Option<Value> {
        let (route, param) = self.route(&row.kind)?;
        let cx = self.app.control.system_cx(row.account, route.op.id);
        let path = vec![(param, row.id.to_string())];
        let answer = route.serve(cx, Request { path, ..Request::default() }).await.ok()?;
        let answer: Value = serde_json::from_slice(&answer).ok()?;
        answer.as_object()?.values().next().cloned()
    }

    /// The operation that shows one of a kind, and what its path calls the id: `/v2/.../{kind-id}`.
    fn route(&self, kind: &str) -> Option<(&Route, String)> {
        let named = api::operations().find(|operation| {
            operation.command == "get"
                && operation.op.method == Method::GET
                && operation.op.path.matches('{').count() == 1
                && (operation.group.name == kind
                    || operation.op.path.ends_with(&format!("/{{{kind}-id}}")))
        })?;
        let param = named.op.path.split(['{', '}']).nth(1)?.to_owned();
        let route = self.routes.0.iter().find(|route| route.op.id == named.op.id)?;
        Some((route, param))
    }
}
