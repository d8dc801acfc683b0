//! What is handed to others: a static binary with its man pages, completions and papers as a
//! tar.gz, an OCI image of that binary, and the digests of both.
//!
//! The same binary and the same commit give the same bytes.

pub mod archive;
pub mod elf;
pub mod image;

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};

use archive::Entry;
use image::Image;

/// The version of all that is in this workspace.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The papers that go with the binary.
const PAPERS: &[&str] = &["CHANGELOG.md", "LICENSE", "README.md"];
/// The shells, and the names under which they look for completions.
const SHELLS: &[(&str, &str)] =
    &[("bash", "kettle.bash"), ("fish", "kettle.fish"), ("zsh", "_kettle")];

/// Makes all of it in `target/dist`.
///
/// # Errors
/// When something that is needed is not on this machine, or the binary is not what it must be.
pub fn run(args: &[&str]) -> Result<ExitCode> {
    let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let binary = match args {
        [] => build(&target)?,
        ["--binary", file] => PathBuf::from(file),
        other => bail!("dist takes --binary FILE, not: {}", other.join(" ")),
    };
    let directory = crate::root().join("target/dist");
    for path in write(&binary, &target, &directory)? {
        println!("{}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the binary; where it is.
fn build(target: &str) -> Result<PathBuf> {
    let libraries =
        said(Command::new("rustc").args(["--print", "target-libdir", "--target", target]))?;
    let mut missing = Vec::new();
    if !Path::new(libraries.trim()).is_dir() {
        missing.push(format!("Rust's standard library for {target}: rustup target add {target}"));
    }
    let named = format!("CC_{}", target.replace('-', "_"));
    if std::env::var_os(&named).is_none()
        && Command::new("musl-gcc").arg("--version").output().is_err()
    {
        missing.push(format!(
            "a C compiler for it, since SQLite and ring have parts in C: on Debian, apt-get install musl-tools; \
             elsewhere, name one in {named}"
        ));
    }
    if !missing.is_empty() {
        bail!("this machine cannot build a static binary; it needs\n- {}", missing.join("\n- "));
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--locked", "--package", "kettle", "--target", target]);
    // C compilers write the day where a source asks for it, as the allocator's does.
    command.env("SOURCE_DATE_EPOCH", time()?.to_string());
    let status = command.current_dir(crate::root()).status().context("cargo cannot be started")?;
    ensure!(status.success(), "the binary does not build");
    let built =
        std::env::var_os("CARGO_TARGET_DIR").map_or(crate::root().join("target"), PathBuf::from);
    Ok(built.join(target).join("release/kettle"))
}

/// Writes what is handed out of `binary`, built for `target`, into `directory`; what was written.
///
/// # Errors
/// When the binary is not static, or of another version, or something cannot be written.
pub fn write(binary: &Path, target: &str, directory: &Path) -> Result<Vec<PathBuf>> {
    let program = std::fs::read(binary).with_context(|| binary.display().to_string())?;
    let loader = elf::loader(&program).with_context(|| binary.display().to_string())?;
    if let Some(loader) = loader {
        bail!(
            "{} is not static: it needs {loader} and the libraries of the machine that it was built on; build it for {target}",
            binary.display()
        );
    }
    let version = said(Command::new(binary).arg("--version"))?;
    ensure!(
        version.trim() == format!("kettle {VERSION}"),
        "{} says that it is {}, and this is kettle {VERSION}",
        binary.display(),
        version.trim()
    );
    let time = time()?;
    let name = format!("kettle-{VERSION}-{target}");
    let architecture = target.split('-').next().unwrap_or(target);
    let image = Image { program: &program, version: VERSION, architecture, time }.archive()?;
    let mut entries = vec![Entry::program(format!("{name}/kettle"), program)];
    entries.extend(
        papers(binary)?.into_iter().map(|(path, data)| Entry::text(format!("{name}/{path}"), data)),
    );
    let archive = archive::gzip(&archive::tar(&entries, time)?)?;

    let files = [(format!("{name}.tar.gz"), archive), (format!("{name}.oci.tar"), image)];
    let digests: String =
        files.iter().map(|(name, data)| format!("{}  {name}\n", archive::sha256(data))).collect();
    let files = files.into_iter().chain([("SHA256SUMS".to_owned(), digests.into_bytes())]);
    std::fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
    let mut written = Vec::new();
    for (name, data) in files {
        let path = directory.join(name);
        std::fs::write(&path, data).with_context(|| path.display().to_string())?;
        written.push(path);
    }
    Ok(written)
}

/// All that goes with the binary, each with its path, in their order.
fn papers(binary: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut papers = Vec::new();
    for paper in PAPERS {
        let path = crate::root().join(paper);
        let data = std::fs::read(&path).with_context(|| path.display().to_string())?;
        papers.push(((*paper).to_owned(), data));
    }
    for (shell, file) in SHELLS {
        // The script is to call what is on the PATH, not what stands here.
        let script = said(Command::new(binary).arg0("kettle").args(["completions", shell]))?;
        papers.push((format!("completions/{file}"), script.into_bytes()));
    }
    let pages = tempfile::tempdir()?;
    said(Command::new(binary).arg("man").arg(pages.path()))?;
    for entry in std::fs::read_dir(pages.path())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        papers.push((format!("man/man1/{name}"), std::fs::read(entry.path())?));
    }
    papers.sort();
    Ok(papers)
}

/// What a program prints.
fn said(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?} cannot be started"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} fails: {}", errors.trim());
    String::from_utf8(output.stdout).with_context(|| format!("{command:?} prints no text"))
}

/// How old all that is in an archive is said to be: what `SOURCE_DATE_EPOCH` says, as builds that
/// can be repeated have it, else the time of the commit, else 1970.
fn time() -> Result<u64> {
    if let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") {
        return text.parse().context("SOURCE_DATE_EPOCH is no number of seconds");
    }
    let mut git = Command::new("git");
    git.args(["log", "-1", "--format=%ct"]).current_dir(crate::root());
    Ok(said(&mut git).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0))
}
