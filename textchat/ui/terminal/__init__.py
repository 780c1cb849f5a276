"""Between the terminal and Textual: the one room that uses Textual's private names."""

from __future__ import annotations

import sys

from textual import constants
from textual.driver import Driver


def guarded(driver_class: type[Driver]) -> type[Driver]:
    """The driver to use in place of Textual's choice: with a guard, where there is one for the platform."""
    if sys.platform == "win32" or constants.DRIVER is not None:
        return driver_class
    from textchat.ui.terminal.driver import GuardedDriver

    return GuardedDriver
