"""Asks for the new value of a setting with the control that fits it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.app import App

from textchat.config.described.entries import SettingEntry
from textchat.config.schema import Setting
from textchat.config.schema_check import dotted
from textchat.core.text.sanitize import plain_line
from textchat.live.settings.setting_edits import SettingEdits
from textchat.render.cells import cut_middle
from textchat.ui.dialogs.prompt_dialog import PromptDialog
from textchat.ui.key_settings import keymap_from
from textchat.ui.keymap import BY_ID
from textchat.ui.keys import split_keys
from textchat.ui.settings.choice_dialog import ChoiceDialog
from textchat.ui.settings.key_dialog import KeyDialog
from textchat.ui.settings.rows import EntryRow
from textchat.ui.settings.value_dialog import ValueDialog
from textchat.ui.settings.value_text import Control, control_of, read, typed

if TYPE_CHECKING:
    from textual.screen import Screen

LONGEST, WIDEST = 2_000, 64
"""Of a name, characters that are looked at, and cells."""
PickModel = Callable[[str, str], Awaitable[str | None]]
"""Lets the user choose a model, given a title and the present one."""


class Unchanged(Exception):
    """The user has closed the dialog without a new value."""


@dataclass(eq=False)
class SettingDialogs:
    """Opens one dialog at a time; its coroutines have to run in a worker."""

    app: App[Any]
    edits: SettingEdits
    keys: Callable[[], Mapping[str, str]]
    """What `[keys]` says now."""
    pick_model: PickModel

    async def ask(self, row: EntryRow) -> Any:
        """The new value of a setting, None for its default; raises Unchanged."""
        entry = row.entry
        match control_of(entry):
            case Control.SWITCH:
                return not entry.value
            case Control.CHOICE:
                return await self._choice(entry)
            case Control.MODEL:
                return _given(await self.pick_model(f"{named(entry)}: choose a model", str(entry.value or "")))
            case Control.KEYS:
                return await self._keys(row)
            case Control.LONG_TEXT:
                text = _given(await self._push(PromptDialog(named(entry), typed(entry))))
                return text.strip() or None
            case _:
                return await self._text(entry)

    async def ask_line(self, title: str, about: str, problem_of: Callable[[str], str]) -> str:
        """A line of text that `problem_of` has nothing against; raises Unchanged."""
        return _given(await self._push(ValueDialog(title, about, "", problem_of)))

    async def _push(self, dialog: Screen[str | None]) -> str | None:
        return await self.app.push_screen_wait(dialog)

    async def _choice(self, entry: SettingEntry) -> str:
        assert isinstance(entry.what, Setting)
        words = entry.what.type.choices
        return _given(await self._push(ChoiceDialog(named(entry), entry.what.doc, words, str(entry.value or ""))))

    async def _text(self, entry: SettingEntry) -> Any:
        about = f"Expected: {entry.expected}. Leave it empty for the default."
        if entry.is_masked:
            about = f"The present value is not shown. {about}"
        example = entry.what.example if "=" not in entry.what.example or "{" in entry.what.example else ""
        title, placeholder = named(entry), f"such as {example}" if example else ""

        def problem_of(text: str) -> str:
            try:
                value = read(entry, text)
            except ValueError as error:
                return str(error)
            return "" if value is None else self.edits.mistake(entry.path, value)

        dialog = ValueDialog(title, about, typed(entry), problem_of, placeholder=placeholder)
        return read(entry, _given(await self._push(dialog)))

    async def _keys(self, row: EntryRow) -> str:
        action = BY_ID[row.entry.path[1]]
        now = row.entry.value if isinstance(row.entry.value, str) else action.keys

        def problem_of(keys: str) -> str:
            told = keymap_from({**self.keys(), action.id: keys})[1].get(action.id, "")
            return told[:1].upper() + told[1:]

        title = f"Keys of “{action.label}”"
        keys = _given(await self._push(KeyDialog(title, split_keys(now), problem_of)))
        if keys == KeyDialog.TYPE:
            about = "Names of keys, separated by commas, such as ctrl+r, alt+up or f5; empty: no key."
            keys = _given(await self._push(ValueDialog(title, about, now, problem_of)))
        return keys.strip()


def named(entry: SettingEntry) -> str:
    """How a setting is named: its keys from the root down, on one line."""
    return cut_middle(plain_line(dotted(entry.path), LONGEST), WIDEST)


def _given(text: str | None) -> str:
    if text is None:
        raise Unchanged
    return text
