//! Container registries: `/v2/registry`, what was pushed to them, and who may pull and push.
//!
//! Most answers lie bare, without an envelope. What goes by a name goes by it in the path.

pub use crate::id::RegistryId;

use std::collections::BTreeMap;

use crate::{Money, OrEmpty, Secret, Time, endpoint, part, view, words};

operations! {
    "registry": "Container registries" {
        /// List container registries.
        "list" => ListRegistries(GET "/v2/registries" -> 200 { registries: [Registry] }, needs SubscriptionsView),
        /// Create a container registry.
        "create" => CreateRegistry(POST "/v2/registry" -> 201 Registry, needs Provisioning) {
            /// Its name: lower-case letters and digits, unlike those of your other registries.
            pub name: String,
            /// Whether everybody may pull from it.
            pub public: bool,
            /// The region that it is in, one of those with registries.
            pub region: String,
            /// Its plan.
            pub plan: String,
        },
        /// Get a container registry.
        "get" => GetRegistry(GET "/v2/registry/{registry-id}" -> 200 Registry, needs SubscriptionsView),
        /// Change who may pull from a registry, or its plan.
        "update" => UpdateRegistry(PUT "/v2/registry/{registry-id}" -> 200 Registry, needs Subscriptions) {
            /// Whether everybody may pull from it.
            pub public: Option<bool>,
            /// Its new plan, with room for what is in it.
            pub plan: Option<String>,
        },
        /// Delete a registry with all that was pushed to it.
        "delete" => DeleteRegistry(DELETE "/v2/registry/{registry-id}" -> 204, needs Subscriptions),
        "create-docker-credentials" => CreateRegistryDockerCredentials,
        "create-kubernetes-credentials" => CreateRegistryKubernetesCredentials,
        /// Change the password of a registry's root user.
        "set-password" => UpdateRegistryPassword(PUT "/v2/registry/{registry-id}/user/password" -> 200 { success: String }, needs Subscriptions, once) {
            /// The password that it has.
            pub old_password: Secret,
            /// The one that it is to have, of 8 characters at least.
            pub new_password: Secret,
        },
    }
    "registry-plan": "Plans of container registries" {
        /// List the plans of container registries.
        "list" => ListRegistryPlans(GET "/v2/registry/plan/list" -> 200 { plans: RegistryPlans }, needs AnyKey),
    }
    "registry-region": "Regions that container registries can be in" {
        /// List the regions that container registries can be in.
        "list" => ListRegistryRegions(GET "/v2/registry/region/list" -> 200 { regions: [RegistryRegion] }, needs AnyKey),
    }
    "repository": "Repositories of container registries: images of one name" {
        /// List the repositories of a registry.
        "list" => ListRepositories(GET "/v2/registry/{registry-id}/repositories" -> 200 { repositories: [Repository] }, needs SubscriptionsView),
        /// Get a repository of a registry.
        "get" => GetRepository(GET "/v2/registry/{registry-id}/repository/{repository-image: String}" -> 200 Repository, needs SubscriptionsView),
        /// Describe a repository of a registry.
        "update" => UpdateRepository(PUT "/v2/registry/{registry-id}/repository/{repository-image: String}" -> 200 Repository, needs Subscriptions) {
            /// What it is.
            pub description: Option<String>,
        },
        /// Delete a repository with its artifacts.
        "delete" => DeleteRepository(DELETE "/v2/registry/{registry-id}/repository/{repository-image: String}" -> 204, needs Subscriptions),
    }
    "artifact": "Artifacts: what was pushed to a repository, tagged or not" {
        /// List the artifacts of a repository.
        "list" => ListArtifacts(GET "/v2/registry/{registry-id}/repository/{repository-image: String}/artifacts" -> 200 { artifacts: [Artifact] }, needs SubscriptionsView),
        /// Get an artifact of a repository.
        "get" => GetArtifact(GET "/v2/registry/{registry-id}/repository/{repository-image: String}/artifact/{artifact-digest}" -> 200 Artifact, needs SubscriptionsView) {
            /// The artifact's digest, `sha256:` and 64 hexadecimal digits.
            pub artifact_digest: String,
        },
        /// Delete an artifact of a repository with its tags.
        "delete" => DeleteArtifact(DELETE "/v2/registry/{registry-id}/repository/{repository-image: String}/artifact/{artifact-digest}" -> 204, needs Subscriptions) {
            /// The artifact's digest, `sha256:` and 64 hexadecimal digits.
            pub artifact_digest: String,
        },
    }
    "robot": "Robots: accounts of programs that pull from a registry, or push to it" {
        /// List the robots of a registry.
        // What they log in with is shown: who may only look sees none.
        "list" => ListRobots(GET "/v2/registry/{registry-id}/robots" -> 200 { robots: [Robot] }, needs Subscriptions),
        /// Get a robot of a registry.
        "get" => GetRobot(GET "/v2/registry/{registry-id}/robot/{robot-name: String}" -> 200 Robot, needs Subscriptions),
        /// Describe a robot, switch it off, change how long it lasts or what it may do.
        "update" => UpdateRobot(PUT "/v2/registry/{registry-id}/robot/{robot-name: String}" -> 200 Robot, needs Subscriptions) {
            /// What it is for.
            pub description: Option<String>,
            /// Whether it is switched off.
            pub disable: Option<bool>,
            /// How many seconds after its creation it ends; -1 for never.
            pub duration: Option<i64>,
            /// What it may do from now on, or, with the effect `deny`, no more.
            pub access: Option<RobotAccess>,
        },
        /// Delete a robot of a registry: its credentials stop working.
        "delete" => DeleteRobot(DELETE "/v2/registry/{registry-id}/robot/{robot-name: String}" -> 204, needs Subscriptions),
    }
    "replication": "Replications of container registries to other regions" {
        /// List the replications of a registry.
        "list" => ListReplications(GET "/v2/registry/{registry-id}/replications" -> 200 { replications: [Replication] }, needs SubscriptionsView),
        /// Replicate a registry to another region.
        "create" => CreateReplication(POST "/v2/registry/{registry-id}/replication" -> 201 Replication, needs Subscriptions) {
            /// The region, one of those with registries.
            pub region: String,
        },
        /// Get the replication of a registry to a region.
        "get" => GetReplication(GET "/v2/registry/{registry-id}/replication/{region: String}" -> 200 Replication, needs SubscriptionsView),
        /// Stop replicating a registry to a region.
        "delete" => DeleteReplication(DELETE "/v2/registry/{registry-id}/replication/{region: String}" -> 204, needs Subscriptions),
    }
    "retention": "Retention: which artifacts of a registry are kept" {
        /// List the rules that say which artifacts of a registry are kept.
        "list" => ListRetentionRules(GET "/v2/registry/{registry-id}/retention/rules" -> 200 { retention_rules: [RetentionRule] }, needs SubscriptionsView),
        /// Add a rule: what no rule of a repository keeps goes when the rules are carried out.
        "create" => CreateRetentionRule(POST "/v2/registry/{registry-id}/retention/rules" -> 201 RetentionRule, needs Subscriptions) {
            /// Which artifacts it keeps.
            pub rule_type: RetentionType,
            /// How many artifacts, or of how many days; not for `always retain`.
            pub count: Option<u32>,
            /// Whether it is for the repositories that match, or for all others.
            pub repository_action: Matching,
            /// A pattern of repositories' names: `*` stands for anything but `/`, `**` for anything.
            pub repository_match: String,
            /// Whether it is for the tags that match, or for all others.
            pub tag_action: Matching,
            /// A pattern of tags.
            pub tag_match: String,
            /// Whether artifacts without a tag match, too.
            pub untagged: bool,
        },
        /// Get a retention rule of a registry.
        "get" => GetRetentionRule(GET "/v2/registry/{registry-id}/retention/rules/{retention-rule-id}" -> 200 RetentionRule, needs SubscriptionsView) {
            /// The rule's number.
            pub retention_rule_id: u32,
        },
        /// Switch a retention rule of a registry off or on.
        "update" => UpdateRetentionRule(PUT "/v2/registry/{registry-id}/retention/rules/{retention-rule-id}" -> 200 RetentionRule, needs Subscriptions) {
            /// The rule's number.
            pub retention_rule_id: u32,
            /// Whether it is switched off.
            pub disabled: bool,
        },
        /// Delete a retention rule of a registry.
        "delete" => DeleteRetentionRule(DELETE "/v2/registry/{registry-id}/retention/rules/{retention-rule-id}" -> 204, needs Subscriptions) {
            /// The rule's number.
            pub retention_rule_id: u32,
        },
        /// Say how often the rules of a registry are carried out.
        "set-schedule" => UpdateRetentionSchedule(PUT "/v2/registry/{registry-id}/retention/schedule" -> 200 RetentionSchedule, needs Subscriptions) {
            /// How often.
            pub cron: RetentionCron,
        },
        /// Carry out the rules of a registry now: artifacts that none keeps are deleted.
        "execute-rules" => ExecuteRetention(POST "/v2/registry/{registry-id}/retention/executions" -> 201 RetentionExecution, needs Subscriptions, loses) {
            /// Only look what would be done.
            pub dry_run: bool,
        },
    }
}

sharing! {
    {
        /// After how many seconds the credentials end; 0, and nothing, for never.
        pub expiry_seconds: Option<u64>,
        /// Whether they may push as well; else they may only pull.
        pub read_write: Option<bool>,
    }

    /// Make a robot for a registry, and get its credentials as Docker's `config.json`.
    #[endpoint(OPTIONS "/v2/registry/{registry-id}/docker-credentials" -> 200 DockerCredentials, needs Subscriptions)]
    pub struct CreateRegistryDockerCredentials {}

    /// Make a robot for a registry, and get its credentials as a Secret of Kubernetes, in YAML.
    #[endpoint(OPTIONS "/v2/registry/{registry-id}/docker-credentials/kubernetes" -> 200 yaml, needs Subscriptions)]
    pub struct CreateRegistryKubernetesCredentials {
        /// Whether it comes encoded, in one line.
        pub base64_encode: Option<bool>,
    }
}

/// A container registry.
#[view]
pub struct Registry {
    /// Its id.
    pub id: RegistryId,
    /// Its name.
    pub name: String,
    /// Where it is, without a scheme: the region's host and its name.
    pub urn: String,
    /// How much is in it, and how much room there is.
    pub storage: RegistryStorage,
    /// When it was created.
    pub date_created: Time,
    /// Whether everybody may pull from it.
    pub public: bool,
    /// The user who may do everything in it.
    pub root_user: RegistryUser,
    /// Its region, and what it costs.
    pub metadata: RegistryMetadata,
}

/// How much is in a registry, and how much room there is.
#[view]
pub struct RegistryStorage {
    /// What is used.
    pub used: StorageSize,
    /// What its plan allows.
    pub allowed: StorageSize,
}

/// An amount of storage, in several units of which each is 1024 of the one before.
#[view]
pub struct StorageSize {
    /// Bytes.
    pub bytes: u64,
    /// MB.
    pub mb: Money,
    /// GB.
    pub gb: Money,
    /// TB.
    pub tb: Money,
    /// When it last changed.
    pub updated_at: Time,
}

/// A user of a registry.
#[view]
pub struct RegistryUser {
    /// The user's number.
    pub id: u32,
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: Secret,
    /// Whether the user may do everything.
    pub root: bool,
    /// When the user was added.
    pub added_at: Time,
    /// When the user last changed.
    pub updated_at: Time,
}

/// A registry's region, and what the registry costs.
#[view]
pub struct RegistryMetadata {
    /// Its region.
    pub region: RegistryRegion,
    /// What was ordered.
    pub subscription: RegistrySubscription,
}

/// What was ordered.
#[view]
pub struct RegistrySubscription {
    /// What it costs.
    pub billing: RegistryBilling,
}

/// What a registry costs.
#[view]
pub struct RegistryBilling {
    /// US dollars a month.
    pub monthly_price: Money,
    /// What is owed for it since the last invoice.
    pub pending_charges: Money,
}

/// A region that registries can be in.
#[view]
pub struct RegistryRegion {
    /// Its number among those with registries.
    pub id: u32,
    /// The region.
    pub name: String,
    /// The host of its registries.
    pub urn: String,
    /// The address of its registries.
    pub base_url: String,
    /// Whether everybody can have a registry there.
    pub public: bool,
    /// When it was added.
    pub added_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// The data centre.
    pub data_center: DataCenter,
}

/// A data centre, as registries have it.
#[view]
pub struct DataCenter {
    /// Its number.
    pub id: u32,
    /// Its city.
    pub name: String,
    /// Its name for its operators.
    pub site_code: String,
    /// The part of the continent or country.
    pub region: String,
    /// Its country, in two letters.
    pub country: String,
    /// Its continent.
    pub continent: String,
    /// Where it is.
    pub description: String,
    /// The code of the nearest airport.
    pub airport: String,
}

/// The plans of registries, by the names that orders have.
#[view]
pub struct RegistryPlans {
    /// For a start.
    pub start_up: RegistryPlan,
    /// For a business.
    pub business: RegistryPlan,
    /// For more.
    pub premium: RegistryPlan,
    /// For much more.
    pub enterprise: RegistryPlan,
}

/// A plan of registries.
#[view]
pub struct RegistryPlan {
    /// What people call it.
    pub vanity_name: String,
    /// How much room there is, in MB.
    pub max_storage_mb: u64,
    /// US dollars a month.
    pub monthly_price: Money,
}

/// A repository: images of one name.
#[view]
pub struct Repository {
    /// The registry's name and the image's.
    pub name: String,
    /// The image's name.
    pub image: String,
    /// What its owner says of it.
    pub description: String,
    /// When something was pushed to it first.
    pub added_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// How often something was pulled from it.
    pub pull_count: u64,
    /// How many artifacts are in it.
    pub artifact_count: u32,
}

/// An artifact: an image or something else that was pushed.
#[view]
pub struct Artifact {
    /// The media type of its configuration.
    pub artifact_type: String,
    /// Its digest, `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The media type of its manifest.
    pub manifest_media_type: String,
    /// The media type of its configuration.
    pub media_type: String,
    /// When it was last pulled; empty for never.
    pub pull_time: OrEmpty<Time>,
    /// When it was pushed.
    pub push_time: Time,
    /// Its repository: the registry's name and the image's.
    pub repository_name: String,
    /// Its size in bytes.
    pub size: u64,
    /// What it is: `IMAGE`, `CHART`.
    #[wire(name = "type")]
    pub kind: String,
    /// Its tags.
    pub tags: Vec<ArtifactTag>,
}

/// A tag of an artifact.
#[view]
pub struct ArtifactTag {
    /// The tag.
    pub name: String,
    /// Whether it cannot be moved.
    pub immutable: bool,
    /// When it was last pulled; empty for never.
    pub pull_time: OrEmpty<Time>,
    /// When it was pushed.
    pub push_time: Time,
}

/// A robot: an account of programs.
#[view]
pub struct Robot {
    /// Its name, with which it logs in.
    pub name: String,
    /// What its owner says of it.
    pub description: String,
    /// What it logs in with.
    pub secret: Secret,
    /// Whether it is switched off.
    pub disable: bool,
    /// How many seconds after its creation it ends; -1 for never.
    pub duration: i64,
    /// When it was made.
    pub creation_time: Time,
    /// What it may do.
    pub permissions: Vec<RobotPermission>,
}

/// What a robot may do, and where.
#[view]
pub struct RobotPermission {
    /// Where: `project` for one registry.
    pub kind: String,
    /// The registry's name.
    pub namespace: String,
    /// What.
    pub access: Vec<RobotAccess>,
}

/// One thing that a robot may do.
#[part]
pub struct RobotAccess {
    /// What: `pull`, `push`, `read`, `delete`.
    #[wire(default)]
    pub action: String,
    /// To what: `repository`, `artifact`.
    #[wire(default)]
    pub resource: String,
    /// `allow`, or `deny` for no more.
    #[wire(default)]
    pub effect: String,
}

/// The replication of a registry to another region.
#[view]
pub struct Replication {
    /// The region.
    pub region: String,
    /// The registry's name there.
    pub namespace: String,
    /// Where it is there, without a scheme.
    pub urn: String,
}

/// Which artifacts a rule keeps.
#[words]
pub enum RetentionType {
    /// The last ones that were pushed.
    #[default]
    #[wire(name = "artifacts pushed")]
    ArtifactsPushed,
    /// The last ones that were pulled.
    #[wire(name = "artifacts pulled")]
    ArtifactsPulled,
    /// Those that were pushed in the last days.
    #[wire(name = "days pushed")]
    DaysPushed,
    /// Those that were pulled in the last days.
    #[wire(name = "days pulled")]
    DaysPulled,
    /// All.
    #[wire(name = "always retain")]
    AlwaysRetain,
}

/// Whether a rule is for what matches a pattern.
#[words]
pub enum Matching {
    /// It is.
    #[default]
    Matches,
    /// It is for all others.
    Excludes,
}

/// A rule that says which artifacts are kept.
#[view]
pub struct RetentionRule {
    /// Its number.
    pub id: u32,
    /// Whether it is switched off.
    pub disabled: bool,
    /// What it does: `retain`.
    pub action: String,
    /// How many artifacts, or of how many days; also as `additional_prop`, which clients read.
    pub params: BTreeMap<String, u32>,
    /// Which repositories it is for.
    pub scope_selectors: ScopeSelectors,
    /// The same, as clients read it.
    pub scope_selector: ScopeSelectors,
    /// Which tags it is for.
    pub tag_selectors: Vec<TagSelector>,
    /// Which artifacts it keeps, as the registry calls it: `latestPushedK`.
    pub template: String,
}

/// Which repositories a rule is for.
#[view]
pub struct ScopeSelectors {
    /// Patterns of their names.
    pub repository: Vec<RepositorySelector>,
}

/// A pattern of repositories' names.
#[view]
pub struct RepositorySelector {
    /// `repoMatches`, or `repoExcludes` for all others.
    pub decoration: String,
    /// The kind of pattern: `doublestar`.
    pub kind: String,
    /// The pattern.
    pub pattern: String,
}

/// A pattern of tags.
#[view]
pub struct TagSelector {
    /// `matches`, or `excludes` for all others.
    pub decoration: String,
    /// What else matches.
    pub extras: TagExtras,
    /// The kind of pattern: `doublestar`.
    pub kind: String,
    /// The pattern.
    pub pattern: String,
}

/// What a pattern of tags matches besides.
#[view]
pub struct TagExtras {
    /// Whether artifacts without a tag match.
    pub untagged: bool,
}

/// How often rules are carried out, at the beginning of each such time in UTC.
#[words]
pub enum RetentionCron {
    /// Every hour.
    Hourly,
    /// Every day.
    #[default]
    Daily,
    /// Every week, on Sunday.
    Weekly,
    /// Every month, on the first.
    Monthly,
}

/// How often rules are carried out.
#[view]
pub struct RetentionSchedule {
    /// How often.
    pub schedule: RetentionCron,
    /// When they are carried out next.
    pub next_scheduled_time: Time,
}

/// An execution of rules.
#[view]
pub struct RetentionExecution {
    /// Whether it only looked.
    pub dry_run: bool,
    /// When it ended.
    pub end_time: Time,
    /// When it began.
    pub start_time: Time,
    /// What began it: `Manual`.
    pub trigger: String,
}

/// What Docker keeps in its `config.json`.
#[view]
pub struct DockerCredentials {
    /// Credentials by the registry's host.
    pub auths: BTreeMap<String, DockerAuth>,
}

/// What Docker sends to a registry.
#[view]
pub struct DockerAuth {
    /// Name and secret with a colon between, in base64.
    pub auth: Secret,
}
