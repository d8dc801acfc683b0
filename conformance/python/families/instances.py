"""Instances: their life, power, changes, addresses, networks, ISO and backup schedule."""

import base64
import ipaddress
from contextlib import contextmanager

from harness import NOWHERE, ids

PLAN, LARGER, SYSTEM, OTHER_SYSTEM = "vc2-1c-1gb", "vc2-2c-4gb", 2136, 2284


def get(w, instance):
    return w.instances.get_instance(instance_id=instance)["instance"]


@contextmanager
def server(w, label, **settings):
    """An instance that is up, for a `with` block; deleted afterwards. A setting of None leaves the default out."""
    body = {"region": "ewr", "plan": PLAN, "label": label, "os_id": SYSTEM, **settings}
    body = {key: item for key, item in body.items() if item is not None}
    instance = w.instances.create_instance(body=body)["instance"]["id"]
    try:
        w.wait(f"{label} comes up", lambda: up(get(w, instance)))
        yield instance
    finally:
        w.instances.delete_instance(instance_id=instance)


def up(found):
    """The instance once it runs."""
    return found if (found["status"], found["power_status"]) == ("active", "running") else None


def life(w):
    key = w.ssh.create_ssh_key(body={"name": "life", "ssh_key": SSH_KEY})["ssh_key"]["id"]
    script = w.startup.create_startup_script(body={"name": "life", "script": text("#!/bin/sh\n")})["startup_script"]["id"]
    body = {"region": "ewr", "plan": PLAN, "os_id": SYSTEM, "label": "life", "hostname": "Life-1", "sshkey_id": [key],
            "script_id": script, "user_data": text("#cloud-config\n"), "tags": ["blue", "green"], "backups": "disabled",
            "enable_ipv6": True, "activation_email": False}
    made = w.instances.create_instance(body=body)["instance"]
    instance = made["id"]
    w.show("the create answer holds the first password", made.get("default_password"), made)
    w.same("a new instance is pending without an address", (made["status"], made["main_ip"]), ("pending", "0.0.0.0"))
    found = w.wait("it becomes active and runs", lambda: up(get(w, instance)))
    w.same("label, hostname, tags, plan, region and system read back",
           (found["label"], found["hostname"], sorted(found["tags"]), found["plan"], found["region"], found["os_id"]),
           ("life", "Life-1", ["blue", "green"], PLAN, "ewr", SYSTEM))
    w.same("it has its plan's size", (found["vcpu_count"], found["ram"], found["disk"]), (1, 1024, 25))
    network = ipaddress.ip_network(f"{found['main_ip']}/{found['netmask_v4']}", strict=False)
    w.show("address, netmask and gateway belong together",
           ipaddress.ip_address(found["gateway_v4"]) in network and found["gateway_v4"] != found["main_ip"], found)
    w.show("IPv6 was asked for and is there", "ipv6" in found["features"], found["features"])
    w.same("user data reads back", w.instances.get_instance_userdata(instance_id=instance)["user_data"]["data"], text("#cloud-config\n"))
    for name, query in (("label", {"label": "life"}), ("tag", {"tag": "blue"}), ("address", {"main_ip": found["main_ip"]})):
        listed = ids(w.instances.list_instances(query=query)["instances"])
        w.same(f"the list can be filtered by {name}", listed, [instance])
    w.same("a filter that fits nothing gives an empty list", w.instances.list_instances(query={"label": "none such"})["instances"], [])
    bandwidth = w.instances.get_instance_bandwidth(instance_id=instance)["bandwidth"]
    w.show("bandwidth is counted by day", isinstance(bandwidth, dict), bandwidth)
    neighbours = w.instances.get_instance_neighbors(instance_id=instance)["neighbors"]
    w.show("an instance is not its own neighbour", instance not in neighbours, neighbours)
    w.instances.delete_instance(instance_id=instance)
    w.gone("an instance", w.instances.get_instance, instance_id=instance)
    w.ssh.delete_ssh_key(ssh_key_id=key)
    w.startup.delete_startup_script(startup_id=script)
    refusals(w)


SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtldHRsZWNvbmZvcm1hbmNla2V5MDEyMzQ1Njc4 life@example.com"


def text(plain_text):
    return base64.b64encode(plain_text.encode()).decode()


def refusals(w):
    """What a create is refused for, one fault at a time."""
    good = {"region": "ewr", "plan": PLAN, "os_id": SYSTEM}
    faults = {
        "a plan that is none": {"plan": "vc2-none"},
        "a region that is none": {"region": "nowhere"},
        "a system that is none": {"os_id": 999999},
        "two systems at once": {"app_id": 29},
        "an SSH key that is none": {"sshkey_id": [NOWHERE]},
        "user data that is not base64": {"user_data": "*** no base64 ***"},
    }
    for what, fault in faults.items():
        w.refused(f"creating with {what}", 400, w.instances.create_instance, body={**good, **fault})
    w.refused("creating without a system", 400, w.instances.create_instance, body={"region": "ewr", "plan": PLAN})
    w.same("none of them left an instance", w.instances.list_instances()["instances"], [])
    w.refused("an unknown instance", 404, w.instances.get_instance, instance_id=NOWHERE, says="instance not found")


def power(w):
    with server(w, "power-1") as one, server(w, "power-2") as two:
        def state(wanted, *instances):
            return lambda: all(get(w, i)["power_status"] == wanted for i in instances)

        w.instances.halt_instance(instance_id=one)
        w.wait("halt stops one instance", state("stopped", one))
        w.show("and not the other", state("running", two)())
        w.instances.start_instance(instance_id=one)
        w.wait("start runs it again", state("running", one))
        w.instances.reboot_instance(instance_id=one)
        w.wait("reboot ends in running", state("running", one))
        both = {"instance_ids": [one, two]}
        w.instances.halt_instances(body=both)
        w.wait("halt in bulk stops both", state("stopped", one, two))
        w.instances.start_instances(body=both)
        w.wait("start in bulk runs both", state("running", one, two))
        w.instances.reboot_instances(body=both)
        w.wait("reboot in bulk ends in running", state("running", one, two))
        before = get(w, one)["main_ip"]
        answer = w.instances.reinstall_instance(instance_id=one, body={"hostname": "reborn"})["instance"]
        w.same("reinstall answers with the instance", answer["id"], one)
        found = w.wait("a reinstalled instance comes up again", lambda: up(get(w, one)))
        w.same("it keeps its address and takes the new hostname", (found["main_ip"], found["hostname"]), (before, "reborn"))


def changes(w):
    group = w.firewalls.create_firewall_group(body={"description": "for an instance"})["firewall_group"]["id"]
    with server(w, "changes", tags=["one"]) as instance:
        def patch(**body):
            w.instances.update_instance(instance_id=instance, body=body)
            return w.wait("it comes up after the change", lambda: up(get(w, instance)))

        upgrades = w.instances.get_instance_upgrades(instance_id=instance, query={"type": "all"})["upgrades"]
        w.show("upgrades offer larger plans and not the present one",
               LARGER in upgrades["plans"] and PLAN not in upgrades["plans"], upgrades["plans"][:4])
        w.show("upgrades offer other systems", OTHER_SYSTEM in ids(upgrades["os"]))
        found = patch(label="changed", tags=["two", "three"], firewall_group_id=group)
        w.same("label, tags and firewall group change together",
               (found["label"], sorted(found["tags"]), found["firewall_group_id"]), ("changed", ["three", "two"], group))
        w.same("the group counts its instance",
               w.firewalls.get_firewall_group(firewall_group_id=group)["firewall_group"]["instance_count"], 1)
        w.firewalls.delete_firewall_group(firewall_group_id=group)
        w.same("deleting the group takes it off the instance", get(w, instance)["firewall_group_id"], "")
        w.same("user data changes", (patch(user_data=text("new")) and
               w.instances.get_instance_userdata(instance_id=instance)["user_data"]["data"]), text("new"))
        w.instances.update_instance(instance_id=instance, body={"plan": LARGER})
        found = w.wait("the plan grows", lambda: (f := get(w, instance))["plan"] == LARGER and up(f))
        w.same("the size follows the plan", (found["vcpu_count"], found["ram"], found["disk"]), (2, 4096, 80))
        w.refused("a smaller plan", 400, w.instances.update_instance, instance_id=instance, body={"plan": PLAN})
        w.instances.update_instance(instance_id=instance, body={"os_id": str(OTHER_SYSTEM)})
        w.wait("the system changes", lambda: (f := get(w, instance))["os_id"] == OTHER_SYSTEM and up(f))
        w.refused("a change to an unknown system", 400, w.instances.update_instance, instance_id=instance, body={"os_id": "999999"})


def addresses(w):
    with server(w, "addresses", enable_ipv6=True) as instance:
        main = get(w, instance)["main_ip"]
        rows = w.instances.get_instance_ipv4(instance_id=instance)["ipv4s"]
        w.same("one public IPv4 address, the main one", [(r["ip"], r["type"]) for r in rows], [(main, "main_ip")])
        more = w.instances.create_instance_ipv4(instance_id=instance, body={"reboot": False})["ipv4"]["ip"]
        listed = [r["ip"] for r in w.instances.get_instance_ipv4(instance_id=instance)["ipv4s"]]
        w.same("an additional address is listed at once", sorted(listed), sorted([main, more]))
        w.instances.create_instance_reverse_ipv4(instance_id=instance, body={"ip": main, "reverse": "www.example.com"})
        w.same("a reverse name reads back", reverse_of(w, instance, main), "www.example.com")
        w.instances.post_instances_instance_id_ipv4_reverse_default(instance_id=instance, body={"ip": main})
        w.show("the default reverse name comes back", reverse_of(w, instance, main) != "www.example.com")
        w.refused("a reverse name for a foreign address", 400, w.instances.create_instance_reverse_ipv4,
                  instance_id=instance, body={"ip": "192.0.2.77", "reverse": "www.example.com"})
        w.instances.delete_instance_ipv4(instance_id=instance, ipv4=more)
        listed = [r["ip"] for r in w.instances.get_instance_ipv4(instance_id=instance)["ipv4s"]]
        w.same("a deleted address is not listed", listed, [main])
        w.refused("deleting the main address", 400, w.instances.delete_instance_ipv4, instance_id=instance, ipv4=main)
        six = w.instances.get_instance_ipv6(instance_id=instance)["ipv6s"]
        w.show("one IPv6 network of size 64", len(six) == 1 and six[0]["network_size"] == 64, six)
        inside = str(ipaddress.ip_network(f"{six[0]['network']}/64")[0x1234])
        w.instances.create_instance_reverse_ipv6(instance_id=instance, body={"ip": inside, "reverse": "six.example.com"})
        found = w.instances.list_instance_ipv6_reverse(instance_id=instance)["reverse_ipv6s"]
        w.same("a reverse IPv6 name reads back, the address in full form",
               [(r["ip"], r["reverse"]) for r in found], [(ipaddress.ip_address(inside).exploded, "six.example.com")])
        w.instances.delete_instance_reverse_ipv6(instance_id=instance, ipv6=inside)
        w.same("a deleted one is gone", w.instances.list_instance_ipv6_reverse(instance_id=instance)["reverse_ipv6s"], [])


def reverse_of(w, instance, address):
    rows = w.instances.get_instance_ipv4(instance_id=instance)["ipv4s"]
    return next(r["reverse"] for r in rows if r["ip"] == address)


def networks(w):
    vpc = w.vpcs.create_vpc(body={"region": "ewr", "description": "inner", "v4_subnet": "10.77.0.0", "v4_subnet_mask": 24})["vpc"]["id"]
    far = w.vpcs.create_vpc(body={"region": "lax", "description": "far"})["vpc"]["id"]
    with server(w, "networks") as instance:
        w.instances.attach_instance_vpc(instance_id=instance, body={"vpc_id": vpc})
        found = w.wait("an attached VPC is listed with its address",
                       lambda: [v for v in w.instances.list_instance_vpcs(instance_id=instance)["vpcs"] if v["id"] == vpc])
        inside = ipaddress.ip_address(found[0]["ip_address"]) in ipaddress.ip_network("10.77.0.0/24")
        w.show("the address is of the VPC's subnet", inside, found)
        w.refused("a VPC of another region", 400, w.instances.attach_instance_vpc, instance_id=instance, body={"vpc_id": far})
        w.refused("deleting a VPC in use", 400, w.vpcs.delete_vpc, vpc_id=vpc, says="attached to this VPC network")
        w.instances.detach_instance_vpc(instance_id=instance, body={"vpc_id": vpc})
        w.wait("a detached VPC is not listed", lambda: not w.instances.list_instance_vpcs(instance_id=instance)["vpcs"])
        network = w.networks.create_network(body={"region": "ewr", "description": "older"})["network"]["id"]
        w.instances.attach_instance_network(instance_id=instance, body={"network_id": network})
        w.wait("an attached private network is listed", lambda: network in str(
            w.instances.list_instance_private_networks(instance_id=instance)))
        w.instances.detach_instance_network(instance_id=instance, body={"network_id": network})
        w.wait("a detached private network is not listed", lambda: network not in str(
            w.instances.list_instance_private_networks(instance_id=instance)))
        w.networks.delete_network(network_id=network)
    for each in (vpc, far):
        w.vpcs.delete_vpc(vpc_id=each)


def iso(w):
    image = w.isos.create_iso(body={"url": "https://images.example.com/rescue.iso"})["iso"]["id"]
    w.wait("the ISO is complete", lambda: w.isos.iso_get(iso_id=image)["iso"]["status"] == "complete")

    def state(instance):
        return w.instances.get_instance_iso_status(instance_id=instance)["iso_status"]

    with server(w, "iso-user") as instance:
        w.same("at first no ISO is mounted", state(instance)["state"], "ready")
        w.instances.attach_instance_iso(instance_id=instance, body={"iso_id": image})
        found = w.wait("the ISO is mounted", lambda: (s := state(instance))["state"] == "isomounted" and s)
        w.same("it is the one that was asked for", found["iso_id"], image)
        w.refused("deleting an ISO in use", 400, w.isos.delete_iso, iso_id=image, says="is still attached to")
        w.instances.detach_instance_iso(instance_id=instance)
        w.wait("after the detach none is mounted", lambda: state(instance)["state"] == "ready")
    w.isos.delete_iso(iso_id=image)


def schedule(w):
    with server(w, "schedule", backups="enabled") as instance:
        wanted = {"type": "weekly", "hour": 3, "dow": 5}
        w.instances.create_instance_backup_schedule(instance_id=instance, body=wanted)
        found = w.instances.get_instance_backup_schedule(instance_id=instance)["backup_schedule"]
        w.same("the schedule reads back", {key: found[key] for key in wanted}, wanted)
        w.show("it is enabled and names its next run", found["enabled"] is True and found["next_scheduled_time_utc"], found)
        w.show("backups are among the features", "auto_backups" in get(w, instance)["features"])
        w.refused("an hour past 23", 400, w.instances.create_instance_backup_schedule, instance_id=instance,
                  body={"type": "daily", "hour": 24})
        w.instances.update_instance(instance_id=instance, body={"backups": "disabled"})
        w.wait("backups can be switched off", lambda: w.instances.get_instance_backup_schedule(
            instance_id=instance)["backup_schedule"]["enabled"] is False)
