//! What the wire accepts, what it refuses, and in which words.

use serde_json::{Value, json};

use super::{Problem, UnknownField, decode, encode, unknown_fields};
use crate::id::{BlockId, InstanceId};
use crate::object_storages::CreateObjectStorageBucket;
use crate::{OrEmpty, Wire, endpoint, part, words};

/// Brew a cup of tea.
#[derive(PartialEq)]
#[endpoint(POST "/v2/kettles/{kettle-id}/cups" -> 204, needs Provisioning)]
struct Brew {
    kettle_id: BlockId,
    cups: u8,
    tea: Option<Tea>,
    guest: Option<OrEmpty<InstanceId>>,
    steps: Option<Vec<Step>>,
    strong: Option<bool>,
}

#[words]
enum Tea {
    #[default]
    Green,
    EarlGrey,
}

#[part]
struct Step {
    seconds: u32,
    note: Option<String>,
}

/// List cups.
#[derive(PartialEq)]
#[endpoint(GET "/v2/cups/{name}" -> 204, needs AnyKey)]
struct ListCups {
    name: String,
    teas: Option<Vec<Tea>>,
    sizes: Option<Vec<u16>>,
    label: Option<String>,
}

const ID: &str = "cb676a46-66fd-4dfb-b839-443f2e6c0b60";

fn brew(body: Value) -> Result<Brew, Problem> {
    let Value::Object(body) = body else { panic!("a body is an object") };
    decode([("kettle-id".to_owned(), ID.to_owned())], body)
}

fn wrong(body: Value) -> (String, String) {
    let problem = brew(body).unwrap_err();
    (problem.field, problem.text)
}

fn cups(pairs: &[(&str, &str)]) -> Result<ListCups, Problem> {
    decode(pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())), serde_json::Map::new())
}

#[test]
fn numbers_and_flags_may_be_sent_as_text() {
    let sloppy = brew(json!({ "cups": "3", "strong": "true", "steps": [{ "seconds": "90" }] }));
    let proper = brew(json!({ "cups": 3, "strong": true, "steps": [{ "seconds": 90 }] }));
    assert_eq!(sloppy.unwrap(), proper.unwrap());
}

#[test]
fn a_fraction_that_is_none_is_none() {
    let round = |text: &str| brew(serde_json::from_str(text).unwrap()).unwrap().cups;
    assert_eq!((round(r#"{"cups":20.0}"#), round(r#"{"cups":"20.00"}"#)), (20, 20));
    assert_eq!(wrong(json!({ "cups": 20.5 })).1, "`20.5` is no whole number from 0 to 255");
    assert_eq!(wrong(json!({ "cups": "20." })).1, "`20.` is no whole number from 0 to 255");
}

#[test]
fn an_item_without_a_value_is_no_item() {
    let steps = |steps: Value| brew(json!({ "cups": 1, "steps": steps })).unwrap().steps.unwrap();
    assert_eq!(steps(json!([""])), []);
    assert_eq!(steps(json!([null, { "seconds": 1 }, ""])).len(), 1);
}

#[test]
fn what_nobody_reads_is_found_at_every_depth_with_what_could_be_meant() {
    let body = json!({
        "cups": 1, "strnog": true, "tea": null,
        "steps": [{ "seconds": 1 }, { "seconds": 2, "note": "x", "notes": "y" }],
    });
    let Value::Object(body) = body else { unreachable!() };
    brew(Value::Object(body.clone())).unwrap();
    let found = unknown_fields(Brew::FORM, &body);
    let unknown = |path: &str, name: &str, others: &[&str]| UnknownField {
        path: path.into(),
        name: name.into(),
        others: others.iter().map(|other| (*other).to_owned()).collect(),
    };
    let expected = [
        unknown("strnog", "strnog", &["guest", "kettle_id", "strong"]),
        unknown("steps[1].notes", "notes", &[]),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_field_by_another_of_its_names_is_read() {
    let body = json!({ "name": "x", "enable_object_lock": true });
    let Value::Object(body) = body else { unreachable!() };
    let storage = [("object-storage-id".to_owned(), ID.to_owned())];
    let request: CreateObjectStorageBucket = decode(storage, body.clone()).unwrap();
    assert_eq!((&*request.bucket_name, request.object_lock), ("x", Some(true)));
    assert_eq!(unknown_fields(CreateObjectStorageBucket::FORM, &body), []);
}

#[test]
fn fields_that_nobody_knows_are_ignored() {
    let body = json!({ "cups": 1, "milk": { "fat": 3.5 }, "steps": [{ "seconds": 1, "x": [] }] });
    assert_eq!(brew(body).unwrap().steps.unwrap().len(), 1);
}

#[test]
fn null_is_absence_at_every_depth() {
    let body = json!({ "cups": 1, "tea": null, "steps": [{ "seconds": 1, "note": null }] });
    let brew = brew(body).unwrap();
    assert_eq!(brew.tea, None);
    assert_eq!(brew.steps.unwrap()[0].note, None);
    assert_eq!(wrong(json!({ "cups": null })), ("cups".into(), "is required".into()));
}

#[test]
fn null_is_not_sent_at_any_depth() {
    let steps = Some(vec![Step { seconds: 1, note: None }]);
    let sent = encode(&Brew { cups: 1, steps, ..Brew::default() }).unwrap();
    assert_eq!(sent.body.unwrap(), br#"{"cups":1,"steps":[{"seconds":1}]}"#);
}

#[test]
fn an_id_is_cleared_with_an_empty_text() {
    let cleared = brew(json!({ "cups": 1, "guest": "" })).unwrap();
    assert_eq!(cleared.guest, Some(OrEmpty(None)));
    let sent = encode(&cleared).unwrap().body.unwrap();
    assert_eq!(sent, br#"{"cups":1,"guest":""}"#);
    assert_eq!(brew(json!({ "cups": 1, "guest": "0" })).unwrap().guest, Some(OrEmpty(None)));
}

#[test]
fn a_problem_names_its_field_and_what_would_be_right() {
    let cases = [
        (json!({}), "cups", "is required"),
        (json!({ "cups": "many" }), "cups", "`many` is no whole number from 0 to 255"),
        (json!({ "cups": 256 }), "cups", "`256` is no whole number from 0 to 255"),
        (json!({ "cups": [1] }), "cups", "`[1]` is no whole number from 0 to 255"),
        (json!({ "cups": 1, "strong": 1 }), "strong", "`1` is no true or false"),
        (json!({ "cups": 1, "tea": "mint" }), "tea", "`mint` is none of green, earl_grey"),
        (json!({ "cups": 1, "steps": [{ "seconds": 1 }, {}] }), "steps[1].seconds", "is required"),
        (
            json!({ "cups": 1, "steps": [{ "seconds": "x" }] }),
            "steps[0].seconds",
            "`x` is no whole number of at least 0",
        ),
    ];
    for (body, field, text) in cases {
        assert_eq!(wrong(body), (field.into(), text.into()));
    }
    let (field, text) = wrong(json!({ "cups": 1, "steps": 5 }));
    assert_eq!((field.as_str(), text.as_str()), ("steps", "expected a list, got `5`"));
    let (field, text) = wrong(json!({ "cups": 1, "steps": [7] }));
    assert_eq!((field.as_str(), text.as_str()), ("steps[0]", "expected an object, got `7`"));
    let (field, text) = wrong(json!({ "cups": 1, "steps": [{ "seconds": 1, "note": 2 }] }));
    assert_eq!((field.as_str(), text.as_str()), ("steps[0].note", "expected a text, got `2`"));
    let (field, text) = wrong(json!({ "cups": 1, "tea": 7 }));
    assert_eq!((field.as_str(), text.as_str()), ("tea", "`7` is none of green, earl_grey"));
}

#[test]
fn a_refusal_repeats_no_more_than_a_part_of_what_was_sent() {
    let (field, text) = wrong(json!({ "cups": vec![1; 100_000] }));
    assert_eq!((field.as_str(), text.chars().count()), ("cups", 601));
    assert!(text.starts_with("`[1,1,") && text.ends_with("]` is no whole number from 0 to 255"));
}

#[test]
fn what_should_be_a_uuid_and_is_none_is_told_apart() {
    let problem = brew(json!({ "cups": 1, "guest": "me" })).unwrap_err();
    assert!(problem.is_uuid());
    assert_eq!(problem.to_string(), "guest: Invalid UUID format. `me`");
    let texts = [("kettle-id".to_owned(), "x".to_owned())];
    let Value::Object(body) = json!({ "cups": 1 }) else { unreachable!() };
    let problem = decode::<Brew>(texts, body).unwrap_err();
    assert!(problem.is_uuid() && problem.field == "kettle_id", "{problem:?}");
    assert!(!brew(json!({ "cups": "me" })).unwrap_err().is_uuid());
}

#[test]
fn the_path_wins_over_the_body() {
    let other = "00000000-0000-0000-0000-000000000001";
    let brew = brew(json!({ "kettle_id": other, "cups": 1 })).unwrap();
    assert_eq!(brew.kettle_id.to_string(), ID);
}

#[test]
fn a_query_is_read_by_the_types_of_its_fields() {
    let read =
        cups(&[("name", "a"), ("teas", "green,earl_grey"), ("sizes", "1,2"), ("label", "3")]);
    let expected = ListCups {
        name: "a".into(),
        teas: Some(vec![Tea::Green, Tea::EarlGrey]),
        sizes: Some(vec![1, 2]),
        label: Some("3".into()),
    };
    assert_eq!(read.unwrap(), expected);
    assert_eq!(cups(&[("name", "a"), ("sizes", "")]).unwrap().sizes, Some(vec![]));
    assert_eq!(
        cups(&[("name", "a"), ("sizes", "1"), ("sizes", "2")]).unwrap().sizes,
        Some(vec![2])
    );
    let problem = cups(&[("name", "a"), ("sizes", "1,x")]).unwrap_err();
    assert_eq!(problem.to_string(), "sizes[1]: `x` is no whole number from 0 to 65535");
}

#[test]
fn a_path_holds_any_text_but_none_that_leads_elsewhere() {
    let at = |name: &str| encode(&ListCups { name: name.into(), ..ListCups::default() });
    assert_eq!(at("a/b?c=d&ü%").unwrap().uri, "/v2/cups/a%2Fb%3Fc%3Dd%26%C3%BC%25");
    assert_eq!(at("{name}").unwrap().uri, "/v2/cups/%7Bname%7D");
    for name in ["", ".", ".."] {
        let wrong = at(name).unwrap_err().to_string();
        assert_eq!(wrong, format!("name must not be `{name}`"));
    }
}
