"""The checks of API v1, one function for each family. Each deletes what it makes."""

import json
from base64 import b64encode
from ipaddress import ip_address, ip_network

from harness import client_with

DCID, PLAN, LARGER, UBUNTU, DEBIAN = 1, 201, 202, 1743, 2136
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@example.com"
NOBODY = "999999999"


def server(w, label, **options):
    """A server that is up; the client knows it by the string that it was given."""
    subid = w.server.create(DCID, PLAN, UBUNTU, {"label": label, **options})["SUBID"]
    up(w, f"{label} becomes active", subid)
    return subid


def up(w, what, subid):
    w.wait(what, lambda: (it := w.server.list(subid))["server_state"] == "ok" and it["status"] == "active")


def destroyed(w, subid):
    w.empty("server/destroy answers nothing", w.server.destroy(subid))
    w.wait("the server is gone from the list", lambda: subid not in w.server.list())


def account(w):
    info = w.account.info()
    w.same("account/info has v1's four keys", sorted(info),
           ["balance", "last_payment_amount", "last_payment_date", "pending_charges"])
    w.show("its amounts are strings", all(isinstance(info[k], str) and float(info[k]) is not None
                                          for k in ("balance", "pending_charges", "last_payment_amount")), info)


def catalogue(w):
    systems = w.os.list()
    w.show("os/list is a map by OSID", all(key == str(each["OSID"]) for key, each in systems.items()))
    w.same("it has Custom", systems["159"]["name"], "Custom")
    w.show("windows is a flag", all(isinstance(each["windows"], bool) for each in systems.values()))
    plan = w.plans.list()[str(PLAN)]
    w.same("plans/list: VPSPLANID is a string", plan["VPSPLANID"], str(PLAN))
    w.same("the price is a string with cents", plan["price_per_month"], "5.00")
    w.show("the plan says where it can be had", DCID in plan["available_locations"], plan)
    region = w.regions.list()[str(DCID)]
    w.same("regions/list: DCID 1 is New Jersey", (region["DCID"], region["name"], region["state"]), ("1", "New Jersey", "NJ"))
    w.show("regions/availability lists numbers", PLAN in w.regions.availability(DCID))
    w.refused("availability of a region that is none", "Request failed", w.regions.availability, 9999)
    w.show("app/list is a map by APPID", all(key == str(each["APPID"]) for key, each in w.app.list().items()))


def access(w):
    stranger = client_with("WRONG")
    w.refused("a wrong key", "Invalid or missing API key", stranger.account.info)
    w.refused("a wrong key, for a change", "Invalid or missing API key", stranger.server.create, DCID, PLAN, UBUNTU)
    w.show("the catalogue needs no key", "1" in client_with("").regions.list())
    w.refused("a path that is none", "Invalid API location", w.get, "server/nothing")
    w.refused("a change by GET", "Invalid HTTP method", w.get, "server/halt", SUBID=NOBODY)
    w.refused("a read by POST", "Invalid HTTP method", w.post, "os/list")


def keys(w):
    w.same("no keys are an empty array, not a map", w.sshkey.list(), [])
    one = w.sshkey.create("one", KEY)["SSHKEYID"]
    other = w.sshkey.create("other", KEY)["SSHKEYID"]
    w.show("SSHKEYID is 13 hex digits", len(one) == 13 and int(one, 16))
    w.same("both are in the map", sorted(w.sshkey.list()), sorted([one, other]))
    w.empty("sshkey/update answers nothing", w.sshkey.update(one, {"name": "new"}))
    key = w.sshkey.list()[one]
    w.same("only the name is changed", (key["SSHKEYID"], key["name"], key["ssh_key"]), (one, "new", KEY))
    w.refused("a key that is none", "ssh", w.sshkey.create, "bad", "not a key")
    for each in (one, other):
        w.empty("sshkey/destroy answers nothing", w.sshkey.destroy(each))
    w.same("they are gone", w.sshkey.list(), [])
    w.refused("destroying one again", "Request failed", w.sshkey.destroy, one)


def scripts(w):
    text = "#!/bin/sh\necho 'a & b = ü'\n"
    made = w.startupscript.create("first", text)["SCRIPTID"]
    w.show("SCRIPTID is a number when made, as ever", isinstance(made, int), made)
    script = w.startupscript.list()[str(made)]
    w.same("and a string in the list", script["SCRIPTID"], str(made))
    w.same("the text comes back as it was", script["script"], text)
    w.same("its type is boot unless said", script["type"], "boot")
    pxe = w.startupscript.create("second", "#!ipxe\nshell", {"type": "pxe"})["SCRIPTID"]
    w.same("a PXE script is one", w.startupscript.list()[str(pxe)]["type"], "pxe")
    w.empty("startupscript/update answers nothing", w.startupscript.update(made, {"script": "#!/bin/bash"}))
    script = w.startupscript.list()[str(made)]
    w.same("only the text is changed", (script["name"], script["script"]), ("first", "#!/bin/bash"))
    w.refused("a type that is none", "type", w.startupscript.create, "bad", "x", {"type": "floppy"})
    for each in (made, pxe):
        w.empty("startupscript/destroy answers nothing", w.startupscript.destroy(each))
    w.same("they are gone", w.startupscript.list(), [])


def dns(w):
    w.empty("dns/create_domain answers nothing", w.post("dns/create_domain", domain="kettle.example", serverip="192.0.2.1"))
    # The client sends `ip` where v1 has always read `serverip`.
    w.empty("the client's own create_domain is heeded too", w.dns.create_domain("other.example", "192.0.2.9"))
    w.same("both are listed", sorted(each["domain"] for each in w.dns.list()), ["kettle.example", "other.example"])
    kinds = {(each["type"], each["name"]): each for each in w.dns.records("kettle.example")}
    w.same("the domain's address is in a record", kinds["A", ""]["data"], "192.0.2.1")
    w.show("and there are name servers", any(kind == "NS" for kind, _ in kinds))
    w.empty("dns/create_record answers nothing", w.dns.create_record("kettle.example", "www", "A", "192.0.2.2", {"ttl": 600}))
    w.dns.create_record("kettle.example", "", "MX", "mail.kettle.example", {"priority": 20})
    www = record(w, "www")
    w.show("RECORDID is a number", isinstance(www["RECORDID"], int), www)
    w.same("the record is as it was asked for", (www["type"], www["data"], www["ttl"]), ("A", "192.0.2.2", 600))
    w.same("a priority is a number", [r["priority"] for r in w.dns.records("kettle.example") if r["data"].startswith("mail.")], [20])
    w.empty("dns/update_record answers nothing", w.dns.update_record("kettle.example", www["RECORDID"], {"data": "192.0.2.3"}))
    changed = record(w, "www")
    w.same("only the data is changed", (changed["data"], changed["ttl"], changed["RECORDID"]), ("192.0.2.3", 600, www["RECORDID"]))
    w.refused("a record of a type that is none", "type", w.dns.create_record, "kettle.example", "x", "SPF99", "v")
    w.empty("dns/delete_record answers nothing", w.dns.delete_record("kettle.example", www["RECORDID"]))
    w.show("the record is gone", record(w, "www") is None)
    w.refused("the same domain again", "Request failed", w.dns.create_domain, "kettle.example", "192.0.2.1")
    for name in ("kettle.example", "other.example"):
        w.empty("dns/delete_domain answers nothing", w.dns.delete_domain(name))
    w.same("no domains are an empty array", w.dns.list(), [])
    w.refused("records of a domain that is gone", "Invalid domain", w.dns.records, "kettle.example")


def record(w, name):
    return next((each for each in w.dns.records("kettle.example") if each["name"] == name), None)


def isos(w):
    w.same("no ISOs are an empty array", w.iso.list(), [])
    made = w.iso.create_from_url("https://images.example/system.iso")["ISOID"]
    iso = w.wait("the ISO is fetched", lambda: (it := w.iso.list()[str(made)]).get("status") == "complete" and it)
    w.same("its name is that of the file", iso["filename"], "system.iso")
    w.show("its size is a number", isinstance(iso["size"], int), iso)
    w.empty("iso/destroy answers nothing", w.post("iso/destroy", ISOID=made))
    w.wait("it is gone", lambda: w.iso.list() == [])


def life(w):
    w.same("no servers are an empty array", w.server.list(), [])
    key, script = w.sshkey.create("k", KEY)["SSHKEYID"], w.startupscript.create("s", "#!/bin/sh")["SCRIPTID"]
    asked = {"SSHKEYID": key, "SCRIPTID": script, "enable_ipv6": "yes", "hostname": "web", "tag": "conformance",
             "notify_activate": "no", "userdata": b64encode(b"#cloud-config").decode()}
    # What does not go with the system, and what no call takes, is passed over.
    subid = server(w, "life", **asked, APPID=37, SNAPSHOTID="5359435d28b9a", ISOID=1, colour="red")
    w.show("SUBID is a string of digits", isinstance(subid, str) and subid.isdigit(), subid)
    it = w.server.list(subid)
    w.same("?SUBID= answers the bare object, the list a map", w.server.list()[subid]["SUBID"], it["SUBID"])
    w.same("it has what was asked for", (it["label"], it["tag"], it["DCID"], it["VPSPLANID"], it["OSID"]),
           ("life", "conformance", str(DCID), str(PLAN), str(UBUNTU)))
    w.same("its sizes are v1's texts", (it["ram"], it["vcpu_count"], it["disk"]), ("1024 MB", "1", "Virtual 25 GB"))
    w.same("its cost is a string", it["cost_per_month"], "5.00")
    network = ip_network(f"{it['v6_network']}/{it['v6_network_size']}")
    w.show("its IPv6 address is in its network", ip_address(it["v6_main_ip"]) in network, it)
    w.show("the date is v1's", len(it["date_created"]) == 19 and it["date_created"][10] == " ", it["date_created"])
    w.same("user data comes back as it was", w.server.get_user_data(subid)["userdata"], asked["userdata"])
    w.empty("server/halt answers nothing", w.server.halt(subid))
    w.wait("it halts", lambda: w.server.list(subid)["power_status"] == "stopped")
    w.empty("server/start answers nothing", w.server.start(subid))
    w.wait("it runs again", lambda: w.server.list(subid)["power_status"] == "running")
    w.empty("server/reboot answers nothing", w.server.reboot(subid))
    up(w, "and is back after it", subid)
    w.same("traffic has a list for each way", sorted(w.server.bandwidth(subid)), ["incoming_bytes", "outgoing_bytes"])
    w.same("neighbors is a list", w.server.neighbors(subid), [])
    destroyed(w, subid)
    w.refused("destroying it again", "Invalid server", w.server.destroy, subid)
    w.refused("a region that is none", "DCID", w.server.create, 9999, PLAN, UBUNTU)
    w.refused("a plan that is none", "VPSPLANID", w.server.create, DCID, 999999, UBUNTU)
    w.refused("a system that is none", "OSID", w.server.create, DCID, PLAN, 999999)
    w.refused("a plan that is no number", "VPSPLANID", w.server.create, DCID, "tiny", UBUNTU)
    w.same("and nothing was made", w.server.list(), [])
    w.sshkey.destroy(key)
    w.startupscript.destroy(script)


def changes(w):
    subid = server(w, "changes")
    w.empty("server/label_set answers nothing", w.server.label_set(subid, "renamed & more"))
    w.same("the label is changed", w.server.list(subid)["label"], "renamed & more")
    data = b64encode(b"#!/bin/sh\n").decode()
    w.empty("server/set_user_data answers nothing", w.server.set_user_data(subid, data))
    w.same("user data is changed", w.server.get_user_data(subid)["userdata"], data)
    offered = w.server.os_change_list(subid)
    w.show("os_change_list is a map with surcharges", offered[str(DEBIAN)]["surcharge"] == "0.00", offered.get(str(DEBIAN)))
    w.empty("server/os_change answers nothing", w.server.os_change(subid, DEBIAN))
    w.wait("it has the other system", lambda: str(w.server.list(subid)["OSID"]) == str(DEBIAN))
    up(w, "and is up with it", subid)
    plans = w.server.upgrade_plan_list(subid)
    w.show("upgrade_plan_list has larger plans only", LARGER in plans and PLAN not in plans, plans)
    w.empty("server/upgrade_plan answers nothing", w.server.upgrade_plan(subid, LARGER))
    w.wait("it has the larger plan", lambda: w.server.list(subid)["VPSPLANID"] == str(LARGER))
    up(w, "and is up with it", subid)
    w.refused("a smaller plan", "Request failed", w.server.upgrade_plan, subid, PLAN)
    address = w.server.list(subid)["main_ip"]
    w.empty("server/reinstall answers nothing", w.server.reinstall(subid))
    up(w, "it is up when installed again", subid)
    w.same("at the same address", w.server.list(subid)["main_ip"], address)
    destroyed(w, subid)


def ipv4(w):
    subid = server(w, "ipv4")
    main = w.server.list(subid)["main_ip"]
    w.same("it has one address, the main one", [(i["type"], i["ip"]) for i in w.server.ipv4.list(subid)[subid]], [("main_ip", main)])
    w.server.ipv4.create(subid, {"reboot": "no"})
    second = w.wait("it gets a second", lambda: [i["ip"] for i in w.server.ipv4.list(subid)[subid] if i["type"] == "secondary_ip"])[0]
    w.empty("reverse_set_ipv4 answers nothing", w.server.ipv4.reverse_set(subid, second, "host.kettle.example"))

    def reverse():
        return next(i["reverse"] for i in w.server.ipv4.list(subid)[subid] if i["ip"] == second)
    w.same("the reverse name is set", reverse(), "host.kettle.example")
    w.empty("reverse_default_ipv4 answers nothing", w.server.ipv4.reverse_default(subid, second))
    w.show("the reverse name is what it was", second in reverse(), reverse())
    w.refused("another's address", "Request failed", w.server.ipv4.reverse_set, subid, "192.0.2.77", "x.example")
    w.empty("destroy_ipv4 answers nothing", w.server.ipv4.destroy(subid, second))
    w.wait("it has it no more", lambda: len(w.server.ipv4.list(subid)[subid]) == 1)
    w.refused("giving up the main address", "Request failed", w.server.ipv4.destroy, subid, main)
    destroyed(w, subid)


def ipv6(w):
    without = server(w, "no ipv6")
    w.show("without IPv6 its array is empty", w.server.ipv6.list_ipv6(without) in ([], {without: []}))
    destroyed(w, without)
    subid = server(w, "ipv6", enable_ipv6="yes")
    address = w.server.ipv6.list_ipv6(subid)[subid][0]
    w.same("its network's size is a string", address["network_size"], "64")
    w.same("the main address is the server's", (address["type"], address["ip"]), ("main_ip", w.server.list(subid)["v6_main_ip"]))
    w.empty("reverse_set_ipv6 answers nothing", w.server.ipv6.reverse_set_ipv6(subid, address["ip"], "six.kettle.example"))
    names = w.server.ipv6.reverse_list_ipv6(subid)[subid]
    w.same("the entry is listed", names, [{"ip": address["ip"], "reverse": "six.kettle.example"}])
    w.empty("reverse_delete_ipv6 answers nothing", w.server.ipv6.reverse_delete_ipv6(subid, address["ip"]))
    left = w.server.ipv6.reverse_list_ipv6(subid)
    w.show("and is gone", left == [] or left[subid] == [], left)
    destroyed(w, subid)


def snapshots(w):
    subid = server(w, "snapshot")
    made = w.snapshot.create(subid, {"description": "before"})["SNAPSHOTID"]
    w.show("SNAPSHOTID is 13 hex digits", len(made) == 13 and int(made, 16), made)
    done = w.wait("it completes", lambda: (it := w.snapshot.list()[made])["status"] == "complete" and it)
    w.same("its description is what was sent", done["description"], "before")
    w.show("its size is a string of digits", isinstance(done["size"], str) and done["size"].isdigit(), done)
    w.empty("restore_snapshot answers nothing", w.server.restore_snapshot(subid, made))
    up(w, "the server is up when restored", subid)
    copy = w.server.create(DCID, PLAN, 164, {"SNAPSHOTID": made, "label": "copy"})["SUBID"]
    up(w, "a server made from the snapshot is up", copy)
    w.refused("a snapshot that is none", "napshot", w.server.restore_snapshot, subid, "5359435d28b9a")
    w.empty("snapshot/destroy answers nothing", w.snapshot.destroy(made))
    w.wait("it is gone", lambda: w.snapshot.list() == [])
    for each in (subid, copy):
        destroyed(w, each)


def backups(w):
    subid = server(w, "backups", auto_backups="yes")
    w.same("backups are on", w.server.list(subid)["auto_backups"], "yes")
    w.same("there are none yet: an empty array", w.backup.list(), [])
    w.refused("restoring one that is none", "backup", w.server.restore_backup, subid, "543d34149403a")
    destroyed(w, subid)


def firewall(w):
    w.same("no groups are an empty array", w.firewall.group_list(), [])
    group = w.post("firewall/group_create", description="web")["FIREWALLGROUPID"]
    number = w.post("firewall/rule_create", FIREWALLGROUPID=group, direction="in", ip_type="v4", protocol="tcp",
                    subnet="192.0.2.0", subnet_size=24, port="443", notes="https")["rulenumber"]
    listed = w.firewall.group_list()[group]
    w.same("the group counts its rules", (listed["FIREWALLGROUPID"], listed["description"], listed["rule_count"]), (group, "web", 1))
    rule = w.get("firewall/rule_list", FIREWALLGROUPID=group, direction="in", ip_type="v4")[str(number)]
    w.same("the rule is as it was asked for", (rule["protocol"], rule["port"], rule["subnet"], rule["subnet_size"], rule["action"]),
           ("tcp", "443", "192.0.2.0", 24, "accept"))
    subid = server(w, "walled", FIREWALLGROUPID=group)
    w.same("the server is in the group", w.server.list(subid)["FIREWALLGROUPID"], group)
    w.empty("firewall_group_set with 0 takes it out", w.post("server/firewall_group_set", SUBID=subid, FIREWALLGROUPID="0"))
    w.same("the server is in none", w.server.list(subid)["FIREWALLGROUPID"], "0")
    w.empty("rule_delete answers nothing", w.post("firewall/rule_delete", FIREWALLGROUPID=group, rulenumber=number))
    w.same("no rules are an empty array", w.get("firewall/rule_list", FIREWALLGROUPID=group, direction="in", ip_type="v4"), [])
    destroyed(w, subid)
    w.empty("group_delete answers nothing", w.post("firewall/group_delete", FIREWALLGROUPID=group))
    w.same("the group is gone", w.firewall.group_list(), [])


def blocks(w):
    subid = server(w, "holder")
    made = w.post("block/create", DCID=DCID, size_gb=50, label="data")["SUBID"]
    volume = w.wait("the volume becomes active", lambda: (it := w.get("block/list", SUBID=made))["status"] == "active" and it)
    w.same("it is as it was asked for", (volume["label"], volume["size_gb"], volume["DCID"], volume["attached_to_SUBID"]), ("data", 50, DCID, None))
    w.show("block/list is an array", any(each["SUBID"] == int(made) for each in w.get("block/list")))
    w.empty("block/attach answers nothing", w.post("block/attach", SUBID=made, attach_to_SUBID=subid))
    w.wait("it is attached", lambda: str(w.get("block/list", SUBID=made)["attached_to_SUBID"]) == subid)
    w.empty("block/resize answers nothing", w.post("block/resize", SUBID=made, size_gb=80))
    w.wait("it is larger", lambda: w.get("block/list", SUBID=made)["size_gb"] == 80)
    w.empty("block/detach answers nothing", w.post("block/detach", SUBID=made))
    w.wait("it is detached", lambda: w.get("block/list", SUBID=made)["attached_to_SUBID"] is None)
    w.empty("block/delete answers nothing", w.post("block/delete", SUBID=made))
    w.wait("it is gone", lambda: w.get("block/list") == [])
    destroyed(w, subid)


def objects(w):
    clusters = w.get("objectstorage/list_cluster")
    w.same("cluster 2 is in New Jersey", (clusters["2"]["DCID"], clusters["2"]["hostname"]), (1, "ewr1.vultrobjects.com"))
    w.same("there is none yet: an empty array", w.get("objectstorage/list"), [])
    made = w.post("objectstorage/create", OBJSTORECLUSTERID=2, label="files")["SUBID"]
    w.show("SUBID is a number", isinstance(made, int), made)
    def read():
        return w.get("objectstorage/list", SUBID=made)[str(made)]
    storage = w.wait("it becomes active", lambda: (it := read())["status"] == "active" and it)
    w.same("it is as it was asked for", (storage["label"], storage["OBJSTORECLUSTERID"], storage["DCID"]), ("files", 2, 1))
    w.show("its keys can be left out", "s3_secret_key" not in w.get("objectstorage/list", include_s3="no")[str(made)])
    keys = w.post("objectstorage/s3key_regenerate", SUBID=made, s3_access_key=storage["s3_access_key"])
    w.show("its new key is not the old one", keys["s3_access_key"] != storage["s3_access_key"])
    w.same("it reads back", read()["s3_secret_key"], keys["s3_secret_key"])
    w.refused("the old key", "s3_access_key", w.post, "objectstorage/s3key_regenerate", SUBID=made,
              s3_access_key=storage["s3_access_key"])
    w.empty("label_set answers nothing", w.post("objectstorage/label_set", SUBID=made, label="more"))
    w.same("the label is changed", read()["label"], "more")
    w.empty("destroy answers nothing", w.post("objectstorage/destroy", SUBID=made))
    w.wait("it is gone", lambda: w.get("objectstorage/list") == [])


def reserved(w):
    made = w.reservedip.create(DCID, "v4", {"label": "kept"})["SUBID"]
    listed = w.get("reservedip/list")[str(made)]
    w.same("the address is as it was asked for", (listed["label"], listed["ip_type"], listed["subnet_size"], listed["DCID"]),
           ("kept", "v4", 32, DCID))
    subid = server(w, "keeper")
    w.empty("reservedip/attach answers nothing", w.post("reservedip/attach", ip_address=f"{listed['subnet']}/32", attach_SUBID=subid))
    w.wait("it is attached", lambda: str(w.get("reservedip/list")[str(made)]["attached_SUBID"]) == subid)
    w.show("the server has it", listed["subnet"] in [i["ip"] for i in w.server.ipv4.list(subid)[subid]])
    w.empty("reservedip/detach answers nothing", w.post("reservedip/detach", ip_address=f"{listed['subnet']}/32", detach_SUBID=subid))
    w.wait("it is detached", lambda: not w.get("reservedip/list")[str(made)]["attached_SUBID"])
    w.refused("an address of a type that is none", "ip_type", w.reservedip.create, DCID, "v5")
    w.empty("reservedip/destroy answers nothing", w.post("reservedip/destroy", SUBID=made))
    w.same("it is gone", w.get("reservedip/list"), [])
    destroyed(w, subid)


def balancers(w):
    subid = server(w, "balanced")
    rules = [{"frontend_protocol": "http", "frontend_port": 80, "backend_protocol": "http", "backend_port": 8080}]
    made = w.post("loadbalancer/create", DCID=DCID, label="front", balancing_algorithm="roundrobin", proxy_protocol="off",
                  sticky_sessions="on", cookie_name="stay", forwarding_rules=json.dumps(rules), attached_nodes=json.dumps([int(subid)]))["SUBID"]
    w.show("its SUBID is a number", isinstance(made, int), made)
    w.wait("it becomes active", lambda: next(each for each in w.get("loadbalancer/list") if each["SUBID"] == made)["status"] == "active")
    info = w.get("loadbalancer/conf_info", SUBID=made)
    w.same("its cookie and its servers read back", (info["generic_info"]["sticky_sessions"]["cookie_name"], info["instance_list"]),
           ("stay", [int(subid)]))
    w.same("its rules read back with numbers", [{key: each[key] for key in rules[0]} for each in info["forward_rule_list"]], rules)
    w.empty("loadbalancer/health_check_update answers nothing", w.post("loadbalancer/health_check_update", SUBID=made, port=81))
    w.same("the figure is a number", w.get("loadbalancer/health_check_info", SUBID=made)["port"], 81)
    w.empty("loadbalancer/generic_update answers nothing", w.post("loadbalancer/generic_update", SUBID=made, sticky_sessions="off"))
    w.same("no cookie is an empty one", w.get("loadbalancer/generic_info", SUBID=made)["sticky_sessions"], {"cookie_name": ""})
    rule = w.post("loadbalancer/forward_rule_create", SUBID=made, frontend_protocol="tcp", frontend_port=25, backend_protocol="tcp",
                  backend_port=25)["RULEID"]
    w.empty("loadbalancer/forward_rule_delete answers nothing", w.post("loadbalancer/forward_rule_delete", SUBID=made, RULEID=rule))
    w.empty("loadbalancer/instance_detach answers nothing", w.post("loadbalancer/instance_detach", SUBID=made, backendNode=subid))
    w.same("no server is left", w.get("loadbalancer/instance_list", SUBID=made), {"instance_list": []})
    w.refused("a server that is none", "Invalid server", w.post, "loadbalancer/instance_attach", SUBID=made, backendNode=NOBODY)
    w.empty("loadbalancer/destroy answers nothing", w.post("loadbalancer/destroy", SUBID=made))
    w.same("it is gone", w.get("loadbalancer/list"), [])
    destroyed(w, subid)


def metal(w):
    """The client has no method for bare metal: all goes through its general request."""
    subid = w.post("baremetal/create", DCID=DCID, METALPLANID=100, OSID=UBUNTU, label="metal", enable_ipv6="yes")["SUBID"]
    w.show("SUBID is a string", isinstance(subid, str), subid)
    it = w.wait("the server becomes active", lambda: (it := w.get("baremetal/list", SUBID=subid))["status"] == "active" and it)
    w.same("its numbers and strings are v1's", (it["DCID"], it["METALPLANID"], it["cpu_count"], it["OSID"], it["APPID"], it["ram"], it["disk"]),
           ("1", 100, 4, str(UBUNTU), "0", "32768 MB", "2x 240 GB SSD"))
    w.same("the size of its IPv6 network is a number", [each["v6_network_size"] for each in it["v6_networks"]], [64])
    w.same("the list has the same, by SUBID", w.get("baremetal/list", label="metal"), {subid: it})
    w.same("no server with another label is an empty array", w.get("baremetal/list", label="other"), [])
    w.same("its address is listed", [each["ip"] for each in w.get("baremetal/list_ipv4", SUBID=subid)[subid]], [it["main_ip"]])
    w.same("and its IPv6 address", [each["ip"] for each in w.get("baremetal/list_ipv6", SUBID=subid)[subid]], [it["v6_networks"][0]["v6_main_ip"]])
    for pairs in w.get("baremetal/bandwidth", SUBID=subid).values():
        w.show("bytes are numbers", all(isinstance(number, int) for _, number in pairs), pairs)
    w.empty("label_set answers nothing", w.post("baremetal/label_set", SUBID=subid, label="new"))
    w.same("the label is new", w.get("baremetal/list", SUBID=subid)["label"], "new")
    w.refused("a plan that is none", "METALPLANID", w.post, "baremetal/create", DCID=DCID, METALPLANID=PLAN, OSID=UBUNTU)
    w.empty("baremetal/destroy answers nothing", w.post("baremetal/destroy", SUBID=subid))
    w.same("it is gone", w.get("baremetal/list"), [])
