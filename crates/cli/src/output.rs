//! Answers on paper: for people as tables, for programs as JSON, YAML, CSV, or tables in a pipe.
//!
//! Text from the API never reaches a terminal with its control characters. JSON and YAML keep them,
//! escaped, in tables they are blank, and in CSV, which cannot escape them, only the ends of lines
//! stay, and those only in a file or a pipe.

mod csv;
mod narrow;
mod options;
mod query;
mod table;
mod thing;

use std::io::{self, IsTerminal, Write};

use presentation::columns::{Column, How, Kind, raw};
use presentation::pointers;
use presentation::text;
use sdk::config;
use serde_json::{Map, Value};

use crate::error::Failure;
use crate::files;

use narrow::{Filter, Key};

pub(crate) use options::{args, raw_args};

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// How wide standard output is; none where it is no terminal, and tables are not cut.
    pub columns: Option<usize>,
    /// Whether standard output is a terminal that may be sent colours.
    pub colour: bool,
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
        let asks = progress && io::stdin().is_terminal();
        Self { columns, colour: columns.is_some() && may_be_coloured(), progress, asks }
    }
}

/// Whether a terminal may be sent colours.
pub(crate) fn may_be_coloured() -> bool {
    let set = |name| config::process_env(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_none() && set("TERM").is_some_and(|term| term != "dumb")
}

/// How many columns that had no room are named.
const NAMED: usize = 3;

/// How wide something may be, and whether it has colours.
#[derive(Debug, Clone, Copy)]
struct Style {
    columns: Option<usize>,
    colour: bool,
}

impl Style {
    /// Headings stand out; there are no other colours.
    fn bold(self, text: &str) -> String {
        if self.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Table,
    Json,
    Yaml,
    Csv,
}

/// Which fields are shown.
#[derive(Debug, Clone)]
enum Shown {
    /// What was chosen for the kind; of one thing, whatever has something in it.
    Usual,
    /// These, whatever the width.
    These(Vec<Column>),
    /// All.
    Everything,
    /// What tells one from the others, and nothing else.
    Keys(Column),
}

/// How an answer is shown.
#[derive(Debug, Clone)]
pub(crate) struct View {
    format: Format,
    /// What it is, above one thing.
    title: String,
    /// Whether the command does something: that nothing is answered says nothing then.
    acts: bool,
    /// The field that holds what is listed, where something else lies beside it.
    listed: Option<String>,
    /// What is known of its kind, where an operation answers with it.
    kind: Option<Kind>,
    /// The columns chosen for its kind.
    chosen: Vec<Column>,
    shown: Shown,
    header: bool,
    all_fields: bool,
    filters: Vec<Filter>,
    sort: Vec<Key>,
    limit: Option<u64>,
    query: Option<String>,
}

impl View {
    /// For what no operation answers: only the format is known.
    pub(crate) fn plain(format: &str) -> Self {
        let format = match format {
            "json" => Format::Json,
            "yaml" => Format::Yaml,
            "csv" => Format::Csv,
            _ => Format::Table,
        };
        Self {
            format,
            title: String::new(),
            acts: false,
            listed: None,
            kind: None,
            chosen: Vec::new(),
            shown: Shown::Usual,
            header: true,
            all_fields: false,
            filters: Vec::new(),
            sort: Vec::new(),
            limit: None,
            query: None,
        }
    }

    /// Whether it is to be one document, in the end, rather than what people read as it comes.
    pub(crate) fn is_document(&self) -> bool {
        let for_people = self.format == Format::Table && self.query.is_none();
        !for_people || matches!(self.shown, Shown::Keys(_))
    }

    /// The columns that somebody chose.
    pub(crate) fn chosen(&self) -> Option<&[Column]> {
        match &self.shown {
            Shown::These(columns) => Some(columns),
            _ => None,
        }
    }

    /// The same for a thing of which `shown` is on the screen: of the columns that somebody chose, those
    /// in which something else stands now.
    pub(crate) fn since(&self, answer: &Value, shown: &Value) -> Self {
        let mut view = self.clone();
        if let (Shown::These(columns), false) = (&mut view.shown, shown.is_null()) {
            columns.retain(|column| column.cell(answer, How::Raw) != column.cell(shown, How::Raw));
        }
        view
    }

    /// Whether it can say that there is nothing to tell: an empty object.
    pub(crate) fn can_be_empty(&self) -> bool {
        matches!(self.format, Format::Json | Format::Yaml)
    }

    /// How many items are to be fetched at most: all where they are yet to be sorted or chosen among.
    pub(crate) fn fetched(&self) -> Option<u64> {
        self.limit.filter(|_| self.filters.is_empty() && self.sort.is_empty())
    }

    /// Prints an answer: one thing, a list, or the answers of several calls as a list. An answer without
    /// a body prints nothing. What is not shown is told to whoever watches `err`.
    ///
    /// # Errors
    /// When it cannot be written, or `--query` does not fit it.
    pub(crate) fn print(
        &self,
        mut answer: Value,
        terminal: Terminal,
        out: &mut dyn Write,
        err: &mut dyn Write,
    ) -> Result<(), Failure> {
        if answer.is_null() {
            return Ok(());
        }
        if let Value::Array(items) = &mut answer {
            items.retain(|item| self.filters.iter().all(|filter| filter.keeps(item)));
            narrow::sort(items, &self.sort);
            items.truncate(
                self.limit.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX)),
            );
        }
        if let Some(expression) = &self.query {
            let results = query::run(expression, &answer);
            let results = results.map_err(|e| Failure::Answer(format!("--query: {e}")))?;
            return Ok(self.results(results, terminal, out)?);
        }
        let beside = self.apart(&mut answer);
        if terminal.progress && !self.acts && answer.as_array().is_some_and(Vec::is_empty) {
            writeln!(err, "(none)")?;
        }
        if let Shown::Keys(key) = &self.shown {
            let items = answer.as_array().map_or(std::slice::from_ref(&answer), Vec::as_slice);
            for item in items {
                writeln!(out, "{}", key.cell(item, How::Raw))?;
            }
            return Ok(());
        }
        // A table that the server has made stays as it is.
        if let (Value::String(text), Format::Table | Format::Csv) = (&answer, self.format)
            && text.ends_with('\n')
        {
            return Ok(out.write_all(text.as_bytes())?);
        }
        match self.format {
            Format::Json => Ok(json(&answer, out)?),
            Format::Yaml => Ok(yaml(&answer, out)?),
            Format::Csv => Ok(self.csv(&answer, terminal, out)?),
            Format::Table => {
                if let Some(file) = self.file(&answer, terminal) {
                    return Ok(out.write_all(&file)?);
                }
                let note = self.table(&answer, terminal, out)?;
                if terminal.columns.is_some() && !beside.is_empty() {
                    let view = Self { title: String::new(), kind: None, ..self.clone() };
                    if answer.as_array().is_some_and(|items| !items.is_empty()) {
                        writeln!(out)?;
                    }
                    view.table(&beside.into(), terminal, out)?;
                }
                out.flush()?;
                // Whoever reads a file or a pipe knows what was asked for.
                if terminal.columns.is_some() && terminal.progress && !note.is_empty() {
                    writeln!(err, "… {note}")?;
                }
                Ok(())
            }
        }
    }

    /// Leaves of an answer what is listed, and tells what lies beside it.
    fn apart(&self, answer: &mut Value) -> Map<String, Value> {
        let Value::Object(fields) = answer else { return Map::new() };
        let listed = self.listed.as_ref().filter(|_| !self.can_be_empty());
        let Some(items) = listed.and_then(|field| fields.shift_remove(field)) else {
            return Map::new();
        };
        let mut beside = std::mem::take(fields);
        // How many there are is to be seen.
        if beside
            .get("meta")
            .and_then(Value::as_object)
            .is_some_and(|meta| meta.contains_key("total"))
        {
            beside.shift_remove("meta");
        }
        *answer = items;
        beside
    }

    /// What an answer that is a file in base64 stands for: as it is, or, on a terminal, what can be read.
    fn file(&self, answer: &Value, terminal: Terminal) -> Option<Vec<u8>> {
        let field = self.kind.as_ref()?.file().filter(|_| matches!(self.shown, Shown::Usual))?;
        let encoded = answer.get(field)?.as_str().filter(|text| !text.is_empty())?;
        if terminal.columns.is_none() {
            return files::decode(encoded);
        }
        let text = files::plain(encoded)?;
        Some(format!("{}\n", text::clean_lines(text.trim_end())).into_bytes())
    }

    fn csv(&self, answer: &Value, terminal: Terminal, out: &mut dyn Write) -> io::Result<()> {
        let items = answer.as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
        let columns = match &self.shown {
            Shown::These(columns) => Some(&columns[..]),
            _ => None,
        };
        csv::print(items, columns, self.header, terminal.columns.is_some(), out)
    }

    /// Prints for people, and tells what is left out.
    fn table(&self, answer: &Value, terminal: Terminal, out: &mut dyn Write) -> io::Result<String> {
        let style = Style { columns: terminal.columns, colour: terminal.colour };
        if let Value::Array(items) = answer {
            return self.list(items, style, out);
        }
        if let Shown::These(columns) = &self.shown {
            thing::chosen(answer, columns, style, out)?;
            return Ok(String::new());
        }
        let mut readable = answer.clone();
        // A line in a pipe is a field, as the API has it.
        if let Some(kind) = self.kind.as_ref().filter(|_| terminal.columns.is_some()) {
            kind.decode(&mut readable, files::plain);
        }
        let title = match pointers::label(answer) {
            Some(name) if !self.title.is_empty() => format!("{} {name}", self.title),
            _ => self.title.clone(),
        };
        let layout =
            thing::Layout { title: &title, first: &self.chosen, all: self.all_fields, style };
        Ok(match thing::print(&readable, &layout, out)? {
            0 => String::new(),
            1 => "1 empty field; --all-fields".to_owned(),
            n => format!("{n} empty fields; --all-fields"),
        })
    }

    fn list(&self, items: &[Value], style: Style, out: &mut dyn Write) -> io::Result<String> {
        let all = fields(items);
        let every = || match all[..] {
            [] => vec![Column::parse(".:VALUE")],
            ref names => names.iter().map(|name| Column::field(name)).collect(),
        };
        let (columns, fixed) = match &self.shown {
            Shown::These(columns) => (columns.clone(), true),
            Shown::Usual if !self.chosen.is_empty() => (self.chosen.clone(), false),
            Shown::Usual => (every(), false),
            Shown::Everything | Shown::Keys(_) => (every(), true),
        };
        if items.is_empty() && (style.columns.is_some() || (self.chosen.is_empty() && !fixed)) {
            return Ok(String::new());
        }
        let layout = table::Layout { columns: &columns, fixed, header: self.header };
        let left_out = table::list(items, &layout, style, out)?;
        if fixed {
            return Ok(String::new());
        }
        let shown = columns.iter().filter(|c| !left_out.contains(&c.heading));
        let shown: Vec<&str> = shown.flat_map(Column::ways).filter_map(|way| way.top()).collect();
        let more = all.iter().filter(|name| !shown.contains(name)).count();
        let what = if more == 1 { "1 more field" } else { &format!("{more} more fields") };
        let named = &left_out[..left_out.len().min(NAMED)];
        let names = match named {
            [] => String::new(),
            all if all.len() >= more => format!(" ({})", all.join(", ").to_lowercase()),
            all => format!(" ({}, …)", all.join(", ").to_lowercase()),
        };
        let note = format!("{what}{names}; --columns all, or -o json");
        Ok(if more > 0 { note } else { String::new() })
    }

    /// What a query made of the answer: in a table, texts and numbers stand as they are.
    fn results(
        &self,
        results: Vec<Value>,
        terminal: Terminal,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self.format {
            Format::Json => return results.iter().try_for_each(|result| json(result, out)),
            Format::Yaml => {
                for (place, result) in results.iter().enumerate() {
                    if place > 0 {
                        writeln!(out, "---")?;
                    }
                    yaml(result, out)?;
                }
                return Ok(());
            }
            Format::Csv | Format::Table => {}
        }
        if let ([one @ Value::Object(_)], Format::Table) = (&results[..], self.format) {
            let view = Self { title: String::new(), shown: Shown::Everything, ..self.clone() };
            return view.table(one, terminal, out).map(|_| ());
        }
        let items = match <[Value; 1]>::try_from(results) {
            Ok([Value::Array(items)]) => items,
            Ok([one]) => vec![one],
            Err(several) => several,
        };
        let items = Value::Array(items);
        let view = Self { chosen: Vec::new(), shown: Shown::Everything, ..self.clone() };
        match (&items, self.format) {
            (_, Format::Csv) => view.csv(&items, terminal, out),
            (Value::Array(things), _) if things.iter().all(Value::is_object) => {
                view.table(&items, terminal, out).map(|_| ())
            }
            (Value::Array(values), _) => values.iter().try_for_each(|value| match value {
                Value::String(text) if terminal.columns.is_none() => writeln!(out, "{text}"),
                Value::String(text) => writeln!(out, "{}", text::clean_lines(text)),
                value => writeln!(out, "{}", raw(value)),
            }),
            _ => Ok(()),
        }
    }
}

/// Prints an answer that no operation has, in the format that `matches` asks for.
///
/// # Errors
/// When it cannot be written.
pub fn print(answer: &Value, matches: &clap::ArgMatches) -> io::Result<()> {
    let format = matches.get_one::<String>(crate::globals::OUTPUT).map_or("table", String::as_str);
    let (out, err) = (&mut io::stdout(), &mut io::stderr());
    let printed = View::plain(format).print(answer.clone(), Terminal::of_process(), out, err);
    match printed {
        Ok(()) => out.flush(),
        Err(Failure::Io(error)) => Err(error),
        Err(other) => Err(io::Error::other(other)),
    }
}

fn json(answer: &Value, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", text::escaped(&format!("{answer:#}")))
}

fn yaml(answer: &Value, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_saphyr::to_string(answer).map_err(io::Error::other)?;
    writeln!(out, "{}", text.trim_end())
}

/// The fields that the items have, in the order in which they come.
fn fields(items: &[Value]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in items.iter().filter_map(Value::as_object).flat_map(|o| o.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn printed(answer: &Value, format: &str, columns: Option<usize>) -> String {
        let mut out = Vec::new();
        let terminal = Terminal { columns, ..Terminal::default() };
        View::plain(format).print(answer.clone(), terminal, &mut out, &mut Vec::new()).unwrap();
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
                        let kept = match format {
                            "csv" if columns.is_none() => "\r\t",
                            "table" if columns.is_none() => "\t",
                            _ => "",
                        };
                        c.is_control() && c != '\n' && !kept.contains(c)
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
