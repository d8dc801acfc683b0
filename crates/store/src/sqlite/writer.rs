//! The one writer: all that is queued goes into one transaction, synced once, then answered.
//!
//! - An answer is sent only when the commit that holds its writes is on disk.
//! - Work checks before it writes. Work that finds itself stale has written nothing, so its
//!   neighbours in the batch stand. (A savepoint for each would double the cost of a create.)
//! - Work that fails in any other way undoes the batch; then each is run alone, and only the guilty
//!   one fails. So work may run twice, and must have no effect but its writes.
//! - A failed sync ends all writing: what the disk holds is unknown until the next start.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::JoinHandle;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior::Immediate};
use tokio::sync::{mpsc, oneshot};

use super::readers::Writes;
use crate::{Error, Result};

/// How many one commit takes at most: bounds how long the first waits for the last.
const BATCH: usize = 256;
/// How many wait at most; more wait before the queue.
const QUEUE: usize = 1024;
/// How many bytes are written to see whether there is room.
const TRIAL: usize = 64 << 10;

type Queue = mpsc::Sender<Box<dyn Job>>;

/// Work, its result, and who waits for it.
trait Job: Send {
    /// Whether it needs the connection to itself, outside of any transaction.
    fn is_alone(&self) -> bool;
    fn run(&mut self, db: &Connection) -> Result<()>;
    fn fail(&mut self, error: Error);
    fn answer(self: Box<Self>);
}

struct Task<F, G, T> {
    is_alone: bool,
    work: F,
    then: G,
    result: Result<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<F, G, T> Job for Task<F, G, T>
where
    F: FnMut(&Connection) -> Result<T> + Send,
    G: FnOnce(&T) + Send,
    T: Send,
{
    fn is_alone(&self) -> bool {
        self.is_alone
    }

    fn run(&mut self, db: &Connection) -> Result<()> {
        match (self.work)(db) {
            // The batch stands, and so do these.
            result @ (Ok(_) | Err(Error::Stale(_) | Error::Gone(_) | Error::Deleting(_))) => {
                self.result = result
            }
            Err(e) => return Err(e),
        }
        Ok(())
    }

    fn fail(&mut self, error: Error) {
        self.result = Err(error);
    }

    fn answer(self: Box<Self>) {
        if let Ok(done) = &self.result {
            (self.then)(done);
        }
        let _ = self.reply.send(self.result); // who asked may have gone
    }
}

pub(crate) struct Writer {
    queue: Option<Queue>,
    /// The last write that was tried found no room. Only a trial says that there is some again:
    /// commits that write nothing succeed on a full disk, too.
    is_full: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(db: Connection, writes: Writes) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let name = "store-writer".to_owned();
        let is_full = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name(name).spawn({
            let is_full = is_full.clone();
            move || serve(&db, jobs, &is_full, &writes)
        })?;
        Ok(Self { queue: Some(queue), is_full, thread: Some(thread) })
    }

    /// Fails once nothing may be written any more, and while there is no room.
    pub(crate) async fn check(&self) -> Result<()> {
        let is_open = self.queue.as_ref().is_some_and(|queue| !queue.is_closed());
        is_open.then_some(()).ok_or(Error::Closed)?;
        match self.is_full.swap(false, SeqCst) {
            true => self.write(try_out, |()| ()).await,
            false => Ok(()),
        }
    }

    /// Runs `work` in the next commit, `then` when that is on disk, and returns. A caller that goes
    /// away meanwhile changes nothing: what was queued is done.
    pub(crate) async fn write<F, G, T>(&self, work: F, then: G) -> Result<T>
    where
        F: FnMut(&Connection) -> Result<T> + Send + 'static,
        G: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
    {
        self.queue(work, then, false).await
    }

    /// The same for what begins and commits its transaction by itself: nobody else writes meanwhile.
    pub(crate) async fn write_alone<F, G, T>(&self, work: F, then: G) -> Result<T>
    where
        F: FnMut(&Connection) -> Result<T> + Send + 'static,
        G: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
    {
        self.queue(work, then, true).await
    }

    async fn queue<F, G, T>(&self, work: F, then: G, is_alone: bool) -> Result<T>
    where
        F: FnMut(&Connection) -> Result<T> + Send + 'static,
        G: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Task { is_alone, work, then, result: Err(Error::Closed), reply });
        let queue = self.queue.as_ref().ok_or(Error::Closed)?;
        queue.send(job).await.map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }
}

#[cfg(test)]
impl Writer {
    /// How many wait for the next commit.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| QUEUE - queue.capacity())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        self.thread.take().map(JoinHandle::join);
    }
}

/// Writes something that takes room, and takes it back.
fn try_out(db: &Connection) -> Result<()> {
    let state = "x".repeat(TRIAL);
    db.execute("INSERT INTO world (kind, id, state) VALUES ('', x'', ?)", [state])?;
    db.execute("DELETE FROM world WHERE kind = '' AND id = x''", [])?;
    Ok(())
}

fn serve(
    db: &Connection,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    is_full: &AtomicBool,
    writes: &Writes,
) {
    let mut jobs = Vec::with_capacity(BATCH);
    while queue.blocking_recv_many(&mut jobs, BATCH) > 0 {
        if let Err(e) = writes.during(|| write(db, &mut jobs, is_full)) {
            tracing::error!(error = %e, "a write failed, and with it all that follow");
            return;
        }
        jobs.drain(..).for_each(Job::answer);
    }
}

/// Does all of `jobs`, together if possible. An error is one after which nothing may be written.
fn write(db: &Connection, jobs: &mut [Box<dyn Job>], is_full: &AtomicBool) -> Result<()> {
    jobs.chunk_by_mut(|one, next| !one.is_alone() && !next.is_alone())
        .try_for_each(|some| write_some(db, some, is_full))
}

fn write_some(db: &Connection, jobs: &mut [Box<dyn Job>], is_full: &AtomicBool) -> Result<()> {
    match commit(db, jobs) {
        Err(e) if fatal(&e) => return Err(e),
        Ok(()) => return Ok(()),
        Err(_) => {}
    }
    for job in jobs {
        match commit(db, std::slice::from_mut(job)) {
            Err(e) if fatal(&e) => return Err(e),
            Err(e) => {
                if matches!(&e, Error::Sqlite(e) if crate::is_full(e)) {
                    is_full.store(true, SeqCst);
                }
                job.fail(e);
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

fn commit(db: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<()> {
    if let [job] = jobs
        && job.is_alone()
    {
        return job.run(db);
    }
    let tx = Transaction::new_unchecked(db, Immediate)?;
    jobs.iter_mut().try_for_each(|job| job.run(&tx))?;
    Ok(tx.commit()?)
}

/// After these, a rollback does not tell what the disk holds.
fn fatal(e: &Error) -> bool {
    use ErrorCode::{ConstraintViolation, DiskFull, TooBig, TypeMismatch};
    let Error::Sqlite(e) = e else { return false };
    e.sqlite_error_code()
        .is_some_and(|c| !matches!(c, ConstraintViolation | DiskFull | TooBig | TypeMismatch))
}
