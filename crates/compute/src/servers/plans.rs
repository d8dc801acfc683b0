//! What is said of plans that a server cannot have.

use crate::{Refusal, Result};

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

/// Refuses a plan that is not sold in the region that was asked for, but in `regions`.
pub(crate) fn check_sold(is_sold: bool, id: &str, regions: &[String]) -> Result<()> {
    let help = match regions {
        _ if is_sold => return Ok(()),
        [] => format!("plan: `{id}` is sold nowhere at present"),
        regions => format!("plan: `{id}` is sold in {}", regions.join(", ")),
    };
    Err(Refusal::bad("plan is not available in the selected region").help(help).into())
}
