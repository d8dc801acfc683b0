"""The harness of the suite of API v1: calls, checks, waits.

It runs the unmodified PyPI client `vultr`; it must never repair an answer before the client has read it, and never
count a call that the client did not make.
"""

import os

from vultr import Vultr, VultrError
from vultr.utils import VultrBase

from book import Book, Failed

# Of every part of the client: not calls of their own.
COMMON = {name for name in vars(VultrBase) if not name.startswith("_")}


def client_with(key):
    """The client, its pause of a second after each request made short: Kettle need not be spared."""
    client = Vultr(key)
    for part in (client, *parts(client).values()):
        part.set_requests_per_second(1000)
    return client


def parts(client):
    """The client's parts by name, those of its server too: `server.ipv4`."""
    found = {name: part for name, part in vars(client).items() if isinstance(part, VultrBase)}
    for name, part in list(found.items()):
        found |= {f"{name}.{inner}": it for inner, it in vars(part).items() if isinstance(it, VultrBase)}
    return found


def methods(part):
    """The calls that a part of the client has."""
    return {name for name in vars(type(part)) if not name.startswith("_")} - COMMON


class World(Book):
    """The client under test, and the book of what was shown. `w.dns.list()` is the client's own `dns.list()`."""

    def __init__(self):
        super().__init__()
        self.client = client_with(os.environ["VULTR_API_KEY"])
        for name, part in parts(self.client).items():
            for method in methods(part):
                setattr(part, method, self._noted(f"{name}.{method}", getattr(part, method)))

    def __getattr__(self, name):
        return getattr(self.client, name)

    def _noted(self, name, call):
        def noted(*arguments, **named):
            self.called.add(name)
            return call(*arguments, **named)
        return noted

    def uncalled(self):
        """Calls of the client that no check has made."""
        every = {f"{name}.{method}" for name, part in parts(self.client).items() for method in methods(part)}
        return sorted(every - self.called)

    def get(self, path, **params):
        """A call that the client has no method for, by its own general one."""
        return self.client.request(f"/v1/{path}", params, "GET")

    def post(self, path, **params):
        """Likewise a change."""
        return self.client.request(f"/v1/{path}", params, "POST")

    def same(self, what, found, wanted):
        """A check that two values are equal and of one type, showing both when they are not: v1's clients tell 1 from "1"."""
        holds = found == wanted and type(found) is type(wanted)
        self.show(what, holds, "" if holds else f"found {found!r}, wanted {wanted!r}")

    def empty(self, what, answer):
        """A check that an action answers 200 with nothing; the client makes an empty object of it."""
        self.same(what, answer, {})

    def refused(self, what, says, call, *arguments, **named):
        """A check that the server refuses. The client keeps the server's text for 412 alone, and has its own for each other status."""
        try:
            call(*arguments, **named)
        except VultrError as refusal:
            self.show(f"{what} is refused", says in str(refusal), refusal)
            return
        raise Failed(f"{what} should be refused, but was accepted")
