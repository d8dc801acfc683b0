//! What holds whenever Kettle ends. Each test runs in namespaces of its own, with machines of a small system
//! that is made of this host's own programs.

mod crashes;
mod system;

use std::path::Path;
use std::process::{Command, Stdio};

const ALONE: &str = "KETTLE_TEST_MACHINES_ALONE";
/// Mounts as containers want them: /sys of the new network, only to be read, with the control groups where
/// they were.
const APART: &str = r#"set -e
cgroups=$(mktemp -d)
mount --rbind /sys/fs/cgroup "$cgroups"
mount -o ro -t sysfs sys /sys
mount --rbind "$cgroups" /sys/fs/cgroup
umount -l "$cgroups"
rmdir "$cgroups"
mkdir -p /run/netns
mount -t tmpfs none /run/netns
ip link set lo up
"$@""#;

/// Runs the test of this name, which calls this, where it has a network, mounts and processes of its own: all
/// of them end with it.
fn alone(name: &str, test: impl FnOnce()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    if let Err(why) = possible() {
        eprintln!("SKIPPED {name}: {why}");
        return;
    }
    let output = Command::new("unshare")
        .args(["--net", "--mount", "--propagation", "slave", "--pid", "--fork", "--kill-child"])
        .args(["--mount-proc", "--", "sh", "-c", APART, "apart"])
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
    let programs = ["systemd-nspawn", "ip", "nft", "nsenter", "unshare", "ldd", "tar"];
    for program in programs {
        let mut command = Command::new(program);
        let ran = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        ran.status().map_err(|error| format!("`{program}`: {error}"))?;
    }
    let made =
        Command::new("unshare").args(["--net", "--mount", "--pid", "--fork", "true"]).status();
    match made.map_err(|error| error.to_string())?.success() {
        true => Ok(()),
        false => Err("no namespaces can be made here".into()),
    }
}

/// What a program says.
fn said(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// All that is there of machines and networks on this host, as far as it has a name.
fn everything(home: &Path) -> String {
    let names = |text: String| -> Vec<String> {
        // Hardware addresses of our sides are the kernel's choice.
        let mut names: Vec<_> = text
            .lines()
            .filter_map(|line| line.split(['@', ' ']).next())
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    };
    let mut all = format!("links {:?}\n", names(said("ip", &["-br", "link"])));
    // The kernel lists the elements of a set as it likes.
    let sorted = |text: String| {
        let mut parts: Vec<_> = text.split([',', '\n', '{', '}', '=']).map(str::trim).collect();
        parts.sort_unstable();
        parts.join("\n")
    };
    all += &sorted(said("nft", &["list", "ruleset"]));
    for space in said("ip", &["netns"]).lines().filter_map(|line| line.split(' ').next()) {
        let file = format!("--net=/run/netns/{space}");
        all += &format!("{space} {:?}\n", names(said("nsenter", &[&file, "ip", "-br", "link"])));
        all += &sorted(said("nsenter", &[&file, "nft", "list", "ruleset"]));
        all += &said("nsenter", &[&file, "ip", "route"]);
        let find = format!(
            "find /sys/fs/cgroup/{space} /sys/fs/cgroup/*/{space} -type d 2>/dev/null | sort"
        );
        all += &format!("control groups {}\n", said("sh", &["-c", &find]));
    }
    let roots = crate::process::all().into_keys();
    let roots: Vec<_> = roots.filter(|root| root.starts_with(home)).collect();
    all += &format!("machines {roots:?}\nmounts {:?}\n", crate::files::mounts_below(home).unwrap());
    let programs = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        entry.file_name().to_str()?.parse::<u32>().ok()?;
        std::fs::read_to_string(entry.path().join("comm")).ok()
    });
    let programs = programs.filter(|name| ["tar", "systemd-nspawn", "init"].contains(&name.trim()));
    all + &format!("programs {}\n", programs.count())
}
