//! SSH keys. Nothing is unique: names and keys may repeat, as in the real API.

use api::ssh_keys::*;
use api::{Page, id::SshKeyId};
use serde::{Deserialize, Serialize};

use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes};

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

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete)
}

fn view(doc: Doc<Key>) -> SshKey {
    let (id, date_created) = (SshKeyId(doc.id()), doc.created());
    SshKey { id, date_created, name: doc.want.name, ssh_key: doc.want.ssh_key }
}

async fn list(cx: Cx, req: ListSshKeys) -> Result<Page<SshKey>> {
    Ok(cx.page(vec![], req.per_page, req.cursor.as_deref()).await?.map(view))
}

async fn create(cx: Cx, req: CreateSshKey) -> Result<SshKey> {
    let mut tx = cx.begin();
    let key = tx.new_doc(Key { name: name(&req.name)?, ssh_key: public_key(req.ssh_key)? });
    tx.put(&key);
    tx.commit().await?;
    Ok(view(key))
}

async fn get(cx: Cx, req: GetSshKey) -> Result<SshKey> {
    Ok(view(cx.get(req.ssh_key_id).await?))
}

async fn update(cx: Cx, req: UpdateSshKey) -> Result<()> {
    let mut tx = cx.begin();
    let mut key = tx.get::<Key>(req.ssh_key_id).await?;
    if let Some(text) = req.name {
        key.name = name(&text)?;
    }
    if let Some(text) = req.ssh_key {
        key.ssh_key = public_key(text)?;
    }
    tx.put(&key);
    tx.commit().await
}

async fn delete(cx: Cx, req: DeleteSshKey) -> Result<()> {
    let mut tx = cx.begin();
    let key = tx.get::<Key>(req.ssh_key_id).await?;
    tx.delete(key);
    tx.commit().await
}

fn name(text: &str) -> Result<String> {
    match text {
        "" => Err(Refusal::field("name", "must not be empty").into()),
        text => Ok(text.chars().take(NAME_MAX).collect()),
    }
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

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}
