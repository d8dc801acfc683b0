//! What consoles are told: a token has the id of the machine that it opens.

use ::fronts::Ask;
use ::fronts::terminals::{Console, Consoles};
use compute::told;

use super::{Front, unavailable};

impl Consoles for Front {
    fn by_token<'a>(&'a self, token: &'a str) -> Ask<'a, Option<Console>> {
        Box::pin(async move {
            let Some(machine) = self.0.console_of(token) else { return Ok(None) };
            let told = told::of(&self.0, machine).await.map_err(unavailable)?;
            Ok(told.map(|told| Console { machine, name: told.spec.hostname }))
        })
    }
}
