//! SSH keys. Nothing is unique: names and keys may repeat, as in the real API.

use api::ssh_keys::*;
use serde::{Deserialize, Serialize};

use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes, Shown, name, set};

/// Longer names are cut.
const NAME_MAX: usize = 128;

/// A stored SSH key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    /// The owner's name for it.
    pub name: String,
    /// The public key, byte for byte as it was sent.
    pub ssh_key: String,
}

impl Kind for Key {
    const KIND: &'static str = "ssh-key";
    const UNKNOWN: &'static str = "Invalid ssh key";
    type Seen = ();
}

impl Shown for Key {
    type View = SshKey;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), _: &Cx) -> SshKey {
        let (name, ssh_key) = (doc.name.clone(), doc.ssh_key.clone());
        SshKey { id: doc.id().into(), date_created: doc.created(), name, ssh_key }
    }
}

/// The family.
pub fn family() -> Family {
    let keys = Routes::of::<Key>().list::<ListSshKeys>().get::<GetSshKey>();
    Family::new(keys.create(create).update(update).delete::<DeleteSshKey>().done())
}

fn create(_: &Cx, req: CreateSshKey) -> Result<Key> {
    Ok(Key { name: name(&req.name, NAME_MAX)?, ssh_key: public_key(req.ssh_key)? })
}

fn update(_: &Cx, key: &mut Doc<Key>, req: UpdateSshKey) -> Result<()> {
    set(&mut key.name, req.name.map(|text| name(&text, NAME_MAX)).transpose()?);
    set(&mut key.ssh_key, req.ssh_key.map(public_key).transpose()?);
    Ok(())
}

/// Kinds of keys that OpenSSH knows, as they stand before the key itself.
const KINDS: [&str; 8] = [
    "ssh-rsa",
    "ssh-ed25519",
    "ssh-dss",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// The key as it was sent: clients compare it byte for byte, its last newline too.
fn public_key(text: String) -> Result<String> {
    let kind = text.split_whitespace().next().unwrap_or_default();
    if KINDS.contains(&kind) {
        return Ok(text);
    }
    let help = "must be a public key as in authorized_keys, such as `ssh-ed25519 AAAA... me@host`";
    Err(Refusal::field("ssh_key", help).into())
}
