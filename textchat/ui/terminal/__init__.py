"""Between the terminal and Textual: the one room that uses Textual's private names."""

from __future__ import annotations

import os
import sys
from typing import Any

from textual import constants
from textual.app import App
from textual.driver import Driver

from textchat.startup import is_in_browser


def give_back(app: App[Any]) -> None:
    """Leave the terminal as the app found it, from any thread and without waiting for another."""
    if sys.platform != "win32":
        from textchat.ui.terminal.driver import GuardedDriver

        if isinstance(app._driver, GuardedDriver):
            app._driver.give_back()


def can_lend(app: App[Any]) -> bool:
    """Whether the terminal can be left to another program for a while: it cannot in a browser."""
    return app._driver is not None and app._driver.can_suspend


def has_started(app: App[Any]) -> None:
    """Take what comes in one burst for a paste from now on; before, it may have been typed and waited for the app."""
    if sys.platform != "win32":
        from textchat.ui.terminal.driver import GuardedDriver

        if isinstance(app._driver, GuardedDriver):
            app._driver.is_early = False


def show_title(app: App[Any], title: str) -> None:
    """Show a title in the terminal's window; empty gives the old one back."""
    if sys.platform != "win32":
        from textchat.ui.terminal.driver import GuardedDriver

        if isinstance(app._driver, GuardedDriver):
            app._driver.show_title(title)


def notify_terminal(app: App[Any], text: str) -> None:
    """Let the terminal say a sentence on the desktop, or ring its bell."""
    if sys.platform != "win32":
        from textchat.ui.terminal.driver import GuardedDriver
        from textchat.ui.terminal.telling.forms import form_of, notification

        if isinstance(app._driver, GuardedDriver):
            app._driver.tell(notification(form_of(os.environ), text))


def guarded(driver_class: type[Driver]) -> type[Driver]:
    """The driver to use in place of Textual's choice: with a guard, where there is one for the platform."""
    if sys.platform == "win32":
        return driver_class
    if is_in_browser():
        from textchat.ui.terminal.browser.web_driver import GuardedWebDriver

        return GuardedWebDriver
    if constants.DRIVER is not None:
        return driver_class
    from textchat.ui.terminal.driver import GuardedDriver

    return GuardedDriver
