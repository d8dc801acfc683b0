//! Every example in the help, run as it stands on a world where things have the names it uses.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use cli::{Context, Terminal};
use serde_json::Value;
use testkit::World;

/// What there is before an example runs, made by the command line itself.
const THINGS: &[&str] = &[
    "ssh-key create --name laptop --ssh-key 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB me@laptop'",
    "startup-script create --name setup --script IyEvYmluL3NoCmVjaG8gaGkK",
    "firewall create --description office",
    "firewall rule create office --ip-type v4 --protocol tcp --port 22 --subnet 0.0.0.0 --subnet-size 0",
    "vpc create --region ewr --description private --v4-subnet 10.7.0.0 --v4-subnet-mask 24",
    "vpc create --region ewr --description office --v4-subnet 10.8.0.0 --v4-subnet-mask 24",
    "vpc create --region lax --description unused",
    "vpc2 create --region ewr --description older",
    "network create --region ewr --description oldest",
    "vpc2 create --region ewr --description unused",
    "network create --region lax --description lonely",
    "nat-gateway create private --label exit",
    "instance create --region ewr --plan vc2-1c-1gb --os-id 2136 --label web --backups enabled \
     --enable-ipv6 --attach-vpc private --attach-vpc2 older --attach-private-network oldest \
     --user-data eA==",
    "instance create --region ewr --plan vc2-1c-1gb --os-id 2136 --label db",
    "bare-metal create --region ewr --plan vbm-4c-32gb --os-id 2136 --label metal --enable-ipv6 \
     --attach-vpc private --attach-vpc2 older",
    "kubernetes create --region ewr --version v1.36.5+1 --label prod --node-pools \
     '[{\"node_quantity\": 2, \"label\": \"workers\", \"plan\": \"vc2-1c-2gb\"}]'",
    "instance template create --plan vc2-1c-1gb --os-id 2136 --label small",
    "block create --region ewr --size-gb 50 --label data",
    "block create --region ewr --size-gb 50 --label media",
    "object-storage create --cluster-id 2 --tier-id 2 --label assets",
    "vfs create --region ewr --label shared --storage-size '{\"gb\": 10}'",
    "vfs create --region ewr --label unused --storage-size '{\"gb\": 10}'",
    "inference create --label chat",
    "registry create --name images --public=false --region sjc --plan start_up",
    "registry create-docker-credentials images",
    "registry replication create images --region blr",
    "registry retention create images --rule-type 'days pushed' --count 30 --repository-action matches \
     --repository-match '**' --tag-action matches --tag-match '**' --untagged=true",
    "pull-zone create --label pages --origin-scheme https --origin-domain pages.example.com",
    "push-zone create --label media",
    "iso create --url https://example.com/rescue.iso --description rescue",
    "reserved-ip create --region ewr --ip-type v4 --label spare",
    "reserved-ip create --region ewr --ip-type v4 --label taken",
    "domain create --domain example.com --ip 192.0.2.7",
    "domain record create example.com --name shop --type A --data 192.0.2.8",
    "user create --email alice@example.com --name alice --password Correct-Horse-7",
    "user create-api-key alice --name deploy",
    "user add-network alice --subnet 198.51.100.0 --subnet-size 24",
    "api-key create --name laptop",
    "database create --label orders --database-engine pg --database-engine-version 17 --region ewr \
     --plan vultr-dbaas-business-cc-2-80-4",
    "database create --label cart --database-engine mysql --database-engine-version 8.4 --region ewr \
     --plan vultr-dbaas-startup-cc-1-55-2",
    "database create --label cache --database-engine valkey --database-engine-version 9.0 \
     --region ewr --plan vultr-dbaas-startup-rp-intel-1-12-2",
    "database create --label events --database-engine kafka --database-engine-version 4.1 \
     --region ewr --plan vultr-dbaas-business-3x-occ-so-2-200-4 --enable-kafka-connect=true",
    // All of the above is there by then.
    "",
    "instance set-backup-schedule web --type daily --hour 4",
    "nat-gateway firewall-rule create private exit --protocol tcp --port 22 --subnet 192.0.2.0 \
     --subnet-size 24",
    "nat-gateway port-forwarding create private exit --name ssh --protocol tcp --external-port 2222 \
     --internal-ip 10.7.0.9 --internal-port 22",
    "kubernetes node-pool label create prod workers --key role --value web",
    "kubernetes node-pool taint create prod workers --key role --effect NoExecute",
    "block attach media --instance-id web",
    "reserved-ip attach taken --instance-id web",
    "snapshot create --instance-id web --description before-upgrade",
    "block snapshot create --block-id data --description weekly",
    "bucket create assets --bucket-name photos",
    "vfs attach shared web",
    "storage-gateway create --region ewr --type nfs4 --label nfs --export-config [] --network-config {}",
    "storage-gateway add-export nfs --vfs-uuid shared",
    "database user create orders --username app",
    "database user create orders --username idle",
    "database db create orders --name shop",
    "database db create orders --name unused",
    "database pool create orders --name web --database shop --username app --mode transaction \
     --size 10",
    "database replica create orders --region ewr --label reports",
    "database user create cache --username app",
    "database topic create events --name clicks --partitions 3 --replication 2 \
     --retention-hours 160 --retention-bytes=-1",
    "database quota create events --client-id shop --user vultradmin --consumer-byte-rate 0 \
     --producer-byte-rate 0 --request-percentage 50",
    "database connector create events --name search --topics clicks --class \
     com.couchbase.connect.kafka.CouchbaseSinkConnector --config \
     '{\"couchbase.seed.nodes\": \"db.example.com\"}'",
    "load-balancer create --region ewr --label front --instances web --forwarding-rules \
     '[{\"frontend_protocol\": \"http\", \"frontend_port\": 80, \"backend_protocol\": \"http\", \
     \"backend_port\": 80}]' --firewall-rules \
     '[{\"port\": 80, \"source\": \"192.0.2.0/24\", \"ip_type\": \"v4\"}]'",
    "",
];

/// The examples that run before another one: each takes away what others need, or what is made first
/// by one of them.
const BEFORE: &[(&str, &str)] = &[
    ("account add-bgp-prefixes", "account set-up-bgp"),
    ("bare-metal remove-reverse-ipv6", "bare-metal set-reverse-ipv6"),
    ("bucket delete-lifecycle", "bucket set-lifecycle"),
    ("database migration detach", "database migration start"),
    ("database migration get", "database migration start"),
    ("instance detach-iso", "instance attach-iso"),
    ("instance remove-ipv4", "instance add-ipv4"),
    ("instance remove-reverse-ipv6", "instance set-reverse-ipv6"),
    ("world fault delete", "world fault add"),
    ("load-balancer delete-reverse-ipv6", "load-balancer set-reverse-ipv6"),
    ("world snapshot delete", "world snapshot save"),
    ("world snapshot diff", "world snapshot save"),
    ("world snapshot restore", "world snapshot save"),
    ("world hold release", "world hold add"),
];

/// The files that examples read.
const FILES: &[(&str, &str)] = &[
    ("cloud.yaml", "#cloud-config\n"),
    ("hello.sh", "#!/bin/sh\necho hello\n"),
    ("id_ed25519.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB me@desktop\n"),
    ("letter.pdf", "%PDF-1.4\n"),
];

struct Ran {
    exit: u8,
    out: String,
    err: String,
}

async fn run(world: &World, words: &[String]) -> Ran {
    let root = cli::command();
    let line = std::iter::once("kettle".to_owned()).chain(words.iter().cloned());
    let matches = match cli::parse(root, line.map(Into::into)) {
        Ok(matches) => matches,
        Err(error) => {
            return Ran { exit: 2, out: String::new(), err: error.render().to_string() };
        }
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let context = Context {
        // It changes nothing.
        env: &|name| (name == "EDITOR").then(|| "true".to_owned()),
        stdin: &mut std::io::empty(),
        out: &mut out,
        err: &mut err,
        terminal: Terminal { asks: true, ..Terminal::default() },
        watch: cli::Watch::new(|_| {}),
        client: Some(world.client.clone()),
    };
    let mut run = Box::pin(cli::run(&matches, context));
    let exit = loop {
        // Whoever waits for something needs time to pass.
        tokio::select! {
            biased;
            exit = &mut run => break exit,
            () = tokio::time::sleep(Duration::from_millis(200)) => world.settle().await,
        }
    };
    drop(run);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { exit: exit as u8, out: text(out), err: text(err) }
}

async fn make(world: &World, lines: &[&str]) -> Result<(), String> {
    for line in lines {
        if line.is_empty() {
            world.settle().await;
            continue;
        }
        let ran = run(world, &cli::words(line)).await;
        if ran.exit != 0 {
            return Err(format!("(before) kettle {line}\n  {}", ran.err.trim_end()));
        }
    }
    Ok(())
}

async fn asked(world: &World, line: &str) -> Result<Value, String> {
    let ran = run(world, &cli::words(&format!("{line} -o json"))).await;
    serde_json::from_str(&ran.out).map_err(|e| format!("(before) {line}: {e}: {}", ran.err))
}

/// What stands for a placeholder.
async fn filled(world: &World, path: &str, args: &str, word: &str) -> Result<String, String> {
    let thing = cli::words(args).into_iter().next().unwrap();
    let (group, _) = path.rsplit_once(' ').unwrap();
    let (answer, pointer) = match (word, path) {
        ("ID", "instance job") => {
            (asked(world, "instance update web --plan vc2-1c-2gb").await?, "/job_ids/0")
        }
        ("ID", "kubernetes node-pool delete-node" | "kubernetes node-pool recycle-node") => {
            (asked(world, "kubernetes node-pool nodes prod workers").await?, "/0/id")
        }
        ("ID", "world hold show" | "world hold step") => {
            (asked(world, "instance get web").await?, "/id")
        }
        ("ID", _) => {
            let (things, _) = args.split_once("ID").unwrap();
            (asked(world, &format!("{group} list {}", things.trim_end())).await?, "/0/id")
        }
        ("DIGEST", _) => (asked(world, "registry artifact list images web").await?, "/0/digest"),
        ("ROBOT", _) => (asked(world, "registry robot list images").await?, "/0/name"),
        ("PASSWORD", _) => (asked(world, "registry get images").await?, "/root_user/password"),
        ("IPV4", "instance remove-ipv4") => (asked(world, "instance ipv4 web").await?, "/2/ip"),
        ("IPV4", "reserved-ip convert") => (asked(world, "instance get web").await?, "/main_ip"),
        ("IPV6", "load-balancer set-reverse-ipv6") => {
            (asked(world, "load-balancer get front").await?, "/ipv6")
        }
        ("IPV4", _) => (asked(world, &format!("{group} get {thing}")).await?, "/main_ip"),
        (_, _) => (asked(world, &format!("{group} get {thing}")).await?, "/v6_main_ip"),
    };
    let text = answer.pointer(pointer).ok_or_else(|| format!("{path}: {pointer} of {answer}"))?;
    Ok(text.as_str().map_or_else(|| text.to_string(), str::to_owned))
}

/// The binary's own commands need more than a world; `tests` in `main.rs` reads theirs.
fn needs_the_binary(path: &str) -> bool {
    let server = [
        "serve", "exec", "record", "replay", "image", "console", "doctor", "status", "log", "stop",
        "reset", "gateway",
    ];
    let own = path.split(' ').next().unwrap();
    server.contains(&own)
        || ["instance ssh", "instance console"].contains(&path)
        || ["world apply", "world export", "world import", "world diff"].contains(&path)
        || ["man", "mcp", "profile", "v1"].contains(&own)
}

/// A world with all of it.
async fn furnished() -> Result<World, String> {
    let world = World::new().await;
    make(&world, THINGS).await?;
    // What no command does: images are pushed by Docker, files uploaded by whoever has the form.
    let registry = asked(&world, "registry get images").await?;
    let registry = registry["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
    world.pushed(registry, "web", "latest", 1 << 20).await;
    let form = asked(&world, "push-zone file create-form media --name hello.txt --size 5").await?;
    world.upload(&serde_json::from_value(form).unwrap(), "text/plain", b"hello").await;
    // Meanwhile backups are made, and a month ends.
    world.advance(Duration::from_secs(864_000)).await;
    Ok(world)
}

async fn try_out(world: &World, path: &str, args: &str) -> Result<(), String> {
    if let Some((_, before)) = BEFORE.iter().find(|(of, _)| *of == path) {
        let (before, args) = cli::examples().find(|(path, _)| path == before).unwrap();
        step(world, before, args).await?;
        world.settle().await;
    }
    step(world, path, args).await
}

async fn step(world: &World, path: &str, args: &str) -> Result<(), String> {
    let mut line = cli::words(&format!("{path} {args}"));
    for placeholder in ["ID", "IPV4", "IPV6", "DIGEST", "ROBOT", "PASSWORD"] {
        // In JSON an `ID` is a field's name.
        let inside = format!("\"{placeholder}\"");
        let is_it =
            |word: &String| word == placeholder || (placeholder != "ID" && word.contains(&inside));
        if let Some(at) = line.iter().position(is_it) {
            let value = filled(world, path, args, placeholder).await?;
            line[at] = line[at].replace(placeholder, &value);
        }
    }
    let files = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        let path = files.path().join(name);
        std::fs::write(&path, text).unwrap();
        let given = line.iter_mut().filter(|word| **word == format!("@{name}"));
        given.for_each(|word| *word = format!("@{}", path.display()));
    }
    let ran = run(world, &line).await;
    match ran.exit {
        0 => Ok(()),
        _ => Err(format!("kettle {path} {args}\n  {}", ran.err.trim_end())),
    }
}

/// Examples that share a world: one of each family, and those that others get along without last.
fn batches() -> Vec<Vec<(&'static str, &'static str)>> {
    let mut batches = BTreeMap::<usize, Vec<_>>::new();
    let mut counts = BTreeMap::<&str, usize>::new();
    let command = |path: &'static str| path.rsplit(' ').next().unwrap();
    for (path, args) in cli::examples().filter(|(path, _)| !needs_the_binary(path)) {
        let count = counts.entry(path.split(' ').next().unwrap()).or_default();
        // All that only look stand in the first.
        let looks = matches!(command(path), "list" | "get");
        *count += usize::from(!looks);
        let at = match path {
            // Of what others need it leaves nothing.
            "world reset" => usize::MAX,
            _ if looks => 0,
            _ => *count,
        };
        batches.entry(at).or_default().push((path, args));
    }
    for batch in batches.values_mut() {
        let ends = |path| matches!(command(path), "update" | "delete");
        let (last, first): (Vec<_>, Vec<_>) = batch.drain(..).partition(|(path, _)| ends(path));
        let (makes, first) = first.into_iter().partition(|(path, _)| command(path) == "create");
        // What is below or uses another thing stands after it in the file.
        let back = |examples: Vec<_>| examples.into_iter().rev();
        batch.extend(Vec::into_iter(first).chain(back(makes)).chain(back(last)));
    }
    batches.into_values().collect()
}

#[test]
fn every_example_works_as_it_stands() {
    let (left, failed) = (Mutex::new(batches()), Mutex::new(Vec::new()));
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().start_paused(true).build().unwrap();
        while let Some(batch) = { left.lock().unwrap().pop() } {
            let outcome: Result<Vec<String>, String> = runtime.block_on(async {
                let world = furnished().await?;
                let mut failed = Vec::new();
                for (path, args) in batch {
                    failed.extend(try_out(&world, path, args).await.err());
                }
                Ok(failed)
            });
            failed.lock().unwrap().extend(outcome.unwrap_or_else(|why| vec![why]));
        }
    };
    std::thread::scope(|threads| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            threads.spawn(work);
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} fail:\n{}", failed.len(), failed.join("\n"));
}
