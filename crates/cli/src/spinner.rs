//! A line on standard error that turns while something is waited for, and is gone afterwards.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use unicode_width::UnicodeWidthChar;

const FRAMES: &str = "⠁⠁⠉⠙⠚⠒⠂⠂⠒⠲⠴⠤⠄⠄⠤⠠⠠⠤⠦⠖⠒⠐⠐⠒⠓⠋⠉⠈⠈";
const TICK: Duration = Duration::from_millis(120);
/// To the beginning of the line, which is emptied.
const ANEW: &str = "\r\u{1b}[K";

/// However waiting ends, the line is gone when this is dropped.
pub(crate) struct Spinner(Option<(Sender<String>, JoinHandle<()>)>);

impl Spinner {
    /// One that is seen, or one that is not.
    pub(crate) fn new(is_seen: bool) -> Self {
        let term = sdk::config::process_env("TERM").unwrap_or_default();
        Self((is_seen && term != "dumb").then(|| {
            let (sender, words) = channel();
            (sender, std::thread::spawn(move || turn(&words, &mut io::stderr(), columns)))
        }))
    }

    /// Says this from now on.
    pub(crate) fn say(&self, words: String) {
        if let Some((sender, _)) = &self.0 {
            // It turns as long as there is this.
            let _ = sender.send(words);
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.0.take() {
            drop(sender);
            let _ = thread.join();
        }
    }
}

fn columns() -> usize {
    terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| usize::from(width.0))
}

/// Turns until there is nobody left to say anything. Who cannot be told does without.
fn turn(words: &Receiver<String>, out: &mut dyn Write, columns: fn() -> usize) {
    let mut said = String::new();
    for frame in FRAMES.chars().cycle() {
        match words.recv_timeout(TICK) {
            Ok(words) => said = words,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let line = fitting(&format!("{frame} {said}"), columns());
        let _ = write!(out, "{ANEW}{line}").and_then(|()| out.flush());
    }
    let _ = write!(out, "{ANEW}").and_then(|()| out.flush());
}

/// As much of a line as does not reach the last column: what is longer could not be taken back.
fn fitting(line: &str, columns: usize) -> String {
    let mut width = 0;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width < columns
    };
    line.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_last_is_shown_on_one_line_which_is_gone_in_the_end() {
        let (sender, words) = channel();
        sender.send("instance a: pending, 1 s".to_owned()).unwrap();
        sender.send("a line that has no room".to_owned()).unwrap();
        drop(sender);
        let mut out = Vec::new();
        turn(&words, &mut out, || 28);
        let out = String::from_utf8(out).unwrap();
        let mut lines = out.split(ANEW);
        assert_eq!(lines.next(), Some(""));
        assert_eq!(lines.next(), Some("⠁ instance a: pending, 1 s"));
        assert_eq!(lines.next(), Some("⠁ a line that has no room"));
        assert_eq!((lines.next(), lines.next()), (Some(""), None));
        assert_eq!(fitting("⠁ ab漢字", 6), "⠁ ab");
        assert_eq!(fitting("⠁ ab漢字", 7), "⠁ ab漢");
    }
}
