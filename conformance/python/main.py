"""Runs every family's checks against the server that the environment names (see conformance/README.md)."""

import os
import sys
import traceback

from vultr_python_client.apis.tags.account_api import AccountApi
from vultr_python_client.apis.tags.application_api import ApplicationApi
from vultr_python_client.apis.tags.backup_api import BackupApi
from vultr_python_client.apis.tags.baremetal_api import BaremetalApi
from vultr_python_client.apis.tags.block_api import BlockApi
from vultr_python_client.apis.tags.dns_api import DnsApi
from vultr_python_client.apis.tags.firewall_api import FirewallApi
from vultr_python_client.apis.tags.instances_api import InstancesApi
from vultr_python_client.apis.tags.iso_api import IsoApi
from vultr_python_client.apis.tags.os_api import OsApi
from vultr_python_client.apis.tags.plans_api import PlansApi
from vultr_python_client.apis.tags.private_networks_api import PrivateNetworksApi
from vultr_python_client.apis.tags.region_api import RegionApi
from vultr_python_client.apis.tags.reserved_ip_api import ReservedIpApi
from vultr_python_client.apis.tags.snapshot_api import SnapshotApi
from vultr_python_client.apis.tags.ssh_api import SshApi
from vultr_python_client.apis.tags.startup_api import StartupApi
from vultr_python_client.apis.tags.users_api import UsersApi
from vultr_python_client.apis.tags.vpcs_api import VPCsApi

from families import access, catalogue, instances, metal, names, networks, storage
from harness import World

CLASSES = {
    "account": AccountApi, "applications": ApplicationApi, "backups": BackupApi, "metal": BaremetalApi, "blocks": BlockApi, "dns": DnsApi,
    "firewalls": FirewallApi, "instances": InstancesApi, "isos": IsoApi, "os": OsApi, "plans": PlansApi,
    "networks": PrivateNetworksApi, "regions": RegionApi, "reserved": ReservedIpApi, "snapshots": SnapshotApi,
    "ssh": SshApi, "startup": StartupApi, "users": UsersApi, "vpcs": VPCsApi,
}

FAMILIES = [
    ("account", access.account), ("access without a key", access.keys), ("users", access.users),
    ("regions", catalogue.regions), ("plans", catalogue.plans), ("os", catalogue.systems),
    ("applications", catalogue.applications), ("paging", catalogue.paging),
    ("ssh", names.ssh), ("startup", names.startup), ("dns domains", names.domains), ("dns records", names.records),
    ("firewall", networks.firewall), ("VPCs", networks.vpcs), ("private networks", networks.private),
    ("iso", storage.isos), ("block", storage.blocks), ("snapshot", storage.snapshots), ("backup", storage.backups),
    ("instance life", instances.life), ("instance power", instances.power), ("instance changes", instances.changes),
    ("instance addresses", instances.addresses), ("instance networks", instances.networks),
    ("instance iso", instances.iso), ("instance backups", instances.schedule), ("reserved-ip", networks.reserved),
    ("bare metal life", metal.life), ("bare metal changes", metal.changes), ("bare metal power", metal.power),
]


def main():
    world = World(CLASSES)
    only = sys.argv[1:]
    for name, family in FAMILIES:
        if only and name not in only:
            continue
        world.family = name
        try:
            family(world)
        except Exception as fault:  # one family's fault must not hide the others
            world.failures.append(name)
            ours = [frame for frame in traceback.extract_tb(fault.__traceback__) if "families" in frame.filename]
            at = f" ({os.path.basename(ours[-1].filename)}:{ours[-1].lineno})" if ours else ""
            print(f"FAIL  {name}{at}: {type(fault).__name__}: {fault}", flush=True)
    missed = world.uncalled()
    if not only:
        for kind, method in missed:
            print(f"FAIL  coverage: {kind}.{method} was never called")
    print(f"{world.shown} checks held, {len(world.failures)} families failed, {len(world.called)} different calls made")
    return 1 if world.failures or (missed and not only) else 0


if __name__ == "__main__":
    sys.exit(main())
