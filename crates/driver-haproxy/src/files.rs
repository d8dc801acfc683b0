//! What HAProxy reads: its configuration and certificates, in files of their owner's alone, and the
//! authority that signs certificates for names.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use drivers::balancer::Certificate;
use drivers::{Error, Result};
use uuid::Uuid;
use x509::{Authority, Key};

/// The certificate of the authority, for those who are to believe it.
pub(crate) const AUTHORITY: &str = "ca.pem";
const AUTHORITY_KEY: &str = "ca-key.pem";
/// What is shown to those who speak TLS.
pub(crate) const SHOWN: &str = "shown.pem";
/// For which name that is, where the authority has signed it.
const SHOWN_NAME: &str = "shown.name";
/// How long certificates are good, from 1970 on: nobody here knows what time it is, nor needs to.
const GOOD: Duration = Duration::from_secs(79 * 365 * 24 * 3600);

/// An error about a file, in words.
fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::Outside(format!("cannot {what} {}: {error}", path.display()))
}

/// Makes a directory for its owner alone, unless it is there.
pub(crate) fn directory(path: &Path) -> Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| failed("make", path, &error))
}

/// Removes a directory with all that is in it, if it is there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path, &error)),
        _ => Ok(()),
    }
}

/// Those for whom there is a directory in this one.
pub(crate) fn there(directory: &Path) -> Result<Vec<Uuid>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("read", directory, &error)),
    };
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Ok(ids.collect())
}

/// Writes a file for its owner alone.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    let file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| failed("write", path, &error))
}

/// Puts one file in the place of another.
pub(crate) fn replace(new: &Path, old: &Path) -> Result<()> {
    fs::rename(new, old).map_err(|error| failed("write", old, &error))
}

/// Writes the certificate that its owner gave a load balancer.
pub(crate) fn show_own(place: &Path, own: &Certificate) -> Result<()> {
    let _ = fs::remove_file(place.join(SHOWN_NAME));
    let chain = own.chain.trim_end();
    write(&place.join(SHOWN), &format!("{chain}\n{}\n", own.private_key.as_str().trim_end()))
}

/// Writes a certificate for a name, signed by the authority in the directory above, unless it is there.
pub(crate) fn show_issued(place: &Path, name: &str) -> Result<()> {
    let (shown, for_name) = (place.join(SHOWN), place.join(SHOWN_NAME));
    let is_there = fs::read_to_string(&for_name).is_ok_and(|told| told == name);
    if is_there && shown.exists() {
        return Ok(());
    }
    let above = place.parent().unwrap_or(place);
    let authority = authority(above)?;
    let key = Key::generate().map_err(unmade)?;
    let subject = x509::name(&[(x509::COMMON_NAME, name)]);
    let more = [x509::hosts(&[name]), x509::for_servers()];
    let leaf = authority.sign(&subject, &key, good(), &more).map_err(unmade)?;
    let text = x509::pem("CERTIFICATE", &leaf) + &x509::pem("PRIVATE KEY", &key.pkcs8);
    write(&shown, &text)?;
    write(&for_name, name)
}

/// The authority of all load balancers: the one that is there, or a new one.
fn authority(directory: &Path) -> Result<Authority> {
    let [certificate, key] = [AUTHORITY, AUTHORITY_KEY].map(|name| directory.join(name));
    let read = |path: &Path| fs::read_to_string(path).ok().and_then(|text| x509::from_pem(&text));
    let kept = read(&certificate).zip(read(&key));
    if let Some(authority) = kept.and_then(|(certificate, key)| Authority::read(certificate, key)) {
        return Ok(authority);
    }
    let name = x509::name(&[(x509::COMMON_NAME, "Kettle's load balancers")]);
    let authority = Authority::make(name, good(), &[]).map_err(unmade)?;
    write(&key, &x509::pem("PRIVATE KEY", &authority.key.pkcs8))?;
    write(&certificate, &x509::pem("CERTIFICATE", &authority.certificate))?;
    Ok(authority)
}

fn good() -> [SystemTime; 2] {
    [SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + GOOD]
}

fn unmade(_: x509::Unspecified) -> Error {
    Error::Outside("no certificate can be made".into())
}
