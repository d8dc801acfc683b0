//! The serial console of a virtual machine, in this terminal.

use std::io::{ErrorKind, IsTerminal, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cli::{Exit, Failure};
use driver_qemu::Here;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// What leaves it: Ctrl-].
const LEAVE: u8 = 0x1d;
/// How much of what it has said before is shown.
const SHOWN: usize = 2000;
/// How long what was typed by a program is answered after its end.
const ANSWER: Duration = Duration::from_secs(3);

/// A terminal that hands over each key as it is typed, until this is dropped.
struct Raw(Termios);

impl Raw {
    fn begin() -> Option<Self> {
        let before = tcgetattr(std::io::stdin()).ok()?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(std::io::stdin(), OptionalActions::Now, &raw).ok()?;
        Some(Self(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Shows what the machine says, and types there what is typed here.
pub(super) async fn talk(name: &str, here: &Here) -> Result<Exit, Failure> {
    if !here.runs {
        return Err(Failure::Answer(format!(
            "`{name}` is off; `kettle instance start` switches it on"
        )));
    }
    let stream = here.connect().await.and_then(|stream| {
        let stream = stream.into_std()?;
        stream.set_nonblocking(false)?;
        Ok(stream)
    });
    let talked = stream.and_then(|stream| show(name, here, stream));
    talked.map_err(|error| {
        Failure::Answer(format!("the serial console of `{name}` cannot be had: {error}"))
    })?;
    Ok(Exit::Ok)
}

fn show(name: &str, here: &Here, mut machine: UnixStream) -> std::io::Result<()> {
    let is_terminal = std::io::stdin().is_terminal();
    let mut output = std::io::stdout();
    if is_terminal {
        cli::print_note(&format!("the serial console of {name}; Ctrl-] leaves it"));
        let said = std::fs::read(&here.said).unwrap_or_default();
        output.write_all(&said[said.len().saturating_sub(SHOWN)..])?;
        output.flush()?;
    }
    let _raw = is_terminal.then(Raw::begin).flatten();
    // What a program has to say comes to an end; a person says when it does.
    let is_over = Arc::new(AtomicBool::new(false));
    let (to, over) = (machine.try_clone()?, is_over.clone());
    std::thread::spawn(move || {
        let _ = hand_over(to, is_terminal);
        over.store(true, Ordering::Relaxed);
    });
    machine.set_read_timeout(Some(ANSWER))?;
    let mut said = vec![0; 1 << 14];
    loop {
        match machine.read(&mut said) {
            Ok(0) => return Ok(()),
            Ok(length) => output.write_all(&said[..length])?,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if is_over.load(Ordering::Relaxed) {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        output.flush()?;
    }
}

/// Hands over what is typed, to its end.
fn hand_over(mut to: UnixStream, is_terminal: bool) -> std::io::Result<()> {
    let (mut input, mut typed) = (std::io::stdin(), vec![0; 1 << 10]);
    loop {
        let length = input.read(&mut typed)?;
        let keys = &typed[..length];
        let end = keys.iter().position(|key| is_terminal && *key == LEAVE);
        // What ends a line in a file is not what the key for it sends.
        let key = |key: &u8| if !is_terminal && *key == b'\n' { b'\r' } else { *key };
        let sent: Vec<u8> = keys[..end.unwrap_or(length)].iter().map(key).collect();
        to.write_all(&sent)?;
        if end.is_some() {
            return to.shutdown(Shutdown::Both);
        }
        if length == 0 {
            return Ok(());
        }
    }
}
