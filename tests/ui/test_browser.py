"""A link goes to the browser that the user has, and never to one that would draw over the screen."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from textchat.ui.browser import open_in_browser

ADDRESS = "https://example.org/a?b=%20c&d='e'"


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


async def test_the_browser_of_the_user_gets_the_address(tmp_path: Path) -> None:
    browser = program(tmp_path / "browser", f'printf %s "$1" > {tmp_path}/got')
    assert await open_in_browser(ADDRESS, environ={"BROWSER": f"{browser} %s", "PATH": "/bin:/usr/bin"})
    assert (tmp_path / "got").read_text() == ADDRESS


async def test_a_browser_that_fails_has_not_taken_it(tmp_path: Path) -> None:
    browser = program(tmp_path / "browser", "exit 3")
    assert not await open_in_browser(ADDRESS, environ={"BROWSER": f"{browser} %s", "PATH": str(tmp_path)})


@pytest.mark.parametrize("name", ["lynx", "w3m", "www-browser"])
async def test_none_is_taken_that_is_made_for_a_terminal(tmp_path: Path, name: str) -> None:
    program(tmp_path / name, f"touch {tmp_path}/started")
    assert not await open_in_browser(ADDRESS, environ={"PATH": str(tmp_path), "TERM": "xterm-256color"})
    assert not (tmp_path / "started").exists()


async def test_one_that_stays_has_taken_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "end")
    browser = program(tmp_path / "browser", f"read line < {tmp_path}/end")
    assert await open_in_browser(ADDRESS, environ={"BROWSER": f"{browser} %s", "PATH": "/bin"}, patience_s=0.0)
    await asyncio.to_thread((tmp_path / "end").write_text, "\n")  # waits until it reads
