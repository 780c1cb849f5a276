"""Changes one setting at a time, checked as a file is, each with its way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from textchat.config.described.entries import SettingEntry, SettingPath, at, entries_of, files_of
from textchat.config.preferences import laid_over
from textchat.config.schema import SETTINGS
from textchat.config.schema_check import SchemaCheck, dotted
from textchat.config.toml_file import TomlFile
from textchat.core.configuration import ProviderSettings
from textchat.core.errors import ConfigurationError
from textchat.core.text.sanitize import escaped
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import StepWithin, Undone, UndoStack
from textchat.live.prompts.outbox import Outbox
from textchat.live.settings.changing import SettingsChanges
from textchat.providers.catalog import Catalog


class SettingEdits:
    """Reads and changes the settings for a screen of them; every change goes onto `undo`."""

    def __init__(self, changes: SettingsChanges, catalog: Catalog, undo: UndoStack, file: Path) -> None:
        """`file` is where they are saved."""
        self._changes = changes
        self._catalog = catalog
        self._undo = undo
        self._file = file

    def entries(self, more: Mapping[str, Sequence[str]], actions: Mapping[str, str]) -> list[SettingEntry]:
        """All settings as they are now; `more` names providers and models that have none yet, by table.

        `actions` are those that can have keys, by id, and what each does.
        """
        loaded = self._changes.loaded
        providers = {name: self._effective(name, given) for name, given in loaded.settings.providers.items()}
        return entries_of(loaded, replace(loaded.settings, providers=providers), more, actions)

    def _effective(self, name: str, given: ProviderSettings) -> ProviderSettings:
        try:
            return self._catalog.effective(name)
        except ConfigurationError:
            return given

    def saved(self, path: SettingPath) -> Any:
        """What was set in the app; None where nothing was."""
        _, app = files_of(self._changes.loaded)
        return None if app is None else at(app.tables, path)

    def mistake(self, path: SettingPath, value: object) -> str:
        """Why a value cannot be set, one sentence; empty where it can."""
        _, app = files_of(self._changes.loaded)
        before = {} if app is None else app.tables
        after = laid_over(before, _change(path, value, self.saved(path)))
        known = set(self._mistakes(before))
        told = next((told for told in self._mistakes(after) if told not in known), "")
        return _as_sentence(told.removeprefix(f"{escaped(dotted(path))}: ")) if told else ""

    def _mistakes(self, tables: dict[str, Any]) -> list[str]:
        check = SchemaCheck(TomlFile(self._file, "", tables), ignores_unknown=True)
        check.table(SETTINGS, tables, ())
        begin = f"{escaped(self._file)}, line None: "
        return [told.removeprefix(begin) for told in check.told()]

    async def set(self, path: SettingPath, value: object) -> list[str]:
        """Set a value (None: back to the default), if that changes anything; returns what is to be said about it.

        Raises StoreError where it cannot be saved.
        """
        before = self.saved(path)
        if value == before:
            return []
        said = await self._changes.change(_change(path, value, before))
        self._undo.push(ChangedSetting(self._changes, path, before, value))
        return said

    async def undo(self) -> str | None:
        """Take the last step back if it is a change of a setting; what came back, None where nothing did."""
        step = self._undo.last
        if not isinstance(step, ChangedSetting):
            return None
        await step.revive()
        self._undo.remove(step)
        return step.what


@dataclass(frozen=True, eq=False)
class ChangedSetting(StepWithin):
    """A step of the undo: a setting before and after a change."""

    changes: SettingsChanges
    path: SettingPath
    before: Any = field(repr=False)
    """May be a secret, as the value after it."""
    after: Any = field(repr=False)

    @property
    def conversation_id(self) -> str:
        """It belongs to none."""
        return ""

    @property
    def what(self) -> str:
        return f"the setting {dotted(self.path)}"

    @property
    def done(self) -> str:
        return f"Changed {self.what}"

    async def revive(self) -> None:
        await self.changes.change(_change(self.path, self.before, self.after))

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        return Undone(self.what)


def _change(path: SettingPath, value: object, before: object) -> dict[str, Any]:
    """The nested tables that set one value; a table loses what it held before."""
    changed: dict[str, Any] = {path[-1]: _replaced(value, before)}
    for key in reversed(path[:-1]):
        changed = {key: changed}
    return changed


def _replaced(value: object, before: object) -> object:
    if not isinstance(value, dict) or not isinstance(before, dict):
        return value
    return {**dict.fromkeys(before), **{key: _replaced(value[key], before.get(key)) for key in value}}


def _as_sentence(told: str) -> str:
    return told if told.startswith(("models.", "providers.")) else told[:1].upper() + told[1:]
