"""What the empty pane says of the models that are at hand: servers of this machine, and keys of the environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from textchat.core.text.sanitize import plain_name
from textchat.live.connecting.known_providers import ready_providers

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace
    from textchat.providers.discovery.looking import FoundServer

SEPARATOR = " · "


class Ways:
    """Puts into words what the workspace knows; `changed` is called when they are others. Asks nobody."""

    def __init__(self, workspace: Workspace, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._changed = changed
        self._shown: Sequence[tuple[str, str]] = ()
        workspace.found.on_change = self._renew
        workspace.changes.current.watch(lambda before, now: self._renew())

    def shown(self) -> Sequence[tuple[str, str]]:
        """Where models are, and which providers; empty until it was looked for them, behind the first paint."""
        return self._shown

    def _renew(self) -> None:
        before, self._shown = self._shown, tuple(self._all())
        if self._shown != before:
            self._changed()

    def _all(self) -> Iterator[tuple[str, str]]:
        if servers := self._workspace.found.servers:
            yield "On this machine", SEPARATOR.join(map(_about, servers))
        if ready := ready_providers(self._workspace.catalog, self._workspace.environ):
            yield "Ready", SEPARATOR.join(map(plain_name, ready))


def _about(server: FoundServer) -> str:
    name = plain_name(server.name)
    if server.needs_key:
        return f"{name} (needs a key)"
    return f"{name} ({server.models} model{'' if server.models == 1 else 's'})"
