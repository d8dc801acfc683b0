//! SSH keys: `/v2/ssh-keys`.

pub use crate::id::SshKeyId;

use crate::{Time, view};

operations! {
    "ssh-key": "SSH keys" {
        /// List SSH keys.
        "list" => ListSshKeys(GET "/v2/ssh-keys" -> 200 { ssh_keys: [SshKey] }, needs SubscriptionsView),
        /// Store an SSH key.
        "create" => CreateSshKey(POST "/v2/ssh-keys" -> 201 { ssh_key: SshKey }, needs Provisioning) {
            /// A name for it, at most 128 characters; longer ones are cut.
            #[wire(most = 4_096)]
            pub name: String,
            /// The public key, as in `authorized_keys`.
            #[wire(most = 16_384, lines)]
            pub ssh_key: String,
        },
        /// Get an SSH key.
        "get" => GetSshKey(GET "/v2/ssh-keys/{ssh-key-id}" -> 200 { ssh_key: SshKey }, needs SubscriptionsView),
        /// Change an SSH key. Instances that have it keep the old one.
        "update" => UpdateSshKey(PATCH "/v2/ssh-keys/{ssh-key-id}" -> 204, needs Subscriptions) {
            /// A new name.
            #[wire(most = 4_096)]
            pub name: Option<String>,
            /// A new public key.
            #[wire(most = 16_384, lines)]
            pub ssh_key: Option<String>,
        },
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
