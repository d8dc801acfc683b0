//! All that is stored, as a whole.

operations! {
    "world": "All that this server has: state, clock, faults, history" {
        /// Empty everything: things, users, keys and what is billed. The owner's account and key stay.
        "reset" => ResetWorld(POST "/_kettle/reset" -> 204, needs Owner, loses),
    }
}
