"""Parser of `<think>…</think>` at the beginning of an answer, cut anywhere."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from enum import Enum

from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, TextWasReasoning

OPENING = "<think>"
CLOSING = "</think>"
LONGEST_LEAD = 64
"""The most white space before a tag: a model caught in a loop of line ends would be held back for ever."""
_MARK = re.compile(r"`|</?think>")
_QUOTES = frozenset("`\"'“‘«„(")


class _State(Enum):
    BEGINNING = "beginning"
    """White space at most has come."""
    THINKING = "thinking"
    OPEN = "open"
    """Text that began without a tag: it is the answer, or reasoning if a closing tag comes."""
    BEHIND_TAG = "behind tag"
    """The line ends between the closing tag and the answer belong to neither."""
    ANSWER = "answer"


class ThinkTags:
    """Splits text into reasoning and answer.

    An opening tag counts at the very beginning only. A closing tag without one (its opening tag stands in the chat
    template, as DeepSeek's R1 has it) makes reasoning of all before it; not in code or behind a quotation mark, where
    an answer speaks about the tag, and not behind an opening tag further down.
    """

    def __init__(self) -> None:
        self._state = _State.BEGINNING
        self._held = ""
        self._before = ""
        """The last piece of text."""
        self._is_in_code = False
        """An odd number of backticks has come."""
        self._has_text = False
        """Text was given out, which a closing tag would make reasoning."""

    def turn_off(self) -> None:
        """Treat all further text as answer: the server sends reasoning in a separate field, so tags are text."""
        self._state = _State.ANSWER

    def passes(self, text: str) -> bool:
        """Whether a piece of text can be passed on as it is: nearly all can, and this costs next to nothing."""
        if self._state is _State.ANSWER:
            return not self._held
        if self._state is _State.OPEN and not self._held and "<" not in text and "`" not in text:
            self._before = text
            return True
        return False

    def mend(self, events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
        """`events` with their text split; reasoning that has a field of its own turns the tags off."""
        for event in events:
            match event:
                case TextDelta(text):
                    yield from self.feed(text)
                case ReasoningDelta():
                    yield from self.close()
                    self.turn_off()
                    yield event
                case _:
                    yield event

    def feed(self, text: str) -> Iterator[StreamEvent]:
        """The pieces that `text` completes; a possible beginning of a tag is held back."""
        text, self._held = self._held + text, ""
        if self._state is _State.BEGINNING:
            text = self._begin(text)
        if self._state is _State.THINKING:
            text = yield from self._think(text)
        elif self._state is _State.OPEN:
            text = yield from self._look_for_closing_tag(text)
        if self._state is _State.BEHIND_TAG and (text := text.lstrip("\r\n")):
            self._state = _State.ANSWER
        if text:
            self._has_text = True
            yield TextDelta(text)

    def close(self) -> Iterator[StreamEvent]:
        """The text that was held back, which was no tag."""
        held, self._held = self._held, ""
        if held:
            yield ReasoningDelta(held) if self._state is _State.THINKING else TextDelta(held)

    def _begin(self, text: str) -> str:
        """What is left of a text at the beginning, behind a tag; enters the next state unless it is held back."""
        start = text.lstrip()
        if len(text) - len(start) <= LONGEST_LEAD:
            for tag, state in ((OPENING, _State.THINKING), (CLOSING, _State.BEHIND_TAG)):
                if start.startswith(tag):
                    self._state = state
                    return start[len(tag) :]
            if OPENING.startswith(start) or CLOSING.startswith(start):
                self._held = text
                return ""
        self._state = _State.OPEN
        return text

    def _think(self, text: str) -> Generator[StreamEvent, None, str]:
        """Yield the reasoning in a text; returns what is behind it."""
        thought, tag, text = text.partition(CLOSING)
        if tag:
            self._state = _State.BEHIND_TAG
        else:
            thought, self._held = _before_beginning_of_tag(thought)
        if thought:
            yield ReasoningDelta(thought)
        return text

    def _look_for_closing_tag(self, text: str) -> Generator[StreamEvent, None, str]:
        """Yield what a closing tag in a text makes reasoning; returns what is answer."""
        at = self._closing_tag(text)
        if at is not None:
            if self._has_text:
                yield TextWasReasoning()
            if text[:at]:
                yield ReasoningDelta(text[:at])
            self._state = _State.BEHIND_TAG
            return text[at + len(CLOSING) :]
        if self._state is _State.OPEN:
            text, self._held = _before_beginning_of_tag(text)
        self._before = text or self._before
        return text

    def _closing_tag(self, text: str) -> int | None:
        """Where the closing tag is that counts; an opening one before it makes answer of all that follows."""
        for mark in _MARK.finditer(text):
            if mark[0] == "`":
                self._is_in_code = not self._is_in_code
            elif not self._is_in_code and (text[: mark.start()] or self._before)[-1:] not in _QUOTES:
                if mark[0] == CLOSING:
                    return mark.start()
                self._state = _State.ANSWER
                return None
        return None


def _before_beginning_of_tag(text: str) -> tuple[str, str]:
    """Split `text` before a possible beginning of a tag at its end."""
    start = text.rfind("<", -len(CLOSING) + 1)
    if start >= 0 and (CLOSING.startswith(text[start:]) or OPENING.startswith(text[start:])):
        return text[:start], text[start:]
    return text, ""
