"""One prompt that is being written: its text in the editor, and what is attached; also after it has left the editor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textchat.core.limits import ATTACHED_TOGETHER
from textchat.core.parts.draft import Draft
from textchat.ui.attaching.attached import Attached, Chip

if TYPE_CHECKING:
    from textual.widgets.text_area import Location

    from textchat.ui.input.plain_editor import PromptEditor


class Writing:
    """What is read for it finds its way into it, whether it is still in the editor or about to be sent."""

    def __init__(self, editor: PromptEditor) -> None:
        self._editor = editor
        self._left: str | None = None
        """Its text, once it has left the editor."""
        self._readings = 0
        self._is_quiet = asyncio.Event()
        self._is_quiet.set()
        self.attached = Attached()
        self.has_failed = False
        """Whether something could not be read since it left the editor."""
        self.mentioned: dict[str, Chip | None] = {}
        """Paths behind `@` that have been attached, or removed again, with their chips where these came from them."""

    @property
    def text(self) -> str:
        return self._editor.text if self._left is None else self._left

    @property
    def place(self) -> int:
        """Where the cursor is, in characters of the text."""
        row, column = self._editor.cursor_location
        return sum(len(line) + 1 for line in self._editor.document.lines[:row]) + column

    @property
    def room(self) -> int:
        """Bytes that may still be attached."""
        return ATTACHED_TOGETHER.most - self.attached.size

    @property
    def draft(self) -> Draft:
        return self.attached.draft(self.text)

    def add(self, name: str, place: int, *, is_guess: bool = False) -> Chip:
        return self.attached.add(name, self.text, place, is_guess=is_guess)

    def unmention(self, chip: Chip) -> None:
        """Forget what a chip came from: if that is written once more, it is attached once more."""
        self.mentioned = {path: known for path, known in self.mentioned.items() if known is not chip}

    def leave(self) -> None:
        """Keep the text: the editor is for the next prompt now."""
        self._left = self.text

    def insert(self, text: str, place: int) -> None:
        """Insert text at a place, as an edit that can be undone on its own."""
        self._replace(text, place, place)

    def cut(self, text: str, place: int) -> bool:
        """Remove a text that stands at a place; False where it does not any more."""
        if self.text[place : place + len(text)] != text:
            return False
        self._replace("", place, place + len(text))
        return True

    def _replace(self, text: str, start: int, end: int) -> None:
        if self._left is not None:
            self._left = self._left[:start] + text + self._left[end:]
            return
        history = self._editor.history
        history.checkpoint()
        self._editor.replace(text, self._location(start), self._location(end), maintain_selection_offset=not text)
        history.checkpoint()

    def _location(self, place: int) -> Location:
        before = self.text[:place]
        return before.count("\n"), len(before) - before.rfind("\n") - 1

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep the prompt from being sent until the block ends."""
        self._readings += 1
        self._is_quiet.clear()
        try:
            yield
        finally:
            self._readings -= 1
            if not self._readings:
                self._is_quiet.set()

    @property
    def is_reading(self) -> bool:
        return self._readings > 0

    async def quiet(self) -> None:
        """Return once nothing is read for it any more."""
        await self._is_quiet.wait()
