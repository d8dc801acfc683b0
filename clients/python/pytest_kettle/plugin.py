"""The fixtures. pytest finds them once the package is installed."""

import pytest

from .server import Server


@pytest.fixture(scope="session")
def kettle_options():
    """Further words for `kettle serve`; override it in conftest.py: `return ["--behave", "vultr"]`."""
    return []


@pytest.fixture(scope="session")
def kettle_base():
    """What every test's world begins with; override it in conftest.py with a function that is given a `Kettle` and makes
    it. It is called once a session, and each test begins with what it has made, ids included."""
    return None


@pytest.fixture(scope="session")
def kettle_server(kettle_options, kettle_base):
    """The server of all tests of this process (with pytest-xdist: of this worker). Use `kettle` in tests."""
    with Server(kettle_options) as kettle:
        kettle.begin(kettle_base)
        yield kettle


@pytest.fixture
def kettle(kettle_server):
    """A Vultr that nobody has used yet: `kettle.endpoint`, `kettle.key`, `kettle.env`; see `Kettle` for the rest."""
    kettle_server.fresh()
    return kettle_server


@pytest.fixture
def kettle_env(kettle, monkeypatch):
    """The same, and the environment of this process leads programs there: those that read VULTR_API_ENDPOINT and
    VULTR_API_KEY."""
    for name, value in kettle.env.items():
        monkeypatch.setenv(name, value)
    return kettle
