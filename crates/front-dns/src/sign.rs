//! Signatures, made when they are first asked for and kept by what they sign.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hickory_proto::ProtoError;
use hickory_proto::dnssec::crypto::EcdsaSigningKey;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, RRSIG, SigInput};
use hickory_proto::dnssec::{Algorithm, PublicKey, SigningKey, TBS};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType, SerialNumber};
use ring::digest::{Context, SHA256};
use rustls_pki_types::PrivatePkcs8KeyDer;

use crate::kept::Kept;
use crate::zone::Set;

/// For how long signatures are valid, in seconds.
const VALID: i64 = 14 * DAY;
/// How far a validator's clock may be behind ours, in seconds.
const SKEW: i64 = 3600;
/// As long one signature is handed out before there is a new one, in seconds.
const DAY: i64 = 24 * 3600;
/// How many signatures are kept, at least: some 2 MB.
const KEPT: usize = 16_384;

/// Signatures by the digest of what they sign: a change of a zone costs those of what has changed.
#[derive(Debug)]
pub(crate) struct Signatures(Mutex<Kept<[u8; 32], Vec<u8>>>);

impl Default for Signatures {
    fn default() -> Self {
        Self(Mutex::new(Kept::new(KEPT)))
    }
}

/// A zone's key.
pub(crate) struct Signer {
    origin: Name,
    key: EcdsaSigningKey,
    dnskey: DNSKEY,
    tag: u16,
    kept: Arc<Signatures>,
}

impl Signer {
    /// The key of a zone: ECDSA over P-256, PKCS #8 in base64.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn new(origin: Name, key: &str, kept: Arc<Signatures>) -> Result<Self, ProtoError> {
        let wrong = |_| ProtoError::from("the zone's key is none");
        let secret = STANDARD.decode(key).map_err(wrong)?;
        let der = PrivatePkcs8KeyDer::from(secret);
        let key = EcdsaSigningKey::from_pkcs8(&der, Algorithm::ECDSAP256SHA256);
        let unusable = |error| ProtoError::from(format!("the zone's key is none: {error}"));
        let key = key.map_err(unusable)?;
        let dnskey = DNSKEY::from_key(&key.to_public_key().map_err(unusable)?);
        let tag = dnskey.calculate_key_tag()?;
        Ok(Self { origin, key, dnskey, tag, kept })
    }

    /// What the zone publishes of it.
    pub(crate) fn dnskey(&self) -> RData {
        RData::DNSSEC(DNSSECRData::DNSKEY(self.dnskey.clone()))
    }

    /// The signature of a set at its own name, as it is at `now`, in seconds after 1970.
    ///
    /// # Errors
    /// When the set cannot be written.
    pub(crate) fn signature(
        &self,
        owner: &Name,
        kind: RecordType,
        set: &Set,
        now: i64,
    ) -> Result<Record, ProtoError> {
        let from = now - now.rem_euclid(DAY);
        // Times are numbers of 32 bits that begin anew (RFC 4034, 3.1.5).
        let time = |seconds: i64| SerialNumber::new((seconds & 0xffff_ffff) as u32);
        let input = SigInput {
            type_covered: kind,
            algorithm: self.key.algorithm(),
            num_labels: owner.num_labels(),
            original_ttl: set.ttl,
            sig_expiration: time(from + VALID),
            sig_inception: time(from - SKEW),
            key_tag: self.tag,
            signer_name: self.origin.clone(),
        };
        let records: Vec<Record> = set.records(owner).collect();
        let signed = TBS::from_input(owner, DNSClass::IN, &input, records.iter())?;
        let signature = self.signed(&signed)?;
        let data = RData::DNSSEC(DNSSECRData::RRSIG(RRSIG::from_sig(input, signature)));
        Ok(Record::from_rdata(owner.clone(), set.ttl, data))
    }

    fn signed(&self, signed: &TBS) -> Result<Vec<u8>, ProtoError> {
        let mut digest = Context::new(&SHA256);
        digest.update(self.dnskey.public_key().public_bytes());
        digest.update(signed.as_ref());
        let mut key = [0; 32];
        key.copy_from_slice(digest.finish().as_ref());
        let kept = || self.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signature) = kept().get(&key) {
            return Ok(signature);
        }
        let signature = self.key.sign(signed);
        let signature = signature.map_err(|error| ProtoError::from(error.to_string()))?;
        kept().put(key, signature.clone());
        Ok(signature)
    }
}
