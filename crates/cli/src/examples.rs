//! The examples in the help: one file has them, and a test of the binary runs each on a world.

use std::collections::BTreeSet;

use clap::Command;
use clap::builder::StyledStr;

const TEXT: &str = include_str!("examples.txt");

/// How wide a line of an example is at most; what is longer goes on in the next line.
const WIDTH: usize = 79;

/// Every example: the words that lead to its command, and the arguments.
pub fn examples() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = TEXT.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| {
        let (path, args) = line.split_once(':')?;
        Some((path, args.trim()))
    })
}

/// Adds its examples to the command that `path` leads to.
pub(crate) fn add(command: Command, path: &str) -> Command {
    let lines = of(path);
    if lines.is_empty() { command } else { below(command, &lines) }
}

/// Adds these examples to a command.
pub(crate) fn below(command: Command, lines: &[String]) -> Command {
    let mut text = String::from("Examples:");
    for line in lines {
        text += "\n";
        text += &wrapped(line);
    }
    if let Some(before) = command.get_after_help() {
        text = format!("{before}\n\n{text}");
    }
    command.after_help(StyledStr::from(text))
}

/// The examples of the command that `path` leads to, as they are typed.
pub(crate) fn of(path: &str) -> Vec<String> {
    let own = examples().filter(|(of, _)| *of == path);
    own.map(|(path, args)| format!("kettle {path} {args}").trim_end().to_owned()).collect()
}

/// Adds the examples of the commands that are no operations, wherever they are in the tree.
pub(crate) fn everywhere(root: Command) -> Command {
    let own = examples().take_while(|(path, _)| *path != FIRST_OPERATION);
    // One's examples need not stand together.
    let paths: BTreeSet<&str> = own.map(|(path, _)| path).collect();
    paths.into_iter().fold(root, |root, path| at(root, path, path))
}

/// Where the examples of operations begin: those before it are few, and looked at whenever Kettle
/// starts.
const FIRST_OPERATION: &str = "instance list";

fn at(command: Command, left: &str, path: &str) -> Command {
    let (word, rest) = left.split_once(' ').unwrap_or((left, ""));
    let is_there = command.get_subcommands().any(|inner| inner.get_name() == word);
    match left {
        "" => add(command, path),
        _ if is_there => command.mut_subcommand(word, |inner| at(inner, rest, path)),
        // What the binary adds is not there without it.
        _ => command,
    }
}

/// The words of a line, as a shell takes them.
pub fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c == ' ' => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The line, broken between arguments as a shell wants it.
fn wrapped(line: &str) -> String {
    let parts = arguments(quoted(line));
    let lines = lines(parts, WIDTH - 4, WIDTH - 8);
    format!("  {}", lines.join(" \\\n      "))
}

/// Arguments in lines of so many characters, the first of another width.
pub(crate) fn lines(parts: Vec<String>, first: usize, others: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        let width = if lines.len() > 1 { others } else { first };
        match lines.last_mut() {
            Some(line) if line.len() + 1 + part.len() <= width => *line = format!("{line} {part}"),
            _ => lines.push(part),
        }
    }
    lines
}

/// Words with each flag's value beside it.
fn arguments<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut flag = false;
    for word in words {
        match parts.last_mut() {
            Some(last) if flag && !word.starts_with('-') => *last = format!("{last} {word}"),
            _ => parts.push(word.to_owned()),
        }
        flag = word.starts_with("--") && word != "--";
    }
    parts
}

/// The words of a line, with their quotes.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    line.split(move |c: char| {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"') => quote = Some(c),
            _ => {}
        }
        c == ' ' && quote.is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // That every command has one, and nobody else: see the binary's tests.
    #[test]
    fn each_line_of_the_file_is_an_example() {
        let kept = TEXT.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).count();
        assert!(kept > 240 && examples().count() == kept, "{kept}");
        assert!(examples().any(|(path, _)| path == FIRST_OPERATION));
    }

    #[test]
    fn each_command_has_its_examples_once() {
        let serve = everywhere(Command::new("kettle").subcommand(Command::new("serve")));
        let serve = serve.find_subcommand("serve").and_then(Command::get_after_help).unwrap();
        let text = serve.to_string();
        assert_eq!(text.matches("Examples:").count(), 1, "{text}");
        assert_eq!(text.matches("--detach").count(), 1, "{text}");
    }

    #[test]
    fn a_long_example_is_broken_where_a_shell_takes_it() {
        let line = "kettle a create --rules '[{\"a b\": 1}]' --label x";
        assert_eq!(wrapped(line), format!("  {line}"));
        let long = format!("{line} {}", "--tags a,b ".repeat(8).trim_end());
        let text = wrapped(&long);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.lines().all(|l| l.len() < 80), "{text}");
        assert!(text.lines().skip(1).all(|l| l.starts_with("      --tags a,b")), "{text}");
        let joined = text.replace("\\\n", " ");
        assert_eq!(joined.split_whitespace().collect::<Vec<_>>().join(" "), long);
    }
}
