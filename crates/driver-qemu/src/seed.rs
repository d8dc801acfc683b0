//! What a machine finds in its files: the same as a container does, brought to it at its start instead of
//! written into a directory. Its disk is never opened here.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use driver_net::End;
use driver_nspawn::files::{self, Layer, failed};
use driver_nspawn::record::{Place, Record};
use driver_nspawn::tree::Tree;
use driver_nspawn::{Kernel, furnish, process};
use drivers::Result;
use tokio::process::Command;
use uuid::Uuid;

use crate::initrd;

const SYSTEM: &str = "system.tar";
const NETWORK: &str = "network.tar";
/// What is removed of what a copy or the base has.
const REMOVED: &str = "var/lib/kettle/removed";
const UNITS: &str = "etc/systemd/system";
/// The keys by which a machine is known, and the program that makes them.
const KEYS: [&str; 2] = ["ed25519", "ecdsa"];
const KEYGEN: &str = "ssh-keygen";

fn seed(place: &Path, name: &str) -> PathBuf {
    place.join(name)
}

/// Writes what a new installation starts with, and the keys by which it is known.
pub(crate) async fn system(lower: &Path, place: &Place, id: Uuid, record: &Record) -> Result<()> {
    let layer = Layer { upper: place.path().join("seed"), work: place.path().join("work") };
    let root = place.root();
    files::unmount_all(&root)?;
    for path in [&layer.upper, &layer.work, &root] {
        files::remove(path).await?;
        files::directory(path)?;
    }
    files::open_to_all(&layer.upper)?;
    let keys = host_keys(place, id).await?;
    files::mount_layer(lower, &layer, &root)?;
    let written = write(&Tree::at(&root)?, id, record, &keys);
    files::unmount_all(&root)?;
    written?;
    let removed: String = removed(&layer.upper, &layer.upper);
    Tree::at(&layer.upper)?.put(REMOVED, removed, 0o600)?;
    pack(&layer.upper, &seed(place.path(), SYSTEM)).await?;
    for path in [&layer.upper, &layer.work, &root] {
        files::remove(path).await?;
    }
    Ok(())
}

fn write(tree: &Tree, id: Uuid, record: &Record, keys: &[(String, String)]) -> Result<()> {
    furnish::system(tree, id, record.install, &record.spec)?;
    for (name, key) in keys {
        let mode = if name.ends_with(".pub") { 0o644 } else { 0o600 };
        tree.put(&format!("etc/ssh/{name}"), key, mode)?;
    }
    // Links that come while it runs, and what else changes then, it asks for.
    let others = "[Match]\nType=ether\n\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\n\n\
                  [DHCPv4]\nUseMTU=yes\nUseHostname=no\nUseDNS=no\n";
    tree.put("etc/systemd/network/90-kettle.network", others, 0o644)?;
    const CLOUD: &str = "etc/cloud/cloud.cfg.d/91-kettle.cfg";
    if furnish::is_vultrs(tree) {
        // It asks for its addresses by itself, and keeps the keys by which it is known.
        tree.forget(&format!("{UNITS}/sysinit.target.wants/kettle-network.service"))?;
        tree.put(CLOUD, "ssh_deletekeys: false\n", 0o644)?;
    } else if !record.spec.user_data.is_empty() {
        // Cloud-init knows by the firmware where it is, and asks the metadata. What the vendor would have it
        // do is done already.
        let source = "datasource_list: [Vultr, NoCloud, None]\nvendor_data: {enabled: false}\n";
        tree.put(CLOUD, source, 0o644)?;
    }
    // The disk may have grown since the last start.
    let unit = "[Unit]\nDescription=Kettle: the root grows with its disk\nDefaultDependencies=no\n\
                After=systemd-remount-fs.service\nBefore=local-fs.target shutdown.target\n\
                Conflicts=shutdown.target\nConditionPathIsReadWrite=/\n\n\
                [Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=-/lib/systemd/systemd-growfs /\n";
    tree.put(&format!("{UNITS}/kettle-grow.service"), unit, 0o644)?;
    tree.link(
        &format!("{UNITS}/local-fs.target.wants/kettle-grow.service"),
        "../kettle-grow.service",
    )
}

/// Makes the keys of a machine, and notes them for who connects.
async fn host_keys(place: &Place, id: Uuid) -> Result<Vec<(String, String)>> {
    let directory = place.path().join("keys");
    files::remove(&directory).await?;
    files::directory(&directory)?;
    let (mut keys, mut known) = (Vec::new(), String::new());
    for kind in KEYS {
        let name = format!("ssh_host_{kind}_key");
        let mut command = Command::new(KEYGEN);
        command.args(["-q", "-t", kind, "-N", "", "-C", "", "-f"]).arg(directory.join(&name));
        process::run(command, "make the machine's keys").await?;
        for name in [format!("{name}.pub"), name] {
            let text = fs::read_to_string(directory.join(&name));
            let text = text.map_err(|error| failed("read the machine's keys", error))?;
            if name.ends_with(".pub") {
                known += &format!("{id} {}\n", text.trim());
            }
            keys.push((name, text));
        }
    }
    files::remove(&directory).await?;
    let file = place.path().join("keys.known");
    fs::write(&file, known).map_err(|error| failed("note the machine's keys", error))?;
    Ok(keys)
}

/// The paths of what a layer has taken away from what is below it, a line each.
fn removed(layer: &Path, directory: &Path) -> String {
    let mut lines = String::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            lines += &removed(layer, &entry.path());
        } else if kind.is_char_device()
            && let Ok(path) = entry.path().strip_prefix(layer)
        {
            lines += &format!("/{}\n", path.display());
            let _ = fs::remove_file(entry.path());
        }
    }
    lines
}

async fn pack(directory: &Path, archive: &Path) -> Result<()> {
    let mut command = Command::new("tar");
    command.args(["--create", "--numeric-owner", "--file"]).arg(archive);
    command.arg("--directory").arg(directory).arg(".");
    process::run(command, "pack what the machine starts with").await
}

/// Writes the first files of a start: those of the kernel, and what the machine is brought. Gives back
/// where they are.
pub(crate) async fn initrd(
    kernel: &Kernel,
    place: &Place,
    id: Uuid,
    record: &Record,
    ends: &[End],
) -> Result<PathBuf> {
    let wanted = "write what the machine starts with";
    let directory = place.path().join("boot");
    files::remove(&directory).await?;
    files::directory(&directory)?;
    files::open_to_all(&directory)?;
    furnish::network(&Tree::at(&directory)?, ends)?;
    pack(&directory, &seed(place.path(), NETWORK)).await?;
    files::remove(&directory).await?;
    let path = place.path().join("initrd");
    let mut all = vec![("setup", setup(id, record.install).into_bytes())];
    for name in [SYSTEM, NETWORK] {
        let bytes = fs::read(seed(place.path(), name)).map_err(|error| failed(wanted, error))?;
        all.push((name, bytes));
    }
    let write = || {
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        initrd::write(&mut file, &all)?;
        std::io::copy(&mut fs::File::open(&kernel.initrd)?, &mut file)?;
        file.flush()
    };
    write().map_err(|error| failed(wanted, error))?;
    Ok(path)
}

/// What runs when the root is found, before anything of the machine's own: with the machine's own programs,
/// for the first files have few. An installation is written once, without what another one had in a machine that
/// this one's disk was copied from; the network each time.
fn setup(id: Uuid, install: u64) -> String {
    format!(
        "chroot \"$rootmnt\" /bin/sh -c '\n\
         was=\n\
         ! [ -r /var/lib/kettle/installed ] || read -r was </var/lib/kettle/installed\n\
         [ \"$was\" != {id}-{install} ] || exit 0\n\
         rm -rf /var/lib/kettle /etc/ssh/ssh_host_* /etc/cloud/cloud-init.disabled\n\
         rm -f /etc/systemd/system/kettle-* /etc/systemd/system/*/kettle-*\n\
         tar -xpf - -C / || exit 1\n\
         while read -r path; do rm -rf \"$path\"; done </{REMOVED}\n\
         echo {id}-{install} >/var/lib/kettle/installed\n\
         ' </kettle/{SYSTEM} || echo \"kettle: the machine is not set up\" >/dev/kmsg\n\
         chroot \"$rootmnt\" /bin/sh -c '\n\
         rm -f /etc/systemd/network/10-kettle-*\n\
         tar -xpf - -C /\n\
         ' </kettle/{NETWORK} || echo \"kettle: the network is not set up\" >/dev/kmsg\n"
    )
}

#[cfg(test)]
mod tests {
    use drivers::{MachineSpec, PublicNic};

    use super::*;

    #[test]
    fn what_a_machine_is_brought_is_left_to_cloud_init_as_far_as_that_does_it() {
        let directory = tempfile::tempdir().unwrap();
        let tree = Tree::at(directory.path()).unwrap();
        tree.put("usr/bin/cloud-init", "", 0o755).unwrap();
        let spec = MachineSpec { user_data: b"#cloud-config\n".to_vec(), ..MachineSpec::default() };
        let record = Record::new("debian-12".into(), &spec, &PublicNic::default());
        let keys = [("ssh_host_ed25519_key".to_owned(), "key".to_owned())];
        write(&tree, Uuid::nil(), &record, &keys).unwrap();
        let cloud = || tree.text("etc/cloud/cloud.cfg.d/91-kettle.cfg").unwrap();
        assert!(cloud().contains("[Vultr, ") && cloud().contains("vendor_data: {enabled: false}"));
        assert_eq!(tree.text("etc/ssh/ssh_host_ed25519_key").as_deref(), Some("key"));
        let asks = tree.text("etc/systemd/network/90-kettle.network").unwrap();
        assert!(asks.contains("DHCP=ipv4"));
        assert!(tree.has("etc/systemd/system/local-fs.target.wants/kettle-grow.service"));
        // An image of Vultr's own has all done by cloud-init.
        tree.put("etc/vultr", "", 0o644).unwrap();
        write(&tree, Uuid::nil(), &record, &keys).unwrap();
        assert_eq!(cloud(), "ssh_deletekeys: false\n");
        let early = "etc/systemd/system/sysinit.target.wants/kettle-network.service";
        assert!(!tree.has(early));
    }

    #[test]
    fn an_installation_is_written_once_and_the_network_each_time() {
        let text = setup(Uuid::nil(), 3);
        let parts: Vec<_> = text.split("chroot ").skip(1).collect();
        assert_eq!(parts.len(), 2);
        assert!(parts[0].contains(&format!("[ \"$was\" != {}-3 ] || exit 0", Uuid::nil())));
        assert!(!parts[1].contains("exit 0") && parts[1].contains("10-kettle-*"));
        // It is one that a shell reads.
        let mut shell = std::process::Command::new("sh");
        assert!(shell.args(["-n", "-c", &text]).status().unwrap().success());
    }
}
