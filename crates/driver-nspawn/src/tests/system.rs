//! A system small enough to be made at once: this host's own shell, with an init that sets up the network as
//! networkd would.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::said;

const PROGRAMS: [&str; 4] = ["sh", "ip", "cat", "sleep"];
const INIT: &str = r#"#!/bin/sh
for file in /etc/systemd/network/*.network; do
  mac= addresses=
  while IFS='= ' read -r key value; do
    case $key in
      MACAddress) mac=$value ;;
      Address) addresses="$addresses $value" ;;
    esac
  done <"$file"
  for link in /sys/class/net/*; do
    [ "$(cat "$link/address")" = "$mac" ] || continue
    for address in $addresses; do ip address add "$address" dev "${link##*/}"; done
    ip link set "${link##*/}" up
  done
done
while :; do sleep 1000; done
"#;

/// Makes it, as an image of a data directory.
pub(super) fn make(data: &Path, name: &str) {
    let place = data.join("images").join(name);
    let root = place.join("rootfs");
    let mut files = BTreeSet::new();
    for program in PROGRAMS {
        let path = std::env::var_os("PATH").unwrap();
        let found = std::env::split_paths(&path).map(|at| at.join(program)).find(|it| it.is_file());
        let found = found.unwrap();
        // `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)`, `/lib64/ld-linux-x86-64.so.2 (0x...)`
        let libraries = said("ldd", &[found.to_str().unwrap()]);
        let words = libraries.split_whitespace().filter(|word| word.starts_with('/'));
        files.extend(words.map(PathBuf::from));
        put(&root.join("bin").join(program), fs::read(&found).unwrap());
    }
    for file in files {
        put(&root.join(file.strip_prefix("/").unwrap()), fs::read(&file).unwrap());
    }
    put(&root.join("sbin/init"), INIT.into());
    put(&root.join("usr/lib/os-release"), "ID=small\n".into());
    put(&root.join("etc/os-release"), "ID=small\n".into());
    for directory in ["mnt", "proc", "sys", "dev", "run", "tmp", "root", "var"] {
        fs::create_dir_all(root.join(directory)).unwrap();
    }
    let facts = r#"{"from": "this host", "size_bytes": 0, "cloud_init": false}"#;
    fs::write(place.join("image.json"), facts).unwrap();
}

fn put(path: &Path, bytes: Vec<u8>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
