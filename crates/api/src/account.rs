//! The account: `/v2/account`.

use crate::{Access, Money, Open, OrEmpty, Secret, Time, view, words};

operations! {
    "account": "The account, its balance, traffic and BGP" {
        /// Get the account, and what the calling user may do in it.
        "get" => GetAccount(GET "/v2/account" -> 200 { account: Account }, needs AnyKey),
        /// Get the account's traffic.
        "bandwidth" => GetAccountBandwidth(GET "/v2/account/bandwidth" -> 200 { bandwidth: AccountBandwidth }, needs Billing),
        /// Get how the account's instances announce networks.
        "bgp" => GetAccountBgp(GET "/v2/account/bgp" -> 200 AccountBgp, needs Subscriptions),
        /// Ask for BGP.
        "set-up-bgp" => SetUpAccountBgp(POST "/v2/account/bgp/setup" -> 200 TicketReference, needs Support) {
            /// Networks to announce, as `192.0.2.0/24`; may be empty.
            pub prefixes: Vec<String>,
            /// An autonomous system of one's own; a private one is given when absent.
            pub asn: Option<u32>,
            /// A password for the sessions.
            pub password: Option<Secret>,
            /// The leave to announce the networks: a PDF, PNG or JPEG file as base64. Needed with
            /// `prefixes`.
            #[wire(most = 1_048_576, lines, base64)]
            pub letter_of_authorization: Option<String>,
            /// The routes that instances are to be told.
            pub requested_routes: RequestedRoutes,
            /// What it is for.
            #[wire(most = 4_096, lines)]
            pub usecase: String,
        },
        /// Ask to announce further networks.
        "add-bgp-prefixes" => AddAccountBgpPrefixes(POST "/v2/account/bgp/prefixes" -> 200 TicketReference, needs Support) {
            /// The networks, as `192.0.2.0/24`.
            pub prefixes: Vec<String>,
        },
        /// List what was agreed on with the account's owner and is charged regularly.
        "custom-subscriptions" => ListCustomSubscriptions(GET "/v2/account/custom-subscriptions" -> 200 { custom_subscriptions: [CustomSubscription] }, needs Billing),
    }
}

/// The account, and what the calling user may do in it.
#[view]
pub struct Account {
    /// The calling user's name.
    pub name: String,
    /// The calling user's email address.
    pub email: String,
    /// The calling user's permissions.
    pub acls: Vec<Open<Access>>,
    /// US dollars owed; negative for credit.
    pub balance: Money,
    /// US dollars that the running month has cost so far.
    pub pending_charges: Money,
    /// When something was last paid; empty for never.
    pub last_payment_date: OrEmpty<Time>,
    /// How much that was: US dollars, negative.
    pub last_payment_amount: Money,
}

/// The account's traffic: what was used and what was included.
#[view]
pub struct AccountBandwidth {
    /// The month before this one.
    pub previous_month: BandwidthPeriod,
    /// This month until now.
    pub current_month_to_date: BandwidthPeriod,
    /// This month until its end, if things go on as they did.
    pub current_month_projected: BandwidthPeriod,
}

/// The traffic of a span of time.
#[view]
pub struct BandwidthPeriod {
    /// The start: seconds after 1970, as text.
    pub timestamp_start: String,
    /// The end: seconds after 1970, as text.
    pub timestamp_end: String,
    /// GB received.
    pub gb_in: u64,
    /// GB sent.
    pub gb_out: u64,
    /// Hours that instances existed, added up.
    pub total_instance_hours: u64,
    /// How many instances there were.
    pub total_instance_count: u64,
    /// GB that the instances brought along.
    pub instance_bandwidth_credits: u64,
    /// GB that every account has.
    pub free_bandwidth_credits: u64,
    /// GB that were bought.
    pub purchased_bandwidth_credits: u64,
    /// GB sent beyond all of these.
    pub overage: f64,
    /// US dollars for each such GB.
    pub overage_unit_cost: Money,
    /// US dollars for all of them.
    pub overage_cost: Money,
}

/// How the account's instances announce networks.
#[view]
pub struct AccountBgp {
    /// Whether they may.
    pub enabled: bool,
    /// The account's autonomous system; 0 without BGP.
    pub asn: u32,
    /// The password of the sessions.
    pub password: Secret,
}

/// The ticket that a wish became.
#[view]
pub struct TicketReference {
    /// The ticket's reference, such as `ABC-123`.
    pub ticket_reference: String,
}

/// The routes that instances are told.
#[words]
pub enum RequestedRoutes {
    /// No routes.
    #[default]
    None,
    /// Every route of the internet.
    Full,
    /// The default route.
    DefaultOnly,
}

/// Something that was agreed on with the account's owner and is charged regularly.
#[view]
pub struct CustomSubscription {
    /// The subscription's id.
    pub id: String,
    /// The owner's name for it.
    pub label: String,
    /// What it is.
    pub description: String,
    /// Its kind.
    #[wire(name = "type")]
    pub kind: String,
    /// The region's id, in capitals.
    pub region: String,
    /// `active` while it runs.
    pub status: String,
    /// When it began.
    pub date_created: OrEmpty<Time>,
    /// US dollars a month.
    pub cost: Money,
    /// US dollars owed since the last invoice.
    pub pending_charges: Money,
}
