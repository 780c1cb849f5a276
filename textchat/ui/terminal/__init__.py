"""Between the terminal and Textual: the one room that uses Textual's private names."""

from __future__ import annotations

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


def has_started(app: App[Any]) -> None:
    """Take what comes in one burst for a paste from now on; before, it may have been typed and waited for the app."""
    if sys.platform != "win32":
        from textchat.ui.terminal.driver import GuardedDriver

        if isinstance(app._driver, GuardedDriver):
            app._driver.is_early = False


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
