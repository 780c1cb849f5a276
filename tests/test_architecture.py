"""ARCHITECTURE.md tells the truth: what it names exists, and its rings are those that the import contract enforces."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "textchat" / "ARCHITECTURE.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`((?:textchat|tests|themes|screenshots|\.ci)/[\w./-]+)(?:::\w+)*`", TEXT)))
TESTS = sorted(set(re.findall(r"`(tests/[\w./-]+\.py)::(\w+)`", TEXT)))


@pytest.mark.parametrize("name", NAMED)
def test_each_file_that_is_named_exists(name: str) -> None:
    assert (ROOT / name).exists()


@pytest.mark.parametrize(("file", "test"), TESTS)
def test_each_test_that_pins_an_invariant_exists(file: str, test: str) -> None:
    assert re.search(rf"^ *(async )?def {test}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def test_the_rings_are_those_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    enforced = [sorted(part.strip().removeprefix("textchat.") for part in layer.split("|")) for layer in layers]
    drawn = re.search(r"^```rings\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert drawn is not None
    told = [sorted(re.findall(r"\w+", line.split("  ")[0])) for line in drawn[1].splitlines()]
    assert told == enforced


def test_each_package_has_its_line() -> None:
    packages = {
        path.parent.relative_to(ROOT).as_posix() + "/"
        for path in (ROOT / "textchat").glob("**/__init__.py")
        if path.parent.name != "textchat"
    }
    assert packages <= set(NAMED)
