"""Textual widget for the window on the entries: scrolls, follows the end, and paints only changed lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual import events, on
from textual.app import App
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from textchat.core.figures.ending import Hints
from textchat.ui.keymap import shown_key
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry_parts import LayoutContext
from textchat.ui.transcript.layout.finished_lines import FinishedLines, Look
from textchat.ui.transcript.layout.strips import regions_of
from textchat.ui.transcript.layout.styles import TranscriptStyles
from textchat.ui.transcript.painter import Painter
from textchat.ui.transcript.reading_position import ReadingPosition
from textchat.ui.transcript.window import Window

WHEEL = 3
"""Lines that one step of the wheel moves."""


class Transcript(ScrollView, can_focus=True):
    """Shows the lines of `window` as drawn by `painter`; every change ends in `repaint`."""

    DEFAULT_CSS = """
    Transcript {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    """
    # Links are ours: Textual would refresh the whole widget whenever the pointer meets another piece of text.
    auto_links = False

    def __init__(self, entries: Entries, window: Window, position: ReadingPosition, painter: Painter) -> None:
        super().__init__()
        self.entries = entries
        self.window = window
        self.reading = position
        self._painter = painter
        self._accent = "primary"
        self._is_placing = False
        self._bar: tuple[int, int] | None = None
        self._finished = FinishedLines()

    # -- size and styles ---------------------------------------------------------------------------------------------

    def set_accent(self, variable: str) -> None:
        """Set the theme variable with the pane's colour, used for prompts."""
        if variable != self._accent:
            self._accent = variable
            self.notify_style_update()

    def renew_hints(self) -> None:
        """Redraw the key hints after a change of keys."""
        if (context := self.entries.context) is not None:
            self._change_context(replace(context, hints=_hints(self)))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if (context := self.entries.context) is not None:
            self._change_context(replace(context, styles=_styles(self.app, self._accent)))

    def measure_anew(self) -> None:
        """Lay out everything again, because characters take other cells than before."""
        self.entries.release()
        if self.entries.context is not None:
            self.window.redraw()
            self.repaint()

    def on_resize(self) -> None:
        self._fit()
        self.repaint()

    def _change_context(self, context: LayoutContext) -> None:
        if context != self.entries.context:
            self.entries.context = context
            self.window.redraw()
            self.repaint()

    @property
    def _is_fitted(self) -> bool:
        return (self.window.width, self.window.height) == tuple(self.size)

    def _fit(self) -> None:
        """Take over the widget's size; the line at the top stays there when lines wrap differently."""
        width, height = self.size
        context, window = self.entries.context, self.window
        if width and height and not self._is_fitted:
            if context is not None and context.width == width:
                window.resize(width, height)
            else:
                held = self.reading.held()
                styles = _styles(self.app, self._accent) if context is None else context.styles
                self.entries.context = LayoutContext(width, styles, _hints(self))
                window.resize(width, height)
                if held is not None and not window.following:
                    self.reading.hold(*held)
        self.reading.settle()

    # -- scrolling ---------------------------------------------------------------------------------------------------

    @property
    def is_at_end(self) -> bool:
        """Whether the end is in view; then the window follows growing replies."""
        return self.window.following

    def move(self, lines: int) -> None:
        """Scroll by a number of lines."""
        self.window.move(lines)
        self.repaint()

    # Textual animates these on the way to a line number; here a number means another line once an estimate is
    # corrected, and going there at once is what a reader in a terminal is used to.

    def scroll_up(self, **options: Any) -> None:
        """Scroll up a line."""
        self.move(-1)

    def scroll_down(self, **options: Any) -> None:
        """Scroll down a line."""
        self.move(1)

    def scroll_page_up(self, **options: Any) -> None:
        """Scroll up a page; the first line becomes the last."""
        self.move(1 - self.window.height)

    def scroll_page_down(self, **options: Any) -> None:
        """Scroll down a page; the last line becomes the first."""
        self.move(self.window.height - 1)

    def scroll_home(self, **options: Any) -> None:
        """Scroll to the beginning."""
        self.window.hold(0, 0)
        self.repaint()

    def scroll_end(self, **options: Any) -> None:
        """Scroll to the end and follow new text."""
        self.window.go_to_end()
        self.repaint()

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Scroll to a line number, counted by estimates where nothing was laid out yet."""
        if y is not None:
            self.window.scroll_to(round(y))
            self.repaint()

    @on(events.MouseScrollUp)
    @on(events.MouseScrollDown)
    def _wheel(self, event: events.MouseScrollUp | events.MouseScrollDown) -> None:
        event.stop()
        event.prevent_default()
        self.move(-WHEEL if isinstance(event, events.MouseScrollUp) else WHEEL)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow a scroll by Textual, as when the mouse selects beyond the edge."""
        # Kept within a new size by Textual: lines are broken anew in a moment.
        if self._is_fitted and not self._is_placing and round(new_value) != self.window.top:
            self.scroll_to(y=new_value)

    def watch_show_vertical_scrollbar(self, is_shown: bool) -> None:
        self._bar = None
        self.show_bar()

    def show_bar(self, least: int = 1) -> None:
        """Move the bar if it is by `least` eighths of a cell, its finest step; drawing it takes 2 ms."""
        if not self.show_vertical_scrollbar:
            return
        total, height, top = self.window.total, self.window.height, self.window.top
        eighths = (8 * height * height // max(1, total), 8 * height * top // max(1, total))
        before = self._bar or (-8, -8)
        if max(abs(now - then) for now, then in zip(eighths, before, strict=True)) >= least:
            self._bar = eighths
            self.vertical_scrollbar.window_virtual_size = total
            self.vertical_scrollbar.position = top

    def _tell_place(self) -> None:
        """Report the length of the list and the scroll position to Textual."""
        size, top = Size(self.window.width, self.window.total), self.window.top
        self._is_placing = True
        if size != self.virtual_size:
            is_same_layout = self.show_vertical_scrollbar == (size.height > self.window.height)
            if is_same_layout and size.width == self.virtual_size.width:
                # Set as it is meant, a size lays out and paints the whole screen, all panes, for each line that comes.
                self.set_reactive(Transcript.virtual_size, size)
            else:
                self.virtual_size = size
        if round(self.scroll_y) != top:
            self.scroll_y = self.scroll_target_y = top
        self._is_placing = False

    # -- painting ----------------------------------------------------------------------------------------------------

    def repaint(self, *, with_bar: bool = True) -> None:
        """Update the screen: only changed lines are passed to the compositor.

        The bar may be left for later: to draw it anew costs more than the lines that a frame brings.
        """
        if self.entries.context is None:
            return
        self._tell_place()
        if with_bar:
            self.show_bar()
        if changed := self._painter.paint():
            self.refresh(*regions_of(changed, self.window.width - self.scrollbar_size_vertical))

    def render_line(self, y: int) -> Strip:
        self._paint_if_resized()
        picture, context = self._painter.picture, self.entries.context
        strip = picture[y] if y < len(picture) else Strip.blank(self.size.width)
        return strip if context is None else strip.apply_style(context.styles.ground)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the window as they are sent to the terminal.

        Textual would put every line together again for every paint. These strips stay the same objects while the list
        scrolls, and it is kept what each became: on its ground, filtered, and cut.
        """
        context = self.entries.context
        if context is None or self.styles.gutter or self.opacity != 1:
            return super().render_lines(crop)
        self._paint_if_resized()
        look = Look(context.styles.ground, self.background_colors[1], tuple(self.get_line_filters()), crop.column_span)
        picture, blank = self._painter.picture, Strip.blank(self.window.width)
        return self._finished.all_of([picture[y] if y < len(picture) else blank for y in crop.line_range], look)

    def _paint_if_resized(self) -> None:
        """A paint may come before the message that tells of the new size."""
        if not self._is_fitted:
            self._fit()
            self._painter.paint()


def _styles(app: App[object], accent: str) -> TranscriptStyles:
    return TranscriptStyles.from_theme(
        app.theme_variables, dark=app.current_theme.dark, ansi=app.native_ansi_color, accent=accent
    )


def _hints(widget: Widget) -> Hints:
    """Key hints for a message that did not end well, with the keys that work in `widget`."""
    retry, resume = (
        # What works wherever the focus is, else what works here.
        shown_key(widget, f"reply.{way}") or shown_key(widget, f"message.{way}")
        for way in ("retry", "continue")
    )
    return Hints(retry and f"{retry} to retry", resume and f"{resume} to continue")
