//! `sshkey/*`: public keys for new servers.

use api::id::SshKeyId;
use api::ssh_keys::*;
use api::v1;
use serde_json::Value;

use crate::calls::handlers;
use crate::cx::{Cx, SSH_KEY};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::reply::view;

handlers! { cx, call:
    SshKeyCreate => create(cx, call);
    SshKeyDestroy => {
        let ssh_key_id: SshKeyId = cx.of_text(SSH_KEY, &call.ssh_keys).await?;
        cx.gone(SSH_KEY, ssh_key_id, DeleteSshKey { ssh_key_id })
    };
    SshKeyList => list(cx);
    SshKeyUpdate => update(cx, call);
}

async fn create(cx: &Cx, call: v1::SshKeyCreate) -> Result<Value> {
    let key = cx.send(CreateSshKey { name: call.name, ssh_key: call.ssh_key }).await?;
    Ok(view!(NewSshKey { key: cx.text_id(Space::SshKey, key.id).await? }))
}

async fn list(cx: &Cx) -> Result<Value> {
    let keys = cx.all(ListSshKeys::default()).await?;
    let view = |key: SshKey, _, id: &str| {
        view!(SshKey {
            key: id,
            date_created: stamp(key.date_created),
            name: key.name,
            ssh_key: key.ssh_key,
        })
    };
    cx.map(Space::SshKey, keys, |key| key.id, view).await
}

async fn update(cx: &Cx, call: v1::SshKeyUpdate) -> Result<()> {
    let ssh_key_id = cx.of_text(SSH_KEY, &call.ssh_keys).await?;
    cx.act(SSH_KEY, UpdateSshKey { ssh_key_id, name: call.name, ssh_key: call.ssh_key }).await
}
