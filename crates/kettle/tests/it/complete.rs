//! Completion in shells: what the program offers when a script calls it back, and whose key it sends
//! for that.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use api::instances::CreateInstance;

use crate::support::{False, LONG, Server, kettle, serve};

/// What a shell is offered for a line, whose last word is the one that is completed.
fn offered(command: &mut Command, words: &[&str]) -> Vec<String> {
    let output = command.env("KETTLE_COMPLETE", "fish").args(["--", "kettle"]).args(words).output();
    let output = output.unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The values alone.
fn values(command: &mut Command, words: &[&str]) -> Vec<String> {
    let lines = offered(command, words);
    lines.iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

fn user(home: &Path) -> Command {
    let mut command = kettle(home);
    command.env("XDG_DATA_HOME", home).current_dir(home);
    command
}

#[tokio::test]
async fn ids_names_and_the_catalogue_are_offered_with_what_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let (home, data) = (directory.path(), directory.path().join("kettle"));
    let server = Server::start(&mut serve(&data), &data);
    let client = server.client();
    let mut ids = Vec::new();
    for label in ["my web", "db", ""] {
        let create = CreateInstance {
            region: "ewr".into(),
            plan: "vc2-1c-1gb".into(),
            os_id: Some(2136),
            label: Some(label.into()),
            ..Default::default()
        };
        ids.push(client.send(create).await.unwrap().id.to_string());
    }
    let here = ["--profile", "local", "--endpoint", &server.url];
    let values = |words: &[&str]| values(&mut user(home), &[&here, words].concat());

    let instances = offered(&mut user(home), &[&here[..], &["instance", "get", ""]].concat());
    assert!(instances[0].starts_with(&format!("my web\t{}, ewr", ids[0])), "{instances:?}");
    let own = ["my web", "db", &ids[2]];
    assert_eq!(values(&["instance", "get", ""]), own);
    assert_eq!(values(&["instance", "delete", "d"]), ["db"]);
    assert_eq!(values(&["instance", "get", &ids[0]]), [ids[0].as_str()]);
    assert_eq!(values(&["block", "attach", "x", "--instance-id", ""]), own);
    assert_eq!(values(&["load-balancer", "create", "--instances", "db,my"]), ["db,my web"]);
    // What lies below a thing that the line names.
    let address = values(&["instance", "remove-ipv4", "db", ""]);
    assert!(address.len() == 1 && address[0].starts_with("198.18."), "{address:?}");

    assert_eq!(values(&["instance", "create", "--region", "ew"]), ["ewr"]);
    assert_eq!(values(&["instance", "create", "--region=ew"]), ["--region=ewr"]);
    assert!(values(&["instance", "create", "--plan", ""]).contains(&"vc2-1c-1gb".into()));
    assert!(values(&["instance", "create", "--os-id", ""]).contains(&"2136".into()));
    let debian = values(&["instance", "create", "--os-id", "debian 12"]);
    assert_eq!(debian, ["Debian 12 x64 (bookworm)"]);
    assert_eq!(values(&["instance", "create", "--backups", ""]), ["enabled", "disabled"]);
    assert_eq!(values(&["instance", "create", "--enable-ipv6=f"]), ["--enable-ipv6=false"]);
    assert!(values(&["block", "get", ""]).is_empty(), "there is none, and no file is one");
    assert!(values(&["block", "get", "--pro"]).contains(&"--profile".into()));
}

#[test]
fn words_profiles_and_files_need_no_server() {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path();
    std::fs::write(home.join("body.json"), "{}").unwrap();
    let config = home.join("config.toml");
    std::fs::write(&config, "[profiles.lab]\nendpoint = \"http://x\"\n").unwrap();
    let values = |words: &[&str]| values(user(home).env("KETTLE_CONFIG", &config), words);
    assert_eq!(values(&["vp"]), ["vpc", "vpc2"]);
    assert_eq!(values(&["--profile", ""]), ["local", "vultr", "lab"]);
    assert_eq!(values(&["profile", "use", "l"]), ["local", "lab"]);
    assert_eq!(values(&["completions", ""]).len(), 5);
    assert_eq!(values(&["block", "list", "-o", "j"]), ["json"]);
    assert_eq!(values(&["block", "create", "--json", "b"]), ["body.json"]);
    assert_eq!(values(&["instance", "create", "--user-data", "@b"]), ["@body.json"]);
    assert_eq!(values(&["api", "-d", "@b"]), ["@body.json"]);
    assert_eq!(values(&["api", "/v2/os"]), ["/v2/os"]);
    assert!(values(&["api", "/v2/ins"]).contains(&"/v2/instances/".into()));
    // Nobody answers: nothing is offered, no file either.
    for place in [&["instance", "get", ""][..], &["instance", "create", "--region", ""]] {
        let words = [&["--endpoint", "http://127.0.0.1:1"][..], place].concat();
        assert!(values(&words).is_empty(), "{place:?}");
    }
    // What no server could have to do with has no flag for one.
    assert!(!values(&["serve", "--"]).contains(&"--profile".into()));
}

#[test]
fn whoever_does_not_prove_to_have_the_key_is_sent_none_and_who_is_silent_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let (home, data) = (directory.path(), directory.path().join("kettle"));
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("key"), "OWNERSKEY\n").unwrap();
    let other = False::listen("127.0.0.1:0");
    let words = |url| ["--profile", "local", "--endpoint", url, "instance", "get", ""];
    assert!(values(&mut user(home), &words(&other.url)).is_empty());
    assert!(values(user(home).env("VULTR_API_KEY", "REAL"), &words(&other.url)).is_empty());
    let heard = other.heard();
    assert_eq!(heard.len(), 2, "{heard:?}");
    for head in heard {
        assert!(head.starts_with("GET /_kettle/whoami?challenge="), "{head}");
        let head = head.to_lowercase();
        assert!(!["ownerskey", "real", "authorization"].iter().any(|word| head.contains(word)));
    }
    // It takes connections, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let start = Instant::now();
    assert!(values(&mut user(home), &words(&url)).is_empty());
    assert!(start.elapsed() < LONG / 3, "{:?}", start.elapsed());
}

#[test]
fn each_shell_gets_a_script_of_a_few_kilobytes_that_it_can_read() {
    let directory = tempfile::tempdir().unwrap();
    for (shell, check) in [
        ("bash", Some(["bash", "-n"])),
        ("zsh", Some(["zsh", "-n"])),
        ("fish", Some(["fish", "-n"])),
        ("elvish", None),
        ("powershell", None),
    ] {
        let output = user(directory.path()).args(["completions", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && (100..4096).contains(&script.len()), "{script}");
        assert!(script.contains("KETTLE_COMPLETE"), "{script}");
        assert!(script.contains(env!("CARGO_BIN_EXE_kettle")), "it calls who made it: {script}");
        let Some([program, flag]) = check else { continue };
        let file = directory.path().join(shell);
        std::fs::write(&file, script).unwrap();
        let read = Command::new(program).arg(flag).arg(&file).stdin(Stdio::null()).output();
        // Not every machine has every shell; bash is on all that run the tests.
        match read {
            Err(_) if shell != "bash" => {}
            read => assert!(read.unwrap().status.success(), "{shell}"),
        }
    }
}

/// Completes lines in bash itself: the line, what it would replace, and what it is offered.
#[test]
fn bash_completes_within_words_quotes_and_after_a_url() {
    let directory = tempfile::tempdir().unwrap();
    let (home, data) = (directory.path(), directory.path().join("kettle"));
    let server = Server::start(&mut serve(&data), &data);
    let here = format!("kettle --profile local --endpoint {}", server.url);
    let cases = [
        ("kettle vp", "vp", "vpc   (…)|vpc2  (…)|"),
        (" instance create --region ew", "ew", "ewr|"),
        (" instance create --region=ew", "ew", "ewr|"),
        (
            " instance create --os-id debian\\ 12",
            "debian\\ 12",
            "Debian\\ 12\\ x64\\ \\(bookworm\\)|",
        ),
        (" instance create --os-id \"debian 12", "debian 12", "Debian 12 x64 (bookworm)|"),
        (" instance get ", "", "|"),
    ];
    let mut script = format!("source <({} completions bash)\n", env!("CARGO_BIN_EXE_kettle"));
    for (line, tail, _) in cases {
        let line = if line.starts_with(' ') { format!("{here}{line}") } else { line.into() };
        script.push_str(&format!(
            "COMP_LINE='{line}' COMP_POINT={} COMP_TYPE=9 COLUMNS=80\n\
             _kettle_complete kettle '{tail}' ''; printf '%s|' \"${{COMPREPLY[@]}}\"; echo\n",
            line.len()
        ));
    }
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", &script]).env_clear().env("HOME", home).env("XDG_DATA_HOME", home);
    let output = bash.env("PATH", std::env::var_os("PATH").unwrap()).output().unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    let told: Vec<String> = said.lines().map(without_help).collect();
    assert_eq!(told, cases.map(|(_, _, expected)| expected), "{output:?}");
}

/// A line with `…` for what stands in brackets beside a value.
fn without_help(line: &str) -> String {
    let parts = line.split('|').map(|part| match part.split_once("  (") {
        Some((value, _)) => format!("{value}  (…)"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("|")
}
