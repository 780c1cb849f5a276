"""Loads `config.toml` over `preferences.toml`; each mistake is reported in one line, and the rest is used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from textchat.config import paths
from textchat.config.exposure import exposures
from textchat.config.preferences import Preferences
from textchat.config.schema import SETTINGS
from textchat.config.schema_check import SchemaCheck, usual_protocol
from textchat.config.toml_file import TomlFile, TomlFileError, read_toml
from textchat.core.configuration import (
    BudgetSettings,
    ContextSettings,
    LimitSettings,
    ModelSettings,
    Price,
    Protocol,
    ProviderSettings,
    Settings,
    Timeouts,
    UiSettings,
    openai_protocol,
)
from textchat.core.parameters import Parameters
from textchat.core.text.sanitize import escaped


@dataclass(frozen=True)
class LoadedSettings:
    """The settings of both files, and the problems found in them."""

    settings: Settings
    """`providers` are only those of the files."""
    problems: tuple[str, ...] = ()
    """One line for each mistake in `config.toml`: the file, the line, the key, what was expected."""
    notices: tuple[str, ...] = ()
    """Reported, but no error: mistakes in `preferences.toml`, which no user writes, secrets that others can read."""
    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    """By provider, the fields of `ProviderSettings` that the files set."""
    files: tuple[TomlFile, ...] = field(default=(), compare=False)
    """The files that were read, the one with precedence first."""

    def place(self, *path: str) -> str:
        """File and line of the key at `path`, as the start of a sentence about its value; empty for a default."""
        for file in self.files:
            if (line := file.lines.known.get(path)) is not None:
                return f"{escaped(file.path)}, line {line}: "
        return ""

    def providers_over(self, builtin: Mapping[str, ProviderSettings]) -> dict[str, ProviderSettings]:
        """The files' providers over `builtin`, by field: `[providers.openai] retries = 0` keeps the rest of it."""
        own = {
            name: _over(builtin[name], self.given[name]) if name in builtin else provider
            for name, provider in self.settings.providers.items()
        }
        return {**builtin, **own}


def load_settings(environ: Mapping[str, str] = os.environ) -> LoadedSettings:
    """Read both files; never raises for their content."""
    preferences = _read_preferences(paths.preferences_file(environ))
    config = _read(paths.config_file(environ))
    tables = _merge(preferences.tables, config.tables)
    given = {name: _provider_fields(table) for name, table in tables.get("providers", {}).items()}
    settings = Settings(
        default_models=tuple(tables.get("default_models", Settings().default_models)),
        default_persona=tables.get("default_persona", ""),
        favourites=tuple(tables.get("favourites", ())),
        providers={name: _provider(name, fields, environ) for name, fields in given.items()},
        models={name: _model(table) for name, table in tables.get("models", {}).items()},
        ui=UiSettings(**tables.get("ui", {})),
        budget=BudgetSettings(**tables.get("budget", {})),
        context=ContextSettings(**tables.get("context", {})),
        limits=LimitSettings(**tables.get("limits", {})),
        keys=tables.get("keys", {}),
        path=config.path,
    )
    files = tuple(read.file for read in (config, preferences) if read.file is not None)
    notices = (*preferences.problems, *exposures(files, settings.providers))
    return LoadedSettings(settings, tuple(config.problems), notices, given, files)


# -- one file --------------------------------------------------------------------------------------------------------


@dataclass
class _CheckedFile:
    """The valid tables of one file, and the problems of the others."""

    path: Path | None = None
    tables: dict[str, Any] = field(default_factory=dict, repr=False)
    problems: list[str] = field(default_factory=list)
    file: TomlFile | None = None


def _read(path: Path) -> _CheckedFile:
    try:
        file = read_toml(path)
    except TomlFileError as error:
        return _CheckedFile(path, problems=[str(error)])
    return _CheckedFile() if file is None else _checked(file)


def _read_preferences(path: Path) -> _CheckedFile:
    file, problem = Preferences(path).read()
    if file is None:
        return _CheckedFile(path, problems=[problem] if problem else [])
    return _checked(file, ignores_unknown=True)


def _checked(file: TomlFile, ignores_unknown: bool = False) -> _CheckedFile:
    check = SchemaCheck(file, ignores_unknown)
    tables = check.table(SETTINGS, file.tables, ())
    return _CheckedFile(file.path, tables, check.told(), file)


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**under, **over}
    for key in under.keys() & over.keys():
        if isinstance(under[key], dict) and isinstance(over[key], dict):
            merged[key] = _merge(under[key], over[key])
    return merged


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


def _provider(name: str, fields: Mapping[str, Any], environ: Mapping[str, str]) -> ProviderSettings:
    address = fields.get("base_url", "")
    if not address and name.startswith("openai"):
        address = environ.get("OPENAI_BASE_URL", "").strip()
    return ProviderSettings(**{"name": name, "protocol": usual_protocol(name, address), **fields})


def _over(builtin: ProviderSettings, fields: Mapping[str, Any]) -> ProviderSettings:
    """A built-in provider with the fields of a file; another address may mean the other of OpenAI's protocols."""
    if fields.get("base_url") and builtin.protocol in (Protocol.OPENAI, Protocol.OPENAI_RESPONSES):
        fields = {"protocol": openai_protocol(fields["base_url"]), **fields}
    return replace(builtin, **fields)


def _model(table: Mapping[str, Any]) -> ModelSettings:
    asked = {key: value for key, value in table.items() if key not in ("context_window", "price")}
    price = table.get("price")
    return ModelSettings(
        parameters=Parameters().merged(asked),
        context_window=table.get("context_window"),
        price=Price(**price) if price else None,
    )
