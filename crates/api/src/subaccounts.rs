//! Sub-accounts: accounts of their own, made by another one: `/v2/subaccounts`.

pub use crate::id::SubaccountId;

use crate::{Money, Secret, view};

operations! {
    "subaccount": "Accounts that this one has made" {
        /// List sub-accounts.
        "list" => ListSubaccounts(GET "/v2/subaccounts" -> 200 { subaccounts: [Subaccount] }, needs ManageUsers),
        /// Create a sub-account. Only this answer shows the key of its owner.
        "create" => CreateSubaccount(POST "/v2/subaccounts" -> 201 { subaccount: Subaccount }, needs ManageUsers) {
            /// The email address of its owner; no two sub-accounts share one.
            pub email: String,
            /// A name for it; the address when absent.
            pub subaccount_name: Option<String>,
            /// An id for it that means something elsewhere.
            pub subaccount_id: Option<String>,
        },
    }
}

/// An account that this one has made.
#[view]
pub struct Subaccount {
    /// The sub-account's id.
    pub id: SubaccountId,
    /// The email address of its owner.
    pub email: String,
    /// Its name.
    pub subaccount_name: String,
    /// The id that it was given for elsewhere.
    pub subaccount_id: String,
    /// Whether it can be used.
    pub activated: bool,
    /// US dollars that it owes, without cents.
    pub balance: Money,
    /// US dollars that the running month has cost it so far, without cents.
    pub pending_charges: Money,
    /// The API key of its owner: only in the answer that creates the sub-account.
    #[wire(omit)]
    pub api_key: Secret,
}
