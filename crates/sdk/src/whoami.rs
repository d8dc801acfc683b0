//! Whether a server has a key, asked without telling it: anybody may listen where a server did.
//!
//! `GET /_kettle/whoami?challenge=TEXT` answers a `proof`: the HMAC-SHA256, by the owner's key, of
//! `kettle whoami ` and the challenge, in hex. The server makes it here, too.

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Deserialize;

use crate::{Client, Error};

/// The path at which a server proves that it has its owner's key.
pub const PATH: &str = "/_kettle/whoami";
/// What a proof is of, besides the challenge: so that it serves no other purpose.
const PROVEN: &[u8] = b"kettle whoami ";

/// What proves that a server has the key, to who sent it this challenge.
pub fn proof(key: &str, challenge: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    hex(hmac::sign(&key, &[PROVEN, challenge.as_bytes()].concat()).as_ref())
}

/// Whether `given` is what a server with this key answers to the challenge.
pub fn proves(key: &str, challenge: &str, given: &str) -> bool {
    // A proof is good for one challenge: how long the comparison takes tells nothing of use.
    proof(key, challenge) == given
}

/// How many requests the server has had, if it proves that it has the key. The client should have
/// none.
pub async fn calls(client: &Client, key: &str) -> Option<u64> {
    let question = Question::new().ok()?;
    let answer = client.raw(api::Method::GET, &question.path(), None).await.ok()?;
    question.calls(key, answer.body.as_bytes())
}

/// A question that nobody has asked before.
pub(crate) struct Question {
    challenge: String,
}

impl Question {
    pub(crate) fn new() -> Result<Self, Error> {
        let mut random = [0; 32];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| Error::Invalid("the system has no random numbers".into()))?;
        Ok(Self { challenge: hex(&random) })
    }

    pub(crate) fn path(&self) -> String {
        format!("{PATH}?challenge={}", self.challenge)
    }

    /// How many requests the server has had, if its answer proves that it has the key.
    pub(crate) fn calls(&self, key: &str, answer: &[u8]) -> Option<u64> {
        #[derive(Deserialize)]
        struct Answer {
            proof: String,
            calls: u64,
        }
        let answer: Answer = serde_json::from_slice(answer).ok()?;
        proves(key, &self.challenge, &answer.proof).then_some(answer.calls)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_of_one_key_and_one_challenge() {
        let given = proof("KEY", "challenge");
        assert!(proves("KEY", "challenge", &given));
        assert!(!proves("KEY", "another", &given) && !proves("OTHER", "challenge", &given));
        assert!(!proves("KEY", "challenge", "") && !given.contains("KEY"));
    }
}
