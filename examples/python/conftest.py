"""A cloud for the tests: one server for all of them, and an empty account for each."""

import os
import subprocess
import time
import uuid

import pytest


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    """The URL of a Kettle that keeps nothing, on a port that was free."""
    directory = tmp_path_factory.mktemp("kettle")
    ready = directory / "url"
    # --open takes any key, and gives each an account of its own: tests do not see each other.
    command = [os.environ.get("KETTLE", "kettle"), "serve", "--ephemeral", "--open"]
    command += ["--listen", "127.0.0.1:0", "--ready-file", str(ready)]
    with open(directory / "log", "wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        deadline = time.monotonic() + 30
        while not ready.exists():
            assert server.poll() is None and time.monotonic() < deadline, (directory / "log").read_text()
            time.sleep(0.01)
        yield ready.read_text().strip()
        server.terminate()


@pytest.fixture
def account(cloud):
    """The endpoint and the key of an account with nothing in it."""
    return cloud + "/v2", uuid.uuid4().hex
