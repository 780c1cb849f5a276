"""Notices whose time is up before they are drawn, as on a machine that was busy or asleep in between."""

from __future__ import annotations

from textual import events
from textual.widgets._toast import Toast

SHORTEST_S = 0.05


def end_late_notices() -> None:
    """Let such a notice end like any other: Textual's timer counts for ever to a moment in the past, and all stands."""
    Toast._on_mount = _mounted  # type: ignore[assignment, method-assign]


_on_mount = Toast._on_mount


def _mounted(toast: Toast, event: events.Mount) -> None:
    toast._timeout = max(SHORTEST_S, toast._timeout)
    _on_mount(toast, event)
