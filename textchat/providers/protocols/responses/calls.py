"""Gathers the calls of tools that the user's side has to answer: functions, custom tools, shells, computers.

Source: https://platform.openai.com/docs/api-reference/responses-streaming/response/function_call_arguments.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from textchat.core.events import ToolCallDelta
from textchat.core.text import json_fields as fields

_ARGUMENTS = {
    "function_call": "arguments",
    "custom_tool_call": "input",
    "computer_call": "action",
    "local_shell_call": "action",
    "shell_call": "action",
    "apply_patch_call": "operation",
}
"""The items that are such calls, and the field that says what is asked for."""


@dataclass(slots=True)
class _Call:
    index: int
    name: str = ""
    pieces: list[str] = field(default_factory=list)


class Calls:
    """The calls of one answer, however their parts are numbered."""

    def __init__(self) -> None:
        self._by_name: dict[Hashable, _Call] = {}
        """By the id of the item, that of the call, and the number of the item."""
        self._last: _Call | None = None
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    @staticmethod
    def has(item: Mapping[str, Any]) -> bool:
        """Whether an item is such a call."""
        return fields.text(item, "type") in _ARGUMENTS

    def item(self, number: Hashable, item: Mapping[str, Any], *, is_done: bool) -> Iterator[ToolCallDelta]:
        """Read an item as it begins or as it ends."""
        kind = fields.text(item, "type")
        ids = [id_ for name in ("id", "call_id") if (id_ := fields.text(item, name))]
        call = next((self._by_name[id_] for id_ in ids if id_ in self._by_name), None)
        if call is None and not ids:
            call = self._by_name.get(number)
        if call is None:
            call = self._begin()
        for id_ in ids:
            self._by_name.setdefault(id_, call)
        self._by_name[number] = self._last = call
        name = fields.text(item, "name") or ("" if kind in ("function_call", "custom_tool_call") else kind)
        begins = not call.name
        call.name = call.name or name
        given = item.get(_ARGUMENTS[kind])
        arguments = self._rest(call, fields.as_text(given)) if is_done else ""
        if begins or arguments:
            yield ToolCallDelta(call.index, fields.text(item, "call_id") or next(iter(ids), ""), name, arguments)

    def piece(self, document: Mapping[str, Any], number: Hashable) -> Iterator[ToolCallDelta]:
        """Read a piece of arguments (`delta`), or all of them (`arguments` or `input`)."""
        call = self._by_name.get(fields.text(document, "item_id")) or self._by_name.get(number) or self._last
        if call is None:
            call = self._last = self._by_name[number] = self._begin()
        name = "" if call.name else fields.text(document, "name")
        call.name = call.name or name
        piece = fields.text(document, "delta")
        if piece:
            call.pieces.append(piece)
        else:
            whole = document.get("arguments", document.get("input"))
            piece = self._rest(call, fields.as_text(whole))
        if piece or name:
            yield ToolCallDelta(call.index, name=name, arguments=piece)

    def _begin(self) -> _Call:
        self._count += 1
        return _Call(self._count - 1)

    @staticmethod
    def _rest(call: _Call, whole: str) -> str:
        """What of the whole arguments did not come in pieces."""
        known = "".join(call.pieces)
        if not whole.startswith(known):
            return ""
        call.pieces = [whole]
        return whole[len(known) :]
