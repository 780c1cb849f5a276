"""Selects the choices of an answer where a server may send several, or numbers them in its own way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textchat.core.events import Finished, Note, StreamEvent, UsageReport
from textchat.core.limits import EVENT
from textchat.core.text import json_fields as fields
from textchat.core.text.sanitize import plain_line
from textchat.providers.error_documents import ErrorDetails
from textchat.providers.streams.event_stream import EventStreamReader

MOST_AT_ONCE = 8
"""So many pieces under new numbers, none of which comes back, belong to one answer: no server is asked for as many."""
LONGEST_QUOTE = 300
_ANY_JSON = "\\ud"
"""In the place of the text of held choices, which may hold halves of characters."""
_USUAL_REASONS = ("stop", "length", "content_filter", "tool_calls")

Choice = Mapping[str, Any]


class Choices:
    """Tells the choices of one answer from those of others that a stream holds beside it.

    A number alone says little: Microsoft's Foundry Local counts the tokens in it from 0 (foundry-local#263), old TGI
    from 1 (text-generation-inference#1648), gateways give 1 or "0" to the only choice (spring-ai#6221). So everything
    is the answer until the stream shows that it holds several: a chunk with two numbers, a number that comes back
    after another one (a counter never goes back), or a new one after the answer and its finish reason. From then on
    the number of the answer decides. Pieces under other numbers are held until it is known; the end of the body, or
    `MOST_AT_ONCE` of them, releases them.
    """

    def __init__(self) -> None:
        self.is_plain = True
        """Whether all choices so far had the number 0, as nearly always."""
        self.are_several = False
        self._are_one = False
        self._own: int | None = None
        """The number of the answer."""
        self._seen: set[int] = set()
        self._last: int | None = None
        self._held: list[tuple[int, Choice]] = []

    @property
    def are_held(self) -> bool:
        return bool(self._held)

    def take(self, choices: Sequence[Choice], *, has_begun: bool, has_ended: bool) -> Sequence[Choice]:
        """The choices of the answer that are known to be so, now that a chunk has brought `choices`.

        `has_begun`: something of the answer has come; `has_ended`: text of it, and then its finish reason.
        """
        numbered = [(_number(choice, place), choice) for place, choice in enumerate(choices)]
        numbers = {number for number, _ in numbered}
        if self.is_plain and numbers <= {0}:
            return choices
        if self.is_plain:
            self.is_plain = False
            if has_begun:
                self._own = self._last = 0
                self._seen = {0}
        self.are_several = self.are_several or self._shows_several(numbers, has_ended)
        self._held += numbered
        self._seen |= numbers
        self._last = numbered[-1][0] if numbered else self._last
        return self._released()

    def rest(self) -> Sequence[Choice]:
        """What was held, at the end of the body."""
        self._are_one = not self.are_several
        return self._released()

    def _shows_several(self, numbers: set[int], has_ended: bool) -> bool:
        if len(numbers) != 1:
            return len(numbers) > 1
        (number,) = numbers
        if self._are_one or number == self._last:
            return False
        return number in self._seen or (has_ended and bool(self._seen))

    def _released(self) -> Sequence[Choice]:
        self._are_one = self._are_one or len(self._held) > MOST_AT_ONCE
        if self._own is None and (self.are_several or (len(self._held) > 1 and len(self._seen) == 1)):
            self._own = min(self._seen)
        if self.are_several:
            released = [choice for number, choice in self._held if number == self._own]
            self._held.clear()
            return released
        known = 0
        while known < len(self._held) and (self._are_one or self._held[known][0] == self._own):
            known += 1
        released = [choice for _, choice in self._held[:known]]
        del self._held[:known]
        return released


class ChoicesReader(EventStreamReader):
    """Base class of the readers of protocols whose answers come as a list of numbered choices."""

    def __init__(self, provider: str, max_bytes: int = EVENT.most) -> None:
        super().__init__(provider, max_bytes)
        self._choices = Choices()
        self._is_finish_of_held = False
        """The finish reason may be that of another choice."""
        self._has_content = False
        self._finish_words = ""
        """What the server says of the end, beside the finish reason."""

    @abstractmethod
    def choice(self, choice: Choice) -> Iterator[StreamEvent]:
        """Read the content of a choice of the answer, then call `ending`."""

    @abstractmethod
    def ending(self, choice: Choice) -> None:
        """Note the finish reason of a choice; raises a ChatError if it is an error."""

    def answer(self, given: object) -> Iterator[StreamEvent]:
        """Read the list of choices of a chunk."""
        choices = [choice for choice in fields.as_list(given) if isinstance(choice, dict)]
        has_ended = self.has_finished and self._has_answer and not self._is_finish_of_held
        were_several = self._choices.are_several
        chosen = self._choices.take(choices, has_begun=self.has_begun, has_ended=has_ended)
        self.has_begun = self.has_begun or bool(choices)
        if self._choices.are_several and not were_several and self._is_finish_of_held:
            self.has_finished = self._has_reason = self._is_finish_of_held = False
            self._reason = None
        for choice in chosen:
            yield from self._events_of(choice)
        if self._choices.are_held:
            # The end is not waited for: a server may fall silent after it.
            had_finished = self.has_finished
            for choice in choices:
                self.ending(choice)
            self._is_finish_of_held = self._is_finish_of_held or self.has_finished != had_finished
        elif chosen:
            self._is_finish_of_held = False

    def flush(self) -> Iterator[StreamEvent]:
        for choice in self._choices.rest():
            yield from self.pass_on(self._events_of(choice), _ANY_JSON)
        yield from super().flush()

    def end(self) -> Iterator[StreamEvent]:
        for event in super().end():
            if isinstance(event, Finished) and event.reason not in (None, *_USUAL_REASONS):
                yield from self._unusual_end(event)
            else:
                yield event

    def _events_of(self, choice: Choice) -> Iterator[StreamEvent]:
        for event in self.choice(choice):
            self._has_content = self._has_content or not isinstance(event, UsageReport)
            yield event

    def _unusual_end(self, finished: Finished) -> Iterator[StreamEvent]:
        """The end for a reason such as `unexpected_tool_call`: with nothing before it, it is a failure."""
        said = plain_line(self._finish_words, LONGEST_QUOTE)
        if self._has_content or self._has_answer:
            if said:
                yield Note(f"{self.provider} stopped it: “{said.rstrip('.')}”.")
            yield finished
            return
        yield finished
        reason = (finished.reason or "").replace("_", " ")
        # Google's words begin with the reason, where it says any.
        raise self.failure(ErrorDetails(said if said.lower().startswith(reason) else f"{reason}: {said}".rstrip(": ")))


def _number(choice: Choice, place: int) -> int:
    """The number of a choice; where it has none, its place in the list."""
    number = fields.number(choice, "index")
    return place if number is None else number
