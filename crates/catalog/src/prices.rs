//! What things cost: prices of plans, of block storage, and of what belongs to no plan.
//!
//! Amounts are decimals from the file to the invoice. This module must never add up a bill.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, de::Error as _};

/// Hours by which a monthly price is divided to get the hourly one.
pub const HOURS_PER_MONTH: u32 = 730;
/// Hours after which a monthly invoiced thing costs no more in its month.
pub const HOURS_BILLED_PER_MONTH: u32 = 672;
/// Outgoing traffic that every account has free each month, in GB.
pub const FREE_EGRESS_GB: u32 = 2048;

/// How a plan is invoiced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceType {
    /// By the hour, at most the monthly price.
    #[default]
    Monthly,
    /// By the hour, without a limit.
    Hourly,
}

impl InvoiceType {
    /// The word in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Hourly => "hourly",
        }
    }
}

/// What a plan costs, in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "WrittenCost")]
pub struct Cost {
    /// A month.
    pub monthly: Decimal,
    /// An hour.
    pub hourly: Decimal,
    /// A month, when the instance may be taken away.
    pub monthly_preemptible: Decimal,
    /// An hour, when the instance may be taken away.
    pub hourly_preemptible: Decimal,
}

/// A cost as data files write it: what is left out follows from the monthly price.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCost {
    #[serde(deserialize_with = "amount")]
    monthly: Decimal,
    #[serde(default, deserialize_with = "some_amount")]
    hourly: Option<Decimal>,
    #[serde(default, deserialize_with = "some_amount")]
    monthly_preemptible: Option<Decimal>,
    #[serde(default, deserialize_with = "some_amount")]
    hourly_preemptible: Option<Decimal>,
}

impl From<WrittenCost> for Cost {
    fn from(cost: WrittenCost) -> Self {
        let hourly = cost.hourly.unwrap_or_else(|| {
            (cost.monthly / Decimal::from(HOURS_PER_MONTH))
                .round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero)
                .normalize()
        });
        Self {
            monthly: cost.monthly,
            hourly,
            monthly_preemptible: cost.monthly_preemptible.unwrap_or(cost.monthly),
            hourly_preemptible: cost.hourly_preemptible.unwrap_or(hourly),
        }
    }
}

/// Reads an amount from the digits of a JSON number, so that no float's error gets in.
pub(super) fn amount<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    let written = serde_json::Number::deserialize(from)?.to_string();
    match written.parse::<Decimal>() {
        Ok(amount) if amount.is_sign_negative() && !amount.is_zero() => {
            Err(D::Error::custom(format!("{written} is negative; an amount is 0 or more")))
        }
        Ok(amount) => Ok(amount.normalize()),
        Err(_) => Err(D::Error::custom(format!("{written} is no amount; write it like 2.50"))),
    }
}

pub(super) fn some_amount<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    amount(from).map(Some)
}

/// A kind of block storage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockType {
    /// Id, the value of `block_type` in API v2.
    pub id: String,
    /// Medium.
    pub disk: String,
    /// Smallest volume.
    pub min_size_gb: u32,
    /// Largest volume.
    pub max_size_gb: u32,
    /// Price of a GB for a month.
    #[serde(deserialize_with = "amount")]
    pub price_per_gb_month: Decimal,
    /// The region option that says it is sold there.
    pub region_option: String,
    /// Operations a second that a volume reaches.
    pub max_iops: u32,
    /// MB a second that a volume reaches.
    pub max_mb_per_s: u32,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

/// A medium that file systems are on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSystemType {
    /// Id, the value of `disk_type` in API v2.
    pub id: String,
    /// Smallest file system.
    pub min_size_gb: u32,
    /// Largest file system.
    pub max_size_gb: u32,
    /// Price of a GB for a month.
    #[serde(deserialize_with = "amount")]
    pub price_per_gb_month: Decimal,
    /// Regions that sell it.
    pub locations: Vec<String>,
    /// Withdrawn: usable by id, listed on request.
    #[serde(default)]
    pub retired: bool,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}

impl FileSystemType {
    /// Whether this region sells it.
    pub fn sold_in(&self, region: &str) -> bool {
        self.locations.iter().any(|l| l == region)
    }
}

/// Something that has a price of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceItem {
    /// Keeping a snapshot.
    Snapshot,
    /// Keeping a snapshot of block storage.
    BlockSnapshot,
    /// Automatic backups of an instance.
    AutomaticBackups,
    /// Each further IPv4 address of an instance.
    AdditionalIpv4,
    /// A reserved IPv4 address.
    ReservedIpv4,
    /// A reserved IPv6 network.
    ReservedIpv6,
    /// Protection of an instance against denial of service.
    DdosProtection,
    /// A NAT gateway.
    NatGateway,
    /// A node of a load balancer.
    LoadBalancerNode,
    /// A further region of a load balancer.
    LoadBalancerRegion,
    /// The control plane of a Kubernetes cluster.
    KubernetesControlPlane,
    /// One that is highly available.
    KubernetesHaControlPlane,
    /// A storage gateway.
    StorageGateway,
    /// A subscription to inference, with the tokens that it includes.
    Inference,
    /// Outgoing traffic beyond what is included.
    EgressOverage,
    /// A zone of a CDN.
    CdnZone,
}

impl PriceItem {
    /// All of them.
    pub const ALL: [PriceItem; 16] = [
        Self::Snapshot,
        Self::BlockSnapshot,
        Self::AutomaticBackups,
        Self::AdditionalIpv4,
        Self::ReservedIpv4,
        Self::ReservedIpv6,
        Self::DdosProtection,
        Self::NatGateway,
        Self::LoadBalancerNode,
        Self::LoadBalancerRegion,
        Self::KubernetesControlPlane,
        Self::KubernetesHaControlPlane,
        Self::StorageGateway,
        Self::Inference,
        Self::EgressOverage,
        Self::CdnZone,
    ];
}

/// What a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceUnit {
    /// One thing for a month.
    Month,
    /// One thing for an hour.
    Hour,
    /// One GB.
    Gb,
    /// One GB for a month.
    GbMonth,
    /// A hundredth of what the plan costs.
    PlanPercent,
}

/// A price that belongs to no plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// What has this price.
    pub id: PriceItem,
    /// US dollars, or percent for [`PriceUnit::PlanPercent`].
    #[serde(deserialize_with = "amount")]
    pub amount: Decimal,
    /// For how much of it.
    pub per: PriceUnit,
    /// Fields of this entry that were derived and not seen.
    #[serde(default)]
    pub inferred: Vec<String>,
}
