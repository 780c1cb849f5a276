"""Exports conversations as Markdown: front matter, then the messages under headings, short comparisons as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from textchat.core.conversation import Message, Role, ToolCall
from textchat.core.parts.part import Part
from textchat.core.personas.panes import persona_label
from textchat.core.text.fences import code_span, fence_around, with_blocks_closed
from textchat.core.text.line_ends import readable
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export import Column, examples_of, figures, outline, pane_title, remark, speaker, title_of
from textchat.store.transfer.export_table import cell_of, table_of
from textchat.store.transfer.parts.markdown_parts import PartBlock, escaped, fence_or_line, number_shown, sources
from textchat.store.transfer.parts.weaving import woven

_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON allows in a string and YAML does not (https://yaml.org/spec/1.2.2/#51-character-set)."""
_NOT_IN_TAG = re.compile(r"[^\w/\u00a1-\u1fff\u2100-\u2dff\u3001-\ud7ff\uf900-\ufe0f\U00010000-\U000dffff-]+")
"""Spaces and the punctuation that ends a tag (https://help.obsidian.md/tags)."""
_LANGUAGES = {
    "python": "python",
    "code_interpreter": "python",
    "javascript": "javascript",
    "bash": "bash",
    "shell": "bash",
    "sql": "sql",
}
"""By the names of tools that are called with a program, the language of it."""


def markdown(record: ConversationRecord, block: PartBlock = fence_or_line) -> str:
    """Front matter, then the messages; constructs left open in a text are closed at its end.

    `block` writes what stands for a part.
    """
    sections = outline(record.conversation)
    parts = [_front_matter(record), f"# {escaped(title_of(record.conversation))}"]
    for title, examples in examples_of(record.conversation).items():
        parts += [f"## {escaped(title)}", *(_message(message, 3, block) for message in examples)]
    parts += [_message(message, 2, block) for message in sections.shared]
    parts += _side_by_side(sections.columns, block) or _one_below_the_other(sections.columns, block)
    for branch in sections.beside:
        parts.append("## Another version")
        parts += [_message(message, 3, block) for message in branch]
    return "\n\n".join(parts) + "\n"


# -- front matter ----------------------------------------------------------------------------------------------------


def _front_matter(record: ConversationRecord) -> str:
    conversation = record.conversation
    models = dict.fromkeys(message.model for message in conversation.messages.values() if message.model)
    fields = {
        "title": title_of(conversation),
        "id": conversation.id,
        "created": _iso_date(conversation.created_at),
        "updated": _iso_date(record.updated_at),
        "models": list(models),
        "tags": list(dict.fromkeys(filter(None, map(_tag, record.tags)))),
    }
    if personas := dict.fromkeys(filter(None, map(persona_label, conversation.panes))):
        fields["personas"] = list(personas)
    lines = [f"{name}: {_yaml(value)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---"])


def _yaml(value: object) -> str:
    """JSON's texts and lists are YAML's as well, but for a few characters and halves of surrogate pairs."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _iso_date(moment: float) -> str | None:
    """A Unix time in UTC (https://www.rfc-editor.org/rfc/rfc3339); None outside of the calendar's range."""
    try:
        return f"{datetime.fromtimestamp(moment, UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    except (OverflowError, ValueError, OSError):
        return None


def _tag(name: str) -> str:
    """The tag as Obsidian takes it: without spaces and most punctuation, and not a number alone."""
    tag = _NOT_IN_TAG.sub("-", " ".join(name.split())).strip("-/")
    return f"_{tag}" if tag.isdigit() else tag


# -- comparisons -----------------------------------------------------------------------------------------------------


def _one_below_the_other(columns: Sequence[Column], block: PartBlock) -> list[str]:
    parts = []
    for number, column in enumerate(columns, start=1):
        title = ": ".join(filter(None, (f"Pane {number}", pane_title(column.pane))))
        parts.append(f"## {escaped(title)}")
        parts += [_message(message, 3, block) for message in column.messages]
    return parts


def _side_by_side(columns: Sequence[Column], block: PartBlock) -> list[str]:
    """A table for the replies to each prompt, and the prompt once; empty where one of them does not fit."""
    if len({len(column.messages) for column in columns}) != 1:
        return []
    parts = []
    for row in zip(*(column.messages for column in columns), strict=True):
        if row[0].is_prompt and len({(message.role, message.text, message.parts) for message in row}) == 1:
            parts.append(_message(row[0], 2, block))
        elif table := _table(columns, row):
            parts.append(table)
        else:
            return []
    return parts


def _table(columns: Sequence[Column], replies: Sequence[Message]) -> str | None:
    cells = [
        _cell(reply) if column.pane and reply.model == column.pane.model else None
        for column, reply in zip(columns, replies, strict=True)
    ]
    whole = [cell for cell in cells if cell is not None]
    if len(whole) < len(cells):
        return None
    notes = [_note(reply) for reply in replies]
    rows = [[escaped(pane_title(column.pane)) for column in columns], whole]
    return table_of([*rows, notes] if any(notes) else rows)


def _cell(reply: Message) -> str | None:
    has_more = reply.reasoning or reply.parts or reply.citations or reply.tool_calls
    return None if has_more or reply.role is not Role.ASSISTANT else cell_of(readable(reply.text))


# -- messages --------------------------------------------------------------------------------------------------------


def _message(message: Message, level: int, block: PartBlock) -> str:
    parts = [f"{'#' * level} {escaped(speaker(message))}", _note(message)]
    if message.reasoning:
        thought = with_blocks_closed(readable(message.reasoning))
        quoted = "\n".join(f"> {line}".rstrip() for line in thought.split("\n"))
        parts.append(f"> **Thinking**\n>\n{quoted}")
    pieces = woven(message, number_shown)
    parts += [block(each) if isinstance(each, Part) else with_blocks_closed(readable(each)) for each in pieces]
    parts.append(sources(message))
    parts += [_call(call) for call in message.tool_calls]
    return "\n\n".join(part for part in parts if part)


def _note(message: Message) -> str:
    note = " · ".join(filter(None, (remark(message), figures(message))))
    return note and f"*{escaped(note)}*"


def _call(call: ToolCall) -> str:
    name, arguments = code_span(" ".join(readable(call.name).split()) or "tool"), readable(call.arguments)
    fence = fence_around(arguments)
    return f"{name}\n\n{fence}{_language(call)}\n{arguments}\n{fence}" if arguments else name


def _language(call: ToolCall) -> str:
    """What the arguments are written in: JSON, unless the tool takes a program."""
    language = _LANGUAGES.get(call.name.lower())
    try:
        is_object = isinstance(json.loads(call.arguments), dict)
    except (ValueError, RecursionError):
        return language or "text"
    return language if language and not is_object else "json"
