//! The processes that are measured. Each is ended, by its own id, when its handle goes.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::load;

/// The owner's key in every data directory.
pub(crate) const KEY: &str = "BENCHBENCHBENCHBENCHBENCHBENCHBENCH7";
/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have gone by itself; either way it is gone then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts `kettle serve` on a data directory; also how long it took until it answered.
    pub(crate) fn kettle(program: &Path, data: &Path) -> Result<(Self, Duration)> {
        let ready = data.join("ready");
        // What an earlier server left behind when it was killed.
        let _ = std::fs::remove_file(&ready);
        let start = Instant::now();
        let mut command = Command::new(program);
        command.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0"]);
        command.arg("--ready-file").arg(&ready).env("KETTLE_KEY", KEY);
        // What it tells of each request goes where `--detach` has it go.
        let log =
            std::fs::File::options().append(true).create(true).open(data.join("serve.log"))?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().with_context(|| format!("cannot start {program:?}"))?;
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        while start.elapsed() < PATIENCE {
            if let Some(exit) = server.child.try_wait()? {
                let said = std::fs::read_to_string(data.join("serve.log")).unwrap_or_default();
                anyhow::bail!("kettle serve ended: {exit}\n{said}");
            }
            if let Ok(url) = std::fs::read_to_string(&ready) {
                let address = url.trim().trim_start_matches("http://");
                server.address = address.parse().with_context(|| url.clone())?;
                load::ask(server.address, &load::get("/_kettle/health"))?;
                return Ok((server, start.elapsed()));
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        anyhow::bail!("kettle serve does not get ready")
    }

    /// Starts the bare route, which answers on `path` what Kettle answered.
    pub(crate) fn bare(path: &str, answer: &[u8], place: &Path) -> Result<Self> {
        let file = tempfile::NamedTempFile::new_in(place)?;
        std::fs::write(file.path(), answer)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bare", path]).arg(file.path()).stdout(Stdio::piped());
        let mut child = command.stdin(Stdio::null()).spawn()?;
        let mut line = String::new();
        let out = child.stdout.take().context("it was asked for")?;
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        BufReader::new(out).read_line(&mut line)?;
        ensure!(!line.is_empty(), "the bare route does not start");
        server.address = line.trim().parse()?;
        Ok(server)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The memory that it holds, in megabytes.
    pub(crate) fn resident_mb(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kb = line.and_then(|line| line.split_whitespace().next()).context("no VmRSS")?;
        Ok(kb.parse::<f64>()? / 1024.0)
    }
}

/// The time that a process has spent on the processors.
pub(crate) fn used(process: u32) -> Result<Duration> {
    /// Linux counts for user space in hundredths of a second, whatever the kernel's own rate.
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold spaces; behind it, user and system time are 12th and 13th.
    let (_, rest) = stat.rsplit_once(')').context("no such stat")?;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<u32>);
    Ok(TICK * ticks.sum::<Result<u32, _>>()?)
}

/// How long a program takes from its start to its end.
pub(crate) fn duration(program: &Path, args: &[&str]) -> Result<Duration> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let exit = command.status()?;
    ensure!(exit.success(), "{program:?} {args:?} ended: {exit}");
    Ok(start.elapsed())
}
