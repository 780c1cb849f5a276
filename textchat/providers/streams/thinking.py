"""Tells `<think>…</think>` at the beginning of an answer from the answer, however the stream was cut."""

from __future__ import annotations

from collections.abc import Iterator

from textchat.core.events import ReasoningDelta, TextDelta

OPENING = "<think>"
CLOSING = "</think>"
LONGEST_LEAD = 64
"""White space that a tag may follow; a model caught in a loop of line ends is not listened to for ever."""


class ThinkTags:
    """Text in, reasoning and text out. Only a tag that opens the answer counts: later ones are the model's words."""

    def __init__(self) -> None:
        self.is_idle = False
        """Whether all that follows is text as it is."""
        self._held = ""
        self._looking_for: str | None = OPENING
        """The tag that would change the state; None once everything is the answer."""
        self._is_after_tag = False
        """The line ends between the closing tag and the answer belong to neither."""

    def turn_off(self) -> None:
        """The server says apart what is reasoning: tags in its text are words."""
        self.is_idle = True

    def feed(self, text: str) -> Iterator[TextDelta | ReasoningDelta]:
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
        """The answer is over: what looked like the beginning of a tag was none."""
        held, self._held = self._held, ""
        if held:
            yield ReasoningDelta(held) if self._looking_for == CLOSING else TextDelta(held)


def _before_beginning_of_tag(text: str) -> tuple[str, str]:
    """`text` up to where its end may be the beginning of the closing tag, and that end."""
    start = text.rfind("<", -len(CLOSING) + 1)
    if start >= 0 and CLOSING.startswith(text[start:]):
        return text[:start], text[start:]
    return text, ""
