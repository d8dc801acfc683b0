//! What is done with load balancers in v1.

use serde_json::{Value, json};

use crate::tests::common::{V1, like, text};

/// Every call of the group, in the life of one load balancer.
pub(crate) async fn life(v1: &V1) {
    assert_eq!(v1.get("loadbalancer/list", &[]).await, json!([]));
    let (one, two) = (v1.server(&[]).await, v1.server(&[]).await);
    let subid = create(v1, &one).await;
    let id = ("SUBID", subid.as_str());
    listed(v1, &subid).await;
    instances(v1, &subid, &one, &two).await;
    rules(v1, &subid).await;
    settings(v1, &subid).await;
    certificate(v1, &subid).await;
    // The Node.js client spells it with a capital.
    assert_eq!(v1.get("loadBalancer/ssl_info", &[id]).await, json!({ "has_ssl": false }));
    let wrong_kind = v1.refused("loadbalancer/destroy", &[("SUBID", &one)]).await;
    assert!(wrong_kind.starts_with("Invalid load balancer."), "{wrong_kind}");
    v1.act("loadbalancer/destroy", &[id]).await;
    assert_eq!(v1.get("loadbalancer/list", &[]).await, json!([]));
    for path in ["loadbalancer/conf_info", "loadbalancer/forward_rule_list", "loadbalancer/list"] {
        let gone = v1.refused(path, &[id]).await;
        assert!(gone.starts_with("Invalid load balancer.  Check SUBID value"), "{path}: {gone}");
    }
    refused_at_creation(v1).await;
}

async fn create(v1: &V1, server: &str) -> String {
    let nodes = format!("[{server}]");
    let params = [
        ("DCID", "1"),
        ("label", "lb1"),
        ("config_ssl_redirect", "false"),
        ("sticky_sessions", "on"),
        ("cookie_name", "tests"),
        ("balancing_algorithm", "leastconn"),
        ("proxy_protocol", "off"),
        ("health_check", r#"{"protocol":"https","port":81,"path":"/up"}"#),
        (
            "forwarding_rules",
            r#"[{"frontend_protocol":"http","frontend_port":80,"backend_protocol":"http","backend_port":"80"}]"#,
        ),
        ("attached_nodes", nodes.as_str()),
    ];
    let made = v1.make("loadbalancer/create", &params).await;
    like(&json!({ "SUBID": 1_314_840 }), &made);
    v1.world.settle().await;
    text(&made["SUBID"])
}

async fn listed(v1: &V1, subid: &str) {
    let id = ("SUBID", subid);
    let example = json!([{
        "SUBID": 1, "date_created": "2019-09-07 07:07:00", "DCID": 1, "location": "New Jersey",
        "label": "lb1", "status": "active", "ipv4": "x", "ipv6": "x",
    }]);
    let list = v1.get("loadbalancer/list", &[]).await;
    like(&example, &list);
    assert_eq!(v1.get("loadbalancer/list", &[id]).await, list);
    let found = &list[0];
    assert_eq!((text(&found["SUBID"]), &found["status"]), (subid.into(), &json!("active")));
    assert_eq!((&found["DCID"], &found["location"]), (&json!(1), &json!("New Jersey")));
    let info = v1.get("loadbalancer/conf_info", &[id]).await;
    let example = json!({
        "generic_info": {
            "balancing_algorithm": "x", "ssl_redirect": false,
            "sticky_sessions": { "cookie_name": "x" }, "proxy_protocol": false,
        },
        "health_checks_info": {
            "protocol": "x", "port": 80, "path": "/", "check_interval": 15, "response_timeout": 5,
            "unhealthy_threshold": 5, "healthy_threshold": 5,
        },
        "has_ssl": true,
        "forward_rule_list": [{
            "RULEID": "x", "frontend_protocol": "x", "frontend_port": 80, "backend_protocol": "x",
            "backend_port": 80,
        }],
        "instance_list": [1],
    });
    like(&example, &info);
    assert_eq!(v1.get("loadbalancer/generic_info", &[id]).await, info["generic_info"]);
    assert_eq!(v1.get("loadbalancer/health_check_info", &[id]).await, info["health_checks_info"]);
    assert_eq!(info["generic_info"]["sticky_sessions"]["cookie_name"], "tests");
    assert_eq!(info["generic_info"]["balancing_algorithm"], "leastconn");
    let check = &info["health_checks_info"];
    assert_eq!((&check["protocol"], &check["port"]), (&json!("https"), &json!(81)));
    assert_eq!((&check["path"], &check["check_interval"]), (&json!("/up"), &json!(15)));
}

async fn instances(v1: &V1, subid: &str, one: &str, two: &str) {
    let id = ("SUBID", subid);
    let list = async || -> Vec<String> {
        let list = v1.get("loadbalancer/instance_list", &[id]).await;
        list["instance_list"].as_array().unwrap().iter().map(text).collect()
    };
    assert_eq!(list().await, [one]);
    let node = [id, ("backendNode", two)];
    v1.act("loadbalancer/instance_attach", &node).await;
    v1.act("loadbalancer/instance_attach", &node).await;
    assert_eq!(list().await, [one, two]);
    v1.act("loadbalancer/instance_detach", &[id, ("backendNode", one)]).await;
    assert_eq!(list().await, [two]);
    let again = v1.refused("loadbalancer/instance_detach", &[id, ("backendNode", one)]).await;
    assert!(again.starts_with("Invalid backendNode."), "{again}");
    for path in ["loadbalancer/instance_attach", "loadbalancer/instance_detach"] {
        let nobody = v1.refused(path, &[id, ("backendNode", "99999999")]).await;
        assert!(nobody.starts_with("Invalid server."), "{path}: {nobody}");
    }
    let ams = v1.make("server/create", &[("DCID", "7"), ("VPSPLANID", "201"), ("OSID", "387")]);
    let ams = text(&ams.await["SUBID"]);
    let there = v1.refused("loadbalancer/instance_attach", &[id, ("backendNode", &ams)]).await;
    assert!(there.contains("in ams"), "{there}");
    assert_eq!(list().await, [two]);
}

async fn rules(v1: &V1, subid: &str) {
    let id = ("SUBID", subid);
    let rule = [
        id,
        ("frontend_protocol", "tcp"),
        ("frontend_port", "8080"),
        ("backend_protocol", "tcp"),
        ("backend_port", "8080"),
    ];
    let made = v1.make("loadbalancer/forward_rule_create", &rule).await;
    let rule_id = text(&made["RULEID"]);
    assert_eq!(rule_id.len(), 16);
    let list = async || v1.get("loadbalancer/forward_rule_list", &[id]).await;
    let expected = json!({
        "RULEID": rule_id, "frontend_protocol": "tcp", "frontend_port": 8080,
        "backend_protocol": "tcp", "backend_port": 8080,
    });
    assert_eq!(list().await["forward_rule_list"][1], expected);
    let twice = v1.refused("loadbalancer/forward_rule_create", &rule).await;
    assert!(twice.starts_with("frontend_port: another rule"), "{twice}");
    let with = |name: &'static str, value: &'static str| {
        rule.map(|(known, old)| if known == name { (name, value) } else { (known, old) })
    };
    for (params, said) in [
        (with("frontend_protocol", "icmp"), "Invalid frontend_protocol.  `icmp` is none of"),
        (with("frontend_port", "70000"), "Invalid frontend_port.  `70000` is no"),
        (with("backend_port", "0"), "Invalid backend_port"),
    ] {
        let refused = v1.refused("loadbalancer/forward_rule_create", &params).await;
        let known = refused.starts_with(said) || refused.starts_with("backend_port: 0 is not");
        assert!(known, "{refused}");
    }
    v1.act("loadbalancer/forward_rule_delete", &[id, ("RULEID", &rule_id)]).await;
    assert_eq!(list().await["forward_rule_list"].as_array().unwrap().len(), 1);
    let gone = v1.refused("loadbalancer/forward_rule_delete", &[id, ("RULEID", &rule_id)]).await;
    assert!(gone.starts_with("Invalid forwarding rule.  Check RULEID"), "{gone}");
}

async fn settings(v1: &V1, subid: &str) {
    let id = ("SUBID", subid);
    let info = async || v1.get("loadbalancer/generic_info", &[id]).await;
    v1.act("loadbalancer/label_set", &[id, ("label", "lb2")]).await;
    assert_eq!(v1.get("loadbalancer/list", &[]).await[0]["label"], "lb2");
    let before = info().await;
    v1.act("loadbalancer/generic_update", &[id, ("sticky_sessions", "on")]).await;
    assert_eq!(info().await, before, "they are sticky by the cookie that they were");
    let change = [id, ("sticky_sessions", "off"), ("ssl_redirect", "true"), ("label", "lb3")];
    v1.act("loadbalancer/generic_update", &change).await;
    let after = info().await;
    assert_eq!(after["sticky_sessions"]["cookie_name"], "");
    assert_eq!(after["ssl_redirect"], true);
    assert_eq!(after["balancing_algorithm"], before["balancing_algorithm"]);
    assert_eq!(v1.get("loadbalancer/list", &[]).await[0]["label"], "lb3");
    let unnamed = [id, ("sticky_sessions", "on")];
    let refused = v1.refused("loadbalancer/generic_update", &unnamed).await;
    assert!(refused.starts_with("Missing cookie_name."), "{refused}");
    let change = [id, ("cookie_name", "c"), ("proxy_protocol", "on")];
    v1.act("loadbalancer/generic_update", &change).await;
    let after = info().await;
    assert_eq!(after["sticky_sessions"]["cookie_name"], "c");
    assert_eq!(after["proxy_protocol"], true);
    let random = [id, ("balancing_algorithm", "random")];
    let refused = v1.refused("loadbalancer/generic_update", &random).await;
    assert!(refused.starts_with("Invalid balancing_algorithm."), "{refused}");
    let check = async || v1.get("loadbalancer/health_check_info", &[id]).await;
    let before = check().await;
    v1.act("loadbalancer/health_check_update", &[id, ("port", "82"), ("path", "/")]).await;
    let mut expected = before;
    (expected["port"], expected["path"]) = (json!(82), json!("/"));
    assert_eq!(check().await, expected);
    for params in [[id, ("protocol", "icmp")], [id, ("check_interval", "0")]] {
        let refused = v1.refused("loadbalancer/health_check_update", &params).await;
        assert!(refused.contains(&format!("health_check.{}", params[1].0)), "{refused}");
    }
    assert_eq!(check().await, expected);
}

async fn certificate(v1: &V1, subid: &str) {
    let id = ("SUBID", subid);
    let key = "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----";
    let certificate = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----";
    let bad = [id, ("ssl_private_key", "AA"), ("ssl_certificate", certificate)];
    let refused = v1.refused("loadbalancer/ssl_add", &bad).await;
    assert!(refused.contains("private_key: it is no PEM"), "{refused}");
    let has = async || -> Value { v1.get("loadbalancer/ssl_info", &[id]).await["has_ssl"].clone() };
    assert_eq!(has().await, false);
    let good = [
        id,
        ("ssl_private_key", key),
        ("ssl_certificate", certificate),
        ("ssl_chain", certificate),
    ];
    v1.act("loadbalancer/ssl_add", &good).await;
    assert_eq!(has().await, true);
    v1.act("loadbalancer/ssl_remove", &[id]).await;
    assert_eq!(has().await, false);
}

async fn refused_at_creation(v1: &V1) {
    for (param, said) in [
        (("DCID", "4711"), "Invalid location."),
        (("balancing_algorithm", "random"), "Invalid balancing_algorithm."),
        (("sticky_sessions", "on"), "Missing cookie_name."),
        (("attached_nodes", "[99999999]"), "Invalid server."),
        (("forwarding_rules", "[{}]"), "Invalid forwarding_rules[0].frontend_protocol."),
        (("health_check", "[]"), "Invalid health_check."),
        (("health_check", "{\"port\":0}"), "health_check.port: 0 is not"),
        (("ssl_private_key", "AA"), "ssl.private_key: it is no PEM"),
    ] {
        let refused = v1.refused("loadbalancer/create", &[("DCID", "1"), param]).await;
        assert!(refused.starts_with(said), "{refused}");
    }
    assert_eq!(v1.get("loadbalancer/list", &[]).await, json!([]));
}
