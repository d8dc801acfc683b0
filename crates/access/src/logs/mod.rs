//! What happened in an account: each request that changed something or would have, for 30 days.
//!
//! Records are written elsewhere, with the change itself (`plane/src/events.rs`).

use api::logs::*;
use api::{Endpoint, OrEmpty, Time};
use store::{Event, WhichEvents};
use uuid::Uuid;

use crate::events::Happened;
use crate::{Cx, Family, Result, Routes, ensure};

/// How long records are kept, in milliseconds.
pub(crate) const KEPT_MS: i64 = 30 * 24 * HOUR_MS;
const HOUR_MS: i64 = 3_600_000;
/// The longest time that can be asked for.
const SPAN_MS: i64 = KEPT_MS + HOUR_MS;
/// How many records one answer has at most.
const MOST: usize = 5_000;

/// The family.
pub fn family() -> Family {
    Family::new(Routes::default().on(list))
}

async fn list(cx: Cx, req: ListLogs) -> Result<Logs> {
    let given = |time: Option<OrEmpty<Time>>| time.and_then(OrEmpty::get).map(Time::as_millis);
    let (start, end) = (given(req.start_time), given(req.end_time));
    let text = "must be there, or `end_time`, as 2026-11-21T09:30:00Z";
    ensure(start.is_some() || end.is_some(), "start_time", text)?;
    // Now is in it.
    let to = end.unwrap_or(cx.now() + 1);
    let from = start.unwrap_or(to - SPAN_MS);
    ensure(from < to, "end_time", "must come after `start_time`")?;
    let text = "must be at most 30 days and 1 hour after `start_time`";
    ensure(to - from <= SPAN_MS, "end_time", text)?;

    let topic = req.resource_type.filter(|kind| !kind.is_empty());
    let subject = req.resource_id.filter(|id| !id.is_empty());
    let subject = subject.map(|id| id.parse::<Uuid>().map_or(id, |id| id.to_string()));
    let (account, level) = (cx.account(), req.log_level.map(LogLevel::as_str));
    let which = WhichEvents {
        account,
        from: from.max(cx.now() - KEPT_MS),
        to,
        level,
        topic: topic.as_deref(),
        subject: subject.as_deref(),
        most: MOST as u32 + 1,
    };
    let mut told = cx.control.store().events(&which).await?;
    let rest = cut(&mut told.events, MOST);
    let returned = told.events.len() as u64;
    let continue_time = rest.map(written).unwrap_or_default();
    let next_page_url = match &*continue_time {
        "" => String::new(),
        end => {
            let from = written(from);
            let mut query = vec![("end_time", end), ("start_time", &*from)];
            query.extend(level.map(|level| ("log_level", level)));
            query.extend(topic.as_deref().map(|kind| ("resource_type", kind)));
            query.extend(subject.as_deref().map(|id| ("resource_id", id)));
            cx.url(<ListLogs as Endpoint>::OP.path, &query)
        }
    };
    Ok(Logs {
        logs: told.events.into_iter().map(record).collect(),
        meta: LogsMeta {
            next_page_url,
            continue_time,
            returned_count: returned,
            unreturned_count: told.total - returned,
            total_count: told.total,
        },
    })
}

/// A time as it is asked for.
fn written(at: i64) -> String {
    Time::from_millis(at).0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Leaves so many, and says before which second the others happened. Times are asked for by the
/// second, so one is told whole or not at all; of one in which more than that happened, a part.
fn cut(events: &mut Vec<Event>, most: usize) -> Option<i64> {
    let second = |event: &Event| event.at.div_euclid(1_000);
    let left_out = second(events.get(most)?);
    events.truncate(most);
    if events.first().map(second) != Some(left_out) {
        events.retain(|event| second(event) != left_out);
    }
    events.last().map(|event| second(event) * 1_000)
}

fn record(event: Event) -> LogRecord {
    let what: Happened = serde_json::from_str(&event.told).unwrap_or_default();
    let levels = [LogLevel::Debug, LogLevel::Warning, LogLevel::Error, LogLevel::Critical];
    let level = levels.into_iter().find(|level| level.as_str() == event.level);
    LogRecord {
        resource_id: event.subject,
        resource_type: event.topic,
        log_level: level.unwrap_or_default(),
        message: what.message,
        timestamp: Time::from_millis(event.at),
        metadata: LogMetadata {
            user_id: what.user.to_string(),
            ip_address: what.address,
            username: what.username,
            http_status_code: what.status,
            method: what.method,
            request_path: what.path,
            request_body: what.body,
            query_parameters: what.query,
        },
    }
}
