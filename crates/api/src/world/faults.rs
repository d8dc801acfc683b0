//! What goes wrong on purpose: rules by which requests are refused, slow, cut off or shown less.
//!
//! Types only: what fits a rule, and what it does then, is `server`'s business.

use crate::{view, words};

operations! {
    "world-fault": "What goes wrong on purpose: rules, in order. Of each effect the first rule that fits and fires has its way" {
        /// List the rules, in order, each with how often it has acted.
        "list" => ListFaults(GET "/_kettle/faults" -> 200 { faults: [Fault], whole }, needs Owner),
        /// List the rules that can be had by name, from what users of the API have met.
        "list-ready" => ListReadyFaults(GET "/_kettle/faults/ready" -> 200 { ready: [ReadyFault], whole }, needs Owner),
        /// Add a rule behind the others. It says which requests it is for (all, without a word) and what it
        /// does to them.
        "add" => AddFault(POST "/_kettle/faults" -> 201 { fault: Fault }, needs Owner) {
            /// What it is called in lists and in the history.
            pub name: Option<String>,
            /// For this operation: its id (`create-instance`), or method and path, where `*` is any part of
            /// it (`DELETE /v2/instances/*`).
            pub operation: Option<String>,
            /// For the operations of a group (`instance`), or below a path (`/v2/instances`).
            pub family: Option<String>,
            /// For what an account or a user asks: its id, or its address.
            pub account: Option<String>,
            /// For this thing: its id, in the path or in the body.
            pub thing: Option<String>,
            /// For things that were made less than this ago, by the world's clock: `30s`, `5m`. A thing
            /// counts that was made while there were rules.
            pub younger_than: Option<String>,
            /// For clients whose `User-Agent` has this in it.
            pub client: Option<String>,
            /// For requests that have these fields in their body or query: `region=ewr`.
            pub having: Option<Vec<String>>,
            /// For operations that need a key only.
            pub needs_key: Option<bool>,
            /// Answer with this status, from 200 to 599, and do nothing.
            pub status: Option<u16>,
            /// The words of that answer, in the API's own form; `{address}` is the caller's.
            #[wire(most = 4_096)]
            pub error: Option<String>,
            /// The whole body of that answer instead, as it is.
            #[wire(most = 65_536, lines)]
            pub body: Option<String>,
            /// Wait so long before anything is done: `200ms`, or anything between `100ms..2s`.
            pub latency: Option<String>,
            /// Drop the connection.
            pub drop: Option<Dropped>,
            /// Have it seem as if the thing was not there: not found by itself, and left out of lists. With
            /// `thing` or `younger_than`.
            pub hidden: Option<bool>,
            /// Show things with other values than they have: `tags=[]`, `status=pending`. JSON, or else a
            /// text.
            pub show: Option<Vec<String>>,
            /// Regions, plans, or plans in regions of which there are none left: `ewr`, `vc2-1c-1gb`,
            /// `ewr/vc2-1c-1gb`. Such a thing is not made, and lists of what there is leave it out.
            pub sold_out: Option<Vec<String>>,
            /// Let lifecycles take no step: things stay as they are, `pending` or what they were, for as long
            /// as the rule stands. `family`, `account` (its number) and `thing` say which.
            pub stuck: Option<bool>,
            /// Let the steps of lifecycles fail with these words, as where what is outside does not answer.
            /// They are tried again, later each time.
            pub fails: Option<String>,
            /// Act so often, then no more.
            pub times: Option<u32>,
            /// Act by chance: from 0 (never) to 1 (always).
            pub probability: Option<f64>,
            /// Where that chance, and a spread of `latency`, come from: the same number, the same draws.
            pub seed: Option<u64>,
        },
        /// Add the rules that have this name.
        "use" => UseFault(POST "/_kettle/faults/ready/{ready-name: String}" -> 201 { faults: [Fault], whole }, needs Owner),
        /// Delete a rule.
        "delete" => DeleteFault(DELETE "/_kettle/faults/{fault-id: u32}" -> 204, needs Owner),
        /// Delete all rules.
        "clear" => ClearFaults(POST "/_kettle/faults/clear" -> 204, needs Owner),
    }
}

/// A rule by which something goes wrong. What it does not say is left out.
#[view]
pub struct Fault {
    /// Its number: counted from 1 for as long as the server runs.
    pub id: u32,
    /// What it is called.
    #[wire(omit)]
    pub name: Option<String>,
    /// How often it has acted.
    pub acted: u64,
    /// For which operation it is.
    #[wire(omit)]
    pub operation: Option<String>,
    /// For which group it is, or below which path.
    #[wire(omit)]
    pub family: Option<String>,
    /// For which account or user it is.
    #[wire(omit)]
    pub account: Option<String>,
    /// For which thing it is.
    #[wire(omit)]
    pub thing: Option<String>,
    /// For things made less than this ago.
    #[wire(omit)]
    pub younger_than: Option<String>,
    /// For which clients it is.
    #[wire(omit)]
    pub client: Option<String>,
    /// Which fields a request must have.
    #[wire(omit)]
    pub having: Vec<String>,
    /// Whether it is for operations that need a key only.
    #[wire(omit)]
    pub needs_key: Option<bool>,
    /// The status that it answers with.
    #[wire(omit)]
    pub status: Option<u16>,
    /// The words of that answer.
    #[wire(omit)]
    pub error: Option<String>,
    /// The whole body of that answer.
    #[wire(omit)]
    pub body: Option<String>,
    /// How long it waits.
    #[wire(omit)]
    pub latency: Option<String>,
    /// When it drops the connection.
    #[wire(omit)]
    pub drop: Option<Dropped>,
    /// Whether things seem not to be there.
    #[wire(omit)]
    pub hidden: Option<bool>,
    /// With which values things are shown.
    #[wire(omit)]
    pub show: Vec<String>,
    /// What is sold out.
    #[wire(omit)]
    pub sold_out: Vec<String>,
    /// Whether lifecycles take no step.
    #[wire(omit)]
    pub stuck: Option<bool>,
    /// With which words the steps of lifecycles fail.
    #[wire(omit)]
    pub fails: Option<String>,
    /// How often it acts in all.
    #[wire(omit)]
    pub times: Option<u32>,
    /// How often it will still act; only where `times` says so.
    #[wire(omit)]
    pub left: Option<u32>,
    /// By which chance it acts.
    #[wire(omit)]
    pub probability: Option<f64>,
    /// Where that chance comes from.
    #[wire(omit)]
    pub seed: Option<u64>,
}

/// Rules that can be had by name.
#[view]
pub struct ReadyFault {
    /// Their name.
    pub name: String,
    /// What users met.
    pub about: String,
    /// The rules, as `add` takes them.
    pub rules: Vec<Fault>,
}

/// When a connection is dropped.
#[words(snake_case)]
pub enum Dropped {
    /// Before anything is done.
    #[default]
    Before,
    /// When all is done, in the place of the answer.
    After,
    /// When all is done, with half of the answer's body.
    Half,
}
