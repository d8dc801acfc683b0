//! Contents: written once, to a file with a random name, and read from any place on.

use std::io::SeekFrom;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use md5::{Digest, Md5};
use s3s::StdError;
use s3s::dto::StreamingBlob;
use s3s::stream::{ByteStream, RemainingLength};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::depot::{Depot, sync_folder, waiting};
use crate::fault::{Fault, Result, custom, fault};
use crate::sums::{Hasher, Sums};

/// The most that one request may bring: 5 GiB, as S3 has it.
pub(crate) const LARGEST: u64 = 5 << 30;

/// How much is read at once.
const CHUNK: usize = 128 * 1024;

/// A content in one file, of which an object has one or, by parts, many.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    /// The file's name; empty where there is nothing in it, and no file.
    pub(crate) blob: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its MD5 in hex.
    pub(crate) md5: String,
    /// What else is known to check it by.
    #[serde(default, skip_serializing_if = "Sums::is_empty")]
    pub(crate) sums: Sums,
}

/// A content that no row names yet: unless it is kept, it goes.
#[derive(Debug)]
pub(crate) struct Fresh(Option<PathBuf>);

impl Fresh {
    /// A row names it now.
    pub(crate) fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Takes a content in, and has it on the disk when it returns.
pub(crate) async fn take(
    depot: &Arc<Depot>,
    body: Option<StreamingBlob>,
    mut hasher: Hasher,
) -> Result<(Piece, Fresh)> {
    let name = uuid::Uuid::now_v7().simple().to_string();
    let path = depot.incoming(&name);
    let mut fresh = Fresh(Some(path.clone()));
    let mut file = tokio::fs::File::create(&path).await?;
    let (mut size, mut md5) = (0, Md5::new());
    if let Some(mut body) = body {
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(unread)?;
            size += bytes.len() as u64;
            if size > LARGEST {
                return Err(fault!(EntityTooLarge));
            }
            md5.update(&bytes);
            hasher.update(&bytes);
            file.write_all(&bytes).await?;
        }
    }
    file.flush().await?;
    let file = file.into_std().await;
    let md5 = hex(&md5.finalize());
    let sums = hasher.finish();
    if size == 0 {
        return Ok((Piece { blob: String::new(), size, md5, sums }, fresh));
    }
    let place = depot.blob(&name);
    let fresh = waiting(move || {
        file.sync_all()?;
        settle(&path, &place)?;
        fresh.0 = Some(place);
        Ok(fresh)
    })
    .await?;
    Ok((Piece { blob: name, size, md5, sums }, fresh))
}

/// Gives a content a second name, for a copy that lives on its own.
pub(crate) async fn link(depot: &Arc<Depot>, piece: &Piece) -> Result<(Piece, Fresh)> {
    if piece.blob.is_empty() {
        return Ok((piece.clone(), Fresh(None)));
    }
    let name = uuid::Uuid::now_v7().simple().to_string();
    let (from, incoming, to) = (depot.blob(&piece.blob), depot.incoming(&name), depot.blob(&name));
    let fresh = waiting(move || {
        std::fs::hard_link(from, &incoming)?;
        let mut fresh = Fresh(Some(incoming.clone()));
        settle(&incoming, &to)?;
        fresh.0 = Some(to);
        Ok(fresh)
    })
    .await?;
    Ok((Piece { blob: name, ..piece.clone() }, fresh))
}

/// Moves a file to where it is to be, for good.
fn settle(from: &std::path::Path, to: &std::path::Path) -> std::io::Result<()> {
    let Some(folder) = to.parent() else { return Err(std::io::ErrorKind::InvalidInput.into()) };
    if !folder.exists() {
        std::fs::create_dir_all(folder)?;
        folder.parent().map_or(Ok(()), sync_folder)?;
    }
    std::fs::rename(from, to)?;
    sync_folder(folder)
}

/// Why a body did not come whole, as far as S3 has words for it.
fn unread(error: StdError) -> Fault {
    match error.downcast::<s3s::S3Error>() {
        Ok(error) => Fault(*error),
        Err(error) => {
            let text = error.to_string();
            tracing::debug!(%text, "objects: a body broke off");
            // What was signed over is not what came.
            let signed =
                ["ignature", "hecksum", "sha256", "SHA256"].iter().any(|word| text.contains(word));
            if signed { mismatch() } else { fault!(IncompleteBody) }
        }
    }
}

/// The body is not what was signed.
fn mismatch() -> Fault {
    custom(
        "XAmzContentSHA256Mismatch",
        http::StatusCode::BAD_REQUEST,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
}

/// Bytes in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Opens what pieces hold, from a place on and so many bytes, as one stream.
///
/// The files are opened here, so that what is deleted meanwhile is still read to its end.
pub(crate) async fn open(
    depot: &Arc<Depot>,
    pieces: &[Piece],
    from: u64,
    length: u64,
) -> Result<StreamingBlob> {
    let (mut skip, mut left) = (from, length);
    let mut first = None;
    let mut rest = Vec::new();
    for piece in pieces {
        if skip >= piece.size {
            skip -= piece.size;
            continue;
        }
        let here = left.min(piece.size - skip);
        if here == 0 {
            break;
        }
        let path = depot.blob(&piece.blob);
        if first.is_none() {
            let mut file = tokio::fs::File::open(&path).await?;
            file.seek(SeekFrom::Start(skip)).await?;
            first = Some(file.take(here));
        } else {
            rest.push((path, here));
        }
        (skip, left) = (0, left - here);
    }
    rest.reverse();
    let state = Reading { file: first, rest };
    let bytes = futures_util::stream::unfold(state, |mut state| async move {
        match state.next().await {
            Ok(bytes) if bytes.is_empty() => None,
            Ok(bytes) => Some((Ok(bytes), state)),
            Err(error) => {
                state = Reading { file: None, rest: Vec::new() };
                Some((Err(Box::new(error) as StdError), state))
            }
        }
    });
    Ok(StreamingBlob::new(Sized { inner: Box::pin(bytes), left: length }))
}

/// A content that is being read: the file that is open, and those after it, the last first.
struct Reading {
    file: Option<tokio::io::Take<tokio::fs::File>>,
    rest: Vec<(PathBuf, u64)>,
}

impl Reading {
    async fn next(&mut self) -> std::io::Result<Bytes> {
        loop {
            if self.file.is_none() {
                let Some((path, here)) = self.rest.pop() else { return Ok(Bytes::new()) };
                self.file = Some(tokio::fs::File::open(path).await?.take(here));
            }
            let Some(file) = &mut self.file else { continue };
            let mut bytes = bytes::BytesMut::with_capacity(CHUNK);
            if file.read_buf(&mut bytes).await? > 0 {
                return Ok(bytes.freeze());
            }
            if file.limit() > 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.file = None;
        }
    }
}

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, StdError>> + Send + Sync>>;

/// A stream that knows how much is to come.
struct Sized {
    inner: Chunks,
    left: u64,
}

impl Stream for Sized {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.inner.as_mut().poll_next(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            self.left = self.left.saturating_sub(bytes.len() as u64);
        }
        polled
    }
}

impl ByteStream for Sized {
    fn remaining_length(&self) -> RemainingLength {
        usize::try_from(self.left)
            .map_or_else(|_| RemainingLength::unknown(), RemainingLength::new_exact)
    }
}
