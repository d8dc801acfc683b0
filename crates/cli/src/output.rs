//! Answers on paper: for people as tables, for programs as JSON, YAML or CSV.
//!
//! Text from the API never reaches a terminal with its control characters. JSON and YAML keep them,
//! escaped, in tables they are blank, and in CSV, which cannot escape them, only the ends of lines
//! stay, and those only in a file or a pipe.

mod csv;
mod table;

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use crate::text;

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// How wide standard output is; none where it is no terminal, and tables are not cut.
    pub columns: Option<usize>,
    /// Whether somebody watches standard error.
    pub progress: bool,
    /// Whether somebody can be asked: sees standard error, and types on standard input.
    pub asks: bool,
}

impl Terminal {
    /// What the process's own streams are.
    pub(crate) fn of_process() -> Self {
        let stdout = io::stdout();
        let width = || terminal_size::terminal_size_of(&stdout);
        let columns = stdout.is_terminal().then(|| width().map_or(80, |(w, _)| usize::from(w.0)));
        let progress = io::stderr().is_terminal();
        Self { columns, progress, asks: progress && io::stdin().is_terminal() }
    }
}

/// Prints an answer in the format of that name. An answer without a body prints nothing.
pub(crate) fn print(
    answer: &Value,
    format: &str,
    terminal: Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    match (format, answer) {
        (_, Value::Null) => Ok(()),
        ("json", answer) => writeln!(out, "{}", text::escaped(&format!("{answer:#}"))),
        ("yaml", answer) => {
            let text = serde_saphyr::to_string(answer).map_err(io::Error::other)?;
            writeln!(out, "{}", text.trim_end())
        }
        ("csv", answer) => csv::print(answer, terminal.columns.is_some(), out),
        (_, Value::Array(items)) => table::list(items, terminal.columns, out),
        (_, answer) => table::single(answer, terminal.columns, out),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn printed(answer: &Value, format: &str, columns: Option<usize>) -> String {
        let mut out = Vec::new();
        let terminal = Terminal { columns, ..Terminal::default() };
        print(answer, format, terminal, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_format_lets_through_what_a_terminal_obeys() {
        let text = "a\u{1b}]0;title\u{7}\u{9b}2J\u{7f}\r\nb";
        let one = json!({"label": text, "tags": [text], "odd\u{1b}[31m": {"\u{9b}": text}});
        for answer in [one.clone(), json!([one.clone(), one.clone()]), json!([text]), json!(text)] {
            for format in ["table", "csv", "json", "yaml"] {
                for columns in [None, Some(80)] {
                    let printed = printed(&answer, format, columns);
                    let obeyed = |c: char| {
                        let pipe = format == "csv" && columns.is_none();
                        c.is_control() && c != '\n' && !(pipe && "\r\t".contains(c))
                    };
                    assert!(!printed.contains(obeyed), "{format}: {printed:?}");
                }
            }
        }
        let read: Value = serde_json::from_str(&printed(&one, "json", Some(80))).unwrap();
        assert_eq!(read, one, "JSON is exact");
        let yaml = printed(&one, "yaml", None);
        assert!(
            yaml.contains(r#"label: "a\e]0;title\a\x9B2J\x7F\r\nb""#),
            "and so is YAML: {yaml}"
        );
    }

    #[test]
    fn csv_keeps_the_lines_of_a_text_but_on_a_terminal() {
        let script = json!({"script": "#!/bin/sh\n\techo \u{1b}[31m\n"});
        assert_eq!(printed(&script, "csv", None), "script\n\"#!/bin/sh\n\techo  [31m\n\"\n");
        assert_eq!(printed(&script, "csv", Some(80)), "script\n#!/bin/sh  echo  [31m \n");
    }
}
