//! A connection's bytes on their way: tells when an answer has been sent, and gives the HTTP
//! library's own refusals, which have no body, that of all our errors.
//!
//! The library answers by itself what is no request of HTTP/1.1 (400, 414, 431). Such an answer is
//! the last thing that it writes on a connection, it has no body and no `server`; ours have both.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::places::{Place, Seat};
use crate::reply;

/// No head of the library's own is longer.
const HEAD_MAX: usize = 256;

pub(crate) struct Wire<S> {
    stream: S,
    /// Free for others when this goes, whoever has it then.
    _place: Place,
    seat: Arc<Seat>,
    /// How long a client may take nothing of what is written, and the end of that time.
    patience: Duration,
    end: Option<Pin<Box<Sleep>>>,
    /// What is written in the place of the library's own last words, and how much of it is.
    last: Vec<u8>,
    written: usize,
    /// Is told the status and the body of what the library refuses.
    refused: Box<dyn Fn(u16, Bytes) + Send>,
}

impl<S: AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(
        stream: S,
        place: Place,
        patience: Duration,
        refused: impl Fn(u16, Bytes) + Send + 'static,
    ) -> Self {
        let (refused, seat) = (Box::new(refused), place.seat.clone());
        let (end, last, written) = Default::default();
        Self { stream, _place: place, seat, patience, end, last, written, refused }
    }

    /// Tells whether the client takes what is written, and ends it where it takes too long.
    fn noted(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        self.seat.wrote(written.is_pending());
        if written.is_ready() {
            self.end = None;
            return written;
        }
        let patience = self.patience;
        ready!(self.end.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Where the library's own refusal begins in what is written, and its status.
    fn refusal(&self, bytes: &[u8]) -> Option<(usize, u16)> {
        // Whatever another protocol carries is none.
        (!self.seat.is_switched()).then(|| bare_refusal(bytes)).flatten()
    }

    fn poll_last(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.last.len() {
            let rest = &self.last[self.written..];
            let written = Pin::new(&mut self.stream).poll_write(cx, rest);
            match ready!(self.noted(cx, written))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                n => self.written += n,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some((at, status)) = self.refusal(buf) else {
            let written = Pin::new(&mut self.stream).poll_write(cx, buf);
            return self.noted(cx, written);
        };
        let (before, head) = buf.split_at(at);
        self.last.extend_from_slice(before);
        let refusal = reply::of_library(status);
        self.last.extend_from_slice(&reply::with_body(head, &refusal));
        (self.refused)(status, refusal);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let last = bufs.iter().rfind(|buf| !buf.is_empty());
        if last.is_none_or(|last| self.refusal(last).is_none()) {
            let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
            return self.noted(cx, written);
        }
        let whole: Vec<u8> = bufs.iter().flat_map(|buf| buf.iter().copied()).collect();
        self.poll_write(cx, &whole)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_last(cx))?;
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        self.seat.sent();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_last(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Where in these bytes the library's own refusal begins, if they end with one, and its status.
fn bare_refusal(bytes: &[u8]) -> Option<(usize, u16)> {
    let tail = &bytes[bytes.len().saturating_sub(HEAD_MAX)..];
    if !tail.ends_with(b"\r\n\r\n") {
        return None;
    }
    let start = tail.windows(7).rposition(|part| part == b"HTTP/1.")?;
    let head = std::str::from_utf8(&tail[start..]).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let is_bare = head.contains(reply::NO_BODY) && !head.contains("\r\nserver: ");
    let is_one = head.find("\r\n\r\n")? + 4 == head.len();
    let is_refusal = matches!(status, 400 | 414 | 431) && is_bare && is_one;
    is_refusal.then(|| (bytes.len() - tail.len() + start, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &str = "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\
                        content-length: 0\r\ndate: Sat, 21 Nov 2026 09:30:00 GMT\r\n\r\n";

    #[test]
    fn only_the_librarys_own_refusal_at_the_very_end_is_one() {
        assert_eq!(bare_refusal(BARE.as_bytes()), Some((0, 431)));
        let behind = format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{{}}{BARE}");
        assert_eq!(bare_refusal(behind.as_bytes()), Some((behind.len() - BARE.len(), 431)));
        for ours in [
            "",
            "\r\n\r\n",
            "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\nserver: kettle\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 4\r\n\r\n\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
        ] {
            assert_eq!(bare_refusal(ours.as_bytes()), None, "{ours}");
        }
        assert_eq!(bare_refusal(&BARE.as_bytes()[..BARE.len() - 1]), None);
    }
}
