"""Imports sessions of Codex: `~/.codex/sessions/YYYY/MM/DD/rollout-….jsonl`, a line for each item or event.

The lines are defined in https://github.com/openai/codex (`codex-rs/protocol/src/protocol.rs`, `RolloutItem`): items are
those of OpenAI's Responses interface, and events repeat them for the screen, so that only a few are read. Earlier the
items stood in the lines themselves, below a head with `id`, `timestamp` and `instructions`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from textchat.core.conversation import Role
from textchat.core.text.json_fields import as_table, number, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import Chain, ImportedMessage, conversation_from
from textchat.store.transfer.importers.formats import SeriesFormat
from textchat.store.transfer.importers.messages.dialogues import is_message
from textchat.store.transfer.importers.messages.figures import usage_in
from textchat.store.transfer.importers.messages.response_items import DatedItem, is_item, turns_of
from textchat.store.transfer.importers.programs.session_words import folder_name, is_injected
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name, moment


def matches(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    is_line = isinstance(entry.get("payload"), dict) and {"timestamp", "type"} <= entry.keys()
    return is_line or _is_head(entry) or entry == {"record_type": "state"}


def goes_on(entry: Any) -> bool:
    return matches(entry) or is_message(entry) or is_item(entry)


def _is_head(entry: Mapping[str, Any]) -> bool:
    return {"id", "timestamp", "instructions"} <= entry.keys() and "role" not in entry


def read(entries: Sequence[Any], reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the session; raises NotReadable. One of a subagent is left out, unless it is imported alone."""
    lines = [as_table(entry) for entry in entries]
    metas = [line if _is_head(line) else table(line, "payload") for line in lines if _is_meta(line)]
    meta = metas[0] if metas else {}
    if "subagent" in table(meta, "source") and reading.place is None:
        reading.leave_out("subagent")
        return
    session = _Session(text_in(meta, "model_provider"))
    for place, line in enumerate(lines):
        session.add(str(place), line, reading)
    messages, leaf = session.messages(reading)
    times = [time for line in lines if (time := moment(line.get("timestamp")))]
    folder = folder_name(meta.get("cwd"))
    yield conversation_from(
        "codex",
        text_in(meta, "id") or text_in(lines[0], "timestamp"),
        messages,
        title=session.title,
        created_at=moment(meta.get("timestamp")) or min(times, default=0.0),
        updated_at=max(times, default=0.0),
        leaf=leaf,
        tags=(folder,) if folder else (),
    )


def _is_meta(line: Mapping[str, Any]) -> bool:
    return line.get("type") == "session_meta" or _is_head(line)


@dataclass(slots=True)
class _Stretch:
    """Items that follow each other, and how many prompts were taken back before them."""

    taken_back: int
    items: list[DatedItem] = field(default_factory=list)


class _Session:
    """The items of a session, with the model that is used at each."""

    def __init__(self, provider: str) -> None:
        self.title = ""
        self._provider = "" if provider == "openai" else provider
        self._model: str | None = None
        self._stretches = [_Stretch(0)]

    def add(self, id_: str, line: Mapping[str, Any], reading: Reading) -> None:
        payload = table(line, "payload")
        match line.get("type"):
            case "turn_context":
                self._model = self._name(text_in(payload, "model")) or self._model
            case "event_msg":
                self._hear(payload)
            case "compacted":
                reading.leave_out("compaction")
            case "response_item":
                self._take(DatedItem(id_, payload, self._model, moment(line.get("timestamp"))))
            case _ if not payload:
                self._take(DatedItem(id_, line, self._model, moment(line.get("timestamp"))))

    def _name(self, model: str) -> str | None:
        return f"{self._provider}/{model}" if self._provider and model else model_name(model)

    def _hear(self, event: Mapping[str, Any]) -> None:
        items = self._stretches[-1].items
        match event.get("type"):
            case "thread_name_updated":
                self.title = text_in(event, "thread_name") or self.title
            case "thread_rolled_back" if (turns := number(event, "num_turns") or 0) > 0:
                self._stretches.append(_Stretch(turns))
            case "token_count":
                _credit(items, table(table(event, "info"), "last_token_usage"))

    def _take(self, item: DatedItem) -> None:
        """Add an item, but what Codex says to the model in the user's name."""
        value = item.value
        if not (is_message(value) or is_item(value)) or value.get("role") in ("developer", "system"):
            return
        if value.get("role") == "user" and is_injected(text_in(value, "content")):
            return
        if value.get("role") == "user" and isinstance(value.get("content"), list):
            said = [part for part in value["content"] if not is_injected(text_in(part, "text"))]
            value = {**value, "content": said}
        self._stretches[-1].items.append(replace(item, value=_with_output(value)))

    def messages(self, reading: Reading) -> tuple[list[ImportedMessage], str | None]:
        """All messages, and the last: what follows prompts that were taken back is a branch beside them."""
        found: list[ImportedMessage] = []
        prompts: list[str | None] = []
        leaf: str | None = None
        for stretch in self._stretches:
            if stretch.taken_back and prompts:
                place = max(0, len(prompts) - stretch.taken_back)
                leaf = prompts[place]
                del prompts[place:]
            chain = Chain(leaf)
            for turn in turns_of(stretch.items, reading):
                for message in turn.messages():
                    if message.role is Role.USER:
                        prompts.append(chain.last)
                    chain.add(message)
            found += chain.messages
            leaf = chain.last
        return found, leaf


def _credit(items: list[DatedItem], used: Mapping[str, Any]) -> None:
    """Set the usage of a request on the last item that the model made in it."""
    usage = usage_in(
        {
            **used,
            "input_tokens_details": {"cached_tokens": used.get("cached_input_tokens")},
            "output_tokens_details": {"reasoning_tokens": used.get("reasoning_output_tokens")},
        }
    )
    made = [place for place, item in enumerate(items) if usage is not None and item.is_of_model]
    if made:
        items[made[-1]] = replace(items[made[-1]], usage=usage)


def _with_output(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The item with the text that a command printed, which earlier versions kept as JSON with its exit code."""
    output = value.get("output")
    if isinstance(output, str) and output.startswith('{"output":'):
        try:
            return {**value, "output": text_in(json.loads(output), "output")}
        except (ValueError, RecursionError):
            return value
    return value


FORMAT = SeriesFormat("Codex", matches, read, goes_on)
