"""Inspector of a reply: the request without secrets, the response headers, and each raw piece with its events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from textchat.core.conversation import Message, Status
from textchat.core.evaluation.result_row import ResultRow
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
from textchat.core.figures.ending import Hints, ending
from textchat.core.text.sanitize import plain_name
from textchat.core.trace import Exchange
from textchat.live.traces import NotRecorded, Traced
from textchat.providers.inspection import InspectedChunk
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import FullScreen
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.dialogs.wire_list import HEADING, WireList, WireRow, WireText

LOOK_AGAIN_S = 1.0
"""How often a reply that still grows is looked at again."""
HINTS = (
    Hint("↑ ↓", "select"),
    Hint("Tab", "text and back", "screen.other_part"),
    Hint("s", "save a recording", "screen.record"),
    Hint("Esc", "close", "screen.dismiss"),
)


class InspectorScreen(ReportsWorkers, FullScreen[None]):
    """Lists the traffic of one reply. `look` returns the current message; recordings are written to `folder`."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,q,i", "dismiss", "Close", show=False),
        Binding("s", "record", "Save a recording", show=False),
        Binding("tab,shift+tab", "other_part", "To the text and back", show=False),
    ]

    def __init__(self, traced: Traced, look: Callable[[], Message], folder: Path) -> None:
        super().__init__()
        self._traced = traced
        self._look = look
        self._folder = folder
        self._seen: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static(id="wire-title", markup=False)
        yield Static(HEADING + "content", id="wire-heading", markup=False)
        yield WireList()
        yield WireText()
        yield HintRow(HINTS, classes="full-screen--hint")

    def on_mount(self) -> None:
        self.query_one(WireList).focus()
        self._look_again()
        self.set_interval(LOOK_AGAIN_S, self._look_again)

    def _look_again(self) -> None:
        """Read the trace again if it has changed."""
        state = (
            self._look().status,
            *((exchange.status, exchange.received_chunks) for exchange in self._traced.trace.exchanges),
        )
        if state != self._seen:
            self._seen = state
            self._read()

    @work(group="read", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        message, exchanges = self._look(), self._traced.exchanges()
        rows = await asyncio.to_thread(wire_rows, self._traced, exchanges, message)
        self.query_one("#wire-title", Static).update(_title(message, exchanges))
        self.query_one(WireList).show(rows)

    @on(WireList.RowChosen)
    def _show_text(self, event: WireList.RowChosen) -> None:
        self.query_one(WireText).show(event.row.full())

    def action_other_part(self) -> None:
        wire_list = self.query_one(WireList)
        (self.query_one(WireText) if wire_list.has_focus else wire_list).focus()

    @work(group="record", exit_on_error=False)
    async def action_record(self) -> None:
        try:
            path = await asyncio.to_thread(self._traced.record, self._look(), self._folder)
        except NotRecorded as refused:
            self.notify(str(refused), severity="warning", markup=False)
        else:
            self.notify(
                f"Saved to {path}. Play it with: textchat -m replay/{path.stem}",
                timeout=10,
                markup=False,
            )


def _title(message: Message, exchanges: Sequence[Exchange]) -> Content:
    if not exchanges:
        return Content.assemble(("Result", "bold"), f" · {plain_name(message.model or '', 60)}")
    tries = f" · {len(exchanges)} attempts" if len(exchanges) > 1 else ""
    pieces = sum(exchange.received_chunks for exchange in exchanges)
    size = sum(exchange.received_bytes for exchange in exchanges)
    model = plain_name(message.model or "", 60)
    return Content.assemble(("Trace", "bold"), f" · {model}{tries} · {pieces:,} pieces · {size:,} bytes")


# -- rows --------------------------------------------------------------------------------------------------------------


def wire_rows(traced: Traced, exchanges: Sequence[Exchange], message: Message) -> list[WireRow]:
    """The traffic in order, one row each; decodes every piece, so call it in a thread."""
    rows: list[WireRow] = [] if traced.row is None else [*_result_rows(traced.row)]
    for number, exchange in enumerate(exchanges, start=1):
        of = f" (attempt {number} of {len(exchanges)})" if len(exchanges) > 1 else ""
        rows += _exchange_rows(traced, exchange, of)
    if message.status is not Status.GROWING:
        said = ending(message, Hints())
        words = message.status.value + (f" · {message.finish_reason}" if message.finish_reason else "")
        sentence = f"{words} · {said[0]}" if said else words
        total = message.timing.total_s if message.timing and len(exchanges) == 1 else None
        failed = message.status is Status.FAILED
        rows.append(WireRow("■", sentence, lambda: sentence, total, is_failure=failed))
    return rows


def _result_rows(row: ResultRow) -> Iterator[WireRow]:
    """The line of results that a reply was read from, and what was found of it."""
    whole = f"line {row.number} of the results, line {row.line} of the prompts"
    yield WireRow("≡", whole, partial(json.dumps, row.values, indent=2, ensure_ascii=False))
    for result in row.checks:
        told = f"{result.check.type.value} {json.dumps(result.check.value, ensure_ascii=False)}"
        what = told if result.passed else f"{result.check.type.value}: {result.why or 'not passed.'}"
        full = f"{told}\n{result.why or ''}"
        yield WireRow("✓" if result.passed else "✗", what, partial(str, full), is_failure=not result.passed)


def _exchange_rows(traced: Traced, exchange: Exchange, of: str) -> Iterator[WireRow]:
    head = f"{exchange.method} {exchange.url}"
    yield WireRow("→", head + of, partial(_request_text, exchange), 0.0, size=exchange.body_bytes)
    if exchange.status is None:
        return
    kind = _header(exchange.response_headers, "content-type")
    is_refusal = not 200 <= exchange.status < 300
    status = f"HTTP {exchange.status}" + (f" · {kind}" if kind else "")
    yield WireRow(
        "←",
        status,
        partial(_response_text, exchange),
        exchange.responded_at,
        exchange.responded_at,
        is_failure=is_refusal,
    )
    before = exchange.responded_at or 0.0
    number = 0
    for chunk in traced.pieces(exchange):
        if number == exchange.dropped_after and exchange.dropped_chunks:
            number += exchange.dropped_chunks
            gone = f"{exchange.dropped_chunks:,} pieces not kept: this trace is too long"
            yield WireRow("…", gone, partial(str, gone))
        number += 1
        what = said_by(chunk)
        yield WireRow(
            str(number),
            what,
            partial(_piece_text, number, chunk, what),
            chunk.at,
            chunk.at - before,
            len(chunk.data),
            chunk.id,
            bool(chunk.failure),
        )
        before = chunk.at


def said_by(chunk: InspectedChunk) -> str:
    """The events of a piece in one line: its deltas, and how the server ended it."""
    parts = list(_deltas(chunk.events))
    if chunk.finish_reason:
        parts.append(f"finish {chunk.finish_reason}")
    if chunk.failure:
        parts.append(chunk.failure)
    return " · ".join(parts) or "nothing for the reply"


def _deltas(events: Sequence[StreamEvent]) -> Iterator[str]:
    kind, text = "", ""
    for event in events:
        match event:
            case TextDelta(more) | ReasoningDelta(more):
                name = "text" if isinstance(event, TextDelta) else "thinking"
                if kind != name and kind:
                    yield f"{kind} “{text}”"
                    text = ""
                kind, text = name, text + more
                continue
            case _:
                if kind:
                    yield f"{kind} “{text}”"
                    kind, text = "", ""
        match event:
            case ToolCallDelta():
                yield f"tool {event.name}({event.arguments})"
            case UsageReport():
                counts = (
                    (event.input_tokens, "in"),
                    (event.output_tokens, "out"),
                    (event.reasoning_tokens, "thinking"),
                    (event.cached_tokens, "from the cache"),
                    (event.cache_write_tokens, "to the cache"),
                )
                yield "usage " + ", ".join(f"{count} {name}" for count, name in counts if count is not None)
            case Note(sentence):
                yield f"note “{sentence}”"
            case TextWasReasoning():
                yield "the text so far was thinking"
            case SignOfLife():
                yield "keep-alive"
            case Finished():
                yield f"end {event.reason or ''}".rstrip()
    if kind:
        yield f"{kind} “{text}”"


# -- texts -------------------------------------------------------------------------------------------------------------


def _request_text(exchange: Exchange) -> str:
    kept = exchange.body.decode("utf-8", "replace")
    if exchange.body_bytes > len(exchange.body):
        body = f"{kept}\n… {exchange.body_bytes:,} bytes in total"
    else:
        body = _indented(kept)
    return f"{exchange.method} {exchange.url}\n{_headers(exchange.headers)}\n\n{body}"


def _response_text(exchange: Exchange) -> str:
    return f"HTTP {exchange.status}\n{_headers(exchange.response_headers)}"


def _piece_text(number: int, chunk: InspectedChunk, what: str) -> str:
    facts = [f"piece {number:,}", f"{chunk.at:.6f} s", f"{len(chunk.data):,} bytes"]
    if chunk.id:
        facts.append(f"id {chunk.id}")
    if chunk.finish_reason:
        facts.append(f"finish reason {chunk.finish_reason}")
    return f"{' · '.join(facts)}\n{what}\n\n{chunk.data.decode('utf-8', 'replace')}"


def _headers(headers: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == wanted), "")


def _indented(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return body
