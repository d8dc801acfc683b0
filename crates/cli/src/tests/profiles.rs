//! `kettle profile`: what it writes into the file, and what it never tells.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::common::{Kettle, Ran, world};

/// A configuration file of the test's own, with this in it.
struct Config {
    _directory: tempfile::TempDir,
    path: PathBuf,
    kettle: Kettle,
}

impl Config {
    fn new(text: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let kettle = Kettle {
            env: env(vec![("KETTLE_CONFIG", path.to_str().unwrap())]),
            ..Kettle::new(world)
        };
        Self { _directory: directory, path, kettle }
    }

    async fn run(&mut self, line: &str, stdin: &'static str) -> Ran {
        self.kettle.stdin = stdin;
        self.kettle.run(line).await
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.path).unwrap()
    }
}

/// Variables that last as long as the tests do.
fn env(pairs: Vec<(&'static str, &str)>) -> &'static [(&'static str, &'static str)] {
    let keep = |text: &str| &*Box::leak(text.to_owned().into_boxed_str());
    pairs.into_iter().map(|(name, value)| (name, keep(value))).collect::<Vec<_>>().leak()
}

const OWN: &str = "\
# mine
default_profile = \"lab\" # for now

[profiles.lab] # in the cellar
endpoint = \"http://10.0.0.5:8787\"
key = \"LABKEY\"
";

#[tokio::test]
async fn a_profile_is_added_with_a_key_that_nobody_sees_and_what_stood_there_stays() {
    let mut config = Config::new(OWN);
    let ran = config.run("profile add ci --endpoint http://10.0.0.6:8787", "  CIKEY\n").await;
    assert_eq!((ran.exit, &*ran.out), (0, ""), "{}", ran.err);
    assert!(!ran.err.contains("CIKEY"), "{}", ran.err);
    let expected =
        format!("{OWN}\n[profiles.ci]\nendpoint = \"http://10.0.0.6:8787\"\nkey = \"CIKEY\"\n");
    assert_eq!(config.text(), expected);
    let mode = std::fs::metadata(&config.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    config.kettle.asks = true;
    let ran = config.run("profile add prompt --endpoint http://10.0.0.7", "TYPED\n").await;
    assert!(ran.err.starts_with("Key for http://10.0.0.7 (empty for none): \n"), "{}", ran.err);
    assert!(config.text().contains("key = \"TYPED\"") && !ran.err.contains("TYPED"));

    for (flags, kept) in [
        ("--key-env X_KEY", "key_env = \"X_KEY\"\n"),
        ("--key-file ~/x.key", "key_file = \"~/x.key\"\n"),
        ("--no-key", ""),
    ] {
        let mut config = Config::new("");
        let ran = config.run(&format!("profile add x --endpoint http://x {flags}"), "NOT").await;
        assert_eq!(ran.exit, 0, "{}", ran.err);
        assert_eq!(config.text(), format!("[profiles.x]\nendpoint = \"http://x\"\n{kept}"));
    }
}

#[tokio::test]
async fn what_cannot_be_added_is_told_and_changes_nothing() {
    for (line, stdin, told) in [
        ("profile add lab --endpoint http://x", "K", "there is a profile `lab`"),
        ("profile add new", "K", "--endpoint: which server is it?"),
        ("profile add new --endpoint ftp://x", "K", "is no endpoint such as"),
        ("profile add a/b --endpoint http://x", "K", "`a/b` is no name for a profile"),
        ("profile add new --endpoint http://x", "a b", "a key has no ' ' in it"),
        ("profile add local", "K", "`local` is the server on this machine"),
        ("profile add vultr --endpoint http://x", "K", "`vultr` is https://api.vultr.com"),
        ("profile add vultr", "", "no key was given for it"),
        ("profile remove vultr", "", "`vultr` is built in, and cannot be removed"),
        ("profile remove local", "", "`local` is built in, and cannot be removed"),
        ("profile remove nobody", "", "there is no profile `nobody`; there are local, vultr, lab"),
        ("profile use nobody", "", "there is no profile `nobody`; there are local, vultr, lab"),
        (
            "profile list --endpoint http://x",
            "",
            "--endpoint means nothing to `kettle profile list`",
        ),
    ] {
        let mut config = Config::new(OWN);
        let ran = config.run(line, stdin).await;
        assert!(ran.exit != 0 && ran.err.contains(told), "{line}: {}", ran.err);
        assert_eq!(config.text(), OWN, "{line}");
    }
}

#[tokio::test]
async fn vultr_can_be_given_a_key_and_keeps_its_place_without() {
    let mut config = Config::new("");
    assert_eq!(config.run("profile add vultr", "VKEY").await.exit, 0);
    assert_eq!(config.text(), "[profiles.vultr]\nkey = \"VKEY\"\n");
    let ran = config.run("profile show vultr -o json", "").await;
    assert!(ran.out.contains("https://api.vultr.com") && !ran.out.contains("VKEY"), "{}", ran.out);
    let ran = config.run("profile remove vultr", "").await;
    assert!(ran.err.contains("it is built in, and stays"), "{}", ran.err);
    assert_eq!(config.text(), "");
}

#[tokio::test]
async fn the_profile_that_counts_can_be_chosen_and_goes_with_its_removal() {
    let mut config = Config::new(OWN);
    let ran = config.run("profile use vultr", "").await;
    assert_eq!(ran.err, "commands use the profile vultr now\n");
    assert_eq!(config.text(), OWN.replace("\"lab\" # for", "\"vultr\" # for"));
    assert_eq!(config.run("profile use lab", "").await.exit, 0);
    assert_eq!(config.text(), OWN);
    let ran = config.run("profile remove lab", "").await;
    assert_eq!(ran.err, "removed profile lab; commands use the profile local now\n");
    assert!(!config.text().contains("lab"), "{}", config.text());

    let path = config.path.to_str().unwrap().to_owned();
    config.kettle.env = env(vec![("KETTLE_CONFIG", &path), ("KETTLE_PROFILE", "other")]);
    let ran = config.run("profile use vultr", "").await;
    assert!(
        ran.err.ends_with("note: KETTLE_PROFILE=other is set, and counts before it\n"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn profiles_are_listed_with_where_their_keys_are_from_and_never_the_keys() {
    let mut config = Config::new(OWN);
    let ran = config.run("profile list -o csv", "").await;
    let expected = "name,default,endpoint,key\n\
                    local,false,http://127.0.0.1:8787,none\n\
                    vultr,false,https://api.vultr.com,none\n\
                    lab,true,http://10.0.0.5:8787,`key` of the profile `lab`\n";
    assert_eq!(ran.out, expected);
    let ran = config.run("profile show", "").await;
    assert!(ran.out.contains("http://10.0.0.5:8787") && !ran.out.contains("LABKEY"), "{}", ran.out);
}
