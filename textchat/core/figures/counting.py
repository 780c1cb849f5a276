"""Counts tokens while a reply grows, in a separate thread, so that the interface never waits.

The vocabulary is loaded by a thread of its own when the first reply needs it; until it is there nothing is counted and
the estimates stand.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Protocol, TypeVar

from textchat.core.conversation import Message, Source
from textchat.core.crashes import Caught, log_crash
from textchat.core.events import (
    Finished,
    Note,
    ReasoningDelta,
    SignOfLife,
    StreamEvent,
    TextDelta,
    TextWasReasoning,
    ToolCallDelta,
    UsageReport,
)
from textchat.core.figures.media.input_parts import tokens_of_input_parts, tokens_of_parts
from textchat.core.figures.tokenizing.families import family_of
from textchat.core.figures.tokens import (
    LONGEST_COUNTED,
    TOKENS_PER_MESSAGE,
    estimate_tokens,
    input_texts,
    passages_of,
    share_of,
    whole_tokens,
)
from textchat.core.parts.part import MediaKind, Part
from textchat.core.reply import Reply
from textchat.core.waiting.left_threads import do_for

LOAD_LIMIT_S = 15.0
"""How long a count waits for its vocabulary, counted from when that was first wanted."""
STEP_CHARACTERS = 80
"""Characters of new text that start a count: about 20 tokens, ten times a second for a fast model."""
LONGEST_TAIL = 500
"""Text without a space in it is cut here, at the price of at most one token too many a cut."""
LONGEST_PIECE = 4_000
"""Characters the encoder gets at once: while it splits them into words, nobody else has the interpreter."""
LONGEST_AT_ONCE = 1_000
"""Characters counted synchronously (English 0.3 ms, Chinese 5 ms): the end of a reply, a prompt before it is sent."""
MOST_KNOWN = 10_000
"""Counts of texts that are remembered: a branch is sent again with each prompt."""
WIDE_MARKS = "，。、；：？！"
"""Marks of Chinese and Japanese sentences."""
PRIMING_TOKENS = 3
"""Tokens that OpenAI's models get as the beginning of their answer."""
Result = TypeVar("Result")


class Encoder(Protocol):
    """What counts the tokens of a text, as `Tokenizer` does."""

    def count(self, text: str, measured_as: str = "") -> float: ...


def _load() -> Encoder:
    from textchat.core.figures.tokenizing.tokenizer import load_tokenizer

    return load_tokenizer()


class TokenCounter:
    """Counts tokens for one event loop; the thread and the vocabulary are started and loaded at first use.

    `load` is called in a thread, and may raise OSError, ValueError or ImportError.
    """

    def __init__(self, *, limit_s: float = LOAD_LIMIT_S, load: Callable[[], Encoder] = _load) -> None:
        self._load = load
        self._limit_s = limit_s
        self._loading: tuple[asyncio.Future[Encoder | None], float] | None = None
        """The future of the vocabulary, and the end of the wait for it (the loop's time)."""
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] | None = None
        self._known: dict[int, float] = {}
        """Counts by what tells family and text: of texts that are kept elsewhere, or no longer."""

    async def count(self, text: str, model: str) -> int | None:
        """Tokens of `text` for `model`; None if the vocabulary is not loaded within the limit."""
        encoder = await self.loaded()
        if encoder is None:
            return None
        measured_as = family_of(model).measured_as
        return whole_tokens(await self.in_thread(lambda: self._counted(encoder, text, measured_as)))

    async def count_input(self, reply: Reply, messages: Iterable[Message]) -> None:
        """Replace the estimated input tokens of `reply` by a count of its branch, if one is available."""
        encoder = await self.loaded()
        if encoder is None:
            return
        family = family_of(reply.model)
        branch = tuple(messages)
        texts = list(input_texts(branch, reply.parameters.system))
        parts = [part for message in branch for part in message.parts]
        written = [part for part in parts if part.kind is MediaKind.TEXT and part.data is not None]
        others = [part for part in parts if part not in written]
        frames = (len(texts) + len(written)) * TOKENS_PER_MESSAGE + PRIMING_TOKENS

        def counted() -> float:
            texts.extend(part.content.decode("utf-8", "replace") for part in written)
            return sum(self._counted(encoder, text, family.measured_as) for text in texts)

        reply.tally.input_estimate = frames + whole_tokens(await self.in_thread(counted))
        if others:
            reply.tally.input_estimate += await self.in_thread(lambda: tokens_of_parts(others, reply.model))
        is_whole = all(len(text) <= LONGEST_COUNTED for text in texts)
        reply.tally.input_counted = family.is_exact and is_whole and not others

    def estimate_input(self, model: str, messages: Iterable[Message], system: str | None = None) -> int:
        """Estimate the tokens of a whole branch at once, by the vocabulary as far as it is loaded."""
        measured_as = family_of(model).measured_as
        branch = tuple(messages)
        texts = sum(TOKENS_PER_MESSAGE + self._estimated(text, measured_as) for text in input_texts(branch, system))
        return texts + tokens_of_input_parts(branch, model)

    def estimate_part(self, model: str, part: Part) -> int:
        """Estimate the tokens of one part for a model at once."""
        return tokens_of_parts((part,), model)

    def estimate(self, model: str, text: str) -> int:
        """Estimate the tokens of one text at once, in the same way."""
        return self._estimated(text, family_of(model).measured_as)

    def _estimated(self, text: str, measured_as: str) -> int:
        known = self._known.get(_key_of(text, measured_as))
        if known is None and self._loading and self._loading[0].done() and len(text) <= LONGEST_AT_ONCE:
            encoder = self._loading[0].result()
            known = None if encoder is None else self._counted(encoder, text, measured_as)
        return estimate_tokens(text) if known is None else whole_tokens(known)

    def _counted(self, encoder: Encoder, text: str, measured_as: str) -> float:
        key = _key_of(text, measured_as)
        if key not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = count_passages(encoder, text, measured_as)
        return self._known[key]

    def follow(self, reply: Reply) -> LiveCount:
        """Start to count `reply` while it grows; the returned count must be given each event and the end."""
        return LiveCount(reply, self)

    def encoder(self) -> Encoder | None:
        """The encoder if it is loaded; the first call starts loading it."""
        loaded, _ = self._begun()
        return loaded.result() if loaded.done() else None

    @property
    def encoder_at_hand(self) -> Encoder | None:
        """The encoder if it is loaded; never starts that, which stops the network's thread, too, for 0.16 seconds."""
        return self._loading[0].result() if self._loading is not None and self._loading[0].done() else None

    def in_thread(self, job: Callable[[], Result]) -> asyncio.Future[Result]:
        """Run `job` in the counter's thread and return its result."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(target=_work, args=(self._jobs,), name="textchat-tokens", daemon=True).start()
        self._jobs.put(lambda: do_for(loop, future, job))
        return future

    def close(self) -> None:
        """End the thread after its queued work; a later count starts another."""
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None

    async def loaded(self) -> Encoder | None:
        """Wait for the encoder; None if it cannot be loaded, or not within the limit."""
        loaded, deadline = self._begun()
        patience = deadline - asyncio.get_running_loop().time()
        if not loaded.done() and patience > 0:
            await asyncio.wait({loaded}, timeout=patience)
        return loaded.result() if loaded.done() else None

    def _begun(self) -> tuple[asyncio.Future[Encoder | None], float]:
        if self._loading is None:
            loop = asyncio.get_running_loop()
            future: asyncio.Future[Encoder | None] = loop.create_future()
            self._loading = (future, loop.time() + self._limit_s)
            threading.Thread(
                target=lambda: do_for(loop, future, self._loaded_or_none), name="textchat-vocabulary", daemon=True
            ).start()
        return self._loading

    def _loaded_or_none(self) -> Encoder | None:
        with Caught(log_crash, BaseException), suppress(OSError, ValueError, ImportError):
            return self._load()
        return None  # not installed whole, or damaged: the estimates stand for this run


def _key_of(text: str, measured_as: str) -> int:
    """One number: a tuple of three takes twice the memory, for each text that was ever counted."""
    return hash((measured_as, text))


class LiveCount:
    """Keeps the count of one growing reply; each piece of text is counted about once, however long the reply is."""

    def __init__(self, reply: Reply, counter: TokenCounter) -> None:
        self._reply = reply
        self._counter = counter
        self._family = family_of(reply.model)
        self._waiting: dict[str, list[str]] = {}
        """Text that is not settled: the answer, the reasoning and each tool call by itself."""
        self._new = 0
        self._settled = 0.0
        self._is_whole = True
        """Whether all was counted: what came much faster than it can be counted stands for itself in passages."""
        self._job: asyncio.Future[tuple[float, dict[str, str], float]] | None = None

    def event(self, reply: Reply, event: StreamEvent) -> None:
        """Take in an event of the stream; matches `core.generation.Listener.event`."""
        match event:
            case TextDelta(text):
                self._add("text", text)
            case ReasoningDelta(text):
                self._add("reasoning", text)
            case ToolCallDelta():
                self._add(f"tool {event.index}", event.name + event.arguments)
            case TextWasReasoning() | UsageReport() | Finished() | Note() | SignOfLife():
                pass

    def ended(self, reply: Reply) -> None:
        """Complete the count at the end of the reply; matches `core.generation.Listener.ended`."""
        if reply.usage.source is Source.REPORTED:
            return
        encoder = self._counter.encoder_at_hand
        is_short = sum(len(part) for parts in self._waiting.values() for part in parts) <= LONGEST_AT_ONCE
        if encoder is not None and self._job is None and is_short:
            self._take_in(settle(encoder, self._take_out(), self._family.measured_as))
        else:
            # A count that lacks the end would pass for a true one; it comes later, or the estimate stays.
            reply.tally.counted_tokens = reply.tally.output_estimate = None
            self._new = STEP_CHARACTERS
            self._go_on(encoder)

    async def settled(self) -> None:
        """Wait until what has come is counted, and after the end of the reply also for a vocabulary that is loading."""
        if self._reply.is_ended and self._new:
            self._go_on(await self._counter.loaded())
        while self._job is not None:
            await asyncio.wait({self._job})
            await asyncio.sleep(0)  # its callback runs first
        await self._share_out()

    async def _share_out(self) -> None:
        """Count the share of the first arrival in the whole text, where the speed depends on it."""
        if (texts := self._reply.uncounted_head) is None or (encoder := await self._counter.loaded()) is None:
            return
        measured_as = self._family.measured_as
        head, whole = await self._counter.in_thread(
            lambda: [count_passages(encoder, text, measured_as) for text in texts]
        )
        self._reply.tally.head_share = head / whole if whole else None

    def _add(self, key: str, text: str) -> None:
        self._waiting.setdefault(key, []).append(text)
        self._new += len(text)
        if self._new >= STEP_CHARACTERS and self._job is None:
            self._go_on(self._counter.encoder_at_hand)

    def _go_on(self, encoder: Encoder | None) -> None:
        if encoder is None or self._job is not None or self._new < STEP_CHARACTERS:
            return
        texts = self._take_out()
        self._job = self._counter.in_thread(lambda: settle(encoder, texts, self._family.measured_as))
        self._job.add_done_callback(lambda job: self._counted(encoder, job.result()))

    def _counted(self, encoder: Encoder, outcome: tuple[float, dict[str, str], float]) -> None:
        self._job = None
        self._take_in(outcome)
        if self._reply.is_ended:
            self._new = STEP_CHARACTERS if self._new else 0
        self._go_on(encoder)

    def _take_out(self) -> dict[str, str]:
        texts = {key: "".join(parts) for key, parts in self._waiting.items()}
        self._waiting, self._new = {}, 0
        self._is_whole = self._is_whole and all(len(text) <= LONGEST_COUNTED for text in texts.values())
        return texts

    def _take_in(self, outcome: tuple[float, dict[str, str], float]) -> None:
        settled, tails, tail_tokens = outcome
        self._settled += settled
        for key, tail in tails.items():
            self._waiting[key] = [tail, *self._waiting.get(key, [])]
        if self._reply.is_ended and self._new:
            return  # what came while the thread was at work is counted next
        tokens = whole_tokens(self._settled + tail_tokens)
        if self._family.is_exact and self._family.shows_all and self._is_whole:
            self._reply.tally.counted_tokens = tokens
        else:
            self._reply.tally.counted_tokens = None
            self._reply.tally.output_estimate = tokens


def count_tokens(encoder: Encoder, text: str, measured_as: str = "") -> float:
    """Tokens of `text`, counted piece by piece."""
    return sum(encoder.count(piece, measured_as) for piece in _pieces(text))


def count_passages(encoder: Encoder, text: str, measured_as: str = "") -> float:
    """Tokens of `text`; those of a very long one are estimated from passages of it."""
    passages = passages_of(text)
    return sum(count_tokens(encoder, passage, measured_as) for passage in passages) * share_of(text, passages)


def settle(encoder: Encoder, texts: dict[str, str], measured_as: str = "") -> tuple[float, dict[str, str], float]:
    """Count what later text cannot change; returns that count, the rest of each text, and the tokens of the rest."""
    settled = tail_tokens = 0.0
    tails: dict[str, str] = {}
    for key, text in texts.items():
        cut = _last_cut(text, 0, len(text))
        if cut == 0 and len(text) > LONGEST_TAIL:
            cut = len(text)
        settled += count_passages(encoder, text[:cut], measured_as)
        tails[key] = text[cut:]
        tail_tokens += count_tokens(encoder, tails[key], measured_as)
    return settled, tails, tail_tokens


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > LONGEST_PIECE:
        end = start + LONGEST_PIECE
        cut = _last_cut(text, start, end) or end
        yield text[start:cut]
        start = cut
    yield text[start:]


def _last_cut(text: str, start: int, end: int) -> int:
    """The last place between `start` and `end` that no token of o200k spans; 0 for none.

    It lies before a space that follows something else than white space: a space stands only at the beginning of a
    token or among white space, so the two sides are encoded apart as they are together. Or, for what is written without
    spaces, before a mark that follows a letter or a digit: it ends their token.
    """
    cut = text.rfind(" ", start + 1, end)
    while cut > 0 and text[cut - 1].isspace():
        cut = text.rfind(" ", start + 1, cut)
    marks = (text.rfind(mark, start + 1, end) for mark in WIDE_MARKS)
    return max(0, cut, *(at for at in marks if at > 0 and text[at - 1].isalnum()))


def _work(jobs: queue.SimpleQueue[Callable[[], None] | None]) -> None:
    while (job := jobs.get()) is not None:
        job()
        del job  # while it waits for the next, this one would keep the reply that it counted
