"""Imports sessions of Claude Code: `~/.claude/projects/PROJECT/SESSION.jsonl`, a line for each event.

The lines are described in https://github.com/jeremedia/claude-code-log-format: `uuid` and `parentUuid` make a tree,
`message` is one of Anthropic's interface, and the blocks of one reply come in several lines with the same `message.id`.
Lines without a message carry the title, or only link others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from textchat.core.conversation import Role
from textchat.core.text.json_fields import as_table, rows, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.formats import SeriesFormat
from textchat.store.transfer.importers.found import NoMessages
from textchat.store.transfer.importers.messages.blocks import read_content
from textchat.store.transfer.importers.messages.figures import finish_of, usage_in
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.messages.weaving import Row, Woven
from textchat.store.transfer.importers.programs.session_words import folder_name, tagged, typed_text
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, model_name, moment

Line = Mapping[str, Any]
_DEAREST = 10_000.0
_WITHOUT_IDS = ("file-history-snapshot", "custom-title", "ai-title", "last-prompt")


def matches(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        return False
    if entry["type"] == "summary":
        return isinstance(entry.get("leafUuid"), str)
    is_linked = isinstance(entry.get("uuid"), str) and "parentUuid" in entry
    is_note = isinstance(entry.get("sessionId"), str) and not {"message", "messages"} & entry.keys()
    return is_linked or is_note or entry["type"] in _WITHOUT_IDS


def read(entries: Sequence[Any], reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the session; raises NotReadable.

    What subagents did is left out, their answers are the results of tools; a file of a subagent that is imported alone
    is read.
    """
    lines = [as_table(entry) for entry in entries]
    linked = [line for line in lines if isinstance(line.get("uuid"), str)]
    main = [line for line in linked if line.get("isSidechain") is not True]
    if not main and reading.place is not None:
        main = linked
    else:
        aside = [line for line in linked if line.get("isSidechain") is True]
        reading.leave_out("subagent", sum(1 for line in aside if not line.get("parentUuid")))
    if main:
        yield _conversation(main, lines, reading)
    elif not linked:
        raise NoMessages


def _conversation(main: Sequence[Line], lines: Sequence[Line], reading: Reading) -> ConversationRecord:
    tree = _Tree(reading)
    for line in main:
        tree.add(line)
    woven = Woven(tree.rows())
    if all(message.role is Role.USER and message.text.startswith("/") for message in woven.messages):
        raise NoMessages  # commands to the program, such as /exit
    times = [time for line in main if (time := moment(line.get("timestamp")))]
    ids = [id_ for line in main if (id_ := text_in(line, "sessionId"))]
    folder = folder_name(next((line["cwd"] for line in main if line.get("cwd")), ""))
    return conversation_from(
        "claude-code",
        ids[-1] if ids else main[0]["uuid"],
        woven.messages,
        title=_title(lines, tree.row_of),
        created_at=min(times, default=0.0),
        updated_at=max(times, default=0.0),
        leaf=woven.end(tree.row_of[main[-1]["uuid"]]),
        tags=(folder,) if folder else (),
    )


def _title(lines: Sequence[Line], own: Mapping[str, str]) -> str:
    """The name that the user gave the session, else the program's, else a summary of its own lines, not of others."""
    summaries = [line for line in lines if line.get("type") == "summary" and text_in(line, "leafUuid") in own]
    for kind, key in (("custom-title", "customTitle"), ("ai-title", "aiTitle")):
        named = [text_in(line, key) for line in lines if line.get("type") == kind and text_in(line, key).strip()]
        if named:
            return named[-1]
    return text_in(summaries[-1], "summary") if summaries else ""


@dataclass(slots=True)
class _Tree:
    """The lines of a session as rows: those of one reply together, the results of its calls below each other."""

    reading: Reading
    row_of: dict[str, str] = field(default_factory=dict)
    """The row that a line has become a part of."""
    _turns: dict[str, Turn] = field(default_factory=dict)
    _parents: dict[str, str] = field(default_factory=dict)
    _replies: dict[str, str] = field(default_factory=dict)
    """The row of a reply, by its `message.id`."""
    _called_by: dict[str, str] = field(default_factory=dict)
    """The reply whose call a row answers."""
    _results: dict[str, list[str]] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        id_ = line["uuid"]
        if id_ in self.row_of:
            return
        message = table(line, "message")
        reply_id = text_in(message, "id") if line.get("type") == "assistant" else ""
        if reply_id in self._replies:
            self.row_of[id_] = self._replies[reply_id]
            _go_on(self._turns[self.row_of[id_]], message)
            return
        if reply_id:
            self._replies[reply_id] = id_
        self.row_of[id_] = id_
        self._parents[id_] = text_in(line, "parentUuid") or text_in(line, "logicalParentUuid")
        self._turns[id_] = _turn(id_, line, self.reading)
        above = self.row_of.get(self._parents[id_])
        if above is not None and any(block.get("type") == "tool_result" for block in rows(message, "content")):
            caller = self._called_by.get(above, above)
            self._called_by[id_] = caller
            self._results.setdefault(caller, []).append(id_)

    def rows(self) -> list[Row]:
        return [Row(id_, self._parent(id_), turn.messages()) for id_, turn in self._turns.items()]

    def _parent(self, id_: str) -> str | None:
        """The row above: a result hangs below the one before it, what comes next below the last."""
        if (caller := self._called_by.get(id_)) is not None:
            place = self._results[caller].index(id_)
            return self._results[caller][place - 1] if place else caller
        above = self.row_of.get(self._parents[id_])
        if above is None:
            return None
        results = self._results.get(self._called_by.get(above, above), [])
        return results[-1] if results else above


def _turn(id_: str, line: Line, reading: Reading) -> Turn:
    """A line as a turn, which is empty if nobody says anything in it."""
    kind, message = line.get("type"), table(line, "message")
    row = ImportedMessage(id_, None, Role.USER, "", created_at=moment(line.get("timestamp")))
    if kind == "assistant":
        model = text_in(message, "model")
        row = replace(row, role=Role.ASSISTANT, model=None if model == "<synthetic>" else model_name(model))
        cost = line.get("costUSD")  # of earlier versions
        turn = Turn(replace(row, cost_usd=cost if type(cost) is float and 0 <= cost < _DEAREST else None), reading)
        _go_on(turn, message)
        return turn
    turn = Turn(row, reading)
    if line.get("isCompactSummary") is True:
        reading.leave_out("compaction")
    elif kind == "user" and line.get("isMeta") is not True:
        _hear(message.get("content"), turn)
    elif kind == "system" and line.get("subtype") == "local_command":
        _hear(line.get("content"), turn)
    elif kind == "attachment":
        _attach(table(line, "attachment"), turn)
    return turn


def _go_on(turn: Turn, message: Mapping[str, Any]) -> None:
    """Add the blocks of another line of a reply; the last one has the figures."""
    read_content(message.get("content"), turn)
    turn.row = replace(
        turn.row,
        usage=usage_in(table(message, "usage")) or turn.row.usage,
        finish_reason=finish_of(message.get("stop_reason")) or turn.row.finish_reason,
    )


def _hear(content: object, turn: Turn) -> None:
    """Add what the user says, or what a tool returned, which comes in the user's name."""
    for part in content if isinstance(content, list) else [content]:
        text = part if isinstance(part, str) else text_in(part, "text")
        if not text:
            read_content([part] if isinstance(part, dict) else None, turn)
        elif command := tagged(text, "bash-input"):
            turn.say(f"!{command}")
        elif "<bash-stdout>" in text:
            turn.answer(joined((tagged(text, "bash-stdout"), tagged(text, "bash-stderr"))))
        else:
            turn.say(typed_text(text))


def _attach(attachment: Mapping[str, Any], turn: Turn) -> None:
    """Add a prompt that was typed while Claude worked; of files that were named, the text is not in the session."""
    if attachment.get("type") == "queued_command" and attachment.get("commandMode") in ("prompt", None):
        _hear(attachment.get("prompt"), turn)
    elif attachment.get("type") == "file":
        turn.reading.leave_out("file")


FORMAT = SeriesFormat("Claude Code", matches, read)
