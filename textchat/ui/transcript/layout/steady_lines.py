"""Tells which lines at the top of an entry stay as they are while its reply grows."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.ui.transcript.layout.entry_parts import EntryPart, LayoutContext


class SteadyLines:
    """The lines of an entry that look the same for as long as the epoch is the same; meanwhile they get only more."""

    def __init__(self) -> None:
        self.epoch = object()
        """Of all entries together: no two have the same."""
        self.count = 0
        self._above: list[object] = []
        """What was above the growing text, and around it, at the last look."""

    def take(self, parts: Sequence[EntryPart], context: LayoutContext, *, height: int, is_growing: bool) -> None:
        """Look at a new arrangement of an entry's parts."""
        growing = next((part for part in parts if part.document), None) if is_growing else None
        if growing is None or growing.document is None:
            self.epoch, self.count, self._above = object(), height, []
            return
        above = [context, growing.drawing, *(part.drawing for part in parts[: parts.index(growing)])]
        if len(above) != len(self._above) or any(a is not b for a, b in zip(above, self._above, strict=True)):
            self.epoch, self._above = object(), above
        self.count = growing.top + growing.document.settled
