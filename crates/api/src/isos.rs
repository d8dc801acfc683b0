//! ISO images, the account's own and those that everyone may use: `/v2/iso`, `/v2/iso-public`.

pub use crate::id::IsoId;

use crate::{Open, Time, view, words};

operations! {
    "iso": "ISO images" {
        /// List the account's own ISO images.
        "list" => ListIsos(GET "/v2/iso" -> 200 { isos: [Iso] }, needs SubscriptionsView),
        /// List the ISO images that everyone may use.
        "list-public" => ListPublicIsos(GET "/v2/iso-public" -> 200 { public_isos: [PublicIso], whole }, needs Public),
        /// Download an ISO image from a public address.
        "create" => CreateIso(POST "/v2/iso" -> 201 { iso: Iso }, needs Provisioning) {
            /// The image's address. Redirects are not followed.
            #[wire(most = 8_192)]
            pub url: String,
            /// What it is for.
            pub description: Option<String>,
        },
        /// Get an ISO image of the account's own.
        "get" => GetIso(GET "/v2/iso/{iso-id}" -> 200 { iso: Iso }, needs SubscriptionsView),
        /// Change an ISO image's description.
        "update" => UpdateIso(PUT "/v2/iso/{iso-id}" -> 204, needs Subscriptions) {
            /// What it is for.
            pub description: String,
        },
        /// Delete an ISO image. One that an instance still holds stays.
        "delete" => DeleteIso(DELETE "/v2/iso/{iso-id}" -> 204, needs Subscriptions),
    }
}

/// An ISO image of the account's own.
#[view]
pub struct Iso {
    /// The image's id.
    pub id: IsoId,
    /// When its download was ordered.
    pub date_created: Time,
    /// Its name, the last part of the address that it came from.
    pub filename: String,
    /// What it is for.
    pub description: String,
    /// Size in bytes; 0 until it is complete.
    pub size: u64,
    /// MD5 sum in hexadecimal digits; empty until it is complete.
    pub md5sum: String,
    /// SHA-512 sum in hexadecimal digits; empty until it is complete.
    pub sha512sum: String,
    /// `pending` until it can be attached.
    pub status: Open<IsoStatus>,
}

/// Where an ISO image stands in its life.
#[words]
pub enum IsoStatus {
    /// Being downloaded.
    #[default]
    Pending,
    /// Ready.
    Complete,
}

/// An ISO image that everyone may use.
#[view]
pub struct PublicIso {
    /// The image's id.
    pub id: IsoId,
    /// What it installs: `Debian 13`.
    pub name: String,
    /// Its edition: `13 x86_64 Minimal`.
    pub description: String,
    /// MD5 sum in hexadecimal digits.
    pub md5sum: String,
}
