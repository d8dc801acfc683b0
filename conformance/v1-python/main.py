"""Runs every family's checks of API v1 against the server that the environment names (see conformance/README.md)."""

import sys

import families
from harness import World

FAMILIES = [
    ("account", families.account), ("catalogue", families.catalogue), ("access", families.access),
    ("ssh keys", families.keys), ("startup scripts", families.scripts), ("dns", families.dns), ("iso", families.isos),
    ("server life", families.life), ("server changes", families.changes), ("server IPv4", families.ipv4),
    ("server IPv6", families.ipv6), ("snapshot", families.snapshots), ("backup", families.backups),
    ("firewall", families.firewall), ("block", families.blocks), ("object storage", families.objects),
    ("reserved ip", families.reserved), ("bare metal", families.metal), ("load balancer", families.balancers),
]


if __name__ == "__main__":
    sys.exit(World().run(FAMILIES))
