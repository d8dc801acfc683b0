//! Operating systems: `/v2/os`.

use crate::view;

operations! {
    "os": "Operating systems" {
        /// List operating systems.
        "list" => ListOs(GET "/v2/os" -> 200 { os: [Os] }, needs Public),
    }
}

/// An operating system that instances can be made with.
#[view]
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
