//! What is measured, part by part, and the floors.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Bench;
use super::load::{self, Design, Figures};
use super::process::{self, Server};
use super::report::{Floor, Report, median};
use super::seed::{Sample, Subject};

type Part = fn(&mut Bench, &mut Report) -> Result<()>;

/// All parts, in the order of the table.
pub(crate) const ALL: &[(&str, Part)] = &[
    ("regions", regions),
    ("read", read),
    ("page", page),
    ("account", account),
    ("create", create),
    ("ready", ready),
    ("memory", memory),
    ("console", console),
    ("command line", command_line),
    ("world", super::whole::part),
];

/// How many connections are kept.
const CONNECTIONS: usize = 16;
/// How many rows the store of the keyed read has, and the smaller store of the pages.
const MANY: usize = 100_000;
const FEW: usize = 1_000;
/// How many different pages are asked for among many: what is on them fits into what the server keeps.
const PAGES: usize = 512;

fn design(server: &Server, requests: Vec<Vec<u8>>, connections: usize) -> Design {
    let (address, process) = (server.address, server.id());
    Design { address, process, requests: Arc::new(requests), connections }
}

/// The bare route for a design: it answers what that answers to its first request.
fn bare(bench: &Bench, design: &Design, path: &str) -> Result<Server> {
    let answer = load::ask(design.address, &design.requests[0])?;
    Server::bare(path, &answer, &bench.place)
}

/// One design's rate to another's, by round.
fn ratios(these: &[Figures], those: &[Figures]) -> Vec<f64> {
    these.iter().zip(those).map(|(this, that)| this.rate / that.rate).collect()
}

/// The median of these over rounds.
fn ratio(these: &[Figures], those: &[Figures]) -> f64 {
    median(ratios(these, those))
}

fn rate(rounds: &[Figures]) -> String {
    let rate = median(rounds.iter().map(|round| round.rate));
    let cost = median(rounds.iter().map(|round| round.cost));
    format!("{rate:.0}/s at {cost:.1} us of CPU")
}

/// A design's share of the bare route's rate, in the best round: what else the machine does meanwhile
/// makes others worse, and none better.
fn share(
    bench: &Bench,
    report: &mut Report,
    name: &str,
    floor: f64,
    design: Design,
    path: &str,
) -> Result<()> {
    let bare = bare(bench, &design, path)?;
    let beside = Design { address: bare.address, process: bare.id(), ..design.clone() };
    let figures = bench.rounds(&[design, beside])?;
    let shares: Vec<f64> =
        ratios(&figures[0], &figures[1]).into_iter().map(|share| 100.0 * share).collect();
    let (best, middle) = (shares.iter().copied().fold(0.0, f64::max), median(shares));
    let (these, those) = (rate(&figures[0]), rate(&figures[1]));
    let from = format!("best round, median {middle:.1} %; {these}; bare {those}");
    report.add(name, (best, "%"), Floor::AtLeast(floor), from);
    Ok(())
}

fn regions(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let data = bench.directory()?;
    let (kettle, _) = Server::kettle(&bench.kettle, data.path())?;
    let design = design(&kettle, vec![load::get("/v2/regions")], CONNECTIONS);
    share(bench, report, "GET /v2/regions, of a bare route", 60.0, design, "/v2/regions")
}

fn read(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let (directory, seeded) = bench.seeded(MANY)?;
    let path = |id: &dyn std::fmt::Display| format!("{}/{id}", Subject::PATH);
    let requests = seeded.ids.iter().map(|id| load::get(&path(id))).collect();
    let data = directory.path().to_owned();
    let (kettle, _) = Server::kettle(&bench.kettle, &data)?;
    let design = design(&kettle, requests, CONNECTIONS);
    let name = format!("GET {} among {MANY}, of a bare route", path(&"{id}"));
    share(bench, report, &name, 60.0, design, &path(&"{id}"))
}

fn page(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let path = Subject::PATH;
    let rows = bench.options.rows;
    let requests = |cursors: &[String], more: &str| {
        let get = |cursor| load::get(&format!("{path}?per_page=100{more}&cursor={cursor}"));
        cursors.iter().step_by(cursors.len().div_ceil(PAGES)).map(get).collect::<Vec<_>>()
    };
    let (directory, seeded) = bench.seeded(FEW)?;
    let (asked, data) = (requests(&seeded.cursors, ""), directory.path().to_owned());
    let (few, _) = Server::kettle(&bench.kettle, &data)?;
    let few = (design(&few, asked, CONNECTIONS), few);
    let (directory, seeded) = bench.seeded(rows)?;
    let (asked, data) = (requests(&seeded.cursors, ""), directory.path().to_owned());
    // What is owed grows with the time, so nothing of such a page is kept.
    let afresh = requests(&seeded.cursors, "&show_pending_charges=true");
    let (many, _) = Server::kettle(&bench.kettle, &data)?;
    let afresh = design(&many, afresh, CONNECTIONS);
    let many = (design(&many, asked, CONNECTIONS), many);
    let bare = bare(bench, &few.0, path)?;
    let beside = Design { address: bare.address, process: bare.id(), ..few.0.clone() };
    let figures = bench.rounds(&[few.0, many.0, beside, afresh])?;
    let from = format!("{}; {}", rate(&figures[0]), rate(&figures[1]));
    let name = format!("page of 100 of {path}: among {rows} to among {FEW}, in time");
    report.add(name, (ratio(&figures[0], &figures[1]), "x"), Floor::AtMost(1.5), from);
    let shares = |these: usize| (100.0 * ratio(&figures[these], &figures[2]), "%");
    let from = format!("bare {}", rate(&figures[2]));
    report.add(
        format!("the same among {FEW}, of a bare route"),
        shares(0),
        Floor::AtLeast(20.0),
        from,
    );
    let memory = format!("{:.1} MB resident after it", many.1.resident_mb()?);
    report.add(
        format!("the same among {rows}, of a bare route"),
        shares(1),
        Floor::AtLeast(20.0),
        memory,
    );
    let name = format!("the same among {rows} with what is owed, of a bare route");
    report.add(name, shares(3), Floor::None, rate(&figures[3]));
    Ok(())
}

/// What is owed for everything that there is: from sums, so however many there are.
fn account(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let rows = bench.options.rows;
    let data = bench.seeded(rows)?.0.path().to_owned();
    let (kettle, _) = Server::kettle(&bench.kettle, &data)?;
    let one = design(&kettle, vec![load::get("/v2/account")], 1);
    let figures = bench.rounds(&[one])?;
    let time = median(figures[0].iter().map(|round| 1000.0 / round.rate));
    let name = format!("GET /v2/account among {rows}");
    report.add(name, (time, "ms"), Floor::AtMost(5.0), rate(&figures[0]));
    Ok(())
}

fn create(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let data = bench.directory()?;
    let (kettle, _) = Server::kettle(&bench.kettle, data.path())?;
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me";
    let body = serde_json::json!({ "name": "bench", "ssh_key": key }).to_string();
    let one = design(&kettle, vec![load::post("/v2/ssh-keys", &body)], 1);
    let of = |connections| Design { connections, ..one.clone() };
    let figures = bench.rounds(&[one.clone(), of(CONNECTIONS), of(64)])?;
    let show = |rounds: &[Figures]| {
        let p99 = median(rounds.iter().map(|round| round.p99.as_secs_f64() * 1000.0));
        format!("{}, p99 {p99:.1} ms", rate(rounds))
    };
    let from = format!("{}; one alone {}", show(&figures[1]), show(&figures[0]));
    let name = "durable creates over 16 connections, to one";
    report.add(name, (ratio(&figures[1], &figures[0]), "x"), Floor::AtLeast(3.0), from);
    let name = "durable creates over 64 connections, to one";
    report.add(name, (ratio(&figures[2], &figures[0]), "x"), Floor::None, show(&figures[2]));
    Ok(())
}

fn ready(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let rows = bench.options.rows;
    let mut starts = Vec::new();
    for _ in 0..5 {
        let data = bench.directory()?;
        starts.push(Server::kettle(&bench.kettle, data.path())?.1);
    }
    add_time(report, "ready on an empty store", starts, 50.0);
    let data = bench.seeded(rows)?.0.path().to_owned();
    let mut starts = Vec::new();
    for _ in 0..5 {
        starts.push(Server::kettle(&bench.kettle, &data)?.1);
    }
    add_time(report, &format!("ready on {rows} rows"), starts, 500.0);
    Ok(())
}

fn add_time(report: &mut Report, name: &str, times: Vec<Duration>, most: f64) {
    let times: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
    let longest = times.iter().copied().fold(0.0, f64::max);
    let from = format!("median of {}, the longest {longest:.1} ms", times.len());
    report.add(name, (median(times), "ms"), Floor::AtMost(most), from);
}

fn memory(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let data = bench.directory()?;
    let (kettle, _) = Server::kettle(&bench.kettle, data.path())?;
    load::ask(kettle.address, &load::get("/v2/regions"))?;
    std::thread::sleep(Duration::from_millis(500));
    let idle = kettle.resident_mb()?;
    let design = design(&kettle, vec![load::get("/v2/plans")], CONNECTIONS);
    load::run(&design, bench.options.time)?;
    let from = format!("{:.1} MB after load", kettle.resident_mb()?);
    report.add("resident when idle", (idle, "MB"), Floor::AtMost(40.0), from);
    Ok(())
}

fn command_line(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let times = |program: &Path, args: &[&str]| {
        (0..20).map(|_| process::duration(program, args)).collect::<Result<Vec<_>>>()
    };
    let program = bench.kettle.clone();
    for args in [&["--version"][..], &["ssh-key", "list", "--help"]] {
        add_time(report, &format!("kettle {}", args.join(" ")), times(&program, args)?, 10.0);
    }
    Ok(())
}

/// The console, asked by one browser at a time: how long a page of 100 takes, and how much the first page
/// loads.
fn console(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let (directory, _) = bench.seeded(FEW)?;
    let data = directory.path().to_owned();
    let (kettle, _) = Server::kettle(&bench.kettle, &data)?;
    let form = format!("key={}", process::KEY);
    let login = load::ask(kettle.address, &load::form("/console/login", &form))?;
    let login = String::from_utf8_lossy(&login);
    let cookie = login.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    let cookie = cookie.and_then(|cookie| cookie.split(';').next()).context("not signed in")?;
    let page = |path: &str| load::with_cookie(path, cookie);
    let list = page(&format!("/console{}?per_page=100", Subject::PATH));
    let figures = bench.rounds(&[design(&kettle, vec![list], 1)])?.remove(0);
    let slow = figures.iter().map(|round| round.p99.as_secs_f64() * 1000.0);
    let name = format!("console: page of 100 of {} among {FEW}, 99 of 100 within", Subject::PATH);
    report.add(name, (median(slow), "ms"), Floor::AtMost(30.0), rate(&figures));
    let first = load::ask(kettle.address, &page("/console/"))?;
    let text = String::from_utf8_lossy(&first);
    let linked = text.split('"').filter(|word| word.starts_with("/console/assets/"));
    let mut bytes = first.len();
    for address in linked {
        bytes += load::ask(kettle.address, &page(address))?.len();
    }
    let name = "console: what the first page loads, with heads";
    report.add(name, (bytes as f64 / 1000.0, "kB"), Floor::AtMost(120.0), "nothing compressed");
    Ok(())
}
