"""Editor for the next prompt, one to eight lines high, with a history of sent prompts."""

from __future__ import annotations

from collections.abc import Iterable

from textchat.ui.input.plain_editor import LONGEST_EDITED, PromptEditor
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.messages import PromptSubmitted

LONGEST_HISTORY = 500
PLACEHOLDER = "Ask anything"


class InputBar(PromptEditor):
    """Posts `PromptSubmitted`. Up in the first line and Down in the last move through the sent prompts."""

    BINDINGS = bindings_for(Group.INPUT)

    def __init__(self, placeholder: str = PLACEHOLDER) -> None:
        super().__init__(placeholder=placeholder)
        self._sent: list[str] = []
        self._place = 0
        """Which prompt of `_sent` is shown; their number: the draft."""
        self._drafts: dict[int, str] = {}
        """What was typed at each place and not sent."""

    def put_back(self, text: str) -> None:
        """Insert a prompt above the typed text, to be edited."""
        typed = self.text
        self.show(f"{text}\n{typed}" if typed.strip() else text)
        self.focus()

    def is_end(self, action: str) -> bool:
        return False  # a prompt leaves, and the bar keeps the keys

    def edits_by(self, key: str) -> bool:
        """Whether a key does something to the typed text and nothing else."""
        bound = self.screen.active_bindings.get(key)
        return bound is not None and bound.node is self and not bound.binding.action.startswith("screen.")

    def remember(self, prompts: Iterable[str]) -> None:
        """Add prompts of earlier runs to the history, oldest first, before those of this run."""
        before = len(self._sent)
        short = (prompt for prompt in prompts if len(prompt) <= LONGEST_EDITED)
        self._sent = [*short, *self._sent][-LONGEST_HISTORY:]
        shift = len(self._sent) - before
        self._place += shift
        self._drafts = {place + shift: text for place, text in self._drafts.items()}

    def forget(self) -> None:
        """Clear text, history, undo and kills for another conversation: no key brings this one's prompts back."""
        self._sent, self._place = [], 0
        self._drafts.clear()
        self.killed.text = ""
        self.load_text("")

    def send(self) -> None:
        text = self.text
        if not text.strip():
            return
        if not self._sent or self._sent[-1] != text:
            self._sent = [*self._sent, text][-LONGEST_HISTORY:]
        self._drafts.clear()
        self._place = len(self._sent)
        self.clear()
        self.post_message(PromptSubmitted(text))

    def action_cursor_up(self, select: bool = False) -> None:
        if not select and self.navigator.is_first_wrapped_line(self.cursor_location) and self._walk(-1):
            return
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if not select and self.navigator.is_last_wrapped_line(self.cursor_location) and self._walk(1):
            return
        super().action_cursor_down(select)

    def _walk(self, step: int) -> bool:
        """Show the previous or next prompt of the history; False at its ends."""
        place = self._place + step
        if not 0 <= place <= len(self._sent):
            return False
        self._drafts[self._place] = self.text
        self._place = place
        self.show(self._drafts.get(place, self._sent[place] if place < len(self._sent) else ""))
        return True
