//! `loadbalancer/*`: load balancers.
//!
//! v2 has no such family here yet: parameters are checked, and then the call is refused.

use crate::calls::{Kind::*, SUBID, calls, opt, req};
use crate::cx::Cx;
use crate::error::Result;
use crate::reply::Reply;

calls! {
    Get "loadbalancer/conf_info" (SUBID) "GET /v2/load-balancers/{load-balancer-id}" => unserved;
    Post "loadbalancer/create" (
        req("DCID", Integer), opt("label", Text), opt("config_ssl_redirect", Boolean),
        opt("sticky_sessions", Switch), opt("cookie_name", Text),
        opt("balancing_algorithm", Text), opt("proxy_protocol", Switch),
        opt("health_check", Json), opt("forwarding_rules", Json), opt("ssl_private_key", Text),
        opt("ssl_certificate", Text), opt("ssl_chain", Text), opt("attached_nodes", Json),
    ) "POST /v2/load-balancers" => unserved;
    Post "loadbalancer/destroy" (SUBID) "DELETE /v2/load-balancers/{load-balancer-id}" => unserved;
    Post "loadbalancer/forward_rule_create" (
        SUBID, req("frontend_protocol", Text), req("frontend_port", Integer),
        req("backend_protocol", Text), req("backend_port", Integer),
    ) "POST /v2/load-balancers/{load-balancer-id}/forwarding-rules" => unserved;
    Post "loadbalancer/forward_rule_delete" (SUBID, req("RULEID", Text))
        "DELETE /v2/load-balancers/{load-balancer-id}/forwarding-rules/{forwarding-rule-id}"
        => unserved;
    Get "loadbalancer/forward_rule_list" (SUBID)
        "GET /v2/load-balancers/{load-balancer-id}/forwarding-rules" => unserved;
    Get "loadbalancer/generic_info" (SUBID) "GET /v2/load-balancers/{load-balancer-id}" => unserved;
    Post "loadbalancer/generic_update" (
        SUBID, opt("label", Text), opt("balancing_algorithm", Text),
        opt("sticky_sessions", Switch), opt("cookie_name", Text), opt("ssl_redirect", Boolean),
        opt("proxy_protocol", Switch),
    ) "PATCH /v2/load-balancers/{load-balancer-id}" => unserved;
    Get "loadbalancer/health_check_info" (SUBID)
        "GET /v2/load-balancers/{load-balancer-id}" => unserved;
    Post "loadbalancer/health_check_update" (
        SUBID, opt("protocol", Text), opt("port", Integer), opt("check_interval", Integer),
        opt("response_timeout", Integer), opt("unhealthy_threshold", Integer),
        opt("healthy_threshold", Integer), opt("path", Text),
    ) "PATCH /v2/load-balancers/{load-balancer-id}" => unserved;
    Post "loadbalancer/instance_attach" (SUBID, req("backendNode", Integer))
        "PATCH /v2/load-balancers/{load-balancer-id}" => unserved;
    Post "loadbalancer/instance_detach" (SUBID, req("backendNode", Integer))
        "PATCH /v2/load-balancers/{load-balancer-id}" => unserved;
    Get "loadbalancer/instance_list" (SUBID)
        "GET /v2/load-balancers/{load-balancer-id}" => unserved;
    Post "loadbalancer/label_set" (SUBID, req("label", Text))
        "PATCH /v2/load-balancers/{load-balancer-id}" => unserved;
    Get "loadbalancer/list" (opt("SUBID", Integer)) "GET /v2/load-balancers" => unserved;
    Post "loadbalancer/ssl_add" (
        SUBID, req("ssl_private_key", Text), req("ssl_certificate", Text), opt("ssl_chain", Text),
    ) "PATCH /v2/load-balancers/{load-balancer-id}" => unserved;
    Get "loadbalancer/ssl_info" (SUBID) "GET /v2/load-balancers/{load-balancer-id}" => unserved;
    Post "loadbalancer/ssl_remove" (SUBID)
        "DELETE /v2/load-balancers/{load-balancer-id}/ssl" => unserved;
}

async fn unserved(cx: Cx) -> Result<Reply> {
    Err(cx.unserved("load balancers"))
}
