"""Scrollable view of a help page: Markdown as the transcript draws it, with links that keys mark and clicks open."""

from __future__ import annotations

from typing import Any

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from textchat.render.markdown import Document
from textchat.render.styles import Styles
from textchat.ui.keys import LEFT_BUTTON

WIDEST = 100
"""Cells: longer lines are hard to read."""
_MARKED = Style(reverse=True)


class PageView(ScrollView, can_focus=True):
    """Shows one Markdown text; another call of `show` replaces it and returns to the first line."""

    class LinkFollowed(Message):
        """A link was opened by a key or a click."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._document: Document | None = None
        self._marked: int | None = None
        """The index of the marked link."""

    def show(self, text: str) -> None:
        self._text, self._marked = text, None
        self._lay_out()
        self.scroll_home(animate=False)

    def mark(self, step: int) -> None:
        """Mark the next (`step` 1) or the previous (-1) link, and bring it into view."""
        if self._document is None or not (links := self._document.links()):
            return
        before = self._marked if self._marked is not None else -1 if step > 0 else 0
        self._marked = (before + step) % len(links)
        line, _ = self._document.position_of(links[self._marked].start)
        if not 0 <= line - round(self.scroll_offset.y) < self.scrollable_content_region.height:
            self.scroll_to(y=max(0, line - self.scrollable_content_region.height // 2))
        self.refresh()

    def follow(self) -> None:
        """Open the marked link; a single one needs no mark."""
        links = () if self._document is None else self._document.links()
        if self._marked is not None or len(links) == 1:
            self.post_message(self.LinkFollowed(links[self._marked or 0].target))

    def _lay_out(self) -> None:
        width = min(self.scrollable_content_region.width, WIDEST)
        if not width:
            self._document = None
            return
        app = self.app
        styles = Styles.from_theme(app.theme_variables, app.current_theme.dark, app.native_ansi_color)
        self._document = Document(styles, width, self._text, finished=True)
        self.virtual_size = Size(width, self._document.height)
        self.refresh()

    def on_resize(self) -> None:
        self._lay_out()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._document is not None:
            self._lay_out()

    def on_click(self, event: events.Click) -> None:
        at, document = event.get_content_offset(self), self._document
        if at is None or document is None or event.button != LEFT_BUTTON:
            return
        y = at.y + round(self.scroll_offset.y)
        if y < document.height and (target := document.link_at(y, at.x)) is not None:
            self.post_message(self.LinkFollowed(target))

    def render_line(self, y: int) -> Strip:
        at = y + round(self.scroll_offset.y)
        document, width = self._document, self.size.width
        if document is None or at >= document.height:
            return Strip.blank(width, self.rich_style)
        line = document.line(at)
        if self._marked is not None:
            link = document.links()[self._marked]
            row, start = document.position_of(link.start)
            end = start + len(link.target)
            if row == at:
                line = Strip.join([line.crop(0, start), line.crop(start, end).apply_style(_MARKED), line.crop(end)])
        return line.adjust_cell_length(width).apply_style(self.rich_style)

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Scroll without animation, because moving text cannot be read."""
        super().scroll_to(x, y, **{**options, "animate": False})
