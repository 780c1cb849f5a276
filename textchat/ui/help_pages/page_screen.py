"""Full-screen pages of help, with links between them."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from textchat.help.pages import BY_TOPIC, PAGES, HelpPage, ShownKeys
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import FullScreen
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.help_pages.page_view import PageView

HINTS = (
    Hint("→", "next page", "screen.turn(1)"),
    Hint("←", "previous page", "screen.turn(-1)"),
    Hint("Tab", "select a link", "screen.mark(1)"),
    Hint("Enter", "open it", "screen.follow"),
    Hint("Esc", "back", "screen.back"),
)


class HelpPageScreen(ReportsWorkers, FullScreen[None]):
    """Shows one page at a time; Escape goes back to where the last link was, and from the first page out."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,backspace,alt+left", "back", "Back", show=False),
        Binding("q", "dismiss", "Close", show=False),
        Binding("right,l", "turn(1)", "Next page", show=False),
        Binding("left,h", "turn(-1)", "Previous page", show=False),
        Binding("tab,n", "mark(1)", "Next link", show=False),
        Binding("shift+tab,p", "mark(-1)", "Previous link", show=False),
        Binding("enter", "follow", "Open the link", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("space", "scroll_page", "Scroll down", show=False),
    ]

    def __init__(self, page: HelpPage, keys: ShownKeys) -> None:
        super().__init__()
        self.page = page
        self._keys = keys
        self._before: list[tuple[HelpPage, int]] = []
        """The pages that links led away from, and the first line that was seen of each."""

    def compose(self) -> ComposeResult:
        yield PageView()
        yield HintRow(HINTS, classes="full-screen--hint")

    def on_mount(self) -> None:
        self.view.focus()
        self._show(self.page)

    @property
    def view(self) -> PageView:
        return self.query_one(PageView)

    def go_to(self, page: HelpPage) -> None:
        """Show another page, from which Escape comes back to this one."""
        self._before.append((self.page, round(self.view.scroll_offset.y)))
        self._show(page)

    def _show(self, page: HelpPage) -> None:
        self.page = page
        self.view.show(page.text(self._keys, "[{0}]({0})".format))

    @on(PageView.LinkFollowed)
    def _follow(self, event: PageView.LinkFollowed) -> None:
        if (page := BY_TOPIC.get(event.target)) is not None:
            self.go_to(page)

    def action_back(self) -> None:
        if not self._before:
            self.dismiss()
            return
        page, line = self._before.pop()
        self._show(page)
        self.view.scroll_to(y=line)

    def action_turn(self, step: int) -> None:
        self._show(PAGES[(PAGES.index(self.page) + step) % len(PAGES)])

    def action_mark(self, step: int) -> None:
        self.view.mark(step)

    def action_follow(self) -> None:
        self.view.follow()

    def action_scroll(self, lines: int) -> None:
        self.view.scroll_relative(y=lines, animate=False)

    def action_scroll_page(self) -> None:
        self.view.scroll_page_down(animate=False)
