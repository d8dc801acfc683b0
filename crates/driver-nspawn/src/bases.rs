//! The base systems that machines are made of: each a directory of its own, which is only read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use drivers::{Error, Result};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::files::{self, failed};
use crate::tree::Tree;

/// What Debian calls its releases.
const SUITES: &[(&str, &str)] =
    &[("debian-11", "bullseye"), ("debian-12", "bookworm"), ("debian-13", "trixie")];
/// What is in a base system beside what Debian needs: what makes it a machine that one logs in to, and
/// what Ansible and cloud-init ask for.
const PACKAGES: &str = "ca-certificates,cloud-init,curl,dbus,gpg,iproute2,iputils-ping,less,netbase,openssh-server,\
     procps,python3,python3-apt,sudo,systemd-sysv";
/// What is in one beside these that is to start on a (virtual) machine of its own.
const BOOTABLE: &str =
    "busybox,e2fsprogs,initramfs-tools,isc-dhcp-client,kmod,linux-image-cloud-amd64,zstd";
/// The programs that a base's kernel begins with do what they are brought, which is what `driver-qemu` brings them,
/// when they have found the root; and they have what such a machine is made of, and nothing else.
const HOOK: &str = r#"at="$1"/etc/initramfs-tools; printf '%s\n' '#!/bin/sh' '[ "$1" = prereqs ] && exit 0' '[ ! -r /kettle/setup ] || . /kettle/setup' > "$at"/scripts/init-bottom/kettle; chmod 755 "$at"/scripts/init-bottom/kettle; echo MODULES=list > "$at"/conf.d/kettle; printf '%s\n' ext4 virtio_blk virtio_net virtio_pci >> "$at"/modules; chroot "$1" update-initramfs -u -k all"#;
/// What belongs to one machine, and to no base.
const OF_ONE_MACHINE: &str = r#"rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/hostname "$1"/etc/resolv.conf; : > "$1"/etc/machine-id"#;
const MAKER: &str = "mmdebstrap";
const ROOT: &str = "rootfs";
const FACTS: &str = "image.json";
/// How many of a program's last words are told when it fails.
const TOLD: usize = 5;

/// The base systems below a data directory.
#[derive(Debug, Clone)]
pub struct Bases {
    directory: PathBuf,
    machines: PathBuf,
    copies: PathBuf,
}

/// A base system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Its name, such as `debian-12`.
    #[serde(default)]
    pub name: String,
    /// Where it is from.
    pub from: String,
    /// The size of its files, in bytes.
    pub size_bytes: u64,
    /// Whether it has cloud-init, for user data that is none of a shell's.
    pub cloud_init: bool,
    /// Whether it has a kernel that starts virtual machines.
    #[serde(default)]
    pub kernel: bool,
}

/// The kernel of a base, and the files that it begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kernel {
    /// The kernel.
    pub image: PathBuf,
    /// What it finds its root by.
    pub initrd: PathBuf,
}

/// What of a machine or copy tells the base that it stands on.
#[derive(Deserialize)]
struct Stands {
    base: String,
}

/// The name of the base for a system of the catalogue, by its family and the version in its name; none:
/// it is no Linux, so no container can have it.
pub fn base_name(family: &str, name: &str) -> Option<String> {
    if ["application", "backup", "iso", "snapshot", "windows"].contains(&family)
        || family.ends_with("bsd")
    {
        return None;
    }
    let words = || name.split(' ').filter(|word| !word.starts_with('('));
    let version = words().find(|word| word.starts_with(|sign: char| sign.is_ascii_digit()));
    // Flatcar and CoreOS have channels instead of versions.
    let channel = ["Alpha", "Beta", "LTS", "Stable", "Next", "Testing"];
    let word = version.or_else(|| words().find(|word| channel.contains(word)));
    let mut base = match word {
        Some(word) => format!("{family}-{}", word.to_lowercase()),
        None => family.to_owned(),
    };
    for other in words().filter(|word| ["i386", "SELinux", "Stream"].contains(word)) {
        base.push('-');
        base.push_str(&other.to_lowercase());
    }
    Some(base)
}

impl Bases {
    /// Those of a data directory.
    pub fn of(data: &Path) -> Self {
        let data = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
        let [directory, machines, copies] = ["images", "machines", "copies"].map(|n| data.join(n));
        Self { directory, machines, copies }
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn list(&self) -> Result<Vec<Base>> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(failed(format_args!("read {}", self.directory.display()), error));
            }
        };
        let mut found = Vec::new();
        for entry in entries.flatten() {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            // One that is being made has a name that begins with a dot.
            if !name.starts_with('.')
                && let Some(base) = files::read::<Base>(&entry.path().join(FACTS))?
            {
                found.push(Base { name, ..base });
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// The directory of one, where others than this crate may keep what they make of it; none: there is no
    /// such. It goes with the base.
    pub fn place(&self, name: &str) -> Option<PathBuf> {
        let place = self.directory.join(name);
        place.join(FACTS).exists().then_some(place)
    }

    /// The kernel of one; none: it has none that can be used.
    pub fn kernel(&self, name: &str) -> Option<Kernel> {
        kernel(&self.root(name)?)
    }

    /// The root directory of one; none: there is no such.
    pub fn root(&self, name: &str) -> Option<PathBuf> {
        let place = self.directory.join(name);
        place.join(FACTS).exists().then(|| place.join(ROOT))
    }

    /// The one that is nearest to a name that is not there: of the same family if there is one.
    pub fn nearest(&self, name: &str) -> Option<String> {
        let all: Vec<String> = self.list().ok()?.into_iter().map(|base| base.name).collect();
        let (family, version) = name.rsplit_once('-').unwrap_or((name, ""));
        let number = |version: &str| version.parse::<f64>().unwrap_or_default();
        let wanted = number(version);
        let versions = all.iter().filter_map(|other| {
            let (of, version) = other.rsplit_once('-').unwrap_or((other, ""));
            (of == family).then(|| (other, (number(version) - wanted).abs()))
        });
        let near = versions.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(name, _)| name.clone());
        near.or_else(|| all.first().cloned())
    }

    /// Whether this can be made here by [`Bases::build`].
    pub fn can_build(name: &str) -> bool {
        SUITES.iter().any(|(base, _)| *base == name)
    }

    /// The command that makes a base of this name.
    pub fn how_to_make(name: &str) -> String {
        match Self::can_build(name) {
            true => format!("`kettle image build {name}` makes it"),
            false => {
                format!("`kettle image import {name} ROOTFS.tar` makes it of one that you have")
            }
        }
    }

    /// Makes one out of Debian's packages, for virtual machines with a kernel of its own, and tells how
    /// far it is.
    ///
    /// # Errors
    /// For a name that is none of Debian's releases, one that is there, and when it cannot be made.
    pub async fn build(
        &self,
        name: &str,
        kernel: bool,
        tell: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Base> {
        let Some((_, suite)) = SUITES.iter().find(|(base, _)| *base == name) else {
            let can: Vec<_> = SUITES.iter().map(|(base, _)| *base).collect();
            return Err(Error::Unsupported(format!(
                "`{name}` cannot be built here, only {}; import others: kettle image import {name} \
                 ROOTFS.tar",
                can.join(", ")
            )));
        };
        let new = self.begin(name).await?;
        let mut command = Command::new(MAKER);
        command.args(["--mode=root", "--format=directory", "--variant=minbase"]);
        command.arg(format!("--include={PACKAGES}"));
        command.arg("--customize-hook=chroot \"$1\" systemctl enable systemd-networkd");
        if kernel {
            command.arg(format!("--include={BOOTABLE}")).arg(format!("--customize-hook={HOOK}"));
        }
        command.arg(format!("--customize-hook={OF_ONE_MACHINE}"));
        command.arg(suite).arg(new.join(ROOT));
        let help = format!("it is in Debian's package {MAKER}");
        told(command, MAKER, &help, tell).await?;
        self.finish(name, format!("Debian {suite}"), &new, tell).await
    }

    /// Makes one out of an archive of a root directory, as `tar` reads it.
    ///
    /// # Errors
    /// For a name that is none or there already, an archive that cannot be read, and one without an init.
    pub async fn import(
        &self,
        name: &str,
        archive: &Path,
        tell: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Base> {
        let new = self.begin(name).await?;
        files::directory(&new.join(ROOT))?;
        // Others than root live in it.
        files::open_to_all(&new.join(ROOT))?;
        let mut command = Command::new("tar");
        command.args(["--extract", "--preserve-permissions", "--numeric-owner", "--xattrs"]);
        command.args(["--exclude=./dev/*", "--exclude=dev/*"]);
        command.arg("--file").arg(archive).arg("--directory").arg(new.join(ROOT));
        told(command, "tar", "it is in Debian's package tar", tell).await?;
        let from = archive.file_name().unwrap_or_default().display().to_string();
        self.finish(name, from, &new, tell).await
    }

    /// Removes one.
    ///
    /// # Errors
    /// For one that is not there, and one that machines or snapshots stand on.
    pub async fn remove(&self, name: &str) -> Result<()> {
        let place = self.directory.join(checked(name)?);
        if !place.exists() {
            return Err(Error::Unsupported(format!("there is no image `{name}`")));
        }
        let (machines, copies) = (self.standing_on(name)?, self.copied_from(name)?);
        if machines + copies > 0 {
            return Err(Error::Unsupported(format!(
                "`{name}` is used by {machines} machines and {copies} snapshots and backups; delete those \
                 first"
            )));
        }
        // What is half removed has no facts, so it is none.
        files::forget(&place.join(FACTS))?;
        files::remove(&place).await
    }

    fn standing_on(&self, name: &str) -> Result<usize> {
        count(&self.machines, crate::record::FILE, name)
    }

    fn copied_from(&self, name: &str) -> Result<usize> {
        count(&self.copies, crate::copies::FILE, name)
    }

    /// An empty place for a new one: what was left of a try before goes.
    async fn begin(&self, name: &str) -> Result<PathBuf> {
        let name = checked(name)?;
        if self.root(name).is_some() {
            return Err(Error::Unsupported(format!(
                "there is an image `{name}` already; `kettle image remove {name}` removes it"
            )));
        }
        files::directory(&self.directory)?;
        let new = self.directory.join(format!(".{name}"));
        files::remove(&new).await?;
        files::directory(&new)?;
        Ok(new)
    }

    /// Looks at what was made, and gives it its name.
    async fn finish(
        &self,
        name: &str,
        from: String,
        new: &Path,
        tell: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Base> {
        let tree = Tree::at(&new.join(ROOT))?;
        let has = |paths: &[&str]| paths.iter().any(|path| tree.has(path));
        if !has(&["sbin/init", "lib/systemd/systemd", "usr/lib/systemd/systemd"]) {
            files::remove(new).await?;
            return Err(Error::Unsupported(format!(
                "{from} has no init (/sbin/init): it is no root directory of a system"
            )));
        }
        let networkd = has(&["lib/systemd/systemd-networkd", "usr/lib/systemd/systemd-networkd"]);
        let cloud_init = has(&["usr/bin/cloud-init"]);
        let lacks = [
            (networkd, "systemd-networkd: machines of it have no network"),
            (has(&["usr/sbin/sshd"]), "sshd: nobody can log in to machines of it"),
            (cloud_init, "cloud-init: user data that is no script is refused"),
        ];
        for (_, what) in lacks.iter().filter(|(has, _)| !has) {
            tell(&format!("warning: it has no {what}"));
        }
        let root = new.join(ROOT);
        let size = tokio::task::spawn_blocking(move || size(&root)).await.unwrap_or_default();
        let kernel = kernel(&new.join(ROOT)).is_some();
        let base = Base { name: name.to_owned(), from, size_bytes: size, cloud_init, kernel };
        files::write(&new.join(FACTS), &base)?;
        let place = self.directory.join(name);
        // What a removal has left.
        files::remove(&place).await?;
        fs::rename(new, &place)
            .map_err(|error| failed(format_args!("name {}", place.display()), error))?;
        Ok(base)
    }
}

/// The newest kernel in a root directory that has what it begins with beside it, with our hook in its
/// source.
fn kernel(root: &Path) -> Option<Kernel> {
    const STARTS: &str = "etc/initramfs-tools/scripts/init-bottom/kettle";
    if !root.join(STARTS).exists() {
        return None;
    }
    let boot = root.join("boot");
    let entries = fs::read_dir(&boot).ok()?.flatten();
    let versions = entries.filter_map(|entry| {
        entry.file_name().to_str()?.strip_prefix("vmlinuz-").map(str::to_owned)
    });
    let both = versions.map(|version| {
        let image = boot.join(format!("vmlinuz-{version}"));
        (numbers(&version), Kernel { image, initrd: boot.join(format!("initrd.img-{version}")) })
    });
    let whole = both.filter(|(_, kernel)| kernel.initrd.is_file());
    whole.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, kernel)| kernel)
}

/// The numbers in a version, by which versions are told apart.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split(|sign: char| !sign.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

/// The name, if it can be one.
fn checked(name: &str) -> Result<&str> {
    let good =
        |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "-.".contains(sign);
    let first = name.starts_with(|sign: char| sign.is_ascii_alphanumeric());
    match first && name.len() <= 64 && name.chars().all(good) {
        true => Ok(name),
        false => Err(Error::Unsupported(format!(
            "`{name}` is no name of an image: small letters, digits, `-` and `.`, 64 at most, as in \
             debian-12"
        ))),
    }
}

/// How many of the things in a directory stand on a base.
fn count(directory: &Path, file: &str, name: &str) -> Result<usize> {
    let mut count = 0;
    for id in files::ids(directory)? {
        let stands = files::read::<Stands>(&directory.join(id.to_string()).join(file))?;
        count += usize::from(stands.is_some_and(|stands| stands.base == name));
    }
    Ok(count)
}

/// The bytes of all files below a directory; what has several names counts once.
fn size(root: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let (mut left, mut seen, mut sum) = (vec![root.to_owned()], BTreeMap::new(), 0);
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let Ok(facts) = entry.metadata() else { continue };
            if facts.is_dir() {
                left.push(entry.path());
            } else if facts.nlink() == 1 || seen.insert(facts.ino(), ()).is_none() {
                sum += facts.len();
            }
        }
    }
    sum
}

/// Runs a program that says how far it is, a line each time.
async fn told(
    mut command: Command,
    program: &str,
    help: &str,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::Unsupported(format!("there is no program `{program}` here; {help}"))
        }
        _ => failed(format_args!("run {program}"), error),
    })?;
    let mut last = Vec::new();
    if let Some(said) = child.stderr.take() {
        let mut lines = BufReader::new(said).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(stage) = line.strip_prefix("I: ") {
                tell(stage);
            }
            last.push(line);
            if last.len() > TOLD {
                last.remove(0);
            }
        }
    }
    let status =
        child.wait().await.map_err(|error| failed(format_args!("run {program}"), error))?;
    match status.success() {
        true => Ok(()),
        false => Err(Error::Outside(format!("{program} failed ({status}):\n{}", last.join("\n")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_named_by_family_and_version() {
        for (family, name, base) in [
            ("debian", "Debian 12 x64 (bookworm)", Some("debian-12")),
            ("ubuntu", "Ubuntu 22.04 LTS x64", Some("ubuntu-22.04")),
            ("almalinux", "AlmaLinux x64", Some("almalinux")),
            ("centos", "CentOS 9 Stream x64", Some("centos-9-stream")),
            ("fedora-coreos", "Fedora CoreOS Next", Some("fedora-coreos-next")),
            ("flatcar", "Flatcar Container Linux LTS x64", Some("flatcar-lts")),
            ("debian", "Debian 7 i386 (wheezy)", Some("debian-7-i386")),
            ("freebsd", "FreeBSD 14 x64", None),
            ("windows", "Windows 2022 Standard x64", None),
        ] {
            assert_eq!(base_name(family, name).as_deref(), base, "{name}");
        }
    }

    #[tokio::test]
    async fn an_archive_becomes_a_base_and_what_is_none_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let bases = Bases::of(data.path());
        let files = data.path().join("files");
        let archive = data.path().join("web.tar");
        let pack = || {
            let tar = std::process::Command::new("tar");
            let mut tar = tar;
            let made = tar.arg("-cf").arg(&archive).arg("-C").arg(&files).arg(".").status();
            assert!(made.unwrap().success());
        };
        std::fs::create_dir_all(files.join("sbin")).unwrap();
        pack();
        let mut told = Vec::new();
        let mut tell = |line: &str| told.push(line.to_owned());
        let error = bases.import("web", &archive, &mut tell).await.unwrap_err().to_string();
        assert_eq!(error, "web.tar has no init (/sbin/init): it is no root directory of a system");
        std::fs::write(files.join("sbin/init"), "init").unwrap();
        pack();
        let base = bases.import("web-1", &archive, &mut tell).await.unwrap();
        assert_eq!((base.name.as_str(), base.size_bytes, base.cloud_init), ("web-1", 4, false));
        assert_eq!(bases.list().unwrap(), [base]);
        assert!(told.iter().any(|line| line.contains("it has no sshd")), "{told:?}");
        let mut tell = |_: &str| ();
        let again = bases.import("web-1", &archive, &mut tell).await.unwrap_err().to_string();
        assert!(again.contains("kettle image remove web-1"), "{again}");
        for name in ["../etc", ".x", "Web", ""] {
            assert!(bases.import(name, &archive, &mut tell).await.is_err(), "{name}");
        }
        assert_eq!(bases.nearest("web-3").as_deref(), Some("web-1"));
        assert_eq!(bases.nearest("debian-12").as_deref(), Some("web-1"));
        bases.remove("web-1").await.unwrap();
        assert!(bases.list().unwrap().is_empty() && bases.root("web-1").is_none());
        assert!(
            bases
                .build("ubuntu-24.04", false, &mut tell)
                .await
                .unwrap_err()
                .to_string()
                .contains("import")
        );
    }
}
