//! What HAProxy says of itself, asked at its socket.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use uuid::Uuid;

/// The socket, in the load balancer's directory.
pub(crate) const SOCKET: &str = "haproxy.sock";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a path of a socket may be anywhere.
const LONGEST: usize = 100;

/// Asks one thing.
async fn ask(place: &Path, command: &str) -> io::Result<String> {
    let asked = async {
        let mut stream = connect(&place.join(SOCKET)).await?;
        stream.write_all(format!("{command}\n").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    };
    tokio::time::timeout(PATIENCE, asked).await.map_err(io::Error::from)?
}

/// Connects to a socket, also where its path is too long to be told to the system.
async fn connect(path: &Path) -> io::Result<UnixStream> {
    use std::os::fd::AsRawFd;
    if path.as_os_str().len() < LONGEST {
        return UnixStream::connect(path).await;
    }
    let directory = std::fs::File::open(path.parent().unwrap_or(path))?;
    UnixStream::connect(format!("/proc/self/fd/{}/{SOCKET}", directory.as_raw_fd())).await
}

/// What it was told to say of itself: which configuration it has.
pub(crate) async fn description(place: &Path) -> Option<String> {
    let info = ask(place, "show info").await.ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("description: "));
    line.map(|line| line.trim().to_owned())
}

/// Which machines work, as it has found out by now, and why one does not; one works that works on any port.
pub(crate) async fn health(place: &Path) -> Option<BTreeMap<Uuid, (bool, String)>> {
    Some(read_health(&ask(place, "show stat").await.ok()?))
}

fn read_health(table: &str) -> BTreeMap<Uuid, (bool, String)> {
    let mut lines = table.lines();
    let names: Vec<&str> =
        lines.next().unwrap_or_default().trim_start_matches("# ").split(',').collect();
    let mut health = BTreeMap::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let field = |name: &str| {
            let place = names.iter().position(|other| *other == name);
            place.and_then(|place| fields.get(place)).copied().unwrap_or_default()
        };
        let Ok(id) = field("svname").parse::<Uuid>() else { continue };
        // `UP`, `UP 1/3`, `DOWN`, `DOWN 1/2`; `no check` is up.
        let status = field("status");
        let works = status.starts_with("UP") || status.starts_with("no check");
        let why = why(field("check_status"), field("last_chk"));
        let known = health.entry(id).or_insert((works, why));
        known.0 |= works;
    }
    health
}

/// Why a machine does not work, in words; what is not known here is told as it was said.
fn why(status: &str, said: &str) -> String {
    // A check that goes on is told with the one before.
    let words = match status.trim_start_matches("* ") {
        "L4TOUT" => "no connection comes about in time",
        "L4CON" => "no connection comes about",
        "L6TOUT" | "L6RSP" => "it speaks no TLS",
        "L7TOUT" => "it does not answer in time",
        "L7RSP" => "its answer is no HTTP",
        "L7STS" => "it answers with an error",
        other => other,
    };
    if said.is_empty() { words.to_owned() } else { format!("{words} ({said})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_works_that_works_on_any_port() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let table = format!(
            "# pxname,svname,status,check_status,last_chk\nf80,FRONTEND,OPEN,,\n\
             b80,{one},DOWN,L4CON,Connection refused\nb80,{other},UP,L7OK,\n\
             b443,{one},UP 1/2,L4OK,\nb443,{other},UP,L4OK,\nb443,BACKEND,UP,,\n\n"
        );
        let health = read_health(&table);
        assert_eq!(health.len(), 2);
        assert!(health[&one].0 && health[&other].0);
        let health = read_health(&table.replace("UP 1/2", "DOWN"));
        assert_eq!(health[&one], (false, "no connection comes about (Connection refused)".into()));
        assert_eq!(read_health(""), BTreeMap::new());
        assert_eq!(why("* L7TOUT", ""), "it does not answer in time");
    }
}
