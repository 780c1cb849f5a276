"""Imports chats of Visual Studio Code with Copilot: “Chat: Export Chat…”, and the JSON files of `chatSessions`.

The file is described by its source (https://github.com/microsoft/vscode, `src/vs/workbench/contrib/chat/common`, there
`ISerializableChatData`): a request has a `message` and, in `response`, pieces of the reply with a `kind` each. What an
export does not name is the chat, so its first request does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.conversation import Role, Status, ToolCall
from textchat.core.text.json_fields import as_text, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import Chain, ImportedMessage, conversation_from
from textchat.store.transfer.importers.common.measures import seconds_of, timing_in, tokens_in
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, model_name, moment

_TOOLS = ("toolInvocationSerialized", "toolInvocation")
_EDITS = ("textEditGroup", "textEdit", "notebookEditGroup", "notebookEdit", "codeblockUri", "multiDiffData")


def matches(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("responderUsername"), str)
        and isinstance(entry.get("requests"), list)
    )


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the chat; raises NotReadable."""
    chain = Chain()
    requests = rows(entry, "requests")
    for place, request in enumerate(requests):
        id_ = text(request, "requestId") or str(place)
        for turn in (_prompt(id_, request, reading), _reply(id_, request, reading)):
            for message in turn.messages():
                chain.add(message)
    yield conversation_from(
        "vscode",
        next(filter(None, (text(request, "requestId") for request in requests)), text(entry, "sessionId")),
        chain.messages,
        title=title_in(text(entry, "customTitle"), text(entry, "computedTitle")),
        updated_at=moment(entry.get("lastMessageDate")),
        leaf=chain.last,
    )


def _prompt(id_: str, request: Mapping[str, Any], reading: Reading) -> Turn:
    turn = Turn(ImportedMessage(id_, None, Role.USER, "", created_at=moment(request.get("timestamp"))), reading)
    message = request.get("message")
    pieces = "".join(text(part, "text") for part in rows(message, "parts"))
    turn.say(message if isinstance(message, str) else text(message, "text") or pieces)
    reading.leave_out("file", len(rows(table(request, "variableData"), "variables")))
    return turn


def _reply(id_: str, request: Mapping[str, Any], reading: Reading) -> Turn:
    result = table(request, "result")
    timings = table(result, "timings")
    row = ImportedMessage(
        text(request, "responseId") or f"{id_} reply",
        None,
        Role.ASSISTANT,
        "",
        model=model_name(request.get("modelId")),
        created_at=moment(request.get("timestamp")),
        usage=tokens_in(table(request, "usage") or table(result, "usage")),
        timing=timing_in(
            seconds_of(timings.get("totalElapsed"), 0.001), seconds_of(timings.get("firstProgress"), 0.001)
        ),
        status=Status.CANCELLED if request.get("isCanceled") is True else Status.COMPLETE,
    )
    turn = Turn(row, reading)
    for part in rows(request, "response"):
        _read_part(part, turn)
    if table(result, "errorDetails"):
        reading.leave_out("error message")
    return turn


def _read_part(part: Mapping[str, Any], turn: Turn) -> None:
    kind = text(part, "kind")
    match kind:
        case "" | "text":
            turn.say(text(part, "value"), is_fragment=True)
        case "markdownContent" | "markdownVuln":
            turn.say(_words(part.get("content")), is_fragment=True)
        case "inlineReference":
            turn.say(_reference(part), is_fragment=True)
        case "thinking":
            value = part.get("value")
            turn.think(
                value if isinstance(value, str) else joined(map(as_text, value if isinstance(value, list) else ()))
            )
        case _ if kind in _TOOLS:
            _read_tool(part, turn)
        case _ if kind in _EDITS:
            turn.reading.leave_out("edit of a file")
        # All other kinds are what the window showed meanwhile: progress, buttons, marks to go back to.


def _words(value: object) -> str:
    """A text, or Markdown as VS Code has it."""
    return value if isinstance(value, str) else text(value, "value")


def _reference(part: Mapping[str, Any]) -> str:
    """The name of the file or symbol that a reply points at."""
    target = table(part, "inlineReference")
    path = (
        text(target, "path")
        or text(table(target, "uri"), "path")
        or text(table(table(target, "location"), "uri"), "path")
    )
    name = text(part, "name") or text(target, "name") or path.rpartition("/")[2]
    return f"`{name}`" if name else ""


def _read_tool(part: Mapping[str, Any], turn: Turn) -> None:
    details = table(part, "resultDetails")
    asked = text(details, "input") or _words(part.get("invocationMessage"))
    turn.call(ToolCall(text(part, "toolCallId"), text(part, "toolId") or "tool", asked))
    answers = [text(each, "value") for each in rows(details, "output") if each.get("isText") is not False]
    if any(answers):
        turn.answer(joined(answers))
    else:
        turn.reading.leave_out("tool result")


FORMAT = EntryFormat("VS Code (Copilot Chat)", matches, read)
