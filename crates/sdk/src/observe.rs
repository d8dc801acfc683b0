//! What a client tells whoever watches it: for logs, for figures, for people who wait.
//!
//! ```no_run
//! use kettle_sdk::Event;
//!
//! # fn example() -> Result<(), kettle_sdk::Error> {
//! let client = kettle_sdk::Client::builder("http://127.0.0.1:8787")
//!     .observe(|event| {
//!         if let Event::Answered { request, answer, took } = event {
//!             println!("{} {} {} {took:?}", request.method(), request.uri(), answer.status());
//!         }
//!     })
//!     .build()?;
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use crate::transport::{Request, Response};

/// Something that happened to an exchange. Each attempt is an exchange of its own.
///
/// Requests and answers are whole. The key is in a header that is marked as sensitive, so that
/// `Debug` does not tell it; bodies may hold passwords, and are the observer's to be careful with.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request is about to go out.
    Sending {
        /// The request.
        request: &'a Request,
    },
    /// An answer came, whatever its status.
    Answered {
        /// What was asked.
        request: &'a Request,
        /// What came.
        answer: &'a Response,
        /// How long it took, the body included.
        took: Duration,
    },
    /// No answer came.
    Failed {
        /// What was asked.
        request: &'a Request,
        /// What happened.
        reason: &'a str,
        /// After how long.
        took: Duration,
    },
    /// The exchange before this did not do: there is another after a pause.
    Pausing {
        /// What will be asked again.
        request: &'a Request,
        /// How long.
        pause: Duration,
    },
}

/// Whoever watches. It is called in the middle of an exchange, and should not take long.
pub(crate) type Observer = dyn Fn(&Event<'_>) + Send + Sync;
