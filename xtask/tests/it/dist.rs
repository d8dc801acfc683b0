//! What is handed to others: that its bytes depend on nothing but what is in them, that the image is
//! one, and that no binary is handed out that runs on the builder's machine alone.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tar::{Archive, EntryType};
use xtask::dist::archive::{self, Entry, sha256};
use xtask::dist::image::Image;
use xtask::dist::{self, elf};

/// Noon of a day in 2026.
const TIME: u64 = 1_780_315_200;

fn image() -> Image<'static> {
    Image { program: b"a program", version: "1.2.3", architecture: "x86_64", time: TIME }
}

/// The files of an archive by their paths.
fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in Archive::new(archive).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        let mut data = Vec::new();
        entry.read_to_end(&mut data).unwrap();
        found.insert(path, data);
    }
    found
}

fn json(data: &[u8]) -> Value {
    serde_json::from_slice(data).unwrap()
}

#[test]
fn an_archive_says_nothing_of_who_made_it_and_when() {
    let long = format!("{}page.1", "a-long-name-of-a-directory/".repeat(8));
    let make = || {
        let entries = [
            Entry::program("kettle", b"program".to_vec()),
            Entry::text(long.clone(), b"words".to_vec()),
        ];
        archive::gzip(&archive::tar(&entries, TIME).unwrap()).unwrap()
    };
    let made = make();
    assert_eq!(made, make());
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(made.as_slice()).read_to_end(&mut plain).unwrap();
    assert_eq!(files(&plain).keys().collect::<Vec<_>>(), [long.as_str(), "kettle"]);
    for entry in Archive::new(plain.as_slice()).entries().unwrap() {
        let header = entry.unwrap().header().clone();
        assert_eq!(header.mtime().unwrap(), TIME);
        assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
        assert_eq!(header.username().unwrap(), Some(""));
    }
}

#[test]
fn the_image_is_whole_and_always_the_same() {
    let made = image().archive().unwrap();
    assert_eq!(made, image().archive().unwrap());
    let files = files(&made);
    for (path, data) in &files {
        if let Some(digest) = path.strip_prefix("blobs/sha256/").filter(|name| !name.is_empty()) {
            assert_eq!(sha256(data), digest);
        }
    }
    let blob = |described: &Value| {
        let digest = described["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        let data = &files[&format!("blobs/sha256/{digest}")];
        assert_eq!(described["size"], data.len());
        data
    };
    assert_eq!(json(&files["oci-layout"])["imageLayoutVersion"], "1.0.0");
    let index = json(&files["index.json"]);
    let manifest = json(blob(&index["manifests"][0]));
    let config = json(blob(&manifest["config"]));
    let mut layer = Vec::new();
    let packed = blob(&manifest["layers"][0]).as_slice();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut layer).unwrap();
    assert_eq!(config["rootfs"]["diff_ids"][0], format!("sha256:{}", sha256(&layer)));
    assert_eq!(config["architecture"], "amd64");
    assert_eq!(config["created"], "2026-06-01T12:00:00Z");
    assert_eq!(config["config"]["Entrypoint"][0], "/kettle");
    assert_eq!(config["config"]["Cmd"][0], "serve");

    // A volume must belong to who writes into it, and nobody needs to be root.
    let user = config["config"]["User"].as_str().unwrap();
    let mut seen = Vec::new();
    for entry in Archive::new(layer.as_slice()).entries().unwrap() {
        let header = entry.unwrap().header().clone();
        let path = header.path().unwrap().to_string_lossy().into_owned();
        let is_directory = header.entry_type() == EntryType::Directory;
        seen.push((path, header.mode().unwrap(), is_directory, header.uid().unwrap()));
    }
    let owner: u64 = user.split(':').next().unwrap().parse().unwrap();
    assert_ne!(owner, 0);
    let entry =
        |path: &str, mode, is_directory, owner| (path.to_owned(), mode, is_directory, owner);
    assert_eq!(
        seen,
        [
            entry("data/", 0o700, true, owner),
            entry("kettle", 0o755, false, 0),
            entry("tmp/", 0o1777, true, 0)
        ]
    );
    assert!(config["config"]["Volumes"]["/data"].is_object());

    let docker = json(&files["manifest.json"]);
    assert!(files.contains_key(docker[0]["Config"].as_str().unwrap()));
    assert!(files.contains_key(docker[0]["Layers"][0].as_str().unwrap()));
}

#[test]
fn other_peoples_tools_read_the_image() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("kettle.oci.tar");
    std::fs::write(&file, image().archive().unwrap()).unwrap();
    for kind in ["oci-archive", "docker-archive"] {
        let place = format!("{kind}:{}", file.display());
        let output = match Command::new("skopeo").args(["inspect", &place]).output() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                eprintln!("SKIPPED: there is no skopeo to read the image");
                return;
            }
            output => output.unwrap(),
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told = json(&output.stdout);
        assert_eq!((&told["Architecture"], &told["Os"]), (&"amd64".into(), &"linux".into()));
        assert_eq!(told["Layers"].as_array().unwrap().len(), 1);
        // It copies only what has the digest that it should have.
        let copy = directory.path().join(kind);
        let mut skopeo = Command::new("skopeo");
        skopeo.args(["--insecure-policy", "copy", "--quiet", &place]);
        let output = skopeo.arg(format!("dir:{}", copy.display())).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_machine_that_images_have_no_word_for_is_refused() {
    let error = Image { architecture: "vax", ..image() }.archive().unwrap_err();
    assert!(error.to_string().contains("vax"), "{error}");
}

#[test]
fn a_binary_that_needs_others_libraries_is_not_handed_out() {
    // As every binary that is built without further words.
    let this = std::env::current_exe().unwrap();
    let loader = elf::loader(&std::fs::read(&this).unwrap()).unwrap().unwrap();
    assert!(Path::new(&loader).is_absolute(), "{loader}");
    let out = tempfile::tempdir().unwrap();
    let error = dist::write(&this, "x86_64-unknown-linux-musl", out.path()).unwrap_err();
    assert!(error.to_string().contains(&format!("is not static: it needs {loader}")), "{error}");
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0, "nothing was written");
}

#[test]
fn whether_a_binary_is_static_is_read_from_its_head() {
    // A head with one part, whose kind is the number at 64.
    let mut program = vec![0; 64 + 56];
    program[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
    program[32] = 64;
    program[54] = 56;
    program[56] = 1;
    program[64] = 1;
    assert_eq!(elf::loader(&program).unwrap(), None);
    program[64] = 3;
    program[64 + 8] = 120;
    program[64 + 32] = 7;
    program.extend(b"/lib/l\0");
    assert_eq!(elf::loader(&program).unwrap().as_deref(), Some("/lib/l"));
    program.truncate(122);
    assert!(elf::loader(&program).is_err(), "its head leads nowhere");
    let error = elf::loader(b"#!/bin/sh").unwrap_err().to_string();
    assert_eq!(error, "it is no program for Linux on a 64-bit machine");
}
