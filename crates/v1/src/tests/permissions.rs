//! What a user's key may do in v1, by the permissions that the user has.

use axum::body::Body;

use super::common::{Answer, V1, form, only, text};

/// A call that the owner of the account may do, and the permissions that it takes.
type Case<'a> = (&'static str, &'a [(&'static str, &'a str)], &'static [&'static str]);

/// All that a user can have but `manage_users`, which is everything.
const ALL: [&str; 8] =
    ["subscriptions", "billing", "support", "provisioning", "dns", "abuse", "upgrade", "firewall"];

/// The key of a new user with these permissions.
async fn key_of(v1: &V1, acls: &[&str]) -> String {
    let users = v1.get("user/list", &[]).await.as_array().unwrap().len();
    let email = format!("user-{users}@example.com");
    let mut params = vec![("email", email.as_str()), ("name", "U"), ("password", "Long-enough-42")];
    params.extend(acls.iter().map(|acl| ("acls[]", *acl)));
    text(&v1.make("user/create", &params).await["api_key"])
}

async fn ask(v1: &V1, key: &str, (path, params, _): &Case<'_>) -> Answer {
    let verb = api::v1::find(path).unwrap().verb.as_str();
    let builder = http::Request::builder().method(verb).header("API-Key", key);
    let request = builder.uri(format!("/v1/{path}?{}", form(params))).body(Body::empty()).unwrap();
    let answer = v1.exchange(request).await;
    v1.world.settle().await;
    answer
}

#[tokio::test]
async fn each_permission_that_a_call_takes_is_asked_for() {
    let v1 = V1::new().await;
    let subid = v1.server(&[]).await;
    let id = [("SUBID", subid.as_str())];
    let upgrade = [id[0], ("VPSPLANID", "202")];
    let ssh_key = [("name", "k"), ("ssh_key", "ssh-rsa AAAA")];
    let server = [("DCID", "1"), ("VPSPLANID", "201"), ("OSID", "387")];
    let domain = [("domain", "example.com"), ("serverip", "192.0.2.1")];
    let cases: [Case<'_>; 18] = [
        ("account/info", &[], &[]),
        ("auth/info", &[], &[]),
        ("backup/list", &[], &["subscriptions"]),
        ("dns/create_domain", &domain, &["dns"]),
        ("dns/list", &[], &["dns"]),
        ("firewall/group_list", &[], &["firewall"]),
        ("firewall/group_create", &[], &["firewall"]),
        ("iso/list_public", &[], &[]),
        ("server/create", &server, &["provisioning", "subscriptions"]),
        ("server/list", &[], &["subscriptions"]),
        ("server/halt", &id, &["subscriptions"]),
        ("server/backup_enable", &id, &["upgrade", "subscriptions"]),
        ("server/backup_disable", &id, &["subscriptions"]),
        ("server/create_ipv4", &id, &["upgrade", "subscriptions"]),
        ("server/ddos_protection_enable", &id, &["upgrade", "subscriptions"]),
        ("server/upgrade_plan_list", &id, &["upgrade", "subscriptions"]),
        ("server/upgrade_plan", &upgrade, &["upgrade", "subscriptions"]),
        // v2 has made this one of what deploys; v1 asked for `subscriptions` only.
        ("sshkey/create", &ssh_key, &["provisioning"]),
    ];
    for case in cases {
        let (path, _, acls) = case;
        for lacking in acls {
            let others: Vec<_> = ALL.into_iter().filter(|acl| acl != lacking).collect();
            let answer = ask(&v1, &key_of(&v1, &others).await, &case).await;
            assert_eq!(answer.status, 403, "{path} without {lacking}: {answer:?}");
            assert!(answer.body.contains(lacking), "{path} without {lacking}: {answer:?}");
        }
        let acls = if acls.is_empty() { &["support"] } else { acls };
        let answer = ask(&v1, &key_of(&v1, acls).await, &case).await;
        assert_eq!(answer.status, 200, "{path} with {acls:?}: {answer:?}");
    }
}

#[tokio::test]
async fn users_are_managed_by_those_who_may_do_everything() {
    let v1 = V1::new().await;
    let list: Case<'_> = ("user/list", &[], &[]);
    assert_eq!(ask(&v1, &key_of(&v1, &ALL).await, &list).await.status, 403);
    let manager = key_of(&v1, &["manage_users"]).await;
    assert_eq!(ask(&v1, &manager, &list).await.status, 200);
    assert_eq!(ask(&v1, &manager, &("account/info", &[], &[])).await.status, 200);
}

#[tokio::test]
async fn who_may_only_look_at_servers_is_not_told_their_passwords() {
    let v1 = V1::new().await;
    v1.server(&[]).await;
    for (acl, length) in [("subscriptions_view", 0), ("subscriptions", 16), ("manage_users", 16)] {
        let answer = ask(&v1, &key_of(&v1, &[acl]).await, &("server/list", &[], &[])).await;
        let list: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let password = text(&only(&list).1["default_password"]);
        assert_eq!(password.len(), length, "{acl}");
    }
}
