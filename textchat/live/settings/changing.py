"""Changes settings from inside the app: written into `preferences.toml`, and in effect at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from textchat.config import paths
from textchat.config.load import LoadedSettings
from textchat.config.preferences import Preferences
from textchat.core.text.sanitize import escaped
from textchat.live.settings.current_settings import CurrentSettings
from textchat.live.settings.effective_settings import load


class SettingsChanges:
    """What the files say, and the way to change it. The user's own file is read again, and never written."""

    def __init__(
        self, loaded: LoadedSettings, preferences: Preferences, environ: Mapping[str, str] = os.environ
    ) -> None:
        self.loaded = loaded
        """What both files said when they were read last."""
        self.current = CurrentSettings(loaded.settings)
        self._preferences = preferences
        self._environ = environ
        self._turn = asyncio.Lock()

    async def change(self, changes: Mapping[str, Any]) -> list[str]:
        """Lay `changes` over `preferences.toml`, table by table (None removes a key), and put them into effect.

        Returns a sentence for each problem: also for a change that has no effect, because `config.toml` says otherwise.
        Raises StoreError where the file cannot be written.
        """
        async with self._turn:
            problem = await self._preferences.keep(changes)
            problems = [problem, *await self._read(), *(self.overruled(*path) for path in _leaves(changes))]
            return [each for each in problems if each]

    async def reload(self) -> list[str]:
        """Read both files again and put them into effect; returns a sentence for each mistake in them.

        What was in effect stays while the user's own file cannot be read at all: it may be half saved.
        """
        async with self._turn:
            return await self._read()

    async def _read(self) -> list[str]:
        known = {*self.loaded.problems, *self.loaded.notices}
        loaded = await asyncio.to_thread(load, self._environ)
        if not _lacks_own_file(loaded) or _lacks_own_file(self.loaded):
            self.loaded = loaded
            self.current.replace(loaded.settings)
        return [problem for problem in (*loaded.problems, *loaded.notices) if problem not in known]

    def overruled(self, *path: str) -> str:
        """A sentence where `config.toml` sets the key at `path` (or keys below it): no change here has an effect."""
        config = paths.config_file(self._environ)
        for file in self.loaded.files:
            for known, line in file.lines.known.items() if file.path == config else ():
                if known[: len(path)] == path:
                    return f"{escaped(config)}, line {line}, sets {'.'.join(path)}. Change it there."
        return ""


def _lacks_own_file(loaded: LoadedSettings) -> bool:
    """Whether `config.toml` is there and could not be read, so that nothing of it is known."""
    path = loaded.settings.path
    return path is not None and all(file.path != path for file in loaded.files)


def _leaves(changes: Mapping[str, Any], *above: str) -> list[tuple[str, ...]]:
    """The paths of the values in nested tables."""
    leaves: list[tuple[str, ...]] = []
    for key, value in changes.items():
        leaves += _leaves(value, *above, key) if isinstance(value, Mapping) and value else [(*above, key)]
    return leaves
