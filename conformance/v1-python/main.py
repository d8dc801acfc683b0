"""Runs every family's checks of API v1 against the server that the environment names (see conformance/README.md)."""

import os
import sys
import traceback

import families
from harness import World

FAMILIES = [
    ("account", families.account), ("catalogue", families.catalogue), ("access", families.access),
    ("ssh keys", families.keys), ("startup scripts", families.scripts), ("dns", families.dns), ("iso", families.isos),
    ("server life", families.life), ("server changes", families.changes), ("server IPv4", families.ipv4),
    ("server IPv6", families.ipv6), ("snapshot", families.snapshots), ("backup", families.backups),
    ("firewall", families.firewall), ("block", families.blocks), ("reserved ip", families.reserved),
    ("bare metal", families.metal),
]


def main():
    world, only = World(), sys.argv[1:]
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
    missed = [] if only else world.uncalled()
    for call in missed:
        print(f"FAIL  coverage: {call} was never called")
    print(f"{world.shown} checks held, {len(world.failures)} families failed, {len(world.called)} different calls made")
    return 1 if world.failures or missed else 0


if __name__ == "__main__":
    sys.exit(main())
