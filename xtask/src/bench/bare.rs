//! What Kettle is compared with: one axum route that answers bytes that it was given.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

/// Headers that the HTTP library writes by itself.
const OWN: [&str; 2] = ["content-length", "date"];

/// Serves `path` with the answer in a file, as it came from Kettle; prints the address; goes on
/// until it is killed.
pub(crate) fn serve(path: &str, answer: &Path) -> Result<ExitCode> {
    let answer = std::fs::read(answer)?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").context("no head")?;
    let mut headers = HeaderMap::new();
    for line in std::str::from_utf8(&answer[..end])?.lines().skip(1) {
        let (name, value) = line.split_once(':').context("no header")?;
        if !OWN.contains(&name) {
            headers.insert(name.parse::<HeaderName>()?, value.trim().parse::<HeaderValue>()?);
        }
    }
    let body = axum::body::Bytes::from(answer[end + 4..].to_vec());
    let answer = async move || (headers.clone(), body.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            // Where this fails the route is only slower.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, Router::new().route(path, get(answer))).await?;
        Ok(ExitCode::SUCCESS)
    })
}
