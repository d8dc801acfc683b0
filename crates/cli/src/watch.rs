//! What people are told on standard error while requests are under way: each request and answer
//! where they asked for it, and that there is no answer yet where they watch.
//!
//! It must never tell a key or a password.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::mask;
use clap::ArgMatches;
use presentation::text::{clean, clean_lines};
use sdk::Event;
use sdk::transport::{Request, Response};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::globals::VERBOSE;

/// When it is first said that there is no answer, and how long until it is said again.
const FIRST: Duration = Duration::from_secs(3);
const AGAIN: Duration = Duration::from_secs(10);
/// How many characters of a body are shown.
const SHOWN: usize = 16_384;
const MASK: &str = "***";
/// Headers that are always the same, or tell what is shown otherwise.
const SAME: &[&str] = &[
    "content-length",
    "content-security-policy",
    "date",
    "user-agent",
    "x-content-type-options",
    "x-frame-options",
    "x-robots-tag",
];

/// Takes a line, without its end.
type Say = dyn Fn(&str) + Send + Sync;

/// Watches the exchanges of a run.
#[derive(Clone)]
pub struct Watch {
    say: Arc<Say>,
    verbose: bool,
    /// Whether to say that an answer is missing.
    slow: bool,
    pending: Arc<Mutex<Pending>>,
    changed: Arc<Notify>,
}

#[derive(Default)]
struct Pending {
    /// What there is no answer to yet.
    calls: Vec<Call>,
    /// The one that was answered last: it may be tried again.
    last: Option<Call>,
}

#[derive(Clone)]
struct Call {
    what: String,
    since: Instant,
    due: Instant,
}

impl Watch {
    /// One that says nothing yet, and will say it to `say`.
    pub fn new(say: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let (pending, changed) = Default::default();
        Self { say: Arc::new(say), verbose: false, slow: false, pending, changed }
    }

    /// One that says it on standard error.
    pub fn of_process() -> Self {
        use std::io::Write;
        // Nobody may be there to read it.
        Self::new(|line| drop(writeln!(std::io::stderr(), "{line}")))
    }

    /// One that shows each request and answer where the options say so, and else to `somebody` that
    /// there is no answer yet.
    #[must_use]
    pub fn as_asked(mut self, matches: &ArgMatches, somebody: bool) -> Self {
        self.verbose = matches.get_flag(VERBOSE);
        self.slow = somebody && !self.verbose;
        self
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// What is to hear of a client's exchanges.
    pub fn observer(&self) -> impl Fn(&Event<'_>) + Send + Sync + 'static {
        let watch = self.clone();
        move |event| {
            watch.follow(event);
            if watch.verbose {
                (watch.say)(shown(event).trim_end());
            }
        }
    }

    /// Carries out `work`, and says so where an answer to one of its requests is long in coming.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        if !self.slow {
            return work.await;
        }
        tokio::select! {
            biased;
            done = work => done,
            never = self.tell_slow() => match never {},
        }
    }

    async fn tell_slow(&self) -> std::convert::Infallible {
        loop {
            let due = self.lock().calls.iter().map(|call| call.due).min();
            match due {
                None => self.changed.notified().await,
                Some(due) => tokio::select! {
                    () = tokio::time::sleep_until(due) => self.tell_due(),
                    () = self.changed.notified() => {}
                },
            }
        }
    }

    fn tell_due(&self) {
        let now = Instant::now();
        for call in self.lock().calls.iter_mut().filter(|call| call.due <= now) {
            let seconds = (now - call.since).as_secs();
            (self.say)(&clean(&format!("still waiting for {}, {seconds} s", call.what)));
            call.due = now + AGAIN;
        }
    }

    fn follow(&self, event: &Event<'_>) {
        let mut pending = self.lock();
        match event {
            Event::Sending { request } => {
                let (what, since) = (name(request), Instant::now());
                let again = pending.calls.iter().any(|call| call.what == what);
                if !again {
                    pending.calls.push(Call { what, since, due: since + FIRST });
                }
            }
            Event::Answered { request, .. } | Event::Failed { request, .. } => {
                let what = name(request);
                let own = pending.calls.iter().position(|call| call.what == what);
                pending.last = own.map(|own| pending.calls.remove(own));
            }
            Event::Pausing { request, .. } => {
                let what = name(request);
                if let Some(call) = pending.last.take().filter(|call| call.what == what) {
                    pending.calls.push(call);
                }
            }
            _ => {}
        }
        drop(pending);
        self.changed.notify_one();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request in a line; its query tells nothing of who keeps silent.
fn name(request: &Request) -> String {
    let uri = request.uri().to_string();
    format!("{} {}", request.method(), uri.split('?').next().unwrap_or_default())
}

/// An event in lines.
fn shown(event: &Event<'_>) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = match event {
        Event::Sending { request } => {
            let uri = clean(&mask::path(&request.uri().to_string()));
            let line = writeln!(text, "> {} {uri}", request.method());
            lines(&mut text, ">", request.headers(), &mask::body(request.body(), true));
            line
        }
        Event::Answered { answer, took, .. } => {
            let line = writeln!(text, "< {} in {}", answer.status(), time(*took));
            answer_lines(&mut text, answer);
            line
        }
        Event::Failed { reason, took, .. } => {
            writeln!(text, "< no answer: {}, after {}", clean(reason), time(*took))
        }
        Event::Pausing { pause, .. } => writeln!(text, "* trying again in {}", time(*pause)),
        _ => Ok(()),
    };
    text
}

fn answer_lines(text: &mut String, answer: &Response) {
    lines(text, "<", answer.headers(), &mask::answer(answer.body()));
}

fn lines(text: &mut String, mark: &str, headers: &http::HeaderMap, body: &str) {
    for (name, value) in headers.iter().filter(|(name, _)| !SAME.contains(&name.as_str())) {
        let value = match (value.is_sensitive(), name.as_str()) {
            (true, "authorization") => format!("Bearer {MASK}"),
            (true, _) | (false, "set-cookie") => MASK.to_owned(),
            (false, _) => clean(&String::from_utf8_lossy(value.as_bytes())),
        };
        let _ = writeln!(text, "{mark} {name}: {value}");
    }
    if !body.is_empty() {
        let all = body.chars().count();
        let mut shown: String = body.chars().take(SHOWN).collect();
        if all > SHOWN {
            let _ = write!(shown, " … and {} characters more", all - SHOWN);
        }
        for line in clean_lines(&shown).lines() {
            let _ = writeln!(text, "{mark} {line}");
        }
    }
}

fn time(time: Duration) -> String {
    match time.as_millis() {
        ..10 => format!("{:.1} ms", time.as_secs_f64() * 1000.0),
        10..10_000 => format!("{} ms", time.as_millis()),
        _ => format!("{} s", time.as_secs()),
    }
}
