//! The kernel's control groups, in the older hierarchy or the newer one: what a machine may use at most of
//! memory and processor time, and what its own systemd sorts its processes by.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use drivers::Size;
use uuid::Uuid;

const CGROUPS: &str = "/sys/fs/cgroup";
/// What processor time is shared out by, in microseconds.
const PERIOD: u64 = 100_000;
const MB: u64 = 1 << 20;

/// Held while groups are made or removed: the one that they are in comes with the first, and goes with the last.
static CHANGING: Mutex<()> = Mutex::new(());

/// A group in one hierarchy, and what is written there.
struct Group {
    directory: PathBuf,
    limits: Vec<(&'static str, String)>,
}

/// The groups of a machine, in those of this Kettle: another one of this host has others.
fn groups(top: &Path, ours: &str, id: Uuid, size: Size) -> Vec<Group> {
    let memory = (u64::from(size.ram_mb) * MB).to_string();
    let time = PERIOD * u64::from(size.vcpus);
    let is_sized = size.ram_mb > 0 && size.vcpus > 0;
    let group = |under: &Path, limits: Vec<_>| Group {
        directory: under.join(ours).join(id.to_string()),
        limits: if is_sized { limits } else { Vec::new() },
    };
    if top.join("cgroup.controllers").exists() {
        let limits = vec![("memory.max", memory), ("cpu.max", format!("{time} {PERIOD}"))];
        return vec![group(top, limits)];
    }
    // In the older hierarchy these are apart. A machine's systemd has groups of its own below the one that it
    // finds itself in: were that another machine's, too, each would end what the other starts.
    let own = ["systemd", "unified"].map(|name| top.join(name)).into_iter();
    let mut groups: Vec<_> =
        own.filter(|under| under.exists()).map(|under| group(&under, Vec::new())).collect();
    groups.push(group(&top.join("memory"), vec![("memory.limit_in_bytes", memory)]));
    let cpu = ["cpu", "cpu,cpuacct"].map(|name| top.join(name));
    let cpu = cpu.iter().find(|directory| directory.exists()).unwrap_or(&cpu[0]);
    let limits =
        vec![("cpu.cfs_period_us", PERIOD.to_string()), ("cpu.cfs_quota_us", time.to_string())];
    groups.push(group(cpu, limits));
    groups
}

/// Makes a machine's groups. Gives back those that a process is to join, and why others are not there.
pub(crate) fn make(ours: &str, id: Uuid, size: Size) -> (Vec<PathBuf>, Vec<String>) {
    let (mut made, mut missing) = (Vec::new(), Vec::new());
    if size.ram_mb == 0 || size.vcpus == 0 {
        missing.push("the plan has no size".into());
    }
    let top = Path::new(CGROUPS);
    let _held = CHANGING.lock().expect("no panic while held");
    for group in groups(top, ours, id, size) {
        match make_group(top, &group) {
            Ok(()) => made.push(group.directory.join("cgroup.procs")),
            Err(why) => missing.push(why),
        }
    }
    (made, missing)
}

fn make_group(top: &Path, group: &Group) -> Result<(), String> {
    let failed = |path: &Path, error| format!("{}: {error}", path.display());
    let above = group.directory.parent().unwrap_or(top);
    if !above.parent().is_some_and(Path::exists) {
        return Err(format!("{} is not there", above.parent().unwrap_or(top).display()));
    }
    fs::create_dir_all(above).map_err(|error| failed(above, error))?;
    if top.join("cgroup.controllers").exists() {
        for place in [top, above] {
            let file = place.join("cgroup.subtree_control");
            fs::write(&file, "+memory +cpu").map_err(|error| failed(&file, error))?;
        }
    }
    fs::create_dir_all(&group.directory).map_err(|error| failed(&group.directory, error))?;
    weigh(above);
    for (file, limit) in &group.limits {
        let file = group.directory.join(file);
        fs::write(&file, limit).map_err(|error| failed(&file, error))?;
    }
    Ok(())
}

/// Has each machine count as one of the host's busy processes, where time is scarce. In the older hierarchy all
/// of them together count as one otherwise.
fn weigh(above: &Path) {
    const ONE: usize = 1024;
    let file = above.join("cpu.shares");
    if file.exists() {
        let machines = crate::files::ids(above).map_or(1, |ids| ids.len().max(1));
        // It is no limit: without it machines are slower, and nothing else.
        let _ = fs::write(file, (ONE * machines).to_string());
    }
}

/// The machines that have groups.
pub(crate) fn ids(ours: &str) -> Vec<Uuid> {
    let groups = groups(Path::new(CGROUPS), ours, Uuid::nil(), Size::default()).into_iter();
    let above = groups.filter_map(|group| Some(group.directory.parent()?.to_owned()));
    above.flat_map(|above| crate::files::ids(&above).unwrap_or_default()).collect()
}

/// Takes a machine's groups away: nothing runs in them any more. Tells what stays, for the kernel counts who
/// ended for a moment longer.
pub(crate) fn remove(ours: &str, id: Uuid) -> Option<PathBuf> {
    let _held = CHANGING.lock().expect("no panic while held");
    let mut left = None;
    for group in groups(Path::new(CGROUPS), ours, id, Size::default()) {
        remove_below(&group.directory);
        group.directory.parent().map(weigh);
        // It stays as long as there are others in it.
        let _ = group.directory.parent().map(fs::remove_dir);
        left = left.or(group.directory.exists().then_some(group.directory));
    }
    left
}

/// A group goes as a directory does, after those in it.
fn remove_below(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_below(&entry.path());
        }
    }
    let _ = fs::remove_dir(directory);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_count_as_much_as_processes_do() {
        let above = tempfile::tempdir().unwrap();
        weigh(above.path());
        let shares = above.path().join("cpu.shares");
        assert!(!shares.exists());
        fs::write(&shares, "1024").unwrap();
        for n in 1..=3 {
            fs::create_dir(above.path().join(Uuid::from_u128(n).to_string())).unwrap();
        }
        weigh(above.path());
        assert_eq!(fs::read_to_string(shares).unwrap(), "3072");
    }

    #[test]
    fn both_hierarchies_are_told_the_plan() {
        let top = tempfile::tempdir().unwrap();
        let size = Size { vcpus: 2, ram_mb: 1024, disk_gb: 25 };
        let of = || {
            let groups = groups(top.path(), "kettle-1", Uuid::nil(), size);
            let all = groups.into_iter().flat_map(|group| group.limits);
            all.map(|(file, limit)| format!("{file}={limit}")).collect::<Vec<_>>()
        };
        let old = [
            "memory.limit_in_bytes=1073741824",
            "cpu.cfs_period_us=100000",
            "cpu.cfs_quota_us=200000",
        ];
        assert_eq!(of(), old);
        // Where systemd's own are apart, a machine has one of its own there.
        fs::create_dir(top.path().join("systemd")).unwrap();
        let all = groups(top.path(), "kettle-1", Uuid::nil(), size);
        assert!(
            all[0].directory.starts_with(top.path().join("systemd")) && all[0].limits.is_empty()
        );
        fs::write(top.path().join("cgroup.controllers"), "cpu memory").unwrap();
        assert_eq!(of(), ["memory.max=1073741824", "cpu.max=200000 100000"]);
    }
}
