"""Imports Grok's data export: `prod-grok-backend.json` (https://accounts.x.ai/data), with `conversations`.

Each is a `conversation` with its `responses`, and each of these a `response`. They name their parents, their dates are
those of MongoDB's Extended JSON (https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/), and files lie
beside in `prod-mc-asset-server/ID/content`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Role, ToolCall
from textchat.core.parts.part import Part
from textchat.core.text.json_fields import as_list, as_table, as_text, items, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.archive import media_type_of
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.common.cited import cite
from textchat.store.transfer.importers.common.marked_text import say_and_show
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.citations import Citation, with_sources
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import link, model_name, moment

_ASSETS = "prod-mc-asset-server"
_CARD = re.compile(r'<grok:render\b[^<>]*?card_id="([^"<>]*)"[^<>]*>.*?(?:</grok:render>|$)', re.DOTALL)
_STEP = re.compile(
    r"<xai:tool_usage_card>.*?<xai:tool_name>(.*?)</xai:tool_name>.*?(?:<xai:tool_args>(.*?)</xai:tool_args>.*?)?"
    r"</xai:tool_usage_card>",
    re.DOTALL,
)


def matches(entry: Any) -> bool:
    return bool(table(entry, "conversation")) and isinstance(as_table(entry).get("responses"), list)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversation with all its branches; raises NotReadable."""
    head = entry["conversation"]
    replies = [found for row in rows(entry, "responses") if (found := table(row, "response"))]
    messages: list[ImportedMessage] = []
    ends: dict[str, str | None] = {}
    """The last message of each response; of an empty one, that of its parent."""
    before: str | None = None
    is_tree = any(text(reply, "parent_response_id") for reply in replies)
    for number, reply in enumerate(_parents_first(replies)):
        id_ = text(reply, "_id") or str(number)
        parent = text(reply, "parent_response_id") if is_tree else before
        above = ends.get(parent or "")
        for message in _turn(id_, reply, reading).messages():
            messages.append(replace(message, parent=above))
            above = message.id
        ends[id_] = above
        before = id_
    leaf = ends.get(text(head, "leaf_response_id")) or (messages[-1].id if messages else None)
    yield conversation_from(
        "grok",
        text(head, "id"),
        messages,
        title=title_in(text(head, "title")),
        created_at=_date(head.get("create_time")),
        updated_at=_date(head.get("modify_time")),
        leaf=leaf,
        is_pinned=head.get("starred") is True,
    )


def _parents_first(replies: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The replies by date, but none before its parent, whatever the dates say."""
    by_id = {text(reply, "_id"): reply for reply in replies}
    done: set[int] = set()
    for reply in sorted(replies, key=lambda reply: _date(reply.get("create_time"))):
        way = []
        at: Mapping[str, Any] | None = reply
        while at is not None and id(at) not in done:
            done.add(id(at))
            way.append(at)
            at = by_id.get(text(at, "parent_response_id"))
        yield from reversed(way)


def _date(value: object) -> float:
    date = value.get("$date") if isinstance(value, dict) else value
    return moment(date.get("$numberLong") if isinstance(date, dict) else date)


def _turn(id_: str, reply: Mapping[str, Any], reading: Reading) -> Turn:
    role = Role.USER if text(reply, "sender").lower() in ("human", "user") else Role.ASSISTANT
    row = ImportedMessage(
        id_,
        None,
        role,
        "",
        model=_model(reply) if role is Role.ASSISTANT else None,
        created_at=_date(reply.get("create_time")),
    )
    turn = Turn(row, reading)
    _read_thoughts(reply, turn)
    say_and_show(_text(reply), turn)
    for name in items(reply, "file_attachments"):
        _attach(as_text(name if isinstance(name, str) else as_table(name).get("id")), turn)
    for url in items(reply, "generated_image_urls"):
        turn.attach_url("picture", url)
    if reply.get("error"):
        reading.leave_out("error message")
    return turn


def _model(reply: Mapping[str, Any]) -> str | None:
    name = text(reply, "model")
    return f"xai/{name}" if name and "/" not in name else model_name(name)


def _read_thoughts(reply: Mapping[str, Any], turn: Turn) -> None:
    """What was thought, and the tools that were used meanwhile: their results are not in the export."""
    traces = [
        text(reply, "thinking_trace"),
        *(text(row, "thinking_trace") for row in rows(reply, "agent_thinking_traces")),
    ]
    for trace in dict.fromkeys(traces):
        for name, arguments in _STEP.findall(trace):
            turn.call(ToolCall("", name.strip(), _unwrapped(arguments)))
            turn.reading.leave_out("tool result")
        turn.think(_STEP.sub("", trace).strip())


def _unwrapped(arguments: str) -> str:
    return arguments.strip().removeprefix("<![CDATA[").removesuffix("]]>").strip()


def _text(reply: Mapping[str, Any]) -> str:
    """The text with citations in the place of the cards of pages, and those of other pages behind it."""
    cards: dict[str, str] = {}
    for card in as_list(reply.get("card_attachments_json")):
        try:
            found = as_table(json.loads(as_text(card)))
        except (ValueError, RecursionError):
            continue
        title, url = found.get("title"), found.get("url")
        shown = link(title, url)
        cards[text(found, "id")] = cite([(title, url)], f" ({shown})") if shown else ""
    said = _CARD.sub(lambda mark: cards.get(mark[1], ""), text(reply, "message"))
    cited = [Citation(row.get("title"), row.get("url")) for row in rows(reply, "cited_web_search_results")]
    return with_sources(said, cited)


def _attach(id_: str, turn: Turn) -> None:
    folder = turn.reading.path.rpartition("/")[0]
    path = f"{_ASSETS}/{id_}/content"
    data = turn.reading.assets.content(f"{folder}/{path}" if folder else path) if id_ else b""
    if data:
        media_type = media_type_of("", data)
        if media_type == "application/octet-stream" and b"\0" not in data[:4096]:
            media_type = "text/plain"
        turn.attach(Part(id_, media_type, data))
    else:
        turn.reading.leave_out("file")


FORMAT = EntryFormat("Grok", matches, read)
