"""Starts work that takes the place of what it makes superfluous."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def run_latest(owner: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
    """Run `work` in place of what runs in its group.

    It is a function, not its coroutine: one that is replaced before its first step would never be awaited.
    """
    _worker: Worker[None] = owner.run_worker(work, group=group, exclusive=True, exit_on_error=False)
