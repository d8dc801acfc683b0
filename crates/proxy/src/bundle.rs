//! The files of CA certificates that a child is pointed to.
//!
//! Each variable that makes a client trust *only* a file gets a file with everything that client
//! trusted before and the local CA; it must never lose a certificate that the caller relied on, nor
//! give a client those that another client was told to trust. Files are named by their content: runs
//! with different environments share the directory and do not disturb each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};

use crate::{Ca, Error, Variables, files, first_set};

/// Which file of CA certificates each environment variable should name.
pub type TrustFiles = BTreeMap<&'static str, PathBuf>;

/// How clients use a variable.
enum Use {
    /// The file replaces the client's own list. The others are where the client, or we in its
    /// place, look for that list when the variable is not set, before the system's.
    Replaces(&'static [&'static str]),
    /// As above, but the variable only matters where somebody set it.
    ReplacesIfSet,
    /// The file is added to the client's own list.
    Adds,
}

const VARIABLES: [(&str, Use); 8] = [
    // OpenSSL and what is built on it (Python, Ruby, PHP streams), Go, rustls-native-certs.
    ("SSL_CERT_FILE", Use::Replaces(&["NIX_SSL_CERT_FILE"])),
    ("REQUESTS_CA_BUNDLE", Use::Replaces(&["CURL_CA_BUNDLE", "SSL_CERT_FILE"])),
    ("CURL_CA_BUNDLE", Use::Replaces(&["SSL_CERT_FILE"])),
    ("PERL_LWP_SSL_CA_FILE", Use::Replaces(&["HTTPS_CA_FILE", "SSL_CERT_FILE"])),
    // Python's httplib2 looks at no other variable.
    ("HTTPLIB2_CA_CERTS", Use::Replaces(&["SSL_CERT_FILE"])),
    // Programs from Nix prefer it to SSL_CERT_FILE, and would not see ours.
    ("NIX_SSL_CERT_FILE", Use::ReplacesIfSet),
    // The AWS tools look into it before REQUESTS_CA_BUNDLE; where nobody has set it, they find ours
    // there or in SSL_CERT_FILE, and some programs cannot do with it at all (rclone 1.60).
    ("AWS_CA_BUNDLE", Use::ReplacesIfSet),
    ("NODE_EXTRA_CA_CERTS", Use::Adds),
];

/// Where systems keep their CAs, in the order in which other programs look.
const SYSTEM_FILES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Writes into `directory` the files that a child of a process with the environment `current` needs
/// to trust `ca` and all it trusted before.
pub fn write(directory: &Path, ca: &Ca, current: &Variables) -> Result<TrustFiles, Error> {
    files::make_directory(directory)?;
    let mut written = TrustFiles::new();
    for (variable, how) in &VARIABLES {
        let base = match how {
            Use::Replaces(fallbacks) => {
                named_file(current, &[&[*variable], *fallbacks].concat()).or_else(system_file)
            }
            Use::ReplacesIfSet if first_set(current, &[variable]).is_none() => continue,
            Use::ReplacesIfSet | Use::Adds => named_file(current, &[variable]),
        };
        let mut bundle = Bundle::default();
        if let Some((source, path)) = base {
            bundle.add_file(source, &path)?;
        }
        bundle.add(ca.certificate());
        written.insert(variable, bundle.save(directory)?);
    }
    Ok(written)
}

/// The first of these variables that is set, with the file it names.
fn named_file<'a>(current: &Variables, names: &[&'a str]) -> Option<(&'a str, PathBuf)> {
    names.iter().find_map(|name| Some((*name, first_set(current, &[name])?.into())))
}

fn system_file() -> Option<(&'static str, PathBuf)> {
    let found = SYSTEM_FILES.iter().map(Path::new).find(|path| path.is_file());
    if found.is_none() {
        tracing::warn!("this system has no file of CA certificates where one is usually kept");
    }
    found.map(|path| ("the system's list of CAs", path.into()))
}

/// Certificates in the order in which they came, each once.
#[derive(Default)]
struct Bundle {
    seen: BTreeSet<Vec<u8>>,
    text: String,
}

impl Bundle {
    fn add(&mut self, der: &[u8]) {
        if self.seen.insert(der.to_vec()) {
            self.text += &x509::pem("CERTIFICATE", der);
        }
    }

    /// Adds the certificates of a file, or of all files in a directory (which requests and
    /// libcurl allow), and nothing else that may lie in them.
    fn add_file(&mut self, source: &str, path: &Path) -> Result<(), Error> {
        let unreadable = |error: &dyn std::fmt::Display| Error::Variable {
            variable: source.to_owned(),
            value: path.display().to_string(),
            expected: format!("it should name a readable PEM file of CA certificates ({error})"),
        };
        if path.is_dir() {
            let mut files: Vec<PathBuf> = fs::read_dir(path)
                .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
                .map_err(|error| unreadable(&error))?;
            files.sort();
            for file in files.iter().filter(|file| file.is_file()) {
                // What else lies in the directory is none of our business.
                let content = fs::read(file).unwrap_or_default();
                let _ = self.add_all(&content);
            }
        } else {
            let content = fs::read(path).map_err(|error| unreadable(&error))?;
            self.add_all(&content).map_err(|error| unreadable(&error))?;
        }
        Ok(())
    }

    fn add_all(&mut self, content: &[u8]) -> Result<(), pem::Error> {
        let found = CertificateDer::pem_slice_iter(content).collect::<Result<Vec<_>, _>>()?;
        found.iter().for_each(|certificate| self.add(certificate));
        Ok(())
    }

    fn save(&self, directory: &Path) -> Result<PathBuf, Error> {
        let mut hasher = DefaultHasher::new();
        self.text.hash(&mut hasher);
        let name = format!("trust-{:016x}.pem", hasher.finish());
        let path = directory.join(&name);
        // Usually there from an earlier run, and another process may be reading it.
        if fs::read(&path).ok().as_deref() != Some(self.text.as_bytes()) {
            files::replace(directory, &name, 0o644, self.text.as_bytes())?;
        }
        // The child may change its directory before it reads the file.
        fs::canonicalize(&path).map_err(|source| Error::File { doing: "find", path, source })
    }
}
