//! The ways to a client: Vultr itself, the server on this machine, and what the environment names.

use crate::config::{self, Env, Target, Wanted};
use crate::{Client, Error};

impl Client {
    /// A client of Vultr itself.
    ///
    /// # Errors
    /// When the key has characters that no key has.
    pub fn vultr(key: impl AsRef<str>) -> Result<Self, Error> {
        Self::builder(config::VULTR).key(key).build()
    }

    /// A client of the `kettle serve` on this machine, with the key that it keeps in the user's data
    /// directory. It is sent to nobody who does not prove to have it.
    ///
    /// # Errors
    /// When no server has left a key.
    pub fn local() -> Result<Self, Error> {
        let target = config::local(&config::process_env);
        match target.key {
            Some(_) => Self::for_target(&target),
            None => Err(Error::Invalid(target.hint())),
        }
    }

    /// A client of what the environment names. The first of these that is set, and not empty, counts:
    ///
    /// 1. `KETTLE_PROFILE`: the endpoint of this profile, whatever `VULTR_API_ENDPOINT` says, with
    ///    the profile's key. One that has no key of its own gets `VULTR_API_KEY` only where that is
    ///    meant for its endpoint: it is the same as `VULTR_API_ENDPOINT`, or that is not set and it
    ///    is Vultr itself.
    /// 2. `VULTR_API_ENDPOINT`, with the key in `VULTR_API_KEY`. Where that is not set, with the key
    ///    of the server on this machine if it is there, or of the configuration file's default
    ///    profile if that has this very endpoint; or with none.
    /// 3. Nothing of it: the `kettle serve` on this machine, as [`Client::local`], but made also where
    ///    there is no key yet. `VULTR_API_KEY` alone is not looked at, as it says not where it may
    ///    go: for Vultr itself, see [`Client::vultr`], or set `KETTLE_PROFILE=vultr` beside it.
    ///
    /// [`config::resolve`] has the same in full.
    ///
    /// # Errors
    /// When the configuration is wrong, or the endpoint no address.
    pub fn from_env() -> Result<Self, Error> {
        let target = named(&config::process_env).map_err(|e| Error::Invalid(e.to_string()))?;
        Self::for_target(&target)
    }
}

/// Where the environment says that calls go.
fn named(env: Env<'_>) -> Result<Target, config::ConfigError> {
    let is_set = |name: &str| env(name).is_some_and(|value| !value.trim().is_empty());
    match is_set(config::PROFILE) || is_set(config::ENDPOINT) {
        true => config::resolve(&Wanted::default(), env),
        false => Ok(config::local(env)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a client goes, and with which key, by these variables and files.
    fn leads(variables: &[(&str, &str)], file: &str, served: bool) -> (String, Option<String>) {
        let home = tempfile::tempdir().unwrap();
        let (config, data) = (".config/kettle", ".local/share/kettle");
        for directory in [config, data] {
            std::fs::create_dir_all(home.path().join(directory)).unwrap();
        }
        std::fs::write(home.path().join(config).join("config.toml"), file).unwrap();
        if served {
            std::fs::write(home.path().join(data).join("key"), "LOCALKEY").unwrap();
        }
        let env = |name: &str| match name {
            "HOME" => Some(home.path().display().to_string()),
            _ => Some(variables.iter().find(|(n, _)| *n == name)?.1.to_owned()),
        };
        let target = named(&env).unwrap();
        (target.endpoint, target.key)
    }

    #[test]
    fn the_environment_alone_says_where_a_key_goes() {
        let lab = "default_profile = 'lab'\n[profiles.lab]\nendpoint = 'http://lab:1'\nkey = 'LABKEY'\n\
                   [profiles.local]\nendpoint = 'http://far:1'\nkey = 'FARKEY'\n";
        let to = |endpoint: &str, key: &str| {
            (endpoint.to_owned(), Some(key.to_owned()).filter(|key| !key.is_empty()))
        };
        let (endpoint, key, profile) = ("VULTR_API_ENDPOINT", "VULTR_API_KEY", "KETTLE_PROFILE");
        // Neither the file's default nor its own `local` was named.
        assert_eq!(leads(&[], lab, true), to(config::LOCAL, "LOCALKEY"));
        assert_eq!(leads(&[], lab, false), to(config::LOCAL, ""));
        // A key without a place goes nowhere.
        assert_eq!(leads(&[(key, "K")], lab, true), to(config::LOCAL, "LOCALKEY"));
        assert_eq!(leads(&[(key, "K")], lab, false), to(config::LOCAL, ""));
        assert_eq!(leads(&[(endpoint, " "), (key, "K")], lab, false), to(config::LOCAL, ""));
        // What was named.
        assert_eq!(
            leads(&[(endpoint, "http://a:1"), (key, "K")], lab, true),
            to("http://a:1", "K")
        );
        assert_eq!(leads(&[(endpoint, "http://a:1")], lab, true), to("http://a:1", ""));
        let vultr = leads(&[(endpoint, config::VULTR), (key, "K")], lab, true);
        assert_eq!(vultr, to(config::VULTR, "K"));
        assert_eq!(leads(&[(profile, "lab"), (key, "K")], lab, true), to("http://lab:1", "LABKEY"));
        assert_eq!(leads(&[(profile, "vultr"), (key, "K")], lab, true), to(config::VULTR, "K"));
    }
}
