//! Virtual machines without a system: what QEMU and Kettle do for them by themselves. Each test runs in a
//! process of its own, within namespaces that are made for it. With a system: `conformance/qemu`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use driver_net::Net;
use driver_nspawn::process::Process;
use drivers::{
    Disks, Image, Images, MachineSpec, Machines, Nic, Plane, PublicIpv4, PublicNic, Size, Source,
};
use uuid::Uuid;

use crate::machines::devices;
use crate::{Accel, Qemu, command, disk};

const ALONE: &str = "KETTLE_TEST_QEMU_ALONE";

/// Runs the test of this name, which calls this, in namespaces of its own.
fn alone<F: Future<Output = ()>>(name: &str, test: impl FnOnce(PathBuf) -> F) {
    if std::env::var_os(ALONE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(async {
            std::fs::create_dir_all("/run/netns").unwrap();
            for words in ["mount -t tmpfs none /run/netns", "ip link set lo up"] {
                let mut words = words.split(' ');
                let made = Command::new(words.next().unwrap()).args(words).status().unwrap();
                assert!(made.success());
            }
            let data = tempfile::tempdir().unwrap();
            let _left = Left(data.path().to_owned());
            test(data.path().to_owned()).await;
        });
    }
    if let Err(why) = possible() {
        eprintln!("SKIPPED {name}: {why}");
        return;
    }
    let output = Command::new("unshare")
        .args(["--net", "--mount", "--propagation", "private", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("tests::{name}"), "--nocapture"])
        .env(ALONE, "yes")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    assert!(output.status.success(), "{name} failed in its namespaces: {}", said.concat());
}

/// What runs of a directory when a test ends, however it does.
struct Left(PathBuf);

impl Drop for Left {
    fn drop(&mut self) {
        for (place, qemu) in command::all() {
            if place.starts_with(&self.0) {
                qemu.kill();
            }
        }
    }
}

fn possible() -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("it takes root".into());
    }
    for program in [command::PROGRAM, disk::PROGRAM, "ip", "nft", "nsenter", "unshare"] {
        let option = if program == "ip" { "-V" } else { "--version" };
        let ran = Command::new(program).arg(option).stdout(Stdio::null()).status();
        ran.map_err(|error| format!("`{program}`: {error}"))?;
    }
    let made = Command::new("unshare").args(["--net", "--mount", "true"]).status();
    match made.map_err(|error| error.to_string())?.success() {
        true => Ok(()),
        false => Err("no namespaces can be made here".into()),
    }
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x1111_2222_3333_4444_5555_0000_0000_0000 + n)
}

fn public() -> PublicNic {
    let gateway = Some([198, 18, 92, 1].into());
    let ip = PublicIpv4 { address: [198, 18, 92, 5].into(), prefix: 23, gateway };
    PublicNic { mac: "56:00:c6:12:5c:05".into(), ipv4: vec![ip], ..PublicNic::default() }
}

fn nic() -> Nic {
    let (address, mac) = ("10.1.96.2".to_owned(), "5a:00:0a:01:00:02".to_owned());
    Nic { network: id(100), address, prefix: 20, mac }
}

/// A machine that starts from an image in its drive, in which there is nothing.
fn spec() -> MachineSpec {
    MachineSpec {
        size: Size { vcpus: 1, ram_mb: 64, disk_gb: 10 },
        image: Image { kind: "iso".into(), id: id(200).to_string() },
        ..MachineSpec::default()
    }
}

/// An image with a kernel, as far as one sees who does not start it; and one for drives.
fn prepare(data: &Path) {
    let base = data.join("images/debian-12");
    let root = base.join("rootfs");
    let hook = root.join("etc/initramfs-tools/scripts/init-bottom");
    for directory in [&root.join("boot"), &hook, &data.join("copies").join(id(200).to_string())] {
        std::fs::create_dir_all(directory).unwrap();
    }
    let facts = r#"{"from": "a test", "size_bytes": 1, "cloud_init": false, "kernel": true}"#;
    std::fs::write(base.join("image.json"), facts).unwrap();
    for file in ["boot/vmlinuz-6.1.0-9", "boot/initrd.img-6.1.0-9", "boot/vmlinuz-6.1.0-10"] {
        std::fs::write(root.join(file), "").unwrap();
    }
    std::fs::write(hook.join("kettle"), "").unwrap();
    let image = data.join("copies").join(id(200).to_string()).join("image");
    std::fs::write(image, vec![0; 1 << 20]).unwrap();
}

async fn open(data: &Path) -> Qemu {
    let net = Net::open(data.join("networks")).await.unwrap();
    Qemu::open(data, net, BTreeMap::new(), false).await.unwrap()
}

fn runs(data: &Path) -> Vec<Process> {
    command::all().into_iter().filter(|(at, _)| at.starts_with(data)).map(|(_, it)| it).collect()
}

#[test]
fn a_machine_goes_on_without_kettle_and_leaves_nothing_when_it_goes() {
    const NAME: &str = "a_machine_goes_on_without_kettle_and_leaves_nothing_when_it_goes";
    alone(NAME, |data| async move {
        prepare(&data);
        let qemu = open(&data).await;
        let machines: &dyn Machines = &qemu;
        machines.create(id(1), &spec(), &public()).await.unwrap();
        let machine = machines.observe(id(1)).await.unwrap().unwrap();
        assert!(machine.running && machine.iso == Some(id(200)));
        let first = runs(&data);
        assert_eq!(first.len(), 1);
        // Who asks again changes nothing.
        machines.create(id(1), &spec(), &public()).await.unwrap();
        assert_eq!(runs(&data), first);
        drop(qemu);
        let qemu = open(&data).await;
        let machines: &dyn Machines = &qemu;
        machines.connect(id(1), &public(), &[nic()]).await.unwrap();
        assert_eq!(runs(&data), first, "a link comes while it runs");
        let machine = machines.observe(id(1)).await.unwrap().unwrap();
        assert!(machine.running && machine.nics == [nic()]);
        let mut qmp = qemu.0.speak(id(1)).await.unwrap().unwrap();
        assert_eq!(
            devices(&mut qmp).await.unwrap().iter().filter(|it| it.ends_with('p')).count(),
            2
        );
        drop(qmp);
        // It has no system that would switch itself off.
        qemu.0.end(id(1)).await.unwrap();
        machines.resize(id(1), Size { disk_gb: 20, ..spec().size }).await.unwrap();
        let (bytes, _) = disk::facts(&qemu.0.disk(id(1))).await.unwrap();
        assert_eq!((bytes >> 30, runs(&data).len()), (20, 1));
        assert!(qemu.there().await.unwrap().contains(&id(1)));
        qemu.sweep(id(1)).await.unwrap();
        assert!(runs(&data).is_empty() && machines.observe(id(1)).await.unwrap().is_none());
        assert!(!data.join("machines").join(id(1).to_string()).exists());
        assert!(qemu.0.net.there().await.unwrap().is_empty());
    });
}

#[test]
fn a_machine_whose_router_is_gone_starts_anew() {
    alone("a_machine_whose_router_is_gone_starts_anew", |data| async move {
        prepare(&data);
        let qemu = open(&data).await;
        let machines: &dyn Machines = &qemu;
        machines.create(id(1), &spec(), &public()).await.unwrap();
        let (first, router) = (runs(&data), qemu.0.net.router());
        drop(qemu);
        let name = router.file_name().unwrap().to_owned();
        let gone = Command::new("ip").args(["netns", "delete"]).arg(name).status().unwrap();
        assert!(gone.success());
        let qemu = open(&data).await;
        // It has no system that switches itself off when it is asked to: it is given its time.
        let again = async {
            while runs(&data) == first || qemu.0.qemu(id(1)).is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), again).await.unwrap();
        let mut links = Command::new("ip");
        links.args(["netns", "exec"]).arg(router.file_name().unwrap()).args(["ip", "-o", "link"]);
        let links = links.output().unwrap();
        let links = String::from_utf8_lossy(&links.stdout).into_owned();
        // Somebody has its tap open.
        let is_open = |link: &str| link.contains("0000p: ") && link.contains("LOWER_UP");
        assert!(links.lines().any(is_open), "{links}");
    });
}

#[test]
fn volumes_and_copies_are_disks_of_their_own() {
    alone("volumes_and_copies_are_disks_of_their_own", |data| async move {
        prepare(&data);
        let qemu = open(&data).await;
        let (machines, disks, images): (&dyn Machines, &dyn Disks, &dyn Images) =
            (&qemu, &qemu, &qemu);
        machines.create(id(1), &spec(), &public()).await.unwrap();
        disks.create(id(2), 40, None).await.unwrap();
        disks.call(id(2), "ewr-2f5d7a314fe44f").await.unwrap();
        for _ in 0..2 {
            disks.attach(id(2), Some(id(1))).await.unwrap();
        }
        assert_eq!(disks.observe(id(2)).await.unwrap().unwrap().attached_to, Some(id(1)));
        let mut qmp = qemu.0.speak(id(1)).await.unwrap().unwrap();
        assert!(devices(&mut qmp).await.unwrap().contains("dev-ewr-2f5d7a314fe44f"));
        drop(qmp);
        disks.grow(id(2), 50).await.unwrap();
        for (copy, source) in [(3, Source::Machine(id(1))), (4, Source::Disk(id(2)))] {
            let made = async {
                loop {
                    images.create(id(copy), &source, 0).await.unwrap();
                    let seen = images.observe(id(copy)).await.unwrap();
                    if let Some(seen) = seen.filter(|seen| seen.ready) {
                        return seen;
                    }
                    tokio::task::yield_now().await;
                }
            };
            let seen = tokio::time::timeout(Duration::from_secs(60), made).await.unwrap();
            assert!(seen.source == source && seen.size_bytes > 0);
        }
        // The machine goes, and what was plugged into it stays.
        machines.remove(id(1)).await.unwrap();
        disks.attach(id(2), None).await.unwrap();
        let of = crate::copies::disk_of(&qemu.0, id(4));
        assert_eq!(disk::facts(&of).await.unwrap().0 >> 30, 50);
        disks.create(id(5), 60, Some(id(4))).await.unwrap();
        let (path, ..) = crate::volumes::where_is(&qemu.0, id(5)).unwrap();
        assert_eq!(disk::facts(&path).await.unwrap().0 >> 30, 60);
        let image = |id: Uuid| Image { kind: "snapshot".into(), id: id.to_string() };
        assert_eq!(machines.refuses(&image(id(3))), None);
        assert!(machines.refuses(&image(id(99))).unwrap().contains("holds no disk"));
        for one in qemu.there().await.unwrap() {
            qemu.sweep(one).await.unwrap();
        }
        assert!(qemu.there().await.unwrap().is_empty());
    });
}

#[test]
fn what_cannot_be_is_said_before_anything_is_promised() {
    alone("what_cannot_be_is_said_before_anything_is_promised", |data| async move {
        let net = Net::open(data.join("networks")).await.unwrap();
        let without = Qemu::open(&data, net.clone(), BTreeMap::new(), false).await.unwrap_err();
        assert!(without.to_string().contains("kettle image build debian-12 --kernel"), "{without}");
        prepare(&data);
        std::fs::create_dir_all(data.join("machines").join(id(1).to_string()).join("upper"))
            .unwrap();
        let containers = Qemu::open(&data, net.clone(), BTreeMap::new(), false).await.unwrap_err();
        assert!(containers.to_string().contains("`--machines nspawn` runs them"), "{containers}");
        std::fs::remove_dir_all(data.join("machines")).unwrap();
        let qemu = Qemu::open(&data, net, BTreeMap::new(), false).await.unwrap();
        assert!(matches!(qemu.0.accel, Accel::Kvm(_)) || qemu.real().contains("slowly ("));
        let machines: &dyn Machines = &qemu;
        let refused = |kind: &str, id: &str| {
            machines.refuses(&Image { kind: kind.into(), id: id.into() }).unwrap()
        };
        assert!(refused("ipxe", "http://x").contains("name a system"));
        assert!(refused("os", "240").contains("no image here can be `240`"));
        // The newest kernel that is whole.
        let kernel = qemu.0.bases.kernel("debian-12").unwrap();
        assert!(kernel.image.ends_with("boot/vmlinuz-6.1.0-9"), "{kernel:?}");
        std::fs::remove_file(&kernel.initrd).unwrap();
        assert_eq!(qemu.0.bases.kernel("debian-12"), None);
    });
}
