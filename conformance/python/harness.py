"""The harness of the Python suite: calls, checks, waits.

It runs the unmodified vultr-python-client; it must never repair an answer before the client has read it, and never
count a call that the client did not make.
"""

import copy
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

# Operations that need no key and that the client knows no argument of: nothing about them can be wrong.
NEVER_REFUSED = {"list_public_isos", "get_kubernetes_versions"}


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
    """One API class of the client. Notes which of its methods were called and which were refused, and reads each
    answer strictly."""

    def __init__(self, inner, called, refused=None):
        self._inner, self._called, self._refused, self._made = inner, called, refused if refused is not None else set(), {}

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
            try:
                answer = method(**arguments)
            except ApiException:
                self._refused.add((type(self._inner).__name__, name))
                raise
            self._made[name] = body, path
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
        self.inner, self.refused_calls = {}, set()
        for word, kind in classes.items():
            self.inner[word] = kind(ApiClient(configuration))
            setattr(self, word, Api(self.inner[word], self.called, self.refused_calls))

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

    def with_key(self, kind, key):
        """The same client with another key; its calls do not count for coverage."""
        configuration = copy.copy(self.configuration)
        configuration.access_token = key
        return Api(kind(ApiClient(configuration)), set())

    def gone(self, what, call, **path):
        """A check that a deleted thing is no more. A delete may take a moment to finish."""
        def probe():
            try:
                call(**path)
            except ApiException as refusal:
                return refusal.status == 404
            return False
        self.wait(f"{what} answers 404 once it is deleted", probe)

    def each_refused(self):
        """Every operation that no family has seen refused is called once more, with arguments that must fail: those that
        it was made with before, about a thing that there is not, with a text that is too long, or from a wrong place in a
        list; what has no arguments, with a wrong key."""
        for word, inner in self.inner.items():
            kind = type(inner).__name__
            for name in sorted(Api.methods(inner)):
                api = getattr(self, word)
                if (kind, name) in self.refused_calls or name not in api._made or name in NEVER_REFUSED:
                    continue
                refusal = next(filter(None, (refusal_of(attempt) for attempt in attempts(self, api, name))), None)
                self.show(f"{kind}.{name} is refused with arguments that are wrong, as JSON of error and status",
                          refusal and list(json.loads(refusal.body)) == ["error", "status"] and 400 <= refusal.status < 500,
                          refusal and (refusal.status, refusal.body))

    def uncalled(self):
        """Methods of the API classes that no check has called."""
        every = {(type(inner).__name__, name) for inner in self.inner.values() for name in Api.methods(inner)}
        return [f"{kind}.{method}" for kind, method in sorted(every - self.called)]


def attempts(world, api, name):
    """Calls of an operation that should be refused, the nearest to its real use first."""
    body, path = api._made[name]
    call = getattr(api, name)
    if path:
        yield lambda: call(body=body, **dict.fromkeys(path, NOWHERE))
        yield lambda: call(body=body, **dict.fromkeys(path, "nowhere.example"))
    for key in [key for key, value in (body or {}).items() if isinstance(value, str)]:
        yield lambda key=key: call(body=body | {key: "x" * 300}, **path)
    if body is None:
        yield lambda: call(query={"cursor": "nonsense"}, **path)
    yield lambda: getattr(world.with_key(type(api._inner), "wrong"), name)(body=body, **path)


def refusal_of(attempt):
    """How the server refused a call; nothing where it did not, or where the client would not send it."""
    try:
        attempt()
    except ApiException as refusal:
        # The client has this type for its own complaints as well; those have no answer.
        return refusal if getattr(refusal, "body", None) else None
    except (TypeError, ValueError):
        pass
    return None


def ids(rows):
    """The ids of a list answer."""
    return [row["id"] for row in rows]
