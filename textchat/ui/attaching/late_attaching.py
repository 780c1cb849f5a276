"""Stands before what attaches to an editor, which is imported when there is something to attach, or an `@`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textchat.core.parts.draft import Draft

if TYPE_CHECKING:
    from textchat.ui.attaching.editor_attaching import EditorAttaching
    from textchat.ui.input.input_bar import InputBar

CHARACTERS_PER_LINE = 100
"""A paste is folded, too, if it has this many times the lines in characters."""


def is_long(text: str, lines: int) -> bool:
    """Whether a paste is folded: it has more than so many lines, or is as long; 0 lines fold none."""
    return bool(lines) and (len(text) > lines * CHARACTERS_PER_LINE or text.count("\n") + text.count("\r") >= lines)


class LateAttaching:
    """What the input bar asks; as long as nothing was attached, it costs next to nothing."""

    def __init__(self, bar: InputBar, make: Callable[[], EditorAttaching], *, fold_lines: int) -> None:
        self._bar = bar
        self._make = make
        self._made: EditorAttaching | None = None
        self._fold_lines = fold_lines

    def fold_from(self, lines: int) -> None:
        """Fold pastes of more than so many lines from now on."""
        self._fold_lines = lines
        if self._made is not None:
            self._made.fold_lines = lines

    @property
    def editor(self) -> EditorAttaching:
        """What attaches, made at its first use."""
        if self._made is None:
            self._made = self._make()
        return self._made

    @property
    def has_chips(self) -> bool:
        return self._made is not None and bool(self._made.chips)

    @property
    def draft(self) -> Draft:
        return Draft(self._bar.text) if self._made is None else self._made.draft

    @property
    def reads_first(self) -> bool:
        return (self._made is not None or "@" in self._bar.text) and self.editor.reads_first

    def typed(self) -> None:
        if self._made is None:
            row, column = self._bar.cursor_location
            if "@" not in self._bar.document[row][:column]:
                return
        self.editor.typed()

    def takes_key(self, key: str) -> bool:
        if key == "tab":
            self.typed()  # of the `@` before it may not have been heard yet
        return self._made is not None and self._made.takes_key(key)

    def takes_paste(self, text: str) -> bool:
        may_be = "/" in text or "\\" in text or is_long(text, self._fold_lines)
        return may_be and self.editor.takes_paste(text)

    def takes_undo(self) -> bool:
        return self._made is not None and self._made.takes_undo()

    def clear(self) -> None:
        if self._made is not None:
            self._made.clear()

    def forget(self) -> None:
        if self._made is not None:
            self._made.forget()

    def show(self, draft: Draft, typed: str = "") -> None:
        if draft.parts or "@" in draft.text or self.has_chips:
            self.editor.show(draft, typed)

    def fold(self, text: str, place: int) -> None:
        self.editor.fold(text, place)

    def unfold(self) -> None:
        if self.has_chips:
            self.editor.unfold()

    def send(self) -> None:
        if self._made is not None or "@" in self._bar.text:
            self.editor.send()
        elif (text := self._bar.text).strip():
            self._bar.clear()
            self._bar.submit(Draft(text))
