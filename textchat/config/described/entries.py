"""Lists every setting with its value, where that comes from and what it may be: what a screen of settings shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from textchat.config import value_types as types
from textchat.config.effective import shown_tables
from textchat.config.load import LoadedSettings
from textchat.config.schema import MODEL, PROVIDER, SETTINGS, Setting, SettingsTable
from textchat.config.toml_file import TomlFile
from textchat.core.configuration import Settings
from textchat.core.text.secrets import MASK

SettingPath = tuple[str, ...]
"""The keys from the root down: `("ui", "theme")`."""
SECRET = frozenset({"api_key_command"})
"""Settings that may hold a key themselves."""


class Origin(Enum):
    """Where a value comes from."""

    DEFAULT = auto()
    PREFERENCES = auto()
    """Set in the app."""
    CONFIG = auto()
    """Set by the user's own file: it can only be changed there."""
    ENVIRONMENT = auto()


@dataclass(frozen=True)
class SettingEntry:
    """One setting as it is now."""

    path: SettingPath
    what: Setting | SettingsTable
    """A table stands for one that is written on a line, such as `timeout`."""
    value: object = None
    """As plain data, secrets masked; None: not set, and no default."""
    origin: Origin = Origin.DEFAULT
    line: int | None = None
    """Of `config.toml`, where that sets it."""

    @property
    def is_locked(self) -> bool:
        """Whether the user's own file decides."""
        return self.origin is Origin.CONFIG

    @property
    def is_masked(self) -> bool:
        """Whether what is shown is not the whole value."""
        return self.path[-1] in SECRET or _has_mask(self.value)

    @property
    def expected(self) -> str:
        """What it may be, as in "expected …"."""
        if isinstance(self.what, Setting):
            return self.what.type.expected
        return f"a table such as {self.what.example}"


def entries_of(
    loaded: LoadedSettings, in_effect: Settings, more: Mapping[str, Sequence[str]], actions: Mapping[str, str]
) -> list[SettingEntry]:
    """All settings, in the order of the schema, with tables of free names last.

    `in_effect` are those of `loaded` with all that the environment adds; `more` names providers and models that have
    no settings yet, by table; `actions` has what each action does that may have keys.
    """
    values = shown_tables(in_effect)
    listing = _Listing(loaded, values)
    fixed = {key: what for key, what in SETTINGS.keys.items() if key not in ("providers", "models", "keys")}
    alone = [
        entry for key, what in fixed.items() if isinstance(what, Setting) for entry in [listing.entry((key,), what)]
    ]
    tables = [
        entry for key, what in fixed.items() if isinstance(what, SettingsTable) for entry in listing.below((key,), what)
    ]
    named: list[SettingEntry] = []
    for key, what in (("models", MODEL), ("providers", PROVIDER)):
        for name in dict.fromkeys((*values.get(key, {}), *more.get(key, ()))):
            named += listing.below((key, name), what)
    keys = [listing.entry(("keys", action), Setting(types.KEYS, doc=doc)) for action, doc in actions.items()]
    return [*alone, *tables, *named, *keys]


class _Listing:
    def __init__(self, loaded: LoadedSettings, values: Mapping[str, Any]) -> None:
        self._values = values
        self._config, self._preferences = files_of(loaded)
        self._without_environment = shown_tables(loaded.settings)

    def below(self, path: SettingPath, table: SettingsTable) -> Iterator[SettingEntry]:
        """The settings of a table, and what it holds beside them."""
        for key, what in table.keys.items():
            yield self.entry((*path, key), what)
        if isinstance(table.others, Setting):
            for key in at(self._values, path) or {}:
                if key not in table.keys:
                    yield self.entry((*path, key), table.others)

    def entry(self, path: SettingPath, what: Setting | SettingsTable) -> SettingEntry:
        value = at(self._values, path)
        if (line := self._line_of(path, what)) is not None:
            return SettingEntry(path, what, value, Origin.CONFIG, line)
        if fits(what, at(self._preferences.tables if self._preferences else {}, path)):
            return SettingEntry(path, what, value, Origin.PREFERENCES)
        is_added = path[0] == "providers" and path[-1] == "base_url" and value
        if is_added and at(self._without_environment, path) != value:
            return SettingEntry(path, what, value, Origin.ENVIRONMENT)
        return SettingEntry(path, what, value)

    def _line_of(self, path: SettingPath, what: Setting | SettingsTable) -> int | None:
        if self._config is None or not fits(what, at(self._config.tables, path)):
            return None
        return self._config.lines.line(path)


def files_of(loaded: LoadedSettings) -> tuple[TomlFile | None, TomlFile | None]:
    """The user's own file and the app's, each if it was read."""
    app = next((file for file in loaded.files if file.path.name == "preferences.toml"), None)
    own = next((file for file in loaded.files if file is not app), None)
    return own, app


def at(tables: Mapping[str, Any], path: SettingPath) -> Any:
    """The value at a path; None where nothing is."""
    found: Any = tables
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def fits(what: Setting | SettingsTable, value: object) -> bool:
    """Whether a file's value counts."""
    if value is None:
        return False
    return isinstance(value, dict) if isinstance(what, SettingsTable) else what.type.fits(value)


def _has_mask(value: object) -> bool:
    match value:
        case str():
            return MASK in value
        case dict():
            return any(map(_has_mask, value.values()))
        case list():
            return any(map(_has_mask, value))
        case _:
            return False
