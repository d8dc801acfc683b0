"""A Vultr of your tests' own: `kettle serve` for as long as this process lives, and what tests do with it.

The fixtures are in `pytest_kettle.plugin`; pytest finds them by itself. Without pytest, `Server` is all one needs:

    with Server() as kettle:
        program(endpoint=kettle.endpoint, key=kettle.key)
"""

from .server import NotStarted, Server
from .world import Kettle, Refused

__all__ = ["Kettle", "NotStarted", "Refused", "Server"]
