"""API v1 with PyPI's client `vultr`, unmodified: a server's life, DNS, keys, scripts, an address.

Each line says what it shows; the first check that fails ends the run with status 1.
"""

import os
import sys
import time

from vultr import Vultr, VultrError

DEADLINE = 30


def show(what, holds):
    print(f"{'ok  ' if holds else 'FAIL'}  {what}", flush=True)
    if not holds:
        sys.exit(1)


def refused(what, words, call):
    try:
        call()
    except VultrError as error:
        show(what, words in str(error))
    else:
        show(f"{what} (it was done)", False)


def wait(what, holds):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if holds():
            return show(what, True)
        time.sleep(0.05)
    show(f"{what} (not within {DEADLINE} s)", False)


def quick(client):
    """The client keeps to one request a second; Kettle need not be spared."""
    parts = [client] + [part for part in vars(client).values() if hasattr(part, "request")]
    parts += [client.server.ipv4, client.server.ipv6]
    for part in parts:
        part.set_requests_per_second(1000)
    return client


def catalogue(v):
    show("the account has a balance", float(v.account.info()["balance"]) <= 0)
    show("os/list has Custom", v.os.list()["159"]["name"] == "Custom")
    show("plans/list has 201 for 5.00", v.plans.list()["201"]["price_per_month"] == "5.00")
    show("regions/list has New Jersey", v.regions.list()["1"]["name"] == "New Jersey")
    show("201 can be had there", 201 in v.regions.availability(1))
    show("applications have short names", all(a["short_name"] for a in v.app.list().values()))
    show("an empty list is []", v.iso.list() == [] and v.backup.list() == [])


def server(v):
    key = v.sshkey.create("key", "ssh-ed25519 AAAA me@example.com")["SSHKEYID"]
    show("the key is listed", v.sshkey.list()[key]["name"] == "key")
    script = v.startupscript.create("script", "#!/bin/sh\necho hi\n")["SCRIPTID"]
    show("the script is plain text", v.startupscript.list()[str(script)]["script"].startswith("#!"))
    options = {"label": "py", "SSHKEYID": key, "SCRIPTID": script, "enable_ipv6": "yes"}
    made = v.server.create(1, 201, 387, options)["SUBID"]
    wait("the server becomes active", lambda: v.server.list(made)["server_state"] == "ok")
    show("it is listed by its id", v.server.list()[made]["label"] == "py")
    v.server.label_set(made, "new")
    show("its label is changed", v.server.list(made)["label"] == "new")
    v.server.halt(made)
    wait("it halts", lambda: v.server.list(made)["power_status"] == "stopped")
    v.server.start(made)
    wait("it starts", lambda: v.server.list(made)["power_status"] == "running")
    v.server.ipv4.create(made, {"reboot": "no"})
    wait("it has a second address", lambda: len(v.server.ipv4.list(made)[made]) == 2)
    second = v.server.ipv4.list(made)[made][1]["ip"]
    v.server.ipv4.destroy(made, second)
    show("and has it no more", len(v.server.ipv4.list(made)[made]) == 1)
    show("its traffic is told by day", "incoming_bytes" in v.server.bandwidth(made))
    show("it can be given another system", v.server.os_change_list(made))
    show("it can be given a larger plan", 202 in v.server.upgrade_plan_list(made))
    snapshot = v.snapshot.create(made)["SNAPSHOTID"]
    wait("a snapshot is taken", lambda: v.snapshot.list()[snapshot]["status"] == "complete")
    v.snapshot.destroy(snapshot)
    show("and destroyed", v.snapshot.list() == [])
    show("an address is reserved", v.reservedip.create(1, "v4")["SUBID"])
    v.server.destroy(made)
    wait("the server is destroyed", lambda: v.server.list() == [])
    refused("a second time it is refused", "Invalid server.  Check SUBID",
            lambda: v.server.destroy(made))
    v.sshkey.destroy(key)
    v.startupscript.destroy(script)
    show("keys and scripts are gone", v.sshkey.list() == [] == v.startupscript.list())


def dns(v):
    v.dns.create_domain("example.com", "192.0.2.1")
    show("the domain is listed", v.dns.list()[0]["domain"] == "example.com")
    v.dns.create_record("example.com", "www", "A", "192.0.2.2")
    www = [r for r in v.dns.records("example.com") if r["name"] == "www"]
    show("a record is made", www and www[0]["data"] == "192.0.2.2")
    v.dns.delete_record("example.com", www[0]["RECORDID"])
    show("and deleted", not [r for r in v.dns.records("example.com") if r["name"] == "www"])
    v.dns.delete_domain("example.com")
    show("the domain is deleted", v.dns.list() == [])
    refused("its records are refused", "Invalid domain.", lambda: v.dns.records("example.com"))


def main():
    v = quick(Vultr(os.environ["VULTR_API_KEY"]))
    catalogue(v)
    server(v)
    dns(v)
    refused("a wrong key is refused", "Invalid or missing API key",
            quick(Vultr("WRONG")).account.info)


if __name__ == "__main__":
    main()
