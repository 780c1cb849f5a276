"""Tries the wheel as a person would, with libraries and Pythons that the tests do not see.

`python -m tests.installed` takes the lowest set of libraries that pyproject.toml allows with this Python, and the
newest set with every other Python on the PATH. The tests themselves run with the newest set and this Python.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.flow.terminal import ROOT, Terminal, isolated_environment

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SHIPPED = (
    r"textchat/themes/[\w-]+\.toml",
    r"textchat/py\.typed",
    r"textchat/help/pages/connect\.md",
    r"textchat/commands/serving/page/page\.html",
    r"textchat/core/figures/tokenizing/o200k/(o200k_base\.xz|weights\.tsv|LICENSE)",
    r"textchat_llm-[\w.]+\.dist-info/licenses/LICENSE",
)
COMMANDS = (
    ("--version", "textchat "),
    ("ask --save -m demo/fast hello", "scripted model"),
    ("compare -m demo/fast -m demo/careful hello", "=== demo/careful ==="),
    ("config path", "config.toml"),
    ("help connect", "# Connect a model"),
    ("completion fish", "demo/careful"),
    ("config check", "the defaults apply"),
    ("conversations list", "hello"),
    ("conversations search hello", "hello"),
)
"""Commands, and what stands in their output."""


def main() -> None:
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        wheel = build(scratch)
        lowest = scratch / "lowest.txt"
        lowest.write_text("\n".join(lowest_set()))
        try_out(wheel, Path(sys.executable), "the lowest libraries", "--constraint", str(lowest))
        others = list(other_pythons())
        for python in others:
            try_out(wheel, python, "the newest libraries")
        if not others:
            print("no other Python on the PATH: skipped")


def build(folder: Path) -> Path:
    """Build the wheel and check that what is no code is part of it."""
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for shipped in SHIPPED:
        assert any(re.fullmatch(shipped, name) for name in names), f"{wheel.name} lacks {shipped}"
    return wheel


def lowest_set() -> Iterator[str]:
    """Each dependency of pyproject.toml at its lower bound, which each must have."""
    for requirement in map(Requirement, PROJECT["dependencies"]):
        (lowest,) = (each.version for each in requirement.specifier if each.operator == ">=")
        yield f"{requirement.name}=={lowest}"


def other_pythons() -> Iterator[Path]:
    """Every supported `python3.N` of the PATH that runs, but not another one of this version."""
    supported = SpecifierSet(PROJECT["requires-python"])
    seen = {f"3.{sys.version_info.minor}"}
    for folder in map(Path, os.environ["PATH"].split(os.pathsep)):
        for python in sorted(folder.glob("python3.*")):
            version = python.name.removeprefix("python")
            if not re.fullmatch(r"3\.\d+", version) or version in seen or version not in supported:
                continue
            # A version manager puts names there that lead nowhere.
            if subprocess.run([python, "-c", "import venv"], capture_output=True).returncode:
                print(f"{python} does not run: skipped")
                continue
            seen.add(version)
            yield python


def try_out(wheel: Path, python: Path, what: str, *options: str) -> None:
    """Install the wheel into an environment of its own, with nothing in its home; run commands and the app there."""
    venv, home = (wheel.parent / f"{python.name}-{part}" for part in ("venv", "home"))
    # Neither a pip of its own nor compiled files that nothing loads: half of the time.
    subprocess.run([python, "-m", "venv", "--without-pip", venv], check=True)
    pip("--python", str(venv / "bin/python"), "install", "--no-compile", str(wheel), *options)
    environment = isolated_environment(home, TEXTCHAT_DEMO_SPEED="0", PATH=str(venv / "bin"))
    del environment["PYTHONPATH"]  # the wheel, not the checkout
    for words, wanted in COMMANDS:
        command: list[str | Path] = [venv / "bin/textchat", *words.split()]
        ran = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert ran.returncode == 0 and wanted in ran.stdout and not ran.stderr, (
            f"{python.name} with {what}: textchat {words}: {ran}"
        )
    with Terminal([str(venv / "bin/textchat")], environment) as terminal:
        terminal.wait_until("demo/fast")
        terminal.type("Hello\r")
        terminal.wait_until("✓ done")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
    print(f"{python.name} with {what}: the commands answer; the app opens, answers and quits")


def pip(*words: str) -> None:
    """Run the pip of this environment, an old version of which makes a new Python warn."""
    subprocess.run([sys.executable, "-W", "ignore", "-m", "pip", "-q", *words], check=True)


if __name__ == "__main__":
    main()
