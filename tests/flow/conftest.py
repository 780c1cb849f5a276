"""What the flow tests share: an isolated home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.terminal import isolated_environment


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that has nothing, below `tmp_path`."""
    return isolated_environment(tmp_path / "home")


@pytest.fixture(autouse=True)
def no_error_of_ours(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Fails a test in which an action or a worker has raised: the app goes on, and only the log tells."""
    yield
    if request.path.name not in ("test_own_errors.py", "test_crashes.py", "test_key_hunt.py"):
        for log in tmp_path.rglob("textchat.log"):
            assert "textchat itself failed" not in log.read_text("utf-8", "replace"), log.read_text("utf-8", "replace")
