//! The load generator: one thread, plain HTTP/1.1 over kept connections, bounded in time.
//!
//! It does as little as it can for each answer, so that what is measured is the server.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::process;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server and what it is asked.
#[derive(Clone)]
pub(crate) struct Design {
    pub(crate) address: SocketAddr,
    /// The server's process, whose time on the processors is counted.
    pub(crate) process: u32,
    /// Whole requests, sent in turn.
    pub(crate) requests: Arc<Vec<Vec<u8>>>,
    pub(crate) connections: usize,
}

/// What one round measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Answers a second.
    pub(crate) rate: f64,
    /// What 99 of 100 answers took at most.
    pub(crate) p99: Duration,
    /// The server's time on the processors for each answer, in microseconds.
    pub(crate) cost: f64,
}

/// A request with the owner's key.
pub(crate) fn get(path: &str) -> Vec<u8> {
    let key = process::KEY;
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n").into()
}

/// A request with the owner's key and a JSON body.
pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    let (key, length) = (process::KEY, body.len());
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into()
}

/// A form without a key, as a browser sends it.
pub(crate) fn form(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into()
}

/// A page of a browser that has signed in.
pub(crate) fn with_cookie(path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n").into()
}

/// Sends one request, and returns the answer as it came.
pub(crate) fn ask(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    while length(&answer)?.is_none_or(|length| answer.len() < length) {
        let mut piece = [0; 1 << 16];
        match stream.read(&mut piece)? {
            0 => bail!("the server hung up"),
            n => answer.extend_from_slice(&piece[..n]),
        }
    }
    Ok(answer)
}

/// Puts a server under load for a while.
pub(crate) fn run(design: &Design, time: Duration) -> Result<Figures> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let used = process::used(design.process)?;
    let start = Instant::now();
    let taken = runtime.block_on(async {
        let each = (0..design.connections)
            .map(|n| tokio::spawn(connection(design.clone(), n, start + time)));
        let mut taken = Vec::new();
        for connection in each.collect::<Vec<_>>() {
            let whole = tokio::time::timeout(time + PATIENCE, connection).await;
            taken.extend(whole.context("the server does not answer")???);
        }
        anyhow::Ok(taken)
    });
    let (mut taken, elapsed) = (taken?, start.elapsed());
    let used = process::used(design.process)?.saturating_sub(used);
    ensure!(!taken.is_empty(), "there was no answer at all");
    taken.sort_unstable();
    let count = taken.len() as f64;
    Ok(Figures {
        rate: count / elapsed.as_secs_f64(),
        p99: taken[taken.len() * 99 / 100],
        cost: used.as_secs_f64() * 1e6 / count,
    })
}

/// Asks again and again until it is late: what each answer took.
async fn connection(design: Design, first: usize, until: Instant) -> Result<Vec<Duration>> {
    let mut stream = tokio::net::TcpStream::connect(design.address).await?;
    stream.set_nodelay(true)?;
    let mut answer = Vec::with_capacity(1 << 18);
    let mut taken = Vec::new();
    let requests = design.requests.iter().cycle().skip(first).step_by(design.connections);
    for request in requests {
        let start = Instant::now();
        if start >= until {
            break;
        }
        stream.write_all(request).await?;
        answer.clear();
        let mut whole = None;
        while whole.is_none_or(|length| answer.len() < length) {
            ensure!(stream.read_buf(&mut answer).await? > 0, "the server hung up");
            whole = match whole {
                None => length(&answer)?,
                known => known,
            };
        }
        taken.push(start.elapsed());
    }
    Ok(taken)
}

/// How long an answer is with its head; none: its head is not whole yet. Refusals are errors: a
/// benchmark of refusals would be fast.
fn length(answer: &[u8]) -> Result<Option<usize>> {
    let Some(head) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&answer[..head])?;
    // Who signs in to the console is led to its first page.
    let is_well = ["HTTP/1.1 2", "HTTP/1.1 303"].iter().any(|status| text.starts_with(status));
    ensure!(is_well, "{}", String::from_utf8_lossy(answer));
    let body = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    Ok(Some(head + 4 + body.context("an answer without a length")??))
}
