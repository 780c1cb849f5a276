"""The themes of the running app: chosen, tried on, kept, and read again when their files have changed."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from textchat.config import paths
from textchat.core.configuration import Settings
from textchat.core.store_error import StoreError
from textchat.ui.themes import load_themes, no_such_theme, shipped_folder

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace
    from textchat.ui.menu.items import MenuItem
    from textchat.ui.theming.gallery import ThemeGallery

LOOK_AGAIN_S = 2.0
"""Seconds after a look at the files until what the user does starts another one: an idle app does not wake up."""
Stamps = Mapping[Path, tuple[int, int, int]]
"""What tells whether a file has changed: its time, its size and its inode."""


class Wardrobe:
    """Wears the theme of the settings, or what the user chooses; looks for changed files when the user does something.

    A file that cannot be used is one notice, and what was in effect stays.
    """

    def __init__(
        self, app: App[Any], environ: Mapping[str, str] = os.environ, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._files = (paths.config_file(environ), paths.preferences_file(environ))
        self._folder = paths.themes_folder(environ)
        self._clock = clock
        self._workspace: Workspace | None = None
        self._is_trying = False
        self._kept = ""
        """What was kept last although `config.toml` says otherwise: it is not the theme of the settings."""
        self._from_files: dict[str, Theme] = {}
        """The themes from files, of textchat and of the user, that have been read: they are listed first."""
        self._is_all_read = True
        """Whether all of textchat's own are among them; until the app has started nobody needs them."""
        self._seen = self._stamps()
        self._looked_at = clock()
        self._told: Sequence[str] = ()
        """What was said of broken themes last."""
        self._turn = asyncio.Lock()

    def register(self, themes: Sequence[Theme]) -> None:
        """Take themes from files into the app."""
        self._from_files |= {theme.name: theme for theme in themes}
        for theme in themes:
            self._app.register_theme(theme)

    def known(self, name: str) -> Theme | None:
        """A theme that has been read, or that Textual has; None for one that may be in a file."""
        return self._from_files.get(name) or BUILTIN_THEMES.get(name)

    def started(self) -> None:
        """From now on whoever asks for all themes gets them."""
        self._is_all_read = False

    def read_all(self) -> None:
        """Read textchat's own themes, unless they have been; the user's go before those of the same name."""
        if not self._is_all_read:
            self._is_all_read = True
            themes, problems = load_themes((shipped_folder(),))
            self.register([theme for theme in themes if theme.name not in self._from_files])
            self._tell(problems)

    def open(self, workspace: Workspace, told: Sequence[str]) -> None:
        """Follow the settings from now on; `told` is what has been said of themes at the start."""
        self._workspace, self._told = workspace, told
        workspace.changes.current.watch(self._follow)
        self._app.watch(self._app, "app_focus", self._focus_changed, init=False)

    # -- choosing ----------------------------------------------------------------------------------------------------

    def items(self) -> list[MenuItem]:
        """The themes that can be chosen, for a list of them."""
        from textchat.ui.menu.sources import theme_items

        names = {name: theme.dark for name, theme in self._app.available_themes.items() if name != "textual-ansi"}
        return theme_items(names, self._from_files, self.wear)

    def gallery(self) -> ThemeGallery:
        """A dialog that chooses one by its sample."""
        from textchat.ui.theming.gallery import ThemeGallery

        return ThemeGallery(self.items(), self._app.available_themes, self._app.theme, self.try_on)

    def wear(self, name: str) -> None:
        """Wear a theme and keep it."""
        self._is_trying = False
        if self._app.theme == name:
            self.keep(self._app.current_theme)
        self._app.theme = name

    def try_on(self, name: str | None) -> None:
        """Wear a theme without keeping it; None ends that."""
        self._is_trying = name is not None
        if name is not None and name in self._app.available_themes:
            self._app.theme = name

    def keep(self, theme: Theme) -> None:
        """Keep what was chosen: called whenever another theme is worn."""
        workspace, name = self._workspace, theme.name
        if workspace is None or self._is_trying or self._app.no_color:  # without colours there is nothing to choose
            return
        if name != self._app.theme:  # told late of a trial
            return
        if name not in (workspace.settings.ui.theme, self._kept):
            self._app.run_worker(self._keep(workspace, name), group="preferences", exit_on_error=False)

    async def _keep(self, workspace: Workspace, name: str) -> None:
        from textchat.live.settings.setting_edits import SettingEdits

        changes = workspace.changes
        edits = SettingEdits(changes, workspace.catalog, workspace.undo, workspace.preferences.path)
        is_overruled = bool(changes.overruled("ui", "theme"))
        self._kept = name if is_overruled else ""
        try:
            if is_overruled:  # an undo would not bring back what is worn
                said = await changes.change({"ui": {"theme": name}})
            else:
                said = await edits.set(("ui", "theme"), name)
        except StoreError as error:
            said = [str(error)]
        self._tell(said)

    def _follow(self, before: Settings, now: Settings) -> None:
        name = now.ui.theme
        if name == before.ui.theme or name == self._app.theme or self._is_trying:
            return
        themes = self._app.available_themes
        if name in themes:
            self._app.theme = name
        elif not self._app.no_color:
            self._tell([_sentence(no_such_theme(name, themes))])

    # -- files that change -------------------------------------------------------------------------------------------

    def look_if_due(self) -> None:
        """Look for changed files, unless that was done just before."""
        if self._workspace is not None and self._clock() > self._looked_at + LOOK_AGAIN_S:
            self.look_soon()

    def _focus_changed(self, has_focus: bool) -> None:
        if has_focus:
            self.look_soon()

    def look_soon(self) -> None:
        """Look for changed files behind what is done now."""
        self._looked_at = self._clock()
        if self._workspace is not None:
            self._app.run_worker(self.look(), group="settings-files", exit_on_error=False)

    async def look(self) -> None:
        """Take in the settings and the themes whose files have changed."""
        async with self._turn:
            before, self._seen = self._seen, await asyncio.to_thread(self._stamps)
            changed = {path for path in before.keys() | self._seen.keys() if before.get(path) != self._seen.get(path)}
            if any(path.parent == self._folder for path in changed):
                await self._reload_themes()
            if changed & {*self._files} and self._workspace is not None:
                self._tell(await self._workspace.changes.reload())

    async def _reload_themes(self) -> None:
        self.read_all()
        themes, problems = await asyncio.to_thread(load_themes, (shipped_folder(), self._folder))
        if problems:  # a broken file may hold one that goes by the name of a shipped one: the old stays
            themes, _ = await asyncio.to_thread(load_themes, (self._folder,))
        known = self._app.available_themes
        self.register(themes)
        worn = next((theme for theme in themes if theme.name == self._app.theme), None)
        if worn is not None and worn != known.get(worn.name):
            self._app.mutate_reactive(App.theme)
        fresh, self._told = [problem for problem in problems if problem not in self._told], problems
        self._tell(fresh)

    def _tell(self, problems: Sequence[str]) -> None:
        """One notice, whatever there is to say."""
        if problems:
            from textchat.live.settings.effective_settings import brief

            self._app.notify(brief(problems, 1)[0], severity="warning", timeout=10, markup=False)

    def _stamps(self) -> Stamps:
        stamps: dict[Path, tuple[int, int, int]] = {}
        for path in (*self._files, *self._folder.glob("*.toml")):
            try:
                found = path.stat()
            except OSError:
                continue
            stamps[path] = (found.st_mtime_ns, found.st_size, found.st_ino)
        return stamps


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
