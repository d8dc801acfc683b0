//! What of this machine planes need. Nothing is changed by looking: what must be tried is tried in a
//! network namespace of its own, which ends with the trial.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Something that a plane needs and that is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// What there is not: a sentence without its full stop.
    pub(crate) what: String,
    /// The command that mends it.
    pub(crate) mend: Option<String>,
}

impl Missing {
    pub(crate) fn new(what: impl Into<String>, mend: Option<String>) -> Self {
        Self { what: what.into(), mend }
    }

    /// A program, and the Debian package that has it.
    fn program(name: &str, package: &str) -> Self {
        let mend = match program("apt-get") {
            Some(_) => format!("apt install {package}"),
            None => format!("install {name} (Debian's package {package})"),
        };
        Self::new(format!("there is no {name}"), Some(mend))
    }
}

impl fmt::Display for Missing {
    /// `there is no haproxy (apt install haproxy)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.mend.as_ref().map_or(Ok(()), |mend| write!(f, " ({mend})"))
    }
}

/// Where a program is: on the `PATH`, or where those for administrators are, which many users' `PATH` has
/// not.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut places = std::env::split_paths(&path).chain(usual);
    places.find_map(|place| Some(place.join(name)).filter(|found| found.is_file()))
}

/// Whether a command ends well. What it says is of no interest.
fn works(program: &Path, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// HAProxy on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Haproxy {
    pub(crate) path: PathBuf,
    /// `2.6.12`.
    pub(crate) version: String,
}

/// What balances loads here.
pub(crate) fn balancers() -> Result<Haproxy, Missing> {
    const OLDEST: (u32, u32) = (2, 4);
    if !cfg!(target_os = "linux") {
        return Err(Missing::new("load balancers that balance need Linux", None));
    }
    let missing = || Missing::program("haproxy", "haproxy");
    let path = program("haproxy").ok_or_else(missing)?;
    let said = Command::new(&path).arg("-v").stdin(Stdio::null()).output();
    let said = said
        .map_err(|error| Missing::new(format!("{} does not run: {error}", path.display()), None))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let version = haproxy_version(&said).ok_or_else(|| {
        Missing::new(format!("{} does not say which version it is", path.display()), None)
    })?;
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let is = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if is < OLDEST {
        let (major, minor) = OLDEST;
        let what = format!("HAProxy {version} is too old: {major}.{minor} or later is needed");
        return Err(Missing::new(what, None));
    }
    Ok(Haproxy { path, version })
}

/// `2.6.12` of `HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/`.
fn haproxy_version(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("version ")?;
    let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    Some(number.trim_end_matches('.').to_owned()).filter(|number| !number.is_empty())
}

/// What there is for machines as containers.
#[derive(Debug, Default)]
pub(crate) struct Nspawn {
    pub(crate) missing: Vec<Missing>,
    pub(crate) notes: Vec<String>,
}

/// What machines as containers lack here; `images` is where base systems are.
pub(crate) fn machines(images: Option<&Path>) -> Nspawn {
    let mut missing = Vec::new();
    if !cfg!(target_os = "linux") {
        missing.push(Missing::new("machines need Linux", None));
        return Nspawn { missing, notes: Vec::new() };
    }
    if !cfg!(feature = "machines") {
        let mend = "cargo build --features machines".to_owned();
        missing.push(Missing::new("this Kettle was built without machines", Some(mend)));
        return Nspawn { missing, notes: Vec::new() };
    }
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        let mend = format!("sudo kettle serve {}", super::MACHINES);
        missing.push(Missing::new("this user is not root", Some(mend)));
    }
    for (name, package) in
        [("systemd-nspawn", "systemd-container"), ("ip", "iproute2"), ("nft", "nftables")]
    {
        if program(name).is_none() {
            missing.push(Missing::program(name, package));
        }
    }
    let base = images.and_then(|images| std::fs::read_dir(images).ok());
    let has_base = base.is_some_and(|mut entries| entries.next().is_some());
    if !has_base && program("mmdebstrap").is_none() {
        let mut one = Missing::program("mmdebstrap", "mmdebstrap");
        one.what = "there is no base system, and no mmdebstrap to build one".to_owned();
        missing.push(one);
    }
    if !has_overlay() {
        let mend = Some("modprobe overlay".to_owned());
        missing.push(Missing::new("the kernel has no overlay file system", mend));
    }
    missing.extend(is_root.then(no_namespace).flatten());
    let mut notes = vec![cgroups().to_owned()];
    if !has_base {
        notes.push("begin with: kettle image build debian-12".to_owned());
    }
    Nspawn { missing, notes }
}

/// Whether the kernel has overlay file systems, or would load what they need.
fn has_overlay() -> bool {
    let known = std::fs::read_to_string("/proc/filesystems").unwrap_or_default();
    known.lines().any(|line| line.ends_with("\toverlay"))
        || program("modprobe").is_some_and(|modprobe| works(&modprobe, &["-n", "-q", "overlay"]))
}

/// Why no network can be made here, tried in a namespace that ends with the trial.
fn no_namespace() -> Option<Missing> {
    let Some(unshare) = program("unshare") else {
        return Some(Missing::program("unshare", "util-linux"));
    };
    if !works(&unshare, &["--net", "true"]) {
        let what = "no network namespace can be made (in a container it needs CAP_SYS_ADMIN)";
        return Some(Missing::new(what, None));
    }
    let nft = program("nft")?;
    let nft = nft.to_string_lossy();
    let rule = "add table inet kettle_doctor";
    (!works(&unshare, &["--net", &nft, rule]))
        .then(|| Missing::new("the kernel refuses nftables", Some("modprobe nf_tables".into())))
}

/// Which control groups there are, and what that means.
fn cgroups() -> &'static str {
    let root = Path::new("/sys/fs/cgroup");
    match (root.join("cgroup.controllers").exists(), root.join("memory").exists()) {
        (true, _) => "cgroup v2: plans limit memory and CPU",
        (false, true) => "cgroup v1: plans limit memory and CPU as far as it can",
        (false, false) => "no cgroup: plans limit neither memory nor CPU",
    }
}

/// What virtual machines lack here; `images` is where base systems are.
pub(crate) fn virtual_machines(images: Option<&Path>) -> Nspawn {
    // What they share with containers: networks, base systems, and how a machine's files are written.
    let shared = machines(images);
    if !cfg!(all(feature = "machines", target_os = "linux")) {
        return shared;
    }
    let own = |one: &Missing| !one.what.contains("systemd-nspawn");
    let mut missing: Vec<_> = shared.missing.into_iter().filter(own).collect();
    for one in &mut missing {
        one.mend = one.mend.take().map(|mend| mend.replace(super::MACHINES, super::QEMU));
    }
    for (name, package) in [
        ("qemu-system-x86_64", "qemu-system-x86"),
        ("qemu-img", "qemu-utils"),
        ("mke2fs", "e2fsprogs"),
        ("nsenter", "util-linux"),
        ("ssh-keygen", "openssh-client"),
    ] {
        if program(name).is_none() {
            missing.push(Missing::program(name, package));
        }
    }
    Nspawn { missing, notes: about_virtual(images) }
}

/// What is good to know of virtual machines.
#[cfg(all(feature = "machines", target_os = "linux"))]
fn about_virtual(images: Option<&Path>) -> Vec<String> {
    let mut notes = vec![match driver_qemu::kvm() {
        Ok(()) => "KVM is there".to_owned(),
        Err(why) => format!("{why}: they are slow"),
    }];
    let bases = images.and_then(Path::parent).map(driver_nspawn::Bases::of);
    let all = bases.as_ref().and_then(|bases| bases.list().ok()).unwrap_or_default();
    if !all.iter().any(|base| base.kernel) {
        notes.push("begin with: kettle image build debian-12 --kernel".to_owned());
    }
    notes
}

#[cfg(not(all(feature = "machines", target_os = "linux")))]
fn about_virtual(_: Option<&Path>) -> Vec<String> {
    Vec::new()
}

/// What clusters lack here, where their programs are looked for on the `PATH`.
pub(super) fn kubernetes() -> Vec<Missing> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|place| {
        let is_there = |name: &str| place.join(name).is_file();
        is_there("kube-apiserver") && (is_there("etcd") || is_there("kine"))
    });
    let what = "there are no kube-apiserver and etcd (or kine) together in a directory of the PATH; \
                one elsewhere is named by the option";
    (!found).then(|| Missing::new(what, None)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_haproxy_is_its_numbers() {
        let said = "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\nStatus: x";
        assert_eq!(haproxy_version(said).unwrap(), "2.6.12");
        assert_eq!(haproxy_version("HA-Proxy version 2.2.9 2021").unwrap(), "2.2.9");
        assert_eq!(haproxy_version("nothing"), None);
    }

    #[test]
    fn what_is_missing_comes_with_what_mends_it() {
        let missing = Missing::program("haproxy", "haproxy");
        assert_eq!(missing.what, "there is no haproxy");
        assert!(missing.mend.as_deref().unwrap().contains("haproxy"));
        assert_eq!(
            Missing::new("it is not there", Some("get it".into())).to_string(),
            "it is not there (get it)"
        );
        assert_eq!(program("no-such-program-anywhere"), None);
        assert!(program("sh").is_some());
    }
}
