//! Applications of the marketplace, as who offers and who installs them sees them: `/v2/marketplace`.

use crate::view;

operations! {
    "marketplace": "Applications of the marketplace" {
        /// List the applications that the account itself offers: those whose vendor has its name.
        "apps" => ListMarketplaceApps(GET "/v2/marketplace/apps" -> 200 { apps: [MarketplaceApp], whole }, needs SubscriptionsView),
        /// List what an application asks of who installs it: values for `app_variables`.
        // The reference asks for a key; a client sends none.
        "variables" => ListMarketplaceAppVariables(GET "/v2/marketplace/apps/{image-id: String}/variables" -> 200 { variables: Vec<AppVariable> }, needs Public),
    }
}

/// An application that the account offers.
#[view]
pub struct MarketplaceApp {
    /// Its number.
    pub id: u32,
    /// Its name.
    pub app_name: String,
    /// What it is.
    pub app_desc: String,
    /// Whether others see it.
    pub visibility: bool,
}

/// What an application asks of who installs it.
#[view]
pub struct AppVariable {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether the application cannot do without.
    pub required: bool,
}
