"""The window on a branch as a Textual widget: scrolling, following the end, and painting only lines that changed."""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from textchat.core.figures.ending import Hints
from textchat.ui.transcript.entries import Branch
from textchat.ui.transcript.entry_parts import Frame, Kind, Line
from textchat.ui.transcript.strips import Span, laid_over, regions_of, shortened
from textchat.ui.transcript.styles import Look
from textchat.ui.transcript.window import BranchView

NEW_MARK = " ↓ new "
WHEEL = 3
"""Lines that one step of the wheel moves."""
LINE_UNIT = 1 << 16
"""Position in an entry as one number for Textual's selection: line times this, plus the character in the line."""


class DrawnList(ScrollView, can_focus=True):
    """Draws the entries of a `BranchView`; every change ends in `repaint`, which refreshes what differs."""

    DEFAULT_CSS = """
    DrawnList {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    """
    # Links are ours: Textual would refresh the whole widget whenever the pointer meets another piece of text.
    auto_links = False

    _accent = "primary"

    def __init__(self, *, smoothing: str | int = "off", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.branch = Branch(smoothing)
        self.view = BranchView(self.branch, self.lay_out)
        self._frame: Frame | None = None
        self._lines: dict[tuple[str, int], Line] = {}
        """The lines in the window: what moves within it is not made again."""
        self._picture: list[Strip] = []
        self._is_placing = False
        self._bar: tuple[int, int] | None = None
        self._has_new = False

    # -- what a subclass adds ----------------------------------------------------------------------------------------

    def overlays(self, position: int, line: int) -> list[Span]:
        """What lies over a line of an entry: a selection, a match, the caret."""
        return []

    def marked_position(self) -> int | None:
        """The entry that bears the mark of the chosen message."""
        return None

    # -- where it stands ---------------------------------------------------------------------------------------------

    @property
    def is_at_end(self) -> bool:
        """Whether the end is in view: then it stays there while replies grow."""
        return self.view.following

    @property
    def has_new(self) -> bool:
        """Whether something came that was never in view."""
        return self._has_new

    # -- size and look -----------------------------------------------------------------------------------------------

    def frame(self) -> Frame | None:
        """What entries are drawn for now; None before there is a size."""
        return self._frame

    def hints(self) -> Hints:
        """How it goes on from a message that did not end well."""
        return Hints()

    def renew_hints(self) -> None:
        """Other keys work now than when the hints were drawn."""
        if self._frame is not None and (hints := self.hints()) != self._frame.hints:
            self._frame = Frame(self._frame.width, self._frame.look, hints)
            self.view.redraw()
            self.repaint()

    def look(self) -> Look:
        """The look of the app's theme."""
        app = self.app
        return Look.from_theme(
            app.theme_variables, dark=app.current_theme.dark, ansi=app.native_ansi_color, accent=self._accent
        )

    def set_accent(self, variable: str) -> None:
        """The theme's variable that has the colour of the pane: prompts wear it."""
        if variable != self._accent:
            self._accent = variable
            self.notify_style_update()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self._frame is not None and (look := self.look()) != self._frame.look:
            self._frame = Frame(self._frame.width, look, self.hints())
            self.view.redraw()
            self.repaint()

    def on_resize(self) -> None:
        self._fit()
        self.repaint()

    def _fit(self) -> None:
        """Take the widget's size; what is read stays at the top of the window when lines break elsewhere."""
        width, height = self.size
        if not width or not height or (width, height) == (self.view.width, self.view.height):
            return
        view, frame = self.view, self._frame
        if frame is not None and frame.width == width:
            view.resize(width, height)
            return
        place = self.place_read()
        self._frame = Frame(width, self.look() if frame is None else frame.look, self.hints())
        view.resize(width, height)
        if place is not None and not view.following:
            self.hold_place(*place)

    def place_read(self) -> tuple[int, Kind, int] | None:
        """The source at the top of the window."""
        position, first = self.view.anchor
        if self._frame is None or position >= len(self.branch):
            return None
        entry = self.branch[position]
        for line in range(first, first + self.view.height):
            part = entry.part_at(line)
            span = part.drawing.source_span(line - part.top, 0, self._frame.width) if part else None
            if part is not None and span is not None:
                return position, part.kind, span[0]
        return None

    def hold_place(self, position: int, kind: Kind, offset: int, above: int = 0) -> None:
        """Take the window to a place in the source of an entry, with `above` lines before it."""
        self.lay_out(position)
        part = self.branch[position].part(kind)
        line = part.top + part.drawing.position_of(offset)[0] if part else 0
        self.view.hold(position, line - above)

    def lay_out(self, position: int) -> int:
        """Draw the entry at a position for the current width and look; gives its height in lines."""
        assert self._frame is not None, "nothing is laid out before there is a size"
        return self.branch[position].lay_out(self._frame)

    # -- scrolling ---------------------------------------------------------------------------------------------------

    def move(self, lines: int) -> None:
        """Scroll by lines."""
        self.view.move(lines)
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
        self.move(1 - self.view.height)

    def scroll_page_down(self, **options: Any) -> None:
        """Scroll down a page; the last line becomes the first."""
        self.move(self.view.height - 1)

    def scroll_home(self, **options: Any) -> None:
        """Go to the beginning."""
        self.view.hold(0, 0)
        self.repaint()

    def scroll_end(self, **options: Any) -> None:
        """Go to the end and follow what comes."""
        self.view.go_to_end()
        self.repaint()

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Go to a line number; it counts lines by estimate where nothing was laid out yet."""
        if y is not None:
            self.view.scroll_to(round(y))
            self.repaint()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, WHEEL)

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        event.prevent_default()
        self.move(lines)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Someone else scrolled (Textual does while the mouse selects past the edge): take the window there."""
        if (self.view.width, self.view.height) != tuple(self.size):
            return  # it was only kept within a new size, by lines that are broken anew in a moment
        if not self._is_placing and round(new_value) != self.view.top:
            self.view.scroll_to(round(new_value))
            self.repaint()

    def watch_show_vertical_scrollbar(self, is_shown: bool) -> None:
        self._bar = None
        self.show_bar()

    def show_bar(self, least: int = 1) -> None:
        """Move the bar if it is by `least` eighths of a cell; it has no finer steps, and to draw it takes 2 ms."""
        if not self.show_vertical_scrollbar:
            return
        total, height, top = self.view.total, self.view.height, self.view.top
        eighths = (8 * height * height // max(1, total), 8 * height * top // max(1, total))
        before = self._bar or (-8, -8)
        if max(abs(now - then) for now, then in zip(eighths, before, strict=True)) >= least:
            self._bar = eighths
            self.vertical_scrollbar.window_virtual_size = total
            self.vertical_scrollbar.position = top

    def _place(self) -> None:
        """Tell Textual how long the list is and where it stands."""
        size, top = Size(self.view.width, self.view.total), self.view.top
        self._is_placing = True
        if size != self.virtual_size:
            if (
                self.show_vertical_scrollbar == (size.height > self.view.height)
                and size.width == self.virtual_size.width
            ):
                # Set as it is meant, a size lays out and paints the whole screen, all panes, for each line that comes.
                self.set_reactive(DrawnList.virtual_size, size)
            else:
                self.virtual_size = size
        if round(self.scroll_y) != top:
            self.scroll_y = self.scroll_target_y = top
        self._is_placing = False

    # -- painting ----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        if (self.view.width, self.view.height) != tuple(self.size):
            # A paint may come before the message that tells of the new size.
            self._fit()
            self._picture = self._paint()
        strip = self._picture[y] if y < len(self._picture) else Strip.blank(self.size.width)
        # A strip keeps what it looks like on a ground, so a line that stays costs a look-up.
        return strip if self._frame is None else strip.apply_style(self._frame.look.ground)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the window as they go to the terminal.

        Textual would put every line together again for every paint. These strips stay the same objects while the list
        scrolls, and a strip keeps what it became: on its ground, filtered, cut, and as the terminal's own sequences.
        """
        if self._frame is None or self.styles.gutter or self.opacity != 1:
            return super().render_lines(crop)
        ground, background = self._frame.look.ground, self.background_colors[1]
        filters = self.get_line_filters()
        found: list[Strip] = []
        for y in crop.line_range:
            strip = self.render_line(y)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            found.append(strip.crop_extend(crop.x, crop.right, ground))
        return found

    def repaint(self, *, with_bar: bool = True) -> None:
        """Bring the screen up to date: only lines that look different are given to the compositor.

        The bar may be left for later: to draw it anew costs more than the lines that a frame brings.
        """
        if self._frame is None:
            return
        if self.view.following:
            self._has_new = False
        self._place()
        if with_bar:
            self.show_bar()
        before, self._picture = self._picture, self._paint()
        changed = [
            y
            for y, strip in enumerate(self._picture)
            if y >= len(before) or (strip is not before[y] and strip != before[y])
        ]
        if changed:
            self.refresh(*regions_of(changed, self.view.width))

    def _paint(self) -> list[Strip]:
        """The lines of the window."""
        width, height = self.view.width, self.view.height
        marked = self.marked_position()
        known, self._lines = self._lines, {}
        picture = [self._row(position, line, position == marked, known) for position, line in self.view.rows()]
        picture.extend([Strip.blank(width)] * (height - len(picture)))
        if self._has_new and picture and width > len(NEW_MARK):
            assert self._frame is not None
            mark = Strip([Segment(NEW_MARK, self._frame.look.new_mark)], len(NEW_MARK))
            picture[-1] = Strip.join([shortened(picture[-1], width - len(NEW_MARK)), mark])
        return picture

    def _row(self, position: int, line: int, is_chosen: bool, known: dict[tuple[str, int], Line]) -> Strip:
        entry = self.branch[position]
        key = entry.id, line
        drawn = self._lines[key] = entry.drawn(line, is_chosen=is_chosen, known=known.get(key))
        strip = drawn.strip
        for start, end, style in self.overlays(position, line):
            strip = laid_over(strip, start, end, style)
        return strip.apply_offsets(line * LINE_UNIT, position)

    # -- what stands where ---------------------------------------------------------------------------------------

    def entry_at(self, y: int) -> tuple[int, int] | None:
        """The entry at line `y` of the window and the line within it."""
        rows = self.view.rows()
        return rows[y] if 0 <= y < len(rows) else None

    def is_on_new_mark(self, x: int, y: int) -> bool:
        return self._has_new and y == self.view.height - 1 and x >= self.view.width - len(NEW_MARK)
