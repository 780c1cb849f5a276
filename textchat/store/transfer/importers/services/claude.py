"""Imports Claude's data export: `conversations.json`, a list of conversations with `chat_messages`, and projects.

The format is described by its own files (Settings → Privacy → Export data,
https://support.anthropic.com/en/articles/9450526): a message has `sender`, `text`, and in newer exports `content`
blocks and `parent_message_uuid`; older ones are one branch in the order of the list. Projects lie in `projects.json`,
or in a file each in the folder `projects`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.conversation import Role
from textchat.core.parts.part import Part
from textchat.core.text.json_fields import as_table, as_text, items, rows, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.found import NoMessages
from textchat.store.transfer.importers.messages.blocks import read_content
from textchat.store.transfer.importers.messages.figures import finish_of
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.messages.weaving import Row, Woven
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, model_name, moment, role_of

_SOURCE = "claude"
_NOTE = re.compile(
    r"```\n(?:This block is not supported on your current device yet\.|Viewing artifacts created via the Analysis"
    r" Tool web feature preview isn['’]t yet supported on mobile\.)\n```"
)
"""What an export says in the place of a block that it leaves out."""
_NOTES = re.compile(rf"\s*(?:{_NOTE.pattern}\s*)+")


def matches(entry: Any) -> bool:
    return isinstance(entry, dict) and (isinstance(entry.get("chat_messages"), list) or _is_project(entry))


def _is_project(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get("docs"), list) and {"uuid", "name", "prompt_template"} <= entry.keys()


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversation, or a project as one; raises NotReadable."""
    yield _project(entry) if _is_project(entry) else _conversation(entry, reading)


def _conversation(entry: Mapping[str, Any], reading: Reading) -> ConversationRecord:
    listed = [as_table(row) for row in items(entry, "chat_messages")]
    is_tree = any(row.get("parent_message_uuid") for row in listed)
    woven_rows: list[Row] = []
    for number, row in enumerate(listed):
        before = woven_rows[-1].id if woven_rows else None
        parent = text_in(row, "parent_message_uuid") or None if is_tree else before
        turn = _turn(as_text(row.get("uuid")) or str(number), row, model_name(entry.get("model")), reading)
        woven_rows.append(Row(turn.row.id, parent, turn.messages()))
    woven = Woven(woven_rows)
    project = text_in(table(entry, "project"), "name")
    return conversation_from(
        _SOURCE,
        as_text(entry.get("uuid")),
        woven.messages,
        title=as_text(entry.get("name")),
        created_at=moment(entry.get("created_at")),
        updated_at=moment(entry.get("updated_at")),
        leaf=woven.end(text_in(entry, "current_leaf_message_uuid")),
        is_pinned=entry.get("is_starred") is True,
        tags=(project,) if project.strip() else (),
    )


def _turn(id_: str, row: Mapping[str, Any], model: str | None, reading: Reading) -> Turn:
    role = role_of(row.get("sender"))
    is_reply = role is Role.ASSISTANT
    turn = Turn(
        ImportedMessage(
            id_,
            None,
            role,
            "",
            model=(model_name(row.get("model")) or model) if is_reply else None,
            created_at=moment(row.get("created_at")),
            finish_reason=finish_of(row.get("stop_reason")) if is_reply else None,
        ),
        reading,
    )
    _attach_files(row, turn)
    read_content([_without_notes(block, reading) for block in items(row, "content")], turn)
    if turn.is_silent:  # older exports have no blocks; newer ones repeat them here, thoughts too
        said = text_in(_without_notes({"text": row.get("text")}, reading), "text")
        thoughts = [text_in(block, "thinking").strip() for block in rows(row, "content")]
        turn.say("" if said.strip() in thoughts else said)
    _name_files(row, turn)
    return turn


def _without_notes(block: Any, reading: Reading) -> Any:
    """A block without what its text says of others that the export lacks; these are counted."""
    said = text_in(block, "text")
    if not (found := _NOTE.findall(said)):
        return block
    reading.leave_out("block that the export lacks", len(found))
    return {**block, "text": _NOTES.sub("\n\n", said).strip()}


def _attach_files(row: Mapping[str, Any], turn: Turn) -> None:
    """The texts that Claude extracted from files: the export does not contain the files."""
    for file in rows(row, "attachments"):
        turn.attach_text(text_in(file, "file_name") or "attachment", as_text(file.get("extracted_content")))


def _name_files(row: Mapping[str, Any], turn: Turn) -> None:
    """Pictures and other files of which the export contains the name; those that it contains are attached."""
    held = {text_in(file, "file_name") for file in rows(row, "attachments") if file.get("extracted_content")}
    for file in (*rows(row, "attachments"), *rows(row, "files"), *rows(row, "files_v2")):
        name = text_in(file, "file_name")
        if name in held or not name:
            continue
        held.add(name)
        if part := turn.reading.assets.find(text_in(file, "file_uuid"), name):
            turn.attach(part)
        else:
            turn.reading.leave_out("picture" if file.get("file_kind") == "image" else "file")
            turn.say(f"[attachment: {name}]")


def _project(entry: Mapping[str, Any]) -> ConversationRecord:
    """A project's instructions as a system prompt with its documents; raises NoMessages for the one that is a tour."""
    documents = [
        Part(text_in(document, "filename") or "document", "text/plain", text.encode("utf-8", "replace"))
        for document in rows(entry, "docs")
        if (text := text_in(document, "content"))
    ]
    instructions = joined((text_in(entry, "description"), text_in(entry, "prompt_template")))
    if entry.get("is_starter_project") is True or not (documents or instructions):
        raise NoMessages
    created_at = moment(entry.get("created_at"))
    name = text_in(entry, "name")
    message = ImportedMessage(
        "instructions", None, Role.SYSTEM, instructions, parts=tuple(documents), created_at=created_at
    )
    return conversation_from(
        _SOURCE,
        as_text(entry.get("uuid")),
        [message],
        title=name,
        created_at=created_at,
        updated_at=moment(entry.get("updated_at")),
        tags=(name,) if name.strip() else (),
    )


FORMAT = EntryFormat("Claude", matches, read)
