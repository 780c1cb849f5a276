"""One line below the panes when all have answered: the first, fastest, cheapest and longest answer."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from textchat.core.figures.race import SEPARATOR
from textchat.core.text.sanitize import plain_line
from textchat.ui.panes.race_line import BEST_MARK
from textchat.ui.themes import muted_style


class RaceSummary(Widget):
    """Draws the longest summary that fits; takes no room without one."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._summaries: Sequence[str] = ()

    def show(self, summaries: Sequence[str]) -> None:
        """Show the first of `summaries`, sorted by length, longest first, that fits."""
        self._summaries = [plain_line(summary, 1000) for summary in summaries]
        self.set_class(bool(summaries), "-said")
        self.refresh()

    def render(self) -> Content:
        muted = muted_style(self)
        width = self.content_size.width
        line = Content("")
        for summary in self._summaries:
            line = Content.assemble((f"{BEST_MARK} ", "bold $accent"), (summary, muted))
            if line.cell_length <= width:
                return line
        while line.cell_length > width and SEPARATOR in line.plain:
            line = line[: line.plain.rindex(SEPARATOR)]  # rather less than half a name
        return line.truncate(width, ellipsis=True)
