"""The keys in effect: the chosen keymap under what `[keys]` says; changed for all at once while the app runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from textual.app import App

from textchat.core.configuration import Keymap, Settings
from textchat.ui.key_settings import keymap_from
from textchat.ui.keymap import BY_ID, keys_of
from textchat.ui.keymaps.key_modes import KeyModes
from textchat.ui.keymaps.sets import KEYMAPS

if TYPE_CHECKING:
    from textchat.live.settings.current_settings import CurrentSettings

TOLD = 3
"""Sentences on unusable entries that are shown at once."""


class KeysInEffect(dict[str, str]):
    """The keys of actions where they are not the default ones, by id; one object that all look at."""

    kind = Keymap.DEFAULT


class AppKeys:
    """Keeps the keys of an app: its bindings, the modes of its widgets, and what hints and help say of them."""

    def __init__(self, app: App[Any], *, changed: Callable[[], None], mode_changed: Callable[[], None]) -> None:
        """Of both is told, because both are shown."""
        self._app = app
        self._changed = changed
        self.keymap = KeysInEffect()
        self.modes = KeyModes(mode_changed)
        self.cancelling: list[str] = []
        """The keys of `reply.cancel`."""
        self.quitting: list[str] = []

    def use(self, kind: Keymap, keymap: Mapping[str, str], written: Mapping[str, str]) -> None:
        """Put keys into effect that `keymap_from` has found usable; `written` is what `[keys]` says."""
        self.keymap.kind = kind
        self.keymap.clear()
        self.keymap.update(keymap)
        self._app.set_keymap(dict(keymap))
        self.cancelling[:] = keys_of(BY_ID["reply.cancel"], keymap)
        self.quitting[:] = keys_of(BY_ID["app.quit"], keymap)
        bound = {key for name in written if name in BY_ID for key in keys_of(BY_ID[name], keymap)}
        self.modes.use(kind, bound)

    def follow(self, settings: CurrentSettings) -> None:
        """Use what the settings say whenever they change."""
        settings.watch(self._settings_changed)

    def _settings_changed(self, before: Settings, now: Settings) -> None:
        if (before.ui.keymap, before.keys) == (now.ui.keymap, now.keys):
            return
        keymap, problems = keymap_from(now.keys, KEYMAPS[now.ui.keymap])
        self.use(now.ui.keymap, keymap, now.keys)
        for sentence in list(problems.values())[:TOLD]:
            self._app.notify(sentence, severity="warning", markup=False)
        self._changed()


def kind_of(keymap: Mapping[str, str]) -> Keymap:
    """Which of the shipped keymaps these keys are of."""
    return keymap.kind if isinstance(keymap, KeysInEffect) else Keymap.DEFAULT
