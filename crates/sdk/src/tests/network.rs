//! The transport over a real socket, on the loopback interface only.

use api::Method;
use kettle_sdk::{Client, Error};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every connection's first request with `answer`; tells its endpoint.
async fn serve(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    endpoint
}

async fn get(endpoint: &str, body_limit: usize) -> Result<kettle_sdk::RawResponse, Error> {
    let client = Client::builder(endpoint).body_limit(body_limit).attempts(1).build().unwrap();
    client.raw(Method::GET, "/v2/regions", None).await
}

#[tokio::test]
async fn an_answer_travels_with_status_headers_and_body() {
    let endpoint =
        serve("HTTP/1.1 404 Not Found\r\nx-kind: odd\r\ncontent-length: 5\r\n\r\nhello").await;
    let answer = get(&endpoint, 100).await.unwrap();
    assert_eq!((answer.status.as_u16(), &*answer.body), (404, "hello"));
    assert_eq!(answer.headers["x-kind"], "odd");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let endpoint =
        serve("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n")
            .await;
    assert_eq!(get(&endpoint, 100).await.unwrap().status.as_u16(), 302);
}

#[tokio::test]
async fn a_body_is_read_no_further_than_allowed() {
    let endpoint = serve("HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world").await;
    let error = get(&endpoint, 10).await.unwrap_err();
    assert!(error.to_string().contains("larger than 10 bytes"), "{error}");
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_no_fault_of_the_next_call() {
    let endpoint = serve("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
    let client = Client::builder(&endpoint).attempts(1).build().unwrap();
    for _ in 0..20 {
        // The server closes each connection behind its first answer without a word.
        assert_eq!(client.raw(Method::POST, "/v2/x", None).await.unwrap().body, "hi");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_or_never_comes_about_is_a_fault() {
    let endpoint = serve("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhel").await;
    assert!(matches!(get(&endpoint, 1000).await, Err(Error::Transport { .. })));

    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = get(&format!("http://{unused}"), 1000).await.unwrap_err();
    assert!(error.to_string().contains("is `kettle serve` running?"), "{error}");
}
