//! What clap says, as it is shown on a terminal: headings stand out, and what is typed as it stands.

use std::io::{self, IsTerminal as _, Write as _};

use presentation::text::clean_lines;

use crate::output::may_be_coloured;

/// Shows help where it was asked for, and else what is wrong with the command line. Returns the
/// exit status.
pub fn show(error: &clap::Error) -> i32 {
    let text = clean_lines(&error.to_string());
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let terminal = if error.use_stderr() { err.is_terminal() } else { out.is_terminal() };
    let text = if terminal && may_be_coloured() { dressed(&text) } else { text };
    // Where even this cannot be written, the exit status is all that is left.
    let _ = match error.use_stderr() {
        true => err.write_all(text.as_bytes()),
        false => out.write_all(text.as_bytes()).and_then(|()| out.flush()),
    };
    error.exit_code()
}

/// A page of help, or an error, with what stands out in it.
fn dressed(page: &str) -> String {
    // Examples are typed as they stand, all of them.
    let mut listed = true;
    let mut dress = |line: &str| {
        if is_heading(line) {
            listed = line != "Examples:";
            return format!("{HEADING}{line}{PLAIN}");
        }
        if let Some(usage) = line.strip_prefix("Usage: ") {
            return format!("{HEADING}Usage:{PLAIN} {}", typed(usage));
        }
        if let Some(error) = line.strip_prefix("error: ") {
            return format!("{WRONG}error:{PLAIN} {error}");
        }
        if let Some(tip) = line.strip_prefix("  tip: ") {
            return format!("  {RIGHT}tip:{PLAIN} {tip}");
        }
        let words = line.trim_start();
        let (indent, rest) = line.split_at(line.len() - words.len());
        if listed && (indent.len() == 2 || indent.len() == 6 && rest.starts_with("--")) {
            let (term, told) = rest.split_at(rest.find("  ").unwrap_or(rest.len()));
            return format!("{indent}{}{told}", typed(term));
        }
        line.to_owned()
    };
    page.split('\n').map(&mut dress).collect::<Vec<_>>().join("\n")
}

const HEADING: &str = "\u{1b}[1m\u{1b}[4m";
const TYPED: &str = "\u{1b}[1m";
const WRONG: &str = "\u{1b}[1m\u{1b}[31m";
const RIGHT: &str = "\u{1b}[32m";
const PLAIN: &str = "\u{1b}[0m";

fn is_heading(line: &str) -> bool {
    let heading = line.strip_suffix(':').unwrap_or_default();
    heading.starts_with(char::is_uppercase) && !heading.contains(['.', ',', ':'])
}

/// Words of a usage, or of what a line of a list is about: those that are typed as they stand.
fn typed(words: &str) -> String {
    let word = |word: &str| match word.trim_end_matches([',', '.']) {
        "" => word.to_owned(),
        plain if plain.starts_with(['<', '[']) => word.to_owned(),
        plain => format!("{TYPED}{plain}{PLAIN}{}", &word[plain.len()..]),
    };
    words.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_stand_out_and_what_is_typed() {
        let page = "Makes one: at once.\n\nUsage: kettle make [OPTIONS] <ID>\n\nOptions:\n  \
            -l, --label <LABEL>  Its name: any\n      --now            At once\n\nExamples:\n  \
            kettle make x\n";
        let shown = dressed(page).replace(HEADING, "#").replace(TYPED, "*").replace(PLAIN, "/");
        let want = "Makes one: at once.\n\n#Usage:/ *kettle/ *make/ [OPTIONS] <ID>\n\n#Options:/\n  \
            *-l/, *--label/ <LABEL>  Its name: any\n      *--now/            At once\n\n\
            #Examples:/\n  kettle make x\n";
        assert_eq!(shown, want);
        assert!(dressed("error: no such\n").starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m no"));
    }
}
