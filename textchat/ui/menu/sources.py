"""Sections of the palette beside the actions: models, conversations and themes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.matching import ranked
from textchat.ui.side_panel.conversation_list import date_of

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace
    from textchat.ui.dialogs.conversation_picker import ConversationMatch, ConversationSearch

MOST_ASKED_FOR = 20
"""Conversations: several hits may be in one."""


class ModelSource:
    """The models of all providers. They are asked for once something is typed; before that it is those known here."""

    section = "Models"

    def __init__(self, workspace: Workspace, current: str, choose: Callable[[str], object]) -> None:
        self.problem = ""
        """Why the last search did not find all there is; empty where it did."""
        self._workspace = workspace
        self._current = current
        self._choose = choose
        self._names: dict[str, None] = {}
        self._is_listed = False

    async def search(self, query: str) -> AsyncIterator[Sequence[MenuItem]]:
        if self._is_listed:
            yield self._found(query)
            return
        async for known in self._workspace.known_models():
            self.problem = known.problem
            self._names |= dict.fromkeys(known.names)
            yield self._found(query)
            if len(query) < 2:
                return
        self._is_listed = True

    def _found(self, query: str) -> list[MenuItem]:
        # Of a name all letters count: what is near a name is another model.
        names = [name for name in self._names if name != self._current and _has_words(query, name)]
        items = {name: self._item(name) for name in names}
        best = [match.item for match in ranked(query, list(items.values()))]
        return list(dict.fromkeys((*best, *items.values())))

    def _item(self, name: str) -> MenuItem:
        return MenuItem(
            f"model {name}",
            plain_name(name),
            lambda: self._choose(name),
            "Use it in this pane",
            section=self.section,
            is_name=True,
        )


class ConversationSource:
    """Stored conversations that have the words, the newest ones where nothing is typed."""

    section = "Conversations"

    def __init__(
        self, search: ConversationSearch, current_id: str, choose: Callable[[ConversationMatch], object]
    ) -> None:
        self.problem = ""
        """As that of the models."""
        self._search = search
        self._current_id = current_id
        self._choose = choose

    async def search(self, query: str) -> AsyncIterator[Sequence[MenuItem]]:
        found: dict[str, ConversationMatch] = {}
        self.problem = ""
        try:
            matches = (await self._search(query, MOST_ASKED_FOR)).matches
        except StoreError as error:
            self.problem, matches = str(error), ()
        for match in matches:
            found.setdefault(match.conversation_id, match)
        found.pop(self._current_id, None)
        yield [self._item(match) for match in found.values()]

    def _item(self, match: ConversationMatch) -> MenuItem:
        when = date_of(match.at, time.time()) if match.at else ""
        about = " · ".join(note for note in (when, plain_line(match.snippet, 200)) if note)
        title = plain_line(match.title, 100) or "untitled"
        return MenuItem(
            f"conversation {match.conversation_id}", title, lambda: self._choose(match), about, section=self.section
        )


def theme_items(names: Mapping[str, bool], first: Collection[str], choose: Callable[[str], object]) -> list[MenuItem]:
    """The themes (and whether each is dark); those of textchat and the other `first` ones stand before all others."""
    return [
        MenuItem(
            f"theme {name}",
            name,
            lambda name=name: choose(name),  # type: ignore[misc]
            f"Use this {'dark' if is_dark else 'light'} theme",
            words=("theme", "dark" if is_dark else "light"),
            section="Themes",
        )
        for name, is_dark in sorted(
            names.items(), key=lambda each: (not each[0].startswith("textchat"), each[0] not in first, each[0])
        )
    ]


def _has_words(query: str, label: str) -> bool:
    return all(word in label.casefold() for word in query.casefold().split())
