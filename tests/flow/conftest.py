"""What the flow tests share: an isolated home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.terminal import isolated_environment


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine that has nothing, below `tmp_path`."""
    return isolated_environment(tmp_path / "home")
