"""Load balancers and their rules."""

from families.instances import server
from families.storage import ready
from harness import NOWHERE, ids

RULE = {"frontend_protocol": "http", "frontend_port": 80, "backend_protocol": "http", "backend_port": 8080}


def get(w, balancer):
    return w.balancers.get_load_balancer(load_balancer_id=balancer)["load_balancer"]


def made(w, **settings):
    """A load balancer that is active."""
    balancer = w.balancers.create_load_balancer(body={"region": "ewr", **settings})["load_balancer"]["id"]
    w.wait("a load balancer becomes active", lambda: ready(get(w, balancer), "active"))
    return balancer


def removed(w, balancer):
    w.balancers.delete_load_balancer(load_balancer_id=balancer)
    w.gone("a load balancer", w.balancers.get_load_balancer, load_balancer_id=balancer)


def life(w):
    with server(w, "balanced") as instance:
        check = {"protocol": "http", "port": 8080, "path": "/up", "check_interval": 10, "response_timeout": 5,
                 "unhealthy_threshold": 3, "healthy_threshold": 3}
        balancer = made(w, label="front", instances=[instance], health_check=check, forwarding_rules=[RULE], ssl_redirect=False,
                        sticky_session={"cookie_name": "stay"}, firewall_rules=[{"port": 80, "source": "192.0.2.0/24", "ip_type": "v4"}])
        found = get(w, balancer)
        w.same("label, instances and health check read back", (found["label"], found["instances"], found["health_check"]),
               ("front", [instance], check))
        w.same("the cookie reads back", found["generic_info"]["sticky_sessions"]["cookie_name"], "stay")
        w.show("it is listed", balancer in ids(w.balancers.list_load_balancers(query={"per_page": 500})["load_balancers"]))
        # This client writes the figures of a change as texts.
        w.balancers.update_load_balancer(load_balancer_id=balancer, body={"label": "door", "health_check": {"check_interval": "20"}})
        found = get(w, balancer)
        w.same("a new label and a figure sent as text read back", (found["label"], found["health_check"]),
               ("door", {**check, "check_interval": 20}))
        w.balancers.update_load_balancer(load_balancer_id=balancer, body={"instances": []})
        w.same("an empty list leaves no instance", get(w, balancer)["instances"], [])
        w.refused("a load balancer before an instance that is none", 400, w.balancers.update_load_balancer,
                  load_balancer_id=balancer, body={"instances": [NOWHERE]})
        removed(w, balancer)
    w.refused("a load balancer in a region that is none", 400, w.balancers.create_load_balancer, body={"region": "nowhere"})
    w.refused("an unknown load balancer", 404, w.balancers.get_load_balancer, load_balancer_id=NOWHERE)


def rules(w):
    balancer = made(w, firewall_rules=[{"port": 80, "source": "cloudflare", "ip_type": "v6"}])
    w.balancers.create_load_balancer_forwarding_rules(load_balancer_id=balancer, body=RULE)
    listed = w.balancers.list_load_balancer_forwarding_rules(load_balancer_id=balancer)["forwarding_rules"]
    w.same("a forwarding rule is listed as sent", [{key: each[key] for key in RULE} for each in listed], [RULE])
    path = {"load_balancer_id": balancer, "forwarding_rule_id": listed[0]["id"]}
    w.same("it reads back", w.balancers.get_load_balancer_forwarding_rule(**path)["forwarding_rule"], listed[0])
    for what, fault in (("port 0", {"frontend_port": 0}), ("an unknown protocol", {"backend_protocol": "carrier-pigeon"})):
        w.refused(f"a rule with {what}", 400, w.balancers.create_load_balancer_forwarding_rules, load_balancer_id=balancer,
                  body={**RULE, **fault})
    w.balancers.delete_load_balancer_forwarding_rule(**path)
    w.gone("a forwarding rule", w.balancers.get_load_balancer_forwarding_rule, **path)
    listed = w.balancers.list_loadbalancer_firewall_rules(loadbalancer_id=balancer)["firewall_rules"]
    w.same("a firewall rule is listed as sent", (listed[0]["port"], listed[0]["source"], listed[0]["ip_type"]), (80, "cloudflare", "v6"))
    rule = w.balancers.get_loadbalancer_firewall_rule(loadbalancer_id=balancer, firewall_rule_id=listed[0]["id"])["firewall_rule"]
    w.same("it reads back", rule, listed[0])
    removed(w, balancer)
