//! Startup scripts: `/v2/startup-scripts`.

pub use crate::id::StartupId;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Endpoint, Open, Time};

operations! {
    "startup-script": "Startup scripts" {
        "list" => ListStartupScripts,
        "create" => CreateStartupScript,
        "get" => GetStartupScript,
        "update" => UpdateStartupScript,
        "delete" => DeleteStartupScript,
    }
}

/// A script that instances run when they start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct StartupScript {
    /// The script's id.
    pub id: StartupId,
    /// When it was stored.
    pub date_created: Time,
    /// When it last changed.
    pub date_modified: Time,
    /// The owner's name for it.
    pub name: String,
    /// When it runs.
    #[serde(rename = "type")]
    pub kind: Open<StartupScriptType>,
    /// The script in base64, as it was sent; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
}

/// When a startup script runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StartupScriptType {
    /// At the end of the first start, in the operating system.
    #[default]
    Boot,
    /// Before there is an operating system: an iPXE script.
    Pxe,
}

/// List startup scripts, without their text.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/startup-scripts" -> 200 { startup_scripts: [StartupScript] }, needs SubscriptionsView)]
pub struct ListStartupScripts {
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}

/// Store a startup script.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(POST "/v2/startup-scripts" -> 201 { startup_script: StartupScript }, needs Provisioning)]
pub struct CreateStartupScript {
    /// A name for it.
    #[schemars(length(max = 4_096))]
    pub name: String,
    /// The script in base64, at most 64 KB.
    #[schemars(length(max = 131_072), extend("x-lines" = true, "contentEncoding" = "base64"))]
    pub script: String,
    /// When it runs; `boot` when absent.
    #[serde(rename = "type")]
    pub kind: Option<StartupScriptType>,
}

/// Get a startup script.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/startup-scripts/{startup-id}" -> 200 { startup_script: StartupScript }, needs SubscriptionsView)]
pub struct GetStartupScript {
    /// The script's id.
    pub startup_id: StartupId,
}

/// Change a startup script. Instances that have run it do not run it again.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(PATCH "/v2/startup-scripts/{startup-id}" -> 204, needs Subscriptions)]
pub struct UpdateStartupScript {
    /// The script's id.
    pub startup_id: StartupId,
    /// A new name.
    #[schemars(length(max = 4_096))]
    pub name: Option<String>,
    /// A new script in base64, at most 64 KB.
    #[schemars(length(max = 131_072), extend("x-lines" = true, "contentEncoding" = "base64"))]
    pub script: Option<String>,
    /// When it runs.
    #[serde(rename = "type")]
    pub kind: Option<StartupScriptType>,
}

/// Delete a startup script.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(DELETE "/v2/startup-scripts/{startup-id}" -> 204, needs Subscriptions)]
pub struct DeleteStartupScript {
    /// The script's id.
    pub startup_id: StartupId,
}
