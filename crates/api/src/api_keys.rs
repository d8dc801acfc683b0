//! The calling user's own API keys: `/v2/apikeys`. Those of others are in [`crate::users`].

pub use crate::id::ApiKeyId;

use crate::{OrEmpty, Secret, Time, view};

operations! {
    "api-key": "API keys of the calling user" {
        /// List one's own API keys.
        "list" => ListApiKeys(GET "/v2/apikeys" -> 200 { api_keys: [ApiKey], whole }, needs AnyKey),
        /// Create an API key for oneself.
        "create" => CreateApiKey(POST "/v2/apikeys" -> 202 { api_key: ApiKey }, needs AnyKey) {
            /// A name for it.
            pub name: Option<String>,
            /// Whether it is to stop working one day.
            pub expire: Option<bool>,
            /// When; only together with `expire`.
            pub date_expire: Option<OrEmpty<Time>>,
        },
        /// Get one of one's own API keys.
        "get" => GetApiKey(GET "/v2/apikeys/{apikey-id: ApiKeyId}" -> 200 { api_key: ApiKey }, needs AnyKey),
        /// Delete one of one's own API keys: it stops working at once.
        "delete" => DeleteApiKey(DELETE "/v2/apikeys/{apikey-id: ApiKeyId}" -> 204, needs AnyKey),
    }
}

/// The longest key, in bytes. No longer one is looked at.
pub const KEY_MAX: usize = 255;

/// An API key.
#[view]
pub struct ApiKey {
    /// The key's id.
    pub id: ApiKeyId,
    /// The key itself: whole in the answer that creates it, afterwards masked but for its end.
    pub api_key: Secret,
    /// The owner's name for it.
    pub name: String,
    /// Whether it stops working one day.
    pub expire: bool,
    /// When; empty where it does not.
    pub date_expire: OrEmpty<Time>,
}
