//! The options of whatever answers something, and what they say.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use presentation::columns::{Column, Kind};
use presentation::flags::OUTPUT as FLAGS;
use presentation::operations::{self, Operation};
use presentation::places;

use super::narrow::{Filter, Key};
use super::{Format, Shown, View, query};
use crate::command::LIMIT;
use crate::error::Failure;
use crate::globals::OUTPUT;
use crate::input::many;

pub(crate) const COLUMNS: &str = "@columns";
pub(crate) const NO_HEADER: &str = "@no-header";
pub(crate) const SORT: &str = "@sort";
pub(crate) const FILTER: &str = "@filter";
pub(crate) const QUIET: &str = "@quiet";
pub(crate) const QUERY: &str = "@query";
pub(crate) const ALL_FIELDS: &str = "@all-fields";

const EVERYTHING: &str = "all";

/// The options for the answer of `operation`; none where it answers nothing.
pub(crate) fn args(operation: &Operation, all: &[Operation]) -> Vec<Arg> {
    if operation.op.shape == api::Shape::Empty {
        return Vec::new();
    }
    let kind = Kind::of(operation, all);
    let is_list = operation.is_list();
    let option = |id: &'static str| {
        let long = id.trim_start_matches('@');
        let place = FLAGS.iter().position(|flag| *flag == long).unwrap_or_default();
        Arg::new(id).long(long).help_heading("Output options").display_order(700 + place)
    };
    let flag = |id| option(id).action(ArgAction::SetTrue);
    let mut columns: Vec<String> = kind.columns.iter().map(|c| c.heading.to_lowercase()).collect();
    columns.retain(|_| is_list);
    let usual =
        if columns.is_empty() { String::new() } else { format!("; else {}", columns.join(", ")) };
    let mut args = vec![
        option(COLUMNS)
            .value_name("A,B.C|all")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .help(format!("Show these fields, in a table or as CSV{usual}")),
        flag(NO_HEADER).help("Leave out the line of headings"),
    ];
    if is_list {
        args.push(
            option(SORT)
                .value_name("FIELD,-FIELD")
                .value_delimiter(',')
                .allow_hyphen_values(true)
                .action(ArgAction::Append)
                .help("Sort by these fields; `-` for the largest first"),
        );
        args.push(
            option(FILTER)
                .value_name("FIELD=VALUE")
                .action(ArgAction::Append)
                .help("Show only what fits: = != ~ (contains) !~ < <= > >=; repeatable"),
        );
    } else {
        args.push(flag(ALL_FIELDS).help("Show the fields, too, in which nothing is"));
    }
    if let Some(key) = kind.key() {
        let what = match key.name().as_str() {
            "id" | "." => "id".to_owned(),
            name => name.replace('_', " "),
        };
        let each = if is_list { ", one a line" } else { "" };
        args.push(flag(QUIET).short('q').help(format!("Print only the {what}{each}")));
    }
    let example = if is_list { ".[].id" } else { ".id" };
    args.push(option(QUERY).value_name("JQ").help(format!(
        "Print what this jq expression makes of it: `--query '{example}'`; -o json for JSON"
    )));
    args
}

/// The options for an answer of which nothing is known before.
pub(crate) fn raw_args() -> [Arg; 4] {
    let option = |id: &'static str| Arg::new(id).long(id.trim_start_matches('@'));
    let some = |id| option(id).action(ArgAction::Append);
    [
        some(COLUMNS)
            .value_delimiter(',')
            .value_name("A,B.C|all")
            .help("Show these fields in a table"),
        some(SORT)
            .value_delimiter(',')
            .value_name("FIELD,-FIELD")
            .allow_hyphen_values(true)
            .help("Sort by these fields; `-` for the largest first"),
        some(FILTER)
            .value_name("FIELD=VALUE")
            .help("Show only what fits: = != ~ (contains) !~ < <= > >="),
        option(QUERY)
            .value_name("JQ")
            .help("Print what this jq expression makes of the whole answer"),
    ]
    .map(|arg| arg.help_heading("Output options"))
}

impl View {
    /// How the answer to a call of any path is to be shown, that of a known operation as its own; none
    /// where no option says so.
    ///
    /// # Errors
    /// As [`View::new`].
    pub(crate) fn of_raw(
        operation: Option<&Operation>,
        matches: &ArgMatches,
        args: &ArgMatches,
    ) -> Result<Option<Self>, Failure> {
        let given = |id: &&str| args.value_source(id) == Some(ValueSource::CommandLine);
        let of_operation = [COLUMNS, SORT, FILTER].into_iter().find(given);
        match (operation, of_operation, crate::globals::format(matches)) {
            (None, Some(id), _) => {
                let option = id.trim_start_matches('@');
                let text =
                    format!("--{option}: the path is of no known operation; --query does with any");
                Err(Failure::usage(text))
            }
            (_, None, None) if !given(&QUERY) => Ok(None),
            (Some(operation), ..) => {
                Self::new(operation, &operations::with_own(), matches, args).map(Some)
            }
            (None, None, format) => {
                let mut view = Self::plain(format.unwrap_or("table"));
                if let Some(expression) = many(args, QUERY).next() {
                    let wrong = |e| Failure::usage(format!("--query: {e}"));
                    query::check(expression).map_err(wrong)?;
                    view.query = Some(expression.to_owned());
                }
                Ok(Some(view))
            }
        }
    }

    /// Whether the whole of an answer is shown, and not what is in its envelope.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.format, Format::Json | Format::Yaml) || self.query.is_some()
    }

    /// How the answer of `operation` is to be shown.
    ///
    /// # Errors
    /// Where an option asks for what there is not, or two of them do not go together. Nothing has been
    /// sent yet.
    pub(crate) fn new(
        operation: &Operation,
        all: &[Operation],
        matches: &ArgMatches,
        args: &ArgMatches,
    ) -> Result<Self, Failure> {
        let kind = Kind::of(operation, all);
        let format = matches.get_one::<String>(OUTPUT).map_or("table", String::as_str);
        let mut view = Self::plain(format);
        view.title = title(operation);
        view.chosen = kind.columns.clone();
        view.kind = Some(kind.clone());
        view.acts = !operation.reads();
        view.listed = operation.listed();
        view.header = !flag(args, NO_HEADER);
        view.all_fields = flag(args, ALL_FIELDS);
        view.limit = args.try_get_one::<u64>(LIMIT).ok().flatten().copied();
        let wrong = |option: &str, text: String| Failure::usage(format!("--{option}: {text}"));
        for name in many(args, SORT).filter(|name| !name.is_empty()) {
            view.sort.push(Key::parse(&kind, name).map_err(|e| wrong("sort", e))?);
        }
        for text in many(args, FILTER) {
            view.filters.push(Filter::parse(&kind, text).map_err(|e| wrong("filter", e))?);
        }
        let columns: Vec<&str> =
            many(args, COLUMNS).map(str::trim).filter(|c| !c.is_empty()).collect();
        if columns.contains(&EVERYTHING) {
            view.shown = Shown::Everything;
            view.all_fields = true;
        } else if !columns.is_empty() {
            let columns = columns.iter().map(|name| kind.column(name));
            view.shown =
                Shown::These(columns.collect::<Result<_, _>>().map_err(|e| wrong("columns", e))?);
        }
        if let Some(expression) = many(args, QUERY).next() {
            query::check(expression).map_err(|e| wrong("query", e))?;
            view.query = Some(expression.to_owned());
        }
        if flag(args, QUIET) {
            view.shown = Shown::Keys(kind.key().unwrap_or_else(|| Column::field("id")));
        }
        contradiction(&view, matches, args).map_or(Ok(view), |text| Err(Failure::usage(text)))
    }
}

/// Two options that do not go together, and what would.
fn contradiction(view: &View, matches: &ArgMatches, args: &ArgMatches) -> Option<String> {
    let is_given = |id| {
        args.try_contains_id(id).unwrap_or(false)
            && args.value_source(id) == Some(ValueSource::CommandLine)
    };
    let given = [COLUMNS, NO_HEADER, ALL_FIELDS].into_iter().find(|id| is_given(id));
    let long = |id: &str| format!("--{}", id.trim_start_matches('@'));
    let others = [COLUMNS, NO_HEADER, ALL_FIELDS, QUERY].into_iter().find(|id| is_given(id));
    if is_given(QUIET) {
        if let Some(other) = others {
            return Some(format!("--quiet prints ids only: leave out {}", long(other)));
        }
        if matches.value_source(OUTPUT) == Some(ValueSource::CommandLine) {
            return Some("--quiet prints ids only: leave out --output".to_owned());
        }
    }
    match view.format {
        Format::Json | Format::Yaml => given.map(|option| {
            format!("{} is for tables and CSV; of JSON and YAML --query takes parts", long(option))
        }),
        _ if is_given(QUERY) && is_given(COLUMNS) => {
            Some("--query says itself what is printed: leave out --columns".to_owned())
        }
        _ => None,
    }
}

fn flag(args: &ArgMatches, id: &str) -> bool {
    args.try_get_one::<bool>(id).ok().flatten() == Some(&true)
}

/// What the answer is: `instance`, `instance user-data`.
fn title(operation: &Operation) -> String {
    let group = places::of(operation.group.name).map_or(operation.group.name, |place| place.path);
    match operation.command {
        "list" | "get" | "create" | "update" => group.to_owned(),
        command => {
            let verbs = ["list-", "get-", "create-", "update-", "set-", "add-"];
            let rest = verbs.iter().find_map(|verb| command.strip_prefix(verb)).unwrap_or(command);
            format!("{group} {rest}")
        }
    }
}
