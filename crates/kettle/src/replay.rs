//! `kettle replay FILE`: sends the requests of a recorded session again, in order, and tells where the
//! answers differ.
//!
//! What must differ (ids, addresses, times, secrets) is no difference: ids and addresses are followed
//! from answer to answer, and stand in later requests as the new ones.

mod compare;
mod session;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use sdk::Client;
use tokio::time::Instant;

use crate::fault::{Context, Result, bail};
use crate::serve::Fresh;
use crate::settings::{self, Settings};
use crate::status;
use compare::Known;
use session::{Session, Step};

pub(crate) const NAME: &str = "replay";
const FILE: &str = "file";
/// What of a server's options has no sense: its world is fresh, and gone afterwards.
const FRESH: &[&str] = &[cli::DATA, "ephemeral", settings::STORE];
/// The options that lead to another server.
const ELSEWHERE: &[&str] = &["@endpoint", "@profile"];
/// How long what differs is asked for again: what takes time may take another time.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn command() -> Command {
    let file = Arg::new(FILE)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .required(true)
        .help("The session: an HTTP Archive of `kettle record` or `kettle log --har`");
    let hidden = settings::args().into_iter().map(|arg| {
        let is_hidden = FRESH.contains(&arg.get_id().as_str());
        arg.hide(is_hidden)
    });
    Command::new(NAME)
        .about("Send a recorded session again, and tell what differs")
        .after_help(
            "It is sent to a fresh world of its own, which is gone afterwards; with --endpoint or --profile \
             to that Kettle. Ids and addresses of the recording become those that are answered now; times \
             and secrets are no difference, and secrets that were recorded as *** are sent as others. All \
             is sent with the owner's key. Of what was asked again and again in wait for something, the \
             last answer counts, and is waited for.\nThe exit status is 0 where all is as recorded, and 1 \
             where something differs.",
        )
        .arg(file)
        .args(hidden)
}

pub(crate) async fn run(matches: &ArgMatches, args: &ArgMatches) -> Result<ExitCode> {
    let file: &PathBuf = args.get_one(FILE).context("a file is required")?;
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let session = Session::read(&text).with_context(|| file.display().to_string())?;
    let given = |id: &&&str| {
        args.try_contains_id(id).is_ok() && args.value_source(id) == Some(ValueSource::CommandLine)
    };
    if let Some(id) = FRESH.iter().find(given) {
        bail!(
            "--{}: a session is sent to a fresh world, which keeps nothing",
            id.trim_start_matches('@')
        );
    }
    if ELSEWHERE.iter().any(|id| given(&id)) {
        let asked = status::Asked::new(matches)
            .map_err(|failure| crate::fault::Fault::new(failure.to_string()))?;
        // What is no Kettle may be the real API, where this would cost money.
        asked.status().await.map_err(|failure| crate::fault::Fault::new(failure.to_string()))?;
        return replay(asked.client(), session).await;
    }
    let settings = Settings::read(args, None)?;
    let fresh = Fresh::start(&settings).await?;
    let outcome = match fresh.running.seed(&settings, true).await {
        Ok(()) => replay(&fresh.running.client, session).await,
        Err(error) => Err(error),
    };
    fresh.end().await;
    outcome
}

async fn replay(client: &Client, session: Session) -> Result<ExitCode> {
    let mut known = Known::default();
    let (mut sent, mut differ) = (0_u32, 0_u32);
    for step in &session.steps {
        if step.is_passing {
            continue;
        }
        sent += 1;
        let differences = repeat(client, step, &mut known).await?;
        if differences.is_empty() {
            continue;
        }
        differ += 1;
        cli::print_text(&format!("#{} {} {}\n", step.number, step.method, step.address))?;
        for difference in differences {
            cli::print_text(&format!("    {}\n", presentation::text::clean(&difference)))?;
        }
    }
    for left in &session.left_out {
        cli::print_note(left);
    }
    let told = match differ {
        0 => format!("{sent} requests sent: all were answered as recorded"),
        _ => format!("{sent} requests sent: {differ} were answered otherwise"),
    };
    cli::print_text(&format!("{told}\n"))?;
    Ok(ExitCode::from(u8::from(differ > 0)))
}

/// Sends a request until it is answered as recorded, where that may come with time; tells in what the
/// answer differs.
async fn repeat(client: &Client, step: &Step, known: &mut Known) -> Result<Vec<String>> {
    let end = Instant::now() + PATIENCE;
    loop {
        let (path, body) =
            (known.renewed(&step.address), step.body.as_ref().map(|b| known.sent(b)));
        let answer = client.raw(step.method.clone(), &path, body).await?;
        let status = answer.status.as_u16();
        let (before, differences) = (known.clone(), known.compare(step, status, &answer.body));
        // What was refused has changed nothing, and may be sent again.
        let was_refused = (400..500).contains(&status) && step.status < 400;
        let may_come = step.method == api::Method::GET || was_refused;
        if differences.is_empty() || !may_come || Instant::now() >= end {
            return Ok(differences);
        }
        *known = before;
        tokio::time::sleep(PAUSE).await;
    }
}
