//! How QEMU is called for a machine, and how a machine's QEMU is told from others: by the file that it is to
//! write its number into.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use driver_net::End;
use driver_nspawn::process::Process;
use drivers::Size;
use serde_json::{Value, json};
use tokio::process::Command;
use uuid::Uuid;

use crate::qmp;

/// Debian's package of it is `qemu-system-x86`.
pub(crate) const PROGRAM: &str = "qemu-system-x86_64";
/// The oldest kind of machine: what is plugged in while it runs needs no slots that are made beforehand.
const MACHINE: &str = "pc,memory-backend=memory";
/// The option by which a machine's QEMU is known.
const MARK: &str = "-pidfile";
/// The serial console and the screen, in a machine's directory.
pub(crate) const SERIAL: &str = "serial";
pub(crate) const SCREEN: &str = "vnc";
/// What the machine's own disk is called within QEMU.
pub(crate) const ROOT: &str = "root";

/// What computes for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accel {
    /// The processor itself, by the kernel's KVM; and what QEMU is told to make of it.
    Kvm(&'static str),
    /// QEMU in its place: slow, and the same everywhere.
    Tcg,
}

/// What is plugged in at the start.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) id: Uuid,
    pub(crate) size: Size,
    pub(crate) accel: Accel,
    /// The network namespace in which its links are.
    pub(crate) router: PathBuf,
    pub(crate) ends: &'a [End],
    pub(crate) disk: PathBuf,
    /// Its volumes: what each is called, and where it lies.
    pub(crate) volumes: Vec<(String, PathBuf)>,
    /// What starts it: a kernel and its first files, or what is in its drive, or what its disk begins with.
    pub(crate) start: Start,
}

/// What a machine starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    /// Kernel and first files.
    Kernel(PathBuf, PathBuf),
    /// An image in its drive.
    Drive(PathBuf),
    /// Its disk.
    Disk,
}

/// The file by which a machine's QEMU is known.
pub(crate) fn mark(place: &Path) -> PathBuf {
    place.join("pid")
}

/// The command that runs a machine, in its directory, where its sockets are.
pub(crate) fn command(place: &Path, parts: &Parts<'_>) -> Command {
    let mut command = Command::new("nsenter");
    command.current_dir(place);
    command.arg(format!("--net={}", parts.router.display())).args(["--", PROGRAM]);
    command.arg(MARK).arg(mark(place));
    command.args(["-nodefaults", "-no-user-config", "-rtc", "base=utc"]);
    // Whoever comes out of a machine finds itself in a program that may start nothing.
    let sandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";
    command.args(["-sandbox", sandbox]);
    command.args(match parts.accel {
        Accel::Kvm(cpu) => ["-machine", MACHINE, "-accel", "kvm", "-cpu", cpu],
        Accel::Tcg => ["-machine", MACHINE, "-accel", "tcg,thread=multi", "-cpu", "max"],
    });
    let (id, size) = (parts.id, parts.size);
    command.arg("-name").arg(format!("kettle-{id}"));
    let (vcpus, ram_mb) = (size.vcpus.max(1), size.ram_mb.max(1));
    command.args(["-smp", &vcpus.to_string(), "-m", &ram_mb.to_string()]);
    // Memory is the host's until it is used, and again when it is free.
    let memory = json!({
        "qom-type": "memory-backend-ram", "id": "memory", "size": u64::from(ram_mb) << 20,
        "reserve": false,
    });
    command.arg("-object").arg(memory.to_string());
    command.args(["-device", "virtio-balloon-pci,free-page-reporting=on"]);
    // By these cloud-init knows where it is.
    let bios = format!("type=1,manufacturer=Vultr,product=VC2,serial={id},uuid={id}");
    command.arg("-smbios").arg(bios);
    command.args(["-device", "virtio-rng-pci", "-device", "VGA"]);
    command.arg("-qmp").arg(format!("unix:{},server=on,wait=off", qmp::SOCKET));
    command.arg("-vnc").arg(format!("unix:{SCREEN}"));
    let serial = format!("socket,id=serial,path={SERIAL},server=on,wait=off,logfile=console");
    command.arg("-chardev").arg(serial).args(["-serial", "chardev:serial"]);
    let disks = [(ROOT.to_owned(), parts.disk.clone())];
    for (name, path) in disks.iter().chain(&parts.volumes) {
        command.arg("-blockdev").arg(disk(name, path).to_string());
        command.arg("-device").arg(disk_device(name).to_string());
    }
    for end in parts.ends {
        command.arg("-netdev").arg(link(end).to_string());
        command.arg("-device").arg(link_device(end).to_string());
    }
    match &parts.start {
        Start::Kernel(kernel, initrd) => {
            command.arg("-kernel").arg(kernel).arg("-initrd").arg(initrd).arg("-append");
            let more = match parts.accel {
                Accel::Kvm(_) => "",
                // There is no such processor to be protected, and it would be slower still.
                Accel::Tcg => " mitigations=off",
            };
            let words = "root=/dev/vda rw net.ifnames=0 console=tty0 console=ttyS0";
            command.arg(format!("{words}{more}"));
        }
        Start::Drive(image) => {
            let image = json!({
                "driver": "raw", "node-name": "drive", "read-only": true,
                "file": { "driver": "file", "filename": image },
            });
            command.arg("-blockdev").arg(image.to_string());
            let drive = json!({ "driver": "ide-cd", "drive": "drive", "id": "disk-drive" });
            command.arg("-device").arg(drive.to_string()).args(["-boot", "d"]);
        }
        Start::Disk => {
            command.args(["-boot", "c"]);
        }
    }
    command
}

/// A disk as QEMU opens it.
pub(crate) fn disk(name: &str, path: &Path) -> Value {
    json!({
        "driver": "qcow2", "node-name": name, "discard": "unmap",
        "file": { "driver": "file", "filename": path, "discard": "unmap" },
    })
}

/// A disk as the machine sees it: by its name among `/dev/disk/by-id/virtio-...`.
pub(crate) fn disk_device(name: &str) -> Value {
    let serial: String = name.chars().take(20).collect();
    json!({ "driver": "virtio-blk-pci", "drive": name, "id": device(name), "serial": serial })
}

/// What the device of a disk or link is called within QEMU.
pub(crate) fn device(name: &str) -> String {
    format!("dev-{name}")
}

/// A link as QEMU opens it.
pub(crate) fn link(end: &End) -> Value {
    let name = &end.interface;
    json!({ "type": "tap", "id": name, "ifname": name, "script": "no", "downscript": "no" })
}

/// A link as the machine sees it.
pub(crate) fn link_device(end: &End) -> Value {
    let End { interface, mac, mtu, .. } = end;
    json!({
        "driver": "virtio-net-pci", "netdev": interface, "id": device(interface), "mac": mac,
        "host_mtu": mtu,
    })
}

/// All that QEMU runs on this machine with a mark, by the directories in which these are, whoever has
/// started them.
pub(crate) fn all() -> BTreeMap<PathBuf, Process> {
    let mut found = BTreeMap::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
        if let (Some(place), Some(process)) = (place_of(pid), Process::now(pid)) {
            found.insert(place, process);
        }
    }
    found
}

/// The directory of the machine that a process runs as QEMU; none: it is no QEMU.
fn place_of(pid: i32) -> Option<PathBuf> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let mut words = line.split(|byte| *byte == 0);
    // What is about to become QEMU has its words, too.
    words.find(|word| word.ends_with(PROGRAM.as_bytes()))?;
    words.find(|word| *word == MARK.as_bytes())?;
    Some(Path::new(OsStr::from_bytes(words.next()?)).parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_called_with_all_that_it_has() {
        let end = End {
            interface: "kt1p".into(),
            mac: "56:00:00:00:00:01".into(),
            addresses: Vec::new(),
            routes: Vec::new(),
            gateway: Vec::new(),
            mtu: 1450,
        };
        let parts = Parts {
            id: Uuid::nil(),
            size: Size { vcpus: 2, ram_mb: 1024, disk_gb: 25 },
            accel: Accel::Kvm("host"),
            router: "/run/netns/kettle-x".into(),
            ends: std::slice::from_ref(&end),
            disk: "/m/disk.qcow2".into(),
            volumes: vec![("ewr-2f5d7a314fe44f".into(), "/v/disk.qcow2".into())],
            start: Start::Kernel("/k".into(), "/i".into()),
        };
        let said = |parts: &Parts<'_>| {
            let command = command(Path::new("/m"), parts);
            let words = command.as_std().get_args().map(|word| word.to_string_lossy().into_owned());
            words.collect::<Vec<_>>().join(" ")
        };
        let text = said(&parts);
        for words in [
            "--net=/run/netns/kettle-x -- qemu-system-x86_64 -pidfile /m/pid ",
            "-accel kvm -cpu host ",
            "-smp 2 -m 1024 ",
            "manufacturer=Vultr,",
            r#""ifname":"kt1p""#,
            r#""mac":"56:00:00:00:00:01","host_mtu":1450"#,
            r#""serial":"ewr-2f5d7a314fe44f""#,
            "-kernel /k -initrd /i -append root=/dev/vda rw",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let parts = Parts { start: Start::Drive("/x.iso".into()), accel: Accel::Tcg, ..parts };
        let text = said(&parts);
        assert!(text.contains("-accel tcg,") && text.ends_with("-boot d"), "{text}");
        assert!(!text.contains("-kernel"));
    }

    #[test]
    fn this_process_is_no_machine() {
        assert_eq!(place_of(i32::try_from(std::process::id()).unwrap()), None);
    }
}
