"""What a growing reply has got since it was last drawn, paced as the settings ask, and the words of its reasoning."""

from __future__ import annotations

from collections.abc import Iterator

from textchat.core.reply import Reply
from textchat.render.pace import PacedText
from textchat.ui.transcript.layout.entry_parts import PartKind


class ReplyIntake:
    """Hands out the new text of one reply, at a cost that does not depend on what is old."""

    def __init__(self, smoothing: str | int, *, is_late: bool) -> None:
        """With `is_late`, what there is by now is handed out at once: it is not news to whoever turns to it."""
        self.words = 0
        """Words of reasoning handed out so far."""
        self._smoothing = smoothing
        self._is_late = is_late
        self._is_in_word = False
        self._paces: dict[PartKind, PacedText] = {}

    @property
    def is_behind(self) -> bool:
        """Whether time alone will hand out more."""
        return any(pace.is_behind for pace in self._paces.values())

    def take(self, reply: Reply) -> Iterator[tuple[PartKind, str]]:
        """The pieces of the reply that are new, with the part that each belongs to."""
        is_over = reply.is_ended or self._is_late
        if piece := self._pace(PartKind.REASONING).take(reply.reasoning_chunks, is_over or bool(reply.text_chunks)):
            self.words += len(piece.split()) - (self._is_in_word and not piece[0].isspace())
            self._is_in_word = not piece[-1].isspace()
            yield PartKind.REASONING, piece
        if piece := self._pace(PartKind.TEXT).take(reply.text_chunks, is_over):
            yield PartKind.TEXT, piece
        self._is_late = False

    def restart(self) -> None:
        """Hand out all of it again, at once."""
        self.words, self._is_in_word = 0, False
        self._paces.clear()
        self._is_late = True

    def _pace(self, kind: PartKind) -> PacedText:
        if kind not in self._paces:
            self._paces[kind] = PacedText(self._smoothing)
        return self._paces[kind]
