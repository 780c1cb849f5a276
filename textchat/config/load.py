"""`config.toml` over `preferences.toml`, as values; every mistake in them is one line, and the rest still counts."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textchat.config import paths
from textchat.config.preferences import Preferences
from textchat.config.schema import SETTINGS, Setting, SettingsTable
from textchat.config.toml_file import TomlFile, TomlFileError, read_toml
from textchat.core.configuration import (
    BudgetSettings,
    ModelSettings,
    Price,
    Protocol,
    ProviderSettings,
    Settings,
    Timeouts,
    UiSettings,
    is_http_address,
)
from textchat.core.parameters import Parameters
from textchat.core.sanitize import escaped

if TYPE_CHECKING:
    from textchat.config.toml_lines import KeyLines, KeyPath


@dataclass(frozen=True)
class LoadedSettings:
    """What the files say, and what in them could not be used."""

    settings: Settings
    """`providers` are only those of the files."""
    problems: tuple[str, ...] = ()
    """One line for each mistake in `config.toml`: the file, the line, the key, what was expected."""
    notices: tuple[str, ...] = ()
    """The same for `preferences.toml`, which no user writes: worth saying, no reason to stop."""
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By provider, the fields of `ProviderSettings` that the files set."""
    files: tuple[TomlFile, ...] = field(default=(), compare=False)
    """What was read, the one that counts more first."""

    def place(self, *path: str) -> str:
        """The file and the line where the key at `path` stands, for a sentence about its value; empty for a default."""
        from textchat.config.toml_lines import KeyLines

        for file in self.files:
            if (line := KeyLines(file.text).known.get(path)) is not None:
                return f"{escaped(file.path)}, line {line}: "
        return ""

    def providers_over(self, builtin: Mapping[str, ProviderSettings]) -> dict[str, ProviderSettings]:
        """`builtin` with the files' providers over them, field by field: `[providers.openai] retries = 0` keeps the
        rest of the built-in `openai`."""
        found = dict(builtin)
        for name, provider in self.settings.providers.items():
            found[name] = replace(builtin[name], **self.given[name]) if name in builtin else provider
        return found


def load_settings(environ: Mapping[str, str] = os.environ) -> LoadedSettings:
    """Read both files; never raises for anything that stands in them."""
    preferences = _read_preferences(paths.preferences_file(environ))
    config = _read(paths.config_file(environ))
    tables = _merge(preferences.tables, config.tables)
    given = {name: _provider_fields(table) for name, table in tables.get("providers", {}).items()}
    settings = Settings(
        default_models=tuple(tables.get("default_models", Settings().default_models)),
        favourites=tuple(tables.get("favourites", ())),
        providers={name: _provider(name, fields) for name, fields in given.items()},
        models={name: _model(table) for name, table in tables.get("models", {}).items()},
        ui=UiSettings(**tables.get("ui", {})),
        budget=BudgetSettings(**tables.get("budget", {})),
        keys=tables.get("keys", {}),
        path=config.path,
    )
    files = tuple(read.file for read in (config, preferences) if read.file is not None)
    return LoadedSettings(settings, tuple(config.problems), tuple(preferences.problems), given, files)


# -- one file --------------------------------------------------------------------------------------------------------


@dataclass
class _Read:
    """One file: the tables that passed, and the problems of those that did not."""

    path: Path | None = None
    tables: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    file: TomlFile | None = None


def _read(path: Path) -> _Read:
    try:
        file = read_toml(path)
    except TomlFileError as error:
        return _Read(path, problems=[str(error)])
    return _Read() if file is None else _checked(file)


def _read_preferences(path: Path) -> _Read:
    file, problem = Preferences(path).read()
    if file is None:
        return _Read(path, problems=[problem] if problem else [])
    return _checked(file, ignores_unknown=True)


def _checked(file: TomlFile, ignores_unknown: bool = False) -> _Read:
    check = _Check(file, ignores_unknown)
    tables = check.table(SETTINGS, file.tables, ())
    return _Read(file.path, tables, check.problems, file)


class _Check:
    """Walks the tables of one file along the schema and keeps what fits."""

    def __init__(self, file: TomlFile, ignores_unknown: bool) -> None:
        self.problems: list[str] = []
        self._file = file
        self._ignores_unknown = ignores_unknown
        self._lines: KeyLines | None = None

    def table(self, table: SettingsTable, found: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key, value in found.items():
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
            return {key: wanted.type.read(value)}
        except ValueError as error:
            near = _nearest(value, wanted.type.choices) if isinstance(value, str) else ""
            self._wrong(path, wanted.type.expected, str(error) or _kind_of(value), near)
            return {}

    def _whole_table(self, wanted: SettingsTable, value: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        kept = self.table(wanted, value, path)
        if path[-1] == "price" and len(path) == 3 and len(kept) == 1:
            missing = "output" if "input" in kept else "input"
            self._say(path, f"{missing} is missing; expected input and output, in US dollars for a million tokens")
            return {}
        if len(path) == 2 and path[0] == "providers":
            self._provider(kept, path)
        return kept

    def _provider(self, kept: dict[str, Any], path: KeyPath) -> None:
        """What only shows where two keys are seen together; `kept` loses the one that cannot count."""
        if {"api_key_env", "api_key_command"} <= kept.keys():
            self._say((*path, "api_key_command"), "expected only one of api_key_env and api_key_command")
            del kept["api_key_command"]
        protocol = kept.get("protocol", _usual_protocol(str(path[1])))
        if "base_url" in kept and protocol != Protocol.REPLAY and not is_http_address(kept["base_url"]):
            self._say((*path, "base_url"), 'expected an address that begins with "http://" or "https://"')
            del kept["base_url"]

    def _unknown(self, path: KeyPath, table: SettingsTable) -> None:
        if self._ignores_unknown:
            return
        near = _nearest(str(path[-1]), tuple(table.keys))
        self._say(path, f"unknown key{near or '; expected ' + _listed(table.keys)}")

    def _wrong(self, path: KeyPath, expected: str, found: str, near: str = "") -> None:
        self._say(path, f"expected {expected}, found {found}{near}")

    def _say(self, path: KeyPath, what: str) -> None:
        if self._lines is None:  # only a file with a mistake pays for it
            from textchat.config.toml_lines import KeyLines

            self._lines = KeyLines(self._file.text)
        line = self._lines.line(path)
        end = "" if what.endswith("?") else "."
        self.problems.append(f"{escaped(self._file.path)}, line {line}: {escaped(dotted(path))}: {what}{end}")


def _nearest(word: str, words: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word[:100].lower(), words, n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


def _listed(words: Mapping[str, object]) -> str:
    return "one of " + ", ".join(sorted(words))


def _kind_of(value: object) -> str:
    """What was found, by its kind alone: the value may be a secret at the wrong place."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}" if abs(value) < 1e15 else "a very large number"
        case str():
            return "a text" if value else "an empty text"
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


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_merged_items(under, over))


def _merged_items(under: Mapping[str, Any], over: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in {**under, **over}:
        low, high = under.get(key), over.get(key)
        if isinstance(low, dict) and isinstance(high, dict):
            yield key, _merge(low, high)
        else:
            yield key, over.get(key, low)


# -- tables as values ------------------------------------------------------------------------------------------------


def _provider_fields(table: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(table)
    if "protocol" in fields:
        fields["protocol"] = Protocol(fields["protocol"])
    if "timeout" in fields:
        fields["timeout"] = Timeouts(**fields["timeout"])
    if "models" in fields:
        fields["models"] = tuple(fields["models"])
    return fields


def _provider(name: str, fields: Mapping[str, Any]) -> ProviderSettings:
    """A provider that names no protocol speaks that of its own name, or OpenAI's, which nearly every server does."""
    return ProviderSettings(**{"name": name, "protocol": _usual_protocol(name), **fields})


def _usual_protocol(name: str) -> Protocol:
    return Protocol(name) if name in tuple(Protocol) else Protocol.OPENAI


def _model(table: Mapping[str, Any]) -> ModelSettings:
    asked = {key: value for key, value in table.items() if key not in ("context_window", "price")}
    price = table.get("price")
    return ModelSettings(
        parameters=Parameters().merged(asked),
        context_window=table.get("context_window"),
        price=Price(**price) if price else None,
    )
