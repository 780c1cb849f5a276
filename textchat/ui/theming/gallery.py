"""Dialog that chooses a theme: a sample of each in its own colours, and the screen in it a moment later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.strip import Strip
from textual.theme import Theme
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Label

from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.menu_list import MenuList
from textchat.ui.menu.palette import CLOSE, LONGEST_QUERY, ThemePalette
from textchat.ui.theming.sample import sample_of

TRY_AFTER_S = 0.15
"""Seconds that the cursor rests on a theme before the screen is drawn in it: that takes longer than to move on."""


class ThemeSample(Widget):
    """Draws the sample of one theme."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme | None = None
        self._lines: list[Strip] = []

    def show(self, theme: Theme | None) -> None:
        """Draw another theme."""
        self._theme = theme
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.size
        self._lines = [] if self._theme is None or not width else sample_of(self._theme, width, height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        return self._lines[y] if y < len(self._lines) else Strip.blank(self.size.width, self.rich_style)


class ThemeGallery(ThemePalette):
    """Closes with the item of the chosen theme; `try_on` has the app wear one for now, None ends that.

    Closed without a choice, the app wears the theme again that it wore before.
    """

    def __init__(
        self, items: Sequence[MenuItem], themes: Mapping[str, Theme], worn: str, try_on: Callable[[str | None], object]
    ) -> None:
        super().__init__(items)
        self._themes = themes
        self._worn = worn
        self._try_on = try_on
        self._trial: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="menu-dialog -gallery") as dialog:
            dialog.border_title = Content(self.TITLE)
            yield LineField(placeholder=self.PLACEHOLDER, max_length=LONGEST_QUERY)
            with Horizontal():
                yield MenuList()
                yield ThemeSample()
            yield Label(classes="menu-dialog--about")
            yield HintRow((), classes="menu-dialog--hint")

    def on_mount(self) -> None:
        self.call_later(self._go_to_worn)  # Textual runs the handler of the base class after this one

    def _go_to_worn(self) -> None:
        places = [at for at, row in enumerate(self._list.rows) if isinstance(row, MenuItem) and row.label == self._worn]
        if places:
            self._list.place_cursor(places[0])

    @on(MenuList.Moved)
    def _show_sample(self) -> None:
        item = self._list.item
        theme = None if item is None else self._themes.get(item.label)
        self.query_one(ThemeSample).show(theme)
        if self._trial is not None:
            self._trial.stop()
        if theme is not None and theme.name != self.app.theme:
            self._trial = self.set_timer(TRY_AFTER_S, lambda: self._try_on(theme.name))

    def dismiss(self, result: MenuItem | None = None) -> AwaitComplete:
        """Close; what was only tried on is taken off."""
        if self.is_active:
            if self._trial is not None:
                self._trial.stop()
            if result is None:
                self._try_on(self._worn)
            self._try_on(None)
        return super().dismiss(result)

    def hints(self, item: MenuItem) -> Sequence[Hint]:
        return Hint("Enter", "choose"), Hint("↑ ↓", "select"), Hint("Esc", "keep the old one", CLOSE)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < 60, "-narrow")
