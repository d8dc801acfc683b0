//! Subscriptions to inference without servers: `/v2/inference`.

pub use crate::id::InferenceId;

use crate::{Money, Secret, Time, view};

operations! {
    "inference": "Subscriptions to inference" {
        /// List inference subscriptions, all at once.
        "list" => ListInferences(GET "/v2/inference" -> 200 { subscriptions: [Inference], whole }, needs SubscriptionsView),
        /// Create an inference subscription.
        "create" => CreateInference(POST "/v2/inference" -> 201 { subscription: Inference }, needs Provisioning) {
            /// A name for it.
            pub label: String,
        },
        /// Get an inference subscription.
        "get" => GetInference(GET "/v2/inference/{inference-id}" -> 200 { subscription: Inference }, needs SubscriptionsView),
        /// Rename an inference subscription.
        "update" => UpdateInference(PATCH "/v2/inference/{inference-id}" -> 202 { subscription: Inference }, needs Subscriptions) {
            /// A new name.
            pub label: Option<String>,
        },
        /// Delete an inference subscription. Its key stops working.
        "delete" => DeleteInference(DELETE "/v2/inference/{inference-id}" -> 204, needs Subscriptions),
        /// Tell what was used of an inference subscription this month.
        "usage" => GetInferenceUsage(GET "/v2/inference/{inference-id}/usage" -> 200 { usage: InferenceUsage }, needs SubscriptionsView),
    }
}

/// A subscription to inference.
#[view]
pub struct Inference {
    /// Its id.
    pub id: InferenceId,
    /// When it was created.
    pub date_created: Time,
    /// The owner's name for it.
    pub label: String,
    /// The key that its requests carry.
    pub api_key: Secret,
}

/// What was used of a subscription.
#[view]
pub struct InferenceUsage {
    /// Text, all models together.
    pub chat: InferenceChatUsage,
    /// Text, model by model.
    pub chat_by_model: InferenceMonths,
    /// Speech.
    pub audio: InferenceAudioUsage,
    /// Images.
    pub image: InferenceImageUsage,
}

/// Text that was used this month, in tokens.
#[view]
pub struct InferenceChatUsage {
    /// All of them.
    pub current_tokens: u64,
    /// Tokens that a month includes.
    pub monthly_allotment: u64,
    /// Tokens beyond those.
    pub overage: u64,
    /// Tokens that were written.
    pub completion_tokens: u64,
    /// US dollars for those.
    pub cost: Money,
    /// Tokens that were read.
    pub input_tokens: u64,
    /// US dollars for those.
    pub input_cost: Money,
}

/// What was used of each model, by month; a model that was not used is left out.
#[view]
pub struct InferenceMonths {
    /// This month.
    pub current_month: Vec<InferenceModelUsage>,
    /// The month before.
    pub previous_month: Vec<InferenceModelUsage>,
}

/// What was used of a model in a month.
#[view]
pub struct InferenceModelUsage {
    /// The model.
    pub model: String,
    /// Tokens that it wrote.
    pub tokens: u64,
    /// Tokens that it read.
    pub input_tokens: u64,
    /// US dollars for what it wrote.
    pub output_price: Money,
    /// US dollars for what it read.
    pub input_price: Money,
}

/// Speech that was used this month, in characters.
#[view]
pub struct InferenceAudioUsage {
    /// By the large model.
    pub tts_characters: u64,
    /// By the small model.
    pub tts_sm_characters: u64,
}

/// Images that were used this month, in megapixels.
#[view]
pub struct InferenceImageUsage {
    /// By the large model.
    pub megapixels: f64,
    /// By the small model.
    pub sm_megapixels: f64,
}
