//! Topics and quotas of managed Kafka databases.

use crate::id::DatabaseId;
use crate::{endpoint, view};

/// List the topics of a managed database (Kafka).
#[endpoint(GET "/v2/databases/{database-id}/topics" -> 200 { topics: [DatabaseTopic], whole }, needs SubscriptionsView)]
pub struct ListDatabaseTopics {}

/// Create a topic (Kafka).
#[endpoint(POST "/v2/databases/{database-id}/topics" -> 202 { topic: DatabaseTopic }, needs Subscriptions)]
pub struct CreateDatabaseTopic {
    /// Its name: up to 249 letters, digits, dots, underscores and hyphens.
    pub name: String,
    /// How many partitions it has, at least 1.
    pub partitions: i64,
    /// On how many of the database's nodes each partition lies, at least 1.
    pub replication: i64,
    /// How many hours messages are kept; -1 for ever.
    pub retention_hours: i64,
    /// How many bytes of messages a partition keeps; -1 for any number.
    pub retention_bytes: i64,
}

/// Get a topic (Kafka).
#[endpoint(GET "/v2/databases/{database-id}/topics/{topic-name: String}" -> 200 { topic: DatabaseTopic }, needs SubscriptionsView)]
pub struct GetDatabaseTopic {}

/// Change a topic (Kafka). What is absent or 0 stays.
#[endpoint(PUT "/v2/databases/{database-id}/topics/{topic-name: String}" -> 202 { topic: DatabaseTopic }, needs Subscriptions)]
pub struct UpdateDatabaseTopic {
    /// How many partitions it is to have: no fewer than it has.
    pub partitions: Option<i64>,
    /// On how many of the database's nodes each partition is to lie.
    pub replication: Option<i64>,
    /// How many hours messages are to be kept; -1 for ever.
    pub retention_hours: Option<i64>,
    /// How many bytes of messages a partition is to keep; -1 for any number.
    pub retention_bytes: Option<i64>,
}

/// Delete a topic with all messages in it (Kafka).
#[endpoint(DELETE "/v2/databases/{database-id}/topics/{topic-name: String}" -> 204, needs Subscriptions)]
pub struct DeleteDatabaseTopic {}

/// List the quotas of a managed database (Kafka).
#[endpoint(GET "/v2/databases/{database-id}/quotas" -> 200 { quotas: [DatabaseQuota], whole }, needs SubscriptionsView)]
pub struct ListDatabaseQuotas {}

/// Create a quota: how much a user may do as a client of that id (Kafka).
#[endpoint(POST "/v2/databases/{database-id}/quotas" -> 202 { quota: DatabaseQuota }, needs Subscriptions)]
pub struct CreateDatabaseQuota {
    /// The id that the client says it has.
    pub client_id: String,
    /// Bytes a second that consumers may read from each node; 0 for no limit.
    pub consumer_byte_rate: i64,
    /// Bytes a second that producers may write to each node; 0 for no limit.
    pub producer_byte_rate: i64,
    /// Percent of a thread's time that requests may take on each node, 200 of two threads' and so on; 0 for no limit.
    pub request_percentage: i64,
    /// A user of the database.
    pub user: String,
}

/// Get a quota (Kafka).
#[endpoint(GET "/v2/databases/{database-id}/quotas/{client-id: String}/{username: String}" -> 200 { quota: DatabaseQuota }, needs SubscriptionsView)]
pub struct GetDatabaseQuota {}

/// Change a quota (Kafka). What is absent or 0 stays.
#[endpoint(PUT "/v2/databases/{database-id}/quotas/{client-id: String}/{username: String}" -> 202 { quota: DatabaseQuota }, needs Subscriptions)]
pub struct UpdateDatabaseQuota {
    /// Bytes a second that consumers may read from each node.
    pub consumer_byte_rate: Option<i64>,
    /// Bytes a second that producers may write to each node.
    pub producer_byte_rate: Option<i64>,
    /// Percent of a thread's time that requests may take on each node, 200 of two threads' and so on.
    pub request_percentage: Option<i64>,
}

/// Delete a quota (Kafka).
#[endpoint(DELETE "/v2/databases/{database-id}/quotas/{client-id: String}/{username: String}" -> 204, needs Subscriptions)]
pub struct DeleteDatabaseQuota {}

/// A topic of Kafka.
#[view]
pub struct DatabaseTopic {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    pub partitions: i64,
    /// On how many nodes each of them lies.
    pub replication: i64,
    /// How many hours messages are kept; -1 for ever.
    pub retention_hours: i64,
    /// How many bytes of messages a partition keeps; -1 for any number.
    pub retention_bytes: i64,
}

/// How much a user may do as a client of an id.
#[view]
pub struct DatabaseQuota {
    /// The client's id.
    pub client_id: String,
    /// Bytes a second that consumers may read from each node.
    pub consumer_byte_rate: i64,
    /// Bytes a second that producers may write to each node.
    pub producer_byte_rate: i64,
    /// Percent of a thread's time that requests may take on each node.
    pub request_percentage: i64,
    /// The user.
    pub user: String,
}
