//! Applications that come installed: `/v2/applications`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Endpoint, Open};

operations! {
    "application": "Applications that come installed" {
        "list" => ListApplications,
    }
}

/// An application that comes installed on a new instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Application {
    /// The application's number: `app_id` where an instance is made.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its name in one word.
    pub short_name: String,
    /// Its name together with that of its operating system.
    pub deploy_name: String,
    /// Where it comes from.
    #[serde(rename = "type")]
    pub kind: Open<ApplicationType>,
    /// Who made it.
    pub vendor: String,
    /// Its image: `image_id` where an instance is made; empty for one-click applications.
    pub image_id: String,
}

/// Where an application comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationType {
    /// The provider's own, ordered by its number.
    #[default]
    OneClick,
    /// Others', ordered by its image.
    Marketplace,
}

/// List applications.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema, Endpoint)]
#[endpoint(GET "/v2/applications" -> 200 { applications: [Application] }, needs Public)]
pub struct ListApplications {
    /// Only applications of this type.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["all", "marketplace", "one-click"]))]
    pub kind: Option<String>,
    /// Items on a page, 1 to 500; 100 when absent.
    pub per_page: Option<u32>,
    /// The page: `next` or `prev` of another page's `meta.links`.
    pub cursor: Option<String>,
}
