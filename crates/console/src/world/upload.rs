//! A form with a file as browsers send it (`multipart/form-data`, RFC 7578): short fields first, and the
//! file as it comes.
//!
//! It reads the forms of this console alone, whose fields stand in a known order, and holds no more of a
//! file than one piece.

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// How long a field may be, and how long what stands before a part.
const FIELD: usize = 4 << 10;
/// How much of what nobody wants is read, so that a browser hears the answer.
const DRAINED: usize = 64 << 20;

/// A form, read from its beginning.
pub(super) struct Upload {
    stream: BodyDataStream,
    /// What has come and was not looked at.
    held: BytesMut,
    /// What ends each part.
    end: Vec<u8>,
}

impl Upload {
    /// None where the request is no such form.
    pub(super) fn new(headers: &HeaderMap, body: Body) -> Option<Self> {
        let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let rest = kind.strip_prefix("multipart/form-data")?;
        let (_, boundary) = rest.split_once("boundary=")?;
        let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"');
        let fits = (1..=70).contains(&boundary.len());
        // The first part has no line break before it, which is as if there was one.
        let held = BytesMut::from(&b"\r\n"[..]);
        let end = format!("\r\n--{boundary}").into_bytes();
        fits.then(|| Self { stream: body.into_data_stream(), held, end })
    }

    /// The text of the next part, which must have this name.
    pub(super) async fn field(&mut self, name: &str) -> Option<String> {
        self.begin(name).await?;
        let end = self.end.clone();
        let at = self.find(&end).await?;
        let text = self.held.split_to(at);
        String::from_utf8(text.to_vec()).ok()
    }

    /// The file of the next part, which must have this name and be one: a body that fails where the form
    /// breaks off. None where none was chosen.
    pub(super) async fn file(mut self, name: &str) -> Option<Body> {
        let head = self.begin(name).await?;
        if head.contains("filename=\"\"") {
            return None;
        }
        let pieces = stream::unfold(Some(self), async |upload| {
            let mut upload = upload?;
            match upload.piece().await {
                Ok((piece, true)) => Some((Ok(piece), None)),
                Ok((piece, false)) => Some((Ok(piece), Some(upload))),
                Err(error) => Some((Err(error), None)),
            }
        });
        Some(Body::from_stream(pieces))
    }

    /// Reads what else there is, up to some limit.
    pub(super) async fn drain(mut self) {
        let mut left = DRAINED;
        while let Some(Ok(piece)) = self.stream.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
    }

    /// Goes to where the next part's content begins: its head.
    async fn begin(&mut self, name: &str) -> Option<String> {
        let end = self.end.clone();
        let at = self.find(&end).await?;
        let _ = self.held.split_to(at + end.len());
        let at = self.find(b"\r\n\r\n").await?;
        let head = self.held.split_to(at + 4);
        let head = String::from_utf8_lossy(&head).into_owned();
        head.contains(&format!(" name=\"{name}\"")).then_some(head)
    }

    /// Where this comes next, within the first bytes.
    async fn find(&mut self, what: &[u8]) -> Option<usize> {
        loop {
            if let Some(at) = place(&self.held, what) {
                return Some(at);
            }
            if self.held.len() > FIELD {
                return None;
            }
            self.more().await.ok()?;
        }
    }

    /// Reads on.
    async fn more(&mut self) -> Result<(), axum::Error> {
        let broken = || axum::Error::new("the form broke off");
        let piece = self.stream.next().await.ok_or_else(broken)??;
        self.held.extend_from_slice(&piece);
        Ok(())
    }

    /// The next piece of a file, and whether it is the last.
    async fn piece(&mut self) -> Result<(Bytes, bool), axum::Error> {
        loop {
            if let Some(at) = place(&self.held, &self.end) {
                return Ok((self.held.split_to(at).freeze(), true));
            }
            // The last bytes may be the beginning of the end.
            let sure = self.held.len().saturating_sub(self.end.len());
            if sure > 0 {
                return Ok((self.held.split_to(sure).freeze(), false));
            }
            self.more().await?;
        }
    }
}

fn place(held: &[u8], what: &[u8]) -> Option<usize> {
    held.windows(what.len()).position(|part| part == what)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    const FORM: &str = "--XX\r\nContent-Disposition: form-data; name=\"_token\"\r\n\r\nsecret\r\n--XX\r\n\
        Content-Disposition: form-data; name=\"world\"; filename=\"a\"\r\nContent-Type: x/y\r\n\r\n\
        line\r\n--X\r\n--XX--\r\n";

    fn upload(text: &str, size: usize) -> Upload {
        let mut headers = HeaderMap::new();
        let kind = "multipart/form-data; boundary=XX";
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        let pieces: Vec<_> = text
            .as_bytes()
            .chunks(size)
            .map(|c| Ok::<_, std::io::Error>(Bytes::copy_from_slice(c)))
            .collect();
        Upload::new(&headers, Body::from_stream(stream::iter(pieces))).unwrap()
    }

    #[tokio::test]
    async fn fields_and_a_file_are_read_however_they_come_in_pieces() {
        for size in [1, 2, 3, 7, 64, 4096] {
            let mut upload = upload(FORM, size);
            assert_eq!(upload.field("_token").await.as_deref(), Some("secret"), "{size}");
            let file = upload.file("world").await.unwrap().collect().await.unwrap().to_bytes();
            assert_eq!(file, "line\r\n--X", "{size}");
        }
    }

    #[tokio::test]
    async fn a_form_that_breaks_off_is_no_whole_file() {
        let mut upload = upload(FORM.strip_suffix("\r\n--XX--\r\n").unwrap(), 5);
        upload.field("_token").await.unwrap();
        assert!(upload.file("world").await.unwrap().collect().await.is_err());
    }

    #[tokio::test]
    async fn another_field_than_the_one_that_is_asked_for_is_none() {
        let mut other = upload(FORM, 9);
        assert_eq!(other.field("_sure").await, None);
        assert!(Upload::new(&HeaderMap::new(), Body::empty()).is_none());
    }
}
