//! Certificates in DER, and as little of X.509 (RFC 5280) as authorities of our own need. Keys are of
//! P-256.
//!
//! It writes what it is told and reads what it has written; whether a certificate is good is for TLS
//! libraries to say. It does no input or output, and asks nobody what time it is.

use std::net::IpAddr;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ring::digest::{SHA256, digest};
pub use ring::error::{KeyRejected, Unspecified};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING as ECDSA, EcdsaKeyPair, KeyPair};

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// A field by its number: one value, or what has parts.
const FIELD: u8 = 0x80;
const PARTS: u8 = 0xa0;

const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
/// A common name, as part of a [`name`].
pub const COMMON_NAME: u8 = 3;
/// An organisation, as part of a [`name`].
pub const ORGANIZATION: u8 = 10;

/// A key, which can sign.
pub struct Key {
    pair: EcdsaKeyPair,
    /// Key and public key in PKCS #8.
    pub pkcs8: Vec<u8>,
}

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn generate() -> Result<Self, Unspecified> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA, &SystemRandom::new())?;
        Self::read(document.as_ref().to_vec()).map_err(|_| Unspecified)
    }

    /// The one that was written as PKCS #8.
    ///
    /// # Errors
    /// When it is no such thing.
    pub fn read(pkcs8: Vec<u8>) -> Result<Self, KeyRejected> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA, &pkcs8, &SystemRandom::new())?;
        Ok(Self { pair, pkcs8 })
    }

    /// The public key as certificates have it.
    pub fn public(&self) -> Vec<u8> {
        let kind = der(SEQUENCE, &[&oid(EC_PUBLIC_KEY), &oid(P256)]);
        der(SEQUENCE, &[&kind, &der(BIT_STRING, &[&[0], self.pair.public_key().as_ref()])])
    }

    /// What certificates call this key.
    pub fn id(&self) -> Vec<u8> {
        digest(&SHA256, &self.public()).as_ref()[..20].to_vec()
    }
}

/// A certificate to be signed.
pub struct Certificate<'a> {
    /// Who signs it: a name, as [`name`] makes them.
    pub issuer: &'a [u8],
    /// Whose it is: a name, too.
    pub subject: &'a [u8],
    /// Since when it is good.
    pub from: SystemTime,
    /// Until when.
    pub until: SystemTime,
    /// The subject's [public key](Key::public).
    pub public: Vec<u8>,
    /// What more it says.
    pub extensions: &'a [Vec<u8>],
}

impl Certificate<'_> {
    /// The certificate in DER, signed by this key.
    ///
    /// # Errors
    /// When the system has no randomness, or a time is none of the calendar's.
    pub fn signed(&self, by: &Key) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        let mut serial = [0; 16];
        random.fill(&mut serial)?;
        // Above zero, and as long as it is.
        serial[0] = serial[0] & 0x7f | 0x40;
        let algorithm = der(SEQUENCE, &[&oid(ECDSA_WITH_SHA256)]);
        let validity = der(SEQUENCE, &[&time(self.from)?, &time(self.until)?]);
        let signed = der(
            SEQUENCE,
            &[
                &der(PARTS, &[&der(INTEGER, &[&[2]])]),
                &der(INTEGER, &[&serial]),
                &algorithm,
                self.issuer,
                &validity,
                self.subject,
                &self.public,
                &der(PARTS | 3, &[&der(SEQUENCE, &[&self.extensions.concat()])]),
            ],
        );
        let signature = by.pair.sign(&random, &signed)?;
        let signature = der(BIT_STRING, &[&[0], signature.as_ref()]);
        Ok(der(SEQUENCE, &[&signed, &algorithm, &signature]))
    }
}

/// Who signs certificates, and what it shows of itself.
pub struct Authority {
    /// Its own certificate, in DER.
    pub certificate: Vec<u8>,
    name: Vec<u8>,
    /// Its key.
    pub key: Key,
}

impl Authority {
    /// A new one of this [`name`], which is good between two times, and of which `more` is said.
    ///
    /// # Errors
    /// As for [`Certificate::signed`].
    pub fn make(
        name: Vec<u8>,
        [from, until]: [SystemTime; 2],
        more: &[Vec<u8>],
    ) -> Result<Self, Unspecified> {
        let key = Key::generate()?;
        let (public, extensions) = (key.public(), [&is_ca(&key)[..], more].concat());
        let (issuer, subject, extensions) = (&name[..], &name[..], &extensions[..]);
        let certificate = Certificate { issuer, subject, from, until, public, extensions };
        Ok(Self { certificate: certificate.signed(&key)?, name, key })
    }

    /// The one with this certificate and key; none where they are no such things, or do not belong
    /// together.
    pub fn read(certificate: Vec<u8>, pkcs8: Vec<u8>) -> Option<Self> {
        let (seen, key) = (seen(&certificate)?, Key::read(pkcs8).ok()?);
        (seen.public == key.public()).then_some(Self { certificate, name: seen.subject, key })
    }

    /// A certificate of a key for this [`name`], which is good between two times, and of which `more`
    /// is said.
    ///
    /// # Errors
    /// As for [`Certificate::signed`].
    pub fn sign(
        &self,
        subject: &[u8],
        key: &Key,
        [from, until]: [SystemTime; 2],
        more: &[Vec<u8>],
    ) -> Result<Vec<u8>, Unspecified> {
        let (issuer, public) = (&self.name[..], key.public());
        let extensions = &[&[signed_by(&self.key), is_leaf()], more].concat()[..];
        Certificate { issuer, subject, from, until, public, extensions }.signed(&self.key)
    }
}

/// A name of these parts.
pub fn name(parts: &[(u8, &str)]) -> Vec<u8> {
    let part = |(what, text): &(u8, &str)| {
        let text = der(UTF8_STRING, &[text.as_bytes()]);
        der(SET, &[&der(SEQUENCE, &[&oid(&[0x55, 4, *what]), &text])])
    };
    der(SEQUENCE, &[&parts.iter().map(part).collect::<Vec<_>>().concat()])
}

/// That this is a CA, whose certificates are no CAs, and what it is called.
pub fn is_ca(key: &Key) -> [Vec<u8>; 3] {
    let constraints = der(SEQUENCE, &[&der(BOOLEAN, &[&[0xff]]), &der(INTEGER, &[&[0]])]);
    // It signs certificates, and lists of those that are taken back.
    let usage = der(BIT_STRING, &[&[1, 0b0000_0110]]);
    [
        extension(14, false, &der(OCTET_STRING, &[&key.id()])),
        extension(15, true, &usage),
        extension(19, true, &constraints),
    ]
}

/// That a CA may speak for hosts of these domains only. A constraint on DNS names says nothing about
/// addresses: without these two it could speak for any server that is reached by its address.
pub fn only_below(domains: &[&str]) -> Vec<u8> {
    let tree = |field: u8, value: &[u8]| der(SEQUENCE, &[&der(FIELD | field, &[value])]);
    let domains: Vec<_> = domains.iter().map(|domain| tree(2, domain.as_bytes())).collect();
    let permitted = der(PARTS, &[&domains.concat()]);
    let excluded = der(PARTS | 1, &[&tree(7, &[0; 8]), &tree(7, &[0; 32])]);
    extension(30, true, &der(SEQUENCE, &[&permitted, &excluded]))
}

/// That a key is for one end of TLS, and signs for itself alone.
pub fn is_leaf() -> Vec<u8> {
    extension(15, true, &der(BIT_STRING, &[&[7, 0b1000_0000]]))
}

/// That a certificate is for TLS servers.
pub fn for_servers() -> Vec<u8> {
    extension(37, false, &der(SEQUENCE, &[&oid(SERVER_AUTH)]))
}

/// That a certificate is for those who show it to TLS servers.
pub fn for_clients() -> Vec<u8> {
    extension(37, false, &der(SEQUENCE, &[&oid(CLIENT_AUTH)]))
}

/// By which key a certificate is signed.
pub fn signed_by(key: &Key) -> Vec<u8> {
    extension(35, false, &der(SEQUENCE, &[&der(FIELD, &[&key.id()])]))
}

/// The hosts that a certificate is for.
pub fn hosts(names: &[&str]) -> Vec<u8> {
    let host = |name: &&str| match name.parse() {
        Ok(IpAddr::V4(address)) => der(FIELD | 7, &[&address.octets()]),
        Ok(IpAddr::V6(address)) => der(FIELD | 7, &[&address.octets()]),
        Err(_) => der(FIELD | 2, &[name.as_bytes()]),
    };
    extension(17, false, &der(SEQUENCE, &[&names.iter().map(host).collect::<Vec<_>>().concat()]))
}

/// An extension of 2.5.29.
fn extension(what: u8, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if is_critical { der(BOOLEAN, &[&[0xff]]) } else { Vec::new() };
    der(SEQUENCE, &[&oid(&[0x55, 0x1d, what]), &critical, &der(OCTET_STRING, &[value])])
}

fn oid(id: &[u8]) -> Vec<u8> {
    der(OBJECT_ID, &[id])
}

fn time(time: SystemTime) -> Result<Vec<u8>, Unspecified> {
    let time = Timestamp::try_from(time).map_err(|_| Unspecified)?.to_zoned(TimeZone::UTC);
    // As RFC 5280 wants it.
    let (tag, format) = match time.year() {
        1950..2050 => (UTC_TIME, "%y%m%d%H%M%SZ"),
        _ => (GENERALIZED_TIME, "%Y%m%d%H%M%SZ"),
    };
    Ok(der(tag, &[time.strftime(format).to_string().as_bytes()]))
}

/// One value of these parts.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut value = vec![tag];
    match content.len() {
        short @ 0..0x80 => value.extend(u8::try_from(short)),
        _ => {
            value.extend(u8::try_from(length.len()).map(|bytes| 0x80 | bytes));
            value.extend(length);
        }
    }
    value.extend(content);
    value
}

/// What is of interest in a certificate of ours.
pub struct Seen {
    /// Whose it is: a name in DER.
    pub subject: Vec<u8>,
    /// The subject's public key.
    pub public: Vec<u8>,
    /// Until when it is good.
    pub until: SystemTime,
    /// The domains that it may speak for, as [`only_below`] says it; none: for any.
    pub only_below: Option<Vec<String>>,
}

/// Reads a certificate; none where it is no such thing.
pub fn seen(certificate: &[u8]) -> Option<Seen> {
    let fields = split(split(certificate)?.content)?.content;
    // Its version, serial number and algorithm, and who has signed it, come first.
    let mut fields = parts(fields).skip(4);
    let (validity, subject, public) = (fields.next()?, fields.next()?, fields.next()?);
    let until = split(split(validity.content)?.rest)?;
    let time = std::str::from_utf8(until.content).ok()?;
    let time = if until.tag == UTC_TIME { format!("20{time}") } else { time.to_owned() };
    let until = DateTime::strptime("%Y%m%d%H%M%SZ", &time).ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(Seen {
        subject: subject.whole.to_vec(),
        public: public.whole.to_vec(),
        until: until.timestamp().into(),
        only_below: constraints(fields.last()),
    })
}

/// The domains of a name constraint among extensions, which are the last field of a certificate.
fn constraints(extensions: Option<Value<'_>>) -> Option<Vec<String>> {
    let extensions = extensions.filter(|field| field.tag == PARTS | 3)?;
    let all = parts(split(extensions.content)?.content);
    let constraint = all.map(|extension| parts(extension.content).collect::<Vec<_>>());
    let mut constraint = constraint.filter(|said| {
        said.first().is_some_and(|what| what.tag == OBJECT_ID && what.content == [0x55, 0x1d, 30])
    });
    let value = split(constraint.next()?.last()?.content)?;
    let permitted = parts(value.content).filter(|trees| trees.tag == PARTS);
    let names =
        permitted.flat_map(|trees| parts(trees.content)).filter_map(|tree| split(tree.content));
    let names = names.filter(|name| name.tag == FIELD | 2);
    Some(names.map(|name| String::from_utf8_lossy(name.content).into_owned()).collect())
}

/// The values that stand one behind the other.
fn parts(bytes: &[u8]) -> impl Iterator<Item = Value<'_>> {
    std::iter::successors(split(bytes), |value| split(value.rest))
}

/// A value, and what comes behind it.
struct Value<'a> {
    tag: u8,
    whole: &'a [u8],
    content: &'a [u8],
    rest: &'a [u8],
}

fn split(bytes: &[u8]) -> Option<Value<'_>> {
    let (&tag, behind) = bytes.split_first()?;
    let (&first, behind) = behind.split_first()?;
    let (length, behind) = match first {
        short @ 0..=0x7f => (usize::from(short), behind),
        // No more than 16 MB.
        0x81..=0x83 => {
            let (length, behind) = behind.split_at_checked(usize::from(first - 0x80))?;
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), behind)
        }
        _ => return None,
    };
    let (content, rest) = behind.split_at_checked(length)?;
    Some(Value { tag, whole: &bytes[..bytes.len() - rest.len()], content, rest })
}

/// DER as text.
pub fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let encoded = STANDARD.encode(der);
    for (place, letter) in encoded.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text + &format!("\n-----END {label}-----\n")
}

/// What [`pem`] has written; none where it is no such thing.
pub fn from_pem(text: &str) -> Option<Vec<u8>> {
    let lines = text.trim().lines();
    let inner = lines.filter(|line| !line.starts_with("-----")).collect::<String>();
    STANDARD.decode(inner).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn what_is_written_is_read_again_whatever_its_length() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let written = der(SEQUENCE, &[&content, b""]);
            let read = split(&written).unwrap();
            assert!(read.tag == SEQUENCE && read.content == content && read.rest.is_empty());
            assert!(split(&written[..written.len() - 1]).is_none(), "{length}");
        }
    }

    #[test]
    fn times_are_written_as_their_year_wants_it() {
        let text = |seconds| String::from_utf8(time(at(seconds)).unwrap()[2..].to_vec()).unwrap();
        assert_eq!(text(1_795_000_000), "261118110640Z");
        assert_eq!(text(2_524_608_000), "20500101000000Z");
    }

    #[test]
    fn a_certificate_says_whose_it_is_and_until_when() {
        let key = Key::generate().unwrap();
        let subject = name(&[(ORGANIZATION, "Kettle"), (COMMON_NAME, "ä")]);
        for until in [at(1_795_000_000), at(2_600_000_000)] {
            let (from, public) = (at(1_700_000_000), key.public());
            let certificate = Certificate {
                issuer: &name(&[]),
                subject: &subject,
                from,
                until,
                public: public.clone(),
                extensions: &[for_servers(), hosts(&["a.vultr.com", "127.0.0.1", "::1"])],
            };
            let certificate = certificate.signed(&key).unwrap();
            let seen = seen(&certificate).unwrap();
            assert_eq!((seen.subject, seen.until), (subject.clone(), until));
            assert_eq!((seen.public, seen.only_below), (public, None));
            let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).unwrap();
            assert_eq!(parsed.subject().to_string(), "O=Kettle, CN=ä");
            let names = parsed.subject_alternative_name().unwrap().unwrap();
            assert_eq!(names.value.general_names.len(), 3);
        }
        let only = [&["vultr.com", "vultrobjects.com"][..], &["a.example"]];
        for domains in only {
            let (from, until) = (at(1_700_000_000), at(1_795_000_000));
            let more = [only_below(domains), for_servers()];
            let made = Authority::make(subject.clone(), [from, until], &more).unwrap();
            assert_eq!(seen(&made.certificate).unwrap().only_below.unwrap(), domains);
        }
        for damaged in [&b""[..], b"0", b"\x30\x80", b"\x30\x03\x02\x01\x00", &[0x30; 40]] {
            assert!(seen(damaged).is_none());
        }
    }

    #[test]
    fn an_authority_is_read_again_and_signs_what_names_it() {
        let good = [at(1_700_000_000), at(1_795_000_000)];
        let made = Authority::make(name(&[(COMMON_NAME, "one")]), good, &[]).unwrap();
        let other = Key::generate().unwrap();
        let (certificate, pkcs8) = (made.certificate.clone(), made.key.pkcs8.clone());
        assert!(Authority::read(certificate.clone(), other.pkcs8.clone()).is_none());
        assert!(Authority::read(Vec::new(), pkcs8.clone()).is_none());
        let read = Authority::read(certificate, pkcs8).unwrap();
        let subject = name(&[(ORGANIZATION, "system:masters"), (COMMON_NAME, "admin")]);
        let signed = read.sign(&subject, &other, good, &[for_clients()]).unwrap();
        let (_, leaf) = x509_parser::parse_x509_certificate(&signed).unwrap();
        let (_, authority) = x509_parser::parse_x509_certificate(&read.certificate).unwrap();
        assert!(authority.is_ca() && !leaf.is_ca());
        assert_eq!(leaf.issuer(), authority.subject());
        let usage = leaf.extended_key_usage().unwrap().unwrap().value;
        assert!(usage.client_auth && !usage.server_auth);
    }
}
