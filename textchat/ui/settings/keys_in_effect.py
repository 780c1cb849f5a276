"""Puts changed keys into effect while the app runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.app import App

from textchat.core.configuration import Settings
from textchat.ui.key_settings import keymap_from


@dataclass(eq=False)
class KeysInEffect:
    """Changes `keymap`, which all that shows or asks for keys has been given, in place."""

    app: App[Any]
    keymap: dict[str, str]
    shown_anew: Callable[[], object]
    """Called behind a change: hints name keys."""

    def follow(self, before: Settings, now: Settings) -> None:
        """Take in changed settings."""
        if dict(now.keys) == dict(before.keys):
            return
        keymap, problems = keymap_from(now.keys)
        self.keymap.clear()
        self.keymap.update(keymap)
        self.app.set_keymap(self.keymap)
        self.shown_anew()
        for problem in list(problems.values())[:1]:
            self.app.notify(f"[keys]: {problem}", severity="warning", markup=False)
