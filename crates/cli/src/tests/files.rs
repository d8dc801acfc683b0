//! Texts from files, and networks in one word.

use serde_json::{Value, json};

use super::common::{Kettle, Ran, WEB};

/// Takes everything.
fn yes(method: &str, _path: &str, _body: &Value) -> (u16, Value) {
    match method {
        "GET" => (404, json!({"error": "Not found", "status": 404})),
        _ => (200, Value::Null),
    }
}

fn body(ran: &Ran) -> Value {
    let last = ran.asked.last().unwrap_or_else(|| panic!("nothing was sent: {}", ran.err));
    serde_json::from_str(last.splitn(3, ' ').nth(2).unwrap()).unwrap()
}

fn refused(ran: &Ran) -> &str {
    let sent = ran.asked.iter().filter(|asked| !asked.starts_with("GET")).count();
    assert_eq!((ran.exit, sent), (2, 0), "{}", ran.err);
    ran.err.trim_end()
}

fn file(name: &str, text: impl AsRef<[u8]>) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (directory, path)
}

const CREATE: &str = "instance create --region ewr --plan p --os-id 1";

#[tokio::test(start_paused = true)]
async fn what_the_api_wants_in_base64_is_encoded_on_the_way() {
    let kettle = Kettle { stdin: "#cloud-config\n", ..Kettle::new(yes) };
    let (_directory, path) = file("cloud.yaml", "#cloud-config\n");
    for given in [format!("@{path}"), "@-".to_owned()] {
        let ran = kettle.run(&format!("{CREATE} --user-data {given}")).await;
        assert_eq!(body(&ran)["user_data"], "I2Nsb3VkLWNvbmZpZwo=");
        let ran = kettle.run(&format!("startup-script create --name n --script {given}")).await;
        assert_eq!(body(&ran)["script"], "I2Nsb3VkLWNvbmZpZwo=");
        let line = format!("load-balancer create --region ewr --field ssl.certificate_b64={given}");
        assert_eq!(
            body(&kettle.run(&line).await)["ssl"]["certificate_b64"],
            "I2Nsb3VkLWNvbmZpZwo="
        );
    }
    // What is in base64 already is sent as it is, and what is not is told.
    let ran = kettle.run(&format!("{CREATE} --user-data I2Nsb3VkLWNvbmZpZwo")).await;
    assert_eq!(body(&ran)["user_data"], "I2Nsb3VkLWNvbmZpZwo");
    let ran = kettle.run(&format!("{CREATE} --user-data #cloud-config")).await;
    assert!(refused(&ran).starts_with("error: --user-data: this is no base64"), "{}", ran.err);
    assert!(ran.err.contains("--user-data @FILE"), "{}", ran.err);
    let (_directory, path) = file("image", [0xff, 0xfe, 0]);
    let ran = kettle.run(&format!("{CREATE} --user-data @{path}")).await;
    assert_eq!(body(&ran)["user_data"], "//4A", "any bytes will do");
}

#[tokio::test(start_paused = true)]
async fn every_text_may_come_from_a_file() {
    let kettle = Kettle::new(yes);
    let (_directory, path) = file("id.pub", "ssh-ed25519 AAAA me@home\n");
    let ran = kettle.run(&format!("ssh-key create --name me --ssh-key @{path}")).await;
    assert_eq!(body(&ran), json!({"name": "me", "ssh_key": "ssh-ed25519 AAAA me@home"}));
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let key = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
    let ((_d, pem), (_k, key)) = (file("cert.pem", pem), file("key.pem", key));
    let line = format!(
        "load-balancer update {WEB} --field ssl.certificate=@{pem} --field ssl.private_key=@{key}"
    );
    let sent = body(&kettle.run(&line).await);
    assert!(sent["ssl"]["certificate"].as_str().unwrap().ends_with("END CERTIFICATE-----"));
    assert!(sent["ssl"]["private_key"].as_str().unwrap().starts_with("-----BEGIN EC PRIVATE"));
    let (_directory, path) = file("ssl.json", r#"{"certificate": "c", "private_key": "k"}"#);
    let ran = kettle.run(&format!("load-balancer update {WEB} --ssl @{path}")).await;
    assert_eq!(body(&ran)["ssl"]["certificate"], "c");
}

#[tokio::test(start_paused = true)]
async fn an_at_sign_can_be_meant() {
    let kettle = Kettle::new(yes);
    let ran = kettle.run("vpc create --region ewr --description @@home").await;
    assert_eq!(body(&ran)["description"], "@home");
    let ran = kettle.run("record create x.example --type A --name @ --data 198.18.0.1").await;
    assert_eq!(body(&ran)["name"], "@", "the domain itself");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_read_is_told_with_its_flag() {
    let kettle = Kettle { stdin: "text", ..Kettle::new(yes) };
    let ran = kettle.run(&format!("{CREATE} --user-data @/nowhere/x")).await;
    let said = refused(&ran);
    assert!(
        said.starts_with("error: --user-data: cannot read `/nowhere/x`: No such file"),
        "{said}"
    );
    let ran = kettle.run("vpc create --region ewr --description @home").await;
    assert!(refused(&ran).contains("written @@"), "{}", ran.err);
    let ran = kettle.run("load-balancer create --region ewr --field ssl.chain=@/nowhere/x").await;
    assert!(refused(&ran).starts_with("error: --field ssl.chain: cannot read"), "{}", ran.err);
    let (_directory, path) = file("image", [0xff, 0xfe, 0]);
    let ran = kettle.run(&format!("ssh-key create --name x --ssh-key @{path}")).await;
    assert!(refused(&ran).contains("is no text (UTF-8)"), "{}", ran.err);
    let ran = kettle.run("ssh-key create --name @- --ssh-key @-").await;
    let said = refused(&ran);
    assert_eq!(said, "error: --ssh-key: standard input can be read once, and --name has it");
}

#[tokio::test(start_paused = true)]
async fn home_is_found_behind_an_at_sign() {
    let (_directory, path) = file("id.pub", "ssh-ed25519 AAAA\n");
    let home = path.strip_suffix("/id.pub").unwrap().to_owned();
    let mut kettle = Kettle::new(yes);
    kettle.env = vec![("HOME", home.leak() as &'static str)].leak();
    let ran = kettle.run("ssh-key create --name x --ssh-key @~/id.pub").await;
    assert_eq!(body(&ran)["ssh_key"], "ssh-ed25519 AAAA");
}

#[tokio::test(start_paused = true)]
async fn a_private_key_is_sent_only_where_one_belongs() {
    let kettle = Kettle::new(yes);
    let keys = [
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n",
        "PuTTY-User-Key-File-3: ssh-ed25519\n",
        "\u{feff}-----BEGIN PRIVATE KEY-----\r\nAAAA\r\n",
    ];
    for key in keys {
        let (_directory, path) = file("id", key);
        for (line, arg) in [
            (format!("ssh-key create --name x --ssh-key @{path}"), "--ssh-key"),
            (format!("ssh-key update {WEB} --ssh-key @{path}"), "--ssh-key"),
            (format!("{CREATE} --user-data @{path}"), "--user-data"),
            (
                format!("load-balancer update {WEB} --field ssl.certificate=@{path}"),
                "--field ssl.certificate",
            ),
            (
                format!("load-balancer update {WEB} --field ssl.chain_b64=@{path}"),
                "--field ssl.chain_b64",
            ),
        ] {
            let ran = kettle.run(&line).await;
            let said = refused(&ran);
            assert!(said.starts_with(&format!("error: {arg}: this is a private key")), "{said}");
            assert!(!ran.err.contains("AAAA"), "{}", ran.err);
        }
    }
    // A machine may be given one along with its first boot.
    let cloud = "#cloud-config\nwrite_files:\n- content: |\n    -----BEGIN RSA PRIVATE KEY-----\n";
    let (_directory, path) = file("cloud", cloud);
    let ran = kettle.run(&format!("{CREATE} --user-data @{path}")).await;
    assert!(body(&ran)["user_data"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_network_is_given_in_one_word() {
    let kettle = Kettle::new(yes);
    for (line, expected) in [
        ("vpc create --region ewr", json!({"v4_subnet": "10.0.0.0", "v4_subnet_mask": 24})),
        ("network create --region ewr", json!({"v4_subnet": "10.0.0.0", "v4_subnet_mask": 24})),
        ("vpc2 create --region ewr", json!({"ip_block": "10.0.0.0", "prefix_length": 24})),
        (
            "firewall-rule create cb676a46-66fd-4dfb-b839-443f2e6c0b60 --protocol tcp --port 22",
            json!({"subnet": "10.0.0.0", "subnet_size": 24, "ip_type": "v4"}),
        ),
        (
            "user add-network cb676a46-66fd-4dfb-b839-443f2e6c0b60",
            json!({"subnet": "10.0.0.0", "subnet_size": 24}),
        ),
    ] {
        let sent = body(&kettle.run(&format!("{line} --subnet 10.0.0.0/24")).await);
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&sent[field], value, "{line}: {sent}");
        }
    }
    let rule = format!("firewall-rule create {WEB} --protocol tcp");
    let sent = body(&kettle.run(&format!("{rule} --subnet 2001:db8::/32")).await);
    assert_eq!(sent["ip_type"], "v6");
    let network = format!("user get-network {WEB} --subnet 10.0.0.0/8");
    let ran = kettle.run(&network).await;
    assert!(ran.asked[0].ends_with("?subnet=10.0.0.0&subnet_size=8"), "{:?}", ran.asked);
}

#[tokio::test(start_paused = true)]
async fn the_two_flags_of_a_network_stay_and_must_agree() {
    let kettle = Kettle::new(yes);
    let vpc = "vpc create --region ewr";
    for line in [
        format!("{vpc} --v4-subnet 10.0.0.0 --v4-subnet-mask 24"),
        format!("{vpc} --v4-subnet 10.0.0.0/24"),
        format!("{vpc} --subnet 10.0.0.0/24 --v4-subnet-mask 24"),
    ] {
        let sent = body(&kettle.run(&line).await);
        assert_eq!((&sent["v4_subnet"], &sent["v4_subnet_mask"]), (&json!("10.0.0.0"), &json!(24)));
    }
    for (given, said) in [
        ("10.0.0.0/24 --v4-subnet-mask 16", "has another size than --v4-subnet-mask 16"),
        ("10.0.0/24", "is no network; one is written 10.0.0.0/24"),
        ("10.0.0.0/", "is no network"),
        ("10.0.0.0/33", "has a size beyond 32"),
    ] {
        let ran = kettle.run(&format!("{vpc} --subnet {given}")).await;
        assert!(refused(&ran).contains(said), "{given}: {}", ran.err);
    }
    let ran = kettle.run(&format!("user add-network {WEB} --subnet 10.0.0.0")).await;
    assert_eq!(refused(&ran), "error: --subnet-size: is required");
    let ran = kettle.run(&format!("firewall-rule create {WEB} --protocol tcp --source x")).await;
    assert_eq!(refused(&ran), "error: --ip-type: is required");
}

#[tokio::test(start_paused = true)]
async fn a_body_is_named_as_any_other_file_too() {
    let (_directory, path) = file("b.json", r#"{"label": "x"}"#);
    let kettle = Kettle::new(yes);
    for json in [path.clone(), format!("@{path}")] {
        let ran = kettle.words(&["block", "update", WEB, "--json", &json]).await;
        assert_eq!((ran.exit, body(&ran)), (0, json!({"label": "x"})), "{}", ran.err);
    }
}
