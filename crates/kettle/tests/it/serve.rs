//! `kettle serve`, as a person and a script meet it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use api::account::GetAccount;
use api::api_keys::{DeleteApiKey, ListApiKeys};
use api::plans::ListPlans;
use api::ssh_keys::{CreateSshKey, ListSshKeys};
use rustix::process::Signal;

use crate::support::{Server, fails, kettle, serve, until};

fn ssh_key(name: &str) -> CreateSshKey {
    CreateSshKey { name: name.into(), ssh_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me".into() }
}

fn key_file(data: &Path) -> String {
    std::fs::read_to_string(data.join("key")).unwrap().trim().to_owned()
}

#[tokio::test]
async fn the_first_start_tells_all_that_one_needs_and_the_second_keeps_it() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("my data");
    let server = Server::start(&mut serve(&data), &data);
    let (url, key) = (server.url.clone(), key_file(&data));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&data), mode(&data.join("key"))), (0o700, 0o600));
    assert_eq!(key.len(), 36);
    let place = data.display();
    let told = format!(
        "Kettle {} serves the Vultr API at {url}\n  \
         key    {key} (kept in {place}/key)\n  \
         state  {place}/kettle.db\n  \
         see    {url}/console/ (`kettle console` opens it, signed in)\n  \
         try    curl -H \"Authorization: Bearer {key}\" {url}/v2/account\n",
        env!("CARGO_PKG_VERSION")
    );
    // What is real here, and where what answers, is said in between: see `dns.rs` and `s3.rs`.
    let planes = ["  s3 ", "  dns ", "  real ", "  sim "];
    let rest = server.said.lines().filter(|line| !planes.iter().any(|name| line.starts_with(name)));
    assert_eq!(rest.map(|line| format!("{line}\n")).collect::<String>(), told);
    server.client().send(ssh_key("kept")).await.unwrap();
    assert_eq!(std::fs::read_to_string(data.join("url")).unwrap().trim(), url);
    assert!(server.stop().success());
    assert!(!data.join("url").exists(), "nobody finds a server that has stopped");

    // A key that is given later is not taken: the first is what scripts have by now.
    let server = Server::start(serve(&data).env("VULTR_API_KEY", "ANOTHER"), &data);
    assert_eq!(key_file(&data), key);
    assert!(!server.said.contains(&key), "it is told once: {}", server.said);
    assert!(server.said.contains(&format!("Bearer $(cat '{place}/key')")), "{}", server.said);
    let keys = server.client().send(ListSshKeys::default()).await.unwrap();
    assert_eq!(keys.items[0].name, "kept");
    let refused = server.client_with("ANOTHER").send(GetAccount {}).await.unwrap_err();
    assert_eq!(refused.status(), Some(401));
}

#[tokio::test]
async fn a_key_of_ones_own_is_taken_from_kettle_key_or_a_file_and_never_told() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let file = data.join("wished");
    std::fs::write(&file, "OF-THE-FILE\n").unwrap();
    let start = |way: &str| match way {
        "file" => {
            Server::start(serve(data).env("KETTLE_KEY", "X").arg("--key-file").arg(&file), data)
        }
        key => Server::start(serve(data).env("KETTLE_KEY", key), data),
    };
    let mut former = None;
    // Also in place of the one that is kept: who names it wants it.
    for (way, key) in [(" OWN\n", "OWN"), ("ANOTHER", "ANOTHER"), ("file", "OF-THE-FILE")] {
        let server = start(way);
        assert_eq!(key_file(data), key);
        server.client_with(key).send(GetAccount {}).await.unwrap();
        assert!(!server.said.contains(key), "{}", server.said);
        if let Some(former) = former.replace(key) {
            let refused = server.client_with(former).send(GetAccount {}).await.unwrap_err();
            assert_eq!(refused.status(), Some(401), "the former key goes");
        }
        assert!(server.stop().success());
    }

    let mut command = kettle(data);
    command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0"]).env("KETTLE_KEY", "OWN");
    let server = Server::start(&mut command, &data.join("nowhere"));
    assert!(!server.said.contains("OWN"), "{}", server.said);
    assert!(server.said.contains("key    that of KETTLE_KEY\n"), "{}", server.said);
    assert!(server.said.contains("Bearer $KETTLE_KEY"), "{}", server.said);
    server.client_with("OWN").send(GetAccount {}).await.unwrap();

    for key in ["two words", "two\nlines"] {
        let (_, said) = fails(serve(data).env("KETTLE_KEY", key));
        assert!(said.contains("KETTLE_KEY must be letters") && !said.contains(key), "{said}");
    }
    let long = "K".repeat(256);
    let (_, said) = fails(serve(data).env("KETTLE_KEY", &long));
    assert_eq!(said, "error: the key in KETTLE_KEY has 256 bytes; a key has at most 255\n");
}

#[tokio::test]
async fn the_callers_key_for_the_real_api_is_nothing_to_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    for args in [&["--data"][..], &["--ephemeral", "--data"]] {
        let mut command = kettle(data);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(args).arg(data);
        let server = Server::start(command.env("VULTR_API_KEY", "REALKEY"), data);
        assert!(!server.said.contains("REALKEY"), "{}", server.said);
        let refused = server.client_with("REALKEY").send(GetAccount {}).await.unwrap_err();
        assert_eq!(refused.status(), Some(401));
        assert!(server.stop().success());
        let entries = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
        for file in entries.filter(|entry| entry.is_file()) {
            let text = std::fs::read(file).unwrap();
            assert!(!text.windows(7).any(|word| word == b"REALKEY"), "it is on the disk");
        }
    }
}

#[test]
fn a_server_ends_with_the_program_at_the_other_end_of_its_input() {
    let directory = tempfile::tempdir().unwrap();
    let ready = directory.path().join("ready");
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = kettle(directory.path());
    command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0", "--until-eof"]);
    command.arg("--ready-file").arg(&ready).stdin(reader);
    let server = Server::start(&mut command, &directory.path().join("nowhere"));
    drop(command);
    // What is said to it means nothing, and somebody who keeps a connection open holds nothing up.
    (&writer).write_all(b"anything\n").unwrap();
    let _open = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    assert_eq!(std::fs::read_to_string(&ready).unwrap().trim(), server.url);
    drop(writer);
    assert!(server.ended().success());
    assert!(!ready.exists(), "nobody finds a server that has stopped");

    let (_, said) = fails(kettle(directory.path()).args(["serve", "--until-eof", "--detach"]));
    assert!(said.contains("cannot be used with '--detach'"), "{said}");
}

#[tokio::test]
async fn a_lost_key_file_costs_no_data_and_no_account() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    server.client().send(ssh_key("kept")).await.unwrap();
    let old = server.key.clone();
    assert!(server.stop().success());
    std::fs::remove_file(data.join("key")).unwrap();

    let server = Server::start(&mut serve(data), data);
    assert_ne!(server.key, old);
    let keys = server.client().send(ListSshKeys::default()).await.unwrap();
    assert_eq!(keys.items.len(), 1, "the new key is of the same account");
    let refused = server.client_with(&old).send(GetAccount {}).await.unwrap_err();
    assert_eq!(refused.status(), Some(401), "the file decides");
}

#[tokio::test]
async fn an_owners_key_that_was_deleted_is_not_brought_back_by_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let keys = server.client().send(ListApiKeys {}).await.unwrap();
    server.client().send(DeleteApiKey { apikey_id: keys.items[0].id }).await.unwrap();
    assert!(server.stop().success());

    let mut command = serve(data);
    command.env("KETTLE_LOG", "warn").stderr(Stdio::piped());
    let server = Server::start(&mut command, data);
    for _ in 0..2 {
        let refused = server.client().send(GetAccount {}).await.unwrap_err();
        assert_eq!(refused.status(), Some(401));
        // Nor does it empty the server.
        let answer = server.client().raw(api::Method::POST, "/_kettle/reset", None).await.unwrap();
        assert_eq!(answer.status, 403);
    }
}

#[test]
fn what_lies_in_the_data_directory_is_its_owners_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("shared");
    std::fs::create_dir(&data).unwrap();
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&data, 0o755);
    let check = |doing: &str| {
        let mut seen = Vec::new();
        for entry in std::fs::read_dir(&data).unwrap() {
            let entry = entry.unwrap();
            // A file that is gone by now was on the way to its name, which it has: see `write_url`.
            let Ok(found) = entry.metadata() else { continue };
            let mode = found.permissions().mode() & 0o777;
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_file() {
                assert_eq!(mode, 0o600, "{doing}: {name}");
            }
            seen.push(name);
        }
        seen
    };
    let server = Server::start(&mut serve(&data), &data);
    until("its url", || data.join("url").exists().then_some(()));
    let seen = check("made");
    for name in ["kettle.db", "kettle.db-wal", "kettle.db.lock", "serve.lock", "key", "url"] {
        assert!(seen.iter().any(|there| there == name), "{name}: {seen:?}");
    }
    server.kill();
    for name in check("left") {
        set(&data.join(name), 0o644);
    }
    let mut command = serve(&data);
    let mut process = command
        .env("KETTLE_LOG", "warn")
        .arg("--ready-file")
        .arg(directory.path().join("ready"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until("the server", || directory.path().join("ready").exists().then_some(()));
    check("found open to all");
    process.kill().unwrap();
    let said = String::from_utf8(process.wait_with_output().unwrap().stderr).unwrap();
    assert!(said.contains("others can look into the data directory (mode 755)"), "{said}");
    assert!(said.contains(&format!("chmod 700 {}", data.display())), "{said}");

    let mut exec = kettle(&data);
    exec.args(["exec", "--data"]).arg(&data).args(["--", "true"]);
    assert!(exec.status().unwrap().success());
    check("after exec");
    let ca = data.join("exec/ca-key.pem").metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(ca, 0o600);
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_and_harms_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let server = Server::start(&mut serve(data), data);
    let (status, said) = fails(&mut serve(data));
    let first = format!("error: another server runs on the data directory {}", data.display());
    assert_eq!(status, 1);
    assert!(said.starts_with(&first), "{said}");
    assert!(said.contains(&server.url) && said.contains("--data DIR"), "{said}");
    assert!(data.join("url").exists(), "the first one is still found");
    server.client().send(ssh_key("works on")).await.unwrap();
}

#[tokio::test]
async fn an_ephemeral_server_keeps_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path();
    for _ in 0..2 {
        let mut command = kettle(home);
        let server =
            Server::start(command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0"]), home);
        assert!(server.said.contains("in memory"), "{}", server.said);
        assert_eq!(server.client().send(ListSshKeys::default()).await.unwrap().meta.total, 0);
        server.client().send(ssh_key("lost")).await.unwrap();
        assert!(server.stop().success());
    }
    assert_eq!(std::fs::read_dir(home).unwrap().count(), 0);
}

#[tokio::test]
async fn an_open_server_gives_each_key_an_account_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(serve(directory.path()).arg("--open"), directory.path());
    let (one, other) = (server.client_with("ONE"), server.client_with("OTHER"));
    one.send(ssh_key("mine")).await.unwrap();
    assert_eq!(one.send(ListSshKeys::default()).await.unwrap().meta.total, 1);
    assert_eq!(other.send(ListSshKeys::default()).await.unwrap().meta.total, 0);
    let nobody = server.client_with("").send(ListSshKeys::default()).await.unwrap_err();
    assert_eq!(nobody.status(), Some(401));
}

#[tokio::test]
async fn who_is_too_fast_is_told_to_wait_if_it_behaves_as_vultr() {
    let directory = tempfile::tempdir().unwrap();
    for (how, limited) in [("fast", false), ("vultr", true)] {
        let server =
            Server::start(serve(directory.path()).args(["--behave", how]), directory.path());
        let client = server.client();
        let mut answers = Vec::new();
        for _ in 0..8 {
            // Together: thirty-one in one second, even where a second begins among them.
            let asked: Vec<_> = (0..20)
                .map(|_| {
                    let client = client.clone();
                    tokio::spawn(async move {
                        client.raw(api::Method::GET, "/v2/regions", None).await.unwrap()
                    })
                })
                .collect();
            for answer in asked {
                answers.push(answer.await.unwrap());
            }
        }
        let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
        assert_eq!(!refused.is_empty(), limited, "{how}");
        assert!(answers.len() - refused.len() >= 30);
        for answer in refused {
            assert_eq!(answer.headers["retry-after"], "1");
        }
    }
}

#[test]
fn what_cannot_be_started_says_why() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = kettle(&data);
    let (status, said) = fails(command.args(["serve", "--listen", &address, "--data"]).arg(&data));
    assert_eq!(status, 1);
    assert!(said.starts_with(&format!("error: cannot listen on {address}; `--listen ")), "{said}");

    let file = directory.path().join("file");
    std::fs::write(&file, "text").unwrap();
    let (_, said) = fails(&mut serve(&file));
    let words = format!("error: cannot make the data directory {}: ", file.display());
    assert!(said.starts_with(&words), "{said}");

    let strange = directory.path().join("strange");
    std::fs::create_dir(&strange).unwrap();
    std::fs::write(strange.join("kettle.db"), "no database, but a text of some length").unwrap();
    let (_, said) = fails(&mut serve(&strange));
    let words = format!("error: cannot open {}/kettle.db: ", strange.display());
    assert!(said.starts_with(&words), "{said}");

    let empty = directory.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    std::fs::write(empty.join("key"), "\n").unwrap();
    let (_, said) = fails(&mut serve(&empty));
    assert!(said.contains("is empty; delete it to have a new key made"), "{said}");

    let ready = directory.path().join("no/such/place");
    let (_, said) = fails(serve(&data).arg("--ready-file").arg(&ready));
    assert!(said.starts_with(&format!("error: cannot write {}", ready.display())), "{said}");

    let (_, said) = fails(serve(&data).args(["--store", "postgres://127.0.0.1:1/nowhere"]));
    assert!(said.starts_with("error: cannot use --store: PostgreSQL: "), "{said}");
    let (status, said) = fails(serve(&data).args(["--store", "postgres://x/y", "--ephemeral"]));
    assert_eq!(status, 2, "{said}");
}

#[tokio::test]
async fn a_catalogue_of_ones_own_is_read_whole_or_refused() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let file = data.join("own.jsonl");
    let (_, said) = fails(serve(data).arg("--catalog").arg(&file));
    let words = format!("error: cannot read the catalogue {}: ", file.display());
    assert!(said.starts_with(&words), "{said}");

    let plan = r#"{"plan": {"id": "my-plan", "type": "vc2", "vcpu_count": 1, "ram": 1024, "disk": 25, "disk_type": "SSD", "bandwidth": 1024, "cost": {"monthly": 7.5}, "cpu_vendor": "Intel", "locations": ["ewr"]}}"#;
    std::fs::write(&file, format!("{plan}\n{}\n", plan.replace("1024", "\"much\""))).unwrap();
    let (_, said) = fails(serve(data).arg("--catalog").arg(&file));
    let words = format!("error: {}: line 2: plan \"my-plan\": ", file.display());
    assert!(said.starts_with(&words), "{said}");

    std::fs::write(&file, plan).unwrap();
    let server = Server::start(serve(data).arg("--catalog").arg(&file), data);
    let plans = server.client().send(all_plans()).await.unwrap();
    assert!(plans.items.iter().any(|plan| plan.id == "my-plan"));
}

fn all_plans() -> ListPlans {
    ListPlans { per_page: Some(500), ..ListPlans::default() }
}

#[tokio::test]
async fn withdrawn_plans_are_listed_on_request_only() {
    let directory = tempfile::tempdir().unwrap();
    for (args, listed) in [(&[][..], false), (&["--with-retired"][..], true)] {
        let server = Server::start(serve(directory.path()).args(args), directory.path());
        let plans = server.client().send(all_plans()).await.unwrap();
        assert_eq!(plans.items.iter().any(|plan| plan.id == "vc2-1c-1gb-sc1"), listed);
    }
}

#[tokio::test]
async fn the_ready_file_says_where_it_answers_and_goes_when_it_stops() {
    let directory = tempfile::tempdir().unwrap();
    let (data, ready) = (directory.path(), directory.path().join("ready"));
    // What a killed server has left.
    std::fs::write(&ready, "http://127.0.0.1:1\n").unwrap();
    let mut command = serve(data);
    let mut process =
        command.arg("--ready-file").arg(&ready).stdout(Stdio::null()).spawn().unwrap();
    let url = until("the file", || {
        let text = std::fs::read_to_string(&ready).ok()?;
        (!text.contains(":1\n")).then(|| text.trim().to_owned())
    });
    let client = sdk::Client::builder(url).attempts(1).build().unwrap();
    let answer = client.raw(api::Method::GET, "/_kettle/health", None).await.unwrap();
    assert_eq!(answer.status, 200);
    let pid = rustix::process::Pid::from_raw(process.id().cast_signed()).unwrap();
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    assert!(process.wait().unwrap().success());
    assert!(!ready.exists());
}

#[test]
fn a_second_signal_does_not_wait() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(&mut serve(directory.path()), directory.path());
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    // Far more than the kernel takes for who does not read: the first signal waits for that.
    let ask = format!("GET /openapi.json HTTP/1.1\r\nHost: {address}\r\n\r\n").repeat(40);
    stream.write_all(ask.as_bytes()).unwrap();
    stream.read_exact(&mut [0; 12]).unwrap();
    // Both are there when it looks, since it is stopped while they come.
    for signal in [Signal::STOP, Signal::INT, Signal::TERM, Signal::CONT] {
        server.send(signal);
    }
    assert_eq!(server.ended().code(), Some(130));
}

#[test]
fn it_serves_even_if_nobody_reads_what_it_says() {
    let directory = tempfile::tempdir().unwrap();
    let (read, write) = std::io::pipe().unwrap();
    drop(read);
    let mut process = serve(directory.path()).stdout(write).spawn().unwrap();
    let url = until("its url", || std::fs::read_to_string(directory.path().join("url")).ok());
    let address = url.trim().strip_prefix("http://").unwrap();
    TcpStream::connect(address).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
}

#[test]
fn programs_for_clusters_that_are_not_there_are_told_before_anything_is_served() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (_, said) = fails(serve(&data).arg("--kubernetes").arg(directory.path()));
    let place = directory.path().display();
    let told = format!("there is no kube-apiserver in {place}; --kubernetes takes a directory");
    assert!(said.contains(&told), "{said}");
    let both = ["--kubernetes", "/usr/bin", "--store", "postgres://me@host/database"];
    let (_, said) = fails(serve(&data).args(both));
    assert!(said.contains("'--kubernetes <DIR>' cannot be used with '--store <URL>'"), "{said}");
}
