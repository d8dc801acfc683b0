//! README's session, replayed: what it shows is what the program prints.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Server, kettle};

/// Whose home README's session was recorded in.
const HOME: &str = "/home/ada";
/// Where its server listened. A test takes any free port.
const ADDRESS: &str = "127.0.0.1:8787";
/// Where it served S3; likewise.
const S3: &str = "127.0.0.1:8733";
/// Where it answered DNS.
const DNS_PORT: u16 = 8753;

/// The commands of README's first session, each with the lines that follow it.
fn session() -> Vec<(String, Vec<String>)> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (_, block) = readme.split_once("\n```console\n").expect("README begins with a session");
    let (block, _) = block.split_once("\n```\n").unwrap();
    let mut session: Vec<(String, Vec<String>)> = Vec::new();
    for line in block.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => session.push((command.to_owned(), Vec::new())),
            None => session.last_mut().unwrap().1.push(line.to_owned()),
        }
    }
    session
}

/// What a person compares: the words, and something of the right kind where it differs each time.
fn seen(text: &str) -> Vec<String> {
    let line = |line: &str| line.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect()
}

fn word(word: &str) -> String {
    let bare = word.trim_matches(['(', ')', ',', '"']);
    let kind = match bare {
        _ if is_id(bare) => "ID",
        _ if bare.parse::<IpAddr>().is_ok() => "ADDRESS",
        _ if bare.len() == 25 && bare.as_bytes()[10] == b'T' => "TIME",
        _ if is_key(bare) => "KEY",
        _ => bare,
    };
    word.replace(bare, kind)
}

/// An id, or the beginning of one that did not fit.
fn is_id(word: &str) -> bool {
    let begun = word.trim_end_matches('…');
    let letter = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    (begun.len() == 36 || begun.len() >= 8 && begun.len() < word.len())
        && begun.bytes().enumerate().all(letter)
}

fn is_key(word: &str) -> bool {
    word.len() == 36 && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[test]
fn the_session_in_readme_is_what_the_program_prints() {
    let directory = tempfile::tempdir().unwrap();
    let (home, session) = (directory.path(), session());
    let program = PathBuf::from(env!("CARGO_BIN_EXE_kettle"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let ((first, told), rest) = session.split_first().unwrap();
    assert!(first.starts_with("kettle serve "), "README's session starts the server: {first}");
    let mut serve = kettle(home);
    serve.args(["serve", "--listen", "127.0.0.1:0"]);
    let server = Server::start(&mut serve, &home.join(".local/share/kettle"));
    let address = server.url.strip_prefix("http://").unwrap();
    let s3 = std::fs::read_to_string(home.join(".local/share/kettle/s3")).unwrap();
    let dns = server.said.split(" -p ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let same = |command: &str, printed: &str, shown: &[String]| {
        let printed = printed.replace(home.to_str().unwrap(), HOME);
        let printed = printed.replace(address, ADDRESS).replace(s3.trim(), S3);
        let printed = printed.replace(&format!("-p {dns} "), &format!("-p {DNS_PORT} "));
        assert_eq!(seen(&printed), seen(&shown.join("\n")), "$ {command}\n{printed}");
    };
    // What comes after the first line to paste is not waited for.
    same(first, &server.said, &told[..server.said.lines().count()]);
    for (command, shown) in rest {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &format!("exec 2>&1; {command}")]).stdin(Stdio::null());
        shell.env_clear().env("HOME", home).env("PATH", &path);
        shell.env("VULTR_API_ENDPOINT", &server.url).env("VULTR_API_KEY", &server.key);
        let output = shell.output().unwrap();
        same(command, &String::from_utf8(output.stdout).unwrap(), shown);
    }
}

#[test]
fn what_differs_each_time_is_compared_by_its_kind() {
    let one =
        "id 01a21526-2c76-7291-b023-74336221a741 198.18.80.138 2026-11-25T23:59:13+00:00 (web)";
    let other = "id  01a21526…  198.18.2.3  2026-11-26T00:00:00+00:00  (web)";
    assert_eq!(seen(one), seen(other));
    assert_eq!(seen(one), ["id ID ADDRESS TIME (web)"]);
    for word in ["active", "vc2-1c-1gb", "deadbeef", "$5.00", "8787", "TIME"] {
        assert_eq!(seen(word), [word]);
    }
}
