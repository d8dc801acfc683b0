"""What tests do with a Kettle: requests, and all that is its owner's, by names."""

import http.client
import json
import os
import subprocess
import urllib.parse

# How long one answer may take, in seconds: a month passes in less.
PATIENCE = 120
# The snapshot that every fresh world is restored from.
BEGINNING = "beginning-of-tests"


class Refused(Exception):
    """A request was refused: `status`, and `error`, the words of whoever refused it."""

    def __init__(self, request, status, error):
        super().__init__(f"{request}: {error} (status {status})")
        self.status, self.error = status, error


class Kettle:
    """A server of the Vultr API, whose owner the tests are.

    `url` is where it is, `endpoint` the same with `/v2`, as clients want it, `key` the key of the account that all
    requests here come from, and `env` what leads programs there that read VULTR_API_ENDPOINT and VULTR_API_KEY.
    """

    def __init__(self, url, key, program="kettle"):
        self.url, self.key = url, key
        self.endpoint = url + "/v2"
        self._program = program

    @property
    def env(self):
        """What leads programs here. Commands of `kettle` itself heed it, too."""
        # A profile of the user's would come before the endpoint.
        return {"VULTR_API_ENDPOINT": self.endpoint, "VULTR_API_KEY": self.key, "KETTLE_PROFILE": "", "KETTLE_KEY": self.key}

    def command(self, *words):
        """The words of a command that runs this one and leads it here, for programs that cannot be told where the API is
        and call api.vultr.com, as Terraform's provider and vultr-cli do. Run it with `env` in its environment."""
        return [self._program, "exec", "--server", self.url, "--", *words]

    def exec(self, *words, **options):
        """Runs such a program as `subprocess.run` does, with the same options:
        `kettle.exec("terraform", "apply", "-auto-approve", check=True)`."""
        env = options.pop("env", None)
        env = {**(os.environ if env is None else env), **self.env}
        return subprocess.run(self.command(*words), env=env, **options)

    def call(self, method, path, body=None, **query):
        """One request: `kettle.call("POST", "/v2/ssh-keys", {"name": "ci", "ssh_key": "..."})`. What was answered, read
        from JSON; None where that is nothing.

        Raises Refused for every status of 400 and more.
        """
        if query:
            path += "?" + urllib.parse.urlencode(query)
        # No proxy of the user's is asked: this is on the same machine.
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=PATIENCE)
        try:
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        try:
            said = json.loads(text) if text else None
        except ValueError:
            said = text
        if answer.status >= 400:
            error = said.get("error", text) if isinstance(said, dict) else text
            raise Refused(f"{method} {path}", answer.status, error)
        return said

    def reset(self):
        """Empties everything: things, users, keys, faults and what is billed. The owner's key stays."""
        self.call("POST", "/_kettle/reset")

    def snapshot(self, name):
        """Saves all there is under a name, in place of what had it."""
        self.call("PUT", f"/_kettle/world/snapshots/{_quoted(name)}", {"replace": True})

    def restore(self, name):
        """Puts back all that was there when `snapshot` was called, in one moment; ids and addresses are the same."""
        self.call("POST", f"/_kettle/world/snapshots/{_quoted(name)}/restore")

    def clock(self):
        """What the world's clock shows, and how it goes: `time`, `mode`, `rate`."""
        return self.call("GET", "/_kettle/clock")["clock"]

    def freeze(self):
        """Stops the clock."""
        return self.call("POST", "/_kettle/clock/freeze")["clock"]

    def resume(self):
        """Lets the clock run on from what it shows."""
        return self.call("POST", "/_kettle/clock/resume")["clock"]

    def advance(self, duration):
        """Turns the clock ahead by `90s`, `15m`, `2h` or `30d`. Whatever becomes due on the way is done, in order."""
        return self.call("POST", f"/_kettle/clock/advance/{_quoted(duration)}")["clock"]

    def fault(self, ready=None, **rule):
        """Has something go wrong: `kettle.fault("429-storm")` by a ready-made name, or by a rule of its own, as in
        `kettle.fault(operation="create-instance", status=503, times=2)`; `kettle world fault add --help` tells all that
        a rule can say. The rules that were added."""
        if ready is not None:
            if rule:
                raise TypeError(f"{ready!r} is ready-made: it takes no {', '.join(rule)}")
            return self.call("POST", f"/_kettle/faults/ready/{_quoted(ready)}")["faults"]
        return [self.call("POST", "/_kettle/faults", rule)["fault"]]

    def faults(self):
        """The rules, each with how often it has acted."""
        return self.call("GET", "/_kettle/faults")["faults"]

    def clear_faults(self):
        """Ends all of them."""
        self.call("POST", "/_kettle/faults/clear")

    def called(self, call, *, times=None, at_least=None, at_most=None, body=None, status=None, since=None):
        """Asserts that a request was made since the test began: at least once, or as often as is said.

        `call` is an operation's id, or method and path, where `*` is any part: `"POST /v2/instances"`, `"GET
        /v2/instances/*"`. `body` has fields that must be in the request's, or is a text: `~` and a regular expression.
        `since` is what `mark` brought. What was found: `found`, and the numbers of the requests.

        Raises AssertionError with what came nearest.
        """
        __tracebackhide__ = True
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        wish = {"call": call, "times": times, "at_least": at_least, "at_most": at_most, "body": body, "status": status, "since": since}
        try:
            return self.call("POST", "/_kettle/history/called", {name: value for name, value in wish.items() if value is not None})["calls"]
        except Refused as refused:
            # Another status says that it was asked wrongly.
            if refused.status != 412:
                raise
            raise AssertionError(refused.error) from None

    def mark(self):
        """This place in the history: `called(..., since=mark)` looks behind it."""
        return self.call("POST", "/_kettle/history/mark")["mark"]["sequence"]

    def hold(self, kind=None, thing=None):
        """Holds lifecycles at their next step: of a thing by its id, of a kind (`instance`), or of everything. Its
        number, for `release`."""
        wish = {"kind": kind, "thing": thing}
        return self.call("POST", "/_kettle/holds", {name: value for name, value in wish.items() if value is not None})["hold"]["id"]

    def step(self, thing, steps=1):
        """Lets a thing, held or not, take a step. Where it stands then: `status`, `stands`, ..."""
        return self.call("POST", f"/_kettle/lives/{_quoted(thing)}/step", {"steps": steps})["life"]

    def release(self, hold=None):
        """Releases what a hold holds; everything, without its number."""
        self.call("POST", "/_kettle/holds/clear" if hold is None else f"/_kettle/holds/{hold}/release")

    def begin(self, base=None):
        """Has every `fresh` world begin with what the function `base` makes now, which is given this."""
        self.reset()
        if base is not None:
            base(self)
        self.snapshot(BEGINNING)

    def fresh(self):
        """Makes it a world that nobody has used yet: what `begin` left, its clock as well; no faults, no history."""
        self.restore(BEGINNING)
        self.clear_faults()
        self.call("POST", "/_kettle/history/clear")


def _quoted(text):
    return urllib.parse.quote(str(text), safe="")
