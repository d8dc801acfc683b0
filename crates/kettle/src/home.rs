//! The data directory: the database, the owner's key, and where a running server can be reached.
//!
//! It must never show half a file to who reads meanwhile, nor replace a key that is kept.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sdk::config;

/// The data directory.
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

/// The owner's key, and whether it was made just now.
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) is_new: bool,
}

impl Home {
    /// The directory that was asked for, or the user's own.
    pub(crate) fn new(wanted: Option<&PathBuf>) -> Result<Self> {
        match wanted {
            Some(directory) => Ok(Self(directory.clone())),
            None => config::data_dir(&config::process_env)
                .map(Self)
                .context("there is no home directory; say where the data is to be with --data DIR"),
        }
    }

    /// Makes the directory, for its owner alone, if it is not there.
    pub(crate) fn make(&self) -> Result<()> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        made.with_context(|| format!("cannot make the data directory {}", self.0.display()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("kettle.db")
    }

    /// Which id of API v1 is which of v2, for the gateway.
    pub(crate) fn gateway_ids(&self) -> PathBuf {
        self.0.join("gateway.db")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.0.join(config::KEY_FILE)
    }

    /// The file that says where the server on this directory can be reached while it runs.
    pub(crate) fn url_file(&self) -> PathBuf {
        self.0.join("url")
    }

    /// The file that is locked while commands run on this directory's server.
    pub(crate) fn lock_file(&self) -> Result<File> {
        let path = self.0.join("exec.lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        file.with_context(|| format!("cannot open {}", path.display()))
    }

    /// The owner's key: kept in a file that only its owner can read. On the first start it is
    /// `wanted`, or a new one.
    pub(crate) fn key(&self, wanted: Option<String>) -> Result<Key> {
        if let Some(text) = self.known_key()? {
            return Ok(Key { text, is_new: false });
        }
        let path = self.key_file();
        let text = wanted.unwrap_or_else(control::auth::new_key);
        // Whole or not at all: a key that is half written would lock its owner out. And the first
        // of two servers that start at once decides.
        let partial = self.0.join(format!("key.{}", std::process::id()));
        let written = write_private(&partial, &text).and_then(|()| fs::hard_link(&partial, &path));
        let _ = fs::remove_file(&partial); // it was never there, or has its name
        match written {
            Ok(()) => Ok(Key { text, is_new: true }),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                let text = self.known_key()?.context("the key came and went")?;
                Ok(Key { text, is_new: false })
            }
            Err(e) => Err(e).with_context(|| format!("cannot write the key to {}", path.display())),
        }
    }

    /// The owner's key, where there is one.
    pub(crate) fn known_key(&self) -> Result<Option<String>> {
        let path = self.key_file();
        match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => {
                bail!("{} is empty; delete it to have a new key made", path.display())
            }
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).with_context(|| format!("cannot read the key in {}", path.display())),
        }
    }

    /// Where the server on this directory says that it can be reached.
    pub(crate) fn known_url(&self) -> Option<String> {
        let text = fs::read_to_string(self.url_file()).ok()?;
        Some(text.trim().to_owned()).filter(|url| !url.is_empty())
    }
}

/// Writes `url` to a file at once: whoever waits for it never sees half of it.
pub(crate) fn write_url(path: &Path, url: &str) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}", std::process::id()));
    let written = fs::write(&partial, format!("{url}\n")).and_then(|()| fs::rename(&partial, path));
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Removes a file that says `url`. One that says another belongs to another server by now.
pub(crate) fn forget_url(path: &Path, url: &str) {
    if fs::read_to_string(path).is_ok_and(|text| text.trim() == url) {
        // Gone already: either way nobody finds it.
        let _ = fs::remove_file(path);
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}
