//! The options of real machines where this program has none, which say so.

use clap::{Arg, ArgAction, ArgMatches};
use drivers::World;

use super::Here;
use crate::fault::{Result, bail};

/// Why there are none.
pub(crate) const WHY: &str = match cfg!(target_os = "linux") {
    true => "this Kettle was built without its feature `machines`",
    false => "machines that one can log in to need Linux",
};
const MACHINES: &str = "machines";
/// What means something with real machines alone.
const FURTHER: [&str; 2] = ["any-image", "machines-reach"];

/// They are no lines of the help.
pub(super) fn args() -> [Arg; 3] {
    let machines = Arg::new(MACHINES).long(MACHINES).value_name("HOW").default_value("sim");
    let [any, reach] = FURTHER.map(|name| Arg::new(name).long(name).hide(true));
    let machines = machines.help("sim: machines are told of, which is all that there is here");
    [machines, any.action(ArgAction::SetTrue), reach.value_name("HOW_FAR")]
}

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct Wish {
    pub(super) is_real: bool,
    /// The option that asks for what there is not.
    asked: Option<&'static str>,
}

impl Wish {
    pub(super) fn read(args: &ArgMatches) -> Self {
        let is_real = args.get_one::<String>(MACHINES).is_some_and(|how| how != "sim");
        let is_given =
            |name: &&str| args.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
        let further = FURTHER.into_iter().find(is_given);
        Self { is_real, asked: is_real.then_some(MACHINES).or(further) }
    }

    /// The world as it is.
    #[expect(clippy::unused_async, reason = "where there are machines, it waits")]
    pub(super) async fn join(&self, world: World, _: &Here<'_>) -> Result<World> {
        match self.asked {
            Some(option) => bail!("--{option}: {WHY}"),
            None => Ok(world),
        }
    }
}
