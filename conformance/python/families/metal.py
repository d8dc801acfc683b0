"""Bare metal: servers, their changes and power."""

from contextlib import contextmanager

from families.instances import text
from harness import NOWHERE, ids

PLAN, SYSTEM, OTHER_SYSTEM = "vbm-4c-32gb", 2136, 2284


def get(w, server):
    return w.metal.get_baremetal(baremetal_id=server)["bare_metal"]


@contextmanager
def server(w, label, **settings):
    """A server that is active, for a `with` block; deleted afterwards."""
    body = {"region": "ewr", "plan": PLAN, "label": label, "os_id": SYSTEM, **settings}
    made = w.metal.create_baremetal(body=body)
    w.same("the answer has both of its names", made["bare_metal"], made["baremetal"])
    made = made["baremetal"]["id"]
    try:
        w.wait(f"{label} comes up", lambda: get(w, made)["status"] == "active")
        yield made
    finally:
        w.metal.delete_baremetal(baremetal_id=made)


def life(w):
    settings = {"hostname": "Metal-1", "tags": ["blue", "green"], "user_data": text("#cloud-config\n"), "enable_ipv6": True,
                "activation_email": False, "persistent_pxe": False}
    with server(w, "metal", **settings) as made:
        found = get(w, made)
        w.same("label, tags, plan, region and system read back",
               (found["label"], sorted(found["tags"]), found["plan"], found["region"], found["os_id"]),
               ("metal", ["blue", "green"], PLAN, "ewr", SYSTEM))
        w.same("it has its plan's size in words", (found["ram"], found["disk"], found["cpu_count"]), ("32768 MB", "2x 240GB SSD", 4))
        w.show("its hardware address is a number", isinstance(found["mac_address"], int) and found["mac_address"] > 0, found["mac_address"])
        w.same("the list has it", ids(w.metal.list_baremetals()["bare_metals"]), [made])
        w.same("user data reads back", w.metal.get_bare_metal_userdata(baremetal_id=made)["user_data"]["data"], text("#cloud-config\n"))
        four = w.metal.get_ipv4_baremetal(baremetal_id=made)["ipv4s"]
        w.same("its address is listed", [(each["ip"], each["type"]) for each in four], [(found["main_ip"], "main_ip")])
        six = w.metal.get_ipv6_baremetal(baremetal_id=made)["ipv6s"]
        w.same("its IPv6 address is listed", [(each["ip"], each["network_size"]) for each in six], [(found["v6_main_ip"], 64)])
        bandwidth = w.metal.get_bandwidth_baremetal(baremetal_id=made)["bandwidth"]
        w.show("bandwidth is counted by day", isinstance(bandwidth, dict), bandwidth)
        console = w.metal.get_bare_metal_vnc(baremetal_id=made)["vnc"]["url"]
        w.show("the console's address is a page that says what would be there", console.endswith(f"/_kettle/console/{made}"), console)
    w.gone("a server", w.metal.get_baremetal, baremetal_id=made)
    good = {"region": "ewr", "plan": PLAN, "os_id": SYSTEM}
    for what, fault in {"a plan of instances": {"plan": "vc2-1c-1gb"}, "a region that does not sell the plan": {"region": "ams"},
                        "a system that is none": {"os_id": 1}}.items():
        w.refused(what, 400, w.metal.create_baremetal, body={**good, **fault})
    w.refused("an unknown server", 404, w.metal.get_baremetal, baremetal_id=NOWHERE)


def changes(w):
    with server(w, "changes") as made:
        upgrades = w.metal.get_bare_metals_upgrades(baremetal_id=made, query={"type": "all"})["upgrades"]
        w.show("other systems are offered", OTHER_SYSTEM in [each["id"] for each in upgrades["os"]])
        w.metal.update_baremetal(baremetal_id=made, body={"label": "changed", "tags": ["new"]})
        found = get(w, made)
        w.same("label and tags change", (found["label"], found["tags"]), ("changed", ["new"]))
        w.metal.update_baremetal(baremetal_id=made, body={"os_id": OTHER_SYSTEM})
        w.wait("the system changes", lambda: (it := get(w, made))["os_id"] == OTHER_SYSTEM and it["status"] == "active")
        w.metal.reinstall_baremetal(baremetal_id=made)
        w.wait("it is up again after a reinstallation", lambda: get(w, made)["status"] == "active")


def power(w):
    with server(w, "one") as one, server(w, "two") as two:
        for call in (w.metal.halt_baremetal, w.metal.start_baremetal, w.metal.reboot_baremetal):
            call(baremetal_id=one)
        for call in (w.metal.halt_baremetals, w.metal.start_bare_metals, w.metal.reboot_bare_metals):
            call(body={"baremetal_ids": [one, two]})
        w.wait("after all switching both are active", lambda: {get(w, each)["status"] for each in (one, two)} == {"active"})
        w.refused("switching one that is not there", 404, w.metal.halt_baremetals, body={"baremetal_ids": [one, NOWHERE]})
