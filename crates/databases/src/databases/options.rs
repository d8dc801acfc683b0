//! Advanced options: which there are, what each can be, and which are set.
//!
//! What an option can be is the catalogue's to say. What is set is part of a database's settings.

use api::databases::*;
use api::wire::Map;
use serde_json::{Number, Value};

use super::{Database, word};
use crate::catalog::{DatabaseOption, DatabaseTier, OptionValues, nearest};
use crate::{Cx, Doc, Refusal, Result, Routes, Tx, ensure, refuse};
use DatabaseEngine::{Kafka, Mysql, Pg};

/// What can run beside Kafka, as the catalogue has it.
const REST: &str = "kafka-rest";
const REGISTRY: &str = "schema-registry";
const CONNECT: &str = "kafka-connect";

pub(super) fn routes() -> Routes {
    Routes::of::<Database>()
        .read(|cx, doc, _: ListDatabaseOptions| list(cx, &doc, None))
        .alter(|tx, doc, req: UpdateDatabaseOptions| set(tx, doc, None, req.options.0))
        .read(|cx, doc, _: ListKafkaRestOptions| list(cx, &doc, Some(REST)))
        .alter(|tx, doc, req: UpdateKafkaRestOptions| set(tx, doc, Some(REST), req.options.0))
        .read(|cx, doc, _: ListSchemaRegistryOptions| list(cx, &doc, Some(REGISTRY)))
        .alter(|tx, doc, req: UpdateSchemaRegistryOptions| {
            set(tx, doc, Some(REGISTRY), req.options.0)
        })
        .read(|cx, doc, _: ListKafkaConnectOptions| list(cx, &doc, Some(CONNECT)))
        .alter(|tx, doc, req: UpdateKafkaConnectOptions| set(tx, doc, Some(CONNECT), req.options.0))
        .done()
}

impl Database {
    /// The options that are set, by their names: of what runs beside it, with that before them.
    pub(super) fn set_options(&self) -> impl Iterator<Item = (String, String)> {
        self.options.iter().flat_map(|(service, options)| {
            let beside =
                if service == word(self.engine) { String::new() } else { format!("{service}.") };
            options.iter().map(move |(name, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (format!("{beside}{name}"), text)
            })
        })
    }
}

/// What the options are of: the engine, or what is beside it.
///
/// # Errors
/// 400 where the engine has none, or where nothing is beside it.
fn service(cx: &Cx, database: &Database, beside: Option<&'static str>) -> Result<&'static str> {
    let Some(beside) = beside else {
        database.needs("advanced options", &[Mysql, Pg, Kafka])?;
        return Ok(word(database.engine));
    };
    database.needs(beside, &[Kafka])?;
    needs_business(cx, database, beside)?;
    Ok(beside)
}

/// Refuses what runs beside the engine on business plans and larger ones only.
pub(super) fn needs_business(cx: &Cx, database: &Database, beside: &str) -> Result<()> {
    let is_small = database.size(cx.catalog()).is_some_and(|p| p.tier < DatabaseTier::Business);
    let help =
        format!("{beside} runs on business plans and larger ones; this is {}", database.plan);
    Refusal::bad("This is not available for the plan.").help(help).unless(!is_small)
}

fn list(cx: &Cx, doc: &Doc<Database>, beside: Option<&'static str>) -> Result<DatabaseOptions> {
    Ok(shown(cx, doc, service(cx, doc, beside)?))
}

fn set(
    tx: &mut Tx,
    doc: &mut Doc<Database>,
    beside: Option<&'static str>,
    options: Map,
) -> Result<DatabaseOptions> {
    let cx = tx.cx();
    let service = service(cx, doc, beside)?;
    for (name, value) in &options {
        let known = |option: &&DatabaseOption| option.name() == name;
        match cx.catalog().database_options(service).find(known) {
            Some(option) => check(option, value)?,
            None => {
                let known = cx.catalog().database_options(service).map(DatabaseOption::name);
                let meant = nearest(name, known.map(|name| (name, name)));
                let meant = meant.map(|name| format!("; did you mean `{name}`?"));
                return refuse(
                    name,
                    format!("is no option of {service}{}", meant.unwrap_or_default()),
                );
            }
        }
    }
    if options.is_empty() {
        cx.warn("options", format!("nothing was set: no option of {service} was sent"));
    }
    doc.options.entry(service.into()).or_default().extend(options);
    Ok(shown(cx, doc, service))
}

fn shown(cx: &Cx, database: &Database, service: &str) -> DatabaseOptions {
    DatabaseOptions {
        configured_options: database.options.get(service).cloned().unwrap_or_default(),
        available_options: cx.catalog().database_options(service).map(available).collect(),
    }
}

fn available(option: &DatabaseOption) -> AvailableOption {
    let (least, most) = match &option.values {
        OptionValues::Int(least, most) | OptionValues::Float(least, most) => {
            (Some(least.clone()), Some(most.clone()))
        }
        _ => (None, None),
    };
    AvailableOption {
        name: option.name().into(),
        kind: option.values.type_word().into(),
        enumerals: match &option.values {
            OptionValues::Enum(words) => words.clone(),
            _ => Vec::new(),
        },
        min_value: least,
        max_value: most,
        alt_values: option.alt_values.clone(),
        units: option.units.clone(),
    }
}

/// Refuses what an option cannot be.
fn check(option: &DatabaseOption, value: &Value) -> Result<()> {
    let name = option.name();
    match (&option.values, value) {
        (OptionValues::Int(least, most), Value::Number(number)) => {
            let is_within = whole(number).is_some_and(|n| {
                whole(least) <= Some(n) && whole(most).is_none_or(|most| n <= most)
            });
            ensure(
                is_within || is_besides(option, number),
                name,
                range(option, "whole number", number, least, most),
            )
        }
        (OptionValues::Float(least, most), Value::Number(number)) => {
            let is_within = least.as_f64() <= number.as_f64() && number.as_f64() <= most.as_f64();
            ensure(
                is_within || is_besides(option, number),
                name,
                range(option, "number", number, least, most),
            )
        }
        (OptionValues::Enum(words), Value::String(text)) => {
            let known: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            ensure(
                words.contains(text),
                name,
                format_args!("`{text}` is none of {}", known.join(", ")),
            )
        }
        (OptionValues::Bool, Value::Bool(_)) | (OptionValues::String, Value::String(_)) => Ok(()),
        (values, _) => refuse(name, format_args!("`{value}` is no {}", values.type_word())),
    }
}

/// A number without a fraction; some bounds are beyond what `i64` can hold.
fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

fn is_besides(option: &DatabaseOption, number: &Number) -> bool {
    number.as_i64().is_some_and(|number| option.alt_values.contains(&number))
}

/// What is wrong with a number, and what would be right.
fn range(
    option: &DatabaseOption,
    what: &str,
    number: &Number,
    least: &Number,
    most: &Number,
) -> String {
    let besides: Vec<_> = option.alt_values.iter().map(|value| format!(", nor {value}")).collect();
    let space = if option.units.is_empty() { "" } else { " " };
    format!(
        "{number} is no {what} from {least} to {most}{space}{}{}",
        option.units,
        besides.concat()
    )
}
