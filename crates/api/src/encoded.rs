//! Base64 as clients send it: with or without padding, and in lines as `base64` writes them.
//!
//! What was sent is kept as it came; it is decoded only to be sure that it can be.

use base64::DecodeError;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes that a text in base64 stands for.
///
/// # Errors
/// Where it is not base64, at which place and why.
pub fn decoded(text: &str) -> Result<Vec<u8>, DecodeError> {
    LENIENT.decode(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_and_line_breaks_do_not_matter() {
        for (sent, bytes) in [
            ("", ""),
            ("I2Nsb3Vk", "#cloud"),
            ("YQ==", "a"),
            ("YQ", "a"),
            ("I2Ns\nb3Vk\n", "#cloud"),
        ] {
            assert_eq!(decoded(sent).unwrap(), bytes.as_bytes());
        }
        for bad in ["#cloud-config", "YQ=a", "a"] {
            assert!(decoded(bad).is_err(), "{bad}");
        }
    }
}
