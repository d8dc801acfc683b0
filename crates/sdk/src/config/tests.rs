//! Which client a profile, the environment and the defaults lead to.

use super::*;

/// What says that a server runs on a data directory, as long as it is kept.
fn held(data: &Path) -> std::fs::File {
    let lock = std::fs::File::create(data.join(SERVED_FILE)).unwrap();
    lock.lock().unwrap();
    lock
}

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

    /// With what `kettle serve` leaves in the data directory.
    fn with_server(self) -> Self {
        let data = self.dir.path().join(".local/share/kettle");
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join(KEY_FILE), "LOCALKEY\n").unwrap();
        self
    }

    fn resolve(&self, profile: Option<&str>) -> Result<(String, Option<String>), String> {
        let target = self.target(profile, None)?;
        Ok((target.endpoint, target.key))
    }

    fn target(&self, profile: Option<&str>, endpoint: Option<&str>) -> Result<Target, String> {
        let (profile, endpoint) = (profile.map(Into::into), endpoint.map(Into::into));
        self.wanted(&Wanted { profile, endpoint, ..Wanted::default() })
    }

    fn wanted(&self, wanted: &Wanted) -> Result<Target, String> {
        let env = |name: &str| Some(self.variables.iter().find(|(k, _)| *k == name)?.1.clone());
        resolve(wanted, &env).map_err(|e| e.to_string())
    }
}

fn target(endpoint: &str, key: &str) -> Result<(String, Option<String>), String> {
    Ok((endpoint.into(), (!key.is_empty()).then(|| key.into())))
}

#[test]
fn the_default_is_the_server_on_this_machine_with_the_key_it_left() {
    let home = Home::new("");
    assert_eq!(home.resolve(None), target(LOCAL, ""));
    let home = home.with_server();
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
    assert_eq!(home.resolve(Some("vultr")), target(VULTR, ""), "it is for the endpoint beside it");
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
    let config = "[profiles.p]\nendpoint = 'http://p:1'\nkey = 'SECRET'\n";
    let target = Home::new(config).target(Some("p"), None).unwrap();
    assert_eq!(target.key.as_deref(), Some("SECRET"));
    assert!(!format!("{target:?}").contains("SECRET"));
    assert!(!target.hint().contains("SECRET"));
}

/// Every way to say where calls go, with every place that a key may be in. The keys are named after
/// what they are meant for, so a wrong one is seen at once.
#[test]
fn a_key_is_sent_only_where_it_was_meant_for() {
    const LAB: &str = "http://lab:1";
    const OTHER: &str = "http://other:1";
    const NEAR: &str = "http://127.0.0.1:4711";
    let lab = "[profiles.lab]\nendpoint = 'http://lab:1/v2'\nkey = 'LABKEY'\n\
               [profiles.bare]\nendpoint = 'http://other:1'\n\
               [profiles.asks]\nendpoint = 'http://other:1'\nkey_env = 'VULTR_API_KEY'\n";
    let default = format!("default_profile = 'lab'\n{lab}");
    let owned = format!("{lab}[profiles.vultr]\nkey = 'OWNED'\n");
    // The options; the variables' profile, endpoint and key; the file; what is sent, and where.
    type Row<'a> = ([&'a str; 2], [&'a str; 3], &'a str, &'a str, &'a str);
    let rows: &[Row<'_>] = &[
        // Nothing said: the server on this machine, whatever key the environment has for Vultr.
        (["", ""], ["", "", ""], lab, LOCAL, "LOCALKEY"),
        (["", ""], ["", "", "VULTRS"], lab, LOCAL, "LOCALKEY"),
        (["local", ""], ["", "", "VULTRS"], lab, LOCAL, "LOCALKEY"),
        (["", ""], ["local", "", "VULTRS"], lab, LOCAL, "LOCALKEY"),
        (["", LOCAL], ["", "", "VULTRS"], lab, LOCAL, "LOCALKEY"),
        // What stands together in the environment belongs together.
        (["", ""], ["", "http://127.0.0.1:8787/v2", "BESIDE"], lab, LOCAL, "BESIDE"),
        (["", ""], ["", NEAR, "BESIDE"], lab, NEAR, "BESIDE"),
        (["", ""], ["", OTHER, "BESIDE"], lab, OTHER, "BESIDE"),
        (["", ""], ["", OTHER, ""], lab, OTHER, ""),
        (["", ""], ["", NEAR, ""], lab, NEAR, ""),
        (["", ""], ["", LOCAL, ""], lab, LOCAL, "LOCALKEY"),
        (["", ""], ["", VULTR, "VULTRS"], lab, VULTR, "VULTRS"),
        (["vultr", ""], ["", "https://API.vultr.com:443/v2/", "VULTRS"], lab, VULTR, "VULTRS"),
        // A profile has its own key, or what is meant for its endpoint.
        (["vultr", ""], ["", "", "VULTRS"], lab, VULTR, "VULTRS"),
        (["", ""], ["vultr", "", "VULTRS"], lab, VULTR, "VULTRS"),
        (["vultr", ""], ["", "", ""], lab, VULTR, ""),
        (["vultr", ""], ["", "", "VULTRS"], &owned, VULTR, "OWNED"),
        (["vultr", ""], ["", NEAR, "BESIDE"], lab, VULTR, ""),
        (["local", ""], ["", LOCAL, "BESIDE"], lab, LOCAL, "LOCALKEY"),
        (["lab", ""], ["", "", "VULTRS"], lab, LAB, "LABKEY"),
        (["", ""], ["lab", NEAR, "BESIDE"], lab, LAB, "LABKEY"),
        (["bare", ""], ["", "", "VULTRS"], lab, OTHER, ""),
        (["bare", ""], ["", OTHER, "BESIDE"], lab, OTHER, "BESIDE"),
        (["asks", ""], ["", "", "ASKED"], lab, OTHER, "ASKED"),
        // The file's default profile.
        (["", ""], ["", "", ""], &default, LAB, "LABKEY"),
        (["", ""], ["", "", "VULTRS"], &default, LAB, "LABKEY"),
        (["", ""], ["", OTHER, ""], &default, OTHER, ""),
        (["", ""], ["", OTHER, "BESIDE"], &default, OTHER, "BESIDE"),
        (["", ""], ["", LAB, "BESIDE"], &default, LAB, "BESIDE"),
        (["", OTHER], ["", "", "VULTRS"], &default, OTHER, ""),
        (["", "http://lab:1/"], ["", "", "VULTRS"], &default, LAB, "LABKEY"),
        // An endpoint alone gets what is meant for it; beside a profile, the profile's.
        (["", VULTR], ["", "", "VULTRS"], lab, VULTR, "VULTRS"),
        (["", VULTR], ["", NEAR, "BESIDE"], lab, VULTR, ""),
        (["", "http://api.vultr.com"], ["", "", "VULTRS"], lab, "http://api.vultr.com", ""),
        (["", NEAR], ["", "", "VULTRS"], lab, NEAR, ""),
        (["", NEAR], ["", NEAR, "BESIDE"], lab, NEAR, "BESIDE"),
        (["", OTHER], ["", "", "VULTRS"], lab, OTHER, ""),
        (["", OTHER], ["lab", "", "VULTRS"], lab, OTHER, ""),
        (["lab", OTHER], ["", "", "VULTRS"], lab, OTHER, "LABKEY"),
        (["vultr", OTHER], ["", "", "VULTRS"], lab, OTHER, ""),
        (["local", NEAR], ["", "", "VULTRS"], lab, NEAR, "LOCALKEY"),
        (["local", OTHER], ["", "", "VULTRS"], lab, OTHER, ""),
        (["", NEAR], ["local", "", "VULTRS"], lab, NEAR, ""),
    ];
    for row @ (options, variables, config, endpoint, key) in rows {
        let mut home = Home::new(config).with_server();
        for (name, value) in [PROFILE, ENDPOINT, KEY].into_iter().zip(variables) {
            home = home.with(name, value);
        }
        let [profile, wanted] = options.map(|text| Some(text).filter(|t| !t.is_empty()));
        let target = home.target(profile, wanted).unwrap();
        assert!(is_same(&target.endpoint, endpoint), "{row:?}: {target:?}");
        assert_eq!(target.key.as_deref().unwrap_or_default(), *key, "{row:?}");
    }
}

#[test]
fn a_hint_says_where_a_key_is_from_or_why_there_is_none() {
    let lab = "[profiles.lab]\nendpoint = 'http://lab:1'\nkey_file = '~/lab.key'\n\
               [profiles.asks]\nendpoint = 'http://lab:1'\nkey_env = 'LAB_KEY'\n\
               [profiles.bare]\nendpoint = 'http://lab:1'\n";
    let home = || Home::new(lab);
    let hint = |home: &Home, profile| home.target(profile, None).unwrap().hint();
    let none = hint(&home(), None);
    assert!(none.starts_with("no key was sent; `kettle serve` keeps one in "), "{none}");
    let served = home().with_server();
    let path = served.dir.path().join(".local/share/kettle/key").display().to_string();
    let refused = "the key that was refused is from ";
    assert_eq!(hint(&served, None), format!("{refused}{path}, where `kettle serve` keeps its key"));
    let served = served.with(KEY, "VULTRS");
    let unused = ". VULTR_API_KEY is not sent to http://127.0.0.1:8787: it is for \
                  https://api.vultr.com, unless VULTR_API_ENDPOINT names another";
    assert!(hint(&served, None).ends_with(unused), "{}", hint(&served, None));
    assert_eq!(hint(&served, Some("vultr")), format!("{refused}the variable VULTR_API_KEY"));

    std::fs::write(served.dir.path().join("lab.key"), "K").unwrap();
    let file = served.dir.path().join("lab.key");
    let told = hint(&served, Some("lab"));
    let from = format!("{refused}{}, the key_file of the profile `lab`", file.display());
    assert!(told.starts_with(&from), "{told}");
    let asks = hint(&home().with("LAB_KEY", "K"), Some("asks"));
    assert_eq!(asks, format!("{refused}the variable LAB_KEY, the key_env of the profile `asks`"));
    let bare = hint(&home(), Some("bare"));
    assert!(bare.starts_with("no key was sent; give the profile `bare`"), "{bare}");
    let vultr = hint(&home(), Some("vultr"));
    assert!(vultr.starts_with("no key was sent; set VULTR_API_KEY,"), "{vultr}");
    let other = home().target(None, Some("http://else:1")).unwrap().hint();
    assert!(other.contains("set VULTR_API_ENDPOINT and VULTR_API_KEY together"), "{other}");
}

#[test]
fn the_server_on_the_data_directory_is_found_wherever_it_listens() {
    let home = Home::new("").with_server();
    let data = home.dir.path().join(".local/share/kettle");
    let _held = held(&data);
    std::fs::write(data.join(URL_FILE), "http://127.0.0.1:4711\n").unwrap();
    assert_eq!(home.resolve(None), target("http://127.0.0.1:4711", "LOCALKEY"));
    assert_eq!(home.resolve(Some("local")), target("http://127.0.0.1:4711", "LOCALKEY"));
    // The same by other names of this machine; and the usual place.
    for same in ["http://localhost:4711", "http://[::1]:4711/v2", LOCAL, "http://LOCALHOST:8787"] {
        let found = home.target(None, Some(same)).unwrap();
        assert_eq!(found.key.as_deref(), Some("LOCALKEY"), "{same}");
        assert_eq!(
            found.to_prove().as_deref(),
            Some("LOCALKEY"),
            "{same}: only once that is shown"
        );
    }
    for other in ["http://localhost:4712", "https://localhost:4711", "http://10.0.0.1:4711"] {
        assert_eq!(home.target(None, Some(other)).unwrap().key, None, "{other}");
    }
    // What is no address is no place.
    std::fs::write(data.join(URL_FILE), "nonsense").unwrap();
    assert_eq!(home.resolve(None), target(LOCAL, "LOCALKEY"));
}

#[test]
fn the_data_directory_can_be_named() {
    let home =
        Home::new("[profiles.lab]\nendpoint = 'http://lab:1'\nkey = 'LABKEY'\n").with_server();
    let data = home.dir.path().join("elsewhere");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join(KEY_FILE), "OTHERKEY").unwrap();
    let _held = held(&data);
    std::fs::write(data.join(URL_FILE), "http://127.0.0.1:4711").unwrap();
    let wanted = Wanted { data: Some(data.clone()), ..Wanted::default() };
    let found = |target: Target| (target.endpoint, target.key.unwrap_or_default());
    let elsewhere = ("http://127.0.0.1:4711".to_owned(), "OTHERKEY".to_owned());
    assert_eq!(found(home.wanted(&wanted).unwrap()), elsewhere);
    // Who names it means it, whatever the environment says.
    let home = home.with(ENDPOINT, "http://10.0.0.9:1").with(PROFILE, "lab");
    assert_eq!(found(home.wanted(&wanted).unwrap()), elsewhere);
    let local = Wanted { profile: Some("local".into()), ..wanted.clone() };
    assert_eq!(found(home.wanted(&local).unwrap()), elsewhere);
    let lab = Wanted { profile: Some("lab".into()), ..wanted.clone() };
    assert!(home.wanted(&lab).unwrap_err().contains("is for the profile `local`, not for `lab`"));
    let near = Wanted { endpoint: Some("http://127.0.0.1:99".into()), ..wanted };
    let key = ("http://127.0.0.1:99".to_owned(), "OTHERKEY".to_owned());
    assert_eq!(found(home.wanted(&near).unwrap()), key);

    // The variable says where it is, and chooses nothing.
    let home = Home::new("").with_server().with(DATA, &data.display().to_string());
    assert_eq!(home.resolve(None), target("http://127.0.0.1:4711", "OTHERKEY"));
    let home = home.with(ENDPOINT, "http://10.0.0.9:1");
    assert_eq!(home.resolve(None), target("http://10.0.0.9:1", ""));
}

#[test]
fn an_address_without_its_scheme_is_told_with_one() {
    let told = base("127.0.0.1:34023").unwrap_err().to_string();
    assert!(told.ends_with("as http://127.0.0.1:34023"), "{told}");
}

#[test]
fn a_copy_of_a_data_directory_is_not_taken_for_the_original() {
    let home = Home::new("").with_server();
    let data = home.dir.path().join(".local/share/kettle");
    let _held = held(&data);
    let copy = home.dir.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for directory in [&data, &copy] {
        std::fs::write(directory.join(URL_FILE), LOCAL).unwrap();
        std::fs::write(directory.join(KEY_FILE), "LOCALKEY").unwrap();
        std::fs::write(directory.join("kettle.db"), "").unwrap();
    }
    std::fs::File::create(copy.join(SERVED_FILE)).unwrap();
    let named = |data: &Path, endpoint: Option<&str>| {
        let data = Some(data.to_owned());
        home.wanted(&Wanted { data, endpoint: endpoint.map(str::to_owned), ..Wanted::default() })
    };
    let original = named(&data, None).unwrap();
    assert!(!original.is_unserved() && !original.is_absent());
    let absent = named(&copy, None).unwrap();
    assert!(absent.is_unserved() && absent.is_absent());
    assert_eq!(absent.when_silent(), None, "it is said already");
    assert!(absent.when_unserved().unwrap().contains("copy; `kettle serve --data"));
    // Who says where it is, means it; it has to prove its key.
    let there = named(&copy, Some("http://127.0.0.1:4712")).unwrap();
    assert!(!there.is_unserved() && there.to_prove().is_some());
    // Without a word of where, what is at the usual address may be it.
    drop(_held);
    let usual = home.target(None, None).unwrap();
    assert!(usual.is_unserved() && !usual.is_absent());
}

#[test]
fn who_finds_nobody_is_told_where_was_looked() {
    let home = Home::new("").with_server();
    let data = home.dir.path().join(".local/share/kettle");
    let place = data.display();
    let silent = |endpoint| home.target(None, endpoint).unwrap().when_silent();
    // Where a server was cut off, its address is no better than any other.
    for _ in 0..2 {
        let told = format!(
            "no server runs on {place}, so the usual address was tried; `kettle serve` starts one"
        );
        assert_eq!(silent(None), Some(told));
        std::fs::write(data.join(URL_FILE), "http://127.0.0.1:4711").unwrap();
    }
    assert_eq!(silent(Some("http://10.0.0.9:1")), None);
    let _held = held(&data);
    let told = format!(
        "a server holds {place} and says that it is at http://127.0.0.1:4711, and nobody answers \
         there: it hangs, or has only just started"
    );
    assert_eq!(silent(None), Some(told));
    let told = format!("the server on {place} is at http://127.0.0.1:4711");
    assert_eq!(silent(Some(LOCAL)), Some(told));
    let wanted = Wanted { data: Some("/no/where".into()), ..Wanted::default() };
    let told = home.wanted(&wanted).unwrap().when_unserved().unwrap();
    assert!(told.ends_with("`kettle serve --data /no/where` starts one"), "{told}");
}
