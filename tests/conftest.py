"""What every test of the project shares: the switch for tests that need a real server."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real-servers",
        action="store_true",
        help="also run against real servers (the LiteLLM proxy, installed once into .cache/)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--real-servers"):
        return
    skip = pytest.mark.skip(reason="needs --real-servers")
    for item in items:
        if item.get_closest_marker("real_server"):
            item.add_marker(skip)
