"""The settings in effect: one place that all look at, so that a change in the app reaches them."""

from __future__ import annotations

from collections.abc import Callable

from textchat.core.configuration import Settings

SettingsWatcher = Callable[[Settings, Settings], None]
"""Called with the settings before and after a change."""


class CurrentSettings:
    """The settings as they are now; `now` is replaced as a whole, never changed."""

    def __init__(self, settings: Settings) -> None:
        self._now = settings
        self._watchers: list[SettingsWatcher] = []

    @property
    def now(self) -> Settings:
        return self._now

    def watch(self, watcher: SettingsWatcher) -> Callable[[], None]:
        """Call `watcher` after each change, in the thread that changes them; the result ends this."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def replace(self, settings: Settings) -> None:
        before, self._now = self._now, settings
        if settings != before:
            for watcher in tuple(self._watchers):
                watcher(before, settings)
