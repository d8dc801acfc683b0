//! The first page of the help: how to begin, and the commands by headings. clap lists subcommands
//! in one piece, so the page is put together here, of the tree's own names and texts.

use std::fmt::Write;

use clap::Command;
use presentation::places::{HEADINGS, PLACES};

/// How to begin, a line each: what to type, and what it does.
const START: &[(&str, &str)] = &[
    ("kettle serve", "the API on this machine"),
    ("kettle exec -- terraform apply", "lead any tool of Vultr's to it"),
    ("kettle instance create --region ewr --plan vc2-1c-1gb --os-id 2136", ""),
];

const MORE: &str = "\
`kettle COMMAND --help` has examples. `kettle help TOPIC` is about: exit-status,
files, keys, names, output.";

/// Pages that are no command: the name, the line about it, and the text.
const TOPICS: &[(&str, &str, &str)] = &[
    (
        "topics",
        "What there is help on, beside the commands",
        "\
`kettle help TOPIC` shows one of these:
  exit-status  Exit statuses
  files        Texts from files, and answers as documents
  names        What stands for an id
  output       Tables, and what is shown of an answer
  keys         Keys, profiles and the environment",
    ),
    (
        "exit-status",
        "Exit statuses",
        "\
Exit status of every command:
  0  done
  1  other, such as an answer that cannot be read
  2  wrong usage: nothing was sent
  3  refused by the API
  4  not found
  5  the key is missing, or not allowed
  6  rate limit
  7  server error
  8  no answer
  9  timed out, or failed while waiting
  128 and the signal's number (129 HUP, 130 Ctrl-C, 131 QUIT, 143 TERM): ended early,
     while it changed something or waited; what is known by then is printed

Of several things in one command, the first failure counts; it goes on with the others.
`kettle exec` passes on the exit status of the command that it runs.",
    ),
    (
        "files",
        "Texts from files, and answers as documents",
        "\
@FILE instead of a text takes it from a file, @- from standard input; @@x means @x.
What the API wants in base64 is encoded on the way.

Documents (-o json, yaml, csv) are one a command: the thing itself, or a list where
several ids are given. Where the API answers a change with nothing, it is the thing
as it is then, or as it was before it was deleted.",
    ),
    (
        "names",
        "What stands for an id",
        "\
Names stand for ids everywhere.

A command that only looks takes the beginning of an id or of a name, in capitals
or not, if only one thing fits.

What changes something takes 8 characters or more of an id, or the whole label as
it is written, and says on standard error what it did. What cannot be undone is
asked about first, unless the endpoint is on this machine or --yes is given.",
    ),
    (
        "output",
        "Tables, and what is shown of an answer",
        "\
A table has the columns that one wants first, as many as the terminal holds, and
says what it left out. In a pipe it has all of these, parted by tabs, never cut,
and as the API wrote them: bytes, not `25 GB`.

  --columns A,B.C    these fields, or `all`; also as CSV
  --sort A,-B        by numbers and texts; `-` for the largest first
  --filter A=VALUE   what fits all of these: = is, != is not, ~ contains,
                     !~ does not, and < <= > >=
  -q                 ids alone, for other commands
  --query JQ         what jq's language makes of it: texts as they are, or JSON
                     with -o json
  --no-header        without the line of headings
  --all-fields       of one thing, also what is empty

Fields are named as in JSON, or as their heading. NO_COLOR makes headings plain.",
    ),
    (
        "keys",
        "Keys, profiles and the environment",
        "\
VULTR_API_KEY goes to VULTR_API_ENDPOINT, or to Vultr where that is not set, and
nowhere else; a profile's key goes to the profile's endpoint. The server on this
machine (profile `local`, the default) gets the key in its data directory.

Environment:
  VULTR_API_KEY        the key
  VULTR_API_ENDPOINT   where it goes
  KETTLE_PROFILE       the profile, instead of --profile
  KETTLE_CONFIG        the configuration file
  KETTLE_DATA          the data directory, instead of --data",
    ),
];

/// The pages that are no command, as hidden commands, so that `kettle help NAME` shows them.
pub(crate) fn topics() -> impl Iterator<Item = Command> {
    TOPICS.iter().map(|(name, about, text)| {
        Command::new(*name).about(*about).override_help(format!("{text}\n")).hide(true)
    })
}

/// The text of such a page.
pub(crate) fn topic(name: &str) -> Option<&'static str> {
    TOPICS.iter().find(|(topic, ..)| *topic == name).map(|(.., text)| *text)
}

/// Gives the whole command its page, once everything is in it.
pub(crate) fn page(root: Command) -> Command {
    let template = template(&root);
    root.help_template(template)
}

fn template(root: &Command) -> String {
    let (header, literal) = (root.get_styles().get_header(), root.get_styles().get_literal());
    let mut text = format!("{{about}}\n\n{header}Start:{header:#}\n");
    for (line, about) in START {
        let line = format!(
            "  {literal}{line}{literal:#}{:1$}{about}",
            "",
            34usize.saturating_sub(line.len())
        );
        text += line.trim_end();
        text += "\n";
    }
    text += "\n{usage-heading} {usage}\n";
    let shown = || root.get_subcommands().filter(|c| !c.is_hide_set());
    let width = shown().map(|c| c.get_name().len()).max().unwrap_or_default();
    let line = |text: &mut String, name: &str, about: &str| {
        let _ =
            writeln!(text, "  {literal}{name}{literal:#}{:1$}{about}", "", width + 2 - name.len());
    };
    for (heading, own) in HEADINGS {
        let groups = PLACES.iter().filter(|place| place.heading == *heading).map(|p| p.group);
        let names: Vec<&str> = own.iter().copied().chain(groups).collect();
        let found: Vec<(&str, String)> = names
            .iter()
            .filter_map(|name| {
                match (root.find_subcommand(name), *name) {
                    // clap adds its own only later.
                    (None, "help") => {
                        Some((*name, "Show the help of a command, or a topic".to_owned()))
                    }
                    (command, _) => Some((*name, command?.get_about()?.to_string())),
                }
            })
            .collect();
        if !found.is_empty() {
            let _ = writeln!(text, "\n{header}{heading}:{header:#}");
            found.iter().for_each(|(name, about)| line(&mut text, name, about));
        }
    }
    text + &format!("\n{header}Options:{header:#}\n{{options}}\n\n{MORE}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topics_are_listed() {
        let listed = topic("topics").unwrap();
        for (name, about, _) in TOPICS.iter().filter(|(name, ..)| *name != "topics") {
            assert!(listed.contains(&format!("\n  {name:<11}  {about}")), "{name}");
            assert!(MORE.contains(name), "{name}");
        }
        assert_eq!(listed.lines().count(), TOPICS.len());
    }
}
