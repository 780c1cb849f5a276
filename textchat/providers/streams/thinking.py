"""Parser of `<think>…</think>` at the beginning of an answer, cut anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from textchat.core.events import ReasoningDelta, TextDelta

OPENING = "<think>"
CLOSING = "</think>"
LONGEST_LEAD = 64
"""The most white space before a tag: a model caught in a loop of line ends would be held back for ever."""


class ThinkTags:
    """Splits text into reasoning and answer; only a tag at the very beginning counts, later ones are text."""

    def __init__(self) -> None:
        self.is_idle = False
        """Whether all that follows is plain text."""
        self._held = ""
        self._looking_for: str | None = OPENING
        """The tag that would change the state; None once everything is the answer."""
        self._is_after_tag = False
        """The line ends between the closing tag and the answer belong to neither."""

    def turn_off(self) -> None:
        """Treat all further text as answer: the server sends reasoning in a separate field, so tags are text."""
        self.is_idle = True

    def feed(self, text: str) -> Iterator[TextDelta | ReasoningDelta]:
        """The pieces that `text` completes; a possible beginning of a tag is held back."""
        text = self._held + text
        self._held = ""
        if self._looking_for == OPENING:
            start = text.lstrip()
            may_follow = len(text) - len(start) <= LONGEST_LEAD
            if may_follow and OPENING.startswith(start) and start != OPENING:
                self._held = text
                return
            if may_follow and start.startswith(OPENING):
                self._looking_for = CLOSING
                text = start[len(OPENING) :]
            else:
                self._looking_for = None
        if self._looking_for == CLOSING:
            thought, tag, text = text.partition(CLOSING)
            if tag:
                self._looking_for = None
                self._is_after_tag = True
            else:
                thought, self._held = _before_beginning_of_tag(thought)
            if thought:
                yield ReasoningDelta(thought)
        if self._is_after_tag:
            text = text.lstrip("\r\n")
            self._is_after_tag = not text
        self.is_idle = self._looking_for is None and not self._is_after_tag
        if text:
            yield TextDelta(text)

    def close(self) -> Iterator[TextDelta | ReasoningDelta]:
        """The text that was held back, which was no tag."""
        held, self._held = self._held, ""
        if held:
            yield ReasoningDelta(held) if self._looking_for == CLOSING else TextDelta(held)


def _before_beginning_of_tag(text: str) -> tuple[str, str]:
    """Split `text` before a possible beginning of the closing tag at its end."""
    start = text.rfind("<", -len(CLOSING) + 1)
    if start >= 0 and CLOSING.startswith(text[start:]):
        return text[:start], text[start:]
    return text, ""
