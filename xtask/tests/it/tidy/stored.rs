//! What is stored, beside what travels.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Types of the API, by name: whether each is a word, an enum whose variants hold nothing.
fn wire_types() -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for file in files("crates/api/src") {
        for (_, name, text) in types(&file) {
            let mut variants = text.lines().skip(1).map(str::trim);
            let holds = |line: &str| !line.starts_with('#') && line.contains(['(', '{', ':']);
            let is_word = text.starts_with("pub enum") && !variants.any(holds);
            found.insert(name, is_word);
        }
    }
    found
}

/// The types that a file defines, each with its attributes, its name and its text.
fn types(file: &File) -> Vec<(String, String, String)> {
    let lines: Vec<&str> = file.code().map(|(_, line)| line).collect();
    let mut found = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let bare = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        let Some(rest) = bare.strip_prefix("struct ").or_else(|| bare.strip_prefix("enum ")) else {
            continue;
        };
        let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap();
        let above = lines[..n].iter().rev().take_while(|l| !l.is_empty() && !l.starts_with('}'));
        let above: Vec<&str> = above.copied().collect();
        let end = lines[n..].iter().position(|l| *l == "}" || l.ends_with(';')).unwrap_or(0);
        found.push((above.join(" "), name.to_owned(), lines[n..=n + end].join("\n")));
    }
    found
}

/// The names of types in a text, each with what leads to it: `wire::Rule`.
fn type_names(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let paths = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let paths = paths.map(|path| path.trim_matches(':').rsplit_once("::").unwrap_or(("", path)));
    paths.filter(|(_, name)| name.starts_with(char::is_uppercase))
}

/// The files of those crates that know both rows and the API, and the types that rows are made of.
fn stored_types() -> Vec<(File, Vec<(String, String)>)> {
    let all = dependencies();
    let knows = |name: &&String| ["api", "store"].iter().all(|n| all[*name].contains(*n));
    let mut found = Vec::new();
    for name in all.keys().filter(knows) {
        for file in files(&format!("crates/{name}/src")) {
            let both = |text: &str| text.contains("Serialize") && text.contains("Deserialize");
            let types = types(&file).into_iter().filter(|(above, ..)| both(above));
            let types = types.map(|(_, name, text)| (name, text)).collect();
            found.push((file, types));
        }
    }
    found
}

#[test]
fn rows_are_made_of_no_types_of_the_api_but_words_and_secrets() {
    // A change of what travels must not change what is stored. Words stay as they are for the sake
    // of clients, too.
    let wire = wire_types();
    assert!(wire["RecordType"] && !wire["ArchiveRule"] && !wire["Secret"]);
    let (mut found, mut seen) = (Vec::new(), 0);
    for (file, types) in stored_types() {
        let uses: Vec<&str> =
            file.text.split("\nuse ").skip(1).filter_map(|rest| rest.split(';').next()).collect();
        let named = |crates: bool, name: &str| {
            let of = uses.iter().filter(|text| text.starts_with("api::") == crates);
            of.into_iter().any(|text| type_names(text).any(|(_, other)| other == name))
        };
        let globs = uses.iter().any(|text| text.starts_with("api::") && text.contains('*'));
        let own: BTreeSet<String> = self::types(&file).into_iter().map(|(_, n, _)| n).collect();
        for (stored, text) in types {
            seen += 1;
            // Behind the names of fields and variants.
            let holds = text.lines().filter_map(|line| line.split_once([':', '(']));
            let holds = holds.map(|(_, holds)| holds).collect::<Vec<_>>().join(" ");
            for (path, name) in type_names(&holds).filter(|(_, name)| wire.contains_key(*name)) {
                let is_wire = match path {
                    "" => named(true, name) || globs && !own.contains(name) && !named(false, name),
                    path => path == "wire" || path.starts_with("api"),
                };
                if is_wire && !wire[name] && name != "Secret" {
                    found.push(format!("{}: {stored} holds the API's {name}", file.path));
                }
            }
        }
    }
    assert!(seen > 40, "{seen} types are stored");
    none(found, "give it a type of its own, by the plain noun; the API's is `wire::...`");
}

#[test]
fn what_is_stored_has_the_plain_noun_and_what_travels_stands_behind_wire() {
    let (wire, files, all) = (wire_types(), stored_types(), dependencies());
    let of = |file: &File| file.path.split('/').nth(1).unwrap().to_owned();
    let stored = |(file, types): &(File, Vec<(String, String)>)| -> Vec<(String, String)> {
        types.iter().map(|(name, _)| (name.clone(), of(file))).collect()
    };
    let stored: BTreeSet<(String, String)> = files.iter().flat_map(stored).collect();
    let mut found = Vec::new();
    for (file, _) in &files {
        // Where nobody can mean what is stored, there are no two things to tell apart.
        let mut seen = reachable(&all, &of(file));
        seen.insert(of(file));
        let is_stored =
            |name: &str| stored.iter().any(|(stored, by)| stored == name && seen.contains(by));
        let is_both = |name: &str| wire.contains_key(name) && is_stored(name);
        for (n, line) in file.code() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let renamed = words.windows(2).filter(|pair| pair[1] == "as" && !line.contains('<'));
            let renamed = renamed.filter_map(|pair| type_names(pair[0]).last());
            let mut wrong = renamed.filter(|(_, name)| is_both(name)).count();
            let is_alias = line.trim_start().starts_with("type ") && !line.contains('<');
            wrong += type_names(line)
                .filter(|(path, name)| {
                    let by_way = path.starts_with("api::") && !line.starts_with("use ");
                    is_both(name) && (by_way || is_alias && path.ends_with("super"))
                })
                .count();
            let module = line.contains("{self as ") && line.contains("use api::");
            if wrong > 0 || module && !line.contains("{self as wire") {
                found.push(format!("{}:{n}: {}", file.path, line.trim()));
            }
        }
    }
    none(found, "`Rule` is stored, `wire::Rule` travels: `use api::rules::{self as wire}`");
}
