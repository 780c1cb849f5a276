"""Undo by whole changes: what one command and the text typed behind it did is one step, as in vim."""

from __future__ import annotations

from textchat.ui.input.plain_editor import PlainEditor


class Steps:
    """Counts the steps of an editor's own history that belong to one change."""

    def __init__(self, editor: PlainEditor) -> None:
        self._editor = editor
        self._changes: list[tuple[int, int]] = []
        """Of each change, how many steps there were before it and behind it."""
        self._undone: list[int] = []
        """How many steps each undo took back."""
        self._begun: int | None = None

    def begin(self) -> None:
        """A change begins, unless one goes on."""
        if self._begun is None:
            self._editor.history.checkpoint()
            self._begun = self._depth

    def end(self) -> None:
        begun, self._begun = self._begun, None
        if begun is not None and self._depth > begun:
            self._editor.history.checkpoint()
            self._changes.append((begun, self._depth))
            self._undone.clear()

    def undo(self) -> None:
        """Take back the last change; an edit that was none of ours is a step of its own."""
        depth = self._depth
        while self._changes and self._changes[-1][1] > depth:
            self._changes.pop()
        least = self._changes.pop()[0] if self._changes and self._changes[-1][1] == depth else depth - 1
        count = 0
        while self._depth > least:
            before = self._depth
            self._editor.action_undo()
            if self._depth == before:  # something else was undone in place of the text
                break
            count += 1
        if count:
            self._undone.append(count)

    def redo(self) -> None:
        there = len(self._editor.history.redo_stack)
        if sum(self._undone) > there:
            self._undone.clear()
        begun = self._depth
        for _ in range(min(there, self._undone.pop() if self._undone else 1)):
            self._editor.action_redo()
        if self._depth > begun:
            self._changes.append((begun, self._depth))

    @property
    def _depth(self) -> int:
        return len(self._editor.history.undo_stack)
