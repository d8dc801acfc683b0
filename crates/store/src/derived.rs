//! Ids that follow from others.

use uuid::{Builder, Uuid};

/// The id of what is no row of its own, or is to be made once: it follows from another id and from
/// what it is to that (version 5 of RFC 9562).
pub fn derived_id(of: Uuid, what: &[u8]) -> Uuid {
    // The digest is no secret and guards nothing: `uuid` would bring another SHA-1 for it.
    let mut digest = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
    digest.update(of.as_bytes());
    digest.update(what);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finish().as_ref()[..16]);
    Builder::from_sha1_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_follow_from_others_stay_what_they_were() {
        // RFC 9562, appendix A.4: the name space of DNS.
        let dns = Uuid::from_u128(0x6ba7b810_9dad_11d1_80b4_00c04fd430c8);
        let id = derived_id(dns, b"www.example.com");
        assert_eq!(id.to_string(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
        let instance = Uuid::from_u128(0x0197f3a0_1111_7222_8333_444455556666);
        let backup = derived_id(instance, b"backup 1700000000000");
        assert_eq!(backup.to_string(), "42b39fb9-45eb-5e98-8a41-230aea54989f");
    }
}
