//! Who has signed in: a random token in a cookie stands for a key that stays here, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use maud::Markup;
use uuid::Uuid;

/// How long a session lasts that nobody uses.
const IDLE: Duration = Duration::from_secs(12 * 60 * 60);
/// How long the link of `kettle console` is good.
const TICKET: Duration = Duration::from_secs(60);
/// How long an answer is kept that no page of a thing shows.
const ANSWER: Duration = Duration::from_secs(10 * 60);
/// How many there are at once; the one that was not used the longest goes first.
const MOST: usize = 1000;

/// Somebody who has signed in.
pub(crate) struct Session {
    /// The key that operations are called with.
    pub(crate) key: String,
    /// What each form of this session carries, so that no other page's form is taken for one.
    pub(crate) token: String,
    /// What the next page tells of what was done.
    told: Mutex<Option<Told>>,
    /// Answers that no page of a thing shows, by names that stand in addresses.
    answers: Mutex<BTreeMap<String, (Instant, Kept)>>,
}

/// A page that was made of an answer, and is kept for a while: it can be loaded again, and nothing is
/// done again by that.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) title: String,
    /// The line of the navigation that it belongs to.
    pub(crate) here: String,
    pub(crate) main: Markup,
}

/// What is told of what was done, once, on the next page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// What was done: "Halted web-1".
    pub(crate) done: String,
    /// What was refused, each with the API's words: "web-2: the instance is locked".
    pub(crate) refused: Vec<String>,
}

impl Session {
    /// Keeps what the next page tells.
    pub(crate) fn tell(&self, told: Told) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
    }

    /// What is to be told, which is told by that.
    pub(crate) fn told(&self) -> Option<Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Keeps a page for ten minutes: its name.
    pub(crate) fn keep(&self, page: Kept) -> String {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        forget(&mut answers, ANSWER);
        let name = random();
        answers.insert(name.clone(), (Instant::now(), page));
        name
    }

    /// The page that was kept by this name, while it is.
    pub(crate) fn kept(&self, name: &str) -> Option<Kept> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        forget(&mut answers, ANSWER);
        answers.get(name).map(|(_, page)| page.clone())
    }
}

/// All that are signed in, and the links that sign in.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    open: BTreeMap<String, (Instant, Arc<Session>)>,
    tickets: BTreeMap<String, (Instant, String)>,
}

impl Sessions {
    /// Opens a session for a key: the cookie's value.
    pub(crate) fn open(&self, key: &str) -> String {
        let (name, token) = (random(), random());
        let session = Arc::new(Session {
            key: key.to_owned(),
            token,
            told: Mutex::default(),
            answers: Mutex::default(),
        });
        let mut inner = self.lock();
        forget(&mut inner.open, IDLE);
        inner.open.insert(name.clone(), (Instant::now(), session));
        name
    }

    /// The session of a cookie.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Session>> {
        let mut inner = self.lock();
        let (used, session) = inner.open.get_mut(name)?;
        if used.elapsed() > IDLE {
            inner.open.remove(name);
            return None;
        }
        *used = Instant::now();
        Some(session.clone())
    }

    /// Ends a session.
    pub(crate) fn close(&self, name: &str) {
        self.lock().open.remove(name);
    }

    /// A text that opens a session for a key, once and for a minute.
    pub(crate) fn ticket(&self, key: &str) -> String {
        let ticket = random();
        let mut inner = self.lock();
        forget(&mut inner.tickets, TICKET);
        inner.tickets.insert(ticket.clone(), (Instant::now(), key.to_owned()));
        ticket
    }

    /// The key that a ticket is for, which is no ticket from then on.
    pub(crate) fn redeem(&self, ticket: &str) -> Option<String> {
        let (made, key) = self.lock().tickets.remove(ticket)?;
        (made.elapsed() <= TICKET).then_some(key)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes room: what is too old goes, and the oldest where there are too many.
fn forget<T>(all: &mut BTreeMap<String, (Instant, T)>, age: Duration) {
    all.retain(|_, (used, _)| used.elapsed() <= age);
    while all.len() >= MOST {
        let oldest = all.iter().min_by_key(|(_, (used, _))| *used).map(|(name, _)| name.clone());
        let Some(oldest) = oldest else { return };
        all.remove(&oldest);
    }
}

/// A text that nobody guesses: 244 random bits.
fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once() {
        let sessions = Sessions::default();
        let ticket = sessions.ticket("KEY");
        assert_eq!(sessions.redeem("another"), None);
        assert_eq!(sessions.redeem(&ticket).as_deref(), Some("KEY"));
        assert_eq!(sessions.redeem(&ticket), None);
    }

    #[test]
    fn a_session_is_found_by_its_cookie_until_it_is_closed() {
        let sessions = Sessions::default();
        let (one, other) = (sessions.open("ONE"), sessions.open("OTHER"));
        assert_eq!(sessions.find(&one).map(|s| s.key.clone()).as_deref(), Some("ONE"));
        sessions.close(&one);
        assert!(sessions.find(&one).is_none() && sessions.find(&other).is_some());
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let sessions = Sessions::default();
        let first = sessions.open("KEY");
        let names: Vec<_> = (0..MOST).map(|_| sessions.open("KEY")).collect();
        assert!(sessions.find(&first).is_none());
        assert!(names.iter().all(|name| sessions.find(name).is_some()));
    }
}
