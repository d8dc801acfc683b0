//! Whether a program needs others' libraries: what is handed out must not.

use anyhow::{Context, Result, ensure};

/// The kind of a program's part that names who is to load its libraries.
const INTERPRETER: u64 = 3;

/// Who must load this program's libraries before it can run; nobody, where it is static.
///
/// # Errors
/// When it is no program for Linux on a 64-bit machine.
pub fn loader(program: &[u8]) -> Result<Option<String>> {
    let is_elf = program.starts_with(&[0x7f, b'E', b'L', b'F', 2, 1]);
    ensure!(is_elf, "it is no program for Linux on a 64-bit machine");
    let (table, size, count) =
        (number(program, 32, 8)?, number(program, 54, 2)?, number(program, 56, 2)?);
    for i in 0..count {
        let at = table + i * size;
        if number(program, at, 4)? == INTERPRETER {
            let (start, length) = (number(program, at + 8, 8)?, number(program, at + 32, 8)?);
            let path = part(program, start, length)?;
            let path = String::from_utf8_lossy(path);
            return Ok(Some(path.trim_end_matches('\0').to_owned()));
        }
    }
    Ok(None)
}

fn part(program: &[u8], start: u64, length: u64) -> Result<&[u8]> {
    let range = usize::try_from(start)?..usize::try_from(start.saturating_add(length))?;
    program.get(range).context("the program's head leads nowhere")
}

/// A number of `width` bytes, the lowest first.
fn number(program: &[u8], at: u64, width: u64) -> Result<u64> {
    let bytes = part(program, at, width)?;
    Ok(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}
