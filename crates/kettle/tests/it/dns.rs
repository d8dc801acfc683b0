//! `--dns`: where a person finds it, and what is said where it cannot be.

use std::net::UdpSocket;
use std::process::Command;

use api::domains::CreateDomain;

use crate::support::{LONG, Server, fails, kettle, serve};

/// The port that the server's line names.
fn port(server: &Server) -> Option<u16> {
    let line =
        server.said.lines().find_map(|line| line.strip_prefix("  dns    dig @127.0.0.1 -p "));
    line.map(|line| line.strip_suffix(" DOMAIN").expect("a command to complete").parse().unwrap())
}

/// What answers a question for the address of a name: its code, and how many records say so.
fn ask(port: u16, name: &str) -> (u8, u8) {
    let mut question = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        question.push(u8::try_from(label.len()).unwrap());
        question.extend(label.as_bytes());
    }
    question.extend([0, 0, 1, 0, 1]);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(LONG)).unwrap();
    socket.send_to(&question, ("127.0.0.1", port)).unwrap();
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).unwrap();
    assert!(length > 12 && answer[..2] == [0, 7]);
    (answer[3] & 0xf, answer[7])
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn domains_resolve_where_the_server_says() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(&mut serve(directory.path()), directory.path());
    let port = port(&server).unwrap_or_else(|| panic!("it is on: {}", server.said));
    assert_eq!(ask(port, "shop.example"), (5, 0), "refused, as nobody has it");
    let ip = Some("192.0.2.1".parse::<std::net::IpAddr>().unwrap().into());
    let domain = CreateDomain { domain: "shop.example".into(), ip, ..CreateDomain::default() };
    server.client().send(domain).await.unwrap();
    assert_eq!(ask(port, "shop.example"), (0, 1));
    let mut status = kettle(directory.path());
    let told = run(status.args(["status", "--data"]).arg(directory.path()));
    assert!(told.contains(&format!("  dns      127.0.0.1:{port}\n")), "{told}");
    // A command on the same directory is told, too.
    let mut exec = kettle(directory.path());
    exec.args(["exec", "--data"]).arg(directory.path());
    let told = run(exec.args(["--", "/bin/sh", "-c", "echo $KETTLE_DNS"]));
    assert_eq!(told.trim(), format!("127.0.0.1:{port}"));
}

#[test]
fn it_can_be_off_or_at_an_address_of_ones_own() {
    let directory = tempfile::tempdir().unwrap();
    let off = Server::start(serve(directory.path()).args(["--dns", "off"]), directory.path());
    assert_eq!(port(&off), None, "{}", off.said);
    assert!(!off.said.contains("  dns"), "{}", off.said);
    assert!(off.stop().success());
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (_, told) = fails(serve(directory.path()).args(["--dns", &address]));
    assert!(told.contains(&format!("cannot answer DNS on {address}")), "{told}");
    assert!(told.contains("`--dns 127.0.0.1:0` takes any free port"), "{told}");
    drop(taken);
    let there = Server::start(serve(directory.path()).args(["--dns", &address]), directory.path());
    assert_eq!(port(&there), address.rsplit(':').next().unwrap().parse().ok());
    let (_, told) = fails(serve(directory.path()).args(["--dns", "nowhere"]));
    assert!(told.contains("write an address such as 127.0.0.1:8753"), "{told}");
}

#[test]
fn a_command_of_ones_own_server_is_told_where() {
    let directory = tempfile::tempdir().unwrap();
    let mut exec = kettle(directory.path());
    exec.args(["exec", "--ephemeral", "--data"]).arg(directory.path());
    let told = run(exec.args(["--", "/bin/sh", "-c", "echo $KETTLE_DNS"]));
    assert!(
        told.trim().parse::<std::net::SocketAddr>().is_ok_and(|at| at.ip().is_loopback()),
        "{told}"
    );
    let mut exec = kettle(directory.path());
    exec.args(["exec", "--ephemeral", "--dns", "off", "--data"]).arg(directory.path());
    assert_eq!(run(exec.args(["--", "/bin/sh", "-c", "echo $KETTLE_DNS"])).trim(), "");
}
