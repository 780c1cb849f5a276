"""Scrollable view of the comparison of two answers; lines are drawn when they come into view."""

from __future__ import annotations

from typing import Any

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from textchat.render.diff.comparison import Diff
from textchat.render.diff.layout import DiffLines, DiffStyles


class DiffView(ScrollView, can_focus=True):
    """Shows a `Diff`; another call of `show` replaces it and returns to the first line."""

    def __init__(self) -> None:
        super().__init__()
        self._diff: Diff | None = None
        self._lines: DiffLines | None = None
        self._is_folded = True

    @property
    def is_folded(self) -> bool:
        """Whether equal lines far from any difference are folded to one line."""
        return self._is_folded

    @property
    def lines(self) -> DiffLines | None:
        """The current layout; None if there is nothing to show."""
        return self._lines

    def show(self, diff: Diff | None) -> None:
        self._diff = diff
        self._lay_out()
        self.scroll_home(animate=False)

    def toggle_fold(self) -> None:
        """Fold or unfold equal lines."""
        self._is_folded = not self._is_folded
        self._lay_out()

    def go_to_difference(self, step: int) -> bool:
        """Scroll to the next (`step` 1) or the previous (-1) difference; False if there is none."""
        if self._lines is None:
            return False
        top = round(self.scroll_target_y)
        # A line above stays in view, to tell where it stands.
        places = [max(0, line - 1) for line in self._lines.differences]
        beyond = [place for place in places if place > top] if step > 0 else [place for place in places if place < top]
        if not beyond:
            return False
        self.scroll_to(y=beyond[0] if step > 0 else beyond[-1], animate=False)
        return True

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if self._diff is None or not width:
            self._lines = None
            self.virtual_size = Size(0, 0)
        else:
            app = self.app
            styles = DiffStyles.from_theme(app.theme_variables, dark=app.current_theme.dark, ansi=app.native_ansi_color)
            self._lines = DiffLines(self._diff, styles, width, is_folded=self._is_folded)
            self.virtual_size = Size(width, self._lines.height)
        self.refresh()

    def on_resize(self) -> None:
        if self._lines is None or self._lines.width != self.scrollable_content_region.width:
            self._lay_out()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._lines is not None:
            self._lay_out()

    def render_line(self, y: int) -> Strip:
        at = y + round(self.scroll_offset.y)
        lines, width = self._lines, self.size.width
        if lines is None or at >= lines.height:
            return Strip.blank(width, self.rich_style)
        return lines.line(at).adjust_cell_length(width).apply_style(self.rich_style)

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Scroll without animation, because moving text cannot be read."""
        super().scroll_to(x, y, **{**options, "animate": False})
