"""Networks: firewall groups and rules, VPCs, private networks, reserved addresses."""

from families.instances import get, server
from harness import NOWHERE, ids


def firewall(w):
    group = w.firewalls.create_firewall_group(body={"description": "web"})["firewall_group"]["id"]
    w.show("the group is listed", group in ids(w.firewalls.list_firewall_groups(query={"per_page": 500})["firewall_groups"]))
    w.firewalls.update_firewall_group(firewall_group_id=group, body={"description": "web servers"})
    rule = {"ip_type": "v4", "protocol": "tcp", "subnet": "192.0.2.0", "subnet_size": 24, "port": "443", "notes": "https"}
    first = add(w, group, rule)
    found = w.firewalls.get_firewall_group_rule(firewall_group_id=group, firewall_rule_id=str(first))["firewall_rule"]
    w.same("a rule reads back as sent", {key: found[key] for key in rule}, rule)
    six = add(w, group, {"ip_type": "v6", "protocol": "icmp", "subnet": "2001:db8::", "subnet_size": 32})
    spread = add(w, group, {**rule, "port": "8000:8010", "notes": ""})
    w.same("rules are numbered one after the other", [first, six, spread], [1, 2, 3])
    found = w.firewalls.get_firewall_group(firewall_group_id=group)["firewall_group"]
    w.same("the group has the new description and counts its rules", (found["description"], found["rule_count"]), ("web servers", 3))
    for what, fault in (("a port past 65535", {"port": "70000"}), ("an unknown protocol", {"protocol": "carrier-pigeon"}),
                        ("a subnet that is none", {"subnet": "no-subnet"}), ("a mask past 32", {"subnet_size": 33})):
        w.refused(f"a rule with {what}", 400, w.firewalls.post_firewalls_firewall_group_id_rules, firewall_group_id=group,
                  body={**rule, **fault})
    w.firewalls.delete_firewall_group_rule(firewall_group_id=group, firewall_rule_id=str(six))
    listed = ids(w.firewalls.list_firewall_group_rules(firewall_group_id=group)["firewall_rules"])
    w.same("a deleted rule is not listed", listed, [first, spread])
    w.gone("a rule", w.firewalls.get_firewall_group_rule, firewall_group_id=group, firewall_rule_id=str(six))
    w.firewalls.delete_firewall_group(firewall_group_id=group)
    w.gone("a firewall group", w.firewalls.get_firewall_group, firewall_group_id=group)


def add(w, group, rule):
    return w.firewalls.post_firewalls_firewall_group_id_rules(firewall_group_id=group, body=rule)["firewall_rule"]["id"]


def vpcs(w):
    wanted = {"region": "ewr", "description": "inner", "v4_subnet": "10.99.0.0", "v4_subnet_mask": 24}
    vpc = w.vpcs.create_vpc(body=wanted)["vpc"]["id"]
    found = w.vpcs.get_vpc(vpc_id=vpc)["vpc"]
    w.same("region, description and subnet read back", {key: found[key] for key in wanted}, wanted)
    w.show("the VPC is listed", vpc in ids(w.vpcs.list_vpcs(query={"per_page": 500})["vpcs"]))
    chosen = w.vpcs.create_vpc(body={"region": "ewr", "description": "chosen", "v4_subnet": "", "v4_subnet_mask": 0})["vpc"]
    w.show("a subnet is chosen where none is given", chosen["v4_subnet"] != "" and chosen["v4_subnet_mask"] > 0, chosen)
    w.vpcs.update_vpc(vpc_id=vpc, body={"description": "renamed"})
    found = w.vpcs.get_vpc(vpc_id=vpc)["vpc"]
    w.same("a new description reads back and the subnet stays", (found["description"], found["v4_subnet"]), ("renamed", "10.99.0.0"))
    w.refused("a VPC in a region that is none", 400, w.vpcs.create_vpc, body={"region": "nowhere"})
    for each in (vpc, chosen["id"]):
        w.vpcs.delete_vpc(vpc_id=each)
        w.gone("a VPC", w.vpcs.get_vpc, vpc_id=each)
    w.refused("an unknown VPC", 404, w.vpcs.get_vpc, vpc_id=NOWHERE, says="Invalid VPC ID")


def private(w):
    wanted = {"region": "ewr", "description": "older", "v4_subnet": "10.98.0.0", "v4_subnet_mask": 24}
    network = w.networks.create_network(body=wanted)["network"]["id"]
    found = w.networks.get_network(network_id=network)["network"]
    w.same("region, description and subnet read back", {key: found[key] for key in wanted}, wanted)
    w.show("the network is listed", network in ids(w.networks.list_networks(query={"per_page": 500})["networks"]))
    w.networks.update_network(network_id=network, body={"description": "renamed"})
    w.same("a new description reads back", w.networks.get_network(network_id=network)["network"]["description"], "renamed")
    w.networks.delete_network(network_id=network)
    w.gone("a private network", w.networks.get_network, network_id=network)


def reserved(w):
    wanted = {"region": "ewr", "ip_type": "v4", "label": "front"}
    address = w.reserved.create_reserved_ip(body=wanted)["reserved_ip"]["id"]
    found = w.reserved.get_reserved_ip(reserved_ip=address)["reserved_ip"]
    w.same("region, type and label read back", {key: found[key] for key in wanted}, wanted)
    w.show("the address is listed", address in ids(w.reserved.list_reserved_ips(query={"per_page": 500})["reserved_ips"]))
    changed = w.reserved.patch_reserved_ips_reserved_ip(reserved_ip=address, body={"label": "back"})["reserved_ip"]
    w.same("a new label is answered and reads back",
           (changed["label"], w.reserved.get_reserved_ip(reserved_ip=address)["reserved_ip"]["label"]), ("back", "back"))
    with server(w, "reserved-user") as instance, server(w, "reserved-other", region="lax") as far:
        w.reserved.attach_reserved_ip(reserved_ip=address, body={"instance_id": instance})
        w.same("an attached address names its instance",
               w.reserved.get_reserved_ip(reserved_ip=address)["reserved_ip"]["instance_id"], instance)
        listed = [r["ip"] for r in w.instances.get_instance_ipv4(instance_id=instance)["ipv4s"]]
        w.show("and is among the instance's addresses", found["subnet"] in listed, listed)
        w.reserved.detach_reserved_ip(reserved_ip=address)
        w.show("a detached address names none",
               not w.reserved.get_reserved_ip(reserved_ip=address)["reserved_ip"].get("instance_id"))
        w.refused("attaching to an instance in another region", 400, w.reserved.attach_reserved_ip, reserved_ip=address,
                  body={"instance_id": far})
        main = get(w, instance)["main_ip"]
        kept = w.reserved.convert_reserved_ip(body={"ip_address": main, "label": "kept"})["reserved_ip"]
        w.same("an instance's address can be converted and stays attached", (kept["subnet"], kept["instance_id"]), (main, instance))
    w.wait("it outlives its instance", lambda: not w.reserved.get_reserved_ip(reserved_ip=kept["id"])["reserved_ip"].get("instance_id"))
    with server(w, "reserved-main", reserved_ipv4=kept["id"]) as instance:
        w.same("an instance can be made with it as its main address", get(w, instance)["main_ip"], main)
    for each in (address, kept["id"]):
        w.reserved.delete_reserved_ip(reserved_ip=each)
        w.gone("a reserved address", w.reserved.get_reserved_ip, reserved_ip=each)
