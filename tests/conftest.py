"""What every test of the project shares: the switch for tests that need a real server."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.servers.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real-servers",
        action="store_true",
        help="also run against real servers (the LiteLLM proxy, installed once into .cache/)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    # Before the workers start: an installation is no part of any test's time.
    if session.config.getoption("--real-servers") and not hasattr(session.config, "workerinput"):
        from tests.real.litellm_proxy import installed

        installed()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--real-servers"):
        return
    skip = pytest.mark.skip(reason="needs --real-servers")
    for item in items:
        if item.get_closest_marker("real_server"):
            item.add_marker(skip)
