//! `kettle console`: opens the server's console in a browser, signed in.
//!
//! The key itself goes to the server alone. What a browser gets is a link that signs in once, and
//! within a minute.

use std::process::{Command as Program, Stdio};

use clap::{Arg, ArgAction, ArgMatches, Command};
use cli::{Exit, Failure};
use sdk::config::process_env;
use serde_json::{Value, json};

use crate::status::{Asked, data_arg};

pub(crate) const NAME: &str = "console";
const PRINT: &str = "print";
/// Makes the link.
const TICKET: &str = "/console/ticket";

pub(crate) fn command() -> Command {
    let print = Arg::new(PRINT)
        .long(PRINT)
        .action(ArgAction::SetTrue)
        .help("Print the link instead of opening a browser");
    Command::new(NAME)
        .about("Open the console in a browser, signed in")
        .after_help(
            "The link is good once, and for a minute. Where no browser can be opened it is printed; \
             BROWSER names the program that opens it.\nWithout this command, /console/ asks for a key.",
        )
        .args([data_arg(), print])
}

pub(crate) async fn run(matches: &ArgMatches, args: &ArgMatches) -> Result<Exit, Failure> {
    let asked = Asked::new(matches)?;
    asked.must_be_served()?;
    let body = asked.ask(api::Method::POST, TICKET).await?;
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    let Some(path) = answer["path"].as_str() else {
        return Err(Failure::Answer(format!("{TICKET} cannot be read: {body}")));
    };
    let link = format!("{}{path}", asked.target.endpoint);
    if cli::wants_json(matches)? {
        cli::print_json(&json!({ "url": link }))?;
    } else if args.get_flag(PRINT) {
        cli::print_text(&format!("{link}\n"))?;
    } else if opener().is_some_and(|program| opens(&program, &link)) {
        cli::print_note(&format!("opened {}/console/ in a browser", asked.target.endpoint));
    } else {
        cli::print_note("no browser could be opened here; this link is good once, for a minute:");
        cli::print_text(&format!("{link}\n"))?;
    }
    Ok(Exit::Ok)
}

/// The program that opens a link, where there is somewhere to show it.
fn opener() -> Option<String> {
    let set = |name: &str| process_env(name).filter(|value| !value.is_empty());
    if let Some(own) = set("BROWSER") {
        // It may name several, the best first.
        return own.split(':').next().map(str::to_owned);
    }
    if cfg!(target_os = "macos") {
        return Some("open".to_owned());
    }
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| set(name).is_some());
    has_screen.then(|| "xdg-open".to_owned())
}

/// Whether a program could be told to open a link. What it says is no answer of ours.
fn opens(program: &str, link: &str) -> bool {
    let mut program = Program::new(program);
    program.arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    program.status().is_ok_and(|status| status.success())
}
