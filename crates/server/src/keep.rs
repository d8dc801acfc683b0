//! Requests that outlive the server: a file with a line of JSON for each, as it is shown, secrets
//! masked.
//!
//! It holds up nobody: requests are written down in memory first, and from there into the file, in
//! order, by a task of its own. What a killed server had not written yet, a few milliseconds of it, is
//! lost. The file has at most twice what is kept in memory, then it begins anew with that.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use control::auth::Caller;
use serde_json::{Map, Value, json};

use crate::journal::{Ask, Earlier, Entry, Heads, Journal, KEPT, KEPT_BYTES, Kept, Marks, Seen};
use crate::requests;

/// A line that says where a new beginning is.
const BEGUN: &str = "begun";

/// A file of requests.
#[derive(Debug, Clone)]
pub struct Keeping {
    path: PathBuf,
    /// What the file has said so far.
    marks: Marks,
}

impl Keeping {
    /// Takes the requests that the file has into `journal`, which has seen none yet. The file is made
    /// where there is none; a line that cannot be read is named in the log and left out.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(path: &Path, journal: &Journal) -> io::Result<Self> {
        let file = open(path, false)?;
        let (mut entries, mut begun, mut unread) = (Vec::new(), 0, 0);
        for line in BufReader::new(&file).split(b'\n') {
            let line = line?;
            let value = serde_json::from_slice::<Value>(&line).unwrap_or_default();
            match (value[BEGUN].as_u64(), entry(&value)) {
                (Some(mark), _) => begun = mark,
                (None, Some(entry)) => entries.push(entry),
                (None, None) => unread += usize::from(!line.is_empty()),
            }
        }
        if unread > 0 {
            let path = path.display();
            tracing::warn!("{path}: {unread} lines are no requests, and left out");
        }
        journal.restore(entries, begun);
        Ok(Self { path: path.to_owned(), marks: journal.marks() })
    }

    /// Writes what comes into the file, until the journal is closed and all of it is written.
    pub(crate) async fn run(mut self, journal: Journal) {
        loop {
            let mut news = pin!(journal.news());
            // From here on, whatever comes is told.
            news.as_mut().enable();
            let is_closed = journal.is_closed();
            let found = journal.find(&Ask { after: Some(self.marks.last), before: None, limit: KEPT }, |_| true);
            let marks = Marks { last: found.last, ..journal.marks() };
            if marks == self.marks {
                if is_closed {
                    return;
                }
                news.await;
                continue;
            }
            let (keeping, own) = (self.clone(), journal.clone());
            let entries = found.entries;
            let writing = move || keeping.write(&own, &entries, marks);
            match tokio::task::spawn_blocking(writing).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    let path = self.path.display();
                    tracing::warn!(%error, "{path}: cannot keep requests there");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Err(error) => tracing::error!(%error, "requests were not kept"),
            }
            self.marks = marks;
        }
    }

    fn write(&self, journal: &Journal, entries: &[Arc<Entry>], marks: Marks) -> io::Result<()> {
        let mut text = String::new();
        if marks.begun != self.marks.begun {
            text = format!("{}\n", json!({ BEGUN: marks.begun }));
        }
        for entry in entries {
            text += &format!("{}\n", requests::shown(entry, true));
        }
        let is_cleared = marks.cleared != self.marks.cleared;
        let mut file = open(&self.path, true)?;
        let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        if !is_cleared && size.saturating_add(text.len()) <= 2 * KEPT_BYTES {
            return file.write_all(text.as_bytes());
        }
        // Beside the old one first: at no moment is there less than what is kept.
        let beside = self.path.with_extension("new");
        let mut file = File::create(&beside)?;
        writeln!(file, "{}", json!({ BEGUN: marks.begun }))?;
        let after = Ask { after: Some(0), before: None, limit: KEPT };
        for entry in journal.find(&after, |entry| entry.sequence <= marks.last).entries {
            writeln!(file, "{}", requests::shown(&entry, true))?;
        }
        std::fs::rename(beside, &self.path)
    }
}

/// The file, for its owner alone.
fn open(path: &Path, appends: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).create(true).mode(0o600);
    match appends {
        true => options.append(true),
        false => options.write(true).truncate(false),
    };
    options.open(path)
}

/// A request as an earlier server has shown it.
fn entry(shown: &Value) -> Option<Entry> {
    let text = |name: &str| shown[name].as_str().unwrap_or_default();
    let at: jiff::Timestamp = text("at").parse().ok()?;
    let took = shown["duration_ms"].as_f64().unwrap_or_default();
    let (asked, told) = (&shown["request"], &shown["response"]);
    Some(Entry {
        sequence: shown["sequence"].as_u64()?,
        at: at.as_millisecond(),
        method: text("method").parse().ok()?,
        address: shown["path"].as_str()?.to_owned(),
        status: shown["status"].as_u64()?.try_into().ok()?,
        took: Duration::try_from_secs_f64(took / 1000.0).unwrap_or_default(),
        peer: text("peer").parse::<SocketAddr>().ok(),
        seen: seen(shown),
        heads: Heads::shown_before(&headers(asked), &headers(told)),
        request: body(asked),
        response: body(told),
    })
}

/// What was found out about it on its way.
fn seen(shown: &Value) -> Seen {
    let seen = Seen::default();
    let operation = shown["operation"].as_str();
    if let Some(known) = api::operations().find(|known| Some(known.op.id) == operation) {
        seen.note_operation(known.op.id);
    }
    if let Some(id) = shown["user"]["id"].as_str().and_then(|id| id.parse().ok()) {
        let text = |name: &str| shown["user"][name].as_str().unwrap_or_default().to_owned();
        let mut caller = Caller::nobody();
        // Which account it was is not shown: any but nobody's.
        (caller.account, caller.user) = (1, id);
        (caller.name, caller.email) = (text("name"), text("email"));
        seen.note_caller(&Arc::new(caller));
    }
    let faults = shown["faults"].as_array().into_iter().flatten();
    let faults: Vec<_> = faults.filter_map(|did| did.as_str().map(str::to_owned)).collect();
    if !faults.is_empty() {
        seen.note_faults(faults);
    }
    seen
}

fn headers(way: &Value) -> Vec<(String, String)> {
    let headers = way["headers"].as_object().into_iter().flat_map(Map::iter);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    headers.map(|(name, value)| (name.clone(), text(value))).collect()
}

fn body(way: &Value) -> Kept {
    let Some(whole) = way["bytes"].as_u64() else { return Kept::default() };
    let shown = match (&way["json"], &way["text"]) {
        (Value::Null, Value::String(text)) => text.clone(),
        (json, _) => json.to_string(),
    };
    let earlier = Earlier { is_cut: way["cut"] == true, is_masked: way["masked"] == true };
    Kept::shown_before(shown, usize::try_from(whole).unwrap_or(usize::MAX), earlier)
}
