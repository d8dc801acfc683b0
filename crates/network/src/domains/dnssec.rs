//! Keys that sign a domain's answers, and what a registrar is told of them.
//!
//! A key is a real ECDSA one over P-256 with SHA-256 (algorithm 13, RFC 6605): what is published
//! of it here would validate what is signed with it. The secret half must never be shown.

use api::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

use crate::{Error, Result};

/// What stands before the key in a DNSKEY record: a key that signs keys, protocol 3, algorithm 13.
const FLAGS: u16 = 257;
const PROTOCOL: u8 = 3;
const ALGORITHM: u8 = 13;

/// A new key: PKCS #8 in base64.
pub(super) fn new_key() -> Result<Secret> {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
    Ok(STANDARD.encode(key.map_err(|_| internal("no random numbers for a key"))?).into())
}

/// The DNSKEY record of a key, and its DS records with SHA-1 and SHA-256, as lines of a zone file.
pub(super) fn lines(zone: &str, key: &str) -> Result<Vec<String>> {
    let secret = STANDARD.decode(key).map_err(|_| internal("a stored key is no base64"))?;
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &secret, &SystemRandom::new());
    let pair = pair.map_err(|_| internal("a stored key is none"))?;
    // Before the point's two coordinates, ring writes that it is not compressed.
    let public = &pair.public_key().as_ref()[1..];
    Ok(published(zone, public))
}

fn published(zone: &str, public: &[u8]) -> Vec<String> {
    let mut rdata = FLAGS.to_be_bytes().to_vec();
    rdata.extend([PROTOCOL, ALGORITHM]);
    rdata.extend(public);
    let (tag, signed) = (key_tag(&rdata), [wire_name(zone), rdata].concat());
    let ds = |number: u8, algorithm| {
        let digest = digest(algorithm, &signed);
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{zone} IN DS {tag} {ALGORITHM} {number} {hex}")
    };
    let key = STANDARD.encode(public);
    vec![
        format!("{zone} IN DNSKEY {FLAGS} {PROTOCOL} {ALGORITHM} {key}"),
        ds(1, &SHA1_FOR_LEGACY_USE_ONLY),
        ds(2, &SHA256),
    ]
}

/// The number by which a DS record names its key (RFC 4034, appendix B).
fn key_tag(rdata: &[u8]) -> u16 {
    let sum: u32 = rdata
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | pair.get(1).copied().map_or(0, u32::from))
        .sum();
    // The lower half of the sum with its carry; the carry's own carry is dropped.
    u16::try_from((sum + (sum >> 16)) & 0xffff).expect("16 bits")
}

/// A name as it travels: in lower case, each part after its length.
fn wire_name(name: &str) -> Vec<u8> {
    let mut wire = Vec::with_capacity(name.len() + 2);
    for label in name.to_ascii_lowercase().split('.') {
        wire.push(u8::try_from(label.len()).expect("parts of names have 63 bytes at most"));
        wire.extend(label.as_bytes());
    }
    wire.push(0);
    wire
}

fn internal(text: &str) -> Error {
    Error::Internal(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6605, section 6.1.
    #[test]
    fn a_ds_record_is_what_the_standard_computes() {
        let key = "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==";
        let lines = published("example.net", &STANDARD.decode(key).unwrap());
        assert_eq!(lines[0], format!("example.net IN DNSKEY 257 3 13 {key}"));
        let digest = "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17";
        assert_eq!(lines[2], format!("example.net IN DS 55648 13 2 {digest}"));
    }

    #[test]
    fn the_same_key_reads_the_same_each_time() {
        let (one, other) = (new_key().unwrap(), new_key().unwrap());
        assert_eq!(lines("a.com", &one).unwrap(), lines("a.com", &one).unwrap());
        assert_ne!(lines("a.com", &one).unwrap(), lines("a.com", &other).unwrap());
    }
}
