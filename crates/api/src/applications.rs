//! Applications that come installed: `/v2/applications`.

use crate::{Open, view, words};

operations! {
    "application": "Applications that come installed" {
        /// List applications.
        "list" => ListApplications(GET "/v2/applications" -> 200 { applications: [Application] }, needs Public) {
            /// Only applications of this type.
            #[wire(name = "type")]
            #[wire(one_of = ["all", "marketplace", "one-click"])]
            pub kind: Option<String>,
        },
    }
}

/// An application that comes installed on a new instance.
#[view]
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
    #[wire(name = "type")]
    pub kind: Open<ApplicationType>,
    /// Who made it.
    pub vendor: String,
    /// Its image: `image_id` where an instance is made; empty for one-click applications.
    pub image_id: String,
}

/// Where an application comes from.
#[words("kebab-case")]
pub enum ApplicationType {
    /// The provider's own, ordered by its number.
    #[default]
    OneClick,
    /// Others', ordered by its image.
    Marketplace,
}
