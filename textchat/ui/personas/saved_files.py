"""The personas and saved prompts of the user as the screen needs them: listed, told of, and as items to choose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from textchat.ui.conversation.notices import Notices
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.matching import ranked

if TYPE_CHECKING:
    from textchat.config.personas.library import Entry, Library, Listed

T = TypeVar("T")


@dataclass(eq=False)
class SavedFiles(Generic[T]):
    """One folder of them. A file that cannot be used is one notice, until it says something else."""

    library: Library[T]
    notices: Notices
    last: Listed[T] = field(init=False)
    """As they were when they were listed last."""
    _told: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        from textchat.config.personas.library import Listed

        self.last = Listed()

    async def renew(self) -> None:
        """List them, and say nothing of those that cannot be used."""
        self.last = await asyncio.to_thread(self.library.listed)

    async def listed(self) -> Listed[T]:
        """The files as they are now, read in another thread."""
        self.last = listed = await asyncio.to_thread(self.library.listed)
        for problem in listed.problems:
            if problem not in self._told:
                self.notices.problem(problem)
        self._told = set(listed.problems)
        return listed


@dataclass(eq=False)
class SavedSource(Generic[T]):
    """A section of the palette: the files of a folder, as they are when it is opened."""

    section: str
    files: SavedFiles[T]
    choose: Callable[[Entry[T]], object]
    usual: str
    """What is said of an entry that says nothing itself."""
    words: tuple[str, ...] = ()
    problem: str = field(default="", init=False)
    _items: list[MenuItem] | None = field(default=None, init=False)

    async def items(self) -> list[MenuItem]:
        """An item for each file."""
        return [self._item(entry) for entry in (await self.files.listed()).entries]

    async def search(self, query: str) -> AsyncIterator[Sequence[MenuItem]]:
        if self._items is None:
            self._items = await self.items()
        yield [match.item for match in ranked(query, self._items)]

    def _item(self, entry: Entry[T]) -> MenuItem:
        return MenuItem(
            f"{self.section} {entry.name}",
            entry.name,
            lambda: self.choose(entry),
            entry.about or self.usual,
            words=self.words,
            section=self.section,
        )
