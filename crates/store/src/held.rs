//! Files that one process holds at a time.

use std::fs::{File, TryLockError};
use std::time::Duration;

/// How long between looks at a file that another process holds.
const LOOK: Duration = Duration::from_millis(20);
/// How often a file is looked at that another process holds, whoever that is.
const LOOKS: u32 = 10;

/// Locks a file for this process. Where another holds it, it is looked at a few times more, for 0.2 seconds,
/// and as long as `is_ending` says so of that one: what was killed lives a moment longer, closes its files one
/// after the other, and what it was just starting holds all of them until that program begins.
///
/// # Errors
/// When another process goes on holding it, or files cannot be locked there.
pub fn lock(file: &File, mut is_ending: impl FnMut() -> bool) -> Result<(), TryLockError> {
    let mut looks = 0;
    loop {
        let locked = file.try_lock();
        if !matches!(locked, Err(TryLockError::WouldBlock)) || looks >= LOOKS && !is_ending() {
            return locked;
        }
        looks += 1;
        std::thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_ending_is_waited_for_and_who_is_not_keeps_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        let (first, second) = (File::create(&path).unwrap(), File::create(&path).unwrap());
        first.lock().unwrap();
        let mut asked = 0;
        let ends_at_last = || {
            asked += 1;
            if asked == 3 {
                first.unlock().unwrap();
            }
            true
        };
        lock(&second, ends_at_last).unwrap();
        assert_eq!(asked, 3);
        assert!(matches!(lock(&first, || false), Err(TryLockError::WouldBlock)));
    }
}
