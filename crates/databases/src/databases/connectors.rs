//! Connectors of Kafka Connect: which can be made, what they are told, and how they do.
//!
//! No messages move here. A connector and its tasks wait for a worker for a while, and then run; what
//! they would connect to is not asked.

use std::collections::BTreeMap;

use api::databases::*;
use api::wire::Map;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Database;
use super::kafka::{check_topic_name, streamed};
use crate::catalog;
use crate::{Behave, Cx, Doc, Part, Refusal, Result, Routes, ensure, in_range};
use ConnectorState::{Paused, Running, Unassigned};
use DatabaseEngine::Kafka;

/// How many connectors a database can have, and how many bytes of JSON one is told: the row is written
/// whole.
const CONNECTORS_MAX: usize = 50;
const CONFIG_MAX: usize = 8_192;
/// The setting that says into how many tasks a connector divides its work, and their number.
const TASKS: &str = "tasks.max";
const TASKS_MAX: u32 = 1_000;
/// How long a worker takes to take up a connector at the real API's pace, in milliseconds.
const TAKES_UP: i64 = 10_000;

/// A connector: see [`api::databases::DatabaseConnector`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Connector {
    name: String,
    class: String,
    topics: String,
    config: Map,
    paused: bool,
    /// When it was last started, in milliseconds.
    started: i64,
    /// When single tasks were restarted after that.
    restarted: BTreeMap<u32, i64>,
}

pub(super) fn routes() -> Routes {
    let known = Routes::of::<Database>().read(available).read(settings).read(status);
    let own = Routes::parts::<Connector>()
        .list_whole::<ListDatabaseConnectors>()
        .get::<GetDatabaseConnector>()
        .create(create)
        .update_shown(update)
        .remove::<DeleteDatabaseConnector>()
        .update(|_, _, connector, _: PauseDatabaseConnector| {
            connector.paused = true;
            Ok(())
        })
        .update(|cx, _, connector, _: ResumeDatabaseConnector| {
            if std::mem::take(&mut connector.paused) {
                connector.start(cx.now());
            }
            Ok(())
        })
        .update(|cx, _, connector, _: RestartDatabaseConnector| {
            connector.start(cx.now());
            Ok(())
        })
        .update(|cx, _, connector, req: RestartDatabaseConnectorTask| {
            let help = format!("it has {} tasks, numbered from 0", connector.tasks());
            let unknown = Refusal::not_found("Invalid task ID").help(help);
            unknown.unless(req.task_id < connector.tasks())?;
            connector.restarted.insert(req.task_id, cx.now());
            Ok(())
        });
    own.and(known).done()
}

impl Part for Connector {
    type View = DatabaseConnector;
    const UNKNOWN: &'static str = "Invalid connector name";
    streamed!(connectors);

    fn is(&self, name: &str) -> bool {
        self.name == name
    }
    fn is_at(&self, path: &[String]) -> bool {
        path.get(1).is_some_and(|name| self.is(name))
    }
    fn view(&self, _: &Doc<Database>) -> DatabaseConnector {
        crate::alike!(self => DatabaseConnector { name, class, topics, config })
    }
}

impl Connector {
    /// Hides what it is told from who may only look: there are passwords in it.
    pub(super) fn hide(&mut self, cx: &Cx) {
        self.config = cx.secret(std::mem::take(&mut self.config));
    }

    fn start(&mut self, now: i64) {
        self.started = now;
        self.restarted.clear();
    }

    /// How many tasks it has.
    fn tasks(&self) -> u32 {
        tasks(&self.config).unwrap_or(1)
    }

    /// How it does, or one of its tasks, that was started at a time.
    fn state(&self, cx: &Cx, started: i64) -> ConnectorState {
        let takes = if cx.behave() == Behave::Vultr { TAKES_UP } else { 0 };
        match cx.now() - started >= takes {
            _ if self.paused => Paused,
            true => Running,
            false => Unassigned,
        }
    }
}

/// How many tasks a configuration asks for, as a number or a text; none: it says nothing of it.
fn tasks(config: &Map) -> Option<u32> {
    match config.get(TASKS)? {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64().and_then(|count| count.try_into().ok()),
    }
}

fn class<'a>(cx: &'a Cx, class: &str) -> Option<&'a catalog::DatabaseConnector> {
    cx.catalog().database_connector(class)
}

fn create(cx: &Cx, owner: &mut Doc<Database>, req: CreateDatabaseConnector) -> Result<Connector> {
    let help = "turn it on: update the database with enable_kafka_connect true";
    let off = Refusal::bad("Kafka Connect is not enabled.").help(help);
    off.unless(owner.services.connect)?;
    ensure(!req.name.is_empty(), "name", "give it a name")?;
    let others = &owner.streams.connectors;
    let is_new = !others.iter().any(|other| other.is(&req.name));
    ensure(is_new, "name", format_args!("there is a connector `{}` already", req.name))?;
    let full = format_args!("there are {CONNECTORS_MAX} connectors, the most that there can be");
    ensure(others.len() < CONNECTORS_MAX, "name", full)?;
    let connector = Connector {
        name: req.name,
        class: req.class,
        topics: req.topics,
        config: req.config.unwrap_or_default(),
        started: cx.now(),
        ..Connector::default()
    };
    check(cx, owner, &connector)?;
    Ok(connector)
}

fn update(
    cx: &Cx,
    owner: &Doc<Database>,
    connector: &mut Connector,
    req: UpdateDatabaseConnector,
) -> Result<()> {
    crate::set_alike!(req => connector { topics, config });
    check(cx, owner, connector)?;
    connector.start(cx.now());
    Ok(())
}

/// Refuses a connector that could not work as it is told to.
fn check(cx: &Cx, owner: &Database, connector: &Connector) -> Result<()> {
    let Some(class) = class(cx, &connector.class) else {
        let known: Vec<_> = cx.catalog().database_connectors().map(|c| c.id.as_str()).collect();
        let text = format!("`{}` is none of {}", connector.class, known.join(", "));
        return crate::refuse("class", text);
    };
    for topic in connector.topics.split(',').map(str::trim) {
        check_topic_name("topics", topic)?;
        if !owner.has_topic(topic) {
            cx.warn("topics", format_args!("there is no topic `{topic}` yet"));
        }
    }
    let config = &connector.config;
    let is_told = |name: &str| config.get(name).is_some_and(|value| value != "");
    for setting in class.settings.iter().filter(|setting| setting.required) {
        let text = format_args!("is required by {}: {}", class.title, setting.description);
        ensure(is_told(&setting.name), &format!("config.{}", setting.name), text)?;
    }
    if config.contains_key(TASKS) {
        in_range("config.tasks.max", tasks(config).unwrap_or_default(), 1..=TASKS_MAX)?;
    }
    let bytes = Value::Object(config.clone()).to_string().len();
    let text = format_args!("takes {bytes} bytes of JSON, and can take {CONFIG_MAX}");
    ensure(bytes <= CONFIG_MAX, "config", text)
}

fn available(
    cx: &Cx,
    owner: Doc<Database>,
    _: ListAvailableConnectors,
) -> Result<Vec<AvailableConnector>> {
    owner.needs("connectors", &[Kafka])?;
    let shown = |class: &catalog::DatabaseConnector| crate::alike!(class => AvailableConnector { title, version, kind, doc_url; class: class.id.clone() });
    Ok(cx.catalog().database_connectors().map(shown).collect())
}

fn settings(
    cx: &Cx,
    owner: Doc<Database>,
    req: GetConnectorSettings,
) -> Result<Vec<ConnectorSetting>> {
    owner.needs("connectors", &[Kafka])?;
    let help = format!("no connector has the class `{}`", req.connector_class);
    let unknown = Refusal::not_found("Invalid connector class").help(help);
    let class = class(cx, &req.connector_class).ok_or(unknown)?;
    let shown = |setting: &catalog::ConnectorSetting| {
        crate::alike!(setting => ConnectorSetting {
            name, kind, required, description; default_value: setting.default.clone()
        })
    };
    let tasks = ConnectorSetting {
        name: TASKS.into(),
        kind: "INT".into(),
        default_value: "1".into(),
        description: "Into how many tasks it divides its work at most.".into(),
        ..ConnectorSetting::default()
    };
    Ok(class.settings.iter().map(shown).chain([tasks]).collect())
}

fn status(
    cx: &Cx,
    owner: Doc<Database>,
    req: GetDatabaseConnectorStatus,
) -> Result<ConnectorStatus> {
    owner.needs("connectors", &[Kafka])?;
    let found = owner.streams.connectors.iter().find(|one| one.is(&req.connector_name));
    let connector = found.ok_or_else(|| Connector::unknown(&req.connector_name))?;
    // Nobody works where Kafka Connect is off, or not there yet.
    if !owner.services.connect || owner.seen.serving != Some(owner.build) {
        return Ok(ConnectorStatus::default());
    }
    let task = |id: u32| {
        let started = connector.restarted.get(&id).map_or(connector.started, |at| *at);
        ConnectorTask { id, state: connector.state(cx, started).into(), trace: String::new() }
    };
    Ok(ConnectorStatus {
        state: connector.state(cx, connector.started).into(),
        tasks: (0..connector.tasks()).map(task).collect(),
    })
}
