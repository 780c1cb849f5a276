"""The schema of replies in the parameter panel: given as a file or as text, read in a thread, and named as given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from textchat.core.parameters import Parameters
from textchat.core.text.sanitize import visible
from textchat.ui.input.line_field import LineField
from textchat.ui.side_panel.parameter_texts import schema_label

ReadSchema = Callable[[str], Mapping[str, Any]]
"""The schema in a file of this name, or in the text itself; raises ValueError with a sentence. May wait for a disk."""
MOST_REMEMBERED = 16


def no_schema(text: str) -> Mapping[str, Any]:
    """Read none: for a panel of which nothing is sent."""
    raise ValueError("No schema can be read here.")


class SchemaEntry:
    """What is typed counts once it has been read; until then the schema stays as it was."""

    name = "schema"

    def __init__(self, read: ReadSchema) -> None:
        self.widget = LineField(placeholder="file, fields", compact=True, id="schema")
        self._read = read
        self._shown = ""
        self._given: list[tuple[str, Mapping[str, Any]]] = []
        """The texts that have led to a schema, the last one at the end."""

    @property
    def is_edited(self) -> bool:
        """Whether something stands there that has not been read."""
        return self.widget.value.strip() not in ("", self._shown)

    def show(self, parameters: Parameters) -> None:
        self._shown = self._name_of(parameters.schema)
        self.widget.value = self._shown

    def value(self, known: Parameters) -> Mapping[str, Any] | None:
        return known.schema if self.widget.value.strip() else None

    async def read(self, text: str) -> Mapping[str, Any]:
        """Read what was typed; raises ValueError with a sentence."""
        schema = await asyncio.to_thread(self._read, text)
        self._given = [*self._given, (text, schema)][-MOST_REMEMBERED:]
        if self.widget.value.strip() == text:
            self._shown = text
        return schema

    def _name_of(self, schema: Mapping[str, Any] | None) -> str:
        given = (text for text, known in reversed(self._given) if known == schema)
        return next(given, visible(schema_label(schema)))
