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
//! Two profiles need no file: `local`, the default, is a `kettle serve` on this machine; `vultr` is
//! Vultr itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Error;

/// Vultr's own endpoint.
pub const VULTR: &str = "https://api.vultr.com";
/// Where `kettle serve` listens when nothing else is said.
pub const LOCAL: &str = "http://127.0.0.1:8787";
/// The file in the data directory that holds the server's first key.
pub const KEY_FILE: &str = "key";

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
    pub key: Option<String>,
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
    key: Option<String>,
    key_file: Option<PathBuf>,
    key_env: Option<String>,
}

/// Settles endpoint and key. What comes first in this order counts:
///
/// 1. `wanted.endpoint` and `wanted.key`, each for itself;
/// 2. the profile `wanted.profile`, or the one named by `KETTLE_PROFILE`;
/// 3. `VULTR_API_ENDPOINT` and `VULTR_API_KEY`;
/// 4. the file's `default_profile`, or `local`.
///
/// A chosen profile without a key of its own takes `VULTR_API_KEY`. `local` takes the key that the
/// server left in its data directory.
///
/// # Errors
/// When the file cannot be read, or the profile does not exist.
pub fn resolve(wanted: &Wanted, env: Env<'_>) -> Result<Target, ConfigError> {
    let var = |name: &str| env(name).filter(|v| !v.trim().is_empty());
    let file = read(env)?;
    let chosen = wanted.profile.clone().or_else(|| var("KETTLE_PROFILE"));
    let name = chosen.clone().or(file.default_profile.clone()).unwrap_or_else(|| "local".into());
    let profile = profile(&file, &name)?;
    let key = profile.key(&name, env)?;
    let (endpoint, key) = match chosen {
        Some(_) => (profile.endpoint, key.or_else(|| var("VULTR_API_KEY"))),
        None => (var("VULTR_API_ENDPOINT").or(profile.endpoint), var("VULTR_API_KEY").or(key)),
    };
    let endpoint = wanted.endpoint.clone().or(endpoint).ok_or_else(|| {
        ConfigError(format!("profile `{name}` has no endpoint, such as endpoint = \"{VULTR}\""))
    })?;
    let local = name == "local" && base(&endpoint).is_ok_and(|(base, _)| base == LOCAL);
    let key = wanted.key.clone().or(key).or_else(|| local.then(|| servers_key(env)).flatten());
    Ok(Target { profile: name, endpoint, key })
}

/// The directory in which a server keeps its data when nothing else is said.
pub fn data_dir(env: Env<'_>) -> Option<PathBuf> {
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
        _ => Err(wrong("it begins with http:// or https://")),
    }
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

fn servers_key(env: Env<'_>) -> Option<String> {
    let key = std::fs::read_to_string(data_dir(env)?.join(KEY_FILE)).ok()?;
    Some(key.trim().to_owned()).filter(|k| !k.is_empty())
}

fn read(env: Env<'_>) -> Result<File, ConfigError> {
    let Some(path) = config_file(env) else { return Ok(File::default()) };
    let named = env("KETTLE_CONFIG").is_some_and(|v| !v.is_empty());
    match std::fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text)
            .map_err(|e| ConfigError(format!("{}: {}", path.display(), e.to_string().trim_end()))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !named => Ok(File::default()),
        Err(e) => Err(ConfigError(format!("{}: {e}", path.display()))),
    }
}

fn profile(file: &File, name: &str) -> Result<Profile, ConfigError> {
    let built_in =
        |endpoint: &str| Profile { endpoint: Some(endpoint.into()), ..Profile::default() };
    let default = match name {
        "local" => Some(built_in(LOCAL)),
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
    fn key(&self, name: &str, env: Env<'_>) -> Result<Option<String>, ConfigError> {
        let wrong = |text: String| ConfigError(format!("profile `{name}`: {text}"));
        match (&self.key, &self.key_file, &self.key_env) {
            (None, None, None) => Ok(None),
            (Some(key), None, None) => Ok(Some(key.clone())),
            (None, Some(path), None) => {
                let path = expand(path, env);
                let key = std::fs::read_to_string(&path)
                    .map_err(|e| wrong(format!("key_file {}: {e}", path.display())))?;
                Ok(Some(key.trim().to_owned()))
            }
            (None, None, Some(variable)) => match env(variable).filter(|v| !v.is_empty()) {
                Some(key) => Ok(Some(key)),
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
