//! API keys of the calling user. Made by `cargo xtask families`.

use api::api_keys::*;

use crate::Client;
use crate::call::{Call, Optional};

/// API keys of the calling user: see [`Client::api_keys`].
#[derive(Debug, Clone, Copy)]
pub struct ApiKeys<'a>(&'a Client);

impl Client {
    /// API keys of the calling user.
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys(self)
    }
}

impl<'a> ApiKeys<'a> {
    /// List one's own API keys.
    pub fn list(self) -> Call<'a, ListApiKeys> {
        Call::new(self.0, ListApiKeys::default())
    }

    /// Create an API key for oneself.
    pub fn create(self, request: impl Into<CreateApiKey>) -> Call<'a, CreateApiKey> {
        Call::new(self.0, request)
    }

    /// Get one of one's own API keys.
    pub fn get(self, request: impl Into<GetApiKey>) -> Call<'a, GetApiKey> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetApiKey>) -> Optional<'a, GetApiKey> {
        self.get(request).opt()
    }

    /// Delete one of one's own API keys: it stops working at once.
    pub fn delete(self, request: impl Into<DeleteApiKey>) -> Call<'a, DeleteApiKey> {
        Call::new(self.0, request)
    }
}
