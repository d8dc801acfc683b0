//! Answers on paper: for people as tables, for programs as JSON, YAML or CSV.
//!
//! Text from the API never reaches a terminal with its control characters.

mod csv;
mod table;

use std::io::{self, Write};

use serde_json::Value;

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// How wide standard output is; none where it is no terminal, and tables are not cut.
    pub columns: Option<usize>,
    /// Whether somebody watches standard error.
    pub progress: bool,
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
        ("json", answer) => writeln!(out, "{answer:#}"),
        ("yaml", answer) => {
            let text = serde_saphyr::to_string(answer).map_err(io::Error::other)?;
            writeln!(out, "{}", text.trim_end())
        }
        ("csv", answer) => csv::print(answer, out),
        (_, Value::Array(items)) => table::list(items, terminal.columns, out),
        (_, answer) => table::single(answer, terminal.columns, out),
    }
}
