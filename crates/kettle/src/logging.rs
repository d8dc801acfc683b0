//! What is told on standard error while a server runs: lines for people.
//!
//! Whoever holds a server's standard error and does not read it must not hold up the server: lines
//! are written by a thread of their own, and lost where too many wait.

use std::cmp::Reverse;
use std::fmt::{self, Write as _};
use std::io::{IsTerminal, Write};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::Clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

/// The variable that says how much is told.
const VARIABLE: &str = "KETTLE_LOG";
/// How many bytes of lines may wait to be written.
const WAITING: usize = 4 << 20;
/// How long lines are gathered after one was written: a thread that is woken, and a write, for each
/// request cost a fifth of what it takes to answer it.
const TOGETHER: Duration = Duration::from_millis(10);
/// How many want to hear nothing but warnings.
static HUSHED: AtomicUsize = AtomicUsize::new(0);
/// How long most lines are at most.
const LINE: usize = 120;
/// The module of the library that speaks S3.
const QUIET: &str = "s3s";
/// How long the last lines are given.
const LAST: Duration = Duration::from_secs(1);

/// As long as this is there, only warnings and errors are told.
pub(crate) struct Hush(());

/// Has nothing told but warnings: not the requests by which a server is given what it begins with.
pub(crate) fn hush() -> Hush {
    HUSHED.fetch_add(1, SeqCst);
    Hush(())
}

impl Drop for Hush {
    fn drop(&mut self) {
        HUSHED.fetch_sub(1, SeqCst);
    }
}

/// Starts the log; `KETTLE_LOG` says how much of it there is, as in `KETTLE_LOG=debug`, unless that
/// is settled by `quiet`. What is told is written by the time that this is dropped.
pub(crate) fn start(default: LevelFilter, quiet: bool) -> Log {
    let default = if quiet { LevelFilter::WARN } else { default };
    let asked = std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty() && !quiet);
    let filter = asked.map(|text| filter(&text)).transpose().unwrap_or_else(|wrong| {
        crate::tell("warning", format_args!("{VARIABLE}: {wrong}; it counts as {default}"));
        None
    });
    let filter = filter.unwrap_or_else(|| Filter::new(vec![(String::new(), default)]));
    let (sender, lines) = channel();
    let out = Out { lines: sender, waiting: Arc::default(), lost: Arc::default() };
    let (waiting, lost) = (out.waiting.clone(), out.lost.clone());
    std::thread::spawn(move || write(&lines, &waiting, &lost));
    let log = Log(out.lines.clone());
    let lines = Lines {
        filter,
        clock: Clock::system(),
        zone: TimeZone::system(),
        has_colors: std::io::stderr().is_terminal(),
        second: Mutex::default(),
        out,
    };
    // A process has one log.
    let _ = tracing::subscriber::set_global_default(lines);
    log
}

/// How much is told: of what begins with this word, up to this level. The longest word comes first,
/// and counts.
struct Filter(Vec<(String, LevelFilter)>);

impl Filter {
    /// What is asked for, by words. Each refusal is an error to [`QUIET`], which is heard only where it is
    /// named.
    fn new(mut levels: Vec<(String, LevelFilter)>) -> Self {
        if levels.iter().all(|(word, _)| !word.starts_with(QUIET)) {
            levels.push((QUIET.to_owned(), LevelFilter::OFF));
        }
        levels.sort_by_key(|(word, _)| Reverse(word.len()));
        Self(levels)
    }

    fn level(&self, target: &str) -> LevelFilter {
        let found = self.0.iter().find(|(word, _)| target.starts_with(word));
        found.map_or(LevelFilter::OFF, |(_, level)| *level)
    }
}

/// What is asked for: a level, and others for some modules, as in `info,server=debug`. A word alone
/// is a level: were it the name of a module, all else would be silent by a slip.
fn filter(text: &str) -> Result<Filter, String> {
    let wrong =
        |text| format!("`{text}` is no level; there are off, error, warn, info, debug and trace");
    let mut levels = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (word, level) = match part.split_once('=') {
            None => ("", part.parse().map_err(|_| wrong(part))?),
            Some((word, level)) => {
                let unread = |_| format!("`{part}` cannot be read: {}", wrong(level));
                (word.trim(), level.trim().parse().map_err(unread)?)
            }
        };
        levels.push((word.to_owned(), level));
    }
    // Of two for the same word, the last.
    levels.reverse();
    Ok(Filter::new(levels))
}

/// A log that runs.
pub(crate) struct Log(Sender<Told>);

impl Drop for Log {
    fn drop(&mut self) {
        let (done, written) = channel();
        if self.0.send(Told::Done(done)).is_ok() {
            // In time or not: whoever does not read them does without.
            let _ = written.recv_timeout(LAST);
        }
    }
}

enum Told {
    Line(String),
    /// All that came before is to be written; answered when it is.
    Done(Sender<()>),
}

struct Out {
    lines: Sender<Told>,
    waiting: Arc<AtomicUsize>,
    lost: Arc<AtomicUsize>,
}

impl Out {
    fn line(&self, line: String) {
        if self.waiting.fetch_add(line.len(), SeqCst) > WAITING {
            self.waiting.fetch_sub(line.len(), SeqCst);
            self.lost.fetch_add(1, SeqCst);
        } else {
            // The thread lives as long as the process.
            let _ = self.lines.send(Told::Line(line));
        }
    }
}

/// Writes lines as they come, and those that come quickly one after the other together. Where nobody
/// is left to read them, there is nobody to be told so.
fn write(lines: &Receiver<Told>, waiting: &AtomicUsize, lost: &AtomicUsize) {
    while let Ok(first) = lines.recv() {
        let mut gathered = Vec::new();
        for told in std::iter::once(first).chain(lines.try_iter()) {
            match told {
                Told::Line(line) => gathered.extend_from_slice(line.as_bytes()),
                Told::Done(done) => {
                    write_all(&mut gathered, waiting, lost);
                    let _ = done.send(());
                }
            }
        }
        write_all(&mut gathered, waiting, lost);
        std::thread::sleep(TOGETHER);
    }
}

fn write_all(gathered: &mut Vec<u8>, waiting: &AtomicUsize, lost: &AtomicUsize) {
    let mut err = std::io::stderr();
    let _ = err.write_all(gathered);
    waiting.fetch_sub(gathered.len(), SeqCst);
    gathered.clear();
    match lost.swap(0, SeqCst) {
        0 => {}
        n => drop(writeln!(err, "... {n} lines are missing: they were not read in time")),
    }
}

/// `12:03:44 POST /v2/instances 400 1.2ms Invalid region.`, and `12:03:44 warning: ...` for what is
/// to be looked at.
struct Lines {
    filter: Filter,
    clock: Clock,
    zone: TimeZone,
    has_colors: bool,
    /// The second of the line before, and how that is told: many lines are of the same.
    second: Mutex<(i64, String)>,
    out: Out,
}

impl Lines {
    /// The time of day, as a line begins with it.
    fn time(&self) -> String {
        let now = self.clock.now();
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        if second.0 != now / 1000 {
            let then = Timestamp::from_millisecond(now).unwrap_or_default();
            let then = then.to_zoned(self.zone.clone());
            let told = format!("{:02}:{:02}:{:02} ", then.hour(), then.minute(), then.second());
            *second = (now / 1000, told);
        }
        second.1.clone()
    }
}

impl Subscriber for Lines {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !metadata.is_span() && *metadata.level() <= self.filter.level(metadata.target())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.filter.0.iter().map(|(_, level)| *level).max()
    }

    fn event(&self, event: &Event<'_>) {
        let is_warning = *event.metadata().level() <= Level::WARN;
        if !is_warning && HUSHED.load(SeqCst) > 0 {
            return;
        }
        let word = match (*event.metadata().level(), self.has_colors) {
            (Level::ERROR, true) => "\u{1b}[31merror: \u{1b}[0m",
            (Level::ERROR, false) => "error: ",
            (Level::WARN, true) => "\u{1b}[33mwarning: \u{1b}[0m",
            (Level::WARN, false) => "warning: ",
            _ => "",
        };
        let mut line = String::with_capacity(LINE);
        line.push_str(&self.time());
        line.push_str(word);
        let mut words = Words { start: line.len(), line };
        event.record(&mut words);
        let Words { start, mut line } = words;
        // Part of it is what callers sent; mostly there is nothing to be cleaned.
        if !line[start..].bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            line.replace_range(start.., &presentation::text::clean(&line[start..]));
        }
        line.push('\n');
        self.out.line(line);
    }

    // Nobody is told of spans.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What an event says: its message as it is, and the rest as `name=value`.
struct Words {
    line: String,
    /// Where they begin in the line.
    start: usize,
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.line.len() > self.start {
            self.line.push(' ');
        }
        // Nothing fails that is written into a text.
        let _ = match field.name() {
            "message" => write!(self.line, "{value:?}"),
            name => write!(self.line, "{name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_refused_and_finer_words_are_understood() {
        for text in ["debug", "DEBUG", " info ", "off", "info,server=debug", "server::route=trace"]
        {
            assert!(filter(text).is_ok(), "{text}");
        }
        for (text, wrong) in
            [("verbose", "`verbose`"), ("info,server", "`server`"), ("a=b", "`a=b`")]
        {
            assert!(filter(text).err().unwrap().contains(wrong), "{text}");
        }
    }

    #[test]
    fn the_longest_word_that_a_module_begins_with_settles_its_level() {
        let level = |text: &str, target: &str| filter(text).ok().unwrap().level(target).to_string();
        assert_eq!(level("info,server=debug", "server::journal"), "debug");
        assert_eq!(level("server=debug,info", "store"), "info");
        assert_eq!(level("server::route=trace , server=warn", "server::route"), "trace");
        assert_eq!(level("server=debug", "store"), "off");
        assert_eq!(level("info,warn", "store"), "warn", "of two, the last");
        assert_eq!(level("debug", "s3s::ops"), "off", "what is refused is no error of ours");
        assert_eq!(level("info,s3s=debug", "s3s::ops"), "debug");
    }

    #[test]
    fn a_line_has_the_time_its_rank_and_what_was_said() {
        let said = |level: &str| {
            let (sender, lines) = channel();
            let out = Out { lines: sender, waiting: Arc::default(), lost: Arc::default() };
            let clock = Clock::system();
            let filter = filter(level).ok().unwrap();
            let (zone, second) = (TimeZone::UTC, Mutex::default());
            let log = Lines { filter, clock, zone, has_colors: false, second, out };
            tracing::subscriber::with_default(log, || {
                let span = tracing::info_span!("unheard");
                let _entered = span.enter();
                tracing::warn!(error = %"no room", times = 2, "cannot write {}", "x\u{1b}[1m");
                tracing::debug!(target: "requests", "GET /");
            });
            let line = |told| match told {
                Told::Line(line) => line.split_at(9).1.to_owned(),
                Told::Done(_) => unreachable!("nobody asked"),
            };
            lines.into_iter().map(line).collect::<Vec<_>>()
        };
        let warning = said("info").concat();
        assert!(warning.starts_with("warning: cannot write x"), "{warning}");
        assert!(warning.ends_with(" error=no room times=2\n") && !warning.contains('\u{1b}'));
        assert_eq!(said("error,requests=debug"), ["GET /\n"]);
    }
}
