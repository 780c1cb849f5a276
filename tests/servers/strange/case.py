"""What a strange server says to one request, and the reply that is right: rows for a table test.

Each row names the public report of a server or a gateway that was seen to answer so, where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from textchat.core.configuration import Protocol
from textchat.core.errors import ErrorKind

Step = bytes | float
"""Bytes of the body, or seconds without any."""
EVENTS = {"Content-Type": "text/event-stream"}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    steps: Sequence[Step]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: EVENTS)
    is_raw: bool = False
    """The steps begin with the status line; the connection closes after them."""
    then: str = "end"
    """The body ends, or the connection closes, or hangs."""


@dataclass(frozen=True)
class Asked:
    """One request, for answers that depend on it."""

    document: Any
    path: str
    number: int
    """Which request for this case it is, from 1."""


Answering = Answer | Callable[[Asked], Answer]


@dataclass(frozen=True)
class Right:
    """The end of the reply."""

    text: str = ""
    reasoning: str = ""
    finish: str | None = "stop"
    error: ErrorKind | Literal["any"] | None = None
    """Any kind will do where the words alone say what it is."""
    status: int | None = None
    """The HTTP status of the error, where it must be this one."""
    says: Sequence[str] = ()
    """What the error must quote or advise, in any case of the letters."""
    never: Sequence[str] = ()
    """What it must not say."""
    usage: Mapping[str, Any] = field(default_factory=dict)
    """The figures that must be these."""
    at_most_usd: float | None = None
    note: str | None = None
    """A part of the note; empty where any note will do, None where there must be none."""
    requests: int = 1
    or_fails: bool = False
    """Nobody is known to send this: it is read, or it is a failure, but nothing is lost in silence."""


@dataclass(frozen=True)
class Case:
    """One row."""

    name: str
    source: str
    protocol: Protocol
    answer: Answering
    right: Right
    options: Sequence[str] = ()
    """More of the command line."""
    settings: str = ""
    """More of the configuration: lines of the provider's table."""
    model_settings: str = ""
    """Lines of the model's own table."""

    def __str__(self) -> str:
        return self.name


def stream(*steps: Step, **headers: str) -> Answer:
    """An event stream; the names of headers have `_` for `-`."""
    return Answer(steps, headers={**EVENTS, **{name.replace("_", "-"): value for name, value in headers.items()}})


def document(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """A whole answer, as JSON unless it is text or bytes."""
    data = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return Answer([data], status, JSON | dict(headers or {}))


def page(html: str, status: int) -> Answer:
    return Answer([html.encode()], status, {"Content-Type": "text/html"})


def first(refusal: Answer, then: Answer, times: int = 1) -> Answering:
    """A refusal so many times, and another answer from then on."""
    return lambda asked: refusal if asked.number <= times else then


def unless(is_wrong: Callable[[Asked], bool], then: Answer, refusal: Answer) -> Answering:
    """An answer, but a refusal of each request that has something wrong with it."""
    return lambda asked: refusal if is_wrong(asked) else then


def counted(input_tokens: int, output_tokens: int, **more: Any) -> dict[str, Any]:
    """Figures that the server reported."""
    return {"input_tokens": input_tokens, "output_tokens": output_tokens, "source": "reported", **more}


def complete(text: str, **more: Any) -> Right:
    return Right(text, **more)


def fails(kind: ErrorKind | Literal["any"], *says: str, text: str = "", **more: Any) -> Right:
    return Right(text, error=kind, says=says, **{"finish": None, **more})
