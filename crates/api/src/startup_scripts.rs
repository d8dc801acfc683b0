//! Startup scripts: `/v2/startup-scripts`.

pub use crate::id::StartupId;

use crate::{Open, Time, view, words};

operations! {
    "startup-script": "Startup scripts" {
        /// List startup scripts, without their text.
        "list" => ListStartupScripts(GET "/v2/startup-scripts" -> 200 { startup_scripts: [StartupScript] }, needs SubscriptionsView),
        /// Store a startup script.
        "create" => CreateStartupScript(POST "/v2/startup-scripts" -> 201 { startup_script: StartupScript }, needs Provisioning) {
            /// A name for it.
            #[wire(most = 4_096)]
            pub name: String,
            /// The script in base64, at most 64 KB.
            #[wire(most = 131_072, lines, base64)]
            pub script: String,
            /// When it runs; `boot` when absent.
            #[wire(name = "type")]
            pub kind: Option<StartupScriptType>,
        },
        /// Get a startup script.
        "get" => GetStartupScript(GET "/v2/startup-scripts/{startup-id}" -> 200 { startup_script: StartupScript }, needs SubscriptionsView),
        /// Change a startup script. Instances that have run it do not run it again.
        "update" => UpdateStartupScript(PATCH "/v2/startup-scripts/{startup-id}" -> 204, needs Subscriptions) {
            /// A new name.
            #[wire(most = 4_096)]
            pub name: Option<String>,
            /// A new script in base64, at most 64 KB.
            #[wire(most = 131_072, lines, base64)]
            pub script: Option<String>,
            /// When it runs.
            #[wire(name = "type")]
            pub kind: Option<StartupScriptType>,
        },
        /// Delete a startup script.
        "delete" => DeleteStartupScript(DELETE "/v2/startup-scripts/{startup-id}" -> 204, needs Subscriptions),
    }
}

/// A script that instances run when they start.
#[view]
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
    #[wire(name = "type")]
    pub kind: Open<StartupScriptType>,
    /// The script in base64, as it was sent; not in lists.
    #[wire(omit, base64)]
    pub script: Option<String>,
}

/// When a startup script runs.
#[words]
pub enum StartupScriptType {
    /// At the end of the first start, in the operating system.
    #[default]
    Boot,
    /// Before there is an operating system: an iPXE script.
    Pxe,
}
