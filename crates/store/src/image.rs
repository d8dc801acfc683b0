//! All of a store at one moment, as a database of SQLite by itself: a snapshot, or what is exported.
//!
//! Whichever database the store has, its images are the same, so that one of either can be brought into
//! the other. An image says that it is one, by `application_id`, and which format it has, by
//! `user_version`. What is in it reads as it is stored, passwords and keys too.
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::sound::WRONG;
use crate::sqlite::{self, private};
use crate::{Error, Result};

/// What marks an image: `KtlW`.
const MARK: u32 = 0x4b74_6c57;
/// What every database of SQLite begins with, and how long that part is in which it tells what it is.
const BEGINS: &[u8] = b"SQLite format 3\0";
const HEAD: usize = 100;

/// All of a store at one moment.
#[derive(Debug)]
pub struct Image(Form);

#[derive(Debug)]
enum Form {
    Memory(Vec<u8>),
    /// A file, which may go with what is known of it here.
    File {
        path: PathBuf,
        goes: bool,
    },
}

impl Drop for Image {
    fn drop(&mut self) {
        if let Form::File { path, goes: true } = &self.0 {
            for beside in ["", "-journal"] {
                let _ = std::fs::remove_file(private::with(path, beside)); // the next start does
            }
        }
    }
}

impl Image {
    /// One that is kept in memory.
    pub(crate) fn of(mut db: Connection) -> Result<Self> {
        Ok(Self(Form::Memory(db.serialize("main")?.to_vec())))
    }

    pub(crate) fn bytes_of(bytes: Vec<u8>) -> Self {
        Self(Form::Memory(bytes))
    }

    /// One in this file; where it `goes`, the file is removed with it.
    pub(crate) fn file(path: PathBuf, goes: bool) -> Self {
        Self(Form::File { path, goes })
    }

    /// Lets the file have this name from now on, and be there for good.
    pub(crate) fn named(mut self, name: &Path) -> Result<()> {
        let failed = |e| Error::File(name.into(), e);
        match &mut self.0 {
            Form::Memory(bytes) => {
                return Err(failed(io::Error::other(format!(
                    "{} bytes are in no file",
                    bytes.len()
                ))));
            }
            Form::File { path, goes } => {
                std::fs::rename(path, name).map_err(failed)?;
                *goes = false;
            }
        }
        sqlite::sync_name(name)
    }

    /// How long it is, in bytes.
    ///
    /// # Errors
    /// When its file is gone.
    pub fn size(&self) -> Result<u64> {
        match &self.0 {
            Form::Memory(bytes) => Ok(bytes.len() as u64),
            Form::File { path, .. } => {
                let found = std::fs::metadata(path);
                Ok(found.map_err(|e| Error::File(path.clone(), e))?.len())
            }
        }
    }

    /// Reads it from its beginning, byte by byte.
    ///
    /// # Errors
    /// When its file is gone.
    pub fn read(&self) -> Result<Box<dyn Read + Send + '_>> {
        match &self.0 {
            Form::Memory(bytes) => Ok(Box::new(&**bytes)),
            Form::File { path, .. } => {
                let file = File::open(path).map_err(|e| Error::File(path.clone(), e))?;
                Ok(Box::new(file))
            }
        }
    }

    /// A connection that reads it.
    pub(crate) fn open(&self) -> Result<Connection> {
        match &self.0 {
            Form::Memory(_) => {
                let mut db = Connection::open_in_memory()?;
                self.load(&mut db, "main", true)?;
                Ok(db)
            }
            Form::File { path, .. } => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                Ok(Connection::open_with_flags(path, flags)?)
            }
        }
    }

    /// Puts what is kept in memory in the place of a database of a connection.
    fn load(&self, db: &mut Connection, name: &str, is_read_only: bool) -> Result<()> {
        let Form::Memory(bytes) = &self.0 else { return Ok(()) };
        Ok(db.deserialize_read_exact(name, &**bytes, bytes.len(), is_read_only)?)
    }

    /// Attaches it to a connection under this name.
    pub(crate) fn attach(&self, db: &mut Connection, name: &'static str) -> Result<()> {
        match &self.0 {
            Form::Memory(_) => {
                db.execute(&format!("ATTACH ':memory:' AS {name}"), [])?;
                // A transaction that writes elsewhere begins as if it wrote here, too.
                self.load(db, name, false)
            }
            Form::File { path, .. } => attach(db, path, name),
        }
    }

    /// Where it is, in a file; what is in memory is written to this one, which goes with what is
    /// returned.
    pub(crate) fn in_file(&self, new: impl FnOnce() -> PathBuf) -> Result<Self> {
        match &self.0 {
            Form::File { path, .. } => Ok(Self::file(path.clone(), false)),
            Form::Memory(bytes) => {
                let path = new();
                let image = Self::file(path.clone(), true);
                let written = private::open(&path, true).and_then(|mut file| file.write_all(bytes));
                written.map_err(|e| Error::File(path, e))?;
                Ok(image)
            }
        }
    }

    /// The path of its file.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.0 {
            Form::Memory(_) => None,
            Form::File { path, .. } => Some(path),
        }
    }

    /// When it was made, in milliseconds, and how many things are in it.
    pub(crate) fn about(&self) -> Result<(i64, u64)> {
        let db = self.open()?;
        let sql = "SELECT coalesce(sum(total), 0) FROM list WHERE field = '' AND value = ''";
        let things: i64 = db.query_row(sql, [], |r| r.get(0))?;
        let sql = "SELECT saved FROM epoch WHERE id = 1";
        let saved: Option<i64> = db.query_row(sql, [], |r| r.get(0))?;
        Ok((saved.unwrap_or_default(), things.unsigned_abs()))
    }

    /// Brings it to this release's format, where it has an older one.
    pub(crate) fn brought_up(self) -> Result<Self> {
        let found: i64 = self.open()?.query_row("PRAGMA user_version", [], |r| r.get(0))?;
        if found == sqlite::FORMAT {
            return Ok(self);
        }
        match &self.0 {
            Form::Memory(bytes) => {
                let mut db = Connection::open_in_memory()?;
                db.deserialize_read_exact("main", &**bytes, bytes.len(), false)?;
                sqlite::migrate(&db)?;
                Self::of(db)
            }
            Form::File { path, .. } => {
                sqlite::migrate(&Connection::open(path)?)?;
                Ok(self)
            }
        }
    }

    /// Looks through all of what came from elsewhere, and brings it to this release's format.
    ///
    /// # Errors
    /// [`Error::NotAnImage`] and [`Error::Newer`] for what cannot be brought into a store.
    pub(crate) fn checked(self) -> Result<Self> {
        let mut head = Vec::new();
        let read = self.read()?.take(HEAD as u64).read_to_end(&mut head);
        read.map_err(|e| Error::NotAnImage(e.to_string()))?;
        is_an_image(&head)?;
        let damaged = |e: rusqlite::Error| Error::NotAnImage(format!("it is damaged: {e}"));
        let no_more = |image: &Self, format: i64| {
            let db = image.open()?;
            db.execute_batch("PRAGMA trusted_schema = OFF").map_err(damaged)?;
            let found = sqlite::schema(&db).map_err(damaged)?;
            let known = sqlite::schema_of(format)?;
            if found != known {
                let text = "its tables are not those of a world: something else has written it";
                return Err(Error::NotAnImage(text.into()));
            }
            Ok(db)
        };
        let format = i64::from(number(&head, 60));
        if format > sqlite::FORMAT {
            return Err(Error::Newer { found: format, known: sqlite::FORMAT });
        }
        let db = no_more(&self, format)?;
        let sound: String =
            db.query_row("PRAGMA quick_check(1)", [], |r| r.get(0)).map_err(damaged)?;
        if sound != "ok" {
            return Err(Error::NotAnImage(format!("it is damaged: {sound}")));
        }
        drop(db);
        let image = self.brought_up()?;
        let db = no_more(&image, sqlite::FORMAT)?;
        for (what, sql) in WRONG {
            if db.query_row(sql, [], |r| r.get::<_, i64>(0)).map_err(damaged)? > 0 {
                let text = format!("it contradicts itself: there are {what}");
                return Err(Error::NotAnImage(text));
            }
        }
        drop(db);
        Ok(image)
    }
}

/// A number of four bytes in the head of a database.
fn number(head: &[u8], at: usize) -> u32 {
    let bytes = head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    bytes.map(u32::from_be_bytes).unwrap_or_default()
}

/// Whether this is how an image begins.
fn is_an_image(head: &[u8]) -> Result<()> {
    let refuse = |text: &str| Err(Error::NotAnImage(text.into()));
    if head.len() < HEAD || !head.starts_with(BEGINS) {
        return refuse("it is no database of SQLite, which an exported world is");
    }
    if number(head, 68) != MARK {
        return match number(head, 60) {
            1..=99 if head[18] == 2 => refuse(
                "it looks like the database of a data directory, of which other files are a part: \
                 start a server on that directory, and export its world",
            ),
            _ => refuse("it is the database of some other program, and no exported world"),
        };
    }
    match (head[18], head[19]) {
        (1, 1) => Ok(()),
        _ => refuse("another program had it open and has left a part of it in a file beside it"),
    }
}

/// Attaches a file to a connection under this name.
pub(crate) fn attach(db: &Connection, path: &Path, name: &str) -> Result<()> {
    let text = path.to_str().ok_or_else(|| {
        Error::File(path.into(), io::Error::new(io::ErrorKind::InvalidInput, "is no UTF-8"))
    })?;
    db.execute(&format!("ATTACH ? AS {name}"), [text])?;
    Ok(())
}

/// Makes a copy an image: it is marked, nobody holds a row in it, and it says when it was made.
pub(crate) fn seal(db: &Connection, at: i64) -> Result<()> {
    let tx = db.unchecked_transaction()?;
    tx.execute(sqlite::FREE, [])?;
    tx.execute("UPDATE epoch SET saved = ? WHERE id = 1", [at])?;
    tx.pragma_update(None, "application_id", MARK)?;
    Ok(tx.commit()?)
}

/// An image that comes from elsewhere, as far as it has come.
#[derive(Debug)]
pub struct Incoming {
    pub(crate) image: Image,
    pub(crate) file: Option<File>,
}

impl Write for Incoming {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match (&mut self.file, &mut self.image.0) {
            (Some(file), _) => file.write(bytes),
            (None, Form::Memory(all)) => all.write(bytes),
            (None, Form::File { .. }) => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_image_is_told_apart_by_its_head() {
        let head = |mark: u32, format: u32, versions: [u8; 2]| {
            let mut head = vec![0; HEAD];
            head[..BEGINS.len()].copy_from_slice(BEGINS);
            head[18..20].copy_from_slice(&versions);
            head[60..64].copy_from_slice(&format.to_be_bytes());
            head[68..72].copy_from_slice(&mark.to_be_bytes());
            head
        };
        assert!(is_an_image(&head(MARK, 7, [1, 1])).is_ok());
        let directory = head(0, 7, [2, 2]);
        for (head, said) in [
            (&b"{}"[..], "no database"),
            (&head(MARK, 7, [1, 1])[..50], "no database"),
            (&directory, "of a data directory"),
            (&head(7, 7, [1, 1]), "some other program"),
            (&head(MARK, 7, [2, 2]), "beside it"),
        ] {
            let error = is_an_image(head).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
