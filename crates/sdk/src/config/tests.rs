//! Which client a profile, the environment and the defaults lead to.

use super::*;

/// A home directory with a configuration file and a server's key.
struct Home {
    dir: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Home {
    fn new(config: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join(".config/kettle")).unwrap();
        std::fs::write(dir.path().join(".config/kettle/config.toml"), config).unwrap();
        let variables = vec![("HOME", dir.path().display().to_string())];
        Self { dir, variables }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    fn resolve(&self, profile: Option<&str>) -> Result<(String, Option<String>), String> {
        let wanted = Wanted { profile: profile.map(Into::into), ..Wanted::default() };
        let env = |name: &str| Some(self.variables.iter().find(|(k, _)| *k == name)?.1.clone());
        let target = resolve(&wanted, &env).map_err(|e| e.to_string())?;
        Ok((target.endpoint, target.key))
    }
}

fn target(endpoint: &str, key: &str) -> Result<(String, Option<String>), String> {
    Ok((endpoint.into(), (!key.is_empty()).then(|| key.into())))
}

#[test]
fn the_default_is_the_server_on_this_machine_with_the_key_it_left() {
    let home = Home::new("");
    assert_eq!(home.resolve(None), target(LOCAL, ""));
    let data = home.dir.path().join(".local/share/kettle");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join(KEY_FILE), "LOCALKEY\n").unwrap();
    assert_eq!(home.resolve(None), target(LOCAL, "LOCALKEY"));
    let home = home.with("VULTR_API_ENDPOINT", "http://10.0.0.9:8787/v2");
    assert_eq!(
        home.resolve(None),
        target("http://10.0.0.9:8787/v2", ""),
        "it is not sent elsewhere"
    );
}

#[test]
fn the_environment_counts_unless_a_profile_was_chosen() {
    let home = Home::new("[profiles.lab]\nendpoint = 'http://lab:1'\nkey = 'LABKEY'\n")
        .with("VULTR_API_KEY", "ENVKEY")
        .with("VULTR_API_ENDPOINT", "http://127.0.0.1:4711/v2");
    assert_eq!(home.resolve(None), target("http://127.0.0.1:4711/v2", "ENVKEY"));
    assert_eq!(home.resolve(Some("lab")), target("http://lab:1", "LABKEY"));
    assert_eq!(home.resolve(Some("vultr")), target(VULTR, "ENVKEY"));
    let home = home.with("KETTLE_PROFILE", "lab");
    assert_eq!(home.resolve(None), target("http://lab:1", "LABKEY"));
}

#[test]
fn a_profile_may_be_the_default_and_keep_its_key_elsewhere() {
    let home = Home::new(
        "default_profile = 'a'\n[profiles.a]\nendpoint = 'http://a:1'\nkey_file = '~/a.key'\n\
         [profiles.vultr]\nkey_env = 'REAL_KEY'\n",
    );
    std::fs::write(home.dir.path().join("a.key"), "  AKEY\n").unwrap();
    let home = home.with("REAL_KEY", "REAL");
    assert_eq!(home.resolve(None), target("http://a:1", "AKEY"));
    assert_eq!(home.resolve(Some("vultr")), target(VULTR, "REAL"));
}

#[test]
fn mistakes_in_the_configuration_are_named() {
    let wrong = |config: &str, profile| Home::new(config).resolve(profile).unwrap_err();
    assert_eq!(wrong("", Some("lap")), "no profile `lap`; there are local, vultr");
    assert!(wrong("[profiles.a]\nendpiont = 'x'\n", None).contains("endpiont"));
    assert!(wrong("[profiles.a]\nkey = 'x'\n", Some("a")).contains("has no endpoint"));
    let both = "[profiles.vultr]\nkey = 'x'\nkey_env = 'Y'\n";
    assert!(wrong(both, Some("vultr")).contains("one of key"));
    let missing = Home::new("").with("KETTLE_CONFIG", "/nonexistent/config.toml");
    assert!(missing.resolve(None).unwrap_err().contains("/nonexistent/config.toml"));
}

#[test]
fn an_endpoint_is_understood_with_and_without_its_version() {
    for endpoint in ["http://h:1", "http://h:1/", "http://h:1/v2", " http://h:1/v2/ "] {
        assert_eq!(base(endpoint).unwrap().0, "http://h:1");
    }
    assert_eq!(base("https://h/behind/v2").unwrap().0, "https://h/behind");
    for wrong in ["h:1", "ftp://h", "http://", "http://h?x=1", ""] {
        assert!(base(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_target_does_not_show_its_key() {
    let target = Target { profile: "p".into(), endpoint: "e".into(), key: Some("SECRET".into()) };
    assert!(!format!("{target:?}").contains("SECRET"));
}
