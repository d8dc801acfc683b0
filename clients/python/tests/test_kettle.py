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


def test_a_snapshot_brings_back_what_was_there(kettle):
    make(kettle, "kept")
    kettle.snapshot("furnished")
    make(kettle, "more")
    kettle.restore("furnished")
    assert ssh_keys(kettle) == ["kept"]


@pytest.mark.parametrize("again", [False, True])
def test_what_goes_wrong_by_a_rule_is_counted_and_ends_with_the_test(kettle, again):
    assert kettle.faults() == []
    kettle.fault(operation="list-ssh-keys", status=503, error="not now", times=1)
    with pytest.raises(Refused, match="not now"):
        ssh_keys(kettle)
    assert ssh_keys(kettle) == []
    assert [rule["acted"] for rule in kettle.faults()] == [1]
    assert kettle.fault("429-storm")
    with pytest.raises(TypeError):
        kettle.fault("429-storm", times=1)
    with pytest.raises(Refused, match="status 404|status 400"):
        kettle.fault("no-such-storm")
    if again:
        kettle.clear_faults()
        assert kettle.faults() == []


def test_calls_are_counted(kettle):
    with pytest.raises(AssertionError):
        kettle.called("POST /v2/ssh-keys")
    make(kettle, "a")
    mark = kettle.mark()
    make(kettle, "b")
    assert kettle.called("POST /v2/ssh-keys", times=2, status=201)["found"] == 2
    kettle.called("create-ssh-key", body={"name": "a"}, times=1)
    kettle.called("POST /v2/ssh-keys", since=mark, times=1, body='~"name": ?"b"')
    kettle.called("DELETE /v2/ssh-keys/*", times=0)
    kettle.called("create-ssh-key", at_least=1, at_most=2)
    with pytest.raises(AssertionError, match="POST /v2/ssh-keys"):
        kettle.called("POST /v2/ssh-keys", times=3)
    # That is no assertion that fails, but one that makes no sense.
    with pytest.raises(Refused):
        kettle.called("no-such-operation")


@pytest.mark.parametrize("again", [False, True])
def test_the_clock_is_turned_and_goes_back_with_the_test(kettle, again):
    assert kettle.clock()["mode"] == "real"
    before = kettle.freeze()
    assert before["mode"] == "frozen"
    after = kettle.advance("30d")
    assert after["time_ms"] - before["time_ms"] == 30 * 24 * 3600 * 1000
    assert kettle.resume()["mode"] == "running"
    assert abs(before["time_ms"] / 1000 - time.time()) < 3600


def test_a_lifecycle_is_held_stepped_and_released(kettle):
    hold = kettle.hold(kind="instance")
    order = {"region": "ewr", "plan": "vc2-1c-1gb", "os_id": 2136}
    made = kettle.call("POST", "/v2/instances", order)["instance"]["id"]
    status = lambda: kettle.call("GET", f"/v2/instances/{made}")["instance"]["status"]
    assert status() == "pending"
    life = kettle.step(made)
    assert life["held"] and life["kind"] == "instance"
    kettle.release(hold)
    deadline = time.monotonic() + 30
    while status() != "active":
        assert time.monotonic() < deadline
        time.sleep(0.005)
    kettle.hold(thing=made)
    kettle.hold()
    kettle.release()


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
