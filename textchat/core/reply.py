"""A growing reply: it takes in the events of a stream and freezes into a `Message`."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from textchat.core.conversation import EarlierFigures, Message, Role, Source, Status, Timing, ToolCall, Usage, new_id
from textchat.core.errors import ErrorReport
from textchat.core.events import (
    Cited,
    Finished,
    Note,
    PartReceived,
    ReasoningDelta,
    ReasoningSealed,
    SignOfLife,
    StreamEvent,
    TextDelta,
    TextWasReasoning,
    ToolCallDelta,
    UsageReport,
)
from textchat.core.figures.stopwatch import Stopwatch
from textchat.core.figures.tally import Tally
from textchat.core.figures.tokens import rough_tokens
from textchat.core.merging.merged import Merged
from textchat.core.parameters import Parameters
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.received import Received
from textchat.core.parts.structure import StructureCheck
from textchat.core.replaying.timeline import CALL, PART, REASONING, TEXT, GrowingTimeline, Timeline
from textchat.core.text.text_pieces import TextPieces


class Phase(StrEnum):
    """The state of a reply, in chronological order."""

    QUEUED = "queued"
    """Waiting for other replies of its provider; `place` says how many are before it."""
    WAITING = "waiting"
    """Asked; nothing of the answer has come."""
    RETRYING = "retrying"
    """A try failed in a way that may pass; `retry` says when the next one goes out."""
    THINKING = "thinking"
    STREAMING = "streaming"
    HELD = "held"
    """Only of one that is shown at the pace of others: more has come, and waits for them."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Retry:
    """The next try of a reply that has no text yet."""

    number: int
    """1 for the first try after the failed one."""
    of: int
    at: float
    """On the reply's clock, in seconds."""
    error: ErrorReport
    """Why it is needed."""


@dataclass(slots=True)
class _GrowingCall:
    """A tool call as it comes; its arguments are joined only when somebody asks for them."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class Reply:
    """A growing answer to `parent_id`.

    `text_chunks` and `reasoning_chunks` only ever gain elements at their ends, so a reader that remembers how many
    it has seen gets what is new at a cost that does not depend on what is old. Text that turns out to be reasoning
    stays in `text_chunks`, before `answer_start`, and comes once more as reasoning. `clock` counts seconds, monotonic.
    """

    known_notes: Collection[str] = ()
    """What was said already, in the same place, about answers of this model."""
    hides_figures = False
    """Whether its figures would tell what must not be known yet."""
    covers: str | None = None
    """Of a summary, as in `Message`."""
    merged: Merged | None = None
    """Of a merge, likewise."""

    def __init__(
        self,
        *,
        conversation_id: str,
        parent_id: str | None,
        model: str,
        parameters: Parameters | None = None,
        prefix: str = "",
        input_tokens: int = 0,
        reply_id: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = reply_id or new_id()
        self.conversation_id = conversation_id
        self.parent_id = parent_id
        self.model = model
        self.parameters = parameters or Parameters()
        self.created_at = time.time()
        self.phase, self.status, self.place = Phase.WAITING, Status.GROWING, 0
        self.retry: Retry | None = None
        self.error: ErrorReport | None = None
        self._last_error: ErrorReport | None = None
        """Also that of the last try, where the reply was cancelled before the next."""
        self.finish_reason: str | None = None
        self.notes: list[str] = []
        """Sentences to be known about the answer once it is complete."""
        self.text_chunks = TextPieces([prefix] if prefix else [])
        self.reasoning_chunks = TextPieces()
        self.prefix = prefix
        self.earlier: EarlierFigures | None = None
        """The figures of the answer that this one continues; its own do not hold them."""
        self.received = Received(len(prefix))
        self.structure: StructureCheck | None = None  # of the ended answer, once it was checked
        self.answer_start = len(self.text_chunks)
        """How many of the `text_chunks` are the prefix, or turned out to be reasoning."""
        self.tally = Tally(input_tokens)
        self._pace, self._timeline = self.tally.pace, GrowingTimeline()
        self._tool_calls: dict[int, _GrowingCall] = {}
        self._watch = Stopwatch(clock)
        self._joined: tuple[int, str] = (len(self.text_chunks), prefix)

    # -- changes -----------------------------------------------------------------------------------------------------

    def queue(self, place: int) -> None:
        """Mark it as waiting in a queue behind `place` others."""
        self.phase, self.place = Phase.QUEUED, place

    def start(self) -> None:
        """Mark the request as sent and start the clock. A retry keeps the first start."""
        if self.retry is None:  # not by its phase: it may have queued again meanwhile
            self._watch.start()
        self.phase, self.place, self.retry = Phase.WAITING, 0, None

    def sent(self, at: float) -> None:
        """Start the clock anew at the moment the request was written; the first of several counts."""
        self._watch.sent(at)

    def arrived(self, at: float) -> None:
        """Date the events that follow, up to the next call, to the moment their bytes were read."""
        self._watch.arrived(at)

    def wait_to_retry(self, retry: Retry) -> None:
        self.phase, self.retry = Phase.RETRYING, retry

    def feed(self, event: StreamEvent) -> None:
        """Take in the next event; after the end events are dropped, so that the stored reply stays true."""
        if self.phase is Phase.ENDED:
            return
        match event:
            case TextDelta(text):
                self.received.text(text)
                self._grow(self.text_chunks, text, Phase.STREAMING, TEXT)
            case ReasoningDelta(text):
                self._grow(self.reasoning_chunks, text, Phase.THINKING, REASONING)
            case TextWasReasoning():
                self._move_text()
            case ToolCallDelta():
                self._call(event)
            case PartReceived(part):
                self.received.part(part)
                self._mark("", Phase.STREAMING, PART)
            case Cited(url, title, at):
                self.received.cite(url, title, at)
            case ReasoningSealed(sealed):
                self.received.sealed.append(sealed)
            case UsageReport():
                self.tally.report(event)
            case Finished(reason):
                self.finish_reason = reason
            case Note(sentence, is_of_model):
                is_known = is_of_model and any(sentence in note for note in self.known_notes)
                if not is_known and sentence not in self.notes:  # each try of a request may say it
                    self.notes.append(sentence)
            case SignOfLife():
                pass
            case _:
                assert_never(event)

    def end(self, status: Status, error: ErrorReport | None = None) -> None:
        """End it; only the first call counts."""
        if self.phase is Phase.ENDED:
            return
        self._last_error = error or (None if self.retry is None else self.retry.error)
        self.phase, self.status, self.error, self.retry = Phase.ENDED, status, error, None
        self._watch.stop(is_whole=status is Status.COMPLETE)

    def _grow(self, chunks: TextPieces, text: str, phase: Phase, kind: int) -> None:
        if not text:
            return
        chunks.append(text)
        at = self._mark(text, phase, kind)
        if phase is Phase.STREAMING:
            self._watch.text(at)

    def _move_text(self) -> None:
        if moved := self.text_chunks.joined(self.answer_start):
            self.reasoning_chunks.append(moved)
        self.answer_start = len(self.text_chunks)
        self._joined = (self.answer_start, self.prefix)
        self.received.text_was_reasoning()
        self._watch.forget_text()
        self._pace.forget_answer()
        self._timeline.text_was_reasoning()
        self.phase = Phase.THINKING

    def _mark(self, text: str, phase: Phase, kind: int) -> float:
        """Note that a piece has come, and enter `phase`; returns the moment it arrived."""
        at = self._watch.piece()
        self._timeline.piece(at, len(text), kind)
        self._pace.piece(at, text, rough_tokens(text), phase is Phase.STREAMING)
        self.phase = phase
        return at

    def _call(self, delta: ToolCallDelta) -> None:
        call = self._tool_calls.setdefault(delta.index, _GrowingCall())
        call.id, call.name = call.id or delta.id, call.name or delta.name
        call.arguments.append(delta.arguments)
        self._mark(delta.name + delta.arguments, Phase.STREAMING, CALL)

    # -- state and figures -------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The whole answer so far, joined again only when it has grown."""
        if self._joined[0] != len(self.text_chunks):
            count = len(self.text_chunks)
            self._joined = (count, self.prefix + self.text_chunks.joined(self.answer_start, count))
        return self._joined[1]

    @property
    def has_text(self) -> bool:
        """Whether the answer has any text yet; costs nothing."""
        return bool(self.prefix) or len(self.text_chunks) > self.answer_start

    @property
    def reasoning(self) -> str:
        return self.reasoning_chunks.joined()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The files of the answer so far, each at its place in the text."""
        return tuple(self.received.parts)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The sources of the answer so far; the number of each is its place, from 1."""
        return self.received.citations.all

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        calls = [self._tool_calls[index] for index in sorted(self._tool_calls)]
        for call in calls:
            call.arguments = ["".join(call.arguments)]
        return tuple(ToolCall(call.id, call.name, call.arguments[0]) for call in calls)

    @property
    def note(self) -> str | None:
        """What must be known about the answer, once it is complete."""
        return (" ".join(self.notes) or None) if self.status is Status.COMPLETE else None

    @property
    def is_ended(self) -> bool:
        return self.phase is Phase.ENDED

    @property
    def was_sent(self) -> bool:
        """Whether a request has left, as far as it is known: from then on the reply may cost something."""
        return self._watch.was_sent or self._watch.has_begun

    @property
    def has_begun(self) -> bool:
        """Whether any piece of the answer has come."""
        return self._watch.has_begun

    @property
    def was_charged(self) -> bool:
        """Whether the ended request has tokens and a cost: it left, and was not refused before anything came of it."""
        status = None if self._last_error is None else self._last_error.status
        if status is not None and not self.has_begun:
            return not 400 <= status < 500
        return self.was_sent or self.status is Status.COMPLETE

    def now(self) -> float:
        """The reply's clock, in seconds."""
        return self._watch.now()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the request was sent, until now or until the end."""
        return self._watch.elapsed_s

    @property
    def usage(self) -> Usage:
        """The best available token counts."""
        return self.tally.usage

    @property
    def cost_usd(self) -> float | None:
        return self.tally.cost_usd

    @property
    def cost_source(self) -> Source | None:
        return self.tally.cost_source

    @property
    def timing(self) -> Timing:
        watch = self._watch
        return Timing(watch.first_piece_s, watch.elapsed_s, self.tally.tokens_per_s, watch.first_text_s)

    @property
    def timeline(self) -> Timeline:
        """When the pieces of the ended reply came."""
        watch = self._watch
        return self._timeline.frozen(watch.started, watch.elapsed_s, watch.started_after_s, len(self.prefix))

    @property
    def uncounted_head(self) -> tuple[str, str] | None:
        """The text that marks the start of the pace, and all it is a part of, where the speed depends on its share."""
        pace, tokens = self.tally.paced()
        if self.tally.head_share is not None or not pace.needs_count(tokens):
            return None
        calls = "".join(call.name + call.arguments for call in self.tool_calls)
        answer = self.text.removeprefix(self.prefix) + calls
        return pace.head, answer if pace is self._pace.answer else self.reasoning + answer

    def freeze(self) -> Message:
        """The reply as a message: stored while it grows, and kept when it has ended."""
        return Message(
            id=self.id,
            parent_id=self.parent_id,
            role=Role.ASSISTANT,
            text=self.text,
            reasoning=self.reasoning,
            tool_calls=self.tool_calls,
            parts=self.parts,
            citations=self.citations,
            sealed=tuple(self.received.sealed),
            structure=self.structure,
            model=self.model,
            parameters=self.parameters,
            status=self.status,
            finish_reason=self.finish_reason,
            error=self.error,
            note=self.note,
            usage=self.usage if self.was_charged or not self.is_ended else None,
            timing=self.timing,
            cost_usd=self.cost_usd,
            cost_source=self.cost_source,
            earlier=self.earlier,
            created_at=self.created_at,
            covers=self.covers,
            merged=self.merged,
        )
