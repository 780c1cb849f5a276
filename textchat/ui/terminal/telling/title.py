"""The title of the terminal while the app has it, and the old one back at the end."""

from __future__ import annotations

from collections.abc import Mapping

from textchat.ui.terminal.telling.forms import POP_TITLE, PUSH_TITLE, takes_title, title_sequence


class TerminalTitle:
    """Says what is to be written for the title; the old one is put away before the first, and once only."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._is_known = takes_title(environ)
        self._title = ""
        self._is_pushed = False

    def show(self, title: str) -> str:
        """What to write for another title; empty gives the old one back."""
        if not self._is_known or title == self._title:
            return ""
        self._title = title
        return self.enter() if title else self.leave()

    def enter(self) -> str:
        """What to write where the app has taken the terminal, also again."""
        if not self._title:
            return ""
        push = "" if self._is_pushed else PUSH_TITLE
        self._is_pushed = True
        return push + title_sequence(self._title)

    def leave(self) -> str:
        """What to write before the terminal is given back."""
        sequence, self._is_pushed = self.reset, False
        return sequence

    @property
    def reset(self) -> str:
        """What gives the old title back."""
        return POP_TITLE if self._is_pushed else ""
