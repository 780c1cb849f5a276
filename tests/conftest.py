"""What every test of the project shares: the switch for real servers, the number of examples, and a working Ctrl+C."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.examples import load_profile

pytest_plugins = ["tests.servers.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real-servers",
        action="store_true",
        help="also run against real servers (the LiteLLM proxy, installed once into .cache/)",
    )
    parser.addoption(
        "--built-servers",
        action="store_true",
        help="also run against llama-cpp-python's server (built once into .cache/: needs a compiler and many minutes)",
    )


def pytest_configure() -> None:
    load_profile()
    # A shell's background jobs (`nohup … &`) ignore some signals, and so would every program that a test starts.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGTSTP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)
    if find_spec("sniffio") is None:
        # httpcore looks for it several times a request, through all folders; this says at once that it is not there.
        sys.modules["sniffio"] = None  # type: ignore[assignment]


@pytest.fixture(scope="session", autouse=True)
def temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder for what the app leaves for its user where it finds no clipboard: not the one of the system."""
    with pytest.MonkeyPatch.context() as patch:
        folder = str(tmp_path_factory.mktemp("temporary"))
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield


def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core: a third of the tests' time is waiting for terminals, servers and timers."""
    return max(2, (os.cpu_count() or 1) * 2)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    # Before the workers start: an installation is no part of any test's time.
    if session.config.getoption("--real-servers") and not hasattr(session.config, "workerinput"):
        from tests.real.litellm_proxy import installed

        installed()
    if session.config.getoption("--built-servers") and not hasattr(session.config, "workerinput"):
        from tests.real.llama_cpp_server import built

        built()


def pytest_collection_finish() -> None:
    if "textual.css.stylesheet" in sys.modules:
        from tests.shared_styles import share_styles

        share_styles()


OPTIONS = {"real_server": "--real-servers", "built_server": "--built-servers"}


LONG_ONES = ("tests/real/", "tests/flow/test_crash.py", "tests/store/test_crash.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The long ones wait more than they work. First, they leave no core idle at the end, and one worker has them all,
    # as others take from the end of what it has to do: each worker that has a part would start a real server.
    items.sort(key=lambda item: not item.nodeid.startswith(LONG_ONES))
    for marker, option in OPTIONS.items():
        if config.getoption(option):
            continue
        skip = pytest.mark.skip(reason=f"needs {option}")
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(skip)
