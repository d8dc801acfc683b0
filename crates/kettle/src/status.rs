//! `kettle status`: whether a server runs, where, and what there is.

use std::time::Duration;

use clap::{ArgMatches, Command};
use cli::{Exit, Failure, Watch};
use engine::Clock;
use sdk::config::{Target, process_env};
use sdk::{Client, Error};
use serde_json::{Map, Value, json};

use crate::home::Home;
use crate::settings;

pub(crate) const NAME: &str = "status";
const PATH: &str = "/_kettle/status";
/// How long a server may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Tell whether a server runs, where, and what there is")
        .after_help("The exit status is 0 where one runs, and 8 where none does.")
        .arg(data_arg())
}

/// `--data`, for commands that ask a server.
pub(crate) fn data_arg() -> clap::Arg {
    settings::data_arg().help(
        "The server that runs on this data directory [default: KETTLE_DATA, or the user's data \
         directory]",
    )
}

/// A server that may be there, and its owner's key.
pub(crate) struct Asked {
    pub(crate) target: Target,
    client: Client,
}

impl Asked {
    /// The one that the command line means.
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, Failure> {
        let target =
            cli::target(matches, &process_env).map_err(|e| Failure::usage(e.to_string()))?;
        let watch = Watch::of_process().as_asked(matches, false);
        let client = cli::builder(matches, &target, &watch).build()?;
        Ok(Self { target, client })
    }

    /// What asks it.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Its data directory, where that is on this machine.
    pub(crate) fn home(&self) -> Option<Home> {
        Home::new(Some(&self.target.data_dir()?.to_owned())).ok()
    }

    /// Refuses to go on where the data directory's server is meant, and none runs.
    pub(crate) fn must_be_served(&self) -> Result<(), Failure> {
        self.target.when_unserved().map_or(Ok(()), |text| Err(Failure::Nobody(text)))
    }

    /// What it answers; a refusal is an error.
    pub(crate) async fn ask(&self, method: api::Method, path: &str) -> Result<String, Failure> {
        let answer = self.client.raw(method.clone(), path, None).await?;
        if answer.status.is_success() {
            return Ok(answer.body);
        }
        let status = answer.status.as_u16();
        let refusal = serde_json::from_str::<api::ApiError>(&answer.body);
        let error = match refusal {
            _ if status == 404 => format!(
                "what answers at {} is no Kettle, or an older one ({method} {path} is 404)",
                self.client.endpoint()
            ),
            Ok(refusal) => refusal.error,
            Err(_) => format!("{method} {path} is answered with {}", answer.status),
        };
        let request = format!("{method} {path}");
        Err(Error::Refused(sdk::Refusal { request, error, status }).into())
    }

    /// How it is.
    pub(crate) async fn status(&self) -> Result<Map<String, Value>, Failure> {
        let asked = tokio::time::timeout(PATIENCE, self.ask(api::Method::GET, PATH)).await;
        let late = || {
            let text = format!("{} does not answer within {PATIENCE:?}", self.target.endpoint);
            Failure::Answer(text)
        };
        let body = asked.map_err(|_| late())??;
        serde_json::from_str(&body)
            .map_err(|error| Failure::Answer(format!("{PATH} cannot be read: {error}")))
    }
}

pub(crate) async fn run(matches: &ArgMatches) -> Result<Exit, Failure> {
    let asked = Asked::new(matches)?;
    let is_json = cli::wants_json(matches)?;
    let home = asked.home();
    let status = match asked.status().await {
        Ok(status) => status,
        Err(failure) => {
            if is_json && failure.exit() == Exit::Transport {
                let data = home.map(|home| home.path().display().to_string());
                cli::print_json(&json!({ "running": false, "data": data }))?;
            }
            if failure.exit() == Exit::Transport {
                asked.must_be_served()?;
            }
            return Err(failure);
        }
    };
    let mut told = Map::new();
    told.insert("running".into(), true.into());
    told.insert("url".into(), asked.target.endpoint.clone().into());
    if let Some(home) = &home {
        told.insert("data".into(), home.path().display().to_string().into());
        told.insert("size_bytes".into(), home.size().into());
    }
    told.extend(status);
    match is_json {
        true => cli::print_json(&told.into())?,
        false => cli::print_text(&text(&told))?,
    }
    Ok(Exit::Ok)
}

fn text(told: &Map<String, Value>) -> String {
    let field = |name: &str| match &told.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "?".into(),
    };
    let mut text = format!("Kettle {} runs at {}\n", field("version"), field("url"));
    let mut line = |name: &str, value: String| text += &format!("  {name:<8} {value}\n");
    line("process", field("pid"));
    line("since", since(&field("since")));
    if told.contains_key("data") {
        let bytes = told.get("size_bytes").and_then(Value::as_u64).unwrap_or_default();
        line("data", format!("{} ({} on disk)", field("data"), size(bytes)));
    }
    if !field("state").starts_with(&field("data")) {
        line("state", field("state"));
    }
    for (name, address) in told.get("fronts").and_then(Value::as_object).into_iter().flatten() {
        line(name, address.as_str().unwrap_or_default().to_owned());
    }
    for real in told.get("real").and_then(Value::as_array).into_iter().flatten() {
        line("real", real.as_str().unwrap_or_default().to_owned());
    }
    line("behaves", field("behave"));
    if let Some(clock) = told.get("clock").and_then(Value::as_object) {
        line("clock", turned(clock));
    }
    line("requests", field("calls"));
    line("holds", things(told).unwrap_or_else(|| "nothing yet".into()));
    text + &stuck(told) + &complaints(told)
}

/// What a clock shows that goes otherwise than the system's.
pub(crate) fn turned(clock: &Map<String, Value>) -> String {
    let time = clock.get("time").and_then(Value::as_str).unwrap_or_default();
    match clock.get("rate").and_then(Value::as_f64).unwrap_or_default() {
        0.0 => format!("stands still at {time} (`kettle world clock advance 1d` turns it)"),
        1.0 => format!("runs from another time on: {time}"),
        rate => format!("{time}, {rate} seconds in one"),
    }
}

/// What does not do what it should though it stands as it was told to be.
fn complaints(told: &Map<String, Value>) -> String {
    let all = told.get("complaints").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut text = String::new();
    for one in all.iter().take(STUCK) {
        let field = |name: &str| one[name].as_str().unwrap_or_default();
        text += &format!("  ails     {}\n           {}\n", field("id"), field("says"));
    }
    if all.len() > STUCK {
        text += &format!("           and {} more (-o json)\n", all.len() - STUCK);
    }
    text
}

/// How many things are told that are stuck; the server's own answer has some more.
const STUCK: usize = 5;

/// What is stuck: which thing and since when, and below that why and whether it is tried again.
fn stuck(told: &Map<String, Value>) -> String {
    let all = told.get("stuck").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut text = String::new();
    for one in all.iter().take(STUCK) {
        let field = |name: &str| one[name].as_str().unwrap_or_default();
        let kind = field("kind").replace('-', " ");
        let since = match field("since") {
            "" => String::new(),
            time => format!(", since {}", since(time)),
        };
        let again = match (field("retry_at"), one["tries"].as_u64().unwrap_or_default()) {
            ("", _) => "not tried again before it is changed".to_owned(),
            (_, tries) => format!("tried {tries} times, and again"),
        };
        text += &format!("  stuck    {kind} {}{since}\n", field("id"));
        text += &format!("           {}\n           {again}\n", field("why"));
    }
    if all.len() > STUCK {
        text += &format!("           and {} more (-o json)\n", all.len() - STUCK);
    }
    text
}

/// `2 instances, 1 domain`; none where there is nothing.
pub(crate) fn things(status: &Map<String, Value>) -> Option<String> {
    let things = status.get("things").and_then(Value::as_object)?;
    let counted = things.iter().map(|(kind, n)| {
        let kind = kind.replace('-', " ");
        let plural = match n.as_u64() {
            Some(1) => "",
            _ if kind.ends_with('s') => "es",
            _ => "s",
        };
        format!("{n} {kind}{plural}")
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    (!counted.is_empty()).then_some(counted)
}

/// A point in time as this machine's clocks show it, and how long ago that was.
fn since(time: &str) -> String {
    let Ok(then) = time.parse::<jiff::Timestamp>() else { return time.to_owned() };
    let shown =
        then.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let seconds = (Clock::system().now() - then.as_millisecond()).max(0) / 1000;
    let ago = match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    };
    format!("{shown} ({ago})")
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    let mut rest = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if rest < 1000.0 {
            let digits = usize::from(unit != "B" && rest < 10.0);
            return format!("{rest:.digits$} {unit}");
        }
        rest /= 1000.0;
    }
    format!("{rest:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_things_are_for_people() {
        let sizes = [0, 999, 4_096, 1_234_567, 5_000_000_000_000].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "4.1 kB", "1.2 MB", "5.0 TB"]);
        let status = |things: Value| json!({ "things": things }).as_object().cloned().unwrap();
        assert_eq!(things(&status(json!({}))), None);
        let some = status(json!({ "instance": 2, "ssh-key": 1, "bare-metal": 3 }));
        assert_eq!(things(&some).unwrap(), "2 instances, 1 ssh key, 3 bare metals");
    }

    #[test]
    fn what_is_stuck_is_told_with_why_and_whether_it_is_tried_again() {
        let never = json!({"kind": "bare-metal", "id": "i", "why": "no such system", "tries": 1});
        let again = json!({"kind": "instance", "id": "j", "why": "no room", "tries": 4,
            "retry_at": "2026-11-21T09:30:00Z"});
        let told = json!({ "stuck": [never, again] });
        let expected = "  stuck    bare metal i\n           no such system\n           \
                        not tried again before it is changed\n  stuck    instance j\n           \
                        no room\n           tried 4 times, and again\n";
        assert_eq!(stuck(told.as_object().unwrap()), expected);
        let many = json!({ "stuck": vec![json!({"kind": "x"}); 7] });
        assert!(stuck(many.as_object().unwrap()).ends_with("and 2 more (-o json)\n"));
        assert_eq!(stuck(&Map::new()), "");
        let ill = json!({"id": "i", "says": "the load balancer sends nothing to j: it is off"});
        let told = json!({ "complaints": vec![ill; 6] });
        let text = complaints(told.as_object().unwrap());
        let first = "  ails     i\n           the load balancer sends nothing to j: it is off\n";
        assert!(text.starts_with(first) && text.ends_with("and 1 more (-o json)\n"), "{text}");
        assert_eq!(complaints(&Map::new()), "");
    }
}
