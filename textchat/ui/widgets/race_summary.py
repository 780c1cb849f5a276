"""One line below the panes, once all have answered: who was first, fastest, cheapest and longest."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from textchat.render.sanitize import plain_line
from textchat.ui.widgets.race_line import BEST_MARK


class RaceSummary(Widget):
    """Takes no room while there is nothing to say."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._summary = ""

    def show(self, summary: str) -> None:
        self._summary = plain_line(summary, 1000)
        self.set_class(bool(summary), "-said")
        self.refresh()

    def render(self) -> Content:
        muted = "dim" if self.app.native_ansi_color else "$muted"
        line = Content.assemble((f"{BEST_MARK} ", "bold $accent"), (self._summary, muted))
        return line.truncate(self.content_size.width, ellipsis=True)
