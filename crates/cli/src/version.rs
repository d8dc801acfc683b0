//! `kettle version`: this program's, and that of the server it talks to, if one answers.

use clap::{ArgMatches, Command};
use serde_json::Value;

use crate::Context;
use crate::command::NAME;
use crate::error::{Exit, Failure};

/// Where a server of Kettle's says what it is.
const HEALTH: &str = "/_kettle/health";

pub(crate) fn command() -> Command {
    Command::new("version").about("Print the version, and that of the server, if one answers")
}

pub(crate) async fn run(matches: &ArgMatches, context: &mut Context<'_>) -> Result<Exit, Failure> {
    writeln!(context.out, "{} {}", NAME, env!("CARGO_PKG_VERSION"))?;
    let client = crate::client(matches, context)?;
    let answer = client.raw(api::Method::GET, HEALTH, None).await;
    let said = match answer {
        Err(_) => "no answer".to_owned(),
        Ok(answer) => {
            let body = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
            match body.get("version").and_then(Value::as_str) {
                Some(version) => format!("{} {}", NAME, crate::clean(version)),
                None => "not Kettle".to_owned(),
            }
        }
    };
    writeln!(context.out, "{}: {said}", client.endpoint())?;
    Ok(Exit::Ok)
}
