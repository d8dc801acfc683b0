//! What a kernel finds beside its own first files: an archive in front of them, which what is in the base
//! reads when it has found the root (see `driver_nspawn::Bases`).

use std::io::{self, Write};

/// Files are padded to this, and the whole to the other, as the kernel reads them.
const WORD: usize = 4;
const BLOCK: usize = 512;
/// Where they are found.
const HOME: &str = "kettle";

/// Writes an archive with these files in a directory of their own.
pub(crate) fn write(to: &mut impl Write, files: &[(&str, Vec<u8>)]) -> io::Result<()> {
    const DIRECTORY: u32 = 0o040_700;
    const FILE: u32 = 0o100_700;
    let mut archive = Vec::new();
    entry(&mut archive, 1, HOME, DIRECTORY, &[]);
    for (place, (name, bytes)) in files.iter().enumerate() {
        entry(&mut archive, place + 2, &format!("{HOME}/{name}"), FILE, bytes);
    }
    entry(&mut archive, 0, "TRAILER!!!", 0, &[]);
    archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    to.write_all(&archive)
}

/// One file, as `cpio` writes it (format `newc`).
fn entry(archive: &mut Vec<u8>, number: usize, name: &str, mode: u32, bytes: &[u8]) {
    let (mode, links) = (mode as usize, 1);
    let nothing = 0;
    let words = [
        number,
        mode,
        nothing,
        nothing,
        links,
        nothing,
        bytes.len(),
        nothing,
        nothing,
        nothing,
        nothing,
        name.len() + 1,
        nothing,
    ];
    archive.extend(b"070701");
    for word in words {
        archive.extend(format!("{word:08x}").bytes());
    }
    archive.extend(name.bytes());
    archive.push(0);
    archive.resize(archive.len().next_multiple_of(WORD), 0);
    archive.extend(bytes);
    archive.resize(archive.len().next_multiple_of(WORD), 0);
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn what_is_written_is_aligned_and_read_by_cpio() {
        let mut archive = Vec::new();
        write(&mut archive, &[("setup", b"true\n".to_vec()), ("x.tar", vec![7; 1001])]).unwrap();
        assert_eq!(archive.len() % BLOCK, 0);
        assert!(archive.starts_with(b"070701"));
        let place = tempfile::tempdir().unwrap();
        let mut cpio = Command::new("cpio");
        cpio.args(["--extract", "--quiet", "--make-directories"]).current_dir(place.path());
        let Ok(mut cpio) = cpio.stdin(Stdio::piped()).spawn() else {
            eprintln!("SKIPPED: there is no cpio to read it");
            return;
        };
        cpio.stdin.take().unwrap().write_all(&archive).unwrap();
        assert!(cpio.wait().unwrap().success());
        let read = |name: &str| std::fs::read(place.path().join(HOME).join(name)).unwrap();
        assert_eq!((read("setup"), read("x.tar")), (b"true\n".to_vec(), vec![7; 1001]));
    }
}
