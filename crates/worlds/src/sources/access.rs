//! People and programs that have an account in common.

use super::{Step, list, same, word};
use crate::{Reading, Thing};

/// Nobody is told a password: the copy has none.
pub(super) fn user(thing: &Thing, _: &Reading) -> Vec<Step> {
    let create = Step::create("create-user", thing, &[]).with("password", "");
    let create = create.id("user", &thing.id);
    let networks = list(thing.told("list-user-networks")).iter().map(|network| {
        let add = same("add-user-network", network, &[]);
        let add = Step::change("add-user-network", add).with("user_id", thing.id.as_str());
        add.made(word(network, "date_added"))
    });
    std::iter::once(create).chain(networks).collect()
}
