//! CDNs: pull zones, which fetch what they serve, push zones, to which files are uploaded, and
//! these files: `/v2/cdns`.

pub use crate::id::{PullZoneId, PushZoneId};

use crate::{Open, OrEmpty, Secret, Time, endpoint, view, words};

operations! {
    "pull-zone": "CDNs that fetch what they serve from a site of yours" {
        /// List pull zones.
        "list" => ListPullZones(GET "/v2/cdns/pull-zones" -> 200 { pull_zones: [PullZone] }, needs SubscriptionsView),
        "create" => CreatePullZone,
        /// Get a pull zone.
        "get" => GetPullZone(GET "/v2/cdns/pull-zones/{pullzone-id: PullZoneId}" -> 200 { pull_zone: PullZone }, needs SubscriptionsView),
        "update" => UpdatePullZone,
        /// Have a pull zone forget what it fetched: once in six hours.
        "purge" => PurgePullZone(GET "/v2/cdns/pull-zones/{pullzone-id: PullZoneId}/purge" -> 202 Vec<String>, needs Subscriptions, once),
        /// Delete a pull zone.
        "delete" => DeletePullZone(DELETE "/v2/cdns/pull-zones/{pullzone-id: PullZoneId}" -> 204, needs Subscriptions),
    }
    "push-zone": "CDNs that serve files which you upload" {
        /// List push zones.
        "list" => ListPushZones(GET "/v2/cdns/push-zones" -> 200 { push_zones: [PushZone] }, needs SubscriptionsView),
        "create" => CreatePushZone,
        /// Get a push zone.
        "get" => GetPushZone(GET "/v2/cdns/push-zones/{pushzone-id: PushZoneId}" -> 200 { push_zone: PushZone }, needs SubscriptionsView),
        "update" => UpdatePushZone,
        /// Delete a push zone with its files.
        "delete" => DeletePushZone(DELETE "/v2/cdns/push-zones/{pushzone-id: PushZoneId}" -> 204, needs Subscriptions),
    }
    "push-zone-file": "Files of push zones" {
        /// List the files of a push zone.
        "list" => ListPushZoneFiles(GET "/v2/cdns/push-zones/{pushzone-id: PushZoneId}/files" -> 200 PushZoneFiles, needs SubscriptionsView),
        /// Get the form with which a file is uploaded, within five minutes.
        "create-form" => CreatePushZoneUpload(POST "/v2/cdns/push-zones/{pushzone-id: PushZoneId}/files" -> 201 { upload_endpoint: UploadEndpoint }, needs Subscriptions) {
            /// The file's name.
            pub name: String,
            /// Its size in bytes.
            pub size: u64,
        },
        /// Get a file of a push zone.
        "get" => GetPushZoneFile(GET "/v2/cdns/push-zones/{pushzone-id: PushZoneId}/files/{file-name: String}" -> 200 FetchedFile, needs SubscriptionsView),
        /// Delete a file of a push zone.
        "delete" => DeletePushZoneFile(DELETE "/v2/cdns/push-zones/{pushzone-id: PushZoneId}/files/{file-name: String}" -> 204, needs Subscriptions),
    }
}

sharing! {
    {
        /// A name of yours that leads to it, by a CNAME; needs a certificate where it is asked by HTTPS.
        pub vanity_domain: Option<String>,
        /// The certificate of `vanity_domain`, PEM in base64.
        #[wire(most = 65_536, lines, base64)]
        pub ssl_cert: Option<String>,
        /// The certificate's private key, PEM in base64.
        #[wire(most = 65_536, lines, base64)]
        pub ssl_cert_key: Option<Secret>,
        /// Whether pages of other sites may read what it serves.
        pub cors: Option<bool>,
        /// Whether it compresses what it serves.
        pub gzip: Option<bool>,
        /// Whether bots that gather texts for AI are kept out.
        pub block_ai: Option<bool>,
        /// Whether bots that may do harm are kept out.
        pub block_bad_bots: Option<bool>,
        /// The regions that it serves from, all of them; none for everywhere.
        pub regions: Option<Vec<String>>,
    }

    /// Create a pull zone.
    #[endpoint(POST "/v2/cdns/pull-zones" -> 201 { pull_zone: PullZone }, needs Provisioning)]
    pub struct CreatePullZone {
        /// Your name for it.
        pub label: String,
        /// How it asks your site.
        pub origin_scheme: OriginScheme,
        /// Your site's domain.
        pub origin_domain: String,
    }

    /// Change a pull zone. What is not given stays.
    #[endpoint(PUT "/v2/cdns/pull-zones/{pullzone-id: PullZoneId}" -> 200 { pull_zone: PullZone }, needs Subscriptions)]
    pub struct UpdatePullZone {
        /// Your name for it.
        pub label: Option<String>,
        /// How it asks your site.
        // Not in the reference: govultr has it, and the next one.
        pub origin_scheme: Option<OrEmpty<OriginScheme>>,
        /// Your site's domain.
        pub origin_domain: Option<String>,
    }

    /// Create a push zone.
    #[endpoint(POST "/v2/cdns/push-zones" -> 201 { push_zone: PushZone }, needs Provisioning)]
    pub struct CreatePushZone {
        /// Your name for it.
        pub label: String,
    }

    /// Change a push zone. What is not given stays.
    #[endpoint(PUT "/v2/cdns/push-zones/{pushzone-id: PushZoneId}" -> 200 { push_zone: PushZone }, needs Subscriptions)]
    pub struct UpdatePushZone {
        /// Your name for it.
        pub label: Option<String>,
    }
}

/// How a pull zone asks the site that it fetches from.
#[words]
pub enum OriginScheme {
    /// By HTTP.
    Http,
    /// By HTTPS.
    #[default]
    Https,
}

/// Where a zone stands in its life.
#[words]
pub enum ZoneStatus {
    /// Being set up.
    #[default]
    Pending,
    /// Ready.
    Active,
}

sharing! {
    {
        /// When it was created, such as `2026-11-21 09:30:00`, in UTC.
        pub date_created: String,
        /// `pending` until it serves.
        pub status: Open<ZoneStatus>,
        /// Its owner's name for it.
        pub label: String,
        /// Where it serves.
        pub cdn_url: String,
        /// A name of its owner's that leads to it; empty for none.
        pub vanity_domain: String,
        /// How much each of its nodes may keep, in bytes.
        pub cache_size: u64,
        /// How many requests it answers at most; 0 for any number.
        pub requests: u64,
        /// How many bytes come in at most; 0 for any number.
        pub in_bytes: u64,
        /// How many bytes go out at most; 0 for any number.
        pub out_bytes: u64,
        /// How many requests a second it answers.
        pub packets_per_sec: u64,
        /// Whether pages of other sites may read what it serves.
        pub cors: bool,
        /// Whether it compresses what it serves.
        pub gzip: bool,
        /// Whether bots that gather texts for AI are kept out.
        pub block_ai: bool,
        /// Whether bots that may do harm are kept out.
        pub block_bad_bots: bool,
        /// The regions that it serves from; none for everywhere.
        pub regions: Vec<String>,
    }

    /// A CDN that fetches what it serves.
    #[view]
    pub struct PullZone {
        /// Its id.
        pub id: PullZoneId,
        /// How it asks the site that it fetches from.
        pub origin_scheme: Open<OriginScheme>,
        /// The domain of that site.
        pub origin_domain: String,
        /// When it last forgot what it had fetched, as `date_created`; empty for never.
        pub last_purge: String,
    }

    /// A CDN that files are uploaded to.
    #[view]
    pub struct PushZone {
        /// Its id.
        pub id: PushZoneId,
    }
}

/// The files of a push zone.
#[view]
pub struct PushZoneFiles {
    /// The files, by name.
    pub files: Vec<FileMeta>,
    /// How many there are.
    pub count: u32,
    /// How many bytes they have in all.
    pub total_size: u64,
}

/// What is known of a file.
#[view]
pub struct FileMeta {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was uploaded.
    pub last_modified: Time,
}

/// A file with what is in it.
#[view]
pub struct PushZoneFile {
    /// What is known of it.
    #[wire(flat)]
    pub meta: FileMeta,
    /// Its type: `image/png`.
    pub mime: String,
    /// What is in it, in base64.
    #[wire(base64)]
    pub content: String,
}

/// A file, as clients read it: some as `file`, some bare.
#[view]
pub struct FetchedFile {
    /// The file.
    pub file: PushZoneFile,
    /// What is known of it.
    #[wire(flat)]
    pub meta: FileMeta,
}

/// Where and how a file is uploaded: a POST of a form, `multipart/form-data`, with these inputs and
/// behind them the field `file`.
#[view]
pub struct UploadEndpoint {
    /// Where.
    #[wire(name = "URL", alias = "url")]
    pub url: String,
    /// The form's fields.
    pub inputs: UploadInputs,
}

/// The fields of the form with which a file is uploaded.
#[view]
pub struct UploadInputs {
    /// Who may read it.
    pub acl: String,
    /// Where it is put: the zone's host and the file's name.
    pub key: String,
    /// Who signed.
    #[wire(name = "X-Amz-Credential")]
    pub credential: String,
    /// How that is signed.
    #[wire(name = "X-Amz-Algorithm")]
    pub algorithm: String,
    /// What may be uploaded until when: JSON in base64.
    #[wire(name = "Policy")]
    pub policy: String,
    /// The signature of that.
    #[wire(name = "X-Amz-Signature")]
    pub signature: Secret,
}
