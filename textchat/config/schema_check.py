"""Checks the tables of one settings file against the schema; each mistake is one line, and valid entries are kept."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textchat.config import value_types as types
from textchat.config.schema import Setting, SettingsTable
from textchat.config.toml_file import TomlFile
from textchat.core.configuration import Protocol, is_http_address, openai_protocol
from textchat.core.limits import PROBLEMS
from textchat.core.text.sanitize import escaped

if TYPE_CHECKING:
    from textchat.config.toml_lines import KeyPath


class SchemaCheck:
    """Walks the tables of one file along the schema; keeps valid values and collects a line for each mistake."""

    def __init__(self, file: TomlFile, ignores_unknown: bool) -> None:
        self.problems: list[str] = []
        self._file = file
        self._ignores_unknown = ignores_unknown
        self._untold = 0

    def told(self) -> list[str]:
        """A line for each mistake; beyond so many, one line that says how many more there are."""
        more = f"{escaped(self._file.path)}: {self._untold:,} more problems."
        return [*self.problems, more] if self._untold else self.problems

    def table(self, table: SettingsTable, values: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        """The valid part of `values`, the table at `path`, according to its schema."""
        kept: dict[str, Any] = {}
        for number, (key, value) in enumerate(values.items(), start=1):
            if table.most is not None and number > table.most:
                self._tell(path, f"more than {table.most:,} entries; the rest is not used")
                break
            here = (*path, key)
            wanted = table.keys.get(key) or table.others
            if wanted is None:
                self._unknown(here, table)
            elif key not in table.keys and table.names is not None and not table.names.fits(key):
                self._wrong(here, table.names.expected, "this name")
            else:
                kept.update(self._entry(key, wanted, value, here))
        return kept

    def _entry(self, key: str, wanted: Setting | SettingsTable, value: object, path: KeyPath) -> dict[str, Any]:
        if isinstance(wanted, SettingsTable):
            if isinstance(value, dict):
                return {key: self._whole_table(wanted, value, path)}
            self._wrong(path, "a table", _kind_of(value))
            return {}
        try:
            read = wanted.type.read(value)
            if wanted.type is types.SCHEMA and isinstance(read, str):
                return self._schema(key, read, path)
            return {key: read}
        except ValueError as error:
            near = _nearest(value, wanted.type.choices) if isinstance(value, str) else ""
            self._wrong(path, wanted.type.expected, str(error) or _kind_of(value), near)
            return {}

    def _schema(self, key: str, given: str, path: KeyPath) -> dict[str, Any]:
        """The schema that `given` names or holds; a file is looked for beside the settings."""
        from textchat.config.reply_schema import read_schema  # few settings have one

        try:
            return {key: read_schema(given, self._file.path.parent)}
        except ValueError as error:
            self._tell(path, str(error).removesuffix("."))
            return {}

    def _whole_table(self, wanted: SettingsTable, value: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        kept = self.table(wanted, value, path)
        if path[-1] == "price" and len(path) == 3 and kept and not {"input", "output"} <= kept.keys():
            missing = "output" if "input" in kept else "input"
            self._tell(path, f"{missing} is missing; expected input and output, in US dollars per million tokens")
            return {}
        if len(path) == 2 and path[0] == "providers":
            self._provider(kept, path)
        return kept

    def _provider(self, kept: dict[str, Any], path: KeyPath) -> None:
        """Check combinations of keys; a key that conflicts with another is removed from `kept`."""
        if {"api_key_env", "api_key_command"} <= kept.keys():
            self._tell((*path, "api_key_command"), "expected only one of api_key_env and api_key_command")
            del kept["api_key_command"]
        protocol = kept.get("protocol", usual_protocol(str(path[1])))
        if "base_url" in kept and protocol != Protocol.REPLAY and not is_http_address(kept["base_url"]):
            self._tell((*path, "base_url"), 'expected an address that begins with "http://" or "https://"')
            del kept["base_url"]

    def _unknown(self, path: KeyPath, table: SettingsTable) -> None:
        if self._ignores_unknown:
            return
        if self._is_to_tell():
            near = _nearest(str(path[-1]), tuple(table.keys))
            self._say(path, f"unknown key{near or '; expected ' + _listed(table.keys)}")

    def _wrong(self, path: KeyPath, expected: str, actual: str, near: str = "") -> None:
        self._tell(path, f"expected {expected}, found {actual}{near}")

    def _tell(self, path: KeyPath, what: str) -> None:
        if self._is_to_tell():
            self._say(path, what)

    def _is_to_tell(self) -> bool:
        """Whether there is room for another line; if not, the mistake is counted."""
        self._untold += len(self.problems) >= PROBLEMS.most
        return len(self.problems) < PROBLEMS.most

    def _say(self, path: KeyPath, what: str) -> None:
        line = self._file.lines.line(path)
        end = "" if what.endswith("?") else "."
        self.problems.append(f"{escaped(self._file.path)}, line {line}: {escaped(dotted(path))}: {what}{end}")


def _nearest(word: str, words: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word[:100].lower(), words, n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _listed(words: Mapping[str, object]) -> str:
    return "one of " + ", ".join(sorted(words))


def _kind_of(value: object) -> str:
    """The type of a value, without the value, which may be a secret in the wrong place."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}" if abs(value) < 1e15 else "a very large number"
        case str():
            return "a string" if value else "an empty string"
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def dotted(path: KeyPath) -> str:
    """A key path as TOML writes it: `models."local/llama3".temperature`."""
    import json

    return ".".join(str(key) if re.fullmatch(r"[A-Za-z0-9_-]+", str(key)) else json.dumps(key) for key in path)


def usual_protocol(name: str, address: str = "") -> Protocol:
    """Default protocol of a provider: the one of its own name; else one of OpenAI's two, by its address.

    One without an address is at OpenAI if its name says so; others, such as `openrouter`, have an address built in.
    """
    if name in tuple(Protocol) and name != Protocol.OPENAI:
        return Protocol(name)
    return openai_protocol(address) if address or name.startswith("openai") else Protocol.OPENAI
