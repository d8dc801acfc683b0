//! Subscriptions to inference. Made by `cargo xtask families`.

use api::inference::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Subscriptions to inference: see [`Client::inference`].
#[derive(Debug, Clone, Copy)]
pub struct Inference<'a>(&'a Client);

impl Client {
    /// Subscriptions to inference.
    pub fn inference(&self) -> Inference<'_> {
        Inference(self)
    }
}

impl<'a> Inference<'a> {
    /// List inference subscriptions, all at once.
    pub fn list(self) -> Call<'a, ListInferences> {
        Call::new(self.0, ListInferences::default())
    }

    /// Create an inference subscription.
    pub fn create(self, request: impl Into<CreateInference>) -> Call<'a, CreateInference> {
        Call::new(self.0, request)
    }

    /// Get an inference subscription.
    pub fn get(self, request: impl Into<GetInference>) -> Call<'a, GetInference> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetInference>) -> Optional<'a, GetInference> {
        self.get(request).opt()
    }

    /// Rename an inference subscription.
    pub fn update(self, request: impl Into<UpdateInference>) -> Call<'a, UpdateInference> {
        Call::new(self.0, request)
    }

    /// Delete an inference subscription. Its key stops working.
    pub fn delete(self, request: impl Into<DeleteInference>) -> Call<'a, DeleteInference> {
        Call::new(self.0, request)
    }

    /// Tell what was used of an inference subscription this month.
    pub fn usage(self, request: impl Into<GetInferenceUsage>) -> Call<'a, GetInferenceUsage> {
        Call::new(self.0, request)
    }
}
