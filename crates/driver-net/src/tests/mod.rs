//! What machines see of their networks. Each test runs in a process of its own, within a network namespace
//! that is made for it; machines are processes that wait in namespaces of theirs.

mod firewalls;
mod gateways;
mod leaks;
mod machines;
mod reach;
mod rooms;
mod taps;

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use drivers::{Nic, PublicIpv4, PublicIpv6, PublicNic};
use uuid::Uuid;

use crate::run::Space;
use crate::{End, Net};

const ALONE: &str = "KETTLE_TEST_NET_ALONE";

/// Runs the test of this name, which calls this, in namespaces of its own.
fn alone<F: Future<Output = ()>>(name: &str, test: impl FnOnce() -> F) {
    if std::env::var_os(ALONE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(async {
            // Names of namespaces are files: those of this test are not to be seen by anyone else.
            std::fs::create_dir_all("/run/netns").unwrap();
            Space::Host.run("mount", &["-t", "tmpfs", "none", "/run/netns"], "").await.unwrap();
            Space::Host.ip(&["link set lo up".to_owned()]).await.unwrap();
            test().await;
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

fn possible() -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("it takes root".into());
    }
    let programs = [
        ("ip", "-V"),
        ("nft", "--version"),
        ("nsenter", "--version"),
        ("unshare", "--version"),
        ("ping", "-V"),
    ];
    for (program, version) in programs {
        let ran = Command::new(program).arg(version).stdout(Stdio::null()).status();
        ran.map_err(|error| format!("`{program}`: {error}"))?;
    }
    let made = Command::new("unshare").args(["--net", "--mount", "true"]).status();
    match made.map_err(|error| error.to_string())?.success() {
        true => Ok(()),
        false => Err("no namespaces can be made here".into()),
    }
}

/// A stand-in for a machine: a process that waits in a network namespace.
struct Machine {
    id: Uuid,
    process: Child,
    space: Space,
}

impl Machine {
    fn begin(id: Uuid) -> Self {
        let mut process = Command::new("unshare")
            .args(["--net", "--", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Once it answers, it is where it should be.
        process.stdin.as_mut().unwrap().write_all(b"there\n").unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let space = Space::Process(i32::try_from(process.id()).unwrap());
        Self { id, process, space }
    }

    /// One that is plugged in and runs.
    async fn started(net: &Net, id: Uuid, public: &PublicNic, nics: &[Nic]) -> Self {
        let machine = Self::begin(id);
        machine.space.ip(&["link set lo up".to_owned()]).await.unwrap();
        let ends = net.plug(id, public, nics).await.unwrap();
        machine.take(net, &ends).await;
        machine
    }

    async fn take(&self, net: &Net, ends: &[End]) {
        for end in ends {
            assert!(end.interface.len() <= 15, "{}", end.interface);
            net.0.move_in(&self.space, end).await.unwrap();
        }
    }

    fn leader(&self) -> i32 {
        i32::try_from(self.process.id()).unwrap()
    }

    async fn pings(&self, to: &str) -> bool {
        pings(&self.space, to).await
    }

    async fn reaches(&self, to: &str) -> bool {
        reaches(&self.space, to).await
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether one gets through before long: the kernel takes its time to wake a link that was just made, and
/// until then packets are lost.
async fn reaches(space: &Space, to: &str) -> bool {
    for _ in 0..8 {
        if pings(space, to).await {
            return true;
        }
    }
    false
}

/// Whether a packet gets through.
async fn pings(space: &Space, to: &str) -> bool {
    space.run("ping", &["-n", "-c", "1", "-W", "1", to], "").await.is_ok()
}

/// A server in a namespace.
async fn listen(space: &Space, at: &str) -> TcpListener {
    let at: SocketAddr = at.parse().unwrap();
    space.inside(move || TcpListener::bind(at)).await.unwrap()
}

/// A connection from a namespace, within a second.
async fn connect(space: &Space, to: &str) -> std::io::Result<TcpStream> {
    let to: SocketAddr = to.parse().unwrap();
    space.inside(move || TcpStream::connect_timeout(&to, Duration::from_secs(1))).await
}

/// Where datagrams arrive in a namespace.
async fn hears(space: &Space, at: &str) -> UdpSocket {
    let at: SocketAddr = at.parse().unwrap();
    let socket = space.inside(move || UdpSocket::bind(at)).await.unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket
}

/// Sends a datagram from an address that the namespace has.
async fn say(space: &Space, from: &str, to: &str, what: &'static str) {
    let (from, to): (SocketAddr, SocketAddr) = (from.parse().unwrap(), to.parse().unwrap());
    let send = move || UdpSocket::bind(from)?.send_to(what.as_bytes(), to);
    space.inside(send).await.unwrap();
}

/// The next datagram.
fn heard(socket: &UdpSocket) -> String {
    let mut bytes = [0; 100];
    let (length, _) = socket.recv_from(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

/// Sends a byte there and another back.
fn answers(one: &mut TcpStream, other: &mut TcpStream) {
    use std::io::Read;
    for stream in [&*one, &*other] {
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    }
    let mut byte = [0];
    one.write_all(b"a").unwrap();
    other.read_exact(&mut byte).unwrap();
    other.write_all(b"b").unwrap();
    one.read_exact(&mut byte).unwrap();
    assert_eq!(byte, *b"b");
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x1111_2222_3333_4444_5555_0000_0000_0000 + n)
}

/// The public interface of a machine with the nth address of a network, and the nth IPv6 network.
fn public(n: u8) -> PublicNic {
    let address = Ipv4Addr::new(198, 18, 92, n);
    let network = Ipv6Addr::new(0x2001, 0xdb8, 7, n.into(), 0, 0, 0, 0);
    PublicNic {
        mac: format!("56:00:c6:12:5c:{n:02x}"),
        ipv4: vec![ip(address)],
        ipv6: vec![PublicIpv6 {
            network,
            address: Ipv6Addr::from_bits(network.to_bits() + 0x5400_00ff_fe12_5c00 + u128::from(n)),
        }],
        firewall: None,
    }
}

fn ip(address: Ipv4Addr) -> PublicIpv4 {
    let gateway = Ipv4Addr::from_bits((address.to_bits() & 0xffff_fe00) + 1);
    PublicIpv4 { address, prefix: 23, gateway: Some(gateway) }
}

/// The nth address in a private network.
fn nic(network: Uuid, n: u8) -> Nic {
    let [.., last] = *network.as_bytes();
    let mac = format!("5a:00:0a:01:{last:02x}:{n:02x}");
    Nic { network, address: format!("10.1.96.{n}"), prefix: 20, mac }
}
