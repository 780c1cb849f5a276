"""Base class of the readers of all protocols: handles the end of an answer, and errors inside it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from textchat.core.errors import ChatError, ProtocolError
from textchat.core.events import (
    Finished,
    Note,
    PartReceived,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    TextWasReasoning,
    ToolCallDelta,
)
from textchat.core.limits import EVENT
from textchat.core.text import json_fields as fields
from textchat.providers import failures
from textchat.providers.error_documents import ErrorDetails, error_details, error_text_details
from textchat.providers.streams.event_data import is_cut_json, is_end_marker, says_something
from textchat.providers.streams.finish_reasons import is_reason, normal_reason
from textchat.providers.streams.surrogates import SurrogatePairs
from textchat.providers.streams.thinking import ThinkTags

PlainText = tuple[()] | tuple[TextDelta, *tuple[StreamEvent, ...]]
"""The events of a chunk that holds text and at most figures, or nothing."""


class ResponseReader(ABC):
    """Turns the bytes of one response, cut anywhere, into events; a new one for each response.

    `feed` and `close` may yield events and then raise a ChatError: what came before a failure is never lost.
    """

    has_end_marker: ClassVar[bool] = True
    """Whether the protocol sends an end marker after the finish reason, which shows that the server is done."""

    def __init__(self, provider: str, max_bytes: int = EVENT.most) -> None:
        """`provider` is the name used in error messages; `max_bytes` limits one event or a whole document."""
        self.provider = provider
        self.max_bytes = max_bytes
        self.has_begun = False
        """Whether any part of an answer has come."""
        self.has_finished = False
        """A finish reason has come: the answer is complete if the body ends now. While it goes on, text still counts:
        some servers put a finish reason on every chunk, or on one before the first word."""
        self.awaits_usage = False
        """The finish reason stood by itself after the answer: at most figures are still to come."""
        self.is_done = False
        """Whether anything that follows would be ignored."""
        self._has_reason = False
        """Whether what says that the answer is complete was a finish reason, and no end marker alone."""
        self._reason: str | None = None
        self._has_answer = False
        """Text, a tool call or a file has come; reasoning alone is no answer."""
        self._finishes = False
        """The chunk that is being read holds a finish reason."""
        self._whole_calls = 0
        self._is_closing = False
        """The body has ended: what is cut is cut there."""
        self._odd: ProtocolError | None = None
        """The first of what was passed over: the error of an answer that never begins."""
        self._notice: ErrorDetails | None = None
        """The last words that may tell of a failure: they do where the answer does not end well."""
        self._tags = ThinkTags()
        self._pairs = SurrogatePairs()

    @abstractmethod
    def feed(self, data: bytes) -> Iterator[StreamEvent]:
        """The events that `data` completes."""

    @abstractmethod
    def close(self) -> Iterator[StreamEvent]:
        """End of the body: yields what was held, then `Finished`. Raises ProtocolError if the answer is incomplete."""

    def flush(self) -> Iterator[StreamEvent]:
        """Yield what was held back, half a tag or half a character, for a failed answer."""
        yield from self._pairs.mend(self._tags.close())
        yield from self._pairs.flush()

    # -- for subclasses ------------------------------------------------------------------------------------------------

    def pass_on(self, events: PlainText | Iterator[StreamEvent], json_text: str) -> Iterable[StreamEvent]:
        """The events of a chunk, parsed from `json_text`; a tuple of them is known to hold text of the answer.

        Keeps account of what a finish reason means, tells reasoning by its tags, and joins halves of characters.
        """
        if not isinstance(events, tuple):
            events = self._observed(self._tags.mend(events))
        elif events:
            self._has_answer = True
            self.awaits_usage = False
            if not self._tags.passes(events[0].text):
                events = self._tags.mend(events)
        # Only an escape such as \ud83d brings half a character; looking for one costs next to nothing.
        return self._pairs.mend(events) if self._pairs.is_needed(json_text) else events

    def finish(self, reason: object, *, is_certain: bool = False) -> None:
        """Note the finish reason of a chunk, as the protocol spells it.

        Placeholders for none are passed over, unless something else in the chunk makes it certain that it finishes.
        """
        if is_certain or is_reason(reason):
            normal = normal_reason(reason)
            if not (normal == "stop" and self._has_reason and self.awaits_usage):
                self._reason = normal  # a "stop" that follows at once, without text, says less than what it follows
            self.has_finished = self._finishes = self._has_reason = True

    def end(self) -> Iterator[StreamEvent]:
        """Yield `Finished`; raises ProtocolError if no finish reason came, nor an end marker behind an answer."""
        if self._notice is not None and not (self._has_reason and self.has_begun):
            raise self.failure(self._notice)
        if not self.has_finished or not (self._has_reason or self._has_answer):
            raise self._unfinished()
        if not self._has_reason:
            # llama-cpp-python breaks off an answer so where the next request comes.
            yield Note(f"{self.provider} ended the reply without a finish reason; it may be cut off.")
        # Gemini and Ollama, which send whole calls, say "stop" where the model calls a tool.
        yield Finished("tool_calls" if self._whole_calls and self._reason == "stop" else self._reason)

    def whole_call(self, id_: str, name: str, arguments: Any) -> ToolCallDelta:
        """The event for a tool call that came in one piece."""
        call = ToolCallDelta(self._whole_calls, id_, name, fields.as_text(arguments or {}))
        self._whole_calls += 1
        return call

    def check_for_error(self, document: Any) -> None:
        """Raise the ChatError that a document reports, if any; words that may be a notice are kept for the end."""
        details = error_details(document)
        if details is None:
            return
        if details.is_certain:
            self.fail(details)
        else:
            self._notice = details

    def fail(self, details: ErrorDetails) -> None:
        """Raise the error for details; one that says nothing does not spoil an answer that has finished."""
        if says_something(details) or not self._is_settled:
            raise self.failure(details)

    def read_text(self, text: str) -> None:
        """Read what stands in the place of a JSON object: an end marker, an error, damage, or a keepalive."""
        text = text.strip()
        if is_end_marker(text):
            self.is_done = self.has_finished = True
        elif not text or text.startswith(":"):
            return  # a comment that a gateway took for data
        elif (details := error_text_details(text)) is not None:
            self.fail(details)
        elif is_cut_json(text):
            self.damaged(failures.not_json(text, self.provider))
        else:
            self.pass_over(failures.not_json(text, self.provider))

    def damaged(self, error: ProtocolError) -> None:
        """Raise the error for a part that cannot be read, unless the answer is whole or the body ends there."""
        if not (self._is_settled or self._is_closing):
            raise error
        self.pass_over(error)

    def pass_over(self, error: ProtocolError) -> None:
        """Note something that is no part of an answer: `error` is raised if nothing else comes."""
        self._odd = self._odd or error

    def failure(self, details: ErrorDetails) -> ChatError:
        """The error for details that came inside a successful response."""
        error = failures.failure(self.provider, details)
        error.words = details.message
        return error

    # -- inside --------------------------------------------------------------------------------------------------------

    def _observed(self, events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
        self._finishes = False
        has_tokens = False
        for event in events:
            if isinstance(event, TextDelta | ToolCallDelta | PartReceived):
                has_tokens = self._has_answer = True
            elif isinstance(event, ReasoningDelta):
                has_tokens = True
            elif isinstance(event, TextWasReasoning):
                self._has_answer = False
            yield event
        if has_tokens:
            self.awaits_usage = False
        elif self._finishes:
            self.awaits_usage = self._has_answer and self.has_end_marker

    @property
    def _is_settled(self) -> bool:
        """Whether what comes can only add to the answer: it has text and a finish reason."""
        return self.has_finished and self._has_answer

    def _unfinished(self) -> ProtocolError:
        if not self.has_begun and self._odd is not None:
            return self._odd
        if not self.has_begun or (self.has_finished and not self._has_answer):
            return ProtocolError(f"{self.provider} ended the reply before it began. Try again.")
        return ProtocolError(
            f"{self.provider} ended the reply without marking it complete; it may be cut off. The text so far is "
            "kept: continue it, or try again."
        )
