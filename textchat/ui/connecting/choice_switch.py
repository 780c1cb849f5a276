"""Switch between a few words in one line: the arrow keys, Space and clicks go through them."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message as TextualMessage
from textual.widget import Widget

from textchat.ui.themes import muted_style


class ChoiceSwitch(Widget, can_focus=True):
    """Posts `Chosen` when the user has chosen another word."""

    BINDINGS = [  # noqa: RUF012
        Binding("right,space", "step(1)", show=False),
        Binding("left", "step(-1)", show=False),
    ]

    class Chosen(TextualMessage):
        """Another word was chosen."""

        def __init__(self, switch: ChoiceSwitch) -> None:
            super().__init__()
            self.switch = switch

        @property
        def control(self) -> ChoiceSwitch:
            """What `on` selects by."""
            return self.switch

    def __init__(self, words: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words = tuple(words)
        self.chosen = 0
        """The place of the word in the sequence."""

    @property
    def word(self) -> str:
        return self._words[self.chosen]

    def offer(self, words: Sequence[str], word: str) -> None:
        """Offer other words, and choose one of them."""
        self._words = tuple(words)
        self.chosen = self._words.index(word)
        self.refresh()

    def render(self) -> Content:
        muted = muted_style(self)
        return Content.assemble(("◂ ", muted), (self.word, "bold" if self.has_focus else ""), (" ▸", muted))

    def on_click(self, event: events.Click) -> None:
        self.action_step(-1 if self.has_focus and event.x < 2 else 1)

    def action_step(self, step: int) -> None:
        self.chosen = (self.chosen + step) % len(self._words)
        self.refresh()
        self.post_message(self.Chosen(self))
