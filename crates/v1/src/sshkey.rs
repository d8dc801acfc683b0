//! `sshkey/*`: public keys for new servers.

use api::id::SshKeyId;
use api::ssh_keys::*;
use serde_json::json;

use crate::calls::{Kind::*, calls, opt, req};
use crate::cx::{Cx, SSH_KEY};
use crate::dates::stamp;
use crate::error::Result;
use crate::ids::Space;
use crate::reply::{Reply, map};

calls! {
    Post "sshkey/create" (req("name", Text), req("ssh_key", Text)) "POST /v2/ssh-keys" => create;
    Post "sshkey/destroy" (req("SSHKEYID", Text)) "DELETE /v2/ssh-keys/{ssh-key-id}" => destroy;
    Get "sshkey/list" () "GET /v2/ssh-keys" => list;
    Post "sshkey/update" (req("SSHKEYID", Text), opt("name", Text), opt("ssh_key", Text))
        "PATCH /v2/ssh-keys/{ssh-key-id}" => update;
}

async fn create(cx: Cx) -> Result<Reply> {
    let (name, ssh_key) = (cx.args.text("name"), cx.args.text("ssh_key"));
    let key = cx.send(CreateSshKey { name, ssh_key }).await?;
    Ok(json!({ "SSHKEYID": cx.text_id(Space::SshKey, key.id).await? }).into())
}

async fn destroy(cx: Cx) -> Result<Reply> {
    let ssh_key_id: SshKeyId = cx.spelt(SSH_KEY, "SSHKEYID").await?;
    cx.on(SSH_KEY, DeleteSshKey { ssh_key_id }).await?;
    cx.forget(SSH_KEY.space, ssh_key_id).await;
    Ok(Reply::Done)
}

async fn list(cx: Cx) -> Result<Reply> {
    let keys = cx.all(ListSshKeys::default()).await?;
    let numbers = cx.numbers(Space::SshKey, keys.iter().map(|key| key.id)).await?;
    let entries = keys.into_iter().zip(numbers).map(|(key, number)| {
        let id = Space::SshKey.text(number);
        let view = json!({
            "SSHKEYID": id,
            "date_created": stamp(key.date_created),
            "name": key.name,
            "ssh_key": key.ssh_key,
        });
        (id, view)
    });
    Ok(map(entries).into())
}

async fn update(cx: Cx) -> Result<Reply> {
    let ssh_key_id = cx.spelt(SSH_KEY, "SSHKEYID").await?;
    let (name, ssh_key) = (cx.args.opt_text("name"), cx.args.opt_text("ssh_key"));
    cx.on(SSH_KEY, UpdateSshKey { ssh_key_id, name, ssh_key }).await?;
    Ok(Reply::Done)
}
