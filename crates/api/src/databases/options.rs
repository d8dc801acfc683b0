//! Advanced options of engines, and of what runs beside Kafka.
//!
//! Which there are stands here, since requests hold them; what each may be is the catalogue's.

use serde_json::Number;

use crate::form::{Field, Form, Record};
use crate::id::DatabaseId;
use crate::wire::{Given, Map, Wire, Wrong, for_serde, write};
use crate::{endpoint, view};

/// List a managed database's advanced options: which can be set, and which are (MySQL, PostgreSQL and
/// Kafka).
#[endpoint(GET "/v2/databases/{database-id}/advanced-options" -> 200 DatabaseOptions, needs SubscriptionsView)]
pub struct ListDatabaseOptions {}

/// Set advanced options of a managed database (MySQL, PostgreSQL and Kafka). What is absent stays.
#[endpoint(PUT "/v2/databases/{database-id}/advanced-options" -> 202 DatabaseOptions, needs Subscriptions)]
pub struct UpdateDatabaseOptions {
    /// The options to set.
    #[wire(flat)]
    pub options: EngineOptions,
}

/// List the advanced options of the Kafka REST beside a managed database (Kafka, from business plans
/// on).
#[endpoint(GET "/v2/databases/{database-id}/advanced-options/kafka-rest" -> 200 DatabaseOptions, needs SubscriptionsView)]
pub struct ListKafkaRestOptions {}

/// Set advanced options of the Kafka REST beside a managed database. What is absent stays.
#[endpoint(PUT "/v2/databases/{database-id}/advanced-options/kafka-rest" -> 202 DatabaseOptions, needs Subscriptions)]
pub struct UpdateKafkaRestOptions {
    /// The options to set.
    #[wire(flat)]
    pub options: KafkaRestOptions,
}

/// List the advanced options of the schema registry beside a managed database (Kafka, from business
/// plans on).
#[endpoint(GET "/v2/databases/{database-id}/advanced-options/schema-registry" -> 200 DatabaseOptions, needs SubscriptionsView)]
pub struct ListSchemaRegistryOptions {}

/// Set advanced options of the schema registry beside a managed database. What is absent stays.
#[endpoint(PUT "/v2/databases/{database-id}/advanced-options/schema-registry" -> 202 DatabaseOptions, needs Subscriptions)]
pub struct UpdateSchemaRegistryOptions {
    /// The options to set.
    #[wire(flat)]
    pub options: SchemaRegistryOptions,
}

/// List the advanced options of the Kafka Connect beside a managed database (Kafka, from business
/// plans on).
#[endpoint(GET "/v2/databases/{database-id}/advanced-options/kafka-connect" -> 200 DatabaseOptions, needs SubscriptionsView)]
pub struct ListKafkaConnectOptions {}

/// Set advanced options of the Kafka Connect beside a managed database. What is absent stays.
#[endpoint(PUT "/v2/databases/{database-id}/advanced-options/kafka-connect" -> 202 DatabaseOptions, needs Subscriptions)]
pub struct UpdateKafkaConnectOptions {
    /// The options to set.
    #[wire(flat)]
    pub options: KafkaConnectOptions,
}

/// Advanced options: those that are set, and all that can be.
#[view]
pub struct DatabaseOptions {
    /// Those that are set, by their names.
    pub configured_options: Map,
    /// All that can be set.
    pub available_options: Vec<AvailableOption>,
}

/// An advanced option that can be set.
#[view]
pub struct AvailableOption {
    /// Its name.
    pub name: String,
    /// What it is: `int`, `float`, `enum`, `bool` or `string`.
    #[wire(name = "type")]
    pub kind: String,
    /// The words that it can be.
    #[wire(omit)]
    pub enumerals: Vec<String>,
    /// The least that it can be.
    #[wire(omit)]
    pub min_value: Option<Number>,
    /// The most.
    #[wire(omit)]
    pub max_value: Option<Number>,
    /// What it can be besides.
    #[wire(omit)]
    pub alt_values: Vec<i64>,
    /// What its number counts: `seconds`, `bytes` and the like.
    #[wire(omit)]
    pub units: String,
}

/// Advanced options by their names. There are many, and all are alike: a table says which.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident $($about:literal { $($kind:ident: $($option:literal),*;)* })*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name(pub Map);

        impl Wire for $name {
            const FORM: &'static Form = &Form::Record(&Record {
                name: stringify!($name),
                about: "Advanced options to set.",
                fields: &[$($($(Field { name: $option, about: $about, form: $kind, ..Field::PLAIN },)*)*)*],
            });
            fn read(given: Given<'_>) -> Result<Self, Wrong> {
                given.known(Self::FORM).map(Self)
            }
            fn write(&self, out: &mut Vec<u8>) {
                write::json(out, &self.0);
            }
        }
        for_serde!($name);
    };
}

const INT: &Form = <i64 as Wire>::FORM;
const FLOAT: &Form = <f64 as Wire>::FORM;
const BOOL: &Form = <bool as Wire>::FORM;
const TEXT: &Form = <String as Wire>::FORM;

options! {
    /// Advanced options of MySQL, PostgreSQL and Kafka.
    EngineOptions
    "For PostgreSQL." {
        FLOAT: "autovacuum_analyze_scale_factor", "autovacuum_vacuum_scale_factor",
            "bgwriter_lru_multiplier";
        INT: "autovacuum_analyze_threshold", "autovacuum_freeze_max_age", "autovacuum_max_workers",
            "autovacuum_naptime", "autovacuum_vacuum_cost_delay", "autovacuum_vacuum_cost_limit",
            "autovacuum_vacuum_threshold", "bgwriter_delay", "bgwriter_flush_after",
            "bgwriter_lru_maxpages", "deadlock_timeout", "idle_in_transaction_session_timeout",
            "log_autovacuum_min_duration", "log_min_duration_statement", "max_files_per_process",
            "max_locks_per_transaction", "max_logical_replication_workers", "max_parallel_workers",
            "max_parallel_workers_per_gather", "max_pred_locks_per_transaction",
            "max_prepared_transactions", "max_replication_slots", "max_stack_depth",
            "max_standby_archive_delay", "max_standby_streaming_delay", "max_wal_senders",
            "max_worker_processes", "pg_partman_bgw.interval", "temp_file_limit",
            "track_activity_query_size", "wal_sender_timeout", "wal_writer_delay";
        BOOL: "jit";
        TEXT: "default_toast_compression", "log_error_verbosity", "log_line_prefix",
            "pg_partman_bgw.role", "pg_stat_statements.track", "track_commit_timestamp",
            "track_functions", "track_io_timing";
    }
    "For MySQL." {
        INT: "connect_timeout", "group_concat_max_len", "innodb_change_buffer_max_size",
            "innodb_flush_neighbors", "innodb_ft_min_token_size", "innodb_lock_wait_timeout",
            "innodb_log_buffer_size", "innodb_online_alter_log_max_size", "innodb_read_io_threads",
            "innodb_thread_concurrency", "innodb_write_io_threads", "net_buffer_length",
            "net_read_timeout", "net_write_timeout", "wait_timeout", "max_allowed_packet",
            "max_heap_table_size", "sort_buffer_size", "tmp_table_size";
        BOOL: "innodb_print_all_deadlocks", "innodb_rollback_on_timeout";
        TEXT: "innodb_ft_server_stopword_table", "internal_tmp_mem_storage_engine";
    }
    "For Kafka." {
        INT: "group_initial_rebalance_delay_ms", "group_min_session_timeout_ms",
            "group_max_session_timeout_ms", "connections_max_idle_ms",
            "max_incremental_fetch_session_cache_slots", "message_max_bytes",
            "offsets_retention_minutes", "log_cleaner_delete_retention_ms",
            "log_cleaner_max_compaction_lag_ms", "log_cleaner_min_compaction_lag_ms",
            "log_flush_interval_messages", "log_flush_interval_ms", "log_index_interval_bytes",
            "log_index_size_max_bytes", "log_local_retention_ms", "log_local_retention_bytes",
            "log_message_timestamp_difference_max_ms", "log_retention_bytes", "log_retention_hours",
            "log_retention_ms", "log_roll_jitter_ms", "log_roll_ms", "log_segment_bytes",
            "log_segment_delete_delay_ms", "min_insync_replicas", "num_partitions",
            "default_replication_factor", "replica_fetch_max_bytes",
            "replica_fetch_response_max_bytes", "max_connections_per_ip",
            "producer_purgatory_purge_interval_requests", "socket_request_max_bytes",
            "transaction_state_log_segment_bytes",
            "transaction_remove_expired_transaction_cleanup_interval_ms";
        FLOAT: "log_cleaner_min_cleanable_ratio";
        BOOL: "log_message_downconversion_enable", "log_preallocate", "auto_create_topics_enable",
            "transaction_partition_verification_enable";
        TEXT: "compression_type", "log_cleanup_policy", "log_message_timestamp_type",
            "sasl_oauthbearer_expected_audience", "sasl_oauthbearer_expected_issuer",
            "sasl_oauthbearer_jwks_endpoint_url", "sasl_oauthbearer_sub_claim_name";
    }
}

options! {
    /// Advanced options of Kafka REST.
    KafkaRestOptions
    "For Kafka REST." {
        INT: "producer_linger_ms", "producer_max_request_size", "consumer_request_max_bytes",
            "consumer_request_timeout_ms", "simpleconsumer_pool_size_max";
        BOOL: "consumer_enable_auto_commit", "name_strategy_validation";
        TEXT: "producer_acks", "producer_compression_type", "name_strategy";
    }
}

options! {
    /// Advanced options of the schema registry.
    SchemaRegistryOptions
    "For the schema registry." {
        BOOL: "leader_eligibility", "schema_reader_strict_mode", "retriable_errors_silenced";
    }
}

options! {
    /// Advanced options of Kafka Connect.
    KafkaConnectOptions
    "For Kafka Connect." {
        INT: "consumer_fetch_max_bytes", "consumer_max_partition_fetch_bytes",
            "consumer_max_poll_interval_ms", "consumer_max_poll_records", "offset_flush_interval_ms",
            "offset_flush_timeout_ms", "producer_batch_size", "producer_buffer_memory",
            "producer_linger_ms", "producer_max_request_size", "scheduled_rebalance_max_delay_ms",
            "session_timeout_ms";
        TEXT: "connector_client_config_override_policy", "consumer_auto_offset_reset",
            "consumer_isolation_level", "producer_compression_type";
    }
}
