"""Takes apart what Open WebUI keeps of a reply: texts with `<details>` blocks, or a list `output` of items.

The blocks are written by `serialize_output` and its forerunners in `backend/open_webui/utils/middleware.py`
(https://github.com/open-webui/open-webui), with escaped attributes that hold JSON: `type` is `reasoning`, `tool_calls`
or `code_interpreter`. The items have the names of OpenAI's Responses.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textchat.core.conversation import ToolCall
from textchat.core.text.json_fields import as_list, as_table, as_text, items, rows
from textchat.store.transfer.importers.common.columns import parsed
from textchat.store.transfer.importers.common.marked_text import answer, say_and_show, think_and_say
from textchat.store.transfer.importers.common.sources import SourceMarks, WebSource
from textchat.store.transfer.importers.messages.attached import from_url
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined

_BLOCK = re.compile(
    r"^[ ]{0,3}(?P<fence>`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^[ ]{0,3}(?P=fence)|\Z)"
    r'|^[ \t]*<details type="(?P<type>reasoning|tool_calls|code_interpreter)"(?P<attributes>(?:\s+[\w-]+="[^"]*")*)\s*>'
    r"(?P<body>.*?)(?:</details>[ \t]*\n?|\Z)",
    re.DOTALL | re.MULTILINE,
)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_SUMMARY = re.compile(r"\s*<summary>.*?</summary>\s*", re.DOTALL)
_QUOTED = re.compile(r"^> ?", re.MULTILINE)
_CODE = re.compile(r"\s*(`{3,})[^\n]*\n(.*?)\n?\1\s*$", re.DOTALL)


def read_reply(message: Mapping[str, Any], turn: Turn) -> None:
    """Add what a reply holds in its order, with links to its sources."""
    content = message.get("content")
    content = content if isinstance(content, str) else ""
    output, sources = items(message, "output"), _sources(message)
    if output and (not content.strip() or _said(_read_output, output, turn) == _said(_read_text, content, turn)):
        marks = SourceMarks.counted(sources)
        _read_output(output, turn, marks)
    else:  # else the user has edited the text
        marks = SourceMarks.counted(sources)
        _read_text(content, turn, marks)
    turn.say(marks.unmarked())
    turn.reading.leave_out("source without an address", sum(not source.url for source in sources))
    for execution in map(as_table, items(message, "code_executions")):
        _run(as_text(execution.get("name")), execution.get("id"), execution, execution.get("result"), turn)


def _said(read: Callable[[Any, Turn, SourceMarks], None], source: Any, turn: Turn) -> str:
    """What a model says in one of the two forms, without spaces, to compare them."""
    trial = Turn(turn.row, Reading())
    read(source, trial, SourceMarks({}))
    return "".join("".join(each.text.split()) for each in trial.messages() if each.role is turn.row.role)


def _read_text(text: str, turn: Turn, marks: SourceMarks) -> None:
    at = 0
    for block in _BLOCK.finditer(text):
        if block["type"] is None:
            continue
        think_and_say(marks.linked(text[at : block.start()].strip("\n")), turn)
        attributes = {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(block["attributes"] or "")}
        body = html.unescape(_SUMMARY.sub("", block["body"], count=1)).strip()
        _read_block(block["type"], attributes, body, turn)
        at = block.end()
    think_and_say(marks.linked(text[at:].strip("\n") if at else text), turn)


def _read_block(kind: str, attributes: Mapping[str, str], body: str, turn: Turn) -> None:
    match kind:
        case "reasoning":
            turn.think(_QUOTED.sub("", body))
        case "tool_calls":
            arguments = _unwrapped(attributes.get("arguments", ""))
            turn.call(ToolCall(attributes.get("id", ""), attributes.get("name", "tool"), arguments))
            files = as_list(parsed(attributes.get("files")))
            result = _unwrapped(attributes.get("result", "")) or _unwrapped(body)
            answer(result, turn, *(from_url(as_table(file).get("url", file)) for file in files))
        case _:
            code = _CODE.match(body)
            _run("", attributes.get("id"), {"code": code[2] if code else body}, parsed(attributes.get("output")), turn)


def _run(name: str, id_: object, program: Mapping[str, Any], output: object, turn: Turn) -> None:
    """Add a program that ran, and what it printed: a text, or `stdout`, `stderr` and `result`."""
    if code := as_text(program.get("code")):
        turn.call(ToolCall(as_text(id_), name or "code_interpreter", code))
        if isinstance(output, dict):
            output = joined(as_text(output.get(key)) for key in ("stdout", "output", "stderr", "result", "error"))
        answer(as_text(output), turn)


def _unwrapped(text: str) -> str:
    """The text inside a JSON string, and anything else as it is."""
    value = parsed(text)
    return value if isinstance(value, str) else text


def _read_output(output: Sequence[Any], turn: Turn, marks: SourceMarks) -> None:
    for item in map(as_table, output):
        match item.get("type"):
            case "message":
                for part in rows(item, "content"):
                    say_and_show(marks.linked(as_text(part.get("text") or part.get("refusal"))), turn)
            case "reasoning":
                texts = rows(item, "summary") or rows(item, "content")
                turn.think(joined(as_text(part.get("text")) for part in texts))
            case "function_call":
                arguments = as_text(item.get("arguments"))
                turn.call(ToolCall(as_text(item.get("call_id")), as_text(item.get("name")), arguments))
            case "function_call_output":
                parts = rows(item, "output") or [{"text": item.get("output")}]
                pictures = (from_url(part.get("image_url")) for part in parts)
                answer(joined(as_text(part.get("text")) for part in parts), turn, *pictures)
            case "open_webui:code_interpreter":
                _run("", item.get("id"), item, item.get("output"), turn)
            case _:
                turn.reading.leave_out("unknown block")


def _sources(message: Mapping[str, Any]) -> list[WebSource]:
    """The sources in the order in which the marks `[1]`, `[2]` count them: each once, those without an address too."""
    found: dict[str, WebSource] = {}
    for source in map(as_table, items(message, "sources") or items(message, "citations")):
        place = as_table(source.get("source"))
        entries = items(source, "metadata") or [{}]
        for entry in map(as_table, entries):
            id_ = as_text(entry.get("source") or place.get("id")) or "?"
            name = as_text(entry.get("title") or entry.get("name") or (place.get("name") if len(entries) == 1 else ""))
            addresses = (entry.get("url"), place.get("url"), id_, place.get("name"))
            url = next((each for each in map(as_text, addresses) if each.startswith(("http://", "https://"))), "")
            found.setdefault(id_, WebSource("" if name == url else name, url))
    return list(found.values())
