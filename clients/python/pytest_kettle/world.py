"""What tests do with a Kettle: requests, and all that is its owner's, by names."""

import http.client
import json
import os
import subprocess
import urllib.parse

# How long one answer may take, in seconds: a month passes in less.
PATIENCE = 120


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
        self._base = None

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
        """Empties everything: things, users, keys and what is billed. The owner's key stays."""
        self.call("POST", "/_kettle/reset")

    def begin(self, base):
        """Has every `fresh` world begin with what the function `base` makes, which is given this; None for nothing."""
        self._base = base

    def fresh(self):
        """Makes it a world that nobody has used yet."""
        self.reset()
        if self._base is not None:
            self._base(self)
