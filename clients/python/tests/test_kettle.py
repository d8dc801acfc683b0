"""The helper's own tests: `pytest` in this folder, with `kettle` on the PATH or KETTLE_BIN set."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from pytest_kettle import Kettle, NotStarted, Refused, Server

pytest_plugins = ["pytester"]


def ssh_keys(kettle):
    return [key["name"] for key in kettle.call("GET", "/v2/ssh-keys")["ssh_keys"]]


def make(kettle, name):
    return kettle.call("POST", "/v2/ssh-keys", {"name": name, "ssh_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB ci"})


@pytest.mark.parametrize("name", ["first", "second"])
def test_each_test_has_a_world_that_nobody_has_used(kettle, name):
    assert ssh_keys(kettle) == []
    make(kettle, name)
    assert ssh_keys(kettle) == [name]


def test_programs_are_led_by_their_environment(kettle_env):
    request = urllib.request.Request(os.environ["VULTR_API_ENDPOINT"] + "/account")
    request.add_header("Authorization", "Bearer " + os.environ["VULTR_API_KEY"])
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        assert "account" in json.load(answer)


def test_a_command_that_calls_vultr_itself_is_led_to_the_same_world(kettle):
    make(kettle, "seen")
    script = 'echo "$VULTR_API_ENDPOINT $VULTR_API_KEY"; test -n "$HTTPS_PROXY"'
    ran = kettle.exec("sh", "-c", script, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == f"{kettle.endpoint} {kettle.key}"
    curl = ["curl", "--silent", "--show-error", "--fail", "https://api.vultr.com/v2/ssh-keys"]
    header = ["sh", "-c", 'exec "$@" -H "Authorization: Bearer $VULTR_API_KEY"', "sh"]
    ran = kettle.exec(*header, *curl, capture_output=True, text=True)
    # Where there is no curl, the words above have shown it.
    if ran.returncode != 127:
        assert [key["name"] for key in json.loads(ran.stdout)["ssh_keys"]] == ["seen"], ran.stderr


def test_what_is_refused_says_why(kettle):
    with pytest.raises(Refused, match="region") as refused:
        kettle.call("POST", "/v2/blocks", {"region": "nowhere", "size_gb": 10})
    assert refused.value.status == 400
    with pytest.raises(Refused) as refused:
        Kettle(kettle.url, "another").call("GET", "/v2/account")
    assert refused.value.status == 401


@pytest.mark.parametrize("bin", ["/no/such/kettle", None])
def test_without_the_program_it_is_said_what_to_do(monkeypatch, tmp_path, bin):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("KETTLE_BIN", raising=False)
    if bin:
        monkeypatch.setenv("KETTLE_BIN", bin)
    with pytest.raises(NotStarted, match="KETTLE_BIN"):
        Server()


def test_a_server_that_does_not_start_says_why():
    with pytest.raises(NotStarted, match="(?s)status 2.*invalid value .sideways"):
        Server(["--behave", "sideways"]).start()


def is_there(url):
    try:
        Kettle(url, "any").call("GET", "/_kettle/health")
        return True
    except OSError:
        return False


def test_a_server_ends_with_the_tests_even_where_they_are_killed(tmp_path):
    where = tmp_path / "url"
    program = (
        "import sys, time; from pathlib import Path; from pytest_kettle import Server\n"
        "kettle = Server().start(); Path(sys.argv[1]).write_text(kettle.url); time.sleep(60)\n"
    )
    tests = subprocess.Popen([sys.executable, "-c", program, str(where)], cwd=Path(__file__).parent.parent)
    deadline = time.monotonic() + 30
    while not (where.exists() and where.read_text()):
        assert tests.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    assert is_there(where.read_text())
    tests.send_signal(signal.SIGKILL)
    tests.wait()
    while is_there(where.read_text()):
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.01)


OWN_BASE = """
import pytest

@pytest.fixture(scope="session")
def kettle_base():
    def furnish(kettle):
        kettle.call("POST", "/v2/domains", {"domain": "base.example"})
    return furnish

@pytest.fixture(scope="session")
def kettle_options():
    return ["--behave", "vultr"]
"""

OWN_TESTS = """
import pytest

@pytest.mark.parametrize("name", ["a.example", "b.example", "c.example", "d.example"])
def test_the_base_is_there_and_nothing_else(kettle, name):
    found = lambda: [domain["domain"] for domain in kettle.call("GET", "/v2/domains")["domains"]]
    assert found() == ["base.example"]
    kettle.call("POST", "/v2/domains", {"domain": name})
    assert len(found()) == 2

def test_the_options_reached_the_server(kettle):
    assert kettle.call("GET", "/_kettle/status")["behave"] == "vultr"
"""


@pytest.mark.parametrize("words", [[], ["-n", "2"]])
def test_a_session_can_begin_with_things_of_its_own(pytester, words):
    if words:
        pytest.importorskip("xdist")
    pytester.makeconftest(OWN_BASE)
    pytester.makepyfile(OWN_TESTS)
    # Each worker has a server of its own.
    pytester.runpytest_subprocess(*words).assert_outcomes(passed=5)
