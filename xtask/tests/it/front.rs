//! What a stranger reads first: that README, CHANGELOG, LICENSE and the examples' page say what is so.

use std::path::Path;

use xtask::{coverage, root};

/// The pages whose links must lead somewhere, with all below `docs`.
const PAGES: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "clients/README.md",
    "clients/github-actions/README.md",
    "clients/go/README.md",
    "clients/js/README.md",
    "clients/python/README.md",
    "conformance/README.md",
    "examples/README.md",
    "examples/github-actions/README.md",
    "examples/go/README.md",
    "examples/python/README.md",
    "examples/shell/README.md",
    "examples/shop/README.md",
    "examples/terraform/README.md",
];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Adds the pages below a folder.
fn pages_below(folder: &str, pages: &mut Vec<String>) {
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        match path.is_dir() {
            true => pages_below(&name, pages),
            false if name.ends_with(".md") => pages.push(name),
            false => {}
        }
    }
}

/// What stands in a text between `before` and the end of the word.
fn word_after(text: &str, before: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
    rest[..end].to_owned()
}

/// README's first table: what is there before the first heading.
fn top() -> String {
    let readme = read("README.md");
    let (top, _) = readme.split_once("\n## Start\n").unwrap();
    top.to_owned()
}

#[test]
fn the_licence_is_the_one_that_the_packages_name() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let named = manifest["workspace"]["package"]["license"].as_str().unwrap();
    let first = read("LICENSE").lines().next().unwrap().to_owned();
    assert_eq!(first, format!("SPDX-License-Identifier: {named}"));
    for one in named.split(" OR ") {
        let place = format!("https://spdx.org/licenses/{one}.html");
        assert!(read("LICENSE").contains(&place), "where the text of {one} is");
    }
}

#[test]
fn readme_names_the_versions_of_clients_that_conformance_uses() {
    let pins = [
        (
            "vultr/vultr ",
            word_after(
                &read("conformance/terraform/versions.tf"),
                "\"vultr/vultr\"\n      version = \"",
            ),
        ),
        ("govultr ", word_after(&read("conformance/govultr/go.mod"), "govultr/v3 v")),
        (
            "vultr-python-client ",
            word_after(&read("conformance/python/requirements.txt"), "vultr-python-client=="),
        ),
        (
            "ansible-core ",
            word_after(&read("conformance/ansible/requirements.txt"), "ansible-core=="),
        ),
        ("ansible ", word_after(&read("conformance/ansible/collection.txt"), "ansible==")),
        ("vultr ", word_after(&read("conformance/v1-python/requirements.txt"), "vultr==")),
        ("vultr-cli ", word_after(&read("conformance/run"), "written for v")),
    ];
    let top = top();
    for (client, version) in pins {
        assert!(top.contains(&format!("{client}{version}")), "README's top: {client}{version}");
    }
}

#[test]
fn readme_counts_the_operations_as_the_page_does() {
    let page = coverage::page();
    let sums = page.lines().find(|line| line.starts_with("| **all** |")).unwrap();
    let sums: Vec<&str> = sums.split("**").collect();
    let told = format!("{} of the API's {} operations", sums[5], sums[3]);
    assert!(top().contains(&told), "{told}");
}

#[test]
fn the_changelog_tells_of_this_version() {
    let log = read("CHANGELOG.md");
    let heads: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("## [")).collect();
    assert_eq!(heads[0], "Unreleased]");
    let version = format!("{}] - ", env!("CARGO_PKG_VERSION"));
    assert!(heads[1].starts_with(&version), "{heads:?}");
    let kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
    let others = log.lines().filter_map(|line| line.strip_prefix("### "));
    let others: Vec<&str> = others.filter(|kind| !kinds.contains(kind)).collect();
    assert!(others.is_empty(), "Keep a Changelog has no {others:?}");
}

#[test]
fn links_of_the_pages_lead_somewhere() {
    let mut links = 0;
    let mut pages: Vec<String> = PAGES.iter().map(|page| (*page).to_owned()).collect();
    pages_below("docs", &mut pages);
    for page in &pages {
        let text = read(page);
        let below = Path::new(page).parent().unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            let file = link.split('#').next().unwrap_or(link);
            assert!(root().join(below).join(file).exists(), "{page} leads to {link}");
            links += 1;
        }
    }
    assert!(pages.iter().any(|page| page == "docs/decisions/no-orm.md"), "{pages:?}");
    assert!(links > 10, "{links} links were found");
}

#[test]
fn the_page_of_examples_names_each() {
    let page = read("examples/README.md");
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            assert!(page.contains(&format!("[{name}/]({name}/)")), "{name}");
            assert!(entry.path().join("README.md").is_file(), "{name} says how it is run");
            let page = format!("examples/{name}/README.md");
            assert!(PAGES.contains(&page.as_str()), "{page} is not looked at");
        }
    }
}
