//! Operating systems: `/v2/os`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Endpoint;

operations! {
    "os": "Operating systems" {
        "list" => ListOs,
    }
}

/// An operating system that instances can be made with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Os {
    /// The system's number: `os_id` where an instance is made.
    pub id: u32,
    /// Its name and version.
    pub name: String,
    /// The processors it is for, such as `x64`.
    pub arch: String,
    /// The family, such as `debian`.
    pub family: String,
}

/// List operating systems.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/os" -> 200 { os: [Os] }, needs Public)]
pub struct ListOs {
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}
