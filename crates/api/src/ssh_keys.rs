//! SSH keys: `/v2/ssh-keys`.

pub use crate::id::SshKeyId;

use crate::{Time, endpoint, view};

operations! {
    "ssh-key": "SSH keys" {
        /// List SSH keys.
        "list" => ListSshKeys(GET "/v2/ssh-keys" -> 200 { ssh_keys: [SshKey] }, needs SubscriptionsView),
        "create" => CreateSshKey,
        /// Get an SSH key.
        "get" => GetSshKey(GET "/v2/ssh-keys/{ssh-key-id}" -> 200 { ssh_key: SshKey }, needs SubscriptionsView),
        "update" => UpdateSshKey,
        /// Delete an SSH key. Instances that have it keep it.
        "delete" => DeleteSshKey(DELETE "/v2/ssh-keys/{ssh-key-id}" -> 204, needs Subscriptions),
    }
}

/// An SSH key that instances can be made with.
#[view]
pub struct SshKey {
    /// The key's id.
    pub id: SshKeyId,
    /// When it was stored.
    pub date_created: Time,
    /// The owner's name for it.
    pub name: String,
    /// The public key, as it was sent.
    pub ssh_key: String,
}

/// Store an SSH key.
#[endpoint(POST "/v2/ssh-keys" -> 201 { ssh_key: SshKey }, needs Provisioning)]
pub struct CreateSshKey {
    /// A name for it, at most 128 characters; longer ones are cut.
    #[wire(most = 4_096)]
    pub name: String,
    /// The public key, as in `authorized_keys`.
    #[wire(most = 16_384, lines)]
    pub ssh_key: String,
}

/// Change an SSH key. Instances that have it keep the old one.
#[endpoint(PATCH "/v2/ssh-keys/{ssh-key-id}" -> 204, needs Subscriptions)]
pub struct UpdateSshKey {
    /// A new name.
    #[wire(most = 4_096)]
    pub name: Option<String>,
    /// A new public key.
    #[wire(most = 16_384, lines)]
    pub ssh_key: Option<String>,
}
