"""Collects the new text of a growing reply since it was last drawn, paced by the settings, and counts its reasoning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textchat.core.reply import Reply
from textchat.render.pace import PacedText
from textchat.ui.transcript.layout.entry_parts import PartKind
from textchat.ui.transcript.layout.pieces import LONG

PORTION = 10_000
"""Characters that are drawn at once of what came all at once: a frame's work, while the input bar waits."""


class ReplyIntake:
    """Yields the new text of one reply, at a cost that does not depend on its length so far."""

    def __init__(self, smoothing: str | int, *, is_late: bool) -> None:
        """With `is_late`, the text so far is yielded at once, without pacing, because it is not new."""
        self.words = 0
        """Words of reasoning yielded so far."""
        self._smoothing = smoothing
        self._is_late = is_late
        self._is_in_word = False
        self._paces: dict[PartKind, PacedText] = {}
        self._rests: dict[PartKind, str] = {}
        """What is left for the next frames."""

    @property
    def is_behind(self) -> bool:
        """Whether more will be yielded without new input."""
        return any(self._rests.values()) or any(pace.is_behind for pace in self._paces.values())

    def take(self, reply: Reply) -> Iterator[tuple[PartKind, str]]:
        """Yield the new pieces of the reply, each with its part."""
        is_over = reply.is_ended or self._is_late
        if piece := self._take(PartKind.REASONING, reply.reasoning_chunks, is_over or reply.has_text):
            self.words += len(piece.split()) - (self._is_in_word and not piece[0].isspace())
            self._is_in_word = not piece[-1].isspace()
            yield PartKind.REASONING, piece
        if PartKind.TEXT not in self._paces and reply.prefix:
            yield PartKind.TEXT, reply.prefix
        if piece := self._take(PartKind.TEXT, reply.text_chunks, is_over, reply.answer_start):
            yield PartKind.TEXT, piece
        self._is_late = False

    def restart(self) -> None:
        """Yield all of it again, at once."""
        self.words, self._is_in_word = 0, False
        self._paces.clear()
        self._rests.clear()
        self._is_late = True

    def _take(self, kind: PartKind, chunks: Sequence[str], is_over: bool, start: int = 0) -> str:
        """What is drawn now: a portion, or all where so much waits that it is drawn in pieces, which is quick."""
        text = self._rests.pop(kind, "") + self._pace(kind, start).take(chunks, is_over)
        if is_over or not PORTION < len(text) <= LONG:
            return text
        self._rests[kind] = text[PORTION:]
        return text[:PORTION]

    def _pace(self, kind: PartKind, start: int = 0) -> PacedText:
        if kind not in self._paces:
            self._paces[kind] = PacedText(self._smoothing, start=start)
        return self._paces[kind]
