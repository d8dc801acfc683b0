//! The profiles that there are, for who lists or changes them.

use super::{ConfigError, Env, File, PROFILE, read};

/// The profiles that need no file.
pub const BUILT_IN: [&str; 2] = ["local", "vultr"];

/// The profiles that there are, by name, and which of them counts where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profiles {
    /// The names, those that need no file first.
    pub names: Vec<String>,
    /// The one that counts where neither a command nor the environment names another.
    pub default: String,
    /// The one that the environment names.
    pub of_environment: Option<String>,
}

/// The profiles that there are.
///
/// # Errors
/// When the file cannot be read.
pub fn profiles(env: Env<'_>) -> Result<Profiles, ConfigError> {
    let File { default_profile, profiles } = read(env)?;
    let own = profiles.into_keys().filter(|name| !BUILT_IN.contains(&name.as_str()));
    Ok(Profiles {
        names: BUILT_IN.map(str::to_owned).into_iter().chain(own).collect(),
        default: default_profile.unwrap_or_else(|| "local".into()),
        of_environment: env(PROFILE).filter(|name| !name.trim().is_empty()),
    })
}
