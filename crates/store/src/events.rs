//! What happened in an account: written with the change that made it happen, read by time.
//!
//! The store knows neither what can happen nor what is told of it, and never forgets by itself.

/// How many are forgotten in one go.
pub(crate) const AT_ONCE: i64 = 10_000;

/// Something that happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// In which account.
    pub account: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// How grave it is.
    pub level: String,
    /// To what kind of thing it happened.
    pub topic: String,
    /// To which.
    pub subject: String,
    /// All else that is told of it.
    pub told: String,
}

/// Which of them are asked for: those of an account in a span of time, the newest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct WhichEvents<'a> {
    /// The account.
    pub account: i64,
    /// From this moment on, in milliseconds.
    pub from: i64,
    /// Before this one.
    pub to: i64,
    /// Of this level; none: of any.
    pub level: Option<&'a str>,
    /// Of this topic; none: of any.
    pub topic: Option<&'a str>,
    /// About this one; none: about any.
    pub subject: Option<&'a str>,
    /// How many at most.
    pub most: u32,
}

impl WhichEvents<'_> {
    /// The statement that reads these columns, as both databases understand it.
    pub(crate) fn sql(columns: &str, order: &str) -> String {
        format!(
            "SELECT {columns} FROM event WHERE account = $1 AND at >= $2 AND at < $3
             AND (CAST($4 AS text) IS NULL OR level = $4)
             AND (CAST($5 AS text) IS NULL OR topic = $5)
             AND (CAST($6 AS text) IS NULL OR subject = $6) {order}"
        )
    }
}

/// Those that were found, and how many there are of them in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// As many as were wanted.
    pub events: Vec<Event>,
    /// How many there are.
    pub total: u64,
}
