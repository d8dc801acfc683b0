//! Users of the account, their API keys, networks, groups, roles and policies: `/v2/users`.

pub use crate::id::{GroupId, PolicyId, RoleId, UserId};

use serde_json::{Map, Value};

use crate::api_keys::ApiKey;
use crate::id::ApiKeyId;
use crate::{Access, Meta, Open, OrEmpty, Secret, Time, view, words};

operations! {
    "user": "Users of the account" {
        /// List users.
        "list" => ListUsers(GET "/v2/users" -> 200 { users: [User] }, needs ManageUsers),
        /// Create a user.
        "create" => CreateUser(POST "/v2/users" -> 201 { user: User }, needs ManageUsers) {
            /// The email address; no two users share one.
            pub email: String,
            /// The whole name.
            pub name: String,
            /// The first name.
            pub first_name: Option<String>,
            /// The last name.
            pub last_name: Option<String>,
            /// The password.
            pub password: Secret,
            /// Whether the user's API keys work; they do when absent.
            pub api_enabled: Option<bool>,
            /// Make it a user for a program and not for a person.
            pub service_user: Option<bool>,
            /// The permissions; none when absent.
            pub acls: Option<Vec<Access>>,
        },
        /// Get a user.
        "get" => GetUser(GET "/v2/users/{user-id}" -> 200 { user: User }, needs ManageUsers),
        /// Change a user.
        "update" => UpdateUser(PATCH "/v2/users/{user-id}" -> 204, needs ManageUsers) {
            /// A new email address.
            pub email: Option<String>,
            /// A new whole name.
            pub name: Option<String>,
            /// A new first name.
            pub first_name: Option<String>,
            /// A new last name.
            pub last_name: Option<String>,
            /// A new password.
            pub password: Option<Secret>,
            /// Whether the user's API keys work.
            pub api_enabled: Option<bool>,
            /// The permissions, in place of all others.
            pub acls: Option<Vec<Access>>,
        },
        /// Delete a user with all API keys.
        "delete" => DeleteUser(DELETE "/v2/users/{user-id}" -> 204, needs ManageUsers),
        /// List a user's API keys.
        "list-api-keys" => ListUserApiKeys(GET "/v2/users/{user-id}/apikeys" -> 200 { api_keys: [ApiKey], whole }, needs ManageUsers),
        /// Create an API key for a user. Only this answer shows it whole.
        "create-api-key" => CreateUserApiKey(POST "/v2/users/{user-id}/apikeys" -> 202 { api_key: ApiKey }, needs ManageUsers) {
            /// A name for it.
            pub name: Option<String>,
            /// Whether it is to stop working one day.
            pub expire: Option<bool>,
            /// When; only together with `expire`.
            pub date_expire: Option<OrEmpty<Time>>,
        },
        /// Get a user's API key, masked.
        "get-api-key" => GetUserApiKey(GET "/v2/users/{user-id}/apikeys/{apikey-id: ApiKeyId}" -> 200 { api_key: ApiKey }, needs ManageUsers),
        /// Delete a user's API key: it stops working at once.
        "delete-api-key" => DeleteUserApiKey(DELETE "/v2/users/{user-id}/apikeys/{apikey-id: ApiKeyId}" -> 204, needs ManageUsers),
        /// List the networks that a user's API keys work from.
        "list-networks" => ListUserNetworks(GET "/v2/users/{user-id}/ip-whitelist" -> 200 { ip_whitelist: [UserNetwork], whole }, needs ManageUsers),
        /// Get a network that a user's API keys work from.
        "get-network" => GetUserNetwork(GET "/v2/users/{user-id}/ip-whitelist/entry" -> 200 { ip_whitelist_entry: UserNetwork }, needs ManageUsers) {
            /// The network's address.
            pub subnet: String,
            /// How many leading bits of it count.
            pub subnet_size: u8,
        },
        /// Let a user's API keys work from a network.
        "add-network" => AddUserNetwork(POST "/v2/users/{user-id}/ip-whitelist" -> 204, needs ManageUsers) {
            /// The network's address.
            pub subnet: String,
            /// How many leading bits of it count: 8 to 32 for IPv4, 20 to 128 for IPv6, 0 for everywhere.
            pub subnet_size: u8,
        },
        /// Let a user's API keys work from a network no longer.
        "remove-network" => RemoveUserNetwork(DELETE "/v2/users/{user-id}/ip-whitelist" body -> 204, needs ManageUsers) {
            /// The network's address.
            pub subnet: String,
            /// How many leading bits of it count.
            pub subnet_size: u8,
        },
        /// List the groups that a user is in.
        "groups" => ListUserGroups(GET "/v2/users/{user-id}/groups" -> 200 { groups: [Group] }, needs ManageUsers),
        /// List a user's roles.
        "roles" => ListUserRoles(GET "/v2/users/{user-id}/roles" -> 200 UserRoles, paged, needs ManageUsers),
        /// List a user's policies.
        "policies" => ListUserPolicies(GET "/v2/users/{user-id}/policies" -> 200 UserPolicies, paged, needs ManageUsers),
        /// List the groups that the calling user is in.
        "my-groups" => ListMyGroups(GET "/v2/users/me/groups" -> 200 { groups: [Group] }, needs AnyKey),
        /// List the calling user's roles.
        "my-roles" => ListMyRoles(GET "/v2/users/me/roles" -> 200 UserRoles, paged, needs AnyKey),
        /// List the calling user's policies.
        "my-policies" => ListMyPolicies(GET "/v2/users/me/policies" -> 200 UserPolicies, paged, needs AnyKey),
    }
}

/// A user of the account.
#[view]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The whole name.
    pub name: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The email address.
    pub email: String,
    /// Whether the user's API keys work.
    pub api_enabled: bool,
    /// Whether it is a program and no person.
    pub service_user: bool,
    /// The permissions, exactly as they were given.
    pub acls: Vec<Open<Access>>,
    /// The user's first API key: only in the answer that creates the user.
    #[wire(omit)]
    pub api_key: Secret,
}

/// A network that a user's API keys work from.
#[view]
pub struct UserNetwork {
    /// The network's address.
    pub subnet: String,
    /// How many leading bits of it count; 0 stands for everywhere.
    pub subnet_size: u8,
    /// When it was added.
    pub date_added: Time,
    /// The version of IP.
    pub ip_type: Open<IpVersion>,
}

/// The version of IP that an address belongs to.
#[words]
pub enum IpVersion {
    /// IPv4.
    #[default]
    V4,
    /// IPv6.
    V6,
}

/// A group of users.
#[view]
pub struct Group {
    /// The group's id.
    pub id: GroupId,
    /// Its name.
    pub display_name: String,
    /// What it is for.
    pub description: String,
    /// Whether it still exists.
    pub status: Open<GroupStatus>,
    /// When it was created.
    pub date_created: Time,
    /// When it last changed.
    pub date_updated: Time,
    /// When something last happened in it, or empty.
    pub last_activity: String,
    /// Who is in it.
    pub members: Vec<GroupMember>,
}

/// Whether a group still exists.
#[words]
pub enum GroupStatus {
    /// It does.
    #[default]
    Active,
    /// It was deleted and can be restored.
    Deleted,
}

/// A user in a group.
#[view]
pub struct GroupMember {
    /// The user's id.
    pub id: UserId,
    /// The whole name.
    pub display_name: String,
    /// The whole name again: clients read either.
    pub name: String,
    /// The email address.
    pub email: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// Whether the user can work.
    pub active: bool,
    /// Whether it is a program and no person.
    pub service_user: bool,
    /// When the user was created.
    pub date_created: Time,
    /// When the user last changed.
    pub date_updated: Time,
}

/// A user's roles. Clients take lists that are missing for a crash: there are always all three.
#[view]
pub struct UserRoles {
    /// The roles, by the way they came.
    pub roles: RoleLists,
    /// How many there are in all.
    pub meta: Meta,
}

/// Roles, by the way they came to a user.
#[view]
pub struct RoleLists {
    /// Every role.
    pub all: Vec<UserRole>,
    /// Those given to the user.
    pub direct: Vec<UserRole>,
    /// Those given to a group of the user's.
    pub inherited: Vec<UserRole>,
}

/// A role that a user has, with the role's own fields and those of its assignment.
#[view]
pub struct UserRole {
    /// The role's id.
    pub id: RoleId,
    /// The role's name.
    pub name: String,
    /// What the role is for.
    pub description: String,
    /// Whom the role is for.
    pub role_type: Open<RoleType>,
    /// For how many seconds it can be assumed at most.
    pub max_session_duration: u32,
    /// When the role was created.
    pub date_created: Time,
    /// The user's id.
    pub user_id: UserId,
    /// The role's id again.
    pub role_id: RoleId,
    /// The role's name again.
    pub role_name: String,
    /// What the role is for, again.
    pub role_description: String,
    /// When the user got it.
    pub date_assigned: Time,
    /// Who gave it.
    pub assigned_by: String,
}

/// Whom a role is for.
#[words]
pub enum RoleType {
    /// People.
    #[default]
    User,
    /// Programs.
    Service,
}

/// A user's policies. As with roles there are always all three lists.
#[view]
pub struct UserPolicies {
    /// The policies, by the way they came.
    pub policies: PolicyLists,
    /// How many there are in all.
    pub meta: Meta,
}

/// Policies, by the way they came to a user.
#[view]
pub struct PolicyLists {
    /// Every policy.
    pub all: Vec<UserPolicy>,
    /// Those attached to the user.
    pub direct: Vec<UserPolicy>,
    /// Those of a group or role of the user's.
    pub inherited: Vec<UserPolicy>,
}

/// A policy that holds for a user, with the policy's own fields and those of its attachment.
#[view]
pub struct UserPolicy {
    /// The policy's id.
    pub id: PolicyId,
    /// The policy's name.
    pub name: String,
    /// What the policy is for.
    pub description: String,
    /// What it allows and denies: `Version` and `Statement`, as they were sent.
    pub policy_document: Map<String, Value>,
    /// The document's version.
    pub version: String,
    /// Whether it is there from the start.
    pub is_system_policy: bool,
    /// When the policy was created.
    pub date_created: Time,
    /// The user's id.
    pub user_id: UserId,
    /// The policy's id again.
    pub policy_id: PolicyId,
    /// The policy's name again.
    pub policy_name: String,
    /// What the policy is for, again.
    pub policy_description: String,
    /// When the user got it.
    pub date_assigned: Time,
    /// Who attached it.
    pub assigned_by: String,
}
