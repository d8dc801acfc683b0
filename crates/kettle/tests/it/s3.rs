//! Buckets that hold objects: by the hosts that the API names, and directly; what a kill leaves; what goes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ring::{digest, hmac};
use sdk::Client;
use sdk::api::object_storages::*;

use crate::support::{Server, fails, kettle, serve, until};

const KILLS: usize = 8;
const WRITERS: usize = 4;
/// How many objects are told of before a kill.
const TOLD: usize = 40;

/// Who asks S3, and where.
#[derive(Debug, Clone)]
struct Caller {
    at: SocketAddr,
    access: String,
    secret: String,
}

impl Caller {
    /// Sends a request that is signed as AWS has it (version 4), with its body unsigned; none: no whole
    /// answer came.
    fn send(&self, method: &str, path: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        let now = engine::Clock::system().now();
        let now = jiff::Timestamp::from_millisecond(now).unwrap();
        let (day, time) = (now.strftime("%Y%m%d"), now.strftime("%Y%m%dT%H%M%SZ"));
        let scope = format!("{day}/us-east-1/s3/aws4_request");
        let names = "host;x-amz-content-sha256;x-amz-date";
        let headers =
            format!("host:{}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:{time}\n", self.at);
        let asked = format!("{method}\n{path}\n\n{headers}\n{names}\nUNSIGNED-PAYLOAD");
        let asked = hex(digest::digest(&digest::SHA256, asked.as_bytes()).as_ref());
        let signed = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{asked}");
        let key =
            scope.split('/').fold(format!("AWS4{}", self.secret).into_bytes(), |key, part| {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
                hmac::sign(&key, part.as_bytes()).as_ref().to_vec()
            });
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let signature = hex(hmac::sign(&key, signed.as_bytes()).as_ref());
        let head = format!(
            "{method} {path} HTTP/1.1\r\n{}Authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, \
             SignedHeaders={names}, Signature={signature}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            headers.replace('\n', "\r\n"),
            self.access,
            body.len()
        );
        let mut stream = TcpStream::connect(self.at).ok()?;
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let body = answer[end + 4..].to_vec();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let is_whole = length.is_none_or(|length| length.parse() == Ok(body.len()));
        is_whole.then_some((status, body))
    }

    /// What must be answered with this status.
    #[track_caller]
    fn done(&self, status: u16, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let (found, said) = self.send(method, path, body).expect("it answers");
        assert_eq!(found, status, "{method} {path}: {}", String::from_utf8_lossy(&said));
        said
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Object storage that is ready.
async fn storage(client: &Client) -> ObjectStorage {
    let order = CreateObjectStorage { cluster_id: 2, tier_id: Some(2), label: None };
    let object_storage_id = client.send(order).await.unwrap().id;
    for _ in 0..3000 {
        let found = client.send(GetObjectStorage { object_storage_id }).await.unwrap();
        if found.status == ObjectStorageStatus::Active {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it is not ready");
}

fn caller(data: &Path, storage: &ObjectStorage) -> Caller {
    let at = std::fs::read_to_string(data.join("s3")).unwrap().trim().parse().unwrap();
    let (access, secret) = (storage.s3_access_key.clone(), storage.s3_secret_key.as_str().into());
    Caller { at, access, secret }
}

/// What is written under a name: long or short, and like no other's.
fn content(name: &str) -> Vec<u8> {
    let many = name.bytes().map(usize::from).sum::<usize>() * 37 % 5000;
    name.repeat(1 + many).into_bytes()
}

#[tokio::test]
async fn a_kill_loses_no_object_that_was_told_and_leaves_nothing_half_written() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let mine = storage(&server.client()).await;
    caller(data, &mine).done(200, "PUT", "/kept", b"");
    let (mut server, told) = (Some(server), Arc::new(Mutex::new(Vec::new())));
    for round in 0..KILLS {
        let running = server.take().unwrap();
        let s3 = caller(data, &mine);
        let enough = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (s3, told, enough) = (s3.clone(), told.clone(), enough.clone());
                std::thread::spawn(move || {
                    for number in 0..1000 {
                        let name = format!("/kept/{round}-{writer}-{number}");
                        match s3.send("PUT", &name, &content(&name)) {
                            Some((200, _)) => told.lock().unwrap().push(name),
                            Some((status, said)) if status < 500 => {
                                panic!("{status}: {}", String::from_utf8_lossy(&said))
                            }
                            _ => return,
                        }
                        enough.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        until("objects are written", || (enough.load(Ordering::SeqCst) >= TOLD).then_some(()));
        running.kill();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        server = Some(Server::start(&mut serve(data), data));
    }
    let s3 = caller(data, &mine);
    let told = told.lock().unwrap();
    assert!(told.len() >= KILLS * TOLD);
    for name in told.iter() {
        assert!(s3.done(200, "GET", name, b"") == content(name), "{name}");
    }
    let kept = data.join("objects").join(mine.id.to_string());
    let half = std::fs::read_dir(kept.join("incoming")).unwrap().count();
    assert_eq!(half, 0, "what was being written when it was killed is gone");
}

#[tokio::test]
async fn a_bucket_goes_when_it_is_empty_and_storage_with_all_that_is_in_it() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let client = server.client();
    let mine = storage(&client).await;
    let s3 = caller(data, &mine);
    s3.done(200, "PUT", "/files", b"");
    s3.done(200, "PUT", "/files/one", b"1");
    let (object_storage_id, bucket_name) = (mine.id, "files".to_owned());
    let delete = DeleteObjectStorageBucket { object_storage_id, bucket_name };
    let refused = client.send(delete.clone()).await.unwrap_err().to_string();
    assert!(
        refused.contains("Bucket is not empty. bucket_name: `files` holds 1 version of"),
        "{refused}"
    );
    let said = s3.done(409, "DELETE", "/files", b"");
    assert!(String::from_utf8(said).unwrap().contains("BucketNotEmpty"));
    s3.done(204, "DELETE", "/files/one", b"");
    client.send(delete).await.unwrap();
    s3.done(404, "GET", "/files/one", b"");
    s3.done(200, "PUT", "/files", b"");
    s3.done(200, "PUT", "/files/two", b"2");
    let kept = data.join("objects").join(mine.id.to_string());
    assert!(kept.is_dir());
    client.send(DeleteObjectStorage { object_storage_id }).await.unwrap();
    s3.done(403, "GET", "/files/two", b"");
    until("the objects are gone", || (!kept.exists()).then_some(()));
    drop(server);
    // What a storage left that nobody knows, goes at the start.
    let left = data.join("objects/5b0e3c1a-5f0e-4d7e-9a55-0c7a3c1f2b11");
    std::fs::create_dir_all(left.join("blobs")).unwrap();
    let _server = Server::start(&mut serve(data), data);
    until("what is left is gone", || (!left.exists()).then_some(()));
}

#[tokio::test]
async fn new_keys_take_the_place_of_the_old_at_once_and_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let mine = storage(&server.client()).await;
    let old = caller(data, &mine);
    old.done(200, "PUT", "/files", b"");
    let renew = RegenerateObjectStorageKeys { object_storage_id: mine.id };
    let keys = server.client().send(renew).await.unwrap();
    let new = Caller {
        access: keys.s3_access_key,
        secret: keys.s3_secret_key.as_str().into(),
        ..old.clone()
    };
    old.done(403, "GET", "/files", b"");
    new.done(200, "GET", "/files", b"");
    drop(server);
    let _server = Server::start(&mut serve(data), data);
    let at = caller(data, &mine).at;
    Caller { at, ..new }.done(200, "GET", "/files", b"");
    Caller { at, ..old }.done(403, "GET", "/files", b"");
}

#[test]
fn serve_says_where_s3_is_and_takes_another_port_only_where_none_was_named() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let at = std::fs::read_to_string(data.join("s3")).unwrap();
    assert!(server.said.contains(&format!("  s3     http://{}\n", at.trim())), "{}", server.said);
    assert!(at.starts_with("127.0.0.1:"), "{at}");
    assert_eq!(server.stop().code(), Some(0));
    assert!(!data.join("s3").exists(), "nobody finds one that has stopped");
    let server = Server::start(serve(data).args(["--s3", "off"]), data);
    assert!(!server.said.contains("  s3 ") && !data.join("s3").exists(), "{}", server.said);
    assert_eq!(server.stop().code(), Some(0));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _other = TcpListener::bind(taken).unwrap();
    let (_, said) = fails(serve(data).args(["--s3", &taken.to_string()]));
    assert!(said.contains(&format!("cannot listen on {taken} for S3; `--s3 0`")), "{said}");
    let (status, said) = fails(serve(data).args(["--s3", "on"]));
    assert!(status == 2 && said.contains("or off"), "{said}");
}

#[test]
fn exec_leads_the_hosts_of_object_storage_to_s3_unless_that_is_off() {
    let curl = std::process::Command::new("curl").arg("--version").output();
    if !curl.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: S3 through kettle exec: no curl is on the PATH");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let script = r#"
        for host in ewr1 pics.ewr1 pics.big.ewr1; do
            curl -sS -o "$HOME/out" -w '%{http_code} %{ssl_verify_result} ' "https://$host.vultrobjects.com/" || exit 9
        done
        curl -sS http://nobody.ewr1.vultrobjects.com/ | grep -o NoSuchBucket"#;
    let run = |options: &[&str]| {
        let mut exec = kettle(directory.path());
        exec.env("KETTLE_LOG", "warn").args(["exec", "--data"]).arg(directory.path());
        let Output { status, stdout, stderr } =
            exec.args(options).args(["--", "sh", "-c", script]).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    };
    for options in [&["--offline=proxy"][..], &["--ephemeral"]] {
        let (status, said, told) = run(options);
        assert_eq!((status, &*said), (0, "403 0 404 0 404 0 NoSuchBucket\n"), "{told}");
    }
    let (status, _, told) = run(&["--offline=proxy", "--s3", "off"]);
    assert!(status == 9 && told.contains("only api.vultr.com can be reached"), "{told}");
}
