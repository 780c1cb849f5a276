"""The mutation runner on a small module: it tells what its tests notice from what they do not."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.mutation.mutants import mutants_of

ROOT = Path(__file__).parents[2]
MODULE = """\
def dearer(cost: float, ceiling: float) -> bool:
    return cost > ceiling
"""
TESTS = """\
from shop import dearer


def test_dearer() -> None:
    assert dearer(3, 2) is True
    assert dearer(1, 2) is False
"""


def test_killed_and_surviving_mutants_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(MODULE)
    (tmp_path / "test_shop.py").write_text(TESTS)
    argv = [sys.executable, "-m", "tests.mutation", "shop.py", "--tests", "test_shop.py", "--jobs", "1"]
    ran = subprocess.run(
        argv, cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    out = ran.stdout
    assert "killed, shop.py:2, return None" in out
    # Nothing asks what holds at the ceiling itself.
    assert "survived, shop.py:2, comparison" in out
    assert "shop.py:2, comparison\n@@ -2 +2 @@\n-    return cost > ceiling\n+    return cost >= ceiling\n" in out
    assert "      1    2    50%  shop.py\n" in out
    assert (tmp_path / "shop.py").read_text() == MODULE


def test_every_mutant_is_python_and_changes_something() -> None:
    path = Path("textchat/live/budget.py")
    source = (ROOT / path).read_bytes()
    original, mutants = ast.dump(ast.parse(source)), mutants_of(path, source)
    assert len(mutants) > 30
    for mutant in mutants:
        assert ast.dump(ast.parse(mutant.applied(source))) != original, mutant


def test_what_no_test_should_pin_is_left_alone() -> None:
    source = b'''\
"""Text."""
from dataclasses import dataclass

__all__ = ["Ceiling"]


@dataclass(frozen=True)
class Ceiling:
    """Text."""

    name: str

    def tell(self, size: int | None) -> None:
        """Text."""
        assert size is not None
        logger.info("%s %d", self.name, size + 1)
'''
    assert mutants_of(Path("ceiling.py"), source) == []
