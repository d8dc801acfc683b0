//! The SDK's calls by family, `client.blocks().attach(...)`: written from what is defined.
//!
//! They are plain source, so that an editor completes them and a reader sees them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use api::{Endpoint, Group, Method, Visitor};

/// The longest line.
const WIDTH: usize = 100;
const MADE: &str = "Made by `cargo xtask families`.";

/// What the module says of itself.
const ABOUT: &str = r#"//! The operations by family: what [`Client`](crate::Client) has under their names.
//!
//! What a method takes is `impl Into` its request, which is always understood. Where all that the
//! request must say stands in its path, that alone will do: an id, a text (`&str`) where things have
//! names instead, or, for several, a tuple in the path's order. What changes a thing (PATCH, PUT), or
//! needs more than its path has, takes the request:
//!
//! ```no_run
//! # async fn example(client: kettle_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use kettle_sdk::api::blocks::{BlockId, UpdateBlock};
//! use kettle_sdk::api::domains::RecordId;
//!
//! let id: BlockId = "cb676a46-66fd-4dfb-b839-443f2e6c0b60".parse()?;
//! client.blocks().delete(id).await?;
//! let domain = client.domains().get("example.com").await?;
//! // /v2/domains/{dns-domain}/records/{record-id}
//! let record: RecordId = "c81cbb8b-a1a0-4ab0-bb4d-8a1ee3c1a2c4".parse()?;
//! client.records().delete(("example.com", record)).await?;
//! let update = UpdateBlock { block_id: id, size_gb: Some(40), ..Default::default() };
//! client.blocks().update(update).await?;
//! // More than the path says, and may: by `with`.
//! client.blocks().detach(id).with(|request| request.live = Some(true)).await?;
//! # Ok(())
//! # }
//! ```
"#;

/// An operation as the SDK has it.
struct Call {
    group: Group,
    method: String,
    request: String,
    about: String,
    /// Whether a request says something: a list of everything needs none.
    takes: bool,
}

/// All operations, by family.
#[derive(Default)]
struct Families(BTreeMap<&'static str, Vec<Call>>);

impl Visitor for Families {
    fn operation<E: Endpoint>(&mut self, group: &Group, command: &'static str) {
        // `kettle_api::blocks::ListBlocks`
        let mut path = std::any::type_name::<E>().split("::").skip(1);
        let family = path.next().unwrap_or_default();
        let schema = api::form::schema::<E>();
        let required = schema.get("required").and_then(|list| list.as_array());
        let about = schema.get("description").and_then(|text| text.as_str()).unwrap_or_default();
        let calls = self.0.entry(family).or_default();
        calls.push(Call {
            group: *group,
            method: command.replace('-', "_"),
            request: path.last().unwrap_or_default().to_owned(),
            about: about.to_owned(),
            takes: E::OP.method != Method::GET || required.is_some_and(|list| !list.is_empty()),
        });
    }
}

/// Where the files are.
fn directory() -> PathBuf {
    crate::root().join("crates/sdk/src/families")
}

/// The files, by their names in the directory.
pub fn files() -> BTreeMap<String, String> {
    let mut families = Families::default();
    api::visit(&mut families);
    api::world::visit(&mut families);
    let mut made = BTreeMap::new();
    let mut index = format!("{ABOUT}//!\n//! {MADE}\n\n");
    let mut names = String::new();
    for (family, calls) in &families.0 {
        let (text, structs) = file(family, calls);
        made.insert(format!("{family}.rs"), text);
        line(&mut index, format_args!("mod {family};"));
        names += &exported(family, &structs);
    }
    made.insert("mod.rs".to_owned(), format!("{index}\n{names}"));
    made
}

/// The line, or the lines, that bring a family's structs, as rustfmt leaves them.
fn exported(family: &str, structs: &[String]) -> String {
    let list = match structs {
        [one] => one.clone(),
        several => format!("{{{}}}", several.join(", ")),
    };
    let whole = format!("pub use {family}::{list};\n");
    if whole.len() <= WIDTH + 1 {
        return whole;
    }
    let mut text = format!("pub use {family}::{{\n   ");
    let mut width = 3;
    for name in structs {
        if width + name.len() + 2 > WIDTH {
            text += "\n   ";
            width = 3;
        }
        text += &format!(" {name},");
        width += name.len() + 2;
    }
    text + "\n};\n"
}

/// A family's file, and the names of what it has for each group, sorted.
fn file(family: &str, calls: &[Call]) -> (String, Vec<String>) {
    // The group of the family's own name stands first, and one that several files speak of is one.
    let own = calls.iter().map(|call| call.group).find(|group| group.name == family);
    let first = own.unwrap_or(calls[0].group);
    let place = |group: Group| calls.iter().position(|call| call.group.name == group.name);
    let mut calls: Vec<&Call> = calls.iter().collect();
    calls.sort_by_key(|call| (call.group.name != first.name, place(call.group)));
    let mut text = format!(
        "//! {}. {MADE}\n\nuse api::{family}::*;\n\nuse crate::Client;\n\
         use crate::call::{{Call, Optional}};\n",
        first.about
    );
    let mut structs = Vec::new();
    for group in calls.chunk_by(|one, next| one.group.name == next.group.name) {
        let of = group[0].group;
        // The family's own group bears its name; others are plurals of theirs.
        let method = if of.name == first.name { family.to_owned() } else { plural(of.name) };
        let name = camel(&method);
        text += &handle(&of, &method, &name);
        line(&mut text, format_args!("\nimpl<'a> {name}<'a> {{"));
        let methods: Vec<String> = group.iter().map(|call| write_call(call)).collect();
        text += &methods.join("\n");
        text += "}\n";
        structs.push(name);
    }
    structs.sort();
    if !text.contains("Optional<") {
        text = text.replace("{Call, Optional}", "Call");
    }
    (text, structs)
}

/// What a group's operations are found on, and the way to it.
fn handle(group: &Group, method: &str, name: &str) -> String {
    let about = group.about;
    format!(
        "
/// {about}: see [`Client::{method}`].
#[derive(Debug, Clone, Copy)]
pub struct {name}<'a>(&'a Client);

impl Client {{
    /// {about}.
    pub fn {method}(&self) -> {name}<'_> {{
        {name}(self)
    }}
}}
"
    )
}

fn write_call(call: &Call) -> String {
    let Call { method, request, about, takes, .. } = call;
    let mut text = String::new();
    for said in about.lines() {
        line(&mut text, format_args!("    {}", format!("/// {said}").trim_end()));
    }
    let answer = format!("Call<'a, {request}>");
    if !takes {
        let body = format!("Call::new(self.0, {request}::default())");
        return text + &function(method, "", &answer, &body);
    }
    let argument = format!("request: impl Into<{request}>");
    text += &function(method, &argument, &answer, "Call::new(self.0, request)");
    if method == "get" {
        text +=
            "\n    /// The same, with nothing instead of an error where there is no such thing.\n";
        let answer = format!("Optional<'a, {request}>");
        text += &function("get_opt", &argument, &answer, "self.get(request).opt()");
    }
    text
}

/// A method as rustfmt leaves it.
fn function(name: &str, argument: &str, answer: &str, body: &str) -> String {
    let arguments = if argument.is_empty() { String::new() } else { format!(", {argument}") };
    let mut head = format!("    pub fn {name}(self{arguments}) -> {answer} {{");
    if head.len() > WIDTH {
        head =
            format!("    pub fn {name}(\n        self,\n        {argument},\n    ) -> {answer} {{");
    }
    format!("{head}\n        {body}\n    }}\n")
}

/// `firewall-rule` -> `firewall_rules`.
fn plural(group: &str) -> String {
    let name = group.replace(['-', ' '], "_");
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => name + "s",
    }
}

/// `firewall_rules` -> `FirewallRules`.
fn camel(name: &str) -> String {
    let word = |word: &str| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_uppercase() + rest,
        None => String::new(),
    };
    name.split('_').map(word).collect()
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a text takes all that is written");
}

/// Writes the files, and removes those of families that are no more.
///
/// # Errors
/// When a file cannot be written.
pub fn write() -> Result<ExitCode> {
    let directory = directory();
    if directory.exists() {
        std::fs::remove_dir_all(&directory).with_context(|| directory.display().to_string())?;
    }
    std::fs::create_dir_all(&directory)?;
    for (name, text) in files() {
        std::fs::write(directory.join(name), text)?;
    }
    println!("{}", directory.display());
    Ok(ExitCode::SUCCESS)
}

/// What is in the files now.
///
/// # Errors
/// When they cannot be read.
pub fn written() -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.insert(name, std::fs::read_to_string(path)?);
    }
    Ok(found)
}
