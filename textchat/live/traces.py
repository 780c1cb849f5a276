"""Keeps the wire traces of the replies of this run, in bounded memory, for the inspector and recordings."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from textchat.config.private_files import numbered_paths, private_folder
from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.conversation import Message, Status
from textchat.core.errors import ErrorKind
from textchat.core.evaluation.result_row import ResultRow
from textchat.core.trace import Exchange, Trace
from textchat.providers.inspection import InspectedChunk, inspect
from textchat.providers.protocols.by_name import chat_protocol
from textchat.providers.recording import SUFFIX, protocol_of, write_recording
from textchat.store.transfer.file_names import LONGEST_NAME, safe_stem

KEPT_BYTES = 2 * 1024 * 1024
"""Limit per response: about 7,000 tokens as servers wrap them."""
KEPT_TOGETHER = 5 * 1024 * 1024
"""Limit for all replies together; the oldest are dropped."""
KEPT_REPLIES = 200


class NotRecorded(Exception):
    """A recording was not written; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Traced:
    """The wire trace of one reply, with the protocol to decode it."""

    trace: Trace
    provider: ProviderSettings
    row: ResultRow | None = None
    """What stands for the traffic of a reply that was read from a file of results."""

    @property
    def is_empty(self) -> bool:
        return self.row is None and not self.trace.exchanges

    def exchanges(self) -> list[Exchange]:
        """Copies of the current exchanges, one for each try."""
        return [exchange.copy() for exchange in self.trace.exchanges]

    def protocol(self, exchange: Exchange) -> Protocol:
        return protocol_of(self.provider.protocol, exchange.method, exchange.headers)

    def pieces(self, exchange: Exchange) -> list[InspectedChunk]:
        """Decode each piece of a response: 20 microseconds a piece, so do thousands in a thread."""
        settings = ProviderSettings(
            self.provider.name, self.protocol(exchange), max_event_bytes=self.provider.max_event_bytes
        )
        return inspect(chat_protocol(settings), exchange)

    def record(self, message: Message, folder: Path) -> Path:
        """Write the last try to a new file in `folder` and return its path; raises NotRecorded."""
        exchange = self.trace.exchanges[-1].copy() if self.trace.exchanges else None
        if exchange is None or exchange.status is None:
            raise NotRecorded("Nothing to record: the server has not responded.")
        if exchange.dropped_chunks:
            raise NotRecorded(
                f"The trace of this reply is incomplete: it is larger than {KEPT_BYTES // 1024**2} MiB. Record it "
                "with textchat ask --record FILE."
            )
        try:
            private_folder(folder)
            for path in numbered_paths(folder, _stem(message.model or ""), SUFFIX):
                try:
                    write_recording(path, self.protocol(exchange), exchange, is_complete=_is_whole(message))
                except FileExistsError:
                    continue
                return path
        except OSError as failure:
            raise NotRecorded(f"Cannot write the recording to {folder}: {failure.strerror}.") from failure
        raise AssertionError("numbered paths do not end")


class Traces:
    """The traces of one run by reply id."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Traced] = OrderedDict()

    def begin(self, reply_id: str, provider: ProviderSettings) -> Trace:
        """Create the trace for a reply that is about to be requested."""
        while self._kept and (len(self._kept) >= KEPT_REPLIES or self._bytes() > KEPT_TOGETHER - KEPT_BYTES):
            self._kept.popitem(last=False)
        traced = self._kept[reply_id] = Traced(Trace(KEPT_BYTES), provider)
        return traced.trace

    def keep_row(self, message_id: str, row: ResultRow) -> None:
        """Keep the line of results that a reply was read from."""
        self._kept[message_id] = Traced(Trace(KEPT_BYTES), ProviderSettings("", Protocol.REPLAY), row)

    def get(self, message_id: str) -> Traced | None:
        """The trace of a message; None for one of an earlier run, or one that was dropped."""
        return self._kept.get(message_id)

    def _bytes(self) -> int:
        return sum(traced.trace.kept_bytes for traced in self._kept.values())


def _stem(model: str) -> str:
    """The name of a new recording without suffix: the model and the time."""
    model = ".".join(filter(None, map(safe_stem, model.partition("/")[2][:LONGEST_NAME].split(".")))) or "reply"
    return f"{model}-{time.strftime('%Y%m%d-%H%M%S')}"


def _is_whole(message: Message) -> bool:
    """Whether the body is complete, as far as the ending of the reply shows it."""
    cut = (ErrorKind.NETWORK, ErrorKind.TIMEOUT, ErrorKind.REPETITION)
    is_refused = message.error is not None and message.error.kind not in cut
    return message.status is Status.COMPLETE or (message.status is Status.FAILED and is_refused)
