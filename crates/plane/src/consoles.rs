//! Addresses that lead to consoles of machines: where machines are real, the API tells each machine's with
//! a token that nobody guesses. Who has it is at the machine's console, as with the real API, for as long
//! as there is the machine and the owner's key stays what it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use uuid::Uuid;

use crate::Control;

/// Where such an address leads, before the token.
pub const PATH: &str = "/console/kvm/";
/// What a token is of, besides the machine: so that it serves no other purpose.
const MEANING: &[u8] = b"kettle console ";
/// How many bytes of a token are the machine's id.
const ID: usize = 16;

/// Makes tokens, and reads them.
#[derive(Debug, Clone)]
pub(crate) struct Tokens(hmac::Key);

impl Tokens {
    fn new(key: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()))
    }

    /// The machine's id, and what only who has the key can make of it.
    fn make(&self, id: Uuid) -> String {
        let mark = hmac::sign(&self.0, &[MEANING, id.as_bytes()].concat());
        URL_SAFE_NO_PAD.encode([id.as_bytes(), mark.as_ref()].concat())
    }

    fn read(&self, token: &str) -> Option<Uuid> {
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, mark) = token.split_at_checked(ID)?;
        hmac::verify(&self.0, &[MEANING, id].concat(), mark).ok()?;
        Uuid::from_slice(id).ok()
    }
}

impl Control {
    /// Says that consoles are open here, by tokens that are made with the owner's key. The first word
    /// counts.
    pub fn have_consoles(&self, key: &str) {
        self.consoles.get_or_init(|| Tokens::new(key));
    }

    /// The machine whose console a token opens; none: it is no token of ours.
    pub fn console_of(&self, token: &str) -> Option<Uuid> {
        self.consoles.get()?.read(token)
    }

    /// Where a machine's console is, below the host; none: there are none here.
    pub(crate) fn console_at(&self, id: Uuid) -> Option<String> {
        Some(format!("{PATH}{}", self.consoles.get()?.make(id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_machine_alone_and_with_its_key_alone() {
        let (tokens, id) = (Tokens::new("KEY"), Uuid::from_u128(0xa1b2));
        let token = tokens.make(id);
        assert_eq!(token.len(), 64);
        assert_eq!(tokens.read(&token), Some(id));
        assert_eq!(tokens.make(id), token, "it stays: Terraform's outputs have it");
        assert_eq!(Tokens::new("OTHER").read(&token), None);
        assert_ne!(tokens.make(Uuid::from_u128(0xa1b3)), token);
        for place in 0..token.len() {
            let mut other = token.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(tokens.read(std::str::from_utf8(&other).unwrap()), None);
            assert_eq!(tokens.read(&token[..place]), None);
        }
    }
}
