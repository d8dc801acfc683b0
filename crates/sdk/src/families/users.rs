//! Users of the account. Made by `cargo xtask families`.

use api::users::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Users of the account: see [`Client::users`].
#[derive(Debug, Clone, Copy)]
pub struct Users<'a>(&'a Client);

impl Client {
    /// Users of the account.
    pub fn users(&self) -> Users<'_> {
        Users(self)
    }
}

impl<'a> Users<'a> {
    /// List users.
    pub fn list(self) -> Call<'a, ListUsers> {
        Call::new(self.0, ListUsers::default())
    }

    /// Create a user.
    pub fn create(self, request: impl Into<CreateUser>) -> Call<'a, CreateUser> {
        Call::new(self.0, request)
    }

    /// Get a user.
    pub fn get(self, request: impl Into<GetUser>) -> Call<'a, GetUser> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetUser>) -> Optional<'a, GetUser> {
        self.get(request).opt()
    }

    /// Change a user.
    pub fn update(self, request: impl Into<UpdateUser>) -> Call<'a, UpdateUser> {
        Call::new(self.0, request)
    }

    /// Delete a user with all API keys.
    pub fn delete(self, request: impl Into<DeleteUser>) -> Call<'a, DeleteUser> {
        Call::new(self.0, request)
    }

    /// List a user's API keys.
    pub fn list_api_keys(self, request: impl Into<ListUserApiKeys>) -> Call<'a, ListUserApiKeys> {
        Call::new(self.0, request)
    }

    /// Create an API key for a user. Only this answer shows it whole.
    pub fn create_api_key(
        self,
        request: impl Into<CreateUserApiKey>,
    ) -> Call<'a, CreateUserApiKey> {
        Call::new(self.0, request)
    }

    /// Get a user's API key, masked.
    pub fn get_api_key(self, request: impl Into<GetUserApiKey>) -> Call<'a, GetUserApiKey> {
        Call::new(self.0, request)
    }

    /// Delete a user's API key: it stops working at once.
    pub fn delete_api_key(
        self,
        request: impl Into<DeleteUserApiKey>,
    ) -> Call<'a, DeleteUserApiKey> {
        Call::new(self.0, request)
    }

    /// List the networks that a user's API keys work from.
    pub fn list_networks(self, request: impl Into<ListUserNetworks>) -> Call<'a, ListUserNetworks> {
        Call::new(self.0, request)
    }

    /// Get a network that a user's API keys work from.
    pub fn get_network(self, request: impl Into<GetUserNetwork>) -> Call<'a, GetUserNetwork> {
        Call::new(self.0, request)
    }

    /// Let a user's API keys work from a network.
    pub fn add_network(self, request: impl Into<AddUserNetwork>) -> Call<'a, AddUserNetwork> {
        Call::new(self.0, request)
    }

    /// Let a user's API keys work from a network no longer.
    pub fn remove_network(
        self,
        request: impl Into<RemoveUserNetwork>,
    ) -> Call<'a, RemoveUserNetwork> {
        Call::new(self.0, request)
    }

    /// List the groups that a user is in.
    pub fn groups(self, request: impl Into<ListUserGroups>) -> Call<'a, ListUserGroups> {
        Call::new(self.0, request)
    }

    /// List a user's roles.
    pub fn roles(self, request: impl Into<ListUserRoles>) -> Call<'a, ListUserRoles> {
        Call::new(self.0, request)
    }

    /// List a user's policies.
    pub fn policies(self, request: impl Into<ListUserPolicies>) -> Call<'a, ListUserPolicies> {
        Call::new(self.0, request)
    }

    /// List the groups that the calling user is in.
    pub fn my_groups(self) -> Call<'a, ListMyGroups> {
        Call::new(self.0, ListMyGroups::default())
    }

    /// List the calling user's roles.
    pub fn my_roles(self) -> Call<'a, ListMyRoles> {
        Call::new(self.0, ListMyRoles::default())
    }

    /// List the calling user's policies.
    pub fn my_policies(self) -> Call<'a, ListMyPolicies> {
        Call::new(self.0, ListMyPolicies::default())
    }
}
