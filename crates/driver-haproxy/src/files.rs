//! The certificates that HAProxy reads, in files of their owner's alone, and the authority that signs
//! certificates for names.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use drivers::balancer::Certificate;
use drivers::{Error, Result};
use processes::files::write;
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
