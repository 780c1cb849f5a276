"""The pages of help as items beside the keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from textual.app import App

from textchat.help.pages import PAGES, HelpPage
from textchat.ui.help_pages.shown_keys import KeymapKeys
from textchat.ui.menu.items import MenuItem

PAGES_SECTION = "Pages"
_WORDS: Mapping[str, tuple[str, ...]] = {
    "connect": ("provider", "api key", "server", "ollama", "add a model"),
    "compare": ("side by side", "diff", "vote", "figures"),
    "choose": ("blind", "vote", "rating", "merge", "fuse", "worth it"),
    "sweep": ("temperatures", "repeats", "agreement", "grid search"),
    "evaluate": ("eval", "benchmark", "prompts file", "checks", "test a prompt", "statistics"),
    "judges": ("criteria", "watch", "against", "regression", "kappa"),
    "keys": ("rebind", "shortcuts", "change keys"),
    "scripts": ("shell", "json", "pipe", "exit code", "ask"),
    "data": ("files", "backup", "export", "import", "database"),
    "privacy": ("telemetry", "secrets", "log"),
    "troubleshooting": ("error", "does not work", "timeout", "problem"),
    "limits": ("budget", "size", "largest"),
}
"""What else the pages are called by those who look for them."""


def page_items(app: App[Any], keymap: Mapping[str, str]) -> list[MenuItem]:
    """One item for each page, which shows it."""
    return [
        MenuItem(
            f"textchat help {page.topic}",
            page.title,
            partial(_show, app, keymap, page),
            f"Read about {page.summary}",
            words=_WORDS[page.topic],
            section=PAGES_SECTION,
        )
        for page in PAGES
    ]


def _show(app: App[Any], keymap: Mapping[str, str], page: HelpPage) -> None:
    """Show a page in place of the one that is shown, or above the screen."""
    from textchat.ui.help_pages.page_screen import HelpPageScreen

    screen = app.screen
    if isinstance(screen, HelpPageScreen):
        screen.go_to(page)
    else:
        app.push_screen(HelpPageScreen(page, KeymapKeys(keymap)))
