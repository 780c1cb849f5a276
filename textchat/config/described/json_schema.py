"""Builds the JSON Schema of `config.toml` from the table of settings, for editors that check and complete TOML.

The dialect is draft 2020-12 (https://json-schema.org/draft/2020-12/json-schema-core); nothing in it is fetched. It
refuses what `config check` refuses, as far as JSON Schema can tell: not that a whole number was written as `1.0`,
that a port is too high, or that a file is missing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from textchat.config import value_types as types
from textchat.config.effective import shown_tables
from textchat.config.schema import MODEL, PROVIDER, SETTINGS, Setting, SettingsTable
from textchat.core.configuration import Protocol, Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERRED = (("provider", PROVIDER), ("model", MODEL))
"""Tables that stand once in `$defs`."""
_NOT_BOTH = {"not": {"required": ["api_key_env", "api_key_command"]}}
_PRICE = {"input": ["output"], "output": ["input"], "cached_input": ["input"], "cache_write": ["input"]}


def settings_schema() -> dict[str, Any]:
    """The schema as plain data."""
    definitions = {name: _table(table, {}) for name, table in _REFERRED}
    definitions["provider"] |= {"allOf": [_NOT_BOTH, _address_of_provider()]}
    definitions["model"]["properties"]["price"]["dependentRequired"] = _PRICE
    whole = _table(SETTINGS, shown_tables(Settings()))
    whole["properties"]["providers"]["properties"] = {Protocol.REPLAY.value: {"$ref": "#/$defs/replay"}}
    definitions["replay"] = _table(PROVIDER, {}) | {"allOf": [_NOT_BOTH, _address_of_replay()]}
    return {
        "$schema": DIALECT,
        "title": "Settings of textchat",
        "description": "config.toml of textchat, a terminal chat client for language models.",
        **whole,
        "$defs": definitions,
    }


def _address_of_provider() -> dict[str, Any]:
    """Only recordings are in a folder."""
    is_replay = {"properties": {"protocol": {"const": Protocol.REPLAY.value}}, "required": ["protocol"]}
    return {"if": is_replay, "else": {"properties": {"base_url": types.HTTP_ADDRESS_JSON}}}


def _address_of_replay() -> dict[str, Any]:
    """The provider of that name plays recordings unless it says otherwise."""
    is_other = {"properties": {"protocol": {"not": {"const": Protocol.REPLAY.value}}}, "required": ["protocol"]}
    return {"if": is_other, "then": {"properties": {"base_url": types.HTTP_ADDRESS_JSON}}}


def _entry(entry: Setting | SettingsTable, default: object = None, *, is_other: bool = False) -> dict[str, Any]:
    for name, table in _REFERRED:
        if entry is table:
            return {"$ref": f"#/$defs/{name}"}
    if isinstance(entry, SettingsTable):
        return _table(entry, default if isinstance(default, Mapping) else {})
    described: dict[str, Any] = {"description": entry.doc} if entry.doc else {}
    described |= entry.type.json
    if default is not None:
        described["default"] = default
    if entry.example and not is_other:  # of others it is the whole line
        described["examples"] = [tomllib.loads(f"value = {entry.example}")["value"]]
    return described


def _table(table: SettingsTable, defaults: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": table.doc} if table.doc else {}
    described |= {"type": "object"}
    if table.keys:
        described["properties"] = {key: _entry(entry, defaults.get(key)) for key, entry in table.keys.items()}
    described["additionalProperties"] = False if table.others is None else _entry(table.others, is_other=True)
    if table.names is not None:
        described["propertyNames"] = dict(table.names.json)
    if table.most is not None:
        described["maxProperties"] = table.most
    return described
