"""The persona of new panes: the one that the settings name, as its file says now."""

from __future__ import annotations

import asyncio

from textchat.config.personas.folders import PersonaLibrary
from textchat.core.errors import ConfigurationError
from textchat.core.personas.persona import Persona
from textchat.live.settings.current_settings import CurrentSettings


class DefaultPersona:
    """Keeps the persona at hand, so that a new pane need not wait for a disk."""

    def __init__(self, personas: PersonaLibrary, current: CurrentSettings) -> None:
        self.now: Persona | None = None
        """None: new panes have none, or it cannot be used."""
        self.problem = ""
        """Why it cannot be used, a sentence; empty where it can, or none is named."""
        self._personas = personas
        self._current = current

    def read(self) -> None:
        """Read what the settings name; waits for a disk."""
        self.now, self.problem = None, ""
        if name := self._current.now.default_persona:
            try:
                self.now = self._personas.named(name).value
            except ConfigurationError as error:
                self.problem = str(error)

    async def renew(self) -> None:
        """Read it again in another thread; at once where none is named."""
        if self._current.now.default_persona:
            await asyncio.to_thread(self.read)
        else:
            self.now, self.problem = None, ""
