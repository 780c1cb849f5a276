"""Where the user types: plain text in one to eight lines; Enter sends, and what was typed is never lost."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual import events
from textual.content import Content
from textual.widgets import TextArea

from textchat.render.sanitize import visible
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.messages import PromptSubmitted

LINE_KEYS = frozenset({"enter", "shift+enter", "alt+enter", "ctrl+j"})
"""Keys that are answered at once: by the detour over the bindings, a fast typist's next letter would overtake them."""
LONGEST_HISTORY = 500
PLACEHOLDER = "Ask anything"


class InputBar(TextArea):
    """Posts `PromptSubmitted`. Up in the first line and Down in the last walk through the prompts sent before."""

    BINDINGS = bindings_for(Group.INPUT)

    def __init__(self, placeholder: str = PLACEHOLDER) -> None:
        super().__init__(
            placeholder=placeholder,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
        )
        self.cursor_blink = False  # two repaints a second for nothing
        self.match_cursor_bracket = False  # it searches the whole text, for every key
        self._sent: list[str] = []
        self._place = 0
        """Which prompt of `_sent` is shown; their number: the draft."""
        self._drafts: dict[int, str] = {}
        """What was typed at each place and not sent."""

    # -- what the screen does with it --------------------------------------------------------------------------------

    def put_back(self, text: str) -> None:
        """Give a prompt back to be edited; what is typed already stays, below it."""
        typed = self.text
        self._show(f"{text}\n{typed}" if typed.strip() else text)
        self.focus()

    def show_target(self, target: str) -> None:
        """Say on the line above where the next prompt goes, such as `to all 3 panes`; empty: there is no choice."""
        self.border_title = Content(target)

    def remember(self, prompts: Iterable[str]) -> None:
        """Prompts of earlier times for Up, oldest first; they come before those of this time."""
        before = len(self._sent)
        self._sent = [*prompts, *self._sent][-LONGEST_HISTORY:]
        shift = len(self._sent) - before
        self._place += shift
        self._drafts = {place + shift: text for place, text in self._drafts.items()}

    # -- keys --------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if event.key not in LINE_KEYS:
            return
        event.prevent_default()  # of itself a text area takes Enter for a new line
        bound = self.screen.active_bindings.get(event.key)
        if bound is None or bound.node is not self:
            return
        if bound.binding.id == "prompt.send":
            event.stop()
            self.action_send()
        elif bound.binding.id == "prompt.newline":
            event.stop()
            self.action_newline()

    def action_send(self) -> None:
        row, column = self.cursor_location
        if self.selection.is_empty and self.document[row][:column].endswith("\\"):
            self.replace("\n", (row, column - 1), (row, column), maintain_selection_offset=False)
            return
        text = self.text
        if not text.strip():
            return
        if not self._sent or self._sent[-1] != text:
            self._sent = [*self._sent, text][-LONGEST_HISTORY:]
        self._drafts.clear()
        self._place = len(self._sent)
        self.clear()
        self.post_message(PromptSubmitted(text))

    def action_newline(self) -> None:
        self.replace("\n", *self.selection, maintain_selection_offset=False)

    def action_cursor_up(self, select: bool = False) -> None:
        if not select and self.navigator.is_first_wrapped_line(self.cursor_location) and self._walk(-1):
            return
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if not select and self.navigator.is_last_wrapped_line(self.cursor_location) and self._walk(1):
            return
        super().action_cursor_down(select)

    def _walk(self, step: int) -> bool:
        """Show the prompt sent before or after the one shown; False at the ends."""
        place = self._place + step
        if not 0 <= place <= len(self._sent):
            return False
        self._drafts[self._place] = self.text
        self._place = place
        self._show(self._drafts.get(place, self._sent[place] if place < len(self._sent) else ""))
        return True

    def _show(self, text: str) -> None:
        # An edit like any other, so that Ctrl+Z brings back what it replaced.
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)

    def get_line(self, line_index: int) -> Text:
        """The line as it is drawn: a control character that was pasted must not reach the terminal."""
        return Text(visible(self.document[line_index]), end="", no_wrap=True)
