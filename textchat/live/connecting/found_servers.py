"""The servers of this machine that answer, and how one of them stays: it is written down when it is used."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textchat.core.store_error import StoreError
from textchat.live.connecting.known_providers import may_take_turns
from textchat.live.connecting.provider_table import provider_table
from textchat.live.settings.changing import SettingsChanges
from textchat.providers.catalog import Catalog

if TYPE_CHECKING:
    from textchat.providers.discovery.looking import FoundServer

AGAIN_S = 2.0
"""So long what was found is not looked for again."""


class FoundServers:
    """Looks for servers when it is told to, never of itself; `[ui] discover = false` keeps it from looking at all."""

    def __init__(self, catalog: Catalog, changes: SettingsChanges) -> None:
        self.servers: tuple[FoundServer, ...] = ()
        """Those that answered when they were looked for last, in the order of their usual ports."""
        self.on_change: Callable[[], None] = lambda: None
        """Called after the first look, and when there are others than before."""
        self.on_problem: Callable[[str], None] = lambda sentence: None
        """Told where one that is used could not be written down."""
        self.on_kept: Callable[[str], None] = lambda provider: None
        """Told the name of one that has been written down, and that may better give one reply at a time."""
        self._catalog = catalog
        self._changes = changes
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = float("-inf")
        self._has_told = False
        self._keeping: set[asyncio.Task[None]] = set()
        self._kept: set[str] = set()
        self._problems: set[str] = set()
        """What was told of writing, once each."""

    async def look(self) -> None:
        """Look once; whoever comes while somebody looks waits for the same."""
        if not self._changes.current.now.ui.discover:
            self._show(())
        elif self._looking is not None or time.monotonic() - self._looked_at >= AGAIN_S:
            if self._looking is None:
                self._looking = asyncio.create_task(self._look())
            await asyncio.shield(self._looking)

    async def _look(self) -> None:
        try:
            self._show(await self._catalog.look_for_servers())
        finally:
            self._looking, self._looked_at = None, time.monotonic()

    def _show(self, servers: tuple[FoundServer, ...]) -> None:
        if servers != self.servers or not self._has_told:
            self.servers, self._has_told = servers, True
            self.on_change()

    def used(self, models: Iterable[str]) -> None:
        """Write down the providers of these models, where they are only found, in the background."""
        names = {model.partition("/")[0] for model in models}
        names = {name for name in names if self._catalog.is_only_found(name)} - self._kept
        if names:
            self._kept |= names
            task = asyncio.create_task(self._keep(names))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

    async def _keep(self, names: Iterable[str]) -> None:
        tables = {name: provider_table(self._catalog.found_settings(name)) for name in names}
        try:
            problems = await self._changes.change({"providers": tables})
        except StoreError as error:
            problems = [str(error)]
            self._kept.difference_update(names)  # its next prompt tries again
        else:
            for name in tables:
                if may_take_turns(name, self._catalog.settings(name).base_url):
                    self.on_kept(name)
        for problem in problems:
            if problem not in self._problems:
                self._problems.add(problem)
                self.on_problem(problem)

    async def aclose(self) -> None:
        """Stop looking, and end what is being written."""
        if self._looking is not None:
            self._looking.cancel()
        if self._keeping:
            await asyncio.wait(self._keeping)
