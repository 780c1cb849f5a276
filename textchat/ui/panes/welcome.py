"""Empty-state view of a pane: its model, the few keys that lead to all others, and which models are at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.widget import Widget

from textchat.core.text.sanitize import plain_name
from textchat.ui.keymap import shown_key
from textchat.ui.themes import muted_style

DEMO = "demo/"
KEYS = (
    ("prompt.send", "sends what you type"),
    ("pane.model", "chooses another model, or connects one"),
    ("pane.add", "adds another model beside this one"),
    ("reply.cancel", "stops a reply and keeps what has arrived"),
    ("app.palette", "finds every command"),
    ("app.help", "shows every key"),
)
LEAST_BESIDE = 20
"""Cells beside a heading; where there are fewer, the text stands below it."""
WaysToModels = Callable[[], Sequence[tuple[str, str]]]
"""What can be used without setting anything up: where, and what is there."""


class Welcome(Widget):
    """Draws the empty state; it takes neither focus nor keys."""

    ALLOW_SELECT = False

    def __init__(self, ways: WaysToModels = tuple) -> None:
        super().__init__()
        self._ways = ways
        self._model = ""
        self._keys: dict[str, str] = {}
        """By action; one that is known stays, so that no line moves with the focus."""

    def show(self, model: str) -> None:
        self._model = model
        self.refresh()

    def render(self) -> Content:
        muted = muted_style(self)
        self._keys |= {action: key for action, _ in KEYS if (key := shown_key(self, action))}
        keys = [(self._keys.get(action, ""), does) for action, does in KEYS]
        column = max((len(key) for key, _ in keys if key), default=0) + 2
        lines = [
            Content.assemble("Ask ", (plain_name(self._model), "bold")),
            Content.styled(self._about(), muted),
            Content(""),
        ]
        for key, does in keys:
            if key:
                lines += self._row(key.ljust(column), Content.styled(does, muted), "bold")
        if ways := self._ways():
            lines.append(Content(""))
            column = max(column, *(len(where) + 2 for where, _ in ways))
            is_narrow = self.content_size.width < column + LEAST_BESIDE
            for where, what in ways:
                lines += [Content.styled(where, muted)] if is_narrow else []
                lines += self._row("  " if is_narrow else where.ljust(column), Content(what), muted)
        return Content("\n").join(lines)

    def _row(self, head: str, text: Content, style: str) -> list[Content]:
        """`head` and beside it the text, in as many lines as it needs."""
        first, *rest = text.wrap(max(1, self.content_size.width - len(head))) or [text]
        indent = " " * len(head)
        return [Content.assemble((head, style), first), *(Content.assemble(indent, line) for line in rest)]

    def _about(self) -> str:
        if self._model.startswith(DEMO):
            return "A built-in scripted model: no key, no network. Ask it about textchat."
        return "Every prompt is saved before it is sent."
