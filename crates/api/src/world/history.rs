//! What was asked and answered: what tests say of it, and where it begins.
//!
//! The requests themselves are at `GET /_kettle/requests`.

use crate::view;

operations! {
    "world-history": "What was asked and answered; `kettle log` shows it" {
        /// Tell the number of the last request: what comes next is behind it.
        "mark" => MarkHistory(POST "/_kettle/history/mark" -> 200 { mark: Mark }, needs Owner),
        /// Forget all requests. Numbers go on.
        "clear" => ClearHistory(POST "/_kettle/history/clear" -> 200 { mark: Mark }, needs Owner),
    }
    "world": "All that this server has: state, clock, faults, history" {
        /// Say that requests were made: refused where they were not, or not as often, with what came
        /// nearest. Without a number: at least once.
        "called" => CheckCalls(POST "/_kettle/history/called" -> 200 { calls: Calls }, needs Owner) {
            /// The call: an operation's id (`create-instance`), or method and path, where `*` is any part of
            /// it (`POST /v2/instances`, `GET /v2/instances/*`).
            pub call: String,
            /// What its body must have: JSON whose fields are all in it (`{"region": "ewr"}`), or `~` and a
            /// regular expression. Secrets are `***`, as shown.
            #[wire(most = 65_536, lines)]
            pub body: Option<String>,
            /// What it must have been answered with.
            pub status: Option<u16>,
            /// Exactly so often.
            pub times: Option<u32>,
            /// At least so often.
            pub at_least: Option<u32>,
            /// At most so often.
            pub at_most: Option<u32>,
            /// Behind the request of this number; else since the last reset or clearing, as far as
            /// requests are kept.
            pub since: Option<u64>,
        },
    }
}

/// The requests that were asked for.
#[view]
pub struct Calls {
    /// How many there are.
    pub found: u32,
    /// Their numbers, the oldest first.
    pub sequences: Vec<u64>,
    /// Behind which number was looked.
    pub since: u64,
}

/// A place in the history.
#[view]
pub struct Mark {
    /// The number of the last request.
    pub sequence: u64,
}
