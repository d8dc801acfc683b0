//! Topics and quotas of Kafka.

use api::databases::*;
use serde::{Deserialize, Serialize};

use super::{Connector, Database, check_room};
use crate::{Cx, Doc, Part, Refusal, Result, Routes, alike, ensure, in_range, refuse, set};

/// What a name of a topic has at most, as Kafka itself says.
const NAME_MAX: usize = 249;
/// How many partitions a topic can have.
const PARTITIONS_MAX: i64 = 1_000_000;

/// What is in Kafka, and in what runs beside it. It has no backups, so this is no part of what is
/// restored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Streams {
    topics: Vec<Topic>,
    quotas: Vec<Quota>,
    /// What brings messages to topics and away from them.
    pub(super) connectors: Vec<Connector>,
}

/// A topic: see [`api::databases::DatabaseTopic`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Topic {
    /// Its name.
    pub name: String,
    partitions: i64,
    replication: i64,
    retention_hours: i64,
    retention_bytes: i64,
}

/// How much a user may do as a client of an id: see [`api::databases::DatabaseQuota`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Quota {
    client_id: String,
    user: String,
    consumer_byte_rate: i64,
    producer_byte_rate: i64,
    request_percentage: i64,
}

/// Where parts of Kafka lie.
macro_rules! streamed {
    ($list:ident) => {
        type Owner = crate::databases::Database;

        fn all(owner: &Self::Owner) -> &[Self] {
            &owner.streams.$list
        }
        fn all_mut(owner: &mut Self::Owner) -> &mut Vec<Self> {
            &mut owner.streams.$list
        }
        async fn owner(
            tx: &mut crate::Tx,
            path: &[String],
        ) -> crate::Result<crate::Doc<Self::Owner>> {
            let kafka = &[api::databases::DatabaseEngine::Kafka];
            crate::databases::holder(tx, path, stringify!($list), kafka).await
        }
    };
}
pub(super) use streamed;

pub(super) fn routes() -> Routes {
    let topics = Routes::parts::<Topic>()
        .list_whole::<ListDatabaseTopics>()
        .get::<GetDatabaseTopic>()
        .create(create_topic)
        .update_shown(update_topic)
        .remove::<DeleteDatabaseTopic>();
    let quotas = Routes::parts::<Quota>()
        .list_whole::<ListDatabaseQuotas>()
        .get::<GetDatabaseQuota>()
        .create(create_quota)
        .update_shown(update_quota)
        .remove::<DeleteDatabaseQuota>();
    topics.and(quotas).done()
}

impl Part for Topic {
    type View = DatabaseTopic;
    const UNKNOWN: &'static str = "Invalid topic name";
    streamed!(topics);

    fn is(&self, name: &str) -> bool {
        self.name == name
    }
    fn view(&self, _: &Doc<Database>) -> DatabaseTopic {
        alike!(self => DatabaseTopic {
            name, partitions, replication, retention_hours, retention_bytes
        })
    }
    fn unknown(name: &str) -> Refusal {
        Refusal::not_found(Self::UNKNOWN).help(format!("there is no topic `{name}`"))
    }
}

impl Part for Quota {
    type View = DatabaseQuota;
    const UNKNOWN: &'static str = "Invalid quota";
    streamed!(quotas);

    fn is(&self, user: &str) -> bool {
        self.user == user
    }
    fn is_at(&self, path: &[String]) -> bool {
        matches!(path, [.., client, user] if self.client_id == *client && self.is(user))
    }
    fn view(&self, _: &Doc<Database>) -> DatabaseQuota {
        alike!(self => DatabaseQuota {
            client_id, user, consumer_byte_rate, producer_byte_rate, request_percentage
        })
    }
    fn unknown(user: &str) -> Refusal {
        let help = format!("`{user}` has no quota as a client of this id");
        Refusal::not_found(Self::UNKNOWN).help(help)
    }
}

/// Refuses what cannot be a topic's name.
pub(super) fn check_topic_name(field: &str, name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let fits = (1..=NAME_MAX).contains(&name.len()) && name.chars().all(allowed);
    let text = format_args!(
        "`{name}` is no name of a topic: 1 to {NAME_MAX} letters, digits, dots, underscores and hyphens, \
         and not dots alone"
    );
    ensure(fits && !matches!(name, "." | ".."), field, text)
}

fn create_topic(cx: &Cx, owner: &mut Doc<Database>, req: CreateDatabaseTopic) -> Result<Topic> {
    let topic = alike!(req => Topic {
        name, partitions, replication, retention_hours, retention_bytes
    });
    check_topic_name("name", &topic.name)?;
    let is_new = !owner.has_topic(&topic.name);
    ensure(is_new, "name", format_args!("there is a topic `{}` already", topic.name))?;
    check_room("topics", owner.streams.topics.len())?;
    check_topic(cx, owner, &topic)?;
    Ok(topic)
}

fn update_topic(
    cx: &Cx,
    owner: &Doc<Database>,
    topic: &mut Topic,
    req: UpdateDatabaseTopic,
) -> Result<()> {
    let had = topic.partitions;
    // Clients send 0 for what is to stay.
    set(&mut topic.partitions, meant(req.partitions));
    set(&mut topic.replication, meant(req.replication));
    set(&mut topic.retention_hours, meant(req.retention_hours));
    set(&mut topic.retention_bytes, meant(req.retention_bytes));
    let fewer = format_args!(
        "{} are fewer than the {had} that it has; they can only be added",
        topic.partitions
    );
    ensure(topic.partitions >= had, "partitions", fewer)?;
    check_topic(cx, owner, topic)
}

fn meant(figure: Option<i64>) -> Option<i64> {
    figure.filter(|figure| *figure != 0)
}

fn check_topic(cx: &Cx, owner: &Database, topic: &Topic) -> Result<()> {
    in_range("partitions", topic.partitions, 1..=PARTITIONS_MAX)?;
    let nodes = owner.size(cx.catalog()).map_or(1, |plan| plan.number_of_nodes());
    in_range("replication", topic.replication, 1..=nodes.into())?;
    let hours = format_args!("{} is less than -1, which is for ever", topic.retention_hours);
    ensure(topic.retention_hours >= -1, "retention_hours", hours)?;
    let bytes = format_args!("{} is less than -1, which is any number", topic.retention_bytes);
    ensure(topic.retention_bytes >= -1, "retention_bytes", bytes)
}

fn create_quota(_: &Cx, owner: &mut Doc<Database>, req: CreateDatabaseQuota) -> Result<Quota> {
    let quota = alike!(req => Quota {
        client_id, user, consumer_byte_rate, producer_byte_rate, request_percentage
    });
    ensure(!quota.client_id.is_empty(), "client_id", "give the id that clients say they have")?;
    if !owner.holds.users.iter().any(|user| user.name == quota.user) {
        return refuse("user", format_args!("there is no user `{}`", quota.user));
    }
    let is_same = |other: &Quota| other.client_id == quota.client_id && other.user == quota.user;
    let text = format_args!("`{}` has a quota as `{}` already", quota.user, quota.client_id);
    ensure(!owner.streams.quotas.iter().any(is_same), "client_id", text)?;
    check_room("quotas", owner.streams.quotas.len())?;
    check_quota(&quota)?;
    Ok(quota)
}

fn update_quota(
    _: &Cx,
    _: &Doc<Database>,
    quota: &mut Quota,
    req: UpdateDatabaseQuota,
) -> Result<()> {
    set(&mut quota.consumer_byte_rate, meant(req.consumer_byte_rate));
    set(&mut quota.producer_byte_rate, meant(req.producer_byte_rate));
    set(&mut quota.request_percentage, meant(req.request_percentage));
    check_quota(quota)
}

fn check_quota(quota: &Quota) -> Result<()> {
    in_range("consumer_byte_rate", quota.consumer_byte_rate, 0..=i64::MAX)?;
    in_range("producer_byte_rate", quota.producer_byte_rate, 0..=i64::MAX)?;
    // Each of a node's threads has 100 of its own.
    in_range("request_percentage", quota.request_percentage, 0..=i64::MAX)?;
    Ok(())
}

impl Database {
    pub(super) fn has_topic(&self, name: &str) -> bool {
        self.streams.topics.iter().any(|topic| topic.name == name)
    }

    /// Takes away the quotas of users who are gone.
    pub(crate) fn forget_gone_users(&mut self) {
        let users = &self.holds.users;
        self.streams.quotas.retain(|quota| users.iter().any(|user| user.name == quota.user));
    }
}
