//! What is said of plans that a server cannot have.

use crate::Refusal;

/// What is said besides of what is not in the catalogue: it may be newer than that.
pub(crate) const NEWER: &str = "What is newer than this catalogue comes with --catalog FILE.";

/// There is no such plan. `kind` is what was looked for, `instead` what the id is that of, and
/// `nearest` the plan that was probably meant.
pub(crate) fn unknown(
    id: &str,
    kind: &str,
    instead: Option<&str>,
    nearest: Option<&str>,
) -> Refusal {
    let help = match (instead, nearest) {
        (Some(instead), _) => format!("plan: `{id}` is {instead}"),
        (None, Some(meant)) => {
            format!("plan: `{id}` is no {kind}; did you mean `{meant}`? {NEWER}")
        }
        (None, None) => format!("plan: `{id}` is no {kind}. {NEWER}"),
    };
    Refusal::bad("Invalid plan chosen.").help(help)
}

/// There is such a plan, in `regions` and not in the one that was asked for.
pub(crate) fn not_sold(id: &str, regions: &[String]) -> Refusal {
    let help = match regions {
        [] => format!("plan: `{id}` is sold nowhere at present"),
        regions => format!("plan: `{id}` is sold in {}", regions.join(", ")),
    };
    Refusal::bad("plan is not available in the selected region").help(help)
}
