"""What the cards of files need of the app: contents, workers, and how models get a file."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from textchat.core.parts.part import Part
    from textchat.core.parts.taking import Taking
    from textchat.ui.terminal.graphics.terminal_pictures import TerminalPictures
    from textchat.ui.transcript.cards.pictures import LoadContent, Pictures

    TakingOf: TypeAlias = Callable[[Part, str], Taking | None]
    """How a model, `PROVIDER/MODEL`, gets a part of a prompt; None where it is not known."""


class CardServices:
    """Made with the screen; what draws pictures is imported with the first card."""

    def __init__(
        self,
        load: LoadContent,
        taking: TakingOf,
        *,
        run: Callable[[Coroutine[Any, Any, None]], object],
        rows: Callable[[], int],
        has_colour: Callable[[], bool],
        terminal: Callable[[], TerminalPictures] | None = None,
    ) -> None:
        """`run` runs work beside the interface; `rows` says how high a picture may be; `terminal` shows it."""
        self.taking = taking
        self._load = load
        self._run = run
        self._rows = rows
        self._has_colour = has_colour
        self._terminal = terminal

    @cached_property
    def pictures(self) -> Pictures:
        from textchat.ui.transcript.cards.pictures import Pictures

        terminal = None if self._terminal is None else self._terminal()
        return Pictures(self._load, self._run, rows=self._rows, has_colour=self._has_colour, terminal=terminal)
