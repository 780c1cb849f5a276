"""Writes recordings of responses, live or from a trace, and reads them back.

A recording is a text file of JSON lines in UTF-8. The first line tells what it is:

    {"textchat": "recording", "version": 1, "protocol": "openai", "url": "…", "status": 200, "headers": {…}}

and each further line holds one piece of the response's body as it came, decompressed, with the seconds since the
request left, and the bytes as text (`"text"`) where they are UTF-8, otherwise in base64 (`"base64"`):

    {"t": 0.412, "text": "data: {\\"choices\\": …"}

A line `{"t": 3.2, "end": true}` says that the body ended there by itself; without it the connection was cut. Neither
the request's body nor a secret is in it. Files that are cut off or damaged play as far as they can be read.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from textchat.config.input_files import read_regular
from textchat.config.private_files import new_private_file
from textchat.core.configuration import Protocol
from textchat.core.errors import ConfigurationError
from textchat.core.limits import RECORDING, too_large
from textchat.core.trace import Exchange

SUFFIX = ".jsonl"
VERSION = 1
REPLAYED = "REPLAY"
"""The method of a request that a recording answers; its header `protocol` says what the recording speaks."""


class Recorder:
    """Writes one exchange to `path`, piece by piece as it comes; a `TimedTap`.

    A try that follows a failed one begins the file anew: the recording is of the answer. `close` says how it ended. A
    file that cannot be written stops the recording, not the answer: `problem` says why.
    """

    def __init__(self, path: Path, protocol: Protocol, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._protocol = protocol
        self._clock = clock
        self._started = 0.0
        self._arrived: float | None = None
        self._url = ""
        self._file: IO[str] | None = None
        self.problem = ""
        """One sentence, where the file could not be written."""

    # -- TimedTap, and the end -----------------------------------------------------------------------------------------

    def requested(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
        self._started, self._arrived = self._clock(), None
        self._url = url
        self._protocol = protocol_of(self._protocol, method, headers)

    def written(self, at: float) -> None:
        self._started = at

    def arrived(self, at: float) -> None:
        self._arrived = at

    def responded(self, status: int, headers: Mapping[str, str]) -> None:
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
        else:
            try:
                self._file = new_private_file(self.path)
            except OSError as failure:
                self._stop(failure)
                return
        self._write(_head(self._protocol, self._url, status, headers))

    def received(self, data: bytes) -> None:
        self._write(_piece(self._now(), data))

    def close(self, *, is_complete: bool) -> None:
        """End the recording; `is_complete` means that the body ended by itself."""
        if is_complete:
            self._write(_end(self._now()))
        if self._file is not None:
            self._file.close()
            self._file = None

    def _now(self) -> float:
        return (self._clock() if self._arrived is None else self._arrived) - self._started

    def _write(self, line: Mapping[str, Any]) -> None:
        if self._file is not None:
            try:
                self._file.write(_written(line))
                self._file.flush()
            except OSError as failure:
                self._stop(failure)

    def _stop(self, failure: OSError) -> None:
        self.problem = f"Cannot write {self.path}: {failure.strerror}."
        broken, self._file = self._file, None
        if broken is not None:
            with contextlib.suppress(OSError):
                broken.close()


def write_recording(path: Path, protocol: Protocol, exchange: Exchange, *, is_complete: bool) -> None:
    """Write the content of a trace; raises FileExistsError rather than replace a file, and any other OSError."""
    lines = [_head(protocol, exchange.url, exchange.status or 0, exchange.response_headers)]
    lines += [_piece(chunk.at, chunk.data) for chunk in exchange.chunks]
    if is_complete:
        lines.append(_end(exchange.chunks[-1].at if exchange.chunks else 0.0))
    with new_private_file(path) as file:
        file.writelines(map(_written, lines))


def protocol_of(configured: Protocol, method: str, headers: Mapping[str, str]) -> Protocol:
    """The protocol of an exchange: that of its provider or, for a replay, of the recording."""
    return Protocol(headers["protocol"]) if method == REPLAYED else configured


def _head(protocol: Protocol, url: str, status: int, headers: Mapping[str, str]) -> Mapping[str, Any]:
    kept = {name: value for name, value in headers.items() if name.lower() in ("content-type", "retry-after")}
    head = {"textchat": "recording", "version": VERSION, "protocol": str(protocol)}
    return {**head, "url": url, "status": status, "headers": kept}


def _piece(at: float, data: bytes) -> Mapping[str, Any]:
    try:
        return {"t": round(at, 6), "text": data.decode("utf-8")}
    except UnicodeDecodeError:  # a character cut in two, or none at all
        return {"t": round(at, 6), "base64": base64.b64encode(data).decode("ascii")}


def _end(at: float) -> Mapping[str, Any]:
    return {"t": round(at, 6), "end": True}


def _written(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


@dataclass(frozen=True, slots=True)
class Recording:
    """The content of a recording file."""

    protocol: Protocol
    url: str
    status: int
    headers: Mapping[str, str]
    pieces: tuple[tuple[float, bytes], ...]
    """Seconds since the request left, and the bytes that came then."""
    is_complete: bool


def read_recording(path: Path) -> Recording:
    """Read a file; raises ConfigurationError where it cannot be read or is no recording."""
    try:
        data = read_regular(path, RECORDING.most)
    except OSError as failure:
        raise ConfigurationError(f"Cannot read {path}: {failure.strerror}.") from failure
    if len(data) > RECORDING.most:
        raise ConfigurationError(too_large(str(path), RECORDING.most, RECORDING))
    lines = data.split(b"\n")
    head = _line(lines[0])
    if head.get("textchat") != "recording" or str(head.get("protocol")) not in set(Protocol) - {Protocol.REPLAY}:
        raise ConfigurationError(f"{path} is not a textchat recording.")
    if head.get("version") != VERSION:
        raise ConfigurationError(f"{path} was recorded by a newer textchat.")
    pieces: list[tuple[float, bytes]] = []
    is_complete = False
    for line in map(_line, lines[1:]):
        at, piece = line.get("t"), _data(line)
        if isinstance(at, int | float) and math.isfinite(at) and piece is not None:
            pieces.append((float(at), piece))
        is_complete = is_complete or line.get("end") is True
    status, url, headers = head.get("status"), head.get("url"), head.get("headers")
    return Recording(
        Protocol(head["protocol"]),
        url if isinstance(url, str) else "",
        status if isinstance(status, int) else 200,
        {str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {},
        tuple(pieces),
        is_complete,
    )


def _line(line: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _data(line: Mapping[str, Any]) -> bytes | None:
    if isinstance(line.get("text"), str):
        return str(line["text"]).encode("utf-8", "replace")
    if isinstance(line.get("base64"), str):
        try:
            return base64.b64decode(line["base64"], validate=True)
        except (binascii.Error, ValueError):
            return None
    return None
