//! What is handed out, and what CI runs.

use xtask::root;

use super::*;

#[test]
fn packages_have_names_that_strangers_can_use_and_hold_all_they_include() {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let short = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path.join("Cargo.toml")).unwrap();
        let package = text.parse::<toml::Table>().unwrap()["package"].as_table().unwrap().clone();
        let name = if short == "kettle" { short.clone() } else { format!("kettle-{short}") };
        if package["name"].as_str() != Some(&name) {
            found.push(format!("crates/{short} is called {:?}, not {name}", package["name"]));
        }
        let missing = ["description", "license", "version", "rust-version"];
        let missing = missing.iter().filter(|key| !package.contains_key(**key));
        found.extend(missing.map(|key| format!("{name} has no {key}")));
        for file in files(&format!("crates/{short}/src")) {
            let from = root().join(&file.path);
            for (n, line) in file.code() {
                let named = line.split_once("include_str!(\"");
                let named = named.or_else(|| line.split_once("include_bytes!(\""));
                let Some((_, named)) = named else { continue };
                let named = from.parent().unwrap().join(named.split('"').next().unwrap());
                if !named.canonicalize().unwrap().starts_with(&path) {
                    found.push(format!("{}:{n} includes {}", file.path, named.display()));
                }
            }
        }
    }
    none(found, "a package is whole, and its name says whose it is");
}

#[test]
fn ci_runs_what_the_chore_of_that_name_runs() {
    let script = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    let missing = xtask::CHECKS.iter().filter(|(name, args, environment)| {
        let cargo = format!("cargo {}", args.join(" "));
        let step = script.lines().find(|line| line.starts_with(&format!("step \"{name}\" ")));
        let runs = |step: &str| {
            let set = environment.iter().all(|(k, v)| step.contains(&format!("{k}=\"{v}\"")));
            step.ends_with(&cargo) && set
        };
        !step.is_some_and(runs)
    });
    none(missing.map(|(name, ..)| (*name).to_owned()).collect(), ".ci/run has other commands for");
}
