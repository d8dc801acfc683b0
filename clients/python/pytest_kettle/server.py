"""`kettle serve`, started for this process and ended with it."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .world import Kettle

# How long a server may take until it answers, and until it has ended, in seconds.
STARTING = 30
ENDING = 10


class NotStarted(Exception):
    """There is no `kettle`, or it did not start: says why."""


def program():
    """The program: what KETTLE_BIN names, or `kettle` on the PATH.

    Raises NotStarted where there is none.
    """
    named = os.environ.get("KETTLE_BIN")
    found = shutil.which(named or "kettle")
    if found:
        return found
    if named:
        raise NotStarted(f"KETTLE_BIN is {named!r}, and no program is there")
    raise NotStarted("there is no `kettle` on the PATH; install it, or set KETTLE_BIN to where it is")


class Server:
    """A server that keeps nothing, on a port that was free, with a key of its own.

    `options` are further words for `kettle serve`, such as `--behave vultr`. It ends by `stop`, with a `with`
    statement, or with this process, however that ends: the server's standard input is a pipe that only this process
    holds, and `--until-eof` has it stop when that is closed.
    """

    def __init__(self, options=()):
        self._process = None
        self._program = program()
        self._options = list(options)
        self._directory = None
        self.kettle = None

    def start(self):
        """Starts it, and waits until it answers. The `Kettle` that tests work with.

        Raises NotStarted, with what the server said, where it does not answer within 30 s.
        """
        self._directory = Path(tempfile.mkdtemp(prefix="kettle-"))
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self):
        ready, said, key = self._directory / "url", self._directory / "log", secrets.token_hex(18)
        command = [self._program, "serve", "--ephemeral", "--quiet", "--listen", "127.0.0.1:0", "--until-eof"]
        command += ["--ready-file", str(ready), *self._options]
        with open(said, "wb") as log:
            # In a session of its own: Ctrl-C is for the tests, which still need the server while they end.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, env={**os.environ, "KETTLE_KEY": key}
            )
        deadline = time.monotonic() + STARTING
        while not ready.exists():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > deadline:
                how = f"it is not ready after {STARTING} s" if ended is None else f"it ended with status {ended}"
                raise NotStarted(f"`{' '.join(command)}` does not serve: {how}\n{said.read_text(errors='replace')}")
            time.sleep(0.005)
        self.kettle = Kettle(ready.read_text().strip(), key, self._program)
        return self.kettle

    def stop(self):
        """Ends it, and waits until it has ended. Does nothing where it has."""
        process, self._process = self._process, None
        if process is not None:
            process.stdin.close()
            try:
                process.wait(ENDING)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
