//! Lifecycles by hand.

use crate::{OrEmpty, Time, view, words};

operations! {
    "world-hold": "Lifecycles by hand: what is held stays in its state until it is stepped or released" {
        /// List what is held.
        "list" => ListHolds(GET "/_kettle/holds" -> 200 { holds: [Hold], whole }, needs Owner),
        /// Hold lifecycles at their next step: of one thing, of all of a kind, of an account, or, without a
        /// word, of everything.
        "add" => AddHold(POST "/_kettle/holds" -> 201 { hold: Hold }, needs Owner) {
            /// Of this kind, as `kettle status` calls it: `instance`, `load-balancer`.
            pub kind: Option<String>,
            /// Of this thing, by its id.
            pub thing: Option<String>,
            /// Of this account, by its number.
            pub account: Option<u64>,
        },
        /// Release what a hold holds: it goes on from where it is.
        "release" => ReleaseHold(POST "/_kettle/holds/{hold-id: u32}/release" -> 204, needs Owner),
        /// Release everything.
        "clear" => ClearHolds(POST "/_kettle/holds/clear" -> 204, needs Owner),
        /// Tell where the lifecycle of a thing stands.
        "show" => GetLife(GET "/_kettle/lives/{thing-id: String}" -> 200 { life: LifeState }, needs Owner),
        /// Let a thing take a step, held or not, and tell in which state it is then. A step goes on until
        /// something is seen of the thing that was not before; what only has to wait has waited.
        "step" => StepLife(POST "/_kettle/lives/{thing-id: String}/step" -> 200 { life: LifeState }, needs Owner) {
            /// How many steps: 1 to 1000; one, unless it is said.
            pub steps: Option<u32>,
        },
    }
}

/// What is held.
#[view]
pub struct Hold {
    /// Its number.
    pub id: u32,
    /// Of this kind; empty: of any.
    pub kind: String,
    /// This thing; empty: any.
    pub thing: String,
    /// Of this account, by its number; 0: of any.
    pub account: u64,
}

/// Where a lifecycle stands.
#[words]
pub enum LifeStands {
    /// It is at its end: there is nothing to do before somebody changes something.
    #[default]
    Settled,
    /// There is a step to take.
    Due,
    /// The next step failed the last time.
    Failing,
    /// The last step failed, and is not tried again before somebody changes something.
    Failed,
    /// The thing has gone.
    Gone,
}

/// The lifecycle of a thing.
#[view]
pub struct LifeState {
    /// The thing.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Where its lifecycle stands.
    pub stands: LifeStands,
    /// Whether it is held.
    pub held: bool,
    /// Whether it has been deleted, and goes when its lifecycle has come to its end.
    pub deleting: bool,
    /// What the API shows as its status; empty where it shows none.
    pub status: String,
    /// The same of its power, of what has one.
    #[wire(omit)]
    pub power_status: Option<String>,
    /// The same of the server's system, of what has one.
    #[wire(omit)]
    pub server_status: Option<String>,
    /// When the next step is due.
    pub due: OrEmpty<Time>,
    /// What the last step failed with.
    pub error: String,
    /// How many steps were taken.
    pub steps: u64,
}
