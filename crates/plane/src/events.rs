//! What is told afterwards of requests that change something: with the change itself where it is
//! done, alone where it is refused. What was only read is not told, and of what the engine does only
//! that something cannot be made, and that it can again.

use api::{ApiError, Op, mask};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use store::{Event, Row, WhichEvents};
use uuid::Uuid;

use crate::{Cx, Request};

/// How much of a body is kept.
const BODY: usize = 2_048;
/// How much of any other text is.
const TEXT: usize = 1_024;

/// A request that would change something.
#[derive(Debug)]
pub(crate) struct Asked {
    method: String,
    path: String,
    query: String,
    body: Bytes,
    /// The status of a success.
    status: u16,
    /// What its path names first.
    subject: Option<String>,
}

/// What is kept of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Happened {
    /// What happened.
    pub message: String,
    /// Who asked: the id of a user, or of the account for its owner.
    pub user: Uuid,
    /// That one's name.
    pub username: String,
    /// The address that it came from.
    pub address: String,
    /// The status of the answer.
    pub status: u16,
    /// The request's method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its query.
    pub query: String,
    /// The beginning of its body, without secrets.
    pub body: String,
}

impl Cx {
    /// The same, for a request that would change something.
    pub(crate) fn asking(self, op: &Op, request: &Request) -> Self {
        let param = |path: String, (name, value): &(String, String)| {
            path.replace(&format!("{{{name}}}"), value)
        };
        let asked = Asked {
            method: op.method.to_string(),
            path: request.path.iter().fold(op.path.to_owned(), param),
            query: request.query.clone(),
            body: request.body.clone(),
            status: op.status,
            subject: request.path.first().map(|(_, value)| value.clone()),
        };
        Self { asked: Some(asked.into()), ..self }
    }

    /// What is told of a change that is done: once for each request.
    pub(crate) fn done(&self, made: Option<Uuid>) -> Option<Event> {
        let asked = self.asked.as_ref().filter(|_| !self.has_written())?;
        let words = self.op.replace('-', " ");
        let message = words[..1].to_uppercase() + &words[1..];
        Some(self.event(asked, "info", message, asked.status, made))
    }

    /// Tells of one that is refused, or failed. That it cannot be told changes nothing.
    pub(crate) async fn tell_refused(&self, error: &ApiError) {
        let Some(asked) = self.asked.as_ref().filter(|_| error.status != 503) else { return };
        let level = if error.status < 500 { "warning" } else { "error" };
        let mut tx = self.control.store.begin();
        tx.tell(self.event(asked, level, error.error.clone(), error.status, None));
        if let Err(error) = tx.commit().await {
            tracing::warn!(%error, op = self.op, "a refusal is not in the account's log");
        }
    }

    fn event(
        &self,
        asked: &Asked,
        level: &str,
        message: String,
        status: u16,
        made: Option<Uuid>,
    ) -> Event {
        let whole = mask::path(&format!("{}?{}", asked.path, asked.query));
        let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
        let body = &asked.body[..asked.body.len().min(BODY)];
        let happened = Happened {
            message: short(&message, TEXT),
            user: self.caller.user,
            username: self.caller.name.clone(),
            address: self.address.map(|address| address.to_string()).unwrap_or_default(),
            status,
            method: asked.method.clone(),
            path: short(path, TEXT),
            query: short(query, TEXT),
            body: short(&mask::body(body, body.len() == asked.body.len()), 2 * BODY),
        };
        let subject = asked.subject.clone().unwrap_or_else(|| made.unwrap_or_default().to_string());
        Event {
            account: self.account(),
            at: self.now(),
            level: level.into(),
            topic: asked.path.split('/').nth(2).unwrap_or_default().into(),
            subject: short(&subject, TEXT),
            told: serde_json::to_string(&happened).expect("it is plain data"),
        }
    }
}

/// How many of a thing's last events are looked through for the engine's own.
const SOUGHT: u32 = 50;

impl Cx {
    /// Tells the account that its thing cannot be made what it is to be, and why, or, without a reason,
    /// that this has ended: once each. That it cannot be told changes nothing.
    pub(crate) async fn tell_stuck(&self, row: &Row, why: Option<&str>) {
        if let Err(error) = self.try_tell_stuck(row, why).await {
            tracing::warn!(%error, id = %row.id, "what is stuck is not in the account's log");
        }
    }

    async fn try_tell_stuck(&self, row: &Row, why: Option<&str>) -> crate::Result<()> {
        let store = &self.control.store;
        let id = row.id.to_string();
        let told = stuck_events(store, row.account, &id).await?;
        // Requests have a method, and the engine has none.
        let last = told.iter().find_map(|event| {
            let what: Happened = serde_json::from_str(&event.told).ok()?;
            what.method.is_empty().then_some((event.level == "error", what.message))
        });
        let (level, message) = match (why, last) {
            (Some(why), last) => {
                let message = format!("Kettle cannot make it: {why}");
                if last.is_some_and(|(is_error, before)| is_error && before == message) {
                    return Ok(());
                }
                ("error", message)
            }
            (None, Some((true, _))) => ("info", "Kettle can make it again".to_owned()),
            (None, _) => return Ok(()),
        };
        let happened = Happened { message: short(&message, TEXT), ..Happened::default() };
        let topic = told.first().map_or(&*row.kind, |event| &*event.topic);
        let mut tx = store.begin();
        tx.tell(Event {
            account: row.account,
            at: self.now(),
            level: level.into(),
            topic: topic.to_owned(),
            subject: id,
            told: serde_json::to_string(&happened).expect("it is plain data"),
        });
        Ok(tx.commit().await?)
    }
}

/// Since when a thing is stuck, as its account's log tells.
pub(crate) async fn stuck_since(store: &store::Store, row: &Row) -> crate::Result<Option<i64>> {
    let told = stuck_events(store, row.account, &row.id.to_string()).await?;
    let is_ours = |event: &&Event| {
        serde_json::from_str::<Happened>(&event.told).is_ok_and(|what| what.method.is_empty())
    };
    let last = told.iter().find(is_ours).filter(|event| event.level == "error");
    Ok(last.map(|event| event.at))
}

/// The last events of a thing.
async fn stuck_events(store: &store::Store, account: i64, id: &str) -> crate::Result<Vec<Event>> {
    let (from, to, most) = (0, i64::MAX, SOUGHT);
    let (level, topic, subject) = (None, None, Some(id));
    let which = WhichEvents { account, from, to, level, topic, subject, most };
    Ok(store.events(&which).await?.events)
}

/// The beginning of a text, as a database can keep it.
fn short(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if c == '\0' { ' ' } else { c }).collect()
}
