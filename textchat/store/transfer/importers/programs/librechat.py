"""Imports LibreChat's JSON export of one conversation: `messages` in one list, or `messagesTree` with `children`.

It is written by `client/src/hooks/Conversations/useExportConversation.ts` (https://github.com/danny-avila/LibreChat);
messages are those of `packages/data-provider/src/schemas.ts`, the parts of a `content` those of `types/assistants.ts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Role, Status, ToolCall
from textchat.core.text.json_fields import as_table, as_text, items, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.common.cited import cite
from textchat.store.transfer.importers.common.marked_text import answer, say_and_show, think_and_say
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.importers.messages.figures import finish_of
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, link, model_name, moment

_DEEPEST = 100_000
_THOUGHT = re.compile(r"^:::thinking\n(.*?)\n:::\n*", re.DOTALL)
_CITED = re.compile(r"\\?[\ue200\ue201\ue203\ue204]|(?:\ue202|\\ue202)turn(\d+)([a-z]+)(\d+)")
_SEARCHED = {"search": "organic", "news": "topStories", "ref": "references", "image": "images", "video": "videos"}


def matches(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("conversationId"), str):
        return False
    messages = entry.get("messagesTree", entry.get("messages"))
    if isinstance(messages, dict):
        messages = messages.get("children", [messages])
    return isinstance(messages, list) and ("exportAt" in entry or any(map(_is_message, messages)))


def _is_message(message: object) -> bool:
    return isinstance(message, dict) and "messageId" in message and "isCreatedByUser" in message


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversation with its branches; raises NotReadable."""
    tree = Tree()
    above: str | None = None
    options = table(entry, "options")
    if system := as_text(options.get("promptPrefix") or options.get("system")).strip():
        tree.add("system", None, [ImportedMessage("system", None, Role.SYSTEM, system)])
        above = "system"
    found = list(_flat(entry))
    ids = {as_text(message.get("messageId")) for message, _ in found}
    newest = ""
    for number, (message, holder) in enumerate(found):
        id_ = as_text(message.get("messageId")) or str(number)
        parent = as_text(message.get("parentMessageId")) or holder
        tree.add(id_, parent if parent in ids and parent != id_ else above, _messages(id_, message, entry, reading))
        newest = id_
        reading.leave_out("rating", bool(message.get("feedback")))
    yield conversation_from(
        "librechat",
        as_text(entry.get("conversationId")),
        tree.messages(),
        title=title_in(text(entry, "title")),
        leaf=tree.end_of(newest),
    )


def _flat(entry: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every message, with the id of the one in which it stands; raises NotReadable."""
    top = entry.get("messagesTree", entry.get("messages"))
    waiting = [(message, "") for message in reversed(top if isinstance(top, list) else [top])]
    while waiting:
        if len(waiting) > _DEEPEST:
            raise NotReadable("it has too many messages")
        message, holder = waiting.pop()
        if not isinstance(message, dict):
            continue
        id_ = as_text(message.get("messageId"))
        if id_ or "text" in message or "content" in message:
            yield message, holder
        waiting += [(child, id_) for child in reversed(items(message, "children"))]


def _messages(
    id_: str, message: Mapping[str, Any], entry: Mapping[str, Any], reading: Reading
) -> list[ImportedMessage]:
    is_user = message.get("isCreatedByUser") is True
    role = Role.USER if is_user else Role.ASSISTANT
    row = ImportedMessage(id_, None, role, "", created_at=moment(message.get("createdAt")))
    if not is_user:
        is_cut = message.get("unfinished") is True
        row = replace(
            row,
            model=_model(message, entry),
            finish_reason=finish_of(message.get("finish_reason")),
            status=Status.INTERRUPTED if is_cut else Status.COMPLETE,
        )
    turn = Turn(row, reading)
    if message.get("error") is True:
        reading.leave_out("error message")
        return []
    pages = _pages(message)
    if parts := items(message, "content"):
        for part in map(as_table, parts):
            _read_part(part, pages, turn)
    else:
        _say(as_text(message.get("text")), pages, turn)
    _attach(message, turn)
    return turn.messages()


def _model(message: Mapping[str, Any], entry: Mapping[str, Any]) -> str | None:
    """The model's name; of an agent, which has an id in its place, that of the agent."""
    options = table(entry, "options")
    model = as_text(message.get("model")) or as_text(options.get("model"))
    if not model or model.startswith(("agent_", "asst_")):
        return model_name(text(message, "sender"))
    return provider_model(message.get("endpoint") or entry.get("endpoint"), model)


def _read_part(part: Mapping[str, Any], pages: Mapping[str, str], turn: Turn) -> None:
    match part.get("type"):
        case "text" | "text_delta":
            _say(_value(part.get("text")), pages, turn)
        case "think" | "reasoning":
            turn.think(_value(part.get("think") or part.get("reasoning") or part.get("text")))
        case "tool_call":
            _read_call(table(part, "tool_call"), turn)
        case "image_url":
            url = part.get("image_url")
            turn.attach_url("picture", as_table(url).get("url", url))
        case "image_file":
            _attach_one(table(part, "image_file"), turn)
        case "error":
            turn.reading.leave_out("error message")
        case "agent_update" | "summary":
            pass
        case _:
            turn.reading.leave_out("unknown block")


def _value(value: object) -> str:
    return as_text(as_table(value).get("value")) if isinstance(value, dict) else as_text(value)


def _read_call(call: Mapping[str, Any], turn: Turn) -> None:
    function, program = table(call, "function"), table(call, "code_interpreter")
    id_ = as_text(call.get("id"))
    if program:
        turn.call(ToolCall(id_, "code_interpreter", as_text(program.get("input"))))
        answer(joined(as_text(each.get("logs")) for each in rows(program, "outputs")), turn)
        return
    name = as_text(call.get("name") or function.get("name")) or as_text(call.get("type"))
    turn.call(ToolCall(id_, name, as_text(call.get("args") or function.get("arguments"))))
    answer(as_text(call.get("output") or function.get("output")), turn)


def _say(text_: str, pages: Mapping[str, str], turn: Turn) -> None:
    if thought := _THOUGHT.match(text_):
        turn.think(thought[1])
        text_ = text_[thought.end() :]

    def cited(mark: re.Match[str]) -> str:
        return pages.get(f"{mark[1]} {mark[2]} {mark[3]}", "") if mark[1] else ""

    text_ = _CITED.sub(cited, text_)
    if turn.row.role is Role.USER:
        say_and_show(text_, turn)
    else:
        think_and_say(text_, turn)


def _pages(message: Mapping[str, Any]) -> dict[str, str]:
    """Citations of what was found in the web, by the turn, kind and place with which a text cites it."""
    pages: dict[str, str] = {}
    for attachment in rows(message, "attachments"):
        found = table(attachment, "web_search")
        for kind, name in _SEARCHED.items():
            for place, page in enumerate(rows(found, name)):
                title, url = page.get("title"), page.get("link") or page.get("url")
                if shown := link(title, url):
                    pages[f"{as_text(found.get('turn', 0))} {kind} {place}"] = cite([(title, url)], f" {shown}")
    return pages


def _attach(message: Mapping[str, Any], turn: Turn) -> None:
    for file in (*rows(message, "files"), *rows(message, "attachments")):
        if "web_search" not in file:
            _attach_one(file, turn)


def _attach_one(file: Mapping[str, Any], turn: Turn) -> None:
    """Attach a file that lies beside the export; it names its files only, so most are left out."""
    name, path = as_text(file.get("filename")), as_text(file.get("filepath"))
    kind = "picture" if as_text(file.get("type")).startswith("image/") or "width" in file else "file"
    if path.startswith("data:"):
        turn.attach_url(kind, path, name)
    elif text_ := as_text(file.get("text")):
        turn.attach_text(name or "file", text_)
    elif (found := turn.reading.assets.find(as_text(file.get("file_id")), name)) is not None:
        turn.attach(found)
    else:
        turn.reading.leave_out(kind)


FORMAT = EntryFormat("LibreChat", matches, read)
