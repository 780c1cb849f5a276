"""What could not be used at the start, below the panes: in full before the first prompt, then as one row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from textchat.core.text.sanitize import plain_line
from textchat.render.cells import cut_middle, width_of
from textchat.ui.keymap import shown_key
from textchat.ui.themes import muted_style

SIGN = "▲ "
SHARE = 3
"""Before the first prompt, a third of the screen at most."""
LONGEST = 2000


class StartProblems(Widget):
    """Draws the problems; takes no room without any, nor once they have been seen. A click shows them all."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self.problems: Sequence[str] = ()
        self._are_seen = False
        self._is_full = True

    def show(self, problems: Sequence[str]) -> None:
        self.problems = [plain_line(problem, LONGEST) for problem in problems]
        self._update()

    def show_in_full(self, is_full: bool) -> None:
        """Whether there is no reply yet that needs the room."""
        if is_full != self._is_full:
            self._is_full = is_full
            self._update()

    def see(self) -> None:
        """Take no room any more: the user has seen them."""
        self._are_seen = True
        self._update()

    def _update(self) -> None:
        self.set_class(bool(self.problems) and not self._are_seen, "-said")
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width, max(1, viewport.height // SHARE)))

    def render(self) -> Content:
        lines = self._lines(self.content_size.width, self.content_size.height)
        return Content("\n").join(Content.assemble((line[:2], "bold $warning"), line[2:]) for line in lines)

    def _lines(self, width: int, height: int) -> list[str]:
        """All problems if they fit, else as many as fit and where to see the rest."""
        rows = [row for problem in self.problems for row in _hanging(problem, width)]
        if self._is_full and len(rows) <= height:
            return rows
        if len(rows) == 1:
            return rows
        return [*(rows[: height - 1] if self._is_full else []), SIGN + self._summary(width - len(SIGN))]

    def _summary(self, width: int) -> str:
        """The longest form that fits."""
        count = len(self.problems)
        where, how = place_of(self.problems), f"{shown_key(self, 'app.palette') or 'palette'}: Show problems"
        what = f"{count} problem{'s' if count > 1 else ''}"
        forms = (f"{what}{where} · {how}", f"{what} · {how}", f"{what}{where}", what)
        return next((form for form in forms if width_of(form) <= width), what)

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        await self.run_action("screen.run('app.problems')")


def place_of(problems: Sequence[str]) -> str:
    """` in config.toml` where all problems are of that one file."""
    files = {re.split(r", line |: ", problem, maxsplit=1)[0] for problem in problems}
    name = PurePath(files.pop()).name if len(files) == 1 else ""
    return f" in {name}" if name.endswith(".toml") else ""


def _hanging(problem: str, width: int) -> list[str]:
    rows = wrapped(problem, max(1, width - len(SIGN)))
    return [(SIGN if number == 0 else "  ") + row for number, row in enumerate(rows)]


def wrapped(sentence: str, width: int) -> list[str]:
    """The rows of a sentence. A path that is too long for one is broken behind a slash; no name in it is."""
    rows = [""]
    for word in sentence.split():
        pieces = [word] if width_of(word) <= width else re.findall(r"[^/]*/+|[^/]+", word)
        for number, piece in enumerate(pieces):
            glue = " " if rows[-1] and number == 0 else ""
            if width_of(rows[-1] + glue + piece) <= width:
                rows[-1] += glue + piece
            else:
                rows.append(cut_middle(piece, width))
    return rows if rows[0] else rows[1:] or [""]


def problem_texts(widget: Widget, problems: Sequence[str], width: int) -> Content:
    """All problems for a dialog of this width."""
    parts = ["\n".join(_hanging(problem, width)) for problem in problems]
    end = Content.styled("\n\n`textchat config check` lists those of the settings.", muted_style(widget))
    return Content("\n\n".join(parts)) + end
