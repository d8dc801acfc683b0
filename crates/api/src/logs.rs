//! What happened in the account: `/v2/logs`.

use crate::{OrEmpty, Time, view, words};

operations! {
    "activity-log": "What happened in the account" {
        /// List what happened in a span of time of at most 30 days and an hour, the newest first.
        /// At least one end of it must be given; what happened is known for 30 days.
        "list" => ListLogs(GET "/v2/logs" -> 200 Logs, needs ActivityLogs) {
            /// From this time on, as `2026-11-21T09:30:00Z`; 30 days and an hour before the end when
            /// absent.
            pub start_time: Option<OrEmpty<Time>>,
            /// Before this time; now when absent.
            pub end_time: Option<OrEmpty<Time>>,
            /// Only what is as grave as this.
            pub log_level: Option<LogLevel>,
            /// Only what happened to things of this kind, such as `instances`.
            pub resource_type: Option<String>,
            /// Only what happened to the thing with this id.
            pub resource_id: Option<String>,
        },
    }
}

/// What happened, and how to go on.
#[view]
pub struct Logs {
    /// At most 5,000 records.
    pub logs: Vec<LogRecord>,
    /// How many there are, and how to go on.
    pub meta: LogsMeta,
}

/// Something that happened: a request to change something, and what became of it.
#[view]
pub struct LogRecord {
    /// To which thing; of a request that made nothing and named nothing, zeros.
    pub resource_id: String,
    /// What kind of thing that is, such as `instances`.
    pub resource_type: String,
    /// How grave it is.
    pub log_level: LogLevel,
    /// What happened.
    pub message: String,
    /// When.
    pub timestamp: Time,
    /// Who asked for it, from where, and for what.
    pub metadata: LogMetadata,
}

/// Who asked for something, from where, and for what.
#[view]
pub struct LogMetadata {
    /// The user's id; the account's for its owner.
    pub user_id: String,
    /// The address that the request came from; empty where it came from the server itself.
    pub ip_address: String,
    /// The user's name.
    pub username: String,
    /// The status of the answer.
    pub http_status_code: u16,
    /// The request's method.
    pub method: String,
    /// The request's path.
    pub request_path: String,
    /// The beginning of the request's body, without secrets.
    pub request_body: String,
    /// The request's query.
    pub query_parameters: String,
}

/// How much there is, and how to go on.
#[view]
pub struct LogsMeta {
    /// The address of the records before these; empty where there are none.
    pub next_page_url: String,
    /// The `end_time` with which to go on, which is that of the last record here; empty where there
    /// are no more.
    pub continue_time: String,
    /// How many records these are.
    pub returned_count: u64,
    /// How many there are besides.
    pub unreturned_count: u64,
    /// How many there are.
    pub total_count: u64,
}

/// How grave something is.
#[words]
pub enum LogLevel {
    /// It went as it should.
    #[default]
    Info,
    /// Nothing that its owner must know.
    Debug,
    /// It was refused.
    Warning,
    /// It failed.
    Error,
    /// All else may fail, too.
    Critical,
}

impl LogLevel {
    /// The word that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}
