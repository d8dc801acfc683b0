"""Things that are known by their text: SSH keys, startup scripts, domains and their records."""

import base64

from harness import NOWHERE, ids

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtldHRsZWNvbmZvcm1hbmNla2V5MDEyMzQ1Njc4 alice@example.com\n"


def ssh(w):
    made = w.ssh.create_ssh_key(body={"name": "laptop", "ssh_key": KEY})["ssh_key"]
    key = made["id"]
    w.same("a key comes back byte for byte, last newline included", w.ssh.get_ssh_key(ssh_key_id=key)["ssh_key"]["ssh_key"], KEY)
    w.show("the key is listed", key in ids(w.ssh.list_ssh_keys(query={"per_page": 500})["ssh_keys"]))
    w.ssh.update_ssh_key(ssh_key_id=key, body={"name": "desk"})
    found = w.ssh.get_ssh_key(ssh_key_id=key)["ssh_key"]
    w.same("a new name reads back and the key stays", (found["name"], found["ssh_key"]), ("desk", KEY))
    w.refused("a key that is no SSH key", 400, w.ssh.create_ssh_key, body={"name": "bad", "ssh_key": "not a key"})
    w.ssh.delete_ssh_key(ssh_key_id=key)
    w.gone("a key", w.ssh.get_ssh_key, ssh_key_id=key)
    w.refused("an unknown key", 404, w.ssh.get_ssh_key, ssh_key_id=NOWHERE, says="Invalid ssh key")


def startup(w):
    text = base64.b64encode(b"#!/bin/sh\necho hello\n").decode()
    script = w.startup.create_startup_script(body={"name": "hello", "type": "boot", "script": text})["startup_script"]["id"]
    found = w.startup.get_startup_script(startup_id=script)["startup_script"]
    w.same("name, type and base64 text read back", (found["name"], found["type"], found["script"]), ("hello", "boot", text))
    listed = w.startup.list_startup_scripts(query={"per_page": 500})["startup_scripts"]
    w.show("the script is listed", script in ids(listed))
    w.startup.update_startup_script(startup_id=script, body={"name": "hello again"})
    found = w.startup.get_startup_script(startup_id=script)["startup_script"]
    w.same("a new name reads back and the text stays", (found["name"], found["script"]), ("hello again", text))
    w.startup.delete_startup_script(startup_id=script)
    w.gone("a script", w.startup.get_startup_script, startup_id=script)
    w.refused("an unknown script", 404, w.startup.get_startup_script, startup_id=NOWHERE, says="Invalid startup script ID")


def domains(w):
    name = "conformance-python.example"
    w.dns.create_dns_domain(body={"domain": name, "ip": "192.0.2.10", "dns_sec": "disabled"})
    w.show("the domain is listed", name in [d["domain"] for d in w.dns.list_dns_domains(query={"per_page": 500})["domains"]])
    w.same("DNSSEC is off as asked", w.dns.get_dns_domain(dns_domain=name)["domain"]["dns_sec"], "disabled")
    records = w.dns.list_dns_domain_records(dns_domain=name, query={"per_page": 500})["records"]
    kinds = sorted(r["type"] for r in records)
    w.same("a domain with an address gets A, CNAME, MX and two NS records", kinds, ["A", "CNAME", "MX", "NS", "NS"])
    w.same("its A record is the address", [r["data"] for r in records if r["type"] == "A"], ["192.0.2.10"])
    w.refused("the same domain again", 400, w.dns.create_dns_domain, body={"domain": name})
    w.dns.update_dns_domain(dns_domain=name, body={"dns_sec": "enabled"})
    w.same("DNSSEC can be switched on", w.dns.get_dns_domain(dns_domain=name)["domain"]["dns_sec"], "enabled")
    keys = w.dns.get_dns_domain_dnssec(dns_domain=name)["dns_sec"]
    w.show("DNSSEC shows DNSKEY and DS entries",
           any("DNSKEY" in line for line in keys) and any(" DS " in line for line in keys), keys)
    w.dns.update_dns_domain_soa(dns_domain=name, body={"nsprimary": "ns1.vultr.com", "email": "hostmaster@example.com"})
    soa = w.dns.get_dns_domain_soa(dns_domain=name)["dns_soa"]
    w.same("the SOA keeps server and address", (soa["nsprimary"], soa["email"]), ("ns1.vultr.com", "hostmaster@example.com"))
    w.dns.delete_dns_domain(dns_domain=name)
    w.gone("a domain", w.dns.get_dns_domain, dns_domain=name)
    w.refused("a deleted domain's records", 404, w.dns.list_dns_domain_records, dns_domain=name, says="Invalid domain")


def records(w):
    name = "conformance-records-python.example"
    w.dns.create_dns_domain(body={"domain": name})
    first = w.dns.list_dns_domain_records(dns_domain=name)["records"]
    w.same("a domain without an address has name servers only", {r["type"] for r in first}, {"NS"})
    wanted = [
        {"name": "www", "type": "A", "data": "192.0.2.1", "ttl": 600, "priority": 0},
        {"name": "www", "type": "AAAA", "data": "2001:db8::1", "ttl": 600, "priority": 0},
        {"name": "", "type": "MX", "data": "mail.example.com", "ttl": 300, "priority": 10},
        {"name": "", "type": "TXT", "data": '"v=spf1 -all"', "ttl": 300, "priority": 0},
        {"name": "_sip._tcp", "type": "SRV", "data": "5 5060 sip.example.com", "ttl": 300, "priority": 20},
        {"name": "", "type": "CAA", "data": '0 issue "ca.example.com"', "ttl": 300, "priority": 0},
    ]
    for record in wanted:
        made = w.dns.create_dns_domain_record(dns_domain=name, body=record)["record"]
        found = w.dns.get_dns_domain_record(dns_domain=name, record_id=made["id"])["record"]
        w.same(f"a {record['type']} record reads back as sent", {key: found[key] for key in record}, record)
    w.refused("an A record whose data is no address", 400, w.dns.create_dns_domain_record, dns_domain=name,
              body={"name": "bad", "type": "A", "data": "not-an-address"})
    w.refused("a type that is none", 400, w.dns.create_dns_domain_record, dns_domain=name,
              body={"name": "bad", "type": "NONE", "data": "x"})
    record = made["id"]
    w.dns.update_dns_domain_record(dns_domain=name, record_id=record, body={"ttl": 900, "data": '0 issue "other.example.com"'})
    found = w.dns.get_dns_domain_record(dns_domain=name, record_id=record)["record"]
    w.same("changed data and TTL read back", (found["ttl"], found["data"]), (900, '0 issue "other.example.com"'))
    w.dns.delete_dns_domain_record(dns_domain=name, record_id=record)
    w.gone("a record", w.dns.get_dns_domain_record, dns_domain=name, record_id=record)
    left = w.dns.list_dns_domain_records(dns_domain=name, query={"per_page": 500})["records"]
    w.same("the others are still there", len(left), len(first) + len(wanted) - 1)
    w.dns.delete_dns_domain(dns_domain=name)
