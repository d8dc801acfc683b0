//! Which endpoint to talk to, and with which key: explicit words, the environment, profiles.
//!
//! It reads files and the environment that it is given, and never writes any. The one place that
//! knows where Kettle keeps its configuration and its data.
//!
//! The configuration file is `kettle/config.toml` in the user's configuration directory, or what
//! `KETTLE_CONFIG` names:
//!
//! ```toml
//! default_profile = "lab"            # when neither --profile nor KETTLE_PROFILE says otherwise
//!
//! [profiles.lab]
//! endpoint = "http://10.0.0.5:8787"
//! key_file = "~/.config/kettle/lab.key"     # or: key = "…", or: key_env = "LAB_KEY"
//! ```
//!
//! `kettle profile` writes it, and keeps what else stands there. Two profiles need no file: `local`,
//! the default, is the `kettle serve` that runs on the data directory, wherever it listens; `vultr`
//! is Vultr itself.

mod profiles;

use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use api::Secret;
use serde::Deserialize;

pub use profiles::{BUILT_IN, Profiles, profiles};

use crate::Error;

/// Vultr's own endpoint.
pub const VULTR: &str = "https://api.vultr.com";
/// Where `kettle serve` listens when nothing else is said.
pub const LOCAL: &str = "http://127.0.0.1:8787";
/// The file in the data directory that holds the server's first key.
pub const KEY_FILE: &str = "key";
/// The file in the data directory that says where its server can be reached while it runs.
pub const URL_FILE: &str = "url";
/// The file in the data directory that a server holds locked as long as it runs.
pub const SERVED_FILE: &str = "serve.lock";

/// The variable with the key that clients send to Vultr, or to what [`ENDPOINT`] names.
const KEY: &str = "VULTR_API_KEY";
pub(crate) const ENDPOINT: &str = "VULTR_API_ENDPOINT";
pub(crate) const PROFILE: &str = "KETTLE_PROFILE";
/// The variable with the data directory, where it is not the user's own.
const DATA: &str = "KETTLE_DATA";

/// Reads an environment variable. Empty ones count as absent.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The environment of this process.
pub fn process_env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What was asked for in so many words.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The name of a profile.
    pub profile: Option<String>,
    /// An endpoint, instead of the profile's.
    pub endpoint: Option<String>,
    /// A key, instead of the profile's.
    pub key: Option<Secret>,
    /// The data directory of the server that is meant by the profile `local`, which is chosen so.
    pub data: Option<PathBuf>,
}

/// Where calls go, and as whom.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// The profile that it came from.
    pub profile: String,
    /// The endpoint.
    pub endpoint: String,
    /// The key, where there is one: some operations need none.
    pub key: Option<String>,
    /// Where the key is from, or else what to do to have one.
    origin: String,
    /// Whether the key is the data directory's: anybody may listen where its server did.
    of_server: bool,
    /// What `VULTR_API_KEY` is meant for, where that is set and not sent here.
    withheld: Option<String>,
    /// The data directory, where its server is meant, and what it says of where that is.
    here: Option<Here>,
    /// Whether the directory's server is meant wherever it is, and none runs there.
    unserved: bool,
}

/// A data directory on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Here {
    directory: PathBuf,
    /// What its file `url` says, where a server may have written it that still runs.
    url: Option<String>,
    /// Whether the directory was named, on the command line or by `KETTLE_DATA`.
    is_named: bool,
    /// Whether a server holds it; none where that cannot be seen.
    is_served: Option<bool>,
}

impl Here {
    fn new(wanted: Option<&PathBuf>, env: Env<'_>) -> Option<Self> {
        let directory = wanted.cloned().or_else(|| data_dir(env))?;
        let is_named = wanted.is_some() || env(DATA).is_some_and(|v| !v.trim().is_empty());
        let is_served = is_served(&directory);
        let url = std::fs::read_to_string(directory.join(URL_FILE)).ok();
        let url = url.map(|url| url.trim().to_owned()).filter(|url| base(url).is_ok());
        // In a copy of a directory the file says where the original's server is.
        let url = url.filter(|_| is_served != Some(false));
        Some(Self { directory, url, is_named, is_served })
    }

    /// What would start its server.
    fn start(&self) -> String {
        match self.is_named {
            true => format!("`kettle serve --data {}` starts one", self.directory.display()),
            false => "`kettle serve` starts one".to_owned(),
        }
    }

    /// Whether an endpoint is where its server is, or would be, by whatever name of this machine.
    fn is_at(&self, endpoint: &str) -> bool {
        let places = self.url.iter().map(String::as_str).chain([LOCAL]);
        places.into_iter().any(|place| {
            is_same(place, endpoint)
                || (is_here(place)
                    && is_here(endpoint)
                    && is_same(place, &renamed(endpoint, place)))
        })
    }
}

impl Target {
    /// The data directory, where its server is meant.
    pub fn data_dir(&self) -> Option<&Path> {
        self.here.as_ref().map(|here| &*here.directory)
    }

    /// For who finds nobody there: where was looked, and what would help. None where that is no
    /// server of this machine's, or where it is said already: see [`Target::when_unserved`].
    pub fn when_silent(&self) -> Option<String> {
        let here = self.here.as_ref().filter(|_| !self.is_absent())?;
        let (place, start) = (here.directory.display(), here.start());
        Some(match &here.url {
            Some(url) if is_same(url, &self.endpoint) => format!(
                "a server holds {place} and says that it is at {url}, and nobody answers there: \
                 it hangs, or has only just started"
            ),
            Some(url) => format!("the server on {place} is at {url}"),
            None if is_same(LOCAL, &self.endpoint) => {
                format!("no server runs on {place}, so the usual address was tried; {start}")
            }
            None => format!("no server runs on {place}; {start}"),
        })
    }

    /// What to say where the data directory's server is meant, wherever it is, and none runs.
    pub fn when_unserved(&self) -> Option<String> {
        let here = self.here.as_ref().filter(|_| self.unserved)?;
        Some(format!("no server runs on {}; {}", here.directory.display(), here.start()))
    }

    /// Whether the data directory's server is meant, wherever it is, and none runs.
    pub fn is_unserved(&self) -> bool {
        self.unserved
    }

    /// Whether there is nobody to talk to: the directory that was named has no server. Another one,
    /// at the usual address, is not meant, even if it has the same key: it may be the one that the
    /// directory is a copy of.
    pub(crate) fn is_absent(&self) -> bool {
        self.unserved && self.here.as_ref().is_some_and(|here| here.is_named)
    }

    /// The key that whoever answers must prove to have before it is sent.
    pub(crate) fn to_prove(&self) -> Option<String> {
        self.key.clone().filter(|_| self.of_server)
    }

    /// Where the key is from; none where there is no key.
    pub fn key_origin(&self) -> Option<&str> {
        self.key.as_ref().map(|_| self.origin.as_str())
    }

    /// For who is told that the key is wrong, or that there is none: where it is from, or why there
    /// is none.
    pub fn hint(&self) -> String {
        let mut hint = match &self.key {
            Some(_) => format!("the key that was refused is from {}", self.origin),
            None => format!("no key was sent; {}", self.origin),
        };
        if let Some(meant) = &self.withheld {
            hint = format!(
                "{hint}. {KEY} is not sent to {}: it is for {meant}, unless {ENDPOINT} names another",
                self.endpoint
            );
        }
        hint
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = self.key.as_ref().map(|_| "…");
        f.debug_struct("Target")
            .field("profile", &self.profile)
            .field("endpoint", &self.endpoint)
            .field("key", &key)
            .finish()
    }
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    default_profile: Option<String>,
    profiles: BTreeMap<String, Profile>,
}

/// One endpoint, and where its key is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Profile {
    endpoint: Option<String>,
    key: Option<Secret>,
    key_file: Option<PathBuf>,
    key_env: Option<String>,
}

/// Settles where calls go. What comes first in this order counts:
///
/// 1. `wanted.endpoint`;
/// 2. that of the profile `wanted.profile`, or of the one that `KETTLE_PROFILE` names;
/// 3. `VULTR_API_ENDPOINT`;
/// 4. that of the file's `default_profile`, or of `local`.
///
/// Then the key. It is `wanted.key`, or the first one that is meant for that endpoint: no other is
/// ever sent there.
///
/// - The key of the profile is for the profile's endpoint, and for `wanted.endpoint` where
///   `wanted.profile` stands beside it.
/// - `VULTR_API_KEY` is for `VULTR_API_ENDPOINT`, and for [`VULTR`] where that is not set. A profile
///   that was chosen has its own key first.
/// - The key that a server left in the data directory is for where that server says it is, for
///   [`LOCAL`], for the same ports by another name of this machine (`localhost`, `[::1]`), and for any
///   other endpoint on this machine that `wanted` has beside the profile `local` or the directory. A
///   client for the target sends it to nobody who does not prove to have it.
///
/// The data directory is `wanted.data`, or what `KETTLE_DATA` names, or the user's own. The profile
/// `local` leads to where its server says it is. Where none runs, it leads to [`LOCAL`], or to nobody
/// where the directory was named: what answers elsewhere may be the server of the directory that this
/// one is a copy of.
///
/// # Errors
/// When the file cannot be read, or the profile does not exist.
pub fn resolve(wanted: &Wanted, env: Env<'_>) -> Result<Target, ConfigError> {
    let var = |name: &str| env(name).filter(|v| !v.trim().is_empty());
    let file = read(env)?;
    let named = match (&wanted.profile, &wanted.data) {
        (Some(profile), Some(data)) if profile != "local" => {
            return Err(ConfigError(format!(
                "--data {} is for the profile `local`, not for `{profile}`",
                data.display()
            )));
        }
        (None, Some(_)) => Some("local".to_owned()),
        (profile, _) => profile.clone(),
    };
    let chosen = named.clone().or_else(|| var(PROFILE));
    let name = chosen.clone().or(file.default_profile.clone()).unwrap_or_else(|| "local".into());
    let directory = Here::new(wanted.data.as_ref(), env);
    let local = directory.as_ref().and_then(|here| here.url.as_deref()).unwrap_or(LOCAL);
    let profile = profile(&file, &name, local)?;
    let beside = var(ENDPOINT);
    let own = profile.endpoint.clone();
    let other = if chosen.is_some() { None } else { beside.clone() };
    let is_local = wanted.endpoint.is_none() && other.is_none() && own.as_deref() == Some(local);
    let unserved = is_local && directory.as_ref().is_some_and(|here| here.is_served == Some(false));
    let endpoint = wanted.endpoint.clone().or(other).or(own.clone()).ok_or_else(|| {
        ConfigError(format!("profile `{name}` has no endpoint, such as endpoint = \"{VULTR}\""))
    })?;

    let together = named.is_some() && wanted.endpoint.is_some();
    let own_endpoint = own.is_some_and(|own| is_same(&own, &endpoint));
    let of_profile = || match together || own_endpoint {
        true => profile.key(&name, env),
        false => Ok(None),
    };
    let meant = beside.unwrap_or_else(|| VULTR.to_owned());
    let variable = var(KEY);
    let of_variable = || {
        let key = variable.clone().filter(|_| is_same(&meant, &endpoint))?;
        Some(Found::new(key, format!("the variable {KEY}")))
    };
    let here = directory.filter(|directory| {
        directory.is_at(&endpoint) || (together && name == "local" && is_here(&endpoint))
    });
    let of_server = || servers_key(here.as_ref()?);

    let given = wanted.key.clone().map(Secret::into_inner);
    let given = given.map(|key| Found::new(key, "what was given".into()));
    let found = match (given, &chosen) {
        (Some(given), _) => Some(given),
        (None, Some(_)) => of_profile()?.or_else(of_server).or_else(of_variable),
        (None, None) => match of_variable() {
            Some(found) => Some(found),
            None => of_profile()?.or_else(of_server),
        },
    };
    let sent = |key: &String| found.as_ref().is_some_and(|found| found.key == *key);
    let withheld = variable.filter(|key| !sent(key) && !is_same(&meant, &endpoint)).map(|_| meant);
    let chosen = chosen.as_deref().filter(|_| own_endpoint);
    let missing = || missing(&endpoint, here.as_ref(), chosen);
    let of_server = found.as_ref().is_some_and(|found| found.of_server);
    let (key, origin) = match found {
        Some(found) => (Some(found.key), found.origin),
        None => (None, missing()),
    };
    Ok(Target { profile: name, endpoint, key, origin, of_server, withheld, here, unserved })
}

/// The server on this machine, where it says that it is and with the key that it left in the data
/// directory, whatever profiles there are. The key is sent to nobody who does not prove to have it.
pub(crate) fn local(env: Env<'_>) -> Target {
    let here = Here::new(None, env);
    let endpoint = here.as_ref().and_then(|here| here.url.clone());
    let endpoint = endpoint.unwrap_or_else(|| LOCAL.to_owned());
    let (key, origin) = match here.as_ref().and_then(servers_key) {
        Some(found) => (Some(found.key), found.origin),
        None => (None, missing(&endpoint, here.as_ref(), None)),
    };
    let profile = "local".into();
    let unserved = here.as_ref().is_some_and(|here| here.is_served == Some(false));
    Target { profile, endpoint, key, origin, of_server: true, withheld: None, here, unserved }
}

/// Whether a server holds a data directory at this moment; none where that cannot be seen.
pub fn is_served(directory: &Path) -> Option<bool> {
    match std::fs::File::open(directory.join(SERVED_FILE)) {
        // Shared: others who look at the same time are not taken for a server.
        Ok(file) => match file.try_lock_shared() {
            Ok(()) => {
                // A program that is being started holds the file a moment longer than this does.
                let _ = file.unlock();
                Some(false)
            }
            Err(TryLockError::WouldBlock) => Some(true),
            Err(TryLockError::Error(_)) => None,
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Some(false),
        Err(_) => None,
    }
}

/// A key, and where it is from.
struct Found {
    key: String,
    origin: String,
    /// Whether it is the data directory's.
    of_server: bool,
}

impl Found {
    fn new(key: String, origin: String) -> Self {
        Self { key, origin, of_server: false }
    }
}

/// What to do where no key is meant for the endpoint.
fn missing(endpoint: &str, here: Option<&Here>, chosen: Option<&str>) -> String {
    match (here.map(|here| here.directory.join(KEY_FILE)), chosen) {
        (Some(path), _) => format!(
            "`kettle serve` keeps one in {}, where none can be read; for a server with other data \
             set {ENDPOINT} and {KEY} together",
            path.display()
        ),
        _ if is_same(endpoint, VULTR) => {
            format!("set {KEY}, without {ENDPOINT}, or give the profile `vultr` a key")
        }
        (_, Some(name)) => format!(
            "give the profile `{name}`, which has this endpoint, a key, key_file or key_env"
        ),
        _ => format!(
            "set {ENDPOINT} and {KEY} together, or choose a profile that has a key (--profile)"
        ),
    }
}

/// The directory in which a server keeps its data when the command line does not say: what
/// `KETTLE_DATA` names, or the user's own.
pub fn data_dir(env: Env<'_>) -> Option<PathBuf> {
    if let Some(named) = env(DATA).filter(|v| !v.trim().is_empty()) {
        return Some(named.into());
    }
    directory(env, "XDG_DATA_HOME", ".local/share")
}

/// The configuration file, whether or not it exists.
pub fn config_file(env: Env<'_>) -> Option<PathBuf> {
    match env("KETTLE_CONFIG").filter(|v| !v.is_empty()) {
        Some(path) => Some(path.into()),
        None => Some(directory(env, "XDG_CONFIG_HOME", ".config")?.join("config.toml")),
    }
}

/// An endpoint as the base of addresses: no trailing slash, and no `/v2`, which every path brings
/// along.
pub(crate) fn base(endpoint: &str) -> Result<(String, http::Uri), Error> {
    let wrong =
        |why: &str| Error::Invalid(format!("`{endpoint}` is no endpoint such as `{VULTR}`: {why}"));
    let trimmed = endpoint.trim().trim_end_matches('/');
    let trimmed = trimmed.strip_suffix("/v2").unwrap_or(trimmed).trim_end_matches('/');
    let uri: http::Uri =
        trimmed.parse().map_err(|e: http::uri::InvalidUri| wrong(&e.to_string()))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) if uri.query().is_none() => Ok((trimmed.to_owned(), uri)),
        (Some("http" | "https"), Some(_)) => Err(wrong("it has a query")),
        (None, _) => {
            Err(wrong(&format!("it begins with http:// or https://, as http://{trimmed}")))
        }
        _ => Err(wrong("it begins with http:// or https://")),
    }
}

/// Whether two endpoints are one, however they are written.
fn is_same(one: &str, other: &str) -> bool {
    let parts = |endpoint: &str| {
        let (base, uri) = base(endpoint).ok()?;
        let tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        // Whoever asks as another user of that host is not meant.
        let user = uri.authority()?.as_str().contains('@').then_some(base);
        Some((tls, uri.host()?.to_lowercase(), port, uri.path().to_owned(), user))
    };
    parts(one).is_some_and(|one| Some(one) == parts(other))
}

/// Whether an endpoint is on this machine.
fn is_here(endpoint: &str) -> bool {
    base(endpoint).is_ok_and(|(_, uri)| is_loopback(uri.host().unwrap_or_default()))
}

/// An endpoint as it reads with the host of another one.
fn renamed(endpoint: &str, like: &str) -> String {
    let host = |endpoint: &str| Some(base(endpoint).ok()?.1.host()?.to_owned());
    match (host(endpoint), host(like)) {
        (Some(own), Some(other)) => endpoint.replacen(&own, &other, 1),
        _ => endpoint.to_owned(),
    }
}

/// Whether this host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

fn directory(env: Env<'_>, variable: &str, below_home: &str) -> Option<PathBuf> {
    // The XDG rules have relative paths ignored.
    let xdg = env(variable).map(PathBuf::from).filter(|p| p.is_absolute());
    let parent = xdg.or_else(|| Some(home(env)?.join(below_home)))?;
    Some(parent.join("kettle"))
}

fn home(env: Env<'_>) -> Option<PathBuf> {
    env("HOME").filter(|h| !h.is_empty()).map(PathBuf::from)
}

fn servers_key(here: &Here) -> Option<Found> {
    let path = here.directory.join(KEY_FILE);
    let key = std::fs::read_to_string(&path).ok()?.trim().to_owned();
    let origin = format!("{}, where `kettle serve` keeps its key", path.display());
    (!key.is_empty()).then_some(Found { key, origin, of_server: true })
}

fn read(env: Env<'_>) -> Result<File, ConfigError> {
    let Some(path) = config_file(env) else { return Ok(File::default()) };
    let named = env("KETTLE_CONFIG").is_some_and(|v| !v.is_empty());
    match std::fs::read_to_string(&path) {
        Ok(text) => toml_edit::de::from_str(&text)
            .map_err(|e| ConfigError(format!("{}: {}", path.display(), e.to_string().trim_end()))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !named => Ok(File::default()),
        Err(e) => Err(ConfigError(format!("{}: {e}", path.display()))),
    }
}

/// The profile of this name; that of the server on this machine leads to `local`.
fn profile(file: &File, name: &str, local: &str) -> Result<Profile, ConfigError> {
    let built_in =
        |endpoint: &str| Profile { endpoint: Some(endpoint.into()), ..Profile::default() };
    let default = match name {
        "local" => Some(built_in(local)),
        "vultr" => Some(built_in(VULTR)),
        _ => None,
    };
    match (file.profiles.get(name).cloned(), default) {
        (Some(mut own), default) => {
            own.endpoint = own.endpoint.or_else(|| default?.endpoint);
            Ok(own)
        }
        (None, Some(default)) => Ok(default),
        (None, None) => {
            let mut known: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
            known.extend(["local", "vultr"].iter().filter(|n| !file.profiles.contains_key(**n)));
            Err(ConfigError(format!("no profile `{name}`; there are {}", known.join(", "))))
        }
    }
}

impl Profile {
    fn key(&self, name: &str, env: Env<'_>) -> Result<Option<Found>, ConfigError> {
        let wrong = |text: String| ConfigError(format!("profile `{name}`: {text}"));
        let found = |key: &str, from: String| {
            let origin = format!("{from} of the profile `{name}`");
            Ok(Some(Found::new(key.trim().to_owned(), origin)))
        };
        match (&self.key, &self.key_file, &self.key_env) {
            (None, None, None) => Ok(None),
            (Some(key), None, None) => found(key, "`key`".into()),
            (None, Some(path), None) => {
                let path = expand(path, env);
                let key = std::fs::read_to_string(&path)
                    .map_err(|e| wrong(format!("key_file {}: {e}", path.display())))?;
                found(&key, format!("{}, the key_file", path.display()))
            }
            (None, None, Some(variable)) => match env(variable).filter(|v| !v.is_empty()) {
                Some(key) => found(&key, format!("the variable {variable}, the key_env")),
                None => Err(wrong(format!("key_env: the variable {variable} is not set"))),
            },
            _ => Err(wrong("give one of key, key_file and key_env".into())),
        }
    }
}

fn expand(path: &Path, env: Env<'_>) -> PathBuf {
    match (path.strip_prefix("~"), home(env)) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests;
