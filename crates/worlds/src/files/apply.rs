//! Has a server have what a file wants.

use std::time::Duration;

use sdk::Client;
use serde::Serialize;

use super::carry::Carrier;
use super::plan::Plan;
use super::{Mistake, Wanted, refs};
use crate::read::ask;
use crate::{Progress, Result};

/// How files are applied.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// How long one thing may take to come about that another one needs.
    pub patience: Duration,
    /// How long to wait at the end until everything has come about; none: not at all.
    pub ready: Option<Duration>,
}

/// What became of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Its kind.
    pub kind: String,
    /// What people call it.
    pub title: String,
    /// Its id.
    pub id: String,
    /// The fields that were changed; none where it was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// What became of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// What was made.
    pub made: Vec<Done>,
    /// What was changed.
    pub changed: Vec<Done>,
    /// How many things were as they are to be.
    pub unchanged: usize,
    /// What cannot be, or was refused. Where that is known before anything is done, nothing is.
    pub mistakes: Vec<Mistake>,
}

/// Makes what is missing of what is wanted, and changes what differs. Nothing is taken away.
///
/// # Errors
/// When nobody answers, or the key is refused.
pub async fn apply(
    client: &Client,
    wanted: &Wanted,
    how: How,
    progress: Progress<'_>,
) -> Result<Applied> {
    let reading = crate::read(client, &[], progress).await?;
    let mut catalogue = refs::named_lists(&wanted.wishes);
    for (list, items) in &mut catalogue {
        let fields = [("per_page".to_owned(), 500.into())].into_iter().collect();
        let (held, _) = ask(client, list, fields).await?;
        *items = held.as_array().cloned().unwrap_or_default();
    }
    let mut plan = Plan::new(&wanted.wishes, &reading, &catalogue);
    if !plan.mistakes.is_empty() {
        let mut mistakes = std::mem::take(&mut plan.mistakes);
        mistakes.sort_by_key(|mistake| (mistake.place.file.clone(), mistake.place.at));
        return Ok(Applied { mistakes, ..Applied::default() });
    }
    let carrier = Carrier::new(client, &wanted.wishes, &reading, &plan, how);
    carrier.carry_out(progress).await
}
