//! `kettle log`: the last requests of the server that runs, and those to come.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use cli::{Exit, Failure};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use crate::status::{Asked, data_arg};

pub(crate) const NAME: &str = "log";
const FOLLOW: &str = "follow";
const JSON: &str = "json";
const FAILED: &str = "failed";
const NUMBER: &str = "number";
const HAR: &str = "har";
const GROUP: &str = "group";
/// How long one question waits for the next request, in seconds.
const WAIT: u32 = 25;
/// How long to wait before asking again where nothing came, and where nobody was there.
const PAUSE: Duration = Duration::from_millis(50);
const LOOK: Duration = Duration::from_millis(500);

pub(crate) fn command() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let number = Arg::new(NUMBER)
        .short('n')
        .long("lines")
        .value_name("N")
        .value_parser(clap::value_parser!(u32).range(0..=1000))
        .default_value("20")
        .help("Show so many of the last ones");
    let group = Arg::new(GROUP)
        .value_name("GROUP")
        .help("Only requests of this group (instance, vm), or below this path (/v2/instances)");
    Command::new(NAME)
        .about("Show the last requests and what they were answered")
        .after_help(
            "The server keeps the last 1,000, of at most 16 MB in all, until it ends (`serve --keep-requests`: \
             longer). -f goes on where \
             it stops and another one starts on the data directory. --json has bodies, too, with *** \
             in the place of secrets.",
        )
        .arg(group)
        .arg(flag(FOLLOW).short('f').help("Go on with those to come"))
        .arg(flag(FAILED).help("Only requests that were refused or failed"))
        .arg(number)
        .arg(
            flag(HAR)
                .conflicts_with_all([FOLLOW, JSON])
                .help("As an HTTP Archive (HAR), which browsers' tools open"),
        )
        .arg(flag(JSON).help("One JSON object a line, with bodies"))
        .arg(data_arg())
}

/// What the server answers.
#[derive(Deserialize)]
struct Found {
    requests: Vec<Value>,
    last: u64,
    missed: u64,
    /// Whether numbers go on where a server ends and another one begins.
    #[serde(default)]
    kept: bool,
}

pub(crate) async fn run(matches: &ArgMatches, args: &ArgMatches) -> Result<Exit, Failure> {
    let asked = Asked::new(matches)?;
    let number = *args.get_one::<u32>(NUMBER).expect("it has a default");
    let follows = args.get_flag(FOLLOW);
    let zone = TimeZone::system();
    let show = |request: &Value| match args.get_flag(JSON) {
        true => cli::print_json_line(request),
        false => cli::print_text(&line(request, &zone)),
    };
    if args.get_flag(HAR) {
        return har(&asked, args, number).await;
    }
    let found = ask(&asked, args, &format!("limit={}", number.max(1))).await?;
    if number > 0 {
        found.requests.iter().try_for_each(show)?;
    }
    if found.requests.is_empty() && !follows {
        cli::print_note("no such request since the server has started");
    }
    if !follows {
        return Ok(Exit::Ok);
    }
    let (mut asked, mut last) = (asked, found.last);
    loop {
        let before = which(&asked).await;
        let failure = follow(&asked, args, &mut last, show).await;
        if !is_gone(&failure) {
            return Err(failure);
        }
        cli::print_note(&format!(
            "the server at {} has stopped; this goes on when there is one again (Ctrl-C ends it)",
            asked.target.endpoint
        ));
        asked = back(matches, args).await?;
        cli::print_note(&format!("a server answers at {}", asked.target.endpoint));
        let is_another = before.is_none() || which(&asked).await != before;
        let goes_on = ask(&asked, args, "limit=1").await.is_ok_and(|f| f.kept && f.last >= last);
        if is_another && !goes_on {
            last = 0;
        }
    }
}

/// Prints the last requests as an archive. An answer holds a part of them only, where they are large:
/// they are asked for from the last one back.
async fn har(asked: &Asked, args: &ArgMatches, number: u32) -> Result<Exit, Failure> {
    let most = usize::try_from(number).unwrap_or(usize::MAX);
    let mut all: Vec<Value> = Vec::new();
    let mut before = String::new();
    while all.len() < most {
        let found = ask(asked, args, &format!("limit={}{before}", most - all.len())).await?;
        let Some(first) = found.requests.first().and_then(|first| first["sequence"].as_u64())
        else {
            break;
        };
        before = format!("&before={first}");
        all.splice(0..0, found.requests);
    }
    cli::print_text(&format!("{:#}\n", server::har(&all)))?;
    Ok(Exit::Ok)
}

/// Shows what comes after `last`, until that fails.
async fn follow(
    asked: &Asked,
    args: &ArgMatches,
    last: &mut u64,
    show: impl Fn(&Value) -> std::io::Result<()>,
) -> Failure {
    loop {
        let query = format!("after={last}&limit=1000&wait={WAIT}");
        let found = match ask(asked, args, &query).await {
            Ok(found) => found,
            Err(failure) => return failure,
        };
        if found.missed > 0 {
            cli::print_note(&format!("{} requests were not shown in time", found.missed));
        }
        if let Err(error) = found.requests.iter().try_for_each(&show) {
            return error.into();
        }
        if found.requests.is_empty() && found.last == *last {
            // A server that stops answers at once, again and again.
            tokio::time::sleep(PAUSE).await;
        }
        *last = found.last;
    }
}

/// Which server it is: when it was started, in seconds, and its process.
async fn which(asked: &Asked) -> Option<(Value, Value)> {
    let mut status = asked.status().await.ok()?;
    Some((status.remove("since")?, status.remove("pid")?))
}

/// Whether nobody is there any more, or somebody else.
fn is_gone(failure: &Failure) -> bool {
    use sdk::Error::{Invalid, TimedOut, Transport};
    matches!(failure, Failure::Call(Transport { .. } | TimedOut { .. } | Invalid(_)))
}

/// The server that is meant, as soon as there is one again: it may be elsewhere by then.
async fn back(matches: &ArgMatches, args: &ArgMatches) -> Result<Asked, Failure> {
    loop {
        tokio::time::sleep(LOOK).await;
        let asked = Asked::new(matches)?;
        match ask(&asked, args, "limit=1").await {
            Ok(_) => return Ok(asked),
            Err(failure) if is_gone(&failure) => {}
            Err(failure) => return Err(failure),
        }
    }
}

async fn ask(asked: &Asked, args: &ArgMatches, query: &str) -> Result<Found, Failure> {
    let mut path = format!("/_kettle/requests?{query}");
    if args.get_flag(FAILED) {
        path += "&failed=true";
    }
    if let Some(group) = args.get_one::<String>(GROUP) {
        let group = presentation::places::meant(group).unwrap_or(group);
        let group: String = form_urlencoded::byte_serialize(group.as_bytes()).collect();
        path += &format!("&group={group}");
    }
    let body = asked.ask(api::Method::GET, &path).await?;
    serde_json::from_str(&body)
        .map_err(|error| Failure::Answer(format!("{path} cannot be read: {error}")))
}

/// A request as the server's own log has it.
fn line(request: &Value, zone: &TimeZone) -> String {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let at = text("at").parse::<jiff::Timestamp>().unwrap_or_default().to_zoned(zone.clone());
    let took =
        Duration::try_from_secs_f64(request["duration_ms"].as_f64().unwrap_or_default() / 1e3);
    let took = server::time_taken(took.unwrap_or_default());
    let (method, path, status) = (text("method"), text("path"), &request["status"]);
    let line = format!("{} {method} {path} {status} {took}", at.strftime("%H:%M:%S"));
    let error = text("error");
    let mut line = if error.is_empty() { line } else { format!("{line} {error}") };
    for did in request["faults"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        line += &format!(" [{did}]");
    }
    format!("{}\n", presentation::text::clean(&line))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_what_was_asked_and_answered_and_no_terminal_obeys_it() {
        let request = json!({
            "at": "2026-11-21T09:30:00.123Z", "method": "POST", "path": "/v2/instances",
            "status": 400, "duration_ms": 1.234, "error": "Invalid region. \u{1b}[31m",
            "faults": ["fault 1: waited 1s"],
        });
        let shown = line(&request, &TimeZone::UTC);
        assert_eq!(
            shown,
            "09:30:00 POST /v2/instances 400 1.2ms Invalid region.  [31m [fault 1: waited 1s]\n"
        );
    }
}
