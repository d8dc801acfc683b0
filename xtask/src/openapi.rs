//! Writes the OpenAPI document of what is defined, and checks that it hangs together.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

/// Writes or checks the document.
pub(crate) fn run(args: &[&str]) -> Result<ExitCode> {
    let document = api::openapi::document(env!("CARGO_PKG_VERSION"));
    check(&document).context("the OpenAPI document is wrong")?;
    let path = match args {
        ["--check"] => {
            println!(
                "{} operations; every reference leads somewhere",
                operations(&document).count()
            );
            return Ok(ExitCode::SUCCESS);
        }
        [] => crate::root().join("target/openapi.json"),
        [path] if !path.starts_with('-') => PathBuf::from(path),
        other => bail!("cannot understand {}", other.join(" ")),
    };
    let text = serde_json::to_string_pretty(&document)? + "\n";
    std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    println!("{}", path.display());
    Ok(ExitCode::SUCCESS)
}

/// The operations, each with its path and method.
fn operations(document: &Value) -> impl Iterator<Item = (String, &Map<String, Value>)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.filter_map(move |(method, operation)| {
            Some((format!("{} {path}", method.to_uppercase()), operation.as_object()?))
        })
    })
}

/// What every reader of such a document relies on.
fn check(document: &Value) -> Result<()> {
    let version = document["openapi"].as_str().unwrap_or_default();
    ensure!(version.starts_with("3."), "`openapi` is `{version}`, and should be a version 3");
    for field in ["title", "version"] {
        ensure!(document["info"][field].is_string(), "`info.{field}` is missing");
    }
    references(document, document)?;
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        ensure!(!id.is_empty(), "{name} has no operationId");
        ensure!(ids.insert(id), "`{id}` is the id of two operations");
        let answers = operation.get("responses").and_then(Value::as_object);
        let mut statuses = answers.into_iter().flatten().map(|(status, _)| status.as_str());
        ensure!(statuses.any(|status| status.starts_with('2')), "{name} has no success");
        path_parameters(document, &name, operation)?;
    }
    for name in xtask::coverage::defined() {
        ensure!(operations(document).any(|(found, _)| found == name), "{name} is missing");
    }
    Ok(())
}

/// Every `$ref` leads to something in the document.
fn references(document: &Value, value: &Value) -> Result<()> {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                let target = reference.strip_prefix('#').and_then(|way| document.pointer(way));
                ensure!(target.is_some(), "`{reference}` leads nowhere");
            }
            fields.values().try_for_each(|value| references(document, value))
        }
        Value::Array(items) => items.iter().try_for_each(|value| references(document, value)),
        _ => Ok(()),
    }
}

/// The parameters in a path's template are declared, and no others.
fn path_parameters(document: &Value, name: &str, operation: &Map<String, Value>) -> Result<()> {
    let template: BTreeSet<_> =
        name.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(p, _)| p).collect();
    let declared = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let declared: BTreeSet<_> = declared
        .map(|parameter| match parameter.get("$ref").and_then(Value::as_str) {
            Some(way) => document.pointer(&way[1..]).unwrap_or(parameter),
            None => parameter,
        })
        .filter(|parameter| parameter["in"] == "path")
        .filter_map(|parameter| parameter["name"].as_str())
        .collect();
    ensure!(template == declared, "{name} declares {declared:?} as its path's parameters");
    Ok(())
}
