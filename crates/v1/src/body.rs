//! Reads what a request carries, and never much of it for strangers.
//!
//! A short body is read at once. Of a longer one no more is read before the key has turned out to
//! be right, and all longer ones together have a limit.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use http::Extensions;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::caller::Caller;
use crate::error::{Failure, INVALID_KEY, Result};

/// The longest body.
const MOST: usize = 1 << 20;
/// What is read of anybody's. All connections that there may be hold 64 MiB by that.
const SHORT: usize = 16 << 10;
/// What longer bodies hold together.
const TOGETHER: usize = 64 << 20;
const TIME: Duration = Duration::from_secs(30);

/// With what a body ends whose rest is waited for when the server is to stop. Whoever serves puts it
/// there.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the server stops")]
pub struct Stopping;

/// Is told a body when it has been read, or as much of it as came: a part of the extensions of a
/// request that somebody watches.
#[derive(Clone)]
pub struct Noted(pub Arc<dyn Fn(&Bytes) + Send + Sync>);

/// The room for long bodies.
pub(crate) struct Bodies(Arc<Semaphore>);

/// A body, and the room that it takes until it is dropped.
pub(crate) struct Read {
    pub(crate) bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// What has come of one, and the room that it takes.
#[derive(Default)]
struct Reading {
    bytes: Vec<u8>,
    room: Option<OwnedSemaphorePermit>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TOGETHER / SHORT)))
    }
}

impl Bodies {
    /// Reads a body, and notes it for who watches. Without a caller, the key may stand in it: then
    /// it must be a short one.
    pub(crate) async fn read(
        &self,
        body: Body,
        caller: Option<&Caller>,
        extensions: &Extensions,
    ) -> Result<Read> {
        let mut reading = Reading::default();
        let outcome = self.collect(body, caller, &mut reading).await;
        let Reading { mut bytes, room: _room } = reading;
        // It is kept for a while.
        bytes.shrink_to_fit();
        let bytes = Bytes::from(bytes);
        if let Some(Noted(note)) = extensions.get() {
            note(&bytes);
        }
        outcome.map(|()| Read { bytes, _room })
    }

    async fn collect(
        &self,
        mut body: Body,
        caller: Option<&Caller>,
        read: &mut Reading,
    ) -> Result<()> {
        let too_long =
            || Failure::refused(format!("The request's body has more than {MOST} bytes"));
        if body.size_hint().lower() > MOST as u64 {
            return Err(too_long());
        }
        let mut late = std::pin::pin!(tokio::time::sleep(TIME));
        loop {
            let frame = tokio::select! {
                () = &mut late => {
                    return Err(Failure::refused("The request's body did not arrive in time"));
                }
                frame = body.frame() => frame,
            };
            let Some(frame) = frame else { return Ok(()) };
            let frame = frame.map_err(|error| match error.into_inner().is::<Stopping>() {
                true => Failure::stopping(),
                false => Failure::refused("The request's body broke off"),
            })?;
            let Ok(data) = frame.into_data() else { continue };
            let length = read.bytes.len() + data.len();
            if length > MOST {
                return Err(too_long());
            }
            if length > SHORT {
                let caller = caller.ok_or_else(|| Failure::forbidden(INVALID_KEY))?;
                caller.rights().await?;
                self.make_room(read, length)?;
            }
            read.bytes.extend_from_slice(&data);
        }
    }

    /// Takes what is missing for so many bytes.
    fn make_room(&self, read: &mut Reading, length: usize) -> Result<()> {
        let has = read.room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = length.div_ceil(SHORT).saturating_sub(has);
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        let Ok(more) = self.0.clone().try_acquire_many_owned(more) else {
            return Err(Failure::busy());
        };
        match &mut read.room {
            Some(room) => room.merge(more),
            none => *none = Some(more),
        }
        // Vectors double: that would take more than there is room for.
        read.bytes.reserve_exact((length.next_multiple_of(SHORT)).min(MOST) - read.bytes.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use engine::Clock;
    use http::{Extensions, StatusCode};
    use sdk::transport::{Request, Response};

    use super::*;
    use crate::caller::Keys;

    fn caller() -> Caller {
        let upstream = |key: &str, _: &Extensions| {
            let answer =
                |_: Request| async { Ok(Response::new(r#"{"account":{"acls":["dns"]}}"#.into())) };
            sdk::Client::builder("http://127.0.0.1:1").key(key).transport(answer).build()
        };
        let keys = Arc::new(Keys::new(Clock::manual(0), Duration::ZERO));
        Caller::new(&upstream, keys, "KEY", &Extensions::new()).unwrap()
    }

    #[tokio::test]
    async fn long_bodies_share_what_room_there_is_and_short_ones_take_none() {
        let (bodies, caller) = (Bodies(Arc::new(Semaphore::new(4))), caller());
        let read = async |kib: usize| {
            let body = Body::from(vec![b'a'; kib << 10]);
            let read = bodies.read(body, Some(&caller), &Extensions::new()).await;
            read.map_err(|failure| failure.status)
        };
        let first = read(48).await.unwrap();
        assert_eq!(first.bytes.len(), 48 << 10);
        assert_eq!(read(32).await.err(), Some(StatusCode::SERVICE_UNAVAILABLE));
        assert!(read(16).await.is_ok());
        drop(first);
        assert!(read(32).await.is_ok());
        assert!(read(64).await.is_ok(), "all of it is free again");
    }
}
