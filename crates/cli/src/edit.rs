//! `kettle instance edit web`: what a thing's update operation takes, as YAML in an editor; what has
//! changed is sent. A mistake opens the editor again, with what was wrong on top.
//!
//! Which fields these are, and what they mean, is the definition's affair: see [`form`].

mod form;

use std::io;
use std::process::Command as Process;

use api::{Loss, Method};
use clap::{Arg, ArgAction, ArgMatches, Command};
use presentation::operations::{self, Operation};
use presentation::places::{self, Place};
use presentation::pointers;
use presentation::text::clean;
use sdk::config::Env;
use sdk::{Client, Error};
use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use crate::batch::Batch;
use crate::call::once;
use crate::command::{NAME as KETTLE, fields, usage, yes};
use crate::deed::Deed;
use crate::error::{Exit, Failure};
use crate::names::{self, Known};
use crate::output::View;
use crate::{Context, consent, examples, files, input};
use form::Form;

/// The command's name.
pub(crate) const NAME: &str = "edit";

/// The variables that name an editor; the first one that is set counts.
const EDITORS: [&str; 2] = ["VISUAL", "EDITOR"];

/// What shows the things of a group, and what changes them.
fn pair<'a>(group: &str, all: &'a [Operation]) -> Option<(&'a Operation, &'a Operation)> {
    let changes = |o: &&Operation| {
        let whole = o.command == "update" && o.pattern().ends_with("/{}");
        o.group.name == group && whole && matches!(o.op.method, Method::PATCH | Method::PUT)
    };
    let update = all.iter().find(changes)?;
    Some((pointers::subject(update, all)?, update))
}

/// Whether what `update` changes can be edited.
pub(crate) fn is_there(update: &Operation, all: &[Operation]) -> bool {
    pair(update.group.name, all).is_some_and(|(_, own)| own.op.id == update.op.id)
}

/// The group whose things are to be edited, and the arguments, where `name` and what is below it are
/// the words that lead to this command.
pub(crate) fn asked_for<'a>(
    name: &'a str,
    args: &'a ArgMatches,
) -> Option<(&'static str, &'a ArgMatches)> {
    let (words, args) = crate::asked::words(name, args);
    let (command, path) = words.split_last()?;
    Some((places::group(path).filter(|_| *command == NAME)?.group, args))
}

/// The command of a group, where its things can be seen and changed.
pub(crate) fn command(place: &Place, all: &[Operation]) -> Option<Command> {
    let (_, update) = pair(place.group, all)?;
    let arguments = fields(update, &update.request(), all);
    let one = |arg: Arg| arg.num_args(1).action(ArgAction::Set);
    let command = Command::new(NAME)
        .about("Change it in an editor, and send what has changed")
        .after_help(
            "What can be changed is opened as YAML in $VISUAL or $EDITOR. Where nothing was changed, \
             nothing is sent.",
        )
        .args(arguments.into_iter().filter(Arg::is_positional).map(one));
    let path = format!("{} {NAME}", place.path);
    let command = examples::add(usage(command, &path, &update.request()), &path);
    Some(if update.op.loss == Loss::Never { command } else { command.arg(yes()) })
}

/// Opens the thing in an editor until what comes back is taken, or given up.
pub(crate) async fn run(
    group: &str,
    matches: &ArgMatches,
    args: &ArgMatches,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let all = operations::all();
    let (get, update) =
        pair(group, &all).ok_or_else(|| Failure::usage(format!("no command `{group} {NAME}`")))?;
    let editor = editor(update, context)?;
    let client = crate::client(matches, context)?;
    let schema = update.request();
    let mut path = Map::new();
    for name in update.path_fields() {
        let given = input::many(args, &name).last().unwrap_or_default().into();
        path.insert(name, given);
    }
    let known = names::resolve(&client, update, &schema, &all, &mut path, args).await?;
    let values = path.values().cloned();
    let thing = once(&client, get, get.path_fields().into_iter().zip(values).collect()).await?;
    let mut edit = Edit { update, all: &all, client, path, known, form: Form::new(update, &thing) };
    edit.learn(&thing);
    edit.repeat(&editor, matches, args, context).await
}

/// The editor that the environment names, where somebody can use one.
fn editor(update: &Operation, context: &Context<'_>) -> Result<String, Failure> {
    let other = format!("`{KETTLE} {}` takes what is to change as flags", places::path(update));
    if !context.terminal.asks {
        return Err(Failure::usage(format!("there is no terminal to edit at; {other}")));
    }
    named(context.env).ok_or_else(|| {
        Failure::usage(format!("no editor is set: set VISUAL or EDITOR, as EDITOR=nano; {other}"))
    })
}

fn named(env: Env<'_>) -> Option<String> {
    EDITORS.iter().filter_map(|name| env(name)).find(|editor| !editor.trim().is_empty())
}

struct Edit<'a> {
    update: &'a Operation,
    all: &'a [Operation],
    client: Client,
    path: Map<String, Value>,
    known: Known,
    form: Form,
}

impl Edit<'_> {
    /// Keeps the thing's name, to tell it.
    fn learn(&mut self, thing: &Value) {
        let id = self.path.values().next_back().and_then(Value::as_str).unwrap_or_default();
        if let Some(label) = pointers::label(thing) {
            self.known.entry(id.to_owned()).or_insert_with(|| label.to_owned());
        }
    }

    async fn repeat(
        &self,
        editor: &str,
        matches: &ArgMatches,
        args: &ArgMatches,
        context: &mut Context<'_>,
    ) -> Result<Exit, Failure> {
        let subject = Deed::new(self.update, &self.path, self.all).subject(&self.known);
        let title = clean(&format!("{subject} at {}", self.client.endpoint()));
        let mut text = self.form.text(&title);
        let file = tempfile::Builder::new().prefix("kettle-edit-").suffix(".yaml").tempfile()?;
        let mut mistake: Option<Failure> = None;
        loop {
            std::fs::write(file.path(), &text)?;
            open(editor, &file)?;
            let edited = std::fs::read_to_string(file.path())?;
            let changes = self.form.changes(&edited);
            if changes.as_ref().is_ok_and(Map::is_empty) {
                writeln!(context.err, "nothing has changed, so nothing was sent")?;
                return Ok(Exit::Ok);
            }
            if let Some(mistake) = mistake.take().filter(|_| edited == text) {
                return Err(keep(file, mistake, context)?);
            }
            let sent = match changes {
                Ok(changes) => self.send(changes, matches, args, context).await,
                Err(problem) => Err(Failure::Usage(problem)),
            };
            match sent {
                Err(failure) if is_mistake(&failure) => {
                    let (reopened, said) = self.form.reopened(&edited, failure.to_string());
                    text = reopened;
                    mistake = Some(match failure {
                        Failure::Usage(_) => Failure::Usage(said),
                        refused => refused,
                    });
                }
                Err(Failure::Declined) => return Err(Failure::Declined),
                Err(failure) => return Err(keep(file, failure, context)?),
                Ok(exit) => return Ok(exit),
            }
        }
    }

    async fn send(
        &self,
        changes: Map<String, Value>,
        matches: &ArgMatches,
        args: &ArgMatches,
        context: &mut Context<'_>,
    ) -> Result<Exit, Failure> {
        let asks = consent::is_needed(
            self.update.loses(|field| changes.contains_key(field)),
            &self.client,
            args,
        );
        let mut fields = self.path.clone();
        fields.extend(self.form.needed(&changes));
        if let Err(problem) = self.update.encode(fields.clone()) {
            return Err(Failure::usage(problem.to_string()));
        }
        files::keep_private_keys(&self.update.request(), &fields)?;
        let (client, known) = (self.client.clone(), self.known.clone());
        let batch = Batch::new(self.update, self.all, client, fields, None, known)?;
        if asks {
            batch.ask(context)?;
        }
        let view = View::new(pointers::answering(self.update, self.all), self.all, matches, args)?;
        batch.carry_out(&view, matches, args, context).await
    }
}

/// Whether somebody can mend it in the editor.
fn is_mistake(failure: &Failure) -> bool {
    match failure {
        Failure::Usage(_) => true,
        Failure::Call(Error::Refused(refusal)) => {
            matches!(refusal.status, 400..=499) && ![401, 403, 404, 429].contains(&refusal.status)
        }
        _ => false,
    }
}

/// Runs the editor as a shell would: it may have arguments.
fn open(editor: &str, file: &NamedTempFile) -> Result<(), Failure> {
    let command = format!("{editor} \"$1\"");
    let mut process = Process::new("sh");
    process.args(["-c", &command, "sh"]).arg(file.path());
    let status = process.status()?;
    if status.success() {
        return Ok(());
    }
    let text = format!("the editor `{editor}` ended with {status}; nothing was sent");
    Err(io::Error::other(text).into())
}

/// Nobody's work is thrown away: what was written stays, and where is said.
fn keep(file: NamedTempFile, failure: Failure, context: &mut Context<'_>) -> io::Result<Failure> {
    let path = file.into_temp_path().keep().map_err(io::Error::other)?;
    writeln!(context.err, "what was written is in {}", path.display())?;
    Ok(failure)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn whatever_can_be_seen_and_changed_can_be_edited() {
        let all = operations::all();
        let groups = |command: &str| -> BTreeSet<&str> {
            all.iter().filter(|o| o.command == command).map(|o| o.group.name).collect()
        };
        let made = |group: &str| command(places::of(group).unwrap(), &all);
        let editable: BTreeSet<&str> =
            groups("get").into_iter().filter(|group| made(group).is_some()).collect();
        assert!(editable.len() > 15, "{editable:?}");
        let both: BTreeSet<&str> = groups("get").intersection(&groups("update")).copied().collect();
        assert_eq!(editable, both);
        for group in editable {
            made(group).unwrap().debug_assert();
            let (_, update) = pair(group, &all).unwrap();
            let form = Form::new(update, &Value::Null).text("x");
            assert!(form.matches("\n#").count() > 5, "{group}: {form}");
        }
    }
}
