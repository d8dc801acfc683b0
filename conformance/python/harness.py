"""The harness of the Python suite: calls, checks, waits.

It runs the unmodified vultr-python-client; it must never repair an answer before the client has read it, and never
count a call that the client did not make.
"""

import json
import os
import sys
from decimal import Decimal
from urllib.parse import urlsplit

from urllib3 import make_headers
from vultr_python_client import ApiClient, Configuration, schemas
from vultr_python_client.exceptions import ApiException

from book import Book, Failed

NOWHERE = "00000000-0000-4000-8000-000000000000"


def plain(value):
    """The client's own decoded objects as plain Python, so that checks can compare them."""
    if isinstance(value, schemas.NoneClass):
        return None
    if isinstance(value, schemas.BoolClass):
        return bool(value)
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value) if isinstance(value, str) else value


class Api:
    """One API class of the client. Notes which of its methods were called and reads each answer strictly."""

    def __init__(self, inner, called):
        self._inner, self._called = inner, called

    @staticmethod
    def methods(inner):
        """The public calls of an API class: one each from its bases, as the generator writes them."""
        return {name for base in type(inner).__bases__ for name in vars(base) if not name.startswith("_")}

    def __getattr__(self, name):
        method = getattr(self._inner, name)
        module = next(sys.modules[base.__module__] for base in type(self._inner).__bases__ if name in vars(base))

        def call(body=None, query=None, **path):
            arguments = {}
            if body is not None:
                arguments["body"] = body
            if query is not None:
                arguments["query_params"] = query
            if path:
                arguments["path_params"] = {key.replace("_", "-"): item for key, item in path.items()}
            self._called.add((type(self._inner).__name__, name))
            answer = method(**arguments)
            status = str(answer.response.status)
            documented = [code for code in module._status_code_to_response if code < "300"]
            if status not in documented:
                raise Failed(f"{name} answered {status}; the client's description knows {', '.join(documented)}")
            return None if isinstance(answer.body, schemas.Unset) else plain(answer.body)

        return call


class World(Book):
    """All API classes of the families, and the book of what was shown."""

    def __init__(self, classes):
        super().__init__()
        configuration = Configuration()
        configuration.access_token = os.environ["VULTR_API_KEY"]
        # The client reads neither variable by itself; its host stays https://api.vultr.com/v2.
        configuration.proxy = os.environ["HTTPS_PROXY"]
        # Nor does it take the proxy's password out of the address.
        proxy = urlsplit(configuration.proxy)
        configuration.proxy_headers = make_headers(proxy_basic_auth=f"{proxy.username}:{proxy.password}")
        configuration.ssl_ca_cert = os.environ["SSL_CERT_FILE"]
        self.configuration = configuration
        self.inner = {}
        for word, kind in classes.items():
            self.inner[word] = kind(ApiClient(configuration))
            setattr(self, word, Api(self.inner[word], self.called))

    def refused(self, what, status, call, *arguments, says="", **named):
        """A check that the server refuses, with this status and an error body as the real API writes it."""
        try:
            call(*arguments, **named)
        except ApiException as refusal:
            text = refusal.body.decode()
            self.same(f"{what} is refused with {status}", refusal.status, status)
            error = json.loads(text)
            compact = json.dumps(error, separators=(",", ":"), ensure_ascii=False)
            self.show(f"{what}: the refusal is compact JSON of error and status",
                      list(error) == ["error", "status"] and error["status"] == status and text.strip() == compact, text)
            if says:
                self.show(f"{what}: the refusal says {says!r}", says in error["error"], text)
            return
        raise Failed(f"{what} should be refused with {status}, but was accepted")

    def gone(self, what, call, **path):
        """A check that a deleted thing is no more. A delete may take a moment to finish."""
        def probe():
            try:
                call(**path)
            except ApiException as refusal:
                return refusal.status == 404
            return False
        self.wait(f"{what} answers 404 once it is deleted", probe)

    def uncalled(self):
        """Methods of the API classes that no check has called."""
        every = {(type(inner).__name__, name) for inner in self.inner.values() for name in Api.methods(inner)}
        return [f"{kind}.{method}" for kind, method in sorted(every - self.called)]


def ids(rows):
    """The ids of a list answer."""
    return [row["id"] for row in rows]
