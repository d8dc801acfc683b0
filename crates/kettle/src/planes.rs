//! The planes: what of the outside is real on this machine, how that is asked for, and what `serve` says
//! of it.
//!
//! Each plane has a file of its own here, with three hooks below: its options in [`args`], what they ask
//! for in [`Wish`], and its start, which is either in [`Wish::join`] (a driver, which takes the place of a
//! simulated part of the world) or in [`Wish::fronts`] (a front, which asks the control plane). A plane
//! that cannot start says why by [`Missing`](crate::doctor::Missing), as `kettle doctor` does.

mod balancers;
#[cfg(feature = "dns")]
mod dns;
mod kubernetes;
#[cfg(all(feature = "machines", target_os = "linux"))]
mod machines;
#[cfg(not(all(feature = "machines", target_os = "linux")))]
#[path = "planes/no_machines.rs"]
mod machines;
#[cfg(all(feature = "machines", target_os = "linux"))]
mod metadata;
#[cfg(feature = "s3")]
mod s3;
#[cfg(all(feature = "machines", target_os = "linux"))]
mod terminals;

#[cfg(not(all(feature = "machines", target_os = "linux")))]
pub(crate) use machines::WHY as NO_MACHINES;

use std::any::Any;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, ArgMatches};
use control::Control;
use control::catalog::Catalog;
use drivers::World;
use fronts::Terminals;
use uuid::Uuid;

use crate::doctor;
use crate::fault::Result;
use crate::home::Home;

/// What the name server is called, wherever it is told where it answers.
pub(crate) const DNS: &str = "dns";
/// What S3 is called there.
pub(crate) const S3: &str = "s3";
/// How wide a line of `serve` may be.
const WIDE: usize = 80;
/// Where the text of such a line begins: after two spaces and a name of at most six letters.
const INDENT: usize = 9;

/// The options of all planes.
pub(crate) fn args() -> Vec<Arg> {
    let mut all = vec![
        #[cfg(feature = "dns")]
        dns::arg(),
        #[cfg(feature = "s3")]
        s3::arg(),
    ];
    all.extend(machines::args());
    all.extend([balancers::arg(), kubernetes::arg()]);
    all
}

/// What the command line asks for of each plane.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    balancers: bool,
    #[cfg(feature = "dns")]
    dns: crate::listen::Place,
    kubernetes: Option<PathBuf>,
    machines: machines::Wish,
    #[cfg(feature = "s3")]
    s3: Arc<s3::Buckets>,
}

/// Where a server is about to start.
pub(crate) struct Here<'a> {
    /// The data directory; none: nothing is kept.
    pub(crate) home: Option<&'a Home>,
    /// What can be ordered.
    pub(crate) catalog: &'a Catalog,
    /// Whether it takes any free port at once, and never the usual one.
    pub(crate) any_port: bool,
}

impl Wish {
    /// What the command line says.
    pub(crate) fn read(args: &ArgMatches) -> Self {
        Self {
            balancers: balancers::read(args),
            #[cfg(feature = "dns")]
            dns: dns::read(args),
            kubernetes: kubernetes::read(args),
            machines: machines::Wish::read(args),
            #[cfg(feature = "s3")]
            s3: s3::read(args),
        }
    }

    /// The world with what is to be real of it.
    pub(crate) async fn join(&self, world: World, here: &Here<'_>) -> Result<World> {
        let left = here.home.map(|home| home.path().join("machines"));
        let left = left.and_then(|left| left.read_dir().ok()).into_iter().flatten().flatten();
        let names = left.filter_map(|entry| entry.file_name().into_string().ok());
        if !self.machines.is_real && names.filter_map(|name| name.parse::<Uuid>().ok()).count() > 0
        {
            tracing::warn!(
                "machines of an earlier start, and load balancers before them, are left as they are, \
                 and nobody sees to them; {} does",
                doctor::MACHINES
            );
        }
        #[cfg(feature = "s3")]
        let world = s3::join(&self.s3, world);
        // What is missing is said before anything is made.
        let haproxy = if self.balancers { Some(balancers::program().await?) } else { None };
        let world = kubernetes::join(self.kubernetes.as_deref(), world, here).await?;
        let world = self.machines.join(world, here).await?;
        Ok(match haproxy {
            Some(haproxy) => {
                #[cfg(all(feature = "machines", target_os = "linux"))]
                let public = self.machines.net().map(balancers::public::addresses);
                #[cfg(not(all(feature = "machines", target_os = "linux")))]
                let public = None;
                balancers::join(world, here, haproxy, public)
            }
            None => world,
        })
    }

    /// What opens terminals in machines; none: these are simulated.
    pub(crate) fn terminals(&self, home: Option<&Home>) -> Option<Arc<dyn Terminals>> {
        let _home = home.filter(|_| self.machines.is_real)?;
        #[cfg(not(all(feature = "machines", target_os = "linux")))]
        return None;
        #[cfg(all(feature = "machines", target_os = "linux"))]
        Some(Arc::new(terminals::Here::new(_home.path().to_owned())))
    }

    /// Starts what asks the control plane. What is started here ends when this is dropped.
    pub(crate) async fn fronts(&self, control: &Arc<Control>, here: &Here<'_>) -> Result<Fronts> {
        let mut fronts = Fronts::default();
        #[cfg(all(feature = "machines", target_os = "linux"))]
        if let Some(net) = self.machines.net() {
            metadata::start(net, control, &mut fronts).await?;
            #[cfg(feature = "dns")]
            dns::for_machines(self.dns, net, control, &mut fronts).await?;
        }
        #[cfg(feature = "s3")]
        s3::start(&self.s3, control, here, &mut fronts).await?;
        #[cfg(feature = "dns")]
        dns::start(self.dns, control, here, &mut fronts).await?;
        Ok(fronts)
    }

    /// Those that could be real and were not asked for, each with the option that asks; none where
    /// nothing was asked for.
    fn simulated(&self) -> Option<Vec<(&'static str, &'static str)>> {
        let all = [
            ("balancers", doctor::BALANCERS, self.balancers),
            ("machines", doctor::MACHINES, self.machines.is_real),
            ("Kubernetes", doctor::KUBERNETES, self.kubernetes.is_some()),
        ];
        let is_asked = all.iter().any(|(.., is_real)| *is_real);
        let simulated = all.into_iter().filter(|(.., is_real)| !is_real);
        is_asked.then(|| simulated.map(|(plane, option, _)| (plane, option)).collect())
    }
}

/// The fronts that run.
#[derive(Default)]
pub(crate) struct Fronts {
    /// Where S3 is answered.
    pub(crate) s3: Option<SocketAddr>,
    lines: Vec<Line>,
    /// What keeps them running.
    _running: Vec<Box<dyn Any + Send>>,
}

impl Fronts {
    /// Adds one, which says this and runs until `running` is dropped.
    pub(crate) fn add(&mut self, line: Line, running: impl Send + 'static) {
        self.lines.push(line);
        self.keep(running);
    }

    /// Keeps another running that needs no line of its own, until `running` is dropped.
    fn keep(&mut self, running: impl Send + 'static) {
        self._running.push(Box::new(running));
    }
}

/// A line of what `serve` says when it starts: a name of at most six letters, and a text, which is
/// continued below itself where it is long.
pub(crate) struct Line {
    name: &'static str,
    text: String,
}

impl Line {
    /// `  dns    127.0.0.1:8753`.
    pub(crate) fn new(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, text: text.into() }
    }

    /// As it is printed.
    fn write(&self, to: &mut String) {
        let mut used = INDENT;
        let _ = write!(to, "  {:<6} ", self.name);
        for (place, word) in self.text.split(' ').enumerate() {
            let length = word.chars().count();
            if place > 0 && used + 1 + length > WIDE {
                let _ = write!(to, "\n{:INDENT$}", "");
                used = INDENT;
            } else if place > 0 {
                to.push(' ');
                used += 1;
            }
            to.push_str(word);
            used += length;
        }
        to.push('\n');
    }
}

/// What `serve` says of all planes: where fronts answer, what is real, and in one line what is not.
pub(crate) fn told(wish: &Wish, control: &Control, fronts: &Fronts) -> String {
    let real = control.real();
    let mut text = String::new();
    fronts.lines.iter().for_each(|line| line.write(&mut text));
    for real in &real {
        Line::new("real", real.as_str()).write(&mut text);
    }
    let rest = match wish.simulated().as_deref() {
        // Who has asked for nothing is not told what there is to ask for: that is `doctor`'s.
        None => "all else; `kettle doctor` says what could be real here".to_owned(),
        Some([]) => "all else".to_owned(),
        Some(some) => {
            let some = some.iter().map(|(plane, option)| format!("{plane} (no {option})"));
            format!("{}, and all else; see `kettle doctor`", some.collect::<Vec<_>>().join(", "))
        }
    };
    let rest = if real.is_empty() && fronts.lines.is_empty() {
        rest.replacen("all else", "everything", 1)
    } else {
        rest
    };
    Line::new("sim", rest).write(&mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_aligned_and_never_wider_than_a_terminal() {
        let mut text = String::new();
        Line::new("dns", "127.0.0.1:8753").write(&mut text);
        assert_eq!(text, "  dns    127.0.0.1:8753\n");
        text.clear();
        Line::new("real", "word ".repeat(40).trim_end()).write(&mut text);
        assert!(text.lines().all(|line| line.len() <= WIDE), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("         word")), "{text}");
        assert_eq!(text.split_whitespace().count(), 41);
    }
}
