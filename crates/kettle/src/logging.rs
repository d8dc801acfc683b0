//! What is told on standard error while a server runs: lines for people.
//!
//! Whoever holds a server's standard error and does not read it must not hold up the server: lines
//! are written by a thread of their own, and lost where too many wait.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use engine::Clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The variable that says how much is told.
const VARIABLE: &str = "KETTLE_LOG";
/// How many bytes of lines may wait to be written.
const WAITING: usize = 4 << 20;
/// How long lines are gathered after one was written: a thread that is woken, and a write, for each
/// request cost a fifth of what it takes to answer it.
const TOGETHER: Duration = Duration::from_millis(10);
/// How long the last lines are given.
const LAST: Duration = Duration::from_secs(1);

/// Starts the log; `KETTLE_LOG` says how much of it there is, as in `KETTLE_LOG=debug`, unless that
/// is settled by `quiet`. What is told is written by the time that this is dropped.
pub(crate) fn start(default: &str, quiet: bool) -> Log {
    let default = if quiet { "warn" } else { default };
    let asked = std::env::var(VARIABLE).ok().filter(|text| !text.trim().is_empty() && !quiet);
    let filter = asked.map(|text| filter(&text)).transpose().unwrap_or_else(|wrong| {
        crate::tell("warning", format_args!("{VARIABLE}: {wrong}; it counts as {default}"));
        None
    });
    let filter = filter.unwrap_or_else(|| EnvFilter::new(default));
    let (sender, lines) = channel();
    let out = Out { lines: sender, waiting: Arc::default(), lost: Arc::default() };
    let (waiting, lost) = (out.waiting.clone(), out.lost.clone());
    std::thread::spawn(move || write(&lines, &waiting, &lost));
    let log = Log(out.lines.clone());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || out.clone())
        .with_ansi(std::io::stderr().is_terminal())
        .event_format(Lines { clock: Clock::system(), zone: TimeZone::system() })
        .init();
    log
}

/// What is asked for: a level, or more than that in tracing's own words, as in `info,server=debug`.
/// A word alone is a level: were it the name of a module, all else would be silent by a slip.
fn filter(text: &str) -> Result<EnvFilter, String> {
    let is_wrong = |part: &&str| match part.contains(['=', '[', ']', '{', '}']) {
        true => false,
        false => part.parse::<LevelFilter>().is_err(),
    };
    if let Some(wrong) = text.split(',').map(str::trim).find(is_wrong) {
        return Err(format!(
            "`{wrong}` is no level; there are off, error, warn, info, debug and trace"
        ));
    }
    EnvFilter::try_new(text).map_err(|error| format!("`{text}` cannot be read: {error}"))
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
    Line(Vec<u8>),
    /// All that came before is to be written; answered when it is.
    Done(Sender<()>),
}

#[derive(Clone)]
struct Out {
    lines: Sender<Told>,
    waiting: Arc<AtomicUsize>,
    lost: Arc<AtomicUsize>,
}

impl Write for Out {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        if self.waiting.fetch_add(line.len(), SeqCst) > WAITING {
            self.waiting.fetch_sub(line.len(), SeqCst);
            self.lost.fetch_add(1, SeqCst);
        } else {
            // The thread lives as long as the process.
            let _ = self.lines.send(Told::Line(line.to_vec()));
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes lines as they come, and those that come quickly one after the other together. Where nobody
/// is left to read them, there is nobody to be told so.
fn write(lines: &Receiver<Told>, waiting: &AtomicUsize, lost: &AtomicUsize) {
    while let Ok(first) = lines.recv() {
        let mut gathered = Vec::new();
        for told in std::iter::once(first).chain(lines.try_iter()) {
            match told {
                Told::Line(line) => gathered.extend_from_slice(&line),
                Told::Done(done) => {
                    write_all(&mut gathered, waiting, lost);
                    drop(done.send(()));
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
    clock: Clock,
    zone: TimeZone,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        cx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut text = String::new();
        cx.format_fields(Writer::new(&mut text), event)?;
        let now = Timestamp::from_millisecond(self.clock.now()).unwrap_or_default();
        let now = now.to_zoned(self.zone.clone());
        write!(writer, "{:02}:{:02}:{:02} ", now.hour(), now.minute(), now.second())?;
        let (word, color) = match *event.metadata().level() {
            Level::ERROR => ("error: ", "31"),
            Level::WARN => ("warning: ", "33"),
            _ => ("", ""),
        };
        match writer.has_ansi_escapes() && !word.is_empty() {
            true => write!(writer, "\u{1b}[{color}m{word}\u{1b}[0m")?,
            false => writer.write_str(word)?,
        }
        // Part of it is what callers sent.
        writeln!(writer, "{}", cli::clean(&text))
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
            assert!(filter(text).unwrap_err().contains(wrong), "{text}");
        }
    }
}
