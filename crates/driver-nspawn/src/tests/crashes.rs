//! A driver that ends at any moment: another one begins where it was, and all becomes what it should be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Command;
use std::task::{Context, Poll};
use std::time::Duration;

use driver_net::Net;
use drivers::firewall::{From, Protocol, Rule};
use drivers::{
    Disks, Error, FirewallSpec, Image, Images, MachineSpec, Machines, Nic, Plane, Progress,
    PublicIpv4, PublicNic, Result, Size, Source, Subnet, Things,
};
use uuid::Uuid;

use super::{alone, everything, system};
use crate::{Nspawn, System};

const NAME: &str = "crashes::whenever_it_ends_everything_becomes_what_it_should_be";
/// After how many waits a process ends: 0 is never.
const POINT: &str = "KETTLE_TEST_CRASH";
/// Whether it ends at each of them, one after the other, which takes minutes.
const ALL: &str = "KETTLE_TEST_ALL_CRASHES";
const HOME: &str = "KETTLE_TEST_HOME";
/// At how many of them it ends otherwise.
const POINTS: usize = 8;

#[test]
fn whenever_it_ends_everything_becomes_what_it_should_be() {
    let Some(point) = std::env::var(POINT).ok().and_then(|point| point.parse().ok()) else {
        return alone(NAME, everywhere);
    };
    let home = PathBuf::from(std::env::var_os(HOME).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let life = Ending { work: Box::pin(life(&home)), point, waits: 0 };
    let waits = runtime.block_on(life);
    // What is under way is dropped where it stands.
    drop(runtime);
    match waits {
        Some(waits) => std::fs::write(home.join("waits"), waits.to_string()).unwrap(),
        None => std::process::exit(ENDED),
    }
}

/// How a process ends that was stopped in good order.
const ENDED: i32 = 77;

fn everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    system::make(home, "small");
    let begin = |point: usize| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", &format!("tests::{NAME}"), "--nocapture"]);
        command.env(POINT, point.to_string()).env(HOME, home).status().unwrap()
    };
    let undisturbed = || {
        assert!(begin(0).success(), "it does not come to its end");
        let told = std::fs::read_to_string(home.join("told")).unwrap();
        std::fs::remove_file(home.join("told")).unwrap();
        std::fs::remove_file(home.join("stage")).unwrap();
        for folder in ["machines", "volumes", "copies", "networks/plugged", "networks/firewalls"] {
            let left: Vec<_> = std::fs::read_dir(home.join(folder)).unwrap().flatten().collect();
            assert!(left.is_empty(), "{left:?}");
        }
        (told, everything(home))
    };
    let (told, after) = undisturbed();
    assert!(after.contains("machines []\nmounts []\nprograms 0\n"), "{after}");
    let waits: usize = std::fs::read_to_string(home.join("waits")).unwrap().parse().unwrap();
    let step = if std::env::var_os(ALL).is_some() { 1 } else { waits.div_ceil(POINTS) };
    let mut ended = 0;
    for point in (step / 2 + 1..waits).step_by(step) {
        let status = begin(point);
        ended += usize::from(!status.success());
        assert!(status.success() || status.code().is_none_or(|code| code == ENDED), "{status}");
        let (again, left) = undisturbed();
        assert_eq!(again, told, "ending after {point} of {waits} waits makes a difference");
        assert_eq!(left, after, "ending after {point} of {waits} waits leaves something");
    }
    assert!(ended >= POINTS / 2, "it ended {ended} times");
}

/// Work that ends after so many waits: by a kill, or, every second time, in that it is dropped.
struct Ending<F> {
    work: Pin<Box<F>>,
    point: usize,
    waits: usize,
}

impl<F: Future<Output = ()>> Future for Ending<F> {
    /// How many waits there were; none: it was dropped.
    type Output = Option<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<usize>> {
        if self.work.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(self.waits));
        }
        self.waits += 1;
        if self.waits == self.point {
            if self.point.is_multiple_of(2) {
                return Poll::Ready(None);
            }
            let me = rustix::process::getpid();
            let _ = rustix::process::kill_process(me, rustix::process::Signal::KILL);
        }
        Poll::Pending
    }
}

/// What should be, at one time.
#[derive(Clone, Default)]
struct Wish {
    machines: BTreeMap<Uuid, Wanted>,
    volumes: BTreeMap<Uuid, Option<Uuid>>,
    copies: BTreeMap<Uuid, Source>,
    groups: BTreeSet<Uuid>,
}

#[derive(Clone)]
struct Wanted {
    spec: MachineSpec,
    public: PublicNic,
    nics: Vec<Nic>,
    is_on: bool,
    installs: u64,
}

fn id(n: u8) -> Uuid {
    Uuid::from_fields(0x6b74_6372, n.into(), 0x4000, &[0x80, 0, 0, 0, 0, 0, 0, n])
}

fn ids() -> [Uuid; 8] {
    [1, 2, 3, 10, 11, 20, 30, 40].map(id)
}

fn public(n: u8) -> PublicNic {
    let ip = PublicIpv4 {
        address: [198, 18, 92, n].into(),
        prefix: 23,
        gateway: Some([198, 18, 92, 1].into()),
    };
    PublicNic { mac: format!("56:00:c6:12:5c:{n:02x}"), ipv4: vec![ip], ..PublicNic::default() }
}

fn wanted(n: u8) -> Wanted {
    let image = Image { kind: "os".into(), id: "1".into() };
    let size = Size { vcpus: 1, ram_mb: 512, disk_gb: 10 };
    let hostname = format!("m{n}");
    let spec = MachineSpec { size, image, hostname, ..MachineSpec::default() };
    Wanted { spec, public: public(n), nics: Vec::new(), is_on: true, installs: 0 }
}

fn nic(n: u8) -> Nic {
    let mac = format!("5a:00:0a:01:00:{n:02x}");
    Nic { network: id(40), address: format!("10.1.96.{n}"), prefix: 20, mac }
}

/// What should be, one after the other.
fn wishes() -> Vec<Wish> {
    let [a, b, c, volume, other, copy, group, _] = ids();
    let mut all = Vec::new();
    let mut wish = Wish::default();
    let mut then = |change: &dyn Fn(&mut Wish)| {
        change(&mut wish);
        all.push(wish.clone());
    };
    then(&|wish| {
        let second = Wanted { nics: vec![nic(4)], ..wanted(8) };
        wish.machines = [(a, wanted(7)), (b, second)].into();
        wish.volumes = [(volume, Some(a)), (other, None)].into();
    });
    then(&|wish| {
        wish.groups.insert(group);
        wish.machines.get_mut(&a).unwrap().public.firewall = Some(group);
        wish.machines.get_mut(&a).unwrap().nics.push(nic(3));
        wish.machines.get_mut(&b).unwrap().is_on = false;
    });
    then(&|wish| {
        wish.copies.insert(copy, Source::Machine(a));
        wish.machines.get_mut(&b).unwrap().spec.size.ram_mb = 1024;
    });
    then(&|wish| {
        let mut made = wanted(9);
        made.spec.image = Image { kind: "snapshot".into(), id: copy.to_string() };
        wish.machines.insert(c, made);
        wish.volumes.insert(volume, Some(b));
        wish.volumes.insert(other, Some(a));
    });
    then(&|wish| {
        wish.machines.remove(&a);
        wish.volumes.insert(other, None);
        let restored = wish.machines.get_mut(&b).unwrap();
        restored.spec.image = Image { kind: "snapshot".into(), id: copy.to_string() };
        (restored.is_on, restored.installs) = (true, 1);
    });
    then(&|wish| *wish = Wish::default());
    all
}

/// Begins where the last one was, and brings all about that is left.
async fn life(home: &Path) {
    let mut outside = Outside::begin(home).await;
    let stage = home.join("stage");
    let done: usize =
        std::fs::read_to_string(&stage).ok().and_then(|it| it.parse().ok()).unwrap_or_default();
    let wishes = wishes();
    for (place, wish) in wishes.iter().enumerate().skip(done) {
        outside.bring_about(wish).await;
        if place == 0 {
            outside.write();
        }
        if place + 2 == wishes.len() {
            std::fs::write(home.join("told"), outside.told().await).unwrap();
        }
        std::fs::write(&stage, (place + 1).to_string()).unwrap();
    }
}

/// The drivers, asked as the control plane asks them.
struct Outside {
    home: PathBuf,
    net: Net,
    machines: Nspawn,
}

impl Outside {
    async fn begin(home: &Path) -> Self {
        let net = Net::open(home.join("networks")).await.unwrap();
        let system = System { name: "Small".into(), base: Some("small".into()) };
        let systems = [("1".to_owned(), system)].into();
        let machines = Nspawn::open(home, net.clone(), systems, false).unwrap();
        Self { home: home.to_owned(), net, machines }
    }

    /// Takes steps until all is as it should be.
    async fn bring_about(&mut self, wish: &Wish) {
        let mut failed = Vec::new();
        for _ in 0..600 {
            match self.step(wish).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error @ (Error::Outside(_) | Error::Missing { .. })) => {
                    failed.push(error.to_string());
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
        panic!("it never becomes what it should be: {failed:?}");
    }

    /// Whether there was anything to do.
    async fn step(&self, wish: &Wish) -> Result<bool> {
        let mut is_busy = false;
        for group in &wish.groups {
            let seen = Things::<FirewallSpec>::observe(&self.net, *group).await?;
            if seen.is_none_or(|seen| seen.spec.is_none()) {
                is_busy = true;
                Things::create(&self.net, *group, &rules()).await?;
            }
        }
        for (id, source) in &wish.copies {
            match Images::observe(&self.machines, *id).await? {
                Some(copy) if copy.ready => {}
                Some(_) => {
                    is_busy = true;
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                None => {
                    is_busy = true;
                    Images::create(&self.machines, *id, source, 0).await?;
                }
            }
        }
        for (id, wanted) in &wish.machines {
            is_busy |= self.machine(*id, wanted).await?;
        }
        for (id, machine) in &wish.volumes {
            match Disks::observe(&self.machines, *id).await? {
                None => Disks::create(&self.machines, *id, 10, None).await?,
                Some(disk) if disk.attached_to != *machine => {
                    Disks::attach(&self.machines, *id, *machine).await?;
                }
                Some(_) => continue,
            }
            is_busy = true;
        }
        Ok(self.remove_others(wish).await? || is_busy)
    }

    async fn machine(&self, id: Uuid, wanted: &Wanted) -> Result<bool> {
        let all = &self.machines;
        let Some(seen) = Machines::observe(all, id).await? else {
            Machines::create(all, id, &wanted.spec, &wanted.public).await?;
            return Ok(true);
        };
        if seen.install != wanted.installs {
            all.install(id, wanted.installs, &wanted.spec).await?;
        } else if seen.spec.size != wanted.spec.size {
            all.resize(id, wanted.spec.size).await?;
        } else if seen.public != wanted.public || seen.nics != wanted.nics {
            all.connect(id, &wanted.public, &wanted.nics).await?;
        } else if seen.running && !wanted.is_on {
            Machines::stop(all, id).await?;
        } else if !seen.running && wanted.is_on {
            all.start(id).await?;
        } else if seen.running && seen.progress != Progress::Ready {
            tokio::time::sleep(Duration::from_millis(10)).await;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Removes what nobody wants, as the control plane does when it begins.
    async fn remove_others(&self, wish: &Wish) -> Result<bool> {
        let all = wish.machines.keys().chain(wish.volumes.keys()).chain(wish.copies.keys());
        let wanted: BTreeSet<_> = all.chain(&wish.groups).copied().collect();
        let mut is_busy = false;
        for plane in [&self.machines as &dyn Plane, &self.net] {
            for id in plane.there().await?.into_iter().filter(|id| ids().contains(id)) {
                if !wanted.contains(&id) {
                    is_busy = true;
                    plane.sweep(id).await?;
                }
            }
        }
        Ok(is_busy)
    }

    /// Leaves something in a machine and on a volume.
    fn write(&self) {
        let [a, _, _, volume, ..] = ids();
        let machine = self.home.join("machines").join(a.to_string()).join("root/root/kept");
        std::fs::write(machine, "of the machine").unwrap();
        let volume = self.home.join("volumes").join(volume.to_string()).join("files/kept");
        std::fs::write(volume, "of the volume").unwrap();
    }

    /// What there is when nearly all is done.
    async fn told(&self) -> String {
        let mut told = String::new();
        for id in ids() {
            let machine = Machines::observe(&self.machines, id).await.unwrap();
            let volume = Disks::observe(&self.machines, id).await.unwrap();
            let copy = Images::observe(&self.machines, id).await.unwrap();
            let copy = copy.map(|copy| copy.source);
            let _ = writeln!(told, "{id}: {machine:?} {volume:?} {copy:?}");
            let Some(leader) = crate::at(&self.home, id).and_then(|here| here.leader) else {
                continue;
            };
            // As the machine itself sees it.
            let root = format!("/proc/{leader}/root");
            let text = |path: PathBuf| std::fs::read_to_string(path).unwrap_or_default();
            let volumes = std::fs::read_dir(format!("{root}/mnt")).unwrap().flatten();
            let volumes: Vec<_> =
                volumes.map(|entry| (entry.file_name(), text(entry.path().join("kept")))).collect();
            let (kept, name) = (
                text(format!("{root}/root/kept").into()),
                text(format!("{root}/etc/hostname").into()),
            );
            let addresses = super::said(
                "nsenter",
                &[&format!("--net=/proc/{leader}/ns/net"), "ip", "-4", "-br", "addr"],
            );
            let addresses: Vec<_> =
                addresses.split_whitespace().filter(|word| word.contains('/')).collect();
            let _ = writeln!(told, "  {name:?} {kept:?} {volumes:?} {addresses:?}");
        }
        told + &everything(&self.home)
    }
}

/// ssh from everywhere.
fn rules() -> FirewallSpec {
    let from = From::Network(Subnet { address: [0, 0, 0, 0].into(), prefix: 0 });
    let rule = Rule { protocol: Protocol::Tcp, ports: Some((22, 22)), from, is_v6: false };
    FirewallSpec { rules: vec![rule] }
}
