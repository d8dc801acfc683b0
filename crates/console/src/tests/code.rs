//! Operations as code: what is shown means the request that it is shown for.

use std::sync::{Arc, Mutex};

use presentation::{Operation, operations};
use serde_json::{Map, Value, json};
use testkit::sdk;
use testkit::sdk::transport::{Request as Sent, Response};

use crate::code::{self, LANGUAGES, Request, sample};

/// Texts that mean something in some language.
const NASTY: &str = "it's \"$HOME\" `id` ${x} %{y} #{z} \\ <script>alert(1)</script> {{}} @@\n%s é";

/// What was typed and must never be shown.
const SECRET: &str = "correct horse battery staple";

fn operation(id: &str) -> Operation {
    operations::all().into_iter().find(|o| o.op.id == id).unwrap()
}

/// The requests that each operation is tried with: the shortest, and one with everything.
fn requests() -> Vec<(Operation, Map<String, Value>)> {
    let all = operations::all();
    let each = |o: Operation| [(o, sample::fields(&o)), (o, sample::every_field(&o))];
    all.into_iter().flat_map(each).collect()
}

/// What the API is sent for these fields; in a secret's place stands its name.
fn meant(operation: &Operation, fields: &Map<String, Value>) -> (String, String, Value) {
    let request = Request::new(operation, fields);
    let mut all = request.fields.clone();
    all.extend(request.path.iter().map(|(name, text)| (name.clone(), text.clone().into())));
    let sent = operation.encode(all).unwrap_or_else(|e| panic!("{}: {e}", operation.op.id));
    let body = sent.body.map(|body| serde_json::from_slice(&body).unwrap());
    (operation.op.method.to_string(), sent.uri, body.unwrap_or_default())
}

/// The words of a command, as a POSIX shell takes them.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut inside) = (Vec::new(), None::<String>, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (inside, c) {
            (None, ' ' | '\n') => words.extend(word.take()),
            (None, '\\') => match chars.next() {
                Some('\n') => {}
                c => word.get_or_insert_default().extend(c),
            },
            (None, '\'' | '"') => {
                inside = Some(c);
                word.get_or_insert_default();
            }
            (None, c) => {
                assert!(!"$`&|;<>()*?~#!{}[]".contains(c), "the shell takes {c} in {text}");
                word.get_or_insert_default().push(c);
            }
            (Some(quote), c) if c == quote => inside = None,
            (Some('"'), '\\' | '`') => panic!("between double quotes: {text}"),
            (Some(_), c) => word.get_or_insert_default().push(c),
        }
    }
    assert_eq!(inside, None, "a quote is open: {text}");
    words.extend(word);
    words
}

/// What the real command line sends for a command.
async fn sent_by_kettle(command: &str) -> (String, String, Value) {
    let line = words(command);
    let root = cli::settled(cli::command());
    let matches = cli::parse(root, line.into_iter().map(Into::into));
    let matches = matches.unwrap_or_else(|e| panic!("{command}: {}", e.render()));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    let transport = move |request: Sent| {
        let body = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
        let uri = request.uri().path_and_query().unwrap().to_string();
        log.lock().unwrap().push((request.method().to_string(), uri, body));
        let mut response = Response::new(bytes::Bytes::from(r#"{"error":"no","status":400}"#));
        *response.status_mut() = 400.try_into().unwrap();
        async move { Ok(response) }
    };
    let client = sdk::Client::builder("http://127.0.0.1:1").transport(transport).build().unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let context = cli::Context {
        env: &|_| None,
        stdin: &mut std::io::empty(),
        out: &mut out,
        err: &mut err,
        terminal: cli::Terminal { columns: None, colour: false, progress: false, asks: false },
        watch: cli::Watch::new(|_| {}),
        client: Some(client),
    };
    cli::run(&matches, context).await;
    let said = String::from_utf8_lossy(&err).into_owned();
    let asked = asked.lock().unwrap();
    asked.last().unwrap_or_else(|| panic!("{command}: {said}")).clone()
}

#[tokio::test]
async fn a_command_means_the_request_that_it_is_shown_for() {
    let mut wrong = Vec::new();
    for operation in operations::all() {
        let fields = sample::every_field(&operation);
        let command = code::kettle(&operation, &fields);
        let sent = sent_by_kettle(&command).await;
        let meant = meant(&operation, &fields);
        // Of a list the command line asks for pages as large as can be.
        let bare = |uri: &str| uri.replace("per_page=500&", "").replace("?per_page=500", "");
        if (&sent.0, bare(&sent.1), &sent.2) != (&meant.0, bare(&meant.1), &meant.2) {
            wrong.push(format!("{command}\n  sends {sent:?}\n  means {meant:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn texts_reach_the_api_as_they_were_typed() {
    let record = operation("create-record");
    let nasty = NASTY.replace('\n', " ");
    for text in [&*nasty, "-x", "@file", "@", "a,b", " ", "--yes", "=x", "~", "😀 e\u{301}"] {
        let fields =
            json!({"dns_domain": "example.com", "name": "www", "type": "TXT", "data": text});
        let fields = fields.as_object().unwrap().clone();
        let meant = meant(&record, &fields);
        assert_eq!(sent_by_kettle(&code::kettle(&record, &fields)).await, meant, "{text}");
        assert_eq!(sent_by_curl(&code::curl(&record, &fields)), meant, "{text}");
    }
    let create = operation("create-instance");
    for tags in [json!(["a,b", "c"]), json!([]), json!(["-x", "it's"]), json!(["@x"])] {
        let fields = json!({"region": "ewr", "plan": "x", "os_id": 1, "tags": tags});
        let fields = fields.as_object().unwrap().clone();
        let meant = meant(&create, &fields);
        assert_eq!(sent_by_kettle(&code::kettle(&create, &fields)).await, meant, "{fields:?}");
    }
    let pool = operation("create-node-pool");
    let labels = json!({"app.kubernetes.io/name": "x=y", "é": "@z"});
    let fields = json!({
        "vke_id": "cb676a46-66fd-4dfb-b839-443f2e6c0b60", "label": "a", "plan": "x",
        "node_quantity": "2", "labels": labels,
    });
    let fields = fields.as_object().unwrap().clone();
    assert_eq!(sent_by_kettle(&code::kettle(&pool, &fields)).await, meant(&pool, &fields));
}

/// What curl sends for a command, read as curl reads it.
fn sent_by_curl(command: &str) -> (String, String, Value) {
    let mut words = words(command).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"));
    let (mut method, mut uri, mut body, mut headers) =
        ("GET".to_owned(), String::new(), Value::Null, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-X" => method = words.next().unwrap(),
            "-H" => headers.push(words.next().unwrap()),
            "-d" => body = serde_json::from_str(&words.next().unwrap()).unwrap(),
            address => uri = address.strip_prefix("$VULTR_API_ENDPOINT").unwrap().to_owned(),
        }
    }
    assert_eq!(headers[0], "Authorization: Bearer $VULTR_API_KEY");
    assert_eq!(headers.len() > 1, !body.is_null(), "{command}");
    (method, format!("/v2{uri}"), body)
}

/// The fields that travel in the address.
fn request_query(operation: &Operation, fields: &Map<String, Value>) -> Map<String, Value> {
    match operation.op.has_body {
        true => Map::new(),
        false => Request::new(operation, fields).fields,
    }
}

#[test]
fn curl_means_the_request_that_it_is_shown_for() {
    for (operation, fields) in requests() {
        let sent = sent_by_curl(&code::curl(&operation, &fields));
        let meant = meant(&operation, &fields);
        // What is sent may leave to the API what is the same without being said.
        let mut read =
            Request::new(&operation, &fields).path.into_iter().map(|(n, t)| (n, t.into()));
        let read = read.by_ref().chain(sent.2.as_object().cloned().unwrap_or_default());
        let query = request_query(&operation, &fields);
        let whole = operation.encode(read.chain(query).collect()).unwrap();
        let whole: Option<Value> = whole.body.map(|body| serde_json::from_slice(&body).unwrap());
        assert_eq!((sent.0, sent.1), (meant.0, meant.1));
        assert_eq!(whole.unwrap_or_default(), meant.2, "{}", operation.op.id);
    }
}

#[test]
fn no_language_says_a_secret_and_each_says_every_field() {
    for (operation, fields) in requests() {
        let request = Request::new(&operation, &fields);
        for (language, code) in LANGUAGES {
            let text = code(&request).to_string();
            assert!(!text.contains(SECRET), "{language}: {text}");
            assert!(text.is_ascii() && !text.ends_with('\n'), "{language}: {text}");
            assert!(!text.contains(" \n"), "{language}: a space ends a line: {text}");
            balanced(language, &text);
        }
        for (language, code) in LANGUAGES {
            let text = code(&request).to_string();
            for name in request.fields.keys() {
                let as_flag = name.replace('_', "-");
                let by_other_names = ["Terraform", "Go", "Rust"].contains(language);
                let said = text.contains(name) || text.contains(&as_flag);
                assert!(said || by_other_names, "{language} {name}: {text}");
            }
        }
    }
}

/// Brackets outside of quotes and comments close what they open.
fn balanced(language: &str, text: &str) {
    let mut open = Vec::new();
    let mut inside = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => _ = chars.next(),
            '"' => inside = !inside,
            _ if inside => {}
            '#' if language != "Rust" && language != "kettle" && language != "curl" => {
                while chars.next_if(|c| *c != '\n').is_some() {}
            }
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '(' | '[' | '{' => open.push(c),
            ')' | ']' | '}' => {
                let last = open.pop();
                let fits =
                    matches!((last, c), (Some('('), ')') | (Some('['), ']') | (Some('{'), '}'));
                assert!(fits, "{language}: {last:?} and {c}: {text}");
            }
            _ => {}
        }
    }
    assert!(!inside && open.is_empty(), "{language}: {open:?} stays open: {text}");
}

#[test]
fn what_is_typed_stays_text_and_what_is_not_known_is_named() {
    let update = operation("update-instance");
    let fields = json!({"label": NASTY}).as_object().unwrap().clone();
    let request = Request::new(&update, &fields);
    for (language, code) in LANGUAGES {
        let code = code(&request);
        let markup = code.markup().into_string();
        assert!(!markup.contains("<script"), "{language}: {markup}");
        balanced(language, &code.to_string());
    }
    assert!(code::curl(&update, &fields).contains("/instances/INSTANCE_ID\""));
    let typed = json!({"region": "ewr", "plan": "x", "os_id": "2136", "backups": "enabled",
        "enable_ipv6": "true", "tags": "a, b", "nothing": "x", "block_devices": ""});
    let create = operation("create-instance");
    let request = Request::new(&create, typed.as_object().unwrap());
    assert_eq!(request.fields["os_id"], 2136);
    assert_eq!(request.fields["enable_ipv6"], true);
    assert_eq!(request.fields["tags"], json!(["a", "b"]));
    assert!(!request.fields.contains_key("nothing"));
}

/// A file of this repository.
fn repository(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

#[test]
fn each_method_that_rust_calls_is_one_of_the_sdk() {
    let directory = repository("crates/sdk/src/families");
    let files = std::fs::read_dir(directory).unwrap();
    let source: String =
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let (_, code) = LANGUAGES.iter().find(|(name, _)| *name == "Rust").unwrap();
    for (operation, fields) in requests() {
        let text = code(&Request::new(&operation, &fields)).to_string();
        let (_, call) = text.split_once("client.").unwrap();
        if call.starts_with("send(") {
            continue;
        }
        let (group, rest) = call.split_once("().").unwrap();
        let (method, _) = rest.split_once('(').unwrap();
        let (_, after) = source
            .split_once(&format!("pub fn {group}(&self)"))
            .unwrap_or_else(|| panic!("the SDK has no {group}: {text}"));
        let own = after.split("\nimpl Client {").next().unwrap();
        assert!(own.contains(&format!("pub fn {method}(")), "{group} has no {method}: {text}");
    }
}

#[test]
fn what_is_known_of_other_clients_is_about_operations_that_there_are() {
    let all = operations::all();
    let patterns: Vec<String> = all.iter().map(Operation::pattern).collect();
    for line in include_str!("../code/go.txt").lines().filter(|l| !l.starts_with(['#', 's'])) {
        let words: Vec<&str> = line.split(' ').collect();
        let is_it = |o: &&Operation| o.op.method.as_str() == words[0] && o.pattern() == words[1];
        assert!(all.iter().any(|o| is_it(&o)), "{line}");
    }
    for line in include_str!("../code/terraform.txt").lines().filter(|l| !l.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        assert!(patterns.iter().any(|pattern| pattern == words[0]), "{line}");
        // An argument that says another field's name says one that there is.
        let about = all.iter().filter(|o| o.pattern().starts_with(words[0]));
        let known: Vec<Value> = about.map(|o| o.request()).collect();
        let has = |field: &str| {
            known.iter().any(|whole| whole.pointer(&format!("/properties/{field}")).is_some())
        };
        for argument in words.iter().skip(4).filter_map(|word| word.split_once('=')) {
            let field = argument.1.trim_end_matches(['!', '~']).split('.').next().unwrap();
            assert!(has(field), "{line}: {field}");
        }
    }
}

#[test]
fn terraform_says_what_it_has_and_what_it_has_not() {
    let (_, code) = LANGUAGES.iter().find(|(name, _)| *name == "Terraform").unwrap();
    let said = |id: &str, fields: Value| {
        let operation = operation(id);
        code(&Request::new(&operation, fields.as_object().unwrap())).to_string()
    };
    let id = "cb676a46-66fd-4dfb-b839-443f2e6c0b60";
    let volume = said("create-block", json!({"region": "ewr", "size_gb": "40", "label": "${x}"}));
    let expected = "resource \"vultr_block_storage\" \"this\" {\n  region  = \"ewr\"\n  size_gb = 40\n  \
                    label   = \"$${x}\"\n}";
    assert_eq!(volume, expected);
    let get = said("get-record", json!({"dns_domain": "example.com", "record_id": id}));
    assert!(
        get.contains(&format!("to = vultr_dns_record.this\n  id = \"example.com,{id}\"")),
        "{get}"
    );
    let balancer = said("create-load-balancer", json!({"region": "ewr"}));
    assert!(balancer.contains("# It also needs forwarding_rules."), "{balancer}");
    let find = said("list-plans", json!({}));
    assert!(find.starts_with("data \"vultr_plan\" \"this\""), "{find}");
    let halt = said("halt-instance", json!({"instance_id": id}));
    assert!(halt.starts_with("# Terraform has no resource for this"), "{halt}");
    assert!(halt.contains("to = vultr_instance.this"), "{halt}");
    let none = said("create-api-key", json!({"name": "x"}));
    assert!(
        none.starts_with("# Terraform has no resource for this") && none.contains("name"),
        "{none}"
    );
}

/// Writes each sample into a file, for compilers to read: see the module of each language.
#[test]
#[ignore = "for people: KETTLE_SAMPLES names a directory"]
fn samples_are_written_where_asked() {
    let directory = std::path::PathBuf::from(std::env::var("KETTLE_SAMPLES").unwrap());
    for (language, code) in LANGUAGES {
        std::fs::create_dir_all(directory.join(language)).unwrap();
        for (i, (operation, fields)) in requests().into_iter().enumerate() {
            let name = format!("{}_{}", operation.op.id.replace('-', "_"), i % 2);
            let text = code(&Request::new(&operation, &fields)).to_string();
            std::fs::write(directory.join(language).join(name), text).unwrap();
        }
    }
}
