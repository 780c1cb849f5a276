"""Screen that shows how the replies of the panes spread: a row for each variant, wrapped where the window is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Label

from textchat.core.sweeps.spread import VariantSpread
from textchat.core.sweeps.spread_words import EXPLANATION
from textchat.render.spread_lines import spread_lines
from textchat.ui.dialogs.closing import FullScreen
from textchat.ui.dialogs.hint_row import Hint, HintRow


class SpreadScreen(FullScreen[None]):
    """Shows length, tokens, time, cost, agreement and endings by variant."""

    BINDINGS = [Binding("escape,q", "dismiss", "Close", show=False)]  # noqa: RUF012

    def __init__(self, spreads: Sequence[VariantSpread]) -> None:
        super().__init__()
        self._spreads = spreads

    def compose(self) -> ComposeResult:
        yield Label("Spread of the replies", classes="ratings--title", markup=False)
        with VerticalScroll():
            yield SpreadView(self._spreads)
            yield Label(Content(EXPLANATION), classes="spread--about")
        yield HintRow((Hint("↑ ↓", "scroll"), Hint("Esc", "close", "screen.dismiss")), classes="full-screen--hint")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()


class SpreadView(Widget):
    """Draws the table."""

    def __init__(self, spreads: Sequence[VariantSpread]) -> None:
        super().__init__()
        self._spreads = spreads

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(spread_lines(self._spreads, width))

    def render(self) -> Content:
        first, *others = map(Content, spread_lines(self._spreads, self.content_size.width))
        return Content("\n").join([first.stylize("bold"), *others])
