"""Writes to a store from a test that has no event loop, in the thread that its connection belongs to."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from textchat.store.changes import Writer
from textchat.store.history import History

PATIENCE_S = 30.0


def write(history: History, work: Callable[[Writer], object]) -> None:
    """Have `work` done by the writer, and wait: what the store itself does meanwhile uses the same connection."""
    done = Event()

    def run() -> None:
        try:
            work(history._writer)
        finally:
            done.set()

    history._writes.post(run)
    assert done.wait(PATIENCE_S)
