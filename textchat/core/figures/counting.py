"""Counts tokens with tiktoken while a reply grows, in a separate thread, so that the interface never waits.

tiktoken fetches a vocabulary over the network at its first use, without a time limit. So it is loaded in a thread that
may be left behind, from a folder where it stays; until it is there nothing is counted and the estimates stand.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from textchat.core.conversation import Message, Source
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
from textchat.core.figures.tokens import TOKENS_PER_MESSAGE, vocabulary_of
from textchat.core.reply import Reply

LOAD_LIMIT_S = 15.0
"""How long a count waits for its vocabulary, counted from when that was first wanted."""
STEP_CHARACTERS = 80
"""Characters of new text that start a count: about 20 tokens, ten times a second for a fast model."""
LONGEST_TAIL = 500
"""Text without a space in it is cut here, at the price of at most one token too many a cut."""
LONGEST_PIECE = 4_000
"""Characters the encoder gets at once: its time is quadratic and its stack deep for some texts without a break."""
LONGEST_LAST_PIECE = 4_000
"""Characters counted synchronously at the end of a reply (0.2 ms), so that the stored message has its count."""
PRIMING_TOKENS = 3
"""Tokens that OpenAI's models get as the beginning of their answer."""
VOCABULARY_URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
"""Where tiktoken fetches a vocabulary; the SHA-1 of this address is the name of its file in the cache."""

Result = TypeVar("Result")


class Encoder(Protocol):
    """The part of `tiktoken.Encoding` that is used here."""

    def encode_ordinary(self, text: str) -> Sequence[int]: ...


def load_vocabulary(name: str, cache_folder: Path) -> Encoder:
    """Load tiktoken's vocabulary `name` from `cache_folder` (or TIKTOKEN_CACHE_DIR), else from the network.

    Raises OSError or ValueError where it cannot be had; with TEXTCHAT_OFFLINE set the network is not tried.
    """
    folder = os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(cache_folder))
    if os.environ.get("TEXTCHAT_OFFLINE"):
        file_name = hashlib.sha1(VOCABULARY_URL.format(name).encode(), usedforsecurity=False).hexdigest()
        if not (Path(folder) / file_name).is_file():
            raise FileNotFoundError(f"no vocabulary {name} in {folder}")
    import tiktoken

    return tiktoken.get_encoding(name)


class TokenCounter:
    """Counts tokens for one event loop; the thread and the vocabularies are started and loaded at first use.

    `load` gets the name of a vocabulary, is called in a thread, and may raise OSError, ValueError or ImportError.
    """

    def __init__(
        self, cache_folder: Path, *, limit_s: float = LOAD_LIMIT_S, load: Callable[[str], Encoder] | None = None
    ) -> None:
        self._load = load or (lambda name: load_vocabulary(name, cache_folder))
        self._limit_s = limit_s
        self._loads: dict[str, tuple[asyncio.Future[Encoder | None], float]] = {}
        """By vocabulary: the future of its loading, and the end of the wait for it (the loop's time)."""
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] | None = None

    async def count(self, text: str, model: str) -> int | None:
        """Tokens of `text` for `model`; None if no vocabulary fits, or none is loaded within the limit."""
        vocabulary = vocabulary_of(model)
        encoder = await self.wait_for(vocabulary.name) if vocabulary else None
        if encoder is None:
            return None
        return await self.in_thread(lambda: count_tokens(encoder, text))

    async def count_input(self, reply: Reply, messages: Iterable[Message]) -> None:
        """Replace the estimated input tokens of `reply` by a count of its branch, if one is available."""
        vocabulary = vocabulary_of(reply.model)
        encoder = await self.wait_for(vocabulary.name) if vocabulary else None
        if vocabulary is None or encoder is None:
            return
        branch = tuple(messages)
        texts = [message.text for message in branch] + ([reply.parameters.system] if reply.parameters.system else [])
        files = [file for message in branch for file in message.attachments]
        texts += [file.data.decode("utf-8", "replace") for file in files if file.media_type.startswith("text/")]
        frames = len(texts) * TOKENS_PER_MESSAGE + PRIMING_TOKENS
        reply.input_estimate = frames + await self.in_thread(lambda: sum(count_tokens(encoder, text) for text in texts))
        reply.input_counted = vocabulary.is_exact and all(file.media_type.startswith("text/") for file in files)

    def follow(self, reply: Reply) -> LiveCount:
        """Start to count `reply` while it grows; the returned count must be given each event and the end."""
        return LiveCount(reply, self)

    def encoder(self, name: str) -> Encoder | None:
        """The vocabulary `name` if it is loaded; the first call starts loading it."""
        loaded, _ = self._loading(name)
        return loaded.result() if loaded.done() else None

    def in_thread(self, job: Callable[[], Result]) -> asyncio.Future[Result]:
        """Run `job` in the counter's thread and return its result."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(target=_work, args=(self._jobs,), name="textchat-tokens", daemon=True).start()
        self._jobs.put(lambda: _tell(loop, future, job()))
        return future

    def close(self) -> None:
        """End the thread after its queued work; a later count starts another."""
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None

    async def wait_for(self, name: str) -> Encoder | None:
        """Wait for the vocabulary `name`; None if it cannot be loaded, or not within the limit."""
        loaded, deadline = self._loading(name)
        patience = deadline - asyncio.get_running_loop().time()
        if not loaded.done() and patience > 0:
            await asyncio.wait({loaded}, timeout=patience)
        return loaded.result() if loaded.done() else None

    def _loading(self, name: str) -> tuple[asyncio.Future[Encoder | None], float]:
        if name not in self._loads:
            loop = asyncio.get_running_loop()
            future: asyncio.Future[Encoder | None] = loop.create_future()
            self._loads[name] = (future, loop.time() + self._limit_s)
            threading.Thread(
                target=lambda: _tell(loop, future, self._loaded(name)), name=f"textchat-{name}", daemon=True
            ).start()
        return self._loads[name]

    def _loaded(self, name: str) -> Encoder | None:
        try:
            return self._load(name)
        except (OSError, ValueError, ImportError):
            return None  # offline, or broken on its way: the estimates stand for this run


class LiveCount:
    """Keeps the count of one growing reply; each piece of text is counted about once, however long the reply is."""

    def __init__(self, reply: Reply, counter: TokenCounter) -> None:
        self._reply = reply
        self._counter = counter
        self._vocabulary = vocabulary_of(reply.model)
        self._waiting: dict[str, list[str]] = {}
        """Text that is not settled: the answer, the reasoning and each tool call by itself."""
        self._new = 0
        self._settled = 0
        self._job: asyncio.Future[tuple[int, dict[str, str], int]] | None = None

    def event(self, reply: Reply, event: StreamEvent) -> None:
        """Take in an event of the stream; matches `core.generation.Listener.event`."""
        if self._vocabulary is None:
            return
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
        if self._vocabulary is None or reply.usage.source is Source.REPORTED:
            return
        encoder = self._counter.encoder(self._vocabulary.name)
        is_short = sum(len(part) for parts in self._waiting.values() for part in parts) <= LONGEST_LAST_PIECE
        if encoder is not None and self._job is None and is_short:
            self._take_in(settle(encoder, self._take_out()))
        else:
            # A count that lacks the end would pass for a true one; it comes later, or the estimate stays.
            reply.counted_tokens = reply.output_estimate = None
            self._new = STEP_CHARACTERS
            self._go_on(encoder)

    async def settled(self) -> None:
        """Wait until what has come is counted, and after the end of the reply also for a vocabulary that is loading."""
        if self._vocabulary is not None and self._reply.is_ended and self._new:
            self._go_on(await self._counter.wait_for(self._vocabulary.name))
        while self._job is not None:
            await asyncio.wait({self._job})
            await asyncio.sleep(0)  # its callback runs first

    def _add(self, key: str, text: str) -> None:
        self._waiting.setdefault(key, []).append(text)
        self._new += len(text)
        if self._new >= STEP_CHARACTERS and self._job is None and self._vocabulary is not None:
            self._go_on(self._counter.encoder(self._vocabulary.name))

    def _go_on(self, encoder: Encoder | None) -> None:
        if encoder is None or self._job is not None or self._new < STEP_CHARACTERS:
            return
        texts = self._take_out()
        self._job = self._counter.in_thread(lambda: settle(encoder, texts))
        self._job.add_done_callback(lambda job: self._counted(encoder, job.result()))

    def _counted(self, encoder: Encoder, outcome: tuple[int, dict[str, str], int]) -> None:
        self._job = None
        self._take_in(outcome)
        if self._reply.is_ended:
            self._new = STEP_CHARACTERS if self._new else 0
        self._go_on(encoder)

    def _take_out(self) -> dict[str, str]:
        texts = {key: "".join(parts) for key, parts in self._waiting.items()}
        self._waiting, self._new = {}, 0
        return texts

    def _take_in(self, outcome: tuple[int, dict[str, str], int]) -> None:
        settled, tails, tail_tokens = outcome
        self._settled += settled
        for key, tail in tails.items():
            self._waiting[key] = [tail, *self._waiting.get(key, [])]
        if self._reply.is_ended and self._new:
            return  # what came while the thread was at work is counted next
        if self._vocabulary is not None and self._vocabulary.is_exact and self._vocabulary.shows_all:
            self._reply.counted_tokens = self._settled + tail_tokens
        else:
            self._reply.output_estimate = self._settled + tail_tokens


def count_tokens(encoder: Encoder, text: str) -> int:
    """Tokens of `text`, encoded piece by piece."""
    return sum(len(encoder.encode_ordinary(piece)) for piece in _pieces(text))


def settle(encoder: Encoder, texts: dict[str, str]) -> tuple[int, dict[str, str], int]:
    """Count what later text cannot change; returns that count, the rest of each text, and the tokens of the rest."""
    settled = tail_tokens = 0
    tails: dict[str, str] = {}
    for key, text in texts.items():
        cut = _last_cut(text, 0, len(text))
        if cut == 0 and len(text) > LONGEST_TAIL:
            cut = len(text)
        settled += count_tokens(encoder, text[:cut])
        tails[key] = text[cut:]
        tail_tokens += count_tokens(encoder, tails[key])
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
    """The last place between `start` and `end` that no token of cl100k or o200k spans; 0 for none.

    It lies before a space that follows something else than white space: a space stands only at the beginning of a
    token or among white space, so the two sides are encoded apart as they are together.
    """
    cut = text.rfind(" ", start + 1, end)
    while cut > 0 and text[cut - 1].isspace():
        cut = text.rfind(" ", start + 1, cut)
    return max(cut, 0)


def _work(jobs: queue.SimpleQueue[Callable[[], None] | None]) -> None:
    while (job := jobs.get()) is not None:
        job()


def _tell(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Result], result: Result) -> None:
    def take() -> None:
        if not future.done():
            future.set_result(result)

    try:
        loop.call_soon_threadsafe(take)
    except RuntimeError:
        return  # the loop is closed
