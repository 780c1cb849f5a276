"""One line of key hints at the foot of a dialog: as many as fit, and always the last one, which closes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.style import Style

from textchat.ui.left_clicks import LeftClicks
from textchat.ui.themes import muted_style

GAP = "  "


@dataclass(frozen=True, slots=True)
class Hint:
    """A key and the word for what it does, or a word alone; a click on it runs `action`, if there is one."""

    key: str
    word: str
    action: str = ""


class HintRow(LeftClicks):
    """Draws hints, the most important first; where there is no room it leaves out those before the last one."""

    ALLOW_SELECT = False

    def __init__(self, hints: Sequence[Hint], *, classes: str = "dialog--hint") -> None:
        super().__init__(classes=classes)
        self._hints = tuple(hints)

    def show(self, hints: Sequence[Hint]) -> None:
        """Draw other hints."""
        self._hints = tuple(hints)
        self.refresh()

    def render(self) -> Content:
        muted = muted_style(self)
        drawn = [_drawn(hint, muted) for hint in self._hints]
        kept, last = drawn[:-1], drawn[-1:]
        while kept and Content(GAP).join([*kept, *last]).cell_length > self.content_size.width:
            kept.pop()
        return Content(GAP).join([*kept, *last])


def _drawn(hint: Hint, muted: str) -> Content:
    gap = " " if hint.key and hint.word else ""
    drawn = Content.assemble((hint.key, "bold"), (f"{gap}{hint.word}", muted))
    return drawn.stylize(Style.from_meta({"@click": hint.action})) if hint.action else drawn
