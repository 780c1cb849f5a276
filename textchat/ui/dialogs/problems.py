"""Lists what could not be used at the start."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.panes.start_problems import problem_texts

HINTS = (Hint("↑ ↓", "scroll"), Hint("Esc", "close", "screen.dismiss"))


class ProblemTexts(Widget):
    """Draws the sentences, wrapped at the width it has."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__()
        self._problems = problems

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(problem_texts(self, self._problems, width).plain.splitlines())

    def render(self) -> Content:
        return problem_texts(self, self._problems, self.content_size.width)


class ProblemsScreen(Dialog[None]):
    """Closes with Escape."""

    BINDINGS = [Binding("escape,q", "dismiss", "Close", show=False)]  # noqa: RUF012

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__()
        self._problems = problems

    def compose(self) -> ComposeResult:
        count = len(self._problems)
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"{count} problem{'s' if count > 1 else ''} at the start")
            with VerticalScroll():
                yield ProblemTexts(self._problems)
            yield HintRow(HINTS)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
