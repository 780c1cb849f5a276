"""An app with textchat's look and nothing else: a test mounts in it what it wants to see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path, PurePath

from textual.app import App
from textual.driver import Driver

import textchat.ui
from textchat.ui.legible import legible
from textchat.ui.terminal import guarded
from textchat.ui.themes import DEFAULT_THEME, load_themes, shipped_folder, variable_defaults

TCSS: list[str | PurePath] = [Path(textchat.ui.__file__).with_name(name) for name in ("first.tcss", "textchat.tcss")]


class Demo(App[None], inherit_bindings=False):
    CSS_PATH = TCSS
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, theme: str = DEFAULT_THEME) -> None:
        super().__init__()
        for shipped in load_themes([shipped_folder()])[0]:
            self.register_theme(shipped)
        self.theme = theme

    def get_driver_class(self) -> type[Driver]:
        return guarded(super().get_driver_class())

    def get_css_variables(self) -> dict[str, str]:
        self.theme_variables = legible(super().get_css_variables(), self.current_theme)
        return self.theme_variables

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)


async def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Give the loop its turns until `condition` holds; fails if it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
