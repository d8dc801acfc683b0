"""Runs every family's checks against the server that the environment names (see conformance/README.md)."""

import sys

from vultr_python_client.apis.tags.account_api import AccountApi
from vultr_python_client.apis.tags.application_api import ApplicationApi
from vultr_python_client.apis.tags.backup_api import BackupApi
from vultr_python_client.apis.tags.baremetal_api import BaremetalApi
from vultr_python_client.apis.tags.billing_api import BillingApi
from vultr_python_client.apis.tags.block_api import BlockApi
from vultr_python_client.apis.tags.dns_api import DnsApi
from vultr_python_client.apis.tags.firewall_api import FirewallApi
from vultr_python_client.apis.tags.instances_api import InstancesApi
from vultr_python_client.apis.tags.iso_api import IsoApi
from vultr_python_client.apis.tags.load_balancer_api import LoadBalancerApi
from vultr_python_client.apis.tags.os_api import OsApi
from vultr_python_client.apis.tags.plans_api import PlansApi
from vultr_python_client.apis.tags.private_networks_api import PrivateNetworksApi
from vultr_python_client.apis.tags.region_api import RegionApi
from vultr_python_client.apis.tags.reserved_ip_api import ReservedIpApi
from vultr_python_client.apis.tags.s3_api import S3Api
from vultr_python_client.apis.tags.snapshot_api import SnapshotApi
from vultr_python_client.apis.tags.ssh_api import SshApi
from vultr_python_client.apis.tags.startup_api import StartupApi
from vultr_python_client.apis.tags.users_api import UsersApi
from vultr_python_client.apis.tags.vpcs_api import VPCsApi

from families import access, balancers, catalogue, instances, metal, names, networks, storage
from harness import World

CLASSES = {
    "account": AccountApi, "applications": ApplicationApi, "backups": BackupApi, "metal": BaremetalApi,
    "billing": BillingApi, "blocks": BlockApi, "dns": DnsApi, "firewalls": FirewallApi, "instances": InstancesApi, "isos": IsoApi, "balancers": LoadBalancerApi, "os": OsApi, "plans": PlansApi,
    "networks": PrivateNetworksApi, "s3": S3Api, "regions": RegionApi, "reserved": ReservedIpApi, "snapshots": SnapshotApi,
    "ssh": SshApi, "startup": StartupApi, "users": UsersApi, "vpcs": VPCsApi,
}

FAMILIES = [
    ("account", access.account), ("access without a key", access.keys), ("users", access.users), ("billing", access.billing),
    ("regions", catalogue.regions), ("plans", catalogue.plans), ("os", catalogue.systems),
    ("applications", catalogue.applications), ("paging", catalogue.paging),
    ("ssh", names.ssh), ("startup", names.startup), ("dns domains", names.domains), ("dns records", names.records),
    ("firewall", networks.firewall), ("VPCs", networks.vpcs), ("private networks", networks.private),
    ("iso", storage.isos), ("block", storage.blocks), ("object storage", storage.objects), ("snapshot", storage.snapshots), ("backup", storage.backups),
    ("instance life", instances.life), ("instance power", instances.power), ("instance changes", instances.changes),
    ("instance addresses", instances.addresses), ("instance networks", instances.networks),
    ("instance iso", instances.iso), ("instance backups", instances.schedule), ("reserved-ip", networks.reserved),
    ("load balancers", balancers.life), ("load balancer rules", balancers.rules),
    ("bare metal life", metal.life), ("bare metal changes", metal.changes), ("bare metal power", metal.power),
    # Last: it goes by the arguments of those before.
    ("each operation refused", World.each_refused),
]


if __name__ == "__main__":
    sys.exit(World(CLASSES).run(FAMILIES))
