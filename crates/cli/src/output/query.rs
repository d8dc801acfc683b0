//! `--query`: an expression in jq's language, by the library jaq. It keeps the order of fields and
//! every digit of a number that it does not calculate with.

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Vars, compile, load};
use jaq_json::{Val, read};
use serde_json::Value;

/// What jq has and jaq's library has not.
const MORE: &str = r#"
def @tsv: map(if . == null then "" else tostring | gsub("\t"; "\\t") | gsub("\n"; "\\n") end) | join("\t");
"#;

/// Checks an expression.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(expression: &str) -> Result<(), String> {
    compiled(expression).map(|_| ())
}

/// What the expression makes of the answer: any number of values.
///
/// # Errors
/// Where it is wrong, or does not fit the answer.
pub(super) fn run(expression: &str, answer: &Value) -> Result<Vec<Value>, String> {
    let filter = compiled(expression)?;
    let input = read::parse_single(answer.to_string().as_bytes()).map_err(|e| e.to_string())?;
    let context = Ctx::<JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let mut found = Vec::new();
    for value in filter.id.run((context, input)) {
        let value = match value.map_err(jaq_core::Exn::get_err) {
            Ok(value) => value,
            Err(Ok(error)) => return Err(short(&error.to_string())),
            // `halt` ends it.
            Err(Err(_)) => break,
        };
        found.push(json(&value)?);
    }
    Ok(found)
}

/// An error shows the value that did not fit, which may be the whole answer: its ends will do.
fn short(error: &str) -> String {
    const KEPT: usize = 60;
    let all: Vec<char> = error.chars().collect();
    if all.len() <= 2 * KEPT {
        return error.to_owned();
    }
    let (head, tail) = (&all[..KEPT], &all[all.len() - KEPT..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

fn json(value: &Val) -> Result<Value, String> {
    let text = value.to_string();
    serde_json::from_str(&text).map_err(|_| format!("`{text}` is nothing that JSON has"))
}

fn compiled(expression: &str) -> Result<Filter<JustLut<Val>>, String> {
    let more = load::parse(MORE, |parser| parser.defs()).unwrap_or_default();
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(more);
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    let arena = Arena::default();
    let program = File { code: expression, path: () };
    let modules = Loader::new(definitions).load(&arena, program).map_err(|errors| {
        let first = errors.into_iter().map(|(_, error)| unread(expression, error)).next();
        first.unwrap_or_default()
    })?;
    Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
        let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
        first.map(|(name, what)| undefined(name, &what)).unwrap_or_default()
    })
}

fn undefined(name: &str, what: &compile::Undefined) -> String {
    format!("there is no {} `{name}`", what.as_str())
}

/// What was expected where.
fn unread(expression: &str, error: load::Error<&str>) -> String {
    let (expected, rest) = match error {
        load::Error::Lex(errors) => match errors.first() {
            Some((expected, rest)) => (expected.as_str(), *rest),
            None => return String::new(),
        },
        load::Error::Parse(errors) => match errors.first() {
            Some((expected, rest)) => (expected.as_str(), *rest),
            None => return String::new(),
        },
        load::Error::Io(_) => return "it cannot take in files".to_owned(),
    };
    let place = load::span(expression, rest).start;
    let seen = if rest.is_empty() { "the end".to_owned() } else { format!("`{rest}`") };
    format!("expected {expected} before {seen} at character {}", place + 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_query_keeps_the_order_of_fields_and_every_digit() {
        let answer: Value = serde_json::from_str(
            r#"[{"z": 9007199254740993, "a": 0.0070, "label": "x"}, {"z": 1, "a": 2.5, "label": "y"}]"#,
        )
        .unwrap();
        let all = |expression: &str| {
            let found = run(expression, &answer).unwrap();
            found.iter().map(Value::to_string).collect::<Vec<_>>()
        };
        assert_eq!(all(".[0]"), [r#"{"z":9007199254740993,"a":0.007,"label":"x"}"#]);
        assert_eq!(all(".[] | .label"), [r#""x""#, r#""y""#]);
        assert_eq!(all(r#".[] | select(.a > 1) | {label, a}"#), [r#"{"label":"y","a":2.5}"#]);
        assert_eq!(all("map(.z) | add"), ["9007199254740994"]);
        assert_eq!(all(r#".[0].label | test("^x$")"#), ["true"]);
        assert_eq!(all(r#".[0] | [.label, .z] | @tsv"#), [r#""x\t9007199254740993""#]);
        assert_eq!(all("1, halt, 2"), ["1"]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(check(".[] | .label"), Ok(()));
        assert_eq!(
            check(".[").unwrap_err(),
            "expected closing bracket before the end at character 3"
        );
        assert_eq!(check("lable").unwrap_err(), "there is no filter `lable`");
        assert_eq!(check(". |").unwrap_err(), "expected term before the end at character 4");
        assert_eq!(run(".a", &json!([1])).unwrap_err(), "cannot index [1] with \"a\"");
        let long = run(".a", &json!(vec![1; 1000])).unwrap_err();
        assert!(
            long.starts_with("cannot index [1,1") && long.ends_with(",1,1] with \"a\""),
            "{long}"
        );
        assert!(long.chars().count() < 150, "{long}");
        assert_eq!(run("nan", &json!(1)).unwrap_err(), "`NaN` is nothing that JSON has");
    }
}
