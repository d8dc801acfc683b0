//! A command of the command line, carried out in this process: what it says is the answer.

use cli::{Context, Exit, Terminal, Watch};
use presentation::Operation;
use presentation::flags::flag;
use presentation::schema;
use sdk::Client;
use sdk::config::process_env;

use crate::Mcp;

/// Says that somebody has to allow it.
const REMOTE: &str =
    "is not on this machine; whoever started `kettle mcp` has to allow that with --allow-remote";

impl Mcp {
    fn variable(&self, name: &str) -> Option<String> {
        self.config.variables.get(name).cloned().or_else(|| process_env(name))
    }

    /// The client for the next call.
    ///
    /// # Errors
    /// When the configuration is wrong, or leads where the agent may not go.
    pub fn client(&self) -> Result<Client, String> {
        let client = match &self.client {
            Some(client) => client.clone(),
            None => {
                let words = self.words(["version".to_owned()]);
                let matches =
                    cli::command().try_get_matches_from(words).map_err(|e| e.to_string())?;
                let target = cli::target(&matches, &|name| self.variable(name))
                    .map_err(|e| e.to_string())?;
                let quiet = Watch::new(|_| {});
                cli::builder(&matches, &target, &quiet).build().map_err(|e| e.to_string())?
            }
        };
        match client.is_loopback() || self.config.allow_remote {
            true => Ok(client),
            false => Err(format!("{} {REMOTE}", client.endpoint())),
        }
    }

    fn words(&self, command: impl IntoIterator<Item = String>) -> Vec<String> {
        let globals = self.config.globals.iter().cloned();
        std::iter::once("kettle".to_owned()).chain(globals).chain(command).collect()
    }

    /// Carries out a command. Its output, and what it has said beside that.
    ///
    /// # Errors
    /// What it has said, where it did not do it.
    pub(crate) async fn run(&self, command: Vec<String>, input: &str) -> Result<Said, String> {
        let client = self.client()?;
        let matches = cli::command().try_get_matches_from(self.words(command));
        let matches = matches.map_err(|error| first_part(&error.to_string()))?;
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let context = Context {
            env: &|name| self.variable(name),
            stdin: &mut input.as_bytes(),
            out: &mut out,
            err: &mut err,
            terminal: Terminal::default(),
            watch: Watch::new(|_| {}),
            client: Some(client),
        };
        let exit = cli::run(&matches, context).await;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
        let said = Said { out: text(out), notes: text(err) };
        match exit {
            Exit::Ok => Ok(said),
            _ if said.out.is_empty() => Err(said.notes),
            _ => Err(format!("{}\n{}", said.notes, said.out)),
        }
    }
}

/// What a command has said.
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) notes: String,
}

/// What was wrong, without how commands are typed.
fn first_part(text: &str) -> String {
    text.split("\n\nUsage:").next().unwrap_or(text).trim_end().to_owned()
}

/// The words of a command line in those of an agent: its flags are fields here.
pub(crate) fn in_fields(text: &str, operation: &Operation) -> String {
    let schema = operation.request();
    let mut names: Vec<&String> = schema::fields(&schema).map(|(name, _)| name).collect();
    // `--os-id` before `--os`.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let params = operation.path_fields();
    names.into_iter().fold(text.to_owned(), |text, name| match params.contains(name) {
        true => text.replace(&format!("{}:", name.to_uppercase()), &format!("{name}:")),
        false => text.replace(&format!("--{}", flag(name)), name),
    })
}
